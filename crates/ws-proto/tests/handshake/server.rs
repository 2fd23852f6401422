//! Requests, and a server's answers to them.

use super::{KNOWN_ANSWERS, headers, shown};
use ws_proto::handshake::HandshakeError::{
    BadKey, BadList, BadVersion, DuplicateElement, DuplicateHeader, ExtensionNotSupported,
    MissingHeader, SubprotocolNotSupported, TokenMissing, VersionNotSupported,
};
use ws_proto::handshake::{
    Field, HandshakeError, Header, ListFault, OfferError, ServerHandshake, ServerHandshakeError,
    accept_value, requested_subprotocols,
};

const CONNECTION: (&str, &str) = ("Connection", "Upgrade");
const UPGRADE: (&str, &str) = ("Upgrade", "websocket");
const VERSION: (&str, &str) = ("Sec-WebSocket-Version", "13");
const KEY: (&str, &str) = ("Sec-WebSocket-Key", KNOWN_ANSWERS[1].0);
const GOOD: [(&str, &str); 4] = [CONNECTION, UPGRADE, VERSION, KEY];

fn begin(request: &[(&str, &str)]) -> Result<ServerHandshake, HandshakeError> {
    choose(request, None, &[])
}

/// A handshake whose arguments are known to be good.
fn choose(
    request: &[(&str, &str)],
    subprotocol: Option<&str>,
    extensions: &[&str],
) -> Result<ServerHandshake, HandshakeError> {
    let extensions: Vec<&[u8]> = extensions.iter().map(|text| text.as_bytes()).collect();
    ServerHandshake::new(
        headers(request),
        subprotocol.map(str::as_bytes),
        &extensions,
    )
    .map_err(|error| match error {
        ServerHandshakeError::Request(error) => error,
        ServerHandshakeError::Offer(error) => panic!("{error}"),
    })
}

fn with(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    GOOD.iter().chain(more).copied().collect()
}

fn replacing(name: &str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    let replace = |(own, old)| {
        if own == name {
            (own, value)
        } else {
            (own, old)
        }
    };
    GOOD.into_iter().map(replace).collect()
}

fn without(name: &str) -> Vec<(&'static str, &'static str)> {
    GOOD.into_iter().filter(|(own, _)| *own != name).collect()
}

#[test]
fn known_answers() {
    for (key, accept) in KNOWN_ANSWERS {
        assert_eq!(accept_value(key.as_bytes()), accept.as_bytes());
        let request = [CONNECTION, UPGRADE, VERSION, ("Sec-WebSocket-Key", key)];
        assert_eq!(begin(&request).unwrap().response_headers()[0].value, accept);
    }
}

#[test]
fn s35_s41_dotnets_dummy_headers() {
    let request = [
        CONNECTION,
        UPGRADE,
        ("Host", ""),
        VERSION,
        ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
    ];
    assert_eq!(
        shown(&begin(&request).unwrap().response_headers()),
        [
            "Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=",
            "Connection: Upgrade",
            "Upgrade: websocket",
        ]
    );
}

#[test]
fn s36_missing_headers() {
    for (name, field) in [
        ("Connection", Field::Connection),
        ("Upgrade", Field::Upgrade),
        ("Sec-WebSocket-Version", Field::Version),
        ("Sec-WebSocket-Key", Field::Key),
    ] {
        assert_eq!(begin(&without(name)).unwrap_err(), MissingHeader(field));
    }
    assert_eq!(
        ServerHandshake::new([], None, &[]).unwrap_err(),
        ServerHandshakeError::Offer(OfferError::NoHeaders)
    );
    // A header that means nothing here is a header all the same.
    assert_eq!(
        begin(&[("Host", "x")]).unwrap_err(),
        MissingHeader(Field::Upgrade)
    );
}

#[test]
fn s37_versions() {
    let version = |value| begin(&replacing("Sec-WebSocket-Version", value)).map(|_| ());
    assert_eq!(version("13"), Ok(()));
    assert_eq!(version(" \t13 "), Ok(()));
    for other in [
        "8",
        "0",
        "7",
        "12",
        "14",
        "1",
        "3",
        "130",
        "113",
        "255",
        "4294967309",
    ] {
        assert_eq!(version(other), Err(VersionNotSupported), "{other}");
    }
    for malformed in [
        "", " ", "013", "00", "13, 8", "13,", "8, 13", "13 13", "+13", "-13", "13.0", "0x0d",
        "thirteen", "13\0", "1\u{b3}", "٣", "13;",
    ] {
        assert_eq!(version(malformed), Err(BadVersion), "{malformed:?}");
    }
    for again in ["13", "8", ""] {
        assert_eq!(
            begin(&with(&[("sec-websocket-version", again)])).unwrap_err(),
            DuplicateHeader(Field::Version)
        );
    }
    // An unknown version is told before a key of another shape is, since versions may differ in it.
    let request = [CONNECTION, UPGRADE, ("Sec-WebSocket-Version", "8")];
    assert_eq!(begin(&request).unwrap_err(), VersionNotSupported);
}

