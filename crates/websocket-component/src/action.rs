//! What a component asks its program to do.

use crate::{ActionId, BufferType};

/// Which operations [`crate::Component::next_action`] looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Queue {
    /// Send operations.
    Send,
    /// Receive operations, and the pongs that answer received pings.
    Receive,
    /// Both, send operations first (statement 116).
    All,
}

/// Bytes to write: one piece, or two to be written one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buffers<'a> {
    first: &'a [u8],
    second: Option<&'a [u8]>,
}

impl<'a> Buffers<'a> {
    pub(crate) const fn one(first: &'a [u8]) -> Self {
        Self {
            first,
            second: None,
        }
    }

    pub(crate) const fn two(first: &'a [u8], second: &'a [u8]) -> Self {
        Self {
            first,
            second: Some(second),
        }
    }

    /// The pieces in the order in which they must be written.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        [Some(self.first), self.second].into_iter().flatten()
    }

    /// The first piece: in the component's memory if there are two.
    pub const fn first(&self) -> &'a [u8] {
        self.first
    }

    /// The second piece.
    pub const fn second(&self) -> Option<&'a [u8]> {
        self.second
    }

    /// Bytes of all pieces.
    pub fn total_len(&self) -> usize {
        self.iter().map(<[u8]>::len).sum()
    }
}

/// What a finished receive operation got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indication<'a> {
    /// A piece of a message, or all of it.
    Data {
        /// What the bytes are; a `…Message` type if the message ends with them.
        kind: BufferType,
        /// The bytes: in the program's own memory if it gave some, else in the component's. `None` if there are none.
        bytes: Option<&'a [u8]>,
    },
    /// Close. Without a code on the wire `status` is 1005 and `reason` is `None`.
    Close {
        /// The code.
        status: u16,
        /// The reason, possibly empty, in the component's memory.
        reason: Option<&'a [u8]>,
    },
    /// A Pong.
    Pong,
    /// Nothing: the operation was cancelled by a read of 0 bytes or by abort.
    Cancelled,
}

/// What to do next. Report each but [`Self::None`] with [`crate::Component::complete_action`], whatever came of it.
#[derive(Debug)]
pub enum Action<'a, C> {
    /// Nothing, until something else is completed or queued.
    None,
    /// Write `buffers`, as one unit, and report the number of bytes written. Any other number than all of them cancels the operation.
    SendToNetwork {
        /// To report it with.
        id: ActionId,
        /// The operation's type; [`BufferType::PingPong`] for a pong that answers a ping.
        kind: BufferType,
        /// The operation's context; `None` for a pong that answers a ping.
        context: Option<&'a C>,
        /// The bytes: one frame (or, if only one buffer was allowed, perhaps half of one).
        buffers: Buffers<'a>,
    },
    /// A send operation is finished or cancelled.
    IndicateSendComplete {
        /// To report it with.
        id: ActionId,
        /// The operation's type.
        kind: BufferType,
        /// The operation's context.
        context: &'a C,
    },
    /// Read into `space`, at least one byte, and report how many; 0 cancels the operation.
    ReceiveFromNetwork {
        /// To report it with.
        id: ActionId,
        /// The operation's context.
        context: &'a C,
        /// Room in the component's memory, never empty. To write to it after the borrow has ended, see
        /// [`crate::Component::receive_space`].
        space: &'a mut [u8],
    },
    /// A receive operation is finished or cancelled.
    IndicateReceiveComplete {
        /// To report it with.
        id: ActionId,
        /// The operation's context.
        context: &'a C,
        /// What it got.
        indication: Indication<'a>,
    },
}
