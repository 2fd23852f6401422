//! Closing while something is pending (behaviour 1, 3.11).

use std::time::{Duration, Instant};

use crate::support::*;

const CANCELLED: Code = Code(ERROR_WINHTTP_OPERATION_CANCELLED);

/// Closes a request that has an operation pending: the operation is cancelled, then HANDLE_CLOSING comes.
#[track_caller]
fn assert_cancelled(client: &Client, request: Request, api: usize) {
    let raw = request.raw();
    let mark = events_of(&client.recorder, raw).len();
    let start = Instant::now();
    drop(request);
    let returned = start.elapsed();
    let events = closed(&client.recorder, raw).split_off(mark);
    assert_eq!(names(&events), ["REQUEST_ERROR", "HANDLE_CLOSING"]);
    assert_eq!(events[0].error(), (api, CANCELLED));
    assert!(
        returned < Duration::from_secs(5),
        "closing took {returned:?}"
    );
}

/// The body's bytes never come while the read is pending; nothing is written to its memory afterwards.
/// Statements: behaviour 18.11, 18.15, 18.16
#[test]
fn bc11_closing_with_a_pending_read() {
    let server = Server::once(|peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
        peer.expect_end();
    });
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    request.exchange();
    let buffer = lasting(vec![0xA5; 10]);
    let address = buffer.as_ptr();
    read_data(request.raw(), buffer, None).unwrap();
    assert_eq!(last_error(), IO_PENDING);
    assert_cancelled(&client, request, READ);
    // The server sees the end of the connection.
    server.finish();
    // SAFETY: leaked, and the operation is over.
    let left = unsafe { std::slice::from_raw_parts(address, 10) };
    assert_eq!(left, [0xA5; 10]);
}

/// Data that comes while the request is being closed is not put into the caller's memory after HANDLE_CLOSING.
/// Statements: behaviour 18.15
#[test]
fn bc15_nothing_is_written_after_handle_closing() {
    for _ in 0..20 {
        let gate = Gate::new();
        let server = Server::every({
            let gate = gate.clone();
            move |_, peer| {
                peer.request();
                peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 10\r\n\r\n");
                peer.pause(&gate);
                peer.send("0123456789");
                peer.read_to_end();
            }
        });
        let client = Client::new(Mode::Async);
        let request = client.get(&server, "/");
        request.exchange();
        let raw = request.raw();
        let buffer = lasting(vec![0xA5; 10]);
        let address = buffer.as_ptr();
        read_data(raw, buffer, None).unwrap();
        gate.open();
        drop(request);
        let events = closed(&client.recorder, raw);
        // SAFETY: leaked; after HANDLE_CLOSING nobody else uses it.
        let at_closing = unsafe { std::slice::from_raw_parts(address, 10) }.to_vec();
        server.finish();
        // SAFETY: as above.
        let later = unsafe { std::slice::from_raw_parts(address, 10) };
        assert_eq!(later, at_closing);
        let done: Vec<_> = events
            .iter()
            .filter(|event| event.status & (READ_COMPLETE | REQUEST_ERROR) != 0)
            .collect();
        assert_eq!(done.len(), 1, "{:?}", names(&events));
    }
}

/// Statements: behaviour 18.11, 18.16
#[test]
fn closing_with_a_pending_query() {
    let server = stalling_server();
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    request.exchange();
    query_data_available(request.raw(), None).unwrap();
    assert_eq!(last_error(), IO_PENDING);
    assert_cancelled(&client, request, QUERY);
}

/// The server does not read, so that neither head nor body get out.
/// Statements: behaviour 18.12, 18.16
#[test]
fn bc12_closing_with_a_pending_send() {
    let (gate, connected) = (Gate::new(), Gate::new());
    let server = Server::every({
        let (gate, connected) = (gate.clone(), connected.clone());
        move |_, peer| {
            connected.open();
            peer.pause(&gate);
            peer.read_to_end();
        }
    });
    let client = Client::new(Mode::Async);
    let request = client.post(&server, "/");
    let body: &'static [u8] = lasting(vec![0; 32 << 20]);
    send_request(request.raw(), None, 0, Some(body), body.len() as u32, 0).unwrap();
    client.recorder.wait(SENDING_REQUEST);
    connected.pass();
    assert_cancelled(&client, request, SEND);
    gate.open();
}

