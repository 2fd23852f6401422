//! Requests: `WinHttpOpenRequest` and what can be done with what it returns.
//!
//! | file | owns |
//! |---|---|
//! | `core` | what a request is made of; its place under [`crate::turn`] |
//! | `operation` | operations and completions as values |
//! | `state` | phases, what goes out and what came in |
//! | `target` | what a request is for |
//! | `compose` | the head that is sent, and how the body is framed |
//! | `connection` | getting a connection |
//! | `exchange` | a connection in use; what its errors mean |
//! | `send`, `receive`, `body` | the five operations as poll functions |

mod body;
mod compose;
mod connection;
mod core;
mod exchange;
mod operation;
mod receive;
mod send;
mod state;
mod target;

use std::sync::{Arc, MutexGuard, OnceLock};

use http1_proto::{HeaderBlock, ResponseHead};
use net::pool::{Key, SharedKey};
use net::tls::TlsInfo;

use self::body::{Query, Read, Write};
use self::core::{Core, State};
pub(crate) use self::exchange::transport_error;
use self::operation::Operation;
use self::receive::Receive;
use self::send::Send;
pub use self::state::ConnectionInfo;
use self::state::{Phase, Upgrade};
use self::target::Fixed;
pub use self::target::OpenRequest;
use crate::options::Options;
use crate::request_headers::RequestHeaders;
use crate::session::SessionShared;
use crate::turn::{Start, Started};
use crate::websocket::WebSocket;
use crate::{Api, Buffer, Error, Observer, Result};

/// A request, and the response to it.
///
/// The order of calls: headers and options; `send`; `write` for what `send` did not bring; `receive_response`; headers; `read`
/// until 0 bytes. Then it may be sent again.
///
/// In a synchronous session the methods of that name wait. In an asynchronous one the `start_` methods take their place: they
/// accept the operation, and its completion is notified exactly once, possibly before they return. A method of the wrong kind
/// gives [`Error::IncorrectHandleState`].
///
/// Threads: any method on any thread at any time; an operation that does not fit the moment is refused. Dropping the last
/// reference closes the request.
pub struct Request<B: Buffer = Vec<u8>> {
    core: Arc<Core<B>>,
}

impl<B: Buffer> Request<B> {
    pub(crate) fn open(
        session: Arc<SessionShared>,
        host: &str,
        port: u16,
        plain_key: &OnceLock<SharedKey>,
        open: OpenRequest<'_>,
    ) -> Result<Self> {
        let fixed = Fixed::new(host, port, &open)?;
        let options = session.options();
        let of_url = || Key {
            host: fixed.url.host().to_ascii_lowercase(),
            port: fixed.url.port(),
            tls: None,
            partition: 0,
        };
        // Without TLS the connection's port decides, which is the same for all of its requests.
        let plain_key =
            (!fixed.url.secure()).then(|| plain_key.get_or_init(|| of_url().share()).clone());
        Ok(Self {
            core: core::open(session, fixed, plain_key, options, open.observer),
        })
    }

    /// Sends the head and `body`, the first part of the body or all of it: `WinHttpSendRequest`. `total` is the length of the
    /// whole body; 0 means that of `body`, or what the headers say. `body` is kept until the response is there, as it may have
    /// to be sent again.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`]: lengths contradict each other or the headers. [`Error::NameNotResolved`],
    /// [`Error::CannotConnect`], [`Error::Timeout`], [`Error::SecureFailure`], [`Error::ClientAuthCertNeeded`],
    /// [`Error::ConnectionError`], [`Error::ResponseDrainOverflow`]: on the way. [`Error::OperationCancelled`]: closed
    /// meanwhile. [`Error::InvalidHandle`]: closed before.
    pub fn send(&self, body: Option<B>, total: u64) -> Result<()> {
        self.synchronous()?;
        self.core.run(
            Api::SendRequest,
            |state| Send::begin(&self.core, state, body, total),
            |core, send| core.wait(|cx| send.poll(core, cx)),
            |state, send, succeeded| send.end(state, succeeded),
        )
    }

    /// [`Request::send`] in an asynchronous session. Always completed on another thread.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`], [`Error::InvalidHandle`] as there; [`Error::IncorrectHandleState`]: an operation is
    /// pending.
    pub fn start_send(&self, body: Option<B>, total: u64) -> Result<Started> {
        self.asynchronous()?;
        self.core.start(
            Api::SendRequest,
            |state| Send::begin(&self.core, state, body, total).map(Operation::Send),
            Start::OnWorker,
        )
    }

