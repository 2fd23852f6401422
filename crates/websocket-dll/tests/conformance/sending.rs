//! Statements 47 to 71: what sends look like on the wire, and how their lane goes on.

use std::ptr::{null, null_mut};

use websocket_testkit::abi::*;
use websocket_testkit::hresult::*;
use websocket_testkit::wire::{self, FIN, Frame};
use websocket_testkit::{Action, Endpoint, Memory, Property, Role, SENTINEL, data, pattern};

use crate::support::*;
use crate::table::section;

section! { "Sending":
    s047_server_text_header_then_caller_pointer,
    s048_server_headers_of_2_4_10_bytes_in_minimal_form,
    s049_server_1_mib_with_send_buffer_16_is_one_write,
    s050_client_masks_a_copy_and_leaves_the_caller_bytes,
    s051_two_client_frames_use_different_keys,
    s052_disable_masking_client_key_0_caller_pointer_no_split,
    s053_client_splits_32768_into_16368_16368_32,
    s054_split_fragment_has_no_fin,
    s055_fragment_fragment_message_opcodes_and_fin,
    s056_other_kind_inside_a_fragmented_message_is_operation,
    s057_ping_between_fragments_works,
    s058_empty_message_in_three_spellings,
    s059_null_with_a_length_is_invalid,
    s060_ping_with_buffer_and_unknown_types_are_invalid,
    s061_ping_and_unsolicited_pong_bytes_and_indication,
    s062_one_buffer_client_gets_header_and_payload_contiguous,
    s063_one_buffer_server_gets_header_then_payload,
    s064_three_sends_come_out_in_order,
    s065_second_get_action_while_a_write_is_outstanding_is_nothing,
    s066_full_completion_leads_to_the_indication_with_count_0,
    s067_completion_with_0_cancels_the_send_only,
    s068_short_completion_drops_the_other_frames,
    s069_send_before_fetching_the_previous_indication,
    s070_descriptor_may_be_reused_after_send,
    s071_invalid_utf8_outbound_is_accepted,
}

fn client_with(send_buffer: u32) -> Endpoint {
    Endpoint::open_with(Role::Client, &[Property::SendBuffer(send_buffer)])
}

fn s047_server_text_header_then_caller_pointer() {
    let server = Endpoint::open(Role::Server);
    let hello = Memory::new(b"Hello");
    returns(server.send(TEXT, hello, 0x77), S_OK);
    let action = write(&server, ALL);
    assert_eq!(
        (action.count, action.buffer_type, action.application),
        (2, TEXT, 0x77)
    );
    assert_eq!(action.bytes(0), b"\x81\x05");
    assert_eq!(action.data(1), (hello.pointer(), 5));
    server.complete(action.context, 7);
    send_indicated(&server, TEXT, 0x77);
    nothing(&server, ALL);
    assert_eq!(hello.bytes(), b"Hello");
}

