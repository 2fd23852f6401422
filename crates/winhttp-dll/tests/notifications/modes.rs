//! Synchronous and asynchronous calls: on which thread, with which results.

use crate::support::*;

/// A whole exchange from a thread that is not the one which made the session.
/// Statements: behaviour 18.22, 18.23
#[test]
fn bc22_a_synchronous_session_notifies_on_the_calling_thread() {
    let server = Server::every(|_, peer| {
        peer.whole_request();
        peer.send("HTTP/1.1 100 Continue\r\n\r\n");
        peer.send(response("Connection: close\r\n", b"body"));
        peer.read_to_end();
    });
    let client = Client::new(Mode::Sync);
    let calling = std::thread::scope(|scope| {
        let calls = scope.spawn(|| {
            let request = client.post(&server, "/");
            request.send_with(None, b"12", 4).unwrap();
            assert_eq!(request.write(b"34"), Ok(2));
            request.receive().unwrap();
            assert_eq!(request.available(), Ok(4));
            assert_eq!(request.body(), b"body");
            request.close();
            std::thread::current().id()
        });
        calls.join().unwrap()
    });
    let events = client.recorder.events();
    assert!(events.len() >= 14, "{:?}", client.recorder.names());
    assert!(
        events.iter().all(|event| event.thread == calling),
        "{events:?}"
    );
    assert!(!events.iter().any(is_completion), "{events:?}");
    assert!(events.iter().all(|event| event.depth == 1));
}

/// WinHttpSendRequest never completes on the thread that calls it, nor waits for the server.
/// Statements: behaviour 18.24; functions 10.5
#[test]
fn bc24_an_asynchronous_send_returns_before_its_completion() {
    for flags in [WINHTTP_FLAG_ASYNC, WINHTTP_FLAG_SECURE_DEFAULTS] {
        let server = Server::answering(response("", b""));
        let session = open(None, 1, None, None, flags).unwrap();
        let recorder = Arc::new(Recorder::new());
        set_status_callback(session.raw(), recorder.callback(), u32::MAX).unwrap();
        let client = Client {
            mode: Mode::Async,
            session,
            recorder: Arc::clone(&recorder),
        };
        let returned = Gate::new();
        recorder.on(RESOLVING_NAME, {
            let returned = returned.clone();
            move |_| returned.pass()
        });
        let request = client.get(&server, "/");
        start_send(request.raw(), 0).unwrap();
        assert_eq!(recorder.count(SENDREQUEST_COMPLETE), 0);
        returned.open();
        let event = recorder.wait(SENDREQUEST_COMPLETE);
        assert_ne!(event.thread, recorder.main());
        request.receive().unwrap();
    }
}

/// TRUE means exactly one completion, whether the operation succeeds or not.
/// Statements: behaviour 18.14, 18.24
#[test]
fn bc24_each_accepted_operation_has_one_completion() {
    let server = Server::answering(response("", b"body"));
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    let raw = request.raw();
    let mut accepted = 0;
    let mut complete = |call: &dyn Fn() -> Outcome| {
        let mark = client.recorder.mark();
        call().unwrap();
        accepted += 1;
        client
            .recorder
            .wait_from(mark, |event| event.handle == raw && is_completion(event));
        assert_eq!(completions(&client, raw), accepted);
    };
    // Refused by callback, as nothing was sent.
    complete(&|| receive_response(raw));
    for _ in 0..2 {
        complete(&|| start_send(raw, 0));
        complete(&|| receive_response(raw));
        complete(&|| receive_response(raw));
        complete(&|| query_data_available(raw, None));
        complete(&|| start_read(raw, 2));
        complete(&|| start_read(raw, 100));
        complete(&|| start_read(raw, 100));
        complete(&|| query_data_available(raw, None));
    }
    request.close();
    let events = closed(&client.recorder, raw);
    assert_eq!(
        events.iter().filter(|event| is_completion(event)).count(),
        accepted
    );
}

