//! Statements 5 to 17: properties and what they do.

use std::ffi::c_void;
use std::ptr::{null, without_provenance_mut};

use websocket_testkit::abi::*;
use websocket_testkit::hresult::*;
use websocket_testkit::wire::{self, FIN, Frame};
use websocket_testkit::{Block, Endpoint, Memory, Property, Role, api};

use crate::support::*;
use crate::table::section;

section! { "Creation":
    s005_no_properties_works_for_both_roles_with_distinct_handles,
    s006_receive_buffer_of_255_refused_256_accepted,
    s007_send_buffer_of_16_accepted_15_refused,
    s008_default_read_length_is_4096_on_both_roles,
    s009_default_client_splits_at_4080_payload_bytes,
    s010_allocated_buffer_needs_both_sizes_plus_144,
    s011_allocated_buffer_may_come_before_the_sizes,
    s012_odd_addresses_of_block_and_values_work,
    s013_property_values_may_be_overwritten_after_the_call,
    s014_bytes_outside_the_block_never_change,
    s015_disable_masking_false_equals_absent,
    s016_failure_stores_null_in_the_handle,
    s017_property_type_7_refused_and_5_ignored,
}

fn property<T>(kind: WEB_SOCKET_PROPERTY_TYPE, value: &mut T, size: u32) -> WEB_SOCKET_PROPERTY {
    WEB_SOCKET_PROPERTY {
        Type: kind,
        pvValue: std::ptr::from_mut(value).cast(),
        ulValueSize: size,
    }
}

/// One message each way, and a ping answered.
fn converse(endpoint: &Endpoint) {
    let payload = Memory::pattern(700);
    let sent: Vec<u8> = send(endpoint, BINARY, payload).concat();
    let mut rest = &sent[..];
    let mut got = Vec::new();
    while let Some(frame) = Frame::cut(&mut rest) {
        got.extend_from_slice(&frame.payload);
    }
    assert!(rest.is_empty() && got == payload.bytes());

    let role = endpoint.role();
    let stream = [
        incoming(role, FIN | wire::BINARY, &payload.bytes()),
        incoming(role, FIN | wire::TEXT, b"Hello"),
    ]
    .concat();
    let messages = messages(collect(endpoint, &stream, usize::MAX));
    assert_eq!(messages.len(), 2);
    assert!(messages[0].bytes == payload.bytes() && messages[1].bytes == b"Hello");

    let pong = deliver(endpoint, &incoming(role, FIN | wire::PING, &[0x5A; 125]), 1);
    assert_eq!(pong.action, WEB_SOCKET_SEND_TO_NETWORK_ACTION);
    assert_eq!(Frame::only(&pong.wire()).payload, [0x5A; 125]);
    endpoint.complete(pong.context, 0);
    let read = read(endpoint);
    endpoint.complete(read.context, 0);
    receive_cancelled(endpoint, 1);
}

fn s005_no_properties_works_for_both_roles_with_distinct_handles() {
    let endpoints: Vec<Endpoint> = (0..64)
        .map(|index| Endpoint::create(Role::BOTH[index % 2], &[]).expect("creation"))
        .collect();
    let mut handles: Vec<usize> = endpoints.iter().map(|one| one.handle().addr()).collect();
    handles.sort_unstable();
    handles.dedup();
    assert_eq!(handles.len(), endpoints.len());
    assert!(
        handles
            .iter()
            .all(|&handle| handle != 0 && handle != usize::MAX)
    );
    for endpoint in &endpoints[..2] {
        endpoint.shake_hands();
        converse(endpoint);
    }
}

fn s006_receive_buffer_of_255_refused_256_accepted() {
    for role in Role::BOTH {
        for size in [0, 1, 255] {
            fails(
                Endpoint::create(role, &[Property::ReceiveBuffer(size)]),
                E_INVALIDARG,
            );
        }
        let endpoint = Endpoint::open_with(role, &[Property::ReceiveBuffer(256)]);
        returns(endpoint.receive(1), S_OK);
        assert_eq!(read(&endpoint).data(0).1, 256);
    }
}

fn s007_send_buffer_of_16_accepted_15_refused() {
    for role in Role::BOTH {
        for size in [0, 15] {
            fails(
                Endpoint::create(role, &[Property::SendBuffer(size)]),
                E_INVALIDARG,
            );
        }
        converse(&Endpoint::open_with(role, &[Property::SendBuffer(16)]));
    }
}

