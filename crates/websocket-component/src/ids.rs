//! Action identities that never recur, so that a stale or foreign one is recognised.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Names one outstanding action; unique in the process. (On 32-bit machines numbers can come again after 2^28 components or
/// 2^32 actions.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ActionId(NonZeroUsize);

impl ActionId {
    /// The identity with this value, as given out earlier by [`Self::value`]; any other value names no action.
    pub const fn from_value(value: usize) -> Option<Self> {
        match NonZeroUsize::new(value) {
            Some(value) => Some(Self(value)),
            None => None,
        }
    }

    /// A non-zero number to carry the identity through a C interface.
    pub const fn value(self) -> usize {
        self.0.get()
    }
}

/// How many identities a component leases at once: the shared counter is touched once in so many actions.
/// Fewer on 32-bit machines, where numbers are scarce.
const LEASE: usize = if usize::BITS >= 64 { 1024 } else { 16 };

/// The next identities of one component.
#[derive(Debug)]
pub(crate) struct ActionIds(Range<usize>);

impl ActionIds {
    pub(crate) const fn new() -> Self {
        Self(0..0)
    }

    #[inline]
    pub(crate) fn next(&mut self) -> ActionId {
        loop {
            if let Some(id) = self.0.next().and_then(ActionId::from_value) {
                return id;
            }
            self.lease();
        }
    }

    #[cold]
    fn lease(&mut self) {
        static NEXT: AtomicUsize = AtomicUsize::new(LEASE);
        // Relaxed: only the value has to be unique.
        let start = NEXT.fetch_add(LEASE, Ordering::Relaxed);
        // The last lease before the counter wraps would end at 0 and so be empty; the loop takes the next one.
        self.0 = start..start.wrapping_add(LEASE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn s113_identities_are_unique_over_components() {
        let (mut a, mut b) = (ActionIds::new(), ActionIds::new());
        let mut seen = HashSet::new();
        for _ in 0..3 * LEASE {
            assert!(seen.insert(a.next()));
            assert!(seen.insert(b.next()));
        }
    }
}
