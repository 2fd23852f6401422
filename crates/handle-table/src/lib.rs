//! A table of handles that C programs may keep, mix up and use too late.
//!
//! A handle is a number: the index of a slot and the slot's generation. Removing a value ends the generation, so that an
//! old handle is recognised as stale; any number at all may be looked up. Handle values are non-zero, multiples of four
//! and below 2^31, as programs expect of Windows handles.
//!
//! Each slot has one lock, and [`HandleTable::lock`] takes it: one atomic step finds the value, checks the generation and
//! has it alone. A removal waits for whoever has the value. Tables whose values must outlive their handles hold `Arc`s and
//! clone them ([`HandleTable::get`]).
//!
//! The lock is for short work only: who waits for it spins, then yields, then sleeps in short steps (`slot.rs`). In
//! exchange, taking and leaving it costs one atomic read-modify-write instead of the two of a `std::sync::Mutex`, which
//! was half of the cost of a call (`docs/benchmarks.md`).
//!
//! Threads: everything may be called from any thread at any time. Locking two handles at once can deadlock like any two
//! locks.

mod limits;
mod slot;
mod sync;
mod table;

pub use table::{Guard, Handle, HandleTable, InvalidHandle, TableFull};

#[cfg(test)]
mod tests {
    use crate::limits::{FIRST_CHUNK, INDEX_BITS, MAX_GENERATION};
    use crate::slot::next_generation;
    use crate::table::{CHUNKS, Handle, HandleTable, InvalidHandle, place};
    use std::collections::HashSet;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    #[test]
    fn every_index_has_its_own_place() {
        let mut expected = (0, 0);
        for index in 0..1 << INDEX_BITS {
            assert_eq!(place(index), expected, "{index}");
            expected.1 += 1;
            if expected.1 == (FIRST_CHUNK << expected.0) as usize {
                expected = (expected.0 + 1, 0);
            }
        }
        assert!(place((1 << INDEX_BITS) - 1).0 < CHUNKS);
    }

    #[test]
    fn values_are_found_until_removed() {
        let table = HandleTable::new();
        let (a, b) = (table.insert("a").unwrap(), table.insert("b").unwrap());
        assert_ne!(a, b);
        assert_eq!(*table.lock(a).unwrap(), "a");
        *table.lock(a).unwrap() = "c";
        assert_eq!(table.get(a), Ok("c"));
        assert_eq!(table.remove(a), Ok("c"));
        assert_eq!(table.remove(a), Err(InvalidHandle));
        assert!(table.lock(a).is_err());
        assert_eq!(table.get(b), Ok("b"));
    }

    #[test]
    fn handles_look_like_those_of_windows() {
        let table = HandleTable::new();
        for _ in 0..if cfg!(miri) { 100 } else { 5000 } {
            let value = table.insert(()).unwrap().value();
            assert!(
                value != 0 && value.is_multiple_of(4) && value < 1 << 31,
                "{value:x}"
            );
            assert_eq!(Handle::from_value(value).map(Handle::value), Some(value));
        }
    }

    #[test]
    fn any_number_may_be_looked_up() {
        let table = HandleTable::new();
        let handle = table.insert(1).unwrap();
        for value in (0..u32::MAX)
            .step_by(if cfg!(miri) { 1 << 24 } else { 40_009 })
            .chain([u32::MAX, 4, 1 << 31])
        {
            let Some(candidate) = Handle::from_value(value) else {
                continue;
            };
            assert_eq!(
                table.lock(candidate).is_ok(),
                candidate == handle,
                "{value:x}"
            );
        }
    }

    #[test]
    fn values_recur_late() {
        let table = HandleTable::new();
        let mut seen = HashSet::new();
        for round in 0..if cfg!(miri) { 2000 } else { 500_000 } {
            let handle = table.insert(()).unwrap();
            assert!(seen.insert(handle), "recurred in round {round}");
            table.remove(handle).unwrap();
        }
    }

    #[test]
    fn generations_wrap_without_zero() {
        assert_eq!(next_generation(1), 2);
        assert_eq!(next_generation(MAX_GENERATION), 1);
        assert!(Handle::new((1 << INDEX_BITS) - 1, MAX_GENERATION).value() < 1 << 31);
    }

    #[test]
    fn a_panic_under_the_lock_does_not_lock_others_out() {
        let table = HandleTable::new();
        let handle = table.insert(5).unwrap();
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _guard = table.lock(handle).unwrap();
            panic!("under the lock");
        }));
        assert!(result.is_err());
        assert_eq!(table.remove(handle), Ok(5));
    }

    #[test]
    fn threads_never_share_a_value_and_each_is_removed_once() {
        let table = Arc::new(HandleTable::new());
        let rounds = if cfg!(miri) { 20 } else { 2000 };
        for _ in 0..rounds {
            let handle = table.insert(0_u32).unwrap();
            let removed = AtomicUsize::new(0);
            thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| {
                        if let Ok(mut guard) = table.lock(handle) {
                            let before = *guard;
                            *guard += 1;
                            assert_eq!(*guard, before + 1);
                        }
                        if table.remove(handle).is_ok() {
                            removed.fetch_add(1, Ordering::Relaxed);
                        }
                    });
                }
            });
            assert_eq!(removed.into_inner(), 1);
        }
    }
}