fn s008_default_read_length_is_4096_on_both_roles() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        returns(endpoint.receive(1), S_OK);
        assert_eq!(read(&endpoint).data(0).1, 4096);
    }
}

fn s009_default_client_splits_at_4080_payload_bytes() {
    let endpoint = Endpoint::open(Role::Client);
    let lengths = |writes: Vec<Vec<u8>>| -> Vec<usize> {
        writes
            .iter()
            .map(|bytes| Frame::only(bytes).payload.len())
            .collect()
    };
    assert_eq!(
        lengths(send(&endpoint, BINARY, Memory::pattern(4080))),
        [4080]
    );
    assert_eq!(
        lengths(send(&endpoint, BINARY, Memory::pattern(4081))),
        [4080, 1]
    );
    assert_eq!(
        lengths(send(&endpoint, BINARY, Memory::pattern(8161))),
        [4080, 4080, 1]
    );
}

fn s010_allocated_buffer_needs_both_sizes_plus_144() {
    for (receive, send) in [(256, 16), (4096, 4096), (16384, 16384), (65536, 16)] {
        for role in Role::BOTH {
            let create = |block: &Block| {
                Endpoint::create(
                    role,
                    &[
                        Property::ReceiveBuffer(receive),
                        Property::SendBuffer(send),
                        Property::Allocated(block),
                    ],
                )
            };
            let size = Block::size_for(receive, send) as usize;
            let (block, short) = (Block::new(size, 0), Block::new(size - 1, 0));
            fails(create(&short), E_INVALIDARG);
            let endpoint = create(&block).expect("a block of the size that .NET gives");
            endpoint.shake_hands();
            returns(endpoint.receive(1), S_OK);
            let (room, length) = read(&endpoint).data(0);
            assert!(length == receive && block.contains(room, length as usize));
        }
    }
    // Without sizes the defaults count: 16 bytes to send with on a server.
    for (role, send) in [(Role::Client, 4096), (Role::Server, 16)] {
        let size = Block::size_for(4096, send) as usize;
        let (block, short) = (Block::new(size, 0), Block::new(size - 1, 0));
        fails(
            Endpoint::create(role, &[Property::Allocated(&short)]),
            E_INVALIDARG,
        );
        converse(&Endpoint::open_with(role, &[Property::Allocated(&block)]));
    }
}

fn s011_allocated_buffer_may_come_before_the_sizes() {
    for role in Role::BOTH {
        let block = Block::like_dotnet(512, 256);
        let endpoint = Endpoint::open_with(
            role,
            &[
                Property::Allocated(&block),
                Property::SendBuffer(256),
                Property::ReceiveBuffer(512),
            ],
        );
        returns(endpoint.receive(1), S_OK);
        let (room, length) = read(&endpoint).data(0);
        assert!(length == 512 && block.contains(room, 512));
        // Sizes that follow count in the check of the block as well.
        let refused = Endpoint::create(
            role,
            &[
                Property::Allocated(&block),
                Property::SendBuffer(256),
                Property::ReceiveBuffer(513),
            ],
        );
        fails(refused, E_INVALIDARG);
    }
}

fn s012_odd_addresses_of_block_and_values_work() {
    for role in Role::BOTH {
        for misalignment in [1, 3, 4, 7] {
            let block = Block::new(Block::size_for(256, 256) as usize, misalignment);
            // The values one behind the other as .NET stores them, but starting at an odd address.
            let mut values = [0u64; 5];
            let base = values.as_mut_ptr().cast::<u8>().wrapping_add(misalignment);
            let pointer_size = size_of::<*mut u8>();
            let mut properties = Vec::new();
            let mut add = |kind, offset: usize, bytes: &[u8], size| {
                let value = base.wrapping_add(offset);
                // SAFETY: at most 7 + 8 + 8 + 8 bytes of the 40.
                unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), value, bytes.len()) };
                properties.push(WEB_SOCKET_PROPERTY {
                    Type: kind,
                    pvValue: value.cast::<c_void>(),
                    ulValueSize: size,
                });
            };
            let address = block.pointer().expose_provenance().to_ne_bytes();
            add(
                WEB_SOCKET_RECEIVE_BUFFER_SIZE_PROPERTY_TYPE,
                0,
                &256u32.to_ne_bytes(),
                4,
            );
            add(
                WEB_SOCKET_SEND_BUFFER_SIZE_PROPERTY_TYPE,
                4,
                &256u32.to_ne_bytes(),
                4,
            );
            add(
                WEB_SOCKET_ALLOCATED_BUFFER_PROPERTY_TYPE,
                8,
                &address,
                block.length(),
            );
            let after = 8 + pointer_size;
            add(
                WEB_SOCKET_DISABLE_UTF8_VERIFICATION_PROPERTY_TYPE,
                after,
                &1u32.to_ne_bytes(),
                4,
            );
            // SAFETY: each value is where its property says, for as long as the call.
            let endpoint = unsafe { Endpoint::create_raw(role, &properties) }.expect("creation");
            endpoint.shake_hands();
            converse(&endpoint);
            drop(endpoint);
            assert_eq!(block.damage(), []);
        }
    }
}

