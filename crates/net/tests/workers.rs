//! The worker threads: jobs, blocking jobs, timers.
#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use net::timer::Timer;
use net::workers;
use support::{Closure, LONG, Task};

#[test]
fn a_job_runs_on_a_named_worker_and_not_inside_spawn() {
    let (sender, receiver) = channel();
    let held = Arc::new(Mutex::new(()));
    let guard = held.lock().unwrap();
    let also_held = Arc::clone(&held);
    Closure::spawn(move || {
        drop(also_held.lock().unwrap());
        let name = thread::current().name().map(str::to_owned);
        sender.send((name, workers::on_worker_thread())).unwrap();
    });
    drop(guard);
    let (name, on_worker) = receiver.recv_timeout(LONG).unwrap();
    assert!(name.unwrap().starts_with("winhttp-"));
    assert!(on_worker);
    assert!(!workers::on_worker_thread());
}

#[test]
fn a_job_spawned_by_a_job_runs_even_if_the_first_waits_for_it() {
    let (sender, receiver) = channel();
    Closure::spawn(move || {
        let (inner_sender, inner_receiver) = channel();
        Closure::spawn(move || inner_sender.send(7).unwrap());
        sender.send(inner_receiver.recv_timeout(LONG)).unwrap();
    });
    assert_eq!(receiver.recv_timeout(LONG).unwrap(), Ok(7));
}

#[test]
fn a_chain_of_jobs_that_each_wait_for_the_next_goes_through() {
    fn descend(depth: usize, done: std::sync::mpsc::Sender<usize>) {
        if depth == 0 {
            done.send(0).unwrap();
            return;
        }
        let (sender, receiver) = channel();
        Closure::spawn(move || descend(depth - 1, sender));
        done.send(receiver.recv_timeout(LONG).unwrap() + 1).unwrap();
    }
    let (sender, receiver) = channel();
    Closure::spawn(move || descend(30, sender));
    assert_eq!(receiver.recv_timeout(LONG).unwrap(), 30);
}

#[test]
fn blocked_jobs_do_not_stop_other_jobs_sockets_or_timers() {
    let blocked = 24;
    let barrier = Arc::new(Barrier::new(blocked + 1));
    let (release, wait) = channel::<()>();
    let wait = Arc::new(Mutex::new(wait));
    for _ in 0..blocked {
        let (barrier, wait) = (Arc::clone(&barrier), Arc::clone(&wait));
        Closure::spawn(move || {
            barrier.wait();
            let _ = wait.lock().unwrap().recv();
        });
    }
    // All of them are running at the same time now.
    barrier.wait();

    let (sender, receiver) = channel();
    Closure::spawn(move || sender.send("job").unwrap());
    assert_eq!(receiver.recv_timeout(LONG), Ok("job"));

    let (client, mut server) = support::pair();
    let mut socket = net::socket::Socket::from_std(client).unwrap();
    let (_task, receiver) = Task::start(move |cx| socket.poll_read(cx, &mut [0; 8]));
    std::io::Write::write_all(&mut server, b"x").unwrap();
    assert_eq!(receiver.recv_timeout(LONG).unwrap().unwrap(), 1);

    let end = Instant::now() + Duration::from_millis(20);
    let (_task, receiver) = Task::start(move |cx| {
        cx.wake_at(end);
        if Instant::now() < end {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    });
    receiver.recv_timeout(LONG).unwrap();
    drop(release);
}

#[test]
fn a_panicking_job_harms_nobody() {
    for _ in 0..8 {
        // Quietly: without the panic hook's text.
        Closure::spawn(|| std::panic::resume_unwind(Box::new("meant")));
    }
    let (sender, receiver) = channel();
    Closure::spawn(move || sender.send(()).unwrap());
    receiver.recv_timeout(LONG).unwrap();
}

#[test]
fn every_job_of_many_spawned_by_many_threads_runs_once() {
    const THREADS: usize = 8;
    const JOBS: usize = 5_000;
    let count = Arc::new(AtomicUsize::new(0));
    let (sender, receiver) = channel();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            let (count, sender) = (Arc::clone(&count), sender.clone());
            scope.spawn(move || {
                for _ in 0..JOBS {
                    let (count, sender) = (Arc::clone(&count), sender.clone());
                    Closure::spawn(move || {
                        if count.fetch_add(1, Ordering::Relaxed) + 1 == THREADS * JOBS {
                            sender.send(()).unwrap();
                        }
                    });
                }
            });
        }
    });
    receiver.recv_timeout(LONG).unwrap();
    assert_eq!(count.load(Ordering::Relaxed), THREADS * JOBS);
}

struct Told(Mutex<std::sync::mpsc::Sender<Instant>>);

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        self.0.lock().unwrap().send(Instant::now()).unwrap();
    }
}

fn told() -> (Waker, std::sync::mpsc::Receiver<Instant>) {
    let (sender, receiver) = channel();
    (Arc::new(Told(Mutex::new(sender))).into(), receiver)
}

#[test]
fn a_timer_wakes_at_its_time() {
    let (waker, receiver) = told();
    let mut timer = Timer::new();
    for delay in [30, 5, 0, 60] {
        let at = Instant::now() + Duration::from_millis(delay);
        timer.set(at, &waker);
        assert!(receiver.recv_timeout(LONG).unwrap() >= at);
    }
}

#[test]
fn a_timer_set_later_wakes_later_and_set_earlier_wakes_earlier() {
    let (waker, receiver) = told();
    let mut timer = Timer::new();
    let start = Instant::now();
    timer.set(start + Duration::from_millis(10), &waker);
    timer.set(start + Duration::from_millis(80), &waker);
    assert!(receiver.recv_timeout(LONG).unwrap() >= start + Duration::from_millis(80));
    timer.set(Instant::now() + Duration::from_secs(3600), &waker);
    timer.set(Instant::now() + Duration::from_millis(10), &waker);
    receiver.recv_timeout(LONG).unwrap();
}

#[test]
fn a_cleared_or_dropped_timer_wakes_nobody() {
    let (waker, receiver) = told();
    let mut cleared = Timer::new();
    cleared.set(Instant::now() + Duration::from_millis(10), &waker);
    cleared.clear();
    let mut dropped = Timer::new();
    dropped.set(Instant::now() + Duration::from_millis(10), &waker);
    drop(dropped);
    drop(waker);
    // A later timer has expired; so would have the others.
    let (other_waker, other) = told();
    let mut timer = Timer::new();
    timer.set(Instant::now() + Duration::from_millis(30), &other_waker);
    other.recv_timeout(LONG).unwrap();
    assert!(receiver.try_recv().is_err());
}

#[test]
fn many_timers_expire_in_order() {
    let start = Instant::now();
    let mut timers = Vec::new();
    let mut receivers = Vec::new();
    for index in (0..200).rev() {
        let (waker, receiver) = told();
        let mut timer = Timer::new();
        timer.set(start + Duration::from_micros(200 * index), &waker);
        timers.push(timer);
        receivers.push((index, receiver));
    }
    for (index, receiver) in receivers {
        assert!(receiver.recv_timeout(LONG).unwrap() >= start + Duration::from_micros(200 * index));
    }
}
