//! winhttp.dll: the C ABI of WinHTTP.

mod exports;
mod guard;
mod numbers;

pub use exports::*;
/// Runtime symbols of ported programs; exported too.
#[cfg(not(windows))]
pub use win32_abi::runtime;
