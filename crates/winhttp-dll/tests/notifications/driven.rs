//! Exchanges that are driven from callbacks (facts 20.1 to 20.6).

use crate::support::*;

/// Statements: facts 20.1
#[test]
fn f20_1_receiving_before_sending_is_refused_by_callback() {
    let server = Server::answering(response("", b"body"));
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    assert_eq!(receive_response(request.raw()), Ok(()));
    let event = wait_for(&client.recorder, request.raw(), REQUEST_ERROR);
    assert_eq!(
        event.error(),
        (RECEIVE, Code(ERROR_WINHTTP_INCORRECT_HANDLE_STATE))
    );
    // It does no harm.
    request.exchange();
    assert_eq!(request.body(), b"body");
}

/// From SENDING_REQUEST, REQUEST_SENT and SENDREQUEST_COMPLETE.
/// Statements: facts 20.2; behaviour 18.30
#[test]
fn f20_2_receive_response_may_be_called_while_sending() {
    for status in [
        CONNECTING_TO_SERVER,
        SENDING_REQUEST,
        REQUEST_SENT,
        SENDREQUEST_COMPLETE,
    ] {
        let server = Server::answering(response("", b"body"));
        let client = Client::new(Mode::Async);
        client.recorder.on(status, |event| {
            assert_eq!(receive_response(event.handle), Ok(()));
        });
        let request = client.get(&server, "/");
        let raw = request.raw();
        client.recorder.take();
        start_send(raw, 0).unwrap();
        wait_for(&client.recorder, raw, HEADERS_AVAILABLE);
        client.recorder.assert_next(
            "RESOLVING_NAME NAME_RESOLVED CONNECTING_TO_SERVER CONNECTED_TO_SERVER SENDING_REQUEST REQUEST_SENT SENDREQUEST_COMPLETE \
             RECEIVING_RESPONSE RESPONSE_RECEIVED HEADERS_AVAILABLE:T",
        );
        assert_eq!(request.status(), 200);
        assert_eq!(request.body(), b"body");
    }
}

/// The send fails: so does the receive that was to follow it.
/// Statements: facts 20.2; behaviour 18.14
#[test]
fn a_receive_that_waits_for_a_failing_send_fails_too() {
    let client = Client::new(Mode::Async);
    client.recorder.on(RESOLVING_NAME, |event| {
        assert_eq!(receive_response(event.handle), Ok(()));
    });
    let connect = client.connect_to("no-such-host.invalid", 80);
    let request = client.request(&connect, &RequestSpec::new("GET", "/"));
    start_send(request.raw(), 0).unwrap();
    client.recorder.wait_count(REQUEST_ERROR, 2);
    let errors: Vec<_> = client
        .recorder
        .of(REQUEST_ERROR)
        .iter()
        .map(|event| event.error())
        .collect();
    assert_eq!(
        errors,
        [
            (SEND, Code(ERROR_WINHTTP_NAME_NOT_RESOLVED)),
            (RECEIVE, Code(ERROR_WINHTTP_INCORRECT_HANDLE_STATE)),
        ]
    );
}

