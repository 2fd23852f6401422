//! The client's side of HTTP/1.1 (RFC 9112) as a pure machine: bytes in, heads and body bytes out.
//!
//! No sockets, no clock, no threads; no `unsafe`. What came from the server is never kept here but for an unfinished
//! trailer section: the caller owns the receive buffer, shows it, and drops from its front what was consumed.
//!
//! | to do this | call |
//! |---|---|
//! | write a request's head | [`request::write_head`] |
//! | frame its body | [`request::BodyEncoder`] |
//! | read one response | [`ResponseReader::read_head`] until [`HeadStep::Final`], then [`ResponseReader::read_body`] until [`ResponseReader::is_complete`] |
//! | read past the receive buffer | [`ResponseReader::direct`], receive at most that many bytes, [`ResponseReader::advance`] |
//! | tell that the connection ended | [`ResponseReader::end_of_stream`] |
//! | decide about the connection | [`ResponseReader::close_reason`] |
//!
//! # What is accepted
//!
//! Heads as servers really send them (see [`ResponseHead`]), but one reading only of where a response ends: whatever two
//! readers could take differently is malformed, or ends the connection's use ([`CloseReason::AmbiguousLength`]).
#![forbid(unsafe_code)]

mod chunked;
mod error;
mod framing;
mod head;
mod headers;
pub mod request;
mod response;

pub use error::{Blame, Error};
pub use framing::{BodyFraming, CloseReason};
pub use head::ResponseHead;
pub use headers::{Header, HeaderBlock};
pub use response::{BodyStep, Exchange, HeadStep, Limits, ResponseReader};

/// The versions of HTTP/1 (RFC 9112 section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// HTTP/1.0.
    Http10,
    /// HTTP/1.1.
    Http11,
}

impl Version {
    /// The version as it is on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http10 => "HTTP/1.0",
            Self::Http11 => "HTTP/1.1",
        }
    }
}
