//! The connection pool: idle connections kept for reuse, and the limit of connections per server with its queue.
//!
//! Time passes only when the pool is called: every call closes the idle connections whose time is over.
//!
//! # Invariants
//!
//! All under one lock, which is not held while a connection is looked at or closed, or a waker is woken:
//!
//! - `in_use` of a group of a key counts its leases, including those granted to waiters that have not noticed yet.
//! - A waiter of a group waits only while `in_use` is at least its limit. So when a lease ends, only those whose limit is just
//!   the old number can go on, and the first of them inherits the place.
//! - A key is in the map only while it has idle connections, leases or waiters.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use crate::conn::Conn;
use crate::cx::Cx;
use crate::reactor::lock;
use crate::tls;

/// What must be equal for a connection to be used again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The host as it is connected to, in lower case.
    pub host: String,
    /// The port.
    pub port: u16,
    /// `None` without TLS.
    pub tls: Option<tls::Identity>,
    /// 0 for what all sessions share; else whatever tells apart who must not share (a session, credentials, …).
    pub partition: u64,
}

impl Key {
    /// For use with a pool, any number of times: hashed once, cheap to clone.
    #[must_use]
    pub fn share(self) -> SharedKey {
        let hash = KEYS.get_or_init(RandomState::new).hash_one(&self);
        SharedKey(Arc::new((hash, self)))
    }
}

/// A [`Key`] with its hash.
#[derive(Clone, Debug)]
pub struct SharedKey(Arc<(u64, Key)>);

static KEYS: OnceLock<RandomState> = OnceLock::new();

impl Deref for SharedKey {
    type Target = Key;

    fn deref(&self) -> &Key {
        &self.0.1
    }
}

impl PartialEq for SharedKey {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Eq for SharedKey {}

impl Hash for SharedKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.0);
    }
}

/// Hashes what is a hash already, or a small number of our own.
#[derive(Clone, Default)]
struct AsItIs(u64);

type Hashed = BuildHasherDefault<AsItIs>;

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// How much a pool keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Idle connections of one key.
    pub idle_per_key: usize,
    /// Idle connections in total.
    pub idle: usize,
    /// How long an idle connection is kept.
    pub idle_time: Duration,
}

impl Default for Limits {
    /// 512 for each key, 768 in total, 60 s: a program with many requests at once has many connections idle for a moment; a
    /// process often has no more than 1,024 descriptors.
    fn default() -> Self {
        Self {
            idle_per_key: 512,
            idle: 768,
            idle_time: Duration::from_secs(60),
        }
    }
}

/// The process's pool.
#[must_use]
pub fn global() -> &'static Pool {
    static GLOBAL: OnceLock<Pool> = OnceLock::new();
    GLOBAL.get_or_init(|| Pool::new(Limits::default()))
}

/// A pool. Clones are the same pool. All functions may be called from any thread.
#[derive(Clone)]
pub struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    servers: HashMap<SharedKey, Server, Hashed>,
    /// The idle connections' keys, the longest idle first.
    idle: BTreeMap<u64, (Instant, SharedKey)>,
    next: u64,
}

#[derive(Default)]
struct Server {
    /// The longest idle first; with their numbers in [`State::idle`].
    idle: VecDeque<(u64, Conn)>,
    groups: HashMap<u64, Group, Hashed>,
}

#[derive(Default)]
struct Group {
    in_use: usize,
    /// First come, first served, by limit; then by number.
    waiting: BTreeMap<usize, BTreeMap<u64, Arc<Waiter>>>,
}

/// One who waits for a place. Locked after the pool, or alone.
#[derive(Default)]
struct Waiter {
    state: Mutex<WaiterState>,
}

#[derive(Default)]
struct WaiterState {
    is_granted: bool,
    waker: Option<Waker>,
}

