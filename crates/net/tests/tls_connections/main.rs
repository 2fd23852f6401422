//! TLS connections over loopback: rustls and OpenSSL as servers, blocking and polling callers.

#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod client_certificates;
mod handshakes;
mod openssl;
mod plain;
mod streams;
mod support;
