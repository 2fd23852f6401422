//! Statements 91 to 94 and 96: input that is refused, and input that only looks as if it should be.

use websocket_testkit::hresult::*;
use websocket_testkit::wire::{self, FIN, Frame, KEY};
use websocket_testkit::{Endpoint, Memory, Property, Role};

use crate::support::*;

/// Bytes that a peer sends, and the error they end in.
struct Bad {
    what: String,
    /// Well-formed frames before it: (first byte, payload).
    before: &'static [(u8, &'static [u8])],
    bytes: Vec<u8>,
    result: HRESULT,
}

/// First frames of a text and of a binary message that go on.
const OPEN: [&[(u8, &[u8])]; 2] = [&[(wire::TEXT, b"x")], &[(wire::BINARY, b"x")]];

/// The rows of the error table of section 4, each with as many bytes as are needed to know.
fn error_table(role: Role) -> Vec<Bad> {
    let mut table = Vec::new();
    let mut add = |what: String, before, bytes: &[u8], result| {
        table.push(Bad {
            what,
            before,
            bytes: bytes.to_vec(),
            result,
        });
    };
    let mask_bit = if role == Role::Server { 0x80 } else { 0 };
    let frame = |first, payload: &[u8]| incoming(role, first, payload);

    for reserved in [0x40, 0x20, 0x10, 0x70] {
        for opcode in [wire::TEXT, wire::BINARY, wire::PING, wire::CLOSE] {
            let first = FIN | reserved | opcode;
            add(
                format!("reserved bit {reserved:#x}"),
                &[],
                &[first, mask_bit],
                FORMAT,
            );
        }
    }
    for opcode in (3..=7).chain(11..=15) {
        add(
            format!("opcode {opcode:#x}"),
            &[],
            &[FIN | opcode, mask_bit],
            FORMAT,
        );
    }
    for opcode in [
        wire::TEXT,
        wire::BINARY,
        wire::CLOSE,
        wire::PING,
        wire::PONG,
    ] {
        let second = (mask_bit ^ 0x80) | 1;
        add(
            format!("mask bit of opcode {opcode}"),
            &[],
            &[FIN | opcode, second],
            FORMAT,
        );
    }
    for length in [0u16, 1, 125] {
        let bytes = [
            &[FIN | wire::BINARY, mask_bit | 126],
            &length.to_be_bytes()[..],
        ]
        .concat();
        add(format!("length {length} in 16 bits"), &[], &bytes, FORMAT);
    }
    for length in [0u64, 125, 126, 65535, 1 << 63, u64::MAX] {
        let bytes = [
            &[FIN | wire::BINARY, mask_bit | 127],
            &length.to_be_bytes()[..],
        ]
        .concat();
        add(format!("length {length} in 64 bits"), &[], &bytes, FORMAT);
    }
    for opcode in [wire::CLOSE, wire::PING, wire::PONG] {
        let long = [FIN | opcode, mask_bit | 126];
        add(
            format!("opcode {opcode} of more than 125 bytes"),
            &[],
            &long,
            FORMAT,
        );
        let longer = [FIN | opcode, mask_bit | 127];
        add(
            format!("opcode {opcode} of 64-bit length"),
            &[],
            &longer,
            FORMAT,
        );
        add(
            format!("opcode {opcode} without FIN"),
            &[],
            &[opcode, mask_bit],
            FORMAT,
        );
    }
    add(
        "Close of 1 byte".into(),
        &[],
        &frame(FIN | wire::CLOSE, &[3]),
        FORMAT,
    );
    for status in [0u16, 1, 999, 1005, 1006, 1015] {
        let bytes = frame(FIN | wire::CLOSE, &status.to_be_bytes());
        add(format!("Close status {status}"), &[], &bytes, FORMAT);
    }
    for reason in [&b"\xff"[..], b"ok\xc0\x80", b"cut\xe2\x82"] {
        let bytes = frame(FIN | wire::CLOSE, &wire::close_payload(1000, reason));
        add(format!("Close reason {reason:02x?}"), &[], &bytes, FORMAT);
    }
    add(
        "text not UTF-8".into(),
        &[],
        &frame(FIN | wire::TEXT, b"ab\xff"),
        FORMAT,
    );
    add(
        "text cut short".into(),
        &[],
        &frame(FIN | wire::TEXT, b"ab\xe2\x82"),
        FORMAT,
    );
    add(
        "text cut short by an empty last frame".into(),
        &[(wire::TEXT, b"\xe2\x82")],
        &frame(FIN, b""),
        FORMAT,
    );
    for first in [0, FIN] {
        add(
            "continuation of nothing".into(),
            &[],
            &[first, mask_bit],
            OPERATION,
        );
        add(
            "continuation after the end".into(),
            &[(FIN | wire::TEXT, b"x")],
            &[first, mask_bit],
            OPERATION,
        );
    }
    for first in [
        wire::TEXT,
        FIN | wire::TEXT,
        wire::BINARY,
        FIN | wire::BINARY,
    ] {
        for before in OPEN {
            add(
                "new message in an open one".into(),
                before,
                &[first, mask_bit | 5],
                OPERATION,
            );
        }
    }
    for first in [FIN | wire::TEXT, wire::BINARY, FIN | wire::CLOSE] {
        add(
            format!("{first:#x} after Close"),
            &[(FIN | wire::CLOSE, b"\x03\xe8")],
            &frame(first, b""),
            OPERATION,
        );
    }
    add(
        "data inside a message after Close".into(),
        &[(wire::TEXT, b"x"), (FIN | wire::CLOSE, b"")],
        &frame(FIN, b"y"),
        OPERATION,
    );
    table
}

