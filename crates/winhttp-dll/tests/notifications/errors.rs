//! REQUEST_ERROR: which operation failed, and why.

use crate::support::*;

/// Waits for the only REQUEST_ERROR of a request.
#[track_caller]
fn request_error(client: &Client, request: &Request) -> (usize, Code) {
    let event = wait_for(&client.recorder, request.raw(), REQUEST_ERROR);
    assert_eq!(event.length as usize, size_of::<WINHTTP_ASYNC_RESULT>());
    event.error()
}

/// Statements: behaviour 18.24, 18.36, 18.50
#[test]
fn bc36_a_refused_connection_is_an_error_of_send_request() {
    let client = Client::new(Mode::Async);
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let connect = client.connect_to("127.0.0.1", port);
    let request = client.request(&connect, &RequestSpec::new("GET", "/"));
    assert_eq!(start_send(request.raw(), 0), Ok(()));
    assert_eq!(
        request_error(&client, &request),
        (SEND, Code(ERROR_WINHTTP_CANNOT_CONNECT))
    );
    let raw = request.raw();
    request.close();
    assert_eq!(
        names(&events_of(&client.recorder, raw)),
        [
            "HANDLE_CREATED",
            "RESOLVING_NAME",
            "NAME_RESOLVED",
            "CONNECTING_TO_SERVER",
            "REQUEST_ERROR",
            "HANDLE_CLOSING"
        ]
    );
}

/// Statements: behaviour 18.24, 18.36, 18.50
#[test]
fn bc50_an_unknown_name_is_an_error_of_send_request() {
    let client = Client::new(Mode::Async);
    let connect = client.connect_to("no-such-host.invalid", 80);
    let request = client.request(&connect, &RequestSpec::new("GET", "/"));
    assert_eq!(start_send(request.raw(), 0), Ok(()));
    assert_eq!(
        request_error(&client, &request),
        (SEND, Code(ERROR_WINHTTP_NAME_NOT_RESOLVED))
    );
    assert_eq!(client.recorder.count(RESOLVING_NAME), 1);
    assert_eq!(client.recorder.count(NAME_RESOLVED), 0);
}

/// Statements: behaviour 18.36, 18.47, 18.48
#[test]
fn bc48_failing_answers_are_errors_of_receive_response() {
    for (answer, error) in [
        (&b""[..], ERROR_WINHTTP_CONNECTION_ERROR),
        (
            b"HTTP/1.1 200 OK\r\nContent-",
            ERROR_WINHTTP_CONNECTION_ERROR,
        ),
        (
            b"what is this?\r\n\r\n",
            ERROR_WINHTTP_INVALID_SERVER_RESPONSE,
        ),
    ] {
        let server = Server::every(move |_, peer| {
            peer.request();
            peer.send(answer);
            peer.close();
        });
        let client = Client::new(Mode::Async);
        let request = client.get(&server, "/");
        request.send().unwrap();
        assert_eq!(receive_response(request.raw()), Ok(()));
        assert_eq!(request_error(&client, &request), (RECEIVE, Code(error)));
        assert_eq!(client.recorder.count(HEADERS_AVAILABLE), 0);
    }
}

/// A broken chunk: each of the two functions that may meet it.
/// Statements: behaviour 18.36
#[test]
fn broken_bodies_are_errors_of_the_function_that_meets_them() {
    for (api, rest, error) in [
        (
            QUERY,
            &b"no chunk\r\n"[..],
            ERROR_WINHTTP_INVALID_SERVER_RESPONSE,
        ),
        (READ, b"no chunk\r\n", ERROR_WINHTTP_INVALID_SERVER_RESPONSE),
        (QUERY, b"", ERROR_WINHTTP_CONNECTION_ERROR),
        (READ, b"", ERROR_WINHTTP_CONNECTION_ERROR),
    ] {
        let server = Server::every(move |_, peer| {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n");
            peer.send(rest);
            peer.close();
        });
        let client = Client::new(Mode::Async);
        let request = client.get(&server, "/");
        request.exchange();
        assert_eq!(request.read(4), Ok(b"body".to_vec()));
        let accepted = if api == QUERY {
            query_data_available(request.raw(), None)
        } else {
            start_read(request.raw(), 10)
        };
        assert_eq!(accepted, Ok(()));
        assert_eq!(request_error(&client, &request), (api, Code(error)));
    }
}

