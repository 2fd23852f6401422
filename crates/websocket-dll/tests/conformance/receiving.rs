//! Statements 78 to 98: what arrives, and how its lane goes on. Those about refused input are in `receive_errors`.

use std::ptr::{null, null_mut};

use websocket_testkit::hresult::*;
use websocket_testkit::wire::{self, FIN, KEY};
use websocket_testkit::{Block, Endpoint, Memory, Property, Role, data, pattern};

use crate::receive_errors::*;
use crate::support::*;
use crate::table::section;

section! { "Receiving":
    s078_no_receive_queued_is_nothing_even_with_buffered_bytes,
    s079_read_has_one_buffer_a_length_and_type_0,
    s080_two_messages_in_one_read_serve_two_receives,
    s081_header_in_1_byte_completions_at_every_boundary,
    s082_indication_count_is_always_1,
    s083_frame_larger_than_the_buffer_248_256_256_240,
    s084_frame_without_fin_indicated_at_once_as_fragment,
    s085_final_empty_continuation_is_message_of_length_0,
    s086_application_buffer_identity_count_and_remainder,
    s087_any_count_completes_an_indication,
    s088_read_of_0_cancels_the_receive_only,
    s089_two_receives_queued_serve_two_chunks,
    s090_receive_queued_while_an_indication_is_outstanding,
    s091_each_row_of_the_error_table,
    s092_error_is_sticky_and_sending_goes_on,
    s093_utf8_split_over_frames_chunks_and_a_ping,
    s094_invalid_utf8_is_format_unless_disabled_or_binary,
    s095_server_with_masking_disabled_accepts_both,
    s096_client_refuses_masked_server_refuses_unmasked,
    s097_frames_above_4_gib_stream,
    s098_mask_phase_kept_across_chunks,
}

fn s078_no_receive_queued_is_nothing_even_with_buffered_bytes() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        for queue in [RECEIVE, ALL] {
            nothing(&endpoint, queue);
        }
        let stream = [
            incoming(role, FIN | wire::TEXT, b"one"),
            incoming(role, FIN | wire::PING, b"p"),
            incoming(role, FIN | wire::TEXT, b"two"),
        ]
        .concat();
        let action = deliver(&endpoint, &stream, 1);
        indicated(&endpoint, action, TEXT, b"one", 1);
        for queue in [RECEIVE, ALL, SEND] {
            nothing(&endpoint, queue);
        }
        returns(endpoint.receive(2), S_OK);
        let pong = write(&endpoint, RECEIVE);
        endpoint.complete(pong.context, pong.total());
        indicated(&endpoint, endpoint.get_action(RECEIVE), TEXT, b"two", 2);
        nothing(&endpoint, RECEIVE);
    }
}

fn s079_read_has_one_buffer_a_length_and_type_0() {
    for role in Role::BOTH {
        for queue in [RECEIVE, ALL] {
            let endpoint = Endpoint::open(role);
            returns(endpoint.receive(0x79), S_OK);
            let action = endpoint.get_action(queue);
            is_read(&action);
            assert_eq!(action.application, 0x79);
            nothing(&endpoint, queue);
        }
        // With an application buffer too, bytes are read into component memory.
        let endpoint = Endpoint::open(role);
        let room = Memory::room(10);
        returns(endpoint.receive_into(room, 1), S_OK);
        assert_ne!(read(&endpoint).data(0).0, room.pointer());
        // More than its length cannot have been read: the excess does not count.
        let endpoint = Endpoint::open_with(role, &[Property::ReceiveBuffer(256)]);
        let message = pattern(600);
        let frame = incoming(role, FIN | wire::BINARY, &message);
        let (mut rest, mut got) = (&frame[..], Vec::new());
        while got.len() < message.len() {
            returns(endpoint.receive(2), S_OK);
            let action = read(&endpoint);
            let now = rest.len().min(action.data(0).1 as usize);
            // SAFETY: the library gave `now` writable bytes or more until the action is completed.
            unsafe { std::ptr::copy_nonoverlapping(rest.as_ptr(), action.data(0).0, now) };
            rest = &rest[now..];
            let excess = if rest.is_empty() { 0 } else { 1000 };
            endpoint.complete(action.context, now as u32 + excess);
            let action = endpoint.get_action(RECEIVE);
            is_indication(&action, action.buffer_type, 2);
            got.extend(action.bytes(0));
            endpoint.complete(action.context, 0);
        }
        assert!(got == message);
    }
}

