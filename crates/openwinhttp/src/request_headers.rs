//! The headers of a request: an ordered list with the rules of `WinHttpAddRequestHeaders`.
//!
//! The list is kept as it goes on the wire, so that sending it is one copy and none of its headers can be anything but one
//! line: names are tokens (RFC 9110 section 5.6.2), values hold no CR, LF or NUL.

mod modifiers;
#[cfg(test)]
mod tests;
mod text;

use std::ops::Range;

pub use modifiers::{Coalesce, Modifiers};
pub use text::encode;

use crate::{Error, Result};

/// The most headers in one list, and in one text given to [`RequestHeaders::add_block`].
pub const MAX_HEADERS: usize = 4096;

/// The most bytes of one list as it goes on the wire: 1 MiB.
pub const MAX_BYTES: usize = 1 << 20;

/// The headers of a request, in order, duplicates included. Names are compared without regard to the case of letters.
///
/// A call that fails changes nothing.
#[derive(Clone, Debug, Default)]
pub struct RequestHeaders {
    /// `Name: value` CR LF for each entry, nothing between.
    wire: Vec<u8>,
    entries: Vec<Entry>,
}

/// Where a header stands in `wire`.
#[derive(Clone, Copy, Debug)]
struct Entry {
    start: usize,
    name_len: usize,
    value_len: usize,
    added: bool,
}

/// What stands around a value: `: ` and CR LF.
const OVERHEAD: usize = 4;

impl Entry {
    fn len(self) -> usize {
        self.name_len + self.value_len + OVERHEAD
    }

    fn name(self) -> Range<usize> {
        self.start..self.start + self.name_len
    }

    fn value(self) -> Range<usize> {
        let start = self.start + self.name_len + 2;
        start..start + self.value_len
    }
}

/// One header of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestHeader<'a> {
    /// The name as it was given.
    pub name: &'a [u8],
    /// The value without blanks around it; may be empty.
    pub value: &'a [u8],
    /// Whether the application added it, by [`RequestHeaders::add`] or [`RequestHeaders::add_block`].
    pub added: bool,
}

