//! Statements 99 to 111: pings, pongs and Closes that arrive.

use std::ptr::null_mut;

use websocket_testkit::abi::*;
use websocket_testkit::hresult::*;
use websocket_testkit::wire::{self, FIN, Frame};
use websocket_testkit::{Action, Block, Endpoint, Memory, Property, Role, SENTINEL, pattern};

use crate::support::*;
use crate::table::section;

section! { "Control frames":
    s099_ping_of_125_bytes_is_echoed_in_one_buffer,
    s100_pong_appears_on_receive_and_all_never_on_send,
    s101_any_count_completes_a_pong_and_the_receive_goes_on,
    s102_ping_inside_a_fragmented_message_and_between_indications,
    s103_ping_while_a_write_is_outstanding_gives_the_pong_at_once,
    s104_new_send_waits_for_an_outstanding_pong,
    s105_two_pings_in_one_read_give_two_pongs_in_order,
    s106_received_pong_consumes_the_receive_with_type_05,
    s107_close_forms_are_indicated_exactly_and_nothing_is_sent,
    s108_close_codes_indicated_and_refused,
    s109_data_or_close_after_close_is_operation,
    s110_ping_after_own_close_is_still_answered,
    s111_ping_after_received_close_is_not_answered,
}

fn ping(role: Role, payload: &[u8]) -> Vec<u8> {
    incoming(role, FIN | wire::PING, payload)
}

/// `action` writes the pong that answers `payload`, as one buffer without an application context.
#[track_caller]
fn is_pong(role: Role, action: &Action, payload: &[u8]) {
    returns(action.result, S_OK);
    assert_eq!(
        (
            action.action,
            action.count,
            action.buffer_type,
            action.application
        ),
        (WEB_SOCKET_SEND_TO_NETWORK_ACTION, 1, PING_PONG, 0),
        "{action:02x?}"
    );
    assert!(
        action.context != 0 && action.untouched_from(1),
        "{action:02x?}"
    );
    let frame = Frame::only(&action.bytes(0));
    assert_eq!(
        (frame.first, &frame.payload[..]),
        (FIN | wire::PONG, payload)
    );
    assert_eq!(frame.key.is_some(), role == Role::Client);
}

/// Completes `action` as fully written.
fn done(endpoint: &Endpoint, action: Action) {
    endpoint.complete(action.context, action.total());
}

fn s099_ping_of_125_bytes_is_echoed_in_one_buffer() {
    for role in Role::BOTH {
        for (receive_buffer, send_buffer) in [(256, 16), (4096, 4096), (65536, 16)] {
            let block = Block::like_dotnet(receive_buffer, send_buffer);
            let properties = [
                Property::ReceiveBuffer(receive_buffer),
                Property::SendBuffer(send_buffer),
                Property::Allocated(&block),
            ];
            let endpoint = Endpoint::open_with(role, &properties);
            for length in [0, 1, 3, 124, 125] {
                let payload = pattern(length);
                let pong = deliver(&endpoint, &ping(role, &payload), 1);
                is_pong(role, &pong, &payload);
                let (pointer, total) = pong.data(0);
                assert!(total <= 131 && block.contains(pointer, total as usize));
                done(&endpoint, pong);
                endpoint.complete(read(&endpoint).context, 0);
                receive_cancelled(&endpoint, 1);
            }
        }
    }
    // Keys of pongs are as fresh as others.
    let client = Endpoint::open(Role::Client);
    let mut keys: Vec<_> = (0..3)
        .map(|index| {
            let pong = deliver(&client, &ping(Role::Client, b"abc"), index);
            done(&client, pong);
            Frame::only(&pong.bytes(0)).key
        })
        .collect();
    keys.sort_unstable();
    keys.dedup();
    assert!(
        keys.len() == 3 && !keys.contains(&Some([0; 4])),
        "{keys:02x?}"
    );
}

fn s100_pong_appears_on_receive_and_all_never_on_send() {
    for role in Role::BOTH {
        for queue in [RECEIVE, ALL] {
            let endpoint = Endpoint::open(role);
            returns(endpoint.receive(1), S_OK);
            endpoint.fill(&read(&endpoint), &ping(role, b"abc"));
            nothing(&endpoint, SEND);
            let pong = endpoint.get_action(queue);
            is_pong(role, &pong, b"abc");
            nothing(&endpoint, SEND);
            nothing(&endpoint, RECEIVE);
            done(&endpoint, pong);
            nothing(&endpoint, SEND);
            is_read(&endpoint.get_action(queue));
        }
    }
}

