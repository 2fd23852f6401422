//! Whose turn it is: how operations, notifications and closing share an object.
//!
//! Rules that hold here and that its users rely on:
//!
//! - Who works on an object *has the turn*: it runs the operation, and it alone notifies. Turns nest on one thread (a
//!   callback makes the next call), and are never held by two threads.
//! - [`State`] is locked for moments only; never while waiting, sending, receiving or notifying. An operation that runs owns
//!   what it works on.
//! - An accepted operation is completed exactly once: by whoever takes it out of its slot.
//! - Whoever gives the turn back ([`Turn::leave`]) looks for what came up meanwhile: a wake-up, a completion that waits for
//!   another thread, the closing of the handle. [`Handler::ended`] is called when nothing else is left, once.

use std::cell::Cell;
use std::collections::VecDeque;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};
use std::task::{Poll, Wake, Waker};
use std::time::Duration;

use crate::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use crate::sync::thread::{self, ThreadId};
use crate::sync::{
    Canceller, Condvar, Cx, Job, Mutex, MutexGuard, Timer, block_on, lock, thread_local, workers,
};
use crate::{Api, Error, Notification, Result};

// By path: the model test has this file under another name.
#[path = "turn/handler.rs"]
mod handler;
#[path = "turn/state.rs"]
mod state;

pub use handler::Started;
pub(crate) use handler::{Handler, Start};
use state::Slot;
pub(crate) use state::State;

/// Completions nest so deep on one thread (facts 20.9).
const MAX_DEPTH: u32 = 5;

/// How long a call of an asynchronous object may wait for another thread's callback, or for the first byte of an answer,
/// before it goes on in the background (spec/README 14).
const IN_CALL_WAIT: Duration = Duration::from_millis(50);

thread_local! {
    /// Notifications that this thread is inside of, of any object.
    static IN_NOTIFICATION: Cell<u32> = const { Cell::new(0) };
}

thread_local! {
    /// Asking the system's threads takes two atomic operations each time.
    static THIS_THREAD: Cell<Option<ThreadId>> = const { Cell::new(None) };
}

fn this_thread() -> ThreadId {
    THIS_THREAD.with(|cell| {
        cell.get().unwrap_or_else(|| {
            let id = thread::current().id();
            cell.set(Some(id));
            id
        })
    })
}

/// Whether this thread is inside a notification.
fn in_notification() -> bool {
    IN_NOTIFICATION.with(Cell::get) > 0
}

/// How long the call that is being made on this thread may wait: not at all in a notification, nor on behalf of others.
pub(crate) fn in_call_wait() -> Duration {
    if in_notification() || workers::on_worker_thread() {
        Duration::ZERO
    } else {
        IN_CALL_WAIT
    }
}

/// An object whose operations take turns.
pub(crate) struct Turn<H: Handler> {
    handler: H,
    closed: AtomicBool,
    /// Notifications inside of which the turn's thread is.
    depth: AtomicU32,
    state: Mutex<State<H>>,
    turn_over: Condvar,
}

