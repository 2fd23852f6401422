//! Closing a request inside each of its callbacks (behaviour 3.11).

use winhttp_testkit::Event;

use crate::support::*;

/// A new connection that is closed after the response; the client's leaving at any point is fine.
fn server() -> Server {
    Server::every(|_, peer| {
        if peer.next_request().is_none() {
            return;
        }
        // Closed by the client before the body came, perhaps.
        peer.send("HTTP/1.1 100 Continue\r\n\r\n");
        peer.send(response("Connection: close\r\n", b"body"));
        peer.read_to_end();
    })
}

/// Runs an exchange whose request is closed in its first notification of `status`; its events, and the results of the
/// calls.
fn exchange(mode: Mode, status: u32) -> (Vec<Event>, Vec<(usize, Outcome)>) {
    let server = server();
    let client = Client::new(mode);
    let connect = client.connect(&server);
    let request = client.request(&connect, &RequestSpec::new("POST", "/"));
    let raw = request.raw();
    let acted = Gate::new();
    let action = acted.clone();
    client.recorder.on(status, move |event| {
        // HANDLE_CREATED and HANDLE_CLOSING of the connection and the session are not meant.
        if event.handle == raw {
            let outcome = close(raw);
            let wanted = if event.status == HANDLE_CLOSING {
                fails(INVALID_HANDLE)
            } else {
                Ok(())
            };
            assert_eq!(outcome, wanted);
            assert_eq!(close(raw), fails(INVALID_HANDLE), "a second time");
            assert_eq!(receive_response(raw), fails(INVALID_HANDLE));
            action.open();
        }
    });
    let mut count = 0;
    let mut results = Vec::new();
    let mut call = |api, completion: u32, work: &mut dyn FnMut() -> Outcome| {
        let mark = client.recorder.mark();
        let outcome = work();
        results.push((api, outcome));
        if outcome.is_ok() && mode == Mode::Async {
            client.recorder.wait_from(mark, |event| {
                event.handle == raw
                    && event.status & (completion | REQUEST_ERROR | HANDLE_CLOSING) != 0
            });
            // An event is there before the actions inside of it.
            if events_of(&client.recorder, raw)
                .iter()
                .any(|event| event.status == status)
            {
                acted.pass();
            }
        }
    };
    call(SEND, SENDREQUEST_COMPLETE, &mut || start_send(raw, 2));
    call(WRITE, WRITE_COMPLETE, &mut || {
        write_data(raw, b"12", Some(&mut count))
    });
    call(RECEIVE, HEADERS_AVAILABLE, &mut || receive_response(raw));
    call(QUERY, DATA_AVAILABLE, &mut || {
        query_data_available(raw, Some(&mut count))
    });
    call(READ, READ_COMPLETE, &mut || {
        read_data(raw, lasting(vec![0; 10]), Some(&mut count))
    });
    drop(request);
    let events = closed(&client.recorder, raw);
    // Whatever might still be under way would come now at the latest: no callback may follow HANDLE_CLOSING.
    drop(connect);
    drop(client.session);
    drop(server);
    assert_eq!(events_of(&client.recorder, raw).len(), events.len());
    (events, results)
}

/// Every status, and the API number of the operation that it interrupts; 0: of none.
const STATUSES: &[(u32, usize)] = &[
    (RESOLVING_NAME, SEND),
    (NAME_RESOLVED, SEND),
    (CONNECTING_TO_SERVER, SEND),
    (CONNECTED_TO_SERVER, SEND),
    (SENDING_REQUEST, SEND),
    (REQUEST_SENT, SEND),
    (RECEIVING_RESPONSE, RECEIVE),
    (INTERMEDIATE_RESPONSE, RECEIVE),
    (RESPONSE_RECEIVED, RECEIVE),
];

/// Statements: behaviour 18.6, 18.12, 18.13, 18.14; facts 20.13
#[test]
fn inside_an_informational_callback_the_operation_is_cancelled() {
    for (status, api) in STATUSES {
        let (events, results) = exchange(Mode::Async, *status);
        let seen = names(&events);
        let [.., informational, error, closing] = &events[..] else {
            panic!("{seen:?}")
        };
        assert_eq!(informational.status, *status, "{seen:?}");
        assert_eq!(
            error.error(),
            (*api, Code(ERROR_WINHTTP_OPERATION_CANCELLED)),
            "{seen:?}"
        );
        assert_eq!(closing.status, HANDLE_CLOSING, "{seen:?}");
        assert_one_completion_each(&events, &results);
    }
}

/// The finished operation has its completion already; only HANDLE_CLOSING follows.
/// Statements: behaviour 18.6, 18.10, 18.14
#[test]
fn bc10_inside_a_completion_only_handle_closing_follows() {
    for status in [
        SENDREQUEST_COMPLETE,
        WRITE_COMPLETE,
        HEADERS_AVAILABLE,
        DATA_AVAILABLE,
        READ_COMPLETE,
        HANDLE_CLOSING,
    ] {
        let (events, results) = exchange(Mode::Async, status);
        let seen = names(&events);
        let [.., last, closing] = &events[..] else {
            panic!("{seen:?}")
        };
        if status != HANDLE_CLOSING {
            assert_eq!(last.status, status, "{seen:?}");
        }
        assert_eq!(closing.status, HANDLE_CLOSING, "{seen:?}");
        assert_one_completion_each(&events, &results);
    }
}