    /// Sends more of the body: `WinHttpWriteData`. Returns `data.len()`.
    ///
    /// # Errors
    /// [`Error::IncorrectHandleState`]: not between sending and receiving. [`Error::InvalidParameter`]: more than was
    /// announced; nothing is sent then. [`Error::ConnectionError`], [`Error::Timeout`].
    pub fn write(&self, data: &[u8]) -> Result<usize> {
        self.synchronous()?;
        self.core.run(
            Api::WriteData,
            |state| Write::begin(state, data.len()),
            |core, write| core.wait(|cx| write.poll(core, cx, data)),
            |state, write, succeeded| write.end(state, succeeded),
        )
    }

    /// [`Request::write`] in an asynchronous session.
    ///
    /// # Errors
    /// As there, as far as they are known at once.
    pub fn start_write(&self, data: B) -> Result<Started> {
        self.asynchronous()?;
        self.core.start(
            Api::WriteData,
            |state| {
                Write::begin(state, data.as_ref().len()).map(|write| Operation::Write(write, data))
            },
            Start::InCall,
        )
    }

    /// Ends the request and waits for the head of the response: `WinHttpReceiveResponse`. 1xx responses are notified and
    /// passed over. Any other status is success.
    ///
    /// # Errors
    /// [`Error::IncorrectHandleState`]: nothing was sent. [`Error::InvalidServerResponse`],
    /// [`Error::HeaderSizeOverflow`], [`Error::HeaderCountExceeded`]: the server's fault. [`Error::ConnectionError`],
    /// [`Error::Timeout`].
    pub fn receive_response(&self) -> Result<()> {
        self.synchronous()?;
        self.core.run(
            Api::ReceiveResponse,
            |state| Receive::begin(state),
            |core, receive| core.wait(|cx| receive.poll(core, cx)),
            |state, receive, succeeded| receive.end(state, succeeded),
        )
    }

    /// [`Request::receive_response`] in an asynchronous session. Also while the request is still being sent; then the two follow
    /// each other. Outside of notifications it may wait up to 50 ms for another thread's notification to end, and up to 50 ms for
    /// an answer.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`]. [`Error::IncorrectHandleState`]: another operation is pending. That nothing was sent is told by
    /// notification (facts 20.1).
    pub fn start_receive_response(&self) -> Result<Started> {
        self.asynchronous()?;
        let mut state = self.core.state();
        if matches!(state.pending(), Some(Api::SendRequest | Api::WriteData)) && !state.receive_next
        {
            self.core.check_open().map_err(|_| Error::InvalidHandle)?;
            state.receive_next = true;
            return Ok(Started::Pending);
        }
        drop(state);
        self.core.start(
            Api::ReceiveResponse,
            |state| Ok(Operation::receive(state)),
            Start::InCall,
        )
    }

    /// How many bytes of the body can be read without waiting: `WinHttpQueryDataAvailable`. Waits for the first; 0 is the end.
    ///
    /// # Errors
    /// [`Error::IncorrectHandleState`]: there is no response. [`Error::InvalidServerResponse`], [`Error::ConnectionError`],
    /// [`Error::Timeout`].
    pub fn query_data_available(&self) -> Result<usize> {
        self.synchronous()?;
        self.core.run(
            Api::QueryDataAvailable,
            |state| Query::begin(state),
            |core, query| core.wait(|cx| query.poll(core, cx)),
            |state, query, _| query.end(state),
        )
    }

    /// [`Request::query_data_available`] in an asynchronous session. `report` learns the number if the call completes it.
    ///
    /// # Errors
    /// As there, as far as they are known at once. [`Error::InvalidOperation`]: a read is pending.
    pub fn start_query_data_available(&self, report: B) -> Result<Started> {
        self.asynchronous()?;
        self.core.start(
            Api::QueryDataAvailable,
            |state| Query::begin(state).map(|query| Operation::Query(query, report)),
            Start::InCall,
        )
    }

