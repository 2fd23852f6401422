//! Notifications, asynchronous calls and closing, proven against the built library through its C ABI.
//!
//! One module per topic. Each test says in its documentation which statements it proves (`Statements: facts 19.1`);
//! docs/winhttp-statements.md is generated from that. Waiting is done with gates and recorders, never with time.

#![allow(clippy::unwrap_used, reason = "an error in a test is a failed test")]

#[path = "notifications/bodies.rs"]
mod bodies;
#[path = "notifications/busy.rs"]
mod busy;
#[path = "notifications/callbacks.rs"]
mod callbacks;
#[path = "notifications/closing_inside.rs"]
mod closing_inside;
#[path = "notifications/closing_pending.rs"]
mod closing_pending;
#[path = "notifications/contents.rs"]
mod contents;
#[path = "notifications/driven.rs"]
mod driven;
#[path = "notifications/errors.rs"]
mod errors;
#[path = "notifications/modes.rs"]
mod modes;
#[path = "notifications/nesting.rs"]
mod nesting;
#[path = "notifications/network.rs"]
mod network;
#[path = "notifications/parallel.rs"]
mod parallel;
#[path = "notifications/sequences.rs"]
mod sequences;
#[path = "notifications/support.rs"]
mod support;
