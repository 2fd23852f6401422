//! WinHTTP in safe Rust.
#![forbid(unsafe_code)]

pub mod date;
mod error;
pub mod request_headers;
pub mod url;

pub use error::{Error, Result};