fn completions(client: &Client, handle: RawHandle) -> usize {
    let events = events_of(&client.recorder, handle);
    events.iter().filter(|event| is_completion(event)).count()
}

/// The outputs of an operation that is pending when its call returns stay as they are.
/// Statements: facts 20.11; behaviour 18.28
#[test]
fn bc28_outputs_are_not_written_after_the_call() {
    for reading in [false, true] {
        let gate = Gate::new();
        let server = Server::every({
            let gate = gate.clone();
            move |_, peer| {
                peer.request();
                peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 8\r\n\r\n");
                peer.pause(&gate);
                peer.send("12345678");
                peer.read_to_end();
            }
        });
        let client = Client::new(Mode::Async);
        let request = client.get(&server, "/");
        request.exchange();
        // Never freed, so that a late write is seen and does no harm.
        let output: &'static mut [u32] = Vec::leak(vec![0xA5A5_A5A5]);
        let address = output.as_ptr();
        let outcome = if reading {
            read_data(request.raw(), lasting(vec![0; 8]), Some(&mut output[0]))
        } else {
            query_data_available(request.raw(), Some(&mut output[0]))
        };
        assert_eq!(outcome, Ok(()));
        let pending = last_error() == IO_PENDING;
        gate.open();
        let status = if reading {
            READ_COMPLETE
        } else {
            DATA_AVAILABLE
        };
        wait_for(&client.recorder, request.raw(), status);
        if pending {
            // SAFETY: leaked, and the operation is complete.
            assert_eq!(unsafe { address.read_volatile() }, 0xA5A5_A5A5);
        }
        request.close();
    }
}

/// A nested call whose operation stays pending has returned; the call around it must not write its output when the data
/// comes.
/// Statements: behaviour 18.28
#[test]
fn bc28_outputs_of_nested_calls_are_not_written_after_them() {
    let (first, second) = (Gate::new(), Gate::new());
    let server = Server::every({
        let (first, second) = (first.clone(), second.clone());
        move |number, peer| {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n1234");
            peer.pause(if number == 0 { &first } else { &second });
            peer.send("5678");
            if number == 0 {
                second.open();
            }
            peer.read_to_end();
        }
    });
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/0");
    request.exchange();
    let other = client.get(&server, "/1");
    other.exchange();
    assert_eq!(other.read(4), Ok(b"1234".to_vec()));
    let (raw, other_raw) = (request.raw(), other.raw());

    let output: &'static mut [u32] = Vec::leak(vec![0xA5A5_A5A5]);
    let address = output.as_ptr() as usize;
    let pending = Arc::new(Mutex::new(None));
    let recorder = Arc::downgrade(&client.recorder);
    client.recorder.on(READ_COMPLETE, {
        let pending = Arc::clone(&pending);
        move |event| {
            if event.handle != raw {
                return;
            }
            let output = address as *mut u32;
            // SAFETY: leaked, and used here only until the operation is complete.
            query_data_available(raw, Some(unsafe { &mut *output })).unwrap();
            *pending.lock().unwrap() = Some(last_error() == IO_PENDING);
            // The data comes while this callback still runs. That of the other connection comes later; when its read is
            // complete, the first connection's data was noticed too.
            let recorder = recorder.upgrade().unwrap();
            let mark = recorder.mark();
            start_read(other_raw, 4).unwrap();
            first.open();
            recorder.wait_from(mark, |event| {
                event.handle == other_raw && event.status == READ_COMPLETE
            });
        }
    });
    start_read(raw, 4).unwrap();
    wait_for(&client.recorder, raw, DATA_AVAILABLE);
    if *pending.lock().unwrap() == Some(true) {
        // SAFETY: leaked, and the operation is complete.
        let left = unsafe { (address as *const u32).read_volatile() };
        assert_eq!(left, 0xA5A5_A5A5);
    }
    assert_eq!(request.read(4), Ok(b"5678".to_vec()));
}

