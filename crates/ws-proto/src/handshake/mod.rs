//! The opening handshake (RFC 6455 section 4) on header lists.
//!
//! This module knows the WebSocket part of the handshake only. Status line, redirects, proxies and authentication
//! belong to whoever speaks HTTP; header names and values come in and go out already taken apart.
//!
//! A client makes a [`ClientHandshake`] from 16 fresh random bytes, sends [`ClientHandshake::request_headers`] and gives
//! the headers of the 101 answer to [`ClientHandshake::finish`]. A server may ask [`requested_subprotocols`] what there
//! is to choose from, makes a [`ServerHandshake`] from the request's headers and its choice, and answers with
//! [`ServerHandshake::response_headers`].
//!
//! # What is accepted
//!
//! - Header names, the tokens `upgrade` and `websocket`, and the names of subprotocols and extensions are compared without
//!   regard to ASCII case. Values are trimmed of spaces and tabs on both sides.
//! - `Connection`, `Upgrade`, `Sec-WebSocket-Protocol` and `Sec-WebSocket-Extensions` may be repeated; their values
//!   are lists (RFC 9110 section 5.6.1), in which empty elements are skipped. A list without any element counts as
//!   nothing requested or nothing selected. Every element must be well formed, also those nobody asked for (RFC 6455
//!   section 9.1 demands it of extensions): the tokens are those of RFC 9110 section 5.6.2.
//! - `Sec-WebSocket-Key`, `Sec-WebSocket-Accept` and `Sec-WebSocket-Version` must be there exactly once.
//! - All other headers are ignored, `Host` included.
//!
//! Work and memory grow in proportion to the input (times the length of the caller's own lists; finding an element
//! given twice sorts), and no input makes it panic.
//!
//! # Errors
//!
//! [`OfferError`] means that the caller asked for something impossible, [`HandshakeError`] that the peer did
//! not keep to the protocol; [`HandshakeError::kind`] sorts the latter into the four classes of the Component API.

mod client;
mod error;
mod fields;
mod offer;
mod server;
mod syntax;

pub use client::{ClientHandshake, SelectedExtension, Selection};
pub use error::{HandshakeError, HandshakeErrorKind, ListFault, OfferError, ServerHandshakeError};
pub use fields::Field;
pub use server::{ServerHandshake, requested_subprotocols};

use alloc::borrow::Cow;
use alloc::string::String;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The value of `Sec-WebSocket-Version` (RFC 6455 section 4.1, item 9), the only one there is.
pub const VERSION: &str = "13";

/// What is appended to the key before hashing (RFC 6455 section 1.3).
const ACCEPT_GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A header received from the peer, as it came; any bytes are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// The name, without the colon.
    pub name: &'a [u8],
    /// The value; surrounding spaces and tabs do not matter.
    pub value: &'a [u8],
}

/// A header to be sent to the peer: ASCII without control characters other than tab, never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingHeader {
    /// The name in its usual spelling.
    pub name: &'static str,
    /// The value, without surrounding white space.
    pub value: Cow<'static, str>,
}

impl OutgoingHeader {
    fn new(field: Field, value: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: field.name(),
            value: value.into(),
        }
    }
}

/// The value of `Sec-WebSocket-Accept` that belongs to a `Sec-WebSocket-Key` (RFC 6455 section 4.2.2, item 5.4).
///
/// The key is taken as it is: neither trimmed nor checked.
#[must_use]
pub fn accept_value(key: &[u8]) -> [u8; 28] {
    let mut value = [0; 28];
    let written = STANDARD.encode_slice(accept_digest(key), &mut value);
    debug_assert_eq!(written, Ok(28), "20 bytes are 28 characters");
    value
}

fn accept_digest(key: &[u8]) -> [u8; 20] {
    let mut hash = sha1_smol::Sha1::new();
    hash.update(key);
    hash.update(ACCEPT_GUID);
    hash.digest().bytes()
}

fn base64_text(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