fn s080_two_messages_in_one_read_serve_two_receives() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        returns(endpoint.receive(1), S_OK);
        let stream = [
            incoming(role, FIN | wire::TEXT, b"Hello"),
            incoming(role, FIN | wire::BINARY, &[1, 2, 3]),
        ]
        .concat();
        endpoint.fill(&read(&endpoint), &stream);
        indicated(&endpoint, endpoint.get_action(RECEIVE), TEXT, b"Hello", 1);
        returns(endpoint.receive(2), S_OK);
        indicated(
            &endpoint,
            endpoint.get_action(RECEIVE),
            BINARY,
            &[1, 2, 3],
            2,
        );
    }
}

fn s081_header_in_1_byte_completions_at_every_boundary() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        let big = pattern(65536);
        let (small, middle): (&[u8], &[u8]) = (b"Hello", &big[..300]);
        let stream = [
            incoming(role, FIN | wire::BINARY, small),
            incoming(role, FIN | wire::BINARY, middle),
            incoming(role, FIN | wire::BINARY, &big),
            incoming(role, FIN | wire::BINARY, b""),
        ]
        .concat();
        let got = messages(collect(&endpoint, &stream, 1));
        let got: Vec<&[u8]> = got.iter().map(|piece| &piece.bytes[..]).collect();
        assert!(got == [small, middle, &big, b""], "byte by byte");

        // And cut once, at each place in the header of each form and a little beyond.
        for payload in [small, middle, &big, b""] {
            let frame = incoming(role, FIN | wire::BINARY, payload);
            for cut in 0..=frame.len().min(20) {
                let mut pieces = Vec::new();
                returns(endpoint.receive(1), S_OK);
                let mut head = &frame[..cut];
                let mut action = endpoint.pump(&mut head, usize::MAX);
                let mut rest = &frame[cut..];
                loop {
                    if action.action
                        == websocket_testkit::abi::WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION
                    {
                        let now = rest.len().min(action.data(0).1 as usize);
                        assert!(now > 0, "more wanted after the end, cut at {cut}");
                        endpoint.fill(&action, &rest[..now]);
                        rest = &rest[now..];
                    } else {
                        pieces.push(Piece {
                            kind: action.buffer_type,
                            bytes: action.bytes(0),
                        });
                        indicated(&endpoint, action, action.buffer_type, &action.bytes(0), 1);
                        if action.buffer_type == BINARY {
                            break;
                        }
                        returns(endpoint.receive(1), S_OK);
                    }
                    action = endpoint.get_action(RECEIVE);
                }
                let got = messages(pieces);
                assert!(got.len() == 1 && got[0].bytes == payload, "cut at {cut}");
            }
        }
    }
}

fn s082_indication_count_is_always_1() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        // `is_indication` insists on count 1.
        let cases = [
            (wire::TEXT, TEXT, &b"x"[..]),
            (wire::TEXT, TEXT, b""),
            (wire::PONG, PING_PONG, b""),
            (wire::PONG, PING_PONG, b"payload"),
        ];
        for (opcode, kind, payload) in cases {
            let action = deliver(&endpoint, &incoming(role, FIN | opcode, payload), 1);
            is_indication(&action, kind, 1);
            if opcode == wire::TEXT && payload.is_empty() {
                assert_eq!(action.data(0), (null_mut(), 0));
            }
            endpoint.complete(action.context, 0);
        }
        returns(endpoint.receive(2), S_OK);
        endpoint.complete(read(&endpoint).context, 0);
        receive_cancelled(&endpoint, 2);
        let action = deliver(&endpoint, &incoming(role, FIN | wire::CLOSE, b""), 3);
        is_indication(&action, CLOSE, 3);
        endpoint.complete(action.context, 0);
        returns(endpoint.receive(4), S_OK);
        endpoint.abort();
        receive_cancelled(&endpoint, 4);
    }
}

fn s083_frame_larger_than_the_buffer_248_256_256_240() {
    let server = Endpoint::open_with(Role::Server, &[Property::ReceiveBuffer(256)]);
    let message = vec![b'm'; 1000];
    let frame = incoming(Role::Server, FIN | wire::TEXT, &message);
    assert_eq!(&frame[..4], b"\x81\xfe\x03\xe8");
    let mut rest = &frame[..];
    for (length, kind) in [
        (248, TEXT_PART),
        (256, TEXT_PART),
        (256, TEXT_PART),
        (240, TEXT),
    ] {
        nothing(&server, RECEIVE);
        returns(server.receive(1), S_OK);
        let action = read(&server);
        assert_eq!(action.data(0).1, 256);
        let (now, later) = rest.split_at(rest.len().min(256));
        server.fill(&action, now);
        rest = later;
        indicated(
            &server,
            server.get_action(RECEIVE),
            kind,
            &message[..length],
            1,
        );
    }
    assert!(rest.is_empty());
}

