//! One socket in its two modes.
#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod support;

use std::io::{self, ErrorKind, IoSlice, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use net::cx::{Cx, block_on};
use net::socket::Socket;
use support::{LONG, Task, pair, run_async};

type Shared = Arc<Mutex<Socket>>;

fn socket_and_peer() -> (Shared, TcpStream) {
    let (client, server) = pair();
    (
        Arc::new(Mutex::new(Socket::from_std(client).unwrap())),
        server,
    )
}

fn read_blocking(socket: &Shared) -> io::Result<Vec<u8>> {
    block_on(reader(socket))
}

fn read_async(socket: &Shared) -> io::Result<Vec<u8>> {
    run_async(reader(socket))
}

/// An operation that attaches and receives once.
fn reader(
    socket: &Shared,
) -> impl FnMut(&mut Cx<'_>) -> Poll<io::Result<Vec<u8>>> + Send + 'static {
    let socket = Arc::clone(socket);
    let mut is_attached = false;
    move |cx| {
        let mut socket = socket.lock().unwrap();
        if !std::mem::replace(&mut is_attached, true) {
            socket.attach(cx)?;
        }
        let mut out = [0; 64];
        let count = std::task::ready!(socket.poll_read(cx, &mut out))?;
        Poll::Ready(Ok(out[..count].to_vec()))
    }
}

/// An operation that attaches and sends all of `data` in slices of 1000 bytes.
fn writer(
    socket: &Shared,
    data: Vec<u8>,
) -> impl FnMut(&mut Cx<'_>) -> Poll<io::Result<()>> + Send + 'static {
    let socket = Arc::clone(socket);
    let mut sent = 0;
    let mut is_attached = false;
    move |cx| {
        let mut socket = socket.lock().unwrap();
        if !std::mem::replace(&mut is_attached, true) {
            socket.attach(cx)?;
        }
        while sent < data.len() {
            let slices: Vec<_> = data[sent..]
                .chunks(1000)
                .take(40)
                .map(IoSlice::new)
                .collect();
            let count = std::task::ready!(socket.poll_write_vectored(cx, &slices))?;
            assert!(count > 0);
            sent += count;
        }
        Poll::Ready(Ok(()))
    }
}

#[test]
fn both_modes_read_what_comes_and_the_end() {
    let (socket, mut server) = socket_and_peer();
    for _ in 0..3 {
        server.write_all(b"one").unwrap();
        assert_eq!(read_blocking(&socket).unwrap(), b"one");
        server.write_all(b"two").unwrap();
        assert_eq!(read_async(&socket).unwrap(), b"two");
    }
    drop(server);
    assert_eq!(read_blocking(&socket).unwrap(), b"");
    assert_eq!(read_async(&socket).unwrap(), b"");
    assert_eq!(read_async(&socket).unwrap(), b"");
}

#[test]
fn a_parked_read_is_woken_by_each_edge() {
    let (socket, mut server) = socket_and_peer();
    for round in 0..2_000_u32 {
        let (_task, receiver) = Task::start(reader(&socket));
        server.write_all(&round.to_be_bytes()).unwrap();
        let mut got = receiver.recv_timeout(LONG).unwrap().unwrap();
        while got.len() < 4 {
            got.extend(read_async(&socket).unwrap());
        }
        assert_eq!(got, round.to_be_bytes());
    }
    let (_task, receiver) = Task::start(reader(&socket));
    drop(server);
    assert_eq!(receiver.recv_timeout(LONG).unwrap().unwrap(), b"");
}

#[test]
fn an_end_that_comes_together_with_data_is_seen_after_it() {
    for _ in 0..200 {
        let (socket, mut server) = socket_and_peer();
        // Parked once, so that the socket is registered.
        let (_task, receiver) = Task::start(reader(&socket));
        server.write_all(b"data").unwrap();
        drop(server);
        assert_eq!(receiver.recv_timeout(LONG).unwrap().unwrap(), b"data");
        assert_eq!(read_async(&socket).unwrap(), b"");
    }
}

#[test]
fn both_modes_send_more_than_the_system_takes_at_once() {
    let data: Vec<u8> = (0..8_000_000_u32)
        .map(|index| (index % 251) as u8)
        .collect();
    for is_async in [true, false] {
        let (socket, mut server) = socket_and_peer();
        let reading = thread::spawn(move || {
            let mut received = Vec::new();
            server.read_to_end(&mut received).unwrap();
            received
        });
        if is_async {
            run_async(writer(&socket, data.clone())).unwrap();
        } else {
            block_on(writer(&socket, data.clone())).unwrap();
        }
        socket.lock().unwrap().shutdown_write();
        assert!(reading.join().unwrap() == data);
    }
}

#[test]
fn both_modes_time_out_when_nothing_comes() {
    let (socket, mut server) = socket_and_peer();
    let limit = Duration::from_millis(60);
    socket.lock().unwrap().set_timeouts(None, Some(limit));
    for read in [read_blocking, read_async, read_blocking, read_async] {
        let start = Instant::now();
        assert_eq!(read(&socket).unwrap_err().kind(), ErrorKind::TimedOut);
        // The system's own clock for SO_RCVTIMEO is coarse.
        assert!(start.elapsed() >= limit - Duration::from_millis(10));
        assert!(start.elapsed() < LONG);
        // The socket lives on.
        server.write_all(b"late").unwrap();
        assert_eq!(read(&socket).unwrap(), b"late");
    }
    // Less than a millisecond is not "for ever".
    socket
        .lock()
        .unwrap()
        .set_timeouts(None, Some(Duration::ZERO));
    assert_eq!(
        read_blocking(&socket).unwrap_err().kind(),
        ErrorKind::TimedOut
    );
    assert_eq!(read_async(&socket).unwrap_err().kind(), ErrorKind::TimedOut);
}

#[test]
fn both_modes_time_out_when_nobody_takes_what_is_sent() {
    for is_async in [true, false] {
        let (socket, _server) = socket_and_peer();
        socket
            .lock()
            .unwrap()
            .set_timeouts(Some(Duration::from_millis(60)), None);
        let data = vec![0; 64_000_000];
        let result = if is_async {
            run_async(writer(&socket, data))
        } else {
            block_on(writer(&socket, data))
        };
        assert_eq!(result.unwrap_err().kind(), ErrorKind::TimedOut);
    }
}

#[test]
fn each_receive_has_the_whole_time() {
    let (socket, mut server) = socket_and_peer();
    socket
        .lock()
        .unwrap()
        .set_timeouts(None, Some(Duration::from_secs(30)));
    let waker = Waker::noop();
    let poll = |socket: &Shared| {
        let mut cx = Cx::asynchronous(waker);
        let pending = socket
            .lock()
            .unwrap()
            .poll_read(&mut cx, &mut [0; 8])
            .is_pending();
        (pending, cx.deadline())
    };
    let (pending, first) = poll(&socket);
    assert!(pending);
    assert_eq!(
        poll(&socket),
        (true, first),
        "the limit counts from the first try"
    );
    server.write_all(b"x").unwrap();
    while poll(&socket).0 {
        thread::yield_now();
    }
    let (pending, second) = poll(&socket);
    assert!(pending);
    assert!(second > first);
}

#[test]
fn cancelling_ends_blocked_and_parked_operations() {
    for is_async in [true, false] {
        let (socket, _server) = socket_and_peer();
        let canceller = socket.lock().unwrap().canceller();
        if is_async {
            let (_task, receiver) = Task::start(reader(&socket));
            canceller.cancel();
            assert_eq!(
                receiver.recv_timeout(LONG).unwrap().unwrap_err().kind(),
                ErrorKind::ConnectionAborted
            );
        } else {
            let reading = thread::spawn({
                let socket = Arc::clone(&socket);
                move || read_blocking(&socket)
            });
            canceller.clone().cancel();
            assert_eq!(
                reading.join().unwrap().unwrap_err().kind(),
                ErrorKind::ConnectionAborted
            );
        }
        assert!(socket.lock().unwrap().is_stale());
        assert_eq!(
            read_async(&socket).unwrap_err().kind(),
            ErrorKind::ConnectionAborted
        );
        let error = block_on(writer(&socket, vec![0; 10])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionAborted);
        drop(socket);
        canceller.cancel();
    }
}

#[test]
fn a_canceller_does_not_keep_the_socket_open() {
    let (socket, mut server) = socket_and_peer();
    let canceller = socket.lock().unwrap().canceller();
    drop(socket);
    assert_eq!(server.read(&mut [0; 8]).unwrap(), 0);
    canceller.cancel();
}

#[test]
fn an_idle_socket_is_stale_when_it_is_closed_or_talks() {
    for is_async in [true, false] {
        let prepare = |socket: &Shared, server: &mut TcpStream| {
            server.write_all(b"x").unwrap();
            if is_async {
                read_async(socket)
            } else {
                read_blocking(socket)
            }
            .unwrap();
            assert!(!socket.lock().unwrap().is_stale());
        };
        let (socket, mut server) = socket_and_peer();
        prepare(&socket, &mut server);
        server.write_all(b"unasked").unwrap();
        assert!(socket.lock().unwrap().is_stale());

        let (socket, mut server) = socket_and_peer();
        prepare(&socket, &mut server);
        drop(server);
        assert!(socket.lock().unwrap().is_stale());
    }
}

#[test]
fn the_wait_in_the_call_sees_data_the_end_and_cancelling_and_is_limited() {
    for is_registered in [false, true] {
        let (socket, mut server) = socket_and_peer();
        if is_registered {
            let mut cx = Cx::asynchronous(Waker::noop());
            assert!(
                socket
                    .lock()
                    .unwrap()
                    .poll_read(&mut cx, &mut [0; 8])
                    .is_pending()
            );
        }
        let wait = |limit| socket.lock().unwrap().wait_readable(limit);
        let start = Instant::now();
        assert!(!wait(Duration::from_millis(30)));
        assert!(start.elapsed() >= Duration::from_millis(30));
        assert!(!wait(Duration::ZERO));

        let writing = thread::spawn(move || {
            server.write_all(b"data").unwrap();
            server
        });
        assert!(wait(LONG));
        let server = writing.join().unwrap();
        assert!(
            wait(Duration::ZERO),
            "what is there already is seen without waiting"
        );
        // And the reactor tells of what comes later.
        assert_eq!(read_async(&socket).unwrap(), b"data");
        let (_task, receiver) = Task::start(reader(&socket));
        let mut server = server;
        server.write_all(b"more").unwrap();
        assert_eq!(receiver.recv_timeout(LONG).unwrap().unwrap(), b"more");

        let canceller = socket.lock().unwrap().canceller();
        let cancelling = thread::spawn(move || canceller.cancel());
        assert!(wait(LONG));
        cancelling.join().unwrap();

        let (socket, server) = socket_and_peer();
        drop(server);
        assert!(socket.lock().unwrap().wait_readable(LONG));
    }
}

#[test]
fn an_abandoned_operation_leaves_no_waker_behind() {
    let (socket, mut server) = socket_and_peer();
    let (task, _receiver) = Task::start(reader(&socket));
    task.abandon();
    let weak = Arc::downgrade(&task);
    drop(task);
    // Its waker is in the socket, until the next operation attaches.
    server.write_all(b"x").unwrap();
    assert_eq!(read_blocking(&socket).unwrap(), b"x");
    // A worker may be about to drop it.
    while weak.strong_count() > 0 {
        thread::yield_now();
    }
}

#[test]
fn both_directions_are_parked_and_woken_on_their_own() {
    let (socket, mut server) = socket_and_peer();
    let (_writing, written) = Task::start(writer(&socket, vec![7; 4_000_000]));
    // Not attached again: the second direction of the same operation's owner.
    let shared = Arc::clone(&socket);
    let (_reading, read) = Task::start(move |cx| shared.lock().unwrap().poll_read(cx, &mut [0; 8]));
    server.write_all(b"x").unwrap();
    assert_eq!(read.recv_timeout(LONG).unwrap().unwrap(), 1);
    let mut received = vec![0; 4_000_000];
    server.read_exact(&mut received).unwrap();
    written.recv_timeout(LONG).unwrap().unwrap();
}

#[test]
fn an_answer_within_the_time_allowed_is_received_in_the_call() {
    let (socket, mut server) = socket_and_peer();
    let mut socket = socket.lock().unwrap();
    let mut cx = Cx::asynchronous(Waker::noop());
    cx.wait_in_call(LONG);
    for _ in 0..3 {
        let answering = thread::spawn(move || {
            server.write_all(b"answer").unwrap();
            server
        });
        assert!(matches!(
            socket.poll_read(&mut cx, &mut [0; 8]),
            Poll::Ready(Ok(6))
        ));
        server = answering.join().unwrap();
    }
    cx.wait_in_call(Duration::from_millis(20));
    let start = Instant::now();
    assert!(socket.poll_read(&mut cx, &mut [0; 8]).is_pending());
    assert!(start.elapsed() >= Duration::from_millis(20));
}