#[test]
fn s38_keys() {
    let key = |value| begin(&replacing("Sec-WebSocket-Key", value)).map(|_| ());
    for bad in [
        "",
        "AAAA",
        "AAAAAAAAAAAAAAAAAAAA",         // 15 bytes
        "AAAAAAAAAAAAAAAAAAAAAAA=",     // 17
        "AAAAAAAAAAAAAAAAAAAAAAAA",     // 18
        "AAAAAAAAAAAAAAAAAAAAAA",       // padding absent
        "AAAAAAAAAAAAAAAAAAAAAA=",      // half of it
        "AAAAAAAAAAAAAAAAAAAAAA===",    // too much
        "AAAAAAAAAAAAAAAAAAAAAA==AAAA", // in the middle
        "AAAAAAAAAAAAAAAAAAAAA===",     // of an impossible length
        "AAAAAAAAAA==AAAAAAAAAA==",
        "AAAAAAAAAAA AAAAAAAAAA==",
        "AAAAAAAAAAAAAAAAAAAA-_==", // the alphabet of URLs
        "AAAAAAAAAAAAAAAAAAAA\0A==",
        "AAAAAAAAAAAAAAAAAAAAA\u{e9}=",
        "========================",
        "AAAAAAAAAAAAAAAAAAAAAA==,",
    ] {
        assert_eq!(key(bad), Err(BadKey), "{bad:?}");
    }
    assert_eq!(key("/////////////////////w=="), Ok(()));
    assert_eq!(
        begin(&with(&[KEY])).unwrap_err(),
        DuplicateHeader(Field::Key)
    );
    assert_eq!(
        begin(&with(&[("SEC-WEBSOCKET-KEY", "")])).unwrap_err(),
        DuplicateHeader(Field::Key)
    );
}

#[test]
fn the_key_is_trimmed_before_it_is_answered() {
    let request = replacing("Sec-WebSocket-Key", "\t dGhlIHNhbXBsZSBub25jZQ==  ");
    assert_eq!(
        begin(&request).unwrap().response_headers()[0].value,
        KNOWN_ANSWERS[1].1
    );
}

#[test]
fn the_rfcs_own_key_has_unused_bits_set() {
    // RFC 6455 section 4.1 gives this as the base64 form of the bytes 1 to 16, which really is "...EA==". The text as
    // sent is what is hashed.
    let request = replacing("Sec-WebSocket-Key", "AQIDBAUGBwgJCgsMDQ4PEC==");
    let server = begin(&request).unwrap();
    assert_eq!(
        server.response_headers()[0].value.as_bytes(),
        accept_value(b"AQIDBAUGBwgJCgsMDQ4PEC==")
    );
    assert_ne!(
        accept_value(b"AQIDBAUGBwgJCgsMDQ4PEC=="),
        accept_value(b"AQIDBAUGBwgJCgsMDQ4PEA==")
    );
}

#[test]
fn s39_host_is_not_asked_for() {
    assert!(begin(&GOOD).is_ok());
    assert!(begin(&with(&[("Host", "a"), ("Host", "b")])).is_ok());
}

#[test]
fn s40_names_lists_and_repetition() {
    let request = [
        ("connection", "keep-alive"),
        ("sec-websocket-key", KEY.1),
        ("CONNECTION", "foo , UPGRADE"),
        ("sec-websocket-version", "13"),
        ("upgrade", "h2c"),
        ("Connection", ",close"),
        ("uPGRADE", "WebSocket,"),
    ];
    assert!(begin(&request).is_ok());
    assert!(begin(&replacing("Connection", "keep-alive, Upgrade")).is_ok());
    assert_eq!(
        begin(&replacing("Connection", "keep-alive")).unwrap_err(),
        TokenMissing(Field::Connection)
    );
    assert_eq!(
        begin(&replacing("Upgrade", "websockets, web")).unwrap_err(),
        TokenMissing(Field::Upgrade)
    );
    assert_eq!(
        begin(&replacing("Connection", "keep-alive; Upgrade")).unwrap_err(),
        BadList {
            field: Field::Connection,
            fault: ListFault::CommaExpected,
            offset: 10
        }
    );
}

