//! What the table needs of threads, under one name: the model test (`tests/model.rs`) puts shuttle's versions, whose
//! scheduling it controls, in its place.

pub(crate) use std::hint::spin_loop;
pub(crate) use std::sync::atomic::{AtomicU32, Ordering};
pub(crate) use std::sync::{Mutex, OnceLock, PoisonError};
pub(crate) use std::thread::{sleep, yield_now};
