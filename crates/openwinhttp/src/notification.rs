//! What a session, connection or request tells its observer, and when.

use crate::Error;
use crate::websocket::BufferKind;

/// An asynchronous operation, as `WINHTTP_ASYNC_RESULT` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Api {
    /// `API_RECEIVE_RESPONSE`.
    ReceiveResponse,
    /// `API_QUERY_DATA_AVAILABLE`.
    QueryDataAvailable,
    /// `API_READ_DATA`.
    ReadData,
    /// `API_WRITE_DATA`.
    WriteData,
    /// `API_SEND_REQUEST`.
    SendRequest,
    /// `WINHTTP_WEB_SOCKET_SEND_OPERATION`.
    WebSocketSend,
    /// `WINHTTP_WEB_SOCKET_RECEIVE_OPERATION`.
    WebSocketReceive,
    /// `WINHTTP_WEB_SOCKET_CLOSE_OPERATION`.
    WebSocketClose,
    /// `WINHTTP_WEB_SOCKET_SHUTDOWN_OPERATION`.
    WebSocketShutdown,
}

/// One event in the life of a request: `WINHTTP_CALLBACK_STATUS_*`.
///
/// Borrowed data is valid during the notification only.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Notification<'a> {
    /// The host's name is being looked up.
    ResolvingName(&'a str),
    /// The name was found: the textual addresses, separated by semicolons.
    NameResolved(&'a str),
    /// A connection to this address is being made.
    ConnectingToServer(&'a str),
    /// The connection to this address stands.
    ConnectedToServer(&'a str),
    /// The request is about to be sent.
    SendingRequest,
    /// So many bytes of the request were sent.
    RequestSent(u32),
    /// An answer is being waited for.
    ReceivingResponse,
    /// So many bytes of the answer have come.
    ResponseReceived(u32),
    /// The connection is being closed.
    ClosingConnection,
    /// The connection was closed.
    ConnectionClosed,
    /// The request goes on at another URL.
    Redirect(&'a str),
    /// An answer with this 1xx status came before the final one.
    IntermediateResponse(u32),
    /// The server's certificate or the channel is not acceptable; bits as in [`SecureFailure`].
    SecureFailure(SecureFailure),
    /// Completion of sending.
    SendRequestComplete,
    /// Completion of receiving the response's head.
    HeadersAvailable,
    /// Completion of asking for data: so many bytes can be read at once; 0 at the end.
    DataAvailable(u32),
    /// Completion of a read: what was read, at the start of the caller's buffer; empty at the end.
    ReadComplete(&'a [u8]),
    /// Completion of a write: so many bytes.
    WriteComplete(u32),
    /// Completion of a WebSocket's send: so many bytes of this kind.
    WebSocketSent(u32, BufferKind),
    /// Completion of a WebSocket's receive: what was received, at the start of the caller's buffer.
    WebSocketReceived(&'a [u8], BufferKind),
    /// Completion of a WebSocket's close.
    WebSocketCloseComplete,
    /// Completion of a WebSocket's shutdown.
    WebSocketShutdownComplete,
    /// An operation failed.
    RequestError(Api, Error),
    /// Nothing more will follow. Always last, exactly once.
    Closed,
}

/// The flags of `WINHTTP_CALLBACK_STATUS_SECURE_FAILURE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SecureFailure(pub u32);

impl SecureFailure {
    /// `SECURITY_CHANNEL_ERROR`: no handshake is possible.
    pub const CHANNEL: Self = Self(0x8000_0000);
}

/// Receives notifications.
///
/// Threads: an asynchronous request notifies from the thread that made a call, when the call can be completed there and
/// then, or from a worker; never from two threads at once. A synchronous one notifies inside its calls only. An observer
/// may call any method of any object. It should return soon: a request waits for it, others do not. A panic in it is
/// caught and ends that notification only.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn notify(&self, notification: &Notification<'_>);

    /// Whether anything is listened to at all. Where it is not, notifications are not even made.
    fn is_active(&self) -> bool {
        true
    }
}

impl<F: Fn(&Notification<'_>) + Send + Sync> Observer for F {
    fn notify(&self, notification: &Notification<'_>) {
        self(notification);
    }
}
