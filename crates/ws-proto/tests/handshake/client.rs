//! The client's offer and what it makes of responses.

use super::{KNOWN_ANSWERS, SAMPLE_NONCE, header, headers, shown};
use ws_proto::handshake::HandshakeError::{
    BadAccept, BadList, DuplicateElement, DuplicateHeader, ExtensionNotSupported, MissingHeader,
    SubprotocolNotSupported, TokenMissing, TooManySubprotocols,
};
use ws_proto::handshake::{
    ClientHandshake, Field, HandshakeError, Header, ListFault, OfferError, SelectedExtension,
    Selection,
};

const CONNECTION: (&str, &str) = ("Connection", "Upgrade");
const UPGRADE: (&str, &str) = ("Upgrade", "websocket");
const ACCEPT: (&str, &str) = ("Sec-WebSocket-Accept", KNOWN_ANSWERS[1].1);

fn offering(subprotocols: &[&str], extensions: &[&str]) -> Result<ClientHandshake, OfferError> {
    let subprotocols: Vec<&[u8]> = subprotocols.iter().map(|text| text.as_bytes()).collect();
    let extensions: Vec<&[u8]> = extensions.iter().map(|text| text.as_bytes()).collect();
    ClientHandshake::new(SAMPLE_NONCE, &subprotocols, &extensions)
}

fn plain() -> ClientHandshake {
    offering(&[], &[]).expect("nothing is wrong with no offer")
}

/// Finishes with a good response to which `more` headers are added.
fn finish_with(
    client: &ClientHandshake,
    more: &[(&str, &str)],
) -> Result<Selection, HandshakeError> {
    client.finish(headers(&[CONNECTION, UPGRADE, ACCEPT]).chain(headers(more)))
}

fn selected(list: &[(usize, &str)]) -> Vec<SelectedExtension> {
    list.iter()
        .map(|&(index, parameters)| SelectedExtension {
            index,
            parameters: parameters.to_owned(),
        })
        .collect()
}

#[test]
fn s18_s20_four_headers_in_order() {
    assert_eq!(
        shown(&plain().request_headers()),
        [
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
        ]
    );
}

#[test]
fn s21_key_is_24_characters_and_follows_the_nonce() {
    let key = |nonce| {
        let client = ClientHandshake::new(nonce, &[], &[]).unwrap();
        client.request_headers()[0].value.clone()
    };
    assert_eq!(key([0; 16]), KNOWN_ANSWERS[0].0);
    assert_eq!(key([0xff; 16]), "/////////////////////w==");
    assert_eq!(key([0xfb; 16]).len(), 24);
    assert_ne!(key([1; 16]), key([2; 16]));
}

#[test]
fn s23_subprotocols_and_extensions_are_joined() {
    let client = offering(&["a", "b"], &["x", "y; p=1; q=\"2\"; r"]).unwrap();
    assert_eq!(
        shown(&client.request_headers())[4..],
        [
            "Sec-WebSocket-Protocol: a, b",
            "Sec-WebSocket-Extensions: x, y; p=1; q=\"2\"; r",
        ]
    );
    let client = offering(&[], &["x"]).unwrap();
    assert_eq!(
        shown(&client.request_headers())[4..],
        ["Sec-WebSocket-Extensions: x"]
    );
    let client = offering(&["v10.stomp"], &[]).unwrap();
    assert_eq!(
        shown(&client.request_headers())[4..],
        ["Sec-WebSocket-Protocol: v10.stomp"]
    );
}

#[test]
fn s23_duplicates_are_refused() {
    let protocol = |list: &[&str]| offering(list, &[]).unwrap_err();
    assert_eq!(
        protocol(&["a", "a"]),
        OfferError::DuplicateSubprotocol { index: 1 }
    );
    assert_eq!(
        protocol(&["a", "b", "c", "B"]),
        OfferError::DuplicateSubprotocol { index: 3 }
    );
    let extension = |list: &[&str]| offering(&[], list).unwrap_err();
    assert_eq!(
        extension(&["x", "y", "x"]),
        OfferError::DuplicateExtension { index: 2 }
    );
    assert_eq!(
        extension(&["x; a", "X; b"]),
        OfferError::DuplicateExtension { index: 1 }
    );
    // The first one that repeats is named, not the first one that is repeated.
    assert_eq!(
        extension(&["x", "y", "y", "x"]),
        OfferError::DuplicateExtension { index: 2 }
    );
    // A name that is another's beginning is not a duplicate.
    assert!(offering(&["a", "aa", "a-"], &["x", "xx", "x-; y"]).is_ok());
}

