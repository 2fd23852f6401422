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

mod slot;

use std::collections::VecDeque;
use std::fmt;
use std::num::NonZeroU32;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, OnceLock, PoisonError};

use slot::{Slot, SlotGuard};

/// A handle's value: non-zero, a multiple of four, below 2^31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Handle(NonZeroU32);

impl Handle {
    /// The number to give to the program.
    pub const fn value(self) -> u32 {
        self.0.get()
    }

    /// The handle with this number, if a handle can have it at all.
    #[inline]
    pub const fn from_value(value: u32) -> Option<Self> {
        match NonZeroU32::new(value) {
            Some(number) if value.is_multiple_of(4) && value < 1 << 31 => Some(Self(number)),
            _ => None,
        }
    }

    fn new(index: u32, generation: u32) -> Self {
        let value = ((generation << INDEX_BITS) | index) << 2;
        // `generation` is never 0, so neither is the value.
        Self(NonZeroU32::new(value).unwrap_or(NonZeroU32::MIN))
    }

    const fn index(self) -> u32 {
        (self.0.get() >> 2) & ((1 << INDEX_BITS) - 1)
    }

    const fn generation(self) -> u32 {
        self.0.get() >> (2 + INDEX_BITS)
    }
}

/// The handle is stale, or never was one of this table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidHandle;

impl fmt::Display for InvalidHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the handle is closed or was never valid")
    }
}

impl std::error::Error for InvalidHandle {}

/// The table holds as many values as it can: 2^20.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableFull;

impl fmt::Display for TableFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many handles")
    }
}

impl std::error::Error for TableFull {}

/// 2^20 values at once; the other 9 bits are the generation.
const INDEX_BITS: u32 = 20;
const MAX_GENERATION: u32 = (1 << 9) - 1;

/// A slot rests until so many others are free too. With 511 generations each, a value recurs after half a million
/// removals at the earliest, as long as there are slots that were never used.
const MIN_RESTING: usize = 1024;

/// Slots of the first chunk; each further one has twice as many. Chunks never move and are never freed.
const FIRST_CHUNK: u32 = 64;
const CHUNKS: usize = (INDEX_BITS - FIRST_CHUNK.ilog2()) as usize + 1;

/// Values behind handles.
pub struct HandleTable<T> {
    chunks: [OnceLock<Box<[Slot<T>]>>; CHUNKS],
    free: Mutex<FreeSlots>,
}

struct FreeSlots {
    /// The longest unused first.
    resting: VecDeque<u32>,
    /// Slots from here on have never been used.
    fresh: u32,
}

const fn next_generation(generation: u32) -> u32 {
    generation % MAX_GENERATION + 1
}

/// The chunk of a slot, and its place there.
const fn place(index: u32) -> (usize, usize) {
    let chunk = (index / FIRST_CHUNK + 1).ilog2();
    let before = FIRST_CHUNK * ((1 << chunk) - 1);
    (chunk as usize, (index - before) as usize)
}

/// The free list is whole even if a thread had a panic.
fn unpoisoned<G>(result: Result<G, PoisonError<G>>) -> G {
    result.unwrap_or_else(PoisonError::into_inner)
}

impl<T> HandleTable<T> {
    /// An empty table. Memory is taken when handles are.
    pub const fn new() -> Self {
        Self {
            chunks: [const { OnceLock::new() }; CHUNKS],
            free: Mutex::new(FreeSlots {
                resting: VecDeque::new(),
                fresh: 0,
            }),
        }
    }

    /// Puts a value in and returns its handle.
    ///
    /// # Errors
    /// [`TableFull`].
    pub fn insert(&self, value: T) -> Result<Handle, TableFull> {
        let index = self.take_free().ok_or(TableFull)?;
        let (chunk, offset) = place(index);
        let slots = self.chunks[chunk]
            .get_or_init(|| (0..FIRST_CHUNK << chunk).map(|_| Slot::new()).collect());
        Ok(Handle::new(index, slots[offset].fill(value)))
    }

    fn take_free(&self) -> Option<u32> {
        let mut free = unpoisoned(self.free.lock());
        let all_used = free.fresh == 1 << INDEX_BITS;
        if free.resting.len() >= MIN_RESTING || all_used {
            return free.resting.pop_front();
        }
        free.fresh += 1;
        Some(free.fresh - 1)
    }

    /// The value of `handle`, for this thread alone until the guard is dropped; waits for another thread's guard.
    ///
    /// # Errors
    /// [`InvalidHandle`], also if the value was removed while this thread waited.
    #[inline]
    pub fn lock(&self, handle: Handle) -> Result<Guard<'_, T>, InvalidHandle> {
        let (chunk, offset) = place(handle.index());
        let slots = self
            .chunks
            .get(chunk)
            .and_then(OnceLock::get)
            .ok_or(InvalidHandle)?;
        let slot = slots.get(offset).ok_or(InvalidHandle)?;
        slot.lock(handle.generation())
            .map(Guard)
            .ok_or(InvalidHandle)
    }

    /// A copy of the value of `handle`: for tables of `Arc`s.
    ///
    /// # Errors
    /// [`InvalidHandle`].
    pub fn get(&self, handle: Handle) -> Result<T, InvalidHandle>
    where
        T: Clone,
    {
        self.lock(handle).map(|guard| guard.clone())
    }

    /// Ends `handle` and returns its value; waits for another thread's guard.
    ///
    /// # Errors
    /// [`InvalidHandle`].
    pub fn remove(&self, handle: Handle) -> Result<T, InvalidHandle> {
        let value = self.lock(handle)?.0.empty();
        unpoisoned(self.free.lock())
            .resting
            .push_back(handle.index());
        Ok(value)
    }
}

impl<T> Default for HandleTable<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for HandleTable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandleTable").finish_non_exhaustive()
    }
}

/// The value of a handle, locked.
///
/// Threads may share a guard only if they may share the value:
///
/// ```compile_fail
/// let table = handle_table::HandleTable::new();
/// let handle = table.insert(std::cell::Cell::new(0)).unwrap();
/// let guard = table.lock(handle).unwrap();
/// std::thread::scope(|scope| {
///     scope.spawn(|| guard.set(1));
/// });
/// ```
pub struct Guard<'a, T>(SlotGuard<'a, T>);

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.0.value()
    }
}

impl<T> DerefMut for Guard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.0.value_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
