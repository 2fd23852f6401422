//! The pointer and length rules, through the exported functions themselves.

mod create;

use std::ptr::{null, null_mut};

use win32_abi::winhttp::WINHTTP_TIME_FORMAT_BUFSIZE;

use super::*;
use crate::numbers::{last_error, set_last_error};

const ANY: u32 = 0xDEAD_BEEF;

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn terminated(text: &str) -> Vec<u16> {
    units(&format!("{text}\0"))
}

/// Asks for nothing.
fn empty() -> URL_COMPONENTS {
    URL_COMPONENTS {
        dwStructSize: size_of::<URL_COMPONENTS>() as u32,
        lpszScheme: null_mut(),
        dwSchemeLength: 0,
        nScheme: 0,
        lpszHostName: null_mut(),
        dwHostNameLength: 0,
        nPort: 0,
        lpszUserName: null_mut(),
        dwUserNameLength: 0,
        lpszPassword: null_mut(),
        dwPasswordLength: 0,
        lpszUrlPath: null_mut(),
        dwUrlPathLength: 0,
        lpszExtraInfo: null_mut(),
        dwExtraInfoLength: 0,
    }
}

/// Asks for the place of everything.
fn places() -> URL_COMPONENTS {
    URL_COMPONENTS {
        dwSchemeLength: 1,
        dwHostNameLength: u32::MAX,
        dwUserNameLength: 1,
        dwPasswordLength: u32::MAX,
        dwUrlPathLength: 7,
        dwExtraInfoLength: 1,
        nPort: 4711,
        nScheme: 99,
        ..empty()
    }
}

/// Calls and gives the last error; 0 for success.
fn crack_units(url: &[u16], length: u32, flags: u32, components: &mut URL_COMPONENTS) -> u32 {
    set_last_error(ANY);
    // SAFETY: the tests give valid pointers.
    let done = unsafe { WinHttpCrackUrl(url.as_ptr(), length, flags, components) };
    assert_eq!(done, i32::from(last_error() == 0));
    last_error()
}

fn crack_text(url: &str, flags: u32, components: &mut URL_COMPONENTS) -> u32 {
    crack_units(&units(url), url.len() as u32, flags, components)
}

/// The structure as the address and length of each part, to compare it whole.
fn members(c: &URL_COMPONENTS) -> [(usize, u32); 8] {
    [
        (c.dwStructSize as usize, c.nScheme.cast_unsigned()),
        (usize::from(c.nPort), 0),
        (c.lpszScheme as usize, c.dwSchemeLength),
        (c.lpszHostName as usize, c.dwHostNameLength),
        (c.lpszUserName as usize, c.dwUserNameLength),
        (c.lpszPassword as usize, c.dwPasswordLength),
        (c.lpszUrlPath as usize, c.dwUrlPathLength),
        (c.lpszExtraInfo as usize, c.dwExtraInfoLength),
    ]
}

/// Statements: facts 21.1; functions 10.51.
#[test]
fn f21_1_null_and_wrong_sizes_are_refused() {
    let url = terminated("http://host/");
    let mut components = places();
    let before = members(&components);
    // SAFETY: NULL or valid.
    unsafe {
        assert_eq!(WinHttpCrackUrl(null(), 0, 0, &raw mut components), 0);
        assert_eq!(last_error(), 87);
        assert_eq!(WinHttpCrackUrl(null(), 12, 0, &raw mut components), 0);
        assert_eq!(last_error(), 87);
        assert_eq!(WinHttpCrackUrl(url.as_ptr(), 0, 0, null_mut()), 0);
        assert_eq!(last_error(), 87);
    }
    assert_eq!(members(&components), before);
    for size in [0, components.dwStructSize - 1, components.dwStructSize + 1] {
        components.dwStructSize = size;
        assert_eq!(crack_units(&url, 0, 0, &mut components), 87);
        assert_eq!(components.nPort, 4711);
    }
}

