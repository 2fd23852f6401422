//! WebSockets: what becomes of a request that was answered with 101.
//!
//! A WebSocket has two lanes, each with a turn of its own ([`crate::turn`]), which share nothing but [`Shared`]:
//!
//! | file | owns |
//! |---|---|
//! | `send` | the sending lane: data frames, the Close of a shutdown |
//! | `receive` | the receiving lane: messages; a close, which waits for the peer's Close |
//! | `keepalive` | unsolicited pongs |
//! | `stream` | messages as `Stream` and `Sink` (feature `futures`) |
//! | `scratch` | memory for frames on their way out |
//! | `outbox` | the sending end of the connection, and control frames that wait for it |
//!
//! One send and one receive may be under way at once, on two threads; in synchronous sessions both may block. Neither waits
//! for the other, except for whole frames: a pong goes out between two frames.

mod keepalive;
mod outbox;
mod receive;
mod scratch;
mod send;
#[cfg(feature = "futures")]
mod stream;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use net::conn::Conn;
use net::cx::Cx;
use ws_proto::{OpCode, ProtocolError, ReceiveOptions, Receiver, Role, Sender, close};

use self::keepalive::KeepAlive;
use self::outbox::{Lane, Outbox};
pub use self::receive::Received;
use self::receive::{Close, Reader, Receiving, ReceivingData};
use self::send::{Sending, SendingData};
#[cfg(feature = "futures")]
pub use self::stream::{Message, MessageStream};
use crate::session::lock;
use crate::turn::{Start, Started, Turn};
use crate::{Api, Buffer, Error, Mode, Observer, Result};

/// How often a Pong goes out unless set otherwise.
const DEFAULT_KEEPALIVE: Duration = Duration::from_secs(30);

/// What a buffer of a WebSocket holds: `WINHTTP_WEB_SOCKET_BUFFER_TYPE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BufferKind {
    /// A binary message, or its last part.
    BinaryMessage,
    /// A part of a binary message that more follows.
    BinaryFragment,
    /// A text message, or its last part.
    Utf8Message,
    /// A part of a text message that more follows.
    Utf8Fragment,
    /// The peer's Close; no data.
    Close,
}

/// A status and reason of the peer's Close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseStatus {
    /// 1005 if there was none.
    pub status: u16,
    /// UTF-8; at most 123 bytes.
    pub reason: Vec<u8>,
}

/// A WebSocket: `WinHttpWebSocketCompleteUpgrade`.
///
/// In a synchronous session the methods of that name wait. In an asynchronous one the `start_` methods take their place, and
/// completions are notified, exactly one for each accepted operation; the completions of the two lanes may come on two
/// threads at once. A method of the wrong kind gives [`Error::IncorrectHandleState`].
///
/// Threads: any method on any thread. At most one operation of each lane: send, shutdown; receive, close. Dropping it closes
/// it.
pub struct WebSocket<B: Buffer = Vec<u8>> {
    shared: Arc<Shared>,
    sending: Arc<Turn<Sending<B>>>,
    receiving: Arc<Turn<Receiving<B>>>,
    keepalive: Arc<KeepAlive>,
}

/// What both lanes can reach.
struct Shared {
    mode: Mode,
    outbox: Outbox,
    observer: Mutex<Option<Arc<dyn Observer>>>,
    close_status: Mutex<Option<CloseStatus>>,
    /// The same as a flag.
    close_received: AtomicBool,
    /// Our Close was sent, or is being sent.
    close_sent: AtomicBool,
    /// `close` waits for the receiving lane.
    closing: AtomicBool,
    /// Lanes that have ended.
    ended: AtomicU32,
    /// Milliseconds.
    close_timeout: AtomicU32,
    send_timeout: Option<Duration>,
}

