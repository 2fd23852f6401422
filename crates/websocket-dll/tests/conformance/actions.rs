//! Statements 112 to 123: contexts, refused calls, abort, delete, threads.

use std::collections::HashSet;
use std::ffi::c_void;
use std::ptr::{null_mut, without_provenance_mut};

use websocket_testkit::abi::*;
use websocket_testkit::handshake::DOTNET_REQUEST;
use websocket_testkit::hresult::*;
use websocket_testkit::wire::{self, FIN, Frame};
use websocket_testkit::{Block, Endpoint, Memory, Property, Role, SENTINEL, api, data};

use crate::support::*;
use crate::table::section;
use crate::threads::*;

section! { "Actions, abort, delete":
    s112_unknown_contexts_complete_nothing,
    s113_contexts_are_unique_among_outstanding_actions,
    s114_failing_get_action_clears_outputs_and_leaves_buffers,
    s115_null_for_the_application_context_is_accepted,
    s116_all_looks_at_the_send_lane_first,
    s117_abort_before_the_end_of_the_handshake_changes_nothing,
    s118_abort_gives_one_indication_for_each_operation,
    s119_abort_with_an_outstanding_action_waits_for_its_completion,
    s120_after_abort_send_and_receive_are_operation,
    s121_delete_frees_all_but_the_callers_block,
    s122_send_thread_and_receive_thread_need_no_lock,
    s123_completion_from_a_third_thread_works,
}

fn s112_unknown_contexts_complete_nothing() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        let other = Endpoint::open(role);
        returns(other.receive(1), S_OK);
        let foreign = read(&other);
        returns(endpoint.send(TEXT, Memory::new(b"old"), 1), S_OK);
        let old = write(&endpoint, SEND);
        endpoint.complete(old.context, old.total());
        let old_indication = endpoint.get_action(SEND);
        endpoint.complete(old_indication.context, 0);

        returns(endpoint.receive(2), S_OK);
        returns(endpoint.send(TEXT, Memory::new(b"new"), 3), S_OK);
        let receiving = read(&endpoint);
        let sending = write(&endpoint, SEND);
        let bytes = sending.wire();
        let near = [sending.context, receiving.context].map(|context| [context - 1, context + 1]);
        let mut garbage = vec![
            0,
            1,
            2,
            3,
            usize::MAX,
            0xDEAD_BEEF,
            old.context,
            old_indication.context,
            foreign.context,
            std::ptr::from_ref(&endpoint).addr(),
        ];
        garbage.extend(near.concat());
        garbage.retain(|&context| context != sending.context && context != receiving.context);
        for context in garbage {
            for count in [0, 4, 7, u32::MAX] {
                assert_eq!(endpoint.complete(context, count), 0);
            }
            nothing(&endpoint, ALL);
            nothing(&endpoint, SEND);
            nothing(&endpoint, RECEIVE);
        }
        assert_eq!(sending.wire(), bytes);
        // The other handle's action is still outstanding.
        nothing(&other, RECEIVE);
        other.fill(&foreign, &incoming(role, FIN | wire::TEXT, b"Hello"));
        indicated(&other, other.get_action(RECEIVE), TEXT, b"Hello", 1);

        // Completing twice is completing once.
        endpoint.complete(sending.context, sending.total());
        endpoint.complete(sending.context, 0);
        send_indicated(&endpoint, TEXT, 3);
        endpoint.fill(&receiving, &incoming(role, FIN | wire::TEXT, b"Hello"));
        endpoint.complete(receiving.context, 0);
        indicated(&endpoint, endpoint.get_action(RECEIVE), TEXT, b"Hello", 2);
    }
}

fn s113_contexts_are_unique_among_outstanding_actions() {
    let endpoints: Vec<Endpoint> = (0..20)
        .map(|index| Endpoint::open(Role::BOTH[index % 2]))
        .collect();
    let mut seen = HashSet::new();
    for _ in 0..10 {
        let mut outstanding = Vec::new();
        for endpoint in &endpoints {
            returns(endpoint.send(TEXT, Memory::new(b"x"), 5), S_OK);
            returns(endpoint.receive(5), S_OK);
            for action in [write(endpoint, SEND), read(endpoint)] {
                assert!(
                    seen.insert(action.context),
                    "{:#x} came before",
                    action.context
                );
                outstanding.push((endpoint, action));
            }
        }
        for (endpoint, action) in outstanding {
            endpoint.complete(
                action.context,
                if action.action == WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION {
                    0
                } else {
                    action.total()
                },
            );
        }
        for endpoint in &endpoints {
            send_indicated(endpoint, TEXT, 5);
            receive_cancelled(endpoint, 5);
        }
    }
}

