//! The chunked coding (RFC 9112 section 7.1): finds the data between the framing.
//!
//! Every byte of framing is consumed as it comes, so nothing is looked at twice. Line ends of the framing are CR LF and
//! nothing else: where readers differ about LF alone, requests and responses have been smuggled.

use crate::Error;
use crate::head::line;
use crate::headers::{HeaderBlock, Writer};
use crate::response::Limits;

/// The decoder. Alternates between [`Self::read_framing`] and data that [`Self::advance`] skips.
#[derive(Debug)]
pub(crate) struct ChunkedBody {
    state: State,
    /// Bytes of the size line so far.
    line: usize,
}

#[derive(Debug)]
enum State {
    /// In a size; `None` before its first digit.
    Size(Option<u64>),
    /// Blanks after a size: `;` or the line's end must follow.
    Blank(u64),
    /// In the extensions, which are ignored.
    Extension(u64),
    /// After a size line's CR.
    SizeEnd(u64),
    /// In a chunk's data; never 0.
    Data(u64),
    /// After a chunk's data.
    DataCr,
    /// After that CR.
    DataLf,
    /// After the last chunk's line.
    LastChunk,
    /// After that and a CR: there are no trailers.
    LastCr,
    Trailers(Trailers),
    Done(HeaderBlock),
}

impl ChunkedBody {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Size(None),
            line: 0,
        }
    }

    /// The rest of the present chunk; 0 in the framing.
    pub(crate) fn data(&self) -> u64 {
        match self.state {
            State::Data(rest) => rest,
            _ => 0,
        }
    }

    /// The body's end was reached: its trailers.
    pub(crate) fn take_trailers(&mut self) -> Option<HeaderBlock> {
        match &mut self.state {
            State::Done(trailers) => Some(std::mem::take(trailers)),
            _ => None,
        }
    }

    /// `count` bytes of data, at most [`Self::data`], have been taken.
    pub(crate) fn advance(&mut self, count: u64) {
        if let State::Data(rest) = &mut self.state {
            *rest = rest.saturating_sub(count);
            if *rest == 0 {
                self.state = State::DataCr;
            }
        }
    }

    /// Consumes framing up to the next data or the body's end, as much as there is, and says how many bytes.
    pub(crate) fn read_framing(&mut self, input: &[u8], limits: &Limits) -> Result<usize, Error> {
        let mut consumed = 0;
        while let Some(&byte) = input.get(consumed) {
            match &mut self.state {
                State::Data(_) | State::Done(_) => break,
                State::Trailers(trailers) => {
                    consumed += trailers.collect(&input[consumed..], limits)?;
                    if trailers.is_whole() {
                        self.state = State::Done(trailers.parse()?);
                    }
                    continue;
                }
                State::LastChunk if byte != b'\r' => {
                    self.state = State::Trailers(Trailers::default());
                    continue;
                }
                _ => self.step(byte, limits)?,
            }
            consumed += 1;
        }
        Ok(consumed)
    }

    /// One byte of a size line, or of a line end.
    fn step(&mut self, byte: u8, limits: &Limits) -> Result<(), Error> {
        if matches!(
            self.state,
            State::Size(_) | State::Blank(_) | State::Extension(_)
        ) && byte != b'\r'
        {
            self.line += 1;
            if self.line > limits.chunk_line_bytes {
                return Err(Error::ChunkLineTooLong);
            }
        }
        self.state = match (&self.state, byte) {
            (State::Size(size), byte) if byte.is_ascii_hexdigit() => {
                let size = size.unwrap_or(0);
                if size > u64::MAX >> 4 {
                    return Err(Error::ChunkSize);
                }
                State::Size(Some(size << 4 | hex(byte)))
            }
            (&State::Size(Some(size)) | &State::Blank(size), b' ' | b'\t') => State::Blank(size),
            (&State::Size(Some(size)) | &State::Blank(size), b';') => State::Extension(size),
            (&State::Size(Some(size)) | &State::Blank(size) | &State::Extension(size), b'\r') => {
                State::SizeEnd(size)
            }
            (&State::Extension(size), b'\t' | b' '..=b'~' | 0x80..) => State::Extension(size),
            (&State::SizeEnd(size), b'\n') => {
                self.line = 0;
                match size {
                    0 => State::LastChunk,
                    size => State::Data(size),
                }
            }
            (State::DataCr, b'\r') => State::DataLf,
            (State::DataLf, b'\n') => State::Size(None),
            (State::DataCr | State::DataLf, _) => return Err(Error::ChunkEnd),
            (State::LastChunk, b'\r') => State::LastCr,
            (State::LastCr, b'\n') => State::Done(HeaderBlock::default()),
            (State::LastCr, _) => return Err(Error::Trailer),
            _ => return Err(Error::ChunkSize),
        };
        Ok(())
    }
}

/// The trailer section, collected because it is parsed whole.
#[derive(Debug, Default)]
struct Trailers {
    text: Vec<u8>,
    /// Whole lines.
    lines: usize,
    /// Where the line that is not ended begins.
    line: usize,
    whole: bool,
}

impl Trailers {
    fn is_whole(&self) -> bool {
        self.whole
    }

    /// Takes the rest of a line, or what there is of it.
    fn collect(&mut self, input: &[u8], limits: &Limits) -> Result<usize, Error> {
        let (length, whole) = line(input);
        if length > limits.trailer_bytes.saturating_sub(self.text.len()) {
            return Err(Error::TrailersTooLarge);
        }
        self.text.extend_from_slice(&input[..length]);
        if whole {
            match self.text[self.line..].strip_suffix(b"\r\n") {
                None => return Err(Error::Trailer),
                Some(b"") => self.whole = true,
                Some(_) if self.lines == limits.header_count => return Err(Error::TooManyHeaders),
                Some(_) => self.lines += 1,
            }
            self.line = self.text.len();
        }
        Ok(length)
    }

    fn parse(&self) -> Result<HeaderBlock, Error> {
        let mut headers = vec![httparse::EMPTY_HEADER; self.lines];
        let Ok(httparse::Status::Complete((_, parsed))) =
            httparse::parse_headers(&self.text, &mut headers)
        else {
            return Err(Error::Trailer);
        };
        let mut block = Writer::new(&[], self.text.len() + parsed.len(), parsed.len());
        for header in parsed {
            block.push(header.name.as_bytes(), std::iter::once(header.value));
        }
        Ok(block.finish())
    }
}

fn hex(digit: u8) -> u64 {
    u64::from(match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    })
}
