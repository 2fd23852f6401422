//! Connecting: Happy Eyeballs, time-outs, failures.
#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod support;

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::task::Poll;
use std::time::{Duration, Instant};

use net::conn::Conn;
use net::connect::{ConnectEvent, ConnectOptions, Connector, KeepAlive};
use net::cx::{Cx, block_on};
use support::{Blackhole, LONG, Task, run_async};

type Outcome = (Vec<SocketAddr>, std::io::Result<Conn>);

/// Polls to the end: what was tried, and what came of it.
fn poll_to_end(
    addresses: Vec<SocketAddr>,
    options: ConnectOptions,
) -> impl FnMut(&mut Cx<'_>) -> Poll<Outcome> + Send + 'static {
    let mut connector = Connector::new(addresses, options);
    let mut tried = Vec::new();
    move |cx| {
        loop {
            match std::task::ready!(connector.poll(cx)) {
                Ok(ConnectEvent::Connecting(address)) => tried.push(address),
                Ok(ConnectEvent::Connected(conn)) => {
                    return Poll::Ready((std::mem::take(&mut tried), Ok(conn)));
                }
                Err(error) => return Poll::Ready((std::mem::take(&mut tried), Err(error))),
            }
        }
    }
}

/// The outcome for a synchronous caller and for an asynchronous one, which are to be the same.
fn both_ways(addresses: &[SocketAddr], options: &ConnectOptions) -> [Outcome; 2] {
    [
        block_on(poll_to_end(addresses.to_vec(), options.clone())),
        run_async(poll_to_end(addresses.to_vec(), options.clone())),
    ]
}

fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// A port where nobody listens: bound, so that nobody else gets it.
fn refusing() -> (socket2::Socket, SocketAddr) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let any_port: SocketAddr = "127.0.0.1:0".parse().unwrap();
    socket.bind(&any_port.into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

#[test]
fn connects_and_knows_both_addresses() {
    let (listener, address) = listener();
    let options = ConnectOptions {
        keepalive: Some(KeepAlive {
            idle: Duration::from_secs(30),
            interval: Duration::from_secs(5),
        }),
        ..ConnectOptions::default()
    };
    for (tried, conn) in both_ways(&[address], &options) {
        let conn = conn.unwrap();
        let (_, peer) = listener.accept().unwrap();
        assert_eq!(tried, [address]);
        assert_eq!((conn.local_addr(), conn.peer_addr()), (peer, address));
    }
}

#[test]
fn a_refusal_is_told_at_once() {
    let (_bound, address) = refusing();
    for (tried, conn) in both_ways(&[address], &ConnectOptions::default()) {
        assert_eq!(tried, [address]);
        assert_eq!(conn.unwrap_err().kind(), ErrorKind::ConnectionRefused);
    }
}

#[test]
fn after_a_refusal_the_next_address_is_tried_at_once() {
    let (_bound, refused) = refusing();
    let (_listener, address) = listener();
    for fast_fallback in [true, false] {
        let options = ConnectOptions {
            fast_fallback,
            ..ConnectOptions::default()
        };
        for (tried, conn) in both_ways(&[refused, address], &options) {
            assert_eq!(tried, [refused, address]);
            assert_eq!(conn.unwrap().peer_addr(), address);
        }
    }
}

#[test]
fn silence_times_out_after_the_time_of_an_attempt() {
    let blackhole = Blackhole::new();
    let limit = Duration::from_millis(150);
    let options = ConnectOptions {
        attempt_timeout: Some(limit),
        ..ConnectOptions::default()
    };
    let start = Instant::now();
    for (tried, conn) in both_ways(&[blackhole.address], &options) {
        assert_eq!(tried, [blackhole.address]);
        assert_eq!(conn.unwrap_err().kind(), ErrorKind::TimedOut);
    }
    assert!(start.elapsed() >= 2 * limit);
    assert!(start.elapsed() < LONG);
}

#[test]
fn a_silent_address_does_not_hold_up_the_next_one() {
    let blackhole = Blackhole::new();
    let (_listener, address) = listener();
    let start = Instant::now();
    for (tried, conn) in both_ways(&[blackhole.address, address], &ConnectOptions::default()) {
        assert_eq!(tried, [blackhole.address, address]);
        assert_eq!(conn.unwrap().peer_addr(), address);
    }
    // Twice the attempt delay of RFC 8305, far from the 60 s of an attempt.
    assert!(start.elapsed() >= Duration::from_millis(500));
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[test]
fn without_fast_fallback_a_silent_address_has_its_whole_time() {
    let blackhole = Blackhole::new();
    let (_listener, address) = listener();
    let options = ConnectOptions {
        attempt_timeout: Some(Duration::from_millis(400)),
        fast_fallback: false,
        ..ConnectOptions::default()
    };
    let start = Instant::now();
    let (tried, conn) = block_on(poll_to_end(vec![blackhole.address, address], options));
    assert_eq!(tried, [blackhole.address, address]);
    assert!(conn.is_ok());
    assert!(start.elapsed() >= Duration::from_millis(400));
}

#[test]
fn families_take_turns() {
    let options = ConnectOptions {
        max_addresses: 10,
        ..ConnectOptions::default()
    };
    // All refuse, so every one is tried.
    let (_bound, v4) = refusing();
    let v6_socket =
        socket2::Socket::new(socket2::Domain::IPV6, socket2::Type::STREAM, None).unwrap();
    let any_port: SocketAddr = "[::1]:0".parse().unwrap();
    if v6_socket.bind(&any_port.into()).is_err() {
        eprintln!("no IPv6 here; not tested");
        return;
    }
    let v6 = v6_socket.local_addr().unwrap().as_socket().unwrap();
    for (tried, conn) in both_ways(&[v6, v6, v6, v4, v4], &options) {
        assert_eq!(tried, [v6, v4, v6, v4, v6]);
        assert_eq!(conn.unwrap_err().kind(), ErrorKind::ConnectionRefused);
    }
    for (tried, _) in both_ways(&[v4, v6, v6], &options) {
        assert_eq!(tried, [v4, v6, v6]);
    }
}

#[test]
fn no_more_addresses_are_tried_than_allowed() {
    let (_bound, refused) = refusing();
    let (_listener, address) = listener();
    for (max_addresses, expected) in [(0, 1), (1, 1), (3, 3)] {
        let options = ConnectOptions {
            max_addresses,
            ..ConnectOptions::default()
        };
        for (tried, conn) in both_ways(&[refused, refused, refused, address], &options) {
            assert_eq!(tried.len(), expected);
            assert_eq!(conn.unwrap_err().kind(), ErrorKind::ConnectionRefused);
        }
    }
}

#[test]
fn no_address_is_an_error() {
    for (tried, conn) in both_ways(&[], &ConnectOptions::default()) {
        assert!(tried.is_empty());
        assert_eq!(conn.unwrap_err().kind(), ErrorKind::AddrNotAvailable);
    }
}

#[test]
fn connecting_can_be_given_up() {
    let blackhole = Blackhole::new();
    let (task, receiver) = Task::start(poll_to_end(
        vec![blackhole.address],
        ConnectOptions::default(),
    ));
    task.abandon();
    // The operation is gone with its sender.
    assert!(receiver.recv_timeout(LONG).is_err());
}

#[test]
fn an_attempt_begun_by_one_kind_of_caller_can_be_finished_by_another() {
    let (_listener, address) = listener();
    let blackhole = Blackhole::new();
    let mut poll = poll_to_end(vec![blackhole.address, address], ConnectOptions::default());
    let waker = std::task::Waker::noop();
    assert!(poll(&mut Cx::asynchronous(waker)).is_pending());
    let (_, conn) = block_on(poll);
    assert_eq!(conn.unwrap().peer_addr(), address);
}
