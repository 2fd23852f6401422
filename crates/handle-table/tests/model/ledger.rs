//! Values that are counted, and the book of what happened to them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::sync;

/// The book of one execution. Its own counters are `std`'s: shuttle runs one thread at a time, and they are no steps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    made: AtomicU32,
    dropped: AtomicU32,
}

impl Ledger {
    /// A new value, told apart by its name.
    pub(crate) fn value(&self, name: u32) -> Value {
        self.0.made.fetch_add(1, Ordering::SeqCst);
        Value {
            name,
            origin: Arc::new(Origin::default()),
            ledger: self.clone(),
            is_copy: false,
        }
    }

    /// Values that live, copies included.
    pub(crate) fn living(&self) -> u32 {
        self.0.made.load(Ordering::SeqCst) - self.0.dropped.load(Ordering::SeqCst)
    }

    /// At the end: each value was dropped, once (a second drop of one is an assertion of its own).
    pub(crate) fn finish(&self) {
        assert_eq!(self.living(), 0, "values that leaked");
    }
}

/// What a table holds.
#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) name: u32,
    origin: Arc<Origin>,
    ledger: Ledger,
    is_copy: bool,
}

/// What a value shares with its copies, and what stays when it is gone.
#[derive(Debug, Default)]
struct Origin {
    /// Threads that have it.
    holders: AtomicU32,
    /// It was taken out of the table.
    removed: AtomicU32,
    dropped: AtomicU32,
    /// Written in two steps by who has it.
    uses: AtomicU32,
}

impl Value {
    /// What a holder does: alone, from the first step to the last.
    pub(crate) fn use_alone(&mut self) {
        self.enter();
        let before = self.origin.uses.load(Ordering::SeqCst);
        step();
        assert_eq!(
            self.origin.removed.load(Ordering::SeqCst),
            0,
            "removed under the lock"
        );
        self.origin.uses.store(before + 1, Ordering::SeqCst);
        self.leave();
    }

    /// So often was it used.
    pub(crate) fn uses(&self) -> u32 {
        self.origin.uses.load(Ordering::SeqCst)
    }

    /// What the thread does that has removed it.
    pub(crate) fn was_removed(&self) {
        let others = self.origin.holders.load(Ordering::SeqCst);
        assert_eq!(others, 0, "removed while another thread had it");
        let before = self.origin.removed.fetch_add(1, Ordering::SeqCst);
        assert_eq!(before, 0, "removed twice");
    }

    fn enter(&self) {
        let others = self.origin.holders.fetch_add(1, Ordering::SeqCst);
        assert_eq!(others, 0, "two threads have the value");
        self.check_there();
    }

    fn leave(&self) {
        self.check_there();
        self.origin.holders.fetch_sub(1, Ordering::SeqCst);
    }

    fn check_there(&self) {
        let gone =
            self.origin.removed.load(Ordering::SeqCst) + self.origin.dropped.load(Ordering::SeqCst);
        assert_eq!(gone, 0, "the value is not in the table any more");
    }
}

/// As of `Arc`s, only that others may come in between.
impl Clone for Value {
    fn clone(&self) -> Self {
        self.enter();
        step();
        self.leave();
        self.ledger.0.made.fetch_add(1, Ordering::SeqCst);
        Self {
            name: self.name,
            origin: Arc::clone(&self.origin),
            ledger: self.ledger.clone(),
            is_copy: true,
        }
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.ledger.0.dropped.fetch_add(1, Ordering::SeqCst);
        if !self.is_copy {
            let before = self.origin.dropped.fetch_add(1, Ordering::SeqCst);
            assert!(before == 0 || std::thread::panicking(), "dropped twice");
        }
    }
}

/// A moment at which shuttle may change threads.
fn step() {
    sync::AtomicU32::new(0).load(Ordering::SeqCst);
}