#[test]
fn s41_s42_chosen_elements_follow_the_three() {
    let request = with(&[
        ("Sec-WebSocket-Protocol", "chat, superchat"),
        ("Sec-WebSocket-Extensions", "x, y; a, z"),
    ]);
    let server = choose(&request, Some("chat"), &["y; b=1", "x"]).unwrap();
    assert_eq!(
        shown(&server.response_headers()),
        [
            // RFC 6455 section 1.3 shows this response.
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Protocol: chat",
            "Sec-WebSocket-Extensions: y; b=1, x",
        ]
    );
    assert_eq!(server.subprotocol(), Some("chat"));
}

#[test]
fn s42_subprotocols() {
    let request = with(&[
        ("Sec-WebSocket-Protocol", "chat"),
        ("Sec-WebSocket-Protocol", "b,c"),
    ]);
    for none in [None, Some("")] {
        let server = choose(&request, none, &[]).unwrap();
        assert_eq!(server.response_headers().len(), 3);
        assert_eq!(server.subprotocol(), None);
    }
    for offered in ["chat", "b", "c"] {
        let server = choose(&request, Some(offered), &[]).unwrap();
        assert_eq!(server.subprotocol(), Some(offered));
    }
    for other in ["cha", "d", "chat-2"] {
        assert_eq!(
            choose(&request, Some(other), &[]).unwrap_err(),
            SubprotocolNotSupported
        );
    }
    assert_eq!(
        choose(&GOOD, Some("chat"), &[]).unwrap_err(),
        SubprotocolNotSupported
    );
    let request = with(&[("Sec-WebSocket-Protocol", "")]);
    assert_eq!(
        choose(&request, Some("chat"), &[]).unwrap_err(),
        SubprotocolNotSupported
    );
}

#[test]
fn the_clients_spelling_is_sent_back() {
    let request = with(&[("Sec-WebSocket-Protocol", "MQTT, Chat, chat")]);
    let chosen = |own| {
        choose(&request, Some(own), &[]).unwrap().response_headers()[3]
            .value
            .clone()
    };
    assert_eq!(chosen("mqtt"), "MQTT");
    assert_eq!(chosen("chat"), "chat");
    assert_eq!(chosen("Chat"), "Chat");
    assert_eq!(chosen("CHAT"), "Chat");
}

#[test]
fn spellings_of_different_case_are_different_requests() {
    let request = [("Sec-WebSocket-Protocol", "chat, CHAT")];
    assert_eq!(
        requested_subprotocols(headers(&request)),
        Ok(vec!["chat", "CHAT"])
    );
    let request = with(&[("Sec-WebSocket-Protocol", "CHAT, CHAt")]);
    let server = choose(&request, Some("CHAt"), &[]).unwrap();
    assert_eq!(server.subprotocol(), Some("CHAt"));
}

#[test]
fn requested_subprotocols_are_listed_in_order() {
    let request = [
        ("Sec-WebSocket-Protocol", "c, ,a"),
        ("Host", "x"),
        ("sec-websocket-protocol", " b\t"),
    ];
    assert_eq!(
        requested_subprotocols(headers(&request)),
        Ok(vec!["c", "a", "b"])
    );
    assert_eq!(requested_subprotocols([]), Ok(Vec::new()));
    let twice = [
        ("Sec-WebSocket-Protocol", "a, b"),
        ("Sec-WebSocket-Protocol", "a"),
    ];
    assert_eq!(
        requested_subprotocols(headers(&twice)),
        Err(DuplicateElement(Field::Protocol))
    );
    let malformed = [("Sec-WebSocket-Protocol", "a, b c")];
    let expected = BadList {
        field: Field::Protocol,
        fault: ListFault::CommaExpected,
        offset: 5,
    };
    assert_eq!(requested_subprotocols(headers(&malformed)), Err(expected));
}

