//! Every number on every kind of handle, with all sizes: the library answers as the table says, and writes nowhere else.

use crate::expected::{EXPECTED, Expected, NEEDS_CONNECTION, NEVER_THERE, SIZE_IS_A_PARAMETER};
use crate::support::*;

/// Numbers that are tried.
fn numbers() -> impl Iterator<Item = u32> {
    (0..=200)
        .chain(4090..=4110)
        .chain([5000, 0x7FFF_FFFF, u32::MAX])
}

/// A handle of each kind with the letter of its kind.
struct Handles {
    all: Vec<(char, RawHandle)>,
    _open: (Client, Handle, winhttp_testkit::Request),
}

impl Handles {
    fn new() -> Self {
        let client = Client::with_agent(Mode::Sync, Some("sweep"));
        let connect = client.connect_to("localhost", 8080);
        let request = client.request(&connect, &RequestSpec::new("GET", "/"));
        let all = vec![
            ('S', client.session.raw()),
            ('C', connect.raw()),
            ('R', request.raw()),
            ('N', 0),
        ];
        Self {
            all,
            _open: (client, connect, request),
        }
    }
}

/// What every query of this option on this handle gives, whatever the buffer; `None` if it depends.
fn query_refusal(number: u32, kind: char) -> Option<u32> {
    let Some(row) = Expected::of(number) else {
        return Some(if number == 0 { 87 } else { 12009 });
    };
    if row.kind == "-" {
        return Some(12009);
    }
    if row.query.is_empty() {
        return Some(87);
    }
    if !row.query.contains(kind) {
        return Some(if kind == 'N' { INVALID_HANDLE } else { 12018 });
    }
    if NEEDS_CONNECTION.contains(&number) {
        return Some(12019);
    }
    NEVER_THERE.contains(&number).then_some(12150)
}

/// What every setting of this option on this handle gives, whatever the buffer; `None` if it depends.
fn set_refusal(number: u32, kind: char) -> Option<u32> {
    let Some(row) = Expected::of(number).filter(|row| row.kind != "-") else {
        return Some(12009);
    };
    if row.set.is_empty() {
        return Some(12011);
    }
    if !row.set.contains(kind) {
        return Some(if kind == 'N' { INVALID_HANDLE } else { 12018 });
    }
    // Of a request without TLS.
    (number == 47).then_some(12019)
}

/// The size that a NULL buffer is answered with.
fn needed(handle: RawHandle, number: u32) -> u32 {
    let mut size = 0xDEAD_BEEF;
    assert_eq!(
        query_option(handle, number, None, Some(&mut size)),
        fails(INSUFFICIENT_BUFFER),
        "query of {number}, NULL"
    );
    size
}

/// Frees what a query has allocated.
fn release(number: u32, block: &Block) {
    if number == 38 {
        let info: WINHTTP_PROXY_INFO = structure(block);
        global_free(info.lpszProxy.cast());
        global_free(info.lpszProxyBypass.cast());
    }
}