/// The body is written in SENDREQUEST_COMPLETE, the response received in WRITE_COMPLETE, and so on to the end of the body.
/// Statements: facts 20.3, 20.4, 20.5, 20.12
#[test]
fn f20_4_a_whole_exchange_is_driven_by_callbacks() {
    let server = Server::every(|_, peer| {
        peer.whole_request();
        peer.send(response("X-Name: value\r\n", b"the answer"));
        peer.read_to_end();
    });
    let client = Client::new(Mode::Async);
    let recorder = &client.recorder;
    let receiving = Arc::new(Mutex::new(None));
    recorder.on(SENDREQUEST_COMPLETE, |event| {
        write_data(event.handle, b"body", None).unwrap();
    });
    recorder.on(WRITE_COMPLETE, {
        let receiving = Arc::clone(&receiving);
        move |event| {
            assert_eq!(event.number(), 4);
            *receiving.lock().unwrap() = Some(std::thread::current().id());
            receive_response(event.handle).unwrap();
        }
    });
    recorder.on(HEADERS_AVAILABLE, |event| {
        assert_eq!(
            header(event.handle, WINHTTP_QUERY_CUSTOM, Some("X-Name")),
            Ok("value".to_owned())
        );
        query_data_available(event.handle, None).unwrap();
    });
    recorder.on(DATA_AVAILABLE, |event| {
        if event.number() > 0 {
            start_read(event.handle, event.number() as usize).unwrap();
        }
    });
    recorder.on(READ_COMPLETE, |event| {
        query_data_available(event.handle, None).unwrap();
    });
    let request = client.post(&server, "/");
    start_send(request.raw(), 4).unwrap();
    recorder.wait_from(0, |event| {
        event.status == DATA_AVAILABLE && event.number() == 0
    });
    let read: Vec<u8> = recorder
        .of(READ_COMPLETE)
        .into_iter()
        .flat_map(|event| match event.info {
            Info::Data(data) => data,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(read, b"the answer");
    assert_eq!(server.request(0).body, b"body");
    let thread = recorder.wait(RECEIVING_RESPONSE).thread;
    assert_eq!(Some(thread), *receiving.lock().unwrap(), "facts 20.3");
}

/// The total length is announced, and the server waits for the body; it comes whenever the application wants.
/// Statements: facts 20.5
#[test]
fn f20_5_a_request_waits_for_its_body() {
    let server = Server::every(|_, peer| {
        peer.whole_request();
        peer.send(response("", b""));
        peer.read_to_end();
    });
    let client = Client::new(Mode::Async);
    let request = client.post(&server, "/");
    request.send_with(None, &[], 4).unwrap();
    assert_eq!(
        server.request(0).header("Content-Length").as_deref(),
        Some("4")
    );
    assert_eq!(server.request(0).body, b"");
    client.recorder.take();
    assert_eq!(request.write(b"body"), Ok(4));
    client
        .recorder
        .assert_next("(SENDING_REQUEST REQUEST_SENT) WRITE_COMPLETE");
    request.receive().unwrap();
    assert_eq!(server.request(0).body, b"body");
}

both_modes! {
    /// Statements: facts 20.6
    fn f20_6_a_get_may_have_a_body_of_one_byte(mode: Mode) {
        let server = Server::every(|_, peer| {
            peer.whole_request();
            peer.send(response("", b"body"));
            peer.whole_request();
            peer.send(response("", b"body"));
            peer.read_to_end();
        });
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.send_body(b"x").unwrap();
        request.receive().unwrap();
        assert_eq!(request.body(), b"body");
        request.send_with(None, &[], 1).unwrap();
        assert_eq!(request.write(b"y"), Ok(1));
        request.receive().unwrap();
        assert_eq!(request.body(), b"body");
        let bodies: Vec<_> = server.requests().into_iter().map(|request| request.body).collect();
        assert_eq!(bodies, [b"x", b"y"]);
    }
}

/// The next request on the same handle is started in the callback that ends the one before.
/// Statements: facts 7.8; behaviour 18.61
#[test]
fn a_request_is_sent_again_inside_a_callback() {
    let server = Server::answering(response("", b"body"));
    let client = Client::new(Mode::Async);
    client.recorder.on(SENDREQUEST_COMPLETE, |event| {
        receive_response(event.handle).unwrap();
    });
    client.recorder.on(HEADERS_AVAILABLE, |event| {
        start_read(event.handle, 100).unwrap();
    });
    let rounds = std::sync::atomic::AtomicUsize::new(0);
    client.recorder.on(READ_COMPLETE, move |event| {
        if event.length > 0 {
            start_read(event.handle, 100).unwrap();
        } else if rounds.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 19 {
            start_send(event.handle, 0).unwrap();
        } else {
            close(event.handle).unwrap();
        }
    });
    let request = client.get(&server, "/");
    start_send(request.raw(), 0).unwrap();
    closed(&client.recorder, request.raw());
    assert_eq!(client.recorder.count(HEADERS_AVAILABLE), 20);
    assert_eq!(server.requests().len(), 20);
    assert_eq!(server.connections(), 1);
}
