//! The HTTP/1.1 of an opening handshake: message heads, with limits on size, number and time.

use std::fmt;
use std::io;
use std::time::{Duration, Instant};

use websocket_component::{Header, OutgoingHeader};

use crate::stream::Stream;

/// Longest head in bytes.
pub(crate) const MAX_HEAD_LEN: usize = 16 * 1024;
/// Most headers in a head.
pub(crate) const MAX_HEADERS: usize = 100;

/// Why no head came.
#[derive(Debug)]
pub(crate) enum HeadError {
    /// It is not HTTP/1.1.
    Malformed(String),
    /// It is longer than [`MAX_HEAD_LEN`], or has more headers than [`MAX_HEADERS`].
    TooLarge,
    /// It did not come in time.
    TimedOut,
    /// The connection ended in the middle of it, or before it.
    Ended,
    /// The connection failed.
    Io(io::Error),
}

impl fmt::Display for HeadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(what) => write!(f, "malformed HTTP: {what}"),
            Self::TooLarge => write!(
                f,
                "more than {MAX_HEAD_LEN} bytes or {MAX_HEADERS} headers of HTTP"
            ),
            Self::TimedOut => f.write_str("the HTTP headers did not come in time"),
            Self::Ended => f.write_str("the connection ended before the HTTP headers did"),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl From<httparse::Error> for HeadError {
    fn from(error: httparse::Error) -> Self {
        match error {
            httparse::Error::TooManyHeaders => Self::TooLarge,
            error => Self::Malformed(error.to_string()),
        }
    }
}

/// A head that can be taken apart by `httparse`.
pub(crate) trait Head: Sized {
    /// Gives the head at the start of `bytes` and its length; `None` if it goes on behind them.
    fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, httparse::Error>;
}

/// A request's line and headers.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    /// The 1 of HTTP/1.1.
    pub(crate) minor_version: u8,
    pub(crate) headers: Headers,
}

/// Headers in the order they came.
#[derive(Debug)]
pub(crate) struct Headers(Vec<(String, Vec<u8>)>);

impl Headers {
    fn new(parsed: &[httparse::Header<'_>]) -> Self {
        let pair = |header: &httparse::Header<'_>| (header.name.to_owned(), header.value.to_vec());
        Self(parsed.iter().map(pair).collect())
    }

    /// As the component takes them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Header<'_>> + Clone {
        self.0.iter().map(|(name, value)| Header {
            name: name.as_bytes(),
            value,
        })
    }

    /// How many have this name.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.values(name).count()
    }

    /// The values of those with this name.
    pub(crate) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.0
            .iter()
            .filter(move |(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice())
    }
}

impl Head for Request {
    fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, httparse::Error> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(len) = request.parse(bytes)? else {
            return Ok(None);
        };
        let head = Self {
            method: request.method.unwrap_or_default().to_owned(),
            target: request.path.unwrap_or_default().to_owned(),
            minor_version: request.version.unwrap_or_default(),
            headers: Headers::new(request.headers),
        };
        Ok(Some((head, len)))
    }
}

/// Collects a head as its bytes come in, in whatever pieces.
#[derive(Debug, Default)]
pub(crate) struct HeadBuffer {
    bytes: Vec<u8>,
    /// Whether something was parsed already.
    tried: bool,
}

impl HeadBuffer {
    /// Takes the next bytes of the connection. Gives the head when it is complete; what came behind it stays, see
    /// [`Self::into_rest`].
    pub(crate) fn push<H: Head>(&mut self, piece: &[u8]) -> Result<Option<H>, HeadError> {
        if piece.is_empty() {
            return Ok(None);
        }
        self.bytes.extend_from_slice(piece);
        // Only a newline can complete a head. Garbage without one is recognised at its first piece.
        if self.tried && !piece.contains(&b'\n') {
            return self.check_len(None);
        }
        self.tried = true;
        let limit = self.bytes.len().min(MAX_HEAD_LEN);
        let parsed = H::parse(&self.bytes[..limit])?;
        let found = parsed.map(|(head, len)| {
            self.bytes.drain(..len);
            head
        });
        self.check_len(found)
    }

