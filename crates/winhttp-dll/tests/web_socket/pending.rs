//! Operations that are pending while others are started, or the handle is closed.

use std::sync::Mutex;

use crate::sending::socket_over;
use crate::support::*;

/// Statements: facts 18.9; behaviour 18.187; functions 10.70
#[test]
fn f18_9_one_receive_may_be_pending() {
    let gate = Gate::new();
    let server = upgraded({
        let gate = gate.clone();
        move |peer| {
            peer.pause(&gate);
            peer.send_frame(FIN | TEXT, "one");
            peer.read_to_end();
        }
    });
    let client = Client::new(Mode::Async);
    let socket = client.socket(&server);
    assert_eq!(socket.start_receive(10), Ok(()));
    let mark = client.recorder.mark();
    assert_eq!(socket.start_receive(10), fails(INVALID_OPERATION));
    assert_eq!(client.recorder.mark(), mark, "no notification");
    gate.open();
    let event = client
        .recorder
        .wait_from(mark, |event| event.status == READ_COMPLETE);
    assert_eq!(event.socket_status(), (3, 2));
    socket.end();
    assert_eq!(client.recorder.count(READ_COMPLETE), 1);
    assert_eq!(client.recorder.count(REQUEST_ERROR), 0);
}

/// A server that reads nothing until the gate opens, and the client with a send that is pending because of it.
fn blocked_send(secure: bool, gate: &Gate) -> (Client, Server, Socket, usize) {
    let (client, server, socket) = socket_over(secure, {
        let gate = gate.clone();
        move |peer| {
            peer.upgrade();
            peer.pause(&gate);
            peer.echo_frames();
        }
    });
    let data = vec![3; 4 << 20];
    let mut count = 0;
    loop {
        assert_eq!(socket.start_send(BINARY_FRAGMENT, &data), Ok(()));
        if client.recorder.count(WRITE_COMPLETE) == count {
            return (client, server, socket, count);
        }
        count += 1;
        assert!(count < 100, "400 MB went out without being read");
    }
}

/// Statements: behaviour 18.183, 18.186, 18.187; functions 10.70
#[test]
fn bc183_nothing_is_sent_beside_a_pending_send() {
    for secure in [false, true] {
        let gate = Gate::new();
        let (client, server, socket, count) = blocked_send(secure, &gate);
        assert_eq!(
            socket.start_send(BINARY_FRAGMENT, b"x"),
            fails(INVALID_OPERATION)
        );
        assert_eq!(socket.start_shutdown(1000, b""), fails(INVALID_OPERATION));
        assert_eq!(socket.start_close(1000, b""), fails(INVALID_OPERATION));
        // Receiving is another matter.
        assert_eq!(socket.start_receive(100), Ok(()));
        assert_eq!(errors(&client.recorder, socket.raw()), []);
        gate.open();
        client.recorder.wait(READ_COMPLETE);
        drop(server);
        // What is echoed is not read, so the server stops; the end comes by closing.
        let _ = count;
        socket.end();
    }
}

/// The send's memory is the caller's again after its error.
/// Statements: behaviour 18.186
#[test]
fn closing_the_handle_cancels_a_pending_send_and_receive() {
    for secure in [false, true] {
        let gate = Gate::new();
        let (client, server, socket, _) = blocked_send(secure, &gate);
        assert_eq!(socket.start_receive(100), Ok(()));
        let raw = socket.raw();
        assert_eq!(socket.close_handle(), Ok(()));
        client.recorder.wait_from(0, |event| {
            event.handle == raw && event.status == HANDLE_CLOSING
        });
        let mut seen = errors(&client.recorder, raw);
        seen.sort_unstable();
        assert_eq!(
            seen,
            [(SEND_OPERATION, CANCELLED), (RECEIVE_OPERATION, CANCELLED)]
        );
        let last = client.recorder.events().pop().unwrap();
        assert_eq!((last.handle, last.status), (raw, HANDLE_CLOSING));
        gate.open();
        drop(server);
    }
}

