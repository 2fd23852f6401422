//! Frame headers for human eyes.

use ws_proto::{FrameHeader, OpCode};

use crate::text::{byte_count, hex};

/// Takes the header at the start of `frame` apart: it and its length. `None` if `frame` is shorter than its header.
fn decode(frame: &[u8]) -> Option<(FrameHeader, usize)> {
    let [first, second, rest @ ..] = frame else {
        return None;
    };
    let (payload_len, length_len) = match second & 0x7F {
        126 => (u64::from(u16::from_be_bytes(*rest.first_chunk()?)), 2),
        127 => (u64::from_be_bytes(*rest.first_chunk()?), 8),
        short => (u64::from(short), 0),
    };
    let mask = match second & 0x80 {
        0 => None,
        _ => Some(*rest.get(length_len..)?.first_chunk()?),
    };
    let header = FrameHeader {
        fin: first & 0x80 != 0,
        rsv: (first >> 4) & 0x7,
        opcode: OpCode::from_first_byte(*first),
        mask,
        payload_len,
    };
    let len = 2 + length_len + if mask.is_some() { 4 } else { 0 };
    Some((header, len))
}

/// The header at the start of `frame` in words, and its bytes.
pub(crate) fn describe(frame: &[u8]) -> String {
    let Some((header, len)) = decode(frame) else {
        return String::from("part of a frame");
    };
    let name = match header.opcode {
        OpCode::CONTINUATION => "continuation",
        OpCode::TEXT => "text",
        OpCode::BINARY => "binary",
        OpCode::CLOSE => "close",
        OpCode::PING => "ping",
        OpCode::PONG => "pong",
        _ => "reserved",
    };
    let fin = if header.fin { "FIN " } else { "" };
    let masked = if header.mask.is_some() { "masked " } else { "" };
    let payload = byte_count(usize::try_from(header.payload_len).unwrap_or(usize::MAX));
    let bytes = hex(&frame[..len]);
    format!("{fin}{masked}{name}, {payload}  [{bytes}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_encoded_is_decoded() {
        for payload_len in [0, 1, 125, 126, 0xFFFF, 0x1_0000, u64::MAX >> 1] {
            for mask in [None, Some([1, 2, 3, 4])] {
                let header = FrameHeader {
                    fin: payload_len % 2 == 0,
                    rsv: 5,
                    opcode: OpCode::BINARY,
                    mask,
                    payload_len,
                };
                let mut frame = [0; FrameHeader::MAX_LEN];
                let len = header.encode(&mut frame);
                assert_eq!(decode(&frame[..len]), Some((header, len)));
                for short in 0..len {
                    assert_eq!(decode(&frame[..short]), None, "{header:?} {short}");
                }
            }
        }
    }

    #[test]
    fn headers_in_words() {
        assert_eq!(
            describe(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"),
            "FIN masked text, 5 bytes  [81 85 37 fa 21 3d]"
        );
        assert_eq!(describe(b"\x00\x01x"), "continuation, 1 byte  [00 01]");
        assert_eq!(describe(b"\x81"), "part of a frame");
    }
}
