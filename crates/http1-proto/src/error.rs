//! What can go wrong while a response is read, split by who is to blame.

use std::fmt;

/// Who is to blame for an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The server sent something malformed.
    Peer,
    /// The server sent more than the caller's [`crate::Limits`] allow.
    Limit,
    /// The connection ended too early.
    Connection,
    /// The caller called in the wrong order. Nothing has changed.
    Caller,
}

/// Why a response cannot be read. All but the caller's errors are sticky: the reader gives the same one from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// What came is not a status line of HTTP/1.0 or HTTP/1.1 (RFC 9112 section 4).
    StatusLine,
    /// A line of the head is not a header (RFC 9112 section 5).
    HeaderLine,
    /// Content-Length is not a number, does not fit 64 bits, or is there twice with different values (RFC 9112 section 6.3).
    ContentLength,
    /// The coding chunked is named twice (RFC 9112 section 7).
    TransferEncoding,
    /// 101 although the request asked for no upgrade (RFC 9110 section 15.2.2).
    UnexpectedUpgrade,
    /// A chunk's size is not hexadecimal, does not fit 64 bits, or its line is malformed (RFC 9112 section 7.1).
    ChunkSize,
    /// A chunk's data is not followed by CR LF (RFC 9112 section 7.1).
    ChunkEnd,
    /// A line of the trailer section is not a header (RFC 9112 section 7.1.2).
    Trailer,
    /// The head is longer than [`crate::Limits::head_bytes`].
    HeadTooLarge,
    /// There are more headers or trailers than [`crate::Limits::header_count`].
    TooManyHeaders,
    /// A chunk's size line is longer than [`crate::Limits::chunk_line_bytes`].
    ChunkLineTooLong,
    /// The trailer section is longer than [`crate::Limits::trailer_bytes`].
    TrailersTooLarge,
    /// The connection ended before a single byte of a response.
    NoResponse,
    /// The connection ended inside a head, or between a 1xx response and the final one.
    HeadTruncated,
    /// The connection ended inside a chunked body or its trailers.
    BodyTruncated,
    /// The head was read already, or the body was asked for before it.
    OutOfOrder,
}

impl Error {
    /// Who is to blame.
    pub const fn blame(self) -> Blame {
        match self {
            Self::StatusLine
            | Self::HeaderLine
            | Self::ContentLength
            | Self::TransferEncoding
            | Self::UnexpectedUpgrade
            | Self::ChunkSize
            | Self::ChunkEnd
            | Self::Trailer => Blame::Peer,
            Self::HeadTooLarge
            | Self::TooManyHeaders
            | Self::ChunkLineTooLong
            | Self::TrailersTooLarge => Blame::Limit,
            Self::NoResponse | Self::HeadTruncated | Self::BodyTruncated => Blame::Connection,
            Self::OutOfOrder => Blame::Caller,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StatusLine => "the status line is malformed",
            Self::HeaderLine => "a header line is malformed",
            Self::ContentLength => "Content-Length is malformed or contradicts itself",
            Self::TransferEncoding => "Transfer-Encoding names chunked twice",
            Self::UnexpectedUpgrade => "the server switches protocols without being asked",
            Self::ChunkSize => "a chunk's size line is malformed",
            Self::ChunkEnd => "a chunk's data does not end with CR LF",
            Self::Trailer => "a trailer line is malformed",
            Self::HeadTooLarge => "the head is too long",
            Self::TooManyHeaders => "there are too many headers",
            Self::ChunkLineTooLong => "a chunk's size line is too long",
            Self::TrailersTooLarge => "the trailer section is too long",
            Self::NoResponse => "the connection ended before a response",
            Self::HeadTruncated => "the connection ended inside a response's head",
            Self::BodyTruncated => "the connection ended inside a chunked body",
            Self::OutOfOrder => "the reader is in another state",
        })
    }
}

impl std::error::Error for Error {}
