//! The caller's memory: strings and buffers behind raw pointers.
//!
//! "The caller's contract" in SAFETY comments: a pointer that a program passes is NULL or valid, for the length that goes with
//! it or up to a NUL, for reading or writing as `winhttp.h` says, until the call returns; buffers of asynchronous operations
//! until their completion was notified.

use openwinhttp::{Buffer, Error, Result};

/// The units of a string before its NUL; `None` for NULL.
///
/// # Safety
/// `text` is NULL or points to units that end with a NUL, unchanged for `'a`.
pub(crate) unsafe fn wide<'a>(text: *const u16) -> Option<&'a [u16]> {
    if text.is_null() {
        return None;
    }
    let mut length = 0;
    // SAFETY: every unit up to the NUL may be read.
    while unsafe { *text.add(length) } != 0 {
        length += 1;
    }
    // SAFETY: so many units were just read.
    Some(unsafe { std::slice::from_raw_parts(text, length) })
}

/// A string as text; NULL is empty.
///
/// # Errors
/// [`Error::InvalidParameter`]: it has half a surrogate pair.
///
/// # Safety
/// As [`wide`].
pub(crate) unsafe fn text(pointer: *const u16) -> Result<String> {
    // SAFETY: passed on.
    let units = unsafe { wide(pointer) }.unwrap_or_default();
    String::from_utf16(units).map_err(|_| Error::InvalidParameter)
}

/// `length` units; `u32::MAX` stands for a string with NUL. `None` for NULL.
///
/// # Safety
/// `text` is NULL or points to so many units, unchanged for `'a`.
pub(crate) unsafe fn wide_counted<'a>(text: *const u16, length: u32) -> Option<&'a [u16]> {
    if length == u32::MAX {
        // SAFETY: passed on.
        return unsafe { wide(text) };
    }
    // SAFETY: not NULL, and the caller vouches for the length.
    (!text.is_null()).then(|| unsafe { std::slice::from_raw_parts(text, length as usize) })
}

/// Writes through an optional pointer.
///
/// # Safety
/// `pointer` is NULL or may be written.
pub(crate) unsafe fn write<T>(pointer: *mut T, value: T) {
    if !pointer.is_null() {
        // SAFETY: not NULL, else vouched for. It may be unaligned: programs pass members of packed structures.
        unsafe { pointer.write_unaligned(value) };
    }
}

/// A buffer of the caller's, for an operation that may outlast the call.
pub(crate) struct CallerMemory {
    start: *mut u8,
    length: usize,
    /// Where the caller wants the number of bytes, as long as its call has not returned.
    count: *mut u32,
}

// SAFETY: the memory is the operation's alone until its completion is notified (the caller's contract), and one thread at a
// time works on an operation.
unsafe impl Send for CallerMemory {}

impl CallerMemory {
    /// # Errors
    /// [`Error::InvalidParameter`]: NULL with a length.
    ///
    /// # Safety
    /// The caller's contract for `start` and `length`; `count` is NULL or may be written until the call returns.
    pub(crate) unsafe fn new(start: *mut u8, length: u32, count: *mut u32) -> Result<Self> {
        if start.is_null() && length > 0 {
            return Err(Error::InvalidParameter);
        }
        Ok(Self {
            start,
            length: length as usize,
            count,
        })
    }
}

impl AsRef<[u8]> for CallerMemory {
    fn as_ref(&self) -> &[u8] {
        if self.start.is_null() {
            return &[];
        }
        // SAFETY: `new`'s contract; the operation has the memory until it is completed.
        unsafe { std::slice::from_raw_parts(self.start, self.length) }
    }
}

impl AsMut<[u8]> for CallerMemory {
    fn as_mut(&mut self) -> &mut [u8] {
        if self.start.is_null() {
            return &mut [];
        }
        // SAFETY: as above, and only reads ask for it, whose memory may be written.
        unsafe { std::slice::from_raw_parts_mut(self.start, self.length) }
    }
}

impl Buffer for CallerMemory {
    fn completed_in_call(&mut self, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        // SAFETY: the call has not returned, so `new`'s contract holds.
        unsafe { write(self.count, count) };
    }
}
