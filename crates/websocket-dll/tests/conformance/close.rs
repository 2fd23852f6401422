//! Statements 72 to 77: sending a Close.

use std::ptr::null_mut;

use websocket_testkit::abi::*;
use websocket_testkit::hresult::*;
use websocket_testkit::wire::{self, FIN, Frame};
use websocket_testkit::{Endpoint, Memory, Property, Role};

use crate::support::*;
use crate::table::section;

section! { "Close (send)":
    s072_null_buffer_and_status_1005_give_an_empty_close,
    s073_status_without_reason_is_two_bytes,
    s074_reason_of_123_accepted_124_and_1005_with_reason_refused,
    s075_forbidden_and_allowed_status_codes,
    s076_after_close_data_and_close_are_operation_ping_works,
    s077_after_receiving_close_data_and_close_can_be_sent,
}

/// Takes the queued Close to its indication and gives its payload.
fn close_payload(endpoint: &Endpoint) -> Vec<u8> {
    let writes = finish_send(endpoint, CLOSE, 1);
    assert_eq!(writes.len(), 1);
    let frame = Frame::only(&writes[0]);
    assert_eq!(frame.first, 0x88);
    assert_eq!(frame.key.is_some(), endpoint.role() == Role::Client);
    frame.payload
}

fn s072_null_buffer_and_status_1005_give_an_empty_close() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        returns(endpoint.send_empty(CLOSE, 1), S_OK);
        let action = write(&endpoint, SEND);
        assert_eq!(
            (action.count, action.buffer_type, action.application),
            (1, CLOSE, 1)
        );
        match role {
            Role::Server => assert_eq!(action.wire(), b"\x88\x00"),
            Role::Client => {
                assert_eq!((&action.wire()[..2], action.total()), (&b"\x88\x80"[..], 6))
            }
        }
        endpoint.complete(action.context, action.total());
        send_indicated(&endpoint, CLOSE, 1);

        let endpoint = Endpoint::open(role);
        returns(endpoint.send_close(1005, None, 1), S_OK);
        assert_eq!(close_payload(&endpoint), b"");
    }
}

fn s073_status_without_reason_is_two_bytes() {
    for role in Role::BOTH {
        for reason in [None, Some(Memory::new(b"unused").part(0, 0))] {
            let endpoint = Endpoint::open(role);
            returns(endpoint.send_close(1000, reason, 1), S_OK);
            let action = write(&endpoint, SEND);
            if role == Role::Server {
                assert_eq!(
                    (action.count, action.wire()),
                    (1, b"\x88\x02\x03\xe8".to_vec())
                );
            }
            assert_eq!(Frame::only(&action.wire()).payload, b"\x03\xe8");
            endpoint.complete(action.context, action.total());
            send_indicated(&endpoint, CLOSE, 1);
        }
    }
}

fn s074_reason_of_123_accepted_124_and_1005_with_reason_refused() {
    let long = Memory::pattern(124);
    for role in Role::BOTH {
        // The smallest send buffer as well: a Close is never split.
        for properties in [&[][..], &[Property::SendBuffer(16)]] {
            let endpoint = Endpoint::open_with(role, properties);
            returns(endpoint.send_close(1000, Some(long), 1), E_INVALIDARG);
            returns(
                endpoint.send_close(1005, Some(long.part(0, 1)), 1),
                E_INVALIDARG,
            );
            let null_with_length = WEB_SOCKET_BUFFER {
                CloseStatus: WEB_SOCKET_BUFFER_CLOSE_STATUS {
                    pbReason: null_mut(),
                    ulReasonLength: 1,
                    usStatus: 1000,
                },
            };
            // SAFETY: NULL with a length is what is tested; the function checks it.
            let result = unsafe { endpoint.send_raw(CLOSE, &null_with_length, 1) };
            returns(result, E_INVALIDARG);
            // No refusal closed the channel.
            send(&endpoint, BINARY, Memory::new(b"x"));
            let reason = long.part(0, 123);
            returns(endpoint.send_close(1000, Some(reason), 1), S_OK);
            assert_eq!(
                close_payload(&endpoint),
                wire::close_payload(1000, &reason.bytes())
            );
        }
    }

    // A server's reason is not copied (section 4.5).
    let server = Endpoint::open(Role::Server);
    let bye = Memory::new(b"bye");
    returns(server.send_close(1000, Some(bye), 1), S_OK);
    let action = write(&server, SEND);
    assert_eq!(
        (action.count, action.bytes(0)),
        (2, b"\x88\x05\x03\xe8".to_vec())
    );
    assert_eq!(action.data(1), (bye.pointer(), 3));
    server.complete(action.context, 7);
    send_indicated(&server, CLOSE, 1);
}

fn s075_forbidden_and_allowed_status_codes() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        for status in [0, 1, 999, 1006, 1015] {
            returns(endpoint.send_close(status, None, 1), E_INVALIDARG);
            returns(
                endpoint.send_close(status, Some(Memory::new(b"r")), 1),
                E_INVALIDARG,
            );
        }
        nothing(&endpoint, SEND);
        for status in [
            1000, 1001, 1002, 1003, 1004, 1007, 1008, 1009, 1010, 1011, 1012, 1014, 1016, 2000,
            2999, 3000, 4999, 5000, 65535,
        ] {
            let endpoint = Endpoint::open(role);
            returns(endpoint.send_close(status, None, 1), S_OK);
            assert_eq!(close_payload(&endpoint), status.to_be_bytes());
        }
    }
}

fn s076_after_close_data_and_close_are_operation_ping_works() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        returns(endpoint.send_close(1000, None, 1), S_OK);
        for written in [false, true] {
            if written {
                close_payload(&endpoint);
            }
            for kind in [TEXT, TEXT_PART, BINARY, BINARY_PART] {
                returns(endpoint.send(kind, Memory::new(b"x"), 2), OPERATION);
            }
            returns(endpoint.send_close(1000, None, 2), OPERATION);
            returns(endpoint.send_empty(CLOSE, 2), OPERATION);
        }
        for kind in [PING_PONG, UNSOLICITED_PONG] {
            returns(endpoint.send_empty(kind, 3), S_OK);
            assert_eq!(finish_send(&endpoint, kind, 3).len(), 1);
        }
        nothing(&endpoint, ALL);
        // Receiving goes on: the peer's own messages, and its Close.
        let action = deliver(&endpoint, &incoming(role, FIN | wire::TEXT, b"late"), 4);
        indicated(&endpoint, action, TEXT, b"late", 4);
        let action = deliver(
            &endpoint,
            &incoming(role, FIN | wire::CLOSE, b"\x03\xe8"),
            5,
        );
        is_indication(&action, CLOSE, 5);
    }
}

fn s077_after_receiving_close_data_and_close_can_be_sent() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        let action = deliver(
            &endpoint,
            &incoming(role, FIN | wire::CLOSE, b"\x03\xe8"),
            1,
        );
        is_indication(&action, CLOSE, 1);
        endpoint.complete(action.context, 0);
        for kind in [TEXT, BINARY_PART, BINARY] {
            assert_eq!(
                Frame::only(&send(&endpoint, kind, Memory::new(b"x"))[0]).payload,
                b"x"
            );
        }
        returns(
            endpoint.send_close(1000, Some(Memory::new(b"bye")), 1),
            S_OK,
        );
        assert_eq!(close_payload(&endpoint), b"\x03\xe8bye");
        returns(endpoint.send_close(1000, None, 1), OPERATION);
    }
}
