//! Bodies: writing the request's, asking for and reading the response's.

use std::task::{Poll, ready};

use net::cx::Cx;

use super::core::{Core, Data};
use super::exchange::{Exchange, poll_write_all, protocol_error, transport_error};
use super::state::Phase;
use crate::{Buffer, Error, Result};

/// `WinHttpQueryDataAvailable` under way.
pub(crate) struct Query {
    exchange: Option<Box<Exchange>>,
}

/// `WinHttpReadData` under way.
pub(crate) struct Read {
    exchange: Option<Box<Exchange>>,
    filled: usize,
    /// Goes on until the memory is full or the body ends.
    fill: bool,
}

/// `WinHttpWriteData` under way.
pub(crate) struct Write {
    exchange: Option<Box<Exchange>>,
    written: usize,
}

fn take_for_reading<B: Buffer>(state: &mut Data<B>) -> Result<Option<Box<Exchange>>> {
    state.phase.require(Phase::Received)?;
    // What follows a 101 belongs to the WebSocket (spec/README 36): as a body it is empty (facts 17.3).
    if state
        .exchange
        .as_ref()
        .is_some_and(|exchange| exchange.is_upgraded())
    {
        return Ok(None);
    }
    if state.exchange.is_none() && state.message.is_upgraded() {
        // The connection is the WebSocket's now (behaviour 14.1).
        return Err(Error::IncorrectHandleState);
    }
    Ok(state.take_exchange())
}

fn give_back<B: Buffer>(state: &mut Data<B>, exchange: Option<Box<Exchange>>) {
    if exchange.is_some() {
        state.exchange = exchange;
    }
}

/// The connection is not needed any more when the body is at its end.
fn release<B: Buffer>(core: &Core<B>, slot: &mut Option<Box<Exchange>>) {
    if let Some(exchange) = slot.take_if(|exchange| exchange.is_complete()) {
        if let Some(trailers) = exchange.reader.trailers() {
            core.state().message.trailers = Some(std::sync::Arc::new(trailers.clone()));
        }
        exchange.finish(core);
    }
}

/// What broke the connection breaks it for the operations that follow, but for a time limit: more may come after all.
fn remember<T>(exchange: Option<&mut Box<Exchange>>, outcome: &Poll<Result<T>>) {
    if let Poll::Ready(Err(error)) = outcome
        && *error != Error::Timeout
        && let Some(exchange) = exchange
    {
        exchange.broken = Some(*error);
    }
}

/// Receives more of the body; the end of the connection may be its end.
fn poll_more(exchange: &mut Exchange, cx: &mut Cx<'_>) -> Poll<Result<()>> {
    match ready!(exchange.conn.poll_fill(cx)) {
        Ok(0) => exchange.reader.end_of_stream().map_err(protocol_error)?,
        Ok(_) => {}
        Err(error) => return Poll::Ready(Err(transport_error(&error))),
    }
    Poll::Ready(Ok(()))
}

impl Query {
    /// # Errors
    /// [`Error::IncorrectHandleState`]: there is no response.
    pub(super) fn begin<B: Buffer>(state: &mut Data<B>) -> Result<Self> {
        Ok(Self {
            exchange: take_for_reading(state)?,
        })
    }

    pub(super) fn poll<B: Buffer>(
        &mut self,
        core: &Core<B>,
        cx: &mut Cx<'_>,
    ) -> Poll<Result<usize>> {
        let outcome = self.poll_available(core, cx);
        remember(self.exchange.as_mut(), &outcome);
        outcome
    }

    fn poll_available<B: Buffer>(
        &mut self,
        core: &Core<B>,
        cx: &mut Cx<'_>,
    ) -> Poll<Result<usize>> {
        while let Some(exchange) = &mut self.exchange {
            if let Some(error) = exchange.broken {
                return Poll::Ready(Err(error));
            }
            exchange.attach(core, cx)?;
            let framing = exchange
                .reader
                .skip_body(exchange.conn.buffered(), 0)
                .map_err(protocol_error)?;
            exchange.conn.consume(framing.consumed);
            let available = exchange.reader.available(exchange.conn.buffered());
            if available > 0 {
                return Poll::Ready(Ok(available));
            }
            if !exchange.is_complete() {
                ready!(poll_more(exchange, cx))?;
            }
            release(core, &mut self.exchange);
        }
        Poll::Ready(Ok(0))
    }

    pub(super) fn end<B: Buffer>(self, state: &mut Data<B>) {
        give_back(state, self.exchange);
    }
}

impl Read {
    /// # Errors
    /// [`Error::IncorrectHandleState`]: there is no response.
    pub(super) fn begin<B: Buffer>(state: &mut Data<B>, fill: bool) -> Result<Self> {
        Ok(Self {
            exchange: take_for_reading(state)?,
            filled: 0,
            fill,
        })
    }

