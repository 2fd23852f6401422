//! Reading headers: which header a query level of `WinHttpQueryHeaders` means, the nth of a name, values as numbers and
//! dates, and everything as UTF-16 text.
//!
//! These are plain functions over any list of names and values, so that response headers, trailers and request headers are
//! read alike.

use crate::date::DateTime;
use crate::{Error, Result};

/// What a query level (`WINHTTP_QUERY_*`) asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The header of this name.
    Header(&'static str),
    /// `VERSION`: such as `HTTP/1.1`.
    Version,
    /// `STATUS_CODE`: three digits.
    StatusCode,
    /// `STATUS_TEXT`: the reason phrase.
    StatusText,
    /// `RAW_HEADERS`: the whole head, lines ended by NUL.
    RawHeaders,
    /// `RAW_HEADERS_CRLF`: the whole head, lines ended by CR LF.
    RawHeadersCrlf,
    /// `REQUEST_METHOD`: the request's verb.
    RequestMethod,
    /// `CUSTOM`: the header whose name the caller gives.
    Custom,
}

impl Level {
    /// What a number means; modifiers must have been taken off. Obsolete levels are answered by the header of that name.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a number without meaning (facts 6.10).
    pub fn from_number(number: u32) -> Result<Self> {
        match number {
            18 => Ok(Self::Version),
            19 => Ok(Self::StatusCode),
            20 => Ok(Self::StatusText),
            21 => Ok(Self::RawHeaders),
            22 => Ok(Self::RawHeadersCrlf),
            45 => Ok(Self::RequestMethod),
            65535 => Ok(Self::Custom),
            _ => {
                let index = usize::try_from(number).map_err(|_| Error::InvalidParameter)?;
                let name = NAMES.get(index).filter(|name| !name.is_empty());
                name.map(|name| Self::Header(name))
                    .ok_or(Error::InvalidParameter)
            }
        }
    }
}

/// The headers of the query levels, by number; empty where a number means none.
#[rustfmt::skip]
const NAMES: [&str; 79] = [
    /* 0 */ "Mime-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Id", "Content-Description",
    /* 5 */ "Content-Length", "Content-Language", "Allow", "Public", "Date",
    /* 10 */ "Expires", "Last-Modified", "Message-Id", "URI", "Derived-From",
    /* 15 */ "Cost", "Link", "Pragma", "", "",
    /* 20 */ "", "", "", "Connection", "Accept",
    /* 25 */ "Accept-Charset", "Accept-Encoding", "Accept-Language", "Authorization", "Content-Encoding",
    /* 30 */ "Forwarded", "From", "If-Modified-Since", "Location", "Orig-Uri",
    /* 35 */ "Referer", "Retry-After", "Server", "Title", "User-Agent",
    /* 40 */ "WWW-Authenticate", "Proxy-Authenticate", "Accept-Ranges", "Set-Cookie", "Cookie",
    /* 45 */ "", "Refresh", "Content-Disposition", "Age", "Cache-Control",
    /* 50 */ "Content-Base", "Content-Location", "Content-MD5", "Content-Range", "ETag",
    /* 55 */ "Host", "If-Match", "If-None-Match", "If-Range", "If-Unmodified-Since",
    /* 60 */ "Max-Forwards", "Proxy-Authorization", "Range", "Transfer-Encoding", "Upgrade",
    /* 65 */ "Vary", "Via", "Warning", "Expect", "Proxy-Connection",
    /* 70 */ "Unless-Modified-Since", "", "", "", "",
    /* 75 */ "Proxy-Support", "Authentication-Info", "PassportURLs", "PassportConfig",
];

/// The value of the `nth` header (from 0) of a name, in any case of letters.
pub fn nth_value<'a>(
    headers: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
    name: &[u8],
    nth: usize,
) -> Option<&'a [u8]> {
    let mut values = headers
        .into_iter()
        .filter(|(other, _)| other.eq_ignore_ascii_case(name))
        .map(|(_, value)| value);
    values.nth(nth)
}

/// A value as a number of 32 bits (`WINHTTP_QUERY_FLAG_NUMBER`): decimal digits, blanks around them allowed.
///
/// # Errors
/// [`Error::InvalidParameter`] for anything else, and for a number that is too large (behaviour 7.6).
pub fn number(value: &[u8]) -> Result<u32> {
    u32::try_from(number64(value)?).map_err(|_| Error::InvalidParameter)
}

/// A value as a number of 64 bits (`WINHTTP_QUERY_FLAG_NUMBER64`).
///
/// # Errors
/// As [`number`].
pub fn number64(value: &[u8]) -> Result<u64> {
    let digits = value.trim_ascii();
    if digits.is_empty() {
        return Err(Error::InvalidParameter);
    }
    digits.iter().try_fold(0u64, |number, &byte| {
        let digit = char::from(byte)
            .to_digit(10)
            .ok_or(Error::InvalidParameter)?;
        let shifted = number.checked_mul(10).ok_or(Error::InvalidParameter)?;
        shifted
            .checked_add(u64::from(digit))
            .ok_or(Error::InvalidParameter)
    })
}

