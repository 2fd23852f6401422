//! Several threads at one socket.

use std::thread;

use crate::sending::socket_in;
use crate::support::*;

/// Statements: behaviour 18.199, 18.186
#[test]
fn bc199_a_blocked_receive_does_not_block_sends() {
    for secure in [false, true] {
        let (_client, server, socket) = socket_in(Mode::Sync, secure, |peer| {
            peer.upgrade();
            for number in 0..50 {
                peer.expect_frame(FIN | BINARY, [number; 100]);
            }
            peer.send_frame(FIN | TEXT, "seen");
            peer.answer_close();
            peer.expect_end();
        });
        thread::scope(|scope| {
            let receiving = scope.spawn(|| socket.receive(10));
            for number in 0..50 {
                socket.send(BINARY_MESSAGE, &[number; 100]).unwrap();
            }
            assert_eq!(receiving.join().unwrap(), got("seen", UTF8_MESSAGE));
        });
        socket.close(1000, b"").unwrap();
        socket.end();
        server.finish();
    }
}

/// Both directions at full speed, from two threads.
/// Statements: behaviour 18.186, 18.199
#[test]
fn both_directions_at_once() {
    for secure in [false, true] {
        let (_client, server, socket) = socket_in(Mode::Sync, secure, |peer| {
            peer.upgrade();
            for number in 0..200u8 {
                peer.send_frame(FIN | PING, [number]);
                peer.send_frame(FIN | BINARY, vec![number; 5000]);
            }
            // While a send is blocked pongs wait, and old ones may be left out (RFC 6455 section 5.5.3).
            let mut data = 0;
            let mut pong = None;
            while data < 200 {
                let frame = peer.frame();
                if frame.first == FIN | PONG {
                    assert!(pong < Some(frame.payload[0]), "in order");
                    pong = Some(frame.payload[0]);
                } else {
                    assert!(frame.payload == vec![data; 5000]);
                    data += 1;
                }
            }
            peer.answer_close();
            peer.expect_end();
        });
        thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0..200u8 {
                    let message = socket.message(700).unwrap();
                    assert!(message == (vec![number; 5000], 0));
                }
            });
            for number in 0..200u8 {
                socket.send(BINARY_MESSAGE, &vec![number; 5000]).unwrap();
            }
        });
        socket.close(1000, b"").unwrap();
        socket.end();
        server.finish();
    }
}

/// Two receives, two sends: one of each is refused, without harm.
/// Statements: facts 18.9; behaviour 18.187
#[test]
fn a_second_call_of_a_kind_is_refused() {
    let gate = Gate::new();
    let server = upgraded({
        let gate = gate.clone();
        move |peer| {
            peer.expect_frame(FIN | TEXT, "started");
            peer.pause(&gate);
            peer.send_frame(FIN | TEXT, "one");
            peer.answer_close();
            peer.expect_end();
        }
    });
    let client = Client::new(Mode::Sync);
    let socket = client.socket(&server);
    thread::scope(|scope| {
        let first = scope.spawn(|| socket.receive(10));
        socket.send(UTF8_MESSAGE, b"started").unwrap();
        // Whether the other thread is in its call already does not show from outside: whoever is refused, the other gets
        // the message.
        let second = scope.spawn(|| socket.receive(10));
        while !first.is_finished() && !second.is_finished() {
            thread::yield_now();
        }
        gate.open();
        let outcomes = [first.join().unwrap(), second.join().unwrap()];
        assert!(outcomes.contains(&fails(INVALID_OPERATION)), "{outcomes:?}");
        assert!(outcomes.contains(&got("one", UTF8_MESSAGE)), "{outcomes:?}");
    });
    socket.close(1000, b"").unwrap();
    socket.end();
    server.finish();
}

/// Closing the handle ends what other threads wait for.
/// Statements: behaviour 18.191
#[test]
fn closing_the_handle_ends_a_blocked_receive() {
    for secure in [false, true] {
        let started = Gate::new();
        let (_client, server, socket) = socket_in(Mode::Sync, secure, {
            let started = started.clone();
            move |peer| {
                peer.upgrade();
                // The answer shows that the client is receiving.
                peer.send_frame(FIN | PING, "");
                peer.expect_frame(FIN | PONG, "");
                started.open();
                peer.expect_end();
            }
        });
        thread::scope(|scope| {
            let receiving = scope.spawn(|| socket.receive(10));
            started.pass();
            assert_eq!(socket.close_handle(), Ok(()));
            assert_eq!(receiving.join().unwrap(), fails(CANCELLED));
        });
        server.finish();
    }
}

/// The same for a send to a server that has stopped reading; Close is not possible then.
/// Statements: behaviour 18.183
#[test]
fn closing_the_handle_ends_a_blocked_send() {
    for secure in [false, true] {
        let (started, ended) = (Gate::new(), Gate::new());
        let (_client, server, socket) = socket_in(Mode::Sync, secure, {
            let (started, ended) = (started.clone(), ended.clone());
            move |peer| {
                peer.upgrade();
                peer.read(1);
                started.open();
                peer.pause(&ended);
                peer.read_to_end();
            }
        });
        thread::scope(|scope| {
            // More than the buffers between the two hold.
            let sending = scope.spawn(|| socket.send(BINARY_MESSAGE, &vec![0; 64 << 20]));
            started.pass();
            assert_eq!(socket.close(1000, b""), fails(INVALID_OPERATION));
            assert_eq!(socket.shutdown(1000, b""), fails(INVALID_OPERATION));
            assert_eq!(
                socket.start_send(BINARY_MESSAGE, b"x"),
                fails(INVALID_OPERATION)
            );
            assert_eq!(socket.close_handle(), Ok(()));
            assert_eq!(sending.join().unwrap(), fails(CANCELLED));
        });
        ended.open();
        server.finish();
    }
}

