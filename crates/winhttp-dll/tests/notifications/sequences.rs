//! Facts 19: whole sequences of notifications.

use crate::support::*;

const NEW_CONNECTION: &str =
    "RESOLVING_NAME NAME_RESOLVED CONNECTING_TO_SERVER (CONNECTING_TO_SERVER) CONNECTED_TO_SERVER";

/// Statements: facts 19.1; behaviour 18.22, 18.23, 18.29
#[test]
fn f19_1_a_synchronous_get_on_a_new_connection() {
    let server = Server::answering(response("", b"body"));
    let client = Client::new(Mode::Sync);
    let recorder = Arc::clone(&client.recorder);
    let connect = client.connect(&server);
    recorder.assert_next("HANDLE_CREATED:M");
    let request = client.request(&connect, &RequestSpec::new("GET", "/"));
    recorder.assert_next("HANDLE_CREATED:M");
    request.send().unwrap();
    recorder.assert_next(
        "RESOLVING_NAME:M NAME_RESOLVED:M CONNECTING_TO_SERVER:M CONNECTED_TO_SERVER:M SENDING_REQUEST:M REQUEST_SENT:M",
    );
    request.receive().unwrap();
    recorder.assert_next("RECEIVING_RESPONSE:M RESPONSE_RECEIVED:M");
    assert_eq!(request.available(), Ok(4));
    assert_eq!(request.body(), b"body");
    recorder.assert_next("(RECEIVING_RESPONSE:M RESPONSE_RECEIVED:M)");
    request.close();
    recorder.assert_next("HANDLE_CLOSING:M");
    connect.close();
    recorder.assert_next("HANDLE_CLOSING:M");
    client.session.close();
    recorder.assert_next("HANDLE_CLOSING:M");
}

both_modes! {
    /// In the same session, and in a new one after the old one was closed.
    /// Statements: facts 9.1, 19.2; behaviour 18.31
    fn f19_2_a_kept_connection_has_no_names_and_no_connecting(mode: Mode) {
        let server = Server::answering(response("", b"body"));
        let mut client = Client::new(mode);
        client.fetch(&server, "/first");
        for round in 0..4 {
            if round == 2 {
                client = Client::new(mode);
            }
            let request = client.get(&server, "/");
            client.recorder.take();
            request.send().unwrap();
            client.recorder.assert_next(match mode {
                Mode::Sync => "SENDING_REQUEST:M REQUEST_SENT:M",
                Mode::Async => "SENDING_REQUEST REQUEST_SENT SENDREQUEST_COMPLETE",
            });
            request.receive().unwrap();
            client.recorder.assert_next(match mode {
                Mode::Sync => "RECEIVING_RESPONSE:M RESPONSE_RECEIVED:M",
                Mode::Async => "RECEIVING_RESPONSE RESPONSE_RECEIVED HEADERS_AVAILABLE",
            });
            request.body();
            request.close();
        }
        assert_eq!(server.connections(), 1);
    }
}

/// Once SENDREQUEST_COMPLETE was seen and the answer is there, WinHttpReceiveResponse completes in the call.
/// Statements: facts 19.5; behaviour 18.29, 18.30
#[test]
fn f19_5_an_asynchronous_get_receives_in_the_call() {
    with_luck(|| {
        let answered = Gate::new();
        let server = Server::every({
            let answered = answered.clone();
            move |_, peer| {
                peer.request();
                peer.send(response("", b"body"));
                answered.open();
                peer.read_to_end();
            }
        });
        let client = Client::new(Mode::Async);
        let connect = client.connect(&server);
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        client.recorder.take();
        request.send().unwrap();
        client.recorder.assert_next(
            "RESOLVING_NAME:T NAME_RESOLVED:T CONNECTING_TO_SERVER:T CONNECTED_TO_SERVER:T SENDING_REQUEST:T REQUEST_SENT:T SENDREQUEST_COMPLETE:T",
        );
        answered.pass();
        receive_response(request.raw()).unwrap();
        let error = last_error();
        wait_for(&client.recorder, request.raw(), HEADERS_AVAILABLE);
        client
            .recorder
            .assert_next("RECEIVING_RESPONSE RESPONSE_RECEIVED HEADERS_AVAILABLE");
        request.close();
        client.recorder.assert_next("HANDLE_CLOSING");
        let on_main = client
            .recorder
            .events()
            .iter()
            .filter(|event| {
                event.status & (RECEIVING_RESPONSE | RESPONSE_RECEIVED | HEADERS_AVAILABLE) != 0
            })
            .all(|event| event.thread == client.recorder.main());
        (on_main && error == 0)
            .then_some(())
            .ok_or_else(|| "receiving went on on another thread".to_owned())
    });
}

