//! `WinHttpCreateUrl`.

use std::ptr::{null, null_mut};

use super::super::*;
use super::{ANY, crack_units, empty, places, terminated, units};
use crate::numbers::{last_error, set_last_error};

/// Calls `WinHttpCreateUrl` with a buffer; gives the last error, the length and the buffer.
fn create_into(components: &URL_COMPONENTS, flags: u32, capacity: u32) -> (u32, u32, Vec<u16>) {
    let mut buffer = vec![0xFFFF; capacity as usize];
    let mut length = capacity;
    set_last_error(ANY);
    // SAFETY: the tests give valid pointers.
    let done = unsafe { WinHttpCreateUrl(components, flags, buffer.as_mut_ptr(), &raw mut length) };
    assert_eq!(done, i32::from(last_error() == 0));
    (last_error(), length, buffer)
}

fn created(components: &URL_COMPONENTS, flags: u32) -> std::result::Result<String, u32> {
    let (error, length, buffer) = create_into(components, flags, 500);
    if error != 0 {
        return Err(error);
    }
    assert_eq!(buffer[length as usize..][..2], [0, 0xFFFF]);
    Ok(String::from_utf16(&buffer[..length as usize]).unwrap())
}

/// The place and length of a text, for a part of a structure.
fn part(text: &[u16]) -> (LPWSTR, u32) {
    (text.as_ptr().cast_mut(), text.len() as u32)
}

/// Statements: facts 22.1, 22.2, 22.3, 22.4; functions 10.53.
#[test]
fn f22_1_the_length_rules_of_making_a_url() {
    let host = units("host");
    let (lpszHostName, dwHostNameLength) = part(&host);
    let components = URL_COMPONENTS {
        lpszHostName,
        dwHostNameLength,
        nPort: 80,
        ..empty()
    };
    let mut length = 500;
    let mut buffer = [0xFFFF_u16; 20];
    let with_size = |dwStructSize| URL_COMPONENTS {
        dwStructSize,
        ..components
    };
    // SAFETY: NULL or valid.
    let call = |components: *const URL_COMPONENTS, buffer: LPWSTR, length: LPDWORD| unsafe {
        set_last_error(ANY);
        (
            WinHttpCreateUrl(components, 0, buffer, length),
            last_error(),
        )
    };
    let start = buffer.as_mut_ptr();
    assert_eq!(call(null(), start, &raw mut length), (0, 87));
    assert_eq!(call(&with_size(0), start, &raw mut length), (0, 87));
    assert_eq!(
        call(
            &with_size(components.dwStructSize + 8),
            start,
            &raw mut length
        ),
        (0, 87)
    );
    assert_eq!(call(&components, start, null_mut()), (0, 87));
    assert_eq!(call(&components, null_mut(), &raw mut length), (0, 87));
    assert_eq!(length, 500);
    for small in [0, 1, 11] {
        length = small;
        assert_eq!(call(&components, null_mut(), &raw mut length), (0, 122));
        assert_eq!(length, 12);
        length = small;
        assert_eq!(call(&components, start, &raw mut length), (0, 122));
        assert_eq!(length, 12);
    }
    assert_eq!(buffer, [0xFFFF; 20]);
    assert_eq!(call(&components, start, &raw mut length), (1, 0));
    assert_eq!(length, 11);
    assert_eq!(buffer[..12], terminated("http://host"));
}

