//! The programs that are measured. Each function makes one: a closure that does one exchange, or several chains of them.

pub(crate) mod abi;
pub(crate) mod curl;
pub(crate) mod hyper;
pub(crate) mod limit;
pub(crate) mod ours;
pub(crate) mod reqwest;
pub(crate) mod ureq;

use std::io::Read;

use super::nginx::{BIG, SMALL};

/// The least that any program must do.
pub(crate) const LIMIT: &str = "limit";
/// The safe Rust API: `openwinhttp`.
pub(crate) const RUST: &str = "ours, Rust API";
/// The exported functions of the built library.
pub(crate) const ABI: &str = "ours, C ABI";
pub(crate) const CURL: &str = "libcurl";
pub(crate) const UREQ: &str = "ureq";
pub(crate) const REQWEST: &str = "reqwest";
pub(crate) const HYPER: &str = "hyper";

/// UTF-16 with a NUL at the end.
fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

fn url(port: u16, secure: bool, path: &str) -> String {
    let scheme = if secure { "https" } else { "http" };
    format!("{scheme}://127.0.0.1:{port}{path}")
}

/// Reads a small body until it says that nothing is left.
fn read_small(mut body: impl Read, buffer: &mut [u8]) {
    let mut total = 0;
    loop {
        match body.read(&mut buffer[total..]).expect("a body") {
            0 => break,
            count => total += count,
        }
    }
    assert_eq!(total, SMALL);
}

/// Reads a big body.
fn read_big(mut body: impl Read, buffer: &mut [u8]) {
    let mut total = 0;
    loop {
        match body.read(buffer).expect("a body") {
            0 => break,
            count => total += count as u64,
        }
    }
    assert_eq!(total, BIG);
}