fn s048_server_headers_of_2_4_10_bytes_in_minimal_form() {
    let server = Endpoint::open(Role::Server);
    for (length, header) in [
        (1, &b"\x82\x01"[..]),
        (125, b"\x82\x7d"),
        (126, b"\x82\x7e\x00\x7e"),
        (65535, b"\x82\x7e\xff\xff"),
        (65536, b"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ] {
        let payload = Memory::pattern(length);
        returns(server.send(BINARY, payload, 1), S_OK);
        let action = write(&server, SEND);
        assert_eq!(action.count, 2);
        assert_eq!(action.bytes(0), header);
        assert_eq!(action.data(1), (payload.pointer(), payload.length()));
        server.complete(action.context, action.total());
        send_indicated(&server, BINARY, 1);
    }
}

fn s049_server_1_mib_with_send_buffer_16_is_one_write() {
    let server = Endpoint::open_with(Role::Server, &[Property::SendBuffer(16)]);
    let payload = Memory::pattern(1 << 20);
    returns(server.send(BINARY, payload, 1), S_OK);
    let action = write(&server, SEND);
    assert_eq!(
        action.bytes(0),
        wire::header(FIN | wire::BINARY, 1 << 20, None)
    );
    assert_eq!(action.data(1), (payload.pointer(), 1 << 20));
    server.complete(action.context, action.total());
    send_indicated(&server, BINARY, 1);
    nothing(&server, SEND);
}

fn s050_client_masks_a_copy_and_leaves_the_caller_bytes() {
    let client = Endpoint::open(Role::Client);
    for length in [1, 5, 125, 126, 4000] {
        let payload = Memory::pattern(length);
        returns(client.send(BINARY, payload, 1), S_OK);
        let action = write(&client, SEND);
        assert_eq!(action.count, 2);
        let frame = Frame::only(&action.wire());
        assert_eq!(action.bytes(0).len(), frame.header_length);
        assert_eq!(frame.first, FIN | wire::BINARY);
        assert!(frame.key.is_some_and(|key| key != [0; 4]), "{frame:02x?}");
        assert!(frame.payload == pattern(length));
        let (masked, masked_length) = action.data(1);
        assert!(masked != payload.pointer() && masked_length as usize == length);
        // A single byte may meet a zero of the key.
        assert!(
            action.bytes(1) != pattern(length) || length == 1,
            "sent as it was"
        );
        client.complete(action.context, action.total());
        send_indicated(&client, BINARY, 1);
        assert!(
            payload.bytes() == pattern(length),
            "the caller's bytes changed"
        );
    }
}

fn s051_two_client_frames_use_different_keys() {
    let client = client_with(256);
    let other = client_with(256);
    let mut keys = Vec::new();
    for endpoint in [&client, &other, &client] {
        keys.extend(
            frames(&send(endpoint, BINARY, Memory::pattern(600)))
                .iter()
                .map(|f| f.key),
        );
        keys.extend(
            frames(&send(endpoint, TEXT, Memory::new(b"")))
                .iter()
                .map(|f| f.key),
        );
    }
    assert_eq!(keys.len(), 12);
    keys.sort_unstable();
    keys.dedup();
    // Sixty-six pairs of 32-bit keys: equal ones by chance once in 65 million runs.
    assert_eq!(keys.len(), 12, "{keys:02x?}");
}

fn s052_disable_masking_client_key_0_caller_pointer_no_split() {
    let client = Endpoint::open_with(Role::Client, &[Property::DisableMasking(true)]);
    for length in [5, 125, 126, 4081, 65536, 100_000] {
        let payload = Memory::pattern(length);
        returns(client.send(BINARY, payload, 1), S_OK);
        let action = write(&client, SEND);
        let header = wire::header(FIN | wire::BINARY, length as u64, Some([0; 4]));
        assert_eq!(action.bytes(0), header);
        assert_eq!(action.data(1), (payload.pointer(), payload.length()));
        client.complete(action.context, action.total());
        send_indicated(&client, BINARY, 1);
    }
    assert_eq!(send(&client, TEXT, Memory::new(b"")), [b"\x81\x80\0\0\0\0"]);
}

fn s053_client_splits_32768_into_16368_16368_32() {
    let client = client_with(16384);
    let message = Memory::pattern(32768);
    let writes = send(&client, BINARY, message);
    let lengths: Vec<usize> = frames(&writes)
        .iter()
        .map(|frame| frame.payload.len())
        .collect();
    assert_eq!(lengths, [16368, 16368, 32]);
    assert_eq!(firsts(&writes), [2, 0, FIN]);
    assert!(payload(&writes) == message.bytes());
    nothing(&client, ALL);

    // The example of section 4.6, with the sums to complete with.
    let client = client_with(256);
    returns(client.send(BINARY, Memory::pattern(300), 1), S_OK);
    for (header, length) in [(&b"\x02\xfe\x00\xf0"[..], 248), (b"\x80\xbc", 66)] {
        let action = write(&client, SEND);
        assert_eq!(
            (&action.wire()[..header.len()], action.total()),
            (header, length)
        );
        client.complete(action.context, length);
    }
    send_indicated(&client, BINARY, 1);

    // Below 142 bytes the frame is as large as fits with a header of six.
    for (send_buffer, largest) in [
        (16, 10),
        (100, 94),
        (131, 125),
        (132, 125),
        (141, 125),
        (142, 126),
    ] {
        let writes = send(
            &client_with(send_buffer),
            BINARY,
            Memory::pattern(largest + 1),
        );
        let lengths: Vec<usize> = frames(&writes)
            .iter()
            .map(|frame| frame.payload.len())
            .collect();
        assert_eq!(lengths, [largest, 1], "send buffer {send_buffer}");
    }
}

fn s054_split_fragment_has_no_fin() {
    let client = client_with(256);
    let writes = send(&client, TEXT_PART, Memory::new(&[b'x'; 600]));
    assert_eq!(firsts(&writes), [wire::TEXT, 0, 0]);
    let writes = send(&client, TEXT_PART, Memory::new(&[b'x'; 300]));
    assert_eq!(firsts(&writes), [0, 0]);
    let writes = send(&client, TEXT, Memory::new(&[b'x'; 300]));
    assert_eq!(firsts(&writes), [0, FIN]);
    let writes = send(&client, BINARY_PART, Memory::pattern(241));
    assert_eq!(firsts(&writes), [wire::BINARY, 0]);
}

fn s055_fragment_fragment_message_opcodes_and_fin() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        for (part, message, opcode) in [
            (TEXT_PART, TEXT, wire::TEXT),
            (BINARY_PART, BINARY, wire::BINARY),
        ] {
            for _ in 0..2 {
                let writes = [
                    send(&endpoint, part, Memory::new(b"Hel")),
                    send(&endpoint, part, Memory::new(b"l")),
                    send(&endpoint, message, Memory::new(b"o")),
                ]
                .concat();
                assert_eq!(firsts(&writes), [opcode, 0, FIN]);
                assert_eq!(payload(&writes), b"Hello");
                let whole = send(&endpoint, message, Memory::new(b"one"));
                assert_eq!(firsts(&whole), [FIN | opcode]);
            }
        }
    }
}

