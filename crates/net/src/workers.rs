//! The worker threads of the process: they run jobs (an operation to poll, a notification to deliver) and take turns at
//! waiting for sockets and timers.
//!
//! There is no reactor thread. The worker that polls (the *leader*) runs the first job that its events gave by itself, on the
//! spot: an event costs one thread's wake-up, not two. While it runs the job it leaves the poll in the middle for anybody to take.
//! Handing the poll on each time would cost a wake-up per event again; instead one parked worker, the *watcher*, looks every
//! millisecond, as long as there is something to look after, whether the leader is coming back. If a millisecond passes in which
//! no worker came back for more (the application's callback blocks), the watcher steps in. An idle process wakes nobody.
//!
//! # Invariants
//!
//! - *Attended or watched*: when jobs are queued, or the poll exists and nobody polls, then a worker is between two jobs (and
//!   looks at both before it parks), or the watcher is ticking, or a parked worker has been called, or all [`MAX_THREADS`] threads
//!   run jobs. Everything that makes work appear and everything that takes a free worker away (`attend`) keeps this up, under the
//!   one lock.
//! - The poll is taken out of `Inner::poller` by the thread that polls, and is put back before any job runs.
//! - A job does not run inside [`spawn`], and no lock is held while one runs or a waker is woken.
//!
//! So one blocked callback delays the others by two milliseconds at most, by some ten if all
//! processors are busy, and any number below the cap never stops them.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::Duration;

use crate::reactor::{Driver, Poller, lock};
use crate::timer;

/// Something for a worker to do.
pub trait Job: Send + Sync + 'static {
    /// Does it. It may block: other workers go on. A panic is caught and ends the job only.
    fn run(self: Arc<Self>);
}

/// Queues a job; a worker runs it soon, never inside this call. Jobs start in the order in which they were queued, and run at
/// the same time as far as there are processors for them, or workers to replace those that block.
pub fn spawn(job: Arc<dyn Job>) {
    let mut inner = lock(&WORKERS.inner);
    inner.queue.push_back(job);
    match ROLE.try_with(Cell::get).unwrap_or(Role::Outsider) {
        // It is about to look at the queue.
        Role::Dispatching => {}
        // It will look at the queue after its job; if that takes long, the watcher will.
        Role::Working => inner.attend(),
        Role::Outsider => inner.call_one(),
    }
}

/// Whether the calling thread is one of the workers.
#[must_use]
pub fn on_worker_thread() -> bool {
    ROLE.try_with(Cell::get)
        .is_ok_and(|role| role != Role::Outsider)
}

/// The process's reactor, which the workers poll; started by the first call.
pub(crate) fn driver() -> io::Result<Arc<Driver>> {
    if let Some(driver) = WORKERS.driver.get() {
        return Ok(Arc::clone(driver));
    }
    let mut inner = lock(&WORKERS.inner);
    if let Some(driver) = WORKERS.driver.get() {
        return Ok(Arc::clone(driver));
    }
    let (driver, poller) = Driver::new(256)?;
    inner.poller = Some(Box::new(Turn {
        driver: Arc::clone(&driver),
        poller,
        wakers: Vec::new(),
    }));
    inner.has_poller = true;
    let driver = WORKERS.driver.get_or_init(|| driver);
    inner.call_one();
    Ok(Arc::clone(driver))
}

/// The most threads that there are at a time.
pub const MAX_THREADS: usize = 64;

/// Threads beyond these end when they have had nothing to do for [`IDLE_TIME`].
const MIN_THREADS: usize = 2;

/// After so many jobs a worker looks at the sockets even if there are more jobs.
const JOBS_PER_TURN: u32 = 64;

const IDLE_TIME: Duration = Duration::from_secs(10);

/// How often the watcher looks.
const TICK: Duration = Duration::from_millis(1);

/// How many times in a row it must see nothing move before it joins in when as many threads as processors are running jobs
/// already: they may just be waiting for a processor.
const PATIENCE: u32 = 10;

static WORKERS: Workers = Workers {
    inner: Mutex::new(Inner {
        queue: VecDeque::new(),
        poller: None,
        has_poller: false,
        polling: false,
        threads: 0,
        working: 0,
        idle: 0,
        calls: 0,
        starting: 0,
        watcher: Watcher::None,
        progress: 0,
        started: 0,
    }),
    watch: Condvar::new(),
    idle: Condvar::new(),
    driver: OnceLock::new(),
};

