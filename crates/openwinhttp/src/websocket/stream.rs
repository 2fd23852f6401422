//! A WebSocket as a `Stream` and `Sink` of messages, for any executor.
//!
//! It stands on an asynchronous session: notifications become wake-ups. No executor's I/O is used.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use futures_sink::Sink;

use super::{BufferKind, CloseStatus, WebSocket};
use crate::request::Request;
use crate::session::lock;
use crate::{Api, Error, Notification, Observer, Result};

/// Bytes that one receive takes at most.
const RECEIVE: usize = 16 * 1024;

/// A whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
    /// The peer's Close when received; when sent, ours, which starts the closing.
    Close(CloseStatus),
}

/// Messages of a WebSocket, in both directions.
///
/// The stream ends after the peer's Close, which is its last item. Closing the sink sends Close and waits for the peer's.
/// Messages are put together in memory, up to [`MessageStream::set_max_message_size`].
pub struct MessageStream {
    socket: WebSocket<Vec<u8>>,
    bridge: Arc<Bridge>,
    max_message_size: usize,
}

#[derive(Default)]
struct Bridge {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Pieces of the message that is being received.
    partial: Vec<u8>,
    ready: VecDeque<Result<Received>>,
    receiving: bool,
    ended: bool,
    sending: bool,
    closing: bool,
    closed: bool,
    failed: Option<Error>,
    stream: Option<Waker>,
    sink: Option<Waker>,
}

enum Received {
    /// A piece came; more is to be asked for.
    More,
    Message(Message),
    Close,
}

impl MessageStream {
    /// Makes a stream of messages of a request that was answered with 101, in an asynchronous session.
    ///
    /// # Errors
    /// As [`Request::complete_upgrade`].
    pub fn new(request: &Request<Vec<u8>>) -> Result<Self> {
        let bridge = Arc::new(Bridge::default());
        let observer = Arc::clone(&bridge) as Arc<dyn Observer>;
        Ok(Self {
            socket: request.complete_upgrade(Some(observer))?,
            bridge,
            max_message_size: 64 << 20,
        })
    }

    /// Longer messages end the stream with [`Error::InvalidServerResponse`]. Default: 64 MiB.
    pub fn set_max_message_size(&mut self, bytes: usize) {
        self.max_message_size = bytes;
    }

    /// The WebSocket: for its options and the status of the peer's Close.
    pub fn get_ref(&self) -> &WebSocket<Vec<u8>> {
        &self.socket
    }

    fn poll_sent(&self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let mut state = self.bridge.lock();
        if let Some(error) = state.failed {
            return Poll::Ready(Err(error));
        }
        if state.sending {
            state.sink = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }
}

impl Stream for MessageStream {
    type Item = Result<Message>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Message>>> {
        loop {
            let mut state = self.bridge.lock();
            match state.ready.pop_front() {
                Some(Ok(Received::Message(message))) => return Poll::Ready(Some(Ok(message))),
                Some(Ok(Received::Close)) => {
                    state.ended = true;
                    drop(state);
                    return Poll::Ready(Some(self.socket.close_status().map(Message::Close)));
                }
                Some(Ok(Received::More)) => {}
                Some(Err(error)) => {
                    state.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
                None if state.ended => return Poll::Ready(None),
                None if state.receiving => {
                    state.stream = Some(cx.waker().clone());
                    return Poll::Pending;
                }
                None => {}
            }
            if state.partial.len() > self.max_message_size {
                state.ended = true;
                return Poll::Ready(Some(Err(Error::InvalidServerResponse)));
            }
            state.receiving = true;
            drop(state);
            if let Err(error) = self.socket.start_receive(vec![0; RECEIVE]) {
                let mut state = self.bridge.lock();
                state.receiving = false;
                state.ended = true;
                return Poll::Ready(Some(Err(error)));
            }
        }
    }
}

impl Sink<Message> for MessageStream {
    type Error = Error;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.poll_sent(cx)
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<()> {
        self.bridge.lock().sending = true;
        let started = match message {
            Message::Text(text) => self
                .socket
                .start_send(BufferKind::Utf8Message, text.into_bytes()),
            Message::Binary(bytes) => self.socket.start_send(BufferKind::BinaryMessage, bytes),
            Message::Close(close) => self.socket.start_shutdown(close.status, &close.reason),
        };
        if started.is_err() {
            self.bridge.lock().sending = false;
        }
        started.map(|_| ())
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.poll_sent(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        std::task::ready!(self.poll_sent(cx))?;
        let mut state = self.bridge.lock();
        if state.closed {
            return Poll::Ready(Ok(()));
        }
        state.sink = Some(cx.waker().clone());
        if std::mem::replace(&mut state.closing, true) {
            return Poll::Pending;
        }
        drop(state);
        self.socket.start_close(1000, &[])?;
        let state = self.bridge.lock();
        match (state.closed, state.failed) {
            (true, _) => Poll::Ready(Ok(())),
            (false, Some(error)) => Poll::Ready(Err(error)),
            (false, None) => Poll::Pending,
        }
    }
}

impl Bridge {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    fn received(&mut self, data: &[u8], kind: BufferKind) {
        self.receiving = false;
        self.partial.extend_from_slice(data);
        let received = match kind {
            BufferKind::BinaryFragment | BufferKind::Utf8Fragment => Received::More,
            BufferKind::BinaryMessage => {
                Received::Message(Message::Binary(std::mem::take(&mut self.partial)))
            }
            // The engine has checked it.
            BufferKind::Utf8Message => Received::Message(Message::Text(
                String::from_utf8(std::mem::take(&mut self.partial)).unwrap_or_default(),
            )),
            BufferKind::Close => Received::Close,
        };
        self.ready.push_back(Ok(received));
    }
}

impl Observer for Bridge {
    fn notify(&self, notification: &Notification<'_>) {
        let mut state = self.lock();
        match notification {
            Notification::WebSocketReceived(data, kind) => state.received(data, *kind),
            Notification::WebSocketSent(..) | Notification::WebSocketShutdownComplete => {
                state.sending = false
            }
            Notification::WebSocketCloseComplete => state.closed = true,
            Notification::RequestError(Api::WebSocketReceive, error) => {
                state.receiving = false;
                let cancelled = state.closing && *error == Error::OperationCancelled;
                state.ended |= cancelled;
                if !cancelled {
                    state.ready.push_back(Err(*error));
                }
            }
            Notification::RequestError(_, error) => {
                state.sending = false;
                state.failed = Some(*error);
            }
            _ => return,
        }
        let wakers = (state.stream.take(), state.sink.take());
        drop(state);
        for waker in [wakers.0, wakers.1].into_iter().flatten() {
            waker.wake();
        }
    }
}
