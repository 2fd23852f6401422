//! Tables of URLs, and properties over arbitrary ones.

mod absolute;

use super::*;
use crate::{Error, Result};

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn text(units: &[u16]) -> String {
    String::from_utf16(units).unwrap()
}

fn cracked(url: &str) -> Result<CrackedUrl> {
    crack(&units(url), CrackOptions::default())
}

/// Every part of a URL as text: scheme, user, password, host, port, path, extra.
type Row<'a> = (
    &'a str,
    Option<&'a str>,
    Option<&'a str>,
    &'a str,
    u16,
    &'a str,
    &'a str,
);

fn row(url: &str) -> (Scheme, [Option<String>; 6], u16) {
    let all = units(url);
    let parts = crack(&all, CrackOptions::default()).unwrap();
    let part = |range: std::ops::Range<usize>| Some(text(&all[range]));
    let texts = [
        part(parts.scheme_text),
        parts.user_name.and_then(part),
        parts.password.and_then(part),
        part(parts.host),
        part(parts.path),
        part(parts.extra),
    ];
    (parts.scheme, texts, parts.port)
}

/// Statements: facts 21.8, 21.9, 21.10, 21.11, 21.12, 21.13, 21.14, 21.15, 21.17, 21.18, 21.19; behaviour 18.147, 18.149, 18.153.
#[test]
fn f21_8_every_part_of_a_url_is_found() {
    #[rustfmt::skip]
    let table: &[(&str, Row<'_>)] = &[
        ("http://host", ("http", None, None, "host", 80, "", "")),
        ("https://host/", ("https", None, None, "host", 443, "/", "")),
        ("HtTpS://Host.Example:444/A/b?c#d", ("HtTpS", None, None, "Host.Example", 444, "/A/b", "?c#d")),
        ("http://user:secret@host/", ("http", Some("user"), Some("secret"), "host", 80, "/", "")),
        ("http://user@host/", ("http", Some("user"), None, "host", 80, "/", "")),
        ("http://user:@host/", ("http", Some("user"), Some(""), "host", 80, "/", "")),
        ("http://:secret@host", ("http", Some(""), Some("secret"), "host", 80, "", "")),
        ("http://:@host", ("http", Some(""), Some(""), "host", 80, "", "")),
        ("http://@host", ("http", Some(""), None, "host", 80, "", "")),
        ("http://a:b:c@host:8", ("http", Some("a"), Some("b:c"), "host", 8, "", "")),
        ("http://a@b@host/", ("http", Some("a@b"), None, "host", 80, "/", "")),
        ("http://host/a@b", ("http", None, None, "host", 80, "/a@b", "")),
        ("http://host:1/?a@b:2", ("http", None, None, "host", 1, "/", "?a@b:2")),
        ("http://host?a@b", ("http", None, None, "host", 80, "", "?a@b")),
        ("http://host/p?", ("http", None, None, "host", 80, "/p", "?")),
        ("http://host/?", ("http", None, None, "host", 80, "/", "?")),
        ("http://host?", ("http", None, None, "host", 80, "", "")),
        ("http://host:81?", ("http", None, None, "host", 81, "", "")),
        ("http://host?q", ("http", None, None, "host", 80, "", "?q")),
        ("http://host#f", ("http", None, None, "host", 80, "", "#f")),
        ("http://host/p#f?g", ("http", None, None, "host", 80, "/p", "#f?g")),
        ("http://host/p?a?b#c", ("http", None, None, "host", 80, "/p", "?a?b#c")),
        ("http://host/p;a", ("http", None, None, "host", 80, "/p;a", "")),
        ("http://host:0/", ("http", None, None, "host", 0, "/", "")),
        ("http://host:", ("http", None, None, "host", 80, "", "")),
        ("https://host:/", ("https", None, None, "host", 443, "/", "")),
        ("http://host:42", ("http", None, None, "host", 42, "", "")),
        ("http://host:00065535/", ("http", None, None, "host", 65535, "/", "")),
        ("http://a b,c\u{e9}\u{4e2d}\\/", ("http", None, None, "a b,c\u{e9}\u{4e2d}\\", 80, "/", "")),
        ("http://[::1]", ("http", None, None, "[::1]", 80, "", "")),
        ("http://u:p@[fe80::1%25e0]:8080/x", ("http", Some("u"), Some("p"), "[fe80::1%25e0]", 8080, "/x", "")),
        ("http://[::1]:?q", ("http", None, None, "[::1]", 80, "", "?q")),
        ("http://host//a/../b", ("http", None, None, "host", 80, "//a/../b", "")),
    ];
    for &(url, (scheme, user, password, host, port, path, extra)) in table {
        let parts = [
            Some(scheme),
            user,
            password,
            Some(host),
            Some(path),
            Some(extra),
        ];
        let number = if scheme.len() == 4 {
            Scheme::Http
        } else {
            Scheme::Https
        };
        let expected = (number, parts.map(|part| part.map(str::to_owned)), port);
        assert_eq!(row(url), expected, "{url}");
    }
}

/// Statements: facts 21.11, 21.13, 21.14.
#[test]
fn f21_11_missing_parts_stand_at_the_end_of_the_url() {
    for url in [
        "http://host",
        "http://host?",
        "http://host:80",
        "http://host:80?",
    ] {
        let parts = cracked(url).unwrap();
        let end = url.len();
        assert_eq!((parts.path, parts.extra), (end..end, end..end), "{url}");
    }
    assert_eq!(cracked("http://host/p").unwrap().extra, 13..13);
}

/// Statements: facts 21.16; behaviour 18.148.
#[test]
fn bc148_path_and_extra_can_be_had_together() {
    for (url, together) in [
        ("http://host/p?a#b", "/p?a#b"),
        ("http://host/p#b", "/p#b"),
        ("http://host?a", "?a"),
        ("http://host?", ""),
        ("http://host", ""),
    ] {
        let all = units(url);
        let range = cracked(url).unwrap().path_and_extra();
        assert_eq!(text(&all[range]), together, "{url}");
    }
}

/// Statements: facts 21.17, 21.22, 21.23; behaviour 18.150.
#[test]
fn f21_22_what_is_no_url_has_its_error() {
    for url in [
        "",
        "www",
        "www.host.tld",
        "http",
        "ftp://x",
        "://host",
        " http://host",
        "httpx://h",
    ] {
        assert_eq!(cracked(url), Err(Error::UnrecognizedScheme), "{url}");
    }
    for url in [
        "HTTP:host",
        "http:/host",
        "http://",
        "http:",
        "http:///path",
        "http://?q",
        "http://:80/",
        "http://user@/",
        "http://user:pass@:80/",
        "http://host:65536",
        "http://host:99999/",
        "http://host:184467440737095516160/",
        "http://host:8x/",
        "http://host:-1/",
        "http://host: 80/",
        "http://a:b:80/",
        "http://[::1/",
        "http://[]/",
        "http://[::1]x/",
        "http://[::1]:x/",
        "http://\u{665}:\u{665}/",
    ] {
        assert_eq!(cracked(url), Err(Error::InvalidUrl), "{url}");
    }
}

/// Statements: behaviour 18.152.
#[test]
fn bc152_user_info_can_be_rejected() {
    let options = CrackOptions {
        reject_user_info: true,
    };
    for url in [
        "http://u:p@host/",
        "http://u@host/",
        "http://:@host/",
        "http://@host",
    ] {
        assert_eq!(crack(&units(url), options), Err(Error::InvalidUrl), "{url}");
    }
    for url in ["http://host/u@p", "http://host?u@p", "http://host#u@p"] {
        assert!(crack(&units(url), options).is_ok(), "{url}");
    }
}

fn components(all: &[u16]) -> Result<(Components<'_>, u16)> {
    let parts = crack(all, CrackOptions::default())?;
    let components = Components {
        scheme_text: Some(&all[parts.scheme_text]),
        scheme: parts.scheme,
        user_name: parts.user_name.map(|range| &all[range]),
        password: parts.password.map(|range| &all[range]),
        host: Some(&all[parts.host]),
        port: parts.port,
        path: Some(&all[parts.path]),
        extra: Some(&all[parts.extra]),
    };
    Ok((components, parts.port))
}

/// Statements: behaviour 18.154.
#[test]
fn bc154_what_is_taken_apart_can_be_put_together() {
    for url in [
        "http://host",
        "https://Host/",
        "HTTP://u:p@host:8080/a/b;c?d=e#f",
        "http://u@host/",
        "http://:@host/",
        "http://[::1]:81/?x",
        "http://host?q",
        "http://host:0/",
        "https://host:80/\u{fb00}",
    ] {
        let all = units(url);
        let (components, _) = components(&all).unwrap();
        let again = create(&components, CreateOptions::default()).unwrap();
        assert_eq!(text(&again), url);
    }
}

/// Any text over an alphabet of what matters: cracking finds disjoint, ordered parts, and what is put together from them
/// means the same.
#[test]
fn arbitrary_urls_are_taken_apart_and_put_together_alike() {
    let alphabet = units("ah:/?#@[]%0 .\u{7f}");
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize
    };
    let mut good = 0;
    for _ in 0..50_000 {
        let mut all = units(if random() % 2 == 0 {
            "http://"
        } else {
            "https://h"
        });
        for _ in 0..random() % 12 {
            all.push(alphabet[random() % alphabet.len()]);
        }
        let Ok((components, _)) = components(&all) else {
            continue;
        };
        good += 1;
        let again = create(&components, CreateOptions::default()).unwrap();
        // Explicit default ports, empty ports and leading zeros of ports are not kept; nor is a lone question mark.
        let parts = crack(&again, CrackOptions::default()).unwrap();
        let (same, port) = self::components(&again).unwrap();
        assert_eq!((same, port), (components, parts.port), "{:?}", text(&all));
    }
    assert!(good > 10_000, "{good}");
}

