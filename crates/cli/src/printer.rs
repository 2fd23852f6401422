//! Prints what arrives on `connect`, piece by piece.

use std::io::{self, Write};

use ws_proto::MessageKind;

use crate::text::hex;

/// Prints each message as one line, without holding it.
#[derive(Debug)]
pub(crate) struct Printer<W> {
    out: W,
    /// Binary is printed as it is, not in hexadecimal.
    raw_binary: bool,
    /// Control characters of text are escaped, so that they cannot steer a terminal.
    escape: bool,
    /// The byte 0xC2 was held back: it may begin one of the control characters U+0080 to U+009F.
    held: bool,
}

impl<W: Write> Printer<W> {
    pub(crate) const fn new(out: W, raw_binary: bool, escape: bool) -> Self {
        Self {
            out,
            raw_binary,
            escape,
            held: false,
        }
    }

    /// Prints the next piece of a message, and the end of the line if the message ends with it.
    pub(crate) fn piece(&mut self, kind: MessageKind, last: bool, bytes: &[u8]) -> io::Result<()> {
        match kind {
            MessageKind::Binary if !self.raw_binary => {
                self.out.write_all(hex(bytes).replace(' ', "").as_bytes())?;
            }
            _ if self.escape => self.escaped(bytes)?,
            _ => self.out.write_all(bytes)?,
        }
        if last {
            if std::mem::take(&mut self.held) {
                self.out.write_all(&[0xC2])?;
            }
            self.out.write_all(b"\n")?;
        }
        self.out.flush()
    }

    fn escaped(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut shown = Vec::with_capacity(bytes.len());
        for &byte in bytes {
            match (std::mem::take(&mut self.held), byte) {
                (true, 0x80..=0x9F) => {
                    shown.extend_from_slice(format!("\\u{{{byte:x}}}").as_bytes());
                    continue;
                }
                (true, _) => shown.push(0xC2),
                (false, _) => {}
            }
            match byte {
                0xC2 => self.held = true,
                b'\t' | b'\n' => shown.push(byte),
                0..=0x1F | 0x7F => {
                    shown.extend_from_slice(format!("\\u{{{byte:x}}}").as_bytes());
                }
                _ => shown.push(byte),
            }
        }
        self.out.write_all(&shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(raw_binary: bool, escape: bool, pieces: &[(MessageKind, bool, &[u8])]) -> Vec<u8> {
        let mut printer = Printer::new(Vec::new(), raw_binary, escape);
        for &(kind, last, bytes) in pieces {
            printer.piece(kind, last, bytes).unwrap();
        }
        printer.out
    }

    #[test]
    fn one_line_for_each_message() {
        use MessageKind::{Binary, Text};
        let pieces = [
            (Text, false, &b"a"[..]),
            (Text, true, b"b\x1b"),
            (Binary, false, b"\x00\xff"),
            (Binary, true, b""),
            (Text, true, b""),
        ];
        assert_eq!(printed(false, false, &pieces), b"ab\x1b\n00ff\n\n");
        assert_eq!(printed(true, false, &pieces), b"ab\x1b\n\x00\xff\n\n");
    }

    #[test]
    fn a_terminal_is_safe_whatever_the_pieces() {
        let text = "é\u{a0}\u{9b}31m\u{7f}\r\t\u{1b}[2J世";
        let expected = "é\u{a0}\\u{9b}31m\\u{7f}\\u{d}\t\\u{1b}[2J世\n";
        for split in 0..=text.len() {
            let (first, second) = text.as_bytes().split_at(split);
            let pieces = [
                (MessageKind::Text, false, first),
                (MessageKind::Text, true, second),
            ];
            assert_eq!(
                printed(false, true, &pieces),
                expected.as_bytes(),
                "{split}"
            );
        }
        // Raw binary may end with the byte that was held back.
        let pieces = [(MessageKind::Binary, true, &b"\xc2"[..])];
        assert_eq!(printed(true, true, &pieces), b"\xc2\n");
    }
}
