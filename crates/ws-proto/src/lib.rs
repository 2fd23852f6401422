//! The WebSocket protocol of RFC 6455 as a pure engine: bytes and calls go in, frames and events come out.
//!
//! No sockets, no clock, no threads and no randomness of its own; no `unsafe`; `no_std` with `alloc`. It streams: no
//! frame and no message is ever needed whole, only a control frame (at most 131 bytes) is.
//!
//! | to do this | call |
//! |---|---|
//! | open, as a client | [`handshake::ClientHandshake::new`], send its headers, `finish` with the response's |
//! | open, as a server | [`handshake::ServerHandshake::new`] with the request's headers, send its own |
//! | receive | [`Receiver::receive`] with the bytes that came, until it answers [`Event::NeedMore`] |
//! | send | [`Sender`] says whether a frame may go out now and with which opcode; [`FrameHeader::encode`] and [`mask_copy`] write it |
//!
//! A connection is one [`Receiver`] and one [`Sender`]. They share nothing, so that two threads can have one each.
//! Neither answers on its own: a [`Event::Ping`] or a [`Event::Close`] is the caller's to answer.
//!
//! # Extensions
//!
//! [`ReceiveOptions::extensions`] lets frames with RSV bits and reserved opcodes through, and [`Data::rsv`] and
//! [`Kind::Extension`] show them. The text check is left out for a message whose first frame has an RSV bit set, because
//! its bytes are not text yet; whoever decodes it runs a [`Utf8Validator`] over the result.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod close;
mod error;
mod frame;
pub mod handshake;
mod receiver;
mod sender;
mod utf8;

pub use error::{Blame, ProtocolError, SequenceError};
pub use frame::{FrameHeader, OpCode, encode_frame};
pub use receiver::{CloseFrame, Data, Event, Kind, ReceiveOptions, Receiver};
pub use sender::{MessageKind, Sender};
pub use utf8::{InvalidUtf8, Utf8Validator};
pub use ws_mask::{mask_copy, mask_in_place, rotate_key};

/// Which end of the connection we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Sends masked frames and receives unmasked ones (RFC 6455 section 5.1).
    Client,
    /// Sends unmasked frames and receives masked ones.
    Server,
}
