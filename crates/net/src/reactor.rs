//! Readiness of sockets: what the operating system's poll says, kept per socket until somebody tries the socket.
//!
//! A [`Driver`] is the shared half of one `mio::Poll`; the poll itself belongs to whoever waits on it: the workers in turns
//! (the process's reactor, [`crate::workers`]) or one thread in [`crate::cx::block_on`].
//!
//! # Invariants
//!
//! Sockets are registered edge-triggered, for both directions, so an edge is told once and must not be lost:
//!
//! - An edge sets `ready` and increases `tick` before the waker is taken. A side that finds the socket exhausted says so with
//!   the tick that it saw *before* it tried ([`Readiness::exhausted`]); an edge in between makes the ticks differ and `ready`
//!   stays.
//! - A waker is stored only while `ready` is false ([`Readiness::park`]); an edge takes it out again. So a parked side is
//!   always woken by the next edge.
//! - "Closed" never goes away: a side whose end has come is ready for ever.
//! - No lock is held while a waker is woken or cloned from outside.

use std::io;
use std::net::TcpStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use mio::{Events, Interest, Poll, Registry, Token};

/// The token of a driver's own waker.
const WAKE: Token = Token(usize::MAX);

/// Locks, whatever happened to a former holder: every critical section of this crate leaves its data consistent.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The shared half of a `mio::Poll`: registers sockets, remembers whose readiness a token is, and interrupts the wait.
#[derive(Debug)]
pub(crate) struct Driver {
    registry: Registry,
    waker: mio::Waker,
    slots: Mutex<Slots>,
}

/// The waiting half: the poll and the memory for its events.
#[derive(Debug)]
pub(crate) struct Poller {
    poll: Poll,
    events: Events,
}

#[derive(Debug, Default)]
struct Slots {
    sockets: Vec<Option<Arc<Readiness>>>,
    free: Vec<usize>,
}

impl Driver {
    /// A driver and its poller, which takes up to `events` events at a time.
    pub(crate) fn new(events: usize) -> io::Result<(Arc<Self>, Poller)> {
        let poll = Poll::new()?;
        let driver = Self {
            registry: poll.registry().try_clone()?,
            waker: mio::Waker::new(poll.registry(), WAKE)?,
            slots: Mutex::default(),
        };
        let poller = Poller {
            poll,
            events: Events::with_capacity(events),
        };
        Ok((Arc::new(driver), poller))
    }

    /// Registers a non-blocking socket for both directions, edge-triggered. What is ready already is reported as an edge.
    pub(crate) fn register(
        self: &Arc<Self>,
        stream: &Arc<TcpStream>,
        readiness: &Arc<Readiness>,
    ) -> io::Result<Registration> {
        let token = lock(&self.slots).insert(Arc::clone(readiness));
        let source = platform::Source::new(stream);
        let registered = source.and_then(|source| {
            source.register(&self.registry, Token(token), BOTH)?;
            Ok(source)
        });
        match registered {
            Ok(source) => Ok(Registration {
                driver: Arc::clone(self),
                token,
                source,
            }),
            Err(error) => {
                lock(&self.slots).remove(token);
                Err(error)
            }
        }
    }

    /// Makes the current or the next wait return at once.
    pub(crate) fn wake(&self) {
        // It can fail only when the descriptor is broken; there is nobody to tell.
        let _ = self.waker.wake();
    }

    /// Whether no socket is registered.
    pub(crate) fn is_empty(&self) -> bool {
        let slots = lock(&self.slots);
        slots.sockets.len() == slots.free.len()
    }

    fn readiness(&self, token: Token) -> Option<Arc<Readiness>> {
        lock(&self.slots).sockets.get(token.0).cloned().flatten()
    }
}

const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);

impl Poller {
    /// Waits for events for at most `timeout` (`None`: until something happens), notes them at the sockets, and puts the wakers
    /// that are to be woken into `wakers`. Returns early without an event after [`Driver::wake`] or a signal.
    pub(crate) fn turn(
        &mut self,
        driver: &Driver,
        timeout: Option<Duration>,
        wakers: &mut Vec<Waker>,
    ) {
        if self.poll.poll(&mut self.events, timeout).is_err() {
            // A signal came (the caller goes round again), or the poll is broken, which the sockets' time-outs will tell.
            return;
        }
        for event in &self.events {
            // A token of a socket that has just gone, or of its successor, costs a needless try at most.
            if let Some(readiness) = driver.readiness(event.token()) {
                readiness.edge(event, wakers);
            }
        }
    }
}

impl Slots {
    fn insert(&mut self, readiness: Arc<Readiness>) -> usize {
        match self.free.pop() {
            Some(token) => {
                self.sockets[token] = Some(readiness);
                token
            }
            None => {
                self.sockets.push(Some(readiness));
                self.sockets.len() - 1
            }
        }
    }

    fn remove(&mut self, token: usize) -> Option<Arc<Readiness>> {
        let readiness = self.sockets[token].take();
        self.free.push(token);
        readiness
    }
}

/// A socket's place at a driver; dropping it takes the socket out.
#[derive(Debug)]
pub(crate) struct Registration {
    driver: Arc<Driver>,
    token: usize,
    source: platform::Source,
}

impl Registration {
    /// Whether this is a registration at `driver`.
    pub(crate) fn is_at(&self, driver: &Arc<Driver>) -> bool {
        Arc::ptr_eq(&self.driver, driver)
    }

