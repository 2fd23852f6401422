//! Servers that send without end: bounded memory, and no byte looked at twice.

use http1_proto::{Error, Exchange, HeadStep, Limits, ResponseReader};

/// Shows `bytes` one by one and counts those that were taken before the error.
fn byte_by_byte(limits: Limits, mut bytes: impl Iterator<Item = u8>) -> (usize, Error) {
    let mut reader = ResponseReader::new(Exchange::default(), limits);
    let mut buffer = Vec::new();
    loop {
        buffer.push(bytes.next().expect("endless"));
        match reader.read_head(&buffer) {
            Ok(HeadStep::NeedMore) => {}
            Ok(other) => panic!("{other:?}"),
            Err(error) => return (buffer.len(), error),
        }
    }
}

#[test]
fn endless_heads_fail_at_the_limit() {
    // Quadratic work would take hours here.
    let limits = Limits {
        head_bytes: 1 << 20,
        header_count: usize::MAX,
        ..Limits::default()
    };
    let begin = || b"HTTP/1.1 200 OK\r\n".iter().copied();
    let endless = |text: &'static [u8]| text.iter().copied().cycle();
    let over = ((1 << 20) + 1, Error::HeadTooLarge);
    assert_eq!(byte_by_byte(limits, begin().chain(endless(b"a"))), over);
    assert_eq!(
        byte_by_byte(limits, begin().chain(endless(b"a: b\r\n"))),
        over
    );
    assert_eq!(
        byte_by_byte(limits, begin().chain(endless(b"a: b\r\n c\n"))),
        over
    );
    assert_eq!(byte_by_byte(limits, begin().chain(endless(b"a\r"))), over);
    assert_eq!(
        byte_by_byte(limits, b"HTTP/1.1 ".iter().copied().chain(endless(b" "))),
        over
    );
    assert_eq!(byte_by_byte(limits, endless(b"\r\n")), over);
    assert_eq!(byte_by_byte(limits, endless(b"\n")), over);
}

#[test]
fn a_hundred_thousand_headers_fail_at_the_count() {
    let script = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a:b\r\n".repeat(100_000));
    let limits = Limits {
        head_bytes: 1 << 30,
        ..Limits::default()
    };
    let (bytes, error) = byte_by_byte(limits, script.bytes());
    assert_eq!((bytes, error), (17 + 4097 * 5, Error::TooManyHeaders));
    let whole = |script: &str| {
        ResponseReader::new(Exchange::default(), limits).read_head(script.as_bytes())
    };
    assert_eq!(whole(&script).unwrap_err(), Error::TooManyHeaders);
    // As many as are allowed, more than fit on the stack.
    let script = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a:b\r\n".repeat(4096));
    let Ok(HeadStep::Final { consumed, head }) = whole(&script) else {
        panic!("no head");
    };
    assert_eq!((consumed, head.headers().len()), (script.len(), 4096));
    for count in [63, 64, 65] {
        let script = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a:b\r\n".repeat(count));
        let Ok(HeadStep::Final { head, .. }) = whole(&script) else {
            panic!("no head");
        };
        assert_eq!(head.headers().len(), count);
    }
}

#[test]
fn the_limit_is_found_in_a_huge_input_too() {
    let mut script = b"HTTP/1.1 200 OK\r\nA: ".to_vec();
    script.resize(64 << 20, b'x');
    let mut reader = ResponseReader::new(Exchange::default(), Limits::default());
    assert_eq!(reader.read_head(&script).unwrap_err(), Error::HeadTooLarge);
}

#[test]
fn endless_chunk_lines_and_trailers_fail_at_their_limits() {
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (begin, endless, limit, error) in [
        ("5;", "x", 8192, Error::ChunkLineTooLong),
        ("5", " ", 8192, Error::ChunkLineTooLong),
        ("", "0", 8192, Error::ChunkLineTooLong),
        ("0\r\n", "a", 65536 + 3, Error::TrailersTooLarge),
        (
            "0\r\n",
            "a: bcdefghijklmnopqrstuvwxyz\r\n",
            65536 + 3,
            Error::TrailersTooLarge,
        ),
        ("0\r\n", "a:\r\n", 4096 * 4 + 3 + 3, Error::TooManyHeaders),
    ] {
        let mut reader = ResponseReader::new(Exchange::default(), Limits::default());
        assert!(matches!(reader.read_head(head), Ok(HeadStep::Final { .. })));
        let mut bytes = begin.bytes().chain(endless.bytes().cycle());
        let mut taken = 0;
        let found = loop {
            let byte = bytes.next().expect("endless");
            match reader.read_body(&[byte], &mut [0; 8]) {
                Ok(step) => taken += step.consumed,
                Err(error) => break error,
            }
        };
        assert_eq!((taken, found), (limit, error), "{begin:?} {endless:?}");
    }
}

#[test]
fn a_body_of_one_byte_chunks_is_read() {
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let script = format!("{}0\r\n\r\n", "1\r\nx\r\n".repeat(100_000));
    let mut reader = ResponseReader::new(Exchange::default(), Limits::default());
    assert!(matches!(reader.read_head(head), Ok(HeadStep::Final { .. })));
    let mut output = vec![0; 200_000];
    let step = reader
        .read_body(script.as_bytes(), &mut output)
        .expect("data");
    assert_eq!((step.consumed, step.written), (script.len(), 100_000));
    assert!(reader.is_complete());
}
