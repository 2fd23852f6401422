//! One-shot wake-ups for parked asynchronous operations, served by the worker that polls.
//!
//! Time-outs are set for every receive and almost never expire, so setting one is made cheap: a timer that is set again to a
//! later time, or cleared, stays queued at its old time; when that comes, it is queued anew if it still has to be. And the
//! poller does not sleep for ever right after timers were in use, so that a new timer (some seconds ahead) need not wake it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::task::Waker;
use std::time::{Duration, Instant};

use crate::reactor::lock;
use crate::workers;

/// A wake-up at a time. One per owner of operations, to be used again for each: that takes no memory.
///
/// It may wake early, late by the time that the system takes to schedule a thread, and without a reason. Dropping it clears it.
#[derive(Default)]
pub struct Timer {
    entry: Option<Arc<Entry>>,
}

impl Timer {
    /// A timer that is not set.
    #[must_use]
    pub const fn new() -> Self {
        Self { entry: None }
    }

    /// Wakes `waker` once at `at`, instead of what was set before.
    pub fn set(&mut self, at: Instant, waker: &Waker) {
        let entry = self.entry.get_or_insert_with(Arc::default);
        let mut state = lock(&entry.state);
        state.deadline = Some(at);
        let replaced = match &state.waker {
            Some(stored) if stored.will_wake(waker) => None,
            _ => state.waker.replace(waker.clone()),
        };
        if state.queued.is_none_or(|queued| at < queued.0) {
            QUEUE.requeue(entry, &mut state, at);
        }
        drop(state);
        drop(replaced);
    }

    /// Wakes nobody any more.
    pub fn clear(&mut self) {
        if let Some(entry) = &self.entry {
            let mut state = lock(&entry.state);
            state.deadline = None;
            let waker = state.waker.take();
            drop(state);
            drop(waker);
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(entry) = &self.entry {
            let mut state = lock(&entry.state);
            state.deadline = None;
            let waker = state.waker.take();
            if let Some(key) = state.queued.take() {
                lock(&QUEUE.state).entries.remove(&key);
            }
            drop(state);
            drop(waker);
        }
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let deadline = self
            .entry
            .as_ref()
            .and_then(|entry| lock(&entry.state).deadline);
        f.debug_struct("Timer")
            .field("deadline", &deadline)
            .finish()
    }
}

/// Where a timer stands in the queue: its time, and a number that makes it unique.
type QueueKey = (Instant, u64);

#[derive(Default)]
struct Entry {
    state: Mutex<EntryState>,
}

/// Locked before the queue, never after it.
#[derive(Default)]
struct EntryState {
    deadline: Option<Instant>,
    waker: Option<Waker>,
    /// Not later than the deadline, if there is one.
    queued: Option<QueueKey>,
}

/// The process's timers.
pub(crate) struct Queue {
    state: Mutex<QueueState>,
}

struct QueueState {
    entries: BTreeMap<QueueKey, Arc<Entry>>,
    next: u64,
    sleep: Sleep,
    /// Whether a timer was queued since the poller last went to sleep.
    in_use: bool,
}

/// What the poller is doing.
enum Sleep {
    Awake,
    Until(Instant),
    Endless,
}

/// The process's timers.
pub(crate) static QUEUE: Queue = Queue {
    state: Mutex::new(QueueState {
        entries: BTreeMap::new(),
        next: 0,
        sleep: Sleep::Awake,
        in_use: false,
    }),
};

/// How long the poller sleeps at most when timers have just been in use.
const LINGER: Duration = Duration::from_secs(1);

impl Queue {
    fn requeue(&self, entry: &Arc<Entry>, state: &mut EntryState, at: Instant) {
        // Without a driver there is no poller; the next setting tries again.
        let Ok(driver) = workers::driver() else {
            return;
        };
        let mut queue = lock(&self.state);
        if let Some(old) = state.queued.take() {
            queue.entries.remove(&old);
        }
        let key = (at, queue.next);
        queue.next += 1;
        queue.entries.insert(key, Arc::clone(entry));
        queue.in_use = true;
        state.queued = Some(key);
        let oversleeps = match queue.sleep {
            Sleep::Awake => false,
            Sleep::Until(end) => at < end,
            Sleep::Endless => true,
        };
        drop(queue);
        if oversleeps {
            driver.wake();
        }
    }

    /// For the poller, before it sleeps: how long at most. From now on a timer that is set to an earlier time wakes it.
    pub(crate) fn sleep(&self) -> Option<Duration> {
        let mut queue = lock(&self.state);
        let in_use = std::mem::take(&mut queue.in_use);
        let first = queue.entries.first_key_value().map(|(key, _)| key.0);
        if first.is_none() && !in_use {
            queue.sleep = Sleep::Endless;
            return None;
        }
        let now = Instant::now();
        let until = first.unwrap_or(now + LINGER);
        queue.sleep = Sleep::Until(until);
        Some(until.saturating_duration_since(now))
    }

    /// For the poller, when it is awake again: puts the wakers of expired timers into `wakers`.
    pub(crate) fn expire(&self, wakers: &mut Vec<Waker>) {
        let mut queue = lock(&self.state);
        queue.sleep = Sleep::Awake;
        if queue.entries.is_empty() {
            return;
        }
        let now = Instant::now();
        while let Some(first) = queue.entries.first_entry() {
            let key = *first.key();
            if key.0 > now {
                break;
            }
            let entry = first.remove();
            drop(queue);
            entry.expire(key, now, wakers);
            queue = lock(&self.state);
        }
    }
}

impl Entry {
    /// The entry was taken out of the queue at its time.
    fn expire(self: &Arc<Self>, key: QueueKey, now: Instant, wakers: &mut Vec<Waker>) {
        let mut state = lock(&self.state);
        if state.queued != Some(key) {
            // Set to an earlier time or dropped meanwhile.
            return;
        }
        state.queued = None;
        match state.deadline {
            Some(deadline) if deadline <= now => {
                state.deadline = None;
                wakers.extend(state.waker.take());
            }
            Some(deadline) => QUEUE.requeue(self, &mut state, deadline),
            None => {}
        }
    }
}
