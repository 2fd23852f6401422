//! The model's place of `crate::sync`: shuttle's primitives.

use shuttle::rand::Rng as _;
use shuttle::sync::atomic::AtomicBool;
pub(crate) use shuttle::sync::atomic::Ordering;
pub(crate) use shuttle::sync::{Mutex, PoisonError};
pub(crate) use shuttle::thread::{sleep, yield_now};

/// A look again at once is a step like any other, but others shall get on.
pub(crate) fn spin_loop() {
    yield_now();
}

/// A word whose weak exchange fails now and then without a reason, as that of some processors does.
#[derive(Debug)]
pub(crate) struct AtomicU32(shuttle::sync::atomic::AtomicU32);

impl AtomicU32 {
    pub(crate) const fn new(value: u32) -> Self {
        Self(shuttle::sync::atomic::AtomicU32::new(value))
    }

    pub(crate) fn load(&self, order: Ordering) -> u32 {
        self.0.load(order)
    }

    pub(crate) fn store(&self, value: u32, order: Ordering) {
        self.0.store(value, order);
    }

    pub(crate) fn compare_exchange(
        &self,
        current: u32,
        new: u32,
        success: Ordering,
        failure: Ordering,
    ) -> Result<u32, u32> {
        self.0.compare_exchange(current, new, success, failure)
    }

    pub(crate) fn compare_exchange_weak(
        &self,
        current: u32,
        new: u32,
        success: Ordering,
        failure: Ordering,
    ) -> Result<u32, u32> {
        if shuttle::rand::thread_rng().gen_bool(0.1) {
            return Err(self.0.load(failure));
        }
        self.0.compare_exchange(current, new, success, failure)
    }
}

/// `std`'s, which shuttle does not have: made by one thread, while others may find it missing or wait for it.
#[derive(Debug)]
pub(crate) struct OnceLock<T> {
    ready: AtomicBool,
    making: Mutex<()>,
    value: std::sync::OnceLock<T>,
}

impl<T> OnceLock<T> {
    pub(crate) const fn new() -> Self {
        Self {
            ready: AtomicBool::new(false),
            making: Mutex::new(()),
            value: std::sync::OnceLock::new(),
        }
    }

    pub(crate) fn get(&self) -> Option<&T> {
        self.ready
            .load(Ordering::Acquire)
            .then(|| self.value.get().expect("ready"))
    }

    pub(crate) fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
        if let Some(value) = self.get() {
            return value;
        }
        let _making = self.making.lock().expect("no panic");
        let value = self.value.get_or_init(make);
        self.ready.store(true, Ordering::Release);
        value
    }
}
