//! Events.

use core::ffi::c_void;
use core::ptr::{null_mut, without_provenance_mut};
use std::sync::Arc;

use super::objects::{HANDLE, Object, get, insert};
use super::shared::openwinhttp_SetEvent;
use super::waiting::Waitable;
use super::{ERROR_INVALID_HANDLE, ERROR_NOT_SUPPORTED, last_error};

/// Signals the event with this handle; false, with the calling thread's last error set, if there is none.
pub fn set(handle: usize) -> bool {
    openwinhttp_SetEvent(without_provenance_mut(handle)) != 0
}

/// This image's `CreateEventW`: events with names are not offered.
pub(super) unsafe extern "C" fn create_local(
    _attributes: *const c_void,
    manual_reset: i32,
    signalled: i32,
    name: *const c_void,
) -> HANDLE {
    if !name.is_null() {
        last_error::set(ERROR_NOT_SUPPORTED);
        return null_mut();
    }
    let event = Waitable::new(manual_reset == 0, signalled != 0);
    match insert(Arc::new(Object::Event(event))) {
        Some(handle) => {
            last_error::set(0); // as Windows: not ERROR_ALREADY_EXISTS
            handle
        }
        None => null_mut(),
    }
}

fn with_event(handle: HANDLE, work: impl FnOnce(&Waitable)) -> i32 {
    match get(handle).as_deref() {
        Some(Object::Event(event)) => {
            work(event);
            1
        }
        Some(_) => {
            last_error::set(ERROR_INVALID_HANDLE);
            0
        }
        None => 0,
    }
}

/// This image's `SetEvent`.
pub(super) extern "C" fn set_local(handle: HANDLE) -> i32 {
    with_event(handle, Waitable::set)
}

/// This image's `ResetEvent`.
pub(super) extern "C" fn reset_local(handle: HANDLE) -> i32 {
    with_event(handle, Waitable::reset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::{
        openwinhttp_CloseHandle, openwinhttp_CreateEvent, openwinhttp_ResetEvent,
        openwinhttp_WaitForMultipleObjectsEx,
    };
    use core::ptr::null;

    #[test]
    fn events_are_set_reset_and_taken() {
        let is_set = |handle: HANDLE| {
            // SAFETY: an array of one.
            unsafe { openwinhttp_WaitForMultipleObjectsEx(1, &raw const handle, 0, 0, 0) == 0 }
        };
        for (manual, initial) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            // SAFETY: no name.
            let event = unsafe { openwinhttp_CreateEvent(null(), manual, initial, null()) };
            assert_eq!(is_set(event), initial == 1);
            assert_eq!(is_set(event), initial == 1 && manual == 1);
            assert!(set(event.addr()));
            assert!(is_set(event));
            assert_eq!(is_set(event), manual == 1);
            assert_eq!(openwinhttp_ResetEvent(event), 1);
            assert!(!is_set(event));
            assert_eq!(openwinhttp_CloseHandle(event), 1);
            assert!(!set(event.addr()));
            assert_eq!(last_error::get(), ERROR_INVALID_HANDLE);
        }
        // SAFETY: the name is only compared with NULL.
        let named = unsafe { openwinhttp_CreateEvent(null(), 0, 0, without_provenance_mut(8)) };
        assert!(named.is_null());
        assert_eq!(last_error::get(), ERROR_NOT_SUPPORTED);
    }
}