fn s101_any_count_completes_a_pong_and_the_receive_goes_on() {
    for role in Role::BOTH {
        for count in [0, 1, 5, 9, 1000, u32::MAX] {
            let endpoint = Endpoint::open(role);
            let pong = deliver(&endpoint, &ping(role, b"abc"), 0x101);
            is_pong(role, &pong, b"abc");
            endpoint.complete(pong.context, count);
            let action = read(&endpoint);
            assert_eq!(action.application, 0x101);
            nothing(&endpoint, SEND);
            endpoint.fill(&action, &incoming(role, FIN | wire::TEXT, b"Hello"));
            indicated(
                &endpoint,
                endpoint.get_action(RECEIVE),
                TEXT,
                b"Hello",
                0x101,
            );
            nothing(&endpoint, ALL);
        }
    }
}

fn s102_ping_inside_a_fragmented_message_and_between_indications() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        let stream = [
            ping(role, b"0"),
            incoming(role, wire::TEXT, b"Hel"),
            ping(role, b"1"),
            incoming(role, 0, b"l"),
            ping(role, b""),
            ping(role, b"3"),
            incoming(role, FIN, b"o"),
            ping(role, b"4"),
            incoming(role, FIN | wire::BINARY, b"next"),
        ]
        .concat();
        let next = |payload: &[u8]| {
            let pong = endpoint.get_action(RECEIVE);
            is_pong(role, &pong, payload);
            done(&endpoint, pong);
        };
        for context in 1..=4 {
            returns(endpoint.receive(context), S_OK);
        }
        endpoint.fill(&read(&endpoint), &stream);
        next(b"0");
        indicated(
            &endpoint,
            endpoint.get_action(RECEIVE),
            TEXT_PART,
            b"Hel",
            1,
        );
        next(b"1");
        indicated(&endpoint, endpoint.get_action(RECEIVE), TEXT_PART, b"l", 2);
        next(b"");
        next(b"3");
        indicated(&endpoint, endpoint.get_action(RECEIVE), TEXT, b"o", 3);
        next(b"4");
        indicated(&endpoint, endpoint.get_action(RECEIVE), BINARY, b"next", 4);

        // While an indication is outstanding, what follows waits, and what was indicated stays.
        let endpoint = Endpoint::open(role);
        let action = deliver(&endpoint, &stream[ping(role, b"0").len()..], 1);
        is_indication(&action, TEXT_PART, 1);
        returns(endpoint.receive(2), S_OK);
        nothing(&endpoint, RECEIVE);
        indicated(&endpoint, action, TEXT_PART, b"Hel", 1);
        is_pong(role, &endpoint.get_action(RECEIVE), b"1");
    }
}

fn s103_ping_while_a_write_is_outstanding_gives_the_pong_at_once() {
    for role in Role::BOTH {
        for send_buffer in [16, 256, 4096] {
            let endpoint = Endpoint::open_with(role, &[Property::SendBuffer(send_buffer)]);
            returns(endpoint.send(BINARY, Memory::pattern(200), 2), S_OK);
            let data = write(&endpoint, SEND);
            let bytes = data.wire();
            let payload = pattern(125);
            let pong = deliver(&endpoint, &ping(role, &payload), 1);
            is_pong(role, &pong, &payload);
            // Both are outstanding and neither disturbs the other.
            assert!(data.wire() == bytes, "the data frame changed");
            done(&endpoint, data);
            is_pong(role, &pong, &payload);
            done(&endpoint, pong);
            finish_send(&endpoint, BINARY, 2);
            is_read(&endpoint.get_action(ALL));
        }

        pongs_wait_for_a_close_that_takes_their_room(role);
    }
}

/// A masked Close with the longest reason shares room with pongs if the send buffer is small: meanwhile there are reads
/// and indications instead, and no ping is lost, though the receive buffer cannot hold all that comes.
fn pongs_wait_for_a_close_that_takes_their_room(role: Role) {
    let properties = [Property::ReceiveBuffer(256), Property::SendBuffer(16)];
    let endpoint = Endpoint::open_with(role, &properties);
    returns(
        endpoint.send_close(1000, Some(Memory::pattern(123)), 3),
        S_OK,
    );
    let close = write(&endpoint, SEND);
    let bytes = close.wire();
    let stream = [
        ping(role, &pattern(125)),
        ping(role, b"second"),
        incoming(role, FIN | wire::BINARY, &[9; 1000]),
    ]
    .concat();
    let mut rest = &stream[..];
    let mut pongs = Vec::new();
    returns(endpoint.receive(4), S_OK);
    for round in 0..20 {
        if round == 5 {
            assert_eq!(close.wire(), bytes, "the Close changed while outstanding");
            done(&endpoint, close);
        }
        let action = endpoint.get_action(RECEIVE);
        match action.action {
            WEB_SOCKET_SEND_TO_NETWORK_ACTION => {
                pongs.push(Frame::only(&action.wire()).payload);
                done(&endpoint, action);
            }
            WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION => {
                endpoint.complete(action.context, 0);
                returns(endpoint.receive(4), S_OK);
            }
            _ => {
                // Anything else, NO_ACTION before all, is wrong while a receive is queued.
                is_read(&action);
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at(rest.len().min(action.data(0).1 as usize));
                rest = later;
                endpoint.fill(&action, now);
            }
        }
    }
    assert!(rest.is_empty());
    assert_eq!(pongs, [pattern(125), b"second".to_vec()]);
}