    pub(super) fn poll<B: Buffer>(
        &mut self,
        core: &Core<B>,
        cx: &mut Cx<'_>,
        out: &mut [u8],
    ) -> Poll<Result<usize>> {
        let outcome = self.poll_body(core, cx, out);
        remember(self.exchange.as_mut(), &outcome);
        match outcome {
            // What was read before is good; the next read gives the error again.
            Poll::Ready(Err(_)) if self.filled > 0 => Poll::Ready(Ok(self.filled)),
            other => other,
        }
    }

    fn poll_body<B: Buffer>(
        &mut self,
        core: &Core<B>,
        cx: &mut Cx<'_>,
        out: &mut [u8],
    ) -> Poll<Result<usize>> {
        while let Some(exchange) = &mut self.exchange {
            if let Some(error) = exchange.broken {
                return Poll::Ready(Err(error));
            }
            exchange.attach(core, cx)?;
            let rest = &mut out[self.filled..];
            let enough = self.filled > 0 && !self.fill;
            if rest.is_empty() || enough && exchange.conn.buffered().is_empty() {
                break;
            }
            if exchange.conn.buffered().is_empty() && exchange.reader.direct() > 0 {
                // Straight into the caller's memory.
                let most = usize::try_from(exchange.reader.direct()).unwrap_or(usize::MAX);
                let length = rest.len().min(most);
                match ready!(exchange.conn.poll_read(cx, &mut rest[..length])) {
                    Ok(0) => exchange.reader.end_of_stream().map_err(protocol_error)?,
                    Ok(count) => {
                        exchange.reader.advance(count as u64);
                        self.filled += count;
                    }
                    Err(error) => return Poll::Ready(Err(transport_error(&error))),
                }
            } else {
                let step = exchange
                    .reader
                    .read_body(exchange.conn.buffered(), rest)
                    .map_err(protocol_error)?;
                exchange.conn.consume(step.consumed);
                self.filled += step.written;
                if step.consumed == 0 && !exchange.is_complete() {
                    if enough {
                        break;
                    }
                    ready!(poll_more(exchange, cx))?;
                }
            }
            release(core, &mut self.exchange);
        }
        Poll::Ready(Ok(self.filled))
    }

    pub(super) fn end<B: Buffer>(self, state: &mut Data<B>) {
        give_back(state, self.exchange);
    }
}

impl Write {
    /// # Errors
    /// [`Error::IncorrectHandleState`]: nothing was sent, or the response was received. [`Error::InvalidParameter`]: more than
    /// was announced.
    pub(super) fn begin<B: Buffer>(state: &mut Data<B>, length: usize) -> Result<Self> {
        state.phase.require(Phase::Sent)?;
        let exchange = state.exchange.as_ref().ok_or(Error::IncorrectHandleState)?;
        if exchange
            .encoder
            .remaining()
            .is_some_and(|rest| rest < length as u64)
        {
            return Err(Error::InvalidParameter);
        }
        state.message.streamed += length as u64;
        Ok(Self {
            exchange: state.take_exchange(),
            written: 0,
        })
    }

    pub(super) fn poll<B: Buffer>(
        &mut self,
        core: &Core<B>,
        cx: &mut Cx<'_>,
        data: &[u8],
    ) -> Poll<Result<usize>> {
        core.check_open()?;
        let Some(exchange) = &mut self.exchange else {
            return Poll::Ready(Err(Error::InternalError));
        };
        exchange.attach(core, cx)?;
        if let Some(error) = exchange.broken {
            return Poll::Ready(Err(error));
        }
        if data.is_empty() || exchange.answered_early {
            return Poll::Ready(Ok(data.len()));
        }
        let frame = exchange
            .encoder
            .clone()
            .frame(data.len())
            .map_err(|_| Error::InvalidParameter)?;
        let parts = [frame.prefix(), data, frame.suffix(), b""];
        match ready!(poll_write_all(
            &mut exchange.conn,
            cx,
            parts,
            &mut self.written
        )) {
            Ok(()) => {
                exchange.count_sent(data);
            }
            Err(error)
                if error.kind() == std::io::ErrorKind::TimedOut || !exchange.has_answer() =>
            {
                // How much of it is out is unknown to the caller: nothing can follow it.
                let error = transport_error(&error);
                exchange.broken = Some(error);
                exchange.keep = false;
                return Poll::Ready(Err(error));
            }
            // What the server has to say already is worth more.
            Err(_) => exchange.answered_early = true,
        }
        Poll::Ready(Ok(data.len()))
    }

    pub(super) fn end<B: Buffer>(self, state: &mut Data<B>, _succeeded: bool) {
        give_back(state, self.exchange);
    }
}
