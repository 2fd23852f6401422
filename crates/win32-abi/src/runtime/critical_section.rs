//! Critical sections: recursive locks inside the caller's memory.
//!
//! An initialised section holds a [`Section`] in place: whether and by whom it is held, under a mutex, and a condition
//! for those who wait. The mutex is held for a few instructions only, never while the caller's code runs.

use core::mem::{align_of, size_of};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::shared::openwinhttp_GetCurrentThreadId;

/// The caller's memory: as large as Windows' structure, contents private.
#[repr(C)]
#[derive(Debug)]
pub struct CRITICAL_SECTION {
    opaque: [usize; if size_of::<usize>() == 8 { 5 } else { 6 }],
}

struct Section {
    state: Mutex<State>,
    free: Condvar,
}

#[derive(Default)]
struct State {
    /// The thread that holds the section, 0 if none does.
    owner: u32,
    /// How often it entered without having left.
    depth: u32,
}

const _: () = assert!(size_of::<Section>() <= size_of::<CRITICAL_SECTION>());
const _: () = assert!(align_of::<Section>() <= align_of::<CRITICAL_SECTION>());

impl Section {
    const fn new() -> Self {
        Self {
            state: Mutex::new(State { owner: 0, depth: 0 }),
            free: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the mutex is held, so a poisoned one cannot be; no reason to bring the caller down.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, thread: u32) {
        let mut state = self.state();
        while !state.take(thread) {
            state = self
                .free
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn leave(&self, thread: u32) {
        let mut state = self.state();
        if state.release(thread) {
            // Before the mutex is let go: whoever enters next may leave and delete the section, memory and all.
            self.free.notify_one();
        }
    }
}

impl State {
    /// Takes the section for `thread`, unless another thread has it.
    fn take(&mut self, thread: u32) -> bool {
        if self.owner != 0 && self.owner != thread {
            return false;
        }
        self.owner = thread;
        self.depth = self.depth.saturating_add(1);
        true
    }

    /// Undoes one `take`; true if the section is free now. Ignored for a thread that does not hold it.
    fn release(&mut self, thread: u32) -> bool {
        if self.owner != thread {
            return false;
        }
        self.depth -= 1;
        if self.depth == 0 {
            self.owner = 0;
        }
        self.owner == 0
    }
}

/// The section in the caller's memory.
///
/// # Safety
/// `section` points to an initialised section that is not deleted during `'a`.
unsafe fn section<'a>(section: *mut CRITICAL_SECTION) -> &'a Section {
    // SAFETY: initialisation wrote a `Section` there, which fits (asserted above), and only shared references to it are
    // ever made.
    unsafe { &*section.cast::<Section>() }
}

/// `InitializeCriticalSection`: makes memory a section that nobody holds.
///
/// # Safety
/// `section` points to writable, aligned memory of the structure's size that is not a live section.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_InitializeCriticalSection(section: *mut CRITICAL_SECTION) {
    // SAFETY: the memory is the caller's to give, aligned, and large enough (asserted above).
    unsafe { section.cast::<Section>().write(Section::new()) };
}

/// `DeleteCriticalSection`: ends a section. The memory may be initialised again.
///
/// # Safety
/// `section` points to an initialised section that no thread holds or waits for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_DeleteCriticalSection(section: *mut CRITICAL_SECTION) {
    // SAFETY: a `Section` lives there, and by the caller's promise nobody uses it any more.
    unsafe { section.cast::<Section>().drop_in_place() };
}

/// `EnterCriticalSection`: waits until the calling thread holds the section. A thread that holds it may enter again.
///
/// # Safety
/// `section` points to an initialised section that is not deleted meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_EnterCriticalSection(section: *mut CRITICAL_SECTION) {
    // SAFETY: the caller's promise is the one asked for.
    unsafe { self::section(section) }.enter(openwinhttp_GetCurrentThreadId());
}

