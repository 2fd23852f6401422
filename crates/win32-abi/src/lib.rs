//! The binary contract: types, constants, layouts and error numbers of the two libraries' headers.
//!
//! Names are Microsoft's, so that a reader can look each of them up in Microsoft's documentation. Nothing here
//! does anything; behaviour lives above, in the `*-dll` crates.
//!
//! - [`hresult`]: `HRESULT` values, the facility-0x376 codes of `websocket.h` included.
//! - [`websocket`]: structs, enumerations and constants of `websocket.h`, each layout asserted when compiling.
//! - [`winhttp`]: those of `winhttp.h`, the types of its functions and the texts of its error numbers.
//! - [`runtime`]: the few Win32 functions that ported programs need off Windows, under our own symbol prefix.

#![allow(non_camel_case_types)]

pub mod hresult;
#[cfg(not(windows))]
pub mod runtime;
pub mod websocket;
pub mod winhttp;
