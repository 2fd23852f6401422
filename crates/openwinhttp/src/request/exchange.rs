//! One request and its response on one connection.

use std::io::{self, IoSlice};
use std::task::Poll;
use std::time::{Duration, Instant};

use http1_proto::request::{BodyEncoder, LAST_CHUNK};
use http1_proto::{Blame, CloseReason, ResponseReader};
use net::conn::Conn;
use net::cx::Cx;
use net::pool::{self, Lease};
use net::tls::TlsError;

use super::core::Core;
use crate::{Buffer, Error, Notification, Result};

/// A connection in use. Whoever holds it may use it; between operations it lies in the request's state.
pub(crate) struct Exchange {
    pub(super) conn: Conn,
    pub(super) lease: Lease,
    pub(super) reader: ResponseReader,
    pub(super) encoder: BodyEncoder,
    /// It carried requests before: the server may have closed it without our knowing.
    pub(super) reused: bool,
    /// The request allows it to be kept.
    pub(super) keep: bool,
    /// The last bytes of a body that the application frames were those that end one.
    pub(super) raw_ended: bool,
    /// The server stopped taking the body, as it has answered.
    pub(super) answered_early: bool,
    /// An operation has just taken it: the socket does not know yet how this one waits.
    pub(super) detached: bool,
    /// When receiving the response's head began.
    pub(super) receiving_since: Option<Instant>,
    /// Why nothing more can be received (a socket tells of a reset once only) or, before the response, written.
    pub(super) broken: Option<Error>,
}

impl Exchange {
    /// To be called at the start of each poll: from now on closing the request ends the socket's waiting.
    pub(super) fn attach<B: Buffer>(&mut self, core: &Core<B>, cx: &Cx<'_>) -> Result<()> {
        if std::mem::take(&mut self.detached) {
            core.set_canceller(self.conn.canceller())?;
            self.conn
                .attach(cx)
                .map_err(|error| transport_error(&error))?;
        }
        Ok(())
    }

    /// These bytes of the body are out.
    pub(super) fn count_sent(&mut self, data: &[u8]) {
        // It was asked for the same before, when the frame was made.
        let _ = self.encoder.frame(data.len());
        if !data.is_empty() {
            self.raw_ended = data.ends_with(LAST_CHUNK);
        }
    }

    /// Whether the connection speaks another protocol now.
    pub(super) fn is_upgraded(&self) -> bool {
        self.reader.close_reason() == Some(CloseReason::Upgraded)
    }

    /// Whether nothing more of the response is to come.
    pub(super) fn is_complete(&self) -> bool {
        self.reader.is_complete()
    }

    /// Whether the rest of the response can be had at all, so that the connection may be used again.
    pub(super) fn is_worth_draining(&self) -> bool {
        self.keep
            && self.is_sent()
            && self.reader.close_reason().is_none()
            && self.receiving_since.is_some()
            && self.broken.is_none()
    }

    /// Whether the server may have closed the connection before it saw the request, which can be sent again.
    pub(super) fn may_be_stale<B: Buffer>(&self, core: &Core<B>) -> bool {
        self.reused && core.state().message.streamed == 0
    }

    /// Sending failed: whether the server has answered nevertheless, as it may when it refuses a body. Never waits.
    pub(super) fn has_answer(&mut self) -> bool {
        if !self.conn.buffered().is_empty() {
            return true;
        }
        let mut cx = Cx::asynchronous(std::task::Waker::noop());
        self.conn.wait_readable(Duration::ZERO)
            && matches!(self.conn.poll_fill(&mut cx), Poll::Ready(Ok(1..)))
    }

    /// Whether nothing more of the request is to go out, as far as we know.
    fn is_sent(&self) -> bool {
        match self.encoder {
            BodyEncoder::Raw => self.raw_ended,
            _ => self.encoder.remaining() == Some(0),
        }
    }

    fn is_reusable(&self) -> bool {
        self.keep
            && !self.answered_early
            && self.broken.is_none()
            && self.reader.is_complete()
            && self.reader.close_reason().is_none()
            && self.is_sent()
            && self.conn.buffered().is_empty()
    }

    /// The response is at its end: the connection goes to the pool, or is closed, which is notified.
    pub(super) fn finish<B: Buffer>(mut self: Box<Self>, core: &Core<B>) {
        // Whoever closes the request from now on must not reach the connection's next user.
        if !core.release_connection() {
            self.keep = false;
        }
        if self.is_reusable() {
            self.keep_connection();
            return;
        }
        core.notify(&Notification::ClosingConnection);
        self.close();
        core.notify(&Notification::ConnectionClosed);
    }

