//! Facts 6: WinHttpQueryHeaders.

use crate::support::*;

const HEAD: &str = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: raw\r\nX-Same: one\r\nx-same: two\r\nX-SAME: three\r\nContent-Length: 4\r\n\r\n";

/// A server that answers each request with this head and "body" behind it.
fn server(head: &str) -> Server {
    Server::answering(format!("{head}body"))
}

/// A finished exchange, whose response has this head (and the body "body").
#[track_caller]
fn exchanged(head: &str) -> (Request, Client, Server) {
    let server = server(head);
    let client = Client::new(Mode::Sync);
    let request = client.get(&server, "/object");
    request.exchange();
    (request, client, server)
}

/// Statements: facts 6.1, 6.2, 6.3; functions 10.37; behaviour 18.82
#[test]
fn f6_1_sizes_of_text_queries() {
    let (request, ..) = exchanged(HEAD);
    let raw = request.raw();
    let level = WINHTTP_QUERY_SERVER;
    for start in [0, 10, 10_000, 0xDEAD_BEEF] {
        let mut size = start;
        assert_eq!(
            query_headers(raw, level, None, None, Some(&mut size), None),
            fails(INSUFFICIENT_BUFFER)
        );
        assert_eq!(size, 8);
    }
    for start in [0, 2, 6, 7] {
        let mut size = start;
        let mut index = 0;
        let mut block = Block::filled(16, 0xA5);
        assert_eq!(
            query_headers(
                raw,
                level,
                None,
                Some(&mut block),
                Some(&mut size),
                Some(&mut index)
            ),
            fails(INSUFFICIENT_BUFFER)
        );
        assert_eq!((size, index, block.bytes()), (8, 0, &[0xA5; 16][..]));
    }
    for start in [8, 9, 16] {
        let mut size = start;
        let mut block = Block::filled(16, 0xA5);
        assert_eq!(
            query_headers(raw, level, None, Some(&mut block), Some(&mut size), None),
            Ok(())
        );
        assert_eq!((size, block.text(6).as_str()), (6, "raw"));
        assert_eq!(block.bytes()[6..8], [0, 0]);
        assert_eq!(block.bytes()[8..], [0xA5; 8]);
    }
    // No size pointer.
    let mut block = Block::filled(16, 0xA5);
    assert_eq!(
        query_headers(raw, level, None, Some(&mut block), None, None),
        fails(INVALID_PARAMETER)
    );
}

/// Statements: facts 6.4, 6.5; functions 10.38, 10.39; behaviour 18.73, 18.78
#[test]
fn f6_4_the_index_moves_on_success_only() {
    let (request, ..) = exchanged(HEAD);
    let raw = request.raw();
    let mut index = 0;
    for (value, next) in [("one", 1), ("two", 2), ("three", 3)] {
        assert_eq!(
            header_at(raw, WINHTTP_QUERY_CUSTOM, Some("X-Same"), Some(&mut index)).as_deref(),
            Ok(value)
        );
        assert_eq!(index, next);
    }
    assert_eq!(
        code(&header_at(
            raw,
            WINHTTP_QUERY_CUSTOM,
            Some("X-Same"),
            Some(&mut index)
        )),
        ERROR_WINHTTP_HEADER_NOT_FOUND
    );
    assert_eq!(index, 3);
    let mut index = 0;
    assert!(header_at(raw, WINHTTP_QUERY_RAW_HEADERS_CRLF, None, Some(&mut index)).is_ok());
    assert_eq!(index, 0, "raw headers leave the index alone");
    assert_eq!(
        header(raw, WINHTTP_QUERY_CUSTOM, Some("x-sAmE")).as_deref(),
        Ok("one")
    );
    assert_eq!(
        code(&header(raw, WINHTTP_QUERY_CUSTOM, Some("X-Other"))),
        ERROR_WINHTTP_HEADER_NOT_FOUND
    );
    assert_eq!(
        code(&header(raw, WINHTTP_QUERY_CUSTOM, None)),
        INVALID_PARAMETER
    );
}

/// Statements: facts 6.6, 6.8; behaviour 18.74
#[test]
fn f6_6_raw_headers_with_crlf() {
    let (request, ..) = exchanged(HEAD);
    let level = WINHTTP_QUERY_RAW_HEADERS_CRLF;
    assert_eq!(header(request.raw(), level, None).as_deref(), Ok(HEAD));
    assert_eq!(
        header(request.raw(), level, Some("ignored")).as_deref(),
        Ok(HEAD)
    );
    let own = header(
        request.raw(),
        level | WINHTTP_QUERY_FLAG_REQUEST_HEADERS,
        None,
    )
    .unwrap();
    assert!(
        own.starts_with("GET /object HTTP/1.1\r\n") && own.ends_with("\r\n\r\n"),
        "{own:?}"
    );

    // Before sending.
    let three = Three::new();
    three
        .request
        .add("X-Own: v", WINHTTP_ADDREQ_FLAG_ADD)
        .unwrap();
    let own = header(
        three.request(),
        level | WINHTTP_QUERY_FLAG_REQUEST_HEADERS,
        None,
    )
    .unwrap();
    assert!(
        own.starts_with("GET /path?query HTTP/1") && own.ends_with("\r\n\r\n"),
        "{own:?}"
    );
    assert!(own.contains("\r\nX-Own: v\r\n"), "{own:?}");
}