/// The read that ends the connection is complete by then, or is cancelled.
/// Statements: behaviour 18.6, 18.14
#[test]
fn inside_the_closing_of_the_connection() {
    for status in [CLOSING_CONNECTION, CONNECTION_CLOSED] {
        let (events, results) = exchange(Mode::Async, status);
        let seen = names(&events);
        assert_eq!(events.last().unwrap().status, HANDLE_CLOSING, "{seen:?}");
        assert!(events.iter().any(|event| event.status == status));
        assert_one_completion_each(&events, &results);
    }
}

/// Each accepted call has a completion, each call after the closing is refused, HANDLE_CLOSING comes once.
#[track_caller]
fn assert_one_completion_each(events: &[Event], results: &[(usize, Outcome)]) {
    let seen = names(events);
    let accepted = results
        .iter()
        .filter(|(_, outcome)| outcome.is_ok())
        .count();
    let completions = events.iter().filter(|event| is_completion(event)).count();
    assert_eq!(completions, accepted, "{seen:?} {results:?}");
    assert!(
        results[accepted..]
            .iter()
            .all(|(_, outcome)| *outcome == fails(INVALID_HANDLE)),
        "{results:?}"
    );
    let closing = events.iter().filter(|event| event.status == HANDLE_CLOSING);
    assert_eq!(closing.count(), 1, "{seen:?}");
}

/// The interrupted call fails with 12017, the later ones with 6.
/// Statements: behaviour 18.6, 18.22
#[test]
fn inside_a_synchronous_callback_the_call_fails_with_12017() {
    for (status, api) in STATUSES {
        let (events, results) = exchange(Mode::Sync, *status);
        let seen = names(&events);
        let [.., informational, closing] = &events[..] else {
            panic!("{seen:?}")
        };
        assert_eq!(informational.status, *status, "{seen:?}");
        assert_eq!(closing.status, HANDLE_CLOSING, "{seen:?}");
        let at = results.iter().position(|(own, _)| own == api).unwrap();
        assert!(results[..at].iter().all(|(_, outcome)| outcome.is_ok()));
        assert_eq!(results[at].1, fails(ERROR_WINHTTP_OPERATION_CANCELLED));
        assert!(
            results[at + 1..]
                .iter()
                .all(|(_, outcome)| *outcome == fails(INVALID_HANDLE)),
            "{results:?}"
        );
    }
    let (events, results) = exchange(Mode::Sync, HANDLE_CLOSING);
    assert_eq!(events.last().unwrap().status, HANDLE_CLOSING);
    assert!(results.iter().all(|(_, outcome)| outcome.is_ok()));
}

/// Closed in SENDING_REQUEST: the server sees nothing of the request.
/// Statements: behaviour 18.12
#[test]
fn closing_inside_sending_request_sends_nothing() {
    for mode in [Mode::Sync, Mode::Async] {
        let ended = Gate::new();
        let server = Server::once({
            let ended = ended.clone();
            move |peer| {
                peer.expect_end();
                ended.open();
            }
        });
        let client = Client::new(mode);
        client
            .recorder
            .on(SENDING_REQUEST, |event| close(event.handle).unwrap());
        let request = client.get(&server, "/");
        assert_eq!(request.send(), fails(ERROR_WINHTTP_OPERATION_CANCELLED));
        ended.pass();
        server.finish();
    }
}

/// Inside the REQUEST_ERROR of a refused connection.
/// Statements: behaviour 18.6, 18.14
#[test]
fn closing_inside_request_error() {
    let client = Client::new(Mode::Async);
    client
        .recorder
        .on(REQUEST_ERROR, |event| close(event.handle).unwrap());
    // Port 21 is refused without connecting.
    let connect = client.connect_to("127.0.0.1", 21);
    let request = client.request(&connect, &RequestSpec::new("GET", "/"));
    let raw = request.raw();
    start_send(raw, 0).unwrap();
    let events = closed(&client.recorder, raw);
    assert_eq!(
        names(&events),
        ["HANDLE_CREATED", "REQUEST_ERROR", "HANDLE_CLOSING"]
    );
    assert_eq!(
        events[1].error(),
        (SEND, Code(ERROR_WINHTTP_CANNOT_CONNECT))
    );
}

/// Connection and session handles can be closed inside a request's callbacks, and inside their own HANDLE_CREATED.
/// Statements: facts 1.12; behaviour 18.1
#[test]
fn parents_can_be_closed_inside_callbacks() {
    let server = Server::answering(response("", b"body"));
    let client = Client::new(Mode::Async);
    let connect = client.connect(&server);
    let request = client.request(&connect, &RequestSpec::new("GET", "/"));
    let parents = [connect.leak(), client.session.leak()];
    client.recorder.on(SENDREQUEST_COMPLETE, move |_| {
        for parent in parents {
            assert_eq!(close(parent), Ok(()));
        }
    });
    request.exchange();
    assert_eq!(request.body(), b"body");
    request.close();
    assert_eq!(client.recorder.count(HANDLE_CLOSING), 3);
}
