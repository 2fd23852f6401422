//! Facts 19 and 20, behaviour 18.1 to 18.36: notifications, their order and threads; asynchronous calls; nesting.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::support::*;

use winhttp_testkit::{Event, Info, assert_sequence};

const SENDING: u32 = WINHTTP_CALLBACK_STATUS_SENDING_REQUEST;
const SENT: u32 = WINHTTP_CALLBACK_STATUS_REQUEST_SENT;
const SEND_COMPLETE: u32 = WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE;
const HEADERS: u32 = WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE;
const DATA: u32 = WINHTTP_CALLBACK_STATUS_DATA_AVAILABLE;
const READ: u32 = WINHTTP_CALLBACK_STATUS_READ_COMPLETE;
const WRITTEN: u32 = WINHTTP_CALLBACK_STATUS_WRITE_COMPLETE;
const ERROR: u32 = WINHTTP_CALLBACK_STATUS_REQUEST_ERROR;
const CLOSING: u32 = WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING;

/// A server that answers every request with `bytes` and opens the gate when the first answer is on its way, so that a
/// test can wait until it is there.
fn prompt(bytes: impl Into<Vec<u8>>) -> (Server, Gate) {
    let gate = Gate::new();
    let bytes = bytes.into();
    let server = Server::every({
        let gate = gate.clone();
        move |_, peer| {
            while peer.next_request().is_some() {
                peer.send(&bytes);
                gate.open();
            }
        }
    });
    (server, gate)
}

/// Statements: facts 19.1, 19.2, 19.11, 20.13; behaviour 18.6, 18.22, 18.23, 18.31
#[test]
fn f19_1_a_synchronous_get() {
    let server = Server::answering(response("", b"body"));
    for round in 0..2 {
        let client = Client::new(Mode::Sync);
        let connect = client.connect_to("localhost", server.port());
        client.recorder.assert_next("HANDLE_CREATED:M");
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        client.recorder.assert_next("HANDLE_CREATED:M");
        request.send().unwrap();
        client.recorder.assert_next(if round == 0 {
            // More than one address: one CONNECTING_TO_SERVER each (19.8).
            "RESOLVING_NAME:M NAME_RESOLVED:M CONNECTING_TO_SERVER:M (CONNECTING_TO_SERVER:M) CONNECTED_TO_SERVER:M SENDING_REQUEST:M REQUEST_SENT:M"
        } else {
            "SENDING_REQUEST:M REQUEST_SENT:M"
        });
        request.receive().unwrap();
        client
            .recorder
            .assert_next("RECEIVING_RESPONSE:M RESPONSE_RECEIVED:M");
        assert_eq!(request.available(), Ok(4));
        assert_eq!(request.body(), b"body");
        client
            .recorder
            .assert_next("(RECEIVING_RESPONSE:M RESPONSE_RECEIVED:M)");
        let (raw_request, raw_connect, raw_session) =
            (request.raw(), connect.raw(), client.session.raw());
        let Client {
            session, recorder, ..
        } = client;
        request.close();
        connect.close();
        session.close();
        let closing = recorder.take();
        assert_sequence(
            &closing,
            recorder.main(),
            "HANDLE_CLOSING:M HANDLE_CLOSING:M HANDLE_CLOSING:M",
        );
        let handles: Vec<usize> = closing.iter().map(|event| event.handle).collect();
        assert_eq!(handles, [raw_request, raw_connect, raw_session]);
    }
    assert_eq!(server.connections(), 1);
}