/// Close gives up a receive that blocks another thread.
/// Statements: facts 18.13; behaviour 18.182
#[test]
fn close_cancels_a_blocked_receive() {
    for secure in [false, true] {
        let started = Gate::new();
        let (_client, server, socket) = socket_in(Mode::Sync, secure, {
            let started = started.clone();
            move |peer| {
                peer.upgrade();
                peer.send_frame(FIN | PING, "");
                peer.expect_frame(FIN | PONG, "");
                started.open();
                peer.answer_close();
                peer.expect_end();
            }
        });
        thread::scope(|scope| {
            let receiving = scope.spawn(|| socket.receive(10));
            started.pass();
            assert_eq!(socket.close(1000, b""), Ok(()));
            assert_eq!(receiving.join().unwrap(), fails(CANCELLED));
        });
        assert_eq!(socket.close_status(), Ok((1000, Vec::new())));
        socket.end();
        server.finish();
    }
}

/// The handle is closed on one thread while others send, receive and close: each operation has one end.
/// Statements: facts 18.14, 18.15; behaviour 18.191
#[test]
fn close_races() {
    for mode in [Mode::Sync, Mode::Async] {
        for round in 0..60 {
            let (client, _server, socket) = socket_in(mode, round % 4 == 3, |peer| {
                peer.upgrade();
                peer.echo_frames();
            });
            let raw = socket.raw();
            let accepted = std::sync::atomic::AtomicUsize::new(0);
            let count = |outcome: Outcome| {
                if outcome.is_ok() {
                    accepted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                }
                outcome
            };
            thread::scope(|scope| {
                scope.spawn(|| {
                    for _ in 0..round {
                        if count(socket.start_send(BINARY_MESSAGE, &[1; 300])).is_err() {
                            thread::yield_now();
                        }
                    }
                    let _ = count(socket.start_shutdown(1000, b""));
                });
                scope.spawn(|| {
                    for _ in 0..round {
                        let outcome = match mode {
                            Mode::Sync => socket.receive(1000).map(drop),
                            Mode::Async => socket.start_receive(1000),
                        };
                        if count(outcome).is_err() {
                            thread::yield_now();
                        }
                    }
                });
                scope.spawn(|| {
                    for _ in 0..round * 10 {
                        thread::yield_now();
                    }
                    if round % 2 == 0 {
                        let _ = count(socket.start_close(1000, b""));
                    }
                    let _ = close(raw);
                });
            });
            let _ = close(raw);
            client.recorder.wait_from(0, |event| {
                event.handle == raw && event.status == HANDLE_CLOSING
            });
            let mut events = client.recorder.events();
            events.retain(|event| event.handle == raw);
            assert_eq!(events.last().unwrap().status, HANDLE_CLOSING);
            if mode == Mode::Async {
                // HANDLE_CREATED and HANDLE_CLOSING beside the completions.
                let accepted = accepted.load(std::sync::atomic::Ordering::SeqCst);
                assert_eq!(events.len(), accepted + 2, "{:?}", client.recorder.names());
            }
        }
    }
}

/// Close while another thread receives all the time: every receive ends, and Close succeeds.
/// Statements: facts 18.13; behaviour 18.182
#[test]
fn close_beside_a_loop_of_receives() {
    for round in 0..40 {
        let (_client, server, socket) = socket_in(Mode::Sync, round % 2 == 1, |peer| {
            peer.upgrade();
            for _ in 0..20 {
                peer.send_frame(FIN | BINARY, [1; 100]);
            }
            peer.answer_close();
            peer.expect_end();
        });
        thread::scope(|scope| {
            let receiving = scope.spawn(|| {
                loop {
                    if let Err(error) = socket.receive(60) {
                        return error;
                    }
                }
            });
            for _ in 0..round * 20 {
                thread::yield_now();
            }
            assert_eq!(socket.close(1000, b""), Ok(()), "round {round}");
            let error = receiving.join().unwrap();
            assert!(
                error == CANCELLED || error == INVALID_OPERATION,
                "{error:?}"
            );
        });
        assert_eq!(socket.close_status(), Ok((1000, Vec::new())));
        socket.end();
        server.finish();
    }
}

/// The same in an asynchronous session, where the receives are started by their completions.
/// Statements: facts 18.13; behaviour 18.182
#[test]
fn close_beside_a_chain_of_receives() {
    for round in 0..40 {
        let (client, server, socket) = socket_in(Mode::Async, round % 2 == 1, |peer| {
            peer.upgrade();
            for _ in 0..20 {
                peer.send_frame(FIN | BINARY, [1; 100]);
            }
            peer.answer_close();
            peer.expect_end();
        });
        let raw = socket.raw();
        client.recorder.on(READ_COMPLETE, move |_| {
            let again = web_socket_receive(raw, Some(lasting([0; 60])), 60, None, None);
            assert!(
                again.is_ok() || again == fails(INVALID_OPERATION),
                "{again:?}"
            );
        });
        assert_eq!(socket.start_receive(60), Ok(()));
        for _ in 0..round * 20 {
            thread::yield_now();
        }
        assert_eq!(socket.close(1000, b""), Ok(()), "round {round}");
        assert_eq!(socket.close_status(), Ok((1000, Vec::new())));
        let seen = errors(&client.recorder, raw);
        assert!(
            seen.is_empty() || seen == [(RECEIVE_OPERATION, CANCELLED)],
            "{seen:?}"
        );
        socket.end();
        server.finish();
    }
}