#[test]
fn bad_offers_are_refused() {
    let cases: [(&[u8], usize); 10] = [
        (b"", 0),
        (b" a", 0),
        (b"a ", 1),
        (b"a,b", 1),
        (b"a\0", 1),
        (b"a/b", 1),
        (b"\"a\"", 0),
        (b"caf\xc3\xa9", 3),
        (b"a\r\nEvil: 1", 1),
        (b"a;b", 1),
    ];
    for (text, offset) in cases {
        assert_eq!(
            ClientHandshake::new(SAMPLE_NONCE, &[b"fine", text], &[]).unwrap_err(),
            OfferError::BadSubprotocol { index: 1, offset },
            "{}",
            text.escape_ascii()
        );
    }
    let cases: [(&[u8], ListFault, usize); 12] = [
        (b"", ListFault::EndsEarly, 0),
        (b" x", ListFault::TokenExpected, 0),
        (b"x ", ListFault::CommaExpected, 1),
        (b"x,y", ListFault::CommaExpected, 1),
        (b"x; a,", ListFault::CommaExpected, 4),
        (b"x;", ListFault::EndsEarly, 2),
        (b"x; a=", ListFault::EndsEarly, 5),
        (b"x; a=\"b c\"", ListFault::BadQuotedValue, 7),
        (b"x; a=\"b, c\"", ListFault::BadQuotedValue, 7),
        (b"x; a=\"b", ListFault::EndsEarly, 7),
        (b"x\r\nEvil: 1", ListFault::CommaExpected, 1),
        (b"x; a=b\0", ListFault::CommaExpected, 6),
    ];
    for (text, fault, offset) in cases {
        assert_eq!(
            ClientHandshake::new(SAMPLE_NONCE, &[], &[b"fine", text]).unwrap_err(),
            OfferError::BadExtension {
                index: 1,
                fault,
                offset
            },
            "{}",
            text.escape_ascii()
        );
    }
}

#[test]
fn s24_s30_the_right_answer_selects_nothing() {
    assert_eq!(finish_with(&plain(), &[]), Ok(Selection::default()));
    let client = offering(&["a"], &["x"]).unwrap();
    let selection = finish_with(&client, &[]).unwrap();
    assert_eq!(selection.subprotocol, None);
    assert_eq!(selection.extensions, []);
}

#[test]
fn all_known_answers_are_accepted() {
    let nonces = [
        [0; 16],
        SAMPLE_NONCE,
        [
            0xda, 0x89, 0xc5, 0xcd, 0x35, 0xae, 0xda, 0x07, 0x5a, 0x68, 0x1d, 0xaa, 0x24, 0x15,
            0x45, 0xeb,
        ],
    ];
    for (nonce, (key, accept)) in nonces.into_iter().zip(KNOWN_ANSWERS) {
        let client = ClientHandshake::new(nonce, &[], &[]).unwrap();
        assert_eq!(client.request_headers()[0].value, key);
        let finish = |accept| {
            client.finish(headers(&[
                CONNECTION,
                UPGRADE,
                ("sec-websocket-accept", accept),
            ]))
        };
        assert_eq!(finish(accept), Ok(Selection::default()));
        for (_, other) in KNOWN_ANSWERS {
            assert_eq!(finish(other).is_ok(), other == accept);
        }
    }
}

#[test]
fn s25_missing_headers_are_format_errors() {
    let finish = |list: &[(&str, &str)]| plain().finish(headers(list)).unwrap_err();
    assert_eq!(finish(&[CONNECTION, UPGRADE]), MissingHeader(Field::Accept));
    assert_eq!(finish(&[CONNECTION, ACCEPT]), MissingHeader(Field::Upgrade));
    assert_eq!(finish(&[UPGRADE, ACCEPT]), MissingHeader(Field::Connection));
    assert_eq!(finish(&[]), MissingHeader(Field::Upgrade));
    assert_eq!(finish(&[("Server", "x")]), MissingHeader(Field::Upgrade));
}