/// The application asks for "Connection: close", receives twice, and reads to the end.
/// Statements: facts 9.8, 19.6, 19.7, 19.11
#[test]
fn f19_6_an_asynchronous_get_with_connection_close_to_its_end() {
    let server = Server::once(|peer| {
        peer.request();
        peer.send(response("", b"some body"));
        peer.expect_end();
    });
    let client = Client::new(Mode::Async);
    let recorder = Arc::clone(&client.recorder);
    let connect = client.connect(&server);
    let request = client.request(&connect, &RequestSpec::new("GET", "/"));
    request
        .add("Connection: close", WINHTTP_ADDREQ_FLAG_ADD)
        .unwrap();
    recorder.take();
    request.exchange();
    recorder.take();

    assert_eq!(receive_response(request.raw()), Ok(()));
    assert_eq!(last_error(), 0);
    let error = wait_for(&recorder, request.raw(), REQUEST_ERROR);
    assert_eq!(
        error.error(),
        (RECEIVE, Code(ERROR_WINHTTP_INCORRECT_HANDLE_STATE))
    );
    recorder.assert_next("REQUEST_ERROR");

    assert_eq!(query_data_available(request.raw(), None), Ok(()));
    let error = last_error();
    let event = wait_for(&recorder, request.raw(), DATA_AVAILABLE);
    assert_eq!(event.number(), 9);
    let here = event.thread == recorder.main();
    assert_eq!(error, if here { 0 } else { IO_PENDING });
    recorder.assert_next("DATA_AVAILABLE");

    let mut read = 0xA5A5;
    assert_eq!(
        read_data(request.raw(), lasting(vec![0; 9]), Some(&mut read)),
        Ok(())
    );
    let error = last_error();
    let event = wait_for(&recorder, request.raw(), READ_COMPLETE);
    let here = event.thread == recorder.main();
    assert_eq!(error, if here { 0 } else { IO_PENDING });
    if here {
        assert_eq!(read, 9, "facts 20.8");
    }
    recorder.assert_next(
        "(RECEIVING_RESPONSE RESPONSE_RECEIVED) CLOSING_CONNECTION CONNECTION_CLOSED READ_COMPLETE",
    );
    server.finish();

    request.close();
    recorder.assert_next("HANDLE_CLOSING");
    connect.close();
    recorder.assert_next("HANDLE_CLOSING:M");
    client.session.close();
    recorder.assert_next("HANDLE_CLOSING:M");
}

/// Statements: facts 19.8; behaviour 18.29
#[test]
fn f19_8_an_asynchronous_get_to_a_host_by_name() {
    let server = Server::answering(response("", b""));
    let client = Client::new(Mode::Async);
    let connect = client.connect_to("localhost", server.port());
    let request = client.request(&connect, &RequestSpec::new("GET", "/"));
    client.recorder.take();
    request.send().unwrap();
    client.recorder.assert_next(&format!(
        "{NEW_CONNECTION} SENDING_REQUEST REQUEST_SENT SENDREQUEST_COMPLETE:T"
    ));
    let events = client.recorder.events();
    let text = |status| {
        let event = events.iter().find(|event| event.status == status);
        event.unwrap().text().to_owned()
    };
    assert_eq!(text(RESOLVING_NAME), "localhost");
    assert!(text(NAME_RESOLVED).split(';').any(|ip| ip == "127.0.0.1"));
    assert_eq!(text(CONNECTED_TO_SERVER), "127.0.0.1");
}

/// Statements: facts 9.1, 9.2, 9.3, 19.9; behaviour 18.31
#[test]
fn f19_9_three_new_sessions_in_a_row_use_one_connection() {
    let server = Server::every(|_, peer| {
        for answer in [
            response("", b"first"),
            response("Connection: keep-alive\r\n", b"a body"),
            b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n6\r\na body\r\n0\r\n\r\n".to_vec(),
            response("", b"a body"),
        ] {
            peer.request();
            peer.send(answer);
        }
        peer.read_to_end();
    });
    Client::new(Mode::Async).fetch(&server, "/");
    for _ in 0..3 {
        let client = Client::new(Mode::Async);
        let request = client.get(&server, "/");
        request.send().unwrap();
        client.recorder.assert_next(
            "HANDLE_CREATED:M HANDLE_CREATED:M SENDING_REQUEST REQUEST_SENT SENDREQUEST_COMPLETE",
        );
        request.receive().unwrap();
        assert_eq!(request.body(), b"a body");
        request.close();
    }
    assert_eq!(server.connections(), 1);
}

