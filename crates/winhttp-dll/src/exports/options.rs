//! `WinHttpQueryOption`, `WinHttpSetOption`, `WinHttpSetTimeouts`.

use win32_abi::winhttp::*;

use crate::guard::boolean;
use crate::options;

/// `WinHttpQueryOption`: gives an option's value. NULL stands for the process.
///
/// # Safety
/// `buffer` is NULL or can be written for `*length` bytes; `length` is NULL or can be read and written.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpQueryOption(
    handle: HINTERNET,
    option: DWORD,
    buffer: LPVOID,
    length: LPDWORD,
) -> BOOL {
    // SAFETY: the caller's contract.
    boolean(|| unsafe { options::query(handle, option, buffer, length) })
}

/// `WinHttpSetOption`: sets an option's value. NULL stands for the process.
///
/// # Safety
/// `buffer` is NULL or can be read for `length` bytes; for texts for `length` units, or up to a NUL. What pointers in a value
/// point to can be read as `winhttp.h` says.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WinHttpSetOption(
    handle: HINTERNET,
    option: DWORD,
    buffer: LPVOID,
    length: DWORD,
) -> BOOL {
    // SAFETY: the caller's contract.
    boolean(|| unsafe { options::set(handle, option, buffer, length) })
}

/// `WinHttpSetTimeouts`: sets four time limits of a session or request, in milliseconds; 0 and -1 are without limit.
#[unsafe(no_mangle)]
pub extern "system" fn WinHttpSetTimeouts(
    handle: HINTERNET,
    resolve: i32,
    connect: i32,
    send: i32,
    receive: i32,
) -> BOOL {
    boolean(|| options::set_timeouts(handle, [resolve, connect, send, receive]))
}
