//! `HANDLE`s: what they stand for, waiting for them and closing them.
//!
//! Handles of this table have bit 31, those of WinHTTP and of the WebSocket component do not: none is ever mistaken for
//! one of another kind, and a stale one is recognised.

use core::ffi::c_void;
use std::sync::Arc;
use std::time::{Duration, Instant};

use handle_table::{Handle, HandleTable};

use super::files::OpenFile;
use super::threads::Thread;
use super::waiting::{Waitable, wait};
use super::{
    ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY, INFINITE, last_error,
};

/// `HANDLE`.
pub type HANDLE = *mut c_void;

/// `INVALID_HANDLE_VALUE`, which is also what `GetCurrentProcess` gives.
pub(super) const INVALID_HANDLE_VALUE: HANDLE = core::ptr::without_provenance_mut(usize::MAX);
/// `WAIT_TIMEOUT`.
const WAIT_TIMEOUT: u32 = 258;
/// `WAIT_FAILED`.
const WAIT_FAILED: u32 = u32::MAX;
/// `MAXIMUM_WAIT_OBJECTS`.
const MAXIMUM_WAIT_OBJECTS: u32 = 64;
/// `DUPLICATE_CLOSE_SOURCE`.
const DUPLICATE_CLOSE_SOURCE: u32 = 1;
/// Distinguishes these handles from others.
const TAG: u32 = 1 << 31;

/// What a handle stands for.
#[derive(Debug)]
pub(super) enum Object {
    Event(Waitable),
    Thread(Thread),
    File(OpenFile),
}

static OBJECTS: HandleTable<Arc<Object>> = HandleTable::new();

/// A new handle; `None`, with the last error set, if there are too many.
pub(super) fn insert(object: Arc<Object>) -> Option<HANDLE> {
    match OBJECTS.insert(object) {
        Ok(handle) => Some(core::ptr::without_provenance_mut(
            (handle.value() | TAG) as usize,
        )),
        Err(_) => {
            last_error::set(ERROR_NOT_ENOUGH_MEMORY);
            None
        }
    }
}

/// The key in the table, if the number can be one.
fn key(handle: HANDLE) -> Option<Handle> {
    let value = u32::try_from(handle.addr()).ok()?;
    Handle::from_value((value & TAG != 0).then_some(value & !TAG)?)
}

/// What `handle` stands for; `None`, with the last error set, if nothing.
pub(super) fn get(handle: HANDLE) -> Option<Arc<Object>> {
    let object = key(handle).and_then(|key| OBJECTS.get(key).ok());
    if object.is_none() {
        last_error::set(ERROR_INVALID_HANDLE);
    }
    object
}

impl Object {
    fn waitable(&self) -> Option<&Waitable> {
        match self {
            Self::Event(event) => Some(event),
            Self::Thread(thread) => Some(thread.ended()),
            Self::File(_) => None,
        }
    }
}

/// This image's `CloseHandle`.
pub(super) extern "C" fn close_local(handle: HANDLE) -> i32 {
    match key(handle).and_then(|key| OBJECTS.remove(key).ok()) {
        Some(_) => 1,
        None => {
            last_error::set(ERROR_INVALID_HANDLE);
            0
        }
    }
}

/// This image's `DuplicateHandle`.
pub(super) unsafe extern "C" fn duplicate_local(
    source_process: HANDLE,
    source: HANDLE,
    target_process: HANDLE,
    target: *mut HANDLE,
    _access: u32,
    _inherit: i32,
    options: u32,
) -> i32 {
    if source_process != INVALID_HANDLE_VALUE || target_process != INVALID_HANDLE_VALUE {
        last_error::set(ERROR_INVALID_HANDLE);
        return 0;
    }
    let Some(object) = get(source) else { return 0 };
    let Some(handle) = insert(object) else {
        return 0;
    };
    if options & DUPLICATE_CLOSE_SOURCE != 0 {
        close_local(source);
    }
    if target.is_null() {
        close_local(handle);
    } else {
        // SAFETY: the caller gives room for a handle.
        unsafe { target.write(handle) };
    }
    1
}

