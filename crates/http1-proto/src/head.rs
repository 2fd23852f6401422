//! A response's head: finding its end, and what is in it.

use std::io::BufRead;
use std::ops::Range;

use crate::headers::{HeaderBlock, Writer, trim};
use crate::response::Limits;
use crate::{Error, Version};

/// Up to this many headers are parsed on the stack.
const STACK_HEADERS: usize = 64;

/// The longest head, so that sums of lengths stay far from overflow on 32-bit systems too.
const MAX_HEAD: usize = 1 << 29;

/// A response's status line and headers.
///
/// Accepted, because servers send it: empty lines before the status line; several spaces between its parts; no reason
/// phrase; blanks before and around the colon of a header; folded values (RFC 9112 section 5.2); LF alone as line end;
/// bytes above 127. Kept is the normal form: `Name: value` without blanks around, folds replaced by one space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHead {
    version: Version,
    status: u16,
    /// The block's prefix is the status line: `HTTP/1.1 200 OK` or `HTTP/1.1 200`, CR LF.
    headers: HeaderBlock,
}

impl ResponseHead {
    /// The server's version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The status code, 100 to 999.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Shows another status code from now on, in the raw status line too. Nothing happens unless it has three digits.
    pub fn set_status(&mut self, status: u16) {
        if (100..=999).contains(&status) {
            self.status = status;
            self.headers.prefix_mut()[9..12].copy_from_slice(&digits(status));
        }
    }

