//! One runtime per process, although every library of ours contains one.
//!
//! `GetLastError` may be bound to one library and the error set in another; an event may be made by one and signalled by
//! the other. So functions that have state outside the caller's memory exist once per process: the exported symbols of
//! each library forward to the table of the *first loaded* image that has one, found through the image's symbol
//! [`openwinhttp_SharedRuntime`].
//!
//! - "First loaded" is the same for everybody who asks, whenever and from wherever: a library that is loaded later is
//!   later in the order, however it is loaded (`RTLD_LOCAL`, macOS' two-level name space), and the one that is chosen is
//!   never unloaded again.
//! - The table has C's layout and calling convention, so the libraries need not come from one build. It only ever grows
//!   at its end; of a table that is too short no function is used, so that functions with common state stay together.
//! - A program that contains the static library is the first image. A library that it loads with `dlopen` finds the
//!   program's table only if the program exports it (`-rdynamic`).
//!
//! The heap needs nothing of this: it is the C library's. Certificates are freed by whom made them (`certificates`).

use core::ffi::{c_char, c_void};
use core::mem::size_of;
use core::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::certificates;
use super::files::{self, OVERLAPPED};
use super::images::{Image, images};
use super::objects::{self, HANDLE};
use super::threads::{self, LPTHREAD_START_ROUTINE};
use super::wincrypt::{CERT_CONTEXT, CRYPT_DATA_BLOB};
use super::{events, last_error, thread_id, time};

