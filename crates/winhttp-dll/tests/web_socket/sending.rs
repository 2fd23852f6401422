//! Sending messages.

use crate::support::*;

both_modes! {
    /// Statements: facts 17.7, 17.8, 18.4; functions 10.67
    fn f17_7_only_an_empty_message_has_no_buffer(mode: Mode) {
        let server = echo();
        let client = Client::new(mode);
        let socket = client.socket(&server);
        let mark = client.recorder.mark();
        assert_eq!(web_socket_send(socket.raw(), 0, None, 1), fails(INVALID_PARAMETER));
        for kind in [4, 5, 0xFFFF_FFFF] {
            assert_eq!(socket.start_send(kind, b"x"), fails(INVALID_PARAMETER), "{kind}");
        }
        assert_eq!(client.recorder.mark(), mark, "no notification");
        assert_eq!(socket.send(BINARY_MESSAGE, b""), Ok(()));
        assert_eq!(socket.receive(10), got(b"", BINARY_MESSAGE));
        socket.close(1000, b"").unwrap();
    }

    /// Statements: facts 18.4, 24.8; behaviour 18.166, 18.167, 18.168
    fn bc167_fragments_become_frames_of_one_message(mode: Mode) {
        let server = Server::once(|peer| {
            peer.upgrade();
            let mut keys = vec![
                peer.expect_frame(TEXT, "a").key,
                peer.expect_frame(CONTINUATION, "b").key,
                peer.expect_frame(FIN | CONTINUATION, "c").key,
                peer.expect_frame(BINARY, "d").key,
                peer.expect_frame(CONTINUATION, "e").key,
                peer.expect_frame(FIN | CONTINUATION, "").key,
                peer.expect_frame(FIN | TEXT, "").key,
                peer.expect_frame(FIN | BINARY, "f").key,
            ];
            peer.answer_close();
            peer.expect_end();
            keys.sort_unstable();
            keys.dedup();
            assert!(keys.len() > 6, "{keys:?}");
        });
        let client = Client::new(mode);
        let socket = client.socket(&server);
        socket.send(UTF8_FRAGMENT, b"a").unwrap();
        socket.send(UTF8_FRAGMENT, b"b").unwrap();
        socket.send(UTF8_MESSAGE, b"c").unwrap();
        socket.send(BINARY_FRAGMENT, b"d").unwrap();
        let mark = client.recorder.mark();
        assert_eq!(socket.start_send(UTF8_FRAGMENT, b"x"), fails(INVALID_PARAMETER));
        assert_eq!(socket.start_send(UTF8_MESSAGE, b"x"), fails(INVALID_PARAMETER));
        assert_eq!(client.recorder.mark(), mark, "no notification");
        socket.send(BINARY_FRAGMENT, b"e").unwrap();
        socket.send(BINARY_MESSAGE, b"").unwrap();
        socket.send(UTF8_MESSAGE, b"").unwrap();
        socket.send(BINARY_MESSAGE, b"f").unwrap();
        socket.close(1000, b"").unwrap();
        socket.end();
        server.finish();
    }

    /// Lengths around every limit of the frame's header and of the library's buffers.
    /// Statements: behaviour 18.166
    fn bc166_payloads_of_all_lengths_arrive_unharmed(mode: Mode) {
        let server = echo();
        let client = Client::new(mode);
        let socket = client.socket(&server);
        for length in [1, 2, 3, 4, 5, 125, 126, 127, 4095, 4096, 32767, 32768, 65535, 65536, 65537, 131_071, 131_073, 300_001] {
            let data: Vec<u8> = (0..length).map(|at: u32| (at % 251) as u8).collect();
            socket.send(BINARY_MESSAGE, &data).unwrap();
            let (message, kind) = socket.message(50_000).unwrap();
            assert!(message == data && kind == 0, "{length} bytes");
        }
        socket.close(1000, b"").unwrap();
        socket.end();
    }

    /// Sends are not checked to be UTF-8.
    fn what_is_sent_as_text_is_not_looked_at(mode: Mode) {
        let server = Server::once(|peer| {
            peer.upgrade();
            peer.expect_frame(FIN | TEXT, [0xFF, 0xFE]);
            peer.answer_close();
            peer.expect_end();
        });
        let client = Client::new(mode);
        let socket = client.socket(&server);
        socket.send(UTF8_MESSAGE, &[0xFF, 0xFE]).unwrap();
        socket.close(1000, b"").unwrap();
        socket.end();
        server.finish();
    }

    /// Statements: facts 18.5; behaviour 18.184; functions 10.71
    fn f18_5_nothing_is_sent_after_a_shutdown(mode: Mode) {
        let server = Server::once(|peer| {
            peer.upgrade();
            let close = peer.expect_frame(FIN | CLOSE, b"\x03\xE8done");
            assert_eq!(close.status(), 1000);
            peer.send(frame(FIN | BINARY, b"late"));
            peer.send(close_frame(1000, ""));
            peer.expect_end();
        });
        let client = Client::new(mode);
        let socket = client.socket(&server);
        assert_eq!(socket.start_shutdown(1000, b"done"), Ok(()));
        let mark = client.recorder.mark();
        for _ in 0..2 {
            assert_eq!(socket.start_send(BINARY_MESSAGE, b"x"), fails(INVALID_OPERATION));
            assert_eq!(socket.start_shutdown(1000, b""), fails(INVALID_OPERATION));
            assert_eq!(socket.close_status(), fails(INVALID_OPERATION));
        }
        assert_eq!(client.recorder.mark(), mark);
        assert_eq!(socket.receive(10), got(b"late", BINARY_MESSAGE));
        assert_eq!(socket.close_status(), fails(INVALID_OPERATION));
        socket.close(1001, b"ignored").unwrap();
        assert_eq!(socket.close_status(), Ok((1000, Vec::new())));
        socket.end();
        server.finish();
    }
}

