//! Threads that a program starts with `CreateThread`.

use core::ffi::c_void;
use core::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::objects::{HANDLE, Object, get, insert};
use super::shared::openwinhttp_CloseHandle;
use super::waiting::{Waitable, wait};
use super::{
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY, last_error, thread_id,
};

/// `LPTHREAD_START_ROUTINE`. C++ exceptions that leave it end the process, as on Windows.
pub type LPTHREAD_START_ROUTINE =
    Option<unsafe extern "C-unwind" fn(parameter: *mut c_void) -> u32>;

/// `CREATE_SUSPENDED`.
const CREATE_SUSPENDED: u32 = 4;
/// `STILL_ACTIVE`: the exit code of a thread that runs.
const STILL_ACTIVE: u32 = 259;
/// What a thread gets at least: programs count on Windows' 1 MiB, and frames may be larger here.
const MIN_STACK: usize = 2 << 20;

/// A thread as its handle's holders see it.
#[derive(Debug)]
pub(super) struct Thread {
    id: u32,
    exit_code: AtomicU32,
    /// Signalled when the start routine has returned.
    ended: Waitable,
    /// Signalled when the thread may begin.
    may_begin: Waitable,
    /// How often it must be resumed before it begins: 1 or 0.
    suspended: AtomicU32,
}

impl Thread {
    pub(super) fn ended(&self) -> &Waitable {
        &self.ended
    }
}

/// Tells that the thread has ended, also if a panic of a start routine in Rust ends it.
struct Ending<'a> {
    thread: &'a Thread,
    exit_code: u32,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.thread
            .exit_code
            .store(self.exit_code, Ordering::Release);
        self.thread.ended.set();
    }
}

/// A parameter on its way to its thread.
struct Parameter(*mut c_void);

// SAFETY: only carried; that the thread may use what it points to is the business of the program that asks for that.
unsafe impl Send for Parameter {}

impl Parameter {
    fn get(self) -> *mut c_void {
        self.0
    }
}

/// This image's `CreateThread`.
pub(super) unsafe extern "C" fn create_local(
    _attributes: *const c_void,
    stack_size: usize,
    start: LPTHREAD_START_ROUTINE,
    parameter: *mut c_void,
    flags: u32,
    id: *mut u32,
) -> HANDLE {
    let Some(start) = start else {
        last_error::set(ERROR_INVALID_PARAMETER);
        return null_mut();
    };
    let is_suspended = flags & CREATE_SUSPENDED != 0;
    let object = Arc::new(Object::Thread(Thread {
        id: thread_id::next(),
        exit_code: AtomicU32::new(STILL_ACTIVE),
        ended: Waitable::new(false, false),
        may_begin: Waitable::new(false, !is_suspended),
        suspended: AtomicU32::new(is_suspended.into()),
    }));
    let Some(handle) = insert(object.clone()) else {
        return null_mut();
    };
    let Object::Thread(thread) = &*object else {
        return null_mut();
    };
    // Before the thread runs, which may free the variable.
    if !id.is_null() {
        // SAFETY: the caller gives room for the number, or NULL.
        unsafe { id.write(thread.id) };
    }
    let parameter = Parameter(parameter);
    let running = object.clone();
    let spawned = std::thread::Builder::new()
        .stack_size(stack_size.max(MIN_STACK))
        .spawn(move || {
            if let Object::Thread(thread) = &*running {
                thread_id::adopt(thread.id);
                wait(&[&thread.may_begin], false, None);
                let mut ending = Ending {
                    thread,
                    exit_code: u32::MAX,
                };
                // SAFETY: the program asks for this call, with this parameter, on a new thread.
                ending.exit_code = unsafe { start(parameter.get()) };
            }
        });
    if spawned.is_err() {
        openwinhttp_CloseHandle(handle);
        last_error::set(ERROR_NOT_ENOUGH_MEMORY);
        return null_mut();
    }
    handle
}

fn with_thread<T>(handle: HANDLE, failed: T, work: impl FnOnce(&Thread) -> T) -> T {
    match get(handle).as_deref() {
        Some(Object::Thread(thread)) => work(thread),
        Some(_) => {
            last_error::set(ERROR_INVALID_HANDLE);
            failed
        }
        None => failed,
    }
}

