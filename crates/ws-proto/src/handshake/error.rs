//! Who broke the handshake, and how.

use super::Field;
use core::error::Error;
use core::fmt;

/// The caller asked for a handshake that cannot be made; nothing the peer sent is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OfferError {
    /// A subprotocol of the caller is not a token.
    BadSubprotocol {
        /// Its position in the caller's list; 0 for a server's choice.
        index: usize,
        /// Where in it the first wrong byte is; its length if it is empty.
        offset: usize,
    },
    /// A subprotocol is in the caller's list twice (case does not matter).
    DuplicateSubprotocol {
        /// The position of the second one.
        index: usize,
    },
    /// An extension of the caller is not a name followed by well-formed parameters.
    BadExtension {
        /// Its position in the caller's list.
        index: usize,
        /// What is wrong.
        fault: ListFault,
        /// Where in it, in bytes.
        offset: usize,
    },
    /// An extension's name is in the caller's list twice (case does not matter).
    ///
    /// Offering one extension with alternative parameters is refused too: the answer could not be told apart.
    DuplicateExtension {
        /// The position of the second one.
        index: usize,
    },
    /// A server's request has no headers at all.
    NoHeaders,
}

impl fmt::Display for OfferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadSubprotocol { index, offset } => {
                write!(f, "subprotocol {index} is not a token (byte {offset})")
            }
            Self::DuplicateSubprotocol { index } => {
                write!(f, "subprotocol {index} is already in the list")
            }
            Self::BadExtension {
                index,
                fault,
                offset,
            } => write!(f, "extension {index}: {fault} at byte {offset}"),
            Self::DuplicateExtension { index } => {
                write!(f, "extension {index} is already in the list")
            }
            Self::NoHeaders => f.write_str("a request needs at least one header"),
        }
    }
}

impl Error for OfferError {}

/// The peer's part of the handshake is not acceptable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HandshakeError {
    /// A required header is absent.
    MissingHeader(Field),
    /// A header that may come only once came again.
    DuplicateHeader(Field),
    /// `Connection` lacks `upgrade`, or `Upgrade` lacks `websocket`.
    TokenMissing(Field),
    /// The value of a list header is malformed.
    BadList {
        /// The header.
        field: Field,
        /// What is wrong.
        fault: ListFault,
        /// Where in that header's value, in bytes.
        offset: usize,
    },
    /// A request offers a subprotocol twice, or a response selects an extension twice.
    DuplicateElement(Field),
    /// A response selects more than one subprotocol.
    TooManySubprotocols,
    /// `Sec-WebSocket-Accept` is not the answer to our key.
    BadAccept,
    /// `Sec-WebSocket-Key` is not the base64 form of 16 bytes.
    BadKey,
    /// `Sec-WebSocket-Version` is not a single number.
    BadVersion,
    /// `Sec-WebSocket-Version` is a number other than 13.
    VersionNotSupported,
    /// The selected subprotocol was not offered (client) or not requested (server).
    SubprotocolNotSupported,
    /// A selected extension was not offered (client) or not requested (server).
    ExtensionNotSupported,
}

impl HandshakeError {
    /// The class of the error: all that the Component API's result codes tell.
    #[must_use]
    pub const fn kind(&self) -> HandshakeErrorKind {
        match self {
            Self::MissingHeader(_)
            | Self::DuplicateHeader(_)
            | Self::TokenMissing(_)
            | Self::BadList { .. }
            | Self::DuplicateElement(_)
            | Self::TooManySubprotocols
            | Self::BadAccept
            | Self::BadKey
            | Self::BadVersion => HandshakeErrorKind::Format,
            Self::VersionNotSupported => HandshakeErrorKind::VersionNotSupported,
            Self::SubprotocolNotSupported => HandshakeErrorKind::SubprotocolNotSupported,
            Self::ExtensionNotSupported => HandshakeErrorKind::ExtensionNotSupported,
        }
    }
}

impl fmt::Display for HandshakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingHeader(field) => write!(f, "the {field} header is missing"),
            Self::DuplicateHeader(field) => write!(f, "the {field} header came more than once"),
            Self::TokenMissing(field) => {
                write!(f, "the {field} header lacks {:?}", field.required_token())
            }
            Self::BadList {
                field,
                fault,
                offset,
            } => write!(
                f,
                "the {field} header is malformed: {fault} at byte {offset}"
            ),
            Self::DuplicateElement(field) => write!(f, "the {field} header names an element twice"),
            Self::TooManySubprotocols => {
                f.write_str("the response selects more than one subprotocol")
            }
            Self::BadAccept => f.write_str("Sec-WebSocket-Accept does not answer the key sent"),
            Self::BadKey => f.write_str("Sec-WebSocket-Key is not the base64 form of 16 bytes"),
            Self::BadVersion => f.write_str("Sec-WebSocket-Version is not a number"),
            Self::VersionNotSupported => f.write_str("the requested version is not 13"),
            Self::SubprotocolNotSupported => {
                f.write_str("the selected subprotocol was not offered")
            }
            Self::ExtensionNotSupported => f.write_str("a selected extension was not offered"),
        }
    }
}

impl Error for HandshakeError {}

/// The classes of [`HandshakeError`], one per result code of the Component API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HandshakeErrorKind {
    /// A header is missing, repeated, malformed or wrong: `E_INVALID_PROTOCOL_FORMAT`.
    Format,
    /// `E_PROTOCOL_VERSION_NOT_SUPPORTED`.
    VersionNotSupported,
    /// `E_SUBPROTOCOL_NOT_SUPPORTED`.
    SubprotocolNotSupported,
    /// `E_PROTOCOL_EXTENSIONS_NOT_SUPPORTED`.
    ExtensionNotSupported,
}

/// Why a server cannot accept a request: its own arguments or the client's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerHandshakeError {
    /// The server's own arguments are wrong. Reported in preference to anything the client did.
    Offer(OfferError),
    /// The request is not acceptable, or does not offer what the server selected.
    Request(HandshakeError),
}

impl From<OfferError> for ServerHandshakeError {
    fn from(error: OfferError) -> Self {
        Self::Offer(error)
    }
}

impl From<HandshakeError> for ServerHandshakeError {
    fn from(error: HandshakeError) -> Self {
        Self::Request(error)
    }
}

impl fmt::Display for ServerHandshakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Offer(error) => error.fmt(f),
            Self::Request(error) => error.fmt(f),
        }
    }
}

// No `source`: Display already says all that the inner error says.
impl Error for ServerHandshakeError {}

/// What is wrong inside a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListFault {
    /// A byte stands where a token must begin.
    TokenExpected,
    /// An element has ended, and something other than a comma follows.
    CommaExpected,
    /// A quoted parameter value holds something that a token may not hold, or nothing.
    BadQuotedValue,
    /// The text ends in the middle of an element.
    EndsEarly,
}

impl fmt::Display for ListFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TokenExpected => "a token is expected",
            Self::CommaExpected => "a comma is expected",
            Self::BadQuotedValue => "a quoted value is not a token",
            Self::EndsEarly => "the text ends early",
        })
    }
}
