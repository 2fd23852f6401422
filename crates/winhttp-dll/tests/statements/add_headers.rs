//! Facts 5: WinHttpAddRequestHeaders.

use crate::support::*;

const ADD: u32 = WINHTTP_ADDREQ_FLAG_ADD;
const REPLACE: u32 = WINHTTP_ADDREQ_FLAG_REPLACE;

/// A request with these header lines.
#[track_caller]
fn with(lines: &[&str]) -> Three {
    let three = Three::new();
    for line in lines {
        three.request.add(line, ADD).unwrap();
    }
    three
}

/// Statements: facts 5.1
#[test]
fn f5_1_length_minus_1_is_up_to_the_nul_and_0_is_87() {
    let three = Three::new();
    let request = three.request();
    assert_eq!(
        add_headers_length(request, Some("a: 1"), TO_NUL, ADD),
        Ok(())
    );
    assert_eq!(
        add_headers_length(request, Some("b: 2"), 0, ADD),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(add_headers_length(request, Some("c: 345"), 4, ADD), Ok(()));
    assert_eq!(
        add_headers_length(request, None, TO_NUL, ADD),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(
        add_headers_length(request, None, 0, ADD),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(three.request.request_headers("a"), ["1"]);
    assert_eq!(three.request.request_headers("b"), [""; 0]);
    assert_eq!(three.request.request_headers("c"), ["3"]);
}

/// Statements: facts 5.2, 5.3
#[test]
fn f5_2_line_ends_and_spaces_are_not_part_of_the_value() {
    let three = with(&["a: 1\r\n", "b:2", "c:   3"]);
    assert_eq!(three.request.request_headers("a"), ["1"]);
    assert_eq!(three.request.request_headers("b"), ["2"]);
    assert_eq!(three.request.request_headers("c"), ["3"]);
}

/// Statements: facts 5.4; behaviour 18.87
#[test]
fn f5_4_malformed_lines_are_87_and_add_nothing() {
    let three = Three::new();
    for line in [
        ":",
        ":v",
        "no colon",
        "Bad Header",
        "n : v",
        " n :v",
        "a b: c",
        "ok: 1\r\nbad",
    ] {
        assert_eq!(
            three.request.add(line, ADD),
            fails(INVALID_PARAMETER),
            "{line:?}"
        );
        assert_eq!(
            three.request.add(line, ADD | REPLACE),
            fails(INVALID_PARAMETER),
            "{line:?}"
        );
    }
    for name in ["ok", "n", "a", "bad", "v"] {
        assert_eq!(three.request.request_headers(name), [""; 0]);
    }
}

/// Statements: facts 5.5
#[test]
fn f5_5_an_empty_value_can_be_added() {
    let three = with(&["n:"]);
    assert_eq!(three.request.request_header("n").as_deref(), Ok(""));
}

/// Statements: facts 5.6; behaviour 18.84
#[test]
fn f5_6_add_makes_a_second_header() {
    let three = with(&["n: a", "n: b", "N: c"]);
    assert_eq!(three.request.request_headers("n"), ["a", "b", "c"]);
}

/// Statements: facts 5.7
#[test]
fn f5_7_flags_0_add_if_absent() {
    let three = Three::new();
    assert_eq!(three.request.add("n: a", 0), Ok(()));
    assert_eq!(three.request.request_headers("n"), ["a"]);
}

/// Statements: facts 5.8; behaviour 18.84
#[test]
fn f5_8_add_if_new_fails_for_an_existing_name() {
    let three = with(&["n: a"]);
    let outcome = three.request.add("N: b", WINHTTP_ADDREQ_FLAG_ADD_IF_NEW);
    // The number is our choice (behaviour 17.16).
    assert_eq!(outcome, fails(ERROR_WINHTTP_HEADER_ALREADY_EXISTS));
    assert_eq!(three.request.request_headers("n"), ["a"]);
    assert_eq!(
        three.request.add("new: b", WINHTTP_ADDREQ_FLAG_ADD_IF_NEW),
        Ok(())
    );
    assert_eq!(three.request.request_headers("new"), ["b"]);
}

/// Statements: facts 5.9; functions 10.42; behaviour 18.86
#[test]
fn f5_9_replace_of_an_absent_header_is_12150() {
    let three = Three::new();
    assert_eq!(
        three.request.add("n: a", REPLACE),
        fails(ERROR_WINHTTP_HEADER_NOT_FOUND)
    );
    assert_eq!(three.request.request_headers("n"), [""; 0]);
}

/// Statements: facts 5.10
#[test]
fn f5_10_replace_changes_only_the_first() {
    let three = with(&["n: a", "n: b"]);
    three.request.add("n: c", REPLACE).unwrap();
    assert_eq!(three.request.request_headers("n"), ["c", "b"]);
}

/// Statements: facts 5.11
#[test]
fn f5_11_add_and_replace_together_replace_or_add() {
    let three = with(&["n: a", "n: b"]);
    three.request.add("n: c", ADD | REPLACE).unwrap();
    three.request.add("new: d", ADD | REPLACE).unwrap();
    assert_eq!(three.request.request_headers("n"), ["c", "b"]);
    assert_eq!(three.request.request_headers("new"), ["d"]);
}

/// Statements: facts 5.12; behaviour 18.86
#[test]
fn f5_12_replace_with_an_empty_value_removes() {
    let three = with(&["n: a"]);
    three.request.add("n:", REPLACE).unwrap();
    assert_eq!(
        three.request.request_header("n"),
        fails(ERROR_WINHTTP_HEADER_NOT_FOUND)
    );
    let three = with(&["n: a"]);
    three.request.add("n:", ADD | REPLACE).unwrap();
    assert_eq!(
        three.request.request_header("n"),
        fails(ERROR_WINHTTP_HEADER_NOT_FOUND)
    );
}

/// Statements: facts 5.13; behaviour 18.85
#[test]
fn f5_13_coalescing_joins_to_the_first() {
    for (flag, joined) in [
        (WINHTTP_ADDREQ_FLAG_COALESCE, "a, c"),
        (WINHTTP_ADDREQ_FLAG_COALESCE_WITH_COMMA, "a, c"),
        (WINHTTP_ADDREQ_FLAG_COALESCE_WITH_SEMICOLON, "a; c"),
    ] {
        let three = with(&["n: a", "n: b"]);
        three.request.add("n: c", flag).unwrap();
        assert_eq!(three.request.request_headers("n"), [joined, "b"]);
    }
}

/// Statements: facts 5.14; behaviour 18.88, 18.89
#[test]
fn f5_14_every_kind_of_line_end_separates_headers() {
    for separator in ["\r\n", "\n\r", "\n", "\n\n\n", "\r\r", "\r\n\r\n", "\r"] {
        let three = Three::new();
        three
            .request
            .add(&format!("a: 1{separator}b: 2{separator}c: 3"), ADD)
            .unwrap();
        for (name, value) in [("a", "1"), ("b", "2"), ("c", "3")] {
            assert_eq!(
                three.request.request_headers(name),
                [value],
                "{separator:?}"
            );
        }
    }
}

/// Statements: facts 5.15; behaviour 18.83
#[test]
fn f5_15_added_headers_can_be_queried_at_once() {
    let three = with(&["Name: value"]);
    let mut index = 0;
    assert_eq!(
        header_at(
            three.request(),
            REQUEST_CUSTOM,
            Some("nAME"),
            Some(&mut index)
        )
        .as_deref(),
        Ok("value")
    );
    assert_eq!(index, 1);
}

both_modes! {
    /// The application's chunks go out as they are, without Content-Length.
    /// Statements: facts 5.16, 7.5, 24.6; behaviour 18.68
    fn f5_16_an_own_transfer_encoding_suppresses_content_length(mode: Mode) {
        let server = Server::once(|peer| {
            peer.request();
            peer.expect(b"4\r\nbody\r\n0\r\n\r\n");
            peer.send(response("", b""));
            peer.read_to_end();
        });
        let client = Client::new(mode);
        let request = client.post(&server, "/");
        request.add("Transfer-Encoding: chunked", ADD).unwrap();
        assert_eq!(request.send(), Ok(()));
        for part in [&b"4\r\n"[..], b"body\r\n", b"0\r\n\r\n"] {
            assert_eq!(request.write(part), Ok(part.len() as u32));
        }
        assert_eq!(request.receive(), Ok(()));
        let seen = server.request(0);
        assert_eq!(seen.header("Content-Length"), None);
        assert_eq!(seen.header("Transfer-Encoding").as_deref(), Some("chunked"));
    }

    /// Optional data with an own Transfer-Encoding goes out raw (README 22).
    /// Statements: facts 24.6; behaviour 18.68
    fn f24_6_optional_data_of_a_chunked_request_goes_out_raw(mode: Mode) {
        let server = Server::once(|peer| {
            peer.request();
            peer.expect(b"abcd");
            peer.send(response("Connection: close\r\n", b""));
            peer.read_to_end();
        });
        let client = Client::new(mode);
        let request = client.post(&server, "/");
        request.add("Transfer-Encoding: chunked", ADD).unwrap();
        assert_eq!(request.send_body(b"abcd"), Ok(()));
        assert_eq!(request.receive(), Ok(()));
        assert_eq!(server.request(0).header("Content-Length"), None);
    }

    /// Statements: facts 5.17, 9.4
    fn f5_17_an_own_connection_close_ends_the_connection(mode: Mode) {
        for flags in [ADD, ADD | REPLACE] {
            let server = Server::every(|_, peer| {
                peer.request();
                peer.send(response("", b""));
                // The client closes, although the response allows more.
                peer.expect_end();
            });
            let client = Client::new(mode);
            for _ in 0..2 {
                let request = client.get(&server, "/");
                request.add("Connection: close", flags).unwrap();
                request.exchange();
                assert_eq!(request.body(), b"");
                request.close();
            }
            assert_eq!(server.connections(), 2);
            assert!(server.requests().iter().all(|request| request.all("Connection") == ["close"]));
            server.finish();
        }
    }

    /// Statements: facts 24.2, 24.7; behaviour 18.89
    fn f24_7_added_headers_appear_one_to_a_line(mode: Mode) {
        let server = Server::answering(response("", b""));
        let client = Client::new(mode);
        let request = client.get(&server, "/");
        request.add("X-One: 1\nX-Two:2\r\r\nX-Three:   3  3", ADD).unwrap();
        request.add("X-One: again", ADD).unwrap();
        request.exchange();
        let lines = server.request(0).headers();
        for line in ["X-One: 1", "X-Two: 2", "X-Three: 3  3", "X-One: again"] {
            assert!(lines.iter().any(|own| own == line), "{line} in {lines:?}");
        }
    }
}

/// Statements: functions 10.43
#[test]
fn fc43_add_request_headers_ex_takes_narrow_and_wide_strings() {
    use winhttp_testkit::raw::WinHttpAddRequestHeadersEx;
    let three = Three::new();
    let request = three.request() as HINTERNET;
    let (name, value) = (
        winhttp_testkit::text::wide("X-Wide"),
        winhttp_testkit::text::wide("v w"),
    );
    // SAFETY: all members may be zero.
    let mut wide: WINHTTP_EXTENDED_HEADER = unsafe { std::mem::zeroed() };
    // The members are unions of pointers: the bits are what counts.
    assert_eq!(size_of::<WINHTTP_EXTENDED_HEADER>(), 2 * size_of::<usize>());
    let place: *mut [usize; 2] = std::ptr::from_mut(&mut wide).cast();
    // SAFETY: the structure is two pointers.
    unsafe { *place = [name.as_ptr() as usize, value.as_ptr() as usize] };
    // SAFETY: as above.
    let mut narrow: WINHTTP_EXTENDED_HEADER = unsafe { std::mem::zeroed() };
    let place: *mut [usize; 2] = std::ptr::from_mut(&mut narrow).cast();
    // SAFETY: as above.
    unsafe { *place = [c"X-Narrow".as_ptr() as usize, c"n".as_ptr() as usize] };
    // SAFETY: the texts end with NUL; the flag says which kind they are.
    unsafe {
        assert_eq!(
            WinHttpAddRequestHeadersEx(
                request,
                ADD,
                WINHTTP_EXTENDED_HEADER_FLAG_UNICODE,
                0,
                1,
                &wide
            ),
            0
        );
        assert_eq!(
            WinHttpAddRequestHeadersEx(request, ADD, 0, 0, 1, &narrow),
            0
        );
        assert_eq!(
            WinHttpAddRequestHeadersEx(request, ADD, 0, 1, 1, &narrow),
            INVALID_PARAMETER
        );
        assert_eq!(
            WinHttpAddRequestHeadersEx(request, ADD, 0x80, 0, 1, &narrow),
            INVALID_PARAMETER
        );
        assert_eq!(
            WinHttpAddRequestHeadersEx(std::ptr::null_mut(), ADD, 0, 0, 1, &narrow),
            INVALID_HANDLE
        );
    }
    assert_eq!(three.request.request_headers("X-Wide"), ["v w"]);
    assert_eq!(three.request.request_headers("X-Narrow"), ["n"]);
}