    /// Reads from the body: `WinHttpReadData`. `fill`: until `out` is full or the body ends, else what there is. 0 is the end,
    /// for ever.
    ///
    /// # Errors
    /// As [`Request::query_data_available`]. What was read before an error is given first.
    pub fn read(&self, out: &mut [u8], fill: bool) -> Result<usize> {
        self.synchronous()?;
        self.core.run(
            Api::ReadData,
            |state| Read::begin(state, fill),
            |core, read| core.wait(|cx| read.poll(core, cx, out)),
            |state, read, _| read.end(state),
        )
    }

    /// [`Request::read`] in an asynchronous session.
    ///
    /// # Errors
    /// As there, as far as they are known at once. [`Error::InvalidOperation`]: a read is pending.
    pub fn start_read(&self, out: B, fill: bool) -> Result<Started> {
        self.asynchronous()?;
        self.core.start(
            Api::ReadData,
            |state| Read::begin(state, fill).map(|read| Operation::Read(read, out)),
            Start::InCall,
        )
    }

    /// Asks to become a WebSocket (RFC 6455) with the next send: `WINHTTP_OPTION_UPGRADE_TO_WEB_SOCKET`. `send_buffer` of
    /// less than 16 bytes makes that send fail with [`Error::NotEnoughMemory`] (facts 17.6).
    pub fn upgrade_to_web_socket(&self, send_buffer: u32) {
        self.core.state().message.upgrade = Some(Upgrade { send_buffer });
    }

    /// Makes a WebSocket of a request that was answered with 101: `WinHttpWebSocketCompleteUpgrade`. The request can be closed
    /// afterwards, or sent again for another WebSocket. In a synchronous session the response is received first, if that was not
    /// done (facts 17.5).
    ///
    /// # Errors
    /// [`Error::IncorrectHandleState`]: no upgrade was asked for, there is no response, or it was done before.
    /// [`Error::InvalidOperation`]: the status is not 101. Those of [`Request::receive_response`].
    pub fn complete_upgrade(&self, observer: Option<Arc<dyn Observer>>) -> Result<WebSocket<B>> {
        let state = self.core.state();
        let has_asked = state.message.handshake.is_some();
        let is_sent = state.phase.require(Phase::Sent).is_ok();
        drop(state);
        if has_asked && is_sent && self.core.session.mode() == crate::Mode::Synchronous {
            self.receive_response()?;
        }
        let mut state = self.core.state();
        self.core.check_open().map_err(|_| Error::InvalidHandle)?;
        if state.pending().is_some() || state.message.handshake.is_none() {
            return Err(Error::IncorrectHandleState);
        }
        state.phase.require(Phase::Received)?;
        let status = state
            .message
            .response
            .as_ref()
            .map_or(0, |response| response.status());
        if status != 101 {
            return Err(Error::InvalidOperation);
        }
        let exchange = state.exchange.take().ok_or(Error::IncorrectHandleState)?;
        let send_timeout = state.options.timeouts.send.duration();
        state.forget_canceller();
        drop(state);
        // The connection leaves the pool for good.
        WebSocket::new(
            exchange.conn,
            self.core.session.mode(),
            send_timeout,
            observer,
        )
    }

    /// Closes the request: `WinHttpCloseHandle`. Never waits for the network. A pending operation is completed with
    /// [`Error::OperationCancelled`], then `Closed` is notified; possibly before this returns.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`]: it was closed before.
    pub fn close(&self) -> Result<()> {
        self.core.close()
    }

    /// Tells of the new request in a way of its own: whatever else is to be notified waits until `tell` has returned, also when
    /// `tell` lets other threads know of the request. To be called before anybody else knows of it.
    pub fn announce(&self, tell: impl FnOnce()) {
        self.core.hold(tell);
    }

    /// Replaces the observer for notifications from now on.
    pub fn set_observer(&self, observer: Option<Arc<dyn Observer>>) {
        self.core.set_observer(observer);
    }

