//! Header fields as they are kept: in wire order, with the wire's case, normalised.

use std::fmt;

/// One header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// The name in the case of the wire; a token (RFC 9110 section 5.1), so ASCII.
    pub name: &'a [u8],
    /// The value without blanks around it. Any byte but the control characters, tab excepted: not always ASCII or UTF-8.
    pub value: &'a [u8],
}

/// Headers in wire order, duplicates included. One allocation for the text and one for the index.
///
/// The text is what [`crate::ResponseHead::raw_crlf`] and [`Self::raw_crlf`] give, so both are a copy.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HeaderBlock {
    /// A prefix of the owner's (a response's status line), then `Name: value` CR LF for each entry.
    text: Vec<u8>,
    /// Where the lines begin in `text`.
    lines: usize,
    entries: Vec<Entry>,
}

impl HeaderBlock {
    /// How many headers there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no header.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All headers in wire order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Header<'_>> + ExactSizeIterator + Clone {
        self.entries.iter().map(|entry| entry.header(&self.text))
    }

    /// The header at `index` in wire order.
    pub fn at(&self, index: usize) -> Option<Header<'_>> {
        Some(self.entries.get(index)?.header(&self.text))
    }

    /// The value of the first header called `name`, in any case.
    pub fn get(&self, name: impl AsRef<[u8]>) -> Option<&[u8]> {
        self.nth(name, 0)
    }

    /// The value of header number `n`, from 0, of those called `name`, in any case.
    pub fn nth(&self, name: impl AsRef<[u8]>, n: usize) -> Option<&[u8]> {
        let name = name.as_ref();
        let same = |header: &Header<'_>| header.name.eq_ignore_ascii_case(name);
        Some(self.iter().filter(same).nth(n)?.value)
    }

    /// The values of all headers called `name`, in any case, in wire order.
    pub fn get_all<'a>(&'a self, name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + Clone {
        self.iter()
            .filter(move |header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.value)
    }

    /// Whether `token` is an element of the comma separated lists in the headers called `name`; both in any case.
    pub fn has_token(&self, name: &[u8], token: &[u8]) -> bool {
        self.get_all(name)
            .flat_map(elements)
            .any(|element| element.eq_ignore_ascii_case(token))
    }

    /// Removes all headers called `name`, in any case, and says how many there were.
    pub fn remove(&mut self, name: impl AsRef<[u8]>) -> usize {
        let (name, before) = (name.as_ref(), self.len());
        if self.get(name).is_none() {
            return 0;
        }
        let mut rest = Writer::new(&[self.prefix()], self.text.len(), before);
        for header in self.iter() {
            if !header.name.eq_ignore_ascii_case(name) {
                rest.push(header.name, std::iter::once(header.value));
            }
        }
        *self = rest.finish();
        before - self.len()
    }

    /// Appends `Name: value` CR LF for each header; no empty line at the end.
    pub fn raw_crlf(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.text[self.lines..]);
    }

    /// The owner's prefix and all lines.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The owner's prefix.
    pub(crate) fn prefix(&self) -> &[u8] {
        &self.text[..self.lines]
    }

    /// The owner's prefix, to change it in place.
    pub(crate) fn prefix_mut(&mut self) -> &mut [u8] {
        &mut self.text[..self.lines]
    }
}

impl fmt::Debug for HeaderBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |bytes| String::from_utf8_lossy(bytes);
        f.debug_map()
            .entries(self.iter().map(|h| (text(h.name), text(h.value))))
            .finish()
    }
}

/// Fills a [`HeaderBlock`].
pub(crate) struct Writer(HeaderBlock);

impl Writer {
    /// `prefix` is put before the headers. Room for `bytes` of text, the prefix included, and for `count` headers.
    pub(crate) fn new(prefix: &[&[u8]], bytes: usize, count: usize) -> Self {
        let mut text = Vec::with_capacity(bytes);
        for part in prefix {
            text.extend_from_slice(part);
        }
        Self(HeaderBlock {
            lines: text.len(),
            text,
            entries: Vec::with_capacity(count),
        })
    }

    /// Adds a header whose value is `pieces` with one space between them.
    pub(crate) fn push<'a>(&mut self, name: &[u8], pieces: impl Iterator<Item = &'a [u8]>) {
        let text = &mut self.0.text;
        let start = text.len();
        text.extend_from_slice(name);
        text.extend_from_slice(b": ");
        for (index, piece) in pieces.enumerate() {
            if index > 0 {
                text.push(b' ');
            }
            text.extend_from_slice(piece);
        }
        let end = text.len();
        text.extend_from_slice(b"\r\n");
        self.0.entries.push(Entry {
            start,
            name: name.len(),
            end,
        });
    }

    pub(crate) fn finish(self) -> HeaderBlock {
        self.0
    }
}

/// Where a header is in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    start: usize,
    /// The length of the name; `: ` follows.
    name: usize,
    /// The end of the value.
    end: usize,
}

impl Entry {
    fn header(self, text: &[u8]) -> Header<'_> {
        let colon = self.start + self.name;
        Header {
            name: &text[self.start..colon],
            value: &text[colon + 2..self.end],
        }
    }
}

/// The elements of a comma separated list without blanks around them; empty ones too (RFC 9110 section 5.6.1).
pub(crate) fn elements(value: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    value.split(|&byte| byte == b',').map(trim)
}

/// `bytes` without spaces and tabs around them.
pub(crate) fn trim(bytes: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let Some(start) = bytes.iter().position(|byte| !blank(byte)) else {
        return &[];
    };
    let end = bytes.iter().rposition(|byte| !blank(byte)).unwrap_or(start);
    &bytes[start..=end]
}
