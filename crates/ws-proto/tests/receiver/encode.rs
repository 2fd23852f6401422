//! An encoder of its own, so that the tests do not trust the crate's: frames by hand, right or wrong ones.

/// The key of all masked frames here: its bytes differ, so that a wrong phase shows.
pub(crate) const KEY: [u8; 4] = [0x37, 0xFA, 0x21, 0x3D];

/// The form of a frame's length (RFC 6455 section 5.2).
#[derive(Clone, Copy)]
pub(crate) enum Length {
    /// In the second byte.
    Short(u8),
    /// 126 and 16 bits.
    Medium(u16),
    /// 127 and 64 bits.
    Long(u64),
}

impl Length {
    fn shortest(len: usize) -> Self {
        match len {
            0..=125 => Self::Short(len as u8),
            126..=65535 => Self::Medium(len as u16),
            _ => Self::Long(len as u64),
        }
    }
}

/// A header with any length in any form.
pub(crate) fn header(first: u8, key: Option<[u8; 4]>, length: Length) -> Vec<u8> {
    let mask_bit = if key.is_some() { 0x80 } else { 0 };
    let mut bytes = vec![first];
    match length {
        Length::Short(length) => bytes.push(mask_bit + length),
        Length::Medium(length) => {
            bytes.push(mask_bit + 126);
            bytes.extend(length.to_be_bytes());
        }
        Length::Long(length) => {
            bytes.push(mask_bit + 127);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes.extend(key.into_iter().flatten());
    bytes
}

/// A frame with the shortest length.
pub(crate) fn frame(first: u8, key: Option<[u8; 4]>, payload: &[u8]) -> Vec<u8> {
    let mut bytes = header(first, key, Length::shortest(payload.len()));
    let key = key.unwrap_or_default();
    bytes.extend(
        payload
            .iter()
            .zip(key.iter().cycle())
            .map(|(byte, mask)| byte ^ mask),
    );
    bytes
}

/// The payload of a Close.
pub(crate) fn close_payload(code: u16, reason: &[u8]) -> Vec<u8> {
    [&code.to_be_bytes()[..], reason].concat()
}

/// `len` bytes that repeat late.
pub(crate) fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i % 251) as u8).collect()
}

/// `len` bytes of text with characters of all lengths.
pub(crate) fn text(len: usize) -> String {
    let mut text: String = "a\u{e9}\u{20ac}\u{1f600}"
        .chars()
        .cycle()
        .scan(0, |used, c| {
            *used += c.len_utf8();
            (*used <= len).then_some(c)
        })
        .collect();
    text.extend(std::iter::repeat_n('x', len - text.len()));
    text
}