/// No connection is free; the next request in the queue is not held up by the one that leaves it.
/// Statements: behaviour 18.12, 18.16, 18.56
#[test]
fn closing_while_waiting_for_a_connection() {
    let server = Server::answering(response("", b"body"));
    let client = Client::new(Mode::Async);
    set_u32(client.session.raw(), WINHTTP_OPTION_MAX_CONNS_PER_SERVER, 1).unwrap();
    let [first, second, third] = ["/1", "/2", "/3"].map(|object| client.get(&server, object));
    first.exchange();
    start_send(second.raw(), 0).unwrap();
    start_send(third.raw(), 0).unwrap();
    assert_cancelled(&client, second, SEND);
    assert_eq!(first.body(), b"body");
    first.close();
    wait_for(&client.recorder, third.raw(), SENDREQUEST_COMPLETE);
    third.receive().unwrap();
    assert_eq!(third.body(), b"body");
    let lines: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.line())
        .collect();
    assert_eq!(lines, ["GET /1 HTTP/1.1", "GET /3 HTTP/1.1"]);
    assert_eq!(server.connections(), 1);
}

/// Statements: behaviour 18.13, 18.16
#[test]
fn bc13_closing_with_a_pending_receive() {
    let server = silent_server();
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    request.send().unwrap();
    receive_response(request.raw()).unwrap();
    client.recorder.wait(RECEIVING_RESPONSE);
    assert_cancelled(&client, request, RECEIVE);
}

/// Another thread closes while the call waits for the first byte.
/// Statements: behaviour 18.13
#[test]
fn closing_while_receive_response_waits_in_the_call() {
    let server = silent_server();
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    request.send().unwrap();
    let raw = request.raw();
    let closer = std::thread::spawn({
        let receiving = Gate::new();
        client.recorder.on(RECEIVING_RESPONSE, {
            let receiving = receiving.clone();
            move |_| receiving.open()
        });
        move || {
            receiving.pass();
            close(raw).unwrap();
        }
    });
    receive_response(raw).unwrap();
    closer.join().unwrap();
    let events = closed(&client.recorder, raw);
    let error = events.iter().find(|event| event.status == REQUEST_ERROR);
    assert_eq!(error.unwrap().error(), (RECEIVE, CANCELLED));
    assert_eq!(events.last().unwrap().status, HANDLE_CLOSING);
}

/// Statements: behaviour 18.13, 18.16
#[test]
fn closing_with_a_pending_write() {
    let gate = Gate::new();
    let server = Server::every({
        let gate = gate.clone();
        move |_, peer| {
            peer.request();
            peer.pause(&gate);
            peer.read_to_end();
        }
    });
    let client = Client::new(Mode::Async);
    let request = client.post(&server, "/");
    request.send_with(None, &[], 32 << 20).unwrap();
    write_data(request.raw(), lasting(vec![0; 32 << 20]), None).unwrap();
    assert_eq!(last_error(), IO_PENDING);
    assert_cancelled(&client, request, WRITE);
    gate.open();
}

/// The receive that waits for the send is cancelled with it: both accepted operations are completed.
/// Statements: behaviour 18.14
#[test]
fn bc14_closing_with_a_send_and_a_receive_pending() {
    let client = Client::new(Mode::Async);
    let server = silent_server();
    let gate = Gate::new();
    client.recorder.on(CONNECTED_TO_SERVER, {
        let gate = gate.clone();
        move |_| gate.pass()
    });
    let request = client.get(&server, "/");
    let raw = request.raw();
    start_send(raw, 0).unwrap();
    client.recorder.wait(CONNECTED_TO_SERVER);
    receive_response(raw).unwrap();
    drop(request);
    gate.open();
    let errors: Vec<_> = closed(&client.recorder, raw)
        .iter()
        .filter(|event| is_completion(event))
        .map(|event| event.error())
        .collect();
    assert_eq!(errors, [(SEND, CANCELLED), (RECEIVE, CANCELLED)]);
}

/// The same while the send waits for the network and no thread works on it.
/// Statements: behaviour 18.14, 18.16
#[test]
fn bc14_closing_with_a_parked_send_and_a_receive_pending() {
    let gate = Gate::new();
    let server = Server::every({
        let gate = gate.clone();
        move |_, peer| {
            peer.pause(&gate);
            peer.read_to_end();
        }
    });
    let client = Client::new(Mode::Async);
    let request = client.post(&server, "/");
    let raw = request.raw();
    let body: &'static [u8] = lasting(vec![0; 32 << 20]);
    send_request(raw, None, 0, Some(body), body.len() as u32, 0).unwrap();
    client.recorder.wait(SENDING_REQUEST);
    receive_response(raw).unwrap();
    drop(request);
    let errors: Vec<_> = closed(&client.recorder, raw)
        .iter()
        .filter(|event| is_completion(event))
        .map(|event| event.error())
        .collect();
    assert_eq!(errors, [(SEND, CANCELLED), (RECEIVE, CANCELLED)]);
    gate.open();
}

