//! Where a request is in its life, and what it has to say.

use std::net::SocketAddr;
use std::sync::Arc;

use http1_proto::ResponseHead;
use net::tls::TlsInfo;
use ws_proto::handshake::ClientHandshake;

use super::compose::BodyPlan;
use crate::request_headers::RequestHeaders;
use crate::{Buffer, Error, Result};

/// Which calls fit. An operation that is pending is not a phase of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing was sent, or sending failed.
    Open,
    /// The head and the optional data are out: more may be written, the response may be received.
    Sent,
    /// The response's head is there; its body may be read.
    Received,
    /// Receiving failed.
    Failed,
}

impl Phase {
    pub(super) fn require(self, phase: Self) -> Result<()> {
        if self == phase {
            Ok(())
        } else {
            Err(Error::IncorrectHandleState)
        }
    }
}

/// What goes out and what came in.
pub(crate) struct Message<B: Buffer> {
    /// What the application added.
    pub(super) headers: RequestHeaders,
    /// The optional data of the last send, kept for sending again.
    pub(super) body: Option<B>,
    pub(super) plan: BodyPlan,
    /// The request asks to become a WebSocket.
    pub(super) upgrade: Option<Upgrade>,
    /// The handshake of the last send.
    pub(super) handshake: Option<ClientHandshake>,
    /// Bytes of the body that `write` has sent; such a body cannot be sent again.
    pub(super) streamed: u64,
    /// The head as it was sent last.
    pub(super) sent_head: Vec<u8>,
    pub(super) response: Option<Arc<ResponseHead>>,
    pub(super) trailers: Option<Arc<http1_proto::HeaderBlock>>,
    /// Of the connection used last.
    pub(super) connection: Option<ConnectionInfo>,
    pub(super) tls: Option<Arc<TlsInfo>>,
    /// Names of authorities that the server accepts client certificates of.
    pub(super) certificate_issuers: Vec<Vec<u8>>,
}

impl<B: Buffer> Message<B> {
    pub(super) fn new() -> Self {
        Self {
            headers: RequestHeaders::default(),
            body: None,
            plan: BodyPlan::default(),
            upgrade: None,
            handshake: None,
            streamed: 0,
            sent_head: Vec::new(),
            response: None,
            trailers: None,
            connection: None,
            tls: None,
            certificate_issuers: Vec::new(),
        }
    }

    /// Whether the connection has become a WebSocket's, or may become one.
    pub(super) fn is_upgraded(&self) -> bool {
        self.handshake.is_some()
            && self
                .response
                .as_ref()
                .is_some_and(|response| response.status() == 101)
    }
}

/// The two ends of a request's connection: `WINHTTP_OPTION_CONNECTION_INFO`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionInfo {
    /// Ours.
    pub local: SocketAddr,
    /// The server's.
    pub remote: SocketAddr,
}

/// How a request becomes a WebSocket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Upgrade {
    /// `WINHTTP_OPTION_WEB_SOCKET_SEND_BUFFER_SIZE`: only that it is not too small matters.
    pub(super) send_buffer: u32,
}