fn s084_frame_without_fin_indicated_at_once_as_fragment() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        for (opcode, part, message) in [
            (wire::TEXT, TEXT_PART, TEXT),
            (wire::BINARY, BINARY_PART, BINARY),
        ] {
            let action = deliver(&endpoint, &incoming(role, opcode, b"Hel"), 1);
            indicated(&endpoint, action, part, b"Hel", 1);
            let action = deliver(&endpoint, &incoming(role, 0, b"l"), 2);
            indicated(&endpoint, action, part, b"l", 2);
            let action = deliver(&endpoint, &incoming(role, FIN, b"o"), 3);
            indicated(&endpoint, action, message, b"o", 3);
            // Of a frame that is not there yet, what is there.
            let whole = incoming(role, FIN | opcode, b"Hello");
            let (now, later) = whole.split_at(whole.len() - 2);
            let action = deliver(&endpoint, now, 4);
            indicated(&endpoint, action, part, b"Hel", 4);
            let action = deliver(&endpoint, later, 5);
            indicated(&endpoint, action, message, b"lo", 5);
        }
    }
}

fn s085_final_empty_continuation_is_message_of_length_0() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        for (opcode, part, message) in [
            (wire::TEXT, TEXT_PART, TEXT),
            (wire::BINARY, BINARY_PART, BINARY),
        ] {
            let action = deliver(&endpoint, &incoming(role, opcode, b"Hello"), 1);
            indicated(&endpoint, action, part, b"Hello", 1);
            let action = deliver(&endpoint, &incoming(role, FIN, b""), 2);
            is_indication(&action, message, 2);
            assert_eq!(action.data(0), (null_mut(), 0));
            endpoint.complete(action.context, 0);
            // Empty frames that do not end a message say nothing.
            let stream = [
                incoming(role, opcode, b""),
                incoming(role, 0, b""),
                incoming(role, FIN, b"x"),
            ]
            .concat();
            let action = deliver(&endpoint, &stream, 3);
            indicated(&endpoint, action, message, b"x", 3);
        }
    }
}

fn s086_application_buffer_identity_count_and_remainder() {
    // Section 4.3.
    let server = Endpoint::open(Role::Server);
    let room = Memory::room(3);
    returns(server.receive_into(room, 1), S_OK);
    server.fill(
        &read(&server),
        &incoming(Role::Server, FIN | wire::TEXT, b"Hello"),
    );
    let action = server.get_action(RECEIVE);
    is_indication(&action, TEXT_PART, 1);
    assert_eq!(
        (action.data(0), room.bytes()),
        ((room.pointer(), 3), b"Hel".to_vec())
    );
    server.complete(action.context, 3);
    returns(server.receive_into(room, 2), S_OK);
    let action = server.get_action(RECEIVE);
    is_indication(&action, TEXT, 2);
    assert_eq!(
        (action.data(0), room.bytes()),
        ((room.pointer(), 2), b"lol".to_vec())
    );
    server.complete(action.context, 2);

    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        let room = Memory::room(64);
        let receive_stream = |stream: &[u8]| {
            returns(endpoint.receive_into(room, 3), S_OK);
            let mut rest = stream;
            let action = endpoint.pump(&mut rest, usize::MAX);
            assert!(rest.is_empty());
            action
        };
        // It is not filled to the brim: the first chunk completes it.
        let action = receive_stream(&incoming(role, wire::BINARY, b"ab"));
        is_indication(&action, BINARY_PART, 3);
        assert_eq!(action.data(0), (room.pointer(), 2));
        endpoint.complete(action.context, 2);
        // The rest may go to component memory.
        let action = deliver(&endpoint, &incoming(role, FIN, b"cd"), 4);
        assert_ne!(action.data(0).0, room.pointer());
        indicated(&endpoint, action, BINARY, b"cd", 4);
        assert_eq!(room.bytes()[..4], [b'a', b'b', 0xEE, 0xEE]);
        // Pongs and Closes complete the operation without touching it.
        let before = room.bytes();
        let action = receive_stream(&incoming(role, FIN | wire::PONG, b"p"));
        is_indication(&action, PING_PONG, 3);
        assert_ne!(action.data(0).0, room.pointer());
        endpoint.complete(action.context, 0);
        let action = receive_stream(&incoming(role, FIN | wire::CLOSE, b"\x03\xe8bye"));
        is_indication(&action, CLOSE, 3);
        let (reason, length, status) = action.close(0);
        assert!(reason != room.pointer() && (length, status) == (3, 1000));
        assert_eq!(action.bytes(0), b"bye");
        endpoint.complete(action.context, 0);
        assert_eq!(room.bytes(), before);
        // No room is no buffer.
        for buffer in [
            data(null_mut(), 0),
            data(null_mut(), 5),
            data(room.pointer(), 0),
        ] {
            // SAFETY: the function refuses these without following a pointer.
            returns(unsafe { endpoint.receive_raw(&buffer, 5) }, E_INVALIDARG);
        }
        nothing(&endpoint, RECEIVE);
        // SAFETY: NULL is allowed.
        returns(unsafe { endpoint.receive_raw(null(), 5) }, S_OK);
    }
}