/// Statements: facts 2.1, 2.2, 2.3, 2.4, 2.7, 2.8, 3.5, 3.6, 3.9, 3.21, 3.23; functions 10.45, 10.46; options 9.2, 9.3, 9.55
#[test]
fn oc2_every_query_is_answered_as_the_table_says() {
    let handles = Handles::new();
    for (kind, handle) in &handles.all {
        let (kind, handle) = (*kind, *handle);
        for number in numbers() {
            let what = format!("query of {number} on {kind}");
            assert_eq!(
                query_option(handle, number, None, None),
                fails(INVALID_PARAMETER),
                "{what}"
            );
            if let Some(error) = query_refusal(number, kind) {
                for size in [0, 1, 4, 1024, u32::MAX] {
                    let mut length = size;
                    assert_eq!(
                        query_option(handle, number, None, Some(&mut length)),
                        fails(error),
                        "{what}, NULL"
                    );
                    let mut block = Block::filled(1024, 0xA5);
                    let result = query_option(handle, number, Some(&mut block), Some(&mut length));
                    assert_eq!(result, fails(error), "{what}, size {size}");
                    assert_eq!(
                        block.bytes(),
                        [0xA5; 1024],
                        "{what}: the buffer is untouched"
                    );
                }
                continue;
            }
            let row = Expected::of(number).unwrap();
            let size = needed(handle, number) as usize;
            match row.size() {
                Some(expected) => assert_eq!(size, expected, "{what}"),
                None => assert!(size >= 2 && size.is_multiple_of(2), "{what}: {size}"),
            }
            let written = if row.kind == "t" { size - 2 } else { size };
            // Too small: nothing is written.
            for room in [0, 1, size - 1] {
                let mut block = Block::filled(size, 0xA5);
                let mut length = room as u32;
                assert_eq!(
                    query_option(handle, number, Some(&mut block), Some(&mut length)),
                    fails(INSUFFICIENT_BUFFER),
                    "{what}, size {room}"
                );
                assert_eq!(length as usize, size, "{what}");
                assert!(block.bytes().iter().all(|&byte| byte == 0xA5), "{what}");
            }
            // Exact, larger, nonsense: the same bytes, and none behind them.
            let mut seen = None;
            for claimed in [size as u32, size as u32 + 1, 0xDEAD_BEEF, u32::MAX] {
                let mut block = Block::filled(size + 64, 0xA5);
                if number == WINHTTP_OPTION_FEATURE_SUPPORTED {
                    block.bytes_mut()[..4].copy_from_slice(&row.value.to_ne_bytes());
                }
                let mut length = claimed;
                assert_eq!(
                    query_option(handle, number, Some(&mut block), Some(&mut length)),
                    Ok(()),
                    "{what}, size {claimed}"
                );
                assert_eq!(length as usize, written, "{what}");
                assert_eq!(
                    block.bytes()[size..],
                    [0xA5; 64],
                    "{what}: bytes behind the value"
                );
                let value = block.bytes()[..size].to_vec();
                release(number, &Block::of(&value));
                if number != 38 {
                    assert_eq!(*seen.get_or_insert_with(|| value.clone()), value, "{what}");
                }
            }
        }
    }
}

/// Statements: facts 2.5, 2.6, 2.7, 3.3, 3.14, 3.16, 4.2, 4.4, 4.8; functions 10.44; options 9.2, 9.3, 9.14, 9.15, 9.24, 9.45
#[test]
fn oc2_every_set_is_answered_as_the_table_says() {
    let handles = Handles::new();
    for (kind, handle) in &handles.all {
        let (kind, handle) = (*kind, *handle);
        for number in numbers() {
            let what = format!("set of {number} on {kind}");
            if let Some(error) = set_refusal(number, kind) {
                for size in [0, 2, 4, 64] {
                    assert_eq!(
                        set_option(handle, number, None, size),
                        fails(error),
                        "{what}, NULL {size}"
                    );
                    let block = Block::filled(128, 0);
                    assert_eq!(
                        set_option(handle, number, Some(&block), size),
                        fails(error),
                        "{what}, {size}"
                    );
                }
                continue;
            }
            let row = Expected::of(number).unwrap();
            assert_eq!(
                set_option(handle, number, None, 4),
                fails(INVALID_PARAMETER),
                "{what}, NULL"
            );
            let nothing = set_option(handle, number, None, 0);
            match row.kind {
                "n" => {
                    assert_eq!(nothing, Ok(()), "{what}");
                    let block = Block::filled(4, 0);
                    assert_eq!(
                        set_option(handle, number, Some(&block), 4),
                        fails(INVALID_PARAMETER),
                        "{what}"
                    );
                }
                "t" => {
                    assert_eq!(nothing, fails(INVALID_PARAMETER), "{what}");
                    assert_eq!(set_text(handle, number, "text"), Ok(()), "{what}");
                    text_is_read_back(handle, row, kind);
                }
                _ => {
                    assert_eq!(nothing, fails(INVALID_PARAMETER), "{what}, NULL and 0");
                    sizes_and_values(handle, row, kind, &what);
                }
            }
        }
    }
}

