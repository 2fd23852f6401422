//! The reader of one response.

use crate::chunked::ChunkedBody;
use crate::framing::framing;
use crate::head::HeadScan;
use crate::{BodyFraming, CloseReason, Error, HeaderBlock, ResponseHead};

/// What a server may send before it is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A head, status line to empty line, in bytes: [`Error::HeadTooLarge`]. Each 1xx response has its own. No more than
    /// 512 MiB are taken, whatever this says.
    pub head_bytes: usize,
    /// The header lines of a head, and the lines of a trailer section: [`Error::TooManyHeaders`]. Continuations of folded
    /// lines do not count.
    pub header_count: usize,
    /// A chunk's size line with its extensions, without CR LF, in bytes: [`Error::ChunkLineTooLong`].
    pub chunk_line_bytes: usize,
    /// The trailer section with its empty line, in bytes: [`Error::TrailersTooLarge`].
    pub trailer_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_bytes: 65536,
            header_count: 4096,
            chunk_line_bytes: 8192,
            trailer_bytes: 65536,
        }
    }
}

/// What about the request decides how its response is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// The method is HEAD: no body, whatever the headers say.
    pub head_request: bool,
    /// The request asked for another protocol: 101 is final.
    pub upgrade: bool,
    /// The method is CONNECT: 2xx begins a tunnel and has no body.
    pub connect: bool,
    /// The request said `Connection: close`.
    pub request_close: bool,
}

/// What [`ResponseReader::read_head`] found.
#[derive(Debug)]
pub enum HeadStep {
    /// The head is not whole: call again when more bytes have come, with all of them.
    NeedMore,
    /// A 1xx response; another head follows. How many there may be is the caller's to limit.
    Informational {
        /// Its length.
        consumed: usize,
        /// The response.
        head: ResponseHead,
    },
    /// The response; its body follows.
    Final {
        /// Its length.
        consumed: usize,
        /// The response.
        head: ResponseHead,
    },
}

/// What [`ResponseReader::read_body`] or [`ResponseReader::skip_body`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BodyStep {
    /// Bytes of `input`, framing included, to drop from its front.
    pub consumed: usize,
    /// Bytes of the body.
    pub written: usize,
}

/// Reads one response from the bytes of a connection.
///
/// 1. [`Self::read_head`] until [`HeadStep::Final`].
/// 2. Until [`Self::is_complete`]: [`Self::read_body`] or [`Self::skip_body`] with what has come; when the receive buffer
///    is empty, up to [`Self::direct`] bytes can be received straight into the application's buffer, then
///    [`Self::advance`].
/// 3. At the end of the connection, at any time, [`Self::end_of_stream`].
///
/// Bytes left in the receive buffer after the end belong to the next protocol if [`Self::close_reason`] is
/// [`CloseReason::Upgraded`]; else nobody asked for them and the connection is not fit for reuse.
#[derive(Debug)]
pub struct ResponseReader {
    exchange: Exchange,
    limits: Limits,
    state: State,
    framing: Option<BodyFraming>,
    close: Option<CloseReason>,
    trailers: Option<HeaderBlock>,
}

#[derive(Debug)]
enum State {
    Head {
        scan: HeadScan,
        /// A 1xx response came before.
        interim: bool,
    },
    /// Never 0.
    Length(u64),
    UntilClose,
    Chunked(ChunkedBody),
    Complete,
    Failed(Error),
}

impl ResponseReader {
    /// A reader of the response to `exchange`.
    pub fn new(exchange: Exchange, limits: Limits) -> Self {
        Self {
            exchange,
            limits,
            state: State::Head {
                scan: HeadScan::default(),
                interim: false,
            },
            framing: None,
            close: None,
            trailers: None,
        }
    }