/// How the bytes of a row arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arrival {
    /// As few as are needed to know, at once.
    Prefix,
    ByteByByte,
    /// With more behind them, as if frame and payload were all there.
    WithMore,
}

pub(crate) fn s091_each_row_of_the_error_table() {
    for role in Role::BOTH {
        for bad in error_table(role) {
            for arrival in [Arrival::Prefix, Arrival::ByteByByte, Arrival::WithMore] {
                is_refused(role, &bad, arrival);
            }
        }
    }
}

fn is_refused(role: Role, bad: &Bad, arrival: Arrival) {
    let endpoint = Endpoint::open(role);
    for &(first, payload) in bad.before {
        let action = deliver(&endpoint, &incoming(role, first, payload), 1);
        is_indication(&action, action.buffer_type, 1);
        endpoint.complete(action.context, 0);
    }
    let mut bytes = bad.bytes.clone();
    if arrival == Arrival::WithMore {
        bytes.extend_from_slice(&[b'x'; 200]);
    }
    let step = if arrival == Arrival::ByteByByte {
        1
    } else {
        usize::MAX
    };
    returns(endpoint.receive(2), S_OK);
    let mut rest = &bytes[..];
    let mut action = endpoint.pump(&mut rest, step);
    // The valid bytes of a bad text may be indicated if they came alone.
    while action.result == S_OK && !rest.is_empty() {
        is_indication(&action, TEXT_PART, 2);
        endpoint.complete(action.context, 0);
        returns(endpoint.receive(2), S_OK);
        action = endpoint.pump(&mut rest, step);
    }
    assert!(
        action.result == bad.result && action.is_blank(),
        "{role:?}, {}, {arrival:?}: {:#010x} instead of {:#010x}: {action:02x?}",
        bad.what,
        action.result,
        bad.result
    );
    // Nothing is sent by itself.
    nothing(&endpoint, SEND);
}

