//! One operation at a time (behaviour 4).

use crate::support::*;

const STATE: u32 = ERROR_WINHTTP_INCORRECT_HANDLE_STATE;

/// While a send is under way, all but receiving is refused, which then follows.
/// Statements: behaviour 18.25, 18.71; facts 20.2
#[test]
fn b4_while_sending_everything_but_receiving_is_refused() {
    let server = Server::answering(response("", b""));
    let client = Client::new(Mode::Async);
    let gate = Gate::new();
    client.recorder.on(CONNECTED_TO_SERVER, {
        let gate = gate.clone();
        move |_| gate.pass()
    });
    let request = client.get(&server, "/");
    let raw = request.raw();
    start_send(raw, 0).unwrap();
    client.recorder.wait(CONNECTED_TO_SERVER);
    assert_eq!(start_send(raw, 0), fails(STATE));
    assert_eq!(write_data(raw, b"x", None), fails(STATE));
    assert_eq!(query_data_available(raw, None), fails(STATE));
    assert_eq!(start_read(raw, 1), fails(STATE));
    assert_eq!(receive_response(raw), Ok(()));
    assert_eq!(receive_response(raw), fails(STATE), "one is enough");
    gate.open();
    wait_for(&client.recorder, raw, HEADERS_AVAILABLE);
    request.close();
    let completions: Vec<_> = closed(&client.recorder, raw)
        .into_iter()
        .filter(is_completion)
        .collect();
    assert_eq!(
        names(&completions),
        ["SENDREQUEST_COMPLETE", "HEADERS_AVAILABLE"]
    );
}

/// Statements: behaviour 18.25
#[test]
fn b4_while_receiving_everything_is_refused() {
    let gate = Gate::new();
    let server = Server::every({
        let gate = gate.clone();
        move |_, peer| {
            peer.request();
            peer.pause(&gate);
            peer.send(response("", b"body"));
            peer.read_to_end();
        }
    });
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    let raw = request.raw();
    request.send().unwrap();
    receive_response(raw).unwrap();
    assert_eq!(start_send(raw, 0), fails(STATE));
    assert_eq!(receive_response(raw), fails(STATE));
    assert_eq!(write_data(raw, b"x", None), fails(STATE));
    assert_eq!(query_data_available(raw, None), fails(STATE));
    assert_eq!(start_read(raw, 1), fails(STATE));
    gate.open();
    wait_for(&client.recorder, raw, HEADERS_AVAILABLE);
    assert_eq!(request.body(), b"body");
}

/// A second read or query while one is pending is 4317; the rest does not fit the phase.
/// Statements: behaviour 18.25
#[test]
fn b4_while_reading_a_second_read_is_4317() {
    for querying in [false, true] {
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
        let request = client.get(&server, "/");
        let raw = request.raw();
        request.exchange();
        let status = if querying {
            query_data_available(raw, None).unwrap();
            DATA_AVAILABLE
        } else {
            start_read(raw, 10).unwrap();
            READ_COMPLETE
        };
        assert_eq!(last_error(), IO_PENDING);
        assert_eq!(query_data_available(raw, None), fails(INVALID_OPERATION));
        assert_eq!(start_read(raw, 1), fails(INVALID_OPERATION));
        assert_eq!(receive_response(raw), fails(STATE));
        assert_eq!(start_send(raw, 0), fails(STATE));
        assert_eq!(write_data(raw, b"x", None), fails(STATE));
        gate.open();
        wait_for(&client.recorder, raw, status);
        let raw = request.raw();
        request.close();
        let completions: Vec<_> = closed(&client.recorder, raw)
            .into_iter()
            .filter(|event| event.status & (READ_COMPLETE | DATA_AVAILABLE | REQUEST_ERROR) != 0)
            .collect();
        assert_eq!(completions.len(), 1, "{:?}", names(&completions));
    }
}

/// Statements: behaviour 18.71
#[test]
fn bc71_a_second_write_is_refused() {
    let gate = Gate::new();
    let server = Server::every({
        let gate = gate.clone();
        move |_, peer| {
            peer.request();
            peer.pause(&gate);
            peer.read(32 << 20);
            peer.send(response("", b""));
            peer.read_to_end();
        }
    });
    let client = Client::new(Mode::Async);
    let request = client.post(&server, "/");
    let raw = request.raw();
    request.send_with(None, &[], 32 << 20).unwrap();
    // More than the buffers of a connection hold.
    write_data(raw, lasting(vec![0; 32 << 20]), None).unwrap();
    assert_eq!(last_error(), IO_PENDING);
    assert_eq!(write_data(raw, b"x", None), fails(INVALID_OPERATION));
    assert_eq!(start_send(raw, 0), fails(STATE));
    assert_eq!(start_read(raw, 1), fails(STATE));
    gate.open();
    assert_eq!(
        wait_for(&client.recorder, raw, WRITE_COMPLETE).number(),
        32 << 20
    );
    request.receive().unwrap();
    assert_eq!(client.recorder.count(WRITE_COMPLETE), 1);
    assert_eq!(client.recorder.count(REQUEST_ERROR), 0);
}

/// A synchronous call while another thread is inside of one.
/// Statements: behaviour 18.25
#[test]
fn a_second_synchronous_call_is_refused() {
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
    let client = Client::new(Mode::Sync);
    let request = client.get(&server, "/");
    request.send().unwrap();
    let inside = Gate::new();
    client.recorder.on(RESPONSE_RECEIVED, {
        let (inside, gate) = (inside.clone(), gate.clone());
        move |_| {
            inside.open();
            gate.pass();
        }
    });
    std::thread::scope(|scope| {
        let receiving = scope.spawn(|| request.receive());
        inside.pass();
        assert_eq!(request.available(), fails(STATE));
        assert_eq!(request.read(1), fails(STATE));
        assert_eq!(request.send(), fails(STATE));
        gate.open();
        assert_eq!(receiving.join().unwrap(), Ok(()));
    });
    assert_eq!(request.body(), b"body");
}

/// Inside a callback of a synchronous request no operation of the same request can be started.
/// Statements: behaviour 18.25
#[test]
fn a_synchronous_call_inside_its_own_callback_is_refused() {
    let server = Server::answering(response("", b"body"));
    let client = Client::new(Mode::Sync);
    let seen = Arc::new(Mutex::new(Vec::new()));
    client.recorder.on(SENDING_REQUEST, {
        let seen = Arc::clone(&seen);
        move |event| seen.lock().unwrap().push(receive_response(event.handle))
    });
    client.recorder.on(RECEIVING_RESPONSE, {
        let seen = Arc::clone(&seen);
        move |event| {
            let mut read = 0;
            let outcome = read_data(event.handle, lasting(vec![0; 4]), Some(&mut read));
            seen.lock().unwrap().push(outcome);
        }
    });
    assert_eq!(client.fetch(&server, "/"), b"body");
    assert_eq!(*seen.lock().unwrap(), [fails(STATE), fails(STATE)]);
}
