//! The handles, the slots' chunks and the free list.

use std::collections::VecDeque;
use std::fmt;
use std::num::NonZeroU32;
use std::ops::{Deref, DerefMut};

use crate::limits::{FIRST_CHUNK, INDEX_BITS, MIN_RESTING};
use crate::slot::{Slot, SlotGuard};
use crate::sync::{Mutex, OnceLock, PoisonError};

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

    pub(crate) fn new(index: u32, generation: u32) -> Self {
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

/// Chunks of the whole table.
pub(crate) const CHUNKS: usize = (INDEX_BITS - FIRST_CHUNK.ilog2()) as usize + 1;

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

/// The chunk of a slot, and its place there.
pub(crate) const fn place(index: u32) -> (usize, usize) {
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