/// This image's `WaitForMultipleObjectsEx`.
pub(super) unsafe extern "C" fn wait_local(
    count: u32,
    handles: *const HANDLE,
    all: i32,
    milliseconds: u32,
    _alertable: i32,
) -> u32 {
    if handles.is_null() || !(1..=MAXIMUM_WAIT_OBJECTS).contains(&count) {
        last_error::set(ERROR_INVALID_PARAMETER);
        return WAIT_FAILED;
    }
    // SAFETY: the caller gives an array of so many.
    let handles = unsafe { core::slice::from_raw_parts(handles, count as usize) };
    // The objects live until the wait is over, whoever closes the handles.
    let Some(objects) = handles
        .iter()
        .map(|&handle| get(handle))
        .collect::<Option<Vec<_>>>()
    else {
        return WAIT_FAILED;
    };
    let Some(waitables) = objects
        .iter()
        .map(|object| object.waitable())
        .collect::<Option<Vec<_>>>()
    else {
        last_error::set(ERROR_INVALID_HANDLE);
        return WAIT_FAILED;
    };
    let deadline = (milliseconds != INFINITE)
        .then(|| Instant::now() + Duration::from_millis(milliseconds.into()));
    match wait(&waitables, all != 0, deadline) {
        // At most 63.
        Some(place) => place as u32,
        None => WAIT_TIMEOUT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::{
        openwinhttp_CloseHandle, openwinhttp_CreateEvent, openwinhttp_DuplicateHandle,
        openwinhttp_SetEvent, openwinhttp_WaitForMultipleObjectsEx,
    };
    use core::ptr::{null, null_mut, without_provenance_mut};

    fn event() -> HANDLE {
        // SAFETY: no name, no attributes.
        unsafe { openwinhttp_CreateEvent(null(), 0, 0, null()) }
    }

    fn wait_for(handles: &[HANDLE], all: bool, milliseconds: u32) -> u32 {
        let count = handles.len() as u32;
        // SAFETY: an array of that length.
        unsafe {
            openwinhttp_WaitForMultipleObjectsEx(
                count,
                handles.as_ptr(),
                i32::from(all),
                milliseconds,
                0,
            )
        }
    }

    #[test]
    fn no_number_but_a_live_handle_is_one() {
        let live = event();
        let stale = event();
        assert_eq!(openwinhttp_CloseHandle(stale), 1);
        let numbers = [
            0,
            4,
            0x7FFF_FFFC,
            live.addr() & !(TAG as usize),
            live.addr() + 1,
        ];
        for handle in numbers
            .map(without_provenance_mut)
            .into_iter()
            .chain([stale, INVALID_HANDLE_VALUE])
        {
            last_error::set(0);
            assert_eq!(openwinhttp_CloseHandle(handle), 0);
            assert_eq!(last_error::get(), ERROR_INVALID_HANDLE);
            last_error::set(0);
            assert_eq!(openwinhttp_SetEvent(handle), 0);
            assert_eq!(last_error::get(), ERROR_INVALID_HANDLE);
            last_error::set(0);
            assert_eq!(wait_for(&[live, handle], false, INFINITE), WAIT_FAILED);
            assert_eq!(last_error::get(), ERROR_INVALID_HANDLE);
        }
        assert_eq!(openwinhttp_CloseHandle(live), 1);
    }

    #[test]
    fn duplicates_are_the_same_object() {
        let one = event();
        let mut two = null_mut();
        let process = INVALID_HANDLE_VALUE;
        // SAFETY: room for a handle.
        let ok =
            unsafe { openwinhttp_DuplicateHandle(process, one, process, &raw mut two, 0, 0, 1) };
        assert_eq!(ok, 1);
        assert_eq!(openwinhttp_CloseHandle(one), 0, "closed by the option");
        assert_eq!(openwinhttp_SetEvent(two), 1);
        assert_eq!(wait_for(&[two, two], false, 0), 0);
        assert_eq!(wait_for(&[two], false, 0), WAIT_TIMEOUT);
        assert_eq!(openwinhttp_CloseHandle(two), 1);
    }

    #[test]
    fn lengths_that_cannot_be_are_refused() {
        let handles = [event(); 65];
        for handles in [&handles[..0], &handles[..]] {
            last_error::set(0);
            assert_eq!(wait_for(handles, false, 0), WAIT_FAILED);
            assert_eq!(last_error::get(), ERROR_INVALID_PARAMETER);
        }
        assert_eq!(wait_for(&handles[..64], true, 0), WAIT_TIMEOUT);
        assert_eq!(openwinhttp_CloseHandle(handles[0]), 1);
    }
}
