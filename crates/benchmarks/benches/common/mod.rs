//! The contenders that more than one benchmark lets run.

#![allow(dead_code, reason = "each benchmark uses a part")]

pub(crate) mod abi;
pub(crate) mod ours;
pub(crate) mod peers;

/// Our engine: `ws-proto`.
pub(crate) const ENGINE: &str = "ours, engine";
/// The engine under the safe Rust API: `websocket-component`.
pub(crate) const COMPONENT: &str = "ours, Rust API";
/// All of it, through the exported functions of the built library.
pub(crate) const ABI: &str = "ours, C ABI";
/// The least that any program must do.
pub(crate) const LIMIT: &str = "limit";
