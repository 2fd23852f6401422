//! Clients that are slow, rude or broken. Whatever they do, the server tells them and goes on.

#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod common;

use std::net::Shutdown;

use common::{REQUEST, Server, frame, frame_with};
use ws_proto::OpCode;

const ACCEPT: &str = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

#[test]
fn one_byte_at_a_time() {
    let mut server = Server::start(&[]);
    let mut raw = server.connect();
    raw.write_slowly(REQUEST.as_bytes());
    assert!(raw.read_head().contains(ACCEPT));
    raw.write_slowly(&frame(true, OpCode::TEXT, "ü世".as_bytes()));
    assert_eq!(raw.read_message(), (1, "ü世".into()));
    raw.write_slowly(&frame(true, OpCode::PING, b"are you there?"));
    assert_eq!(raw.read_frame(), (0x8A, b"are you there?".to_vec()));
    let payload: Vec<u8> = (0..=255).cycle().take(300).collect();
    raw.write_slowly(&frame(true, OpCode::BINARY, &payload));
    assert_eq!(raw.read_message(), (2, payload));
    raw.write_slowly(&frame(true, OpCode::CLOSE, b"\x0b\xb8bye"));
    assert_eq!(raw.read_frame(), (0x88, b"\x0b\xb8bye".to_vec()));
    raw.stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(raw.read_rest(), b"");
    server.assert_alive();
}

#[test]
fn everything_in_one_packet() {
    let server = Server::start(&[]);
    let mut raw = server.connect();
    let mut bytes = REQUEST.as_bytes().to_vec();
    bytes.extend(frame(false, OpCode::TEXT, b"a"));
    bytes.extend(frame(true, OpCode::PING, b"p"));
    bytes.extend(frame(true, OpCode::CONTINUATION, b""));
    bytes.extend(frame(true, OpCode::BINARY, b""));
    bytes.extend(frame(true, OpCode::CLOSE, b""));
    raw.write(&bytes);
    assert!(raw.read_head().contains(ACCEPT));
    assert_eq!(raw.read_frame(), (0x01, b"a".to_vec()));
    assert_eq!(raw.read_frame(), (0x8A, b"p".to_vec()));
    assert_eq!(raw.read_frame(), (0x80, b"".to_vec()));
    assert_eq!(raw.read_frame(), (0x82, b"".to_vec()));
    assert_eq!(raw.read_frame(), (0x88, b"".to_vec()));
    assert_eq!(raw.read_rest(), b"");
}

#[test]
fn broken_frames_are_answered_with_close() {
    let mut server = Server::start(&[]);
    let reserved = |first: u8| {
        let mut bytes = frame(true, OpCode::TEXT, b"x");
        bytes[0] = first;
        bytes
    };
    let in_fragment = |next: Vec<u8>| [frame(false, OpCode::TEXT, b""), next].concat();
    for (what, bytes, code) in [
        ("unmasked", frame_with(true, OpCode::TEXT, None, b"x"), 1002),
        ("RSV1", reserved(0xC1), 1002),
        ("RSV3", reserved(0x91), 1002),
        ("opcode 3", reserved(0x83), 1002),
        ("opcode 11", reserved(0x8B), 1002),
        ("fragmented ping", reserved(0x09), 1002),
        ("oversized ping", frame(true, OpCode::PING, &[0; 126]), 1002),
        (
            "oversized close",
            frame(true, OpCode::CLOSE, &[b'x'; 200]),
            1002,
        ),
        ("close of 1 byte", frame(true, OpCode::CLOSE, b"x"), 1002),
        (
            "close code 1005",
            frame(true, OpCode::CLOSE, b"\x03\xed"),
            1002,
        ),
        ("close code 0", frame(true, OpCode::CLOSE, b"\0\0"), 1002),
        (
            "close reason",
            frame(true, OpCode::CLOSE, b"\x03\xe8\xff"),
            1007,
        ),
        (
            "continuation",
            frame(true, OpCode::CONTINUATION, b"x"),
            1002,
        ),
        (
            "new message",
            in_fragment(frame(true, OpCode::TEXT, b"")),
            1002,
        ),
        (
            "overlong length",
            b"\x82\xfe\x00\x01\0\0\0\0x".to_vec(),
            1002,
        ),
        (
            "length of 2^63",
            b"\x82\xff\x80\0\0\0\0\0\0\0\0\0\0\0".to_vec(),
            1002,
        ),
        ("invalid text", frame(true, OpCode::TEXT, b"\xc0\x80"), 1007),
        (
            "surrogate",
            frame(true, OpCode::TEXT, b"\xed\xa0\x80"),
            1007,
        ),
        ("cut text", frame(true, OpCode::TEXT, b"\xe4\xb8"), 1007),
    ] {
        println!("{what}");
        let mut raw = server.open();
        raw.write(&bytes);
        raw.expect_close(code);
    }
    server.assert_alive();
}