fn s056_other_kind_inside_a_fragmented_message_is_operation() {
    for role in Role::BOTH {
        for (part, message, others) in [
            (TEXT_PART, TEXT, [BINARY_PART, BINARY]),
            (BINARY_PART, BINARY, [TEXT_PART, TEXT]),
        ] {
            let endpoint = Endpoint::open(role);
            send(&endpoint, part, Memory::new(b"a"));
            for other in others {
                returns(endpoint.send(other, Memory::new(b"b"), 1), OPERATION);
                nothing(&endpoint, SEND);
            }
            assert_eq!(firsts(&send(&endpoint, message, Memory::new(b"c"))), [FIN]);
            // Afterwards the other kind is welcome.
            send(&endpoint, others[1], Memory::new(b"d"));
        }
        // The order counts when sends are queued, not when they are written.
        let endpoint = Endpoint::open(role);
        returns(endpoint.send_empty(TEXT_PART, 1), S_OK);
        returns(endpoint.send_empty(BINARY, 2), OPERATION);
        returns(endpoint.send_empty(TEXT, 3), S_OK);
        assert_eq!(firsts(&finish_send(&endpoint, TEXT_PART, 1)), [wire::TEXT]);
        assert_eq!(firsts(&finish_send(&endpoint, TEXT, 3)), [FIN]);
    }
}

fn s057_ping_between_fragments_works() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        let mut writes = send(&endpoint, TEXT_PART, Memory::new(b"a"));
        for kind in [PING_PONG, UNSOLICITED_PONG] {
            returns(endpoint.send_empty(kind, 2), S_OK);
            writes.extend(finish_send(&endpoint, kind, 2));
        }
        writes.extend(send(&endpoint, TEXT, Memory::new(b"b")));
        assert_eq!(
            firsts(&writes),
            [wire::TEXT, FIN | wire::PING, FIN | wire::PONG, FIN]
        );
    }
}

