//! Receiving the head of the response.

use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::{Duration, Instant};

use http1_proto::{HeadStep, Header, ResponseHead};
use net::cx::Cx;

use super::core::{Core, Data};
use super::exchange::{Exchange, poll_write_all, protocol_error, transport_error};
use super::send::Send;
use super::state::Phase;
use crate::turn::in_call_wait;
use crate::{Buffer, Error, Notification, Result};

/// `WinHttpReceiveResponse` under way. Poll until ready; then [`Receive::end`].
pub(crate) struct Receive<B: Buffer> {
    stage: Stage<B>,
    exchange: Option<Box<Exchange>>,
    /// Why it cannot be, which is told by notification (facts 19.6, 20.1).
    refused: Option<Error>,
    /// The call may wait for the first byte, so long.
    in_call_wait: Duration,
    timeout: Option<Duration>,
    max_informational: u32,
    informational: u32,
    received: usize,
    /// Bytes of the body's end that went out.
    written: usize,
}

enum Stage<B: Buffer> {
    FinishBody,
    Announce,
    Head,
    /// The kept connection was closed by the server before it saw the request.
    Again(Box<Send<B>>),
}

impl<B: Buffer> Receive<B> {
    /// # Errors
    /// [`Error::IncorrectHandleState`]: nothing was sent.
    pub(super) fn begin(state: &mut Data<B>) -> Result<Self> {
        state.phase.require(Phase::Sent)?;
        Ok(Self::with(state, None))
    }

    /// As [`Receive::begin`], but polling gives the error.
    pub(super) fn begin_late(state: &mut Data<B>) -> Self {
        let refused = state.phase.require(Phase::Sent).err();
        Self::with(state, refused)
    }

    fn with(state: &mut Data<B>, refused: Option<Error>) -> Self {
        Self {
            stage: Stage::FinishBody,
            exchange: if refused.is_none() {
                state.take_exchange()
            } else {
                None
            },
            refused,
            in_call_wait: in_call_wait(),
            timeout: state.options.timeouts.receive_response().duration(),
            max_informational: state.options.max_informational,
            informational: 0,
            received: 0,
            written: 0,
        }
    }

    pub(super) fn poll(&mut self, core: &Core<B>, cx: &mut Cx<'_>) -> Poll<Result<()>> {
        if let Some(error) = self.refused {
            return Poll::Ready(Err(error));
        }
        loop {
            core.check_open()?;
            if let Stage::Again(send) = &mut self.stage {
                ready!(send.poll(core, cx))?;
                // The end of the body, too, has to go out again.
                self.written = 0;
                let Stage::Again(send) = std::mem::replace(&mut self.stage, Stage::FinishBody)
                else {
                    continue;
                };
                let mut state = core.state();
                send.end(&mut state, true);
                self.exchange = state.exchange.take();
                continue;
            }
            let Some(exchange) = &mut self.exchange else {
                return Poll::Ready(Err(Error::InternalError));
            };
            exchange.attach(core, cx)?;
            match &mut self.stage {
                Stage::FinishBody => {
                    if !exchange.answered_early
                        && exchange.broken.is_none()
                        && let Ok(last) = exchange.encoder.clone().finish()
                        && !last.is_empty()
                    {
                        match ready!(poll_write_all(
                            &mut exchange.conn,
                            cx,
                            [last, b"", b"", b""],
                            &mut self.written
                        )) {
                            Ok(()) => {
                                let _ = exchange.encoder.finish();
                            }
                            Err(error) if !exchange.has_answer() => {
                                let error = transport_error(&error);
                                if error != Error::ConnectionError || !exchange.may_be_stale(core) {
                                    return Poll::Ready(Err(error));
                                }
                                self.exchange = None;
                                self.stage = Stage::Again(Box::new(Send::again(&mut core.state())));
                                continue;
                            }
                            Err(_) => exchange.answered_early = true,
                        }
                    }
                    self.stage = Stage::Announce;
                }
                Stage::Announce => {
                    core.notify(&Notification::ReceivingResponse);
                    exchange.receiving_since = Some(Instant::now());
                    // That sending failed need not keep the answer from being received.
                    exchange.broken = None;
                    // What came while the request was being sent is a part of the answer.
                    self.received = exchange.conn.buffered().len();
                    self.stage = Stage::Head;
                }
                Stage::Head => match ready!(self.poll_head(core, cx)) {
                    Err(Failure::Stale) => {
                        self.exchange = None;
                        self.stage = Stage::Again(Box::new(Send::again(&mut core.state())));
                    }
                    Err(Failure::Other(error)) => return Poll::Ready(Err(error)),
                    Ok(head) => return Poll::Ready(self.finish(core, head)),
                },
                Stage::Again(_) => {}
            }
        }
    }