/// A send to a server that does not read ends with its timeout.
#[test]
fn sends_have_the_requests_send_timeout() {
    let gate = Gate::new();
    let server = upgraded({
        let gate = gate.clone();
        move |peer| {
            peer.pause(&gate);
            peer.read_to_end();
        }
    });
    for mode in [Mode::Sync, Mode::Async] {
        let client = Client::new(mode);
        let request = client.upgrade_request(&server);
        set_u32(request.raw(), WINHTTP_OPTION_SEND_TIMEOUT, 300).unwrap();
        request.exchange();
        let socket = request.upgrade(0);
        let outcome = (0..100).find_map(|_| socket.send(BINARY_MESSAGE, &[0; 4 << 20]).err());
        assert_eq!(outcome, Some(Code(12002)));
        assert_eq!(
            socket.send(BINARY_MESSAGE, b"x"),
            fails(CONNECTION_ERROR),
            "the frame was cut"
        );
    }
    gate.open();
}

/// Statements: facts 18.13, 19.14; behaviour 18.182
#[test]
fn f18_13_close_cancels_a_pending_receive() {
    for secure in [false, true] {
        let (client, server, socket) = socket_over(secure, |peer| {
            peer.upgrade();
            peer.answer_close();
            peer.expect_end();
        });
        let raw = socket.raw();
        assert_eq!(socket.start_receive(100), Ok(()));
        let mark = client.recorder.mark();
        assert_eq!(socket.start_close(1000, b""), Ok(()));
        let first = client.recorder.events()[mark].clone();
        assert_eq!(first.status, REQUEST_ERROR);
        assert_eq!(first.thread, client.recorder.main());
        assert_eq!(
            first.info,
            Info::SocketError {
                result: 0,
                error: CANCELLED,
                operation: RECEIVE_OPERATION
            }
        );
        client.recorder.wait(CLOSE_COMPLETE);
        assert_eq!(errors(&client.recorder, raw).len(), 1);
        assert_eq!(socket.close_status(), Ok((1000, Vec::new())));
        socket.end();
        server.finish();
    }
}

/// Statements: facts 18.14, 19.15
#[test]
fn f18_14_closing_the_handle_cancels_a_pending_close() {
    for receiving in [false, true] {
        let server = upgraded(|peer| {
            peer.read_to_end();
        });
        let client = Client::new(Mode::Async);
        let socket = client.socket(&server);
        let raw = socket.raw();
        if receiving {
            assert_eq!(socket.start_receive(100), Ok(()));
        }
        client.recorder.take();
        assert_eq!(socket.start_close(1000, b""), Ok(()));
        assert_eq!(socket.close_status(), fails(INVALID_OPERATION));
        assert_eq!(socket.close_handle(), Ok(()));
        client.recorder.wait_from(0, |event| {
            event.handle == raw && event.status == HANDLE_CLOSING
        });
        client.recorder.assert_next(if receiving {
            "REQUEST_ERROR:M REQUEST_ERROR HANDLE_CLOSING"
        } else {
            "REQUEST_ERROR HANDLE_CLOSING"
        });
        let mut wanted = vec![(CLOSE_OPERATION, CANCELLED)];
        if receiving {
            wanted.insert(0, (RECEIVE_OPERATION, CANCELLED));
        }
        assert_eq!(errors(&client.recorder, raw), wanted);
    }
}

/// Statements: facts 18.15, 19.16; behaviour 18.191, 18.192
#[test]
fn f18_15_closing_the_handle_cancels_a_pending_receive() {
    for secure in [false, true] {
        let (client, server, socket) = socket_over(secure, |peer| {
            peer.upgrade();
            peer.expect_end();
        });
        let raw = socket.raw();
        assert_eq!(socket.start_receive(100), Ok(()));
        client.recorder.take();
        assert_eq!(socket.close_handle(), Ok(()));
        client.recorder.wait_from(0, |event| {
            event.handle == raw && event.status == HANDLE_CLOSING
        });
        let events = client.recorder.take();
        winhttp_testkit::assert_sequence(
            &events,
            client.recorder.main(),
            "REQUEST_ERROR HANDLE_CLOSING",
        );
        let size = if cfg!(target_pointer_width = "64") {
            24
        } else {
            12
        };
        assert_eq!(events[0].length, size);
        assert_eq!(
            errors(&client.recorder, raw),
            [(RECEIVE_OPERATION, CANCELLED)]
        );
        server.finish();
    }
}

