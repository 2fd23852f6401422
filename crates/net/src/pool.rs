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
    /// 32 for each key, 256 in total, 60 s.
    fn default() -> Self {
        Self {
            idle_per_key: 32,
            idle: 256,
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
    servers: HashMap<Arc<Key>, Server>,
    /// The idle connections' keys, the longest idle first.
    idle: BTreeMap<u64, (Instant, Arc<Key>)>,
    next: u64,
}

#[derive(Default)]
struct Server {
    /// The longest idle first; with their numbers in [`State::idle`].
    idle: VecDeque<(u64, Conn)>,
    groups: HashMap<u64, Group>,
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
    pub fn acquire(&self, key: &Key, limit: usize) -> Acquire {
        self.acquire_in_group(key, 0, limit)
    }

    /// Asks for a place among the `limit` (at least 1) connections to a server that may be in use at a time in this group.
    ///
    /// Idle connections are shared by all groups of a key; what is in use is counted for each group. (A session's limit is about
    /// that session's requests: pass the session's number.) Whoever is over the limit waits, first come, first served.
    pub fn acquire_in_group(&self, key: &Key, group: u64, limit: usize) -> Acquire {
        let limit = limit.max(1);
        let mut expired = Vec::new();
        let mut state = lock(&self.shared.state);
        state.expire(&self.shared.limits, &mut expired);
        let key = state.shared_key(key);
        let number = state.number();
        let counted = state
            .servers
            .entry(Arc::clone(&key))
            .or_default()
            .groups
            .entry(group)
            .or_default();
        let place = if counted.in_use < limit {
            counted.in_use += 1;
            Place::Granted(Lease::new(&self.shared, key, group))
        } else {
            let waiter = Arc::<Waiter>::default();
            let waiting = counted.waiting.entry(limit).or_default();
            waiting.insert(number, Arc::clone(&waiter));
            Place::Waiting(Waiting {
                pool: Arc::clone(&self.shared),
                key,
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
    pub fn put_back(&self, lease: Lease, conn: Conn) {
        let mut closed = Vec::new();
        let mut state = lock(&self.shared.state);
        state.expire(&self.shared.limits, &mut closed);
        state.keep(&self.shared.limits, &lease.key, conn, &mut closed);
        drop(state);
        drop(closed);
        drop(lease);
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
    pub fn idle_count(&self, key: &Key) -> usize {
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

    /// The key as the map has it, to share its memory.
    fn shared_key(&self, key: &Key) -> Arc<Key> {
        match self.servers.get_key_value(key) {
            Some((shared, _)) => Arc::clone(shared),
            None => Arc::new(key.clone()),
        }
    }

    fn keep(&mut self, limits: &Limits, key: &Arc<Key>, conn: Conn, closed: &mut Vec<Conn>) {
        let number = self.number();
        let server = self.servers.entry(Arc::clone(key)).or_default();
        server.idle.push_back((number, conn));
        self.idle.insert(number, (Instant::now(), Arc::clone(key)));
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
    fn take_newest(&mut self, key: &Key) -> Option<Conn> {
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
    fn release(&mut self, key: &Key, group: u64) -> Option<Waker> {
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
            .get_mut(&*waiting.key)
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

    fn forget_if_unused(&mut self, key: &Key) {
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

enum Place {
    Waiting(Waiting),
    Granted(Lease),
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
        let lease = match std::mem::replace(&mut self.place, Place::Taken) {
            Place::Granted(lease) => lease,
            Place::Waiting(waiting) => {
                Lease::new(&waiting.pool, Arc::clone(&waiting.key), waiting.group)
            }
            Place::Taken => panic!("polled after it was ready"),
        };
        Poll::Ready((lease.idle_connection(), lease))
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
    key: Arc<Key>,
    group: u64,
    limit: usize,
    number: u64,
    waiter: Arc<Waiter>,
}

/// The right to have one connection of a key in use. Dropping it gives the place to who waits next.
#[must_use]
pub struct Lease {
    pool: Arc<Shared>,
    key: Arc<Key>,
    group: u64,
}

impl Lease {
    /// For a place that has been counted.
    fn new(pool: &Arc<Shared>, key: Arc<Key>, group: u64) -> Self {
        Self {
            pool: Arc::clone(pool),
            key,
            group,
        }
    }

    /// The key that the place is for.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    fn idle_connection(&self) -> Option<Conn> {
        loop {
            let mut conn = lock(&self.pool.state).take_newest(&self.key)?;
            if !conn.is_stale() {
                return Some(conn);
            }
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
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