/// Statements: facts 21.1, 21.2, 21.7, 21.8; behaviour 18.147.
#[test]
fn f21_2_parts_are_given_as_places_in_the_url() {
    let url = terminated("https://user:pass@host:81/path?extra");
    let at = |offset: usize, length: u32| (url.as_ptr().wrapping_add(offset) as usize, length);
    let size = size_of::<URL_COMPONENTS>();
    let all = [
        (size, 2),
        (81, 0),
        at(0, 5),
        at(18, 4),
        at(8, 4),
        at(13, 4),
        at(25, 5),
        at(30, 6),
    ];
    for length in [0, url.len() as u32 - 1] {
        let mut components = places();
        assert_eq!(crack_units(&url, length, 0, &mut components), 0);
        assert_eq!(members(&components), all);
    }
    // A shorter length than the text's.
    let mut components = places();
    assert_eq!(crack_units(&url, 27, 0, &mut components), 0);
    assert_eq!(members(&components)[6..], [at(25, 2), at(27, 0)]);
    // Nothing but the numbers.
    let mut components = empty();
    assert_eq!(crack_units(&url, 0, 0, &mut components), 0);
    assert_eq!(
        members(&components),
        [
            (size, 2),
            (81, 0),
            (0, 0),
            (0, 0),
            (0, 0),
            (0, 0),
            (0, 0),
            (0, 0)
        ]
    );
    // Only one of them.
    let mut components = URL_COMPONENTS {
        dwHostNameLength: 1,
        ..empty()
    };
    assert_eq!(crack_units(&url, 0, 0, &mut components), 0);
    assert_eq!(members(&components)[2..5], [(0, 0), at(18, 4), (0, 0)]);
}

/// Statements: facts 21.9, 21.11, 21.13, 21.14; README 32.
#[test]
fn f21_9_missing_parts_are_null_or_the_end_of_the_url() {
    for text in ["http://host", "http://host?"] {
        let url = terminated(text);
        let end = url.as_ptr().wrapping_add(text.len()) as usize;
        let mut components = places();
        assert_eq!(crack_units(&url, 0, 0, &mut components), 0);
        let host = url.as_ptr().wrapping_add(7) as usize;
        assert_eq!(
            members(&components)[3..],
            [(host, 4), (0, 0), (0, 0), (end, 0), (end, 0)]
        );
    }
}

/// Statements: facts 21.3, 21.4, 21.7; behaviour 18.151.
#[test]
fn f21_3_parts_are_copied_and_short_buffers_are_told_their_length() {
    let url = "http://user@host/path?x";
    let mut buffers = [[0xFFFF_u16; 10]; 6];
    let [scheme, host, user, password, path, extra] = &mut buffers;
    let mut ask = |lengths: [u32; 6]| URL_COMPONENTS {
        lpszScheme: scheme.as_mut_ptr(),
        dwSchemeLength: lengths[0],
        lpszHostName: host.as_mut_ptr(),
        dwHostNameLength: lengths[1],
        lpszUserName: user.as_mut_ptr(),
        dwUserNameLength: lengths[2],
        lpszPassword: password.as_mut_ptr(),
        dwPasswordLength: lengths[3],
        lpszUrlPath: path.as_mut_ptr(),
        dwUrlPathLength: lengths[4],
        lpszExtraInfo: extra.as_mut_ptr(),
        dwExtraInfoLength: lengths[5],
        ..empty()
    };
    let lengths = |c: &URL_COMPONENTS| members(c)[2..].iter().map(|m| m.1).collect::<Vec<_>>();
    let (mut short, mut exact) = (ask([4, 4, 10, 10, 10, 10]), ask([5, 5, 5, 1, 6, 3]));

    assert_eq!(crack_text(url, 0, &mut short), 122);
    assert_eq!(lengths(&short), [5, 5, 4, 0, 5, 2]);
    assert_eq!((short.nScheme, short.nPort), (1, 80));
    assert_eq!(crack_text(url, 0, &mut exact), 0);
    assert_eq!(lengths(&exact), [4, 4, 4, 0, 5, 2]);
    for (buffer, text) in buffers
        .iter()
        .zip(["http", "host", "user", "", "/path", "?x"])
    {
        assert_eq!(buffer[..=text.len()], terminated(text));
        assert_eq!(buffer[text.len() + 1], 0xFFFF);
    }
}

