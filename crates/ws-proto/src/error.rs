//! What can go wrong, split by who is to blame.

use core::fmt;

/// What is wrong with the peer: with the form of its bytes, or with their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The bytes are not well formed.
    Format,
    /// A well-formed frame came when it must not.
    Order,
}

/// The peer broke the protocol. Receiving cannot go on; [`crate::Receiver`] gives the same error from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A reserved bit is set and no extension uses it (RFC 6455 section 5.2).
    ReservedBits,
    /// An opcode that no extension defines (RFC 6455 section 5.2).
    ReservedOpcode,
    /// A control frame without FIN (RFC 6455 section 5.5).
    FragmentedControl,
    /// A control frame with more than 125 bytes (RFC 6455 section 5.5).
    OversizedControl,
    /// A client's frame came without a mask (RFC 6455 section 5.1).
    Unmasked,
    /// A server's frame came with a mask (RFC 6455 section 5.1).
    Masked,
    /// The length is not in its shortest form (RFC 6455 section 5.2).
    LengthNotMinimal,
    /// The 64-bit length has its top bit set (RFC 6455 section 5.2).
    LengthTooLarge,
    /// A Close frame with one byte of payload (RFC 6455 section 5.5.1).
    ClosePayload,
    /// A Close code that must not be on the wire (RFC 6455 section 7.4).
    CloseCode,
    /// Text, or a Close reason, that is not UTF-8 (RFC 6455 section 8.1).
    InvalidUtf8,
    /// A continuation frame outside a message (RFC 6455 section 5.4).
    UnexpectedContinuation,
    /// A new message inside an unfinished one (RFC 6455 section 5.4).
    ExpectedContinuation,
    /// A data frame after Close (RFC 6455 section 5.5.1).
    DataAfterClose,
    /// A second Close.
    CloseAfterClose,
}

impl ProtocolError {
    /// Whether the form of the bytes or their order is wrong.
    pub const fn blame(self) -> Blame {
        match self {
            Self::UnexpectedContinuation
            | Self::ExpectedContinuation
            | Self::DataAfterClose
            | Self::CloseAfterClose => Blame::Order,
            _ => Blame::Format,
        }
    }

    /// The close code to tell the peer: 1007 for bad text, else 1002 (RFC 6455 section 7.4.1).
    pub const fn close_code(self) -> u16 {
        match self {
            Self::InvalidUtf8 => crate::close::INVALID_PAYLOAD,
            _ => crate::close::PROTOCOL_ERROR,
        }
    }
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReservedBits => "a reserved bit is set and no extension was negotiated",
            Self::ReservedOpcode => "the opcode is reserved and no extension was negotiated",
            Self::FragmentedControl => "a control frame is fragmented",
            Self::OversizedControl => "a control frame has more than 125 bytes",
            Self::Unmasked => "a client's frame is not masked",
            Self::Masked => "a server's frame is masked",
            Self::LengthNotMinimal => "a length is not in its shortest form",
            Self::LengthTooLarge => "a length has its top bit set",
            Self::ClosePayload => "a Close frame has one byte of payload",
            Self::CloseCode => "a Close frame has a code that must not be sent",
            Self::InvalidUtf8 => "text is not UTF-8",
            Self::UnexpectedContinuation => "a continuation frame outside a message",
            Self::ExpectedContinuation => "a new message inside an unfinished one",
            Self::DataAfterClose => "a data frame after Close",
            Self::CloseAfterClose => "a second Close frame",
        })
    }
}

impl core::error::Error for ProtocolError {}

/// The caller asked to send a frame that must not be sent now. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SequenceError {
    /// A message of the other kind is unfinished (RFC 6455 section 5.4).
    OtherMessageOpen,
    /// There is no unfinished message to continue.
    NoMessageOpen,
    /// Close has been sent: no data and no second Close may follow (RFC 6455 section 5.5.1).
    Closed,
}

impl fmt::Display for SequenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherMessageOpen => "a fragmented message of the other kind is unfinished",
            Self::NoMessageOpen => "there is no unfinished message to continue",
            Self::Closed => "Close has already been sent",
        })
    }
}

impl core::error::Error for SequenceError {}
