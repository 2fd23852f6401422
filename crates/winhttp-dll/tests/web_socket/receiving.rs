//! Receiving messages.

use crate::sending::socket_in;
use crate::support::*;

both_modes! {
    /// In these calls the outputs are NULL; where they alone are missing, only a synchronous receive needs them.
    /// Statements: facts 17.9; functions 10.68
    fn f17_9_a_receive_needs_memory(mode: Mode) {
        let server = saying(frame(FIN | TEXT, "x"));
        let client = Client::new(mode);
        let socket = client.socket(&server);
        let raw = socket.raw();
        let buffer = lasting([0; 8]);
        assert_eq!(web_socket_receive(raw, Some(buffer), 0, None, None), fails(INVALID_PARAMETER));
        assert_eq!(web_socket_receive(raw, None, 0, None, None), fails(INVALID_PARAMETER));
        assert_eq!(web_socket_receive(raw, None, 1, None, None), fails(INVALID_PARAMETER));
        let (mut read, mut kind) = (1, 1);
        if mode == Mode::Sync {
            assert_eq!(web_socket_receive(raw, Some(buffer), 8, None, Some(&mut kind)), fails(INVALID_PARAMETER));
            assert_eq!(web_socket_receive(raw, Some(buffer), 8, Some(&mut read), None), fails(INVALID_PARAMETER));
        }
        assert_eq!(socket.receive(8), got("x", UTF8_MESSAGE));
    }

    /// Statements: facts 17.10, 17.11; behaviour 18.174; functions 10.69
    fn f17_11_a_message_longer_than_the_buffer_comes_in_fragments(mode: Mode) {
        let data: Vec<u8> = (0..=255).collect();
        let server = saying([frame(FIN | TEXT, "text"), frame(FIN | BINARY, &data)].concat());
        let client = Client::new(mode);
        let socket = client.socket(&server);
        assert_eq!(socket.receive(128), got("text", UTF8_MESSAGE));
        assert_eq!(socket.receive(128), got(&data[..128], BINARY_FRAGMENT));
        assert_eq!(socket.receive(128), got(&data[128..], BINARY_MESSAGE));
    }

    /// Statements: behaviour 18.169, 18.170, 18.173, 18.174
    fn bc169_no_receive_spans_two_messages(mode: Mode) {
        let server = saying([
            frame(FIN | BINARY, "0123456789"),
            frame(FIN | TEXT, ""),
            frame(FIN | BINARY, ""),
            frame(FIN | TEXT, "ab"),
            frame(FIN | TEXT, "cd"),
            frame(TEXT, "e"),
            frame(CONTINUATION, ""),
            frame(FIN | CONTINUATION, "f"),
            frame(BINARY, ""),
            frame(FIN | CONTINUATION, ""),
        ].concat());
        let client = Client::new(mode);
        let socket = client.socket(&server);
        assert_eq!(socket.receive(4), got("0123", BINARY_FRAGMENT));
        assert_eq!(socket.receive(4), got("4567", BINARY_FRAGMENT));
        assert_eq!(socket.receive(4), got("89", BINARY_MESSAGE));
        assert_eq!(socket.receive(100), got("", UTF8_MESSAGE));
        assert_eq!(socket.receive(100), got("", BINARY_MESSAGE));
        assert_eq!(socket.receive(100), got("ab", UTF8_MESSAGE));
        assert_eq!(socket.receive(100), got("cd", UTF8_MESSAGE));
        assert_eq!(socket.message(100), got("ef", UTF8_MESSAGE));
        assert_eq!(socket.message(100), got("", BINARY_MESSAGE));
    }

    /// Statements: facts 18.8
    fn f18_8_a_large_message_comes_in_one_or_more_parts(mode: Mode) {
        let data: Vec<u8> = (0..16_384).map(|at| (at % 253) as u8).collect();
        let server = saying(frame(FIN | BINARY, &data));
        let client = Client::new(mode);
        let socket = client.socket(&server);
        // `message` demands the fragment type of all parts but the last.
        assert_eq!(socket.message(16_384), got(data, BINARY_MESSAGE));
    }

    /// Statements: behaviour 18.171, 18.172
    fn bc171_pings_are_answered_and_not_seen(mode: Mode) {
        let server = Server::once(|peer| {
            peer.upgrade();
            peer.send_frame(FIN | PING, "one");
            peer.send_frame(TEXT, "a");
            peer.send_frame(FIN | PING, "");
            peer.send_frame(FIN | PING, [9; 125]);
            peer.send_frame(FIN | PONG, "unasked");
            peer.send_frame(FIN | CONTINUATION, "b");
            peer.expect_frame(FIN | PONG, "one");
            peer.expect_frame(FIN | PONG, "");
            peer.expect_frame(FIN | PONG, [9; 125]);
            peer.answer_close();
            peer.expect_end();
        });
        let client = Client::new(mode);
        let socket = client.socket(&server);
        assert_eq!(socket.message(10), got("ab", UTF8_MESSAGE));
        socket.close(1000, b"").unwrap();
        socket.end();
        server.finish();
    }

    /// The answer to a ping goes out while a receive waits for data, without the application's doing.
    /// Statements: behaviour 18.171
    fn bc171_a_ping_is_answered_while_nothing_else_comes(mode: Mode) {
        for secure in [false, true] {
            let (_client, server, socket) = socket_in(mode, secure, |peer| {
                peer.upgrade();
                for round in 0..5 {
                    peer.send_frame(FIN | PING, [round; 3]);
                    peer.expect_frame(FIN | PONG, [round; 3]);
                }
                peer.send_frame(FIN | TEXT, "end");
                peer.answer_close();
                peer.expect_end();
            });
            assert_eq!(socket.receive(10), got("end", UTF8_MESSAGE));
            socket.close(1000, b"").unwrap();
            socket.end();
            server.finish();
        }
    }

    /// Every byte of a small conversation in a packet of its own, in both directions of the data.
    /// Statements: behaviour 18.164, 18.169, 18.172
    fn a_conversation_byte_by_byte(mode: Mode) {
        for secure in [false, true] {
            let (_client, server, socket) = socket_in(mode, secure, |peer| {
                let request = peer.request();
                let head = upgrade_response(&request, "");
                peer.send_bytewise(&head[..head.len() - 4]);
                peer.send(&head[head.len() - 4..]);
                peer.send_bytewise([
                    frame(TEXT, "\u{e9}\u{20ac}"),
                    frame(FIN | PING, "ping"),
                    frame(FIN | CONTINUATION, "\u{1f600}"),
                    frame(FIN | BINARY, [1; 130]),
                ].concat());
                peer.expect_frame(FIN | PONG, "ping");
                peer.expect_frame(FIN | TEXT, "seen");
                peer.send_bytewise(close_frame(3000, "why"));
                let close = peer.answer_close();
                assert_eq!(close.status(), 4000);
                peer.expect_end();
            });
            assert_eq!(socket.message(100), got("\u{e9}\u{20ac}\u{1f600}", UTF8_MESSAGE));
            assert_eq!(socket.message(100), got([1; 130], BINARY_MESSAGE));
            socket.send(UTF8_MESSAGE, b"seen").unwrap();
            assert_eq!(socket.receive(1), got_close());
            assert_eq!(socket.close_status(), Ok((3000, b"why".to_vec())));
            socket.close(4000, b"because").unwrap();
            socket.end();
            server.finish();
        }
    }

    /// One byte of memory at a time.
    /// Statements: behaviour 18.169
    fn bc169_receives_of_one_byte(mode: Mode) {
        let server = saying([frame(FIN | TEXT, "\u{20ac}"), frame(FIN | BINARY, "ab"), close_frame(1000, "")].concat());
        let client = Client::new(mode);
        let socket = client.socket(&server);
        assert_eq!(socket.receive(1), got([0xE2], UTF8_FRAGMENT));
        assert_eq!(socket.receive(1), got([0x82], UTF8_FRAGMENT));
        assert_eq!(socket.receive(1), got([0xAC], UTF8_MESSAGE));
        assert_eq!(socket.receive(1), got("a", BINARY_FRAGMENT));
        assert_eq!(socket.receive(1), got("b", BINARY_MESSAGE));
        assert_eq!(socket.receive(1), got_close());
    }

    /// Statements: behaviour 18.195
    fn bc195_100_megabytes_stream_through_4_kilobytes(mode: Mode) {
        const SIZE: usize = 100 << 20;
        let server = Server::once(|peer| {
            peer.upgrade();
            let whole = frame(FIN | BINARY, vec![0xA7; SIZE]);
            peer.send(whole);
            peer.read_to_end();
        });
        let client = Client::new(mode);
        let socket = client.socket(&server);
        let mut count = 0;
        loop {
            let (part, kind) = socket.receive(4096).unwrap();
            assert!(part.iter().all(|byte| *byte == 0xA7));
            count += part.len();
            assert_eq!(kind == 0, count == SIZE, "type {kind} after {count} bytes");
            if kind == 0 {
                break;
            }
        }
        socket.end();
        server.finish();
    }

    /// Statements: behaviour 18.198
    fn bc198_the_receive_timeout_is_not_for_sockets(mode: Mode) {
        let gate = Gate::new();
        let server = upgraded({
            let gate = gate.clone();
            move |peer| {
                peer.pause(&gate);
                peer.send_frame(FIN | TEXT, "late");
                peer.read_to_end();
            }
        });
        let client = Client::new(mode);
        let request = client.upgrade_request(&server);
        set_timeouts(request.raw(), 0, 0, 0, 0).unwrap();
        request.exchange();
        set_timeouts(request.raw(), 100, 100, 100, 100).unwrap();
        set_u32(request.raw(), WINHTTP_OPTION_RECEIVE_TIMEOUT, 100).unwrap();
        let socket = request.upgrade(0);
        // The only way to see that nothing happens in some time is to let it pass.
        let opening = std::thread::spawn(move || {
            let never = Gate::new();
            assert!(!never.passes_within(std::time::Duration::from_millis(400)));
            gate.open();
        });
        assert_eq!(socket.receive(10), got("late", UTF8_MESSAGE));
        opening.join().unwrap();
    }
}

/// Statements: facts 18.7; behaviour 18.193; functions 10.68
#[test]
fn f18_7_an_asynchronous_receive_leaves_its_outputs_alone() {
    let server = saying(frame(FIN | TEXT, "text"));
    let client = Client::new(Mode::Async);
    let socket = client.socket(&server);
    let (mut read, mut kind) = (0xA5A5, 0x5A5A);
    let buffer = lasting([0; 8]);
    let mark = client.recorder.mark();
    assert_eq!(
        web_socket_receive(
            socket.raw(),
            Some(buffer),
            8,
            Some(&mut read),
            Some(&mut kind)
        ),
        Ok(())
    );
    let event = client
        .recorder
        .wait_from(mark, |event| event.status == READ_COMPLETE);
    assert_eq!((read, kind), (0xA5A5, 0x5A5A));
    assert_eq!(event.length, 8);
    assert_eq!(event.socket_status(), (4, 2));
}
