//! UTF-8 in pieces: fails at the first byte that no continuation could make valid.

use core::fmt;

/// The bytes so far cannot begin any UTF-8 text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidUtf8;

impl fmt::Display for InvalidUtf8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not UTF-8")
    }
}

impl core::error::Error for InvalidUtf8 {}

/// From this many bytes on vectors are quicker than the standard library.
const VECTOR_LEN: usize = 64;

/// Checks text that comes in pieces, cut anywhere.
///
/// Call [`Self::push`] for each piece and [`Self::finish`] at the end. After an error the validator must be replaced.
#[derive(Clone, Copy, Debug, Default)]
pub struct Utf8Validator {
    /// Continuation bytes that the open sequence still needs.
    missing: u8,
    /// What the next one may be; the first after E0, ED, F0 and F4 is restricted (RFC 3629 section 4).
    low: u8,
    high: u8,
}

impl Utf8Validator {
    /// Nothing seen yet.
    pub const fn new() -> Self {
        Self {
            missing: 0,
            low: 0,
            high: 0,
        }
    }

    /// Checks text that is there whole.
    ///
    /// # Errors
    /// [`InvalidUtf8`].
    #[inline]
    pub fn check(text: &[u8]) -> Result<(), InvalidUtf8> {
        if (text.len() < VECTOR_LEN && text.is_ascii()) || is_utf8(text) {
            Ok(())
        } else {
            Err(InvalidUtf8)
        }
    }

    /// Checks the next piece.
    ///
    /// # Errors
    /// [`InvalidUtf8`] as soon as a byte is there that cannot be right, whatever follows.
    #[inline]
    pub fn push(&mut self, piece: &[u8]) -> Result<(), InvalidUtf8> {
        if self.missing == 0 && piece.len() < VECTOR_LEN && piece.is_ascii() {
            return Ok(());
        }
        self.push_any(piece)
    }

    fn push_any(&mut self, mut piece: &[u8]) -> Result<(), InvalidUtf8> {
        while self.missing > 0 {
            let [first, rest @ ..] = piece else {
                return Ok(());
            };
            self.step(*first)?;
            piece = rest;
        }
        let (whole, tail) = piece.split_at(piece.len() - open_tail(piece));
        if !is_utf8(whole) {
            return Err(InvalidUtf8);
        }
        tail.iter().try_for_each(|&byte| self.step(byte))
    }

    /// Says that no piece follows.
    ///
    /// # Errors
    /// [`InvalidUtf8`] if the text ends inside a character.
    #[inline]
    pub fn finish(&mut self) -> Result<(), InvalidUtf8> {
        if self.missing == 0 {
            Ok(())
        } else {
            Err(InvalidUtf8)
        }
    }

    fn step(&mut self, byte: u8) -> Result<(), InvalidUtf8> {
        if self.missing > 0 {
            if !(self.low..=self.high).contains(&byte) {
                return Err(InvalidUtf8);
            }
            *self = Self {
                missing: self.missing - 1,
                low: 0x80,
                high: 0xBF,
            };
            return Ok(());
        }
        let (missing, low, high) = match byte {
            0x00..=0x7F => (0, 0, 0),
            0xC2..=0xDF => (1, 0x80, 0xBF),
            0xE0 => (2, 0xA0, 0xBF),
            0xED => (2, 0x80, 0x9F),
            0xE1..=0xEF => (2, 0x80, 0xBF),
            0xF0 => (3, 0x90, 0xBF),
            0xF1..=0xF3 => (3, 0x80, 0xBF),
            0xF4 => (3, 0x80, 0x8F),
            _ => return Err(InvalidUtf8),
        };
        *self = Self { missing, low, high };
        Ok(())
    }
}

/// Whether whole characters are UTF-8.
fn is_utf8(text: &[u8]) -> bool {
    if text.len() < VECTOR_LEN {
        core::str::from_utf8(text).is_ok()
    } else {
        simdutf8::basic::from_utf8(text).is_ok()
    }
}

/// How many bytes at the end belong to a character that the piece does not finish: 0 to 3.
fn open_tail(piece: &[u8]) -> usize {
    for (back, &byte) in piece.iter().rev().take(3).enumerate() {
        let length = match byte {
            0x80..=0xBF => continue,
            0xC0..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xFF => 4,
            _ => 1,
        };
        return if length > back + 1 { back + 1 } else { 0 };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn check(pieces: &[&[u8]]) -> Result<(), InvalidUtf8> {
        let mut validator = Utf8Validator::new();
        pieces.iter().try_for_each(|piece| validator.push(piece))?;
        validator.finish()
    }

    /// All interesting texts, alone and inside long ones so that the vector path sees them at each place.
    #[test]
    fn agrees_with_the_standard_library_at_every_split_point() {
        let cores: &[&[u8]] = &[
            b"",
            b"a",
            "Zo\u{eb}".as_bytes(),
            "\u{800}\u{FFFF}".as_bytes(),
            "\u{10000}\u{10FFFF}".as_bytes(),
            "\u{D7FF}\u{E000}".as_bytes(),
            b"\xC0\x80",
            b"\xC1\xBF",
            b"\xED\xA0\x80",
            b"\xE0\x9F\xBF",
            b"\xF0\x8F\xBF\xBF",
            b"\xF4\x90\x80\x80",
            b"\xF5\x80\x80\x80",
            b"\xFF",
            b"\x80",
            b"\xC3",
            b"\xE2\x82",
            b"\xF0\x9F\x98",
            b"\xC3\x28",
            b"\xE2\x28\xA1",
            b"\xF0\x9F\x28\x80",
        ];
        for core in cores {
            for (before, after) in [(0, 0), (1, 0), (0, 1), (62, 2), (63, 70), (130, 3)] {
                let text: Vec<u8> = core::iter::repeat_n(b'x', before)
                    .chain(core.iter().copied())
                    .chain(core::iter::repeat_n(b'y', after))
                    .collect();
                let expected = core::str::from_utf8(&text).is_ok();
                assert_eq!(check(&[&text]).is_ok(), expected, "{text:x?}");
                for first in 0..=text.len() {
                    let (a, b) = text.split_at(first);
                    assert_eq!(check(&[a, b]).is_ok(), expected, "{text:x?} cut at {first}");
                }
                let bytes: Vec<&[u8]> = text.chunks(1).collect();
                assert_eq!(check(&bytes).is_ok(), expected, "{text:x?} byte by byte");
            }
        }
    }

    #[test]
    fn every_sequence_of_up_to_three_bytes_fails_at_the_first_impossible_byte() {
        let interesting = [
            0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0,
            0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ];
        for a in interesting {
            for b in interesting {
                for c in interesting {
                    let text = [a, b, c];
                    // The standard library says where the first sequence that cannot be completed begins and how far
                    // it was still possible.
                    let expected = match core::str::from_utf8(&text) {
                        Ok(_) => None,
                        Err(error) => error.error_len().map(|length| {
                            let begin = error.valid_up_to();
                            // `error_len` counts the bytes before the impossible one, or 1 if the first is.
                            let first_alone =
                                Utf8Validator::new().push(&text[begin..begin + 1]).is_err();
                            if first_alone { begin } else { begin + length }
                        }),
                    };
                    let mut validator = Utf8Validator::new();
                    let failed = text
                        .iter()
                        .position(|&byte| validator.push(&[byte]).is_err());
                    assert_eq!(failed, expected, "{text:x?}");
                }
            }
        }
    }
}