/// The answer is there when WinHttpReceiveResponse is called: everything happens in that call.
/// Statements: facts 19.5, 19.8, 19.10, 20.8; behaviour 18.24, 18.29, 18.30, 18.35, 18.43
#[test]
fn f19_5_an_asynchronous_get() {
    let (server, answered) = prompt(response("", b"body"));
    let client = Client::new(Mode::Async);
    let connect = client.connect_to("localhost", server.port());
    let request = client.request(&connect, &RequestSpec::new("GET", "/"));
    client
        .recorder
        .assert_next("HANDLE_CREATED:M HANDLE_CREATED:M");
    request.send().unwrap();
    client.recorder.assert_next("RESOLVING_NAME NAME_RESOLVED CONNECTING_TO_SERVER (CONNECTING_TO_SERVER) CONNECTED_TO_SERVER SENDING_REQUEST REQUEST_SENT SENDREQUEST_COMPLETE");
    answered.pass();
    receive_response(request.raw()).unwrap();
    assert_eq!(last_error(), 0);
    client
        .recorder
        .assert_next("RECEIVING_RESPONSE:M RESPONSE_RECEIVED:M HEADERS_AVAILABLE:M");
    assert_eq!(request.available(), Ok(4));
    client
        .recorder
        .assert_next("(RECEIVING_RESPONSE RESPONSE_RECEIVED) DATA_AVAILABLE");
    let buffer = lasting(vec![0; 100]);
    let address = buffer.as_ptr() as usize;
    read_data(request.raw(), buffer, None).unwrap();
    let done = client.recorder.wait(READ);
    assert_eq!(
        (done.address, done.length, &done.info),
        (address, 4, &Info::Data(b"body".to_vec()))
    );
    assert_eq!(request.available(), Ok(0));
    client
        .recorder
        .assert_next("(RECEIVING_RESPONSE RESPONSE_RECEIVED) READ_COMPLETE DATA_AVAILABLE");
    request.close();
    client.recorder.assert_next("HANDLE_CLOSING");
}

/// Statements: facts 19.6, 19.7, 19.11, 20.13
#[test]
fn f19_6_an_asynchronous_get_that_closes_the_connection() {
    let (server, answered) = prompt(response("", b"body"));
    let client = Client::new(Mode::Async);
    let connect = client.connect(&server);
    let request = client.request(&connect, &RequestSpec::new("GET", "/"));
    request
        .add("Connection: close", WINHTTP_ADDREQ_FLAG_ADD)
        .unwrap();
    request.send().unwrap();
    answered.pass();
    request.receive().unwrap();
    client.recorder.take();

    // A second time: an error, by callback, in the call.
    assert_eq!(receive_response(request.raw()), Ok(()));
    assert_eq!(last_error(), 0);
    let events = client.recorder.take();
    assert_sequence(&events, client.recorder.main(), "REQUEST_ERROR:M");
    assert_eq!(events[0].error().0, 1, "API_RECEIVE_RESPONSE");

    let main = client.recorder.main();
    assert_eq!(query_data_available(request.raw(), None), Ok(()));
    let error = last_error();
    let event = client.recorder.wait(DATA);
    assert_eq!(event.number(), 4);
    assert_eq!(error, if event.thread == main { 0 } else { 997 });
    client
        .recorder
        .assert_next("(RECEIVING_RESPONSE RESPONSE_RECEIVED) DATA_AVAILABLE");
    read_data(request.raw(), lasting(vec![0; 4]), None).unwrap();
    let error = last_error();
    let event = client.recorder.wait(READ);
    assert_eq!(error, if event.thread == main { 0 } else { 997 });
    client.recorder.assert_next(
        "(RECEIVING_RESPONSE RESPONSE_RECEIVED) CLOSING_CONNECTION CONNECTION_CLOSED READ_COMPLETE",
    );
    request.close();
    connect.close();
    let Client {
        session, recorder, ..
    } = client;
    session.close();
    recorder.wait_count(CLOSING, 3);
    recorder.assert_next("HANDLE_CLOSING HANDLE_CLOSING HANDLE_CLOSING");
}

/// Statements: facts 19.9, 9.1; behaviour 18.31
#[test]
fn f19_9_asynchronous_reuse_in_new_sessions() {
    for bytes in [
        "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 9\r\n\r\nsome data",
        "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nsome data\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome data",
    ] {
        let (server, _) = prompt(bytes);
        for round in 0..4 {
            let client = Client::new(Mode::Async);
            let connect = client.connect(&server);
            let request = client.request(&connect, &RequestSpec::new("GET", "/"));
            request.send().unwrap();
            if round > 0 {
                client.recorder.assert_next("HANDLE_CREATED HANDLE_CREATED SENDING_REQUEST REQUEST_SENT SENDREQUEST_COMPLETE");
            }
            request.receive().unwrap();
            // Facts 19.10: one ReadData gets it all, chunked or not.
            assert_eq!(request.read(100), Ok(b"some data".to_vec()));
            assert_eq!(request.read(100), Ok(vec![]));
        }
        assert_eq!(server.connections(), 1);
    }
}

