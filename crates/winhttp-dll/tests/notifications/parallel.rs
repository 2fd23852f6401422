//! Several requests at once, callbacks that take their time.

use crate::support::*;

/// A callback of each kind blocks; another request goes through a whole exchange meanwhile.
/// Statements: behaviour 18.27
#[test]
fn bc27_a_blocked_callback_does_not_hold_up_other_requests() {
    for status in [
        RESOLVING_NAME,
        CONNECTED_TO_SERVER,
        SENDREQUEST_COMPLETE,
        HEADERS_AVAILABLE,
        READ_COMPLETE,
    ] {
        let server = Server::answering(response("", b"body"));
        let client = Client::new(Mode::Async);
        let slow = client.get(&server, "/slow");
        let raw = slow.raw();
        let (inside, gate) = (Gate::new(), Gate::new());
        client.recorder.on(status, {
            let (inside, gate) = (inside.clone(), gate.clone());
            move |event| {
                if event.handle == raw {
                    inside.open();
                    gate.pass();
                }
            }
        });
        for (own, next) in [
            (
                SENDREQUEST_COMPLETE,
                receive_response as fn(RawHandle) -> Outcome,
            ),
            (HEADERS_AVAILABLE, |raw| start_read(raw, 10)),
        ] {
            client.recorder.on(own, move |event| {
                if event.handle == raw {
                    next(raw).unwrap();
                }
            });
        }
        start_send(raw, 0).unwrap();
        inside.pass();
        let fast = client.get(&server, "/fast");
        fast.exchange();
        assert_eq!(fast.body(), b"body");
        fast.close();
        assert!(!gate.is_open());
        gate.open();
        wait_for(&client.recorder, raw, READ_COMPLETE);
    }
}

/// More callbacks block than there are processors.
/// Statements: behaviour 18.27
#[test]
fn bc27_many_blocked_callbacks_do_not_hold_up_other_requests() {
    let server = Server::answering(response("", b"body"));
    let client = Client::new(Mode::Async);
    let gate = Gate::new();
    let slow: Vec<Request> = (0..12).map(|_| client.get(&server, "/slow")).collect();
    let handles: Vec<RawHandle> = slow.iter().map(Request::raw).collect();
    client.recorder.on(SENDREQUEST_COMPLETE, {
        let gate = gate.clone();
        let handles = handles.clone();
        move |event| {
            if handles.contains(&event.handle) {
                gate.pass();
            }
        }
    });
    for &handle in &handles {
        start_send(handle, 0).unwrap();
    }
    client.recorder.wait_count(SENDREQUEST_COMPLETE, slow.len());
    let fast = client.get(&server, "/fast");
    fast.exchange();
    assert_eq!(fast.body(), b"body");
    gate.open();
    for request in &slow {
        request.receive().unwrap();
        assert_eq!(request.body(), b"body");
    }
}

/// A callback that waits for the completion of another request.
/// Statements: behaviour 18.27
#[test]
fn a_callback_may_wait_for_another_request() {
    let server = Server::answering(response("", b"body"));
    let client = Client::new(Mode::Async);
    let (first, second) = (client.get(&server, "/1"), client.get(&server, "/2"));
    let (first_raw, second_raw) = (first.raw(), second.raw());
    let recorder = Arc::downgrade(&client.recorder);
    client.recorder.on(SENDREQUEST_COMPLETE, move |event| {
        let recorder = recorder.upgrade().unwrap();
        if event.handle == first_raw {
            start_send(second_raw, 0).unwrap();
            wait_for(&recorder, second_raw, SENDREQUEST_COMPLETE);
        }
    });
    start_send(first_raw, 0).unwrap();
    wait_for(&client.recorder, second_raw, SENDREQUEST_COMPLETE);
    first.receive().unwrap();
    second.receive().unwrap();
    assert_eq!(first.body(), b"body");
    assert_eq!(second.body(), b"body");
}

