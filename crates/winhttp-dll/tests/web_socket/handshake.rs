//! The upgrade.

use crate::support::*;

const KEY: &str = "Sec-WebSocket-Key";
const VERSION: &str = "Sec-WebSocket-Version";

both_modes! {
    /// Statements: facts 17.1, 17.2, 17.4, 24.5; behaviour 18.159, 18.162
    fn f17_1_the_handshakes_headers_come_with_the_send(mode: Mode) {
        let server = upgraded(|peer| {
            peer.read_to_end();
        });
        let client = Client::new(mode);
        let request = client.upgrade_request(&server);
        assert_eq!(request.request_header(KEY), fails(12150));
        assert_eq!(request.request_header(VERSION), fails(12150));
        request.send().unwrap();
        let key = request.request_header(KEY).unwrap();
        assert_eq!(request.request_header(VERSION), Ok("13".to_owned()));
        for name in ["Upgrade", "Connection", "Sec-WebSocket-Accept"] {
            assert_eq!(request.header(name), fails(WRONG_STATE));
        }
        request.receive().unwrap();
        assert_eq!(request.status(), 101);
        assert_eq!(request.header("Upgrade"), Ok("websocket".to_owned()));
        assert_eq!(request.header("Connection"), Ok("Upgrade".to_owned()));
        assert_eq!(request.header("Sec-WebSocket-Accept").unwrap().len(), 28);

        let head = server.request(0);
        assert_eq!(head.line(), "GET /socket HTTP/1.1");
        assert_eq!(head.header(KEY).unwrap(), key);
        assert_eq!(key.len(), 24);
        assert!(key.ends_with("=="), "16 bytes in base64: {key}");
        assert_eq!(head.header(VERSION).unwrap(), "13");
        assert_eq!(head.header("Upgrade").unwrap(), "websocket");
        assert_eq!(head.header("Connection").unwrap(), "Upgrade");
        assert_eq!(head.header("Content-Length"), None);

        let socket = request.upgrade(0);
        assert_ne!(socket.raw(), request.raw());
        assert_eq!(request.status(), 101);
        assert!(head.head.len() <= 255, "{} bytes", head.head.len());
        for level in [19, WINHTTP_QUERY_RAW_HEADERS_CRLF, WINHTTP_QUERY_UPGRADE] {
            assert_eq!(header(socket.raw(), level, None), fails(WRONG_TYPE));
        }
        assert_eq!(query_u32(socket.raw(), WINHTTP_OPTION_HANDLE_TYPE), Ok(WINHTTP_HANDLE_TYPE_WEBSOCKET));
    }

    /// Statements: facts 17.2, 17.3; behaviour 18.164
    fn f17_3_the_101_has_no_body_and_what_follows_it_is_the_sockets(mode: Mode) {
        let server = Server::every(|_, peer| {
            peer.upgrade_with("Content-Length: 4\r\n", &frame(FIN | BINARY, b"ab"));
            peer.read_to_end();
        });
        let client = Client::new(mode);
        let request = client.upgrade_request(&server);
        request.exchange();
        assert_eq!(request.header("Content-Length"), Ok("4".to_owned()));
        assert_eq!(request.available(), Ok(0));
        let socket = request.upgrade(0);
        assert_eq!(socket.receive(10), got(b"ab", BINARY_MESSAGE));
    }

    /// Statements: facts 17.5
    fn f17_5_sending_again_makes_another_socket(mode: Mode) {
        let server = echo();
        let client = Client::new(mode);
        let request = client.upgrade_request(&server);
        let mut sockets = Vec::new();
        for round in 0..3 {
            request.send().unwrap();
            // In synchronous sessions CompleteUpgrade receives the response itself.
            if mode == Mode::Async || round != 1 {
                request.receive().unwrap();
            }
            sockets.push(request.upgrade(0));
        }
        let keys: Vec<_> = server.requests().iter().map(|head| head.header(KEY).unwrap()).collect();
        assert!(keys[0] != keys[1] && keys[1] != keys[2], "{keys:?}");
        assert!(sockets[0].raw() != sockets[1].raw());
        for socket in sockets.iter().rev() {
            socket.send(BINARY_MESSAGE, b"x").unwrap();
            assert_eq!(socket.receive(2), got(b"x", BINARY_MESSAGE));
            socket.close(1000, b"").unwrap();
        }
        assert_eq!(server.connections(), 3);
    }

    /// Statements: facts 17.6, 18.1
    fn f17_6_a_send_buffer_below_16_bytes_fails_the_send(mode: Mode) {
        let server = echo();
        let client = Client::new(mode);
        let request = client.upgrade_request(&server);
        let size = |size| set_u32(request.raw(), WINHTTP_OPTION_WEB_SOCKET_SEND_BUFFER_SIZE, size).unwrap();
        size(15);
        client.recorder.take();
        assert_eq!(request.send(), fails(8));
        client.recorder.assert_next(if mode == Mode::Sync { "" } else { "REQUEST_ERROR" });
        size(16);
        request.send().unwrap();
        size(15);
        request.receive().unwrap();
        let socket = request.upgrade(0);
        socket.send(BINARY_MESSAGE, &[7; 100]).unwrap();
        assert_eq!(socket.message(100), got([7; 100], BINARY_MESSAGE));
    }

    /// Statements: facts 17.6
    fn f17_6_the_size_is_that_of_the_time_of_the_send(mode: Mode) {
        let server = echo();
        let client = Client::new(mode);
        set_u32(client.session.raw(), WINHTTP_OPTION_WEB_SOCKET_SEND_BUFFER_SIZE, 15).unwrap();
        let request = client.upgrade_request(&server);
        assert_eq!(request.send(), fails(8));
    }

    /// Statements: facts 1.13, 6.20, 17.4
    fn f1_13_the_request_outlives_its_socket(mode: Mode) {
        let server = echo();
        let client = Client::new(mode);
        let request = client.upgrade_request(&server);
        request.exchange();
        let socket = request.upgrade(0);
        assert_eq!(header(socket.raw(), 19, None), fails(WRONG_TYPE));
        socket.close(1000, b"").unwrap();
        socket.end();
        assert_eq!(request.status(), 101);
        assert_eq!(request.header("Upgrade"), Ok("websocket".to_owned()));
        request.close();
    }

    /// A request that was upgraded has no response to receive, and no body.
    fn an_upgraded_request_is_done(mode: Mode) {
        let server = echo();
        let client = Client::new(mode);
        let request = client.upgrade_request(&server);
        request.exchange();
        let socket = request.upgrade(0);
        assert_eq!(request.receive(), fails(WRONG_STATE));
        assert_eq!(request.available(), fails(WRONG_STATE));
        assert_eq!(request.read(10), fails(WRONG_STATE));
        socket.send(UTF8_MESSAGE, b"x").unwrap();
        assert_eq!(socket.receive(10), got("x", UTF8_MESSAGE));
        socket.close(1000, b"").unwrap();
    }

    /// Nobody completes the upgrade.
    /// Statements: facts 18.19
    fn f18_19_a_connection_that_nobody_took_over_is_closed(mode: Mode) {
        let ended = Gate::new();
        let server = Server::every({
            let ended = ended.clone();
            move |number, peer| {
                if number == 0 {
                    peer.upgrade();
                    peer.expect_end();
                    ended.open();
                } else {
                    peer.answer_all(&response("", b"body"));
                }
            }
        });
        let client = Client::new(mode);
        let request = client.upgrade_request(&server);
        request.exchange();
        request.close();
        ended.pass();
        assert_eq!(client.fetch(&server, "/"), b"body");
        assert_eq!(server.connections(), 2);
    }

    /// Statements: facts 18.2; behaviour 18.163
    fn f18_2_the_request_can_be_closed_first(mode: Mode) {
        let server = echo();
        let client = Client::new(mode);
        let connect = client.connect(&server);
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        upgrade_option(request.raw()).unwrap();
        request.exchange();
        let socket = request.upgrade(0);
        request.close();
        connect.close();
        socket.send(UTF8_MESSAGE, b"text").unwrap();
        assert_eq!(socket.receive(100), got(b"text", UTF8_MESSAGE));
        socket.close(1000, b"").unwrap();
        socket.end();
    }

    /// The function is inherited from the request, the context is the given one, not the request's.
    /// Statements: facts 18.18; behaviour 18.165
    fn f18_18_the_sockets_context_is_the_given_one(mode: Mode) {
        let server = echo();
        let client = Client::new(mode);
        let request = client.upgrade_request(&server);
        set_usize(request.raw(), WINHTTP_OPTION_CONTEXT_VALUE, 7).unwrap();
        request.exchange();
        let socket = request.upgrade(0xABC);
        assert_eq!(query_usize(socket.raw(), WINHTTP_OPTION_CONTEXT_VALUE), Ok(0xABC));
        socket.send(BINARY_MESSAGE, b"x").unwrap();
        socket.receive(1).unwrap();
        socket.close(1000, b"").unwrap();
        let raw = socket.raw();
        socket.end();
        let mut events = client.recorder.events();
        events.retain(|event| event.handle == raw);
        let count = if mode == Mode::Sync { 2 } else { 5 };
        assert_eq!(events.len(), count, "{events:?}");
        assert!(events.iter().all(|event| event.context == 0xABC), "{events:?}");
    }

    /// Statements: facts 18.18
    fn f18_18_without_a_context_it_is_0(mode: Mode) {
        let server = echo();
        let client = Client::new(mode);
        let request = client.upgrade_request(&server);
        set_usize(request.raw(), WINHTTP_OPTION_CONTEXT_VALUE, 7).unwrap();
        request.exchange();
        assert_eq!(query_usize(request.upgrade(0).raw(), WINHTTP_OPTION_CONTEXT_VALUE), Ok(0));
    }

    /// Neither for another socket nor for a request.
    /// Statements: facts 18.19
    fn f18_19_connections_of_sockets_are_never_used_again(mode: Mode) {
        let server = Server::every(|number, peer| {
            if number < 2 {
                peer.upgrade();
                peer.answer_close();
                peer.expect_end();
            } else {
                peer.answer_all(&response("", b"body"));
            }
        });
        let client = Client::new(mode);
        for _ in 0..2 {
            let socket = client.socket(&server);
            socket.close(1000, b"").unwrap();
            socket.end();
        }
        assert_eq!(client.fetch(&server, "/"), b"body");
        assert_eq!(server.connections(), 3);
        assert_eq!(client.recorder.count(WINHTTP_CALLBACK_STATUS_CONNECTING_TO_SERVER), 3);
        assert_eq!(client.recorder.count(WINHTTP_CALLBACK_STATUS_CONNECTED_TO_SERVER), 3);
    }

    /// Statements: behaviour 18.160
    fn bc160_a_subprotocol_is_negotiated(mode: Mode) {
        let server = Server::every(|_, peer| {
            peer.upgrade_with("Sec-WebSocket-Protocol: chat\r\n", &[]);
            peer.read_to_end();
        });
        let client = Client::new(mode);
        let request = client.upgrade_request(&server);
        request.add("Sec-WebSocket-Protocol: super, chat\r\nOrigin: http://here", WINHTTP_ADDREQ_FLAG_ADD).unwrap();
        request.exchange();
        assert_eq!(request.header("Sec-WebSocket-Protocol"), Ok("chat".to_owned()));
        request.upgrade(0);
        let head = server.request(0);
        assert_eq!(head.header("Sec-WebSocket-Protocol").unwrap(), "super, chat");
        assert_eq!(head.header("Origin").unwrap(), "http://here");
    }

    /// Also a subprotocol or an extension that nobody offered, and answers that lack what makes them one.
    /// Statements: behaviour 18.161
    fn bc161_a_wrong_handshake_fails_the_response(mode: Mode) {
        let good = "HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n";
        let bad = [
            good.replace("{}", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            good.replace("Sec-WebSocket-Accept: {}\r\n", ""),
            good.replace("Upgrade: websocket\r\n", ""),
            good.replace("Connection: Upgrade\r\n", ""),
            good.replace("websocket", "other"),
            good.to_owned() + "Sec-WebSocket-Protocol: chat\r\n",
            good.to_owned() + "Sec-WebSocket-Extensions: permessage-deflate\r\n",
        ];
        for head in bad {
            let server = Server::once({
                let head = head.clone();
                move |peer| {
                    let request = peer.request();
                    let right = upgrade_response(&request, "");
                    let right = String::from_utf8(right).unwrap();
                    let accept = right.split("Accept: ").nth(1).unwrap().trim_end();
                    peer.send(head.replace("{}", accept) + "\r\n");
                    peer.expect_end();
                }
            });
            let client = Client::new(mode);
            let request = client.upgrade_request(&server);
            request.send().unwrap();
            assert_eq!(request.receive(), fails(INVALID_RESPONSE), "{head}");
            assert_eq!(complete_upgrade(request.raw(), 0).map(drop), fails(WRONG_STATE));
            request.close();
            server.finish();
        }
    }

    /// Statements: behaviour 18.162; functions 10.65
    fn bc162_another_status_is_a_response_like_any(mode: Mode) {
        let server = Server::answering(response("", b"body"));
        let client = Client::new(mode);
        let request = client.upgrade_request(&server);
        request.exchange();
        assert_eq!(request.status(), 200);
        assert_eq!(complete_upgrade(request.raw(), 0).map(drop), fails(INVALID_OPERATION));
        assert_eq!(request.body(), b"body");
        assert_eq!(complete_upgrade(request.raw(), 0).map(drop), fails(INVALID_OPERATION));
    }

    /// Statements: functions 10.64
    fn fc64_without_the_option_there_is_no_socket(mode: Mode) {
        let server = Server::answering(response("", b"body"));
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        assert_eq!(complete_upgrade(request.raw(), 0).map(drop), fails(WRONG_STATE));
        request.exchange();
        assert_eq!(complete_upgrade(request.raw(), 0).map(drop), fails(WRONG_STATE));
        for wrong in [client.session.raw(), client.connect(&server).raw()] {
            assert_eq!(complete_upgrade(wrong, 0).map(drop), fails(WRONG_TYPE));
        }
        assert_eq!(complete_upgrade(0, 0).map(drop), fails(6));
    }

    /// Statements: functions 10.66
    fn fc66_a_response_makes_one_socket(mode: Mode) {
        let server = echo();
        let client = Client::new(mode);
        let request = client.upgrade_request(&server);
        assert_eq!(complete_upgrade(request.raw(), 0).map(drop), fails(WRONG_STATE));
        request.exchange();
        let socket = request.upgrade(0);
        assert_eq!(complete_upgrade(request.raw(), 0).map(drop), fails(WRONG_STATE));
        assert_eq!(complete_upgrade(socket.raw(), 0).map(drop), fails(WRONG_TYPE));
        socket.close(1000, b"").unwrap();
    }

    /// The 101 and the frames behind it come in two pieces, cut at every place.
    /// Statements: behaviour 18.164
    fn bc164_nothing_is_lost_wherever_the_handshake_is_cut(mode: Mode) {
        let client = Client::new(mode);
        for cut in (0..200).step_by(if mode == Mode::Sync { 3 } else { 7 }).chain(120..160) {
            let gate = Gate::new();
            let server = Server::once({
                let gate = gate.clone();
                move |peer| {
                    let request = peer.request();
                    let mut bytes = upgrade_response(&request, "");
                    bytes.extend_from_slice(&frame(FIN | TEXT, b"one"));
                    bytes.extend_from_slice(&frame(BINARY, b"two"));
                    bytes.extend_from_slice(&frame(FIN | CONTINUATION, [3; 200]));
                    bytes.extend_from_slice(&close_frame(1001, "bye"));
                    let cut = cut.min(bytes.len());
                    gate.open();
                    peer.send(&bytes[..cut]);
                    peer.send(&bytes[cut..]);
                    peer.read_to_end();
                }
            });
            let socket = client.socket(&server);
            gate.pass();
            assert_eq!(socket.message(100), got(b"one", UTF8_MESSAGE), "cut at {cut}");
            let (message, kind) = socket.message(64).unwrap();
            assert_eq!((message, kind), ([b"two", &[3; 200][..]].concat(), 0), "cut at {cut}");
            assert_eq!(socket.receive(10), got_close(), "cut at {cut}");
            assert_eq!(socket.close_status(), Ok((1001, b"bye".to_vec())));
            socket.end();
            server.finish();
        }
    }
}

/// Statements: facts 17.8
#[test]
fn f17_8_wrong_handles_are_told_by_the_result() {
    let server = Server::answering(response("", b""));
    let client = Client::new(Mode::Sync);
    let request = client.get(&server, "/");
    for (handle, error) in [
        (0, 6),
        (0x7777_7777, 6),
        (request.raw(), WRONG_TYPE),
        (client.session.raw(), WRONG_TYPE),
    ] {
        let (mut read, mut kind, mut status) = (0, 0, 0);
        assert_eq!(web_socket_send(handle, 0, Some(b"x"), 1), fails(error));
        assert_eq!(
            web_socket_receive(handle, Some(&mut [0]), 1, Some(&mut read), Some(&mut kind)),
            fails(error)
        );
        assert_eq!(web_socket_shutdown(handle, 1000, None, 0), fails(error));
        assert_eq!(web_socket_close(handle, 1000, None, 0), fails(error));
        assert_eq!(
            web_socket_close_status(handle, Some(&mut status), None, 0, Some(&mut read)),
            fails(error)
        );
    }
}