/// Statements: facts 19.18; behaviour 18.8
#[test]
fn f19_18_a_mask_of_completions_lets_only_completions_through() {
    let server = Server::answering(response("", b"body"));
    let client = Client::new(Mode::Async);
    set_status_callback(
        client.session.raw(),
        client.recorder.callback(),
        WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS,
    )
    .unwrap();
    let connect = client.connect(&server);
    let request = client.request(&connect, &RequestSpec::new("GET", "/"));
    request.exchange();
    request.available().unwrap();
    request.read(100).unwrap();
    assert_eq!(close(request.raw()), Ok(()));
    assert_eq!(close(connect.raw()), Ok(()));
    client
        .recorder
        .assert_next("SENDREQUEST_COMPLETE HEADERS_AVAILABLE DATA_AVAILABLE READ_COMPLETE");
}

/// Statements: behaviour 18.9, 18.21; facts 20.14
#[test]
fn bc9_no_notifications_without_mask_or_callback() {
    let server = Server::answering(response("", b"body"));
    let client = Client::new(Mode::Sync);
    set_status_callback(client.session.raw(), client.recorder.callback(), 0).unwrap();
    client.fetch(&server, "/");
    assert_eq!(client.recorder.names(), Vec::<&str>::new());
    set_status_callback(client.session.raw(), client.recorder.callback(), u32::MAX).unwrap();
    let request = client.get(&server, "/");
    let count = client.recorder.mark();
    assert_eq!(count, 2);
    set_status_callback(request.raw(), None, 0).unwrap();
    request.exchange();
    assert_eq!(close(request.raw()), Ok(()));
    assert_eq!(client.recorder.mark(), count);
}

/// Statements: behaviour 18.19
#[test]
fn bc19_the_context_is_0_before_it_is_set() {
    let server = Server::answering(response("", b""));
    let client = Client::new(Mode::Async);
    client.fetch(&server, "/");
    assert!(
        client
            .recorder
            .events()
            .iter()
            .all(|event| event.context == 0)
    );
}

both_modes! {
    /// Statements: behaviour 18.32, 18.33, 18.34
    fn bc33_what_informational_notifications_bring(mode: Mode) {
        let server = Server::answering(response("", b"body"));
        let client = Client::new(mode);
        let connect = client.connect_to("localhost", server.port());
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        request.exchange();
        let one = |status| client.recorder.of(status).pop().unwrap();
        let resolving = one(WINHTTP_CALLBACK_STATUS_RESOLVING_NAME);
        assert_eq!(resolving.text(), "localhost");
        assert_eq!(resolving.length, 20);
        for status in [WINHTTP_CALLBACK_STATUS_CONNECTING_TO_SERVER, WINHTTP_CALLBACK_STATUS_CONNECTED_TO_SERVER] {
            assert_eq!(one(status).text(), "127.0.0.1");
            assert_eq!(one(status).length, 20);
        }
        assert_eq!(one(SENDING).info, Info::None);
        let sent = one(SENT);
        assert_eq!((sent.number() as usize, sent.length), (server.request(0).head.len(), 4));
        assert_eq!(one(WINHTTP_CALLBACK_STATUS_RECEIVING_RESPONSE).info, Info::None);
        let received = one(WINHTTP_CALLBACK_STATUS_RESPONSE_RECEIVED);
        assert_eq!((received.number() as usize, received.length), (response("", b"body").len(), 4));
        request.close();

        // A literal: no names, or the literal itself.
        let other = Server::answering(response("", b""));
        let client = Client::new(mode);
        client.fetch(&other, "/");
        for event in client.recorder.of(WINHTTP_CALLBACK_STATUS_RESOLVING_NAME) {
            assert_eq!(event.text(), "127.0.0.1");
        }
    }
}

/// Statements: facts 20.1
#[test]
fn f20_1_receiving_what_was_never_sent_is_accepted() {
    let server = Server::scripts(Vec::new());
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    assert_eq!(receive_response(request.raw()), Ok(()));
    let event = client.recorder.wait(ERROR);
    assert_eq!(
        (event.error().0, event.length as usize),
        (1, size_of::<WINHTTP_ASYNC_RESULT>())
    );
}