/// Statements: facts 22.5, 22.6, 22.7, 22.8; behaviour 18.155.
#[test]
fn f22_5_scheme_and_port_are_written_as_windows_does() {
    let (http, ftp, other) = (units("http"), units("ftp"), units("x-y"));
    let host = units("host");
    let table: &[(Option<&[u16]>, Scheme, u16, &str)] = &[
        (None, Scheme::Http, 80, "http://host"),
        (None, Scheme::Https, 443, "https://host"),
        (None, Scheme::Https, 80, "https://host:80"),
        (None, Scheme::Ftp, 21, "ftp://host"),
        (None, Scheme::Socks, 80, "socks://host:80"),
        (None, Scheme::Http, 0, "http://host:0"),
        (Some(&http), Scheme::Https, 80, "http://host"),
        (Some(&http), Scheme::Https, 443, "http://host:443"),
        (Some(&http), Scheme::Http, 42, "http://host:42"),
        (Some(&ftp), Scheme::Http, 80, "ftp://host:80"),
        (Some(&other), Scheme::Http, 80, "x-y://host:80"),
    ];
    for &(scheme_text, scheme, port, url) in table {
        let components = Components {
            scheme_text,
            scheme,
            port,
            host: Some(&host),
            ..Components::default()
        };
        let created = create(&components, CreateOptions::default()).unwrap();
        assert_eq!(text(&created), url);
    }
    let (path, extra) = (units("/p"), units("?q"));
    let no_host = Components {
        path: Some(&path),
        extra: Some(&extra),
        ..Components::default()
    };
    let created = create(&no_host, CreateOptions::default()).unwrap();
    assert_eq!(text(&created), "http:///p?q");
}

