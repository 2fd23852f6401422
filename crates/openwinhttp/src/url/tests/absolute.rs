//! The URL of a request, and references resolved against it.

use super::super::*;
use super::units;
use crate::Error;

/// Statements: facts 1.5, 3.12; behaviour 18.58.
#[test]
fn f3_12_the_url_of_a_request_shows_the_port_only_if_it_is_not_the_default() {
    let url = |secure, host, port, object: &str| {
        Url::new(secure, host, port, &units(object), EscapeFlags::default())
    };
    for (secure, host, port, object, shown, authority) in [
        (false, "host", 0, "", "http://host/", "host"),
        (true, "Host", 0, "a b", "https://Host/a%20b", "Host"),
        (false, "host", 443, "/?q", "http://host:443/?q", "host:443"),
        (true, "::1", 443, "/", "https://[::1]/", "[::1]"),
        (
            false,
            "[::1]",
            8080,
            "/",
            "http://[::1]:8080/",
            "[::1]:8080",
        ),
        (
            false,
            "fe80::1%eth0",
            80,
            "/",
            "http://[fe80::1%eth0]/",
            "[fe80::1%eth0]",
        ),
    ] {
        let url = url(secure, host, port, object).unwrap();
        assert_eq!(url.to_string(), shown);
        assert_eq!(url.authority(), authority);
    }
    for host in [
        "",
        "a b",
        "a\r\nX: y",
        "a\0",
        "a/b",
        "a?b",
        "a#b",
        "u@h",
        "a\\b",
        "h:80",
        "[::1",
        "::1]",
        "[]",
        "[a]",
        "a[b]",
        "::g",
        "[::1]:80",
        "a\u{a0}b",
        "a\u{85}b",
        "<h>",
        "::1 ",
        "[::1\r\n:]",
    ] {
        assert_eq!(
            url(false, host, 80, "/"),
            Err(Error::InvalidUrl),
            "{host:?}"
        );
    }
    let options = EscapeFlags {
        asterisk: true,
        ..EscapeFlags::default()
    };
    let asterisk = Url::new(false, "host", 81, &units("*"), options).unwrap();
    assert_eq!(
        (asterisk.target(), asterisk.to_string()),
        ("*", "http://host:81".to_owned())
    );
}

#[test]
fn absolute_urls_are_read() {
    for (given, shown) in [
        ("http://host", "http://host/"),
        (" HTTPS://u:p@host:443/a b?c#d \n", "https://host/a%20b?c"),
        ("http://host:8080?q#", "http://host:8080/?q"),
        ("http://host/a/../b", "http://host/a/../b"),
        ("http://host:0/", "http://host/"),
        (
            "http://b\u{fc}cher.example/\u{fc}",
            "http://b\u{fc}cher.example/%C3%BC",
        ),
    ] {
        assert_eq!(Url::parse(given).unwrap().to_string(), shown);
    }
    for (given, error) in [
        ("", Error::UnrecognizedScheme),
        ("/path", Error::UnrecognizedScheme),
        ("ftp://host/", Error::UnrecognizedScheme),
        ("http://a b/", Error::InvalidUrl),
        ("http://[x]/", Error::InvalidUrl),
        ("http://host:70000/", Error::InvalidUrl),
    ] {
        assert_eq!(Url::parse(given), Err(error), "{given}");
    }
    let url = Url::parse("https://Host/x").unwrap();
    assert!(url.secure() && url.port() == 443 && url.host() == "Host" && url.target() == "/x");
    assert!(url.same_origin(&Url::parse("https://hOST:443/y").unwrap()));
    assert!(!url.same_origin(&Url::parse("http://host:443/x").unwrap()));
}