#[test]
fn unchosen_lists_must_be_well_formed_too() {
    assert_eq!(
        begin(&with(&[("Sec-WebSocket-Protocol", "a, a")])).unwrap_err(),
        DuplicateElement(Field::Protocol)
    );
    assert_eq!(
        begin(&with(&[("Sec-WebSocket-Protocol", "a b")])).unwrap_err(),
        BadList {
            field: Field::Protocol,
            fault: ListFault::CommaExpected,
            offset: 2
        }
    );
    assert_eq!(
        begin(&with(&[("Sec-WebSocket-Extensions", "x; a=\"")])).unwrap_err(),
        BadList {
            field: Field::Extensions,
            fault: ListFault::EndsEarly,
            offset: 6
        }
    );
}

#[test]
fn s43_extensions() {
    // The examples of RFC 6455 section 9.1.
    let request = with(&[
        ("Sec-WebSocket-Extensions", "deflate-stream"),
        (
            "Sec-WebSocket-Extensions",
            "mux; max-channels=4; flow-control, deflate-stream",
        ),
        ("Sec-WebSocket-Extensions", "private-extension"),
    ]);
    assert_eq!(begin(&request).unwrap().response_headers().len(), 3);
    let chosen = |list: &[&str]| {
        choose(&request, None, list).map(|server| server.response_headers()[3].value.clone())
    };
    assert_eq!(
        chosen(&["mux; max-channels=2"]).unwrap(),
        "mux; max-channels=2"
    );
    assert_eq!(
        chosen(&["PRIVATE-extension", "mux"]).unwrap(),
        "PRIVATE-extension, mux"
    );
    assert_eq!(chosen(&["max-channels"]), Err(ExtensionNotSupported));
    assert_eq!(chosen(&["mux", "other"]), Err(ExtensionNotSupported));
    assert_eq!(
        choose(&GOOD, None, &["mux"]).unwrap_err(),
        ExtensionNotSupported
    );
}

#[test]
fn rfc_7692_fallback_offers_are_understood() {
    let request = with(&[(
        "Sec-WebSocket-Extensions",
        "permessage-deflate; client_max_window_bits; server_max_window_bits=10, \
         permessage-deflate; client_max_window_bits",
    )]);
    assert!(choose(&request, None, &["permessage-deflate"]).is_ok());
}

#[test]
fn bad_arguments_are_the_callers_fault_whatever_the_request() {
    let requests: [&[(&str, &str)]; 3] = [&GOOD, &[("Host", "x")], &[]];
    for request in requests {
        let offer = |subprotocol: Option<&[u8]>, extensions: &[&[u8]]| match ServerHandshake::new(
            headers(request),
            subprotocol,
            extensions,
        ) {
            Err(ServerHandshakeError::Offer(error)) => error,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            offer(Some(b"a b"), &[]),
            OfferError::BadSubprotocol {
                index: 0,
                offset: 1
            }
        );
        assert_eq!(
            offer(None, &[b"x", b""]),
            OfferError::BadExtension {
                index: 1,
                fault: ListFault::EndsEarly,
                offset: 0
            }
        );
        assert_eq!(
            offer(None, &[b"x", b"x;a"]),
            OfferError::DuplicateExtension { index: 1 }
        );
    }
}

#[test]
fn faults_are_reported_in_the_documented_order() {
    // Each step repairs the fault that was reported.
    let steps: [(&str, &str, HandshakeError); 6] = [
        ("Upgrade", "websocket", MissingHeader(Field::Upgrade)),
        ("Connection", "upgrade", MissingHeader(Field::Connection)),
        ("Sec-WebSocket-Version", "13", MissingHeader(Field::Version)),
        ("Sec-WebSocket-Key", KEY.1, MissingHeader(Field::Key)),
        ("Sec-WebSocket-Protocol", "a", SubprotocolNotSupported),
        ("Sec-WebSocket-Extensions", "x", ExtensionNotSupported),
    ];
    let mut request = vec![("Host", "x")];
    for (name, value, error) in steps {
        assert_eq!(choose(&request, Some("a"), &["x"]).unwrap_err(), error);
        request.insert(0, (name, value));
    }
    assert!(choose(&request, Some("a"), &["x"]).is_ok());
}

#[test]
fn header_names_that_are_not_text_are_ignored() {
    let odd: [&[u8]; 4] = [b"", b"\0", b"\xff\xfe", b"Sec-WebSocket-Key\0"];
    let odd = odd.map(|name| Header {
        name,
        value: b"\xff",
    });
    assert!(ServerHandshake::new(odd.into_iter().chain(headers(&GOOD)), None, &[]).is_ok());
}