    /// To be called before parking: asks for the next edge where the system does not tell edges by itself.
    pub(crate) fn rearm(&self) -> io::Result<()> {
        self.source
            .rearm(&self.driver.registry, Token(self.token), BOTH)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.source.deregister(&self.driver.registry);
        // The readiness (and a waker in it) is dropped after the lock is released.
        let _readiness = lock(&self.driver.slots).remove(self.token);
    }
}

/// A direction of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Receiving.
    Read,
    /// Sending.
    Write,
}

/// What is known about a registered socket's readiness, and who waits for it. See the module's invariants.
#[derive(Debug, Default)]
pub(crate) struct Readiness {
    sides: Mutex<[SideState; 2]>,
}

#[derive(Debug, Default)]
struct SideState {
    ready: bool,
    closed: bool,
    tick: u32,
    waker: Option<Waker>,
}

impl Readiness {
    /// The tick to try the socket with when it may be ready; `None` when it is known to be exhausted.
    pub(crate) fn may_try(&self, side: Side) -> Option<u32> {
        let sides = lock(&self.sides);
        let state = &sides[side as usize];
        (state.ready || state.closed).then_some(state.tick)
    }

    /// Notes that the socket was found exhausted by a try that began at `tick`.
    pub(crate) fn exhausted(&self, side: Side, tick: u32) {
        let mut sides = lock(&self.sides);
        let state = &mut sides[side as usize];
        if state.tick == tick {
            state.ready = false;
        }
    }

    /// Stores the waker to be woken by the next edge. False, without storing, when an edge has come: try the socket again.
    pub(crate) fn park(&self, side: Side, waker: &Waker) -> bool {
        let mut sides = lock(&self.sides);
        let state = &mut sides[side as usize];
        if state.ready || state.closed {
            return false;
        }
        let replaced = match &state.waker {
            Some(stored) if stored.will_wake(waker) => None,
            _ => state.waker.replace(waker.clone()),
        };
        drop(sides);
        drop(replaced);
        true
    }

    /// Forgets the side's waker.
    pub(crate) fn unpark(&self, side: Side) {
        let waker = lock(&self.sides)[side as usize].waker.take();
        drop(waker);
    }

    /// For a socket about to be registered: `side` was just found exhausted, the other one may be tried.
    pub(crate) fn begin(&self, side: Side) {
        let mut sides = lock(&self.sides);
        for state in sides.iter_mut() {
            state.ready = true;
            state.closed = false;
            state.tick = state.tick.wrapping_add(1);
        }
        sides[side as usize].ready = false;
    }

    fn edge(&self, event: &mio::event::Event, wakers: &mut Vec<Waker>) {
        let read_closed = event.is_read_closed() || event.is_error();
        let write_closed = event.is_write_closed() || event.is_error();
        let mut sides = lock(&self.sides);
        let [read, write] = &mut *sides;
        for (state, is_ready, is_closed) in [
            (read, event.is_readable(), read_closed),
            (write, event.is_writable(), write_closed),
        ] {
            if is_ready || is_closed {
                state.ready = true;
                state.closed |= is_closed;
                state.tick = state.tick.wrapping_add(1);
                wakers.extend(state.waker.take());
            }
        }
    }
}

#[cfg(unix)]
mod platform {
    //! Descriptors are registered as they are; epoll and kqueue tell every edge by themselves.

    use super::{Arc, Interest, Registry, TcpStream, Token, io};
    use mio::event::Source as _;
    use mio::unix::SourceFd;
    use std::os::fd::AsRawFd as _;

    #[derive(Debug)]
    pub(super) struct Source(Arc<TcpStream>);

    impl Source {
        pub(super) fn new(stream: &Arc<TcpStream>) -> io::Result<Self> {
            Ok(Self(Arc::clone(stream)))
        }

        pub(super) fn register(
            &self,
            registry: &Registry,
            token: Token,
            interest: Interest,
        ) -> io::Result<()> {
            SourceFd(&self.0.as_raw_fd()).register(registry, token, interest)
        }

        #[expect(
            clippy::unused_self,
            clippy::unnecessary_wraps,
            reason = "needed on Windows"
        )]
        pub(super) fn rearm(&self, _: &Registry, _: Token, _: Interest) -> io::Result<()> {
            Ok(())
        }

        pub(super) fn deregister(&self, registry: &Registry) {
            let _ = SourceFd(&self.0.as_raw_fd()).deregister(registry);
        }
    }
}

#[cfg(windows)]
mod platform {
    //! mio tells one event per arming there, and wants its own socket type, exclusively: a duplicate of the socket is registered,
    //! and armed again before each wait.

    use super::{Arc, Interest, Mutex, Registry, TcpStream, Token, io, lock};

    #[derive(Debug)]
    pub(super) struct Source(Mutex<mio::net::TcpStream>);

    impl Source {
        pub(super) fn new(stream: &Arc<TcpStream>) -> io::Result<Self> {
            Ok(Self(Mutex::new(mio::net::TcpStream::from_std(
                stream.try_clone()?,
            ))))
        }

        pub(super) fn register(
            &self,
            registry: &Registry,
            token: Token,
            interest: Interest,
        ) -> io::Result<()> {
            registry.register(&mut *lock(&self.0), token, interest)
        }

        pub(super) fn rearm(
            &self,
            registry: &Registry,
            token: Token,
            interest: Interest,
        ) -> io::Result<()> {
            registry.reregister(&mut *lock(&self.0), token, interest)
        }

        pub(super) fn deregister(&self, registry: &Registry) {
            let _ = registry.deregister(&mut *lock(&self.0));
        }
    }
}
