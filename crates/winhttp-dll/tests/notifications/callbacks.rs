//! Which callback is called, for what, with which context.

use crate::support::*;

/// One exchange over a new connection that is closed at its end.
fn exchange(client: &Client) -> RawHandle {
    let server = Server::every(|_, peer| {
        peer.request();
        peer.send("HTTP/1.1 100 Continue\r\n\r\n");
        peer.send(response("Connection: close\r\n", b"body"));
        peer.read_to_end();
    });
    let connect = connect(client.session.raw(), Some("127.0.0.1"), server.port()).unwrap();
    let request = open_request(connect.raw(), &RequestSpec::new("POST", "/")).unwrap();
    let raw = request.raw();
    // Without completions nothing tells when an asynchronous operation is done, so they go to a second recorder.
    let own = Recorder::new();
    if client.mode == Mode::Async {
        set_status_callback(raw, own.callback(), WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS).unwrap();
    }
    let completed = |status, call: &mut dyn FnMut() -> Outcome| {
        call().unwrap();
        if client.mode == Mode::Async {
            own.wait(status);
        }
    };
    completed(SENDREQUEST_COMPLETE, &mut || start_send(raw, 2));
    let mut count = 0;
    completed(WRITE_COMPLETE, &mut || {
        write_data(raw, b"12", Some(&mut count))
    });
    completed(HEADERS_AVAILABLE, &mut || receive_response(raw));
    completed(DATA_AVAILABLE, &mut || {
        query_data_available(raw, Some(&mut count))
    });
    completed(READ_COMPLETE, &mut || {
        read_data(raw, lasting(vec![0; 10]), Some(&mut count))
    });
    request.close();
    if client.mode == Mode::Async {
        // The second recorder does not want it; nothing is pending, so it is over.
        assert_eq!(own.count(HANDLE_CLOSING), 0);
    }
    raw
}

fn filtered(mode: Mode, filter: u32) -> (Client, Vec<&'static str>) {
    let session = open(None, 1, None, None, mode.flags()).unwrap();
    let recorder = Arc::new(Recorder::new());
    set_status_callback(session.raw(), recorder.callback(), filter).unwrap();
    let client = Client {
        mode,
        session,
        recorder: Arc::clone(&recorder),
    };
    exchange(&client);
    let names = recorder.names();
    (client, names)
}

/// Each flag lets its statuses through and no others.
/// Statements: behaviour 18.8, 18.23
#[test]
fn each_filter_flag_lets_its_own_statuses_through() {
    for (filter, wanted) in [
        (
            WINHTTP_CALLBACK_FLAG_RESOLVE_NAME,
            &["RESOLVING_NAME", "NAME_RESOLVED"][..],
        ),
        (
            WINHTTP_CALLBACK_FLAG_CONNECT_TO_SERVER,
            &["CONNECTING_TO_SERVER", "CONNECTED_TO_SERVER"],
        ),
        (
            WINHTTP_CALLBACK_FLAG_SEND_REQUEST,
            &["SENDING_REQUEST", "REQUEST_SENT"],
        ),
        (
            WINHTTP_CALLBACK_FLAG_RECEIVE_RESPONSE,
            &["RECEIVING_RESPONSE", "RESPONSE_RECEIVED"],
        ),
        (
            WINHTTP_CALLBACK_FLAG_CLOSE_CONNECTION,
            &["CLOSING_CONNECTION", "CONNECTION_CLOSED"],
        ),
        (
            WINHTTP_CALLBACK_FLAG_HANDLES,
            &[
                "HANDLE_CREATED",
                "HANDLE_CREATED",
                "HANDLE_CLOSING",
                "HANDLE_CLOSING",
            ],
        ),
        (
            WINHTTP_CALLBACK_FLAG_INTERMEDIATE_RESPONSE,
            &["INTERMEDIATE_RESPONSE"],
        ),
        (WINHTTP_CALLBACK_FLAG_REDIRECT, &[]),
        (WINHTTP_CALLBACK_FLAG_SECURE_FAILURE, &[]),
        // A synchronous session has no completions.
        (WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS, &[]),
        (0, &[]),
    ] {
        let (_, names) = filtered(Mode::Sync, filter);
        assert_eq!(names, wanted, "filter {filter:#x}");
    }
}

/// Statements: behaviour 18.9
#[test]
fn bc9_filter_0_lets_nothing_through() {
    for mode in [Mode::Sync, Mode::Async] {
        let (client, names) = filtered(mode, 0);
        assert_eq!(names, Vec::<&str>::new());
        let recorder = Arc::clone(&client.recorder);
        client.session.close();
        assert_eq!(recorder.names(), Vec::<&str>::new());
    }
}