impl Pool {
    /// An empty pool.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            shared: Arc::new(Shared {
                limits,
                state: Mutex::default(),
            }),
        }
    }

    /// Asks for a place among the `limit` (at least 1) connections to a server that may be in use at a time: see
    /// [`Pool::acquire_in_group`]; all callers of this function are one group.
    pub fn acquire(&self, key: &SharedKey, limit: usize) -> Acquire {
        self.acquire_in_group(key, 0, limit)
    }

    /// Asks for a place among the `limit` (at least 1) connections to a server that may be in use at a time in this group.
    ///
    /// Idle connections are shared by all groups of a key; what is in use is counted for each group. (A session's limit is about
    /// that session's requests: pass the session's number.) Whoever is over the limit waits, first come, first served.
    pub fn acquire_in_group(&self, key: &SharedKey, group: u64, limit: usize) -> Acquire {
        let limit = limit.max(1);
        let mut expired = Vec::new();
        let mut state = lock(&self.shared.state);
        state.expire(&self.shared.limits, &mut expired);
        let number = state.number();
        let counted = state
            .servers
            .entry(key.clone())
            .or_default()
            .groups
            .entry(group)
            .or_default();
        let place = if counted.in_use < limit {
            counted.in_use += 1;
            // The first candidate comes with the same lock.
            let kept = state.take_newest(key);
            Place::Granted(Lease::new(&self.shared, key.clone(), group), kept)
        } else {
            let waiter = Arc::<Waiter>::default();
            let waiting = counted.waiting.entry(limit).or_default();
            waiting.insert(number, Arc::clone(&waiter));
            Place::Waiting(Waiting {
                pool: Arc::clone(&self.shared),
                key: key.clone(),
                group,
                limit,
                number,
                waiter,
            })
        };
        drop(state);
        drop(expired);
        Acquire { place }
    }

    /// Keeps a connection for reuse by whoever asks next for the lease's key, and ends the lease.
    ///
    /// When there are too many idle connections, the one that has been idle for the longest is closed.
    pub fn put_back(&self, mut lease: Lease, conn: Conn) {
        let mut closed = Vec::new();
        let mut state = lock(&self.shared.state);
        state.expire(&self.shared.limits, &mut closed);
        state.keep(&self.shared.limits, &lease.key, conn, &mut closed);
        let waker = state.release(&lease.key, lease.group);
        drop(state);
        lease.is_over = true;
        drop(closed);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Closes all idle connections.
    pub fn close_idle(&self) {
        let mut closed = Vec::new();
        let mut state = lock(&self.shared.state);
        while let Some(conn) = state.take_oldest() {
            closed.push(conn);
        }
        drop(state);
    }

    /// How many idle connections there are for a key.
    #[must_use]
    pub fn idle_count(&self, key: &SharedKey) -> usize {
        let mut expired = Vec::new();
        let mut state = lock(&self.shared.state);
        state.expire(&self.shared.limits, &mut expired);
        let count = state.servers.get(key).map_or(0, |server| server.idle.len());
        drop(state);
        count
    }

    /// How many connections to a server there are, idle or in use, whatever their TLS settings and partitions. `host` is in lower
    /// case.
    #[must_use]
    pub fn connection_count(&self, host: &str, port: u16, secure: bool) -> usize {
        let mut expired = Vec::new();
        let mut state = lock(&self.shared.state);
        state.expire(&self.shared.limits, &mut expired);
        let matches =
            |key: &Key| key.host == host && key.port == port && key.tls.is_some() == secure;
        let count = state
            .servers
            .iter()
            .filter(|(key, _)| matches(key))
            .map(|(_, server)| {
                server.idle.len()
                    + server
                        .groups
                        .values()
                        .map(|group| group.in_use)
                        .sum::<usize>()
            })
            .sum();
        drop(state);
        count
    }

    /// Whether the pool knows of no connection at all, idle, in use or waited for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        lock(&self.shared.state).servers.is_empty()
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = lock(&self.shared.state);
        f.debug_struct("Pool")
            .field("servers", &state.servers.len())
            .field("idle", &state.idle.len())
            .finish_non_exhaustive()
    }
}

impl State {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn keep(&mut self, limits: &Limits, key: &SharedKey, conn: Conn, closed: &mut Vec<Conn>) {
        let number = self.number();
        let server = self.servers.entry(key.clone()).or_default();
        server.idle.push_back((number, conn));
        self.idle.insert(number, (Instant::now(), key.clone()));
        if server.idle.len() > limits.idle_per_key
            && let Some((oldest, conn)) = server.idle.pop_front()
        {
            self.idle.remove(&oldest);
            closed.push(conn);
        }
        if self.idle.len() > limits.idle {
            closed.extend(self.take_oldest());
        }
        self.forget_if_unused(key);
    }

    /// The connection of this key that was used last.
    fn take_newest(&mut self, key: &SharedKey) -> Option<Conn> {
        let (number, conn) = self.servers.get_mut(key)?.idle.pop_back()?;
        self.idle.remove(&number);
        Some(conn)
    }

    /// The connection of all that has been idle for the longest.
    fn take_oldest(&mut self) -> Option<Conn> {
        let (_, (_, key)) = self.idle.pop_first()?;
        // The oldest of all is the oldest of its server.
        let (_, conn) = self.servers.get_mut(&key)?.idle.pop_front()?;
        self.forget_if_unused(&key);
        Some(conn)
    }

    fn expire(&mut self, limits: &Limits, closed: &mut Vec<Conn>) {
        if self.idle.is_empty() {
            return;
        }
        let now = Instant::now();
        while let Some((_, (since, _))) = self.idle.first_key_value()
            && now.saturating_duration_since(*since) >= limits.idle_time
        {
            closed.extend(self.take_oldest());
        }
    }