/// The outputs of asynchronous calls may be NULL.
/// Statements: facts 7.10, 20.11
#[test]
fn f20_11_outputs_may_be_null() {
    let server = Server::every(|_, peer| {
        peer.whole_request();
        peer.send(response("", b"body"));
        peer.read_to_end();
    });
    let client = Client::new(Mode::Async);
    let request = client.post(&server, "/");
    let raw = request.raw();
    request.send_with(None, &[], 4).unwrap();
    assert_eq!(write_data(raw, b"body", None), Ok(()));
    assert_eq!(wait_for(&client.recorder, raw, WRITE_COMPLETE).number(), 4);
    request.receive().unwrap();
    assert_eq!(query_data_available(raw, None), Ok(()));
    assert_eq!(wait_for(&client.recorder, raw, DATA_AVAILABLE).number(), 4);
    assert_eq!(start_read(raw, 4), Ok(()));
    assert_eq!(wait_for(&client.recorder, raw, READ_COMPLETE).length, 4);
}

/// Statements: facts 20.12
#[test]
fn f20_12_headers_can_be_queried_before_reading() {
    let server = Server::answering(response("X-Name: value\r\n", b"body"));
    let client = Client::new(Mode::Async);
    let seen = Arc::new(Mutex::new(Vec::new()));
    client.recorder.on(HEADERS_AVAILABLE, {
        let seen = Arc::clone(&seen);
        move |event| {
            let value = header(event.handle, WINHTTP_QUERY_CUSTOM, Some("X-Name"));
            seen.lock().unwrap().push((value, last_error()));
        }
    });
    let request = client.get(&server, "/");
    request.exchange();
    assert_eq!(request.header("X-Name"), Ok("value".to_owned()));
    assert_eq!(request.body(), b"body");
    // By then the callbacks have returned.
    request.close();
    assert_eq!(*seen.lock().unwrap(), [(Ok("value".to_owned()), 0)]);
}

/// Callbacks may change the last error; that of the call is unaffected.
/// Statements: facts 7.1, 8.1
#[test]
fn callbacks_do_not_disturb_the_last_error() {
    let server = Server::answering(response("", b"body"));
    let client = Client::new(Mode::Sync);
    for status in [
        HANDLE_CREATED,
        SENDING_REQUEST,
        REQUEST_SENT,
        RESPONSE_RECEIVED,
        HANDLE_CLOSING,
    ] {
        client.recorder.on(status, |_| {
            assert_eq!(close(0), fails(INVALID_HANDLE));
        });
    }
    // The wrappers demand last error 0 after each success.
    assert_eq!(client.fetch(&server, "/"), b"body");
}

/// Without a flag a read ends with what is there; with FILL_BUFFER it goes on until the buffer is full.
/// Statements: functions 10.34
#[test]
fn fc34_read_data_ex_fills_the_buffer_on_request() {
    let gate = Gate::new();
    let server = Server::every({
        let gate = gate.clone();
        move |_, peer| {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n1234");
            peer.pause(&gate);
            peer.send("5678");
            peer.send("abcd");
            peer.read_to_end();
        }
    });
    let client = Client::new(Mode::Async);
    let request = client.get(&server, "/");
    let raw = request.raw();
    request.exchange();
    let read = |flags| {
        let mark = client.recorder.mark();
        read_data_ex(raw, lasting(vec![0; 8]), None, flags, 0).unwrap();
        mark
    };
    let data = |mark| {
        let event = client.recorder.wait_from(mark, |event| {
            event.handle == raw && event.status == READ_COMPLETE
        });
        event.info
    };
    assert_eq!(data(read(0)), Info::Data(b"1234".to_vec()));
    let mark = read(WINHTTP_READ_DATA_EX_FLAG_FILL_BUFFER);
    gate.open();
    assert_eq!(data(mark), Info::Data(b"5678abcd".to_vec()));
    assert_eq!(data(read(0)), Info::Data(Vec::new()));
}