/// Statements: facts 6.7, 6.8; behaviour 18.75
#[test]
fn f6_7_raw_headers_with_nul() {
    let (request, ..) = exchanged(HEAD);
    let level = WINHTTP_QUERY_RAW_HEADERS;
    let mut needed = 0;
    assert_eq!(
        query_headers(request.raw(), level, None, None, Some(&mut needed), None),
        fails(INSUFFICIENT_BUFFER)
    );
    let mut block = Block::filled(needed as usize, 0xA5);
    let mut size = needed;
    query_headers(
        request.raw(),
        level,
        None,
        Some(&mut block),
        Some(&mut size),
        None,
    )
    .unwrap();
    assert!(needed >= size + 2);
    let text = winhttp_testkit::text::units(&block.bytes()[..size as usize + 2]);
    let end = size as usize / 2;
    assert_eq!((text[end], text[end - 1]), (0, 0));
    assert_ne!(text[end - 2], 0);
    let text = String::from_utf16(&text).unwrap();
    assert_eq!(text, HEAD.replace("\r\n\r\n", "\0\0").replace("\r\n", "\0"));
}

/// Statements: facts 6.9
#[test]
fn f6_9_the_request_method_needs_no_request_flag() {
    let three = Three::new();
    let post = three
        .client
        .request(&three.connect, &RequestSpec::new("POST", "/"));
    let mut block = Block::filled(32, 0xA5);
    let mut size = 32;
    query_headers(
        post.raw(),
        WINHTTP_QUERY_REQUEST_METHOD,
        None,
        Some(&mut block),
        Some(&mut size),
        None,
    )
    .unwrap();
    assert_eq!((size, block.text(8).as_str()), (8, "POST"));
    assert_eq!(
        header(
            three.request(),
            WINHTTP_QUERY_REQUEST_METHOD | WINHTTP_QUERY_FLAG_REQUEST_HEADERS,
            None
        )
        .as_deref(),
        Ok("GET")
    );
}

/// Statements: facts 6.10
#[test]
fn f6_10_absent_levels_are_12150_and_unknown_ones_87() {
    let (request, ..) = exchanged(HEAD);
    assert_eq!(
        code(&header(request.raw(), WINHTTP_QUERY_ORIG_URI, None)),
        ERROR_WINHTTP_HEADER_NOT_FOUND
    );
    for level in [WINHTTP_QUERY_MAX + 1, 100, 65534] {
        assert_eq!(
            code(&header(request.raw(), level, None)),
            INVALID_PARAMETER,
            "level {level}"
        );
    }
}

/// Statements: facts 6.11, 6.12; functions 10.36; behaviour 18.77
#[test]
fn f6_11_version_and_status() {
    let (request, ..) = exchanged(HEAD);
    let raw = request.raw();
    assert_eq!(
        header(raw, WINHTTP_QUERY_VERSION, None).as_deref(),
        Ok("HTTP/1.1")
    );
    assert_eq!(
        header(raw, WINHTTP_QUERY_STATUS_CODE, None).as_deref(),
        Ok("200")
    );
    assert_eq!(header_number(raw, WINHTTP_QUERY_STATUS_CODE), Ok(200));
    assert_eq!(
        header(raw, WINHTTP_QUERY_STATUS_TEXT, None).as_deref(),
        Ok("OK")
    );
}

/// Statements: facts 6.13; behaviour 18.76
#[test]
fn f6_13_a_status_line_without_text_has_an_empty_text() {
    for line in ["HTTP/1.1 200", "HTTP/1.1 200 "] {
        let (request, ..) = exchanged(&format!("{line}\r\nContent-Length: 4\r\n\r\n"));
        assert_eq!(
            header(request.raw(), WINHTTP_QUERY_STATUS_TEXT, None).as_deref(),
            Ok("")
        );
        assert_eq!(request.status(), 200);
    }
}