fn s104_new_send_waits_for_an_outstanding_pong() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        let pong = deliver(&endpoint, &ping(role, b"abc"), 1);
        is_pong(role, &pong, b"abc");
        returns(endpoint.send(TEXT, Memory::new(b"Hello"), 2), S_OK);
        nothing(&endpoint, SEND);
        nothing(&endpoint, ALL);
        done(&endpoint, pong);
        assert_eq!(Frame::only(&written(&endpoint)).payload, b"Hello");
        send_indicated(&endpoint, TEXT, 2);

        // An indication that is due is not held back.
        returns(endpoint.send(TEXT, Memory::new(b"x"), 3), S_OK);
        let data = write(&endpoint, SEND);
        let mut rest = &ping(role, b"again")[..];
        let pong = endpoint.pump(&mut rest, usize::MAX);
        is_pong(role, &pong, b"again");
        done(&endpoint, data);
        send_indicated(&endpoint, TEXT, 3);
        nothing(&endpoint, ALL);
        done(&endpoint, pong);
    }
}

fn s105_two_pings_in_one_read_give_two_pongs_in_order() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        let stream = [ping(role, b"first"), ping(role, &pattern(125))].concat();
        let first = deliver(&endpoint, &stream, 1);
        is_pong(role, &first, b"first");
        nothing(&endpoint, RECEIVE);
        done(&endpoint, first);
        let second = endpoint.get_action(RECEIVE);
        is_pong(role, &second, &pattern(125));
        done(&endpoint, second);
        assert_eq!(read(&endpoint).application, 1);
    }
}

fn s106_received_pong_consumes_the_receive_with_type_05() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        let room = Memory::room(8);
        for unsolicited in [true, false] {
            if !unsolicited {
                returns(endpoint.send_empty(PING_PONG, 1), S_OK);
                finish_send(&endpoint, PING_PONG, 1);
            }
            let action = deliver(&endpoint, &incoming(role, FIN | wire::PONG, b""), 2);
            is_indication(&action, PING_PONG, 2);
            assert_eq!(action.data(0), (null_mut(), 0));
            endpoint.complete(action.context, 0);
            nothing(&endpoint, RECEIVE);
            // A payload may be dropped or shown, but not in the application's buffer.
            returns(endpoint.receive_into(room, 3), S_OK);
            let mut rest = &incoming(role, FIN | wire::PONG, &pattern(125))[..];
            let action = endpoint.pump(&mut rest, usize::MAX);
            is_indication(&action, PING_PONG, 3);
            assert!(action.bytes(0) == pattern(125) || action.data(0).1 == 0);
            assert_eq!(room.bytes(), [0xEE; 8]);
            endpoint.complete(action.context, 0);
            nothing(&endpoint, ALL);
        }
    }
}

/// Delivers a Close with this payload and gives its indication, completed.
#[track_caller]
fn close_indication(endpoint: &Endpoint, payload: &[u8]) -> Action {
    let frame = incoming(endpoint.role(), FIN | wire::CLOSE, payload);
    let action = deliver(endpoint, &frame, 0xC);
    is_indication(&action, CLOSE, 0xC);
    action
}

