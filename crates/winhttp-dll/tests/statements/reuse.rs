//! Facts 9: connections are kept and used again.

use crate::support::*;

both_modes! {
    /// The next session of the process uses the connection, without names and connecting.
    /// Statements: facts 9.1, 19.2; behaviour 18.31
    fn f9_1_connections_are_kept_per_process(mode: Mode) {
        let server = Server::answering(response("", b"body"));
        for round in 0..4 {
            // Synchronous and asynchronous sessions share them.
            let mode = if round == 2 { Mode::Sync } else { mode };
            let client = Client::new(mode);
            assert_eq!(client.fetch(&server, "/"), b"body");
            let names = client.recorder.names();
            assert_eq!(names.contains(&"CONNECTING_TO_SERVER"), round == 0, "{names:?}");
            assert_eq!(names.contains(&"RESOLVING_NAME"), round == 0, "{names:?}");
        }
        assert_eq!(server.connections(), 1);
    }

    /// Statements: facts 9.2, 9.3, 9.6
    fn f9_2_complete_responses_leave_the_connection_usable(mode: Mode) {
        for bytes in [
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
            "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nbody",
            "HTTP/1.1 200 OK\r\nConnection: Keep-Alive\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nbody",
        ] {
            let server = Server::answering(bytes);
            let client = Client::new(mode);
            for _ in 0..3 {
                client.fetch(&server, "/");
            }
            assert_eq!(server.connections(), 1, "{bytes}");
        }
    }

    /// Statements: facts 9.6
    fn f9_6_the_next_request_of_the_same_connection_handle_uses_it(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        let connect = client.connect(&server);
        for _ in 0..3 {
            let request = client.request(&connect, &RequestSpec::new("GET", "/"));
            request.exchange();
            assert_eq!(request.available(), Ok(0));
            request.close();
        }
        assert_eq!(server.connections(), 1);
    }

    /// Statements: facts 9.4
    fn f9_4_connection_close_in_the_response_ends_it(mode: Mode) {
        for bytes in [
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody",
            "HTTP/1.1 200 OK\r\nConnection: Close\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
            "HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nbody",
        ] {
            let server = Server::every(move |_, peer| {
                peer.request();
                peer.send(bytes);
                peer.expect_end();
            });
            let client = Client::new(mode);
            for _ in 0..2 {
                assert_eq!(client.fetch(&server, "/"), b"body");
            }
            assert_eq!(server.connections(), 2, "{bytes}");
            server.finish();
        }
    }

    /// Statements: facts 9.5; behaviour 18.55
    fn f9_5_closing_before_the_end_of_a_body_closes_the_connection(mode: Mode) {
        let gate = Gate::new();
        let server = Server::once({
            let gate = gate.clone();
            move |peer| {
                peer.request();
                peer.send("HTTP/1.1 200 OK\r\n\r\nsome");
                peer.expect_end();
                gate.open();
            }
        });
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.exchange();
        assert_eq!(request.read(4), Ok(b"some".to_vec()));
        request.close();
        gate.pass();
        server.finish();
    }

    /// What is left is over the drain limit: the connection is closed.
    /// Statements: behaviour 18.55
    fn bc55_a_long_rest_closes_the_connection(mode: Mode) {
        let server = Server::every(|_, peer| {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nsome");
            peer.expect_end();
        });
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        set_u32(request.raw(), WINHTTP_OPTION_MAX_RESPONSE_DRAIN_SIZE, 1000).unwrap();
        request.exchange();
        assert_eq!(request.read(4), Ok(b"some".to_vec()));
        request.close();
        server.finish();
    }

    /// What is left is short and already there: the connection is used again.
    /// Statements: behaviour 18.55
    fn bc55_a_short_rest_is_drained(mode: Mode) {
        let server = Server::answering(response("", b"unread"));
        let client = Client::new(mode);
        for _ in 0..2 {
            let request = client.get(&server, "/");
            request.exchange();
            assert_eq!(request.available(), Ok(6));
            request.close();
        }
        assert_eq!(server.connections(), 1);
    }

    /// Statements: facts 9.7; behaviour 18.54; options 9.28
    fn f9_7_disable_keep_alive_closes_after_the_response(mode: Mode) {
        let server = Server::every(|_, peer| {
            peer.request();
            peer.send(response("", b"body"));
            peer.expect_end();
        });
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        set_u32(request.raw(), WINHTTP_OPTION_DISABLE_FEATURE, WINHTTP_DISABLE_KEEP_ALIVE).unwrap();
        request.exchange();
        assert_eq!(request.body(), b"body");
        request.close();
        assert_eq!(server.request(0).all("Connection"), ["close"]);
        server.finish();
    }

    /// Statements: facts 9.8, 19.6
    fn f9_8_the_end_of_a_closed_response_is_notified(mode: Mode) {
        let server = Server::once(|peer| {
            peer.request();
            peer.send(response("Connection: close\r\n", b"body"));
            peer.expect_end();
        });
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.exchange();
        client.recorder.take();
        assert_eq!(request.read(4), Ok(b"body".to_vec()));
        match mode {
            Mode::Sync => client.recorder.assert_next("(RECEIVING_RESPONSE RESPONSE_RECEIVED) CLOSING_CONNECTION CONNECTION_CLOSED"),
            Mode::Async => client.recorder.assert_next("(RECEIVING_RESPONSE RESPONSE_RECEIVED) CLOSING_CONNECTION CONNECTION_CLOSED READ_COMPLETE"),
        }
        request.close();
        client.recorder.assert_next("HANDLE_CLOSING HANDLE_CLOSING");
    }

    /// The server closed the kept connection: the next request goes over a new one, unnoticed.
    /// Statements: behaviour 18.49
    fn bc49_a_closed_idle_connection_is_replaced(mode: Mode) {
        let closed = Gate::new();
        let server = Server::every({
            let closed = closed.clone();
            move |number, peer| {
                peer.request();
                peer.send(response("", b"body"));
                if number == 0 {
                    peer.close();
                    closed.open();
                } else {
                    peer.read_to_end();
                }
            }
        });
        let client = Client::new(mode);
        assert_eq!(client.fetch(&server, "/"), b"body");
        closed.pass();
        assert_eq!(client.fetch(&server, "/"), b"body");
        assert_eq!(server.connections(), 2);
    }

    /// The server closes when the second request is there: that request is sent again on a new connection.
    /// Statements: behaviour 18.49
    fn bc49_a_request_that_met_the_close_is_sent_again(mode: Mode) {
        let server = Server::every(|number, peer| {
            peer.whole_request();
            peer.send(response("", b"body"));
            if number == 0 {
                // The request is read, and no answer given.
                peer.whole_request();
                peer.close();
            } else {
                peer.read_to_end();
            }
        });
        let client = Client::new(mode);
        assert_eq!(client.fetch(&server, "/"), b"body");
        let request = client.post(&server, "/again");
        request.send_body(b"data").unwrap();
        assert_eq!(request.receive(), Ok(()));
        assert_eq!(request.body(), b"body");
        assert_eq!(server.request(2).line(), "POST /again HTTP/1.1");
        request.close();
    }

    /// Statements: behaviour 18.58
    fn bc58_the_host_header_has_other_ports(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        client.fetch(&server, "/");
        assert_eq!(server.request(0).header("Host"), Some(server.host()));
        assert_eq!(server.request(0).header("Connection").as_deref(), Some("Keep-Alive"));
    }
}

