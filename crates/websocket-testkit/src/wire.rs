//! RFC 6455 on the wire, written for tests: slow, plain, and independent of the engine under test.

/// First-byte bit: last frame of its message.
pub const FIN: u8 = 0x80;
/// Opcode of a frame that goes on with a message.
pub const CONTINUATION: u8 = 0;
/// Opcode of a text frame.
pub const TEXT: u8 = 1;
/// Opcode of a binary frame.
pub const BINARY: u8 = 2;
/// Opcode of a Close frame.
pub const CLOSE: u8 = 8;
/// Opcode of a Ping frame.
pub const PING: u8 = 9;
/// Opcode of a Pong frame.
pub const PONG: u8 = 10;

/// The key of the RFC's examples.
pub const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// XORs `bytes` with `key`, bytewise; the first byte meets `key[0]`.
pub fn mask(bytes: &mut [u8], key: [u8; 4]) {
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte ^= key[index % 4];
    }
}

/// A frame header: first byte, shortest length form, key if any.
pub fn header(first: u8, length: u64, key: Option<[u8; 4]>) -> Vec<u8> {
    let mask_bit = if key.is_some() { 0x80 } else { 0 };
    let mut out = vec![first];
    match length {
        0..=125 => out.push(mask_bit | length as u8),
        126..=0xFFFF => {
            out.push(mask_bit | 126);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            out.push(mask_bit | 127);
            out.extend_from_slice(&length.to_be_bytes());
        }
    }
    out.extend_from_slice(key.as_ref().map_or(&[][..], |key| &key[..]));
    out
}

/// A whole frame. `first` is the first byte as on the wire, for example `FIN | TEXT`.
pub fn frame(first: u8, payload: &[u8], key: Option<[u8; 4]>) -> Vec<u8> {
    let mut out = header(first, payload.len() as u64, key);
    let start = out.len();
    out.extend_from_slice(payload);
    mask(&mut out[start..], key.unwrap_or([0; 4]));
    out
}

/// The payload of a Close frame.
pub fn close_payload(status: u16, reason: &[u8]) -> Vec<u8> {
    [&status.to_be_bytes(), reason].concat()
}

/// A frame as read back from the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// First byte: FIN, reserved bits, opcode.
    pub first: u8,
    /// Masking key, if the MASK bit is set.
    pub key: Option<[u8; 4]>,
    /// Payload, unmasked.
    pub payload: Vec<u8>,
    /// Length of the header in bytes, the key included.
    pub header_length: usize,
}

impl Frame {
    /// Cuts the first frame off `bytes`; `None` if it is incomplete.
    ///
    /// # Panics
    /// If the length is not in its shortest form.
    pub fn cut(bytes: &mut &[u8]) -> Option<Self> {
        let (&first, &second) = (bytes.first()?, bytes.get(1)?);
        let (extended, length) = match second & 0x7F {
            126 => {
                let length = u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?);
                assert!(length > 125, "length in a longer form than needed");
                (2, u64::from(length))
            }
            127 => {
                let length = u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?);
                assert!(length > 0xFFFF, "length in a longer form than needed");
                (8, length)
            }
            length => (0, u64::from(length)),
        };
        let mut at = 2 + extended;
        let key: Option<[u8; 4]> = match second & 0x80 {
            0 => None,
            _ => Some(bytes.get(at..at + 4)?.try_into().ok()?),
        };
        at += if key.is_some() { 4 } else { 0 };
        let end = at.checked_add(usize::try_from(length).ok()?)?;
        let mut payload = bytes.get(at..end)?.to_vec();
        mask(&mut payload, key.unwrap_or([0; 4]));
        *bytes = &bytes[end..];
        Some(Self {
            first,
            key,
            payload,
            header_length: at,
        })
    }

    /// The one frame that `bytes` consist of.
    ///
    /// # Panics
    /// If they are anything else.
    pub fn only(bytes: &[u8]) -> Self {
        let mut rest = bytes;
        let frame = Self::cut(&mut rest).unwrap_or_else(|| panic!("incomplete frame {bytes:02x?}"));
        assert!(rest.is_empty(), "bytes after the frame: {rest:02x?}");
        frame
    }
}
