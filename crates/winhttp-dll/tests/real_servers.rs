//! Against nginx and OpenSSL's server program, through the C ABI.
//!
//! Where a program is missing its tests are left out with a notice, unless OPENWINHTTP_REQUIRE_SERVERS is set.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "an error in a test is a failed test")]

#[path = "real_servers/large.rs"]
mod large;
#[path = "real_servers/nginx.rs"]
mod nginx;
#[path = "real_servers/openssl.rs"]
mod openssl;
#[path = "real_servers/plain.rs"]
mod plain;
#[path = "real_servers/secure.rs"]
mod secure;
#[path = "real_servers/support.rs"]
mod support;
#[path = "real_servers/verdicts.rs"]
mod verdicts;
