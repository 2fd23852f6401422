//! WinHttpWebSocketQueryCloseStatus.

use crate::support::*;

/// A socket that has received this Close.
fn closed(mode: Mode, close: Vec<u8>) -> (Client, Server, Socket) {
    let server = saying(close);
    let client = Client::new(mode);
    let socket = client.socket(&server);
    assert_eq!(socket.receive(10), got_close());
    (client, server, socket)
}

both_modes! {
    /// Before a Close as well as after it.
    /// Statements: facts 17.15
    fn f17_15_outputs_are_needed(mode: Mode) {
        let server = saying(close_frame(1000, ""));
        let client = Client::new(mode);
        let socket = client.socket(&server);
        for round in 0..2 {
            let raw = socket.raw();
            let (mut status, mut consumed, mut buffer) = (1, 1, [0; 8]);
            assert_eq!(web_socket_close_status(raw, None, Some(&mut buffer), 8, Some(&mut consumed)), fails(87));
            assert_eq!(web_socket_close_status(raw, None, None, 0, Some(&mut consumed)), fails(87));
            assert_eq!(web_socket_close_status(raw, Some(&mut status), Some(&mut buffer), 8, None), fails(87));
            assert_eq!(web_socket_close_status(raw, Some(&mut status), None, 0, None), fails(87));
            assert_eq!(web_socket_close_status(raw, None, None, 0, None), fails(87));
            assert_eq!(web_socket_close_status(raw, None, None, 1, None), fails(87));
            assert_eq!(web_socket_close_status(raw, Some(&mut status), None, 1, Some(&mut consumed)), fails(87));
            assert_eq!((status, consumed), (1, 1));
            if round == 0 {
                assert_eq!(socket.receive(10), got_close());
            }
        }
    }

    /// Statements: facts 17.16, 17.17
    fn f17_16_no_reason_needs_no_buffer(mode: Mode) {
        let (_client, _server, socket) = closed(mode, close_frame(1000, ""));
        let (mut status, mut consumed) = (1, 1);
        assert_eq!(web_socket_close_status(socket.raw(), Some(&mut status), None, 0, Some(&mut consumed)), Ok(()));
        assert_eq!((status, consumed), (1000, 0));
    }

    /// Statements: behaviour 18.177
    fn bc177_an_empty_close_is_1005(mode: Mode) {
        let (_client, _server, socket) = closed(mode, frame(FIN | CLOSE, ""));
        assert_eq!(socket.close_status(), Ok((1005, Vec::new())));
    }

    /// Statements: behaviour 18.175; functions 10.74
    fn fc74_a_buffer_too_small_for_the_reason(mode: Mode) {
        let (_client, _server, socket) = closed(mode, close_frame(4001, "because"));
        let (mut status, mut consumed, mut buffer) = (1, 1, [b'.'; 8]);
        let raw = socket.raw();
        assert_eq!(web_socket_close_status(raw, Some(&mut status), None, 0, Some(&mut consumed)), fails(122));
        assert_eq!((status, consumed), (4001, 7));
        (status, consumed) = (1, 1);
        assert_eq!(web_socket_close_status(raw, Some(&mut status), Some(&mut buffer), 6, Some(&mut consumed)), fails(122));
        assert_eq!((status, consumed), (4001, 7));
        assert_eq!(&buffer, b"........");
        assert_eq!(web_socket_close_status(raw, Some(&mut status), Some(&mut buffer), 7, Some(&mut consumed)), Ok(()));
        assert_eq!((status, consumed), (4001, 7));
        assert_eq!(&buffer, b"because.");
    }

    /// Statements: behaviour 18.175
    fn bc175_a_reason_of_123_bytes(mode: Mode) {
        let reason = "\u{20ac}".repeat(41);
        let (_client, _server, socket) = closed(mode, close_frame(1008, &reason));
        assert_eq!(socket.close_status(), Ok((1008, reason.into_bytes())));
    }

    /// Statements: facts 18.10; functions 10.73
    fn f18_10_before_the_servers_close_there_is_no_status(mode: Mode) {
        let server = Server::once(|peer| {
            peer.upgrade();
            assert_eq!(peer.frame().status(), 1000);
            peer.send_frame(FIN | TEXT, "x");
            peer.send(close_frame(1000, ""));
            peer.expect_end();
        });
        let client = Client::new(mode);
        let socket = client.socket(&server);
        // `close_status` checks that the outputs are unchanged.
        assert_eq!(socket.close_status(), fails(INVALID_OPERATION));
        socket.shutdown(1000, b"").unwrap();
        assert_eq!(socket.close_status(), fails(INVALID_OPERATION));
        assert_eq!(socket.receive(8), got("x", UTF8_MESSAGE));
        assert_eq!(socket.close_status(), fails(INVALID_OPERATION));
        assert_eq!(socket.receive(8), got_close());
        assert_eq!(socket.close_status(), Ok((1000, Vec::new())));
        socket.close(1000, b"").unwrap();
        socket.end();
        server.finish();
    }
}
