//! WebSockets, proven against the built library through its C ABI.
//!
//! One module per topic. Each test says in its documentation which statements it proves (`Statements: facts 17.1`);
//! docs/winhttp-statements.md is generated from that. The other side is a script that sends and reads raw frames. Waiting is
//! done with gates and recorders, never with time.

#![allow(clippy::unwrap_used, reason = "an error in a test is a failed test")]

#[path = "web_socket/close_status.rs"]
mod close_status;
#[path = "web_socket/closing.rs"]
mod closing;
#[path = "web_socket/handshake.rs"]
mod handshake;
#[path = "web_socket/options.rs"]
mod options;
#[path = "web_socket/pending.rs"]
mod pending;
#[path = "web_socket/protocol.rs"]
mod protocol;
#[path = "web_socket/receiving.rs"]
mod receiving;
#[path = "web_socket/sending.rs"]
mod sending;
#[path = "web_socket/sequences.rs"]
mod sequences;
#[path = "web_socket/support.rs"]
mod support;
#[path = "web_socket/threads.rs"]
mod threads;