fn s013_property_values_may_be_overwritten_after_the_call() {
    for role in Role::BOTH {
        let block = Block::like_dotnet(300, 200);
        let (mut receive, mut sent, mut address, mut unchecked) =
            (300u32, 200u32, block.pointer(), 1u32);
        let mut properties = [
            property(
                WEB_SOCKET_RECEIVE_BUFFER_SIZE_PROPERTY_TYPE,
                &mut receive,
                4,
            ),
            property(WEB_SOCKET_SEND_BUFFER_SIZE_PROPERTY_TYPE, &mut sent, 4),
            property(
                WEB_SOCKET_ALLOCATED_BUFFER_PROPERTY_TYPE,
                &mut address,
                block.length(),
            ),
            property(
                WEB_SOCKET_DISABLE_UTF8_VERIFICATION_PROPERTY_TYPE,
                &mut unchecked,
                4,
            ),
        ];
        // SAFETY: each value is where its property says.
        let endpoint = unsafe { Endpoint::create_raw(role, &properties) }.expect("creation");
        for property in &mut properties {
            // SAFETY: each value has at least four bytes.
            unsafe { property.pvValue.cast::<u32>().write(0xDEAD_BEEF) };
            *property = WEB_SOCKET_PROPERTY {
                Type: 77,
                pvValue: without_provenance_mut(1),
                ulValueSize: 0,
            };
        }
        endpoint.shake_hands();
        returns(endpoint.receive(1), S_OK);
        let action = read(&endpoint);
        let (room, length) = action.data(0);
        assert!(length == 300 && block.contains(room, 300));
        // The text check is still off.
        endpoint.fill(&action, &incoming(role, FIN | wire::TEXT, &[0xFF; 3]));
        indicated(&endpoint, endpoint.get_action(RECEIVE), TEXT, &[0xFF; 3], 1);
        // And the send buffer still has 200 bytes: room for frames of 184.
        let first = send(&endpoint, BINARY, Memory::pattern(185)).swap_remove(0);
        let length = if role == Role::Client { 184 } else { 185 };
        assert_eq!(Frame::only(&first).payload.len(), length);
    }
}

fn s014_bytes_outside_the_block_never_change() {
    for role in Role::BOTH {
        for (receive, send_buffer) in [(256, 16), (256, 132), (256, 141), (300, 4096), (4096, 142)]
        {
            let block = Block::like_dotnet(receive, send_buffer);
            let endpoint = Endpoint::open_with(
                role,
                &[
                    Property::ReceiveBuffer(receive),
                    Property::SendBuffer(send_buffer),
                    Property::Allocated(&block),
                ],
            );
            converse(&endpoint);
            for length in [0, 1, 125, 126, 127, 4080, 65536] {
                send(&endpoint, TEXT, Memory::new(&vec![b'x'; length]));
            }
            // A pong and a frame of data both outstanding, each as large as it gets.
            returns(endpoint.send(BINARY, Memory::pattern(5000), 2), S_OK);
            let data = write(&endpoint, SEND);
            let pong = deliver(&endpoint, &incoming(role, FIN | wire::PING, &[1; 125]), 3);
            assert_eq!(pong.action, WEB_SOCKET_SEND_TO_NETWORK_ACTION);
            endpoint.complete(pong.context, pong.total());
            endpoint.complete(data.context, data.total());
            finish_send(&endpoint, BINARY, 2);
            let reason = Memory::new(&[b'r'; 123]);
            returns(endpoint.send_close(1000, Some(reason), 4), S_OK);
            let close = finish_send(&endpoint, CLOSE, 4).concat();
            assert_eq!(
                Frame::only(&close).payload,
                wire::close_payload(1000, &reason.bytes())
            );
            let mut rest = &incoming(
                role,
                FIN | wire::CLOSE,
                &wire::close_payload(1000, &[b'r'; 123]),
            )[..];
            let action = endpoint.pump(&mut rest, usize::MAX);
            is_indication(&action, CLOSE, 3);
            endpoint.complete(action.context, 0);
            endpoint.abort();
            assert_eq!(block.damage(), []);
            drop(endpoint);
            assert_eq!(block.damage(), []);
        }
    }
}