both_modes! {
    /// Statements: facts 6.14, 6.16
    fn f6_14_no_content_length_in_a_chunked_response(mode: Mode) {
        let server = Server::answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n");
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.exchange();
        let mut block = Block::filled(4, 0xA5);
        let mut size = 4;
        let level = WINHTTP_QUERY_CONTENT_LENGTH | WINHTTP_QUERY_FLAG_NUMBER;
        assert_eq!(query_headers(request.raw(), level, None, Some(&mut block), Some(&mut size), None), fails(ERROR_WINHTTP_HEADER_NOT_FOUND));
        assert_eq!(block.u32(), 0xA5A5_A5A5);
        assert_eq!(header(request.raw(), WINHTTP_QUERY_TRANSFER_ENCODING, None).as_deref(), Ok("chunked"));
    }

    /// Statements: facts 6.15
    fn f6_15_a_head_response_shows_the_servers_content_length(mode: Mode) {
        let server = Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
        let client = Client::new(mode);
        let request = client.open(&server, &RequestSpec::new("HEAD", "/"));
        request.exchange();
        assert_eq!(header_number(request.raw(), WINHTTP_QUERY_CONTENT_LENGTH), Ok(100));
    }

    /// Statements: facts 6.17
    fn f6_17_response_headers_before_the_response_are_12019(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        let early = |request: &Request| {
            for level in [WINHTTP_QUERY_UPGRADE, WINHTTP_QUERY_CONNECTION, WINHTTP_QUERY_STATUS_CODE, WINHTTP_QUERY_RAW_HEADERS_CRLF] {
                assert_eq!(code(&header(request.raw(), level, None)), ERROR_WINHTTP_INCORRECT_HANDLE_STATE, "level {level}");
            }
            assert_eq!(request.header("X").err(), Some(Code(ERROR_WINHTTP_INCORRECT_HANDLE_STATE)));
            assert_eq!(request.request_header("X-Absent"), fails(ERROR_WINHTTP_HEADER_NOT_FOUND));
            assert_eq!(code(&header(request.raw(), WINHTTP_QUERY_UPGRADE | WINHTTP_QUERY_FLAG_REQUEST_HEADERS, None)), ERROR_WINHTTP_HEADER_NOT_FOUND);
        };
        early(&request);
        request.send().unwrap();
        early(&request);
        request.receive().unwrap();
        assert_eq!(request.header("X"), fails(ERROR_WINHTTP_HEADER_NOT_FOUND));
    }
}

/// Statements: facts 6.18
#[test]
fn f6_18_response_headers_are_normalised() {
    let (request, ..) = exchanged(
        "HTTP/1.1 200 OK\r\nSpaced  :   a value  \r\nContent-Length:4\r\nTight:t\r\n\r\n",
    );
    assert_eq!(request.header("Spaced").as_deref(), Ok("a value"));
    let raw = header(request.raw(), WINHTTP_QUERY_RAW_HEADERS_CRLF, None).unwrap();
    assert_eq!(
        raw,
        "HTTP/1.1 200 OK\r\nSpaced: a value\r\nContent-Length: 4\r\nTight: t\r\n\r\n"
    );
}

/// Statements: facts 6.19; behaviour 18.73
#[test]
fn f6_19_repeated_headers_are_kept_apart() {
    let (request, ..) = exchanged(
        "HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer\r\nWWW-Authenticate: Basic realm=\"a, b\"\r\nSet-Cookie: a=1\r\nWWW-Authenticate: NTLM\r\nSet-Cookie: b=2\r\nContent-Length: 4\r\n\r\n",
    );
    assert_eq!(
        all_headers(request.raw(), WINHTTP_QUERY_WWW_AUTHENTICATE, None),
        ["Bearer", "Basic realm=\"a, b\"", "NTLM"]
    );
    assert_eq!(
        all_headers(request.raw(), WINHTTP_QUERY_SET_COOKIE, None),
        ["a=1", "b=2"]
    );
}