/// On a busy machine the callback of the receive may take longer to return than Close waits for it (50 ms), so there is more
/// than one attempt.
/// Statements: facts 18.6, 18.16, 18.17, 19.17; behaviour 18.184
#[test]
fn f18_16_a_shutdown_does_not_cancel_a_pending_receive() {
    let in_call = (0..10).any(|_| {
        let (client, server, socket) = socket_over(false, |peer| {
            peer.upgrade();
            peer.answer_close();
            peer.expect_end();
        });
        assert_eq!(socket.start_receive(100), Ok(()));
        let mark = client.recorder.mark();
        assert_eq!(socket.start_shutdown(1000, b""), Ok(()));
        let events = client.recorder.events().split_off(mark);
        let shutdown = events
            .iter()
            .find(|event| event.status == SHUTDOWN_COMPLETE)
            .expect("it completes in the call");
        assert_eq!(shutdown.thread, client.recorder.main());
        let read = client.recorder.wait(READ_COMPLETE);
        assert_eq!(read.socket_status(), (0, 4));
        assert_eq!(socket.close_status(), Ok((1000, Vec::new())));
        assert_eq!(socket.start_receive(100), fails(INVALID_OPERATION));
        assert_eq!(socket.close(1000, b""), Ok(()));
        let complete = client.recorder.wait(CLOSE_COMPLETE);
        assert_eq!(complete.length, 0);
        socket.end();
        server.finish();
        complete.thread == client.recorder.main()
    });
    assert!(in_call, "Close completes in the call");
}

/// Statements: behaviour 18.186
#[test]
fn bc186_a_send_and_a_receive_both_complete() {
    let server = upgraded(|peer| {
        let frame = peer.frame();
        peer.send_frame(frame.first, &frame.payload);
        peer.answer_close();
        peer.expect_end();
    });
    let client = Client::new(Mode::Async);
    let socket = client.socket(&server);
    assert_eq!(socket.start_receive(100), Ok(()));
    assert_eq!(socket.start_send(UTF8_MESSAGE, b"both"), Ok(()));
    let read = client.recorder.wait(READ_COMPLETE);
    assert_eq!(read.socket_status(), (4, 2));
    assert_eq!(client.recorder.count(WRITE_COMPLETE), 1);
    socket.close(1000, b"").unwrap();
    socket.end();
}

/// A conversation that consists of calls inside callbacks.
/// Statements: behaviour 18.186
#[test]
fn calls_inside_callbacks_keep_a_conversation_going() {
    const ROUNDS: usize = 2000;
    let server = echo();
    let client = Client::new(Mode::Async);
    let socket = client.socket(&server);
    let raw = socket.raw();
    let done = Gate::new();
    let buffer = lasting([0; 16]).as_mut_ptr() as usize;
    let rounds = Arc::new(Mutex::new(0));
    client.recorder.on(WRITE_COMPLETE, move |_| {
        // SAFETY: leaked; one receive uses it at a time.
        let buffer = unsafe { std::slice::from_raw_parts_mut(buffer as *mut u8, 16) };
        assert_eq!(
            web_socket_receive(raw, Some(buffer), 16, None, None),
            Ok(())
        );
    });
    client.recorder.on(READ_COMPLETE, {
        let (rounds, done) = (Arc::clone(&rounds), done.clone());
        move |event| {
            assert_eq!(event.socket_status(), (5, 2));
            let mut rounds = rounds.lock().unwrap();
            *rounds += 1;
            if *rounds == ROUNDS {
                return done.open();
            }
            drop(rounds);
            assert_eq!(
                web_socket_send(raw, UTF8_MESSAGE, Some(b"hello"), 5),
                Ok(())
            );
        }
    });
    assert_eq!(socket.start_send(UTF8_MESSAGE, b"hello"), Ok(()));
    done.pass();
    socket.close(1000, b"").unwrap();
    socket.end();
    assert_eq!(client.recorder.count(READ_COMPLETE), ROUNDS);
    assert_eq!(client.recorder.count(WRITE_COMPLETE), ROUNDS);
    let events = client.recorder.events();
    assert!(events.iter().all(|event| event.depth <= 10));
}