/// Starts an operation.
type Call = fn(RawHandle) -> Outcome;

/// Each completion's flag lets that completion through and no others.
/// Statements: behaviour 18.8, 18.24
#[test]
fn each_completion_flag_lets_its_own_completion_through() {
    // The body may never come.
    let server = Server::every(|_, peer| {
        peer.request();
        peer.send(response("Connection: close\r\n", b"body"));
        peer.read_to_end();
    });
    for filter in [
        WINHTTP_CALLBACK_FLAG_SENDREQUEST_COMPLETE,
        WINHTTP_CALLBACK_FLAG_WRITE_COMPLETE,
        WINHTTP_CALLBACK_FLAG_HEADERS_AVAILABLE,
        WINHTTP_CALLBACK_FLAG_DATA_AVAILABLE,
        WINHTTP_CALLBACK_FLAG_READ_COMPLETE,
        WINHTTP_CALLBACK_FLAG_REQUEST_ERROR,
    ] {
        let client = Client::new(Mode::Async);
        let request = client.post(&server, "/");
        let raw = request.raw();
        let own = Arc::new(Recorder::new());
        let filtered = Arc::new(Recorder::new());
        // The filter is set from the callback that sees everything, after each completion for the next operation.
        let calls: [(u32, Call); 6] = [
            (SENDREQUEST_COMPLETE, |raw| start_send(raw, 2)),
            (WRITE_COMPLETE, |raw| write_data(raw, b"12", None)),
            (HEADERS_AVAILABLE, receive_response),
            (DATA_AVAILABLE, |raw| query_data_available(raw, None)),
            (READ_COMPLETE, |raw| start_read(raw, 4)),
            (REQUEST_ERROR, receive_response),
        ];
        for (status, call) in calls {
            if status == filter {
                set_status_callback(raw, filtered.callback(), filter).unwrap();
                call(raw).unwrap();
                filtered.wait(status);
                break;
            }
            set_status_callback(raw, own.callback(), u32::MAX).unwrap();
            call(raw).unwrap();
            own.wait(status);
        }
        // Nobody sees its HANDLE_CLOSING.
        drop(request);
        assert_eq!(filtered.events().len(), 1, "{:?}", filtered.names());
        assert_eq!(filtered.events()[0].status, filter);
    }
}

/// From a callback: the next notification goes to the new callback.
/// Statements: facts 1.15
#[test]
fn f1_15_a_callback_can_be_replaced_inside_a_callback() {
    for mode in [Mode::Sync, Mode::Async] {
        let server = Server::answering(response("", b"body"));
        let client = Client::new(mode);
        let second = Arc::new(Recorder::new());
        client.recorder.on(SENDING_REQUEST, {
            let second = Arc::clone(&second);
            move |event| {
                let old = set_status_callback(event.handle, second.callback(), u32::MAX);
                assert_ne!(old, Ok(0));
            }
        });
        let request = client.get(&server, "/");
        let raw = request.raw();
        start_send(raw, 0).unwrap();
        if mode == Mode::Async {
            second.wait(SENDREQUEST_COMPLETE);
        }
        receive_response(raw).unwrap();
        if mode == Mode::Async {
            second.wait(HEADERS_AVAILABLE);
        }
        let first = names(&events_of(&client.recorder, raw));
        assert_eq!(first.last(), Some(&"SENDING_REQUEST"));
        drop(request);
        let end = second.wait(HANDLE_CLOSING);
        assert_eq!(end.handle, raw);
        assert_eq!(names(&events_of(&client.recorder, raw)), first);
        second.assert_next(match mode {
            Mode::Sync => "REQUEST_SENT RECEIVING_RESPONSE RESPONSE_RECEIVED HANDLE_CLOSING",
            Mode::Async => "REQUEST_SENT SENDREQUEST_COMPLETE RECEIVING_RESPONSE RESPONSE_RECEIVED HEADERS_AVAILABLE HANDLE_CLOSING",
        });
    }
}

/// Removed inside SENDING_REQUEST: nothing more is notified, the request goes out nevertheless.
/// Statements: facts 1.15; behaviour 18.21
#[test]
fn bc21_a_callback_can_be_removed_inside_a_callback() {
    for mode in [Mode::Sync, Mode::Async] {
        let server = Server::answering(response("", b"body"));
        let client = Client::new(mode);
        client.recorder.on(SENDING_REQUEST, |event| {
            set_status_callback(event.handle, None, 0).unwrap();
        });
        let request = client.get(&server, "/");
        let raw = request.raw();
        start_send(raw, 0).unwrap();
        server.request(0);
        drop(request);
        drop(server);
        let events = events_of(&client.recorder, raw);
        assert_eq!(events.last().unwrap().status, SENDING_REQUEST);
    }
}

