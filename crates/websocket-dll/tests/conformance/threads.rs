//! Statements 122 and 123: several threads on one handle.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use websocket_testkit::abi::*;
use websocket_testkit::hresult::*;
use websocket_testkit::wire::{self, FIN};
use websocket_testkit::{Action, Endpoint, Memory, Role, pattern};

use crate::actions::drain;
use crate::support::*;

/// How long another thread may take; only a hang takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Lets other threads run, and gives up when they had [`PATIENCE`] since `start`.
fn wait(start: Instant) {
    assert!(start.elapsed() < PATIENCE, "no progress for {PATIENCE:?}");
    thread::yield_now();
}

/// Writes the frames of the running send into the pipe; gives its indication, completed.
fn carry(endpoint: &Endpoint, pipe: &Sender<Vec<u8>>) -> Action {
    let start = Instant::now();
    loop {
        let action = endpoint.get_action(SEND);
        returns(action.result, S_OK);
        match action.action {
            // The receive thread has a pong under way.
            WEB_SOCKET_NO_ACTION => wait(start),
            WEB_SOCKET_SEND_TO_NETWORK_ACTION => {
                pipe.send(action.wire()).expect("the peer listens");
                endpoint.complete(action.context, action.total());
            }
            _ => {
                assert_eq!(action.action, WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION);
                endpoint.complete(action.context, 0);
                return action;
            }
        }
    }
}

/// Sends a message of each length, and pings in between, then a Close.
fn send_all(endpoint: &Endpoint, pipe: &Sender<Vec<u8>>, lengths: &[usize]) {
    let bytes = Memory::pattern(70_000);
    for (index, &length) in lengths.iter().enumerate() {
        let context = index + 1;
        let kind = if index % 50 == 49 { PING_PONG } else { BINARY };
        let result = if kind == PING_PONG {
            endpoint.send_empty(kind, context)
        } else {
            endpoint.send(kind, bytes.part(0, length), context)
        };
        returns(result, S_OK);
        let done = carry(endpoint, pipe);
        assert_eq!((done.application, done.buffer_type), (context, kind));
    }
    returns(endpoint.send_close(1000, None, 1), S_OK);
    assert_eq!(carry(endpoint, pipe).buffer_type, CLOSE);
}

/// Receives until the peer's Close; gives the lengths of the messages, whose content is checked, and counts pongs.
fn receive_all(
    endpoint: &Endpoint,
    incoming: &Receiver<Vec<u8>>,
    pipe: &Sender<Vec<u8>>,
) -> (Vec<usize>, usize) {
    let (mut lengths, mut pongs, mut message, mut buffered) = (vec![], 0, vec![], Vec::new());
    returns(endpoint.receive(1), S_OK);
    loop {
        let action = endpoint.get_action(RECEIVE);
        returns(action.result, S_OK);
        match action.action {
            WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION => {
                if buffered.is_empty() {
                    buffered = incoming
                        .recv_timeout(PATIENCE)
                        .expect("the peer goes on until its Close");
                }
                let rest = buffered.split_off(buffered.len().min(action.data(0).1 as usize));
                endpoint.fill(&action, &buffered);
                buffered = rest;
            }
            WEB_SOCKET_SEND_TO_NETWORK_ACTION => {
                // The peer may have closed and left.
                let _ = pipe.send(action.wire());
                endpoint.complete(action.context, action.total());
            }
            WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION => {
                let kind = action.buffer_type;
                match kind {
                    BINARY | BINARY_PART => message.extend(action.bytes(0)),
                    PING_PONG => pongs += 1,
                    _ => assert_eq!(kind, CLOSE),
                }
                endpoint.complete(action.context, action.data(0).1);
                if kind == BINARY {
                    assert!(message == pattern(message.len()), "content of a message");
                    lengths.push(message.len());
                    message.clear();
                }
                if kind == CLOSE {
                    return (lengths, pongs);
                }
                returns(endpoint.receive(1), S_OK);
            }
            _ => panic!("NO_ACTION while a receive is queued: {action:02x?}"),
        }
    }
}

pub(crate) fn s122_send_thread_and_receive_thread_need_no_lock() {
    let lengths: Vec<usize> = (0..3000usize)
        .map(|n| n * 7919 % [17, 300, 5000, 70_000][n % 4])
        .collect();
    let expected: Vec<usize> = lengths
        .iter()
        .enumerate()
        .filter(|(index, _)| index % 50 != 49)
        .map(|(_, &length)| length)
        .collect();
    let (client, server) = (Endpoint::open(Role::Client), Endpoint::open(Role::Server));
    let (to_server, from_client) = channel();
    let (to_client, from_server) = channel();
    thread::scope(|scope| {
        // Each side: one thread per lane; both write to the pipe, a whole frame at a time.
        let sides = [
            (&client, to_server, from_server),
            (&server, to_client, from_client),
        ];
        let receivers = sides.map(|(endpoint, pipe, incoming)| {
            let pongs = pipe.clone();
            let lengths = &lengths;
            scope.spawn(move || send_all(endpoint, &pipe, lengths));
            scope.spawn(move || receive_all(endpoint, &incoming, &pongs))
        });
        for receiver in receivers {
            let (lengths, pongs) = receiver.join().expect("the receive thread");
            assert!(
                lengths == expected,
                "{} of {} messages",
                lengths.len(),
                expected.len()
            );
            // A pong after the peer's Close is not answered, and the last may be overtaken by it.
            assert!(pongs <= 60, "{pongs} pongs for 60 pings");
        }
    });
    for endpoint in [client, server] {
        endpoint.abort();
        drain(&endpoint);
    }
}

pub(crate) fn s123_completion_from_a_third_thread_works() {
    let (client, server) = (Endpoint::open(Role::Client), Endpoint::open(Role::Server));
    for endpoint in [&client, &server] {
        thread::scope(|scope| {
            let (finished, completions) = channel::<(usize, u32)>();
            let completer = scope.spawn(move || {
                completions
                    .iter()
                    .map(|(context, count)| endpoint.complete(context, count))
                    .collect::<Vec<_>>()
            });
            // Started on this thread, and on two more: queueing, asking, completing have no owner.
            returns(endpoint.receive(2), S_OK);
            scope
                .spawn(|| returns(endpoint.send(TEXT, Memory::new(b"Hello"), 1), S_OK))
                .join()
                .expect("the sending thread");
            let (mut seen, start) = (Vec::new(), Instant::now());
            while seen.len() < 4 {
                let action = scope
                    .spawn(|| endpoint.get_action(ALL))
                    .join()
                    .expect("the asking thread");
                returns(action.result, S_OK);
                if action.action == WEB_SOCKET_NO_ACTION {
                    // The third thread has not completed yet.
                    wait(start);
                    continue;
                }
                let mut count = action.total();
                if action.action == WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION {
                    let frame = incoming(endpoint.role(), FIN | wire::TEXT, b"Hello");
                    // SAFETY: the library gave at least 256 writable bytes until the action is completed.
                    unsafe {
                        std::ptr::copy_nonoverlapping(
                            frame.as_ptr(),
                            action.data(0).0,
                            frame.len(),
                        );
                    }
                    count = frame.len() as u32;
                }
                if action.action == WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION {
                    assert_eq!(action.bytes(0), b"Hello");
                }
                seen.push(action.action);
                finished
                    .send((action.context, count))
                    .expect("the completing thread");
            }
            drop(finished);
            assert_eq!(completer.join().expect("the completing thread"), [0; 4]);
            seen.sort_unstable();
            assert_eq!(seen, [1, 2, 3, 4]);
        });
        nothing(endpoint, ALL);
    }
}
