//! Sending: a connection, the head, the optional data.

use std::sync::Arc;
use std::task::{Poll, ready};

use http1_proto::{Limits, ResponseReader};
use net::cx::Cx;

use super::compose::{BodyPlan, handshake, keeps_alive, write_head};
use super::connection::{Establish, Established};
use super::core::{Core, Data};
use super::exchange::{Exchange, poll_write_all, transport_error};
use super::state::Phase;
use crate::{Buffer, Error, Notification, Result};

/// Received bytes that may lie unread at least: a chunk's line, or trailers.
const MIN_RECEIVE_BUFFER: usize = 128 * 1024;

/// What a WebSocket's send buffer has at least (facts 17.6), in bytes.
const MIN_SEND_BUFFER: u32 = 16;

/// `WinHttpSendRequest` under way. Poll until ready; then [`Send::end`].
pub(crate) struct Send<B: Buffer> {
    stage: Stage,
    exchange: Option<Box<Exchange>>,
    head: Vec<u8>,
    body: Option<B>,
    /// Bytes of head and body that went out.
    written: usize,
    /// A kept connection turned out to be stale: take no other kept one.
    fresh: bool,
}

enum Stage {
    /// The last response is to be read to its end first.
    Drain {
        drained: u64,
    },
    Begin,
    Establish(Box<Establish>),
    Write,
}

impl<B: Buffer> Send<B> {
    /// Checks the arguments and takes what is needed. `total` is the length of the whole body; 0 leaves it to `body` and the
    /// headers.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`]: contradicting lengths.
    pub(super) fn begin(
        core: &Core<B>,
        state: &mut Data<B>,
        body: Option<B>,
        total: u64,
    ) -> Result<Self> {
        let length = body.as_ref().map_or(0, |body| body.as_ref().len());
        state.message.plan = BodyPlan::new(&core.fixed, &state.message, length, total)?;
        state.message.body = None;
        state.message.streamed = 0;
        state.phase = Phase::Open;
        Ok(Self::with(state, body))
    }

    /// The same request again, on a new connection.
    pub(super) fn again(state: &mut Data<B>) -> Self {
        let body = state.message.body.take();
        let mut send = Self::with(state, body);
        send.fresh = true;
        send
    }

    fn with(state: &mut Data<B>, body: Option<B>) -> Self {
        let exchange = state.take_exchange();
        Self {
            stage: if exchange.is_some() {
                Stage::Drain { drained: 0 }
            } else {
                Stage::Begin
            },
            exchange,
            head: std::mem::take(&mut state.message.sent_head),
            body,
            written: 0,
            fresh: false,
        }
    }

    pub(super) fn poll(&mut self, core: &Core<B>, cx: &mut Cx<'_>) -> Poll<Result<()>> {
        loop {
            core.check_open()?;
            match &mut self.stage {
                Stage::Drain { drained } => {
                    ready!(Self::poll_drain(core, cx, &mut self.exchange, drained))?;
                    self.stage = Stage::Begin;
                }
                Stage::Begin => {
                    let mut state = core.state();
                    let message = &mut state.message;
                    message.response = None;
                    message.trailers = None;
                    message.connection = None;
                    message.tls = None;
                    message.certificate_issuers.clear();
                    if message
                        .upgrade
                        .is_some_and(|upgrade| upgrade.send_buffer < MIN_SEND_BUFFER)
                    {
                        return Poll::Ready(Err(Error::NotEnoughMemory));
                    }
                    let options = Arc::clone(&state.options);
                    drop(state);
                    let establish = Establish::new(core, options, self.fresh)?;
                    self.stage = Stage::Establish(Box::new(establish));
                }
                Stage::Establish(establish) => {
                    let established = ready!(establish.poll(core, cx))?;
                    core.check_open()?;
                    core.notify(&Notification::SendingRequest);
                    core.check_open()?;
                    // Only now: the application may add headers in that notification.
                    self.exchange = Some(self.compose(core, established)?);
                    self.written = 0;
                    self.stage = Stage::Write;
                }
                Stage::Write => {
                    let Some(exchange) = &mut self.exchange else {
                        return Poll::Ready(Err(Error::InternalError));
                    };
                    let body = self.body.as_ref().map_or(&[][..], AsRef::as_ref);
                    // The same answer each time: the encoder advances when all is out.
                    let frame = exchange
                        .encoder
                        .clone()
                        .frame(body.len())
                        .map_err(|_| Error::InvalidParameter)?;
                    let parts = [&self.head, frame.prefix(), body, frame.suffix()];
                    match ready!(poll_write_all(
                        &mut exchange.conn,
                        cx,
                        parts,
                        &mut self.written
                    )) {
                        Ok(()) => {}
                        Err(error) if error.kind() == std::io::ErrorKind::TimedOut => {
                            return Poll::Ready(Err(Error::Timeout));
                        }
                        Err(_) if exchange.reused && !exchange.has_answer() => {
                            self.fresh = true;
                            self.exchange = None;
                            self.stage = Stage::Begin;
                            continue;
                        }
                        Err(error) if !exchange.has_answer() => {
                            return Poll::Ready(Err(transport_error(&error)));
                        }
                        Err(_) => exchange.answered_early = true,
                    }
                    exchange.count_sent(body);
                    core.notify(&Notification::RequestSent(
                        u32::try_from(self.written).unwrap_or(u32::MAX),
                    ));
                    return Poll::Ready(core.check_open());
                }
            }
        }
    }