    fn check_len<T>(&self, found: Option<T>) -> Result<Option<T>, HeadError> {
        if found.is_none() && self.bytes.len() >= MAX_HEAD_LEN {
            return Err(HeadError::TooLarge);
        }
        Ok(found)
    }

    /// The bytes behind the last head.
    pub(crate) fn into_rest(self) -> Vec<u8> {
        self.bytes
    }
}

/// Reads a head from `stream`; `deadline` is for all of it. Leaves a read timeout on the socket.
pub(crate) fn read_head<H: Head>(
    stream: &Stream,
    buffer: &mut HeadBuffer,
    deadline: Instant,
) -> Result<H, HeadError> {
    // What came behind an earlier head may hold this one.
    let early = std::mem::take(buffer).into_rest();
    if let Some(found) = buffer.push(&early)? {
        return Ok(found);
    }
    let mut piece = [0; 2048];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left == Duration::ZERO {
            return Err(HeadError::TimedOut);
        }
        stream.set_read_timeout(Some(left)).map_err(HeadError::Io)?;
        match stream.read(&mut piece) {
            Ok(0) => return Err(HeadError::Ended),
            Ok(len) => {
                if let Some(found) = buffer.push(&piece[..len])? {
                    return Ok(found);
                }
            }
            Err(error) if is_timeout(&error) => return Err(HeadError::TimedOut),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(HeadError::Io(error)),
        }
    }
}

/// Whether a socket's timeout has passed; systems call it differently.
pub(crate) fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

/// A head's first line and headers as text.
pub(crate) fn head_text(first_line: &str, headers: &[OutgoingHeader]) -> String {
    let mut text = format!("{first_line}\r\n");
    for header in headers {
        text.push_str(&format!("{}: {}\r\n", header.name, header.value));
    }
    text.push_str("\r\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &[u8] = b"GET /a?b HTTP/1.1\r\nHost: h\r\nX: 1\r\nx: 2\r\n\r\n";

    #[test]
    fn a_head_may_come_in_any_pieces() {
        for split in 0..=REQUEST.len() {
            let mut buffer = HeadBuffer::default();
            let (first, second) = REQUEST.split_at(split);
            let mut found = buffer.push::<Request>(first).unwrap();
            assert_eq!(found.is_some(), second.is_empty(), "{split}");
            if found.is_none() {
                found = buffer.push(&[second, b"rest"].concat()).unwrap();
                assert_eq!(buffer.into_rest(), b"rest");
            }
            let head = found.unwrap();
            assert_eq!(
                (head.method.as_str(), head.target.as_str()),
                ("GET", "/a?b")
            );
            assert_eq!(head.minor_version, 1);
            assert_eq!(head.headers.iter().count(), 3);
            assert_eq!(head.headers.values("X").collect::<Vec<_>>(), [b"1", b"2"]);
        }
    }

    #[test]
    fn heads_have_limits() {
        let mut buffer = HeadBuffer::default();
        let line = [b"GET / HTTP/1.1\r\nx: ", &[b'a'; MAX_HEAD_LEN][..]].concat();
        assert!(matches!(
            buffer.push::<Request>(&line),
            Err(HeadError::TooLarge)
        ));

        // Byte by byte, without a newline ever.
        let mut buffer = HeadBuffer::default();
        let mut results = line.iter().map(|&byte| buffer.push::<Request>(&[byte]));
        let refused = results.position(|result| matches!(result, Err(HeadError::TooLarge)));
        assert_eq!(refused, Some(MAX_HEAD_LEN - 1));

        let head = |headers: usize| {
            let text = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(headers));
            HeadBuffer::default().push::<Request>(text.as_bytes())
        };
        assert!(matches!(head(MAX_HEADERS), Ok(Some(_))));
        assert!(matches!(head(MAX_HEADERS + 1), Err(HeadError::TooLarge)));
    }

    #[test]
    fn garbage_is_refused_at_once() {
        for garbage in [
            &b"\x16\x03\x01\x02\x00"[..],
            b"\0",
            b"GET /\x01 ",
            b"GET / HTTP/2.0\r\n",
        ] {
            let result = HeadBuffer::default().push::<Request>(garbage);
            assert!(
                matches!(result, Err(HeadError::Malformed(_))),
                "{garbage:?}"
            );
        }
    }
}
