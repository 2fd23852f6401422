//! Basic types of Win32, handles, callbacks, and the structs that other headers define.

#![allow(non_snake_case, reason = "Microsoft's names")]

use core::ffi::c_void;
use core::mem::size_of;

#[cfg(not(windows))]
pub use crate::runtime::{FILETIME, SYSTEMTIME};

/// 32 bits on every system.
pub type DWORD = u32;
/// As wide as a pointer.
pub type DWORD_PTR = usize;
/// 0 is FALSE, everything else TRUE.
pub type BOOL = i32;
/// 8 bits.
pub type BYTE = u8;
/// 16 bits.
pub type WORD = u16;
/// 16 bits.
pub type USHORT = u16;
/// 32 bits.
pub type UINT = u32;
/// 32 bits.
pub type ULONG = u32;
/// 64 bits.
pub type ULONGLONG = u64;
/// A UTF-16 unit.
pub type WCHAR = u16;
/// Any memory.
pub type PVOID = *mut c_void;
/// Any memory.
pub type LPVOID = *mut c_void;
/// Any memory, read only.
pub type LPCVOID = *const c_void;
/// Where a `DWORD` is or goes.
pub type LPDWORD = *mut DWORD;
/// Where a `DWORD` is or goes.
pub type PDWORD = *mut DWORD;
/// UTF-16 text that ends with NUL.
pub type LPWSTR = *mut WCHAR;
/// UTF-16 text that ends with NUL.
pub type PWSTR = *mut WCHAR;
/// UTF-16 text that ends with NUL, read only.
pub type LPCWSTR = *const WCHAR;
/// UTF-16 text that ends with NUL, read only.
pub type PCWSTR = *const WCHAR;
/// Text of bytes that ends with NUL.
pub type LPSTR = *mut u8;
/// Text of bytes that ends with NUL, read only.
pub type PCSTR = *const u8;
/// A handle of the system.
pub type HANDLE = *mut c_void;

/// A handle of WinHTTP; NULL is none.
pub type HINTERNET = *mut c_void;
/// A TCP port in the machine's byte order.
pub type INTERNET_PORT = WORD;
/// A URL's scheme, see the `INTERNET_SCHEME_…` constants.
pub type INTERNET_SCHEME = i32;
/// What `WinHttpRegisterProxyChangeNotification` gives.
pub type WINHTTP_PROXY_CHANGE_REGISTRATION_HANDLE = PVOID;

/// What is told of a handle: the handle, its context, `WINHTTP_CALLBACK_STATUS_*`, the information and its length.
pub type WINHTTP_STATUS_CALLBACK = Option<
    unsafe extern "system" fn(
        hInternet: HINTERNET,
        dwContext: DWORD_PTR,
        dwInternetStatus: DWORD,
        lpvStatusInformation: LPVOID,
        dwStatusInformationLength: DWORD,
    ),
>;

/// What is told when proxy settings change: the flags and the context of the registration.
pub type WINHTTP_PROXY_CHANGE_CALLBACK =
    Option<unsafe extern "system" fn(ullFlags: ULONGLONG, pvContext: PVOID)>;

/// `WINHTTP_INVALID_STATUS_CALLBACK`: what `WinHttpSetStatusCallback` gives when it fails. Never to be called.
pub const fn invalid_status_callback() -> WINHTTP_STATUS_CALLBACK {
    // SAFETY: any value but NULL is a valid function pointer as long as it is not called; NULL is `None`.
    unsafe {
        core::mem::transmute::<*const c_void, WINHTTP_STATUS_CALLBACK>(!0usize as *const c_void)
    }
}

/// A label.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct GUID {
    /// First 32 bits.
    pub Data1: u32,
    /// Next 16 bits.
    pub Data2: u16,
    /// Next 16 bits.
    pub Data3: u16,
    /// The rest, byte by byte.
    pub Data4: [u8; 8],
}

/// A moment: 100 ns units since 1601-01-01 UTC, in two halves.
#[cfg(windows)]
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FILETIME {
    /// The lower 32 bits.
    pub dwLowDateTime: u32,
    /// The upper 32 bits.
    pub dwHighDateTime: u32,
}

/// A moment as a calendar and a clock show it.
#[cfg(windows)]
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SYSTEMTIME {
    /// 1601 and later.
    pub wYear: u16,
    /// 1 to 12.
    pub wMonth: u16,
    /// 0 (Sunday) to 6.
    pub wDayOfWeek: u16,
    /// 1 to 31.
    pub wDay: u16,
    /// 0 to 23.
    pub wHour: u16,
    /// 0 to 59.
    pub wMinute: u16,
    /// 0 to 59.
    pub wSecond: u16,
    /// 0 to 999.
    pub wMilliseconds: u16,
}

const _: () = {
    assert!(size_of::<WINHTTP_STATUS_CALLBACK>() == size_of::<usize>());
    assert!(size_of::<WINHTTP_PROXY_CHANGE_CALLBACK>() == size_of::<usize>());
    assert!(size_of::<GUID>() == 16);
    assert!(size_of::<FILETIME>() == 8);
    assert!(size_of::<SYSTEMTIME>() == 16);
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invalid_callback_is_all_ones() {
        let callback = invalid_status_callback().expect("not NULL");
        assert_eq!(callback as usize, usize::MAX);
    }
}