fn sizes_and_values(handle: RawHandle, row: &Expected, kind: char, what: &str) {
    let size = row.size().unwrap();
    let wrong = if SIZE_IS_A_PARAMETER.contains(&row.number) {
        INVALID_PARAMETER
    } else {
        INSUFFICIENT_BUFFER
    };
    let mut value = vec![0; size];
    let mut number = row.value;
    if row.number == WINHTTP_OPTION_ENABLE_FEATURE && kind == 'S' {
        number = WINHTTP_ENABLE_SSL_REVERT_IMPERSONATION;
    }
    value[..4].copy_from_slice(&number.to_ne_bytes());
    if row.number == WINHTTP_OPTION_HTTP_VERSION {
        value[4] = 1;
    }
    let mut larger = value.clone();
    larger.extend_from_slice(&[0; 64]);
    let larger = Block::of(&larger);
    for other in [0, 1, size / 2, size - 1, size + 1, size + 4, 2 * size] {
        assert_eq!(
            set_option(handle, row.number, Some(&larger), other as u32),
            fails(wrong),
            "{what}, size {other} of {size}"
        );
    }
    let result = set_option(handle, row.number, Some(&Block::of(&value)), size as u32);
    if row.number == WINHTTP_OPTION_WORKER_THREAD_COUNT {
        // Once in the life of a process, which a repeated run of the test has behind it.
        assert!(matches!(code(&result), 0 | 12019), "{what}");
        return;
    }
    assert_eq!(result, Ok(()), "{what}");
    let comparable = !matches!(row.number, 6 | 7 | 38);
    if row.query.contains(kind) && comparable {
        let read = query_bytes(handle, row.number).unwrap();
        assert_eq!(read.bytes(), value, "{what} reads back");
    }
}

fn text_is_read_back(handle: RawHandle, row: &Expected, kind: char) {
    if row.query.contains(kind) {
        assert_eq!(query_text(handle, row.number).as_deref(), Ok("text"));
    }
}

/// Statements: options 9.2
#[test]
fn oc2_numbers_of_the_header_are_all_in_the_table() {
    for number in [
        WINHTTP_OPTION_CALLBACK,
        WINHTTP_LAST_OPTION,
        WINHTTP_OPTION_PROXY_PASSWORD,
    ] {
        assert!(Expected::of(number).is_some());
    }
    assert!(EXPECTED.is_sorted_by(|one, next| one.number < next.number));
}

/// A closed handle, and one that never was.
/// Statements: functions 10.45
#[test]
fn options_of_closed_handles_are_6() {
    let client = Client::new(Mode::Sync);
    let connect = client.connect_to("localhost", 80);
    let request = client.request(&connect, &RequestSpec::default());
    let raw = request.raw();
    request.close();
    for handle in [raw, 0xDEAD_BEEF, usize::MAX, 8] {
        for number in [2, 34, 45, 184, 5000] {
            assert_eq!(query_u32(handle, number), fails(INVALID_HANDLE), "{number}");
            assert_eq!(
                set_u32(handle, number, 1),
                fails(INVALID_HANDLE),
                "{number}"
            );
        }
    }
    assert_eq!(set_timeouts(raw, 0, 0, 0, 0), fails(INVALID_HANDLE));
    assert_eq!(set_timeouts(0, 0, 0, 0, 0), fails(INVALID_HANDLE));
    // As tests of the connection: the session's options live on.
    assert_eq!(
        query_u32(connect.raw(), WINHTTP_OPTION_CONNECT_TIMEOUT),
        Ok(60000)
    );
}

/// The length of a text is the most characters it may have; a NUL ends it before (functions §3).
/// Statements: facts 3.17
#[test]
fn texts_end_at_a_nul_and_at_their_length() {
    let client = Client::new(Mode::Sync);
    let connect = client.connect_to("localhost", 80);
    let request = client.request(&connect, &RequestSpec::default());
    let units: Vec<u8> = "name\0rest\0"
        .encode_utf16()
        .flat_map(u16::to_ne_bytes)
        .collect();
    let block = Block::of(&units);
    for (length, text) in [
        (0, ""),
        (3, "nam"),
        (4, "name"),
        (5, "name"),
        (10, "name"),
        (u32::MAX, "name"),
    ] {
        assert_eq!(
            set_option(request.raw(), WINHTTP_OPTION_USERNAME, Some(&block), length),
            Ok(())
        );
        assert_eq!(
            query_text(request.raw(), WINHTTP_OPTION_USERNAME).as_deref(),
            Ok(text),
            "length {length}"
        );
    }
    let long = "x".repeat(64_000);
    assert_eq!(
        set_text(request.raw(), WINHTTP_OPTION_REQUEST_ANNOTATION, &long),
        Ok(())
    );
    assert_eq!(
        set_text(
            request.raw(),
            WINHTTP_OPTION_REQUEST_ANNOTATION,
            &(long + "x")
        ),
        fails(INVALID_PARAMETER)
    );
}