fn s107_close_forms_are_indicated_exactly_and_nothing_is_sent() {
    let longest = [b'r'; 123];
    for role in Role::BOTH {
        for (payload, status, reason) in [
            (wire::close_payload(1000, b"bye"), 1000, &b"bye"[..]),
            (wire::close_payload(1001, b""), 1001, b""),
            (wire::close_payload(1000, &longest), 1000, &longest),
            (
                wire::close_payload(1002, "Zo\u{eb}".as_bytes()),
                1002,
                "Zo\u{eb}".as_bytes(),
            ),
        ] {
            let endpoint = Endpoint::open(role);
            let action = close_indication(&endpoint, &payload);
            let (pointer, length, indicated) = action.close(0);
            assert!(
                !pointer.is_null(),
                "a reason that is there, though empty, is not NULL"
            );
            assert_eq!((length as usize, indicated), (reason.len(), status));
            assert_eq!(action.bytes(0), reason);
            endpoint.complete(action.context, 0);
            for queue in [SEND, RECEIVE, ALL] {
                nothing(&endpoint, queue);
            }
        }
        let endpoint = Endpoint::open(role);
        let action = close_indication(&endpoint, b"");
        assert_eq!(action.close(0), (null_mut(), 0, 1005));
        endpoint.complete(action.context, 0);
        for queue in [SEND, RECEIVE, ALL] {
            nothing(&endpoint, queue);
        }
        // The echo that applications make of it.
        returns(endpoint.send_close(1005, None, 1), S_OK);
        assert_eq!(
            Frame::only(&finish_send(&endpoint, CLOSE, 1)[0]).payload,
            b""
        );
    }
}

fn s108_close_codes_indicated_and_refused() {
    for role in Role::BOTH {
        for status in [
            1000, 1003, 1004, 1007, 1011, 1014, 1016, 2999, 3000, 4999, 5000, 65535,
        ] {
            let action =
                close_indication(&Endpoint::open(role), &wire::close_payload(status, b"r"));
            assert_eq!(action.close(0).2, status);
        }
        for payload in [
            wire::close_payload(1005, b""),
            wire::close_payload(1006, b""),
            wire::close_payload(1015, b"x"),
            wire::close_payload(999, b""),
            wire::close_payload(0, b"x"),
            vec![3],
        ] {
            let endpoint = Endpoint::open(role);
            let frame = incoming(role, FIN | wire::CLOSE, &payload);
            refused(&deliver(&endpoint, &frame, 1), FORMAT);
        }
    }
}

fn s109_data_or_close_after_close_is_operation() {
    for role in Role::BOTH {
        for first in [
            FIN | wire::TEXT,
            FIN | wire::BINARY,
            wire::BINARY,
            FIN | wire::CLOSE,
        ] {
            let late = incoming(role, first, b"\x03\xe8");
            // In the same read as the Close.
            let endpoint = Endpoint::open(role);
            let stream = [incoming(role, FIN | wire::CLOSE, b"\x03\xe8"), late.clone()].concat();
            let action = deliver(&endpoint, &stream, 1);
            is_indication(&action, CLOSE, 1);
            endpoint.complete(action.context, 0);
            returns(endpoint.receive(2), S_OK);
            refuses(&endpoint, RECEIVE, OPERATION);
            // Later.
            let endpoint = Endpoint::open(role);
            let action = close_indication(&endpoint, b"\x03\xe8");
            endpoint.complete(action.context, 0);
            refused(&deliver(&endpoint, &late, 3), OPERATION);
            returns(endpoint.receive(4), OPERATION);
            // The own Close may still be sent.
            returns(endpoint.send_close(1000, None, 5), S_OK);
            finish_send(&endpoint, CLOSE, 5);
        }
    }
}

fn s110_ping_after_own_close_is_still_answered() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        returns(endpoint.send_close(1000, None, 1), S_OK);
        finish_send(&endpoint, CLOSE, 1);
        let pong = deliver(&endpoint, &ping(role, b"abc"), 2);
        is_pong(role, &pong, b"abc");
        endpoint.complete(pong.context, 0);
        endpoint.fill(&read(&endpoint), &incoming(role, FIN | wire::CLOSE, b""));
        is_indication(&endpoint.get_action(RECEIVE), CLOSE, 2);
    }
}

fn s111_ping_after_received_close_is_not_answered() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        let action = close_indication(&endpoint, b"\x03\xe8");
        endpoint.complete(action.context, 0);
        let action = deliver(&endpoint, &ping(role, b"abc"), 1);
        is_read(&action);
        for queue in [SEND, RECEIVE, ALL] {
            assert!(endpoint.get_action_with(queue, 2, SENTINEL).is_nothing());
        }
        // In the same read as the Close as well, and pongs are passed over too.
        let endpoint = Endpoint::open(role);
        let stream = [
            incoming(role, FIN | wire::CLOSE, b""),
            ping(role, b"x"),
            incoming(role, FIN | wire::PONG, b"y"),
        ]
        .concat();
        let action = deliver(&endpoint, &stream, 2);
        is_indication(&action, CLOSE, 2);
        endpoint.complete(action.context, 0);
        nothing(&endpoint, ALL);
        returns(endpoint.receive(3), S_OK);
        is_read(&endpoint.get_action(ALL));
    }
}