    /// Reads the last response to its end, so that its connection can be used again.
    fn poll_drain(
        core: &Core<B>,
        cx: &mut Cx<'_>,
        exchange: &mut Option<Box<Exchange>>,
        drained: &mut u64,
    ) -> Poll<Result<()>> {
        let Some(last) = exchange else {
            return Poll::Ready(Ok(()));
        };
        let limit = core.state().options.max_response_drain_size.into();
        let drop_it = !last.is_worth_draining();
        if !drop_it {
            last.attach(core, cx)?;
            match ready!(last.poll_drain(cx, limit, drained)) {
                Ok(true) => {}
                Ok(false) => {
                    *exchange = None;
                    return Poll::Ready(Err(Error::ResponseDrainOverflow));
                }
                // The connection is of no use any more; the request has not begun.
                Err(_) => {
                    *exchange = None;
                    return Poll::Ready(Ok(()));
                }
            }
        }
        if let Some(last) = exchange.take() {
            last.finish(core);
        }
        Poll::Ready(Ok(()))
    }

    fn compose(&mut self, core: &Core<B>, established: Established) -> Result<Box<Exchange>> {
        let Established {
            mut conn,
            lease,
            reused,
        } = established;
        let mut state = core.state();
        state.message.handshake = match state.message.upgrade {
            Some(_) => Some(handshake(&state.message.headers)?),
            None => None,
        };
        let (message, options) = (&state.message, &state.options);
        core.session
            .with_agent(|agent| write_head(&mut self.head, &core.fixed, agent, message, options))?;
        let keep = keeps_alive(message, options);
        let head_bytes = usize::try_from(options.max_response_header_size).unwrap_or(usize::MAX);
        let limits = Limits {
            head_bytes,
            ..Limits::default()
        };
        // That a head is too long shows at the byte after the limit; chunk lines and trailers are shorter.
        conn.set_buffer_limit(head_bytes.saturating_add(1).max(MIN_RECEIVE_BUFFER));
        let exchange = http1_proto::Exchange {
            head_request: core.fixed.verb.eq_ignore_ascii_case("HEAD"),
            request_close: !keep,
            upgrade: message.handshake.is_some(),
            connect: false,
        };
        Ok(Box::new(Exchange {
            conn,
            lease,
            reader: ResponseReader::new(exchange, limits),
            encoder: message.plan.encoder(),
            reused,
            keep,
            raw_ended: false,
            answered_early: false,
            detached: false,
            receiving_since: None,
            broken: None,
        }))
    }

    /// Gives back what was taken.
    pub(super) fn end(self, state: &mut Data<B>, succeeded: bool) {
        state.message.sent_head = self.head;
        state.message.body = self.body;
        state.phase = if succeeded { Phase::Sent } else { Phase::Open };
        state.exchange = self.exchange.filter(|_| succeeded);
    }
}
