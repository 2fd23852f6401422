//! Writing a request: its head, and the framing of its body.

use std::fmt;

use crate::Version;

/// What ends a chunked body without trailers.
pub const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// Appends a request's head to `out`, empty line included (RFC 9112 sections 3 and 5). `target` goes out as it is, in
/// whichever form the request needs, and so do names and values.
///
/// # Errors
///
/// [`InvalidHead`], and `out` is as before, if a part could be read as something else: CR, LF or NUL anywhere, a space in the
/// target, a space or a control character in the method or a name, a colon in a name, an empty method, target or name.
pub fn write_head<N, V>(
    out: &mut Vec<u8>,
    method: impl AsRef<[u8]>,
    target: impl AsRef<[u8]>,
    version: Version,
    headers: impl IntoIterator<Item = (N, V)>,
) -> Result<(), InvalidHead>
where
    N: AsRef<[u8]>,
    V: AsRef<[u8]>,
{
    let before = out.len();
    let result = append_head(out, method.as_ref(), target.as_ref(), version, headers);
    if result.is_err() {
        out.truncate(before);
    }
    result
}

fn append_head<N, V>(
    out: &mut Vec<u8>,
    method: &[u8],
    target: &[u8],
    version: Version,
    headers: impl IntoIterator<Item = (N, V)>,
) -> Result<(), InvalidHead>
where
    N: AsRef<[u8]>,
    V: AsRef<[u8]>,
{
    if !is_word(method) {
        return Err(InvalidHead::Method);
    }
    if !is_target(target) {
        return Err(InvalidHead::Target);
    }
    for part in [
        method,
        b" ",
        target,
        b" ",
        version.as_str().as_bytes(),
        b"\r\n",
    ] {
        out.extend_from_slice(part);
    }
    for (name, value) in headers {
        let (name, value) = (name.as_ref(), value.as_ref());
        if !is_word(name) || name.contains(&b':') {
            return Err(InvalidHead::HeaderName);
        }
        if value.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
            return Err(InvalidHead::HeaderValue);
        }
        for part in [name, b": ", value, b"\r\n"] {
            out.extend_from_slice(part);
        }
    }
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// Not empty, without what ends it. Other control characters are bad style, but nobody can take them for something else, and
/// callers of WinHTTP may send them (`WINHTTP_FLAG_ESCAPE_DISABLE`).
fn is_target(target: &[u8]) -> bool {
    !target.is_empty()
        && !target
            .iter()
            .any(|byte| matches!(byte, b' ' | b'\r' | b'\n' | 0))
}

/// Not empty, without spaces and control characters.
fn is_word(text: &[u8]) -> bool {
    !text.is_empty() && !text.iter().any(|&byte| byte <= b' ' || byte == 0x7F)
}

/// Which part of a request's head must not go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidHead {
    /// The method.
    Method,
    /// The target.
    Target,
    /// A header's name.
    HeaderName,
    /// A header's value.
    HeaderValue,
}

impl fmt::Display for InvalidHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Method => "the method has a character that it must not have",
            Self::Target => "the target has a character that it must not have",
            Self::HeaderName => "a header's name has a character that it must not have",
            Self::HeaderValue => "a header's value has a line end or a NUL",
        })
    }
}

impl std::error::Error for InvalidHead {}

/// Frames a request's body without touching it: for each piece it gives what goes before and after on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyEncoder {
    /// There is no body.
    None,
    /// Content-Length: so many bytes are still to come.
    Length(u64),
    /// Transfer-Encoding: chunked, framed here.
    Chunked,
    /// As given: the application has framed it.
    Raw,
}

impl BodyEncoder {
    /// What frames the next `length` bytes of the body.
    ///
    /// # Errors
    ///
    /// [`BodyError::TooLong`], nothing changed: more than was announced.
    pub fn frame(&mut self, length: usize) -> Result<Frame, BodyError> {
        match self {
            Self::None if length > 0 => return Err(BodyError::TooLong),
            Self::Length(rest) => {
                *rest = rest.checked_sub(length as u64).ok_or(BodyError::TooLong)?;
            }
            // A chunk of 0 bytes would be the last.
            Self::Chunked if length > 0 => return Ok(Frame::chunk(length)),
            Self::None | Self::Chunked | Self::Raw => {}
        }
        Ok(Frame::default())
    }

    /// What goes out after the last byte of the body.
    ///
    /// # Errors
    ///
    /// [`BodyError::TooShort`], nothing changed: less than was announced.
    pub fn finish(&mut self) -> Result<&'static [u8], BodyError> {
        match self {
            Self::Length(1..) => Err(BodyError::TooShort),
            Self::Chunked => {
                *self = Self::None;
                Ok(LAST_CHUNK)
            }
            Self::None | Self::Length(0) | Self::Raw => Ok(b""),
        }
    }

    /// The bytes that are still to come, where that is known.
    pub fn remaining(&self) -> Option<u64> {
        match self {
            Self::None => Some(0),
            Self::Length(rest) => Some(*rest),
            Self::Chunked | Self::Raw => None,
        }
    }
}

/// What goes out before and after a piece of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The size in hexadecimal and CR LF.
    line: [u8; Self::LINE],
    /// How much of it there is; 0 if the piece goes out bare.
    length: u8,
}

impl Frame {
    const LINE: usize = 2 * size_of::<usize>() + 2;

    fn chunk(size: usize) -> Self {
        let mut frame = Self::default();
        let digits = (size.max(1).ilog2() / 4 + 1) as usize;
        for (index, byte) in frame.line[..digits].iter_mut().enumerate() {
            let digit = size >> (4 * (digits - 1 - index)) & 0xF;
            *byte = b"0123456789abcdef"[digit];
        }
        frame.line[digits..digits + 2].copy_from_slice(b"\r\n");
        frame.length = digits as u8 + 2;
        frame
    }

    /// What goes out before the piece; may be empty.
    pub fn prefix(&self) -> &[u8] {
        &self.line[..usize::from(self.length)]
    }

    /// What goes out after the piece; may be empty.
    pub fn suffix(&self) -> &'static [u8] {
        if self.length > 0 { b"\r\n" } else { b"" }
    }
}

/// A body does not have the length that was announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyError {
    /// More than was announced.
    TooLong,
    /// Less than was announced.
    TooShort,
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the body is longer than announced",
            Self::TooShort => "the body is shorter than announced",
        })
    }
}

impl std::error::Error for BodyError {}
