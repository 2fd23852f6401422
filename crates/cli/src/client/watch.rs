//! Who is told what a client does.

use std::fmt;

use openwinhttp::tls::TlsInfo;
use openwinhttp::{Api, BufferKind, Notification};

use crate::fetch::{Trace, kind_name};
use crate::text::{byte_count, preview, quoted};

/// What of a client something belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// The request and what follows from it.
    Opening,
    Sending,
    Receiving,
}

impl Lane {
    pub(crate) fn of(notification: &Notification<'_>) -> Self {
        match notification {
            Notification::WebSocketSent(..)
            | Notification::WebSocketShutdownComplete
            | Notification::RequestError(Api::WebSocketSend | Api::WebSocketShutdown, _) => {
                Self::Sending
            }
            Notification::WebSocketReceived(..)
            | Notification::WebSocketCloseComplete
            | Notification::RequestError(Api::WebSocketReceive | Api::WebSocketClose, _) => {
                Self::Receiving
            }
            _ => Self::Opening,
        }
    }
}

/// A call that is about to be made.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Call<'a> {
    SendRequest,
    ReceiveResponse,
    CompleteUpgrade,
    Send(BufferKind, &'a [u8]),
    Receive,
    Shutdown(u16, &'a str),
}

impl Call<'_> {
    pub(crate) const fn lane(&self) -> Lane {
        match self {
            Self::SendRequest | Self::ReceiveResponse | Self::CompleteUpgrade => Lane::Opening,
            Self::Send(..) | Self::Shutdown(..) => Lane::Sending,
            Self::Receive => Lane::Receiving,
        }
    }
}

impl fmt::Display for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SendRequest => f.write_str("WinHttpSendRequest"),
            Self::ReceiveResponse => f.write_str("WinHttpReceiveResponse"),
            Self::CompleteUpgrade => f.write_str("WinHttpWebSocketCompleteUpgrade"),
            Self::Send(kind, payload) => {
                let is_text = matches!(kind, BufferKind::Utf8Message | BufferKind::Utf8Fragment);
                write!(
                    f,
                    "WinHttpWebSocketSend {} {}  {}",
                    byte_count(payload.len()),
                    kind_name(*kind),
                    preview(payload, is_text)
                )
            }
            Self::Receive => f.write_str("WinHttpWebSocketReceive"),
            Self::Shutdown(code, reason) => {
                write!(f, "WinHttpWebSocketShutdown {code} {}", quoted(reason))
            }
        }
    }
}

/// Is told what a client does.
pub(crate) trait Watch: Send + Sync {
    /// Whether anything but notifications is of interest.
    fn is_curious(&self) -> bool;

    /// A call is about to be made.
    fn call(&self, call: &Call<'_>);

    /// Something happened.
    fn notification(&self, notification: &Notification<'_>);

    /// The connection is secure.
    fn secured(&self, info: &TlsInfo);

    /// A head went out (`>`) or came in (`<`).
    fn head(&self, mark: char, head: &[u8]);
}

impl Watch for Trace {
    fn is_curious(&self) -> bool {
        self.is_verbose()
    }

    fn call(&self, call: &Call<'_>) {
        self.note(&call.to_string());
    }

    fn notification(&self, notification: &Notification<'_>) {
        Self::notification(self, notification);
    }

    fn secured(&self, info: &TlsInfo) {
        Self::secured(self, info);
    }

    fn head(&self, mark: char, head: &[u8]) {
        Self::head(self, mark, head);
    }
}
