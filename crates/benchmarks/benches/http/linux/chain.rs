//! Callback-driven clients: so many chains of exchanges at once, where the end of one starts the next.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::linux::turns::Latencies;

/// How many exchanges are still to be started, and how many to be waited for.
#[derive(Default)]
pub(crate) struct Chains {
    to_start: AtomicU64,
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Default)]
struct State {
    running: usize,
    latencies: Latencies,
}

impl Chains {
    /// Announces `count` exchanges, which `chains` chains are about to share.
    pub(crate) fn announce(&self, count: u64, chains: usize) {
        self.to_start.store(count, Ordering::Relaxed);
        self.lock().running = chains;
    }

    /// When this chain's next exchange begins: now. `None`: there is none, the chain has ended.
    pub(crate) fn next(&self) -> Option<Instant> {
        let more = self
            .to_start
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .is_ok();
        if more {
            return Some(Instant::now());
        }
        let mut state = self.lock();
        state.running -= 1;
        if state.running == 0 {
            self.ended.notify_all();
        }
        None
    }

    /// Notes the time of one exchange, now that it has ended.
    pub(crate) fn since(&self, start: Instant) {
        self.lock().latencies.since(start);
    }

    /// Waits until all chains have ended.
    pub(crate) fn wait(&self) -> Latencies {
        let mut state = self.lock();
        while state.running > 0 {
            state = self
                .ended
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::take(&mut state.latencies)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
