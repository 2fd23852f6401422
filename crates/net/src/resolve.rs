//! Names to addresses: the system's `getaddrinfo` on helper threads, so that a lookup can time out and be abandoned.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6, ToSocketAddrs as _};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use crate::cx::Cx;
use crate::reactor::lock;

/// One name's resolution. Dropping it abandons it: what comes is thrown away.
#[derive(Debug)]
pub struct Lookup {
    state: State,
}

#[derive(Debug)]
enum State {
    /// Known without asking.
    Known(SocketAddr),
    /// The name cannot be one.
    Impossible,
    Asked {
        query: Arc<Query>,
        timeout_at: Option<Instant>,
    },
}

impl Lookup {
    /// Starts to resolve `host` for connections to `port`. Addresses (also IPv6 in brackets or with a scope) answer at once,
    /// without a thread; everything else, `localhost` too, is asked of the system, for at most `timeout` (`None`: no limit).
    #[must_use]
    pub fn new(host: &str, port: u16, timeout: Option<Duration>) -> Self {
        let state = match literal_address(host, port) {
            Some(address) => State::Known(address),
            None if !is_possible(host) => State::Impossible,
            None => State::Asked {
                query: RESOLVER.ask(unbracketed(host), port),
                timeout_at: timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
            },
        };
        Self { state }
    }

    /// The addresses (at least one), in the system's order of preference.
    ///
    /// # Errors
    ///
    /// `TimedOut`; `NotFound` for everything that the system says against the name (its error is the source).
    pub fn poll(&mut self, cx: &mut Cx<'_>) -> Poll<io::Result<Vec<SocketAddr>>> {
        let (query, timeout_at) = match &self.state {
            State::Known(address) => return Poll::Ready(Ok(vec![*address])),
            State::Impossible => {
                let error = io::Error::new(ErrorKind::NotFound, "not a host name");
                return Poll::Ready(Err(error));
            }
            State::Asked { query, timeout_at } => (query, *timeout_at),
        };
        if let Some(answer) = query.poll(cx.waker()) {
            return Poll::Ready(answer);
        }
        if let Some(at) = timeout_at {
            if at <= Instant::now() {
                return Poll::Ready(Err(ErrorKind::TimedOut.into()));
            }
            cx.wake_at(at);
        }
        Poll::Pending
    }
}

impl Drop for Lookup {
    fn drop(&mut self) {
        if let State::Asked { query, .. } = &self.state {
            RESOLVER.abandon(query);
        }
    }
}

/// The address that `host` is written as, if it is one: `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]`, `fe80::1%2`.
#[must_use]
pub fn literal(host: &str) -> Option<IpAddr> {
    literal_address(host, 0).map(|address| address.ip())
}

fn literal_address(host: &str, port: u16) -> Option<SocketAddr> {
    let bare = unbracketed(host);
    if bare.len() == host.len()
        && let Ok(address) = bare.parse::<IpAddr>()
    {
        return Some(SocketAddr::new(address, port));
    }
    let (address, scope) = match bare.split_once('%') {
        // In a URL the percent sign is escaped itself (RFC 6874 section 2).
        Some((address, scope)) => (
            address,
            scope
                .strip_prefix("25")
                .filter(|rest| !rest.is_empty())
                .unwrap_or(scope),
        ),
        None => (bare, "0"),
    };
    let address = address.parse::<Ipv6Addr>().ok()?;
    // A scope with a name is for the system to look up.
    let scope = scope.parse::<u32>().ok()?;
    Some(SocketAddrV6::new(address, port, 0, scope).into())
}

fn unbracketed(host: &str) -> &str {
    let inside = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    inside.filter(|inside| inside.contains(':')).unwrap_or(host)
}

/// Whether it is worth asking: RFC 1035 section 2.3.4 limits names to 255 octets on the wire, 253 characters in text, to which
/// a final dot may come.
fn is_possible(host: &str) -> bool {
    let length = host.strip_suffix('.').unwrap_or(host).len();
    (1..=253).contains(&length) && !host.contains('\0')
}

