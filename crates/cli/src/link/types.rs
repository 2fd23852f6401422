//! What goes in and out of a link.

use std::fmt;
use std::io;
use std::time::Duration;

use websocket_component::{BufferType, Error};
use ws_proto::{MessageKind, ProtocolError};

/// What a receive operation brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Received {
    /// A piece of a message.
    Data {
        kind: MessageKind,
        /// Whether the message ends with it.
        last: bool,
        bytes: Vec<u8>,
    },
    /// Close; without a code if the frame was empty.
    Close { code: Option<u16>, reason: String },
    /// The answer to a ping.
    Pong,
}

/// Why a link failed. Nothing more can be done with it then, but after [`Self::Protocol`] a Close may be sent.
#[derive(Debug)]
pub(crate) enum LinkError {
    /// The peer broke the protocol.
    Protocol(ProtocolError),
    /// The connection ended without a Close.
    Ended,
    /// The connection failed.
    Io(io::Error),
    /// The peer was silent too long.
    Silent,
    /// The component refused a call; what was to be sent is not allowed, most often because Close was sent before.
    Refused(Error),
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Protocol(error) => write!(f, "the peer broke the protocol: {error}"),
            Self::Ended => f.write_str("the connection ended without a Close"),
            Self::Io(error) => write!(f, "the connection failed: {error}"),
            Self::Silent => f.write_str("the peer was silent too long"),
            Self::Refused(error) => error.fmt(f),
        }
    }
}

impl From<Error> for LinkError {
    fn from(error: Error) -> Self {
        match error {
            Error::Protocol(error) => Self::Protocol(error),
            error => Self::Refused(error),
        }
    }
}

/// Something that a link did, for whoever wants to see it.
#[derive(Debug)]
pub(crate) enum Note<'a> {
    /// A message of `len` payload bytes was queued.
    Queued {
        operation: u64,
        kind: BufferType,
        len: usize,
        /// The first of the payload's bytes, at most 128.
        start: &'a [u8],
    },
    /// A frame was written; in the receive lane (`operation` is `None`) the pong that answers a ping.
    Wrote {
        operation: Option<u64>,
        frame: &'a [u8],
    },
    /// A send operation is finished.
    SendComplete { operation: u64, kind: BufferType },
    /// Bytes came from the network; 0 is its end.
    Read { bytes: usize },
    /// A receive operation is finished.
    Received(&'a Received),
}

/// Is told what a link does.
pub(crate) trait Observer {
    /// Called by the thread that did it, right afterwards. The link's locks may be held.
    fn note(&self, note: Note<'_>);
}

impl Observer for () {
    fn note(&self, _: Note<'_>) {}
}

impl<O: Observer> Observer for Option<O> {
    fn note(&self, note: Note<'_>) {
        if let Some(observer) = self {
            observer.note(note);
        }
    }
}

/// How long a peer may be silent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patience {
    /// That long.
    Limited(Duration),
    /// That long; then it is sent a ping and may be silent as long again.
    Ping(Duration),
}

impl Patience {
    pub(super) const fn timeout(self) -> Option<Duration> {
        match self {
            Self::Limited(time) | Self::Ping(time) => Some(time),
        }
    }
}

/// Times that a link keeps to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// For reading.
    pub(crate) patience: Patience,
    /// How long one write may take.
    pub(crate) write: Duration,
}