    fn keep_connection(mut self) {
        self.conn.release_memory();
        pool::global().put_back(self.lease, self.conn);
    }

    /// Closes the connection.
    pub(super) fn close(mut self) {
        self.conn.shutdown();
    }

    /// The request is closed. What has come of an unread body is dropped; if that is all, and not more than `limit`, the
    /// connection is kept. Never waits.
    pub(super) fn give_up(mut self: Box<Self>, limit: u64) {
        let wanted = self.reader.remaining().is_some_and(|rest| rest <= limit);
        if wanted && self.broken.is_none() && self.reader.close_reason().is_none() && self.keep {
            let waker = std::task::Waker::noop();
            let mut cx = Cx::asynchronous(waker);
            while let Ok(step) = self.reader.skip_body(self.conn.buffered(), usize::MAX) {
                self.conn.consume(step.consumed);
                if self.is_reusable() {
                    self.keep_connection();
                    return;
                }
                let ready = !self.is_complete() && self.conn.wait_readable(Duration::ZERO);
                if !ready || !matches!(self.conn.poll_fill(&mut cx), Poll::Ready(Ok(1..))) {
                    break;
                }
            }
        }
        self.close();
    }

    /// Throws the rest of the response away, to use the connection again. `Ok(false)`: there is too much of it, or it has no
    /// end that could be known.
    pub(super) fn poll_drain(
        &mut self,
        cx: &mut Cx<'_>,
        limit: u64,
        drained: &mut u64,
    ) -> Poll<Result<bool>> {
        loop {
            if self
                .reader
                .remaining()
                .is_some_and(|rest| rest.saturating_add(*drained) > limit)
            {
                return Poll::Ready(Ok(false));
            }
            let step = self
                .reader
                .skip_body(self.conn.buffered(), usize::MAX)
                .map_err(protocol_error)?;
            self.conn.consume(step.consumed);
            *drained += step.written as u64;
            if *drained > limit {
                return Poll::Ready(Ok(false));
            }
            if self.is_complete() {
                return Poll::Ready(Ok(true));
            }
            match std::task::ready!(self.conn.poll_fill(cx)) {
                Ok(0) => {
                    self.reader.end_of_stream().map_err(protocol_error)?;
                    return Poll::Ready(Ok(true));
                }
                Ok(_) => {}
                Err(error) => return Poll::Ready(Err(transport_error(&error))),
            }
        }
    }
}

/// Writes `parts` in order; `written` counts over all of them.
pub(super) fn poll_write_all(
    conn: &mut Conn,
    cx: &mut Cx<'_>,
    parts: [&[u8]; 4],
    written: &mut usize,
) -> Poll<io::Result<()>> {
    loop {
        let mut skip = *written;
        let rest = parts.map(|part| {
            let skipped = skip.min(part.len());
            skip -= skipped;
            IoSlice::new(&part[skipped..])
        });
        let first = rest.iter().position(|part| !part.is_empty());
        let last = rest.iter().rposition(|part| !part.is_empty());
        let (Some(first), Some(last)) = (first, last) else {
            return conn.poll_flush(cx);
        };
        match std::task::ready!(conn.poll_write(cx, &rest[first..=last])) {
            Ok(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            Ok(count) => *written += count,
            Err(error) => return Poll::Ready(Err(error)),
        }
    }
}

/// What a failed send or receive means.
pub(crate) fn transport_error(error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::TimedOut => Error::Timeout,
        io::ErrorKind::OutOfMemory => Error::NotEnoughMemory,
        _ => Error::ConnectionError,
    }
}

/// What a malformed response means.
pub(super) fn protocol_error(error: http1_proto::Error) -> Error {
    match error {
        http1_proto::Error::HeadTooLarge | http1_proto::Error::TrailersTooLarge => {
            Error::HeaderSizeOverflow
        }
        http1_proto::Error::TooManyHeaders => Error::HeaderCountExceeded,
        http1_proto::Error::ChunkLineTooLong => Error::ChunkedEncodingHeaderSizeOverflow,
        other => match other.blame() {
            Blame::Connection => Error::ConnectionError,
            Blame::Caller => Error::InternalError,
            _ => Error::InvalidServerResponse,
        },
    }
}

/// What a failed TLS handshake means to the caller.
pub(super) fn tls_error(error: &TlsError) -> Error {
    match error {
        TlsError::Certificate(_) | TlsError::Channel(_) => Error::SecureFailure,
        TlsError::ClientCertificateNeeded { .. } => Error::ClientAuthCertNeeded,
        TlsError::Io(error) => transport_error(error),
    }
}