struct Workers {
    inner: Mutex<Inner>,
    /// Where the watcher waits.
    watch: Condvar,
    /// Where the other parked workers wait.
    idle: Condvar,
    driver: OnceLock<Arc<Driver>>,
}

struct Inner {
    queue: VecDeque<Arc<dyn Job>>,
    /// The poll, when nobody polls.
    poller: Option<Box<Turn>>,
    /// Whether there is a poll at all.
    has_poller: bool,
    /// Whether a worker is polling.
    polling: bool,
    threads: usize,
    /// How many run a job.
    working: usize,
    /// How many wait at `Workers::idle` and have not been called.
    idle: usize,
    /// How many of those waiting there have been called and have not noticed yet.
    calls: usize,
    /// How many new threads have not come for their first work yet.
    starting: usize,
    watcher: Watcher,
    /// Increases whenever a worker comes for work.
    progress: u64,
    /// How many threads were ever started.
    started: u64,
}

/// What the parked worker that watches does. There is at most one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Watcher {
    /// There is none.
    None,
    /// It waits to be notified: nothing needs to be looked after.
    Asleep,
    /// It looks every [`TICK`].
    Ticking,
    /// It has been told to work.
    Called,
}

/// What a new thread begins with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    Work,
    Watch,
}

/// What the current thread is doing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Outsider,
    Dispatching,
    Working,
}

thread_local! {
    static ROLE: Cell<Role> = const { Cell::new(Role::Outsider) };
}

type Guard = MutexGuard<'static, Inner>;

impl Inner {
    /// Whether something needs to be looked after: a queued job, or a poll that nobody polls.
    fn is_unattended(&self) -> bool {
        !self.queue.is_empty() || (self.has_poller && !self.polling)
    }

    /// Makes sure that what needs to be looked after will be, even if the calling worker does not come back.
    fn attend(&mut self) {
        if !self.is_unattended() {
            return;
        }
        match self.watcher {
            Watcher::Asleep => {
                self.watcher = Watcher::Ticking;
                WORKERS.watch.notify_one();
            }
            Watcher::Ticking | Watcher::Called => {}
            Watcher::None if self.calls + self.starting > 0 => {}
            Watcher::None if self.idle > 0 => self.call_idle(),
            Watcher::None => self.start(Start::Watch),
        }
    }

    /// Calls a free worker for what has just been queued.
    fn call_one(&mut self) {
        if self.idle > 0 {
            self.call_idle();
        } else if matches!(self.watcher, Watcher::Asleep | Watcher::Ticking) {
            self.watcher = Watcher::Called;
            WORKERS.watch.notify_one();
        } else if self.polling {
            if let Some(driver) = WORKERS.driver.get() {
                driver.wake();
            }
        } else if self.calls + self.starting == 0 && self.watcher != Watcher::Called {
            self.start(Start::Work);
        }
    }

    fn call_idle(&mut self) {
        self.idle -= 1;
        self.calls += 1;
        WORKERS.idle.notify_one();
    }

    /// Starts a thread, if there may be one more. If the system refuses, the others have to do.
    fn start(&mut self, start: Start) {
        if self.threads >= MAX_THREADS {
            return;
        }
        let name = format!("winhttp-{}", self.started + 1);
        if thread::Builder::new()
            .name(name)
            .spawn(move || work(start))
            .is_err()
        {
            return;
        }
        self.started += 1;
        self.threads += 1;
        match start {
            Start::Watch => self.watcher = Watcher::Ticking,
            // Until it comes, whoever queues more need not start another one.
            Start::Work => self.starting += 1,
        }
    }
}

/// How many jobs can run at the same time without being in each other's way.
fn parallel() -> usize {
    static PARALLEL: OnceLock<usize> = OnceLock::new();
    *PARALLEL.get_or_init(|| {
        thread::available_parallelism().map_or(MIN_THREADS, |count| count.get().max(MIN_THREADS))
    })
}

