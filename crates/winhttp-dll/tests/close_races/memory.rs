//! Memory that is lent to the library. When it is given back it is poisoned and looked at later; with
//! `OPENWINHTTP_RACE_FREE=1`, for sanitizers, it is freed at once instead.

use std::sync::OnceLock;

use crate::{is_planted, violation};

const POISON: u8 = 0x5A;

/// A piece of memory. Only its address is kept, as the library writes to it.
pub(crate) struct Lot {
    start: *mut u8,
    length: usize,
}

// SAFETY: it is plain memory on the heap, with one owner at a time.
unsafe impl Send for Lot {}

impl Lot {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        let bytes = Box::leak(bytes.into_boxed_slice());
        Self {
            start: bytes.as_mut_ptr(),
            length: bytes.len(),
        }
    }

    pub(crate) fn start(&self) -> *mut u8 {
        self.start
    }

    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// The library does not use it (any more).
    pub(crate) fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: made from a slice of this length; that nobody else uses it is what the test is about.
        unsafe { std::slice::from_raw_parts_mut(self.start, self.length) }
    }

    /// The library must not touch it from now on. `None` when it was freed.
    pub(crate) fn retire(mut self) -> Option<Self> {
        static FREE: OnceLock<bool> = OnceLock::new();
        if is_planted() {
            // It may be used late, on purpose.
            std::mem::forget(self);
            return None;
        }
        if *FREE.get_or_init(|| std::env::var_os("OPENWINHTTP_RACE_FREE").is_some()) {
            return None;
        }
        self.bytes().fill(POISON);
        Some(self)
    }

    /// A retired one must be as it was left.
    pub(crate) fn check(&mut self) {
        if let Some(at) = self.bytes().iter().position(|byte| *byte != POISON) {
            violation(format!(
                "byte {at} of {} was written after the memory was given back",
                self.length
            ));
        }
    }
}

impl Drop for Lot {
    fn drop(&mut self) {
        let slice = std::ptr::slice_from_raw_parts_mut(self.start, self.length);
        // SAFETY: it came from a box of a slice of this length.
        drop(unsafe { Box::from_raw(slice) });
    }
}