/// As many lookups may hang without stopping the others.
const MAX_THREADS: usize = 16;

/// Helper threads end when they have had nothing to do for so long.
const IDLE_TIME: Duration = Duration::from_secs(10);

static RESOLVER: Resolver = Resolver {
    inner: Mutex::new(Inner {
        waiting: BTreeMap::new(),
        next: 0,
        threads: 0,
        idle: 0,
    }),
    idle: Condvar::new(),
};

struct Resolver {
    inner: Mutex<Inner>,
    idle: Condvar,
}

struct Inner {
    /// In the order in which they were asked.
    waiting: BTreeMap<u64, Arc<Query>>,
    next: u64,
    threads: usize,
    /// How many threads wait and have no query coming.
    idle: usize,
}

struct Query {
    number: u64,
    host: Box<str>,
    port: u16,
    state: Mutex<QueryState>,
}

#[derive(Default)]
struct QueryState {
    answer: Option<io::Result<Vec<SocketAddr>>>,
    waker: Option<Waker>,
}

impl Resolver {
    fn ask(&self, host: &str, port: u16) -> Arc<Query> {
        let mut inner = lock(&self.inner);
        let query = Arc::new(Query {
            number: inner.next,
            host: host.into(),
            port,
            state: Mutex::default(),
        });
        inner.next += 1;
        inner.waiting.insert(query.number, Arc::clone(&query));
        if inner.idle >= inner.waiting.len() {
            self.idle.notify_one();
        } else if inner.threads < MAX_THREADS {
            let name = format!("winhttp-dns-{}", inner.threads + 1);
            match thread::Builder::new().name(name).spawn(|| RESOLVER.work()) {
                Ok(_) => inner.threads += 1,
                Err(error) if inner.threads == 0 => {
                    inner.waiting.remove(&query.number);
                    lock(&query.state).answer = Some(Err(error));
                }
                Err(_) => {}
            }
        }
        query
    }

    /// Nobody wants the answer any more.
    fn abandon(&self, query: &Query) {
        let waker = lock(&query.state).waker.take();
        drop(waker);
        let waiting = lock(&self.inner).waiting.remove(&query.number);
        drop(waiting);
    }

    fn work(&self) {
        let mut inner = lock(&self.inner);
        loop {
            if let Some((_, query)) = inner.waiting.pop_first() {
                drop(inner);
                query.run();
                drop(query);
                inner = lock(&self.inner);
                continue;
            }
            inner.idle += 1;
            let waited = self
                .idle
                .wait_timeout_while(inner, IDLE_TIME, |inner| inner.waiting.is_empty());
            inner = waited.unwrap_or_else(PoisonError::into_inner).0;
            inner.idle -= 1;
            if inner.waiting.is_empty() {
                inner.threads -= 1;
                return;
            }
        }
    }
}

impl Query {
    fn poll(&self, waker: &Waker) -> Option<io::Result<Vec<SocketAddr>>> {
        let mut state = lock(&self.state);
        if let Some(answer) = state.answer.take() {
            return Some(answer);
        }
        if !state
            .waker
            .as_ref()
            .is_some_and(|stored| stored.will_wake(waker))
        {
            state.waker = Some(waker.clone());
        }
        None
    }

    fn run(&self) {
        let answer = match (&*self.host, self.port).to_socket_addrs() {
            Ok(addresses) => Ok(addresses.collect::<Vec<_>>()),
            Err(error) => Err(io::Error::new(ErrorKind::NotFound, error)),
        };
        let answer = match answer {
            Ok(addresses) if addresses.is_empty() => Err(ErrorKind::NotFound.into()),
            answer => answer,
        };
        let mut state = lock(&self.state);
        state.answer = Some(answer);
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}
