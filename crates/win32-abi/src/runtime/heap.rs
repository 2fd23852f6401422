//! `HeapAlloc` and its relatives, over the C library's allocator.
//!
//! The C library's `malloc` is used directly, not Rust's allocator: its `free` needs no size, and memory checkers see
//! the caller's blocks as they are.

use core::ffi::c_void;
use core::ptr::null_mut;

use super::{
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY,
    openwinhttp_SetLastError,
};

/// Flag of `HeapAlloc` and `HeapReAlloc`: the new bytes are 0.
pub const HEAP_ZERO_MEMORY: u32 = 0x8;
/// Flag of `GlobalAlloc` and `LocalAlloc`: the bytes are 0.
pub const GMEM_ZEROINIT: u32 = 0x40;

unsafe extern "C" {
    safe fn malloc(size: usize) -> *mut c_void;
    safe fn calloc(count: usize, size: usize) -> *mut c_void;
    fn realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn free(block: *mut c_void);
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    fn malloc_usable_size(block: *mut c_void) -> usize;
    #[cfg(target_vendor = "apple")]
    #[link_name = "malloc_size"]
    fn malloc_usable_size(block: *mut c_void) -> usize;
}

/// The one heap's handle: only its value counts.
const PROCESS_HEAP: usize = 0x0100_0000;

fn allocate(size: usize, zeroed: bool) -> *mut c_void {
    // The C library may answer NULL to a length of 0; Windows gives a block.
    let size = size.max(1);
    let block = if zeroed {
        calloc(1, size)
    } else {
        malloc(size)
    };
    if !block.is_null() {
        // SAFETY: a live block of at least `size` bytes.
        unsafe { clear_slack(block, size) };
    }
    block
}

/// Clears what the C library added to a block's length, so that `HeapReAlloc` can promise zeroes beyond the length that
/// the caller asked for, which the C library does not remember.
///
/// # Safety
/// `block` is a live block of at least `size` bytes.
unsafe fn clear_slack(block: *mut c_void, size: usize) {
    // The compiler knows what `malloc` is, and may think that a block ends at the length asked for.
    let block = core::hint::black_box(block);
    // SAFETY: a live block, by the caller's promise.
    let usable = unsafe { malloc_usable_size(block) };
    // SAFETY: the block may be used up to that length, as that function is documented.
    unsafe {
        block
            .cast::<u8>()
            .add(size)
            .write_bytes(0, usable.saturating_sub(size))
    };
}

fn is_process_heap(heap: *mut c_void) -> bool {
    heap.addr() == PROCESS_HEAP
}

/// `GetProcessHeap`: the handle of the one heap.
#[unsafe(no_mangle)]
pub extern "C" fn openwinhttp_GetProcessHeap() -> *mut c_void {
    core::ptr::without_provenance_mut(PROCESS_HEAP)
}

/// `HeapAlloc`: a block of `size` bytes, or NULL. Like Windows' it leaves the last error alone when memory is short;
/// a handle that is not the process heap's gives NULL and `ERROR_INVALID_HANDLE`.
#[unsafe(no_mangle)]
pub extern "C" fn openwinhttp_HeapAlloc(heap: *mut c_void, flags: u32, size: usize) -> *mut c_void {
    if !is_process_heap(heap) {
        openwinhttp_SetLastError(ERROR_INVALID_HANDLE);
        return null_mut();
    }
    allocate(size, flags & HEAP_ZERO_MEMORY != 0)
}

/// `HeapReAlloc`: the block with another size, its contents kept up to the smaller one. NULL leaves it as it was.
///
/// With `HEAP_ZERO_MEMORY` every byte beyond the old length is 0.
///
/// # Safety
/// `block` is NULL (refused) or a live block of this heap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_HeapReAlloc(
    heap: *mut c_void,
    flags: u32,
    block: *mut c_void,
    size: usize,
) -> *mut c_void {
    if !is_process_heap(heap) {
        openwinhttp_SetLastError(ERROR_INVALID_HANDLE);
        return null_mut();
    }
    if block.is_null() {
        openwinhttp_SetLastError(ERROR_INVALID_PARAMETER);
        return null_mut();
    }
    let size = size.max(1);
    // SAFETY: the caller promises a live block of this heap, which is the C library's.
    let old_size = unsafe { malloc_usable_size(block) };
    // SAFETY: as above; the size is not 0, so that the block is not freed.
    let moved = unsafe { realloc(block, size) };
    if !moved.is_null() && flags & HEAP_ZERO_MEMORY != 0 && size > old_size {
        // SAFETY: `moved` has `size` bytes, of which those from `old_size` on are new.
        unsafe {
            moved
                .cast::<u8>()
                .add(old_size)
                .write_bytes(0, size - old_size)
        };
    }
    if !moved.is_null() {
        // SAFETY: a live block of at least `size` bytes.
        unsafe { clear_slack(moved, size) };
    }
    moved
}

/// `HeapFree`: frees a block; NULL is fine. 0 and `ERROR_INVALID_HANDLE` if the handle is not the process heap's.
///
/// # Safety
/// `block` is NULL or a live block of this heap, and not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_HeapFree(
    heap: *mut c_void,
    _flags: u32,
    block: *mut c_void,
) -> i32 {
    if !is_process_heap(heap) {
        openwinhttp_SetLastError(ERROR_INVALID_HANDLE);
        return 0;
    }
    // SAFETY: the caller promises a live block of the C library's heap, or NULL, which `free` ignores.
    unsafe { free(block) };
    1
}