/// Close and CloseHandle from within the callback of a receive.
/// Statements: facts 18.14
#[test]
fn closing_inside_a_callback() {
    for step in 0..3 {
        let server = upgraded(|peer| {
            peer.send_frame(FIN | TEXT, "x");
            peer.read_to_end();
        });
        let client = Client::new(Mode::Async);
        let socket = client.socket(&server);
        let raw = socket.raw();
        let called = Gate::new();
        client.recorder.on(READ_COMPLETE, {
            let called = called.clone();
            move |_| {
                if step > 0 {
                    assert_eq!(web_socket_close(raw, 1000, None, 0), Ok(()));
                }
                if step < 2 {
                    assert_eq!(close(raw), Ok(()));
                }
                called.open();
            }
        });
        assert_eq!(socket.start_receive(10), Ok(()));
        called.pass();
        if step == 2 {
            assert_eq!(close(raw), Ok(()));
        }
        client.recorder.wait_from(0, |event| {
            event.handle == raw && event.status == HANDLE_CLOSING
        });
        let wanted: &[(i32, u32)] = if step == 0 {
            &[]
        } else {
            &[(CLOSE_OPERATION, CANCELLED)]
        };
        assert_eq!(errors(&client.recorder, raw), wanted, "step {step}");
        assert_eq!(socket.close_status(), fails(6));
        assert_eq!(
            client.recorder.count(HANDLE_CLOSING),
            3,
            "connection, request and socket"
        );
    }
}

/// The upgrade, and everything else, from inside HEADERS_AVAILABLE.
/// Statements: facts 18.2, 18.18
#[test]
fn the_upgrade_inside_a_callback() {
    let server = echo();
    let client = Client::new(Mode::Async);
    let request = client.upgrade_request(&server);
    client.recorder.on(SENDREQUEST_COMPLETE, |event| {
        assert_eq!(receive_response(event.handle), Ok(()));
    });
    client
        .recorder
        .on(WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE, |event| {
            let socket = complete_upgrade(event.handle, 5).unwrap().leak();
            assert_eq!(close(event.handle), Ok(()));
            assert_eq!(web_socket_send(socket, 2, Some(b"hello"), 5), Ok(()));
        });
    client.recorder.on(WRITE_COMPLETE, |event| {
        let buffer = lasting([0; 16]);
        assert_eq!(
            web_socket_receive(event.handle, Some(buffer), 16, None, None),
            Ok(())
        );
    });
    client.recorder.on(READ_COMPLETE, |event| {
        assert_eq!(event.socket_status(), (5, 2));
        assert_eq!(web_socket_close(event.handle, 1000, None, 0), Ok(()));
    });
    client.recorder.on(CLOSE_COMPLETE, |event| {
        assert_eq!(close(event.handle), Ok(()));
    });
    let raw = request.raw();
    send_request(raw, None, 0, None, 0, 0).unwrap();
    let closed = client.recorder.wait_from(0, |event| {
        event.status == HANDLE_CLOSING && event.context == 5
    });
    assert_ne!(closed.handle, raw);
    client.recorder.wait_from(0, |event| {
        event.status == HANDLE_CLOSING && event.handle == raw
    });
    assert_eq!(client.recorder.count(REQUEST_ERROR), 0);
}
