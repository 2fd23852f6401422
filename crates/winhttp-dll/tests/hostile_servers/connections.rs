//! Connections that break, stall or crawl, in every state.

use std::time::Duration;

use winhttp_testkit::calls::{RequestSpec, set_u32};
use winhttp_testkit::{Client, Mode, Peer, Server, both_modes};

use crate::end::*;

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// What was sent when the connection breaks or stalls, and how the exchange ends if that is with `error`.
fn states(error: u32) -> Vec<(&'static str, String, End)> {
    let read = |bytes: &str| End::after(bytes, error);
    vec![
        ("before the head", String::new(), End::Receive(error)),
        (
            "in the status line",
            "HTTP/1.1 2".into(),
            End::Receive(error),
        ),
        (
            "in the head",
            "HTTP/1.1 200 OK\r\nA: b".into(),
            End::Receive(error),
        ),
        (
            "after 1xx",
            "HTTP/1.1 100 Continue\r\n\r\n".into(),
            End::Receive(error),
        ),
        (
            "after the head",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".into(),
            read(""),
        ),
        (
            "in the body",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc".into(),
            read("abc"),
        ),
        (
            "in a body until close",
            "HTTP/1.1 200 OK\r\n\r\nabc".into(),
            read("abc"),
        ),
        ("before a chunk", CHUNKED.into(), read("")),
        ("in a size", format!("{CHUNKED}5"), read("")),
        ("in an extension", format!("{CHUNKED}5;abc"), read("")),
        ("in a chunk", format!("{CHUNKED}5\r\nabc"), read("abc")),
        (
            "after a chunk",
            format!("{CHUNKED}3\r\nabc\r\n"),
            read("abc"),
        ),
        (
            "in the last chunk",
            format!("{CHUNKED}3\r\nabc\r\n0"),
            read("abc"),
        ),
        (
            "in the trailers",
            format!("{CHUNKED}3\r\nabc\r\n0\r\nA: b\r\nC"),
            read("abc"),
        ),
    ]
}

/// Answers with `bytes`, and when the client has had time to take them does the rest.
fn answering(bytes: String, rest: fn(&mut Peer)) -> Server {
    Server::every(move |_, peer| {
        peer.request();
        peer.send(&bytes);
        rest(peer);
    })
}

