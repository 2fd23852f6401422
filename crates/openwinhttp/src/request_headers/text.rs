//! Header texts: from UTF-16 to bytes, and from a block to its headers.

use super::MAX_HEADERS;
use crate::{Error, Result};

/// The bytes of a header text: one byte for each character up to U+00FF, UTF-8 for the others (behaviour 8). Unpaired
/// surrogates become U+FFFD. Only the control characters themselves become their bytes.
pub fn encode(text: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for character in char::decode_utf16(text.iter().copied()) {
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        match u8::try_from(character) {
            Ok(byte) => bytes.push(byte),
            Err(_) => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

/// The headers of a block, name and trimmed value, each checked.
pub(super) fn lines(block: &[u8]) -> Result<Vec<(&[u8], &[u8])>> {
    let end = block.iter().rposition(|&byte| byte != 0);
    let block = &block[..end.map_or(0, |last| last + 1)];
    let mut headers = Vec::new();
    for line in block.split(|byte| matches!(byte, b'\r' | b'\n')) {
        if line.is_empty() {
            continue;
        }
        let colon = line.iter().position(|&byte| byte == b':');
        let (name, value) = line.split_at(colon.ok_or(Error::InvalidParameter)?);
        let value = &value[1..];
        check_name(name)?;
        check_value(value)?;
        if headers.len() == MAX_HEADERS {
            return Err(Error::NotEnoughMemory);
        }
        headers.push((name, value.trim_ascii()));
    }
    Ok(headers)
}

/// A name must be a token: RFC 9110 section 5.6.2.
pub(super) fn check_name(name: &[u8]) -> Result<()> {
    let token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    if name.is_empty() || !name.iter().all(token) {
        return Err(Error::InvalidParameter);
    }
    Ok(())
}

/// A value may hold anything but what ends it: RFC 9110 section 5.5.
pub(super) fn check_value(value: &[u8]) -> Result<()> {
    if value.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        return Err(Error::InvalidParameter);
    }
    Ok(())
}
