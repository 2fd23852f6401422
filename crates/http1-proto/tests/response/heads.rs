//! Heads: what is accepted, its normal form, and what is refused.

use http1_proto::{CloseReason, Error, Limits, Version};

use crate::check::Case;

/// Statements: facts 8.1
#[test]
fn f8_1_a_usual_head_is_read_as_it_is() {
    let script = "HTTP/1.1 404 Not Found\r\nServer: x\r\nContent-Length: 0\r\nX-empty: \r\nSERVER: y\r\n\r\n";
    let seen = Case::new(script).keeps().raw(script).body("");
    let head = seen.head();
    assert_eq!((head.version(), head.status()), (Version::Http11, 404));
    assert_eq!(head.reason(), b"Not Found");
    let names: Vec<_> = head.headers().iter().map(|h| h.name).collect();
    let expected: [&[u8]; 4] = [b"Server", b"Content-Length", b"X-empty", b"SERVER"];
    assert_eq!(names, expected);
    assert_eq!(head.headers().get("x-Empty"), Some(&b""[..]));
    assert_eq!(head.headers().get("x-Empt"), None);
}

/// Statements: facts 6.13
#[test]
fn f6_13_a_status_line_without_text_has_an_empty_reason() {
    for line in ["HTTP/1.1 204", "HTTP/1.1 204 ", "HTTP/1.1   204   "] {
        let seen = Case::new(format!("{line}\r\n\r\n")).keeps();
        assert_eq!(seen.head().reason(), b"");
        seen.raw("HTTP/1.1 204\r\n\r\n");
    }
}

