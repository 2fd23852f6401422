//! The calling thread's last error.
//!
//! One per thread and process, whichever library it is stored or read through (`shared`).

use std::cell::Cell;

use super::shared::{openwinhttp_GetLastError, openwinhttp_SetLastError};

thread_local! {
    // No destructor, so that it can be read and written while the thread ends.
    static LAST_ERROR: Cell<u32> = const { Cell::new(0) };
}

/// The number that the calling thread stored last; 0 in a new thread.
pub fn get() -> u32 {
    openwinhttp_GetLastError()
}

/// Stores a number for the calling thread.
pub fn set(error: u32) {
    openwinhttp_SetLastError(error);
}

/// This image's [`get`].
pub(super) extern "C" fn get_local() -> u32 {
    LAST_ERROR.get()
}

/// This image's [`set`].
pub(super) extern "C" fn set_local(error: u32) {
    LAST_ERROR.set(error);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thread_has_its_own() {
        set(12_030);
        let other = std::thread::spawn(|| {
            let before = get();
            set(u32::MAX);
            (before, get())
        });
        assert_eq!(other.join().unwrap(), (0, u32::MAX));
        assert_eq!(get(), 12_030);
    }
}
