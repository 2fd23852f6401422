//! What `turn` needs of threads and of `net`, under one name: the model test (`tests/turn_model.rs`) puts shuttle's versions,
//! whose scheduling it controls, and a made-up network in its place.

pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, atomic};
pub(crate) use std::{thread, thread_local};

pub(crate) use net::conn::Canceller;
pub(crate) use net::cx::{Cx, block_on};
pub(crate) use net::timer::Timer;
pub(crate) use net::workers::{self, Job};

/// What a panic left behind locks is whole: nothing is changed in several steps.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