impl RequestHeaders {
    /// An empty list; does not allocate.
    pub const fn new() -> Self {
        Self {
            wire: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// Adds the headers of a text: one `Name: value` per line. Any mixture of CR and LF separates lines, and empty lines
    /// are skipped; NULs at the end of the text are not part of it (some programs count the terminator). Characters up to
    /// U+00FF become one byte, others UTF-8.
    ///
    /// Every header is applied with the same modifiers, one after the other, all or none. A text of empty lines only is
    /// accepted and adds nothing. Facts 5, 7.3; behaviour 8 (but several headers are accepted with REPLACE too: facts 5.14
    /// makes no difference between the modifiers).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for an empty text, for a line without colon, with an empty name or one that is no token
    /// (a blank before the colon included), and for NUL in a value; [`Error::NotEnoughMemory`] beyond [`MAX_HEADERS`] or
    /// [`MAX_BYTES`]; else as [`RequestHeaders::add`].
    pub fn add_block(&mut self, text: &[u16], modifiers: Modifiers) -> Result<()> {
        if text.is_empty() {
            return Err(Error::InvalidParameter);
        }
        let text = encode(text);
        let lines = text::lines(&text)?;
        match lines.as_slice() {
            [] => Ok(()),
            // A single header needs no copy to go back to.
            &[(name, value)] => self.apply(name, value, modifiers),
            lines => {
                let mut changed = self.clone();
                for &(name, value) in lines {
                    changed.apply(name, value, modifiers)?;
                }
                *self = changed;
                Ok(())
            }
        }
    }

    /// Adds one header; blanks around the value are removed.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a name that is no token and for CR, LF or NUL in the value;
    /// [`Error::HeaderAlreadyExists`] with ADD_IF_NEW or without modifiers when the name is there;
    /// [`Error::HeaderNotFound`] when it is not there and is to be replaced or joined without ADD;
    /// [`Error::NotEnoughMemory`] beyond [`MAX_HEADERS`] or [`MAX_BYTES`].
    pub fn add(&mut self, name: &[u8], value: &[u8], modifiers: Modifiers) -> Result<()> {
        text::check_name(name)?;
        text::check_value(value)?;
        self.apply(name, value.trim_ascii(), modifiers)
    }

    /// Sets a header that the library makes: replaces the first of that name, whoever added it, or appends one. It does not
    /// count as added by the application.
    ///
    /// # Errors
    /// As [`RequestHeaders::add`] with [`Modifiers::ADD_OR_REPLACE`].
    pub fn set_automatic(&mut self, name: &[u8], value: &[u8]) -> Result<()> {
        text::check_name(name)?;
        text::check_value(value)?;
        let value = value.trim_ascii();
        match self.find(name, 0) {
            Some(index) => self.write(index, name, &[value], false),
            None => self.append(name, value, false),
        }
    }

    /// The value of the `nth` header (from 0) of a name.
    pub fn get(&self, name: &[u8], nth: usize) -> Option<&[u8]> {
        let index = self.find(name, nth)?;
        Some(&self.wire[self.entries[index].value()])
    }

    /// Whether there is a header of the name.
    pub fn contains(&self, name: &[u8]) -> bool {
        self.find(name, 0).is_some()
    }

    /// Whether the application added a header of the name.
    pub fn contains_added(&self, name: &[u8]) -> bool {
        self.iter()
            .any(|header| header.added && header.name.eq_ignore_ascii_case(name))
    }

    /// Removes all headers of a name; returns how many there were.
    pub fn remove(&mut self, name: &[u8]) -> usize {
        self.retain(|header| !header.name.eq_ignore_ascii_case(name))
    }

    /// Removes the headers of a name that the application added; returns how many there were. For Cookie, which each sending
    /// clears (behaviour 8).
    pub fn remove_added(&mut self, name: &[u8]) -> usize {
        self.retain(|header| !(header.added && header.name.eq_ignore_ascii_case(name)))
    }

    /// Keeps only the headers that `keep` says; returns how many went.
    pub fn retain(&mut self, mut keep: impl FnMut(RequestHeader<'_>) -> bool) -> usize {
        let before = self.entries.len();
        let wire = &mut self.wire;
        let mut end = 0;
        self.entries.retain_mut(|entry| {
            let kept = keep(header(wire, *entry));
            if kept {
                let from = entry.start..entry.start + entry.len();
                if from.start != end {
                    wire.copy_within(from, end);
                    entry.start = end;
                }
                end += entry.len();
            }
            kept
        });
        wire.truncate(end);
        before - self.entries.len()
    }

    /// Removes all headers.
    pub fn clear(&mut self) {
        self.wire.clear();
        self.entries.clear();
    }

    /// The headers in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = RequestHeader<'_>> + Clone {
        self.entries.iter().map(|&entry| header(&self.wire, entry))
    }

    /// How many headers there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The headers as they go on the wire: `Name: value` CR LF for each, without the empty line at the end (facts 24.2, 24.7).
    pub fn wire(&self) -> &[u8] {
        &self.wire
    }

    /// Applies the modifiers to a checked header.
    fn apply(&mut self, name: &[u8], value: &[u8], modifiers: Modifiers) -> Result<()> {
        let nth = if modifiers.replace {
            usize::from(modifiers.index)
        } else {
            0
        };
        let found = self.find(name, nth);
        let acts_on_existing = modifiers.replace || modifiers.coalesce.is_some();
        match found {
            Some(_) if modifiers.add_if_new => Err(Error::HeaderAlreadyExists),
            Some(index) if modifiers.replace && value.is_empty() => {
                self.remove_at(index);
                Ok(())
            }
            Some(index) if modifiers.replace => self.write(index, name, &[value], true),
            Some(index) => match modifiers.coalesce {
                Some(with) => self.join(index, value, with),
                None if modifiers.add => self.append(name, value, true),
                None => Err(Error::HeaderAlreadyExists),
            },
            None if acts_on_existing && !modifiers.add && !modifiers.add_if_new => {
                Err(Error::HeaderNotFound)
            }
            None => self.append(name, value, true),
        }
    }

    /// Joins a value to a header that is there; an empty side leaves the other as it is.
    fn join(&mut self, index: usize, value: &[u8], with: Coalesce) -> Result<()> {
        let entry = self.entries[index];
        if value.is_empty() {
            return Ok(());
        }
        let name = self.wire[entry.name()].to_vec();
        let old = self.wire[entry.value()].to_vec();
        if old.is_empty() {
            self.write(index, &name, &[value], true)
        } else {
            self.write(index, &name, &[&old, with.separator(), value], true)
        }
    }

    fn append(&mut self, name: &[u8], value: &[u8], added: bool) -> Result<()> {
        let entry = Entry {
            start: self.wire.len(),
            name_len: name.len(),
            value_len: value.len(),
            added,
        };
        if self.entries.len() == MAX_HEADERS || self.wire.len() + entry.len() > MAX_BYTES {
            return Err(Error::NotEnoughMemory);
        }
        for piece in [name, b": ", value, b"\r\n"] {
            self.wire.extend_from_slice(piece);
        }
        self.entries.push(entry);
        Ok(())
    }

    /// Puts another header into the place of one; the value is given in pieces.
    fn write(&mut self, index: usize, name: &[u8], value: &[&[u8]], added: bool) -> Result<()> {
        let old = self.entries[index];
        let new = Entry {
            name_len: name.len(),
            value_len: value.iter().map(|piece| piece.len()).sum(),
            added,
            ..old
        };
        if self.wire.len() - old.len() + new.len() > MAX_BYTES {
            return Err(Error::NotEnoughMemory);
        }
        let mut line = Vec::with_capacity(new.len());
        line.extend_from_slice(name);
        line.extend_from_slice(b": ");
        line.extend(value.iter().copied().flatten());
        line.extend_from_slice(b"\r\n");
        self.wire.splice(old.start..old.start + old.len(), line);
        self.entries[index] = new;
        for entry in &mut self.entries[index + 1..] {
            entry.start = entry.start + new.len() - old.len();
        }
        Ok(())
    }

    fn remove_at(&mut self, index: usize) {
        let gone = self.entries.remove(index);
        self.wire.drain(gone.start..gone.start + gone.len());
        for entry in &mut self.entries[index..] {
            entry.start -= gone.len();
        }
    }

    fn find(&self, name: &[u8], nth: usize) -> Option<usize> {
        let matching = |&(_, entry): &(usize, &Entry)| {
            entry.name_len == name.len() && self.wire[entry.name()].eq_ignore_ascii_case(name)
        };
        let mut found = self.entries.iter().enumerate().filter(matching);
        found.nth(nth).map(|(index, _)| index)
    }
}

fn header(wire: &[u8], entry: Entry) -> RequestHeader<'_> {
    RequestHeader {
        name: &wire[entry.name()],
        value: &wire[entry.value()],
        added: entry.added,
    }
}