    /// A lease has ended: its place goes to who waited for it first, whose waker is returned, or becomes free.
    fn release(&mut self, key: &SharedKey, group: u64) -> Option<Waker> {
        let server = self.servers.get_mut(key)?;
        let counted = server.groups.get_mut(&group)?;
        if let Some(waiting) = counted.waiting.get_mut(&counted.in_use) {
            let next = waiting.pop_first();
            if waiting.is_empty() {
                counted.waiting.remove(&counted.in_use);
            }
            if let Some((_, waiter)) = next {
                let mut waiter = lock(&waiter.state);
                waiter.is_granted = true;
                return waiter.waker.take();
            }
        }
        counted.in_use -= 1;
        if counted.in_use == 0 {
            // Nobody can be waiting: limits are at least 1.
            server.groups.remove(&group);
            self.forget_if_unused(key);
        }
        None
    }

    /// Somebody waits no longer. The group has leases, so nothing else changes.
    fn leave(&mut self, waiting: &Waiting) {
        let group = self
            .servers
            .get_mut(&waiting.key)
            .and_then(|server| server.groups.get_mut(&waiting.group));
        if let Some(group) = group
            && let Some(same_limit) = group.waiting.get_mut(&waiting.limit)
        {
            same_limit.remove(&waiting.number);
            if same_limit.is_empty() {
                group.waiting.remove(&waiting.limit);
            }
        }
    }

    fn forget_if_unused(&mut self, key: &SharedKey) {
        if self
            .servers
            .get(key)
            .is_some_and(|server| server.idle.is_empty() && server.groups.is_empty())
        {
            self.servers.remove(key);
        }
    }
}

/// A request for a place, see [`Pool::acquire`]. Dropping it leaves the queue, or gives back a place that was granted.
#[must_use]
pub struct Acquire {
    place: Place,
}

#[expect(
    clippy::large_enum_variant,
    reason = "the large one is what nearly every caller gets, and is taken out at once"
)]
enum Place {
    Waiting(Waiting),
    /// With a connection that was kept, if there was one.
    Granted(Lease, Option<Conn>),
    Taken,
}

impl Acquire {
    /// The place, and with it the idle healthy connection of this key that was used last; without one, the place is for a new
    /// connection. The connection has yet to be [attached](Conn::attach).
    ///
    /// # Panics
    ///
    /// When it was ready before.
    pub fn poll(&mut self, cx: &mut Cx<'_>) -> Poll<(Option<Conn>, Lease)> {
        if let Place::Waiting(waiting) = &self.place {
            let mut waiter = lock(&waiting.waiter.state);
            if !waiter.is_granted {
                if !waiter
                    .waker
                    .as_ref()
                    .is_some_and(|stored| stored.will_wake(cx.waker()))
                {
                    waiter.waker = Some(cx.waker().clone());
                }
                return Poll::Pending;
            }
        }
        let (lease, kept) = match std::mem::replace(&mut self.place, Place::Taken) {
            Place::Granted(lease, kept) => (lease, kept),
            Place::Waiting(waiting) => {
                let kept = lock(&waiting.pool.state).take_newest(&waiting.key);
                let lease = Lease::new(&waiting.pool, waiting.key.clone(), waiting.group);
                (lease, kept)
            }
            Place::Taken => panic!("polled after it was ready"),
        };
        Poll::Ready((lease.idle_connection(kept), lease))
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        let Place::Waiting(waiting) = &self.place else {
            return;
        };
        let mut state = lock(&waiting.pool.state);
        let waker = if lock(&waiting.waiter.state).is_granted {
            state.release(&waiting.key, waiting.group)
        } else {
            state.leave(waiting);
            None
        };
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl fmt::Debug for Acquire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acquire")
            .field("is_waiting", &matches!(self.place, Place::Waiting(_)))
            .finish_non_exhaustive()
    }
}

/// The place in the queue of one who waits. A granted place counts as a lease, which the waiter takes over.
struct Waiting {
    pool: Arc<Shared>,
    key: SharedKey,
    group: u64,
    limit: usize,
    number: u64,
    waiter: Arc<Waiter>,
}

/// The right to have one connection of a key in use. Dropping it gives the place to who waits next.
#[must_use]
pub struct Lease {
    pool: Arc<Shared>,
    key: SharedKey,
    group: u64,
    /// Its place was given back already.
    is_over: bool,
}

impl Lease {
    /// For a place that has been counted.
    fn new(pool: &Arc<Shared>, key: SharedKey, group: u64) -> Self {
        Self {
            pool: Arc::clone(pool),
            key,
            group,
            is_over: false,
        }
    }

    /// The key that the place is for.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// A healthy idle connection; `first` is asked before those of the pool.
    fn idle_connection(&self, first: Option<Conn>) -> Option<Conn> {
        let mut candidate = first;
        while let Some(mut conn) = candidate {
            if !conn.is_stale() {
                return Some(conn);
            }
            drop(conn);
            candidate = lock(&self.pool.state).take_newest(&self.key);
        }
        None
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let waker = lock(&self.pool.state).release(&self.key, self.group);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("key", &self.key)
            .field("group", &self.group)
            .finish_non_exhaustive()
    }
}