fn s058_empty_message_in_three_spellings() {
    let room = Memory::new(b"not sent");
    let empty = data(null_mut(), 0);
    let pointed = data(room.pointer(), 0);
    for role in Role::BOTH {
        for capacity in [1, 2] {
            let endpoint = Endpoint::open(role);
            for buffer in [null(), &raw const empty, &raw const pointed] {
                // SAFETY: NULL, or a descriptor of nothing.
                returns(unsafe { endpoint.send_raw(TEXT, buffer, 1) }, S_OK);
                let action = endpoint.get_action_with(SEND, capacity, SENTINEL);
                assert_eq!(
                    (action.action, action.count),
                    (WEB_SOCKET_SEND_TO_NETWORK_ACTION, 1)
                );
                match role {
                    Role::Server => assert_eq!(action.wire(), b"\x81\x00"),
                    Role::Client => {
                        assert_eq!((&action.wire()[..2], action.total()), (&b"\x81\x80"[..], 6));
                    }
                }
                endpoint.complete(action.context, action.total());
                send_indicated(&endpoint, TEXT, 1);
            }
        }
    }
}

fn s059_null_with_a_length_is_invalid() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        for kind in [TEXT, TEXT_PART, BINARY, BINARY_PART] {
            // SAFETY: NULL with a length is what is tested; the function checks it.
            let result = unsafe { endpoint.send_raw(kind, &data(null_mut(), 5), 1) };
            returns(result, E_INVALIDARG);
        }
        // None of them opened a message.
        nothing(&endpoint, SEND);
        assert_eq!(
            firsts(&send(&endpoint, BINARY, Memory::new(b"x"))),
            [FIN | wire::BINARY]
        );
    }
}

fn s060_ping_with_buffer_and_unknown_types_are_invalid() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        for kind in [PING_PONG, UNSOLICITED_PONG] {
            returns(endpoint.send(kind, Memory::new(b"x"), 1), E_INVALIDARG);
            // SAFETY: a descriptor of nothing.
            let result = unsafe { endpoint.send_raw(kind, &data(null_mut(), 0), 1) };
            returns(result, E_INVALIDARG);
        }
        // 0x182 and 0x183 are custom types, with and without a mask bit: no extension was negotiated.
        for kind in [
            0x8000_0007,
            0x8000_0010,
            0xFFFF_FFFF,
            0,
            1,
            0x182,
            0x183,
            0x200,
        ] {
            returns(endpoint.send_empty(kind, 1), E_INVALIDARG);
            returns(endpoint.send(kind, Memory::new(b"x"), 1), E_INVALIDARG);
        }
        nothing(&endpoint, ALL);

        // With one they stand for the first byte of the frame, shifted by the mask bit: 0xC1 is FIN, RSV1 and text.
        let endpoint = open_with_extension(role);
        returns(endpoint.send(0x183, Memory::new(b"x"), 1), E_INVALIDARG);
        returns(
            endpoint.send(0x8000_0007, Memory::new(b"x"), 1),
            E_INVALIDARG,
        );
        let writes = send(&endpoint, 0x182, Memory::new(b"Hello"));
        assert_eq!(
            (firsts(&writes), payload(&writes)),
            (vec![0xC1], b"Hello".to_vec())
        );
    }
}

fn s061_ping_and_unsolicited_pong_bytes_and_indication() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        for (kind, first) in [(PING_PONG, 0x89), (UNSOLICITED_PONG, 0x8a)] {
            returns(endpoint.send_empty(kind, 0x61), S_OK);
            let action = write(&endpoint, SEND);
            assert_eq!(
                (action.count, action.buffer_type, action.application),
                (1, kind, 0x61)
            );
            let bytes = action.wire();
            match role {
                Role::Server => assert_eq!(bytes, [first, 0]),
                Role::Client => assert_eq!((&bytes[..2], bytes.len()), (&[first, 0x80][..], 6)),
            }
            endpoint.complete(action.context, action.total());
            send_indicated(&endpoint, kind, 0x61);
            nothing(&endpoint, ALL);
        }
    }
}