impl<H: Handler> Turn<H> {
    pub(crate) fn new(handler: H, data: H::Data) -> Arc<Self> {
        Arc::new(Self {
            handler,
            closed: AtomicBool::new(false),
            depth: AtomicU32::new(0),
            state: Mutex::new(State {
                turn: None,
                waiting: 0,
                starter: None,
                slot: Slot::Empty,
                number: 0,
                woken: false,
                scheduled: false,
                late: VecDeque::new(),
                ended: false,
                timer: Timer::new(),
                canceller: None,
                blocked: None,
                data,
            }),
            turn_over: Condvar::new(),
        })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State<H>> {
        lock(&self.state)
    }

    /// For whoever has the turn: fails once the object is closed.
    pub(crate) fn check_open(&self) -> Result<()> {
        if self.closed.load(Ordering::Acquire) {
            Err(Error::OperationCancelled)
        } else {
            Ok(())
        }
    }

    /// Remembers how to end the running operation's waiting.
    pub(crate) fn set_canceller(&self, canceller: Canceller) -> Result<()> {
        let mut state = self.state();
        self.check_open()?;
        state.canceller = Some(canceller);
        Ok(())
    }

    /// Notifies. Only whoever has the turn may.
    pub(crate) fn notify(&self, notification: &Notification<'_>) {
        let Some(observer) = self.handler.observer() else {
            return;
        };
        if !observer.is_active() {
            return;
        }
        if self.is_deep() {
            // It comes before the completion that it belongs to, from another thread.
            if let Some(later) = H::later(notification) {
                self.state().late.push_back(later);
            }
            return;
        }
        self.depth.fetch_add(1, Ordering::Relaxed);
        IN_NOTIFICATION.with(|count| count.set(count.get() + 1));
        // A panic has been reported by the panic hook; the object itself is whole.
        let _ = catch_unwind(AssertUnwindSafe(|| observer.notify(notification)));
        IN_NOTIFICATION.with(|count| count.set(count.get() - 1));
        self.depth.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether notifications are nested so deep that the next completion belongs on another thread.
    pub(crate) fn is_deep(&self) -> bool {
        self.depth.load(Ordering::Relaxed) >= MAX_DEPTH
    }

    /// Does something that notifies outside of an operation: nobody else notifies meanwhile. Only for an object whose turn
    /// nobody can have yet, except the calling thread.
    pub(crate) fn hold(self: &Arc<Self>, work: impl FnOnce()) {
        let mut state = self.state();
        let is_free = state.turn.is_none();
        if is_free {
            state.turn = Some(this_thread());
        }
        drop(state);
        self.depth.fetch_add(1, Ordering::Relaxed);
        IN_NOTIFICATION.with(|count| count.set(count.get() + 1));
        // As in `notify`.
        let _ = catch_unwind(AssertUnwindSafe(work));
        IN_NOTIFICATION.with(|count| count.set(count.get() - 1));
        self.depth.fetch_sub(1, Ordering::Relaxed);
        if is_free {
            self.leave();
        }
    }

    /// Runs an operation of a synchronous object on this thread, to its end. `begin` checks and takes what `work` needs;
    /// `end` gives it back.
    ///
    /// # Errors
    /// [`Error::InvalidOperation`], [`Error::IncorrectHandleState`]: another one is running. Else what the operation says.
    pub(crate) fn run<O, T>(
        self: &Arc<Self>,
        api: Api,
        begin: impl FnOnce(&mut State<H>) -> Result<O>,
        work: impl FnOnce(&Self, &mut O) -> Result<T>,
        end: impl FnOnce(&mut State<H>, O, bool),
    ) -> Result<T> {
        let me = this_thread();
        let mut state = self.state();
        self.check_open().map_err(|_| Error::InvalidHandle)?;
        state.check_free(api)?;
        let nested = state.turn == Some(me);
        if state.turn.is_some() && !nested {
            return Err(Error::InvalidOperation);
        }
        let mut operation = begin(&mut state)?;
        state.turn = Some(me);
        state.slot = Slot::Running(api);
        drop(state);

        let result = catch_unwind(AssertUnwindSafe(|| work(self, &mut operation)))
            .unwrap_or(Err(Error::InternalError));

        let mut state = self.state();
        let result = match self.check_open() {
            Ok(()) => result,
            Err(cancelled) => Err(cancelled),
        };
        end(&mut state, operation, result.is_ok());
        state.slot = Slot::Empty;
        state.canceller = None;
        state.blocked = None;
        if nested {
            return result;
        }
        if self.closed.load(Ordering::Acquire) {
            drop(state);
            self.leave();
        } else {
            state.turn = None;
            let waiting = state.waiting > 0;
            drop(state);
            if waiting {
                self.turn_over.notify_all();
            }
        }
        result
    }

    /// Waits on this thread for a part of a synchronous operation. Closing the object ends the waiting.
    pub(crate) fn wait<T>(
        &self,
        mut poll: impl FnMut(&mut Cx<'_>) -> Poll<Result<T>>,
    ) -> Result<T> {
        block_on(|cx| {
            self.check_open()?;
            let result = poll(cx);
            if result.is_pending() {
                let mut state = self.state();
                if self.check_open().is_err() {
                    return Poll::Ready(Err(Error::OperationCancelled));
                }
                state.blocked = Some(cx.waker().clone());
            }
            result
        })
    }

    /// Starts an operation of an asynchronous object.
    ///
    /// # Errors
    /// What `begin` says: nothing was started then. [`Error::InvalidOperation`], [`Error::IncorrectHandleState`]: another
    /// operation is pending.
    pub(crate) fn start(
        self: &Arc<Self>,
        api: Api,
        begin: impl FnOnce(&mut State<H>) -> Result<H::Operation>,
        start: Start,
    ) -> Result<Started> {
        let mut state = self.state();
        self.check_open().map_err(|_| Error::InvalidHandle)?;
        state.check_free(api)?;
        let operation = begin(&mut state)?;
        let number = state.park_new(operation);
        if start == Start::OnWorker {
            self.schedule(&mut state);
            return Ok(Started::Pending);
        }
        let me = this_thread();
        if state.turn == Some(me) {
            return Ok(self.drive(state, Some(number)));
        }
        let Some(mut state) = self.wait_turn(state, number) else {
            return Ok(Started::Pending);
        };
        state.turn = Some(me);
        let started = self.drive(state, Some(number));
        self.leave();
        Ok(started)
    }

    /// Waits until nobody has the turn, on behalf of the operation that this thread has parked. `None`: somebody else looks
    /// after it.
    fn wait_turn<'a>(
        &'a self,
        mut state: MutexGuard<'a, State<H>>,
        number: u64,
    ) -> Option<MutexGuard<'a, State<H>>> {
        if state.turn.is_none() {
            return Some(state);
        }
        if in_notification() {
            // Its thread schedules the operation when it leaves.
            return None;
        }
        // Whoever it is may be about to leave a callback: that of the completion which made this call possible.
        state.waiting += 1;
        state.starter = Some(number);
        let (mut state, _) = self
            .turn_over
            .wait_timeout_while(state, IN_CALL_WAIT, |state| {
                state.turn.is_some() && state.is_parked() && state.number == number
            })
            .unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        if state.starter == Some(number) {
            state.starter = None;
        }
        let is_mine = state.turn.is_none() && state.is_parked() && state.number == number;
        is_mine.then_some(state)
    }

    /// Starts an operation of an asynchronous object in place of the one that is pending, which is cancelled; that is notified
    /// before this returns, unless another thread has the turn.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`].
    pub(crate) fn start_instead(
        self: &Arc<Self>,
        begin: impl FnOnce(&mut State<H>) -> H::Operation,
    ) -> Result<Started> {
        let mut state = self.state();
        self.check_open().map_err(|_| Error::InvalidHandle)?;
        while matches!(state.slot, Slot::Running(_)) {
            // Polling does not wait, so this is over soon; but only the turn's end is signalled, and that may take a callback.
            state.waiting += 1;
            let (after, _) = self
                .turn_over
                .wait_timeout_while(state, IN_CALL_WAIT, |state| {
                    matches!(state.slot, Slot::Running(_))
                })
                .unwrap_or_else(PoisonError::into_inner);
            state = after;
            state.waiting -= 1;
            self.check_open().map_err(|_| Error::InvalidHandle)?;
        }
        if let Some(operation) = state.take_parked() {
            let cancelled = Err(Error::OperationCancelled);
            let completion = self.complete(&mut state, *operation, cancelled);
            state.late.push_back(completion);
        }
        let operation = begin(&mut state);
        let number = state.park_new(operation);
        let me = this_thread();
        let nested = state.turn == Some(me);
        if !nested {
            let Some(mine) = self.wait_turn(state, number) else {
                return Ok(Started::Pending);
            };
            state = mine;
        }
        state.turn = Some(me);
        if !self.is_deep() {
            while let Some(completion) = state.late.pop_front() {
                drop(state);
                H::notify(self, completion);
                state = self.state();
            }
        }
        let started = self.drive(state, Some(number));
        if !nested {
            self.leave();
        }
        Ok(started)
    }

    /// Waits until no operation is pending or running, at most until `deadline`. Returns whether that is so.
    pub(crate) fn wait_free(&self, deadline: std::time::Instant) -> bool {
        let mut state = self.state();
        let limit = deadline.saturating_duration_since(std::time::Instant::now());
        let is_busy = |state: &mut State<H>| state.turn.is_some() || state.pending().is_some();
        if is_busy(&mut state) {
            state.waiting += 1;
            let (after, _) = self
                .turn_over
                .wait_timeout_while(state, limit, is_busy)
                .unwrap_or_else(PoisonError::into_inner);
            state = after;
            state.waiting -= 1;
        }
        !is_busy(&mut state)
    }

    /// Polls the parked operation, and what follows it, as long as that leads on. The turn is this thread's. `own` is the
    /// operation whose call has not returned yet: only that one's caller may be told, by its memory and by the result; what
    /// others started here meanwhile, their calls have returned.
    fn drive<'a>(
        self: &'a Arc<Self>,
        mut state: MutexGuard<'a, State<H>>,
        own: Option<u64>,
    ) -> Started {
        let mut started = Started::Pending;
        let waker = Waker::from(Arc::clone(self));
        // What another thread has started and is about to poll itself is left to it: its call can complete it (facts 19.5).
        while state.woken && !state.has_starter() {
            let Some(mut operation) = state.take_parked() else {
                break;
            };
            state.woken = false;
            let is_own = own == Some(state.number);
            drop(state);

            let mut cx = Cx::asynchronous(&waker);
            let result = match self.check_open() {
                // A panic in the caller's memory or in ours: the hook has told of it, the operation ends.
                Ok(()) => catch_unwind(AssertUnwindSafe(|| H::poll(self, &mut operation, &mut cx)))
                    .unwrap_or(Poll::Ready(Err(Error::InternalError))),
                Err(cancelled) => Poll::Ready(Err(cancelled)),
            };
            let result = match result {
                Poll::Pending => {
                    state = self.state();
                    if self.check_open().is_err() {
                        Err(Error::OperationCancelled)
                    } else {
                        state.slot = Slot::Parked(operation);
                        if state.woken {
                            continue;
                        }
                        if let Some(deadline) = cx.deadline() {
                            state.timer.set(deadline, &waker);
                        }
                        break;
                    }
                }
                Poll::Ready(result) => {
                    state = self.state();
                    // Closing ends the connection, which looks like the server's doing.
                    result.map_err(|error| self.check_open().err().unwrap_or(error))
                }
            };
            let mut completion = self.complete(&mut state, *operation, result);
            if is_own {
                H::report(&mut completion);
            }
            if self.is_deep() || !state.late.is_empty() {
                state.late.push_back(completion);
            } else {
                drop(state);
                if is_own {
                    started = Started::Completed;
                }
                H::notify(self, completion);
                state = self.state();
            }
        }
        started
    }