pub(crate) fn s092_error_is_sticky_and_sending_goes_on() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        returns(endpoint.receive(1), S_OK);
        returns(endpoint.receive(2), S_OK);
        let stream = [
            incoming(role, FIN | 3, b""),
            incoming(role, FIN | wire::TEXT, b"fine"),
        ]
        .concat();
        endpoint.fill(&read(&endpoint), &stream);
        for _ in 0..3 {
            refuses(&endpoint, RECEIVE, FORMAT);
        }
        returns(endpoint.receive(3), OPERATION);
        returns(endpoint.receive_into(Memory::room(5), 3), OPERATION);

        // The sending side does not notice.
        nothing(&endpoint, SEND);
        send(&endpoint, TEXT, Memory::new(b"x"));
        returns(endpoint.send_close(1002, None, 4), S_OK);
        let action = write(&endpoint, ALL);
        assert_eq!(Frame::only(&action.wire()).payload, 1002u16.to_be_bytes());
        endpoint.complete(action.context, action.total());
        send_indicated(&endpoint, CLOSE, 4);
        refuses(&endpoint, RECEIVE, FORMAT);

        // Abort ends it: the queued operations come back.
        endpoint.abort();
        receive_cancelled(&endpoint, 1);
        receive_cancelled(&endpoint, 2);
        nothing(&endpoint, RECEIVE);
    }
}

/// What the messages of `stream` say, or the error it ends in.
fn read_all(endpoint: &Endpoint, mut stream: &[u8], step: usize) -> Result<Vec<Vec<u8>>, HRESULT> {
    let mut pieces = Vec::new();
    loop {
        if endpoint.receive(1) != S_OK {
            return Err(OPERATION);
        }
        let mut action = endpoint.pump(&mut stream, step);
        while action.action == websocket_testkit::abi::WEB_SOCKET_SEND_TO_NETWORK_ACTION {
            endpoint.complete(action.context, action.total());
            action = endpoint.pump(&mut stream, step);
        }
        if action.result != S_OK {
            assert!(action.is_blank());
            return Err(action.result);
        }
        if action.action == websocket_testkit::abi::WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION {
            return Ok(messages(pieces)
                .into_iter()
                .map(|message| message.bytes)
                .collect());
        }
        is_indication(&action, action.buffer_type, 1);
        pieces.push(Piece {
            kind: action.buffer_type,
            bytes: action.bytes(0),
        });
        endpoint.complete(action.context, 0);
    }
}

pub(crate) fn s093_utf8_split_over_frames_chunks_and_a_ping() {
    let text = "Zo\u{eb} \u{20ac} \u{1f600}\u{10ffff}\u{0}\u{7ff}".as_bytes();
    for role in Role::BOTH {
        // The example of section 4.6.
        let endpoint = Endpoint::open(role);
        let action = deliver(&endpoint, &incoming(role, wire::TEXT, b"Zo\xc3"), 1);
        indicated(&endpoint, action, TEXT_PART, b"Zo\xc3", 1);
        let action = deliver(&endpoint, &incoming(role, FIN, b"\xab"), 1);
        indicated(&endpoint, action, TEXT, b"\xab", 1);
        let action = deliver(&endpoint, &incoming(role, wire::TEXT, b"Zo\xc3"), 1);
        indicated(&endpoint, action, TEXT_PART, b"Zo\xc3", 1);
        refused(&deliver(&endpoint, &incoming(role, FIN, b"A"), 1), FORMAT);

        for cut in 0..=text.len() {
            let (head, tail) = text.split_at(cut);
            let frames = [
                incoming(role, wire::TEXT, head),
                incoming(role, FIN | wire::PING, b"\xff\xc3"),
                incoming(role, FIN, tail),
                incoming(role, FIN | wire::TEXT, text),
            ]
            .concat();
            for step in [usize::MAX, 1, 3] {
                let endpoint = Endpoint::open(role);
                let got = read_all(&endpoint, &frames, step);
                assert_eq!(
                    got,
                    Ok(vec![text.to_vec(); 2]),
                    "cut at {cut}, reads of {step}"
                );
            }
            // The same head alone is a message only between characters.
            let alone = incoming(role, FIN | wire::TEXT, head);
            let result = read_all(&Endpoint::open(role), &alone, usize::MAX);
            if std::str::from_utf8(head).is_ok() {
                assert_eq!(result, Ok(vec![head.to_vec()]));
            } else {
                assert_eq!(result, Err(FORMAT), "{head:02x?}");
                let in_two = [incoming(role, wire::TEXT, head), incoming(role, FIN, b"")].concat();
                assert_eq!(read_all(&Endpoint::open(role), &in_two, 1), Err(FORMAT));
            }
        }
    }
}

