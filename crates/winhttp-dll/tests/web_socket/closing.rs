//! Shutdown and Close.

use std::time::{Duration, Instant};

use crate::sending::socket_in;
use crate::support::*;

both_modes! {
    /// Statements: facts 17.12, 17.13; behaviour 18.185; functions 10.72
    fn f17_12_reasons_are_checked_first(mode: Mode) {
        let server = Server::once(|peer| {
            peer.upgrade();
            let close = peer.answer_close();
            assert_eq!(close.payload, b"\x03\xE8success!");
            peer.expect_end();
        });
        let client = Client::new(mode);
        let socket = client.socket(&server);
        let raw = socket.raw();
        let long = [b'x'; 128];
        let check = || {
            let mark = client.recorder.mark();
            for length in [1, 5] {
                assert_eq!(web_socket_shutdown(raw, 1000, None, length), fails(INVALID_PARAMETER));
                assert_eq!(web_socket_close(raw, 1000, None, length), fails(INVALID_PARAMETER));
            }
            for length in [124, 128] {
                assert_eq!(web_socket_shutdown(raw, 1000, Some(&long), length), fails(INVALID_PARAMETER));
                assert_eq!(web_socket_close(raw, 1000, Some(&long), length), fails(INVALID_PARAMETER));
            }
            assert_eq!(client.recorder.mark(), mark, "no notification");
        };
        check();
        assert_eq!(socket.shutdown(1000, b"success!"), Ok(()));
        check();
        assert_eq!(socket.close(1001, b"another"), Ok(()));
        assert_eq!(socket.close_status(), Ok((1000, b"success!".to_vec())));
        socket.end();
        server.finish();
    }

    /// Statements: behaviour 18.185
    fn bc185_a_reason_may_have_123_bytes(mode: Mode) {
        for closing in [false, true] {
            let server = Server::once(|peer| {
                peer.upgrade();
                let close = peer.answer_close();
                assert_eq!(close.payload.len(), 125);
                peer.expect_end();
            });
            let client = Client::new(mode);
            let socket = client.socket(&server);
            if !closing {
                socket.shutdown(4999, &[b'y'; 123]).unwrap();
            }
            socket.close(4999, &[b'y'; 123]).unwrap();
            assert_eq!(socket.close_status(), Ok((4999, vec![b'y'; 123])));
            socket.end();
            server.finish();
        }
    }

    /// 1005 without a reason is an empty Close; what may not be sent is refused (our choice of codes).
    fn statuses_that_can_be_sent(mode: Mode) {
        let server = Server::once(|peer| {
            peer.upgrade();
            let close = peer.answer_close();
            assert_eq!(close.payload, b"");
            peer.expect_end();
        });
        let client = Client::new(mode);
        let socket = client.socket(&server);
        for status in [0, 999, 1004, 1006, 1015, 5000, 65535] {
            assert_eq!(socket.start_shutdown(status, b""), fails(INVALID_PARAMETER), "{status}");
            assert_eq!(socket.start_close(status, b""), fails(INVALID_PARAMETER), "{status}");
        }
        assert_eq!(socket.start_close(1005, b"why"), fails(INVALID_PARAMETER));
        socket.close(1005, b"").unwrap();
        assert_eq!(socket.close_status(), Ok((1005, Vec::new())));
        socket.end();
        server.finish();
    }

    /// Statements: facts 17.14, 17.17, 18.11; behaviour 18.179, 18.180
    fn f17_14_close_waits_for_the_servers(mode: Mode) {
        for secure in [false, true] {
            let (client, server, socket) = socket_in(mode, secure, |peer| {
                peer.upgrade();
                peer.send_frame(FIN | TEXT, "unread");
                peer.send_frame(FIN | BINARY, [5; 70_000]);
                let close = peer.frame();
                assert_eq!((close.status(), &close.payload[2..]), (1000, &b"success"[..]));
                peer.send_frame(FIN | TEXT, "still coming");
                peer.send_frame(FIN | PING, "not to be answered");
                peer.send(close_frame(1000, ""));
                peer.expect_end();
            });
            assert_eq!(socket.close_status(), fails(INVALID_OPERATION));
            socket.close(1000, b"success").unwrap();
            assert_eq!(socket.close_status(), Ok((1000, Vec::new())));
            assert_eq!(socket.receive(10), fails(INVALID_OPERATION));
            assert_eq!(socket.send(BINARY_MESSAGE, b"x"), fails(INVALID_OPERATION));
            assert_eq!(socket.shutdown(1000, b""), fails(INVALID_OPERATION));
            let mark = client.recorder.mark();
            assert_eq!(socket.start_close(1000, b""), fails(INVALID_OPERATION));
            assert_eq!(client.recorder.mark(), mark);
            assert_eq!(socket.close_status(), Ok((1000, Vec::new())));
            socket.end();
            server.finish();
        }
    }

    /// Statements: facts 18.17; behaviour 18.175, 18.176, 18.178
    fn bc178_the_servers_close_is_answered_by_close(mode: Mode) {
        let server = Server::once(|peer| {
            peer.upgrade();
            peer.send(close_frame(1001, "going"));
            // What comes after a Close is of no interest.
            peer.send_frame(FIN | TEXT, "late");
            assert!(peer.silent_for(Duration::from_millis(100)), "nothing is answered by itself");
            let close = peer.frame();
            assert_eq!((close.status(), &close.payload[2..]), (1000, &b"bye"[..]));
            peer.expect_end();
        });
        let client = Client::new(mode);
        let socket = client.socket(&server);
        assert_eq!(socket.receive(10), got_close());
        assert_eq!(socket.close_status(), Ok((1001, b"going".to_vec())));
        assert_eq!(socket.receive(10), fails(INVALID_OPERATION));
        // `answered by itself` above has time to fail.
        assert!(!Gate::new().passes_within(Duration::from_millis(150)));
        let mark = client.recorder.mark();
        assert_eq!(socket.start_close(1000, b"bye"), Ok(()));
        if mode == Mode::Async {
            let events = client.recorder.events().split_off(mark);
            winhttp_testkit::assert_sequence(&events, client.recorder.main(), "CLOSE_COMPLETE:M");
            assert_eq!(events[0].length, 0);
        }
        assert_eq!(socket.close_status(), Ok((1001, b"going".to_vec())));
        socket.end();
        server.finish();
    }

    /// The server's Close can be answered by Shutdown as well, after more was sent.
    /// Statements: behaviour 18.184
    fn bc184_the_servers_close_is_answered_by_shutdown(mode: Mode) {
        let server = Server::once(|peer| {
            peer.upgrade();
            peer.send(close_frame(1000, ""));
            peer.expect_frame(FIN | TEXT, "more");
            assert_eq!(peer.frame().status(), 1000);
            peer.expect_end();
        });
        let client = Client::new(mode);
        let socket = client.socket(&server);
        assert_eq!(socket.receive(10), got_close());
        socket.send(UTF8_MESSAGE, b"more").unwrap();
        socket.shutdown(1000, b"").unwrap();
        socket.close(1000, b"").unwrap();
        socket.end();
        server.finish();
    }

    /// Statements: behaviour 18.181; options 9.44
    fn bc181_close_waits_no_longer_than_its_timeout(mode: Mode) {
        for secure in [false, true] {
            let (client, server, socket) = socket_in(mode, secure, |peer| {
                peer.upgrade();
                assert_eq!(peer.frame().status(), 1000);
                peer.send_frame(FIN | TEXT, "not a Close");
                // The connection is ended.
                peer.expect_end();
            });
            set_u32(socket.raw(), WINHTTP_OPTION_WEB_SOCKET_CLOSE_TIMEOUT, 300).unwrap();
            assert_eq!(query_u32(socket.raw(), WINHTTP_OPTION_WEB_SOCKET_CLOSE_TIMEOUT), Ok(300));
            let start = Instant::now();
            assert_eq!(socket.close(1000, b""), fails(12002));
            let waited = start.elapsed();
            assert!(waited >= Duration::from_millis(295), "{waited:?}");
            assert!(waited < Duration::from_secs(5), "{waited:?}");
            assert_eq!(socket.close_status(), fails(INVALID_OPERATION));
            assert_eq!(socket.receive(10), fails(INVALID_OPERATION));
            drop(client.recorder.take());
            socket.end();
            server.finish();
        }
    }

    /// The option of the request is the socket's when it is made.
    /// Statements: behaviour 18.181
    fn bc181_the_timeout_is_inherited_from_the_request(mode: Mode) {
        let server = saying([]);
        let client = Client::new(mode);
        let request = client.upgrade_request(&server);
        assert_eq!(query_u32(request.raw(), WINHTTP_OPTION_WEB_SOCKET_CLOSE_TIMEOUT), Ok(10_000));
        set_u32(request.raw(), WINHTTP_OPTION_WEB_SOCKET_CLOSE_TIMEOUT, 200).unwrap();
        request.exchange();
        let socket = request.upgrade(0);
        let start = Instant::now();
        assert_eq!(socket.close(1000, b""), fails(12002));
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    /// A server that sends all the time does not make it longer.
    /// Statements: behaviour 18.181
    fn bc181_data_does_not_put_the_timeout_off(mode: Mode) {
        let server = upgraded(|peer| {
            let data = frame(FIN | BINARY, [0; 10_000]);
            while peer.try_send(&data) {}
        });
        let client = Client::new(mode);
        let socket = client.socket(&server);
        set_u32(socket.raw(), WINHTTP_OPTION_WEB_SOCKET_CLOSE_TIMEOUT, 300).unwrap();
        let start = Instant::now();
        assert_eq!(socket.close(1000, b""), fails(12002));
        assert!(start.elapsed() < Duration::from_secs(5));
        socket.end();
        server.finish();
    }

    /// Statements: behaviour 18.188
    fn bc188_close_fails_if_the_connection_ends(mode: Mode) {
        for reset in [false, true] {
            let server = Server::once(move |peer| {
                peer.upgrade();
                assert_eq!(peer.frame().status(), 1000);
                if reset { peer.reset() } else { peer.close() }
            });
            let client = Client::new(mode);
            let socket = client.socket(&server);
            assert_eq!(socket.close(1000, b""), fails(CONNECTION_ERROR));
            assert_eq!(socket.close_status(), fails(INVALID_OPERATION));
            socket.end();
            server.finish();
        }
    }

    /// Statements: behaviour 18.189
    fn bc189_close_fails_if_the_server_breaks_the_protocol(mode: Mode) {
        let server = Server::once(move |peer| {
            peer.upgrade();
            assert_eq!(peer.frame().status(), 1000);
            peer.send_frame(FIN | 3, "x");
            peer.expect_end();
        });
        let client = Client::new(mode);
        let socket = client.socket(&server);
        assert_eq!(socket.close(1000, b""), fails(INVALID_RESPONSE));
        socket.end();
        server.finish();
    }

    /// A message of which a part was read.
    /// Statements: facts 18.11; behaviour 18.180
    fn f18_11_close_in_the_middle_of_a_message(mode: Mode) {
        let server = Server::once(|peer| {
            peer.upgrade();
            peer.send_frame(TEXT, "0123456789");
            peer.answer_close();
            peer.expect_end();
        });
        let client = Client::new(mode);
        let socket = client.socket(&server);
        assert_eq!(socket.receive(3), got("012", UTF8_FRAGMENT));
        socket.close(1000, b"").unwrap();
        assert_eq!(socket.close_status(), Ok((1000, Vec::new())));
        socket.end();
        server.finish();
    }

    /// Without Close the connection just ends.
    fn closing_the_handle_sends_no_close(mode: Mode) {
        let server = Server::once(|peer| {
            peer.upgrade();
            peer.expect_frame(FIN | TEXT, "x");
            peer.expect_end();
        });
        let client = Client::new(mode);
        let socket = client.socket(&server);
        socket.send(UTF8_MESSAGE, b"x").unwrap();
        assert_eq!(socket.close_handle(), Ok(()));
        assert_eq!(socket.close_handle(), fails(6));
        assert_eq!(socket.start_send(BINARY_MESSAGE, b"x"), fails(6));
        assert_eq!(socket.close_status(), fails(6));
        server.finish();
    }
}
