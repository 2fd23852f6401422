//! Errors of the component, by what the caller can do about them.

use std::fmt;

use ws_proto::handshake::{HandshakeError, OfferError, ServerHandshakeError};
use ws_proto::{ProtocolError, SequenceError};

use crate::EntropyUnavailable;

/// Why a call failed. A failed call changes nothing, except that a [`Self::Protocol`] error stays.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// An argument is not acceptable (`E_INVALIDARG`); the text says which rule it breaks.
    InvalidArgument(&'static str),
    /// A handshake argument is not acceptable (`E_INVALIDARG`).
    Offer(OfferError),
    /// The call does not fit the state or role of the component (`E_INVALID_PROTOCOL_OPERATION`).
    InvalidOperation(&'static str),
    /// The message does not fit what was sent before (`E_INVALID_PROTOCOL_OPERATION`).
    Sequence(SequenceError),
    /// The peer's handshake cannot be accepted.
    Handshake(HandshakeError),
    /// The peer broke the protocol; nothing more can be received.
    Protocol(ProtocolError),
    /// Memory could not be had (`E_OUTOFMEMORY`).
    OutOfMemory,
    /// The random source failed (`E_FAIL`).
    Entropy,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidArgument(rule) => write!(f, "invalid argument: {rule}"),
            Self::Offer(error) => write!(f, "invalid argument: {error}"),
            Self::InvalidOperation(reason) => write!(f, "invalid operation: {reason}"),
            Self::Sequence(error) => write!(f, "invalid operation: {error}"),
            Self::Handshake(error) => write!(f, "handshake failed: {error}"),
            Self::Protocol(error) => write!(f, "the peer broke the protocol: {error}"),
            Self::OutOfMemory => f.write_str("out of memory"),
            Self::Entropy => f.write_str("the random source failed"),
        }
    }
}

impl std::error::Error for Error {}

impl From<OfferError> for Error {
    fn from(error: OfferError) -> Self {
        Self::Offer(error)
    }
}

impl From<HandshakeError> for Error {
    fn from(error: HandshakeError) -> Self {
        Self::Handshake(error)
    }
}

impl From<ServerHandshakeError> for Error {
    fn from(error: ServerHandshakeError) -> Self {
        match error {
            ServerHandshakeError::Offer(error) => Self::Offer(error),
            ServerHandshakeError::Request(error) => Self::Handshake(error),
        }
    }
}

impl From<SequenceError> for Error {
    fn from(error: SequenceError) -> Self {
        Self::Sequence(error)
    }
}

impl From<ProtocolError> for Error {
    fn from(error: ProtocolError) -> Self {
        Self::Protocol(error)
    }
}

impl From<EntropyUnavailable> for Error {
    fn from(_: EntropyUnavailable) -> Self {
        Self::Entropy
    }
}
