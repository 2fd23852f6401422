//! Streams, and what must come of them, written by hand.

use ws_proto::ProtocolError as E;
use ws_proto::{Kind, MessageKind, OpCode, ReceiveOptions, Role};

use crate::encode::{KEY, Length, close_payload, frame, header, pattern, text};
use crate::reference::Seen;
use crate::stream::{Case, Stream};

const TEXT: Kind = Kind::Message(MessageKind::Text);
const BINARY: Kind = Kind::Message(MessageKind::Binary);

/// The options of both roles, with the key that their peer's frames have.
fn roles() -> [(ReceiveOptions, Option<[u8; 4]>); 2] {
    [
        (ReceiveOptions::new(Role::Client), None),
        (ReceiveOptions::new(Role::Server), Some(KEY)),
    ]
}

type Row = (&'static str, fn(Stream) -> Stream);

/// All cases.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, build) in good().into_iter().chain(bad()) {
        for (options, key) in roles() {
            let role = options.role;
            cases.push(Case::new(format!("{name}, {role:?}"), options, key, build));
            let either = ReceiveOptions {
                either_mask: true,
                ..options
            };
            let other = if key.is_some() { None } else { Some(KEY) };
            let name = format!("{name}, {role:?}, other mask");
            cases.push(Case::new(name, either, other, build));
        }
    }
    for (options, key) in roles() {
        cases.extend(lengths(options, key));
        cases.extend(close_codes(options, key));
        cases.extend(utf8(options, key));
        cases.extend(extensions(options, key));
    }
    cases.extend(masking());
    cases
}

/// Streams without an error.
fn good() -> Vec<Row> {
    vec![
        ("hello", |s| {
            s.frame(0x81, "Hello").data(TEXT, "Hello", true)
        }),
        ("empty text", |s| s.frame(0x81, "").data(TEXT, "", true)),
        ("empty binary", |s| s.frame(0x82, "").data(BINARY, "", true)),
        ("two messages", |s| {
            s.frame(0x81, "a")
                .data(TEXT, "a", true)
                .frame(0x82, [0xFF, 0xFE])
                .data(BINARY, [0xFF, 0xFE], true)
        }),
        ("fragments", |s| {
            s.frame(0x02, "Hel")
                .frame(0x00, "l")
                .frame(0x80, "o")
                .data(BINARY, "Hello", true)
        }),
        ("an empty last fragment", |s| {
            s.frame(0x01, "Hello")
                .frame(0x80, "")
                .data(TEXT, "Hello", true)
        }),
        ("empty fragments are skipped", |s| {
            s.frame(0x01, "")
                .frame(0x00, "")
                .frame(0x00, "a")
                .frame(0x00, "")
                .frame(0x80, "b")
                .data(TEXT, "ab", true)
        }),
        ("a message of empty frames", |s| {
            s.frame(0x01, "")
                .frame(0x00, "")
                .frame(0x80, "")
                .data(TEXT, "", true)
        }),
        ("control frames between fragments", |s| {
            s.frame(0x01, b"Z\xC3")
                .data(TEXT, b"Z\xC3", false)
                .frame(0x89, "ping")
                .seen(Seen::Ping(b"ping".to_vec()))
                .frame(0x00, b"\xAB\xE2")
                .data(TEXT, b"\xAB\xE2", false)
                .frame(0x8A, "")
                .seen(Seen::Pong(Vec::new()))
                .frame(0x89, "")
                .seen(Seen::Ping(Vec::new()))
                .frame(0x80, b"\x82\xAC")
                .data(TEXT, b"\x82\xAC", true)
        }),
        ("an unfinished message", |s| {
            s.frame(0x02, "abc").data(BINARY, "abc", false)
        }),
        ("an unfinished frame", |mut s| {
            s = s.frame(0x82, "abcdef").data(BINARY, "abcd", false);
            s.bytes.truncate(s.bytes.len() - 2);
            s
        }),
        ("a frame longer than memory", |mut s| {
            s.bytes = header(0x82, s.key, Length::Long(u64::MAX >> 1));
            let start = frame(0x82, s.key, b"beginning");
            s.bytes.extend(&start[start.len() - 9..]);
            s.data(BINARY, "beginning", false)
        }),
        ("control frames of 125 bytes", |s| {
            s.frame(0x89, pattern(125))
                .seen(Seen::Ping(pattern(125)))
                .frame(0x8A, pattern(125))
                .seen(Seen::Pong(pattern(125)))
                .frame(0x88, close_payload(1000, &[b'r'; 123]))
                .seen(Seen::Close(Some(1000), "r".repeat(123)))
        }),
        ("an empty close", |s| {
            s.frame(0x88, "").seen(Seen::Close(None, String::new()))
        }),
        ("a close inside a message", |s| {
            s.frame(0x01, "a")
                .data(TEXT, "a", false)
                .frame(0x88, close_payload(1001, b""))
                .seen(Seen::Close(Some(1001), String::new()))
        }),
        ("pings and pongs after close are skipped", |s| {
            s.frame(0x88, "")
                .seen(Seen::Close(None, String::new()))
                .frame(0x89, "abc")
                .frame(0x8A, pattern(125))
                .frame(0x89, "")
        }),
    ]
}

