//! `block_on`: the synchronous wait.
#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod support;

use std::sync::mpsc::channel;
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use net::connect::{ConnectEvent, ConnectOptions, Connector};
use net::cx::block_on;

#[test]
fn what_is_ready_returns_at_once() {
    assert!(block_on(|cx| Poll::Ready(cx.is_blocking())));
}

#[test]
fn a_deadline_polls_again_and_the_earliest_counts() {
    let start = Instant::now();
    let at = start + Duration::from_millis(20);
    block_on(|cx| {
        if Instant::now() >= at {
            return Poll::Ready(());
        }
        cx.wake_at(start + Duration::from_secs(3600));
        cx.wake_at(at);
        cx.wake_at(start + Duration::from_secs(1800));
        assert_eq!(cx.deadline(), Some(at));
        Poll::Pending
    });
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_wake_up_from_another_thread_is_never_lost() {
    let (sender, receiver) = channel::<Waker>();
    let waker_thread = thread::spawn(move || {
        for waker in receiver {
            waker.wake();
        }
    });
    for _ in 0..5_000 {
        let mut polls = 0;
        block_on(|cx| {
            polls += 1;
            if polls == 2 {
                return Poll::Ready(());
            }
            sender.send(cx.waker().clone()).unwrap();
            Poll::Pending
        });
    }
    drop(sender);
    waker_thread.join().unwrap();
}

#[test]
fn a_wake_up_during_a_nested_wait_is_not_lost() {
    let mut polls = 0;
    block_on(|cx| {
        polls += 1;
        if polls == 2 {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        let mut inner_polls = 0;
        block_on(|inner| {
            inner_polls += 1;
            if inner_polls == 2 {
                return Poll::Ready(());
            }
            inner.waker().wake_by_ref();
            Poll::Pending
        });
        Poll::Pending
    });
}

/// A full accept queue does not answer: the thread sits in its poll.
#[test]
fn a_wake_up_reaches_a_thread_that_waits_for_sockets() {
    let blackhole = support::Blackhole::new();
    let address = blackhole.address;
    let (sender, receiver) = channel::<Waker>();
    let waiting = thread::spawn(move || {
        let mut connector = Connector::new(vec![address], ConnectOptions::default());
        let mut cancelled = false;
        block_on(|cx| {
            if std::mem::replace(&mut cancelled, true) {
                return Poll::Ready(());
            }
            while let Poll::Ready(event) = connector.poll(cx) {
                assert!(matches!(event, Ok(ConnectEvent::Connecting(_))));
            }
            sender.send(cx.waker().clone()).unwrap();
            Poll::Pending
        });
    });
    receiver.recv_timeout(support::LONG).unwrap().wake();
    waiting.join().unwrap();
}

#[test]
fn a_waker_outlives_its_thread() {
    let waker = thread::spawn(|| block_on(|cx| Poll::Ready(cx.waker().clone())))
        .join()
        .unwrap();
    waker.wake();
}
