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
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};
use std::task::{Poll, Wake, Waker};
use std::time::Duration;

use crate::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use crate::sync::thread::{self, ThreadId};
use crate::sync::{
    Canceller, Condvar, Cx, Job, Mutex, MutexGuard, Timer, block_on, lock, thread_local, workers,
};
use crate::{Api, Error, Notification, Observer, Result};

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

/// What the turn is about: the operations of one kind of object.
pub(crate) trait Handler: Send + Sync + Sized + 'static {
    /// What belongs under the turn's lock.
    type Data: Send;
    /// An accepted operation with all it works on.
    type Operation: Send;
    /// How an operation went well.
    type Outcome;
    /// An ended operation, to be notified once.
    type Completion: Send;

    /// Which operation it is.
    fn api(operation: &Self::Operation) -> Api;

    /// Why `wanted` cannot start while `pending` is.
    fn busy(pending: Api, wanted: Api) -> Error;

    /// Goes on with an operation. Called by whoever has the turn, without the lock.
    fn poll(
        turn: &Turn<Self>,
        operation: &mut Self::Operation,
        cx: &mut Cx<'_>,
    ) -> Poll<Result<Self::Outcome>>;

    /// An operation has ended: gives back what it took, and says what follows it by itself, if anything.
    fn complete(
        data: &mut Self::Data,
        operation: Self::Operation,
        result: Result<Self::Outcome>,
    ) -> (Self::Completion, Option<Self::Operation>);

    /// What informs about a running operation, to be notified later like a completion; `None` leaves it out.
    fn later(_notification: &Notification<'_>) -> Option<Self::Completion> {
        None
    }

    /// Tells the caller's memory about a completion: the call that started the operation has not returned yet.
    fn report(completion: &mut Self::Completion);

    /// Notifies a completion. Called by whoever has the turn, without the lock.
    fn notify(turn: &Turn<Self>, completion: Self::Completion);

    /// The object is closed, nothing is pending, everything was notified. Called once, as the last thing.
    fn ended(turn: &Turn<Self>);

    /// Who is to be notified.
    fn observer(&self) -> Option<Arc<dyn Observer>>;
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

/// What others may look at while an operation runs.
pub(crate) struct State<H: Handler> {
    turn: Option<ThreadId>,
    /// Threads that wait for the turn's end.
    waiting: u32,
    /// The operation whose starting thread is one of them: it will poll it.
    starter: Option<u64>,
    slot: Slot<H::Operation>,
    /// Of the last operation that was started.
    number: u64,
    /// The operation should be polled (again).
    woken: bool,
    /// A job for this object is in the workers' queue.
    scheduled: bool,
    /// Completions that must come from another thread.
    late: VecDeque<H::Completion>,
    ended: bool,
    timer: Timer,
    /// Ends what a running operation waits for.
    canceller: Option<Canceller>,
    blocked: Option<Waker>,
    data: H::Data,
}

enum Slot<O> {
    Empty,
    /// Waits for its turn or for the network.
    Parked(Box<O>),
    /// In the hands of the thread that has the turn.
    Running(Api),
}

/// How a call that starts an operation went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    /// It is done, and its notification was made on this thread.
    Completed,
    /// Its notification comes, or came, from another thread.
    Pending,
}

/// Where a new operation is polled first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// In the call, if possible.
    InCall,
    /// On a worker (facts 19.4: a send is never completed on the caller's thread).
    OnWorker,
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

impl<H: Handler> State<H> {
    /// A new operation, to be polled. Returns its number.
    fn park_new(&mut self, operation: H::Operation) -> u64 {
        self.slot = Slot::Parked(Box::new(operation));
        self.number += 1;
        self.woken = true;
        self.number
    }

    /// Whether the thread that started the parked operation waits for the turn, and will poll it.
    fn has_starter(&self) -> bool {
        self.is_parked() && self.starter == Some(self.number)
    }

    fn is_parked(&self) -> bool {
        matches!(self.slot, Slot::Parked(_))
    }

    fn take_parked(&mut self) -> Option<Box<H::Operation>> {
        if !self.is_parked() {
            return None;
        }
        let Slot::Parked(operation) = std::mem::replace(&mut self.slot, Slot::Empty) else {
            return None;
        };
        self.slot = Slot::Running(H::api(&operation));
        Some(operation)
    }

    /// Whether an operation may start: none is pending, and the last one's completion was notified. Receiving may be asked for
    /// before that.
    fn check_free(&self, wanted: Api) -> Result<()> {
        match self.pending() {
            Some(pending) => Err(H::busy(pending, wanted)),
            None if !self.late.is_empty() && wanted != Api::ReceiveResponse => {
                Err(H::busy(wanted, wanted))
            }
            None => Ok(()),
        }
    }

    /// The operation that is pending or running.
    pub(crate) fn pending(&self) -> Option<Api> {
        match &self.slot {
            Slot::Empty => None,
            Slot::Parked(operation) => Some(H::api(operation)),
            Slot::Running(api) => Some(*api),
        }
    }

    /// The running operation no longer uses what its canceller would end.
    pub(crate) fn forget_canceller(&mut self) {
        self.canceller = None;
    }
}

impl<H: Handler> Deref for State<H> {
    type Target = H::Data;

    fn deref(&self) -> &H::Data {
        &self.data
    }
}

impl<H: Handler> DerefMut for State<H> {
    fn deref_mut(&mut self) -> &mut H::Data {
        &mut self.data
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