/// The error table of the specification (section 4), less what depends on a number: see the functions below.
fn bad() -> Vec<Row> {
    fn open(s: Stream) -> Stream {
        s.frame(0x01, "a").data(TEXT, "a", false)
    }
    fn closed(s: Stream) -> Stream {
        s.frame(0x88, "").seen(Seen::Close(None, String::new()))
    }
    vec![
        ("RSV1", |s| s.wrong_first(0xC1, E::ReservedBits)),
        ("RSV2", |s| s.wrong_first(0xA1, E::ReservedBits)),
        ("RSV3", |s| s.wrong_first(0x91, E::ReservedBits)),
        ("RSV on a continuation", |s| {
            open(s).wrong_first(0xC0, E::ReservedBits)
        }),
        ("RSV on a ping", |s| s.wrong_first(0xC9, E::ReservedBits)),
        ("opcode 3", |s| s.wrong_first(0x83, E::ReservedOpcode)),
        ("opcode 7", |s| s.wrong_first(0x87, E::ReservedOpcode)),
        ("opcode B", |s| s.wrong_first(0x8B, E::ReservedOpcode)),
        ("opcode F", |s| open(s).wrong_first(0x8F, E::ReservedOpcode)),
        ("opcode F without FIN", |s| {
            s.wrong_first(0x0F, E::ReservedOpcode)
        }),
        ("a fragmented close", |s| {
            s.wrong_first(0x08, E::FragmentedControl)
        }),
        ("a fragmented ping", |s| {
            s.wrong_first(0x09, E::FragmentedControl)
        }),
        ("a fragmented pong", |s| {
            open(s).wrong_first(0x0A, E::FragmentedControl)
        }),
        ("a long ping", |s| {
            s.wrong_header(0x89, Length::Medium(126), 1, E::OversizedControl)
        }),
        ("a long pong", |s| {
            s.wrong_header(0x8A, Length::Long(65536), 1, E::OversizedControl)
        }),
        ("a long close", |s| {
            s.wrong_header(0x88, Length::Medium(126), 1, E::OversizedControl)
        }),
        ("a ping with a long form", |s| {
            s.wrong_header(0x89, Length::Medium(5), 1, E::OversizedControl)
        }),
        ("a long length in the 64-bit form", |s| {
            s.wrong_header(0x82, Length::Long(1 << 63), 2, E::LengthTooLarge)
        }),
        ("all ones in the 64-bit form", |s| {
            s.wrong_header(0x82, Length::Long(u64::MAX), 2, E::LengthTooLarge)
        }),
        ("0 in the 16-bit form", |s| {
            s.wrong_header(0x82, Length::Medium(0), 3, E::LengthNotMinimal)
        }),
        ("125 in the 16-bit form", |s| {
            s.wrong_header(0x82, Length::Medium(125), 3, E::LengthNotMinimal)
        }),
        // The sixth zero settles it, whatever the last two bytes are.
        ("0 in the 64-bit form", |s| {
            s.wrong_header(0x82, Length::Long(0), 7, E::LengthNotMinimal)
        }),
        ("65535 in the 64-bit form", |s| {
            s.wrong_header(0x82, Length::Long(65535), 7, E::LengthNotMinimal)
        }),
        ("a close of one byte", |s| {
            s.wrong_header(0x88, Length::Short(1), 1, E::ClosePayload)
        }),
        // Control frames are collected whole, so what is in them counts when their last byte is there.
        ("a reason that is not UTF-8", |s| {
            s.wrong_payload(0x88, close_payload(1000, b"ab\xC3\x28"), 5, E::InvalidUtf8)
        }),
        ("a reason that ends inside a character", |s| {
            s.wrong_payload(0x88, close_payload(1000, b"ab\xC3"), 4, E::InvalidUtf8)
        }),
        ("a continuation at the start", |s| {
            s.wrong_first(0x80, E::UnexpectedContinuation)
        }),
        ("a continuation after a message", |s| {
            s.frame(0x81, "a")
                .data(TEXT, "a", true)
                .wrong_first(0x00, E::UnexpectedContinuation)
        }),
        ("text inside a message", |s| {
            open(s).wrong_first(0x81, E::ExpectedContinuation)
        }),
        ("binary inside a message", |s| {
            open(s).wrong_first(0x02, E::ExpectedContinuation)
        }),
        ("text after an empty fragment", |s| {
            s.frame(0x01, "").wrong_first(0x81, E::ExpectedContinuation)
        }),
        ("text after close", |s| {
            closed(s).wrong_first(0x81, E::DataAfterClose)
        }),
        ("binary after close", |s| {
            closed(s).wrong_first(0x02, E::DataAfterClose)
        }),
        ("a continuation after close", |s| {
            closed(open(s)).wrong_first(0x80, E::DataAfterClose)
        }),
        ("a second close", |s| {
            closed(s).wrong_first(0x88, E::CloseAfterClose)
        }),
        ("a bad ping after close", |s| {
            closed(s).wrong_first(0x09, E::FragmentedControl)
        }),
    ]
}