/// A value as a date (`WINHTTP_QUERY_FLAG_SYSTEMTIME`).
///
/// # Errors
/// As [`DateTime::parse`].
pub fn date(value: &[u8]) -> Result<DateTime> {
    DateTime::parse(value)
}

/// The units of a text that came from the wire: UTF-8 if it is that, else each byte is the character of its number
/// (ISO 8859-1).
pub fn utf16(text: &[u8]) -> impl Iterator<Item = u16> + '_ {
    let (decoded, bytes) = match str::from_utf8(text) {
        Ok(decoded) => (decoded, &[][..]),
        Err(_) => ("", text),
    };
    decoded
        .encode_utf16()
        .chain(bytes.iter().map(|&byte| u16::from(byte)))
}

/// How the lines of a raw head end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// `RAW_HEADERS`: NUL.
    Nul,
    /// `RAW_HEADERS_CRLF`: CR LF, and once more at the end of the text.
    CrLf,
}

/// A whole head as text: the status or request line, then `Name: value` for each header. Without a first line (trailers)
/// it begins with the headers.
///
/// With [`LineEnd::CrLf`] it ends with an empty line (facts 6.6). With [`LineEnd::Nul`] it ends with the NUL of its last line;
/// the terminator that every text gets in a caller's buffer is the second of the two NULs that callers expect (facts 6.7).
pub fn raw<'a>(
    first_line: &[u8],
    headers: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
    end: LineEnd,
) -> Vec<u16> {
    let mut text = Vec::new();
    each_piece(first_line, headers, end, |piece| text.extend(utf16(piece)));
    text
}

/// [`raw`] as the bytes that came from the wire (`WINHTTP_QUERY_FLAG_WIRE_ENCODING`).
pub fn raw_bytes<'a>(
    first_line: &[u8],
    headers: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
    end: LineEnd,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    each_piece(first_line, headers, end, |piece| {
        bytes.extend_from_slice(piece);
    });
    bytes
}

