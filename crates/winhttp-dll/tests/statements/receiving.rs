//! Facts 8: WinHttpReceiveResponse, WinHttpQueryDataAvailable, WinHttpReadData.

use std::time::{Duration, Instant};

use crate::support::*;

both_modes! {
    /// Statements: facts 8.1, 8.2; functions 10.28, 10.30
    fn f8_1_nothing_can_be_received_before_its_time(mode: Mode) {
        let server = Server::answering(response("", b"body"));
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        let early = |request: &Request| {
            let mut count = 0xA5A5;
            assert_eq!(query_data_available(request.raw(), Some(&mut count)), fails(ERROR_WINHTTP_INCORRECT_HANDLE_STATE));
            assert_eq!(count, 0xA5A5);
            assert_eq!(read_data(request.raw(), &mut [0; 8], None), fails(ERROR_WINHTTP_INCORRECT_HANDLE_STATE));
        };
        early(&request);
        if mode == Mode::Sync {
            assert_eq!(receive_response(request.raw()), fails(ERROR_WINHTTP_INCORRECT_HANDLE_STATE));
        }
        request.send().unwrap();
        early(&request);
        assert_eq!(request.receive(), Ok(()));
        assert_eq!(request.body(), b"body");
    }

    /// Statements: facts 8.3, 8.4, 9.6; functions 10.31, 10.32; behaviour 18.37, 18.38, 18.42, 18.43
    fn f8_3_responses_without_body_end_at_once_and_stay_at_the_end(mode: Mode) {
        for (verb, head) in [
            ("GET", "HTTP/1.1 204 No Content\r\n\r\n"),
            ("GET", "HTTP/1.1 304 Not Modified\r\n\r\n"),
            ("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n"),
            ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"),
            ("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
            ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        ] {
            // The connection stays open.
            let server = Server::answering(head);
            let client = Client::new(mode);
            let start = Instant::now();
            for _ in 0..2 {
                let request = client.open(&server, &RequestSpec::new(verb, "/"));
                request.exchange();
                for _ in 0..3 {
                    assert_eq!(request.available(), Ok(0), "{head}");
                    assert_eq!(request.read(8), Ok(vec![]), "{head}");
                    assert_eq!(request.read(0), Ok(vec![]), "{head}");
                }
                request.close();
            }
            assert!(start.elapsed() < Duration::from_secs(2));
            assert_eq!(server.connections(), 1, "{head} leaves the connection usable");
        }
    }

    /// Statements: facts 8.5; behaviour 18.40
    fn f8_5_a_body_without_length_lasts_until_the_server_closes(mode: Mode) {
        for version in ["1.0", "1.1"] {
            let server = Server::once(move |peer| {
                peer.request();
                peer.send(format!("HTTP/{version} 200 OK\r\n\r\nsome "));
                peer.send("text");
            });
            let client = Client::new(mode);
            let request = client.get(&server, "/");
            request.exchange();
            assert_eq!(request.body(), b"some text");
            assert_eq!(request.available(), Ok(0));
            assert_eq!(request.read(8), Ok(vec![]));
        }
    }

    /// Statements: facts 8.6
    fn f8_6_what_is_there_is_announced_and_read_in_one_call(mode: Mode) {
        let server = Server::answering(response("", &[b'x'; 128]));
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.exchange();
        assert_eq!(request.available(), Ok(128));
        assert_eq!(request.available(), Ok(128));
        assert_eq!(request.read(1000), Ok(vec![b'x'; 128]));
        assert_eq!(request.available(), Ok(0));
        request.close();
    }

    /// Statements: facts 8.7
    fn f8_7_available_and_read_in_turn_get_everything(mode: Mode) {
        let body: Vec<u8> = (0..20_000_u32).map(|number| (number % 251) as u8).collect();
        let server = Server::once({
            let body = body.clone();
            move |peer| {
                peer.request();
                peer.send("HTTP/1.1 200 OK\r\n\r\n");
                for part in body.chunks(777) {
                    peer.send(part);
                }
            }
        });
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.exchange();
        let mut got = Vec::new();
        loop {
            let count = request.available().unwrap() as usize;
            if count == 0 {
                break;
            }
            let part = request.read(count).unwrap();
            assert_eq!(part.len(), count, "what was announced is read in full");
            got.extend(part);
        }
        assert_eq!(got, body);
    }

    /// Statements: facts 8.8, 8.9; behaviour 18.39
    fn f8_8_at_most_the_rest_of_a_chunk_is_announced(mode: Mode) {
        let body = format!("46\r\n{}\r\n5\r\nabcde\r\n0\r\n\r\n", "x".repeat(70));
        let server = Server::answering(format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body}"));
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.exchange();
        assert_eq!(request.available(), Ok(70));
        assert_eq!(request.read(70), Ok(vec![b'x'; 70]));
        assert_eq!(request.available(), Ok(5));
        assert_eq!(request.read(5), Ok(b"abcde".to_vec()));
        assert_eq!(request.available(), Ok(0));
        request.close();
        assert_eq!(client.fetch(&server, "/").len(), 75);
        assert_eq!(server.connections(), 1);
    }

    /// Chunks cut at every byte, with extensions and trailers.
    /// Statements: facts 8.9; behaviour 18.39
    fn f8_9_no_framing_is_ever_returned(mode: Mode) {
        let bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;ext=1\r\nabc\r\n00a\r\n0123456789\r\n0\r\nX-Trailer: t\r\n\r\n";
        let server = Server::every(move |_, peer| {
            while peer.next_request().is_some() {
                peer.send_bytewise(bytes);
            }
        });
        let client = Client::new(mode);
        for size in [1, 2, 5, 100] {
            let request = client.get(&server, "/");
            request.exchange();
            let mut got = Vec::new();
            loop {
                let part = request.read(size).unwrap();
                if part.is_empty() {
                    break;
                }
                got.extend(part);
            }
            assert_eq!(got, b"abc0123456789");
            assert_eq!(header(request.raw(), WINHTTP_QUERY_CUSTOM | WINHTTP_QUERY_FLAG_TRAILERS, Some("X-Trailer")).as_deref(), Ok("t"));
            request.close();
        }
        assert_eq!(server.connections(), 1);
    }

    /// Statements: facts 8.10
    fn f8_10_a_status_line_may_have_more_spaces(mode: Mode) {
        let server = Server::answering("HTTP/1.1  200  OK\r\nContent-Length: 1\r\n\r\nx");
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.exchange();
        assert_eq!(request.status(), 200);
        assert_eq!(header(request.raw(), WINHTTP_QUERY_STATUS_TEXT, None).as_deref(), Ok("OK"));
        assert_eq!(request.body(), b"x");
    }

    /// Without credentials a 401 is a response like any other.
    /// Statements: facts 8.13, 11.9; behaviour 18.123
    fn f8_13_the_body_of_a_401_can_be_read(mode: Mode) {
        let server = Server::answering("HTTP/1.1 401 Denied\r\nWWW-Authenticate: Basic realm=\"r\"\r\nContent-Length: 6\r\n\r\ndenied");
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.exchange();
        assert_eq!(request.status(), 401);
        assert_eq!(request.body(), b"denied");
    }

    /// Statements: behaviour 18.41
    fn bc41_a_body_shorter_than_announced_ends_normally(mode: Mode) {
        let server = Server::once(|peer| {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
        });
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.exchange();
        assert_eq!(request.body(), b"short");
        assert_eq!(request.available(), Ok(0));
    }

    /// Our choice where the sources are silent (behaviour 17.20).
    /// Statements: behaviour 17.20
    fn b17_20_a_truncated_chunked_body_is_12030(mode: Mode) {
        let server = Server::once(|peer| {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n5\r\nab");
        });
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.exchange();
        assert_eq!(request.read_to_end(), fails(ERROR_WINHTTP_CONNECTION_ERROR));
    }

    /// Statements: behaviour 18.44
    fn bc44_a_100_before_the_answer_is_notified_and_skipped(mode: Mode) {
        let server = Server::answering("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.exchange();
        assert_eq!(request.status(), 200);
        assert_eq!(request.header("Link"), fails(ERROR_WINHTTP_HEADER_NOT_FOUND));
        assert_eq!(request.body(), b"x");
        let numbers: Vec<u32> = client.recorder.of(WINHTTP_CALLBACK_STATUS_INTERMEDIATE_RESPONSE).iter().map(|event| event.number()).collect();
        assert_eq!(numbers, [100, 103]);
    }

    /// Ten are skipped by default, an eleventh is an error.
    /// Statements: behaviour 18.45
    fn bc45_too_many_1xx_answers_fail(mode: Mode) {
        let server = Server::every(|_, peer| {
            while let Some(request) = peer.next_request() {
                let count = if request.line().contains("/ten") { 10 } else { 11 };
                peer.send("HTTP/1.1 100 Continue\r\n\r\n".repeat(count) + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        });
        let client = Client::new(mode);
        client.fetch(&server, "/ten");
        let request = client.get(&server, "/eleven");
        assert_eq!(request.send().and_then(|()| request.receive()), fails(ERROR_WINHTTP_INVALID_SERVER_RESPONSE));
    }

    /// Statements: behaviour 18.46
    fn bc46_a_head_over_the_limit_is_12182(mode: Mode) {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Long: {}\r\n\r\n", "x".repeat(70_000));
        let server = Server::every(move |_, peer| {
            peer.request();
            peer.send(&head);
            peer.read_to_end();
        });
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.send().unwrap();
        assert_eq!(request.receive(), fails(ERROR_WINHTTP_HEADER_SIZE_OVERFLOW));
        request.close();
        let request = client.get(&server, "/");
        set_u32(request.raw(), WINHTTP_OPTION_MAX_RESPONSE_HEADER_SIZE, 100_000).unwrap();
        request.exchange();
        assert_eq!(request.header("X-Long").unwrap().len(), 70_000);
    }

    /// Statements: behaviour 18.48
    fn bc48_a_server_that_closes_without_answer_is_12030(mode: Mode) {
        let server = Server::every(|_, peer| {
            peer.request();
            peer.close();
        });
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.send().unwrap();
        assert_eq!(request.receive(), fails(ERROR_WINHTTP_CONNECTION_ERROR));
    }

    /// Also a reset, with and without part of the answer.
    /// Statements: behaviour 18.48
    fn bc48_a_reset_is_12030(mode: Mode) {
        for part in ["", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nA: b"] {
            let server = Server::every(move |_, peer| {
                peer.request();
                peer.send(part);
                peer.reset();
            });
            let client = Client::new(mode);
            let request = client.get(&server, "/");
            assert_eq!(request.send().and_then(|()| request.receive()), fails(ERROR_WINHTTP_CONNECTION_ERROR), "{part:?}");
        }
    }

    /// The whole answer in one-byte packets.
    /// Statements: facts 8.1
    fn f8_1_an_answer_byte_by_byte(mode: Mode) {
        let server = Server::every(|_, peer| {
            while peer.next_request().is_some() {
                peer.send_bytewise("HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 4\r\n\r\nbody");
            }
        });
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.exchange();
        assert_eq!(request.header("A").as_deref(), Ok("b"));
        assert_eq!(request.body(), b"body");
    }

    /// Two lengths that differ, lengths that are no numbers: 12152.
    /// Statements: behaviour 18.47
    fn b7_2_bad_lengths_are_12152(mode: Mode) {
        for length in ["5\r\nContent-Length: 6", "-1", "abc", "1 2", "0x5", "99999999999999999999999"] {
            let server = Server::every(move |_, peer| {
                peer.request();
                peer.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\nbody"));
                peer.read_to_end();
            });
            let client = Client::new(mode);
            let request = client.get(&server, "/");
            assert_eq!(request.send().and_then(|()| request.receive()), fails(ERROR_WINHTTP_INVALID_SERVER_RESPONSE), "{length:?}");
        }
    }
}

/// WinHttpReadData fills the buffer unless the body ends (behaviour 7.7); WinHttpReadDataEx gives what there is unless told.
/// Statements: functions 10.34, 10.35
#[test]
fn fc34_read_data_fills_and_read_data_ex_does_not() {
    let gate = Gate::new();
    let server = Server::every({
        let gate = gate.clone();
        move |_, peer| {
            while peer.next_request().is_some() {
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n1234");
                peer.pause(&gate);
                peer.send("5678");
                // A pause of its own, so that the rest comes apart.
                peer.silent_for(Duration::from_millis(50));
                peer.send("9abc");
            }
        }
    });
    let client = Client::new(Mode::Sync);
    let request = client.get(&server, "/");
    request.exchange();
    let mut buffer = [0; 100];
    let mut read = 0;
    assert_eq!(
        read_data_ex(request.raw(), &mut buffer, Some(&mut read), 0, 1),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(
        read_data_ex(request.raw(), &mut buffer, Some(&mut read), 2, 0),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(
        read_data_ex(request.raw(), &mut buffer, Some(&mut read), 0, 0),
        Ok(())
    );
    assert_eq!(&buffer[..read as usize], b"1234");
    gate.open();
    assert_eq!(request.read(100), Ok(b"56789abc".to_vec()));
    request.close();

    let request = client.get(&server, "/");
    request.exchange();
    let fill = WINHTTP_READ_DATA_EX_FLAG_FILL_BUFFER;
    assert_eq!(
        read_data_ex(request.raw(), &mut buffer[..6], Some(&mut read), fill, 0),
        Ok(())
    );
    assert_eq!(read, 6);
    assert_eq!(
        read_data_ex(request.raw(), &mut buffer, Some(&mut read), fill, 0),
        Ok(())
    );
    assert_eq!(read, 6);
}

/// Statements: functions 10.29
#[test]
fn fc29_receive_response_with_something_reserved_is_87() {
    let server = Server::answering(response("", b""));
    let client = Client::new(Mode::Sync);
    let request = client.get(&server, "/");
    request.send().unwrap();
    let mut reserved = 0_u8;
    // SAFETY: the pointer is valid; that it is not NULL is the test.
    let outcome = unsafe {
        winhttp_testkit::raw::WinHttpReceiveResponse(
            request.raw() as HINTERNET,
            (&raw mut reserved).cast(),
        )
    };
    assert_eq!((outcome, last_error()), (0, INVALID_PARAMETER));
    assert_eq!(request.receive(), Ok(()));
}

/// Statements: functions 10.32
#[test]
fn fc32_query_data_available_wants_an_output_in_synchronous_mode() {
    let server = Server::answering(response("", b"x"));
    let client = Client::new(Mode::Sync);
    let request = client.get(&server, "/");
    request.exchange();
    assert_eq!(
        query_data_available(request.raw(), None),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(request.available(), Ok(1));
}

/// A synchronous read is ended by another thread that closes the handle (behaviour 3.11, UNSPECIFIED).
/// Statements: behaviour 18.16
#[test]
fn b3_11_closing_from_another_thread_ends_a_synchronous_read() {
    let server = Server::every(|_, peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
        peer.read_to_end();
    });
    let client = Client::new(Mode::Sync);
    let request = client.get(&server, "/");
    request.exchange();
    let raw = request.raw();
    let reading = Gate::new();
    let closer = std::thread::spawn({
        let reading = reading.clone();
        move || {
            reading.pass();
            close(raw)
        }
    });
    reading.open();
    let outcome = request.read(10);
    assert!(
        [ERROR_WINHTTP_OPERATION_CANCELLED, INVALID_HANDLE].contains(&code(&outcome)),
        "{outcome:?}"
    );
    assert_eq!(closer.join().unwrap(), Ok(()));
}
