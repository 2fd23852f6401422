//! Servers that break the protocol, and connections that break.

use crate::support::*;

/// Frames, and the status of the Close that answers them.
fn violations() -> Vec<(&'static str, Vec<u8>, u16)> {
    let masked = [&[FIN | BINARY, 0x81, 1, 2, 3, 4, b'x'][..]].concat();
    vec![
        ("masked", masked, 1002),
        ("RSV1", frame(FIN | 0x40 | BINARY, "x"), 1002),
        ("RSV3", frame(FIN | 0x10 | BINARY, "x"), 1002),
        ("opcode 3", frame(FIN | 3, "x"), 1002),
        ("opcode 11", frame(FIN | 11, "x"), 1002),
        ("a ping of 126 bytes", frame(FIN | PING, [0; 126]), 1002),
        ("a fragmented ping", frame(PING, "x"), 1002),
        ("a fragmented close", frame(CLOSE, "\x03\u{8}"), 1002),
        (
            "a continuation of nothing",
            frame(FIN | CONTINUATION, "x"),
            1002,
        ),
        ("a close of one byte", frame(FIN | CLOSE, "\x03"), 1002),
        ("close 999", close_frame(999, ""), 1002),
        ("close 1005", close_frame(1005, ""), 1002),
        ("close 1006", close_frame(1006, ""), 1002),
        ("close 1015", close_frame(1015, ""), 1002),
        (
            "a length not in its shortest form",
            vec![FIN | BINARY, 126, 0, 1, b'x'],
            1002,
        ),
        (
            "a length of 2 to the 63",
            vec![FIN | BINARY, 127, 0x80, 0, 0, 0, 0, 0, 0, 0],
            1002,
        ),
        ("bad UTF-8", frame(FIN | TEXT, [0xC3, 0x28]), 1007),
        ("a surrogate", frame(FIN | TEXT, [0xED, 0xA0, 0x80]), 1007),
        (
            "text that ends within a character",
            frame(FIN | TEXT, [0xE2, 0x82]),
            1007,
        ),
        ("a bad reason", frame(FIN | CLOSE, [3, 0xE8, 0xFF]), 1007),
    ]
}

