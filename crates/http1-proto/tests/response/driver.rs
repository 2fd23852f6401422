//! Reads a script as a client would that gets it in given pieces, and writes down what it saw. The fuzz target uses it too.

use http1_proto::{
    BodyStep, CloseReason, Error, Exchange, HeadStep, Limits, ResponseHead, ResponseReader,
};

/// How a script arrives and is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// The sizes of the pieces, in turn; 0 is everything that is left.
    pub(crate) pieces: [usize; 2],
    /// The size of the application's buffer.
    pub(crate) output: usize,
    /// Body bytes go past the receive buffer when it is empty.
    pub(crate) direct: bool,
    /// Framing is read, and what is available is asked for, before each read.
    pub(crate) ask: bool,
}

/// Everything that can be seen of a response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Transcript {
    /// The status codes of the 1xx responses.
    pub(crate) interim: Vec<u16>,
    pub(crate) head: Option<ResponseHead>,
    pub(crate) body: Vec<u8>,
    /// As raw lines.
    pub(crate) trailers: Option<Vec<u8>>,
    pub(crate) end: End,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With the bytes consumed, and why the connection cannot be reused.
    Complete(usize, Option<CloseReason>),
    Failed(Error),
}

/// Reads `script`, after which the connection ends.
pub(crate) fn read(
    script: &[u8],
    exchange: Exchange,
    limits: Limits,
    manner: Manner,
) -> Transcript {
    let mut client = Client {
        wire: script,
        pieces: manner.pieces.into_iter().cycle(),
        manner,
        reader: ResponseReader::new(exchange, limits),
        buffer: Vec::new(),
        output: vec![0; manner.output],
        consumed: 0,
        seen: Transcript {
            interim: Vec::new(),
            head: None,
            body: Vec::new(),
            trailers: None,
            end: End::Complete(0, None),
        },
    };
    let result = client.run();
    let Client {
        mut reader,
        mut seen,
        consumed,
        buffer,
        ..
    } = client;
    seen.end = match result {
        Ok(()) => End::Complete(consumed, reader.close_reason()),
        Err(error) => {
            // Sticky, whatever is called.
            assert_eq!(reader.read_head(&buffer).err(), Some(error));
            assert_eq!(reader.read_body(&buffer, &mut [0; 8]), Err(error));
            assert_eq!(reader.skip_body(&buffer, 0), Err(error));
            assert_eq!(reader.end_of_stream(), Err(error));
            assert_eq!(reader.close_reason(), Some(CloseReason::Failed));
            assert!(!reader.is_complete());
            End::Failed(error)
        }
    };
    seen.trailers = reader.trailers().map(|trailers| {
        let mut raw = Vec::new();
        trailers.raw_crlf(&mut raw);
        raw
    });
    seen
}

struct Client<'a, P> {
    /// What has not arrived.
    wire: &'a [u8],
    pieces: P,
    manner: Manner,
    reader: ResponseReader,
    buffer: Vec<u8>,
    output: Vec<u8>,
    consumed: usize,
    seen: Transcript,
}

impl<'a, P: Iterator<Item = usize>> Client<'a, P> {
    fn run(&mut self) -> Result<(), Error> {
        while self.seen.head.is_none() {
            match self.reader.read_head(&self.buffer)? {
                HeadStep::NeedMore => {
                    if self.wire.is_empty() {
                        self.reader.end_of_stream()?;
                        unreachable!("a head is never complete at the end");
                    }
                    let piece = self.receive(u64::MAX);
                    self.buffer.extend_from_slice(piece);
                }
                HeadStep::Informational { consumed, head } => {
                    self.consume(consumed);
                    self.seen.interim.push(head.status());
                }
                HeadStep::Final { consumed, head } => {
                    self.consume(consumed);
                    self.seen.head = Some(head);
                }
            }
        }
        while !self.reader.is_complete() {
            let step = self.read()?;
            if step != BodyStep::default() || self.reader.is_complete() {
                continue;
            }
            assert!(
                self.buffer.is_empty() || self.output.is_empty(),
                "body bytes and framing are taken as they come"
            );
            let direct = self.reader.direct();
            if self.wire.is_empty() {
                self.reader.end_of_stream()?;
                assert!(self.reader.is_complete());
            } else if self.manner.direct && direct > 0 {
                let piece = self.receive(direct);
                self.seen.body.extend_from_slice(piece);
                self.reader.advance(piece.len() as u64);
                self.consumed += piece.len();
            } else {
                let piece = self.receive(u64::MAX);
                self.buffer.extend_from_slice(piece);
            }
        }
        assert_eq!(self.reader.direct(), 0);
        assert_eq!(self.reader.remaining(), Some(0));
        assert_eq!(
            self.reader.read_body(b"more", &mut [0; 4]),
            Ok(BodyStep::default())
        );
        Ok(())
    }

    fn read(&mut self) -> Result<BodyStep, Error> {
        let mut framing = 0;
        let mut available = 0;
        if self.manner.ask {
            let step = self.reader.skip_body(&self.buffer, 0)?;
            assert_eq!(step.written, 0);
            framing = step.consumed;
            self.consume(framing);
            available = self.reader.available(&self.buffer).min(self.output.len());
        }
        let remaining = self.reader.remaining();
        let step = self.reader.read_body(&self.buffer, &mut self.output)?;
        assert!(step.written >= available, "what was announced can be read");
        assert!(step.written <= step.consumed);
        if let Some(before) = remaining {
            assert_eq!(self.reader.remaining(), Some(before - step.written as u64));
        }
        self.consume(step.consumed);
        self.seen
            .body
            .extend_from_slice(&self.output[..step.written]);
        Ok(BodyStep {
            consumed: step.consumed + framing,
            written: step.written,
        })
    }

    fn receive(&mut self, limit: u64) -> &'a [u8] {
        let size = match self.pieces.next() {
            Some(0) | None => self.wire.len(),
            Some(size) => size.min(self.wire.len()),
        };
        let size = usize::try_from(limit).map_or(size, |limit| limit.min(size));
        let (piece, rest) = self.wire.split_at(size);
        self.wire = rest;
        piece
    }

    fn consume(&mut self, count: usize) {
        self.buffer.drain(..count);
        self.consumed += count;
    }
}