    /// Looks for a head in `input`: all bytes received and not consumed, so what the call before saw and perhaps more. That
    /// a head is too long shows in its byte number [`Limits::head_bytes`] + 1: the receive buffer must have room for it.
    ///
    /// # Errors
    ///
    /// The server's and the limits' of the head; [`Error::OutOfOrder`] after the final head.
    pub fn read_head(&mut self, input: &[u8]) -> Result<HeadStep, Error> {
        let State::Head { scan, .. } = &mut self.state else {
            return Err(self.failure().unwrap_or(Error::OutOfOrder));
        };
        let found = match scan.scan(input, &self.limits) {
            Ok(found) => found,
            Err(error) => return Err(self.fail(error)),
        };
        let Some((consumed, head)) = found else {
            return Ok(HeadStep::NeedMore);
        };
        match head.status() {
            101 if !self.exchange.upgrade => Err(self.fail(Error::UnexpectedUpgrade)),
            100 | 102..200 => {
                self.state = State::Head {
                    scan: HeadScan::default(),
                    interim: true,
                };
                Ok(HeadStep::Informational { consumed, head })
            }
            _ => match framing(&self.exchange, &head) {
                Ok((framing, close)) => {
                    self.begin_body(framing, close);
                    Ok(HeadStep::Final { consumed, head })
                }
                Err(error) => Err(self.fail(error)),
            },
        }
    }

    /// Copies body bytes from `input` to `output`, over borders of chunks, until one of them ends. `input` is all that was
    /// received and not consumed. Framing is consumed as far as it is there, after the last byte of data too: the end of
    /// a body that has come whole shows in the call that reads its last byte. Nothing consumed: more bytes are needed.
    ///
    /// # Errors
    ///
    /// The server's and the limits' of the body, once the data before them was given; [`Error::OutOfOrder`] before the
    /// final head.
    pub fn read_body(&mut self, input: &[u8], output: &mut [u8]) -> Result<BodyStep, Error> {
        let mut rest = output;
        self.step(input, rest.len(), |data| {
            let (now, later) = std::mem::take(&mut rest).split_at_mut(data.len());
            now.copy_from_slice(data);
            rest = later;
        })
    }

    /// [`Self::read_body`] for nobody: up to `limit` body bytes of `input` are dropped. With a limit of 0 only the framing
    /// before the next data is read, so that [`Self::available`] and [`Self::direct`] tell about that data.
    ///
    /// # Errors
    ///
    /// As [`Self::read_body`].
    pub fn skip_body(&mut self, input: &[u8], limit: usize) -> Result<BodyStep, Error> {
        self.step(input, limit, |_| {})
    }

    /// How many of the body's bytes are in `input`, all that was received and not consumed: at most the rest of the present
    /// chunk. Between two chunks it is 0; `skip_body(input, 0)` goes on to the next.
    pub fn available(&self, input: &[u8]) -> usize {
        usize::try_from(self.direct()).map_or(input.len(), |direct| direct.min(input.len()))
    }

    /// How many bytes of pure body come next on the wire: the rest of the body, or of the present chunk; `u64::MAX` if only
    /// the connection's end is the end. 0 in a head, in framing and at the end.
    pub fn direct(&self) -> u64 {
        match &self.state {
            State::Length(rest) => *rest,
            State::UntilClose => u64::MAX,
            State::Chunked(chunked) => chunked.data(),
            State::Head { .. } | State::Complete | State::Failed(_) => 0,
        }
    }

    /// `count` body bytes, at most [`Self::direct`], were taken from the wire without being shown here. The framing after
    /// them is read by the next [`Self::read_body`] or [`Self::skip_body`].
    pub fn advance(&mut self, count: u64) {
        debug_assert!(count <= self.direct(), "more than the body");
        match &mut self.state {
            State::Length(rest) => {
                *rest = rest.saturating_sub(count);
                if *rest == 0 {
                    self.state = State::Complete;
                }
            }
            State::Chunked(chunked) => chunked.advance(count),
            State::Head { .. } | State::UntilClose | State::Complete | State::Failed(_) => {}
        }
    }

    /// Whether the whole response was consumed, its last chunk and its trailers included.
    pub fn is_complete(&self) -> bool {
        matches!(self.state, State::Complete)
    }