impl<B: Buffer> WebSocket<B> {
    /// Takes over a connection that was upgraded.
    pub(crate) fn new(
        conn: Conn,
        mode: Mode,
        send_timeout: Option<Duration>,
        observer: Option<Arc<dyn Observer>>,
    ) -> Result<Self> {
        let split = |cx: &Cx<'_>| conn.split(cx).map_err(|_| Error::ConnectionError);
        let (reader, mut writer) = match mode {
            Mode::Synchronous => {
                let mut split = Some(split);
                net::cx::block_on(|cx| {
                    let split = split.take().ok_or(Error::InternalError)?;
                    std::task::Poll::Ready(split(cx))
                })?
            }
            Mode::Asynchronous => split(&Cx::asynchronous(std::task::Waker::noop()))?,
        };
        writer.set_timeout(send_timeout);
        let shared = Arc::new(Shared {
            mode,
            outbox: Outbox::new(writer),
            observer: Mutex::new(observer),
            close_status: Mutex::new(None),
            close_received: AtomicBool::new(false),
            close_sent: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            ended: AtomicU32::new(0),
            close_timeout: AtomicU32::new(10_000),
            send_timeout,
        });
        let receiver = Receiver::new(ReceiveOptions::new(Role::Client));
        Ok(Self {
            sending: Turn::new(
                Sending {
                    shared: Arc::clone(&shared),
                    buffer: std::marker::PhantomData,
                },
                SendingData {
                    sender: Sender::new(),
                },
            ),
            receiving: Turn::new(
                Receiving {
                    shared: Arc::clone(&shared),
                    buffer: std::marker::PhantomData,
                },
                ReceivingData {
                    reader: Some(Box::new(Reader::new(reader, receiver))),
                    closing: false,
                },
            ),
            keepalive: KeepAlive::new(&shared, Some(DEFAULT_KEEPALIVE)),
            shared,
        })
    }

    /// Sends a message or a part of one: `WinHttpWebSocketSend`. Returns when it is with the system.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`]: the kind is [`BufferKind::Close`], or a message of the other kind is unfinished.
    /// [`Error::InvalidOperation`]: another send is under way, or Close was sent. [`Error::ConnectionError`],
    /// [`Error::Timeout`]: the connection is gone.
    pub fn send(&self, kind: BufferKind, payload: &[u8]) -> Result<()> {
        self.synchronous()?;
        self.sending.run(
            Api::WebSocketSend,
            |state| state.begin_send(kind, self.shared.send_timeout),
            |turn, send| turn.wait(|cx| send.poll(&self.shared, cx, payload)),
            |_, _, _| {},
        )
    }

    /// [`WebSocket::send`] in an asynchronous session; usually completed in the call.
    ///
    /// # Errors
    /// As there, as far as they are known at once.
    pub fn start_send(&self, kind: BufferKind, payload: B) -> Result<Started> {
        self.asynchronous()?;
        self.sending.start(
            Api::WebSocketSend,
            |state| {
                state
                    .begin_send(kind, self.shared.send_timeout)
                    .map(|send| send::Operation::Send(send, payload, kind))
            },
            Start::InCall,
        )
    }

    /// Sends Close; receiving goes on: `WinHttpWebSocketShutdown`.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`]: the status must not be sent, or the reason is longer than 123 bytes.
    /// [`Error::InvalidOperation`]: a send is under way, or Close was sent. [`Error::ConnectionError`], [`Error::Timeout`].
    pub fn shutdown(&self, status: u16, reason: &[u8]) -> Result<()> {
        self.synchronous()?;
        self.sending.run(
            Api::WebSocketShutdown,
            |state| self.begin_close(state, status, reason, self.shared.send_timeout),
            |turn, shutdown| turn.wait(|cx| shutdown.poll(&self.shared, cx, Lane::Sending)),
            |_, _, _| {},
        )
    }

    /// [`WebSocket::shutdown`] in an asynchronous session; usually completed in the call.
    ///
    /// # Errors
    /// As there, as far as they are known at once.
    pub fn start_shutdown(&self, status: u16, reason: &[u8]) -> Result<Started> {
        self.asynchronous()?;
        self.sending.start(
            Api::WebSocketShutdown,
            |state| {
                self.begin_close(state, status, reason, self.shared.send_timeout)
                    .map(send::Operation::Shutdown)
            },
            Start::InCall,
        )
    }

    fn begin_close(
        &self,
        data: &mut SendingData,
        status: u16,
        reason: &[u8],
        timeout: Option<Duration>,
    ) -> Result<send::Shutdown> {
        let shutdown = data.begin_close(status, reason, timeout)?;
        self.shared.close_sent.store(true, Ordering::Release);
        Ok(shutdown)
    }