/// IPv6 literals, with and without brackets.
/// Statements: behaviour 18.58
#[test]
fn bc58_ipv6_hosts_stand_in_brackets() {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        println!("left out: there is no IPv6 here");
        return;
    }
    let server = Server::builder()
        .at("[::1]:0".parse().unwrap())
        .every(|_, peer| {
            while peer.next_request().is_some() {
                peer.send(response("", b""));
            }
        });
    let client = Client::new(Mode::Sync);
    for name in ["::1", "[::1]"] {
        let connect = client.connect_to(name, server.port());
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        request.exchange();
        request.close();
    }
    assert!(
        server
            .requests()
            .iter()
            .all(|request| request.header("Host") == Some(server.host()))
    );
}

/// With one connection allowed, the second request waits for the first.
/// Statements: behaviour 18.56
#[test]
fn bc56_a_connection_limit_of_1_serialises_requests() {
    let gate = Gate::new();
    let server = Server::every({
        let gate = gate.clone();
        move |_, peer| {
            while peer.next_request().is_some() {
                peer.pause(&gate);
                peer.send(response("", b"body"));
            }
        }
    });
    let client = Client::new(Mode::Async);
    set_u32(client.session.raw(), WINHTTP_OPTION_MAX_CONNS_PER_SERVER, 1).unwrap();
    let connect = client.connect(&server);
    let first = client.request(&connect, &RequestSpec::new("GET", "/1"));
    let second = client.request(&connect, &RequestSpec::new("GET", "/2"));
    first.send().unwrap();
    let mark = client.recorder.mark();
    send_request(second.raw(), None, 0, None, 0, 0).unwrap();
    server.request(0);
    gate.open();
    first.receive().unwrap();
    assert_eq!(server.requests().len(), 1, "the second request waits");
    assert!(
        client.recorder.events()[mark..]
            .iter()
            .all(|event| event.handle != second.raw()),
        "{:?}",
        client.recorder.names()
    );
    first.body();
    first.close();
    client.recorder.wait_from(mark, |event| {
        event.handle == second.raw() && event.status == WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE
    });
    second.receive().unwrap();
    assert_eq!(server.connections(), 1);
}

/// Statements: behaviour 18.57
#[test]
fn bc57_blocked_ports_are_refused_without_connecting() {
    let client = Client::new(Mode::Sync);
    for port in [21, 25, 70, 110, 119, 143] {
        let connect = client.connect_to("127.0.0.1", port);
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        assert_eq!(request.send(), fails(ERROR_WINHTTP_CANNOT_CONNECT));
    }
    assert_eq!(
        client
            .recorder
            .count(WINHTTP_CALLBACK_STATUS_CONNECTING_TO_SERVER),
        0
    );
}