    /// The operation has ended; what follows it is put in its place. Its completion is to be notified, once.
    fn complete(
        &self,
        state: &mut State<H>,
        operation: H::Operation,
        result: Result<H::Outcome>,
    ) -> H::Completion {
        state.slot = Slot::Empty;
        state.canceller = None;
        let (completion, next) = H::complete(&mut state.data, operation, result);
        if let Some(next) = next {
            state.park_new(next);
        }
        completion
    }

    /// Gives the turn back.
    fn leave(self: &Arc<Self>) {
        let mut state = self.state();
        while self.closed.load(Ordering::Acquire) && !state.ended {
            // What ended before comes first.
            if let Some(completion) = state.late.pop_front() {
                drop(state);
                H::notify(self, completion);
            } else if let Some(operation) = state.take_parked() {
                let cancelled = Err(Error::OperationCancelled);
                let completion = self.complete(&mut state, *operation, cancelled);
                drop(state);
                H::notify(self, completion);
            } else {
                state.ended = true;
                state.timer.clear();
                drop(state);
                H::ended(self);
            }
            state = self.state();
        }
        state.turn = None;
        if !state.late.is_empty() || state.woken && state.is_parked() && !state.has_starter() {
            self.schedule(&mut state);
        }
        let waiting = state.waiting > 0;
        drop(state);
        if waiting {
            self.turn_over.notify_all();
        }
    }