fn s062_one_buffer_client_gets_header_and_payload_contiguous() {
    let client = client_with(256);
    returns(client.send(TEXT, Memory::new(b"Hello"), 1), S_OK);
    let action = client.get_action_with(SEND, 1, SENTINEL);
    assert_eq!((action.result, action.count, action.total()), (S_OK, 1, 11));
    assert!(action.untouched_from(1));
    let frame = Frame::only(&action.bytes(0));
    assert_eq!((frame.first, &frame.payload[..]), (0x81, &b"Hello"[..]));
    client.complete(action.context, 11);
    send_indicated(&client, TEXT, 1);

    // Frames of a split message likewise.
    returns(client.send(BINARY, Memory::pattern(300), 2), S_OK);
    let mut got = Vec::new();
    for length in [248, 66] {
        let action = client.get_action_with(SEND, 1, SENTINEL);
        assert_eq!((action.count, action.total()), (1, length));
        got.extend(Frame::only(&action.bytes(0)).payload);
        client.complete(action.context, length);
    }
    assert_eq!(got, pattern(300));
    send_indicated(&client, BINARY, 2);
}

fn s063_one_buffer_server_gets_header_then_payload() {
    let server = Endpoint::open(Role::Server);
    let one = |queue| -> Action { server.get_action_with(queue, 1, SENTINEL) };
    let hello = Memory::new(b"Hello");
    returns(server.receive(9), S_OK);
    returns(server.send(TEXT, hello, 1), S_OK);

    let header = one(SEND);
    assert_eq!(
        (header.action, header.count),
        (WEB_SOCKET_SEND_TO_NETWORK_ACTION, 1)
    );
    assert_eq!(header.bytes(0), b"\x81\x05");
    // A ping that arrives now has to wait: its pong must not come between the two halves.
    server.fill(
        &one(RECEIVE),
        &incoming(Role::Server, FIN | wire::PING, b"abc"),
    );
    let wait = one(RECEIVE);
    is_read(&wait);
    server.complete(header.context, 2);
    nothing(&server, RECEIVE);

    let payload = one(SEND);
    assert_eq!(
        (payload.action, payload.count),
        (WEB_SOCKET_SEND_TO_NETWORK_ACTION, 1)
    );
    assert_eq!((payload.buffer_type, payload.application), (TEXT, 1));
    assert_eq!(payload.data(0), (hello.pointer(), 5));
    server.complete(payload.context, 5);
    send_indicated(&server, TEXT, 1);
    nothing(&server, SEND);

    // The ping was not lost.
    server.fill(&wait, &incoming(Role::Server, FIN | wire::TEXT, b"next"));
    let pong = one(RECEIVE);
    assert_eq!(pong.action, WEB_SOCKET_SEND_TO_NETWORK_ACTION);
    assert_eq!(pong.bytes(0), b"\x8a\x03abc");
    server.complete(pong.context, 5);
    indicated(&server, one(RECEIVE), TEXT, b"next", 9);
}

fn s064_three_sends_come_out_in_order() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        for (index, text) in [b"a", b"b", b"c"].into_iter().enumerate() {
            returns(endpoint.send(TEXT, Memory::new(text), 0x100 + index), S_OK);
        }
        for (index, text) in [b"a", b"b", b"c"].into_iter().enumerate() {
            assert_eq!(payload(&finish_send(&endpoint, TEXT, 0x100 + index)), text);
        }
        nothing(&endpoint, ALL);
    }
}

fn s065_second_get_action_while_a_write_is_outstanding_is_nothing() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        returns(endpoint.send(TEXT, Memory::new(b"a"), 1), S_OK);
        returns(endpoint.send(TEXT, Memory::new(b"b"), 2), S_OK);
        let action = write(&endpoint, SEND);
        let bytes = action.wire();
        for queue in [SEND, ALL, SEND] {
            nothing(&endpoint, queue);
        }
        assert_eq!(action.wire(), bytes);
        endpoint.complete(action.context, action.total());
        // The same while the indication is outstanding.
        let action = endpoint.get_action(SEND);
        assert_eq!(action.action, WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION);
        nothing(&endpoint, SEND);
        endpoint.complete(action.context, 0);
        assert_eq!(payload(&finish_send(&endpoint, TEXT, 2)), b"b");
    }
}

