//! Frame headers (RFC 6455 section 5.2).

use ws_mask::mask_copy;

/// A frame's opcode: four bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OpCode(u8);

impl OpCode {
    /// Goes on with an unfinished message.
    pub const CONTINUATION: Self = Self(0x0);
    /// Begins a text message.
    pub const TEXT: Self = Self(0x1);
    /// Begins a binary message.
    pub const BINARY: Self = Self(0x2);
    /// Close.
    pub const CLOSE: Self = Self(0x8);
    /// Ping.
    pub const PING: Self = Self(0x9);
    /// Pong.
    pub const PONG: Self = Self(0xA);

    /// The opcode in the low four bits of a frame's first byte.
    pub const fn from_first_byte(byte: u8) -> Self {
        Self(byte & 0x0F)
    }

    /// The number, 0 to 15.
    pub const fn value(self) -> u8 {
        self.0
    }

    /// Whether it is a control frame's: 8 to 15.
    pub const fn is_control(self) -> bool {
        self.0 & 0x8 != 0
    }

    /// Whether RFC 6455 leaves it to extensions: 3 to 7 and 11 to 15.
    pub const fn is_reserved(self) -> bool {
        self.0 & 0x7 > 2
    }
}

/// Everything before a frame's payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// Whether the frame is its message's last.
    pub fin: bool,
    /// RSV1 to RSV3 as a number: RSV1 is 4, RSV3 is 1.
    pub rsv: u8,
    /// What the frame is.
    pub opcode: OpCode,
    /// The masking key; set on all frames of clients, and only on these.
    pub mask: Option<[u8; 4]>,
    /// Bytes of payload; at most 2^63 − 1.
    pub payload_len: u64,
}

impl FrameHeader {
    /// The longest header: 2 bytes, a 64-bit length and a key.
    pub const MAX_LEN: usize = 14;

    /// The first byte: FIN, RSV1 to RSV3, opcode.
    pub const fn first_byte(&self) -> u8 {
        ((self.fin as u8) << 7) | ((self.rsv & 0x7) << 4) | self.opcode.0
    }

    /// Size in bytes: 2 to 14.
    #[inline]
    pub const fn encoded_len(&self) -> usize {
        let length = match self.payload_len {
            0..=125 => 2,
            126..=0xFFFF => 4,
            _ => 10,
        };
        length + if self.mask.is_some() { 4 } else { 0 }
    }

    /// Writes the header, the length in its shortest form, to the start of `out` and returns its size.
    ///
    /// # Panics
    /// If `out` is shorter than [`Self::encoded_len`].
    #[inline(always)]
    pub fn encode(&self, out: &mut [u8]) -> usize {
        let (bytes, len) = self.bytes();
        out[..len].copy_from_slice(&bytes.as_flattened()[..len]);
        len
    }

    /// The header at the start of 16 bytes, and its size. Two numbers, so that they can stay in registers.
    #[inline(always)]
    fn bytes(&self) -> ([[u8; 8]; 2], usize) {
        let key = u64::from(self.mask.map_or(0, u32::from_le_bytes));
        let (mask_bit, key_len) = if self.mask.is_some() {
            (0x80, 4)
        } else {
            (0, 0)
        };
        let start = |second: u8| u64::from(self.first_byte()) | u64::from(mask_bit | second) << 8;
        let (low, high, len) = match self.payload_len {
            length @ 0..=125 => (start(length as u8) | key << 16, 0, 2),
            length @ 126..=0xFFFF => {
                let length = u64::from((length as u16).swap_bytes());
                (start(126) | length << 16 | key << 32, 0, 4)
            }
            length => {
                let length = length.swap_bytes();
                (start(127) | length << 16, length >> 48 | key << 16, 10)
            }
        };
        ([low.to_le_bytes(), high.to_le_bytes()], len + key_len)
    }
}

/// Writes a whole frame, its payload masked if `header` has a key, to the start of `out` and returns its size.
///
/// # Panics
/// If `payload` is not `header.payload_len` bytes, or `out` is too short for both.
#[inline(always)]
pub fn encode_frame(out: &mut [u8], header: &FrameHeader, payload: &[u8]) -> usize {
    assert_eq!(payload.len() as u64, header.payload_len);
    let (bytes, start) = header.bytes();
    let out = &mut out[..start + payload.len()];
    match out.as_chunks_mut() {
        // What this writes behind the header is the payload's place and is overwritten below.
        ([low, high, ..], _) => [*low, *high] = bytes,
        _ => out[..start].copy_from_slice(&bytes.as_flattened()[..start]),
    }
    let target = &mut out[start..];
    match header.mask {
        Some(key) => mask_copy(target, payload, key),
        None => target.copy_from_slice(payload),
    }
    start + payload.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(payload_len: u64, mask: Option<[u8; 4]>) -> FrameHeader {
        FrameHeader {
            fin: true,
            rsv: 0,
            opcode: OpCode::BINARY,
            mask,
            payload_len,
        }
    }

    #[test]
    fn lengths_take_their_shortest_form() {
        for (length, expected) in [
            (0, &[0x82, 0][..]),
            (125, &[0x82, 125]),
            (126, &[0x82, 126, 0, 126]),
            (0xFFFF, &[0x82, 126, 0xFF, 0xFF]),
            (0x1_0000, &[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
            (
                u64::MAX >> 1,
                &[0x82, 127, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            ),
        ] {
            let mut out = [0xEE; FrameHeader::MAX_LEN];
            let header = header(length, None);
            assert_eq!(header.encode(&mut out), expected.len());
            assert_eq!(&out[..expected.len()], expected);
            assert!(out[expected.len()..].iter().all(|&byte| byte == 0xEE));
            assert_eq!(header.encoded_len(), expected.len());
        }
    }

    #[test]
    fn the_examples_of_rfc_6455_section_5_7() {
        let mut out = [0; 64];
        let text = FrameHeader {
            opcode: OpCode::TEXT,
            ..header(5, None)
        };
        let written = encode_frame(&mut out, &text, b"Hello");
        assert_eq!(out[..written], *b"\x81\x05Hello");
        let masked = FrameHeader {
            mask: Some([0x37, 0xfa, 0x21, 0x3d]),
            ..text
        };
        let written = encode_frame(&mut out, &masked, b"Hello");
        assert_eq!(
            out[..written],
            *b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
        );
        assert_eq!(masked.encoded_len(), 6);
        assert_eq!(header(256, None).encoded_len(), 4);
        assert_eq!(header(65536, Some([0; 4])).encoded_len(), 14);
    }

    #[test]
    fn opcodes_are_classed() {
        for value in 0..16 {
            let opcode = OpCode::from_first_byte(0xF0 | value);
            assert_eq!(opcode.value(), value);
            assert_eq!(opcode.is_control(), value >= 8);
            assert_eq!(opcode.is_reserved(), ![0, 1, 2, 8, 9, 10].contains(&value));
        }
    }

    #[test]
    fn first_byte_holds_fin_rsv_and_opcode() {
        let frame = FrameHeader {
            rsv: 0b100,
            opcode: OpCode::TEXT,
            ..header(0, None)
        };
        assert_eq!(frame.first_byte(), 0xC1);
        assert_eq!(
            FrameHeader {
                fin: false,
                rsv: 0b001,
                ..frame
            }
            .first_byte(),
            0x11
        );
    }
}