/// Statements: facts 22.5, 22.6, 22.7, 22.8, 22.9; behaviour 18.155.
#[test]
fn f22_5_components_are_put_together() {
    let texts = ["ftp", "host", "user", "", "/p", "?q"].map(units);
    let [scheme, host, user, nothing, path, extra] = &texts;
    let with = |change: &dyn Fn(&mut URL_COMPONENTS)| {
        let mut components = empty();
        (components.lpszHostName, components.dwHostNameLength) = part(host);
        change(&mut components);
        created(&components, 0)
    };
    assert_eq!(with(&|_| {}), Ok("http://host:0".to_owned()));
    assert_eq!(
        with(&|c| (c.nScheme, c.nPort) = (2, 443)),
        Ok("https://host".to_owned())
    );
    assert_eq!(
        with(&|c| (c.nScheme, c.nPort) = (4, 80)),
        Ok("socks://host:80".to_owned())
    );
    assert_eq!(with(&|c| c.nScheme = 5), Err(12006));
    assert_eq!(with(&|c| c.nScheme = -1), Err(12006));
    let ftp = with(&|c| {
        (c.lpszScheme, c.dwSchemeLength) = part(scheme);
        (c.nScheme, c.nPort) = (99, 80);
    });
    assert_eq!(ftp, Ok("ftp://host:80".to_owned()));
    let no_host = with(&|c| {
        (c.lpszHostName, c.dwHostNameLength) = (null_mut(), 0);
        (c.lpszUrlPath, c.dwUrlPathLength) = part(path);
        (c.lpszExtraInfo, c.dwExtraInfoLength) = part(extra);
    });
    assert_eq!(no_host, Ok("http:///p?q".to_owned()));
    let user_only = with(&|c| {
        (c.lpszUserName, c.dwUserNameLength) = part(user);
        c.nPort = 80;
    });
    assert_eq!(user_only, Ok("http://user@host".to_owned()));
    let empty_password = with(&|c| {
        (c.lpszUserName, c.dwUserNameLength) = part(user);
        (c.lpszPassword, c.dwPasswordLength) = part(nothing);
        c.nPort = 80;
    });
    assert_eq!(empty_password, Ok("http://user:@host".to_owned()));
    let password_only = with(&|c| (c.lpszPassword, c.dwPasswordLength) = part(user));
    assert_eq!(password_only, Err(87));
    let all_ones = with(&|c| c.dwHostNameLength = u32::MAX);
    assert_eq!(all_ones, Err(87));
}

/// Statements: facts 22.10, 22.13.
#[test]
fn f22_10_parts_are_copied_by_their_lengths() {
    let text = [0, 0xFB00, 0, 0x41, 0xD800, 0, 0, 0x42];
    let mut components = URL_COMPONENTS {
        nPort: 80,
        ..empty()
    };
    (components.lpszHostName, components.dwHostNameLength) = part(&text);
    let (error, length, buffer) = create_into(&components, 0, 100);
    assert_eq!((error, length), (0, 15));
    assert_eq!(buffer[7..16], [&text[..], &[0]].concat());
    components.dwHostNameLength = 0;
    assert_eq!(create_into(&components, 0, 100).1, 7);
}

/// Statements: facts 22.11, 22.12.
#[test]
fn f22_11_path_and_extra_can_be_escaped() {
    let path = units("/a b~%");
    let mut components = empty();
    (components.lpszUrlPath, components.dwUrlPathLength) = part(&path);
    assert_eq!(
        created(&components, ICU_ESCAPE),
        Ok("http:///a%20b%7E%25".to_owned())
    );
    let ligature = [0x2F, 0xFB00];
    (components.lpszUrlPath, components.dwUrlPathLength) = part(&ligature);
    let expected = match code_page() {
        CodePage::Utf8 => Ok("http:///%EF%AC%80".to_owned()),
        CodePage::SingleByte => Err(87),
    };
    assert_eq!(created(&components, ICU_ESCAPE), expected);
    (components.lpszUserName, components.dwUserNameLength) = part(&path);
    assert_eq!(created(&components, ICU_REJECT_USERPWD), Err(12005));
}

/// Statements: behaviour 18.154.
#[test]
fn bc154_places_of_a_cracked_url_make_it_again() {
    for text in [
        "http://host",
        "https://user:pass@host:8080/path;p?query#fragment",
        "http://:@[::1]:81?q",
        "http://user@host/",
    ] {
        let mut components = places();
        let url = terminated(text);
        assert_eq!(crack_units(&url, 0, 0, &mut components), 0);
        assert_eq!(created(&components, 0), Ok(text.to_owned()));
    }
}
