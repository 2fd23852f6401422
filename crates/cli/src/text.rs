//! How numbers and payloads are shown.

/// Payloads are shown up to this many characters.
const PREVIEW: usize = 32;

/// A number with its thousands set apart: `1,048,576`.
pub(crate) fn grouped(number: impl std::fmt::Display) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 byte`, `2 bytes`
pub(crate) fn byte_count(bytes: usize) -> String {
    let plural = if bytes == 1 { "" } else { "s" };
    format!("{} byte{plural}", grouped(bytes))
}

/// Bytes in hexadecimal, two digits each, set apart by spaces.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(" ")
}

/// The beginning of text in quotes, control characters escaped.
pub(crate) fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(PREVIEW).collect();
    if shown.len() < text.len() {
        shown.push('\u{2026}');
    }
    format!("{shown:?}")
}

/// The beginning of a payload: text in quotes, anything else in hexadecimal.
pub(crate) fn preview(payload: &[u8], is_text: bool) -> String {
    match std::str::from_utf8(payload) {
        Ok(text) if is_text => quoted(text),
        _ if payload.len() > PREVIEW / 2 => format!("{} \u{2026}", hex(&payload[..PREVIEW / 2])),
        _ => hex(payload),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_048_576, "1,048,576"),
        ] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(byte_count(1), "1 byte");
        assert_eq!(byte_count(2000), "2,000 bytes");
    }

    #[test]
    fn long_payloads_are_cut() {
        assert_eq!(preview(b"a\x1b", true), r#""a\u{1b}""#);
        assert_eq!(preview("é".repeat(40).as_bytes(), true).chars().count(), 35);
        assert_eq!(preview(b"\xff\0", false), "ff 00");
        assert_eq!(
            preview(&[0; 17], false),
            format!("{} \u{2026}", hex(&[0; 16]))
        );
        // Part of a character at the end of a fragment.
        assert_eq!(preview(b"\xc3", true), "c3");
    }
}