fn s114_failing_get_action_clears_outputs_and_leaves_buffers() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        returns(endpoint.send(TEXT, Memory::new(b"x"), 1), S_OK);
        for queue in [0, 4, 7, -1, i32::MAX, i32::MIN] {
            refuses(&endpoint, queue, E_INVALIDARG);
        }
        for queue in [SEND, RECEIVE, ALL] {
            refused(&endpoint.get_action_with(queue, 0, SENTINEL), E_INVALIDARG);
        }
        // NULL in place of each output but the application context.
        for missing in 0..5 {
            let mut buffers = [data(without_provenance_mut(0x5555), 0x5555); 2];
            let (mut count, mut action, mut kind) = (2, 0x5555, 0x5555);
            let mut application: *mut c_void = without_provenance_mut(0x5555);
            let mut context: *mut c_void = without_provenance_mut(0x5555);
            let unless = |index| missing != index;
            // SAFETY: each output is writable or NULL, which the function checks.
            let result = unsafe {
                (api().get_action)(
                    endpoint.handle(),
                    ALL,
                    if unless(0) {
                        buffers.as_mut_ptr()
                    } else {
                        null_mut()
                    },
                    if unless(1) { &mut count } else { null_mut() },
                    if unless(2) { &mut action } else { null_mut() },
                    if unless(3) { &mut kind } else { null_mut() },
                    &mut application,
                    if unless(4) { &mut context } else { null_mut() },
                )
            };
            returns(result, E_INVALIDARG);
            assert!(application.is_null());
            assert!(!unless(1) || count == 0);
            assert!(!unless(2) || action == 0);
            assert!(!unless(3) || kind == 0);
            assert!(!unless(4) || context.is_null());
            for buffer in buffers {
                // SAFETY: both views are plain bytes.
                assert_eq!(unsafe { buffer.Data.ulBufferLength }, 0x5555);
            }
        }
        // None of these calls took the action away.
        assert_eq!(Frame::only(&written(&endpoint)).payload, b"x");
        send_indicated(&endpoint, TEXT, 1);
        for queue in [SEND, RECEIVE, ALL] {
            nothing(&endpoint, queue);
        }
        refused(
            &deliver(&endpoint, &incoming(role, FIN | 3, b""), 1),
            FORMAT,
        );
        refuses(&endpoint, ALL, FORMAT);
    }
}

fn s115_null_for_the_application_context_is_accepted() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        returns(endpoint.send(TEXT, Memory::new(b"x"), 1), S_OK);
        returns(endpoint.receive(2), S_OK);
        let mut actions = Vec::new();
        for _ in 0..6 {
            let mut buffers = [data(null_mut(), 0); 2];
            let (mut count, mut action, mut kind, mut context) = (2, 0, 0, null_mut());
            // SAFETY: the outputs are writable, but for the NULL that is tested.
            let result = unsafe {
                (api().get_action)(
                    endpoint.handle(),
                    ALL,
                    buffers.as_mut_ptr(),
                    &mut count,
                    &mut action,
                    &mut kind,
                    null_mut(),
                    &mut context,
                )
            };
            returns(result, S_OK);
            actions.push(action);
            // SAFETY: both views are plain bytes.
            let total: u32 = buffers[..count as usize]
                .iter()
                .map(|one| unsafe { one.Data.ulBufferLength })
                .sum();
            let reading = action == WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION;
            endpoint.complete(context.addr(), if reading { 0 } else { total });
        }
        assert_eq!(
            actions,
            [
                WEB_SOCKET_SEND_TO_NETWORK_ACTION,
                WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION,
                WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION,
                WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION,
                WEB_SOCKET_NO_ACTION,
                WEB_SOCKET_NO_ACTION,
            ]
        );
    }
}

fn s116_all_looks_at_the_send_lane_first() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        returns(endpoint.receive(1), S_OK);
        returns(endpoint.send(TEXT, Memory::new(b"x"), 2), S_OK);
        let sending = write(&endpoint, ALL);
        assert_eq!(sending.application, 2);
        let receiving = endpoint.get_action(ALL);
        is_read(&receiving);
        nothing(&endpoint, ALL);
        // Both have something to indicate: the send first.
        endpoint.complete(sending.context, sending.total());
        endpoint.fill(&receiving, &incoming(role, FIN | wire::TEXT, b"Hello"));
        let indication = endpoint.get_action(ALL);
        assert_eq!(indication.action, WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION);
        endpoint.complete(indication.context, 0);
        indicated(&endpoint, endpoint.get_action(ALL), TEXT, b"Hello", 1);
        // Even after an error of the receive lane a Close can be sent.
        returns(endpoint.send_close(1002, None, 3), S_OK);
        refused(
            &deliver(&endpoint, &incoming(role, FIN | 3, b""), 4),
            FORMAT,
        );
        assert_eq!(write(&endpoint, ALL).buffer_type, CLOSE);
    }
}