/// Statements: facts 20.2
#[test]
fn f20_2_receive_response_may_be_called_before_the_request_is_out() {
    for status in [SENDING, SENT] {
        let server = Server::answering(response("", b"body"));
        let client = Client::new(Mode::Async);
        client.recorder.on(status, |event| {
            assert_eq!(receive_response(event.handle), Ok(()))
        });
        let request = client.get(&server, "/");
        send_request(request.raw(), None, 0, None, 0, 0).unwrap();
        let event = client
            .recorder
            .wait_from(0, |event| event.status == HEADERS || event.status == ERROR);
        assert_eq!(event.status, HEADERS, "{event:?}");
        assert_ne!(event.thread, client.recorder.main());
        assert_eq!(client.recorder.count(SEND_COMPLETE), 1);
        assert_eq!(request.status(), 200);
        assert_eq!(request.body(), b"body");
    }
}

/// Statements: facts 20.3, 20.5, 20.6, 20.2
#[test]
fn f20_3_a_body_is_written_and_the_response_received_from_callbacks() {
    let server = Server::answering(response("", b"answer"));
    for (verb, body) in [("POST", &b"body"[..]), ("GET", b"1")] {
        let client = Client::new(Mode::Async);
        client.recorder.on(SEND_COMPLETE, move |event| {
            assert_eq!(write_data(event.handle, body, None), Ok(()));
        });
        let called_on = Arc::new(Mutex::new(None));
        client.recorder.on(WRITTEN, {
            let called_on = called_on.clone();
            move |event| {
                *called_on.lock().unwrap() = Some(std::thread::current().id());
                assert_eq!(event.number() as usize, body.len());
                assert_eq!(receive_response(event.handle), Ok(()));
            }
        });
        let request = client.open(&server, &RequestSpec::new(verb, "/"));
        send_request(request.raw(), None, 0, None, body.len() as u32, 0).unwrap();
        client.recorder.wait(HEADERS);
        let receiving = client
            .recorder
            .of(WINHTTP_CALLBACK_STATUS_RECEIVING_RESPONSE);
        assert_eq!(Some(receiving[0].thread), *called_on.lock().unwrap());
        assert_eq!(request.body(), b"answer");
        request.close();
    }
    assert_eq!(server.request(0).body, b"body");
    assert_eq!(server.request(1).body, b"1");
}

/// Statements: facts 20.4, 20.10, 20.11, 20.12; behaviour 18.10, 18.35
#[test]
fn f20_4_the_whole_exchange_is_driven_from_callbacks() {
    let body = vec![b'x'; 100_000];
    let server = Server::answering(response("Server: own\r\n", &body));
    let client = Client::new(Mode::Async);
    let got = Arc::new(Mutex::new(Vec::<u8>::new()));
    let recorder = &client.recorder;
    recorder.on(SEND_COMPLETE, |event| {
        assert_eq!(write_data(event.handle, b"body", None), Ok(()))
    });
    recorder.on(WRITTEN, |event| {
        assert_eq!(receive_response(event.handle), Ok(()))
    });
    recorder.on(HEADERS, |event| {
        assert_eq!(
            header(event.handle, WINHTTP_QUERY_SERVER, None).as_deref(),
            Ok("own")
        );
        assert_eq!(
            header_number(event.handle, WINHTTP_QUERY_STATUS_CODE),
            Ok(200)
        );
        assert_eq!(query_data_available(event.handle, None), Ok(()));
    });
    recorder.on(DATA, |event| {
        assert_eq!(event.length, 4);
        // Reading 0 bytes at the end is a pattern of a major caller (behaviour 7.7).
        assert_eq!(
            read_data(
                event.handle,
                lasting(vec![0; event.number() as usize]),
                None
            ),
            Ok(())
        );
    });
    let finished = Gate::new();
    recorder.on(READ, {
        let (got, finished) = (got.clone(), finished.clone());
        move |event| {
            if let Info::Data(data) = &event.info
                && !data.is_empty()
            {
                got.lock().unwrap().extend(data);
                assert_eq!(query_data_available(event.handle, None), Ok(()));
            } else {
                assert_eq!(event.length, 0);
                assert_eq!(close(event.handle), Ok(()));
                finished.open();
            }
        }
    });
    let connect = client.connect(&server);
    let request = open_request(connect.raw(), &RequestSpec::new("POST", "/"))
        .unwrap()
        .leak();
    send_request(request, None, 0, None, 4, 0).unwrap();
    finished.pass();
    client.recorder.wait_closed(request as HINTERNET);
    assert_eq!(*got.lock().unwrap(), body);
    assert_eq!(client.recorder.events().last().unwrap().status, CLOSING);
    assert_eq!(client.recorder.count(ERROR), 0);
}

