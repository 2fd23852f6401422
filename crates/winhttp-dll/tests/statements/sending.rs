//! Facts 7: WinHttpSendRequest and WinHttpWriteData.

use crate::support::*;

both_modes! {
    /// In synchronous mode the request is at the server when the call returns.
    /// Statements: facts 7.1, 7.2, 24.4; behaviour 18.61
    fn f7_1_a_request_goes_out_with_the_call(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        for headers in [None, Some("")] {
            send_request(request.raw(), headers, 0, None, 0, 0).unwrap();
            if mode == Mode::Async {
                client.recorder.wait_count(WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE, server.requests().len().max(1));
            }
            let at = client.recorder.count(WINHTTP_CALLBACK_STATUS_REQUEST_SENT) - 1;
            assert!(server.request(at).head.ends_with(b"\r\n\r\n"));
            assert_eq!(request.receive(), Ok(()));
            assert_eq!(request.body(), b"");
        }
        assert_eq!(server.requests().len(), 2);
    }

    /// Statements: facts 7.3, 24.7
    fn f7_3_headers_of_send_request_are_added(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.add("n: a", WINHTTP_ADDREQ_FLAG_ADD).unwrap();
        request.send_with(Some("n: b\nn: c\r\rother: d"), &[], 0).unwrap();
        request.receive().unwrap();
        assert_eq!(request.request_headers("n"), ["a", "b", "c"]);
        assert_eq!(server.request(0).all("n"), ["a", "b", "c"]);
        assert_eq!(server.request(0).header("other").as_deref(), Some("d"));
    }

    /// Statements: facts 7.4
    fn f7_4_headers_with_length_0_are_used_too(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        send_request(request.raw(), Some("n: v"), 0, None, 0, 0).unwrap();
        if mode == Mode::Async {
            client.recorder.wait(WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE);
        }
        assert_eq!(request.request_header("n").as_deref(), Ok("v"));
        request.receive().unwrap();
        assert_eq!(server.request(0).header("n").as_deref(), Some("v"));
    }

    /// Statements: functions 10.23
    fn fc23_malformed_headers_are_87_and_not_added(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        assert_eq!(send_request(request.raw(), Some("good: v\r\nbad"), TO_NUL, None, 0, 0), fails(INVALID_PARAMETER));
        assert_eq!(request.request_headers("good"), [""; 0]);
        request.exchange();
        assert_eq!(server.request(0).header("good"), None);
    }

    /// Statements: facts 7.5; behaviour 18.62
    fn f7_5_optional_data_goes_out_with_the_request(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        let request = client.post(&server, "/");
        request.send_body(b"optional").unwrap();
        request.receive().unwrap();
        assert_eq!(server.request(0).header("Content-Length").as_deref(), Some("8"));
        assert_eq!(server.request(0).body, b"optional");
        // All in one send: REQUEST_SENT counts head and data.
        let sent = client.recorder.of(WINHTTP_CALLBACK_STATUS_REQUEST_SENT);
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].number() as usize, server.request(0).head.len() + 8);
    }

    /// Statements: facts 7.5; behaviour 18.63, 18.66
    fn bc63_optional_data_and_write_data_make_up_the_body(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        let request = client.post(&server, "/");
        request.send_with(None, b"1234", 10).unwrap();
        assert_eq!(request.write(b"567"), Ok(3));
        assert_eq!(request.write(b"890"), Ok(3));
        request.receive().unwrap();
        assert_eq!(server.request(0).header("Content-Length").as_deref(), Some("10"));
        assert_eq!(server.request(0).body, b"1234567890");
    }

    /// Statements: facts 7.6; behaviour 18.64
    fn f7_6_more_than_announced_is_87(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        let request = client.post(&server, "/");
        request.send_with(None, b"12", 4).unwrap();
        assert_eq!(request.write(b"34"), Ok(2));
        let mut written = 0xA5A5;
        let pointer = (mode == Mode::Sync).then_some(&mut written);
        assert_eq!(write_data(request.raw(), b"5", pointer), fails(INVALID_PARAMETER));
        assert_eq!(written, 0xA5A5);
        request.receive().unwrap();
        assert_eq!(request.body(), b"");
        assert_eq!(server.request(0).body, b"1234");
        request.close();
    }

    /// Statements: behaviour 18.65
    fn bc65_a_write_of_nothing_succeeds(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        let request = client.post(&server, "/");
        request.send_with(None, &[], 2).unwrap();
        assert_eq!(request.write(b""), Ok(0));
        assert_eq!(request.write(b"ab"), Ok(2));
        assert_eq!(request.write(b""), Ok(0));
        request.receive().unwrap();
    }

    /// Statements: facts 7.7; behaviour 18.60
    fn f7_7_put_and_post_without_body_say_content_length_0(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        for verb in ["PUT", "POST"] {
            client.open(&server, &RequestSpec::new(verb, "/")).exchange();
        }
        client.fetch(&server, "/");
        for (index, length) in [Some("0".to_owned()), Some("0".to_owned()), None].into_iter().enumerate() {
            assert_eq!(server.request(index).header("Content-Length"), length);
            assert_eq!(server.request(index).body, b"");
        }
    }

    /// Also when the first response was not read; the connection goes on.
    /// Statements: facts 7.8; behaviour 18.61, 18.90
    fn f7_8_a_request_can_be_sent_again_after_its_response(mode: Mode) {
        let server = Server::answering(response("", b"body"));
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.add("X-Own: kept", WINHTTP_ADDREQ_FLAG_ADD).unwrap();
        request.exchange();
        assert_eq!(request.body(), b"body");
        request.exchange();
        request.exchange();
        assert_eq!(request.body(), b"body");
        assert_eq!(server.requests().len(), 3);
        assert_eq!(server.connections(), 1);
        assert!(server.requests().iter().all(|request| request.header("X-Own").as_deref() == Some("kept")));
    }

    /// Statements: facts 7.8
    fn f7_8_a_request_can_be_sent_again_after_a_failure(mode: Mode) {
        let client = Client::new(mode);
        let port = closed_port();
        let connect = client.connect_to("127.0.0.1", port);
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        assert_eq!(request.send(), fails(ERROR_WINHTTP_CANNOT_CONNECT));
        let server = Server::builder().at(([127, 0, 0, 1], port).into()).every(|_, peer| {
            peer.request();
            peer.send(response("", b"body"));
            peer.read_to_end();
        });
        request.exchange();
        assert_eq!(request.body(), b"body");
        drop(server);
    }

    /// Statements: facts 7.9; behaviour 18.47
    fn f7_9_an_answer_without_status_line_is_12152(mode: Mode) {
        for garbage in ["garbage\r\n\r\n", "<html>\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTX/1.1 200 OK\r\n\r\n"] {
            let server = Server::every(move |_, peer| {
                peer.request();
                peer.send(garbage);
            });
            let client = Client::new(mode);
            let request = client.get(&server, "/");
            let outcome = request.send().and_then(|()| request.receive());
            assert_eq!(outcome, fails(ERROR_WINHTTP_INVALID_SERVER_RESPONSE), "{garbage:?}");
        }
    }

    /// Statements: functions 10.25
    fn fc25_lengths_that_disagree_are_87(mode: Mode) {
        let server = Server::scripts(Vec::new());
        let client = Client::new(mode);
        let request = client.post(&server, "/");
        request.add("Content-Length: 5", WINHTTP_ADDREQ_FLAG_ADD).unwrap();
        assert_eq!(send_request(request.raw(), None, 0, Some(b"1234"), 4, 0), fails(INVALID_PARAMETER));
        let request = client.post(&server, "/");
        assert_eq!(send_request(request.raw(), None, 0, Some(b"1234"), 3, 0), fails(INVALID_PARAMETER));
    }

    /// Statements: behaviour 18.67
    fn bc67_a_content_length_header_allows_any_length(mode: Mode) {
        let server = Server::once(|peer| {
            peer.request();
            peer.expect(b"0123456789");
            peer.reset();
        });
        let client = Client::new(mode);
        let request = client.post(&server, "/");
        request.add("Content-Length: 5368709120", WINHTTP_ADDREQ_FLAG_ADD).unwrap();
        request.send_with(None, &[], WINHTTP_IGNORE_REQUEST_TOTAL_LENGTH).unwrap();
        assert_eq!(request.write(b"0123456789"), Ok(10));
        assert_eq!(server.request(0).header("Content-Length").as_deref(), Some("5368709120"));
        request.close();
    }

    /// Statements: behaviour 18.69
    fn bc69_automatic_chunking_frames_the_body(mode: Mode) {
        let server = Server::once(|peer| {
            peer.request();
            let body = peer.read_until(b"0\r\n\r\n");
            peer.send(response("", b""));
            assert_eq!(String::from_utf8_lossy(&body), "4\r\n1234\r\n3\r\n567\r\n0\r\n\r\n");
            peer.expect_end();
        });
        let client = Client::new(mode);
        let request = client.open(&server, &RequestSpec::new("POST", "/").flags(WINHTTP_FLAG_AUTOMATIC_CHUNKING));
        request.send().unwrap();
        assert_eq!(request.write(b"1234"), Ok(4));
        assert_eq!(request.write(b""), Ok(0));
        assert_eq!(request.write(b"567"), Ok(3));
        request.receive().unwrap();
        let seen = server.request(0);
        assert_eq!(seen.header("Content-Length"), None);
        assert_eq!(seen.header("Transfer-Encoding").as_deref(), Some("chunked"));
        request.close();
        drop(client);
    }

    /// The server answers and closes without reading the body.
    /// Statements: behaviour 18.72
    fn bc72_an_early_answer_is_readable(mode: Mode) {
        let gate = Gate::new();
        let server = Server::once({
            let gate = gate.clone();
            move |peer| {
                peer.request();
                peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno!");
                gate.open();
                peer.read_to_end();
            }
        });
        let client = Client::new(mode);
        let request = client.post(&server, "/");
        request.send_with(None, b"some", 1_000_000).unwrap();
        gate.pass();
        request.receive().unwrap();
        assert_eq!(request.status(), 413);
        assert_eq!(request.body(), b"no!");
        request.close();
    }

    /// Statements: functions 10.33
    fn fc33_write_data_before_send_request_is_12019(mode: Mode) {
        let server = Server::scripts(Vec::new());
        let request = Client::new(mode).post(&server, "/");
        let mut written = 0;
        assert_eq!(write_data(request.raw(), b"x", Some(&mut written)), fails(ERROR_WINHTTP_INCORRECT_HANDLE_STATE));
    }
}

/// Statements: facts 7.10
#[test]
fn f7_10_an_asynchronous_write_takes_a_null_count() {
    let server = Server::answering(response("", b""));
    let client = Client::new(Mode::Async);
    let request = client.post(&server, "/");
    request.send_with(None, &[], 4).unwrap();
    assert_eq!(write_data(request.raw(), b"body", None), Ok(()));
    let event = client.recorder.wait(WINHTTP_CALLBACK_STATUS_WRITE_COMPLETE);
    assert_eq!((event.number(), event.length), (4, 4));
    request.receive().unwrap();
    assert_eq!(server.request(0).body, b"body");
}
