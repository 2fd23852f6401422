//! Whose turn it is: how operations, notifications and closing share a request.
//!
//! Rules that hold here and that the rest of `request` relies on:
//!
//! - Who works on a request *has the turn*: it runs the operation, and it alone notifies. Turns nest on one thread (a
//!   callback makes the next call), and are never held by two threads.
//! - `State` is locked for moments only; never while waiting, sending, receiving or notifying. An operation that runs owns
//!   what it works on ([`Exchange`] moves from `State` into the operation and back).
//! - An accepted operation is completed exactly once: by whoever takes it out of its slot.
//! - Whoever gives the turn back ([`Core::leave`]) looks for what came up meanwhile: a wake-up, a completion that waits for
//!   another thread, the closing of the handle. `Closed` is notified when nothing else is left.

use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::task::{Poll, Wake, Waker};
use std::thread::{self, ThreadId};
use std::time::Duration;

use net::conn::Canceller;
use net::cx::{Cx, block_on};
use net::timer::Timer;
use net::workers::{self, Job};

use super::exchange::Exchange;
use super::operation::{Completion, Operation, Outcome};
use super::state::{Message, Phase};
use super::target::Fixed;
use crate::options::Options;
use crate::session::{SessionShared, lock};
use crate::{Api, Buffer, Error, Mode, Notification, Observer, Result};

/// Completions nest so deep on one thread (facts 20.9).
const MAX_DEPTH: u32 = 5;

/// How long a call of an asynchronous request may wait for another thread's callback, or for the first byte of an answer,
/// before it goes on in the background (spec/README 14).
const IN_CALL_WAIT: Duration = Duration::from_millis(50);

thread_local! {
    /// Notifications that this thread is inside of, of any request.
    static IN_NOTIFICATION: Cell<u32> = const { Cell::new(0) };
}

/// Whether this thread is inside a notification.
fn in_notification() -> bool {
    IN_NOTIFICATION.get() > 0
}

/// How long the call that is being made on this thread may wait: not at all in a notification, nor on behalf of others.
pub(super) fn in_call_wait() -> Duration {
    if in_notification() || workers::on_worker_thread() {
        Duration::ZERO
    } else {
        IN_CALL_WAIT
    }
}

/// A request.
pub(crate) struct Core<B: Buffer> {
    pub(super) session: Arc<SessionShared>,
    pub(super) fixed: Fixed,
    observer: Mutex<Option<Arc<dyn Observer>>>,
    closed: AtomicBool,
    /// Notifications inside of which the turn's thread is.
    depth: AtomicU32,
    state: Mutex<State<B>>,
    turn_over: Condvar,
}

/// What others may look at while an operation runs.
pub(super) struct State<B: Buffer> {
    turn: Option<ThreadId>,
    /// Threads that wait for the turn's end.
    waiting: u32,
    slot: Slot<B>,
    /// The operation should be polled (again).
    woken: bool,
    /// A job for this request is in the workers' queue.
    scheduled: bool,
    /// Completions that must come from another thread.
    late: VecDeque<Completion<B>>,
    /// A receive that was asked for while the request was still being sent.
    pub(super) receive_next: bool,
    closing_done: bool,
    timer: Timer,
    /// Ends what a running operation waits for.
    canceller: Option<Canceller>,
    blocked: Option<Waker>,

    pub(super) phase: Phase,
    pub(super) exchange: Option<Box<Exchange>>,
    pub(super) message: Message<B>,
    pub(super) options: Options,
}