/// This image's `GetExitCodeThread`.
pub(super) unsafe extern "C" fn exit_code_local(handle: HANDLE, code: *mut u32) -> i32 {
    with_thread(handle, 0, |thread| {
        if code.is_null() {
            last_error::set(ERROR_INVALID_PARAMETER);
            return 0;
        }
        // SAFETY: the caller gives room for the number.
        unsafe { code.write(thread.exit_code.load(Ordering::Acquire)) };
        1
    })
}

/// This image's `GetThreadId`.
pub(super) extern "C" fn id_local(handle: HANDLE) -> u32 {
    with_thread(handle, 0, |thread| thread.id)
}

/// This image's `ResumeThread`: only of threads that were created suspended.
pub(super) extern "C" fn resume_local(handle: HANDLE) -> u32 {
    with_thread(handle, u32::MAX, |thread| {
        let before = thread.suspended.swap(0, Ordering::AcqRel);
        thread.may_begin.set();
        before
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::{
        openwinhttp_CreateThread, openwinhttp_GetCurrentThreadId, openwinhttp_GetExitCodeThread,
        openwinhttp_GetThreadId, openwinhttp_ResumeThread, openwinhttp_SetEvent,
        openwinhttp_WaitForMultipleObjectsEx,
    };
    use core::ptr::null;

    unsafe extern "C-unwind" fn report(parameter: *mut c_void) -> u32 {
        // SAFETY: the tests pass a number that outlives the thread.
        let number = unsafe { &*parameter.cast::<AtomicU32>() };
        number.fetch_add(1, Ordering::Relaxed);
        openwinhttp_GetCurrentThreadId()
    }

    fn wait_for(handle: HANDLE, milliseconds: u32) -> u32 {
        // SAFETY: an array of one.
        unsafe { openwinhttp_WaitForMultipleObjectsEx(1, &raw const handle, 0, milliseconds, 0) }
    }

    #[test]
    fn a_thread_runs_ends_and_leaves_its_code() {
        let number = AtomicU32::new(0);
        let parameter = (&raw const number).cast_mut().cast();
        for flags in [0, CREATE_SUSPENDED] {
            let mut id = 0;
            // SAFETY: the number outlives the thread, which is waited for.
            let thread = unsafe {
                openwinhttp_CreateThread(null(), 0, Some(report), parameter, flags, &raw mut id)
            };
            assert!(!thread.is_null());
            let mut code = 0;
            if flags == CREATE_SUSPENDED {
                // SAFETY: room for the number.
                let ok = unsafe { openwinhttp_GetExitCodeThread(thread, &raw mut code) };
                assert_eq!(ok, 1);
                assert_eq!(code, STILL_ACTIVE);
                assert_eq!(wait_for(thread, 0), 258);
                assert_eq!(openwinhttp_ResumeThread(thread), 1);
            }
            assert_eq!(wait_for(thread, u32::MAX), 0);
            assert_eq!(wait_for(thread, 0), 0, "it stays ended");
            assert_eq!(openwinhttp_ResumeThread(thread), 0);
            assert_eq!(openwinhttp_GetThreadId(thread), id);
            // SAFETY: room for the number.
            let ok = unsafe { openwinhttp_GetExitCodeThread(thread, &raw mut code) };
            assert_eq!(ok, 1);
            assert_eq!(code, id);
            assert_eq!(openwinhttp_SetEvent(thread), 0, "not an event");
            assert_eq!(openwinhttp_CloseHandle(thread), 1);
        }
        assert_eq!(number.into_inner(), 2);
        // SAFETY: no function is given.
        let none = unsafe { openwinhttp_CreateThread(null(), 0, None, null_mut(), 0, null_mut()) };
        assert!(none.is_null());
        assert_eq!(last_error::get(), ERROR_INVALID_PARAMETER);
    }

    #[test]
    fn a_panic_ends_the_thread_only() {
        unsafe extern "C-unwind" fn fail(_: *mut c_void) -> u32 {
            std::panic::resume_unwind(Box::new(()))
        }
        // SAFETY: the function needs nothing.
        let thread =
            unsafe { openwinhttp_CreateThread(null(), 0, Some(fail), null_mut(), 0, null_mut()) };
        assert_eq!(wait_for(thread, u32::MAX), 0);
        assert_eq!(openwinhttp_CloseHandle(thread), 1);
    }
}
