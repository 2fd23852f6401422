//! TLS connections over loopback: rustls and OpenSSL as servers, blocking and polling callers.

mod client_certificates;
mod handshakes;
mod openssl;
mod plain;
mod streams;
mod support;