enum Slot<B: Buffer> {
    Empty,
    /// Waits for its turn or for the network.
    Parked(Box<Operation<B>>),
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

impl<B: Buffer> Core<B> {
    pub(super) fn new(
        session: Arc<SessionShared>,
        fixed: Fixed,
        message: Message<B>,
        options: Options,
        observer: Option<Arc<dyn Observer>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            session,
            fixed,
            observer: Mutex::new(observer),
            closed: AtomicBool::new(false),
            depth: AtomicU32::new(0),
            state: Mutex::new(State {
                turn: None,
                waiting: 0,
                slot: Slot::Empty,
                woken: false,
                scheduled: false,
                late: VecDeque::new(),
                receive_next: false,
                closing_done: false,
                timer: Timer::new(),
                canceller: None,
                blocked: None,
                phase: Phase::Open,
                exchange: None,
                message,
                options,
            }),
            turn_over: Condvar::new(),
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State<B>> {
        lock(&self.state)
    }

    pub(super) fn set_observer(&self, observer: Option<Arc<dyn Observer>>) {
        *lock(&self.observer) = observer;
    }

    pub(super) fn is_asynchronous(&self) -> bool {
        self.session.mode() == Mode::Asynchronous
    }

    /// For whoever has the turn: fails once the request is closed.
    pub(super) fn check_open(&self) -> Result<()> {
        if self.closed.load(Ordering::Acquire) {
            Err(Error::OperationCancelled)
        } else {
            Ok(())
        }
    }

    /// Remembers how to end the running operation's waiting.
    pub(super) fn set_canceller(&self, canceller: Canceller) -> Result<()> {
        let mut state = self.state();
        self.check_open()?;
        state.canceller = Some(canceller);
        Ok(())
    }

    /// The connection is about to leave the request. Returns whether it may be kept.
    pub(super) fn release_connection(&self) -> bool {
        let mut state = self.state();
        state.canceller = None;
        !state.options.expire_connection
    }

    /// Notifies. Only whoever has the turn may.
    pub(super) fn notify(&self, notification: &Notification<'_>) {
        let Some(observer) = lock(&self.observer).clone() else {
            return;
        };
        // Deeper down, only completions of other threads follow; what informs about them would exceed the depth.
        if !observer.is_active() || self.is_deep() {
            return;
        }
        self.depth.fetch_add(1, Ordering::Relaxed);
        IN_NOTIFICATION.set(IN_NOTIFICATION.get() + 1);
        // A panic has been reported by the panic hook; the request itself is whole.
        let _ = catch_unwind(AssertUnwindSafe(|| observer.notify(notification)));
        IN_NOTIFICATION.set(IN_NOTIFICATION.get() - 1);
        self.depth.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether notifications are nested so deep that the next completion belongs on another thread.
    pub(super) fn is_deep(&self) -> bool {
        self.depth.load(Ordering::Relaxed) >= MAX_DEPTH
    }

    /// Runs an operation of a synchronous request on this thread, to its end. `begin` checks and takes what `work` needs;
    /// `end` gives it back.
    ///
    /// # Errors
    /// [`Error::InvalidOperation`], [`Error::IncorrectHandleState`]: another one is running. Else what the operation says.
    pub(super) fn run<O, T>(
        self: &Arc<Self>,
        api: Api,
        begin: impl FnOnce(&mut State<B>) -> Result<O>,
        work: impl FnOnce(&Self, &mut O) -> Result<T>,
        end: impl FnOnce(&mut State<B>, O, bool),
    ) -> Result<T> {
        let me = thread::current().id();
        let mut state = self.state();
        self.check_open().map_err(|_| Error::InvalidHandle)?;
        if !matches!(state.slot, Slot::Empty) {
            return Err(state.busy_error(api));
        }
        let nested = state.turn == Some(me);
        if state.turn.is_some() && !nested {
            return Err(Error::InvalidOperation);
        }
        let mut operation = begin(&mut state)?;
        state.turn = Some(me);
        state.slot = Slot::Running(api);
        drop(state);

        let result = work(self, &mut operation);

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
        }
        result
    }

    /// Waits on this thread for a part of a synchronous operation. The closing of the request ends the waiting.
    pub(super) fn wait<T>(
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

    /// Starts an operation of an asynchronous request.
    ///
    /// # Errors
    /// What `begin` says: nothing was started then. [`Error::InvalidOperation`], [`Error::IncorrectHandleState`]: another
    /// operation is pending.
    pub(super) fn start(
        self: &Arc<Self>,
        api: Api,
        begin: impl FnOnce(&mut State<B>) -> Result<Operation<B>>,
        start: Start,
    ) -> Result<Started> {
        let mut state = self.state();
        self.check_open().map_err(|_| Error::InvalidHandle)?;
        if !matches!(state.slot, Slot::Empty) {
            return Err(state.busy_error(api));
        }
        let operation = begin(&mut state)?;
        state.slot = Slot::Parked(Box::new(operation));
        state.woken = true;
        if start == Start::OnWorker {
            self.schedule(&mut state);
            return Ok(Started::Pending);
        }
        let me = thread::current().id();
        if state.turn == Some(me) {
            return Ok(self.drive(state, true));
        }
        if state.turn.is_some() {
            if in_notification() {
                // Its thread schedules the operation when it leaves.
                return Ok(Started::Pending);
            }
            // Whoever it is may be about to leave a callback: that of the completion which made this call possible.
            state.waiting += 1;
            let (after, _) = self
                .turn_over
                .wait_timeout_while(state, IN_CALL_WAIT, |state| {
                    state.turn.is_some() && state.is_parked()
                })
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            state = after;
            state.waiting -= 1;
            if state.turn.is_some() || !state.is_parked() {
                return Ok(Started::Pending);
            }
        }
        state.turn = Some(me);
        let started = self.drive(state, true);
        self.leave();
        Ok(started)
    }

    /// Polls the parked operation, and what follows it, as long as that leads on. The turn is this thread's.
    fn drive<'a>(
        self: &'a Arc<Self>,
        mut state: MutexGuard<'a, State<B>>,
        in_call: bool,
    ) -> Started {
        let mut started = Started::Pending;
        let waker = Waker::from(Arc::clone(self));
        while state.woken {
            let Some(mut operation) = state.take_parked() else {
                break;
            };
            state.woken = false;
            drop(state);

            let mut cx = Cx::asynchronous(&waker);
            let result = match self.check_open() {
                Ok(()) => operation.poll(self, &mut cx),
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
                    result
                }
            };
            let mut completion = self.complete(&mut state, operation, result);
            if in_call {
                completion.report();
            }
            if self.is_deep() {
                state.late.push_back(completion);
            } else {
                drop(state);
                started = Started::Completed;
                completion.notify(self);
                state = self.state();
            }
        }
        started
    }