/// The server resets the connection while a long body is on its way.
/// Statements: behaviour 18.36
#[test]
fn a_reset_is_an_error_of_write_data() {
    let server = Server::every(|_, peer| {
        peer.request();
        peer.reset();
    });
    let client = Client::new(Mode::Async);
    let request = client.post(&server, "/");
    request.send_with(None, &[], 64 << 20).unwrap();
    assert_eq!(
        write_data(request.raw(), lasting(vec![0; 64 << 20]), None),
        Ok(())
    );
    assert_eq!(
        request_error(&client, &request),
        (WRITE, Code(ERROR_WINHTTP_CONNECTION_ERROR))
    );
    assert_eq!(client.recorder.count(WRITE_COMPLETE), 0);
}

/// After the error of a send the request may be sent again.
/// Statements: facts 7.8
#[test]
fn a_failed_send_can_be_repeated() {
    let client = Client::new(Mode::Async);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let connect = client.connect_to("127.0.0.1", address.port());
    let request = client.request(&connect, &RequestSpec::new("GET", "/"));
    assert_eq!(request.send(), fails(ERROR_WINHTTP_CANNOT_CONNECT));
    assert_eq!(
        request.receive(),
        fails(ERROR_WINHTTP_INCORRECT_HANDLE_STATE)
    );
    let Ok(listener) = std::net::TcpListener::bind(address) else {
        println!("left out: somebody took the port");
        return;
    };
    start_send(request.raw(), 0).unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    client.recorder.wait(SENDREQUEST_COMPLETE);
    std::io::Write::write_all(&mut peer, &response("", b"")).unwrap();
    request.receive().unwrap();
    assert_eq!(request.status(), 200);
}

/// Parameters and handles that are wrong are refused by the call itself.
/// Statements: behaviour 18.25
#[test]
fn bc25_what_fails_at_once_has_no_callback() {
    let server = Server::scripts(Vec::new());
    let client = Client::new(Mode::Async);
    let connect = client.connect(&server);
    let request = client.request(&connect, &RequestSpec::new("POST", "/"));
    client.recorder.take();
    let type_error = ERROR_WINHTTP_INCORRECT_HANDLE_TYPE;
    assert_eq!(start_send(0, 0), fails(INVALID_HANDLE));
    for wrong in [client.session.raw(), connect.raw()] {
        assert_eq!(start_send(wrong, 0), fails(type_error));
        assert_eq!(receive_response(wrong), fails(type_error));
        assert_eq!(query_data_available(wrong, None), fails(type_error));
        assert_eq!(start_read(wrong, 1), fails(type_error));
        assert_eq!(write_data(wrong, b"x", None), fails(type_error));
    }
    let state_error = ERROR_WINHTTP_INCORRECT_HANDLE_STATE;
    assert_eq!(
        query_data_available(request.raw(), None),
        fails(state_error)
    );
    assert_eq!(start_read(request.raw(), 1), fails(state_error));
    assert_eq!(write_data(request.raw(), b"x", None), fails(state_error));
    assert_eq!(
        send_request(request.raw(), Some("no header"), TO_NUL, None, 0, 0),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(
        send_request(request.raw(), None, 0, Some(b"1234"), 3, 0),
        fails(INVALID_PARAMETER)
    );
    let raw = request.raw();
    request.close();
    assert_eq!(receive_response(raw), fails(INVALID_HANDLE));
    assert_eq!(start_read(raw, 1), fails(INVALID_HANDLE));
    client.recorder.assert_next("HANDLE_CLOSING");
}
