//! Servers that do what no server should, against the built library through its C ABI, in both modes: every one of them
//! gives the documented error, within the time limits that are set and within bounded memory.
//!
//! Time is measured nowhere: requests have a receive timeout below the test's patience, so that what hangs comes out as
//! 12002, which is never the error asked for but where the server stalls.

#![allow(clippy::unwrap_used, reason = "an error in a test is a failed test")]

#[path = "hostile_servers/connections.rs"]
mod connections;
#[path = "hostile_servers/end.rs"]
mod end;
#[path = "hostile_servers/floods.rs"]
mod floods;
#[path = "hostile_servers/kept.rs"]
mod kept;
#[path = "hostile_servers/responses.rs"]
mod responses;
#[path = "hostile_servers/tls.rs"]
mod tls;
#[path = "hostile_servers/tls_server.rs"]
mod tls_server;
