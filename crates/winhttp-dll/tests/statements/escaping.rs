//! Facts 13: the object name as the server sees it.

use crate::support::*;

/// What the server sees of an object name.
#[track_caller]
fn seen(client: &Client, server: &Server, object: &str, flags: u32) -> String {
    let request = client.open(server, &RequestSpec::new("GET", object).flags(flags));
    assert_eq!(request.send(), Ok(()), "{object:?} with {flags:#x}");
    assert_eq!(request.receive(), Ok(()), "{object:?} with {flags:#x}");
    request.close();
    let line = server.requests().last().unwrap().line();
    let target = line
        .strip_prefix("GET ")
        .and_then(|rest| rest.strip_suffix(" HTTP/1.1"));
    target.unwrap_or_else(|| panic!("{line:?}")).to_owned()
}

/// Statements: facts 13.1, 13.2, 13.3, 13.4, 13.5, 13.6, 13.7, 13.8; behaviour 18.157, 18.158
#[test]
fn f13_object_names_are_escaped_as_the_flags_say() {
    let server = Server::answering(response("", b""));
    let client = Client::new(Mode::Sync);
    let (percent, disable, query) = (
        WINHTTP_FLAG_ESCAPE_PERCENT,
        WINHTTP_FLAG_ESCAPE_DISABLE,
        WINHTTP_FLAG_ESCAPE_DISABLE_QUERY,
    );
    let unsafe_ones = "\"#<>[\\]^`{|}";
    let escaped = "%22%23%3C%3E%5B%5C%5D%5E%60%7B%7C%7D";
    let safe = "/!$&'()*+,-./:;=@_~azAZ09";
    for (object, flags, target) in [
        (safe, 0, safe),
        ("/?!$&'()*+,-./:;=?@_~az", 0, "/?!$&'()*+,-./:;=?@_~az"),
        ("/a b", 0, "/a%20b"),
        ("/a\u{1}\u{1f}\u{7f}b", 0, "/a%01%1F%7Fb"),
        ("/a\r\nb", 0, "/a%0D%0Ab"),
        ("/?a\r\nb c", 0, "/?a%0D%0Ab%20c"),
        ("/100%", 0, "/100%"),
        ("/%41%zz", 0, "/%41%zz"),
        ("/%41?%41", percent, "/%2541?%2541"),
        ("/a b%", percent, "/a%20b%25"),
        ("/a b?c d", disable, "/a%20b?c%20d"),
        ("/a\u{1}\u{7f}\"#<>", disable, "/a\u{1}\u{7f}\"#<>"),
        ("/a\r\n", disable, "/a"),
        ("/a<>?b<> c", query, "/a%3C%3E?b<>%20c"),
        ("/\u{80}\u{e4}\u{20ac}", 0, "/%C2%80%C3%A4%E2%82%AC"),
        (
            "/\u{80}\u{e4}\u{20ac}?\u{e4}",
            disable,
            "/%C2%80%C3%A4%E2%82%AC?%C3%A4",
        ),
    ] {
        assert_eq!(
            seen(&client, &server, object, flags),
            target,
            "{object:?} with {flags:#x}"
        );
    }
    assert_eq!(
        seen(&client, &server, &format!("/{unsafe_ones}"), 0),
        format!("/{escaped}")
    );
    assert_eq!(
        seen(&client, &server, &format!("/?{unsafe_ones}"), 0),
        format!("/?{escaped}")
    );
    // Nothing of it can end the request line or add a header.
    for flags in [0, percent, disable, query] {
        for object in [
            "/a HTTP/1.1\r\nX-Injected: y\r\n\r\n",
            "/?a HTTP/1.1\r\nX-Injected: y",
            "\r\n\r\n/",
            "/\nX-Injected: y",
        ] {
            seen(&client, &server, object, flags);
            assert_eq!(
                server.requests().last().unwrap().header("X-Injected"),
                None,
                "{object:?} with {flags:#x}"
            );
        }
    }
}