/// Statements: facts 21.5.
#[test]
fn f21_5_a_buffer_without_length_changes_nothing() {
    let mut buffer = [0xFFFF_u16; 10];
    let start = buffer.as_mut_ptr();
    for part in 0..6 {
        let mut components = places();
        let (pointer, length) = [
            (&mut components.lpszScheme, &mut components.dwSchemeLength),
            (
                &mut components.lpszHostName,
                &mut components.dwHostNameLength,
            ),
            (
                &mut components.lpszUserName,
                &mut components.dwUserNameLength,
            ),
            (
                &mut components.lpszPassword,
                &mut components.dwPasswordLength,
            ),
            (&mut components.lpszUrlPath, &mut components.dwUrlPathLength),
            (
                &mut components.lpszExtraInfo,
                &mut components.dwExtraInfoLength,
            ),
        ]
        .into_iter()
        .nth(part)
        .unwrap();
        (*pointer, *length) = (start, 0);
        let before = members(&components);
        assert_eq!(crack_text("http://host/", 0, &mut components), 87);
        assert_eq!(crack_text("no url", 0, &mut components), 87);
        assert_eq!(members(&components), before);
    }
    assert_eq!(buffer, [0xFFFF; 10]);
}

/// Statements: facts 21.6; functions 10.52.
#[test]
fn f21_6_conversion_needs_buffers() {
    for flags in [ICU_DECODE, ICU_ESCAPE, ICU_DECODE | ICU_ESCAPE] {
        let mut components = places();
        let before = members(&components);
        assert_eq!(crack_text("http://host/%20", flags, &mut components), 87);
        assert_eq!(members(&components), before);
        let mut components = empty();
        assert_eq!(crack_text("http://host/%20", flags, &mut components), 0);
    }
}

/// Statements: facts 21.20, 21.21; behaviour 18.156.
#[test]
fn f21_20_copies_can_be_decoded_and_escaped() {
    for (flags, url, host, path, extra) in [
        (
            ICU_DECODE,
            "http://h%20/a%20b%3Fc?d%20e",
            "h%20",
            "/a b?c",
            "?d e",
        ),
        (
            ICU_ESCAPE,
            "http://h o/a b%20?d e",
            "h o",
            "/a%20b%20",
            "?d%20e",
        ),
        (
            ICU_DECODE | ICU_ESCAPE,
            "http://h o/a b%20%2541?%41 ",
            "h o",
            "/a%20b%20%2541",
            "?A%20",
        ),
    ] {
        let mut buffers = [[0_u16; 40]; 3];
        let [host_buffer, path_buffer, extra_buffer] = &mut buffers;
        let mut components = URL_COMPONENTS {
            lpszHostName: host_buffer.as_mut_ptr(),
            dwHostNameLength: 40,
            lpszUrlPath: path_buffer.as_mut_ptr(),
            dwUrlPathLength: 40,
            lpszExtraInfo: extra_buffer.as_mut_ptr(),
            dwExtraInfoLength: 40,
            ..empty()
        };
        assert_eq!(crack_text(url, flags, &mut components), 0);
        let lengths = members(&components).map(|member| member.1 as usize);
        assert_eq!(
            [lengths[3], lengths[6], lengths[7]],
            [host.len(), path.len(), extra.len()]
        );
        for (buffer, text) in buffers.iter().zip([host, path, extra]) {
            assert_eq!(buffer[..=text.len()], terminated(text), "{url}");
        }
    }
}

/// Statements: facts 21.16; behaviour 18.148.
#[test]
fn f21_16_the_path_gets_the_extra_info_that_is_not_asked_for() {
    let mut buffer = [0xFFFF_u16; 20];
    let mut components = URL_COMPONENTS {
        lpszUrlPath: buffer.as_mut_ptr(),
        dwUrlPathLength: 20,
        ..empty()
    };
    assert_eq!(crack_text("http://host/path?a#b", 0, &mut components), 0);
    assert_eq!(components.dwUrlPathLength, 9);
    assert_eq!(buffer[..10], terminated("/path?a#b"));
    components.dwUrlPathLength = 20;
    assert_eq!(
        crack_text("http://host/p%41?%42", ICU_DECODE, &mut components),
        0
    );
    assert_eq!(buffer[..6], terminated("/pA?B"));
}

/// Statements: facts 21.17, 21.22, 21.23; behaviour 18.150, 18.152.
#[test]
fn f21_22_errors_have_their_numbers_and_change_nothing() {
    for (url, flags, error) in [
        ("\0", 0, 12006),
        ("www.host.tld", 0, 12006),
        ("ftp://x", 0, 12006),
        ("http:/host", 0, 12005),
        ("http://", 0, 12005),
        ("http://host:65536", 0, 12005),
        ("http://u@host/", ICU_REJECT_USERPWD, 12005),
    ] {
        let mut components = places();
        let before = members(&components);
        assert_eq!(
            crack_units(&terminated(url), 0, flags, &mut components),
            error,
            "{url}"
        );
        assert_eq!(members(&components), before);
    }
}

