//! Who polls: the context of every poll function of this crate, and the wait of a synchronous caller.
//!
//! Operations are state machines that are polled by hand. An *asynchronous* caller passes [`Cx::asynchronous`] with the waker
//! of its parked operation; sockets then register at the process's reactor. A *synchronous* caller uses [`block_on`]; connected
//! sockets then simply block in their system calls, and only what cannot block in one call (connecting to several addresses,
//! a name's resolution, the queue of the pool) waits here.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Poll, Wake, Waker};
use std::time::{Duration, Instant};

use crate::reactor::{Driver, Poller, lock};
use crate::workers;

/// What a poll function needs to know about who polls it: like [`std::task::Context`], with the mode and a deadline.
///
/// A poll function that returns [`Poll::Pending`] has arranged for the waker to be woken, or has asked to be polled again at a
/// time with [`Cx::wake_at`], or both. Whoever polls arranges for the latter. Being polled without a reason is always allowed.
pub struct Cx<'a> {
    waker: &'a Waker,
    wait: Option<&'a BlockingWait>,
    deadline: Option<Instant>,
    /// What is left of the time that sockets may wait inside a poll.
    in_call: Duration,
}

impl<'a> Cx<'a> {
    /// The context of an asynchronous operation: `waker` schedules it to be polled again.
    #[must_use]
    pub fn asynchronous(waker: &'a Waker) -> Self {
        Self {
            waker,
            wait: None,
            deadline: None,
            in_call: Duration::ZERO,
        }
    }

    /// Whether the caller is synchronous: sockets may block the thread.
    #[must_use]
    pub fn is_blocking(&self) -> bool {
        self.wait.is_some()
    }

    /// Wakes whoever polls.
    #[must_use]
    pub fn waker(&self) -> &Waker {
        self.waker
    }

    /// Asks to be polled again at `at`, if not before. The earliest time asked for counts.
    pub fn wake_at(&mut self, at: Instant) {
        self.deadline = Some(self.deadline.map_or(at, |earlier| earlier.min(at)));
    }

    /// When to poll again at the latest, as asked for by [`Cx::wake_at`] since this context was made.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Lets an asynchronous caller's receives wait inside the poll, for `limit` in total, before they are pending. Then an answer
    /// that comes at once is received on the calling thread, and the reactor never hears of it.
    pub fn wait_in_call(&mut self, limit: Duration) {
        self.in_call = limit;
    }

    /// Takes what is left of the time to wait inside the poll.
    pub(crate) fn take_in_call(&mut self) -> Duration {
        std::mem::take(&mut self.in_call)
    }

    /// Where sockets that are waited for without blocking in a call are to be registered.
    pub(crate) fn driver(&self) -> io::Result<Arc<Driver>> {
        match self.wait {
            Some(wait) => wait.driver(),
            None => workers::driver(),
        }
    }
}

impl fmt::Debug for Cx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cx")
            .field("is_blocking", &self.is_blocking())
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// Polls `f` on this thread until it is ready, and waits in between: the synchronous way to run an operation.
///
/// `f` is polled again when the waker of its context is woken (from any thread), when a socket that it registered has become
/// ready, and at its deadline; also without a reason. Calls may be nested: a callback of one operation may run another one.
pub fn block_on<T>(mut f: impl FnMut(&mut Cx<'_>) -> Poll<T>) -> T {
    let lent = Lent::take();
    let wait = lent.wait();
    loop {
        let mut cx = Cx {
            waker: &wait.waker,
            wait: Some(wait),
            deadline: None,
            in_call: Duration::ZERO,
        };
        if let Poll::Ready(value) = f(&mut cx) {
            return value;
        }
        wait.wait(cx.deadline);
    }
}

/// The means to wait of one [`block_on`] call. Kept by the thread for its next call; a wake-up meant for an earlier one is
/// harmless.
pub(crate) struct BlockingWait {
    signal: Arc<Signal>,
    waker: Waker,
    /// Made when a socket is registered for the first time. Most threads never need it.
    local: RefCell<Option<(Arc<Driver>, Poller)>>,
}

impl BlockingWait {
    fn new() -> Self {
        let signal = Arc::new(Signal::default());
        Self {
            waker: Waker::from(Arc::clone(&signal)),
            signal,
            local: RefCell::new(None),
        }
    }

    fn driver(&self) -> io::Result<Arc<Driver>> {
        let mut local = self.local.borrow_mut();
        if let Some((driver, _)) = &*local {
            return Ok(Arc::clone(driver));
        }
        let (driver, poller) = Driver::new(16)?;
        lock(&self.signal.state).driver = Some(Arc::clone(&driver));
        *local = Some((Arc::clone(&driver), poller));
        Ok(driver)
    }

    /// Returns after a wake-up since the last return, an event, or at the deadline.
    fn wait(&self, deadline: Option<Instant>) {
        match &mut *self.local.borrow_mut() {
            Some((driver, poller)) if !driver.is_empty() => {
                self.wait_for_sockets(driver, poller, deadline)
            }
            _ => self.signal.wait(deadline),
        }
    }

    fn wait_for_sockets(&self, driver: &Driver, poller: &mut Poller, deadline: Option<Instant>) {
        let mut state = lock(&self.signal.state);
        if std::mem::take(&mut state.woken) {
            return;
        }
        state.polling = true;
        drop(state);
        let timeout = deadline.map(|at| at.saturating_duration_since(Instant::now()));
        // The wakers are this thread's own, and it is awake.
        poller.turn(driver, timeout, &mut Vec::new());
        let mut state = lock(&self.signal.state);
        state.polling = false;
        state.woken = false;
    }
}

/// A flag to wait for, by a condition variable or, while the thread sits in its poll, through the poll's waker.
#[derive(Default)]
struct Signal {
    state: Mutex<SignalState>,
    condition: Condvar,
}

#[derive(Default)]
struct SignalState {
    woken: bool,
    polling: bool,
    driver: Option<Arc<Driver>>,
}

impl Signal {
    fn wait(&self, deadline: Option<Instant>) {
        let mut state = lock(&self.state);
        while !std::mem::take(&mut state.woken) {
            state = match deadline {
                None => self
                    .condition
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(at) => {
                    let left = at.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return;
                    }
                    let waited = self.condition.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut state = lock(&self.state);
        if std::mem::replace(&mut state.woken, true) {
            return;
        }
        match &state.driver {
            Some(driver) if state.polling => driver.wake(),
            _ => self.condition.notify_one(),
        }
    }
}

thread_local! {
    /// What the thread's next call takes; nested calls make their own.
    static SPARE: Cell<Option<Box<BlockingWait>>> = const { Cell::new(None) };
}

/// A wait taken from the thread; given back when dropped.
struct Lent(Option<Box<BlockingWait>>);

impl Lent {
    fn take() -> Self {
        let spare = SPARE.try_with(Cell::take).ok().flatten();
        Self(Some(spare.unwrap_or_else(|| Box::new(BlockingWait::new()))))
    }

    fn wait(&self) -> &BlockingWait {
        self.0.as_deref().expect("present until dropped")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // Fails when the thread is ending: the wait is then simply dropped.
        let wait = self.0.take();
        let _ = SPARE.try_with(|spare| spare.set(wait));
    }
}
