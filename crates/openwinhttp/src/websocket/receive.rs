//! The receiving lane: messages, and the wait for the peer's Close.

use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::{Duration, Instant};

use net::conn::ReadHalf;
use net::cx::Cx;
use ws_proto::{Event, Kind, MessageKind, Receiver};

use super::outbox::Lane;
use super::send::Shutdown;
use super::{BufferKind, Shared};
use crate::request::transport_error;
use crate::turn::{Handler, Turn};
use crate::{Api, Buffer, Error, Notification, Observer, Result};

/// The receiving lane.
pub(super) struct Receiving<B: Buffer> {
    pub(super) shared: Arc<Shared>,
    pub(super) buffer: std::marker::PhantomData<fn(B) -> B>,
}

pub(super) struct ReceivingData {
    pub(super) reader: Option<Box<Reader>>,
    /// `close` was called.
    pub(super) closing: bool,
}

/// The receiving end of the connection. An operation takes it from the data and gives it back.
pub(super) struct Reader {
    half: ReadHalf,
    receiver: Receiver,
    /// Why nothing can be received any more.
    failed: Option<Error>,
    /// An operation has just taken it.
    pub(super) detached: bool,
}

/// What a receive gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// Bytes in the buffer.
    pub count: usize,
    /// What they are.
    pub kind: BufferKind,
}

/// A receive under way.
pub(super) struct Receive {
    pub(super) reader: Option<Box<Reader>>,
}

/// A Close under way: ours goes out, then the peer's is waited for.
pub(super) struct Close {
    pub(super) reader: Option<Box<Reader>>,
    /// Our Close frame, unless it was sent before.
    pub(super) shutdown: Option<Shutdown>,
    pub(super) deadline: Instant,
}

pub(super) enum Operation<B: Buffer> {
    Receive(Receive, B),
    Close(Close),
}

pub(super) enum Completion<B: Buffer> {
    Received(B, Received),
    Closed,
    Failed(Api, Error),
}

impl ReceivingData {
    /// # Errors
    /// [`Error::InvalidOperation`]: the peer's Close was received, or ours is being waited for.
    pub(super) fn begin_receive(&mut self, shared: &Shared) -> Result<Receive> {
        if self.closing || shared.is_closing() || shared.has_received_close() {
            return Err(Error::InvalidOperation);
        }
        Ok(Receive {
            reader: self.take(),
        })
    }

    pub(super) fn take(&mut self) -> Option<Box<Reader>> {
        let mut reader = self.reader.take()?;
        reader.detached = true;
        Some(reader)
    }
}

impl Reader {
    pub(super) fn new(half: ReadHalf, receiver: Receiver) -> Self {
        Self {
            half,
            receiver,
            failed: None,
            detached: true,
        }
    }

    /// The next piece of a message, or the peer's Close. `limit`: how long one receive of the socket may take.
    fn poll_event(
        &mut self,
        shared: &Shared,
        cx: &mut Cx<'_>,
        out: &mut [u8],
        limit: Option<Duration>,
    ) -> Poll<Result<Received>> {
        if let Some(error) = self.failed {
            return Poll::Ready(Err(error));
        }
        if std::mem::take(&mut self.detached) {
            self.half.forget_waits();
        }
        self.half.set_timeout(limit);
        let result = self.poll_bytes(shared, cx, out);
        let Poll::Ready(result) = result else {
            // It may take long.
            self.half.release_memory();
            return Poll::Pending;
        };
        if let Err(error) = result
            && error != Error::Timeout
        {
            self.failed = Some(error);
        }
        Poll::Ready(result)
    }

    fn poll_bytes(
        &mut self,
        shared: &Shared,
        cx: &mut Cx<'_>,
        out: &mut [u8],
    ) -> Poll<Result<Received>> {
        loop {
            shared.outbox.flush(cx);
            let rest = self.receiver.frame_remaining();
            if self.half.buffered().is_empty() && rest > 0 && !out.is_empty() {
                // Straight into the caller's memory.
                let length = usize::try_from(rest).map_or(out.len(), |rest| rest.min(out.len()));
                let count = ready!(self.half.poll_read(cx, &mut out[..length]))
                    .map_err(|error| transport_error(&error))?;
                if count == 0 {
                    return Poll::Ready(Err(Error::ConnectionError));
                }
                match self.receiver.receive(&mut out[..count], count) {
                    Ok((_, Event::Data(data))) => {
                        let kind = BufferKind::of(data.kind, data.last);
                        return Poll::Ready(Ok(Received { count, kind }));
                    }
                    Ok(_) => continue,
                    Err(error) => {
                        return Poll::Ready(Err(shared.protocol_failed(error, cx)));
                    }
                }
            }
            let limit = out.len().max(1);
            let event = self.receiver.receive(self.half.buffered_mut(), limit);
            let (consumed, event) = match event {
                Ok(found) => found,
                Err(error) => {
                    return Poll::Ready(Err(shared.protocol_failed(error, cx)));
                }
            };
            match event {
                Event::Data(data) => {
                    let count = data.payload.len();
                    out[..count].copy_from_slice(data.payload);
                    let kind = BufferKind::of(data.kind, data.last);
                    self.half.consume(consumed);
                    return Poll::Ready(Ok(Received { count, kind }));
                }
                Event::Ping(payload) => {
                    shared.pong(payload);
                    self.half.consume(consumed);
                }
                Event::Pong(_) => self.half.consume(consumed),
                Event::Close(close) => {
                    shared.received_close(close.code, close.reason);
                    self.half.consume(consumed);
                    shared.outbox.flush(cx);
                    return Poll::Ready(Ok(Received {
                        count: 0,
                        kind: BufferKind::Close,
                    }));
                }
                Event::NeedMore => {
                    self.half.consume(consumed);
                    if self.half.buffered().is_empty()
                        && self.receiver.frame_remaining() > 0
                        && !out.is_empty()
                    {
                        continue;
                    }
                    let filled =
                        ready!(self.half.poll_fill(cx)).map_err(|error| transport_error(&error))?;
                    if filled == 0 {
                        return Poll::Ready(Err(Error::ConnectionError));
                    }
                }
            }
        }
    }
}

