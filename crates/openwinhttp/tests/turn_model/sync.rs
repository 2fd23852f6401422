//! The model's place of `crate::sync`: shuttle's primitives, and a network that wakes when it likes.

use std::cell::RefCell;
use std::sync::Arc;
use std::task::{Poll, Wake, Waker};
use std::time::{Duration, Instant};

use shuttle::rand::Rng as _;
pub(crate) use shuttle::sync::{Mutex, MutexGuard, atomic};
pub(crate) use shuttle::{thread, thread_local};
pub(crate) use std::sync::PoisonError;

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

std::thread_local! {
    /// The threads that the present execution has started. Shuttle runs all of its threads on one of the system's.
    static STARTED: RefCell<Vec<thread::JoinHandle<()>>> = const { RefCell::new(Vec::new()) };
}

/// At the beginning of an execution.
pub(crate) fn reset() {
    STARTED.with_borrow_mut(Vec::clear);
}

/// Runs something on a thread of its own, some time.
pub(crate) fn later(work: impl FnOnce() + Send + 'static) {
    let handle = thread::spawn(work);
    STARTED.with_borrow_mut(|started| started.push(handle));
}

/// Waits for all those threads.
pub(crate) fn join_all() {
    while let Some(handle) = STARTED.with_borrow_mut(Vec::pop) {
        handle.join().expect("no panic");
    }
}

/// A condition variable whose time limits may pass at any moment.
#[derive(Debug)]
pub(crate) struct Condvar(shuttle::sync::Condvar);

type Waited<'a, T> = Result<(MutexGuard<'a, T>, ()), PoisonError<(MutexGuard<'a, T>, ())>>;

impl Condvar {
    pub(crate) fn new() -> Self {
        Self(shuttle::sync::Condvar::new())
    }

    pub(crate) fn wait_timeout_while<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        _limit: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> Waited<'a, T> {
        let mut guard = guard;
        while condition(&mut guard) {
            if shuttle::rand::thread_rng().gen_bool(0.1) {
                break;
            }
            guard = self.0.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
        Ok((guard, ()))
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// The context of a poll.
pub(crate) struct Cx<'a> {
    waker: &'a Waker,
    deadline: Option<Instant>,
}

impl<'a> Cx<'a> {
    pub(crate) fn asynchronous(waker: &'a Waker) -> Self {
        Self {
            waker,
            deadline: None,
        }
    }

    pub(crate) fn waker(&self) -> &Waker {
        self.waker
    }

    pub(crate) fn wake_at(&mut self, at: Instant) {
        self.deadline = Some(at);
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }
}

/// The synchronous wait: for a wake-up, and for nothing else.
pub(crate) fn block_on<T>(mut poll: impl FnMut(&mut Cx<'_>) -> Poll<T>) -> T {
    let signal = Arc::new(Signal {
        woken: Mutex::new(false),
        changed: shuttle::sync::Condvar::new(),
    });
    let waker = Waker::from(Arc::clone(&signal));
    loop {
        if let Poll::Ready(value) = poll(&mut Cx::asynchronous(&waker)) {
            return value;
        }
        let mut woken = lock(&signal.woken);
        while !std::mem::take(&mut *woken) {
            woken = signal
                .changed
                .wait(woken)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

struct Signal {
    woken: Mutex<bool>,
    changed: shuttle::sync::Condvar,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        *lock(&self.woken) = true;
        self.changed.notify_all();
    }
}

/// A timer that goes off at once, or not until it is cleared.
#[derive(Debug, Default)]
pub(crate) struct Timer;

impl Timer {
    pub(crate) fn new() -> Self {
        Self
    }

    pub(crate) fn set(&mut self, _at: Instant, waker: &Waker) {
        let waker = waker.clone();
        later(move || waker.wake());
    }

    pub(crate) fn clear(&mut self) {}
}

/// Ends the waiting of an operation.
#[derive(Clone, Debug)]
pub(crate) struct Canceller(pub(crate) Waker);

impl Canceller {
    pub(crate) fn cancel(&self) {
        let waker = self.0.clone();
        later(move || waker.wake());
    }
}

pub(crate) use workers::Job;

pub(crate) mod workers {
    //! Each job on a thread of its own.

    use std::sync::Arc;

    pub(crate) trait Job: Send + Sync + 'static {
        fn run(self: Arc<Self>);
    }

    pub(crate) fn spawn(job: Arc<dyn Job>) {
        super::later(move || job.run());
    }

    pub(crate) fn on_worker_thread() -> bool {
        false
    }
}

/// A choice that shuttle repeats with the schedule.
pub(crate) fn maybe() -> bool {
    shuttle::rand::thread_rng().gen_bool(0.5)
}
