//! winhttp.dll: the C ABI of WinHTTP.
//!
//! This crate only translates: raw pointers, NULL rules, UTF-16 and numbers on one side, [`openwinhttp`] on the other. Behaviour
//! lives there.
//!
//! | file | owns |
//! |---|---|
//! | `exports/` | the functions, by topic |
//! | `objects` | what a handle stands for, and the table of handles |
//! | `status` | callbacks |
//! | `options/` | `WinHttpSetOption` and `WinHttpQueryOption` |
//! | `memory` | strings and buffers behind raw pointers |
//! | `guard` | panics, results and the last error |
//! | `numbers` | errors and their numbers |

mod exports;
mod guard;
mod memory;
mod numbers;
mod objects;
mod options;
mod status;

pub use exports::*;
/// Runtime symbols of ported programs; exported too.
#[cfg(not(windows))]
pub use win32_abi::runtime;