/// Statements: facts 22.9, 22.10, 22.13.
#[test]
fn f22_9_user_info_is_written_as_given() {
    let host = units("host");
    let (user, empty) = (units("user"), units(""));
    type Row<'a> = (Option<&'a [u16]>, Option<&'a [u16]>, Result<&'a str>);
    let table: &[Row<'_>] = &[
        (None, None, Ok("http://host")),
        (Some(&user), None, Ok("http://user@host")),
        (Some(&user), Some(&empty), Ok("http://user:@host")),
        (Some(&empty), Some(&user), Ok("http://:user@host")),
        (Some(&empty), Some(&empty), Ok("http://:@host")),
        (None, Some(&user), Err(Error::InvalidParameter)),
        (None, Some(&empty), Err(Error::InvalidParameter)),
    ];
    let reject = CreateOptions {
        reject_user_info: true,
        ..CreateOptions::default()
    };
    for &(user_name, password, expected) in table {
        let components = Components {
            user_name,
            password,
            host: Some(&host),
            port: 80,
            ..Components::default()
        };
        let created = create(&components, CreateOptions::default());
        assert_eq!(created.map(|url| text(&url)), expected.map(str::to_owned));
        let rejected = create(&components, reject).map(|_| ());
        match (user_name, password) {
            (None, None) => assert_eq!(rejected, Ok(())),
            (None, Some(_)) => assert_eq!(rejected, Err(Error::InvalidParameter)),
            _ => assert_eq!(rejected, Err(Error::InvalidUrl)),
        }
    }
    let odd = [0, 0xFB00, 0xD800];
    let components = Components {
        host: Some(&odd),
        port: 80,
        path: Some(&odd),
        ..Components::default()
    };
    let created = create(&components, CreateOptions::default()).unwrap();
    assert_eq!(created[7..], [odd, odd].concat());
}

