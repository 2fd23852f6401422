//! Requests: their heads and the framing of their bodies.

use http1_proto::Version;
use http1_proto::request::{BodyEncoder, BodyError, InvalidHead, LAST_CHUNK, write_head};

/// Statements: facts 24.1, 24.2, 24.4
#[test]
fn f24_1_a_head_is_a_request_line_and_headers_and_an_empty_line() {
    let mut out = b"before".to_vec();
    let headers = [
        ("Host", "example.com"),
        ("X-Empty", ""),
        ("Cookie", "a=b; c=\u{e4}"),
    ];
    write_head(&mut out, "POST", "/p?q=1", Version::Http11, headers).expect("a head");
    assert_eq!(
        String::from_utf8_lossy(&out),
        "beforePOST /p?q=1 HTTP/1.1\r\nHost: example.com\r\nX-Empty: \r\nCookie: a=b; c=\u{e4}\r\n\r\n"
    );
    let mut out = Vec::new();
    let none: [(&[u8], &[u8]); 0] = [];
    write_head(&mut out, b"CONNECT", b"[::1]:443", Version::Http10, none).expect("a head");
    assert_eq!(out, b"CONNECT [::1]:443 HTTP/1.0\r\n\r\n");
}

#[test]
fn what_would_read_as_something_else_is_refused() {
    let written = |method: &str, target: &str, name: &str, value: &str| {
        let mut out = b"before".to_vec();
        let headers = [("A", "b"), (name, value)];
        let result = write_head(&mut out, method, target, Version::Http11, headers);
        assert_eq!(result.is_err(), out == b"before");
        result
    };
    for bad in ["", "a b", "a\r\nb", "a\nb", "a\0", "a\tb", " a", "a\x7F"] {
        assert_eq!(
            written(bad, "/", "N", "v"),
            Err(InvalidHead::Method),
            "{bad:?}"
        );
        // Facts 13.4: control characters that end nothing go out as they are.
        let harmless = bad == "a\tb" || bad == "a\x7F";
        assert_eq!(
            written("GET", bad, "N", "v").err(),
            (!harmless).then_some(InvalidHead::Target),
            "{bad:?}"
        );
        assert_eq!(
            written("GET", "/", bad, "v"),
            Err(InvalidHead::HeaderName),
            "{bad:?}"
        );
    }
    assert_eq!(
        written("GET", "/", "a:b", "v"),
        Err(InvalidHead::HeaderName)
    );
    for bad in ["a\r\nb: c", "a\n", "a\r", "\0"] {
        assert_eq!(
            written("GET", "/", "N", bad),
            Err(InvalidHead::HeaderValue),
            "{bad:?}"
        );
    }
    assert_eq!(written("GET", "/\u{e4}", "N", "a\tb\x01"), Ok(()));
}

#[test]
fn chunks_get_their_size_before_and_a_line_end_after() {
    let mut encoder = BodyEncoder::Chunked;
    for (length, line) in [
        (1, "1\r\n"),
        (15, "f\r\n"),
        (16, "10\r\n"),
        (0x1234, "1234\r\n"),
        (usize::MAX, &format!("{:x}\r\n", usize::MAX)),
    ] {
        let frame = encoder.frame(length).expect("a frame");
        assert_eq!(
            (frame.prefix(), frame.suffix()),
            (line.as_bytes(), &b"\r\n"[..])
        );
    }
    // Nothing is nothing, not the end.
    let frame = encoder.frame(0).expect("a frame");
    assert_eq!((frame.prefix(), frame.suffix()), (&b""[..], &b""[..]));
    assert_eq!(encoder.remaining(), None);
    assert_eq!(encoder.finish(), Ok(LAST_CHUNK));
    assert_eq!(encoder.finish(), Ok(&b""[..]));
    assert_eq!(encoder.frame(1), Err(BodyError::TooLong));
}

/// Statements: facts 7.6
#[test]
fn f7_6_no_more_goes_out_than_was_announced() {
    let mut encoder = BodyEncoder::Length(5);
    let frame = encoder.frame(3).expect("a frame");
    assert_eq!((frame.prefix(), frame.suffix()), (&b""[..], &b""[..]));
    assert_eq!(encoder.frame(3), Err(BodyError::TooLong));
    assert_eq!(
        (encoder.remaining(), encoder.finish()),
        (Some(2), Err(BodyError::TooShort))
    );
    assert!(encoder.frame(2).is_ok());
    assert_eq!(
        (encoder.remaining(), encoder.finish()),
        (Some(0), Ok(&b""[..]))
    );
    assert!(encoder.frame(0).is_ok());
    assert_eq!(encoder.frame(1), Err(BodyError::TooLong));
    assert_eq!(BodyEncoder::None.frame(1), Err(BodyError::TooLong));
    assert!(BodyEncoder::None.frame(0).is_ok());
}

#[test]
fn a_body_that_the_application_framed_goes_out_as_it_is() {
    let mut encoder = BodyEncoder::Raw;
    let frame = encoder.frame(1 << 20).expect("a frame");
    assert_eq!((frame.prefix(), frame.suffix()), (&b""[..], &b""[..]));
    assert_eq!(
        (encoder.remaining(), encoder.finish()),
        (None, Ok(&b""[..]))
    );
}