/// `TryEnterCriticalSection`: enters without waiting; 0 if another thread holds the section.
///
/// # Safety
/// `section` points to an initialised section that is not deleted meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_TryEnterCriticalSection(
    section: *mut CRITICAL_SECTION,
) -> i32 {
    // SAFETY: the caller's promise is the one asked for.
    let section = unsafe { self::section(section) };
    i32::from(section.state().take(openwinhttp_GetCurrentThreadId()))
}

/// `LeaveCriticalSection`: leaves once. Ignored from a thread that does not hold the section (Windows: undefined).
///
/// # Safety
/// `section` points to an initialised section that is not deleted meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openwinhttp_LeaveCriticalSection(section: *mut CRITICAL_SECTION) {
    // SAFETY: the caller's promise is the one asked for.
    unsafe { self::section(section) }.leave(openwinhttp_GetCurrentThreadId());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::UnsafeCell;
    use std::sync::Arc;
    use std::thread;

    struct Shared {
        section: UnsafeCell<CRITICAL_SECTION>,
        counter: UnsafeCell<u64>,
    }

    // SAFETY: the section is made for use from many threads; the counter is touched by its holder only.
    unsafe impl Sync for Shared {}
    // SAFETY: plain memory without thread affinity.
    unsafe impl Send for Shared {}

    impl Shared {
        fn new() -> Arc<Self> {
            let shared = Arc::new(Self {
                section: UnsafeCell::new(CRITICAL_SECTION {
                    opaque: Default::default(),
                }),
                counter: UnsafeCell::new(0),
            });
            // SAFETY: fresh memory of the right type.
            unsafe { openwinhttp_InitializeCriticalSection(shared.section.get()) };
            shared
        }

        fn enter(&self) {
            // SAFETY: initialised by `new`, deleted by `drop` only.
            unsafe { openwinhttp_EnterCriticalSection(self.section.get()) }
        }

        fn try_enter(&self) -> bool {
            // SAFETY: as in `enter`.
            unsafe { openwinhttp_TryEnterCriticalSection(self.section.get()) != 0 }
        }

        fn leave(&self) {
            // SAFETY: as in `enter`.
            unsafe { openwinhttp_LeaveCriticalSection(self.section.get()) }
        }
    }

    impl Drop for Shared {
        fn drop(&mut self) {
            // SAFETY: initialised, and no reference is left.
            unsafe { openwinhttp_DeleteCriticalSection(self.section.get()) }
        }
    }

    #[test]
    fn excludes_other_threads_and_recurses() {
        const THREADS: u64 = 4;
        const ROUNDS: u64 = 5_000;
        let shared = Shared::new();
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                let shared = shared.clone();
                thread::spawn(move || {
                    for _ in 0..ROUNDS {
                        shared.enter();
                        shared.enter();
                        // SAFETY: only the holder of the section is here.
                        unsafe { *shared.counter.get() += 1 };
                        shared.leave();
                        // SAFETY: still held once.
                        unsafe { *shared.counter.get() += 1 };
                        shared.leave();
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        shared.enter();
        // SAFETY: held.
        assert_eq!(unsafe { *shared.counter.get() }, 2 * THREADS * ROUNDS);
        shared.leave();
    }

    #[test]
    fn trying_fails_while_another_thread_holds_it() {
        let shared = Shared::new();
        shared.enter();
        assert!(shared.try_enter(), "the holder may enter again");
        shared.leave();
        let other = shared.clone();
        let entered = thread::spawn(move || {
            let entered = other.try_enter();
            other.leave(); // not the holder: ignored
            entered
        });
        assert!(!entered.join().unwrap(), "still held once");
        shared.leave();
        let other = shared.clone();
        let entered = thread::spawn(move || {
            let entered = other.try_enter();
            other.leave();
            entered
        });
        assert!(entered.join().unwrap());
        shared.leave(); // not held: ignored
        assert!(shared.try_enter());
        shared.leave();
    }
}
