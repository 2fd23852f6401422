//! Kept connections on which the server says what nobody asked for.

use winhttp_testkit::calls::RequestSpec;
use winhttp_testkit::{Client, Gate, Server, both_modes, response, script};

use crate::end::*;

const EVIL: &str = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";

both_modes! {
    /// A second response that nobody asked for is not the next request's: in the same packet, or later.
    /// Statements: behaviour 18.49; facts 9.1
    fn bc49_unasked_bytes_end_a_connections_use(mode: Mode) {
        for late in [false, true] {
            let (told, sent) = (Gate::new(), Gate::new());
            let server = Server::scripts(vec![
                script({
                    let (told, sent) = (told.clone(), sent.clone());
                    move |peer| {
                        peer.request();
                        if late {
                            peer.send(response("", b"good"));
                            told.pass();
                            peer.send(EVIL);
                        } else {
                            peer.send([&response("", b"good")[..], EVIL.as_bytes()].concat());
                        }
                        sent.open();
                        peer.expect_end();
                    }
                }),
                script(|peer| {
                    peer.request();
                    peer.send(response("", b"fine"));
                    peer.read_to_end();
                }),
            ]);
            let client = Client::new(mode);
            let request = get(&client, &server);
            assert_eq!(outcome(&request), End::body("good"));
            request.close();
            told.open();
            sent.pass();
            assert_eq!(outcome(&get(&client, &server)), End::body("fine"));
            assert_eq!(server.connections(), 2);
        }
    }

    /// The same with the request's own handle, and with a response that had no body.
    /// Statements: behaviour 18.49, 18.61
    fn bc49_unasked_bytes_do_not_answer_the_next_send(mode: Mode) {
        for (verb, first) in [
            ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"),
            ("GET", "HTTP/1.1 204 No Content\r\n\r\n"),
            ("GET", "HTTP/1.1 304 Not Modified\r\n\r\n"),
        ] {
            let server = Server::every(move |number, peer| {
                peer.request();
                if number == 0 {
                    peer.send(format!("{first}{EVIL}"));
                } else {
                    peer.send(if verb == "HEAD" { first.as_bytes().to_vec() } else { response("", b"fine") });
                }
                peer.read_to_end();
            });
            let client = Client::new(mode);
            let request = open(&client, &server, &RequestSpec::new(verb, "/"));
            assert!(matches!(outcome(&request), End::Whole(_, body) if body.is_empty()));
            let second = outcome(&request);
            let wanted = if verb == "HEAD" { vec![] } else { b"fine".to_vec() };
            assert_eq!(second, End::Whole(200, wanted));
            assert_eq!(server.connections(), 2);
        }
    }

    /// Kept connections that die while they lie idle are not noticed by the application, however they die.
    /// Statements: behaviour 18.49
    fn bc49_kept_connections_that_die_are_replaced(mode: Mode) {
        for how in ["close", "reset", "half-close"] {
            let (told, dead) = (Gate::new(), Gate::new());
            let server = Server::scripts(vec![
                script({
                    let (told, dead) = (told.clone(), dead.clone());
                    move |peer| {
                        peer.request();
                        peer.send(response("", b"good"));
                        told.pass();
                        match how {
                            "close" => peer.close(),
                            "reset" => peer.reset(),
                            _ => peer.half_close(),
                        }
                        dead.open();
                    }
                }),
                script(|peer| {
                    peer.request();
                    peer.send(response("", b"fine"));
                    peer.read_to_end();
                }),
            ]);
            let client = Client::new(mode);
            let request = get(&client, &server);
            assert_eq!(outcome(&request), End::body("good"));
            told.open();
            dead.pass();
            assert_eq!(outcome(&request), End::body("fine"), "{how}");
        }
    }

    /// The server reads the second request and only then closes: it is repeated once, on a new connection, and no more.
    /// Statements: behaviour 18.49
    fn bc49_a_request_is_repeated_once(mode: Mode) {
        let server = Server::every(|number, peer| {
            peer.request();
            if number == 0 {
                peer.send(response("", b"good"));
                peer.request();
            }
            peer.reset();
        });
        let client = Client::new(mode);
        let request = get(&client, &server);
        assert_eq!(outcome(&request), End::body("good"));
        let end = outcome(&request);
        assert_eq!(end.error(), CONNECTION, "{end:?}");
        assert_eq!(server.connections(), 2);
    }

    /// A response that comes before the request is the server's own risk: it is taken, or refused; nothing hangs.
    /// Statements: behaviour 18.48
    fn bc48_a_response_before_the_request(mode: Mode) {
        let server = Server::every(|_, peer| {
            peer.send(response("Connection: close\r\n", b"early"));
            peer.half_close();
            peer.read_to_end();
        });
        let end = fetch(mode, &server);
        assert!(end == End::body("early") || end.error() == CONNECTION, "{end:?}");
    }
}
