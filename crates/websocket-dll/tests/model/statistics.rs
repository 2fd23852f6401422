//! What the sessions ran into: a random test that never reaches its subject proves nothing.

use crate::receive_lane::Seen;

/// Counts over many sessions.
#[derive(Debug, Default, Clone)]
pub(crate) struct Statistics {
    pub(crate) sessions: u64,
    pub(crate) calls: u64,
    pub(crate) frames: u64,
    pub(crate) pongs: u64,
    pub(crate) reads: u64,
    pub(crate) data: u64,
    pub(crate) controls: u64,
    pub(crate) drained: u64,
    pub(crate) errors: u64,
    pub(crate) refused: u64,
    pub(crate) cancelled: u64,
    pub(crate) aborts: u64,
    pub(crate) finished: u64,
}

impl Statistics {
    pub(crate) fn saw(&mut self, seen: Seen) {
        *match seen {
            Seen::Pong => &mut self.pongs,
            Seen::Read => &mut self.reads,
            Seen::Data => &mut self.data,
            Seen::Control => &mut self.controls,
            Seen::Cancelled => &mut self.drained,
            Seen::Error => &mut self.errors,
        } += 1;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.sessions += other.sessions;
        self.calls += other.calls;
        self.frames += other.frames;
        self.pongs += other.pongs;
        self.reads += other.reads;
        self.data += other.data;
        self.controls += other.controls;
        self.drained += other.drained;
        self.errors += other.errors;
        self.refused += other.refused;
        self.cancelled += other.cancelled;
        self.aborts += other.aborts;
        self.finished += other.finished;
    }
}