#[test]
fn invalid_text_is_answered_before_its_message_ends() {
    let server = Server::start(&[]);
    let mut raw = server.open();
    // The frame announces much more than ever comes.
    raw.write(b"\x81\xff\0\0\0\0\x40\0\0\0\0\0\0\0");
    raw.write(b"fine so far ");
    assert_eq!(raw.read_frame().0, 0x01);
    raw.write(b"\xff");
    raw.expect_close(1007);
}

#[test]
fn requests_that_are_no_handshake_get_a_status() {
    let mut server = Server::start(&[]);
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(10_000));
    let huge = format!(
        "GET / HTTP/1.1\r\nHost: h\r\na: {}\r\n\r\n",
        "x".repeat(1 << 20)
    );
    let long_target = format!("GET /{} HTTP/1.1\r\n", "x".repeat(20_000));
    let nul = REQUEST.replace("localhost", "local\0host");
    let double_key = REQUEST.replace("Host:", "Sec-WebSocket-Key: a\r\nHost:");
    for (what, request, status) in [
        ("not HTTP", "\u{16}\u{3}\u{1}\u{2}\0", "400 "),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400 "),
        ("NUL in a value", &nul, "400 "),
        ("duplicate key", &double_key, "400 "),
        ("plain GET", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "426 "),
        ("POST", "POST / HTTP/1.1\r\nHost: h\r\n\r\n", "405 "),
        ("HTTP/1.0", "GET / HTTP/1.0\r\nHost: h\r\n\r\n", "505 "),
        ("version 8", &REQUEST.replace("13", "8"), "426 "),
        ("no key", &REQUEST.replace("Sec-WebSocket-Key", "X"), "400 "),
        ("10,000 headers", &many, "431 "),
        ("1 MiB header", &huge, "431 "),
        ("long target", &long_target, "431 "),
    ] {
        println!("{what}");
        let mut raw = server.connect();
        // The server may stop reading in the middle.
        let _ = std::io::Write::write_all(&mut raw.stream, request.as_bytes());
        let head = raw.read_head();
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}");
        let tells_version = head.contains("\r\nSec-WebSocket-Version: 13\r\n");
        assert_eq!(tells_version, status == "426 ", "{head}");
        assert!(head.contains("\r\nConnection: "), "{head}");
    }
    server.assert_alive();
}

#[test]
fn a_request_that_does_not_end_gets_408() {
    let mut server = Server::start(&["--request-time", "0.2"]);
    for part in [&b""[..], b"GET / HTTP/1.1\r\nHost: h\r\n"] {
        let mut raw = server.connect();
        raw.write(part);
        let head = raw.read_head();
        assert!(head.starts_with("HTTP/1.1 408 "), "{head}");
        raw.stream.shutdown(Shutdown::Write).unwrap();
        raw.read_rest();
    }
    server.assert_alive();
}

#[test]
fn silent_clients_are_pinged_and_then_cut_off() {
    let mut server = Server::start(&["--idle-time", "0.6"]);
    let mut raw = server.open();
    // One that answers may stay.
    for _ in 0..3 {
        assert_eq!(raw.read_frame(), (0x89, Vec::new()));
        raw.write(&frame(true, OpCode::PONG, b""));
    }
    // Half a frame is a sign of life too, and does not hinder the ping.
    raw.write(&frame(true, OpCode::TEXT, b"half")[..8]);
    assert_eq!(raw.read_frame(), (0x01, b"ha".to_vec()));
    assert_eq!(raw.read_frame(), (0x89, Vec::new()));
    assert_eq!(raw.read_rest(), b"");
    server.assert_alive();
}