fn s087_any_count_completes_an_indication() {
    for role in Role::BOTH {
        for count in [0, 1, 4, 5, 6, u32::MAX] {
            let endpoint = Endpoint::open(role);
            let stream = [
                incoming(role, FIN | wire::TEXT, b"Hello"),
                incoming(role, FIN | wire::TEXT, b"World"),
            ]
            .concat();
            let action = deliver(&endpoint, &stream, 1);
            is_indication(&action, TEXT, 1);
            assert_eq!(action.bytes(0), b"Hello");
            assert_eq!(endpoint.complete(action.context, count), 0);
            nothing(&endpoint, RECEIVE);
            returns(endpoint.receive(2), S_OK);
            indicated(&endpoint, endpoint.get_action(RECEIVE), TEXT, b"World", 2);
        }
    }
}

fn s088_read_of_0_cancels_the_receive_only() {
    for role in Role::BOTH {
        let frame = incoming(role, FIN | wire::TEXT, b"Hello");
        // Also in the middle of a header and of a payload: what was read before is kept.
        for cut in [0, 1, frame.len() - 5] {
            let endpoint = Endpoint::open(role);
            let action = deliver(&endpoint, &frame[..cut], 1);
            is_read(&action);
            endpoint.complete(action.context, 0);
            receive_cancelled(&endpoint, 1);
            nothing(&endpoint, RECEIVE);
            let action = deliver(&endpoint, &frame[cut..], 2);
            indicated(&endpoint, action, TEXT, b"Hello", 2);
        }
        // The next operation in the queue is not concerned.
        let endpoint = Endpoint::open(role);
        returns(endpoint.receive(1), S_OK);
        returns(endpoint.receive(2), S_OK);
        endpoint.complete(read(&endpoint).context, 0);
        receive_cancelled(&endpoint, 1);
        let action = read(&endpoint);
        assert_eq!(action.application, 2);
        endpoint.fill(&action, &frame);
        indicated(&endpoint, endpoint.get_action(RECEIVE), TEXT, b"Hello", 2);
    }
}

fn s089_two_receives_queued_serve_two_chunks() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        let room = Memory::room(3);
        returns(endpoint.receive_into(room, 0xA), S_OK);
        returns(endpoint.receive(0xB), S_OK);
        returns(endpoint.receive(0xC), S_OK);
        let action = read(&endpoint);
        assert_eq!(action.application, 0xA);
        let stream = [
            incoming(role, FIN | wire::TEXT, b"Hello"),
            incoming(role, FIN | wire::BINARY, b"next"),
        ]
        .concat();
        endpoint.fill(&action, &stream);
        indicated(
            &endpoint,
            endpoint.get_action(RECEIVE),
            TEXT_PART,
            b"Hel",
            0xA,
        );
        indicated(&endpoint, endpoint.get_action(RECEIVE), TEXT, b"lo", 0xB);
        indicated(
            &endpoint,
            endpoint.get_action(RECEIVE),
            BINARY,
            b"next",
            0xC,
        );
        nothing(&endpoint, RECEIVE);
    }
}

fn s090_receive_queued_while_an_indication_is_outstanding() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        let stream = [
            incoming(role, FIN | wire::TEXT, b"one"),
            incoming(role, FIN | wire::TEXT, b"two"),
        ]
        .concat();
        let first = deliver(&endpoint, &stream, 1);
        is_indication(&first, TEXT, 1);
        returns(endpoint.receive(2), S_OK);
        nothing(&endpoint, RECEIVE);
        nothing(&endpoint, ALL);
        assert_eq!(first.bytes(0), b"one");
        endpoint.complete(first.context, 3);
        let second = endpoint.get_action(RECEIVE);
        returns(endpoint.receive(3), S_OK);
        nothing(&endpoint, RECEIVE);
        indicated(&endpoint, second, TEXT, b"two", 2);
        assert_eq!(read(&endpoint).application, 3);
    }
}

