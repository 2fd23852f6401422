//! Names and literals.
#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod support;

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::task::Poll;
use std::time::Duration;

use net::cx::{Cx, block_on};
use net::resolve::{Lookup, literal};
use support::{LONG, run_async};

fn resolve(host: &str) -> io::Result<Vec<SocketAddr>> {
    let mut lookup = Lookup::new(host, 80, Some(LONG));
    block_on(|cx| lookup.poll(cx))
}

#[test]
fn literals_answer_at_once() {
    let v6 = |text: &str, scope| {
        SocketAddr::from(SocketAddrV6::new(text.parse().unwrap(), 80, 0, scope))
    };
    for (host, address) in [
        ("127.0.0.1", SocketAddr::from(([127, 0, 0, 1], 80))),
        ("::1", v6("::1", 0)),
        ("[::1]", v6("::1", 0)),
        ("[2001:db8::7]", v6("2001:db8::7", 0)),
        ("fe80::1%3", v6("fe80::1", 3)),
        ("[fe80::1%3]", v6("fe80::1", 3)),
        ("[fe80::1%253]", v6("fe80::1", 3)),
        ("fe80::1%25", v6("fe80::1", 25)),
    ] {
        let mut lookup = Lookup::new(host, 80, Some(Duration::ZERO));
        let answer = lookup.poll(&mut Cx::asynchronous(std::task::Waker::noop()));
        let Poll::Ready(Ok(addresses)) = answer else {
            panic!("{host}: {answer:?}");
        };
        assert_eq!(addresses, [address], "{host}");
        assert_eq!(literal(host), Some(address.ip()), "{host}");
    }
}

#[test]
fn names_are_not_literals() {
    for host in [
        "",
        "localhost",
        "127.0.0.1.",
        "[127.0.0.1]",
        "[::1",
        "::1]",
        "1.2.3",
        "[]",
        "::1%",
        "::1%x",
        "%1",
        "::g",
    ] {
        assert_eq!(literal(host), None, "{host}");
    }
    assert_eq!(literal("255.255.255.255"), Some(Ipv4Addr::BROADCAST.into()));
    assert_eq!(literal("::"), Some(Ipv6Addr::UNSPECIFIED.into()));
}

#[test]
fn localhost_is_asked_of_the_system() {
    for addresses in [
        resolve("localhost").unwrap(),
        run_async({
            let mut lookup = Lookup::new("localhost", 80, None);
            move |cx| lookup.poll(cx)
        })
        .unwrap(),
    ] {
        assert!(!addresses.is_empty());
        assert!(
            addresses
                .iter()
                .all(|address| address.ip().is_loopback() && address.port() == 80)
        );
    }
}

#[test]
fn impossible_names_are_not_found() {
    let (long, nul) = ("a".repeat(254), "local\0host");
    for host in ["", ".", "[]", nul, &long] {
        assert_eq!(
            resolve(host).unwrap_err().kind(),
            ErrorKind::NotFound,
            "{host:?}"
        );
    }
}

/// What is not a name at all is refused by the resolver itself, so nothing is asked of the network.
#[test]
fn what_the_system_refuses_is_not_found() {
    let label_of_64 = format!("{}.invalid", "a".repeat(64));
    for host in ["a b", &label_of_64, "::1%no-such-interface"] {
        assert_eq!(
            resolve(host).unwrap_err().kind(),
            ErrorKind::NotFound,
            "{host:?}"
        );
    }
}

#[test]
fn the_time_out_is_told() {
    let mut lookup = Lookup::new("localhost", 80, Some(Duration::ZERO));
    // Either the system was quicker than the first poll, or the time is over.
    match block_on(|cx| lookup.poll(cx)) {
        Ok(addresses) => assert!(!addresses.is_empty()),
        Err(error) => assert_eq!(error.kind(), ErrorKind::TimedOut),
    }
}

#[test]
fn abandoned_lookups_leave_the_others_alone() {
    for _ in 0..200 {
        drop(Lookup::new("localhost", 80, None));
    }
    assert!(resolve("localhost").is_ok());
}

#[test]
fn many_lookups_at_a_time_all_get_their_answer() {
    let lookups: Vec<_> = (0..100)
        .map(|port| {
            let mut lookup = Lookup::new("localhost", port, None);
            support::Task::start(move |cx| lookup.poll(cx))
        })
        .collect();
    for (port, (_task, receiver)) in (0..).zip(lookups) {
        let addresses = receiver.recv_timeout(LONG).unwrap().unwrap();
        assert!(addresses.iter().all(|address| address.port() == port));
    }
}