#[test]
fn a_client_that_takes_nothing_is_cut_off() {
    let mut server = Server::start(&["--idle-time", "0.2"]);
    let mut raw = server.open();
    let message = frame(true, OpCode::BINARY, &[0; 60_000]);
    // Until the server stops reading and, a little later, resets the connection.
    let cut_off =
        (0..10_000).any(|_| std::io::Write::write_all(&mut raw.stream, &message).is_err());
    assert!(cut_off);
    server.assert_alive();
}

#[test]
fn clients_that_vanish_harm_nobody() {
    let mut server = Server::start(&[]);
    for sent in [
        &b""[..],
        b"GET / HT",
        REQUEST.as_bytes(),
        &[
            REQUEST.as_bytes(),
            b"\x81\xff\0\0\0\0\x10\0\0\0\0\0\0\0partial",
        ]
        .concat(),
    ] {
        let mut raw = server.connect();
        raw.write(sent);
        // With unread bytes this resets the connection, without it ends.
        drop(raw);
    }
    server.assert_alive();
}

#[test]
fn many_connections_at_once_up_to_the_limit() {
    let mut server = Server::start(&["--max-connections", "40"]);
    let mut clients: Vec<_> = (0..40).map(|_| server.open()).collect();
    for (index, client) in clients.iter_mut().enumerate() {
        client.write(&frame(true, OpCode::TEXT, index.to_string().as_bytes()));
    }
    for (index, client) in clients.iter_mut().enumerate().rev() {
        assert_eq!(client.read_message(), (1, index.to_string().into_bytes()));
    }
    let head = server.connect().read_head();
    assert!(head.starts_with("HTTP/1.1 503 "), "{head}");
    // A place is free again when its connection has ended: the server's end of it comes last.
    let mut first = clients.remove(0);
    first.write(&frame(true, OpCode::CLOSE, b""));
    assert_eq!(first.read_frame(), (0x88, Vec::new()));
    drop(first);
    drop(clients);
    let free = (0..10_000).any(|_| {
        let mut raw = server.connect();
        raw.write(REQUEST.as_bytes());
        raw.read_head().starts_with("HTTP/1.1 101 ")
    });
    assert!(free, "no place came free");
    server.assert_alive();
}

#[test]
fn long_messages_and_floods_of_pings_need_little_memory() {
    const LEN: usize = 64 << 20;
    let server = Server::start(&[]);
    let mut raw = server.open();
    // 64 MiB in one frame, with the key 0. A second thread reads the echo.
    let mut reader = common::Raw::new(raw.stream.try_clone().unwrap());
    let piece = vec![0x5A; 1 << 16];
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || {
            let (mut len, mut last) = (0, false);
            while !last {
                let (first, payload) = reader.read_frame();
                assert!(payload.iter().all(|&byte| byte == 0x5A));
                len += payload.len();
                last = first & 0x80 != 0;
            }
            (reader, len)
        });
        raw.write(&[&b"\x82\xff"[..], &(LEN as u64).to_be_bytes(), &[0; 4]].concat());
        for _ in 0..LEN / piece.len() {
            raw.write(&piece);
        }
        let (mut reader, len) = reading.join().unwrap();
        assert_eq!(len, LEN);
        let reading = scope.spawn(move || {
            for _ in 0..100_000 {
                assert_eq!(reader.read_frame(), (0x8A, b"ping".to_vec()));
            }
        });
        let pings = frame(true, OpCode::PING, b"ping").repeat(1000);
        (0..100).for_each(|_| raw.write(&pings));
        reading.join().unwrap();
    });
    if let Some(resident) = server.resident() {
        assert!(resident < 32 * 1024, "{resident} KiB");
    }
}