    /// Receives a message, a part of one, or the peer's Close: `WinHttpWebSocketReceive`. Waits as long as it takes.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`]: no memory. [`Error::InvalidOperation`]: another receive or a close is under way, or the
    /// peer's Close was received. [`Error::OperationCancelled`]: closed meanwhile. [`Error::InvalidServerResponse`]: the peer
    /// broke the protocol. [`Error::ConnectionError`]: it went away without a Close.
    pub fn receive(&self, out: &mut [u8]) -> Result<Received> {
        self.synchronous()?;
        if out.is_empty() {
            return Err(Error::InvalidParameter);
        }
        self.receiving.run(
            Api::WebSocketReceive,
            |state| state.begin_receive(&self.shared),
            |turn, receive| turn.wait(|cx| receive.poll(&self.shared, cx, out)),
            |state, receive, _| state.reader = receive.reader,
        )
    }

    /// [`WebSocket::receive`] in an asynchronous session; completed in the call if something is there.
    ///
    /// # Errors
    /// As there, as far as they are known at once.
    pub fn start_receive(&self, out: B) -> Result<Started> {
        self.asynchronous()?;
        if out.as_ref().is_empty() {
            return Err(Error::InvalidParameter);
        }
        self.receiving.start(
            Api::WebSocketReceive,
            |state| {
                state
                    .begin_receive(&self.shared)
                    .map(|receive| receive::Operation::Receive(receive, out))
            },
            Start::InCall,
        )
    }

    /// Closes the connection in good order: `WinHttpWebSocketClose`. Sends Close unless that was done, throws away what still
    /// comes, and waits for the peer's Close, at most [`WebSocket::close_timeout`]. A receive under way ends with
    /// [`Error::OperationCancelled`].
    ///
    /// # Errors
    /// [`Error::InvalidParameter`]: as [`WebSocket::shutdown`]. [`Error::InvalidOperation`]: a send or a close is under way, or it was
    /// closed before. [`Error::Timeout`], [`Error::ConnectionError`], [`Error::InvalidServerResponse`]: the connection is gone.
    pub fn close(&self, status: u16, reason: &[u8]) -> Result<()> {
        self.synchronous()?;
        let (shutdown, deadline) = self.prepare_close(status, reason)?;
        if let Some(shutdown) = shutdown {
            self.sending.run(
                Api::WebSocketClose,
                |_| Ok(shutdown),
                |turn, shutdown| turn.wait(|cx| shutdown.poll(&self.shared, cx, Lane::Sending)),
                |_, _, _| {},
            )?;
        }
        // A receive on another thread gives way with the next bytes that come, at the latest the peer's Close.
        if !self.receiving.wait_free(deadline) {
            self.shared.outbox.give_up();
            return Err(Error::Timeout);
        }
        self.receiving.run(
            Api::WebSocketClose,
            |state| Ok(Self::begin_close_wait(state, None, deadline)),
            |turn, close| turn.wait(|cx| close.poll(&self.shared, cx)),
            |state, close, _| state.reader = close.reader,
        )
    }

    /// [`WebSocket::close`] in an asynchronous session. A pending receive's error is notified before this returns.
    ///
    /// # Errors
    /// As there, as far as they are known at once.
    pub fn start_close(&self, status: u16, reason: &[u8]) -> Result<Started> {
        self.asynchronous()?;
        let (shutdown, deadline) = self.prepare_close(status, reason)?;
        self.receiving.start_instead(|state| {
            receive::Operation::Close(Self::begin_close_wait(state, shutdown, deadline))
        })
    }

    /// Checks and marks both lanes; the Close frame is still to be sent, if any.
    fn prepare_close(
        &self,
        status: u16,
        reason: &[u8],
    ) -> Result<(Option<send::Shutdown>, Instant)> {
        send::close_payload(status, reason)?;
        let mut sending = self.sending.state();
        if sending.pending().is_some() || self.shared.closing.swap(true, Ordering::AcqRel) {
            return Err(Error::InvalidOperation);
        }
        let limit = Duration::from_millis(self.shared.close_timeout.load(Ordering::Relaxed).into());
        let send_timeout = self
            .shared
            .send_timeout
            .map_or(limit, |timeout| timeout.min(limit));
        let shutdown = if sending.sender.is_closed() {
            None
        } else {
            Some(self.begin_close(&mut sending, status, reason, Some(send_timeout))?)
        };
        drop(sending);
        let deadline = Instant::now() + limit;
        Ok((shutdown, deadline))
    }

    fn begin_close_wait(
        data: &mut ReceivingData,
        shutdown: Option<send::Shutdown>,
        deadline: Instant,
    ) -> Close {
        data.closing = true;
        Close {
            reader: data.take(),
            shutdown,
            deadline,
        }
    }

