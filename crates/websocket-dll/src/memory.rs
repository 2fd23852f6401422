//! The caller's memory behind the component's safe traits.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ffi::c_void;
use std::ops::Range;
use std::ptr::NonNull;
use std::slice;

use websocket_component::{Block, Memory};

/// Memory of a component that a C program drives.
pub(crate) struct Raw;

impl Memory for Raw {
    type Block = RawBlock;
    type Payload = RawPayload;
    type Target = RawTarget;
    type Context = Context;

    fn allocate(len: usize) -> Option<RawBlock> {
        let layout = Layout::from_size_align(len, BLOCK_ALIGN).ok()?;
        if len == 0 {
            return None;
        }
        // SAFETY: the layout's size is not zero.
        let start = NonNull::new(unsafe { alloc_zeroed(layout) })?;
        Some(RawBlock {
            start,
            len,
            allocation: Some(layout),
        })
    }
}

/// So that a pointer to the start of the block is good for anything a program may overlay on it.
const BLOCK_ALIGN: usize = 16;

/// What the program gave with an operation; never looked at.
#[derive(Clone, Copy)]
pub(crate) struct Context(pub(crate) *mut c_void);

// SAFETY: the pointer is only a value here.
unsafe impl Send for Context {}

/// The working memory: allocated, or the program's ALLOCATED_BUFFER.
pub(crate) struct RawBlock {
    start: NonNull<u8>,
    len: usize,
    /// If it is ours to free.
    allocation: Option<Layout>,
}

// SAFETY: the block is used by whoever has the component, and that is one thread at a time.
unsafe impl Send for RawBlock {}

impl RawBlock {
    /// The program's block.
    ///
    /// # Safety
    /// `start` must be valid for `len` bytes until the handle is deleted, `len` at most `isize::MAX`, and nobody but the
    /// component may use the bytes, except those that an outstanding action shows.
    pub(crate) const unsafe fn from_caller(start: NonNull<u8>, len: usize) -> Self {
        Self {
            start,
            len,
            allocation: None,
        }
    }

    fn at(&self, range: &Range<usize>) -> *mut u8 {
        assert!(
            range.start <= range.end && range.end <= self.len,
            "outside the block"
        );
        // SAFETY: the offset is inside the allocation or just behind it.
        unsafe { self.start.as_ptr().add(range.start) }
    }
}

impl Block for RawBlock {
    fn len(&self) -> usize {
        self.len
    }

    #[inline]
    fn bytes(&self, range: Range<usize>) -> &[u8] {
        let at = self.at(&range);
        // SAFETY: the range is inside the block. A slice of just this range is made, never one of the whole block: the
        // component asks for no byte that an outstanding action shows, so the program is not writing here.
        unsafe { slice::from_raw_parts(at, range.len()) }
    }

    #[inline]
    fn bytes_mut(&mut self, range: Range<usize>) -> &mut [u8] {
        let at = self.at(&range);
        // SAFETY: as in `bytes`; and `&mut self` keeps other slices of ours away.
        unsafe { slice::from_raw_parts_mut(at, range.len()) }
    }
}

impl Drop for RawBlock {
    fn drop(&mut self) {
        if let Some(layout) = self.allocation {
            // SAFETY: `start` came from `alloc_zeroed` with this layout.
            unsafe { dealloc(self.start.as_ptr(), layout) }
        }
    }
}

/// Bytes to send, in the program's memory.
pub(crate) struct RawPayload {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: read by whoever has the component, and that is one thread at a time.
unsafe impl Send for RawPayload {}

impl RawPayload {
    /// # Safety
    /// `start` must be valid for reads of `len` bytes, and these unchanged, until the operation's indication is completed.
    pub(crate) const unsafe fn new(start: NonNull<u8>, len: usize) -> Self {
        Self { start, len }
    }
}

impl AsRef<[u8]> for RawPayload {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        // SAFETY: `new`'s contract; the component drops the payload when the indication is completed.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

/// Room for received bytes, in the program's memory.
pub(crate) struct RawTarget {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: used by whoever has the component, and that is one thread at a time.
unsafe impl Send for RawTarget {}

impl RawTarget {
    /// # Safety
    /// `start` must be valid for `len` bytes, and these nobody else's, until the operation is indicated.
    pub(crate) const unsafe fn new(start: NonNull<u8>, len: usize) -> Self {
        Self { start, len }
    }
}

impl AsRef<[u8]> for RawTarget {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        // SAFETY: `new`'s contract; after the indication the component does not ask again.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl AsMut<[u8]> for RawTarget {
    #[inline]
    fn as_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `as_ref`; and `&mut self` keeps other slices of ours away.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}
