//! The connection pool.
#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod support;

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use net::conn::Conn;
use net::cx::{Cx, block_on};
use net::pool::{Acquire, Key, Lease, Limits, Pool, SharedKey};
use net::socket::Socket;

fn key(host: &str) -> SharedKey {
    bare_key(host).share()
}

fn bare_key(host: &str) -> Key {
    Key {
        host: host.to_owned(),
        port: 80,
        tls: None,
        partition: 0,
    }
}

fn connection() -> (Conn, TcpStream) {
    let (client, server) = support::pair();
    (Conn::new(Socket::from_std(client).unwrap()), server)
}

fn poll(acquire: &mut Acquire) -> Option<(Option<Conn>, Lease)> {
    match acquire.poll(&mut Cx::asynchronous(Waker::noop())) {
        Poll::Ready(ready) => Some(ready),
        Poll::Pending => None,
    }
}

fn get(pool: &Pool, host: &str) -> (Option<Conn>, Lease) {
    poll(&mut pool.acquire(&key(host), usize::MAX)).expect("there is no limit")
}

#[test]
fn the_connection_used_last_is_used_again_first() {
    let pool = Pool::new(Limits::default());
    let ((one, _one_server), (two, _two_server)) = (connection(), connection());
    let addresses = (one.local_addr(), two.local_addr());
    let (none, first) = get(&pool, "a");
    assert!(none.is_none());
    let (_, second) = get(&pool, "a");
    pool.put_back(first, one);
    pool.put_back(second, two);
    assert_eq!(pool.idle_count(&key("a")), 2);
    let (conn, _first) = get(&pool, "a");
    assert_eq!(conn.unwrap().local_addr(), addresses.1);
    let (conn, _second) = get(&pool, "a");
    assert_eq!(conn.unwrap().local_addr(), addresses.0);
    assert!(get(&pool, "a").0.is_none());
}

#[test]
fn keys_do_not_share() {
    let pool = Pool::new(Limits::default());
    let (conn, _server) = connection();
    pool.put_back(get(&pool, "a").1, conn);
    let mut others = vec![bare_key("b"), bare_key("a"), bare_key("a")];
    others[1].port = 81;
    others[2].partition = 1;
    for other in others {
        let (conn, _lease) = poll(&mut pool.acquire(&other.share(), 1)).unwrap();
        assert!(conn.is_none());
    }
    assert!(get(&pool, "a").0.is_some());
}

#[test]
fn closed_and_talkative_connections_are_not_given_out() {
    let pool = Pool::new(Limits::default());
    let ((closed, closing), (talking, mut talker), (good, _good_server)) =
        (connection(), connection(), connection());
    let address = good.local_addr();
    let leases: Vec<_> = (0..3).map(|_| get(&pool, "a").1).collect();
    for (lease, conn) in leases.into_iter().zip([good, closed, talking]) {
        pool.put_back(lease, conn);
    }
    drop(closing);
    talker
        .write_all(b"HTTP/1.1 408 Request Timeout\r\n\r\n")
        .unwrap();
    let (conn, _lease) = get(&pool, "a");
    assert_eq!(conn.unwrap().local_addr(), address);
    assert_eq!(pool.idle_count(&key("a")), 0);
}

#[test]
fn too_many_idle_connections_of_a_key_or_in_total_close_the_oldest() {
    let pool = Pool::new(Limits {
        idle_per_key: 2,
        idle: 3,
        idle_time: Duration::from_secs(60),
    });
    let mut servers = Vec::new();
    let leases = ["a", "a", "a", "b", "b"].map(|host| get(&pool, host).1);
    let counts: Vec<_> = leases
        .into_iter()
        .map(|lease| {
            let (conn, server) = connection();
            servers.push(server);
            pool.put_back(lease, conn);
            (pool.idle_count(&key("a")), pool.idle_count(&key("b")))
        })
        .collect();
    assert_eq!(counts, [(1, 0), (2, 0), (2, 0), (2, 1), (1, 2)]);
}

#[test]
fn expired_connections_are_closed_by_any_call() {
    let pool = Pool::new(Limits {
        idle_time: Duration::ZERO,
        ..Limits::default()
    });
    let (conn, mut server) = connection();
    pool.put_back(get(&pool, "a").1, conn);
    assert_eq!(pool.idle_count(&key("b")), 0);
    assert_eq!(
        std::io::Read::read(&mut server, &mut [0; 8]).unwrap(),
        0,
        "it was closed"
    );
    assert!(pool.is_empty());
}

#[test]
fn a_key_without_connections_is_forgotten() {
    let pool = Pool::new(Limits::default());
    for index in 0..100 {
        drop(get(&pool, &format!("host{index}")));
        drop(pool.acquire(&key("unpolled"), 1));
    }
    assert!(pool.is_empty());
    let (conn, _server) = connection();
    pool.put_back(get(&pool, "a").1, conn);
    assert!(!pool.is_empty());
    drop(get(&pool, "a"));
    assert!(pool.is_empty());
}

struct Counting(AtomicUsize);