/// Statements: facts 22.11, 22.12; behaviour 18.156.
#[test]
fn f22_11_escaping_when_a_url_is_made() {
    let host = units("h o");
    let path = units("/\u{1}\u{1f} \"#%<>[\\]^`{|}~\u{7f}!$&'()*+,-./:;=?@_azAZ09");
    let escaped = "/%01%1F%20%22%23%25%3C%3E%5B%5C%5D%5E%60%7B%7C%7D%7E%7F!$&'()*+,-./:;=?@_azAZ09";
    let with = |path: &[u16], extra: &[u16], code_page| {
        let components = Components {
            host: Some(&host),
            port: 80,
            path: Some(path),
            extra: Some(extra),
            ..Components::default()
        };
        let options = CreateOptions {
            escape: Some(code_page),
            ..CreateOptions::default()
        };
        create(&components, options).map(|url| text(&url))
    };
    for code_page in [CodePage::Utf8, CodePage::SingleByte] {
        let url = with(&path, &path, code_page).unwrap();
        assert_eq!(url, format!("http://h o{escaped}{escaped}"));
    }
    let (plain, latin, ligature) = (units("/"), units("\u{e9}\u{ff}"), units("\u{fb00}"));
    assert_eq!(
        with(&plain, &latin, CodePage::SingleByte).unwrap(),
        "http://h o/%E9%FF"
    );
    assert_eq!(
        with(&latin, &ligature, CodePage::Utf8).unwrap(),
        "http://h o%C3%A9%C3%BF%EF%AC%80"
    );
    assert_eq!(
        with(&ligature, &plain, CodePage::SingleByte),
        Err(Error::InvalidParameter)
    );
    assert_eq!(
        with(&plain, &ligature, CodePage::SingleByte),
        Err(Error::InvalidParameter)
    );
    assert_eq!(
        with(&[0xD800], &plain, CodePage::Utf8).unwrap(),
        "http://h o%EF%BF%BD/"
    );
}

/// Statements: facts 21.20, 21.21; behaviour 18.156.
#[test]
fn f21_20_escapes_are_read() {
    for (escaped, plain) in [
        ("/a%20b", "/a b"),
        ("/%C3%A9%e4%b8%ad!", "/\u{e9}\u{4e2d}!"),
        ("%F0%9F%98%80", "\u{1f600}"),
        ("/%E9%20", "/\u{e9} "),
        ("%", "%"),
        ("%2", "%2"),
        ("%zz%4g%+1", "%zz%4g%+1"),
        ("%2541", "%41"),
        ("%00a%41", "%00aA"),
        ("?a%3fb%23", "?a?b#"),
        ("", ""),
    ] {
        let decoded = decode_component(&units(escaped));
        assert_eq!(text(&decoded), plain, "{escaped}");
    }
    let escape = |component, percent| text(&escape_component(&units(component), percent));
    assert_eq!(escape("/a b%20", false), "/a%20b%20");
    assert_eq!(escape("/a b%", true), "/a%20b%25");
    assert_eq!(escape("~\u{e9}", false), "~%C3%A9");
}

