//! Options: the whole table through the C ABI, and what options do.
//!
//! Facts 2 to 4 and the simple items of the options checklist are in `tests/statements`.

#![allow(clippy::unwrap_used, reason = "an error in a test is a failed test")]

mod effects;
mod expected;
#[cfg(unix)]
mod pkcs12;
mod proxies;
mod support;
mod sweep;
mod tls;
