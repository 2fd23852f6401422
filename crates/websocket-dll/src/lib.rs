//! websocket.dll: the C ABI of the WebSocket Protocol Component API.
//!
//! This crate only translates: raw pointers, NULL rules, numbers and `HRESULT`s on one side, [`websocket_component`] on the
//! other. Behaviour lives there.
//!
//! | file | owns |
//! |---|---|
//! | `exports` | the 13 functions |
//! | `endpoint` | what a handle stands for, and the table of handles |
//! | `arguments` | reading what callers pass |
//! | `outputs` | writing what callers get |
//! | `header_array` | header arrays that live as long as their handle |
//! | `memory` | the caller's memory behind safe traits |
//! | `numbers` | error and type numbers, each mapped in this one file |
//!
//! Every pointer that a caller passes must be NULL or valid as `websocket.h` says; that is the contract which the SAFETY
//! comments here call "the caller's". Handles and action contexts are values: any number may be passed.

mod arguments;
mod endpoint;
mod exports;
mod header_array;
mod memory;
mod numbers;
mod outputs;

pub use exports::*;
/// Runtime symbols of ported programs; exported too.
#[cfg(not(windows))]
pub use win32_abi::runtime;