impl Wake for Counting {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn who_is_over_the_limit_waits_first_come_first_served() {
    let pool = Pool::new(Limits::default());
    let key = key("a");
    let (_, lease) = poll(&mut pool.acquire(&key, 1)).unwrap();
    let wakes: Vec<_> = (0..4)
        .map(|_| Arc::new(Counting(AtomicUsize::new(0))))
        .collect();
    let mut waiting: Vec<_> = wakes
        .iter()
        .map(|wakes| {
            let mut acquire = pool.acquire(&key, 1);
            let waker = Waker::from(Arc::clone(wakes));
            assert!(acquire.poll(&mut Cx::asynchronous(&waker)).is_pending());
            acquire
        })
        .collect();
    // One leaves the queue.
    drop(waiting.remove(1));
    let (conn, _server) = connection();
    let address = conn.local_addr();
    pool.put_back(lease, conn);
    let counts = || {
        wakes
            .iter()
            .map(|wakes| wakes.0.load(Ordering::Relaxed))
            .collect::<Vec<_>>()
    };
    assert_eq!(counts(), [1, 0, 0, 0]);
    // One who comes now does not overtake.
    assert!(poll(&mut pool.acquire(&key, 1)).is_none());
    let (conn, lease) = poll(&mut waiting[0]).unwrap();
    assert_eq!(conn.unwrap().local_addr(), address);
    drop(lease);
    assert_eq!(counts(), [1, 0, 1, 0]);
    // A granted place that nobody takes goes on to the next.
    drop(waiting.remove(1));
    assert_eq!(counts(), [1, 0, 1, 1]);
    let (conn, lease) = poll(&mut waiting[1]).unwrap();
    assert!(conn.is_none());
    drop((lease, waiting));
    assert!(pool.is_empty());
}

#[test]
fn groups_are_limited_on_their_own_and_share_idle_connections() {
    let pool = Pool::new(Limits::default());
    let key = key("a");
    let (_, first) = poll(&mut pool.acquire_in_group(&key, 1, 1)).unwrap();
    let mut second = pool.acquire_in_group(&key, 1, 1);
    assert!(poll(&mut second).is_none());
    let (conn, _server) = connection();
    let (_, other) = poll(&mut pool.acquire_in_group(&key, 2, 1)).unwrap();
    pool.put_back(other, conn);
    assert!(poll(&mut second).is_none());
    drop(first);
    let (conn, _lease) = poll(&mut second).unwrap();
    assert!(conn.is_some());
}

#[test]
fn different_limits_in_a_group_are_each_kept() {
    let pool = Pool::new(Limits::default());
    let key = key("a");
    let (_, one) = poll(&mut pool.acquire(&key, 1)).unwrap();
    let mut narrow = pool.acquire(&key, 1);
    assert!(poll(&mut narrow).is_none());
    let (_, two) = poll(&mut pool.acquire(&key, 2)).unwrap();
    let mut wide = pool.acquire(&key, 2);
    assert!(poll(&mut wide).is_none());
    // Two in use: only the wide limit has room after one has ended.
    drop(one);
    assert!(poll(&mut narrow).is_none());
    let (_, three) = poll(&mut wide).unwrap();
    drop(two);
    assert!(poll(&mut narrow).is_none());
    drop(three);
    assert!(poll(&mut narrow).is_some());
}

#[test]
fn a_synchronous_caller_waits_for_its_turn() {
    let pool = Pool::new(Limits::default());
    let (_, lease) = poll(&mut pool.acquire(&key("a"), 1)).unwrap();
    let waiting = thread::spawn({
        let pool = pool.clone();
        move || {
            let mut acquire = pool.acquire(&key("a"), 1);
            block_on(|cx| acquire.poll(cx)).0.is_some()
        }
    });
    let (conn, _server) = connection();
    pool.put_back(lease, conn);
    assert!(waiting.join().unwrap());
}

/// Threads take, keep, return, close and give up at random; the limit is never exceeded and nobody is forgotten.
#[test]
fn under_stress_the_limit_holds_and_everybody_gets_a_turn() {
    const THREADS: u64 = 8;
    const ROUNDS: u64 = 2_000;
    const LIMIT: usize = 3;
    let pool = Pool::new(Limits {
        idle_per_key: 2,
        ..Limits::default()
    });
    let in_use = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let servers = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (pool, in_use, servers) = (&pool, &in_use, &servers);
            scope.spawn(move || {
                let mut random = thread + 1;
                for _ in 0..ROUNDS {
                    // xorshift
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    let host = usize::from(random & 1 == 0);
                    let key = key(["a", "b"][host]);
                    let mut acquire = pool.acquire(&key, LIMIT);
                    if random & 0b1110 == 0 {
                        let _ = acquire.poll(&mut Cx::asynchronous(Waker::noop()));
                        continue;
                    }
                    let (conn, lease) = block_on(|cx| acquire.poll(cx));
                    assert!(in_use[host].fetch_add(1, Ordering::SeqCst) < LIMIT);
                    let conn = conn.unwrap_or_else(|| {
                        let (conn, server) = connection();
                        let mut servers = servers.lock().unwrap();
                        servers.push(server);
                        // Some of them close on their clients.
                        if servers.len() > 16 {
                            servers.remove(0);
                        }
                        conn
                    });
                    in_use[host].fetch_sub(1, Ordering::SeqCst);
                    if random & 0b11_0000 != 0 {
                        pool.put_back(lease, conn);
                    }
                }
            });
        }
    });
    pool.close_idle();
    assert!(pool.is_empty());
}