/// The life of a worker.
fn work(start: Start) {
    let parallel = parallel();
    ROLE.set(Role::Dispatching);
    let mut jobs_since_turn = 0;
    let mut inner = lock(&WORKERS.inner);
    match start {
        Start::Watch => inner = watch(inner),
        Start::Work => inner.starting -= 1,
    }
    loop {
        inner.progress = inner.progress.wrapping_add(1);
        let sockets_first = jobs_since_turn >= JOBS_PER_TURN && inner.poller.is_some();
        if !sockets_first && let Some(job) = inner.queue.pop_front() {
            jobs_since_turn += 1;
            inner.working += 1;
            if !inner.queue.is_empty() && inner.working < parallel {
                inner.call_one();
            }
            inner.attend();
            drop(inner);
            run(job);
            inner = lock(&WORKERS.inner);
            inner.working -= 1;
        } else if let Some(mut turn) = inner.poller.take() {
            inner.polling = true;
            drop(inner);
            turn.take(sockets_first);
            jobs_since_turn = 0;
            inner = lock(&WORKERS.inner);
            inner.polling = false;
            inner.poller = Some(turn);
        } else {
            inner = match park(inner) {
                Some(inner) => inner,
                None => break,
            };
        }
    }
    ROLE.set(Role::Outsider);
}

fn run(job: Arc<dyn Job>) {
    ROLE.set(Role::Working);
    // What the job leaves behind after a panic is its own matter; the worker holds nothing of it.
    let _ = catch_unwind(AssertUnwindSafe(|| job.run()));
    ROLE.set(Role::Dispatching);
}

/// Waits for work; `None` when the thread is to end (and is no longer counted).
fn park(mut inner: Guard) -> Option<Guard> {
    if inner.watcher == Watcher::None {
        inner.watcher = if inner.is_unattended() {
            Watcher::Ticking
        } else {
            Watcher::Asleep
        };
        return Some(watch(inner));
    }
    inner.idle += 1;
    loop {
        let (guard, waited) = WORKERS
            .idle
            .wait_timeout(inner, IDLE_TIME)
            .unwrap_or_else(PoisonError::into_inner);
        inner = guard;
        if inner.calls > 0 {
            inner.calls -= 1;
            return Some(inner);
        }
        if waited.timed_out() && inner.idle > 0 && inner.threads > MIN_THREADS {
            inner.idle -= 1;
            inner.threads -= 1;
            return None;
        }
    }
}

/// The watcher's wait; returns when it has to work. It is no longer the watcher then.
fn watch(mut inner: Guard) -> Guard {
    let mut seen = inner.progress;
    let mut still = 0;
    loop {
        match inner.watcher {
            Watcher::None | Watcher::Called => {
                inner.watcher = Watcher::None;
                return inner;
            }
            Watcher::Asleep => {
                inner = WORKERS
                    .watch
                    .wait(inner)
                    .unwrap_or_else(PoisonError::into_inner);
                seen = inner.progress;
            }
            Watcher::Ticking => {
                let waited = WORKERS.watch.wait_timeout(inner, TICK);
                let (guard, waited) = waited.unwrap_or_else(PoisonError::into_inner);
                inner = guard;
                if inner.watcher != Watcher::Ticking || !waited.timed_out() {
                    continue;
                }
                let progressed = inner.progress != seen;
                seen = inner.progress;
                if progressed {
                    still = 0;
                } else if inner.is_unattended() {
                    still += 1;
                    if inner.working < parallel() || still >= PATIENCE {
                        inner.watcher = Watcher::None;
                        return inner;
                    }
                } else {
                    still = 0;
                    inner.watcher = Watcher::Asleep;
                }
            }
        }
    }
}

/// The poll, as it is passed from worker to worker.
struct Turn {
    driver: Arc<Driver>,
    poller: Poller,
    wakers: Vec<Waker>,
}

impl Turn {
    /// Waits for events and timers (or only looks at them), and wakes who waits for them. Jobs that this queues are for the
    /// caller to run.
    fn take(&mut self, only_look: bool) {
        let timeout = if only_look {
            Some(Duration::ZERO)
        } else {
            timer::QUEUE.sleep()
        };
        self.poller.turn(&self.driver, timeout, &mut self.wakers);
        timer::QUEUE.expire(&mut self.wakers);
        for waker in self.wakers.drain(..) {
            // A panicking waker must not take the poll with it.
            let _ = catch_unwind(AssertUnwindSafe(|| waker.wake()));
        }
    }
}