fn s117_abort_before_the_end_of_the_handshake_changes_nothing() {
    let client = Endpoint::create(Role::Client, &[]).expect("creation");
    client.abort();
    let headers = client.begin_client(&[], &[], &[]).expect("Begin");
    client.abort();
    let accept = websocket_testkit::handshake::accept(&headers[0].1);
    client
        .end_client(&[
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Accept", &accept),
        ])
        .expect("End");
    assert_eq!(
        Frame::only(&send(&client, TEXT, Memory::new(b"x"))[0]).payload,
        b"x"
    );

    for end in [false, true] {
        let server = Endpoint::create(Role::Server, &[]).expect("creation");
        server.abort();
        server
            .begin_server(None, &[], DOTNET_REQUEST)
            .expect("Begin");
        server.abort();
        if end {
            returns(server.end_server(), S_OK);
        }
        assert_eq!(send(&server, TEXT, Memory::new(b"x")), [b"\x81\x01x"]);
    }
}

/// Drains both lanes as .NET does, with arrays of one element, and gives the contexts indicated on each.
pub(crate) fn drain(endpoint: &Endpoint) -> [Vec<usize>; 2] {
    [SEND, RECEIVE].map(|queue| {
        let mut contexts = Vec::new();
        loop {
            let action = endpoint.get_action_with(queue, 1, 0);
            returns(action.result, S_OK);
            match action.action {
                WEB_SOCKET_NO_ACTION => {
                    assert!(action.is_nothing(), "{action:02x?}");
                    return contexts;
                }
                WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION => {
                    assert!(queue == SEND && action.count == 0, "{action:02x?}");
                }
                WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION => {
                    assert!(queue == RECEIVE && action.count == 1, "{action:02x?}");
                    assert_eq!((action.data(0), action.buffer_type), ((null_mut(), 0), 0));
                }
                _ => panic!("after an abort: {action:02x?}"),
            }
            assert!(
                action.untouched_from(1) && contexts.len() < 100,
                "{action:02x?}"
            );
            contexts.push(action.application);
            endpoint.complete(action.context, 0);
        }
    })
}

fn s118_abort_gives_one_indication_for_each_operation() {
    for role in Role::BOTH {
        for operations in [0, 1, 3, 20] {
            let endpoint = Endpoint::open_with(role, &[Property::SendBuffer(256)]);
            let room = Memory::room(10);
            for index in 0..operations {
                returns(
                    endpoint.send(BINARY, Memory::pattern(1000), 100 + index),
                    S_OK,
                );
                returns(endpoint.receive_into(room, 200 + index), S_OK);
            }
            endpoint.abort();
            let expected = [100, 200].map(|base| (base..base + operations).collect::<Vec<_>>());
            assert_eq!(drain(&endpoint), expected);
            assert_eq!(drain(&endpoint), [vec![], vec![]]);
            assert_eq!(room.bytes(), [0xEE; 10]);
        }

        // With a frame written, data and a ping buffered, and with a sticky error.
        for last in [
            incoming(role, FIN | wire::PING, b"p"),
            incoming(role, FIN | 3, b""),
        ] {
            let endpoint = Endpoint::open_with(role, &[Property::SendBuffer(256)]);
            returns(endpoint.send(BINARY, Memory::pattern(1000), 1), S_OK);
            written(&endpoint);
            let stream = [incoming(role, FIN | wire::TEXT, b"x"), last].concat();
            let action = deliver(&endpoint, &stream, 2);
            indicated(&endpoint, action, TEXT, b"x", 2);
            returns(endpoint.receive(3), S_OK);
            // The pong, or the failure with its context NULL.
            let outstanding = endpoint.get_action(RECEIVE);
            endpoint.abort();
            endpoint.complete(outstanding.context, 0);
            assert_eq!(drain(&endpoint), [vec![1], vec![3]]);
        }
    }
}

