//! TLS of a client: what a connection may be, how a server is judged, and what came out of the handshake.
//!
//! The engine is rustls with the ring provider, driven without its own buffers (rustls's unbuffered API): ciphertext is received
//! into a buffer of this crate and decrypted in place. Nothing here waits and nothing here owns a socket; [`crate::conn::Conn`]
//! moves the bytes.
//!
//! * [`ClientOptions`]: what the application chose; [`Client`]: the client side of one connection, ready for
//!   [`crate::conn::Conn::start_tls`].
//! * [`CertErrors`]: every reason against a server's certificate at once, with the meanings that WinHTTP's SECURE_FAILURE status
//!   gives to its bits (facts 14.11).
//! * [`TlsError`]: why there is no TLS connection.
//! * [`ClientCertificate`]: who this side is; from PEM, DER or PKCS #12 ([`pkcs12`], a feature that is on by default).
//! * [`TlsInfo`], [`certificate`]: what the connection is, and what a certificate says, in typed facts. Windows' numbers for them
//!   belong to the C layer.
//!
//! Versions: 1.2 and 1.3. Renegotiation is not offered (rustls refuses it), so a TLS 1.2 server which asks for a client certificate
//! only after having seen the request gets a `no_renegotiation` alert.
//!
//! `SSLKEYLOGFILE` is honoured (rustls's `KeyLogFile`), read when the first connection is made.

pub mod certificate;
mod client;
mod client_certificate;
mod config;
mod errors;
mod info;
mod observe;
mod options;
#[cfg(feature = "pkcs12")]
pub mod pkcs12;
pub(crate) mod records;
mod roots;
mod verify;

pub use client::Client;
pub use client_certificate::{ClientCertificate, ClientCertificateError};
pub use errors::{CertErrors, TlsError};
pub use info::{Authentication, Cipher, Hash, KeyExchange, Suite, TlsInfo, Version};
pub use options::{ClientOptions, Identity, Protocols};