fn s015_disable_masking_false_equals_absent() {
    let client = Endpoint::open_with(Role::Client, &[Property::DisableMasking(false)]);
    let keys: Vec<_> = (0..2)
        .map(|_| Frame::only(&send(&client, TEXT, Memory::new(b"Hello")).concat()).key)
        .collect();
    // A key of zero by chance is as likely as two equal ones: once in four thousand million runs.
    assert!(
        keys[0].is_some_and(|key| key != [0; 4]) && keys[0] != keys[1],
        "{keys:?}"
    );
    returns(client.send(BINARY, Memory::pattern(5), 1), S_OK);
    assert_ne!(write(&client, SEND).wire()[6..], Memory::pattern(5).bytes());

    let server = Endpoint::open_with(Role::Server, &[Property::DisableMasking(false)]);
    returns(server.receive(1), S_OK);
    server.fill(
        &read(&server),
        &wire::frame(FIN | wire::TEXT, b"Hello", None),
    );
    refuses(&server, RECEIVE, FORMAT);
}

fn s016_failure_stores_null_in_the_handle() {
    for create in [api().create_client_handle, api().create_server_handle] {
        let refuse = |property: WEB_SOCKET_PROPERTY| {
            let mut handle = without_provenance_mut(0x5555);
            // SAFETY: the value is readable as its size says, or wrong in a way that the function checks.
            let result = unsafe { create(&property, 1, &mut handle) };
            returns(result, E_INVALIDARG);
            assert!(handle.is_null(), "{handle:?}");
        };
        let mut small = 255u32;
        refuse(property(
            WEB_SOCKET_RECEIVE_BUFFER_SIZE_PROPERTY_TYPE,
            &mut small,
            4,
        ));
        refuse(property(
            WEB_SOCKET_RECEIVE_BUFFER_SIZE_PROPERTY_TYPE,
            &mut 4096u32,
            3,
        ));
        refuse(property(
            WEB_SOCKET_DISABLE_MASKING_PROPERTY_TYPE,
            &mut 0u32,
            1,
        ));
        refuse(WEB_SOCKET_PROPERTY {
            Type: WEB_SOCKET_SEND_BUFFER_SIZE_PROPERTY_TYPE,
            pvValue: std::ptr::null_mut(),
            ulValueSize: 4,
        });
        refuse(property(99, &mut small, 4));
        let mut handle = without_provenance_mut(0x5555);
        // SAFETY: an array of NULL with a count is what is tested; the function checks it.
        returns(unsafe { create(null(), 1, &mut handle) }, E_INVALIDARG);
        assert!(handle.is_null(), "{handle:?}");
    }
}

fn s017_property_type_7_refused_and_5_ignored() {
    let create = |role, kind| {
        let mut value = 30_000u32;
        // SAFETY: four bytes, as said.
        unsafe { Endpoint::create_raw(role, &[property(kind, &mut value, 4)]) }
    };
    for role in Role::BOTH {
        for kind in [7, 8, i32::MAX, -1, i32::MIN] {
            fails(create(role, kind), E_INVALIDARG);
        }
        for kind in [
            WEB_SOCKET_KEEPALIVE_INTERVAL_PROPERTY_TYPE,
            WEB_SOCKET_SUPPORTED_VERSIONS_PROPERTY_TYPE,
        ] {
            let endpoint = create(role, kind).expect("ignored at creation");
            endpoint.shake_hands();
            converse(&endpoint);
        }
    }
}