/// Which frames must be masked.
fn masking() -> Vec<Case> {
    let [(client, _), (server, _)] = roles();
    let mut cases = Vec::new();
    for (name, first) in [
        ("text", 0x81),
        ("an empty fragment", 0x02),
        ("a ping", 0x89),
        ("close", 0x88),
    ] {
        cases.push(Case::new(
            format!("masked {name}, Client"),
            client,
            Some(KEY),
            |s| s.wrong_header(first, Length::Short(20), 1, E::Masked),
        ));
        cases.push(Case::new(
            format!("unmasked {name}, Server"),
            server,
            None,
            |s| s.wrong_header(first, Length::Short(20), 1, E::Unmasked),
        ));
    }
    let either = ReceiveOptions {
        either_mask: true,
        ..server
    };
    cases.push(Case::new(
        "masked and unmasked in turn",
        either,
        None,
        |s| {
            let mut s = s.frame(0x01, "one ");
            s.key = Some(KEY);
            s = s.frame(0x00, "two ");
            s.key = Some([0; 4]);
            s = s.frame(0x00, "three ");
            s.key = None;
            s.frame(0x80, "four").data(TEXT, "one two three four", true)
        },
    ));
    cases
}

/// Every length at which the header or the way of handling changes, as text and as binary, whole and in two frames.
fn lengths(options: ReceiveOptions, key: Option<[u8; 4]>) -> Vec<Case> {
    let mut lengths = vec![
        1, 2, 3, 4, 5, 15, 16, 31, 32, 63, 64, 65, 124, 125, 126, 127, 128,
    ];
    if !cfg!(miri) {
        // A text step of the receiver is 16 KiB.
        lengths.extend([16383, 16385, 65535, 65536, 65537]);
    }
    let mut cases = Vec::new();
    for len in lengths {
        let role = options.role;
        let name = format!("{len} bytes, {role:?}");
        cases.push(Case::new(format!("binary, {name}"), options, key, |s| {
            s.frame(0x82, pattern(len)).data(BINARY, pattern(len), true)
        }));
        cases.push(Case::new(format!("text, {name}"), options, key, |s| {
            s.frame(0x81, text(len)).data(TEXT, text(len), true)
        }));
        cases.push(Case::new(
            format!("text cut in the middle, {name}"),
            options,
            key,
            |s| {
                let text = text(len);
                let (a, b) = text.as_bytes().split_at(len / 2);
                s.frame(0x01, a).frame(0x80, b).data(TEXT, &text, true)
            },
        ));
    }
    cases
}