    /// The operation has ended; what follows it is put in its place. Its completion is to be notified, once.
    fn complete(
        &self,
        state: &mut State<B>,
        operation: Box<Operation<B>>,
        result: Result<Outcome>,
    ) -> Completion<B> {
        state.slot = Slot::Empty;
        state.canceller = None;
        let completion = operation.complete(state, result);
        if std::mem::take(&mut state.receive_next) {
            state.slot = Slot::Parked(Box::new(Operation::receive(state)));
            state.woken = true;
        }
        completion
    }

    /// Gives the turn back.
    fn leave(self: &Arc<Self>) {
        let mut state = self.state();
        while self.closed.load(Ordering::Acquire) && !state.closing_done {
            if let Some(operation) = state.take_parked() {
                state.receive_next = false;
                let completion =
                    self.complete(&mut state, operation, Err(Error::OperationCancelled));
                drop(state);
                completion.notify(self);
            } else if let Some(completion) = state.late.pop_front() {
                drop(state);
                completion.notify(self);
            } else {
                state.closing_done = true;
                state.timer.clear();
                let mut exchange = state.exchange.take();
                if let Some(exchange) = &mut exchange {
                    exchange.keep &= !state.options.expire_connection;
                }
                let drain = state.options.max_response_drain_size;
                drop(state);
                if let Some(exchange) = exchange {
                    exchange.give_up(drain.into());
                }
                self.notify(&Notification::Closed);
                self.set_observer(None);
            }
            state = self.state();
        }
        state.turn = None;
        let waiting = state.waiting > 0;
        // Who waits for the turn polls the operation, which is its own.
        if !state.late.is_empty() || state.woken && state.is_parked() && !waiting {
            self.schedule(&mut state);
        }
        drop(state);
        if waiting {
            self.turn_over.notify_all();
        }
    }

    fn schedule(self: &Arc<Self>, state: &mut State<B>) {
        if !state.scheduled {
            state.scheduled = true;
            workers::spawn(Arc::clone(self) as Arc<dyn Job>);
        }
    }

    /// Closes the request. What is pending is cancelled; `Closed` is notified when everything has ended, here or on the thread
    /// that has the turn.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`]: it was closed before.
    pub(super) fn close(self: &Arc<Self>) -> Result<()> {
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
            state.turn = Some(thread::current().id());
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

/// Where a new operation is polled first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// In the call, if possible.
    InCall,
    /// On a worker (facts 19.4: a send is never completed on the caller's thread).
    OnWorker,
}

impl<B: Buffer> State<B> {
    fn is_parked(&self) -> bool {
        matches!(self.slot, Slot::Parked(_))
    }

    fn take_parked(&mut self) -> Option<Box<Operation<B>>> {
        if !self.is_parked() {
            return None;
        }
        let Slot::Parked(operation) = std::mem::replace(&mut self.slot, Slot::Empty) else {
            return None;
        };
        self.slot = Slot::Running(operation.api());
        Some(operation)
    }

    /// The connection, for an operation that begins. Time limits are those of now; closing the request ends its waiting.
    pub(super) fn take_exchange(&mut self) -> Option<Box<Exchange>> {
        let mut exchange = self.exchange.take()?;
        let timeouts = &self.options.timeouts;
        exchange
            .conn
            .set_timeouts(timeouts.send.duration(), timeouts.receive.duration());
        exchange.detached = true;
        self.canceller = Some(exchange.conn.canceller());
        Some(exchange)
    }

    /// The operation that is pending or running.
    pub(super) fn pending(&self) -> Option<Api> {
        match &self.slot {
            Slot::Empty => None,
            Slot::Parked(operation) => Some(operation.api()),
            Slot::Running(api) => Some(*api),
        }
    }

    /// Why an operation cannot start while another is pending (behaviour 4): it may not fit the phase either.
    fn busy_error(&self, wanted: Api) -> Error {
        let reading = |api| matches!(api, Api::QueryDataAvailable | Api::ReadData);
        match self.pending() {
            Some(pending) if reading(pending) && reading(wanted) => Error::InvalidOperation,
            Some(Api::WriteData) if wanted == Api::WriteData => Error::InvalidOperation,
            _ => Error::IncorrectHandleState,
        }
    }
}

impl<B: Buffer> Wake for Core<B> {
    fn wake(self: Arc<Self>) {
        let mut state = self.state();
        state.woken = true;
        if state.turn.is_none() && state.is_parked() {
            self.schedule(&mut state);
        }
    }
}

impl<B: Buffer> Job for Core<B> {
    fn run(self: Arc<Self>) {
        let mut state = self.state();
        state.scheduled = false;
        if state.turn.is_some() {
            // Its thread looks after everything when it leaves.
            return;
        }
        state.turn = Some(thread::current().id());
        while let Some(completion) = state.late.pop_front() {
            drop(state);
            completion.notify(&self);
            state = self.state();
        }
        self.drive(state, false);
        self.leave();
    }
}