    /// The bytes of the body that were not read, where that is known: with a length, and at the end.
    pub fn remaining(&self) -> Option<u64> {
        match self.state {
            State::Length(rest) => Some(rest),
            State::Complete => Some(0),
            _ => None,
        }
    }

    /// How the body's end is known; `None` before the final head.
    pub fn framing(&self) -> Option<BodyFraming> {
        self.framing
    }

    /// The connection has ended and all that came before was consumed. A body until the end is complete then; one with a
    /// length too, but [`CloseReason::Truncated`].
    ///
    /// # Errors
    ///
    /// [`Error::NoResponse`], [`Error::HeadTruncated`], [`Error::BodyTruncated`] of a chunked body, or what made the
    /// response fail before.
    pub fn end_of_stream(&mut self) -> Result<(), Error> {
        let error = match &self.state {
            State::Complete => return Ok(()),
            State::UntilClose => {
                self.state = State::Complete;
                return Ok(());
            }
            State::Length(_) => {
                self.state = State::Complete;
                self.close = Some(CloseReason::Truncated);
                return Ok(());
            }
            State::Head { scan, interim } if !interim && !scan.has_begun() => Error::NoResponse,
            State::Head { .. } => Error::HeadTruncated,
            State::Chunked(_) => Error::BodyTruncated,
            State::Failed(error) => return Err(*error),
        };
        Err(self.fail(error))
    }

    /// Why the connection must be closed when this response is over. `None`: it may be reused once [`Self::is_complete`].
    /// Final only then.
    pub fn close_reason(&self) -> Option<CloseReason> {
        self.close
    }

    /// The trailers of a complete chunked body; empty if it had none. They are not merged into the headers.
    pub fn trailers(&self) -> Option<&HeaderBlock> {
        self.trailers.as_ref()
    }

    fn begin_body(&mut self, framing: BodyFraming, close: Option<CloseReason>) {
        self.framing = Some(framing);
        self.close = close;
        self.state = match framing {
            BodyFraming::None | BodyFraming::Length(0) => State::Complete,
            BodyFraming::Length(length) => State::Length(length),
            BodyFraming::Chunked => State::Chunked(ChunkedBody::new()),
            BodyFraming::UntilClose => State::UntilClose,
        };
    }

    /// Gives up to `limit` body bytes of `input` to `sink`, in pieces.
    fn step(
        &mut self,
        input: &[u8],
        limit: usize,
        mut sink: impl FnMut(&[u8]),
    ) -> Result<BodyStep, Error> {
        if matches!(self.state, State::Head { .. }) {
            return Err(Error::OutOfOrder);
        }
        let mut step = BodyStep::default();
        loop {
            match self.read_framing(&input[step.consumed..]) {
                Ok(framing) => step.consumed += framing,
                // The data before the error is good; the next call gives the error.
                Err(_) if step.written > 0 => return Ok(step),
                Err(error) => return Err(error),
            }
            let rest = &input[step.consumed..];
            let data = &rest[..self.available(rest).min(limit - step.written)];
            if data.is_empty() {
                return Ok(step);
            }
            sink(data);
            self.advance(data.len() as u64);
            step.consumed += data.len();
            step.written += data.len();
        }
    }

    /// Consumes what is before the next data.
    fn read_framing(&mut self, input: &[u8]) -> Result<usize, Error> {
        let State::Chunked(chunked) = &mut self.state else {
            return self.failure().map_or(Ok(0), Err);
        };
        match chunked.read_framing(input, &self.limits) {
            Ok(consumed) => {
                if let Some(trailers) = chunked.take_trailers() {
                    self.trailers = Some(trailers);
                    self.state = State::Complete;
                }
                Ok(consumed)
            }
            Err(error) => Err(self.fail(error)),
        }
    }

    fn failure(&self) -> Option<Error> {
        match self.state {
            State::Failed(error) => Some(error),
            _ => None,
        }
    }

    /// Gives `error` from now on.
    fn fail(&mut self, error: Error) -> Error {
        self.state = State::Failed(error);
        self.close = Some(CloseReason::Failed);
        error
    }
}