impl Receive {
    pub(super) fn poll(
        &mut self,
        shared: &Shared,
        cx: &mut Cx<'_>,
        out: &mut [u8],
    ) -> Poll<Result<Received>> {
        let Some(reader) = &mut self.reader else {
            return Poll::Ready(Err(Error::InvalidOperation));
        };
        let result = ready!(reader.poll_event(shared, cx, out, None));
        if result.is_ok() && shared.is_closing() {
            // A close on another thread waits for the lane; what came is not wanted any more.
            return Poll::Ready(Err(Error::OperationCancelled));
        }
        Poll::Ready(result)
    }
}

impl Close {
    pub(super) fn poll(&mut self, shared: &Shared, cx: &mut Cx<'_>) -> Poll<Result<()>> {
        if let Some(shutdown) = &mut self.shutdown {
            let sent = shutdown.poll(shared, cx, Lane::Receiving);
            if sent.is_pending() && Instant::now() < self.deadline {
                cx.wake_at(self.deadline);
                return Poll::Pending;
            }
            self.shutdown = None;
            if let Poll::Ready(Err(error)) = sent {
                return Poll::Ready(Err(error));
            }
        }
        let Some(reader) = &mut self.reader else {
            return Poll::Ready(Err(Error::InvalidOperation));
        };
        let mut scratch = [0; 4096];
        while !shared.has_received_close() {
            let rest = self.deadline.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                shared.outbox.give_up();
                return Poll::Ready(Err(Error::Timeout));
            }
            // A wait that goes on over several polls would count the time before them twice.
            let limit = cx.is_blocking().then_some(rest);
            match reader.poll_event(shared, cx, &mut scratch, limit) {
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => {
                    shared.outbox.give_up();
                    return Poll::Ready(Err(error));
                }
                Poll::Pending => {
                    cx.wake_at(self.deadline);
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<B: Buffer> Handler for Receiving<B> {
    type Data = ReceivingData;
    type Operation = Operation<B>;
    type Outcome = Option<Received>;
    type Completion = Completion<B>;

    fn api(operation: &Operation<B>) -> Api {
        match operation {
            Operation::Receive(..) => Api::WebSocketReceive,
            Operation::Close(_) => Api::WebSocketClose,
        }
    }

    fn busy(_pending: Api, _wanted: Api) -> Error {
        Error::InvalidOperation
    }

    fn poll(
        turn: &Turn<Self>,
        operation: &mut Operation<B>,
        cx: &mut Cx<'_>,
    ) -> Poll<Result<Option<Received>>> {
        match operation {
            Operation::Receive(receive, out) => {
                receive.poll(&turn.shared, cx, out.as_mut()).map_ok(Some)
            }
            Operation::Close(close) => close.poll(&turn.shared, cx).map_ok(|()| None),
        }
    }

    fn complete(
        data: &mut ReceivingData,
        operation: Operation<B>,
        result: Result<Option<Received>>,
    ) -> (Completion<B>, Option<Operation<B>>) {
        let api = Self::api(&operation);
        let completion = match operation {
            Operation::Receive(receive, out) => {
                data.reader = receive.reader;
                match result {
                    Ok(Some(received)) => Completion::Received(out, received),
                    Ok(None) => Completion::Failed(api, Error::InternalError),
                    Err(error) => Completion::Failed(api, error),
                }
            }
            Operation::Close(close) => {
                data.reader = close.reader;
                match result {
                    Ok(_) => Completion::Closed,
                    Err(error) => Completion::Failed(api, error),
                }
            }
        };
        (completion, None)
    }

    fn report(completion: &mut Completion<B>) {
        // Outputs are for synchronous receives (facts 18.7).
        let _ = completion;
    }

    fn notify(turn: &Turn<Self>, completion: Completion<B>) {
        match completion {
            Completion::Received(out, received) => {
                let data = &out.as_ref()[..received.count];
                turn.notify(&Notification::WebSocketReceived(data, received.kind));
            }
            Completion::Closed => turn.notify(&Notification::WebSocketCloseComplete),
            Completion::Failed(api, error) => turn.notify(&Notification::RequestError(api, error)),
        }
    }

    fn ended(turn: &Turn<Self>) {
        let reader = turn.state().reader.take();
        drop(reader);
        turn.shared
            .side_ended(|| turn.notify(&Notification::Closed));
    }

    fn observer(&self) -> Option<Arc<dyn Observer>> {
        self.shared.observer()
    }
}

impl BufferKind {
    fn of(kind: Kind, last: bool) -> Self {
        match (kind, last) {
            (Kind::Message(MessageKind::Text), true) => Self::Utf8Message,
            (Kind::Message(MessageKind::Text), false) => Self::Utf8Fragment,
            (_, true) => Self::BinaryMessage,
            (_, false) => Self::BinaryFragment,
        }
    }
}
