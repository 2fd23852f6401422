//! Numbers of threads.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

thread_local! {
    /// This thread's; 0: none yet.
    static ID: Cell<u32> = const { Cell::new(0) };
}

/// A number that no thread has.
pub(super) fn next() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

/// Gives the calling thread a number before it asks for one.
pub(super) fn adopt(id: u32) {
    ID.set(id);
}

/// This image's `GetCurrentThreadId`.
pub(super) extern "C" fn get_local() -> u32 {
    if ID.get() == 0 {
        ID.set(next());
    }
    ID.get()
}

/// `GetCurrentProcessId`: the system's number.
#[unsafe(no_mangle)]
pub extern "C" fn openwinhttp_GetCurrentProcessId() -> u32 {
    std::process::id()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::openwinhttp_GetCurrentThreadId;
    use std::thread;

    #[test]
    fn thread_ids_differ_and_stay() {
        let mine = openwinhttp_GetCurrentThreadId();
        assert_ne!(mine, 0);
        assert_eq!(mine, openwinhttp_GetCurrentThreadId());
        let other = thread::spawn(|| openwinhttp_GetCurrentThreadId());
        assert_ne!(mine, other.join().unwrap());
        let adopted = next();
        let other = thread::spawn(move || {
            adopt(adopted);
            openwinhttp_GetCurrentThreadId()
        });
        assert_eq!(other.join().unwrap(), adopted);
    }
}