/// The server takes the connection and never answers the handshake.
/// Statements: behaviour 18.12, 18.16
#[test]
fn closing_during_a_tls_handshake() {
    let server = silent_server();
    let client = Client::new(Mode::Async);
    let request = client.open(
        &server,
        &RequestSpec::new("GET", "/").flags(WINHTTP_FLAG_SECURE),
    );
    start_send(request.raw(), 0).unwrap();
    client.recorder.wait(CONNECTED_TO_SERVER);
    assert_cancelled(&client, request, SEND);
}

/// Closing does not wait for a callback that runs; HANDLE_CLOSING does.
/// Statements: behaviour 18.6, 18.16
#[test]
fn handle_closing_waits_for_a_running_callback() {
    for status in [SENDING_REQUEST, SENDREQUEST_COMPLETE] {
        let server = Server::answering(response("", b"body"));
        let client = Client::new(Mode::Async);
        let (inside, gate) = (Gate::new(), Gate::new());
        client.recorder.on(status, {
            let (inside, gate) = (inside.clone(), gate.clone());
            move |_| {
                inside.open();
                gate.pass();
            }
        });
        let request = client.get(&server, "/");
        let raw = request.raw();
        start_send(raw, 0).unwrap();
        inside.pass();
        close(raw).unwrap();
        assert_eq!(close(raw), fails(INVALID_HANDLE));
        let events = events_of(&client.recorder, raw);
        assert_eq!(events.last().unwrap().status, status);
        gate.open();
        let events = closed(&client.recorder, raw).split_off(events.len());
        assert_eq!(
            names(&events),
            if status == SENDING_REQUEST {
                &["REQUEST_ERROR", "HANDLE_CLOSING"][..]
            } else {
                &["HANDLE_CLOSING"]
            }
        );
    }
}

/// Closing connection and session leaves a pending read alone.
/// Statements: facts 1.12; behaviour 18.17
#[test]
fn bc17_closing_the_parents_leaves_a_pending_read_alone() {
    let gate = Gate::new();
    let server = Server::every({
        let gate = gate.clone();
        move |_, peer| {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
            peer.pause(&gate);
            peer.send("body");
            peer.read_to_end();
        }
    });
    let client = Client::new(Mode::Async);
    let recorder = Arc::clone(&client.recorder);
    let connect = client.connect(&server);
    let request = client.request(&connect, &RequestSpec::new("GET", "/"));
    let raw = request.raw();
    request.exchange();
    start_read(raw, 4).unwrap();
    recorder.take();
    connect.close();
    client.session.close();
    recorder.assert_next("HANDLE_CLOSING:M HANDLE_CLOSING:M");
    gate.open();
    let event = wait_for(&recorder, raw, READ_COMPLETE);
    assert_eq!(event.info, Info::Data(b"body".to_vec()));
    assert_eq!(request.read(4), Ok(Vec::new()));
    request.close();
}

/// In the order in which they come.
const STEPS: [u32; 7] = [
    HANDLE_CREATED,
    SENDING_REQUEST,
    REQUEST_SENT,
    SENDREQUEST_COMPLETE,
    RECEIVING_RESPONSE,
    HEADERS_AVAILABLE,
    READ_COMPLETE,
];

/// Each accepted operation is completed once, wherever the closing hits a chain of them.
/// Statements: behaviour 18.6, 18.14
#[test]
fn bc14_each_operation_is_completed_once_under_concurrent_closing() {
    let server = Server::answering(response("", &[b'x'; 2000]));
    let client = Client::new(Mode::Async);
    let accepted = Arc::new(Mutex::new(
        std::collections::HashMap::<RawHandle, usize>::new(),
    ));
    let count = {
        let accepted = Arc::clone(&accepted);
        move |raw: RawHandle, outcome: Outcome| {
            match outcome {
                Ok(()) => *accepted.lock().unwrap().entry(raw).or_default() += 1,
                Err(error) => assert_eq!(error, INVALID_HANDLE),
            };
        }
    };
    client.recorder.on(SENDREQUEST_COMPLETE, {
        let count = count.clone();
        move |event| count(event.handle, receive_response(event.handle))
    });
    for status in [HEADERS_AVAILABLE, READ_COMPLETE] {
        let count = count.clone();
        client.recorder.on(status, move |event| {
            if event.status == HEADERS_AVAILABLE || event.length > 0 {
                count(event.handle, start_read(event.handle, 100));
            }
        });
    }
    for round in 0..150 {
        let request = client.get(&server, "/");
        let raw = request.raw();
        count(raw, start_send(raw, 0));
        // At a later notification each time.
        wait_for(&client.recorder, raw, STEPS[round % STEPS.len()]);
        drop(request);
        let events = closed(&client.recorder, raw);
        assert_eq!(events.last().unwrap().status, HANDLE_CLOSING);
        let completions = events.iter().filter(|event| is_completion(event)).count();
        assert_eq!(
            completions,
            accepted.lock().unwrap()[&raw],
            "{:?}",
            names(&events)
        );
    }
}