both_modes! {
    /// Statements: behaviour 18.48
    fn bc48_a_reset_in_every_state_is_12030(mode: Mode) {
        for (state, bytes, wanted) in states(CONNECTION) {
            let server = answering(bytes, Peer::reset);
            let end = fetch(mode, &server);
            // A reset throws away what was not read yet.
            let early = matches!((&wanted, &end), (End::Read(..), End::Receive(CONNECTION) | End::Read(CONNECTION, _)));
            assert!(end == wanted || early, "{state}: {end:?}");
        }
    }

    /// Statements: behaviour 18.51
    fn bc51_a_stall_in_every_state_is_12002(mode: Mode) {
        for (state, bytes, wanted) in states(TIMEOUT) {
            let server = answering(bytes, |peer| drop(peer.read_to_end()));
            let client = Client::new(mode);
            let request = get(&client, &server);
            limit(&request, 150);
            assert_eq!(outcome(&request), wanted, "{state}");
        }
    }

    /// The server ends its side before it has answered, and goes on reading.
    /// Statements: behaviour 18.48
    fn bc48_a_half_close_is_an_end(mode: Mode) {
        let server = Server::every(|_, peer| {
            peer.half_close();
            peer.read_to_end();
        });
        let end = fetch(mode, &server);
        assert_eq!(end, End::Receive(CONNECTION));
        let server = Server::every(|_, peer| {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\n\r\nall");
            peer.half_close();
            peer.expect_end();
        });
        assert_eq!(fetch(mode, &server), End::body("all"));
    }

    /// Statements: behaviour 18.50, 18.48
    fn bc50_a_connection_that_is_reset_at_once(mode: Mode) {
        let server = Server::every(|_, peer| peer.reset());
        let end = fetch(mode, &server);
        assert_eq!(end.error(), CONNECTION, "{end:?}");
        let port = server.port();
        drop(server);
        let client = Client::new(mode);
        let connect = client.connect_to("127.0.0.1", port);
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        assert_eq!(outcome(&request), End::Send(CANNOT_CONNECT));
    }

    /// The server resets while a large body is sent, as optional data and in pieces.
    /// Statements: behaviour 18.48
    fn bc48_a_reset_during_a_large_upload_is_12030(mode: Mode) {
        let body = vec![b'x'; 8 << 20];
        let server = Server::every(|_, peer| {
            peer.request();
            peer.read(100_000);
            peer.reset();
        });
        let client = Client::new(mode);
        let spec = RequestSpec::new("POST", "/");
        let request = open(&client, &server, &spec);
        let end = match request.send_body(&body) {
            Ok(()) => finish(&request),
            Err(error) => End::Send(error.0),
        };
        assert_eq!(end.error(), CONNECTION, "{end:?}");
        request.close();

        let request = open(&client, &server, &spec);
        assert_eq!(request.send_with(None, &[], body.len() as u32), Ok(()));
        let mut end = None;
        for part in body.chunks(1 << 18) {
            if let Err(error) = request.write(part) {
                end = Some(End::Write(error.0));
                break;
            }
        }
        let end = end.unwrap_or_else(|| finish(&request));
        assert_eq!(end.error(), CONNECTION, "{end:?}");
    }

    /// A server that does not read: sending times out.
    /// Statements: behaviour 18.51
    fn b5_a_server_that_does_not_read_is_a_timeout(mode: Mode) {
        let body = vec![b'x'; 32 << 20];
        let gate = winhttp_testkit::Gate::new();
        let server = Server::every({
            let gate = gate.clone();
            move |_, peer| {
                peer.request();
                gate.pass();
            }
        });
        let client = Client::new(mode);
        let request = open(&client, &server, &RequestSpec::new("POST", "/"));
        limit(&request, 300);
        assert_eq!(request.send_body(&body).unwrap_err().0, TIMEOUT);
        gate.open();
    }

    /// The answer comes while the body is sent, and the server reads no more of it or all.
    /// Statements: behaviour 18.72
    fn bc72_an_answer_during_the_upload_is_readable(mode: Mode) {
        let refused = "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig";
        for reads in [true, false] {
            let server = Server::every(move |_, peer| {
                peer.request();
                peer.send(refused);
                if reads {
                    peer.half_close();
                    peer.read_to_end();
                }
                // Else it closes with the body unread, which is a reset: the answer may be lost.
            });
            let client = Client::new(mode);
            let request = open(&client, &server, &RequestSpec::new("POST", "/"));
            let body = vec![b'x'; 4 << 20];
            let mut end = None;
            request.send_with(None, &[], body.len() as u32).unwrap();
            for part in body.chunks(1 << 18) {
                if let Err(error) = request.write(part) {
                    end = Some(End::Write(error.0));
                    break;
                }
            }
            let end = end.unwrap_or_else(|| finish(&request));
            let whole = end == End::Whole(413, b"big".to_vec());
            assert!(whole || !reads && end.error() == CONNECTION, "{reads}: {end:?}");
        }
    }

    /// A server that talks without end and does not read: both sides wait for the other, until a limit ends it.
    /// Statements: behaviour 18.51
    fn b5_a_server_that_only_talks_during_an_upload(mode: Mode) {
        let server = Server::every(|_, peer| {
            peer.request();
            while peer.try_send("HTTP/1.1 100 Continue\r\n\r\n".repeat(1000).as_bytes()) {}
        });
        let client = Client::new(mode);
        let request = open(&client, &server, &RequestSpec::new("POST", "/"));
        limit(&request, 500);
        let body = vec![b'x'; 16 << 20];
        let end = match request.send_body(&body) {
            Ok(()) => finish(&request),
            Err(error) => End::Send(error.0),
        };
        assert!([TIMEOUT, INVALID].contains(&end.error()), "{end:?}");
    }

    /// Head and body one byte at a time, each gap below the limit, the whole above it.
    /// Statements: behaviour 18.53
    fn bc53_a_crawling_response_is_no_timeout(mode: Mode) {
        let server = Server::every(|_, peer| crawl(peer, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", 30));
        let client = Client::new(mode);
        let request = get(&client, &server);
        limit(&request, 800);
        assert_eq!(outcome(&request), End::body("body"));
    }

    /// A head that crawls past the limit for the whole head.
    /// Statements: behaviour 18.51; facts 4.9
    fn b5_a_crawling_head_ends_by_the_response_timeout(mode: Mode) {
        let server = Server::every(|_, peer| {
            let text = format!("HTTP/1.1 200 OK\r\nA: {}", "x".repeat(2000));
            crawl(peer, &text, 25);
        });
        let client = Client::new(mode);
        let request = get(&client, &server);
        limit(&request, 400);
        set_u32(request.raw(), winhttp_testkit::abi::WINHTTP_OPTION_RECEIVE_RESPONSE_TIMEOUT, 500).unwrap();
        assert_eq!(outcome(&request), End::Receive(TIMEOUT));
    }
}

/// Sends each byte after a pause, which is the subject of the test; nothing is synchronised by it.
fn crawl(peer: &mut Peer, text: &str, milliseconds: u64) {
    peer.request();
    for byte in text.bytes() {
        peer.silent_for(Duration::from_millis(milliseconds));
        if !peer.try_send(&[byte]) {
            return;
        }
    }
    peer.read_to_end();
}

/// Several stalled requests of one session wait at the same time, not in turn.
/// Statements: behaviour 18.27
#[test]
fn bc27_stalled_servers_do_not_hold_up_others() {
    let server = Server::every(|_, peer| {
        if peer.request().line().contains("/good") {
            peer.send(winhttp_testkit::response("", b"good"));
        }
        peer.read_to_end();
    });
    let client = Client::new(Mode::Async);
    let stalled: Vec<_> = (0..20)
        .map(|_| {
            let request = get(&client, &server);
            request.send().unwrap();
            winhttp_testkit::calls::receive_response(request.raw()).unwrap();
            request
        })
        .collect();
    let request = client.get(&server, "/good");
    assert_eq!(outcome(&request), End::body("good"));
    // Closing does not wait for the servers (README 44).
    for request in stalled {
        request.close();
    }
}