#[test]
fn s25_every_wrong_accept_is_refused() {
    let finish = |value: &[u8]| {
        let accept = Header {
            name: b"Sec-WebSocket-Accept",
            value,
        };
        plain().finish(headers(&[CONNECTION, UPGRADE]).chain([accept]))
    };
    let right = ACCEPT.1.as_bytes();
    assert!(finish(right).is_ok());
    for position in 0..right.len() {
        assert_eq!(finish(&right[..position]), Err(BadAccept));
        for byte in 0..=255 {
            let mut wrong = right.to_vec();
            wrong[position] = byte;
            let expected = if wrong == right {
                Ok(Selection::default())
            } else {
                Err(BadAccept)
            };
            assert_eq!(finish(&wrong), expected, "{byte:#x} at {position}");
        }
    }
    for ending in [&b"="[..], b"\0", b"\r", b"\n", b"\x0b", b"\xa0", b", x"] {
        assert_eq!(finish(&[right, ending].concat()), Err(BadAccept));
        assert_eq!(finish(&[ending, right].concat()), Err(BadAccept));
    }
    assert_eq!(finish(b""), Err(BadAccept));
    assert_eq!(finish(ACCEPT.1.to_lowercase().as_bytes()), Err(BadAccept));
    assert!(finish(&[b" \t", right, b"\t  "].concat()).is_ok());
}

#[test]
fn s26_lists_and_case() {
    let finish = |connection, upgrade| {
        plain().finish(headers(&[
            ("connection", connection),
            ("upgrade", upgrade),
            ACCEPT,
        ]))
    };
    assert!(finish("keep-alive, UPGRADE", "WebSocket").is_ok());
    assert!(finish("\tupgrade ,", " , websocket\t").is_ok());
    assert!(finish("Upgrade", "h2c, websocket, IRC/6.9").is_ok());
    assert_eq!(
        finish("keep-alive", "websocket"),
        Err(TokenMissing(Field::Connection))
    );
    assert_eq!(
        finish("", "websocket"),
        Err(TokenMissing(Field::Connection))
    );
    assert_eq!(
        finish("upgrades", "websocket"),
        Err(TokenMissing(Field::Connection))
    );
    assert_eq!(finish("Upgrade", "h2c"), Err(TokenMissing(Field::Upgrade)));
    assert_eq!(
        finish("Upgrade", "websocket/13"),
        Err(TokenMissing(Field::Upgrade))
    );
    assert_eq!(
        finish("Upgrade", "web socket").map_err(|error| error.kind()),
        { Err(ws_proto::handshake::HandshakeErrorKind::Format) }
    );
}

#[test]
fn list_headers_may_be_repeated() {
    let response = [
        ("Connection", "keep-alive"),
        ACCEPT,
        ("Upgrade", "h2c"),
        ("CONNECTION", "Upgrade"),
        ("X-Sec-WebSocket-Accept", "nonsense"),
        ("UPGRADE", "websocket"),
        ("Connection", ""),
    ];
    assert!(plain().finish(headers(&response)).is_ok());
}

#[test]
fn what_follows_the_wanted_token_must_be_well_formed() {
    for more in ["@", "a b", "a;b", "\u{e9}", "a\0"] {
        let value = format!("upgrade, {more}");
        let response = [("Connection", value.as_str()), UPGRADE, ACCEPT];
        let error = plain().finish(headers(&response)).unwrap_err();
        assert!(
            matches!(
                error,
                BadList {
                    field: Field::Connection,
                    ..
                }
            ),
            "{more}: {error:?}"
        );
        let response = [CONNECTION, ("Connection", more), UPGRADE, ACCEPT];
        let error = plain().finish(headers(&response)).unwrap_err();
        assert!(
            matches!(
                error,
                BadList {
                    field: Field::Connection,
                    ..
                }
            ),
            "{more}: {error:?}"
        );
    }
}

#[test]
fn s27_two_accepts_are_a_format_error() {
    assert_eq!(
        finish_with(&plain(), &[ACCEPT]),
        Err(DuplicateHeader(Field::Accept))
    );
    assert_eq!(
        finish_with(&plain(), &[("SEC-WEBSOCKET-ACCEPT", "")]),
        Err(DuplicateHeader(Field::Accept))
    );
}