/// `GlobalAlloc` and `LocalAlloc`: a block, or NULL and `ERROR_NOT_ENOUGH_MEMORY`. A handle is the block's address,
/// movable or not.
#[unsafe(no_mangle)]
pub extern "C" fn openwinhttp_GlobalAlloc(flags: u32, size: usize) -> *mut c_void {
    let block = allocate(size, flags & GMEM_ZEROINIT != 0);
    if block.is_null() {
        openwinhttp_SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    }
    block
}

/// `GlobalFree` and `LocalFree`: frees a block and answers NULL; NULL is fine.
///
/// # Safety
/// `block` is NULL or a live block of this heap, and not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_GlobalFree(block: *mut c_void) -> *mut c_void {
    // SAFETY: the caller promises a live block of the C library's heap, or NULL, which `free` ignores.
    unsafe { free(block) };
    null_mut()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::openwinhttp_GetLastError;

    fn bytes<'a>(block: *mut c_void, length: usize) -> &'a mut [u8] {
        assert!(!block.is_null());
        // SAFETY: each test passes a live block, its length or less, and initialised bytes.
        unsafe { core::slice::from_raw_parts_mut(block.cast(), length) }
    }

    #[test]
    fn zeroed_blocks_are_zero_and_aligned() {
        let heap = openwinhttp_GetProcessHeap();
        assert!(!heap.is_null());
        for size in [0, 1, 17, 4096, 100_000] {
            let block = openwinhttp_HeapAlloc(heap, HEAP_ZERO_MEMORY, size);
            assert_eq!(block.addr() % (2 * size_of::<usize>()), 0);
            assert!(bytes(block, size).iter().all(|&byte| byte == 0));
            // SAFETY: allocated above, freed once.
            assert_eq!(unsafe { openwinhttp_HeapFree(heap, 0, block) }, 1);

            let block = openwinhttp_GlobalAlloc(GMEM_ZEROINIT, size);
            assert!(bytes(block, size).iter().all(|&byte| byte == 0));
            // SAFETY: allocated above, freed once.
            assert!(unsafe { openwinhttp_GlobalFree(block) }.is_null());
        }
    }

    #[test]
    fn reallocation_keeps_the_contents_and_clears_the_new_part() {
        let heap = openwinhttp_GetProcessHeap();
        let block = openwinhttp_HeapAlloc(heap, HEAP_ZERO_MEMORY, 16);
        bytes(block, 16).copy_from_slice(b"sixteen letters.");
        // SAFETY: a live block.
        let block = unsafe { openwinhttp_HeapReAlloc(heap, HEAP_ZERO_MEMORY, block, 50_000) };
        assert_eq!(&bytes(block, 16)[..], b"sixteen letters.");
        assert!(bytes(block, 50_000)[16..].iter().all(|&byte| byte == 0));
        bytes(block, 50_000).fill(0xAA);
        // SAFETY: a live block.
        let block = unsafe { openwinhttp_HeapReAlloc(heap, 0, block, 3) };
        // SAFETY: a live block.
        let block = unsafe { openwinhttp_HeapReAlloc(heap, HEAP_ZERO_MEMORY, block, 100) };
        assert_eq!(&bytes(block, 3)[..], [0xAA; 3]);
        assert!(
            bytes(block, 100)[3..].iter().all(|&byte| byte == 0),
            "{:?}",
            bytes(block, 100)
        );
        // SAFETY: freed once.
        assert_eq!(unsafe { openwinhttp_HeapFree(heap, 0, block) }, 1);
    }

    #[test]
    fn failures_are_reported() {
        let heap = openwinhttp_GetProcessHeap();
        let foreign = core::ptr::without_provenance_mut(0x4444);
        openwinhttp_SetLastError(0);
        assert!(openwinhttp_HeapAlloc(foreign, 0, 8).is_null());
        assert_eq!(openwinhttp_GetLastError(), ERROR_INVALID_HANDLE);
        openwinhttp_SetLastError(0);
        // SAFETY: the handle is refused, the block not looked at.
        assert_eq!(unsafe { openwinhttp_HeapFree(foreign, 0, null_mut()) }, 0);
        assert_eq!(openwinhttp_GetLastError(), ERROR_INVALID_HANDLE);
        // SAFETY: NULL is refused.
        assert!(unsafe { openwinhttp_HeapReAlloc(heap, 0, null_mut(), 8) }.is_null());
        assert_eq!(openwinhttp_GetLastError(), ERROR_INVALID_PARAMETER);
        assert!(openwinhttp_GlobalAlloc(0, usize::MAX / 2).is_null());
        assert_eq!(openwinhttp_GetLastError(), ERROR_NOT_ENOUGH_MEMORY);
        openwinhttp_SetLastError(77);
        assert!(openwinhttp_HeapAlloc(heap, 0, usize::MAX / 2).is_null());
        assert_eq!(openwinhttp_GetLastError(), 77);
        // SAFETY: NULL is allowed.
        assert_eq!(unsafe { openwinhttp_HeapFree(heap, 0, null_mut()) }, 1);
        // SAFETY: NULL is allowed.
        assert!(unsafe { openwinhttp_GlobalFree(null_mut()) }.is_null());
    }
}