/// The examples of RFC 3986 section 5.4, with `http` and without fragments.
///
/// Statements: facts 10.4; behaviour 18.96.
#[test]
fn f10_4_references_are_resolved() {
    let base = Url::parse("http://a/b/c/d;p?q").unwrap();
    for (reference, resolved) in [
        ("http:g", None),
        ("g:h", None),
        ("mailto:x@y", None),
        ("ftp://a/", None),
        ("g", Some("http://a/b/c/g")),
        ("./g", Some("http://a/b/c/g")),
        ("g/", Some("http://a/b/c/g/")),
        ("/g", Some("http://a/g")),
        ("//g", Some("http://g/")),
        ("?y", Some("http://a/b/c/d;p?y")),
        ("g?y", Some("http://a/b/c/g?y")),
        ("#s", Some("http://a/b/c/d;p?q")),
        ("g#s", Some("http://a/b/c/g")),
        ("g?y#s", Some("http://a/b/c/g?y")),
        (";x", Some("http://a/b/c/;x")),
        ("g;x?y#s", Some("http://a/b/c/g;x?y")),
        ("", Some("http://a/b/c/d;p?q")),
        (".", Some("http://a/b/c/")),
        ("./", Some("http://a/b/c/")),
        ("..", Some("http://a/b/")),
        ("../", Some("http://a/b/")),
        ("../g", Some("http://a/b/g")),
        ("../..", Some("http://a/")),
        ("../../", Some("http://a/")),
        ("../../g", Some("http://a/g")),
        ("../../../g", Some("http://a/g")),
        ("../../../../g", Some("http://a/g")),
        ("/./g", Some("http://a/g")),
        ("/../g", Some("http://a/g")),
        ("g.", Some("http://a/b/c/g.")),
        (".g", Some("http://a/b/c/.g")),
        ("g..", Some("http://a/b/c/g..")),
        ("..g", Some("http://a/b/c/..g")),
        ("./../g", Some("http://a/b/g")),
        ("./g/.", Some("http://a/b/c/g/")),
        ("g/./h", Some("http://a/b/c/g/h")),
        ("g/../h", Some("http://a/b/c/h")),
        ("g;x=1/./y", Some("http://a/b/c/g;x=1/y")),
        ("g;x=1/../y", Some("http://a/b/c/y")),
        ("g?y/./x", Some("http://a/b/c/g?y/./x")),
        ("g?y/../x", Some("http://a/b/c/g?y/../x")),
        ("https://b:444/x/../y#z", Some("https://b:444/y")),
        (" /a b\u{e9} ", Some("http://a/a%20b%C3%A9")),
        ("/x\r\nInjected: y", Some("http://a/x%0D%0AInjected:%20y")),
        ("/a:b", Some("http://a/a:b")),
        ("1:b", Some("http://a/b/c/1:b")),
        ("\\\\evil\\x", Some("http://a/b/c/%5C%5Cevil%5Cx")),
    ] {
        let url = base.resolve(reference).ok().map(|url| url.to_string());
        assert_eq!(url.as_deref(), resolved, "{reference}");
    }
    assert_eq!(base.resolve("g:h"), Err(Error::UnrecognizedScheme));
    assert_eq!(base.resolve("http:g"), Err(Error::InvalidUrl));
    assert_eq!(base.resolve("//a b/"), Err(Error::InvalidUrl));
    let secure = Url::parse("https://a:8443").unwrap();
    assert_eq!(secure.resolve("x").unwrap().to_string(), "https://a:8443/x");
    assert_eq!(secure.resolve("//b/x").unwrap().to_string(), "https://b/x");
    let asterisk = EscapeFlags {
        asterisk: true,
        ..EscapeFlags::default()
    };
    let asterisk = Url::new(false, "a", 80, &units("*"), asterisk).unwrap();
    assert_eq!(asterisk.resolve("x").unwrap().to_string(), "http://a/x");
}

#[test]
fn long_paths_take_linear_time() {
    let base = Url::parse("http://a/").unwrap();
    for part in ["../", "x/", "x/../", "./", "/"] {
        let url = base.resolve(&format!("/x{}", part.repeat(1 << 16)));
        assert!(url.unwrap().to_string().len() <= (1 << 17) + 64);
    }
}