/// What is there is delivered in nested calls, but never more than 5 deep.
/// Statements: facts 20.7, 20.8, 20.9, 20.10; behaviour 18.26
#[test]
fn f20_9_nesting_is_limited_to_5() {
    const LENGTH: usize = 100_000;
    let (server, answered) = prompt(response("", &vec![b'x'; LENGTH]));
    let client = Client::new(Mode::Async);
    let total = Arc::new(AtomicUsize::new(0));
    let end = Gate::new();
    let checked = |outcome: Outcome| {
        assert_eq!(outcome, Ok(()));
        assert!([0, 997].contains(&last_error()));
    };
    client.recorder.on(DATA, move |event| {
        checked(read_data(
            event.handle,
            lasting(vec![0; 100.min(event.number() as usize)]),
            None,
        ));
    });
    client.recorder.on(READ, {
        let (total, end) = (total.clone(), end.clone());
        move |event| {
            if event.length == 0 {
                end.open();
                return;
            }
            total.fetch_add(event.length as usize, Ordering::SeqCst);
            checked(query_data_available(event.handle, None));
        }
    });
    let request = client.get(&server, "/");
    request.send().unwrap();
    answered.pass();
    request.receive().unwrap();
    checked(query_data_available(request.raw(), None));
    end.pass();
    assert_eq!(total.load(Ordering::SeqCst), LENGTH);
    for status in [DATA, READ] {
        let deepest = client
            .recorder
            .of(status)
            .iter()
            .map(|event| event.depth)
            .max();
        assert!(deepest >= Some(2) && deepest <= Some(5), "{deepest:?}");
    }
}

/// Outputs that are given in asynchronous mode are written before the call returns when the data is there.
/// Statements: facts 20.8; behaviour 18.28
#[test]
fn f20_8_outputs_are_written_when_the_data_is_there() {
    let (server, answered) = prompt(response("", b"body"));
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    request.send().unwrap();
    answered.pass();
    request.receive().unwrap();
    let available: &'static mut u32 = Box::leak(Box::new(0xA5A5));
    let place: *const u32 = available;
    query_data_available(request.raw(), Some(available)).unwrap();
    // SAFETY: leaked above; nobody else has it any more.
    assert_eq!(unsafe { *place }, 4);
    client.recorder.wait(DATA);
    let buffer = lasting(vec![0; 100]);
    let address: *const u8 = buffer.as_ptr();
    let read: &'static mut u32 = Box::leak(Box::new(0xA5A5));
    let place: *const u32 = read;
    read_data(request.raw(), buffer, Some(read)).unwrap();
    // SAFETY: as above.
    assert_eq!(unsafe { *place }, 4);
    // SAFETY: the leaked buffer has 100 bytes.
    assert_eq!(unsafe { std::slice::from_raw_parts(address, 4) }, b"body");
    client.recorder.wait(READ);
}

/// 100 MB, each read started from the completion of the last.
/// Statements: behaviour 18.26
#[test]
fn bc26_a_long_chain_of_reads_does_not_overflow_the_stack() {
    const LENGTH: usize = 100 << 20;
    let server = Server::once(|peer| {
        peer.request();
        peer.send(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {LENGTH}\r\n\r\n"
        ));
        let block = vec![b'x'; 1 << 20];
        for _ in 0..LENGTH >> 20 {
            peer.send(&block);
        }
        peer.read_to_end();
    });
    // A recorder would keep all of it: this callback only counts.
    static TOTAL: AtomicUsize = AtomicUsize::new(0);
    static END: std::sync::OnceLock<Gate> = std::sync::OnceLock::new();
    static BUFFER: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    const SIZE: usize = 64 << 10;
    END.set(Gate::new()).unwrap();
    BUFFER
        .set(lasting(vec![0; SIZE]).as_mut_ptr() as usize)
        .unwrap();
    fn next(request: RawHandle) {
        // SAFETY: leaked above; one read at a time uses it.
        let buffer =
            unsafe { std::slice::from_raw_parts_mut(*BUFFER.get().unwrap() as *mut u8, SIZE) };
        read_data(request, buffer, None).unwrap();
    }
    unsafe extern "system" fn count(
        request: HINTERNET,
        _: usize,
        status: u32,
        _: *mut std::ffi::c_void,
        length: u32,
    ) {
        if status != READ || length == 0 {
            END.get().unwrap().open();
            return;
        }
        TOTAL.fetch_add(length as usize, Ordering::SeqCst);
        next(request as RawHandle);
    }
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    request.exchange();
    set_status_callback(
        request.raw(),
        Some(count),
        WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS,
    )
    .unwrap();
    next(request.raw());
    END.get().unwrap().pass();
    assert_eq!(TOTAL.load(Ordering::SeqCst), LENGTH);
}

