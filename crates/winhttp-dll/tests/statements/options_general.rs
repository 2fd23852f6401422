//! Facts 2: options in general.

use crate::support::*;

/// Statements: facts 2.1; options 9.55
#[test]
fn f2_1_query_without_buffer_and_size_is_87() {
    let three = Three::new();
    for handle in three.all() {
        assert_eq!(
            query_option(handle, WINHTTP_OPTION_CONNECT_TIMEOUT, None, None),
            fails(INVALID_PARAMETER)
        );
    }
    let mut block = Block::filled(4, 0xA5);
    assert_eq!(
        query_option(
            three.request(),
            WINHTTP_OPTION_CONNECT_TIMEOUT,
            Some(&mut block),
            None
        ),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(block.u32(), 0xA5A5_A5A5);
}

/// Statements: facts 2.2, 2.3, 2.4; functions 10.46
#[test]
fn f2_2_sizes_of_dword_options() {
    let three = Three::new();
    let option = WINHTTP_OPTION_CONNECT_TIMEOUT;
    for handle in [three.session(), three.request()] {
        for start in [0, 1, 4, 5, 0xDEAD_BEEF] {
            let mut size = start;
            assert_eq!(
                query_option(handle, option, None, Some(&mut size)),
                fails(INSUFFICIENT_BUFFER)
            );
            assert_eq!(size, 4);
        }
        for start in [0, 1, 3] {
            let mut size = start;
            let mut block = Block::filled(4, 0xA5);
            assert_eq!(
                query_option(handle, option, Some(&mut block), Some(&mut size)),
                fails(INSUFFICIENT_BUFFER)
            );
            assert_eq!((size, block.u32()), (4, 0xA5A5_A5A5));
        }
        for start in [4, 5, 0xDEAD_BEEF] {
            let mut size = start;
            let mut block = Block::filled(8, 0xA5);
            assert_eq!(
                query_option(handle, option, Some(&mut block), Some(&mut size)),
                Ok(())
            );
            assert_eq!((size, block.u32()), (4, 60000));
            assert_eq!(
                block.bytes()[4..],
                [0xA5; 4],
                "nothing behind the value is written"
            );
        }
    }
}

/// Statements: facts 2.5
#[test]
fn f2_5_set_without_buffer_is_87() {
    let three = Three::new();
    for handle in [three.session(), three.request()] {
        assert_eq!(
            set_option(handle, WINHTTP_OPTION_CONNECT_TIMEOUT, None, 4),
            fails(INVALID_PARAMETER)
        );
        assert_eq!(
            set_option(handle, WINHTTP_OPTION_REDIRECT_POLICY, None, 4),
            fails(INVALID_PARAMETER)
        );
    }
}

/// Statements: facts 2.6, 3.1; options 9.13
#[test]
fn f2_6_redirect_policy_wants_exactly_4_bytes() {
    let three = Three::new();
    let session = three.session();
    let option = WINHTTP_OPTION_REDIRECT_POLICY;
    assert_eq!(query_u32(session, option), Ok(1));
    let block = Block::filled(16, 0);
    for size in [0, 1, 3, 5, 8, 16] {
        assert_eq!(
            set_option(session, option, Some(&block), size),
            fails(INSUFFICIENT_BUFFER),
            "size {size}"
        );
    }
    assert_eq!(query_u32(session, option), Ok(1));
    assert_eq!(set_u32(session, option, 2), Ok(()));
    assert_eq!(query_u32(session, option), Ok(2));
    assert_eq!(set_u32(session, option, 3), fails(INVALID_PARAMETER));
    assert_eq!(query_u32(session, option), Ok(2));
}

/// Other options with a wrong size: 122 as well (README, contradiction 4).
/// Statements: facts 2.6
#[test]
fn f2_6_wrong_sizes_of_other_dword_options_are_122() {
    let three = Three::new();
    let block = Block::filled(16, 0);
    for option in [
        WINHTTP_OPTION_CONNECT_TIMEOUT,
        WINHTTP_OPTION_CONNECT_RETRIES,
        WINHTTP_OPTION_MAX_HTTP_AUTOMATIC_REDIRECTS,
    ] {
        for size in [1, 2, 3, 5, 8] {
            assert_eq!(
                set_option(three.request(), option, Some(&block), size),
                fails(INSUFFICIENT_BUFFER),
                "option {option}, size {size}"
            );
        }
    }
}

/// Statements: facts 2.7
#[test]
fn f2_7_option_0_is_unknown() {
    let three = Three::new();
    for handle in three.all() {
        assert_eq!(set_u32(handle, 0, 1), fails(ERROR_WINHTTP_INVALID_OPTION));
        assert_eq!(query_u32(handle, 0), fails(INVALID_PARAMETER));
    }
}

/// Statements: functions 10.45; options 9.3
#[test]
fn fc45_unknown_options_are_12009() {
    let three = Three::new();
    for handle in three.all() {
        for option in [5000, 8, 197, 4100, u32::MAX] {
            assert_eq!(
                query_u32(handle, option),
                fails(ERROR_WINHTTP_INVALID_OPTION),
                "option {option}"
            );
            assert_eq!(
                set_u32(handle, option, 1),
                fails(ERROR_WINHTTP_INVALID_OPTION),
                "option {option}"
            );
        }
    }
}

/// Statements: functions 10.44; options 9.14, 9.15
#[test]
fn fc44_query_only_options_cannot_be_set() {
    let three = Three::new();
    assert_eq!(
        code(&set_u32(three.request(), WINHTTP_OPTION_HANDLE_TYPE, 1)),
        ERROR_WINHTTP_OPTION_NOT_SETTABLE
    );
    assert_eq!(
        query_u32(three.request(), WINHTTP_OPTION_HANDLE_TYPE),
        Ok(3)
    );
    assert_eq!(
        code(&set_text(
            three.request(),
            WINHTTP_OPTION_URL,
            "http://other/"
        )),
        ERROR_WINHTTP_OPTION_NOT_SETTABLE
    );
    assert_eq!(
        query_text(three.request(), WINHTTP_OPTION_URL).as_deref(),
        Ok("http://localhost:8080/path?query")
    );
}

/// Statements: facts 2.8, 2.9, 3.17
#[test]
fn f2_8_sizes_of_text_options() {
    let three = Three::new();
    let request = three.request();
    let option = WINHTTP_OPTION_USERNAME;
    // Unset: empty.
    let mut size = 0xDEAD;
    assert_eq!(
        query_option(request, option, None, Some(&mut size)),
        fails(INSUFFICIENT_BUFFER)
    );
    assert_eq!(size, 2);
    let mut block = Block::filled(16, 0xA5);
    let mut size = 16;
    assert_eq!(
        query_option(request, option, Some(&mut block), Some(&mut size)),
        Ok(())
    );
    assert_eq!((size, &block.bytes()[..2]), (0, &[0, 0][..]));

    set_text(request, option, "name").unwrap();
    for start in [0, 2, 8, 9] {
        let mut block = Block::filled(16, 0xA5);
        let mut size = start;
        assert_eq!(
            query_option(request, option, Some(&mut block), Some(&mut size)),
            fails(INSUFFICIENT_BUFFER)
        );
        assert_eq!((size, block.bytes()), (10, &[0xA5; 16][..]));
    }
    let mut block = Block::filled(16, 0xA5);
    let mut size = 10;
    assert_eq!(
        query_option(request, option, Some(&mut block), Some(&mut size)),
        Ok(())
    );
    assert_eq!((size, block.text(8).as_str()), (8, "name"));
    assert_eq!(block.bytes()[8..10], [0, 0]);
    assert_eq!(block.bytes()[10..], [0xA5; 6]);
}

/// Statements: facts 2.10, 4.2; functions 10.21
#[test]
fn f2_10_bad_timeouts_come_before_a_wrong_handle() {
    let three = Three::new();
    assert_eq!(
        set_timeouts(three.connect(), -2, 0, 0, 0),
        fails(INVALID_PARAMETER)
    );
    assert_eq!(
        set_timeouts(three.connect(), 0, 0, 0, 0),
        fails(ERROR_WINHTTP_INCORRECT_HANDLE_TYPE)
    );
}