fn each_piece<'a>(
    first_line: &[u8],
    headers: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
    end: LineEnd,
    mut push: impl FnMut(&[u8]),
) {
    let end_of_line: &[u8] = match end {
        LineEnd::Nul => b"\0",
        LineEnd::CrLf => b"\r\n",
    };
    if !first_line.is_empty() {
        push(first_line);
        push(end_of_line);
    }
    for (name, value) in headers {
        for piece in [name, b": ", value, end_of_line] {
            push(piece);
        }
    }
    if end == LineEnd::CrLf {
        push(end_of_line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADERS: [(&[u8], &[u8]); 4] = [
        (b"Server", b"nginx"),
        (b"Set-Cookie", b"a=1"),
        (b"set-cookie", b"b=2"),
        (b"X-Empty", b""),
    ];

    fn text(units: &[u16]) -> String {
        String::from_utf16(units).unwrap()
    }

    /// Statements: facts 6.10; behaviour 18.75; options 9.2.
    #[test]
    fn f6_10_levels_have_their_names() {
        for (number, name) in [
            (0, "Mime-Version"),
            (5, "Content-Length"),
            (9, "Date"),
            (17, "Pragma"),
            (23, "Connection"),
            (34, "Orig-Uri"),
            (40, "WWW-Authenticate"),
            (44, "Cookie"),
            (46, "Refresh"),
            (54, "ETag"),
            (63, "Transfer-Encoding"),
            (70, "Unless-Modified-Since"),
            (75, "Proxy-Support"),
            (78, "PassportConfig"),
        ] {
            assert_eq!(Level::from_number(number), Ok(Level::Header(name)));
        }
        for (number, level) in [
            (18, Level::Version),
            (19, Level::StatusCode),
            (20, Level::StatusText),
            (21, Level::RawHeaders),
            (22, Level::RawHeadersCrlf),
            (45, Level::RequestMethod),
            (65535, Level::Custom),
        ] {
            assert_eq!(Level::from_number(number), Ok(level));
        }
        for number in [71, 74, 79, 80, 65534, 65536, u32::MAX] {
            assert_eq!(Level::from_number(number), Err(Error::InvalidParameter));
        }
    }

    /// Statements: facts 6.19; behaviour 18.73, 18.78.
    #[test]
    fn bc73_the_nth_of_a_name_is_found_in_any_case() {
        assert_eq!(nth_value(HEADERS, b"SET-COOKIE", 0), Some(&b"a=1"[..]));
        assert_eq!(nth_value(HEADERS, b"SET-COOKIE", 1), Some(&b"b=2"[..]));
        assert_eq!(nth_value(HEADERS, b"SET-COOKIE", 2), None);
        assert_eq!(nth_value(HEADERS, b"x-empty", 0), Some(&b""[..]));
        assert_eq!(nth_value(HEADERS, b"Set-Cooki", 0), None);
    }

    /// Statements: behaviour 18.80, 18.81.
    #[test]
    fn bc80_numbers_are_decimal_digits_in_range() {
        assert_eq!(number(b"0"), Ok(0));
        assert_eq!(number(b" 007\t"), Ok(7));
        assert_eq!(number(b"4294967295"), Ok(u32::MAX));
        assert_eq!(number64(b"4294967296"), Ok(1 << 32));
        assert_eq!(number64(b"18446744073709551615"), Ok(u64::MAX));
        for value in [
            &b""[..],
            b" ",
            b"-1",
            b"+1",
            b"1 2",
            b"0x1",
            b"1.0",
            b"text",
            b"\xB2",
        ] {
            assert_eq!(number64(value), Err(Error::InvalidParameter));
            assert_eq!(number(value), Err(Error::InvalidParameter));
        }
        assert_eq!(number(b"4294967296"), Err(Error::InvalidParameter));
        assert_eq!(
            number64(b"18446744073709551616"),
            Err(Error::InvalidParameter)
        );
        assert_eq!(number64(&[b'9'; 100_000]), Err(Error::InvalidParameter));
    }

    /// Statements: behaviour 18.79.
    #[test]
    fn bc79_dates_are_read() {
        let read = date(b"Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!((read.year, read.day_of_week, read.second), (1994, 0, 37));
        assert_eq!(date(b"0"), Err(Error::InvalidParameter));
    }

    /// Statements: facts 6.6; behaviour 18.74.
    #[test]
    fn f6_6_the_raw_head_with_crlf_ends_with_an_empty_line() {
        let raw_text = text(&raw(b"HTTP/1.1 200 OK", HEADERS, LineEnd::CrLf));
        assert_eq!(
            raw_text,
            "HTTP/1.1 200 OK\r\nServer: nginx\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nX-Empty: \r\n\r\n"
        );
        let request = text(&raw(b"GET /x HTTP/1.1", [], LineEnd::CrLf));
        assert_eq!(request, "GET /x HTTP/1.1\r\n\r\n");
    }

    /// Statements: facts 6.7; behaviour 18.75.
    #[test]
    fn f6_7_the_raw_head_counts_one_of_its_two_last_nuls() {
        let mut units = raw(b"HTTP/1.1 200 OK", HEADERS, LineEnd::Nul);
        let size = units.len();
        units.push(0); // every text gets one
        assert_eq!(
            text(&units),
            "HTTP/1.1 200 OK\0Server: nginx\0Set-Cookie: a=1\0set-cookie: b=2\0X-Empty: \0\0"
        );
        assert_eq!(units[size - 1..], [0, 0]);
        assert_ne!(units[size - 2], 0);
    }

    #[test]
    fn raw_trailers_begin_with_a_header() {
        let one: [(&[u8], &[u8]); 1] = [(b"A", b"b")];
        assert_eq!(text(&raw(b"", one, LineEnd::CrLf)), "A: b\r\n\r\n");
        assert_eq!(text(&raw(b"", one, LineEnd::Nul)), "A: b\0");
        assert_eq!(text(&raw(b"", [], LineEnd::CrLf)), "\r\n");
    }

    #[test]
    fn the_raw_bytes_are_those_of_the_wire() {
        let one: [(&[u8], &[u8]); 1] = [(b"A", b"gr\xFCn \xC3\xBC")];
        let bytes = raw_bytes(b"HTTP/1.1 200 OK", one, LineEnd::CrLf);
        assert_eq!(bytes, b"HTTP/1.1 200 OK\r\nA: gr\xFCn \xC3\xBC\r\n\r\n");
        let bytes = raw_bytes(b"HTTP/1.1 200 OK", one, LineEnd::Nul);
        assert_eq!(bytes, b"HTTP/1.1 200 OK\0A: gr\xFCn \xC3\xBC\0");
    }

    #[test]
    fn text_is_utf_8_or_else_one_character_per_byte() {
        let decode = |bytes: &[u8]| text(&utf16(bytes).collect::<Vec<_>>());
        assert_eq!(decode(b"plain"), "plain");
        assert_eq!(
            decode("gr\u{fc}n \u{1f600}".as_bytes()),
            "gr\u{fc}n \u{1f600}"
        );
        assert_eq!(decode(b"gr\xFCn"), "gr\u{fc}n");
        assert_eq!(decode(b"\xFF\x80"), "\u{ff}\u{80}");
        assert_eq!(decode(b""), "");
    }
}
