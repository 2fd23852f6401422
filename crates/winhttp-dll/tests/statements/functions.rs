//! Functions 10 and facts 16: what is left of the functions' checklist, and the time functions.

use crate::support::*;

use winhttp_testkit::raw;
use winhttp_testkit::text::{narrow, wide};

/// Statements: functions 10.55
#[test]
fn fc55_check_platform_is_true() {
    // SAFETY: takes nothing.
    assert_eq!(unsafe { raw::WinHttpCheckPlatform() }, 1);
}

const TIME: SYSTEMTIME = SYSTEMTIME {
    wYear: 1994,
    wMonth: 11,
    wDayOfWeek: 0,
    wDay: 6,
    wHour: 8,
    wMinute: 49,
    wSecond: 37,
    wMilliseconds: 0,
};

fn fields(time: &SYSTEMTIME) -> [u16; 8] {
    [
        time.wYear,
        time.wMonth,
        time.wDayOfWeek,
        time.wDay,
        time.wHour,
        time.wMinute,
        time.wSecond,
        time.wMilliseconds,
    ]
}

/// A text as WinHttpTimeToSystemTime takes it; `None` and the last error if it fails.
fn parse(text: &str) -> Result<[u16; 8], u32> {
    let mut time = SYSTEMTIME {
        wYear: 1,
        wMonth: 1,
        wDayOfWeek: 9,
        wDay: 9,
        wHour: 9,
        wMinute: 9,
        wSecond: 9,
        wMilliseconds: 9,
    };
    // SAFETY: the text ends with NUL, the output is valid.
    match unsafe { raw::WinHttpTimeToSystemTime(wide(text).as_ptr(), &mut time) } {
        1 => {
            assert_eq!(last_error(), 0);
            Ok(fields(&time))
        }
        _ => Err(last_error()),
    }
}

/// Statements: facts 16.1, 16.2; functions 10.54
#[test]
fn f16_1_times_are_written_as_rfc_1123_says() {
    let mut text = [0xA5A5_u16; 31];
    assert_eq!(size_of_val(&text), WINHTTP_TIME_FORMAT_BUFSIZE as usize);
    // SAFETY: the buffer has the documented size.
    let outcome = unsafe { raw::WinHttpTimeFromSystemTime(&TIME, text.as_mut_ptr()) };
    assert_eq!(outcome, 1);
    assert_eq!(last_error(), 0);
    assert_eq!(narrow(&text), "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(text[29..], [0, 0xA5A5]);
    // SAFETY: NULL is what is tested.
    unsafe {
        assert_eq!(
            raw::WinHttpTimeFromSystemTime(std::ptr::null(), text.as_mut_ptr()),
            0
        );
        assert_eq!(last_error(), INVALID_PARAMETER);
        assert_eq!(
            raw::WinHttpTimeFromSystemTime(&TIME, std::ptr::null_mut()),
            0
        );
        assert_eq!(last_error(), INVALID_PARAMETER);
    }
}

/// Statements: facts 16.3, 16.4, 16.5, 16.6; functions 10.54
#[test]
fn f16_3_times_are_read_in_several_forms() {
    for text in [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT\n",
        " sun 06 nov 1994 08 49 37\n",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ] {
        assert_eq!(parse(text), Ok(fields(&TIME)), "{text:?}");
    }
    let mut time = TIME;
    // SAFETY: NULL is what is tested.
    unsafe {
        assert_eq!(raw::WinHttpTimeToSystemTime(std::ptr::null(), &mut time), 0);
        assert_eq!(last_error(), INVALID_PARAMETER);
        assert_eq!(
            raw::WinHttpTimeToSystemTime(
                wide("Sun, 06 Nov 1994 08:49:37 GMT").as_ptr(),
                std::ptr::null_mut()
            ),
            0
        );
        assert_eq!(last_error(), INVALID_PARAMETER);
    }
}

/// Statements: functions 10.75
#[test]
fn fc75_connection_groups_are_of_connections_and_requests() {
    let three = Three::new();
    let mut result = std::ptr::null_mut();
    // SAFETY: the output is valid.
    unsafe {
        assert_eq!(
            raw::WinHttpQueryConnectionGroup(
                three.session() as HINTERNET,
                std::ptr::null(),
                0,
                &mut result
            ),
            ERROR_WINHTTP_INCORRECT_HANDLE_TYPE
        );
        assert_eq!(
            raw::WinHttpQueryConnectionGroup(
                std::ptr::null_mut(),
                std::ptr::null(),
                0,
                &mut result
            ),
            INVALID_HANDLE
        );
        assert_eq!(
            raw::WinHttpQueryConnectionGroup(
                three.connect() as HINTERNET,
                std::ptr::null(),
                0,
                std::ptr::null_mut()
            ),
            INVALID_PARAMETER
        );
        assert_eq!(
            raw::WinHttpQueryConnectionGroup(
                three.connect() as HINTERNET,
                std::ptr::null(),
                0,
                &mut result
            ),
            0
        );
        assert!(!result.is_null());
        raw::WinHttpFreeQueryConnectionGroupResult(result);
        raw::WinHttpFreeQueryConnectionGroupResult(std::ptr::null_mut());
    }
}