/// Which codes a Close may have (statement 108).
fn close_codes(options: ReceiveOptions, key: Option<[u8; 4]>) -> Vec<Case> {
    let good = [
        1000, 1001, 1002, 1003, 1004, 1007, 1008, 1014, 1016, 2999, 3000, 4999, 5000, 65535,
    ];
    let bad = [0, 1, 999, 1005, 1006, 1015];
    let good = good.map(|code| {
        Case::new(
            format!("close {code}, {:?}", options.role),
            options,
            key,
            |s| {
                s.frame(0x88, close_payload(code, b"why"))
                    .seen(Seen::Close(Some(code), "why".to_owned()))
            },
        )
    });
    let bad = bad.map(|code| {
        Case::new(
            format!("close {code}, {:?}", options.role),
            options,
            key,
            |s| s.wrong_payload(0x88, close_payload(code, b"why"), 4, E::CloseCode),
        )
    });
    good.into_iter().chain(bad).collect()
}

/// Text that is not UTF-8, and where that is certain.
fn utf8(options: ReceiveOptions, key: Option<[u8; 4]>) -> Vec<Case> {
    // The bytes, how many of them are shown when they come one by one, and where it fails.
    let rows: &[(&str, &[u8], usize)] = &[
        ("overlong NUL", b"\xC0\x80", 0),
        ("overlong in three", b"\xE0\x9F\xBF", 1),
        ("overlong in four", b"\xF0\x8F\xBF\xBF", 1),
        ("a surrogate", b"ab\xED\xA0\x80", 3),
        ("above 10FFFF", b"\xF4\x90\x80\x80", 1),
        ("F5", b"\xF5\x80\x80\x80", 0),
        ("FF", b"\xFF", 0),
        ("a lone continuation", b"a\x80", 1),
        ("a broken pair", b"\xC3\x28", 1),
        ("a broken triple", b"\xE2\x82\x41", 2),
        ("a broken four", b"\xF0\x9F\x98\x41", 3),
        ("ends inside a pair", b"ab\xC3", 2),
        ("ends inside a triple", b"\xE2\x82", 1),
        ("ends inside a four", b"\xF0\x9F\x98", 2),
        ("far in", &[b'x'; 70], 70),
    ];
    let mut cases = Vec::new();
    let role = options.role;
    for &(name, bytes, at) in rows {
        let mut bytes = bytes.to_vec();
        if at == bytes.len() {
            bytes.extend(b"\xFFxx");
        }
        let name = format!("UTF-8: {name}, {role:?}");
        let build = |s: Stream| {
            let s = s.wrong_payload(0x81, &bytes, at, E::InvalidUtf8);
            if at > 0 {
                s.data(TEXT, &bytes[..at], false)
            } else {
                s
            }
        };
        cases.push(Case::new(&*name, options, key, build));
        // The check goes on over frames and what comes between them.
        let fragmented = |s: Stream| {
            let s = s
                .frame(0x01, "\u{20ac}")
                .data(TEXT, "\u{20ac}", false)
                .frame(0x89, "")
                .seen(Seen::Ping(Vec::new()));
            let s = s.wrong_payload(0x80, &bytes, at, E::InvalidUtf8);
            if at > 0 {
                s.data(TEXT, &bytes[..at], false)
            } else {
                s
            }
        };
        cases.push(Case::new(
            format!("{name}, fragmented"),
            options,
            key,
            fragmented,
        ));
        let unchecked = ReceiveOptions {
            verify_text: false,
            ..options
        };
        cases.push(Case::new(
            format!("{name}, not checked"),
            unchecked,
            key,
            |s| s.frame(0x81, &bytes).data(TEXT, &bytes, true),
        ));
        cases.push(Case::new(format!("{name}, binary"), options, key, |s| {
            s.frame(0x02, &bytes)
                .frame(0x80, &bytes)
                .data(BINARY, bytes.repeat(2), true)
        }));
    }
    cases.push(Case::new(
        format!("UTF-8: unfinished at an empty end, {role:?}"),
        options,
        key,
        |s| {
            s.frame(0x01, b"a\xE2\x82")
                .data(TEXT, b"a\xE2\x82", false)
                .wrong_empty(0x80, E::InvalidUtf8)
        },
    ));
    cases.push(Case::new(
        format!("UTF-8: each message begins anew, {role:?}"),
        options,
        key,
        |s| {
            s.frame(0x81, "\u{1f600}")
                .data(TEXT, "\u{1f600}", true)
                .wrong_payload(0x81, b"\x80", 0, E::InvalidUtf8)
        },
    ));
    let unchecked = ReceiveOptions {
        verify_text: false,
        ..options
    };
    cases.push(Case::new(
        format!("UTF-8: reasons are checked always, {role:?}"),
        unchecked,
        key,
        |s| s.wrong_payload(0x88, close_payload(1000, b"\xFF"), 2, E::InvalidUtf8),
    ));
    cases
}

