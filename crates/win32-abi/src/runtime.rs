//! Win32 functions for ported programs, off Windows.
//!
//! A source written for Windows calls a handful of functions beside the two libraries: `GetLastError`, `HeapAlloc`,
//! critical sections. `include/win32/windows.h` declares them under Microsoft's names and binds each to a symbol
//! `openwinhttp_…` defined here, so that nothing can collide with another library's symbols. What they do is
//! Microsoft's documentation's business; where Windows leaves room, each function says what is chosen.
//!
//! There is one heap, that of the C library, and one last error per thread. No function panics.

mod critical_section;
mod heap;
mod last_error;
mod time;

pub use critical_section::{
    CRITICAL_SECTION, openwinhttp_DeleteCriticalSection, openwinhttp_EnterCriticalSection,
    openwinhttp_GetCurrentThreadId, openwinhttp_InitializeCriticalSection,
    openwinhttp_LeaveCriticalSection, openwinhttp_TryEnterCriticalSection,
};
pub use heap::{
    GMEM_ZEROINIT, HEAP_ZERO_MEMORY, openwinhttp_GetProcessHeap, openwinhttp_GlobalAlloc,
    openwinhttp_GlobalFree, openwinhttp_HeapAlloc, openwinhttp_HeapFree, openwinhttp_HeapReAlloc,
};
pub use last_error::{openwinhttp_GetLastError, openwinhttp_SetLastError};
pub use time::{
    FILETIME, SYSTEMTIME, openwinhttp_GetSystemTime, openwinhttp_GetSystemTimeAsFileTime,
    openwinhttp_GetTickCount64, openwinhttp_Sleep,
};

/// `ERROR_INVALID_HANDLE`.
const ERROR_INVALID_HANDLE: u32 = 6;
/// `ERROR_NOT_ENOUGH_MEMORY`.
const ERROR_NOT_ENOUGH_MEMORY: u32 = 8;
/// `ERROR_INVALID_PARAMETER`.
const ERROR_INVALID_PARAMETER: u32 = 87;
