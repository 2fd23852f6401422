//! The sending lane: data frames, and the Close of a shutdown.

use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

use net::cx::Cx;
use ws_proto::{FrameHeader, MessageKind, OpCode, Sender, close, mask_copy, rotate_key};

use super::outbox::{Lane, Outgoing, masking_key};
use super::{BufferKind, Shared};
use crate::request::transport_error;
use crate::turn::{Handler, Turn};
use crate::{Api, Buffer, Error, Notification, Observer, Result};

/// Bytes of a payload that are masked and sent at a time.
const PIECE: usize = 256 * 1024;

/// The sending lane.
pub(super) struct Sending<B: Buffer> {
    pub(super) shared: Arc<Shared>,
    pub(super) buffer: std::marker::PhantomData<fn(B) -> B>,
}

pub(super) struct SendingData {
    pub(super) sender: Sender,
}

/// A frame under way.
pub(super) struct Send {
    opcode: OpCode,
    fin: bool,
    key: [u8; 4],
    /// Bytes of the payload that were masked.
    masked: usize,
    outgoing: Outgoing,
}

/// A Close under way.
pub(super) struct Shutdown {
    pub(super) outgoing: Outgoing,
}

pub(super) enum Operation<B: Buffer> {
    Send(Send, B, BufferKind),
    Shutdown(Shutdown),
}

pub(super) enum Completion<B: Buffer> {
    Sent(B, BufferKind),
    Shut,
    Failed(Api, Error),
}

impl SendingData {
    /// # Errors
    /// [`Error::InvalidOperation`]: Close was sent. [`Error::InvalidParameter`]: a message of the other kind is unfinished, or the
    /// kind is [`BufferKind::Close`].
    pub(super) fn begin_send(
        &mut self,
        kind: BufferKind,
        timeout: Option<Duration>,
    ) -> Result<Send> {
        let (message, fin) = match kind {
            BufferKind::BinaryMessage => (MessageKind::Binary, true),
            BufferKind::BinaryFragment => (MessageKind::Binary, false),
            BufferKind::Utf8Message => (MessageKind::Text, true),
            BufferKind::Utf8Fragment => (MessageKind::Text, false),
            BufferKind::Close => return Err(Error::InvalidParameter),
        };
        let opcode = self
            .sender
            .data(message, fin)
            .map_err(|error| match error {
                ws_proto::SequenceError::Closed => Error::InvalidOperation,
                _ => Error::InvalidParameter,
            })?;
        Ok(Send {
            opcode,
            fin,
            key: masking_key(),
            masked: 0,
            outgoing: Outgoing::new(timeout),
        })
    }

    /// The Close frame, once.
    ///
    /// # Errors
    /// [`Error::InvalidOperation`]: it was sent. [`Error::InvalidParameter`]: the status must not be sent, or the reason is too
    /// long.
    pub(super) fn begin_close(
        &mut self,
        status: u16,
        reason: &[u8],
        timeout: Option<Duration>,
    ) -> Result<Shutdown> {
        let payload = close_payload(status, reason)?;
        self.sender.close().map_err(|_| Error::InvalidOperation)?;
        Ok(Shutdown {
            outgoing: Outgoing::of_close(&payload, timeout),
        })
    }
}

/// A Close frame's payload: none for 1005 without a reason (behaviour 14.4).
pub(super) fn close_payload(status: u16, reason: &[u8]) -> Result<Vec<u8>> {
    if status == close::NO_STATUS && reason.is_empty() {
        return Ok(Vec::new());
    }
    let usable = close::may_be_sent(status) && status < 5000 && status != 1004;
    if !usable || reason.len() > close::MAX_REASON_LEN {
        return Err(Error::InvalidParameter);
    }
    Ok([&status.to_be_bytes(), reason].concat())
}

