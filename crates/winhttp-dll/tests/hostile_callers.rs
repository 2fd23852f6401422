//! Callers that do what no program should, against the built library through its C ABI: wrong, stale and foreign handles,
//! NULL where something is needed, calls in any order from several threads. Nothing crashes, a failure has an error.
//!
//! What no library could check is left out: pointers that are neither NULL nor valid, lengths beyond the memory.

#![allow(clippy::unwrap_used, reason = "an error in a test is a failed test")]

#[path = "hostile_callers/api.rs"]
mod api;
#[path = "hostile_callers/handles.rs"]
mod handles;
#[path = "hostile_callers/nulls.rs"]
mod nulls;
#[path = "hostile_callers/options.rs"]
mod options;
#[path = "hostile_callers/sequences.rs"]
mod sequences;