#[test]
fn s28_the_selected_subprotocol_is_told_by_its_index() {
    let client = offering(&["chat", "superchat", "x.y"], &[]).unwrap();
    for (value, index) in [
        ("chat", 0),
        ("superchat", 1),
        (" SuperChat\t", 1),
        (",superchat,", 1),
        ("X.Y", 2),
    ] {
        let selection = finish_with(&client, &[("Sec-WebSocket-Protocol", value)]).unwrap();
        assert_eq!(selection.subprotocol, Some(index), "{value}");
    }
    for nothing in ["", " ", ",", "\t, ,"] {
        let selection = finish_with(&client, &[("Sec-WebSocket-Protocol", nothing)]).unwrap();
        assert_eq!(selection.subprotocol, None, "{nothing}");
    }
}

#[test]
fn s29_what_was_not_offered_is_not_supported() {
    let client = offering(&["chat"], &["deflate; x=1"]).unwrap();
    for value in ["other", "cha", "chatt", "chat-"] {
        assert_eq!(
            finish_with(&client, &[("Sec-WebSocket-Protocol", value)]),
            Err(SubprotocolNotSupported)
        );
    }
    for value in ["other", "deflat", "deflated", "x", "deflate, other"] {
        assert_eq!(
            finish_with(&client, &[("Sec-WebSocket-Extensions", value)]),
            Err(ExtensionNotSupported)
        );
    }
    let chosen = ("Sec-WebSocket-Protocol", "chat");
    assert_eq!(
        finish_with(&plain(), &[chosen]),
        Err(SubprotocolNotSupported)
    );
    let chosen = ("Sec-WebSocket-Extensions", "deflate");
    assert_eq!(finish_with(&plain(), &[chosen]), Err(ExtensionNotSupported));
}

#[test]
fn two_subprotocols_in_a_response_are_a_format_error() {
    let client = offering(&["a", "b"], &[]).unwrap();
    let name = "Sec-WebSocket-Protocol";
    for response in [
        &[(name, "a, b")][..],
        &[(name, "a,a")],
        &[(name, "a"), (name, "b")],
        &[(name, "a"), (name, "a")],
        &[(name, "unknown"), (name, "b")],
    ] {
        assert_eq!(
            finish_with(&client, response),
            Err(TooManySubprotocols),
            "{response:?}"
        );
    }
    let selection = finish_with(&client, &[(name, ""), (name, "b"), (name, ",")]).unwrap();
    assert_eq!(selection.subprotocol, Some(1));
    assert_eq!(
        finish_with(&client, &[(name, "a b")]),
        Err(BadList {
            field: Field::Protocol,
            fault: ListFault::CommaExpected,
            offset: 2
        })
    );
}

#[test]
fn s31_selected_extensions_come_in_the_responses_order() {
    let client = offering(&[], &["x", "y; a", "z"]).unwrap();
    let name = "Sec-WebSocket-Extensions";
    let finish = |list: &[(&str, &str)]| finish_with(&client, list).map(|found| found.extensions);
    assert_eq!(finish(&[(name, "z, X")]), Ok(selected(&[(2, ""), (0, "")])));
    assert_eq!(
        finish(&[(name, "y ; b = 1;c=\"2\" , z"), (name, "x;d")]),
        Ok(selected(&[(1, "b = 1;c=\"2\""), (2, ""), (0, "d")]))
    );
    assert_eq!(finish(&[(name, ""), (name, " , ")]), Ok(Vec::new()));
    assert_eq!(
        finish(&[(name, "x, x")]),
        Err(DuplicateElement(Field::Extensions))
    );
    assert_eq!(
        finish(&[(name, "x"), (name, "y"), (name, "X; a")]),
        Err(DuplicateElement(Field::Extensions))
    );
    for malformed in ["x;", "x; =1", "x; a=\"", "x y", "x; a=b=c", ";"] {
        let error = finish(&[(name, malformed)]).unwrap_err();
        assert!(
            matches!(
                error,
                BadList {
                    field: Field::Extensions,
                    ..
                }
            ),
            "{malformed}"
        );
    }
}

#[test]
fn finishing_may_be_repeated_after_a_failure() {
    let client = offering(&["a"], &[]).unwrap();
    assert!(client.finish([header("Upgrade", "x")]).is_err());
    assert!(finish_with(&client, &[]).is_ok());
    assert_eq!(client.request_headers(), client.request_headers());
}

#[test]
fn the_handshake_is_small() {
    assert!(size_of::<ClientHandshake>() <= 64);
}
