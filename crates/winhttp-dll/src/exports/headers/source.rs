//! Where headers are looked for: a response, its trailers, the request.

use std::borrow::Cow;

use openwinhttp::{Error, HeaderBlock, ResponseHead, Result};

/// A head, or the trailers.
pub(super) enum Source<'a> {
    Response(&'a ResponseHead),
    Trailers(Option<&'a HeaderBlock>),
    /// As it goes out, which is well-formed: one `Name: value` a line.
    Request {
        line: &'a [u8],
        headers: &'a [u8],
    },
}

impl<'a> Source<'a> {
    pub(super) fn response(head: &'a ResponseHead) -> Self {
        Self::Response(head)
    }

    pub(super) fn trailers(trailers: Option<&'a HeaderBlock>) -> Self {
        Self::Trailers(trailers)
    }

    pub(super) fn request(head: &'a [u8]) -> Self {
        let (line, headers) = split_line(head);
        Self::Request { line, headers }
    }

    /// All headers, in order.
    pub(super) fn headers(&self) -> Box<dyn Iterator<Item = (&'a [u8], &'a [u8])> + 'a> {
        match *self {
            Self::Response(head) => Box::new(
                head.headers()
                    .iter()
                    .map(|header| (header.name, header.value)),
            ),
            Self::Trailers(None) => Box::new(std::iter::empty()),
            Self::Trailers(Some(block)) => {
                Box::new(block.iter().map(|header| (header.name, header.value)))
            }
            Self::Request { headers, .. } => {
                let mut rest = headers;
                Box::new(std::iter::from_fn(move || {
                    let (line, after) = split_line(rest);
                    rest = after;
                    let colon = line.iter().position(|byte| *byte == b':')?;
                    Some((&line[..colon], line[colon + 1..].trim_ascii_start()))
                }))
            }
        }
    }

    pub(super) fn version(&self) -> Result<&'a [u8]> {
        match *self {
            Self::Response(head) => Ok(head.version().as_str().as_bytes()),
            Self::Trailers(_) => Err(Error::HeaderNotFound),
            Self::Request { line, .. } => {
                Ok(line.rsplit(|byte| *byte == b' ').next().unwrap_or_default())
            }
        }
    }

    pub(super) fn status_code(&self) -> Result<String> {
        match self {
            Self::Response(head) => Ok(format!("{:03}", head.status())),
            _ => Err(Error::HeaderNotFound),
        }
    }

    pub(super) fn reason(&self) -> Result<&'a [u8]> {
        match *self {
            Self::Response(head) => Ok(head.reason()),
            _ => Err(Error::HeaderNotFound),
        }
    }

    /// The status line or the request line.
    pub(super) fn first_line(&self) -> Cow<'a, [u8]> {
        match *self {
            Self::Response(head) => {
                let mut line =
                    format!("{} {:03} ", head.version().as_str(), head.status()).into_bytes();
                line.extend_from_slice(head.reason());
                Cow::Owned(line)
            }
            Self::Trailers(_) => Cow::Borrowed(b""),
            Self::Request { line, .. } => Cow::Borrowed(line),
        }
    }
}

/// A line without its CR LF, and what follows.
fn split_line(text: &[u8]) -> (&[u8], &[u8]) {
    match text.windows(2).position(|pair| pair == b"\r\n") {
        Some(end) => (&text[..end], &text[end + 2..]),
        None => (text, &[]),
    }
}
