//! Percent-escapes, written and read.

/// How `WinHttpOpenRequest` escapes its object name. The default escapes what must not stand in a request line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EscapeFlags {
    /// `WINHTTP_FLAG_ESCAPE_PERCENT`: a percent sign becomes `%25`, so that nothing counts as escaped already.
    pub percent: bool,
    /// `WINHTTP_FLAG_ESCAPE_DISABLE`: only the space, NUL and what is above 0x7F are escaped; CR and LF are removed.
    pub disable: bool,
    /// `WINHTTP_FLAG_ESCAPE_DISABLE_QUERY`: as `disable`, from the first `?` on.
    pub disable_query: bool,
    /// An object name of `*` alone stays that (the asterisk form of RFC 9112 section 3.2.4). For the method OPTIONS; with
    /// any other `*` is the name of an object like any other.
    pub asterisk: bool,
}

/// The request target of an object name: ASCII, beginning with `/` (or `*`, see [`EscapeFlags::asterisk`]), without space,
/// NUL, CR and LF.
///
/// A missing slash is put before it; an empty name is `/`. Escaped by default: control characters, DEL, space and the
/// characters `"`, `#`, `<`, `>`, `[`, `\`, `]`, `^`, `` ` ``, `{`, `|`, `}`. Characters above 0x7F are escaped as UTF-8
/// whatever the flags; unpaired surrogates count as U+FFFD. Dot segments stay. Facts 1.6, 1.7, 13; README 27, 28.
pub fn escape_object_name(object: &[u16], flags: EscapeFlags) -> String {
    if flags.asterisk && object == [u16::from(b'*')] {
        return "*".to_owned();
    }
    let mut target = String::with_capacity(object.len() + 1);
    if object.first() != Some(&u16::from(b'/')) {
        target.push('/');
    }
    let mut disable = flags.disable;
    let mut push = |byte: u8| target.push(char::from(byte));
    for character in characters(object) {
        match u8::try_from(character) {
            Ok(b'\r' | b'\n') if disable => {}
            Ok(byte @ (0 | b' ')) => push_byte(byte, &mut push),
            Ok(byte @ ..=0x7F) if disable => push(byte),
            Ok(b'%') if flags.percent => push_byte(b'%', &mut push),
            Ok(byte @ ..=0x7F) if unsafe_in_request(byte) => push_byte(byte, &mut push),
            Ok(byte @ ..=0x7F) => {
                disable |= byte == b'?' && flags.disable_query;
                push(byte);
            }
            _ => push_utf8(character, &mut push),
        }
    }
    target
}

/// Escapes what [`escape_object_name`] escapes by default, for `ICU_ESCAPE` of `WinHttpCrackUrl`; with `percent` the
/// percent sign too. Nothing is put before it.
pub fn escape_component(component: &[u16], percent: bool) -> Vec<u16> {
    let mut escaped = Vec::with_capacity(component.len());
    let mut push = |byte: u8| escaped.push(u16::from(byte));
    for character in characters(component) {
        match u8::try_from(character) {
            Ok(byte @ ..=0x7F) if !(unsafe_in_request(byte) || byte == b'%' && percent) => {
                push(byte);
            }
            _ => push_utf8(character, &mut push),
        }
    }
    escaped
}

/// Turns `%XX` into characters, for `ICU_DECODE` of `WinHttpCrackUrl`; never longer than what it is given.
///
/// Escapes that follow each other are taken as UTF-8; if they are not, each is the character of its number. `%00` and what
/// is no escape stay as they are: a NUL would end the text for most readers of the result.
pub fn decode_component(component: &[u16]) -> Vec<u16> {
    let mut decoded = Vec::with_capacity(component.len());
    let mut run = Vec::new();
    let mut rest = component;
    while let Some((&unit, behind)) = rest.split_first() {
        if let Some(byte) = escaped_byte(rest) {
            run.push(byte);
            rest = &rest[3..];
        } else {
            push_decoded(&mut run, &mut decoded);
            decoded.push(unit);
            rest = behind;
        }
    }
    push_decoded(&mut run, &mut decoded);
    decoded
}

fn push_decoded(run: &mut Vec<u8>, decoded: &mut Vec<u16>) {
    match str::from_utf8(run) {
        Ok(text) => decoded.extend(text.encode_utf16()),
        Err(_) => decoded.extend(run.iter().map(|&byte| u16::from(byte))),
    }
    run.clear();
}

/// The byte that the text begins with an escape of, unless it is NUL.
fn escaped_byte(text: &[u16]) -> Option<u8> {
    let &[percent, high, low, ..] = text else {
        return None;
    };
    if percent != u16::from(b'%') {
        return None;
    }
    let digit = |unit: u16| char::from_u32(u32::from(unit))?.to_digit(16);
    let byte = u8::try_from(digit(high)? * 16 + digit(low)?).ok()?;
    (byte != 0).then_some(byte)
}

/// ASCII that `WinHttpOpenRequest` escapes by default (facts 13.1).
fn unsafe_in_request(byte: u8) -> bool {
    matches!(
        byte,
        0..=b' ' | b'"' | b'#' | b'<' | b'>' | b'['..=b'^' | b'`' | b'{'..=b'}' | 0x7F
    )
}

/// ASCII that `WinHttpCreateUrl` escapes (facts 22.11).
pub(super) fn unsafe_in_created_url(byte: u8) -> bool {
    unsafe_in_request(byte) || matches!(byte, b'%' | b'~')
}

/// The characters of UTF-16 text, U+FFFD for an unpaired surrogate.
pub(super) fn characters(units: &[u16]) -> impl Iterator<Item = char> + '_ {
    char::decode_utf16(units.iter().copied())
        .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// Writes a character's UTF-8 as escapes.
pub(super) fn push_utf8(character: char, push: &mut impl FnMut(u8)) {
    for &byte in character.encode_utf8(&mut [0; 4]).as_bytes() {
        push_byte(byte, push);
    }
}

/// Writes one escape, in upper case.
pub(super) fn push_byte(byte: u8, push: &mut impl FnMut(u8)) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    push(b'%');
    push(DIGITS[usize::from(byte >> 4)]);
    push(DIGITS[usize::from(byte & 15)]);
}