/// The session's callback is removed: its own HANDLE_CLOSING does not come, its children keep theirs.
/// Statements: facts 1.15, 20.14; behaviour 18.21
#[test]
fn f20_14_without_callback_a_session_closes_silently() {
    for mode in [Mode::Sync, Mode::Async] {
        let client = Client::new(mode);
        let connect = client.connect_to("localhost", 80);
        set_status_callback(client.session.raw(), None, 0).unwrap();
        client.recorder.take();
        connect.close();
        client.recorder.assert_next("HANDLE_CLOSING:M");
        client.session.close();
        client.recorder.assert_next("");
    }
}

/// A filter can be changed while the callback stays.
/// Statements: behaviour 18.8
#[test]
fn the_filter_of_a_callback_can_be_changed() {
    let server = Server::answering(response("", b""));
    let client = Client::new(Mode::Sync);
    let request = client.get(&server, "/");
    let old = set_status_callback(
        request.raw(),
        client.recorder.callback(),
        WINHTTP_CALLBACK_FLAG_SEND_REQUEST,
    );
    assert_eq!(old, Ok(client.recorder.callback().unwrap() as usize));
    client.recorder.take();
    request.exchange();
    client.recorder.assert_next("SENDING_REQUEST REQUEST_SENT");
}

both_modes! {
    /// The context that is set when the notification is made.
    /// Statements: facts 1.16, 1.17; behaviour 18.18, 18.20
    fn each_notification_brings_the_present_context(mode: Mode) {
        let server = Server::answering(response("", b"body"));
        let client = Client::new(mode);
        set_usize(client.session.raw(), WINHTTP_OPTION_CONTEXT_VALUE, 1).unwrap();
        let connect = client.connect(&server);
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        for (status, context) in [(SENDING_REQUEST, 3), (RESPONSE_RECEIVED, 4)] {
            client.recorder.on(status, move |event| {
                set_usize(event.handle, WINHTTP_OPTION_CONTEXT_VALUE, context).unwrap();
            });
        }
        send_request(request.raw(), None, 0, None, 0, 2).unwrap();
        if mode == Mode::Async {
            wait_for(&client.recorder, request.raw(), SENDREQUEST_COMPLETE);
        }
        request.receive().unwrap();
        request.body();
        set_usize(request.raw(), WINHTTP_OPTION_CONTEXT_VALUE, 0).unwrap();
        let raw = request.raw();
        request.close();
        for event in closed(&client.recorder, raw) {
            let wanted = match event.status {
                HANDLE_CREATED => 1,
                REQUEST_SENT | SENDREQUEST_COMPLETE | RECEIVING_RESPONSE | RESPONSE_RECEIVED => 3,
                HEADERS_AVAILABLE | DATA_AVAILABLE | READ_COMPLETE => 4,
                HANDLE_CLOSING => 0,
                _ => 2,
            };
            assert_eq!(event.context, wanted, "{}", event.name());
        }
        let connect_raw = connect.raw();
        connect.close();
        let events = events_of(&client.recorder, connect_raw);
        assert!(events.iter().all(|event| event.context == 1), "{events:?}");
    }

    /// Statements: behaviour 18.19
    fn bc19_without_a_context_it_is_0(mode: Mode) {
        let server = Server::answering(response("", b"body"));
        let client = Client::new(mode);
        client.fetch(&server, "/");
        let recorder = Arc::clone(&client.recorder);
        client.session.close();
        let events = recorder.events();
        assert!(events.len() > 8);
        assert!(events.iter().all(|event| event.context == 0), "{events:?}");
        assert_eq!(recorder.count(HANDLE_CLOSING), 3);
    }

    /// A callback set on a request alone is called for that request only.
    /// Statements: facts 1.15
    fn f1_15_a_request_can_have_a_callback_of_its_own(mode: Mode) {
        let server = Server::answering(response("", b"body"));
        let session = open(None, 1, None, None, mode.flags()).unwrap();
        let connect = connect(session.raw(), Some("127.0.0.1"), server.port()).unwrap();
        let request = open_request(connect.raw(), &RequestSpec::new("GET", "/")).unwrap();
        let recorder = Recorder::new();
        assert_eq!(set_status_callback(request.raw(), recorder.callback(), u32::MAX), Ok(0));
        let raw = request.raw();
        start_send(raw, 0).unwrap();
        if mode == Mode::Async {
            recorder.wait(SENDREQUEST_COMPLETE);
        }
        request.close();
        recorder.wait(HANDLE_CLOSING);
        connect.close();
        session.close();
        assert!(recorder.events().iter().all(|event| event.handle == raw));
        assert_eq!(recorder.count(HANDLE_CLOSING), 1);
    }
}