/// Statements: behaviour 18.79, 18.80, 18.81
#[test]
fn bc79_modifiers() {
    let server = Server::once(|peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nAge: 4294967296\r\nServer: text\r\nContent-Length: 4294967297\r\n\r\n");
        peer.read_to_end();
    });
    let client = Client::new(Mode::Sync);
    let request = client.get(&server, "/");
    request.exchange();
    let ask = |level: u32, length: usize| {
        let mut block = Block::filled(length, 0xA5);
        let mut size = length as u32;
        query_headers(
            request.raw(),
            level,
            None,
            Some(&mut block),
            Some(&mut size),
            None,
        )
        .map(|()| {
            assert_eq!(size as usize, length);
            block.bytes().to_vec()
        })
    };
    let words: Vec<u8> = [1994_u16, 11, 0, 6, 8, 49, 37, 0]
        .into_iter()
        .flat_map(u16::to_ne_bytes)
        .collect();
    assert_eq!(
        ask(WINHTTP_QUERY_DATE | WINHTTP_QUERY_FLAG_SYSTEMTIME, 16),
        Ok(words)
    );
    assert_eq!(
        ask(
            WINHTTP_QUERY_CONTENT_LENGTH | WINHTTP_QUERY_FLAG_NUMBER64,
            8
        ),
        Ok(4_294_967_297_u64.to_ne_bytes().to_vec())
    );
    // Too big, and no number, no date.
    assert_eq!(
        code(&ask(WINHTTP_QUERY_AGE | WINHTTP_QUERY_FLAG_NUMBER, 4)),
        INVALID_PARAMETER
    );
    assert_eq!(
        code(&ask(WINHTTP_QUERY_SERVER | WINHTTP_QUERY_FLAG_NUMBER, 4)),
        INVALID_PARAMETER
    );
    assert_eq!(
        code(&ask(
            WINHTTP_QUERY_SERVER | WINHTTP_QUERY_FLAG_SYSTEMTIME,
            16
        )),
        INVALID_PARAMETER
    );
    // Two at once (options 2, UNSPECIFIED).
    assert_eq!(
        code(&ask(
            WINHTTP_QUERY_AGE | WINHTTP_QUERY_FLAG_NUMBER | WINHTTP_QUERY_FLAG_NUMBER64,
            8
        )),
        INVALID_PARAMETER
    );
    // Sizes.
    for (flag, needed) in [
        (WINHTTP_QUERY_FLAG_NUMBER, 4),
        (WINHTTP_QUERY_FLAG_NUMBER64, 8),
    ] {
        let mut size = 0;
        assert_eq!(
            query_headers(
                request.raw(),
                WINHTTP_QUERY_STATUS_CODE | flag,
                None,
                None,
                Some(&mut size),
                None
            ),
            fails(INSUFFICIENT_BUFFER)
        );
        assert_eq!(size, needed);
    }
}

/// Statements: functions 10.40, 10.41
#[test]
fn fc40_query_headers_ex() {
    use std::ptr::null_mut;
    use winhttp_testkit::raw::WinHttpQueryHeadersEx;
    use winhttp_testkit::text::text_at;
    let (request, ..) = exchanged(HEAD);
    let raw = request.raw() as HINTERNET;
    let mut size = 0;
    for level in [
        WINHTTP_QUERY_STATUS_CODE,
        WINHTTP_QUERY_VERSION,
        WINHTTP_QUERY_STATUS_TEXT,
        WINHTTP_QUERY_RAW_HEADERS_CRLF,
        WINHTTP_QUERY_DATE | WINHTTP_QUERY_FLAG_SYSTEMTIME,
    ] {
        let mut headers = null_mut();
        let mut count = 0;
        // SAFETY: the outputs are valid, the buffer is NULL.
        let outcome = unsafe {
            WinHttpQueryHeadersEx(
                raw,
                level,
                0,
                0,
                null_mut(),
                null_mut(),
                null_mut(),
                &mut size,
                &mut headers,
                &mut count,
            )
        };
        assert_eq!(outcome, INVALID_PARAMETER, "level {level:#x}");
    }
    let mut headers: *mut WINHTTP_EXTENDED_HEADER = null_mut();
    let mut count = 0;
    let mut size = 0;
    // SAFETY: as above.
    let outcome = unsafe {
        WinHttpQueryHeadersEx(
            raw,
            WINHTTP_QUERY_EX_ALL_HEADERS,
            0,
            0,
            null_mut(),
            null_mut(),
            null_mut(),
            &mut size,
            &mut headers,
            &mut count,
        )
    };
    assert_eq!(outcome, INSUFFICIENT_BUFFER);
    let mut block = Block::filled(size as usize, 0xA5);
    let buffer = block.bytes_mut().as_mut_ptr();
    // SAFETY: the buffer is as long as said.
    let outcome = unsafe {
        WinHttpQueryHeadersEx(
            raw,
            WINHTTP_QUERY_EX_ALL_HEADERS,
            0,
            0,
            null_mut(),
            null_mut(),
            buffer.cast(),
            &mut size,
            &mut headers,
            &mut count,
        )
    };
    assert_eq!(outcome, 0);
    let range = buffer as usize..buffer as usize + size as usize;
    assert!(
        range.contains(&(headers as usize)),
        "the array lies in the buffer"
    );
    let mut pairs = Vec::new();
    for index in 0..count as usize {
        // SAFETY: the array has `count` elements of two pointers to texts that end with NUL.
        let (name, value) = unsafe {
            let [name, value] = *headers.add(index).cast::<[*const u16; 2]>();
            assert!(range.contains(&(name as usize)) && range.contains(&(value as usize)));
            (text_at(name).unwrap(), text_at(value).unwrap())
        };
        pairs.push(format!("{name}: {value}"));
    }
    let expected: Vec<&str> = HEAD.trim_end().split("\r\n").skip(1).collect();
    assert_eq!(pairs, expected);
}