    /// The reason phrase without blanks around it; often empty, and not always ASCII.
    pub fn reason(&self) -> &[u8] {
        let line = self.headers.prefix();
        line.get(13..line.len() - 2).unwrap_or_default()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderBlock {
        &self.headers
    }

    /// The headers, to remove some.
    pub fn headers_mut(&mut self) -> &mut HeaderBlock {
        &mut self.headers
    }

    /// Appends the whole head in normal form: status line, headers and the empty line, each with CR LF.
    pub fn raw_crlf(&self, out: &mut Vec<u8>) {
        let text = self.headers.text();
        out.reserve(text.len() + 2);
        out.extend_from_slice(text);
        out.extend_from_slice(b"\r\n");
    }

    fn new(
        line: &StatusLine,
        reason: &[u8],
        parsed: &[httparse::Header<'_>],
        folded: bool,
    ) -> Self {
        let version = line.version.as_str().as_bytes();
        let status = digits(line.status);
        let blank: &[u8] = if reason.is_empty() { b"" } else { b" " };
        let prefix = [version, b" ", &status, blank, reason, b"\r\n"];
        let bytes = prefix.iter().map(|part| part.len()).sum::<usize>()
            + parsed
                .iter()
                .map(|header| header.name.len() + header.value.len() + 4)
                .sum::<usize>();
        let mut headers = Writer::new(&prefix, bytes, parsed.len());
        for header in parsed {
            let name = header.name.as_bytes();
            if folded {
                headers.push(name, unfolded(header.value));
            } else {
                headers.push(name, std::iter::once(header.value));
            }
        }
        Self {
            version: line.version,
            status: line.status,
            headers: headers.finish(),
        }
    }
}

/// The search for a head's end: every byte is looked at once, however the bytes arrive.
///
/// What it finds does not depend on how the bytes were cut: errors of the status line come as soon as they show, the
/// limits next, errors of headers at the end of the head.
#[derive(Debug, Default)]
pub(crate) struct HeadScan {
    /// How many bytes have been searched for line ends.
    scanned: usize,
    /// Where the line that is not ended begins.
    line: usize,
    /// The status line, once it is whole.
    status: Option<StatusLine>,
    /// Where the status line begins: empty lines may be before it.
    start: usize,
    /// Whole lines after the status line that do not continue another.
    headers: usize,
    /// Whether a line continues another.
    folded: bool,
}

impl HeadScan {
    /// Whether a byte has been seen.
    pub(crate) fn has_begun(&self) -> bool {
        self.scanned > 0
    }

    /// The head and its length, once it is whole in `input`: all bytes since the head's beginning.
    pub(crate) fn scan(
        &mut self,
        input: &[u8],
        limits: &Limits,
    ) -> Result<Option<(usize, ResponseHead)>, Error> {
        let limit = limits.head_bytes.min(MAX_HEAD);
        let window = &input[..input.len().min(limit)];
        while let Some(rest) = window.get(self.scanned..) {
            let (length, whole) = line(rest);
            self.scanned += length;
            let line = &window[self.line..self.scanned];
            if !whole {
                if self.status.is_none() && !may_begin(line) {
                    return Err(Error::StatusLine);
                }
                break;
            }
            self.line = self.scanned;
            let line = without_line_end(line);
            let Some(status) = &self.status else {
                if line.is_empty() {
                    self.start = self.scanned;
                } else {
                    let status = StatusLine::parse(line, self.start);
                    self.status = Some(status.ok_or(Error::StatusLine)?);
                }
                continue;
            };
            match line.first() {
                None => {
                    let text = &window[self.start..self.scanned];
                    let head = parse(text, status, &window[status.reason.clone()], self)?;
                    return Ok(Some((self.scanned, head)));
                }
                Some(b' ' | b'\t') => self.folded = true,
                Some(_) if self.headers == limits.header_count => {
                    return Err(Error::TooManyHeaders);
                }
                Some(_) => self.headers += 1,
            }
        }
        if input.len() > limit {
            return Err(Error::HeadTooLarge);
        }
        Ok(None)
    }
}

/// A status line's parts.
#[derive(Clone, Debug)]
struct StatusLine {
    version: Version,
    status: u16,
    /// Where the reason phrase is, counted from the head's first byte.
    reason: Range<usize>,
}

impl StatusLine {
    /// `line` is without its end and begins at byte `at`.
    fn parse(line: &[u8], at: usize) -> Option<Self> {
        let rest = line.strip_prefix(b"HTTP/1.")?;
        let (version, rest) = match rest.split_first()? {
            (b'0', rest) => (Version::Http10, rest),
            (b'1', rest) => (Version::Http11, rest),
            _ => return None,
        };
        let spaces = rest.iter().position(|&byte| byte != b' ')?;
        let (code, rest) = rest[spaces..].split_first_chunk::<3>()?;
        if spaces == 0 || code[0] == b'0' || !code.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let status = code
            .iter()
            .fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
        let text = |byte: &u8| matches!(byte, b'\t' | b' '..=b'~' | 0x80..);
        if rest.first().is_some_and(|&byte| byte != b' ') || !rest.iter().all(text) {
            return None;
        }
        let reason = trim(rest);
        let blanks = rest.len() - rest.trim_ascii_start().len();
        let start = at + line.len() - rest.len() + blanks;
        Some(Self {
            version,
            status,
            reason: start..start + reason.len(),
        })
    }
}

/// Whether `line`, whose end has not come, can become a status line or is the beginning of an empty line.
fn may_begin(line: &[u8]) -> bool {
    const VERSION: &[u8] = b"HTTP/1.";
    let known = line.len().min(VERSION.len());
    line == b"\r"
        || (line[..known] == VERSION[..known] && matches!(line.get(7), None | Some(b'0' | b'1')))
}

/// Parses a whole head that begins with its status line.
fn parse(
    text: &[u8],
    line: &StatusLine,
    reason: &[u8],
    scan: &HeadScan,
) -> Result<ResponseHead, Error> {
    let mut stack = [httparse::EMPTY_HEADER; STACK_HEADERS];
    let mut heap = Vec::new();
    let headers = match stack.get_mut(..scan.headers) {
        Some(headers) => headers,
        None => {
            heap.resize(scan.headers, httparse::EMPTY_HEADER);
            &mut heap[..]
        }
    };
    let mut response = httparse::Response::new(headers);
    let mut config = httparse::ParserConfig::default();
    config
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_multiple_spaces_in_response_status_delimiters(true);
    match config.parse_response(&mut response, text) {
        Ok(httparse::Status::Complete(length)) if length == text.len() => Ok(ResponseHead::new(
            line,
            reason,
            response.headers,
            scan.folded,
        )),
        _ => Err(Error::HeaderLine),
    }
}

/// The length of the first line of `bytes` with its LF, and whether the LF is there.
pub(crate) fn line(mut bytes: &[u8]) -> (usize, bool) {
    let before = bytes;
    // The standard library's search for a byte; a slice gives no errors.
    let length = bytes.skip_until(b'\n').unwrap_or(0);
    (length, before[..length].last() == Some(&b'\n'))
}

/// A line without its LF and one CR before that.
fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The pieces of a folded value.
fn unfolded(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value
        .split(|&byte| byte == b'\n')
        .map(|piece| trim(piece.strip_suffix(b"\r").unwrap_or(piece)))
        .filter(|piece| !piece.is_empty())
}

fn digits(status: u16) -> [u8; 3] {
    [status / 100, status / 10 % 10, status % 10].map(|digit| b'0' + digit as u8)
}
