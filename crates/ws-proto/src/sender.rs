//! The sending half: which frame may follow which.

use crate::{OpCode, SequenceError};

/// Whether a message is text or binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// Text (UTF-8; the sender does not check it).
    Text,
    /// Binary.
    Binary,
}

/// The sending half of a connection: knows which message is unfinished and whether Close was sent.
///
/// Ask before each frame: [`Self::data`] and [`Self::close`] move the state on when they allow the frame. Pings and pongs
/// may go out at any time and need no question; that they may even follow Close is what Windows does (statement 76),
/// although RFC 6455 section 5.5.1 would have nothing follow it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sender {
    open: Option<MessageKind>,
    closed: bool,
}

impl Sender {
    /// Nothing sent yet.
    pub const fn new() -> Self {
        Self {
            open: None,
            closed: false,
        }
    }

    /// May a data frame of this kind go out, `fin` being whether it ends its message? Returns the opcode it must have:
    /// that of its kind, or CONTINUATION inside a message.
    ///
    /// # Errors
    /// [`SequenceError`]; nothing has changed then.
    pub fn data(&mut self, kind: MessageKind, fin: bool) -> Result<OpCode, SequenceError> {
        if self.closed {
            return Err(SequenceError::Closed);
        }
        let opcode = match self.open {
            Some(open) if open != kind => return Err(SequenceError::OtherMessageOpen),
            Some(_) => OpCode::CONTINUATION,
            None if kind == MessageKind::Text => OpCode::TEXT,
            None => OpCode::BINARY,
        };
        self.open = if fin { None } else { Some(kind) };
        Ok(opcode)
    }

    /// May a CONTINUATION frame go out, whatever the kind of its message?
    ///
    /// # Errors
    /// [`SequenceError`]; nothing has changed then.
    pub fn continuation(&mut self, fin: bool) -> Result<OpCode, SequenceError> {
        match self.open {
            Some(kind) => self.data(kind, fin),
            None if self.closed => Err(SequenceError::Closed),
            None => Err(SequenceError::NoMessageOpen),
        }
    }

    /// May Close go out?
    ///
    /// # Errors
    /// [`SequenceError::Closed`] for a second one.
    pub fn close(&mut self) -> Result<(), SequenceError> {
        if self.closed {
            return Err(SequenceError::Closed);
        }
        self.closed = true;
        Ok(())
    }

    /// Whether Close was sent.
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// The kind of the unfinished message, if there is one.
    pub const fn open_message(&self) -> Option<MessageKind> {
        self.open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_continue_their_message() {
        let mut sender = Sender::new();
        assert_eq!(sender.data(MessageKind::Text, false), Ok(OpCode::TEXT));
        assert_eq!(
            sender.data(MessageKind::Text, false),
            Ok(OpCode::CONTINUATION)
        );
        assert_eq!(
            sender.data(MessageKind::Binary, true),
            Err(SequenceError::OtherMessageOpen)
        );
        assert_eq!(sender.open_message(), Some(MessageKind::Text));
        assert_eq!(
            sender.data(MessageKind::Text, true),
            Ok(OpCode::CONTINUATION)
        );
        assert_eq!(sender.data(MessageKind::Binary, true), Ok(OpCode::BINARY));
        assert_eq!(sender.continuation(true), Err(SequenceError::NoMessageOpen));
    }

    #[test]
    fn nothing_but_pings_follows_close() {
        let mut sender = Sender::new();
        assert_eq!(sender.data(MessageKind::Binary, false), Ok(OpCode::BINARY));
        assert_eq!(sender.close(), Ok(()));
        assert!(sender.is_closed());
        assert_eq!(sender.close(), Err(SequenceError::Closed));
        assert_eq!(
            sender.data(MessageKind::Binary, true),
            Err(SequenceError::Closed)
        );
        assert_eq!(sender.continuation(true), Err(SequenceError::Closed));
    }
}