pub(crate) fn s094_invalid_utf8_is_format_unless_disabled_or_binary() {
    // Each with the number of bytes after which no continuation could make it valid.
    let bad: &[(&[u8], usize)] = &[
        (b"\xc0\x80", 1),
        (b"\xc1\xbf", 1),
        (b"\xe0\x9f\xbf", 2),
        (b"\xed\xa0\x80", 2),
        (b"\xed\xbf\xbf", 2),
        (b"\xf0\x8f\xbf\xbf", 2),
        (b"\xf4\x90\x80\x80", 2),
        (b"\xf5\x80\x80\x80", 1),
        (b"\xff", 1),
        (b"\x80", 1),
        (b"\xe2\x28\xa1", 2),
        (b"\xf0\x9f\x98A", 4),
    ];
    for role in Role::BOTH {
        for &(bytes, known_after) in bad {
            for prefix in [&b""[..], b"a", b"12345678901234567890123456789012345"] {
                let text = [prefix, bytes, b"tail"].concat();
                for step in [usize::MAX, 1] {
                    let frame = incoming(role, FIN | wire::TEXT, &text);
                    let result = read_all(&Endpoint::open(role), &frame, step);
                    assert_eq!(result, Err(FORMAT), "{text:02x?}");

                    let unchecked = Endpoint::open_with(role, &[Property::DisableUtf8(true)]);
                    assert_eq!(read_all(&unchecked, &frame, step), Ok(vec![text.clone()]));
                    let binary = incoming(role, FIN | wire::BINARY, &text);
                    let result = read_all(&Endpoint::open(role), &binary, step);
                    assert_eq!(result, Ok(vec![text.clone()]));
                }
                // At the first impossible byte, not at the end of the frame.
                let frame = incoming(role, FIN | wire::TEXT, &text);
                let missing = text.len() - prefix.len() - known_after;
                let endpoint = Endpoint::open(role);
                refused(
                    &deliver(&endpoint, &frame[..frame.len() - missing], 1),
                    FORMAT,
                );
            }
        }
    }
}

pub(crate) fn s096_client_refuses_masked_server_refuses_unmasked() {
    for role in Role::BOTH {
        let wrong = if role == Role::Client {
            Some(KEY)
        } else {
            None
        };
        for first in [
            wire::TEXT,
            wire::BINARY,
            wire::PING,
            wire::PONG,
            wire::CLOSE,
        ] {
            for payload in [
                &b""[..],
                b"Hello",
                b"a payload that is longer than a header",
            ] {
                let endpoint = Endpoint::open(role);
                let frame = wire::frame(FIN | first, payload, wrong);
                refused(&deliver(&endpoint, &frame, 1), FORMAT);
            }
        }
        // After good frames, and in a continuation.
        let endpoint = Endpoint::open(role);
        let action = deliver(&endpoint, &incoming(role, wire::TEXT, b"x"), 1);
        indicated(&endpoint, action, TEXT_PART, b"x", 1);
        refused(
            &deliver(&endpoint, &wire::frame(FIN, b"y", wrong), 1),
            FORMAT,
        );
        // A client that leaves out its own key still expects unmasked frames.
        if role == Role::Client {
            let client = Endpoint::open_with(role, &[Property::DisableMasking(true)]);
            refused(
                &deliver(&client, &wire::frame(FIN | wire::TEXT, b"x", wrong), 1),
                FORMAT,
            );
            let client = Endpoint::open_with(role, &[Property::DisableMasking(true)]);
            let action = deliver(&client, &wire::frame(FIN | wire::TEXT, b"x", None), 1);
            indicated(&client, action, TEXT, b"x", 1);
        }
    }
}
