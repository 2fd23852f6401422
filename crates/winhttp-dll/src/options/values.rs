//! The caller's buffers: where values come from and go to. What is unsafe about them is promised once, when one is made.

use std::ffi::c_void;

use openwinhttp::{Error, Result};
use win32_abi::winhttp::{
    HTTP_VERSION_INFO, WINHTTP_PROXY_INFO, WINHTTP_PROXY_RESULT_ENTRY, tcp_keepalive,
};

use crate::memory::write;

/// Where a value goes.
pub(super) struct Out {
    buffer: *mut u8,
    length: *mut u32,
}

impl Out {
    /// # Errors
    /// [`Error::InvalidParameter`]: `length` is NULL.
    ///
    /// # Safety
    /// As long as the result lives: `buffer` is NULL or can be read and written for `*length` bytes; `length` is NULL or can
    /// be read and written.
    pub(super) unsafe fn new(buffer: *mut c_void, length: *mut u32) -> Result<Self> {
        if length.is_null() {
            return Err(Error::InvalidParameter);
        }
        Ok(Self {
            buffer: buffer.cast(),
            length,
        })
    }

    /// A `DWORD` or `BOOL`.
    ///
    /// # Errors
    /// [`Error::InsufficientBuffer`], here and below; the size needed is told then, and the buffer unchanged.
    pub(super) fn number(&self, value: u32) -> Result<()> {
        self.plain(|| Ok(value))
    }

    /// A structure, which is only made if there is room.
    pub(super) fn plain<T: Copy>(&self, make: impl FnOnce() -> Result<T>) -> Result<()> {
        self.demand(size_of::<T>())?;
        let value = make()?;
        // SAFETY: `new`'s contract, and `demand` has found room.
        unsafe { write(self.buffer.cast(), value) };
        self.done(size_of::<T>());
        Ok(())
    }

    /// Bytes of a fixed number.
    pub(super) fn bytes(&self, value: &[u8]) -> Result<()> {
        self.demand(value.len())?;
        // SAFETY: as above; a value of ours does not overlap the caller's buffer.
        unsafe { std::ptr::copy_nonoverlapping(value.as_ptr(), self.buffer, value.len()) };
        self.done(value.len());
        Ok(())
    }

    /// A text with a NUL, which the size counts only when there is no room (facts 2.8).
    pub(super) fn units(&self, text: &[u16]) -> Result<()> {
        self.demand(2 * text.len() + 2)?;
        for (index, unit) in text.iter().chain(&[0]).enumerate() {
            // SAFETY: as above; the buffer may be at an odd address.
            unsafe { write(self.buffer.add(2 * index).cast(), *unit) };
        }
        self.done(2 * text.len());
        Ok(())
    }

    /// [`Out::units`] of a text.
    pub(super) fn text(&self, text: &str) -> Result<()> {
        self.units(&text.encode_utf16().collect::<Vec<u16>>())
    }

    /// The `DWORD` that the caller has put in the buffer; the buffer stays as it is.
    pub(super) fn question(&self) -> Result<u32> {
        self.demand(size_of::<u32>())?;
        // SAFETY: as above.
        let value = unsafe { self.buffer.cast::<u32>().read_unaligned() };
        self.done(size_of::<u32>());
        Ok(value)
    }

    fn demand(&self, size: usize) -> Result<()> {
        // SAFETY: not NULL, and `new`'s contract.
        let room = unsafe { self.length.read_unaligned() };
        if self.buffer.is_null() || (room as usize) < size {
            self.done(size);
            return Err(Error::InsufficientBuffer);
        }
        Ok(())
    }

    fn done(&self, size: usize) {
        // SAFETY: `new`'s contract.
        unsafe { write(self.length, u32::try_from(size).unwrap_or(u32::MAX)) };
    }
}

/// A type whose every bit pattern is a value.
///
/// # Safety
/// As it says.
pub(super) unsafe trait Plain: Copy {}

// SAFETY: numbers, and structures of numbers and raw pointers.
unsafe impl Plain for u32 {}
// SAFETY: as above.
unsafe impl Plain for usize {}
// SAFETY: as above.
unsafe impl Plain for HTTP_VERSION_INFO {}
// SAFETY: as above.
unsafe impl Plain for WINHTTP_PROXY_INFO {}
// SAFETY: as above.
unsafe impl Plain for WINHTTP_PROXY_RESULT_ENTRY {}
// SAFETY: as above.
unsafe impl Plain for tcp_keepalive {}

/// Where a value comes from.
pub(super) struct In {
    buffer: *const u8,
    length: u32,
    wrong_size: Error,
}

impl In {
    /// # Safety
    /// As long as the result lives: `buffer` is NULL or can be read for `length` bytes; where [`In::units`] is called, for
    /// `length` units or up to a NUL among them.
    pub(super) unsafe fn new(buffer: *const c_void, length: u32, wrong_size: Error) -> Self {
        Self {
            buffer: buffer.cast(),
            length,
            wrong_size,
        }
    }

    /// A `DWORD` or `BOOL`.
    ///
    /// # Errors
    /// As [`In::plain`].
    pub(super) fn number(&self) -> Result<u32> {
        self.plain()
    }

    /// A structure.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`]: no buffer. The row's error: another size.
    pub(super) fn plain<T: Plain>(&self) -> Result<T> {
        self.demand(size_of::<T>())?;
        // SAFETY: `new`'s contract, the size was just checked, and any bytes are a value.
        Ok(unsafe { self.buffer.cast::<T>().read_unaligned() })
    }

    /// So many bytes.
    ///
    /// # Errors
    /// As [`In::plain`].
    pub(super) fn bytes(&self, size: usize) -> Result<Vec<u8>> {
        self.demand(size)?;
        // SAFETY: `new`'s contract, and the size was just checked.
        Ok(unsafe { std::slice::from_raw_parts(self.buffer, size) }.to_vec())
    }

    /// A text: `length` is the most units that it may have; it ends before the first NUL (functions §3; facts 3.17).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`]: no buffer.
    pub(super) fn units(&self) -> Result<Vec<u16>> {
        if self.buffer.is_null() {
            return Err(Error::InvalidParameter);
        }
        let mut text = Vec::new();
        for index in 0..self.length as usize {
            // SAFETY: `new`'s contract: no unit behind the first NUL is looked at.
            let unit = unsafe { self.buffer.add(2 * index).cast::<u16>().read_unaligned() };
            if unit == 0 {
                break;
            }
            text.push(unit);
        }
        Ok(text)
    }

    /// [`In::units`] as text.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`]: no buffer, or half a surrogate pair.
    pub(super) fn text(&self) -> Result<String> {
        String::from_utf16(&self.units()?).map_err(|_| Error::InvalidParameter)
    }

    /// Whether there is no buffer and no size, as for options without a value.
    pub(super) fn is_nothing(&self) -> bool {
        self.buffer.is_null() && self.length == 0
    }

    /// The buffer itself, if it has this size: for what is more than bytes.
    ///
    /// # Errors
    /// As [`In::plain`].
    pub(super) fn pointer(&self, size: usize) -> Result<*const c_void> {
        self.demand(size)?;
        Ok(self.buffer.cast())
    }

    fn demand(&self, size: usize) -> Result<()> {
        if self.buffer.is_null() {
            return Err(Error::InvalidParameter);
        }
        if self.length as usize != size {
            return Err(self.wrong_size);
        }
        Ok(())
    }
}