fn object(name: &str, flags: EscapeFlags) -> String {
    escape_object_name(&units(name), flags)
}

/// Statements: facts 1.6, 1.7, 13.1, 13.2, 13.6, 13.7; behaviour 18.157; functions 10.13.
#[test]
fn f13_1_object_names_are_escaped_by_default() {
    let flags = EscapeFlags::default();
    let unsafe_characters = "\t\r\n \"#<>[\\]^`{|}\u{7f}\u{80}\u{4e2d}\u{1f600}";
    let escaped = "%09%0D%0A%20%22%23%3C%3E%5B%5C%5D%5E%60%7B%7C%7D%7F%C2%80%E4%B8%AD%F0%9F%98%80";
    let plain = "!$%&'()*+,-./:;=@_~azAZ09";
    let name = format!("/{unsafe_characters}{plain}?{unsafe_characters}{plain}?");
    assert_eq!(
        object(&name, flags),
        format!("/{escaped}{plain}?{escaped}{plain}?")
    );
    for (name, target) in [
        ("", "/"),
        ("/", "/"),
        ("a/b", "/a/b"),
        ("?q", "/?q"),
        ("//a/../b", "//a/../b"),
        ("/%41 ", "/%41%20"),
        ("*", "/*"),
        ("http://host/", "/http://host/"),
    ] {
        assert_eq!(object(name, flags), target);
    }
    assert_eq!(escape_object_name(&[0, 0xD800], flags), "/%00%EF%BF%BD");
}

/// Statements: facts 13.3; behaviour 18.157.
#[test]
fn f13_3_percent_signs_can_be_escaped() {
    let flags = EscapeFlags {
        percent: true,
        ..EscapeFlags::default()
    };
    assert_eq!(object("/%41?%41 #", flags), "/%2541?%2541%20%23");
}

/// Statements: facts 13.4, 13.6, 13.7; behaviour 18.158.
#[test]
fn f13_4_escaping_can_be_disabled() {
    let flags = EscapeFlags {
        disable: true,
        percent: true,
        ..EscapeFlags::default()
    };
    let raw = "\t\"#<>[\\]^`{|}\u{7f}%";
    assert_eq!(
        object(&format!("{raw} ?{raw} \u{80}\r\n"), flags),
        format!("/{raw}%20?{raw}%20%C2%80")
    );
    assert_eq!(object("/a\r\nHost: x\r\n", flags), "/aHost:%20x");
    assert_eq!(object("\r", flags), "/");
}

/// Statements: facts 13.5; behaviour 18.158.
#[test]
fn f13_5_escaping_can_be_disabled_for_the_query() {
    let flags = EscapeFlags {
        disable_query: true,
        percent: true,
        ..EscapeFlags::default()
    };
    assert_eq!(object("/<%>\r?<%> ?\r\n<", flags), "/%3C%25%3E%0D?<%>%20?<");
}

/// Nothing that comes out can end a request line or split it.
#[test]
fn no_object_name_breaks_out_of_the_request_line() {
    for bits in 0..16 {
        let flags = EscapeFlags {
            percent: bits & 1 != 0,
            disable: bits & 2 != 0,
            disable_query: bits & 4 != 0,
            asterisk: bits & 8 != 0,
        };
        let every: Vec<u16> = (0..=u16::MAX).collect();
        let queries: Vec<u16> = every.iter().flat_map(|&unit| [0x3F, unit]).collect();
        for name in [&every, &queries] {
            let target = escape_object_name(name, flags);
            assert!(target.starts_with('/') && target.is_ascii());
            assert!(!target.contains(['\r', '\n', ' ', '\0']));
        }
        let star = escape_object_name(&units("*"), flags);
        assert_eq!(star, if flags.asterisk { "*" } else { "/*" });
    }
}
