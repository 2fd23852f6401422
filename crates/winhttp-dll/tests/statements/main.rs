//! The numbered statements of the specification, proven against the built library through its C ABI.
//!
//! One module per part of the specification. Each test says in its documentation which statements it proves
//! (`Statements: facts 1.2; functions 10.5`); docs/winhttp-statements.md is generated from that. Where a test runs in both
//! modes it is a module with the tests `synchronous` and `asynchronous`.

#![allow(clippy::unwrap_used, reason = "an error in a test is a failed test")]

mod add_headers;
mod escaping;
mod functions;
mod handles;
mod options_general;
mod options_one_by_one;
mod query_headers;
mod receiving;
mod reuse;
mod sending;
mod support;
mod timeouts;
mod tls;
mod wire;
