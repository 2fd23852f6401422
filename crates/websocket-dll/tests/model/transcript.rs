//! What was called last, printed when a session fails.

use std::collections::VecDeque;
use std::fmt::Display;

const KEPT: usize = 40;

/// The last calls of one session.
pub(crate) struct Transcript {
    what: &'static str,
    seed: u64,
    calls: u64,
    lines: VecDeque<String>,
}

impl Transcript {
    pub(crate) fn new(what: &'static str, seed: u64) -> Self {
        Self {
            what,
            seed,
            calls: 0,
            lines: VecDeque::with_capacity(KEPT),
        }
    }

    /// Adds one line.
    pub(crate) fn say(&mut self, line: impl Display) {
        if self.lines.len() == KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(format!("{:5}  {line}", self.calls));
        self.calls += 1;
    }

    /// How many calls were made.
    pub(crate) fn calls(&self) -> u64 {
        self.calls
    }
}

impl Drop for Transcript {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let lines: Vec<_> = self.lines.iter().map(String::as_str).collect();
            eprintln!(
                "\n{} session with seed {} failed; the last calls were:\n{}\nagain: OPENWINHTTP_MODEL_SEED={} \
                 OPENWINHTTP_MODEL_SESSIONS=1 cargo test -p websocket-dll --test model {}",
                self.what,
                self.seed,
                lines.join("\n"),
                self.seed,
                self.what,
            );
        }
    }
}