    fn schedule(self: &Arc<Self>, state: &mut State<H>) {
        if !state.scheduled {
            state.scheduled = true;
            workers::spawn(Arc::clone(self) as Arc<dyn Job>);
        }
    }

    /// Closes the object. What is pending is cancelled; [`Handler::ended`] is called when everything has ended, here or on the
    /// thread that has the turn.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`]: it was closed before.
    pub(crate) fn close(self: &Arc<Self>) -> Result<()> {
        let mut state = self.state();
        if self.closed.swap(true, Ordering::AcqRel) {
            return Err(Error::InvalidHandle);
        }
        if let Some(canceller) = state.canceller.take() {
            canceller.cancel();
        }
        let blocked = state.blocked.take();
        let free = state.turn.is_none();
        if free {
            state.turn = Some(this_thread());
        }
        drop(state);
        if let Some(waker) = blocked {
            waker.wake();
        }
        if free {
            self.leave();
        }
        Ok(())
    }
}

impl<H: Handler> Deref for Turn<H> {
    type Target = H;

    fn deref(&self) -> &H {
        &self.handler
    }
}

impl<H: Handler> Wake for Turn<H> {
    fn wake(self: Arc<Self>) {
        let mut state = self.state();
        state.woken = true;
        if state.turn.is_none() && state.is_parked() && !state.has_starter() {
            self.schedule(&mut state);
        }
    }
}

impl<H: Handler> Job for Turn<H> {
    fn run(self: Arc<Self>) {
        let mut state = self.state();
        state.scheduled = false;
        if state.turn.is_some() || state.late.is_empty() && state.has_starter() {
            // Its thread looks after everything when it leaves; or the one that is about to have it.
            return;
        }
        state.turn = Some(this_thread());
        while let Some(completion) = state.late.pop_front() {
            drop(state);
            H::notify(&self, completion);
            state = self.state();
        }
        self.drive(state, None);
        self.leave();
    }
}