impl Send {
    pub(super) fn poll(
        &mut self,
        shared: &Shared,
        cx: &mut Cx<'_>,
        payload: &[u8],
    ) -> Poll<Result<()>> {
        loop {
            if self.outgoing.is_idle() && self.masked == 0 {
                self.write_start(payload);
            }
            let is_last = self.masked == payload.len();
            let sent = if is_last {
                self.outgoing.poll(&shared.outbox, cx, Lane::Sending)
            } else {
                self.outgoing.poll_part(&shared.outbox, cx, Lane::Sending)
            };
            if let Err(error) = ready!(sent) {
                return Poll::Ready(Err(transport_error(&error)));
            }
            if is_last {
                return Poll::Ready(Ok(()));
            }
            self.write_piece(payload);
        }
    }

    fn write_start(&mut self, payload: &[u8]) {
        let header = FrameHeader {
            fin: self.fin,
            rsv: 0,
            opcode: self.opcode,
            mask: Some(self.key),
            payload_len: payload.len() as u64,
        };
        self.outgoing.begin();
        header.encode(self.outgoing.room(header.encoded_len()));
        self.append_piece(payload);
    }

    fn write_piece(&mut self, payload: &[u8]) {
        self.outgoing.begin();
        self.append_piece(payload);
    }

    fn append_piece(&mut self, payload: &[u8]) {
        let piece = &payload[self.masked..payload.len().min(self.masked + PIECE)];
        let room = self.outgoing.room(piece.len());
        mask_copy(room, piece, rotate_key(self.key, self.masked));
        self.masked += piece.len();
    }
}

impl Shutdown {
    pub(super) fn poll(
        &mut self,
        shared: &Shared,
        cx: &mut Cx<'_>,
        lane: Lane,
    ) -> Poll<Result<()>> {
        self.outgoing
            .poll(&shared.outbox, cx, lane)
            .map_err(|error| transport_error(&error))
    }
}

impl<B: Buffer> Handler for Sending<B> {
    type Data = SendingData;
    type Operation = Operation<B>;
    type Outcome = ();
    type Completion = Completion<B>;

    fn api(operation: &Operation<B>) -> Api {
        match operation {
            Operation::Send(..) => Api::WebSocketSend,
            Operation::Shutdown(_) => Api::WebSocketShutdown,
        }
    }

    fn busy(_pending: Api, _wanted: Api) -> Error {
        Error::InvalidOperation
    }

    fn poll(turn: &Turn<Self>, operation: &mut Operation<B>, cx: &mut Cx<'_>) -> Poll<Result<()>> {
        match operation {
            Operation::Send(send, payload, _) => send.poll(&turn.shared, cx, payload.as_ref()),
            Operation::Shutdown(shutdown) => shutdown.poll(&turn.shared, cx, Lane::Sending),
        }
    }

    fn complete(
        _data: &mut SendingData,
        operation: Operation<B>,
        result: Result<()>,
    ) -> (Completion<B>, Option<Operation<B>>) {
        let completion = match (result, operation) {
            (Err(error), operation) => Completion::Failed(Self::api(&operation), error),
            (Ok(()), Operation::Send(_, payload, kind)) => Completion::Sent(payload, kind),
            (Ok(()), Operation::Shutdown(_)) => Completion::Shut,
        };
        (completion, None)
    }

    fn report(_completion: &mut Completion<B>) {}

    fn notify(turn: &Turn<Self>, completion: Completion<B>) {
        match completion {
            Completion::Sent(payload, kind) => {
                let count = u32::try_from(payload.as_ref().len()).unwrap_or(u32::MAX);
                turn.notify(&Notification::WebSocketSent(count, kind));
            }
            Completion::Shut => turn.notify(&Notification::WebSocketShutdownComplete),
            Completion::Failed(api, error) => turn.notify(&Notification::RequestError(api, error)),
        }
    }

    fn ended(turn: &Turn<Self>) {
        turn.shared
            .side_ended(|| turn.notify(&Notification::Closed));
    }

    fn observer(&self) -> Option<Arc<dyn Observer>> {
        self.shared.observer()
    }
}
