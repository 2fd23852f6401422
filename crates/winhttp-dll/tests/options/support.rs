//! What all parts use.

use std::ffi::c_void;

pub(crate) use winhttp_testkit::abi::*;
pub(crate) use winhttp_testkit::calls::*;
pub(crate) use winhttp_testkit::{
    Block, Client, Code, Mode, Outcome, Server, both_modes, code, response,
};

/// The error with this number, as the result of a call that gives `T`.
pub(crate) fn fails<T>(number: u32) -> Outcome<T> {
    Err(Code(number))
}

/// `ERROR_INVALID_HANDLE`.
pub(crate) const INVALID_HANDLE: u32 = 6;
/// `ERROR_INVALID_PARAMETER`.
pub(crate) const INVALID_PARAMETER: u32 = 87;
/// `ERROR_INSUFFICIENT_BUFFER`.
pub(crate) const INSUFFICIENT_BUFFER: u32 = 122;

/// A function of the library that the test kit has no wrapper for.
///
/// # Safety
/// `F` is the type of the function with this name.
pub(crate) unsafe fn function<F: Copy>(name: &str) -> F {
    // SAFETY: the caller's promise.
    *unsafe { winhttp_testkit::library::library().get::<F>(name) }
        .unwrap_or_else(|error| panic!("{name} is missing: {error}"))
}

/// `GlobalFree`.
pub(crate) fn global_free(block: *mut c_void) {
    // SAFETY: tests give blocks that the library has handed over, once.
    unsafe { winhttp_testkit::raw::openwinhttp_GlobalFree(block) };
}

/// A structure out of a buffer.
pub(crate) fn structure<T: Copy>(block: &Block) -> T {
    assert_eq!(block.bytes().len(), size_of::<T>());
    // SAFETY: as many bytes as the structure has, which the library has written.
    unsafe { block.bytes().as_ptr().cast::<T>().read_unaligned() }
}

/// The bytes of a structure.
pub(crate) fn block_of<T: Copy>(value: &T) -> Block {
    // SAFETY: any value has this many bytes; tests make their structures from zeroed memory or without padding.
    Block::of(unsafe {
        std::slice::from_raw_parts(std::ptr::from_ref(value).cast(), size_of::<T>())
    })
}