/// The callbacks of one request never run at the same time on two threads.
/// Statements: behaviour 18.14
#[test]
fn callbacks_of_one_request_are_serialised() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let server = Server::answering(response("", &[b'x'; 500]));
    let client = Client::new(Mode::Async);
    // Thread and depth of who is inside, per request.
    let inside = Arc::new(Mutex::new(std::collections::HashMap::new()));
    let overlaps = Arc::new(AtomicUsize::new(0));
    for status in [SENDREQUEST_COMPLETE, HEADERS_AVAILABLE, READ_COMPLETE] {
        let inside = Arc::clone(&inside);
        let overlaps = Arc::clone(&overlaps);
        client.recorder.on(status, move |event| {
            let me = std::thread::current().id();
            let before = inside.lock().unwrap().insert(event.handle, me);
            if before.is_some_and(|other| other != me) {
                overlaps.fetch_add(1, Ordering::Relaxed);
            }
            match event.status {
                SENDREQUEST_COMPLETE => receive_response(event.handle).unwrap(),
                HEADERS_AVAILABLE => start_read(event.handle, 10).unwrap(),
                _ if event.length > 0 => start_read(event.handle, 10).unwrap(),
                _ => {}
            }
            let mut inside = inside.lock().unwrap();
            match before {
                Some(before) => inside.insert(event.handle, before),
                None => inside.remove(&event.handle),
            };
        });
    }
    let requests: Vec<_> = (0..8).map(|_| client.get(&server, "/")).collect();
    for request in &requests {
        start_send(request.raw(), 0).unwrap();
    }
    for request in &requests {
        client.recorder.wait_from(0, |event| {
            event.handle == request.raw() && event.status == READ_COMPLETE && event.length == 0
        });
    }
    assert_eq!(overlaps.load(Ordering::Relaxed), 0);
}

/// With two connections allowed, four requests go out two at a time: each that ends lets one more go.
/// Statements: behaviour 18.56
#[test]
fn bc56_requests_queue_for_connections() {
    let server = Server::answering(response("", b"body"));
    let client = Client::new(Mode::Async);
    set_u32(client.session.raw(), WINHTTP_OPTION_MAX_CONNS_PER_SERVER, 2).unwrap();
    let requests: Vec<_> = (0..4)
        .map(|number| client.get(&server, &format!("/{number}")))
        .collect();
    for request in &requests[..2] {
        request.exchange();
    }
    for request in &requests[2..] {
        start_send(request.raw(), 0).unwrap();
    }
    assert_eq!(server.requests().len(), 2);
    for (done, sent) in [(0, 3), (1, 4)] {
        assert_eq!(client.recorder.count(SENDREQUEST_COMPLETE), sent - 1);
        assert_eq!(requests[done].body(), b"body");
        client.recorder.wait_count(SENDREQUEST_COMPLETE, sent);
        server.request(sent - 1);
    }
    for request in &requests[2..] {
        request.receive().unwrap();
        assert_eq!(request.body(), b"body");
    }
    assert_eq!(server.connections(), 2);
}

/// Many requests of one session, all driven by callbacks.
/// Statements: behaviour 18.14
#[test]
fn a_hundred_requests_at_once() {
    let server = Server::answering(response("", b"the body"));
    let client = Client::new(Mode::Async);
    client.recorder.on(SENDREQUEST_COMPLETE, |event| {
        receive_response(event.handle).unwrap();
    });
    client.recorder.on(HEADERS_AVAILABLE, |event| {
        start_read(event.handle, 100).unwrap();
    });
    client.recorder.on(READ_COMPLETE, |event| {
        if event.length > 0 {
            start_read(event.handle, 100).unwrap();
        } else {
            close(event.handle).unwrap();
        }
    });
    let connect = client.connect(&server);
    for _ in 0..100 {
        let request = open_request(connect.raw(), &RequestSpec::new("GET", "/")).unwrap();
        start_send(request.leak(), 0).unwrap();
    }
    client.recorder.wait_count(HANDLE_CLOSING, 100);
    assert_eq!(client.recorder.count(READ_COMPLETE), 200);
    assert_eq!(client.recorder.count(REQUEST_ERROR), 0);
    assert_eq!(server.requests().len(), 100);
}
