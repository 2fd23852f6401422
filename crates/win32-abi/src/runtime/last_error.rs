//! The calling thread's last error.

use std::cell::Cell;

thread_local! {
    // No destructor, so that it can be read and written while the thread ends.
    static LAST_ERROR: Cell<u32> = const { Cell::new(0) };
}

/// `GetLastError`: the number that the calling thread stored last; 0 in a new thread.
#[unsafe(no_mangle)]
pub extern "C" fn openwinhttp_GetLastError() -> u32 {
    LAST_ERROR.get()
}

/// `SetLastError`: stores a number for the calling thread.
#[unsafe(no_mangle)]
pub extern "C" fn openwinhttp_SetLastError(error: u32) {
    LAST_ERROR.set(error);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thread_has_its_own() {
        openwinhttp_SetLastError(12_030);
        let other = std::thread::spawn(|| {
            let before = openwinhttp_GetLastError();
            openwinhttp_SetLastError(u32::MAX);
            (before, openwinhttp_GetLastError())
        });
        assert_eq!(other.join().unwrap(), (0, u32::MAX));
        assert_eq!(openwinhttp_GetLastError(), 12_030);
    }
}
