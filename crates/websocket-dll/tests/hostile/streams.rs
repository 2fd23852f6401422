//! Byte streams that no honest peer sends.

use websocket_testkit::abi::*;
use websocket_testkit::hresult::{E_INVALID_PROTOCOL_FORMAT, S_OK};
use websocket_testkit::{Action, Endpoint, Memory, Property, Role, wire};

const PINGS: usize = 1_000_000;
/// Far below what a million ping payloads need, far above what the tests next to this one use.
const BOUND: usize = 64 << 20;

/// Resident memory of this process in bytes; 0 where the system does not say.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: Option<usize> = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0) * 4096
}

/// `count` pings with numbered payloads of 125 bytes, beginning with number `from`.
fn pings(from: usize, count: usize, key: Option<[u8; 4]>) -> Vec<u8> {
    let mut out = Vec::new();
    for number in from..from + count {
        out.extend(wire::frame(
            wire::FIN | wire::PING,
            &ping_payload(number),
            key,
        ));
    }
    out
}

fn ping_payload(number: usize) -> [u8; 125] {
    let mut payload = [0x70; 125];
    payload[..8].copy_from_slice(&(number as u64).to_be_bytes());
    payload
}

/// Feeds a million pings to a handle that cannot answer now; the read that is outstanding after the last of them.
fn flood(endpoint: &Endpoint) -> Action {
    let key = (endpoint.role() == Role::Server).then_some(wire::KEY);
    assert_eq!(endpoint.receive(1), S_OK);
    let before = resident();
    let mut read = endpoint.get_action(WEB_SOCKET_RECEIVE_ACTION_QUEUE);
    let mut fed = 0;
    while fed < PINGS {
        let batch = (read.data(0).1 as usize / 131).min(PINGS - fed);
        endpoint.fill(&read, &pings(fed, batch, key));
        fed += batch;
        read = endpoint.get_action(WEB_SOCKET_RECEIVE_ACTION_QUEUE);
        assert_eq!(
            read.action, WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION,
            "pongs have to wait"
        );
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < BOUND, "a million pings left {grown} bytes behind");
    read
}

/// The numbers of the pongs that come once they may, after one more message.
fn pongs(endpoint: &Endpoint, read: &Action) -> Vec<u64> {
    let key = (endpoint.role() == Role::Server).then_some(wire::KEY);
    endpoint.fill(read, &wire::frame(wire::FIN | wire::TEXT, b"end", key));
    let mut numbers = Vec::new();
    loop {
        let action = endpoint.get_action(WEB_SOCKET_RECEIVE_ACTION_QUEUE);
        if action.action != WEB_SOCKET_SEND_TO_NETWORK_ACTION {
            assert_eq!((action.action, action.bytes(0)), (4, b"end".to_vec()));
            return numbers;
        }
        let frame = wire::Frame::only(&action.wire());
        assert_eq!(
            (frame.first, frame.payload.len()),
            (wire::FIN | wire::PONG, 125)
        );
        numbers.push(u64::from_be_bytes(
            frame.payload[..8].try_into().expect("8 bytes"),
        ));
        endpoint.complete(action.context, action.total());
    }
}

/// The latest pings are answered, in order; how many is the library's choice, but not none and not a thousand.
fn assert_latest(numbers: &[u64]) {
    assert!(
        (1..1000).contains(&numbers.len()),
        "{} pongs",
        numbers.len()
    );
    let expected: Vec<u64> = (PINGS - numbers.len()..PINGS)
        .map(|number| number as u64)
        .collect();
    assert_eq!(numbers, expected, "the latest pings are answered");
}

#[test]
fn a_flood_of_pings_between_two_halves_of_a_frame() {
    let endpoint = Endpoint::open_with(Role::Server, &[Property::ReceiveBuffer(65_536)]);
    let payload = Memory::pattern(1000);
    assert_eq!(
        endpoint.send(WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE, payload, 1),
        S_OK
    );
    let header = endpoint.get_action_with(WEB_SOCKET_SEND_ACTION_QUEUE, 1, 0);
    endpoint.complete(header.context, header.total());
    let read = flood(&endpoint);
    let rest = endpoint.get_action_with(WEB_SOCKET_SEND_ACTION_QUEUE, 1, 0);
    assert_eq!(rest.data(0), (payload.pointer(), 1000));
    endpoint.complete(rest.context, rest.total());
    assert_latest(&pongs(&endpoint, &read));
}