/// Statements: facts 18.3
#[test]
fn f18_3_sends_complete_in_the_call() {
    for secure in [false, true] {
        let (client, server, socket) = socket_over(secure, |peer| {
            peer.upgrade();
            peer.echo_frames();
        });
        client.recorder.take();
        for length in [0, 1, 100, 8192, 16_384] {
            let data = vec![7; length];
            assert_eq!(socket.start_send(BINARY_MESSAGE, &data), Ok(()));
            client.recorder.assert_next("WRITE_COMPLETE:M");
            assert_eq!(socket.message(20_000), got(data, BINARY_MESSAGE));
            client.recorder.take();
        }
        socket.close(1000, b"").unwrap();
        socket.end();
        server.finish();
    }
}

/// A client, a server and a WebSocket between them, with TLS or without.
pub(crate) fn socket_over(
    secure: bool,
    run: impl Fn(&mut Peer) + Send + Sync + 'static,
) -> (Client, Server, Socket) {
    socket_in(Mode::Async, secure, run)
}

/// As [`socket_over`], in either mode.
pub(crate) fn socket_in(
    mode: Mode,
    secure: bool,
    run: impl Fn(&mut Peer) + Send + Sync + 'static,
) -> (Client, Server, Socket) {
    let builder = if secure {
        Server::builder().tls(winhttp_testkit::tls::server(
            winhttp_testkit::tls::Identity::good(),
        ))
    } else {
        Server::builder()
    };
    let server = builder.every(move |_, peer| run(peer));
    let client = Client::new(mode);
    let flags = if secure { WINHTTP_FLAG_SECURE } else { 0 };
    let request = client.open(&server, &RequestSpec::new("GET", "/").flags(flags));
    upgrade_option(request.raw()).unwrap();
    request.exchange();
    let socket = request.upgrade(0);
    (client, server, socket)
}