    /// What the peer's Close said: `WinHttpWebSocketQueryCloseStatus`.
    ///
    /// # Errors
    /// [`Error::InvalidOperation`]: none was received.
    pub fn close_status(&self) -> Result<CloseStatus> {
        lock(&self.shared.close_status)
            .clone()
            .ok_or(Error::InvalidOperation)
    }

    /// How long [`WebSocket::close`] waits for the peer's Close. Default: 10 s.
    pub fn close_timeout(&self) -> Duration {
        Duration::from_millis(self.shared.close_timeout.load(Ordering::Relaxed).into())
    }

    /// Sets [`WebSocket::close_timeout`], for later closes.
    pub fn set_close_timeout(&self, milliseconds: u32) {
        self.shared
            .close_timeout
            .store(milliseconds, Ordering::Relaxed);
    }

    /// An empty Pong goes out every `interval`, so that nothing between the peers takes the connection for dead; `None`: never.
    /// Default: 30 s. (`WINHTTP_OPTION_WEB_SOCKET_KEEPALIVE_INTERVAL`, which takes 15 s at least.)
    pub fn set_keepalive(&self, interval: Option<Duration>) {
        self.keepalive.set_interval(interval);
    }

    /// Ends everything at once, without a Close: `WinHttpCloseHandle`. What is pending is completed with
    /// [`Error::OperationCancelled`], then `Closed` is notified.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`]: it was done before.
    pub fn abort(&self) -> Result<()> {
        self.keepalive.stop();
        let receiving = self.receiving.close();
        let sending = self.sending.close();
        // Only now: what this ends ends because of the closing, and says so.
        self.shared.outbox.give_up();
        receiving.and(sending)
    }

    /// Does something that notifies while nothing else can be notified: for the C layer, which tells of a new handle.
    #[doc(hidden)]
    pub fn announce(&self, work: impl FnOnce()) {
        self.receiving.hold(work);
    }

    /// Replaces the observer for notifications from now on.
    pub fn set_observer(&self, observer: Option<Arc<dyn Observer>>) {
        // What it replaces is dropped without the lock.
        let _earlier = std::mem::replace(&mut *lock(&self.shared.observer), observer);
    }

    fn synchronous(&self) -> Result<()> {
        if self.shared.mode == Mode::Synchronous {
            Ok(())
        } else {
            Err(Error::IncorrectHandleState)
        }
    }

    fn asynchronous(&self) -> Result<()> {
        if self.shared.mode == Mode::Asynchronous {
            Ok(())
        } else {
            Err(Error::IncorrectHandleState)
        }
    }
}

impl<B: Buffer> Drop for WebSocket<B> {
    fn drop(&mut self) {
        // Closed before: fine.
        let _ = self.abort();
    }
}

impl Shared {
    fn observer(&self) -> Option<Arc<dyn Observer>> {
        lock(&self.observer).clone()
    }

    fn has_received_close(&self) -> bool {
        self.close_received.load(Ordering::Acquire)
    }

    fn has_sent_close(&self) -> bool {
        self.close_sent.load(Ordering::Acquire)
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    fn received_close(&self, status: Option<u16>, reason: &str) {
        *lock(&self.close_status) = Some(CloseStatus {
            status: status.unwrap_or(close::NO_STATUS),
            reason: reason.as_bytes().to_vec(),
        });
        self.close_received.store(true, Ordering::Release);
    }

    fn pong(&self, payload: &[u8]) {
        // After Close nothing else goes out (RFC 6455 section 5.5.1).
        if !self.close_sent.load(Ordering::Acquire) {
            self.outbox.queue(OpCode::PONG, payload);
        }
    }

    /// The peer broke the protocol: it is told so, and the connection is given up.
    fn protocol_failed(&self, error: ProtocolError, cx: &mut Cx<'_>) -> Error {
        self.close_sent.store(true, Ordering::Release);
        self.outbox.fail(error.close_code(), cx);
        Error::InvalidServerResponse
    }

    /// One of the two lanes has ended; after the second nothing more is notified.
    fn side_ended(&self, notify_closed: impl FnOnce()) {
        if self.ended.fetch_add(1, Ordering::AcqRel) == 1 {
            notify_closed();
            *lock(&self.observer) = None;
        }
    }
}