/// Statements: facts 19.10
#[test]
fn f19_10_one_read_gets_a_chunked_body_that_is_all_there() {
    let answered = Gate::new();
    let server = Server::every({
        let answered = answered.clone();
        move |_, peer| {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nchunk\r\n4\r\ned b\r\n0\r\n\r\n");
            answered.open();
            peer.read_to_end();
        }
    });
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    request.send().unwrap();
    answered.pass();
    client.recorder.take();
    request.receive().unwrap();
    client
        .recorder
        .assert_next("(RECEIVING_RESPONSE RESPONSE_RECEIVED) HEADERS_AVAILABLE");
    assert_eq!(request.read(100), Ok(b"chunked b".to_vec()));
    client
        .recorder
        .assert_next("(RECEIVING_RESPONSE RESPONSE_RECEIVED) READ_COMPLETE");
    assert_eq!(request.read(100), Ok(Vec::new()));
    client.recorder.assert_next("READ_COMPLETE");
}

both_modes! {
    /// Also when the response had "Connection: close" and was read.
    /// Statements: facts 19.11, 20.13; behaviour 18.6
    fn f19_11_closing_gives_one_handle_closing_each(mode: Mode) {
        for headers in ["", "Connection: close\r\n"] {
            let server = Server::every(move |_, peer| {
                peer.request();
                peer.send(response(headers, b"body"));
                peer.read_to_end();
            });
            let client = Client::new(mode);
            let connect = client.connect(&server);
            let request = client.request(&connect, &RequestSpec::new("GET", "/"));
            request.exchange();
            request.body();
            client.recorder.take();
            let handles = [request.raw(), connect.raw(), client.session.raw()];
            request.close();
            connect.close();
            client.session.close();
            let events = client.recorder.take();
            assert_eq!(names(&events), ["HANDLE_CLOSING"; 3]);
            assert_eq!(events.iter().map(|event| event.handle).collect::<Vec<_>>(), handles);
        }
    }
}

/// Statements: facts 19.18; behaviour 18.8
#[test]
fn f19_18_the_mask_of_all_completions_lets_only_completions_through() {
    let server = Server::answering(response("", b"body"));
    let session = open(None, 1, None, None, WINHTTP_FLAG_ASYNC).unwrap();
    let recorder = Arc::new(Recorder::new());
    set_status_callback(
        session.raw(),
        recorder.callback(),
        WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS,
    )
    .unwrap();
    let client = Client {
        mode: Mode::Async,
        session,
        recorder: Arc::clone(&recorder),
    };
    let connect = client.connect(&server);
    let request = client.request(&connect, &RequestSpec::new("GET", "/"));
    request.exchange();
    assert_eq!(request.available(), Ok(4));
    assert_eq!(request.read(4), Ok(b"body".to_vec()));
    receive_response(request.raw()).unwrap();
    recorder.wait(REQUEST_ERROR);
    drop((request, connect));
    client.session.close();
    recorder.assert_next(
        "SENDREQUEST_COMPLETE HEADERS_AVAILABLE DATA_AVAILABLE READ_COMPLETE REQUEST_ERROR",
    );
}

/// A body by WinHttpWriteData.
/// Statements: behaviour 18.66
#[test]
fn b3_3_a_post_with_write_data() {
    let server = Server::every(|_, peer| {
        peer.whole_request();
        peer.send(response("", b""));
        peer.read_to_end();
    });
    let client = Client::new(Mode::Async);
    let request = client.post(&server, "/");
    client.recorder.take();
    request.send_with(None, b"12", 6).unwrap();
    client.recorder.assert_next(&format!(
        "{NEW_CONNECTION} SENDING_REQUEST REQUEST_SENT SENDREQUEST_COMPLETE"
    ));
    for part in [b"34", b"56"] {
        assert_eq!(request.write(part), Ok(2));
        client
            .recorder
            .assert_next("(SENDING_REQUEST REQUEST_SENT) WRITE_COMPLETE");
    }
    request.receive().unwrap();
    client
        .recorder
        .assert_next("RECEIVING_RESPONSE RESPONSE_RECEIVED HEADERS_AVAILABLE");
    assert_eq!(server.request(0).body, b"123456");
}

both_modes! {
    /// Each 1xx response is notified before the final one.
    /// Statements: behaviour 18.30, 18.44
    fn bc44_informational_responses_come_in_between(mode: Mode) {
        let server = Server::every(|_, peer| {
            peer.request();
            peer.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n");
            peer.send(response("", b""));
            peer.read_to_end();
        });
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.send().unwrap();
        client.recorder.take();
        request.receive().unwrap();
        client.recorder.assert_next(match mode {
            Mode::Sync => "RECEIVING_RESPONSE INTERMEDIATE_RESPONSE INTERMEDIATE_RESPONSE RESPONSE_RECEIVED",
            Mode::Async => "RECEIVING_RESPONSE INTERMEDIATE_RESPONSE INTERMEDIATE_RESPONSE RESPONSE_RECEIVED HEADERS_AVAILABLE",
        });
        assert_eq!(request.status(), 200);
    }
}