#[test]
fn a_buffer_may_be_the_url_itself_and_need_not_be_aligned() {
    let mut url = terminated("http://host/path");
    let start = url.as_mut_ptr();
    let mut components = URL_COMPONENTS {
        lpszHostName: start,
        dwHostNameLength: 10,
        lpszUrlPath: start.wrapping_add(10),
        dwUrlPathLength: 7,
        ..empty()
    };
    // SAFETY: all of it lies in `url`.
    let done = unsafe { WinHttpCrackUrl(start, 0, 0, &raw mut components) };
    assert_eq!(done, 1);
    assert_eq!(url[..5], terminated("host"));
    assert_eq!(url[10..16], terminated("/path"));

    let mut bytes = [0xFF_u8; 21];
    let mut components = URL_COMPONENTS {
        lpszHostName: bytes.as_mut_ptr().wrapping_add(1).cast(),
        dwHostNameLength: 10,
        ..empty()
    };
    assert_eq!(crack_text("http://host/path", 0, &mut components), 0);
    assert_eq!(bytes[1..11], *b"h\0o\0s\0t\0\0\0");
}

/// Statements: facts 16.1, 16.2, 16.3, 16.6; functions 10.54.
#[test]
fn f16_1_times_become_text_and_text_times() {
    let time = SYSTEMTIME {
        wYear: 1994,
        wMonth: 11,
        wDayOfWeek: 0,
        wDay: 6,
        wHour: 8,
        wMinute: 49,
        wSecond: 37,
        wMilliseconds: 5,
    };
    let mut text = [0xFFFF_u16; WINHTTP_TIME_FORMAT_BUFSIZE as usize / 2];
    let start = text.as_mut_ptr();
    let mut read = time;
    // SAFETY: NULL or valid.
    unsafe {
        set_last_error(ANY);
        assert_eq!(WinHttpTimeFromSystemTime(&raw const time, start), 1);
        assert_eq!(last_error(), 0);
        assert_eq!(text[..30], terminated("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(WinHttpTimeFromSystemTime(null(), start), 0);
        assert_eq!(last_error(), 87);
        assert_eq!(WinHttpTimeFromSystemTime(&raw const time, null_mut()), 0);
        assert_eq!(last_error(), 87);
        let none = SYSTEMTIME { wDay: 31, ..time };
        assert_eq!(WinHttpTimeFromSystemTime(&raw const none, start), 0);
        assert_eq!(last_error(), 87);

        set_last_error(ANY);
        assert_eq!(WinHttpTimeToSystemTime(start, &raw mut read), 1);
        assert_eq!(last_error(), 0);
        assert_eq!(WinHttpTimeToSystemTime(null(), &raw mut read), 0);
        assert_eq!(last_error(), 87);
        assert_eq!(WinHttpTimeToSystemTime(start, null_mut()), 0);
        assert_eq!(last_error(), 87);
        let bad = terminated("no date");
        assert_eq!(WinHttpTimeToSystemTime(bad.as_ptr(), &raw mut read), 0);
        assert_eq!(last_error(), 87);
    }
    assert_eq!(
        read,
        SYSTEMTIME {
            wMilliseconds: 0,
            ..time
        }
    );
}

/// Statements: facts 16.4, 16.5.
#[test]
fn f16_5_loose_forms_are_read() {
    for text in [
        "Sun, 06 Nov 1994 08:49:37 GMT\n",
        " sun 06 nov 1994 08 49 37\n",
    ] {
        let text = terminated(text);
        // SAFETY: plain numbers.
        let mut read: SYSTEMTIME = unsafe { std::mem::zeroed() };
        // SAFETY: valid.
        let done = unsafe { WinHttpTimeToSystemTime(text.as_ptr(), &raw mut read) };
        assert_eq!(done, 1);
        assert_eq!(
            (read.wYear, read.wMonth, read.wDayOfWeek, read.wDay),
            (1994, 11, 0, 6)
        );
        assert_eq!(
            (read.wHour, read.wMinute, read.wSecond, read.wMilliseconds),
            (8, 49, 37, 0)
        );
    }
}

/// Statements: functions 10.55.
#[test]
fn fc55_every_platform_will_do() {
    set_last_error(ANY);
    assert_eq!((WinHttpCheckPlatform(), last_error()), (1, 0));
}
