//! What can be sent, and the types under which bytes are indicated.

use ws_proto::MessageKind;

/// `WEB_SOCKET_BUFFER_TYPE`: what bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BufferType {
    /// A text message, or the last part of one.
    TextMessage,
    /// Part of a text message that goes on.
    TextFragment,
    /// A binary message, or the last part of one.
    BinaryMessage,
    /// Part of a binary message that goes on.
    BinaryFragment,
    /// A Close frame.
    Close,
    /// Sent: a Ping (or the Pong that answers one). Received: a Pong.
    PingPong,
    /// Sent: a Pong that answers nothing.
    UnsolicitedPong,
    /// A frame with RSV bits or a reserved opcode, by its first byte; only if an extension was negotiated.
    Extension(u8),
}

impl BufferType {
    /// The type of a data message (`last`) or of a part that more follows.
    pub const fn data(kind: MessageKind, last: bool) -> Self {
        match (kind, last) {
            (MessageKind::Text, true) => Self::TextMessage,
            (MessageKind::Text, false) => Self::TextFragment,
            (MessageKind::Binary, true) => Self::BinaryMessage,
            (MessageKind::Binary, false) => Self::BinaryFragment,
        }
    }
}

/// Code and reason of a Close to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseStatus<P> {
    /// The code: 1000 and above but 1006 and 1015; 1005 sends an empty Close.
    pub code: u16,
    /// The reason, UTF-8 (not checked), at most 123 bytes.
    pub reason: Option<P>,
}

/// A message to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message<P> {
    /// Text or binary data; `None` is the empty payload.
    Data {
        /// Text or binary. Text is not checked to be UTF-8 (statement 71).
        kind: MessageKind,
        /// Whether it ends its message; otherwise more of the same kind must follow.
        last: bool,
        /// The bytes.
        payload: Option<P>,
    },
    /// Close; `None` is the empty one.
    Close(Option<CloseStatus<P>>),
    /// An empty Ping.
    Ping,
    /// An empty Pong, as a keep-alive.
    UnsolicitedPong,
    /// A frame of a negotiated extension: its first byte (FIN, RSV, opcode) and its payload.
    Extension {
        /// FIN, RSV1 to RSV3 and opcode as on the wire.
        first_byte: u8,
        /// The bytes.
        payload: Option<P>,
    },
}

impl<P> Message<P> {
    /// A whole text message.
    pub fn text(payload: impl Into<P>) -> Self {
        Self::Data {
            kind: MessageKind::Text,
            last: true,
            payload: Some(payload.into()),
        }
    }

    /// A whole binary message.
    pub fn binary(payload: impl Into<P>) -> Self {
        Self::Data {
            kind: MessageKind::Binary,
            last: true,
            payload: Some(payload.into()),
        }
    }

    /// Close with a code and a reason.
    pub fn close(code: u16, reason: impl Into<P>) -> Self {
        Self::Close(Some(CloseStatus {
            code,
            reason: Some(reason.into()),
        }))
    }

    /// The type under which it is indicated.
    pub const fn buffer_type(&self) -> BufferType {
        match self {
            Self::Data { kind, last, .. } => BufferType::data(*kind, *last),
            Self::Close(_) => BufferType::Close,
            Self::Ping => BufferType::PingPong,
            Self::UnsolicitedPong => BufferType::UnsolicitedPong,
            Self::Extension { first_byte, .. } => BufferType::Extension(*first_byte),
        }
    }
}