/// Statements: facts 8.10
#[test]
fn f8_10_several_spaces_in_the_status_line_are_accepted() {
    let seen = Case::new("HTTP/1.1  200  OK \r\nContent-Length: 0\r\n\r\n").keeps();
    assert_eq!(seen.head().reason(), b"OK");
    seen.raw("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

/// Statements: facts 6.18
#[test]
fn f6_18_blanks_around_name_and_value_are_not_kept() {
    let script =
        "HTTP/1.1 204 x\r\nName  :   value\r\nA\t:\tb c \t \r\nEmpty:  \r\nTight:v\r\n\r\n";
    let seen = Case::new(script).keeps();
    assert_eq!(seen.head().headers().get("Name"), Some(&b"value"[..]));
    seen.raw("HTTP/1.1 204 x\r\nName: value\r\nA: b c\r\nEmpty: \r\nTight: v\r\n\r\n");
}

/// Statements: facts 6.19
#[test]
fn f6_19_headers_of_one_name_stay_apart_in_order() {
    let script = "HTTP/1.1 204 x\r\nWWW-Authenticate: NTLM\r\nB: 1\r\nwww-authenticate: Basic realm=\"a, b\"\r\n\r\n";
    let seen = Case::new(script).keeps();
    let headers = seen.head().headers();
    assert_eq!(headers.nth("WWW-AUTHENTICATE", 0), Some(&b"NTLM"[..]));
    assert_eq!(
        headers.nth("WWW-AUTHENTICATE", 1),
        Some(&b"Basic realm=\"a, b\""[..])
    );
    assert_eq!(headers.nth("WWW-AUTHENTICATE", 2), None);
    assert_eq!(headers.get_all(b"www-authenticate").count(), 2);
    assert_eq!(headers.len(), 3);
    assert_eq!(headers.at(1).map(|h| h.value), Some(&b"1"[..]));
    assert_eq!(headers.at(3), None);
}

/// Statements: facts 11.11
#[test]
fn f11_11_a_status_can_be_shown_as_another() {
    let seen =
        Case::new("HTTP/1.0  302 Found\r\nContent-Length: 0\r\n\r\n").closes(CloseReason::Http10);
    let mut head = seen.head().clone();
    head.set_status(401);
    head.set_status(99);
    head.set_status(1000);
    assert_eq!(head.status(), 401);
    let mut raw = Vec::new();
    head.raw_crlf(&mut raw);
    assert_eq!(raw, b"HTTP/1.0 401 Found\r\nContent-Length: 0\r\n\r\n");
}

#[test]
fn folded_values_are_joined_with_one_space() {
    Case::new("HTTP/1.1 204 x\r\nA: one\r\n \t two \r\n\tthree\r\nB:\r\n x\r\nC: y\r\n \r\nD:\r\n \r\n\r\n")
        .keeps()
        .raw("HTTP/1.1 204 x\r\nA: one two three\r\nB: x\r\nC: y\r\nD: \r\n\r\n");
}

#[test]
fn a_line_feed_alone_ends_a_line() {
    Case::new("HTTP/1.1 200 OK\nA: b\n c\nContent-Length: 2\n\nhi")
        .keeps()
        .raw("HTTP/1.1 200 OK\r\nA: b c\r\nContent-Length: 2\r\n\r\n")
        .body("hi");
    Case::new("HTTP/1.1 204\r\n\n").keeps();
    Case::new("HTTP/1.1 204\n\r\n").keeps();
}

#[test]
fn empty_lines_before_the_status_line_are_skipped() {
    Case::new("\r\n\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
        .keeps()
        .raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n")
        .body("x");
    Case::new("\r\n").fails(Error::HeadTruncated);
    Case::new("\r\rHTTP/1.1 200 OK\r\n\r\n").fails(Error::StatusLine);
}

#[test]
fn values_and_reasons_may_hold_any_text_byte() {
    let script = b"HTTP/1.1 204 \xFCber\r\nA: \x80\xFF\t\xC3\xA4\r\n\r\n";
    let seen = Case::new(script).keeps().raw(script);
    assert_eq!(seen.head().reason(), b"\xFCber");
    assert_eq!(
        seen.head().headers().get("a"),
        Some(&b"\x80\xFF\t\xC3\xA4"[..])
    );
}

/// Statements: behaviour 18.47; facts 7.9
#[test]
fn bc47_garbage_instead_of_a_status_line_is_refused_at_once() {
    // Before any line ends: nothing more is waited for.
    for script in [
        "G",
        "hello",
        "http/1.1 200",
        "HTTP/2",
        "HTTP/1.2",
        "HTTP/1,",
        "HTTPS",
        " HTTP/1.1 200 OK",
        "\0",
        "<html>",
        "\rX",
        "HTTP/1.9 200 OK",
    ] {
        Case::new(script).fails(Error::StatusLine);
    }
    // When its line ends.
    for line in [
        "HTTP/1.1",
        "HTTP/1.1 ",
        "HTTP/1.1 20",
        "HTTP/1.1 2000",
        "HTTP/1.1 20x",
        "HTTP/1.1 -20",
        "HTTP/1.1 099",
        "HTTP/1.1 000 OK",
        "HTTP/1.1\t200 OK",
        "HTTP/1.1 200\tOK",
        "HTTP/1.1 200OK",
        "HTTP/1.1200 OK",
        "HTTP/1.1 200 O\0K",
        "HTTP/1.1 200 O\rK",
        "HTTP/1.1 200 OK\r",
        "HTTP/1.12 200 OK",
        "HTTP/1.1 200 \x7F",
        "HTTP/1.1 +20 OK",
    ] {
        Case::new(format!("{line}\r\n")).fails(Error::StatusLine);
    }
}

#[test]
fn malformed_header_lines_are_refused() {
    for line in [
        "no colon",
        ": no name",
        "a b: c",
        "a\0: b",
        "a: b\0c",
        "a: b\rc",
        "a: b\x01",
        "a: \x7F",
        "(a): b",
        "a\u{e4}: b",
        "a",
        "a \r",
        "\rb: c",
        "\"a\": b",
    ] {
        Case::new(format!(
            "HTTP/1.1 200 OK\r\n{line}\r\nContent-Length: 0\r\n\r\n"
        ))
        .fails(Error::HeaderLine);
    }
    // Nothing to continue.
    Case::new("HTTP/1.1 200 OK\r\n a: b\r\n\r\n").fails(Error::HeaderLine);
}

/// Statements: behaviour 18.46
#[test]
fn bc46_a_head_over_the_limit_is_refused_and_one_within_is_not() {
    let head = |bytes: usize| {
        let (begin, end) = ("HTTP/1.1 204 x\r\nA: ", "\r\n\r\n");
        format!(
            "{begin}{}{end}",
            "y".repeat(bytes - begin.len() - end.len())
        )
    };
    let limits = |head_bytes| Limits {
        head_bytes,
        ..Limits::default()
    };
    let small = limits(100);
    Case::new(head(100)).limits(small).keeps();
    Case::new(head(101))
        .limits(small)
        .fails(Error::HeadTooLarge);
    // Where the default's size is concerned one manner is enough: the rest is the same code.
    for (bytes, limits, fits) in [
        (65536, Limits::default(), true),
        (65537, Limits::default(), false),
        (70000, Limits::default(), false),
        (70000, limits(100_000), true),
    ] {
        let mut reader = http1_proto::ResponseReader::new(Default::default(), limits);
        match reader.read_head(head(bytes).as_bytes()) {
            Ok(http1_proto::HeadStep::Final { consumed, .. }) => assert!(fits && consumed == bytes),
            Err(Error::HeadTooLarge) => assert!(!fits),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn more_headers_than_allowed_are_refused() {
    let head = |count: usize| format!("HTTP/1.1 204 x\r\n{}\r\n", "a: b\r\n c\r\n".repeat(count));
    let limits = Limits {
        header_count: 3,
        ..Limits::default()
    };
    Case::new(head(3)).limits(limits).keeps();
    Case::new(head(4))
        .limits(limits)
        .fails(Error::TooManyHeaders);
    let none = Limits {
        header_count: 0,
        ..Limits::default()
    };
    Case::new(head(0)).limits(none).keeps();
    Case::new(head(1)).limits(none).fails(Error::TooManyHeaders);
}

/// Statements: behaviour 18.44
#[test]
fn bc44_responses_1xx_come_before_the_final_one() {
    Case::new("HTTP/1.1 100 Continue\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        .keeps()
        .interim(&[100, 103])
        .status(200)
        .body("hi");
    // Each has the whole limit for itself.
    let limits = Limits {
        head_bytes: 40,
        header_count: 1,
        ..Limits::default()
    };
    let script = format!(
        "{}HTTP/1.1 204 x\r\na: b\r\n\r\n",
        "HTTP/1.1 100 x\r\na: b\r\n\r\n".repeat(11)
    );
    Case::new(script).limits(limits).keeps().interim(&[100; 11]);
    Case::new("HTTP/1.1 100 Continue\r\n\r\n").fails(Error::HeadTruncated);
}

/// Statements: facts 8.3
#[test]
fn f8_3_an_upgrade_is_final_and_what_follows_is_not_a_body() {
    let script =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nContent-Length: 5x\r\n\r\n";
    Case::new(script)
        .upgrade()
        .closes(CloseReason::Upgraded)
        .status(101)
        .body("");
    Case::new(script).fails(Error::UnexpectedUpgrade);
    Case::new("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        .upgrade()
        .keeps()
        .body("hi");
}

#[test]
fn a_tunnel_begins_after_the_answer_to_connect() {
    Case::new("HTTP/1.1 200 Connection established\r\nTransfer-Encoding: chunked\r\nContent-Length: x\r\n\r\n")
        .connect()
        .closes(CloseReason::Upgraded)
        .body("");
    Case::new("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno")
        .connect()
        .keeps()
        .body("no");
}

/// Statements: behaviour 18.48
#[test]
fn bc48_the_end_before_a_response_is_told_from_the_end_inside_a_head() {
    Case::new("").fails(Error::NoResponse);
    Case::new("H").fails(Error::HeadTruncated);
    Case::new("HTTP/1.1 200 OK\r\nA: b\r\n").fails(Error::HeadTruncated);
}

#[test]
fn headers_can_be_removed() {
    let seen = Case::new(
        "HTTP/1.1 204 x\r\nContent-Encoding: gzip\r\nA: b\r\ncontent-encoding: br\r\nC: d\r\n\r\n",
    )
    .keeps();
    let mut head = seen.head().clone();
    assert_eq!(head.headers_mut().remove("Content-encoding"), 2);
    assert_eq!(head.headers_mut().remove("Content-encoding"), 0);
    let mut raw = Vec::new();
    head.raw_crlf(&mut raw);
    assert_eq!(raw, b"HTTP/1.1 204 x\r\nA: b\r\nC: d\r\n\r\n");
    assert_eq!(head.headers().get("c"), Some(&b"d"[..]));
    assert_eq!(head.reason(), b"x");
    assert_eq!(format!("{:?}", head.headers()), r#"{"A": "b", "C": "d"}"#);
}

#[test]
fn tokens_are_found_in_lists() {
    let seen = Case::new("HTTP/1.1 204 x\r\nVary: a, B ,\tc\r\nvary: d\r\n\r\n").keeps();
    let headers = seen.head().headers();
    for token in ["a", "b", "C", "D"] {
        assert!(headers.has_token(b"vary", token.as_bytes()), "{token}");
    }
    assert!(!headers.has_token(b"vary", b"a, B"));
    assert!(!headers.has_token(b"var", b"a"));
}
