//! Counts the allocations of this process, those of the loaded library included, and the bytes in use.

use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Counting costs time: only where it is wanted.
static COUNTING: AtomicBool = AtomicBool::new(false);
static COUNT: AtomicU64 = AtomicU64::new(0);

/// How often `work` calls `malloc`, `calloc` and `realloc`, in whatever thread.
pub(crate) fn during(work: impl FnOnce()) -> u64 {
    COUNT.store(0, Ordering::Relaxed);
    COUNTING.store(true, Ordering::Relaxed);
    work();
    COUNTING.store(false, Ordering::Relaxed);
    COUNT.load(Ordering::Relaxed)
}

/// glibc's `struct mallinfo2`.
#[repr(C)]
struct MallInfo2 {
    before: [usize; 4],
    /// Bytes in blocks that were mapped on their own.
    mapped: usize,
    between: [usize; 2],
    /// Bytes in use.
    used: usize,
    after: [usize; 2],
}

/// Bytes of the heap in use, with what the allocator adds to each block.
pub(crate) fn used() -> usize {
    let info = mallinfo2();
    info.used + info.mapped
}

#[inline]
fn count() {
    if COUNTING.load(Ordering::Relaxed) {
        COUNT.fetch_add(1, Ordering::Relaxed);
    }
}

unsafe extern "C" {
    safe fn mallinfo2() -> MallInfo2;
    fn __libc_malloc(size: usize) -> *mut c_void;
    fn __libc_calloc(count: usize, size: usize) -> *mut c_void;
    fn __libc_realloc(block: *mut c_void, size: usize) -> *mut c_void;
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
    count();
    // SAFETY: the caller's contract.
    unsafe { __libc_malloc(size) }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn calloc(number: usize, size: usize) -> *mut c_void {
    count();
    // SAFETY: the caller's contract.
    unsafe { __libc_calloc(number, size) }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
    count();
    // SAFETY: the caller's contract.
    unsafe { __libc_realloc(block, size) }
}
