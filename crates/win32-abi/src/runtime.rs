//! Win32 functions for ported programs, off Windows.
//!
//! A source written for Windows calls a handful of functions beside the two libraries: `GetLastError`, `HeapAlloc`,
//! critical sections. `include/win32/windows.h` declares them under Microsoft's names and binds each to a symbol
//! `openwinhttp_…` defined here, so that nothing can collide with another library's symbols. What they do is
//! Microsoft's documentation's business; where Windows leaves room, each function says what is chosen.
//!
//! There is one heap, that of the C library, and one last error per thread and one set of handles per process, although
//! each of our libraries contains all this (`shared`). No function panics.
//!
//! | file | owns |
//! |---|---|
//! | `shared` | functions with state: the exported symbols and where they lead |
//! | `images` | what is loaded into the process |
//! | `last_error`, `thread_id`, `heap`, `critical_section`, `time`, `text` | as named |
//! | `objects`, `waiting` | `HANDLE`s, and waiting for them |
//! | `events`, `threads`, `files` | what the handles stand for |
//! | `paths` | files by name |
//! | `modules`, `messages` | `GetProcAddress` and relatives, `FormatMessage` |
//! | `certificates`, `wincrypt` | `CERT_CONTEXT`s, and their layout |
//! | `client_certificates` | making them from PEM |
//! | `certificate_parts`, `certificate_names`, `pem` | where things are in a certificate, names as text, reading PEM |

mod certificate_names;
mod certificate_parts;
pub mod certificates;
mod client_certificates;
mod critical_section;
pub mod events;
mod files;
mod heap;
mod images;
pub mod last_error;
mod messages;
mod modules;
mod objects;
pub mod paths;
mod pem;
mod shared;
mod text;
mod thread_id;
mod threads;
mod time;
mod waiting;
pub mod wincrypt;

pub use certificate_names::{openwinhttp_CertGetNameStringA, openwinhttp_CertGetNameStringW};
pub use certificates::openwinhttp_CertCreateCertificateContext;
pub use client_certificates::{
    openwinhttp_ClientCertificateFromPem, openwinhttp_ClientCertificateFromPemFileA,
    openwinhttp_ClientCertificateFromPemFileW,
};
pub use critical_section::{
    CRITICAL_SECTION, openwinhttp_DeleteCriticalSection, openwinhttp_EnterCriticalSection,
    openwinhttp_InitializeCriticalSection, openwinhttp_LeaveCriticalSection,
    openwinhttp_TryEnterCriticalSection,
};
pub use files::OVERLAPPED;
pub use heap::{
    GMEM_ZEROINIT, HEAP_ZERO_MEMORY, openwinhttp_GetProcessHeap, openwinhttp_GlobalAlloc,
    openwinhttp_GlobalFree, openwinhttp_HeapAlloc, openwinhttp_HeapFree, openwinhttp_HeapReAlloc,
};
pub use messages::{openwinhttp_FormatMessageA, openwinhttp_FormatMessageW};
pub use modules::{
    HMODULE, openwinhttp_FreeLibrary, openwinhttp_GetModuleHandleA, openwinhttp_GetModuleHandleW,
    openwinhttp_GetProcAddress, openwinhttp_LoadLibraryA, openwinhttp_LoadLibraryW,
};
pub use objects::HANDLE;
pub use paths::{
    openwinhttp_DeleteFileA, openwinhttp_DeleteFileW, openwinhttp_GetFileAttributesA,
    openwinhttp_GetFileAttributesW,
};
pub use shared::*;
pub use text::{openwinhttp_MultiByteToWideChar, openwinhttp_WideCharToMultiByte};
pub use thread_id::openwinhttp_GetCurrentProcessId;
pub use threads::LPTHREAD_START_ROUTINE;
pub use time::{
    FILETIME, SYSTEMTIME, openwinhttp_FileTimeToSystemTime, openwinhttp_GetLocalTime,
    openwinhttp_GetSystemTime, openwinhttp_GetSystemTimeAsFileTime, openwinhttp_Sleep,
    openwinhttp_SystemTimeToFileTime,
};

/// Milliseconds argument that means "for ever".
const INFINITE: u32 = u32::MAX;

/// `ERROR_INVALID_HANDLE`.
const ERROR_INVALID_HANDLE: u32 = 6;
/// `ERROR_NOT_ENOUGH_MEMORY`.
const ERROR_NOT_ENOUGH_MEMORY: u32 = 8;
/// `ERROR_NOT_SUPPORTED`.
const ERROR_NOT_SUPPORTED: u32 = 50;
/// `ERROR_INVALID_PARAMETER`.
const ERROR_INVALID_PARAMETER: u32 = 87;
/// `ERROR_INSUFFICIENT_BUFFER`.
const ERROR_INSUFFICIENT_BUFFER: u32 = 122;
/// `ERROR_MOD_NOT_FOUND`.
const ERROR_MOD_NOT_FOUND: u32 = 126;
/// `ERROR_PROC_NOT_FOUND`.
const ERROR_PROC_NOT_FOUND: u32 = 127;
/// `ERROR_NO_UNICODE_TRANSLATION`.
const ERROR_NO_UNICODE_TRANSLATION: u32 = 1113;