fn s095_server_with_masking_disabled_accepts_both() {
    let server = Endpoint::open_with(Role::Server, &[Property::DisableMasking(true)]);
    for key in [None, Some(KEY), None, Some([0; 4])] {
        for (opcode, kind) in [(wire::TEXT, TEXT), (wire::BINARY, BINARY)] {
            let action = deliver(&server, &wire::frame(FIN | opcode, b"Hello", key), 1);
            indicated(&server, action, kind, b"Hello", 1);
        }
        let pong = deliver(&server, &wire::frame(FIN | wire::PING, b"p", key), 2);
        assert_eq!(pong.wire(), b"\x8a\x01p");
        server.complete(pong.context, 3);
        let read = read(&server);
        server.complete(read.context, 0);
        receive_cancelled(&server, 2);
    }
    // Nor does the server mask now.
    assert_eq!(
        send(&server, TEXT, Memory::new(b"Hello")),
        [b"\x81\x05Hello"]
    );
}

fn s097_frames_above_4_gib_stream() {
    const RECEIVE_BUFFER: u32 = 1 << 20;
    let block = Block::like_dotnet(RECEIVE_BUFFER, 16);
    let properties = [
        Property::ReceiveBuffer(RECEIVE_BUFFER),
        Property::SendBuffer(16),
        Property::Allocated(&block),
    ];
    let client = Endpoint::open_with(Role::Client, &properties);
    let length = (1u64 << 32) + 5;
    let mut left = length;
    let mut action = deliver(&client, &wire::header(FIN | wire::BINARY, length, None), 1);
    while left > 0 {
        is_read(&action);
        // The bytes are whatever lies there: only their number matters, and writing 4 GiB takes time.
        let now = left.min(u64::from(action.data(0).1));
        client.complete(action.context, now as u32);
        left -= now;
        action = client.get_action(RECEIVE);
        is_indication(&action, if left == 0 { BINARY } else { BINARY_PART }, 1);
        let (pointer, indicated) = action.data(0);
        assert!(u64::from(indicated) == now && block.contains(pointer, indicated as usize));
        client.complete(action.context, indicated);
        returns(client.receive(1), S_OK);
        action = client.get_action(RECEIVE);
    }
    // Its end was found exactly.
    client.fill(&action, &incoming(Role::Client, FIN | wire::TEXT, b"after"));
    indicated(&client, client.get_action(RECEIVE), TEXT, b"after", 1);

    // The largest length there is: it starts to stream like any other, unmasked as it comes.
    for role in Role::BOTH {
        let endpoint = Endpoint::open_with(role, &[Property::ReceiveBuffer(256)]);
        let mut payload = pattern(10 * 256);
        let mut stream = wire::header(FIN | wire::BINARY, i64::MAX as u64, key_for(role));
        let expected = payload.clone();
        wire::mask(&mut payload, key_for(role).unwrap_or([0; 4]));
        stream.extend_from_slice(&payload);
        let pieces = collect(&endpoint, &stream, usize::MAX);
        assert!(pieces.iter().all(|piece| piece.kind == BINARY_PART));
        let got: Vec<u8> = pieces.into_iter().flat_map(|piece| piece.bytes).collect();
        assert!(got == expected);
    }
}

fn s098_mask_phase_kept_across_chunks() {
    let message = pattern(1000);
    let stream = incoming(Role::Server, FIN | wire::BINARY, &message);
    for step in [1, 2, 3, 5, 7, 13, 255, usize::MAX] {
        let server = Endpoint::open_with(Role::Server, &[Property::ReceiveBuffer(257)]);
        let got = messages(collect(&server, &stream, step));
        assert!(got.len() == 1 && got[0].bytes == message, "reads of {step}");
    }
    // Chunks cut by the application's buffers instead.
    for room in [1, 3, 5, 7, 61] {
        let server = Endpoint::open(Role::Server);
        let room = Memory::room(room);
        let mut rest = &stream[..];
        let mut got = Vec::new();
        while got.len() < message.len() {
            returns(server.receive_into(room, 1), S_OK);
            let action = server.pump(&mut rest, 97);
            is_indication(&action, action.buffer_type, 1);
            got.extend(action.bytes(0));
            server.complete(action.context, 0);
        }
        assert!(got == message, "buffers of {} bytes", room.length());
    }
}
