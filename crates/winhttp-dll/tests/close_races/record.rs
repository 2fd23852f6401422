//! What is known about one handle, and the rules that it must keep.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;

use winhttp_testkit::status_name;

use crate::memory::Lot;
use crate::round::Plan;
use crate::violation;

/// The API numbers of REQUEST_ERROR, which number the operations here.
pub(crate) const RECEIVE: usize = 1;
pub(crate) const QUERY: usize = 2;
pub(crate) const READ: usize = 3;
pub(crate) const WRITE: usize = 4;
pub(crate) const SEND: usize = 5;

pub(crate) struct Record {
    pub(crate) handle: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) plan: Option<Plan>,
    /// Operations that were given to the library and not refused, by API number.
    pub(crate) issued: [u32; 6],
    pub(crate) completed: [u32; 6],
    /// Somebody is about to call WinHttpCloseHandle, or has.
    pub(crate) is_closing: bool,
    /// How many calls of it there were, before they returned.
    pub(crate) attempts: u32,
    pub(crate) closes: u32,
    pub(crate) closings: u32,
    /// The application has nothing more to do with it.
    pub(crate) is_finished: bool,
    /// Callbacks of this handle that run now, and on which thread.
    depth: u32,
    thread: Option<ThreadId>,
    pub(crate) events: u32,
    pub(crate) log: Vec<String>,
    pub(crate) optional: Option<Lot>,
    pub(crate) reading: Option<Lot>,
    pub(crate) writing: Option<Lot>,
    /// Bytes of the answer read, of the request written.
    pub(crate) read: u64,
    pub(crate) written: u64,
    pub(crate) last_status: u32,
}

impl Record {
    pub(crate) fn new(handle: usize) -> Self {
        Self {
            handle,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn changed(&self) {
        self.changed.notify_all();
    }

    /// Waits until `is_enough`, or so long; whether it is.
    pub(crate) fn wait(
        &self,
        limit: std::time::Duration,
        mut is_enough: impl FnMut(&State) -> bool,
    ) -> bool {
        let (state, _) = self
            .changed
            .wait_timeout_while(self.state(), limit, |state| !is_enough(state))
            .unwrap_or_else(PoisonError::into_inner);
        is_enough(&state)
    }

    pub(crate) fn fail(&self, what: &str) {
        violation(format!(
            "handle {:#x}: {what}: {}",
            self.handle,
            self.dump()
        ));
    }

    pub(crate) fn dump(&self) -> String {
        // Possibly called by who has the lock.
        match self.state.try_lock() {
            Ok(state) => state.dump(),
            Err(_) => "(locked)".to_owned(),
        }
    }

    /// A callback begins: the rules that hold for all of them.
    pub(crate) fn enter(&self, status: u32) {
        let me = std::thread::current().id();
        let mut state = self.state();
        let mut wrong = Vec::new();
        if state.closings > 0 {
            wrong.push("a callback after HANDLE_CLOSING");
        }
        if state.depth > 0 && state.thread != Some(me) {
            wrong.push("callbacks on two threads at once");
        }
        if status == HANDLE_CLOSING {
            state.closings += 1;
            if state.depth > 0 {
                wrong.push("HANDLE_CLOSING inside another callback");
            }
            if !state.is_closing {
                wrong.push("HANDLE_CLOSING without a close");
            }
        }
        state.depth += 1;
        state.events += 1;
        state.thread = Some(me);
        state.last_status = status;
        let entry = format!("{} {:?}", status_name(status), me);
        state.log.push(entry);
        drop(state);
        for what in wrong {
            self.fail(what);
        }
    }

    pub(crate) fn leave(&self) {
        let mut state = self.state();
        state.depth -= 1;
        if state.depth == 0 {
            state.thread = None;
        }
        drop(state);
        self.changed();
    }

    /// A completion came.
    pub(crate) fn complete(&self, api: usize) {
        let mut state = self.state();
        let Some(completed) = state.completed.get_mut(api) else {
            drop(state);
            return self.fail("a completion with an API number of its own");
        };
        *completed += 1;
        let is_too_many = state.completed[api] > state.issued[api];
        drop(state);
        if is_too_many {
            self.fail(&format!("operation {api} is completed and was not begun"));
        }
    }

    /// The rules that hold when everything is over.
    pub(crate) fn check_end(&self) {
        let state = self.state();
        let mut wrong = Vec::new();
        if state.issued != state.completed {
            wrong.push("operations without a completion");
        }
        if state.closes != 1 {
            wrong.push("the number of successful closes");
        }
        if state.closings != 1 {
            wrong.push("the number of HANDLE_CLOSING");
        }
        drop(state);
        for what in wrong {
            self.fail(what);
        }
    }
}

impl State {
    /// The operation that is pending, as far as the application knows.
    pub(crate) fn pending(&self) -> Option<usize> {
        (1..6).find(|&api| self.issued[api] > self.completed[api])
    }

    fn dump(&self) -> String {
        format!(
            "plan {:?}, issued {:?}, completed {:?}, closing {}, closes {}, closings {}, finished {}, depth {} on {:?}, log [{}]",
            self.plan,
            self.issued,
            self.completed,
            self.is_closing,
            self.closes,
            self.closings,
            self.is_finished,
            self.depth,
            self.thread,
            self.log.join(", "),
        )
    }
}

pub(crate) const HANDLE_CLOSING: u32 = 0x800;
pub(crate) const HANDLE_CREATED: u32 = 0x400;