both_modes! {
    /// The Close sent with it is this library's choice.
    /// Statements: behaviour 18.189, 18.190
    fn bc189_violations_fail_the_receive(mode: Mode) {
        let client = Client::new(mode);
        for (what, bytes, status) in violations() {
            let server = Server::once(move |peer| {
                peer.upgrade();
                peer.send_frame(FIN | BINARY, "good");
                peer.send(&bytes);
                let close = peer.frame();
                assert_eq!(close.status(), status, "{what}");
                peer.expect_end();
            });
            let socket = client.socket(&server);
            assert_eq!(socket.receive(8), got("good", BINARY_MESSAGE));
            assert_eq!(socket.message(200), fails(INVALID_RESPONSE), "{what}");
            assert_eq!(socket.close_status(), fails(INVALID_OPERATION), "{what}");
            // It does not get better.
            assert_eq!(socket.receive(200), fails(INVALID_RESPONSE), "{what}");
            socket.end();
            server.finish();
        }
    }

    /// The Close that tells the server what it did wrong follows the frame that is being sent.
    /// Statements: behaviour 18.189
    fn bc189_a_violation_while_a_send_is_under_way(mode: Mode) {
        const SIZE: usize = 32 << 20;
        let failed = Gate::new();
        let server = Server::once({
            let failed = failed.clone();
            move |peer| {
                peer.upgrade();
                // The header; so much that the client cannot have sent all.
                peer.read(14);
                peer.send_frame(FIN | 3, "x");
                peer.pause(&failed);
                peer.read(SIZE);
                assert_eq!(peer.frame().status(), 1002);
                peer.expect_end();
            }
        });
        let client = Client::new(mode);
        let socket = client.socket(&server);
        std::thread::scope(|scope| {
            let sending = scope.spawn(|| socket.send(BINARY_MESSAGE, &vec![0; SIZE]));
            assert_eq!(socket.receive(10), fails(INVALID_RESPONSE));
            failed.open();
            assert_eq!(sending.join().unwrap(), Ok(()));
        });
        assert!(socket.send(BINARY_MESSAGE, b"x").is_err());
        socket.end();
        server.finish();
    }

    /// A message that another one interrupts.
    /// Statements: behaviour 18.189
    fn bc189_messages_do_not_nest(mode: Mode) {
        let server = saying([frame(TEXT, "a"), frame(FIN | TEXT, "b")].concat());
        let client = Client::new(mode);
        let socket = client.socket(&server);
        assert_eq!(socket.receive(8), got("a", UTF8_FRAGMENT));
        assert_eq!(socket.receive(8), fails(INVALID_RESPONSE));
    }

    /// A character may be cut by frames and by buffers; what follows must go on with it.
    /// Statements: behaviour 18.190
    fn bc190_text_is_checked_across_frames(mode: Mode) {
        let server = saying([frame(TEXT, [0xE2]), frame(CONTINUATION, [0x82]), frame(FIN | CONTINUATION, "a")].concat());
        let client = Client::new(mode);
        let socket = client.socket(&server);
        assert_eq!(socket.receive(8), got([0xE2], UTF8_FRAGMENT));
        assert_eq!(socket.receive(8), got([0x82], UTF8_FRAGMENT));
        assert_eq!(socket.receive(8), fails(INVALID_RESPONSE));
    }

    /// Whatever the client is doing with the message then, and however the connection ends.
    /// Statements: behaviour 18.188
    fn bc188_the_end_without_a_close_fails_the_receive(mode: Mode) {
        let client = Client::new(mode);
        for bytes in [vec![], vec![FIN | BINARY], frame(BINARY, "abc"), frame(FIN | BINARY, "abcdef")[..5].to_vec()] {
            for reset in [false, true] {
                let gate = Gate::new();
                let server = Server::once({
                    let (bytes, gate) = (bytes.clone(), gate.clone());
                    move |peer| {
                        peer.upgrade_with("", &bytes);
                        peer.pause(&gate);
                        if reset { peer.reset() } else { peer.close() }
                    }
                });
                let socket = client.socket(&server);
                if bytes.len() > 4 {
                    assert_eq!(socket.receive(3), got("abc", BINARY_FRAGMENT));
                }
                gate.open();
                assert_eq!(socket.receive(3), fails(CONNECTION_ERROR));
                assert_eq!(socket.close_status(), fails(INVALID_OPERATION));
                assert_eq!(socket.receive(3), fails(CONNECTION_ERROR));
                socket.end();
                server.finish();
            }
        }
    }

    /// Sends notice that the server has gone, sooner or later, and then always.
    fn sends_fail_after_a_reset(mode: Mode) {
        let server = Server::once(|peer| {
            peer.upgrade();
            peer.reset();
        });
        let client = Client::new(mode);
        let socket = client.socket(&server);
        assert_eq!(socket.receive(3), fails(CONNECTION_ERROR));
        let mut outcome = Ok(());
        for _ in 0..100 {
            outcome = socket.send(BINARY_MESSAGE, &[0; 65536]);
            if outcome.is_err() {
                break;
            }
        }
        assert_eq!(outcome, fails(CONNECTION_ERROR));
        assert_eq!(socket.send(BINARY_MESSAGE, b"x"), fails(CONNECTION_ERROR));
        assert!(socket.close(1000, b"").is_err());
        socket.end();
    }

    /// Many pings while nothing is read by the server: memory stays bounded, and the client goes on receiving.
    fn a_flood_of_pings_does_not_stop_the_receiving(mode: Mode) {
        // A synchronous receive waits with its answers, as long as a send may take.
        let rounds = if mode == Mode::Sync { 2 } else { 200 };
        let server = Server::once(move |peer| {
            peer.upgrade();
            let pings = frame(FIN | PING, [1; 125]).repeat(1000);
            for _ in 0..rounds {
                peer.send(&pings);
            }
            peer.send_frame(FIN | TEXT, "end");
            peer.read_to_end();
        });
        let client = Client::new(mode);
        let socket = client.socket(&server);
        assert_eq!(socket.receive(10), got("end", UTF8_MESSAGE));
        socket.end();
        server.finish();
    }
}
