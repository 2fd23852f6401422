//! What every exported function does around its work: no panic leaves it, and the last error is written once, at the end.

use std::panic::{AssertUnwindSafe, catch_unwind};

use openwinhttp::{Error, Result};

use crate::numbers::win32_error;

/// Runs a function that returns `BOOL`: TRUE with last error 0, or FALSE with the error's number.
pub(crate) fn boolean(work: impl FnOnce() -> Result<()>) -> i32 {
    match run(work) {
        Ok(()) => finish(1, 0),
        Err(error) => finish(0, win32_error(error)),
    }
}

/// Runs a function that returns the error's number itself, 0 for success. The last error is set to the same.
pub(crate) fn code(work: impl FnOnce() -> Result<()>) -> u32 {
    let number = match run(work) {
        Ok(()) => 0,
        Err(error) => win32_error(error),
    };
    finish(number, number)
}

/// Runs a function that returns something else, `failed` in case of an error.
pub(crate) fn value<T>(failed: T, work: impl FnOnce() -> Result<T>) -> T {
    match run(work) {
        Ok(value) => finish(value, 0),
        Err(error) => finish(failed, win32_error(error)),
    }
}

fn run<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // After a panic nothing of this call is looked at again; what it shares with others is behind locks that are taken
    // over when poisoned.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Error::InternalError))
}

fn finish<T>(result: T, error: u32) -> T {
    crate::numbers::set_last_error(error);
    result
}
