//! One slot: a value, its generation and its lock in one atomic word.

use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::time::Duration;

use crate::limits::MAX_GENERATION;
use crate::sync::{AtomicU32, Ordering, sleep, spin_loop, yield_now};

/// Bits of the word: generation, then whether there is a value, then whether somebody has it.
const LOCKED: u32 = 1;
const FULL: u32 = 2;
const GENERATION_SHIFT: u32 = 2;

/// How often a waiting thread looks again at once, then after yielding; later it sleeps between looks. The holder is in
/// the middle of a call, so it is quick, unless it was suspended.
const SPINS: u32 = 100;
const YIELDS: u32 = 1000;
const NAP: Duration = Duration::from_micros(50);

pub(crate) const fn next_generation(generation: u32) -> u32 {
    generation % MAX_GENERATION + 1
}

pub(crate) struct Slot<T> {
    word: AtomicU32,
    /// Written by who has the lock; a value if and only if `FULL`.
    value: UnsafeCell<Option<T>>,
}

// SAFETY: the value is used only by the thread that has the lock, so sharing the slot only moves the value between threads.
unsafe impl<T: Send> Sync for Slot<T> {}

impl<T> Slot<T> {
    /// An empty slot of the first generation.
    pub(crate) const fn new() -> Self {
        Self {
            word: AtomicU32::new(1 << GENERATION_SHIFT),
            value: UnsafeCell::new(None),
        }
    }

    /// Puts a value into the empty slot and returns its generation. Only the thread that took the slot from the free list
    /// may call this.
    pub(crate) fn fill(&self, value: T) -> u32 {
        let generation = self.word.load(Ordering::Acquire) >> GENERATION_SHIFT;
        let empty = generation << GENERATION_SHIFT;
        // Nobody can lock an empty slot, so this succeeds if the contract is kept.
        if self
            .word
            .compare_exchange(empty, empty | LOCKED, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
        {
            // SAFETY: this thread has just taken the lock.
            unsafe { *self.value.get() = Some(value) };
            self.word.store(empty | FULL, Ordering::Release);
        } else {
            debug_assert!(false, "the slot was not empty");
        }
        generation
    }

    /// The value, if it is there in this generation; waits for another holder.
    #[inline]
    pub(crate) fn lock(&self, generation: u32) -> Option<SlotGuard<'_, T>> {
        let free = (generation << GENERATION_SHIFT) | FULL;
        match self.word.compare_exchange_weak(
            free,
            free | LOCKED,
            Ordering::Acquire,
            Ordering::Relaxed,
        ) {
            Ok(_) => Some(self.guard(free)),
            Err(_) => self.wait(free),
        }
    }

    /// The guard of who has just taken the lock.
    #[inline]
    fn guard(&self, free: u32) -> SlotGuard<'_, T> {
        SlotGuard {
            slot: self,
            free,
            value: PhantomData,
        }
    }

    #[cold]
    fn wait(&self, free: u32) -> Option<SlotGuard<'_, T>> {
        let mut rounds = 0_u32;
        loop {
            let word = self.word.load(Ordering::Relaxed);
            if word == free {
                if self
                    .word
                    .compare_exchange_weak(
                        free,
                        free | LOCKED,
                        Ordering::Acquire,
                        Ordering::Relaxed,
                    )
                    .is_ok()
                {
                    return Some(self.guard(free));
                }
            } else if word != free | LOCKED {
                return None;
            }
            rounds = rounds.saturating_add(1);
            match rounds {
                0..SPINS => spin_loop(),
                SPINS..YIELDS => yield_now(),
                _ => sleep(NAP),
            }
        }
    }
}

/// The value of a slot, locked until this is dropped.
pub(crate) struct SlotGuard<'a, T> {
    slot: &'a Slot<T>,
    /// The word that unlocks.
    free: u32,
    /// A guard is as good as `&mut T`: threads may share it only if they may share a `T`.
    value: PhantomData<&'a mut T>,
}

const PRESENT: &str = "only a full slot is locked, and only its holder empties it";

impl<T> SlotGuard<'_, T> {
    #[inline]
    pub(crate) fn value(&self) -> &T {
        // SAFETY: this guard has the lock, and is borrowed for as long as the reference lives.
        unsafe { &*self.slot.value.get() }.as_ref().expect(PRESENT)
    }

    #[inline]
    pub(crate) fn value_mut(&mut self) -> &mut T {
        // SAFETY: as above, and borrowed for this reference alone.
        unsafe { &mut *self.slot.value.get() }
            .as_mut()
            .expect(PRESENT)
    }

    /// Takes the value out and ends its generation.
    pub(crate) fn empty(self) -> T {
        // The drop below would unlock the old generation.
        let guard = ManuallyDrop::new(self);
        // SAFETY: the guard has the lock, and there is no other reference through it.
        let value = unsafe { &mut *guard.slot.value.get() }.take();
        let generation = next_generation(guard.free >> GENERATION_SHIFT);
        guard
            .slot
            .word
            .store(generation << GENERATION_SHIFT, Ordering::Release);
        value.expect(PRESENT)
    }
}

impl<T> Drop for SlotGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // A plain store: no sleeping thread has to be woken, so there is no need to ask whether there is one.
        self.slot.word.store(self.free, Ordering::Release);
    }
}