    fn poll_head(
        &mut self,
        core: &Core<B>,
        cx: &mut Cx<'_>,
    ) -> Poll<std::result::Result<ResponseHead, Failure>> {
        let Some(exchange) = &mut self.exchange else {
            return Poll::Ready(Err(Failure::Other(Error::InternalError)));
        };
        loop {
            match exchange
                .reader
                .read_head(exchange.conn.buffered())
                .map_err(protocol_error)?
            {
                HeadStep::Final { consumed, head } => {
                    exchange.conn.consume(consumed);
                    return Poll::Ready(Ok(head));
                }
                HeadStep::Informational { consumed, head } => {
                    exchange.conn.consume(consumed);
                    self.informational += 1;
                    if self.informational > self.max_informational {
                        return Poll::Ready(Err(Error::InvalidServerResponse.into()));
                    }
                    core.notify(&Notification::IntermediateResponse(head.status().into()));
                    core.check_open()?;
                    continue;
                }
                HeadStep::NeedMore => {}
            }
            // What the first receive leaves of that time is for the next one.
            let wait = std::mem::take(&mut self.in_call_wait);
            if !wait.is_zero() {
                cx.wait_in_call(wait);
            }
            let filled = exchange.conn.poll_fill(cx);
            if filled.is_pending() {
                // An answer may take long: who waits for it needs no memory for it yet.
                exchange.conn.release_empty_buffers();
            }
            match ready!(filled) {
                Ok(0) if self.received == 0 && exchange.may_be_stale(core) => {
                    return Poll::Ready(Err(Failure::Stale));
                }
                Ok(0) => {
                    let error = match exchange.reader.end_of_stream() {
                        // What came had not even the beginning of a status line (facts 7.9).
                        Err(http1_proto::Error::NoResponse) if self.received > 0 => {
                            Error::InvalidServerResponse
                        }
                        Err(error) => protocol_error(error),
                        Ok(()) => Error::ConnectionError,
                    };
                    return Poll::Ready(Err(error.into()));
                }
                Ok(count) => {
                    self.received += count;
                    let since = exchange.receiving_since.map(|since| since.elapsed());
                    if self
                        .timeout
                        .zip(since)
                        .is_some_and(|(limit, since)| since > limit)
                    {
                        return Poll::Ready(Err(Error::Timeout.into()));
                    }
                }
                Err(error) => {
                    let error = transport_error(&error);
                    if error == Error::ConnectionError
                        && self.received == 0
                        && exchange.may_be_stale(core)
                    {
                        return Poll::Ready(Err(Failure::Stale));
                    }
                    return Poll::Ready(Err(error.into()));
                }
            }
        }
    }

    /// The head is there.
    fn finish(&mut self, core: &Core<B>, head: ResponseHead) -> Result<()> {
        let received = u32::try_from(self.received).unwrap_or(u32::MAX);
        let mut state = core.state();
        if head.status() == 101
            && let Some(handshake) = &state.message.handshake
        {
            let headers = head.headers().iter();
            let headers =
                headers.map(|Header { name, value }| ws_proto::handshake::Header { name, value });
            handshake
                .finish(headers)
                .map_err(|_| Error::InvalidServerResponse)?;
        }
        state.message.response = Some(Arc::new(head));
        drop(state);
        core.notify(&Notification::ResponseReceived(received));
        core.check_open()?;
        if let Some(exchange) = self
            .exchange
            .take_if(|exchange| exchange.is_complete() && !exchange.is_upgraded())
        {
            exchange.finish(core);
        }
        core.check_open()
    }

    /// Gives back what was taken.
    pub(super) fn end(self, state: &mut Data<B>, succeeded: bool) {
        if self.refused.is_some() {
            return;
        }
        if let Stage::Again(send) = self.stage {
            send.end(state, false);
        }
        state.exchange = self.exchange.filter(|_| succeeded);
        if succeeded {
            state.phase = Phase::Received;
        } else {
            state.message.response = None;
            state.phase = Phase::Failed;
        }
    }
}

enum Failure {
    /// A kept connection was closed while it was idle: the request may be sent again (behaviour 5).
    Stale,
    Other(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}