/// Statements: behaviour 18.27
#[test]
fn bc27_a_callback_that_blocks_does_not_stop_another_request() {
    let server = Server::answering(response("", b"body"));
    let client = Client::new(Mode::Async);
    let other = Gate::new();
    let first = client.get(&server, "/first");
    let blocked = Gate::new();
    client.recorder.on(SEND_COMPLETE, {
        let (other, blocked, first) = (other.clone(), blocked.clone(), first.raw());
        move |event| {
            if event.handle == first {
                blocked.open();
                other.pass();
            }
        }
    });
    send_request(first.raw(), None, 0, None, 0, 0).unwrap();
    blocked.pass();
    assert_eq!(client.fetch(&server, "/second"), b"body");
    other.open();
    first.receive().unwrap();
    assert_eq!(first.body(), b"body");
}

/// Statements: behaviour 18.25
#[test]
fn bc25_an_immediate_failure_has_no_completion() {
    let server = Server::answering(response("", b""));
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    let mark = client.recorder.mark();
    assert_eq!(
        send_request(request.raw(), Some("bad"), TO_NUL, None, 0, 0),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(
        read_data(request.raw(), lasting(vec![0; 4]), None),
        fails(ERROR_WINHTTP_INCORRECT_HANDLE_STATE)
    );
    assert_eq!(
        query_data_available(request.raw(), None),
        fails(ERROR_WINHTTP_INCORRECT_HANDLE_STATE)
    );
    request.exchange();
    let completions = client.recorder.events()[mark..]
        .iter()
        .filter(|event| event.status & WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS != 0)
        .count();
    assert_eq!(completions, 2);
}

/// What happens when a handle is closed under an operation: the error with the operation's number, then HANDLE_CLOSING.
#[track_caller]
fn assert_cancelled(client: &Client, request: RawHandle, mark: usize, api: usize) {
    let start = std::time::Instant::now();
    assert_eq!(close(request), Ok(()));
    assert!(
        start.elapsed() < std::time::Duration::from_secs(2),
        "WinHttpCloseHandle does not wait"
    );
    client.recorder.wait_closed(request as HINTERNET);
    let own: Vec<Event> = client.recorder.events()[mark..]
        .iter()
        .filter(|event| event.handle == request)
        .cloned()
        .collect();
    let end = &own[own.len() - 2..];
    assert_sequence(end, client.recorder.main(), "REQUEST_ERROR HANDLE_CLOSING");
    assert_eq!(
        end[0].error(),
        (api, Code(ERROR_WINHTTP_OPERATION_CANCELLED))
    );
    assert_eq!(end[0].length as usize, size_of::<WINHTTP_ASYNC_RESULT>());
    let completions = own
        .iter()
        .filter(|event| event.status & WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS != 0)
        .count();
    assert_eq!(completions, 1, "exactly one completion");
    assert_eq!(code(&receive_response(request)), INVALID_HANDLE);
}

/// Statements: behaviour 18.11, 18.14, 18.16, 18.36
#[test]
fn bc11_closing_under_a_read() {
    let server = Server::every(|_, peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
        peer.read_to_end();
    });
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    request.exchange();
    let mark = client.recorder.mark();
    let buffer = lasting(vec![0xA5; 10]);
    read_data(request.raw(), buffer, None).unwrap();
    assert_eq!(last_error(), 997);
    assert_cancelled(&client, request.raw(), mark, 3);
}