fn s119_abort_with_an_outstanding_action_waits_for_its_completion() {
    for role in Role::BOTH {
        // Section 4.8, on both lanes.
        let endpoint = Endpoint::open(role);
        for context in [1, 2] {
            returns(endpoint.send(TEXT, Memory::new(b"x"), context), S_OK);
            returns(endpoint.receive(10 + context), S_OK);
        }
        let sending = write(&endpoint, SEND);
        let receiving = read(&endpoint);
        endpoint.abort();
        for queue in [SEND, RECEIVE, ALL] {
            nothing(&endpoint, queue);
        }
        endpoint.complete(sending.context, sending.total());
        nothing(&endpoint, RECEIVE);
        send_indicated(&endpoint, TEXT, 1);
        send_indicated(&endpoint, TEXT, 2);
        nothing(&endpoint, ALL);
        endpoint.complete(receiving.context, 20);
        receive_cancelled(&endpoint, 11);
        receive_cancelled(&endpoint, 12);
        nothing(&endpoint, ALL);

        // Indications outstanding: each operation is indicated once all the same.
        let endpoint = Endpoint::open(role);
        returns(endpoint.send(TEXT, Memory::new(b"x"), 1), S_OK);
        written(&endpoint);
        let sent = endpoint.get_action(SEND);
        let got = deliver(&endpoint, &incoming(role, FIN | wire::TEXT, b"Hello"), 2);
        is_indication(&got, TEXT, 2);
        endpoint.abort();
        for queue in [SEND, RECEIVE, ALL] {
            nothing(&endpoint, queue);
        }
        assert_eq!(got.bytes(0), b"Hello");
        endpoint.complete(sent.context, 0);
        endpoint.complete(got.context, 5);
        assert_eq!(drain(&endpoint), [vec![], vec![]]);

        // A pong outstanding holds its lane too, and then its receive is indicated.
        let endpoint = Endpoint::open(role);
        let pong = deliver(&endpoint, &incoming(role, FIN | wire::PING, b"p"), 3);
        assert_eq!(pong.buffer_type, PING_PONG);
        endpoint.abort();
        nothing(&endpoint, RECEIVE);
        endpoint.complete(pong.context, 0);
        receive_cancelled(&endpoint, 3);
        nothing(&endpoint, ALL);
    }
}

fn s120_after_abort_send_and_receive_are_operation() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        returns(endpoint.send(TEXT, Memory::new(b"x"), 1), S_OK);
        endpoint.abort();
        for _ in 0..2 {
            returns(endpoint.send(TEXT, Memory::new(b"x"), 2), OPERATION);
            for kind in [PING_PONG, UNSOLICITED_PONG, CLOSE] {
                returns(endpoint.send_empty(kind, 2), OPERATION);
            }
            returns(endpoint.receive(2), OPERATION);
            returns(endpoint.receive_into(Memory::room(5), 2), OPERATION);
            assert_eq!(endpoint.abort(), 0);
        }
        assert_eq!(drain(&endpoint), [vec![1], vec![]]);
        endpoint.abort();
        assert_eq!(drain(&endpoint), [vec![], vec![]]);
    }
}

/// Address space of this process in bytes, or 0 where there is no way to know.
fn address_space() -> u64 {
    std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse::<u64>().ok())
        .map_or(0, |pages| pages * 4096)
}

fn s121_delete_frees_all_but_the_callers_block() {
    let payload = Memory::pattern(5000);
    let busy = |role, properties: &[Property<'_>]| {
        let endpoint = Endpoint::open_with(role, properties);
        for context in 1..4 {
            returns(endpoint.send(BINARY, payload, context), S_OK);
            returns(endpoint.receive(context), S_OK);
        }
        let mut ping = &incoming(role, FIN | wire::PING, b"abc")[..];
        let pong = endpoint.pump(&mut ping, usize::MAX);
        assert_eq!(pong.buffer_type, PING_PONG);
        endpoint.complete(pong.context, 0);
        (write(&endpoint, SEND), read(&endpoint), endpoint)
    };
    for role in Role::BOTH {
        let block = Block::like_dotnet(1000, 500);
        let properties = [
            Property::ReceiveBuffer(1000),
            Property::SendBuffer(500),
            Property::Allocated(&block),
        ];
        let (sending, receiving, endpoint) = busy(role, &properties);
        let bytes = sending.bytes(0);
        let (handle, _) = endpoint.delete();
        // The block is still the caller's: readable, writable, and nobody writes to it any more.
        assert_eq!(sending.bytes(0), bytes);
        let inside = block.pointer();
        // SAFETY: the block's own bytes, from its start on.
        let whole = unsafe { std::slice::from_raw_parts_mut(inside, block.length() as usize) };
        whole.fill(0x3C);
        // SAFETY: the function checks its handle.
        unsafe { (api().complete_action)(handle, without_provenance_mut(receiving.context), 7) };
        drop(busy(role, &[]));
        assert!(whole.iter().all(|&byte| byte == 0x3C));
        assert_eq!(block.damage(), []);
    }

    // A thousand deleted handles of 1 MiB each do not keep 1,000 MiB. Other tests run meanwhile, hence the wide margin.
    let before = address_space();
    for index in 0..1000 {
        let role = Role::BOTH[index % 2];
        drop(busy(
            role,
            &[
                Property::ReceiveBuffer(1 << 20),
                Property::SendBuffer(1 << 19),
            ],
        ));
    }
    let grown = address_space().saturating_sub(before);
    assert!(grown < 700 << 20, "{} MiB more address space", grown >> 20);
}