    /// The options. The lock is to be left soon, and before any other method is called.
    pub fn options(&self) -> RequestOptions<'_, B> {
        RequestOptions {
            state: self.core.state(),
        }
    }

    /// Works on the headers to be sent. May be called whenever the head is not on its way: before sending, in `SendingRequest`
    /// and in `Redirect`. `work` must not use the request, which is locked meanwhile.
    pub fn with_headers<T>(&self, work: impl FnOnce(&mut RequestHeaders) -> T) -> T {
        work(&mut self.core.state().message.headers)
    }

    /// The request's head as it was sent last, or, before that, as it would be now as far as it is known: the request line and
    /// the application's headers. `look` must not use the request, which is locked meanwhile.
    pub fn with_request_head<T>(&self, look: impl FnOnce(&[u8]) -> T) -> T {
        let state = self.core.state();
        if !state.message.sent_head.is_empty() {
            return look(&state.message.sent_head);
        }
        let fixed = &self.core.fixed;
        let version = if fixed.http_1_0 {
            "HTTP/1.0"
        } else {
            "HTTP/1.1"
        };
        let mut head = format!("{} {} {version}\r\n", fixed.verb, fixed.url.target()).into_bytes();
        for header in state.message.headers.iter() {
            for part in [header.name, b": ", header.value, b"\r\n"] {
                head.extend_from_slice(part);
            }
        }
        head.extend_from_slice(b"\r\n");
        drop(state);
        look(&head)
    }

    /// The head of the response.
    ///
    /// # Errors
    /// [`Error::IncorrectHandleState`]: there is none.
    pub fn response(&self) -> Result<Arc<ResponseHead>> {
        let state = self.core.state();
        state
            .message
            .response
            .clone()
            .ok_or(Error::IncorrectHandleState)
    }

    /// The trailers, once the body was read to its end.
    ///
    /// # Errors
    /// [`Error::IncorrectHandleState`]: the body is not at its end, or there is no response.
    pub fn trailers(&self) -> Result<Option<Arc<HeaderBlock>>> {
        let state = self.core.state();
        match (state.phase, &state.exchange) {
            (Phase::Received, None) => Ok(state.message.trailers.clone()),
            _ => Err(Error::IncorrectHandleState),
        }
    }

    /// The method.
    pub fn verb(&self) -> &str {
        &self.core.fixed.verb
    }

    /// The absolute URL (facts 3.12).
    pub fn url(&self) -> String {
        self.core.fixed.url.to_string()
    }

    /// Whether it is a request over TLS.
    pub fn is_secure(&self) -> bool {
        self.core.fixed.url.secure()
    }

    /// How many connections of the process to this server there are now, idle or in use.
    pub fn connection_count(&self) -> usize {
        let url = &self.core.fixed.url;
        net::pool::global().connection_count(
            &url.host().to_ascii_lowercase(),
            url.port(),
            url.secure(),
        )
    }

    /// The host's name; brackets around an IPv6 address.
    pub fn host(&self) -> &str {
        self.core.fixed.url.host()
    }

    /// The connection that was used last; none before one is there.
    pub fn connection_info(&self) -> Option<ConnectionInfo> {
        self.core.state().message.connection
    }

    /// The TLS connection that was used last: from `SendingRequest` on.
    pub fn tls_info(&self) -> Option<Arc<TlsInfo>> {
        self.core.state().message.tls.clone()
    }

    /// After [`Error::ClientAuthCertNeeded`]: the names (DER) of the authorities whose certificates the server accepts.
    pub fn certificate_issuers(&self) -> Vec<Vec<u8>> {
        self.core.state().message.certificate_issuers.clone()
    }

    /// Whether an operation is pending or running.
    pub fn is_busy(&self) -> bool {
        self.core.state().pending().is_some()
    }

    fn synchronous(&self) -> Result<()> {
        if self.core.is_asynchronous() {
            Err(Error::IncorrectHandleState)
        } else {
            Ok(())
        }
    }

    fn asynchronous(&self) -> Result<()> {
        if self.core.is_asynchronous() {
            Ok(())
        } else {
            Err(Error::IncorrectHandleState)
        }
    }
}

impl<B: Buffer> Drop for Request<B> {
    fn drop(&mut self) {
        // Closed before: fine.
        let _ = self.core.close();
    }
}

/// Access to a request's options.
pub struct RequestOptions<'a, B: Buffer> {
    state: MutexGuard<'a, State<B>>,
}

impl<B: Buffer> std::ops::Deref for RequestOptions<'_, B> {
    type Target = Options;

    fn deref(&self) -> &Options {
        &self.state.options
    }
}

impl<B: Buffer> std::ops::DerefMut for RequestOptions<'_, B> {
    fn deref_mut(&mut self) -> &mut Options {
        Arc::make_mut(&mut self.state.options)
    }
}