/// Statements: behaviour 18.12, 18.14, 18.16
#[test]
fn bc12_closing_under_a_send() {
    // The TLS handshake is never answered.
    let server = Server::every(|_, peer| drop(peer.read_to_end()));
    let client = Client::new(Mode::Async);
    let request = client.open(
        &server,
        &RequestSpec::new("GET", "/").flags(WINHTTP_FLAG_SECURE),
    );
    send_request(request.raw(), None, 0, None, 0, 0).unwrap();
    client
        .recorder
        .wait(WINHTTP_CALLBACK_STATUS_CONNECTED_TO_SERVER);
    let mark = client.recorder.mark();
    assert_cancelled(&client, request.raw(), mark, 5);
}

/// Statements: behaviour 18.13, 18.14, 18.16
#[test]
fn bc13_closing_under_a_receive() {
    let server = Server::every(|_, peer| {
        peer.request();
        peer.read_to_end();
    });
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    request.send().unwrap();
    let mark = client.recorder.mark();
    receive_response(request.raw()).unwrap();
    assert_cancelled(&client, request.raw(), mark, 1);
}

/// Statements: behaviour 18.10
#[test]
fn bc10_closing_inside_headers_available() {
    let server = Server::answering(response("", b"body"));
    let client = Client::new(Mode::Async);
    client.recorder.on(HEADERS, |event| {
        assert_eq!(close(event.handle), Ok(()));
        assert_eq!(close(event.handle), fails(INVALID_HANDLE));
    });
    let connect = client.connect(&server);
    let request = open_request(connect.raw(), &RequestSpec::new("GET", "/"))
        .unwrap()
        .leak();
    client.recorder.on(SEND_COMPLETE, |event| {
        assert_eq!(receive_response(event.handle), Ok(()))
    });
    send_request(request, None, 0, None, 0, 0).unwrap();
    client.recorder.wait_closed(request as HINTERNET);
    let own: Vec<Event> = client
        .recorder
        .events()
        .into_iter()
        .filter(|event| event.handle == request)
        .collect();
    assert_eq!(own.last().map(|event| event.status), Some(CLOSING));
    assert_eq!(
        own.iter().filter(|event| event.status == CLOSING).count(),
        1
    );
}

/// A synchronous request may be closed from inside its own notification: the call fails with 12017 (behaviour 3.11).
/// Statements: behaviour 18.10, 18.14
#[test]
fn b3_11_closing_inside_sending_request_cancels_the_call() {
    for status in [SENDING, WINHTTP_CALLBACK_STATUS_CONNECTING_TO_SERVER] {
        let server = Server::every(|_, peer| drop(peer.read_to_end()));
        let client = Client::new(Mode::Sync);
        client
            .recorder
            .on(status, |event| assert_eq!(close(event.handle), Ok(())));
        let connect = client.connect(&server);
        let request = open_request(connect.raw(), &RequestSpec::new("GET", "/"))
            .unwrap()
            .leak();
        assert_eq!(
            send_request(request, None, 0, None, 0, 0),
            fails(ERROR_WINHTTP_OPERATION_CANCELLED)
        );
        client.recorder.wait_closed(request as HINTERNET);
        assert_eq!(client.recorder.events().last().unwrap().status, CLOSING);
    }
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

/// Statements: behaviour 18.17
#[test]
fn bc17_closing_the_session_does_not_end_a_childs_read() {
    let gate = Gate::new();
    let server = Server::once({
        let gate = gate.clone();
        move |peer| {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
            peer.pause(&gate);
            peer.send("body");
            peer.read_to_end();
        }
    });
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    request.exchange();
    read_data(request.raw(), lasting(vec![0; 4]), None).unwrap();
    let Client {
        session, recorder, ..
    } = client;
    session.close();
    assert_eq!(recorder.count(READ) + recorder.count(ERROR), 0);
    gate.open();
    assert_eq!(recorder.wait(READ).info, Info::Data(b"body".to_vec()));
}

/// Closing while data streams in: the buffer is untouched after HANDLE_CLOSING, and each read completes once.
/// Statements: behaviour 18.14, 18.15
#[test]
fn bc15_no_buffer_is_written_after_handle_closing() {
    let server = Server::every(|_, peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\n\r\n");
        while peer.try_send(&[b'x'; 1000]) {}
    });
    for _ in 0..50 {
        let client = Client::new(Mode::Async);
        let request = client.get(&server, "/");
        request.exchange();
        let buffer = lasting(vec![0xA5; 1 << 16]);
        let (address, length) = (buffer.as_mut_ptr(), buffer.len());
        let mark = client.recorder.mark();
        read_data(request.raw(), buffer, None).unwrap();
        assert_eq!(close(request.raw()), Ok(()));
        client.recorder.wait_closed(request.raw() as HINTERNET);
        // SAFETY: leaked above; the library has no business with it any more.
        let buffer = unsafe { std::slice::from_raw_parts_mut(address, length) };
        buffer.fill(0x5A);
        let own: Vec<Event> = client.recorder.events()[mark..]
            .iter()
            .filter(|event| event.handle == request.raw())
            .cloned()
            .collect();
        let completions = own
            .iter()
            .filter(|event| [READ, ERROR].contains(&event.status))
            .count();
        assert_eq!(completions, 1, "{own:?}");
        // One more exchange gives a late writer time.
        assert!(buffer.iter().all(|byte| *byte == 0x5A));
    }
}

