//! What is under a turn's lock.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::task::Waker;

use super::Handler;
use crate::sync::thread::ThreadId;
use crate::sync::{Canceller, Timer};
use crate::{Api, Result};

/// What others may look at while an operation runs.
pub(crate) struct State<H: Handler> {
    pub(super) turn: Option<ThreadId>,
    /// Threads that wait for the turn's end.
    pub(super) waiting: u32,
    /// The operation whose starting thread is one of them: it will poll it.
    pub(super) starter: Option<u64>,
    pub(super) slot: Slot<H::Operation>,
    /// Of the last operation that was started.
    pub(super) number: u64,
    /// The operation should be polled (again).
    pub(super) woken: bool,
    /// A job for this object is in the workers' queue.
    pub(super) scheduled: bool,
    /// Completions that must come from another thread.
    pub(super) late: VecDeque<H::Completion>,
    pub(super) ended: bool,
    pub(super) timer: Timer,
    /// Ends what a running operation waits for.
    pub(super) canceller: Option<Canceller>,
    pub(super) blocked: Option<Waker>,
    pub(super) data: H::Data,
}

pub(super) enum Slot<O> {
    Empty,
    /// Waits for its turn or for the network.
    Parked(Box<O>),
    /// In the hands of the thread that has the turn.
    Running(Api),
}

impl<H: Handler> State<H> {
    /// A new operation, to be polled. Returns its number.
    pub(super) fn park_new(&mut self, operation: H::Operation) -> u64 {
        self.slot = Slot::Parked(Box::new(operation));
        self.number += 1;
        self.woken = true;
        self.number
    }

    /// Whether the thread that started the parked operation waits for the turn, and will poll it.
    pub(super) fn has_starter(&self) -> bool {
        self.is_parked() && self.starter == Some(self.number)
    }

    pub(super) fn is_parked(&self) -> bool {
        matches!(self.slot, Slot::Parked(_))
    }

    pub(super) fn take_parked(&mut self) -> Option<Box<H::Operation>> {
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
    pub(super) fn check_free(&self, wanted: Api) -> Result<()> {
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