fn s066_full_completion_leads_to_the_indication_with_count_0() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        for length in [0, 5, 126, 4080] {
            returns(endpoint.send(BINARY, Memory::pattern(length), 0x66), S_OK);
            let action = write(&endpoint, SEND);
            endpoint.complete(action.context, action.total());
            // `send_indicated` insists on count 0 and on buffers left alone.
            send_indicated(&endpoint, BINARY, 0x66);
            nothing(&endpoint, ALL);
        }
    }
}

fn s067_completion_with_0_cancels_the_send_only() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        for (index, kind) in [TEXT, TEXT_PART, TEXT, PING_PONG].into_iter().enumerate() {
            if kind == PING_PONG {
                returns(endpoint.send_empty(kind, index + 1), S_OK);
            } else {
                returns(endpoint.send(kind, Memory::new(b"lost"), index + 1), S_OK);
            }
            let action = write(&endpoint, SEND);
            endpoint.complete(action.context, 0);
            send_indicated(&endpoint, kind, index + 1);
        }
        assert_eq!(send(&endpoint, TEXT, Memory::new(b"x")).len(), 1);
        // What is open counts as if it had been sent.
        returns(endpoint.send(BINARY_PART, Memory::new(b"lost"), 1), S_OK);
        endpoint.complete(write(&endpoint, SEND).context, 0);
        send_indicated(&endpoint, BINARY_PART, 1);
        returns(endpoint.send(TEXT, Memory::new(b"x"), 1), OPERATION);
        assert_eq!(firsts(&send(&endpoint, BINARY, Memory::new(b"x"))), [FIN]);
    }
}

fn s068_short_completion_drops_the_other_frames() {
    let client = client_with(256);
    for wrong in [-1i32, 1] {
        returns(client.send(BINARY, Memory::pattern(700), 1), S_OK);
        let action = write(&client, SEND);
        assert_eq!(action.total(), 248);
        client.complete(action.context, action.total().wrapping_add_signed(wrong));
        send_indicated(&client, BINARY, 1);
        nothing(&client, ALL);
        let next = send(&client, TEXT, Memory::new(b"next"));
        assert_eq!(
            (firsts(&next), payload(&next)),
            (vec![0x81], b"next".to_vec())
        );
    }
}

fn s069_send_before_fetching_the_previous_indication() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        returns(endpoint.send(TEXT, Memory::new(b"a"), 0xA), S_OK);
        assert_eq!(Frame::only(&written(&endpoint)).payload, b"a");
        returns(endpoint.send(TEXT, Memory::new(b"b"), 0xB), S_OK);
        send_indicated(&endpoint, TEXT, 0xA);
        assert_eq!(payload(&finish_send(&endpoint, TEXT, 0xB)), b"b");
    }
}

fn s070_descriptor_may_be_reused_after_send() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        let mut buffer = data(null_mut(), 0);
        for (index, text) in [&b"first"[..], b"second", b"third"].into_iter().enumerate() {
            let text = Memory::new(text);
            buffer = data(text.pointer(), text.length());
            // SAFETY: the bytes outlive the operation; the descriptor need not.
            returns(unsafe { endpoint.send_raw(TEXT, &buffer, index + 1) }, S_OK);
            buffer.Data.pbBuffer = null_mut();
            buffer.Data.ulBufferLength = 0xFFFF;
        }
        for (index, text) in [&b"first"[..], b"second", b"third"].into_iter().enumerate() {
            assert_eq!(payload(&finish_send(&endpoint, TEXT, index + 1)), text);
        }
        let _ = buffer;
    }
}

fn s071_invalid_utf8_outbound_is_accepted() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        for bytes in [&b"\xff"[..], b"\xc0\x80", b"\xed\xa0\x80", b"ab\xe2\x82"] {
            let writes = send(&endpoint, TEXT, Memory::new(bytes));
            assert_eq!(
                (firsts(&writes), payload(&writes)),
                (vec![0x81], bytes.to_vec())
            );
        }
    }
}