/// Statements: behaviour 18.71
#[test]
fn bc71_a_second_write_while_one_is_pending_fails() {
    let gate = Gate::new();
    let server = Server::once({
        let gate = gate.clone();
        move |peer| {
            peer.request();
            // Nothing is read meanwhile.
            peer.pause(&gate);
        }
    });
    let client = Client::new(Mode::Async);
    let request = client.post(&server, "/");
    request.send_with(None, &[], 64 << 20).unwrap();
    let mark = client.recorder.mark();
    write_data(request.raw(), lasting(vec![0; 63 << 20]), None).unwrap();
    assert_eq!(last_error(), 997, "more than the sockets hold");
    let outcome = write_data(request.raw(), b"more", None);
    assert_eq!(outcome, fails(INVALID_OPERATION), "behaviour 4");
    assert_cancelled(&client, request.raw(), mark, 4);
    gate.open();
}

/// With automatic chunking the response may be waited for while the body is still being written (behaviour 3.3).
/// Statements: behaviour 18.70
#[test]
fn bc70_receiving_and_writing_overlap_with_automatic_chunking() {
    const LENGTH: usize = 32 << 20;
    let gate = Gate::new();
    let server = Server::once({
        let gate = gate.clone();
        move |peer| {
            peer.request();
            peer.pause(&gate);
            peer.expect(format!("{LENGTH:x}\r\n").as_bytes());
            peer.read(LENGTH);
            peer.expect(b"\r\n0\r\n\r\n");
            peer.send(response("", b"ok"));
            peer.read_to_end();
        }
    });
    let client = Client::new(Mode::Async);
    let request = client.open(&server, &RequestSpec::new("POST", "/").flags(WINHTTP_FLAG_AUTOMATIC_CHUNKING));
    request.send().unwrap();
    assert_eq!(write_data(request.raw(), lasting(vec![b'x'; LENGTH]), None), Ok(()));
    assert_eq!(last_error(), 997, "more than the sockets hold");
    assert_eq!(receive_response(request.raw()), Ok(()));
    gate.open();
    assert_eq!(client.recorder.wait(WRITTEN).number() as usize, LENGTH);
    client.recorder.wait(HEADERS);
    assert_eq!(request.body(), b"ok");
}

/// Statements: functions 10.5; options 9.30
#[test]
fn fc5_secure_defaults_make_an_asynchronous_session() {
    let session = open(None, 1, None, None, WINHTTP_FLAG_SECURE_DEFAULTS).unwrap();
    assert_eq!(
        set_u32(
            session.raw(),
            WINHTTP_OPTION_SECURE_PROTOCOLS,
            WINHTTP_FLAG_SECURE_PROTOCOL_TLS1
        ),
        fails(5)
    );
    assert_eq!(
        set_u32(
            session.raw(),
            WINHTTP_OPTION_SECURE_PROTOCOLS,
            WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2
        ),
        Ok(())
    );
    let recorder = Recorder::new();
    set_status_callback(session.raw(), recorder.callback(), u32::MAX).unwrap();
    let server = Server::answering(response("", b""));
    let connect = connect(session.raw(), Some("127.0.0.1"), server.port()).unwrap();
    let request = open_request(connect.raw(), &RequestSpec::new("GET", "/")).unwrap();
    send_request(request.raw(), None, 0, None, 0, 0).unwrap();
    recorder.wait(SEND_COMPLETE);
    receive_response(request.raw()).unwrap();
    recorder.wait(HEADERS);
}