/// With an extension: RSV bits and reserved opcodes are shown, the other rules stay.
fn extensions(options: ReceiveOptions, key: Option<[u8; 4]>) -> Vec<Case> {
    let role = options.role;
    let extensions = ReceiveOptions {
        extensions: true,
        ..options
    };
    fn rsv(kind: Kind, rsv: u8, bytes: impl AsRef<[u8]>, last: bool) -> Seen {
        Seen::Data {
            kind,
            rsv,
            bytes: bytes.as_ref().to_vec(),
            last,
        }
    }
    fn other(first: u8) -> Kind {
        Kind::Extension(OpCode::from_first_byte(first))
    }
    let rows: Vec<Row> = vec![
        ("RSV1 text is not checked", |s| {
            s.frame(0xC1, b"\xFF\xC0")
                .seen(rsv(TEXT, 4, b"\xFF\xC0", true))
        }),
        ("RSV1 text in fragments is not checked", |s| {
            s.frame(0x41, b"\xFF")
                .seen(rsv(TEXT, 4, b"\xFF", false))
                .frame(0x80, b"\xC0")
                .data(TEXT, b"\xC0", true)
                .wrong_payload(0x81, b"\xFF", 0, E::InvalidUtf8)
        }),
        ("RSV on a continuation leaves the check on", |s| {
            s.frame(0x01, "a").data(TEXT, "a", false).wrong_payload(
                0xC0,
                b"\xFF",
                0,
                E::InvalidUtf8,
            )
        }),
        ("all RSV bits", |s| {
            s.frame(0xF2, "ab").seen(rsv(BINARY, 7, "ab", true))
        }),
        ("each RSV bit", |s| {
            s.frame(0xA2, "a")
                .seen(rsv(BINARY, 2, "a", true))
                .frame(0x92, "b")
                .seen(rsv(BINARY, 1, "b", true))
        }),
        ("reserved data opcode", |s| {
            s.frame(0x83, pattern(300))
                .seen(rsv(other(3), 0, pattern(300), true))
        }),
        ("reserved data opcode without FIN", |s| {
            s.frame(0x57, "ab")
                .seen(rsv(other(7), 5, "ab", false))
                .frame(0x87, "")
                .data(other(7), "", true)
        }),
        ("reserved opcodes inside a text message", |s| {
            s.frame(0x01, b"\xC3")
                .data(TEXT, b"\xC3", false)
                .frame(0x83, b"\xFF")
                .data(other(3), b"\xFF", true)
                .frame(0xCB, "x")
                .seen(rsv(other(11), 4, "x", true))
                .frame(0x80, b"\xAB")
                .data(TEXT, b"\xAB", true)
        }),
        ("an empty reserved control frame", |s| {
            s.frame(0x8F, "").data(other(15), "", true)
        }),
        ("a ping with RSV is a ping", |s| {
            s.frame(0xD9, "p").seen(Seen::Ping(b"p".to_vec()))
        }),
        ("a fragmented reserved control frame", |s| {
            s.wrong_first(0x0B, E::FragmentedControl)
        }),
        ("a long reserved control frame", |s| {
            s.wrong_header(0x8C, Length::Medium(126), 1, E::OversizedControl)
        }),
        ("a reserved data opcode after close", |s| {
            s.frame(0x88, "")
                .seen(Seen::Close(None, String::new()))
                .wrong_first(0x83, E::DataAfterClose)
        }),
        ("a reserved control opcode after close", |s| {
            s.frame(0x88, "")
                .seen(Seen::Close(None, String::new()))
                .wrong_first(0x8B, E::DataAfterClose)
        }),
        ("text with RSV inside a message", |s| {
            s.frame(0x01, "a")
                .data(TEXT, "a", false)
                .wrong_first(0xC1, E::ExpectedContinuation)
        }),
    ];
    rows.into_iter()
        .map(|(name, build)| {
            Case::new(
                format!("extension: {name}, {role:?}"),
                extensions,
                key,
                build,
            )
        })
        .collect()
}
