//! The record of what the client does.

use std::sync::{Mutex, MutexGuard, PoisonError};

use openwinhttp::Notification;
use openwinhttp::tls::TlsInfo;

use crate::client::{Call, Lane, Watch};
use crate::fetch::{describe, describe_tls};

/// Keeps lines until they are wanted.
pub(super) struct Watcher {
    lines: Mutex<Vec<(Lane, String)>>,
    with_heads: bool,
}

impl Watcher {
    pub(super) const fn new(with_heads: bool) -> Self {
        Self {
            lines: Mutex::new(Vec::new()),
            with_heads,
        }
    }

    /// Takes all lines out.
    pub(super) fn take(&self) -> Vec<(Lane, String)> {
        std::mem::take(&mut *self.lines())
    }

    pub(super) fn note(&self, lane: Lane, line: String) {
        self.lines().push((lane, line));
    }

    /// A list is whole at any time.
    fn lines(&self) -> MutexGuard<'_, Vec<(Lane, String)>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch for Watcher {
    fn is_curious(&self) -> bool {
        true
    }

    fn call(&self, call: &Call<'_>) {
        self.note(call.lane(), call.to_string());
    }

    fn notification(&self, notification: &Notification<'_>) {
        // When the request ends, which was upgraded, is of no interest.
        if !matches!(notification, Notification::Closed) {
            let line = format!("  {}", describe(notification));
            self.note(Lane::of(notification), line);
        }
    }

    fn secured(&self, info: &TlsInfo) {
        self.note(Lane::Opening, format!("({})", describe_tls(info)));
    }

    fn head(&self, mark: char, head: &[u8]) {
        if self.with_heads {
            for line in String::from_utf8_lossy(head).trim_end().lines() {
                self.note(Lane::Opening, format!("{mark} {line}"));
            }
        }
    }
}
