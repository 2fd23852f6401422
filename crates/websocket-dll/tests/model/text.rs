//! Payloads: text whose fragments end anywhere, bytes, close reasons.

use crate::rng::Rng;

/// Writes text piece by piece; a piece may end inside a character, the next one begins with the rest.
#[derive(Debug, Default)]
pub(crate) struct TextWriter {
    rest: Vec<u8>,
}

impl TextWriter {
    /// A piece of about `length` bytes; `last` ends the character.
    pub(crate) fn piece(&mut self, length: usize, last: bool, rng: &mut Rng) -> Vec<u8> {
        let mut bytes = std::mem::take(&mut self.rest);
        let mut encoded = [0; 4];
        while bytes.len() < length {
            let bits = rng.next();
            // Runs of ASCII are what real text has, and what fast paths are made for.
            if bits & 7 == 0 {
                bytes.extend_from_slice(
                    &b"The quick brown fox jumps over the lazy dog; then it sleeps. "[..],
                );
            } else {
                let size = [0x80, 0x800, 0x1_0000, 0x11_0000][(bits >> 3 & 3) as usize];
                let scalar = (bits >> 8) as u32 % size;
                let character = char::from_u32(scalar).unwrap_or('\u{FFFD}');
                bytes.extend_from_slice(character.encode_utf8(&mut encoded).as_bytes());
            }
        }
        let boundary = |from: usize| {
            (from..bytes.len())
                .find(|&end| bytes[end] & 0xC0 != 0x80)
                .unwrap_or(bytes.len())
        };
        let wanted = length.min(bytes.len());
        let end = if last { boundary(wanted) } else { wanted };
        // What is cut off has to be made up for, up to the end of its character.
        self.rest = bytes[end..boundary(end)].to_vec();
        bytes.truncate(end);
        bytes
    }
}

/// A length, mostly small; `edges` are tried often.
pub(crate) fn length(rng: &mut Rng, edges: &[usize]) -> usize {
    match rng.below(200) {
        0..90 => rng.below(20),
        90..140 => rng.below(300),
        140..160 => {
            let edge = rng.pick(edges);
            (edge + rng.below(3)).saturating_sub(1)
        }
        160..198 => rng.below(4000),
        198 => rng.pick(&[65_535, 65_536, 65_537]),
        _ => rng.below(200_001),
    }
}