/// Makes the table's type, this image's table, and the exported functions that forward to the process's table.
macro_rules! shared {
    ($(
        $(#[$attribute:meta])*
        [$($safety:tt)?] $symbol:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? = $implementation:path;
    )*) => {
        /// The functions of one image that have state.
        #[repr(C)]
        #[allow(non_snake_case, reason = "the exported names")]
        #[derive(Debug)]
        pub struct Table {
            /// Bytes of the table: what lies beyond is not there.
            size: usize,
            $($symbol: $($safety)? extern "C" fn($($type),*) $(-> $result)?,)*
        }

        /// This image's.
        static TABLE: Table = Table {
            size: size_of::<Table>(),
            $($symbol: $implementation,)*
        };

        $(
            $(#[$attribute])*
            #[unsafe(no_mangle)]
            #[allow(unused_unsafe, reason = "some are safe")]
            pub $($safety)? extern "C" fn $symbol($($argument: $type),*) $(-> $result)? {
                // SAFETY: the function of this name, with the contract that the caller keeps for this one.
                unsafe { (table().$symbol)($($argument),*) }
            }
        )*
    };
}

shared! {
    /// `GetLastError`: the number that the calling thread stored last; 0 in a new thread.
    [] openwinhttp_GetLastError() -> u32 = last_error::get_local;
    /// `SetLastError`: stores a number for the calling thread.
    [] openwinhttp_SetLastError(error: u32) = last_error::set_local;
    /// `GetCurrentThreadId`: a number that identifies the calling thread in this process; never 0, not the system's.
    [] openwinhttp_GetCurrentThreadId() -> u32 = thread_id::get_local;

    /// `CloseHandle`: ends a handle of an event, a thread or a file. A thread goes on, and so does a wait.
    [] openwinhttp_CloseHandle(handle: HANDLE) -> i32 = objects::close_local;
    /// `DuplicateHandle`: another handle of the same object, in this process only. `DUPLICATE_CLOSE_SOURCE` counts.
    ///
    /// # Safety
    /// `target` is NULL or has room for a handle.
    [unsafe] openwinhttp_DuplicateHandle(
        source_process: HANDLE, source: HANDLE, target_process: HANDLE, target: *mut HANDLE, access: u32, inherit: i32,
        options: u32,
    ) -> i32 = objects::duplicate_local;
    /// `WaitForMultipleObjectsEx`: waits for one or all of up to 64 events and threads; nothing is alertable.
    ///
    /// # Safety
    /// `handles` points to `count` handles.
    [unsafe] openwinhttp_WaitForMultipleObjectsEx(
        count: u32, handles: *const HANDLE, all: i32, milliseconds: u32, alertable: i32,
    ) -> u32 = objects::wait_local;

    /// `CreateEvent`: an event, which a wait takes unless `manual_reset`. A name gives NULL and `ERROR_NOT_SUPPORTED`.
    ///
    /// # Safety
    /// None is needed today: the attributes are not looked at.
    [unsafe] openwinhttp_CreateEvent(
        attributes: *const c_void, manual_reset: i32, signalled: i32, name: *const c_void,
    ) -> HANDLE = events::create_local;
    /// `SetEvent`: signals an event.
    [] openwinhttp_SetEvent(handle: HANDLE) -> i32 = events::set_local;
    /// `ResetEvent`: takes an event's signal away.
    [] openwinhttp_ResetEvent(handle: HANDLE) -> i32 = events::reset_local;

    /// `CreateThread`: starts a thread; its handle is signalled when the start routine has returned. The stack has 2 MiB
    /// at least. Of the flags `CREATE_SUSPENDED` counts.
    ///
    /// # Safety
    /// `start` may be called with `parameter` on another thread; `id` is NULL or has room for a number.
    [unsafe] openwinhttp_CreateThread(
        attributes: *const c_void, stack_size: usize, start: LPTHREAD_START_ROUTINE, parameter: *mut c_void, flags: u32,
        id: *mut u32,
    ) -> HANDLE = threads::create_local;
    /// `GetExitCodeThread`: what the start routine returned; `STILL_ACTIVE` (259) before.
    ///
    /// # Safety
    /// `code` is NULL (refused) or has room for a number.
    [unsafe] openwinhttp_GetExitCodeThread(handle: HANDLE, code: *mut u32) -> i32 = threads::exit_code_local;
    /// `GetThreadId`: the number that `GetCurrentThreadId` gives on that thread; 0 if the handle is not a thread's.
    [] openwinhttp_GetThreadId(handle: HANDLE) -> u32 = threads::id_local;
    /// `ResumeThread`: lets a thread begin that was created suspended; how often it was suspended, or all ones.
    [] openwinhttp_ResumeThread(handle: HANDLE) -> u32 = threads::resume_local;

    /// `CreateFileW`: opens or creates a file. `INVALID_HANDLE_VALUE` if that fails.
    ///
    /// # Safety
    /// `name` is text with a 0 at its end.
    [unsafe] openwinhttp_CreateFileW(
        name: *const u16, access: u32, share: u32, security: *const c_void, disposition: u32, attributes: u32,
        template: HANDLE,
    ) -> HANDLE = files::create_wide_local;
    /// `CreateFileA`: the same with a name in UTF-8.
    ///
    /// # Safety
    /// As the wide one.
    [unsafe] openwinhttp_CreateFileA(
        name: *const c_char, access: u32, share: u32, security: *const c_void, disposition: u32, attributes: u32,
        template: HANDLE,
    ) -> HANDLE = files::create_narrow_local;
    /// `ReadFile`: reads where the file is at, or where `overlapped` says. At the end: TRUE and 0 bytes, with `overlapped`
    /// FALSE and `ERROR_HANDLE_EOF`.
    ///
    /// # Safety
    /// `buffer` has room for `length` bytes; the other pointers are NULL or point to what they are declared as.
    [unsafe] openwinhttp_ReadFile(
        handle: HANDLE, buffer: *mut c_void, length: u32, done: *mut u32, overlapped: *mut OVERLAPPED,
    ) -> i32 = files::read_local;
    /// `WriteFile`: writes all of it where the file is at, or where `overlapped` says.
    ///
    /// # Safety
    /// `buffer` has `length` bytes; the other pointers are NULL or point to what they are declared as.
    [unsafe] openwinhttp_WriteFile(
        handle: HANDLE, buffer: *const c_void, length: u32, done: *mut u32, overlapped: *mut OVERLAPPED,
    ) -> i32 = files::write_local;
    /// `SetFilePointerEx`: where the file is at, from its beginning (0), from here (1) or from its end (2).
    ///
    /// # Safety
    /// `position` is NULL or has room for a number.
    [unsafe] openwinhttp_SetFilePointerEx(
        handle: HANDLE, distance: i64, position: *mut i64, method: u32,
    ) -> i32 = files::seek_local;
    /// `GetFileSizeEx`: bytes.
    ///
    /// # Safety
    /// `size` is NULL (refused) or has room for a number.
    [unsafe] openwinhttp_GetFileSizeEx(handle: HANDLE, size: *mut i64) -> i32 = files::size_local;
    /// `SetEndOfFile`: the file ends where it is at.
    [] openwinhttp_SetEndOfFile(handle: HANDLE) -> i32 = files::set_end_local;
    /// `FlushFileBuffers`: returns when the file is on its device.
    [] openwinhttp_FlushFileBuffers(handle: HANDLE) -> i32 = files::flush_local;

    /// Makes a certificate context with one reference: `chain` has the certificate and, after it, those of its issuers, in
    /// DER; `key` is NULL or its private key (PKCS #8, PKCS #1 or SEC 1). NULL and `CRYPT_E_ASN1_BADTAG` if the
    /// certificate is none.
    ///
    /// # Safety
    /// `chain` points to `count` blobs, `key` to one if it is not NULL, and all of them to their bytes.
    [unsafe] openwinhttp_CreateCertificateContext(
        chain: *const CRYPT_DATA_BLOB, count: u32, key: *const CRYPT_DATA_BLOB,
    ) -> *const CERT_CONTEXT = certificates::create_local;
    /// `CertDuplicateCertificateContext`: one reference more; the same context. NULL stays NULL.
    [] openwinhttp_CertDuplicateCertificateContext(context: *const CERT_CONTEXT) -> *const CERT_CONTEXT
        = certificates::duplicate_local;
    /// `CertFreeCertificateContext`: one reference less; the last one frees it. TRUE, also for what is no context.
    [] openwinhttp_CertFreeCertificateContext(context: *const CERT_CONTEXT) -> i32 = certificates::free_local;
    /// Copies a part of a context: the certificate (0) and those of its issuers (1, ...), or the private key (all ones).
    /// The part's length; 0 if there is none. Only written if `room` is enough.
    ///
    /// # Safety
    /// `output` has room for `room` bytes.
    [unsafe] openwinhttp_CertificatePart(
        context: *const CERT_CONTEXT, part: u32, output: *mut u8, room: u32,
    ) -> u32 = certificates::part_local;

    /// `GetTickCount64`: milliseconds since the first call in this process, from a clock that never goes back.
    [] openwinhttp_GetTickCount64() -> u64 = time::tick_count_local;
    /// The value of `QueryPerformanceCounter`: units of 100 ns since the first call in this process.
    [] openwinhttp_PerformanceCounter() -> i64 = time::performance_counter_local;
}

/// This image's table. For the other libraries of this project, not for programs.
#[unsafe(no_mangle)]
pub extern "C" fn openwinhttp_SharedRuntime() -> *const Table {
    &raw const TABLE
}

/// The process's table.
#[inline]
fn table() -> &'static Table {
    static CHOSEN: AtomicPtr<Table> = AtomicPtr::new(null_mut());
    let mut chosen = CHOSEN.load(Ordering::Acquire);
    if chosen.is_null() {
        chosen = choose().cast_mut();
        // Another thread has found the same.
        CHOSEN.store(chosen, Ordering::Release);
    }
    // SAFETY: `choose` gives a table in an image that stays loaded, and nobody writes to tables.
    unsafe { &*chosen }
}

/// The table of the first image that has a long enough one.
#[cold]
fn choose() -> *const Table {
    let found = images().iter().find_map(table_of);
    // Without dynamic symbols (a static program) the linker has put one in place. Asked for by name, since there may be
    // several, of which the linker takes one for all callers.
    let own: extern "C" fn() -> *const Table = core::hint::black_box(openwinhttp_SharedRuntime);
    found.unwrap_or_else(|| own())
}

/// The table of an image, which then stays loaded; `None` if it has none, or not one of today's length.
fn table_of(image: &Image) -> Option<*const Table> {
    let opened = image.open()?;
    let function = image.symbol(&opened, c"openwinhttp_SharedRuntime")?;
    // SAFETY: every image that defines this name has it from this file, where its type does not change.
    let function =
        unsafe { core::mem::transmute::<*mut c_void, extern "C" fn() -> *const Table>(function) };
    let table = function();
    // SAFETY: a table begins with its size, in any version; the image is loaded.
    let size = unsafe { (&raw const (*table).size).read() };
    if size < size_of::<Table>() {
        return None;
    }
    opened.leak();
    Some(table)
}
