//! Letting one thread wait for another without sleeping.

use std::any::Any;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long anything in a test may take before the test fails instead of hanging.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A door that one side opens and others wait at. Clones are the same door.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    shared: Arc<(Mutex<bool>, Condvar)>,
}

impl Gate {
    /// A closed one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets all pass, now and later.
    pub fn open(&self) {
        let (open, changed) = &*self.shared;
        *open.lock().unwrap_or_else(PoisonError::into_inner) = true;
        changed.notify_all();
    }

    /// Whether it was opened.
    pub fn is_open(&self) -> bool {
        *self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it is open.
    ///
    /// # Panics
    /// If that takes longer than [`PATIENCE`].
    #[track_caller]
    pub fn pass(&self) {
        assert!(
            self.passes_within(PATIENCE),
            "nobody opened the gate within {PATIENCE:?}"
        );
    }

    /// Waits until it is open, at most so long; whether it is.
    pub fn passes_within(&self, limit: Duration) -> bool {
        let (open, changed) = &*self.shared;
        let end = Instant::now() + limit;
        let mut guard = open.lock().unwrap_or_else(PoisonError::into_inner);
        while !*guard {
            let Some(left) = end.checked_duration_since(Instant::now()) else {
                return false;
            };
            guard = changed
                .wait_timeout(guard, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        true
    }
}

/// The text of a panic.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("panicked")
}