/// A pong may be written while a send is outstanding, so each of the pings is answered at once and nothing piles up.
#[test]
fn a_flood_of_pings_while_a_send_is_outstanding() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open_with(role, &[Property::ReceiveBuffer(65_536)]);
        let payload = Memory::pattern(1000);
        assert_eq!(
            endpoint.send(WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE, payload, 1),
            S_OK
        );
        let write = endpoint.get_action(WEB_SOCKET_SEND_ACTION_QUEUE);
        let key = (role == Role::Server).then_some(wire::KEY);
        assert_eq!(endpoint.receive(1), S_OK);
        let before = resident();
        let (mut fed, mut answered) = (0, 0);
        while answered < PINGS / 4 {
            let action = endpoint.get_action(WEB_SOCKET_RECEIVE_ACTION_QUEUE);
            if action.action == WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION {
                assert_eq!(fed, answered, "a ping was lost");
                let batch = action.data(0).1 as usize / 131;
                endpoint.fill(&action, &pings(fed, batch, key));
                fed += batch;
            } else {
                assert_eq!(action.action, WEB_SOCKET_SEND_TO_NETWORK_ACTION);
                answered += 1;
                endpoint.complete(action.context, action.total());
            }
        }
        let grown = resident().saturating_sub(before);
        assert!(grown < BOUND, "{grown} bytes left behind");
        endpoint.complete(write.context, write.total());
        let done = endpoint.get_action(WEB_SOCKET_SEND_ACTION_QUEUE);
        // A pong that is outstanding holds frames back, but not what is already written.
        assert_eq!(done.action, WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION);
    }
}

/// Everything a connection has, handshake to Close, one byte a read.
#[test]
fn one_byte_at_a_time() {
    for role in Role::BOTH {
        let endpoint = Endpoint::open(role);
        let key = (role == Role::Server).then_some(wire::KEY);
        let text = "Zoë 𝄞 ".repeat(40);
        let bytes = [
            wire::frame(wire::FIN | wire::TEXT, text.as_bytes(), key),
            wire::frame(wire::FIN | wire::PING, b"still there?", key),
            wire::frame(wire::BINARY, &[1; 300], key),
            wire::frame(wire::FIN | wire::CONTINUATION, &[], key),
            wire::frame(
                wire::FIN | wire::CLOSE,
                &wire::close_payload(1000, b"bye"),
                key,
            ),
        ]
        .concat();
        let mut input = &bytes[..];
        let (mut received, mut pongs, mut closed) = (Vec::new(), 0, None);
        while closed.is_none() {
            assert_eq!(endpoint.receive(1), S_OK);
            let action = loop {
                let action = endpoint.pump(&mut input, 1);
                assert_eq!(action.result, S_OK);
                if action.action != WEB_SOCKET_SEND_TO_NETWORK_ACTION {
                    break action;
                }
                pongs += 1;
                endpoint.complete(action.context, action.total());
            };
            assert_eq!(action.action, WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION);
            match action.buffer_type {
                WEB_SOCKET_CLOSE_BUFFER_TYPE => closed = Some(action.close(0).2),
                _ => received.extend(action.bytes(0)),
            }
            endpoint.complete(action.context, 0);
        }
        assert_eq!((pongs, closed), (1, Some(1000)));
        assert_eq!(received, [text.as_bytes(), &[1; 300]].concat());
        assert!(input.is_empty());
    }
}

/// Lengths that fit in 63 bits are taken as they are, others are refused as soon as that can be seen.
#[test]
fn enormous_lengths() {
    for role in Role::BOTH {
        let mask = if role == Role::Server { 0x80 } else { 0 };
        let read_into = |bytes: &[u8]| {
            let endpoint = Endpoint::open(role);
            assert_eq!(endpoint.receive(1), S_OK);
            let action = endpoint.pump(&mut &bytes[..], usize::MAX);
            (endpoint, action)
        };
        for length in [1u64 << 63, u64::MAX, (1 << 63) | 5] {
            let bytes = [&[0x82, 127 | mask][..], &length.to_be_bytes()].concat();
            for cut in [3, 6, 10] {
                let (_, action) = read_into(&bytes[..cut]);
                assert_eq!(
                    action.result, E_INVALID_PROTOCOL_FORMAT,
                    "{length:#x}, {cut} bytes"
                );
                assert!(action.is_blank());
            }
        }
        for length in [u64::MAX >> 1, 1 << 62, 1 << 32, u64::from(u32::MAX), 65_536] {
            let key = (role == Role::Server).then_some(wire::KEY);
            let mut bytes = wire::header(wire::FIN | wire::BINARY, length, key);
            let mut payload = vec![9; 100];
            wire::mask(&mut payload, key.unwrap_or_default());
            bytes.extend(payload);
            let (endpoint, action) = read_into(&bytes);
            assert_eq!(
                action.buffer_type, WEB_SOCKET_BINARY_FRAGMENT_BUFFER_TYPE,
                "{length:#x}"
            );
            assert_eq!(action.bytes(0), [9; 100]);
            endpoint.complete(action.context, 0);
            assert_eq!(endpoint.receive(2), S_OK);
            let read = endpoint.get_action(WEB_SOCKET_RECEIVE_ACTION_QUEUE);
            assert_eq!(
                read.action, WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION,
                "{length:#x}"
            );
        }
        // Control frames have no such lengths at all.
        for second in [126 | mask, 127 | mask] {
            let (_, action) = read_into(&[0x89, second]);
            assert_eq!(action.result, E_INVALID_PROTOCOL_FORMAT);
        }
    }
}
