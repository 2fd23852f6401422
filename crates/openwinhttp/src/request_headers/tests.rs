//! The rules of adding, one by one.

use super::*;

const ADD: Modifiers = Modifiers::ADD;

fn block(headers: &mut RequestHeaders, text: &str, modifiers: Modifiers) -> Result<()> {
    let units: Vec<u16> = text.encode_utf16().collect();
    headers.add_block(&units, modifiers)
}

fn with(blocks: &[&str]) -> RequestHeaders {
    let mut headers = RequestHeaders::new();
    for text in blocks {
        block(&mut headers, text, ADD).unwrap();
    }
    headers
}

/// The list as text; every structure in it is checked against the wire.
fn wire(headers: &RequestHeaders) -> &str {
    let rebuilt: Vec<u8> = headers
        .iter()
        .flat_map(|header| [header.name, b": ", header.value, b"\r\n"].concat())
        .collect();
    assert_eq!(headers.wire(), rebuilt);
    assert_eq!(headers.iter().len(), headers.len());
    str::from_utf8(headers.wire()).unwrap()
}

fn bits(value: u32) -> Modifiers {
    Modifiers::from_bits(value).unwrap()
}

/// Statements: facts 5.2, 5.3, 24.2, 24.7.
#[test]
fn f5_2_blanks_and_line_end_are_not_part_of_the_value() {
    for text in [
        "A: b",
        "A:b",
        "A: b\r\n",
        "A:   b \t ",
        "A:\tb\n",
        "\r\nA: b",
        "A: b\0",
        "A: b\r\n\0\0",
    ] {
        assert_eq!(wire(&with(&[text])), "A: b\r\n", "{text:?}");
    }
    assert_eq!(wire(&with(&["A: b  c:d, "])), "A: b  c:d,\r\n");
}

/// Statements: facts 5.4; behaviour 18.87; functions 10.23.
#[test]
fn f5_4_malformed_lines_are_refused_and_nothing_is_added() {
    let refused = [
        "",
        ":",
        ":v",
        " :v",
        "Bad Header",
        "n : v",
        " n :v",
        "n\t: v",
        " n: v",
        "n(: v",
        "n\u{e9}: v",
        "n\u{4e2d}: v",
        "\0",
        "a: b\0c",
        "a\0: b",
        "\0a: b",
        "{a}: b",
        "a\u{10d}: b",
        "a\u{d}\u{a} b: c",
    ];
    for text in refused {
        let mut headers = with(&["Old: x"]);
        let result = block(&mut headers, text, ADD);
        // A text of NULs only is one without headers.
        let expected = if text == "\0" {
            Ok(())
        } else {
            Err(Error::InvalidParameter)
        };
        assert_eq!(result, expected, "{text:?}");
        assert_eq!(wire(&headers), "Old: x\r\n");
    }
    for text in refused
        .iter()
        .filter(|text| !text.is_empty() && **text != "\0")
    {
        let mut headers = with(&["Old: x"]);
        let text = format!("Good: 1\r\n{text}\r\nGood: 2");
        assert_eq!(
            block(&mut headers, &text, ADD),
            Err(Error::InvalidParameter),
            "{text:?}"
        );
        assert_eq!(wire(&headers), "Old: x\r\n");
    }
}

/// Statements: facts 5.5.
#[test]
fn f5_5_an_empty_value_makes_a_header() {
    let headers = with(&["n:"]);
    assert_eq!(wire(&headers), "n: \r\n");
    assert_eq!(headers.get(b"N", 0), Some(&b""[..]));
}

/// Statements: facts 5.6, 5.15; behaviour 18.84.
#[test]
fn f5_6_add_appends_and_the_order_stays() {
    let headers = with(&["A: 1", "B: 2", "a: 3"]);
    assert_eq!(wire(&headers), "A: 1\r\nB: 2\r\na: 3\r\n");
    assert_eq!(headers.get(b"A", 0), Some(&b"1"[..]));
    assert_eq!(headers.get(b"A", 1), Some(&b"3"[..]));
    assert_eq!(headers.get(b"A", 2), None);
    assert!(headers.contains(b"b") && !headers.contains(b"c"));
}

/// Statements: facts 5.7.
#[test]
fn f5_7_without_flags_a_header_is_added_if_it_is_not_there() {
    let mut headers = with(&["A: 1"]);
    assert_eq!(block(&mut headers, "B: 2", Modifiers::NONE), Ok(()));
    assert_eq!(
        block(&mut headers, "b: 3", Modifiers::NONE),
        Err(Error::HeaderAlreadyExists)
    );
    assert_eq!(wire(&headers), "A: 1\r\nB: 2\r\n");
}

/// Statements: facts 5.8; behaviour 18.84.
#[test]
fn f5_8_add_if_new_fails_for_an_existing_name() {
    let mut headers = with(&["A: 1"]);
    for modifiers in [bits(0x1000_0000), bits(0x3000_0000), bits(0xF100_0000)] {
        assert_eq!(
            block(&mut headers, "a: 2", modifiers),
            Err(Error::HeaderAlreadyExists)
        );
    }
    assert_eq!(block(&mut headers, "B: 2", Modifiers::ADD_IF_NEW), Ok(()));
    assert_eq!(wire(&headers), "A: 1\r\nB: 2\r\n");
}

/// Statements: facts 5.9; behaviour 18.86; functions 10.42.
#[test]
fn f5_9_replace_needs_the_header() {
    let mut headers = with(&["A: 1"]);
    for text in ["B: 2", "B:"] {
        assert_eq!(
            block(&mut headers, text, Modifiers::REPLACE),
            Err(Error::HeaderNotFound)
        );
    }
    assert_eq!(wire(&headers), "A: 1\r\n");
}

/// Statements: facts 5.10, 5.11.
#[test]
fn f5_10_replace_changes_only_the_first() {
    for modifiers in [Modifiers::REPLACE, Modifiers::ADD_OR_REPLACE] {
        let mut headers = with(&["X: 0", "A: long value", "a: b", "Y: 1"]);
        assert_eq!(block(&mut headers, "A: c", modifiers), Ok(()));
        assert_eq!(wire(&headers), "X: 0\r\nA: c\r\na: b\r\nY: 1\r\n");
        assert_eq!(
            block(&mut headers, "A: longer than before", modifiers),
            Ok(())
        );
        assert_eq!(
            wire(&headers),
            "X: 0\r\nA: longer than before\r\na: b\r\nY: 1\r\n"
        );
    }
    let mut headers = RequestHeaders::new();
    assert_eq!(
        block(&mut headers, "A: 1", Modifiers::ADD_OR_REPLACE),
        Ok(())
    );
    assert_eq!(wire(&headers), "A: 1\r\n");
}

#[test]
fn replace_takes_the_index_of_the_low_bits() {
    let mut headers = with(&["A: 0", "A: 1", "A: 2"]);
    assert_eq!(block(&mut headers, "A: x", bits(0x8000_0001)), Ok(()));
    assert_eq!(wire(&headers), "A: 0\r\nA: x\r\nA: 2\r\n");
    assert_eq!(
        block(&mut headers, "A: y", bits(0x8000_0003)),
        Err(Error::HeaderNotFound)
    );
}

/// Statements: facts 5.12; behaviour 18.86.
#[test]
fn f5_12_replace_with_an_empty_value_removes() {
    let mut headers = with(&["A: 1", "B: 2", "C: 3"]);
    assert_eq!(block(&mut headers, "b:", Modifiers::REPLACE), Ok(()));
    assert_eq!(wire(&headers), "A: 1\r\nC: 3\r\n");
    assert_eq!(
        block(&mut headers, "a: ", Modifiers::ADD_OR_REPLACE),
        Ok(())
    );
    assert_eq!(block(&mut headers, "C: 4", Modifiers::REPLACE), Ok(()));
    assert_eq!(wire(&headers), "C: 4\r\n");
    assert_eq!(headers.get(b"A", 0), None);
}

/// Statements: facts 5.13; behaviour 18.85.
#[test]
fn f5_13_values_are_joined_to_the_first() {
    for (flag, joined) in [
        (0x4000_0000, "A: a, b\r\nX: 0\r\na: c\r\n"),
        (0x0100_0000, "A: a; b\r\nX: 0\r\na: c\r\n"),
        (0x6000_0000, "A: a, b\r\nX: 0\r\na: c\r\n"),
    ] {
        let mut headers = with(&["A: a", "X: 0", "a: c"]);
        assert_eq!(block(&mut headers, "a: b", bits(flag)), Ok(()));
        assert_eq!(wire(&headers), joined);
    }
    let comma = bits(0x4000_0000);
    let mut headers = with(&["A:"]);
    assert_eq!(
        block(&mut headers, "B: b", comma),
        Err(Error::HeaderNotFound)
    );
    assert_eq!(block(&mut headers, "A: a", comma), Ok(()));
    assert_eq!(block(&mut headers, "A:", comma), Ok(()));
    assert_eq!(block(&mut headers, "B: b", bits(0x6000_0000)), Ok(()));
    assert_eq!(wire(&headers), "A: a\r\nB: b\r\n");
}

/// Statements: facts 5.14; behaviour 18.89.
#[test]
fn f5_14_any_line_ends_separate_headers() {
    for between in ["\n\r", "\n", "\n\n\n", "\r\r\r", "\r\n\r\n", "\r", "\r\n"] {
        let text = format!("{between}A: 1{between}B: 2{between}A: 3{between}");
        assert_eq!(
            wire(&with(&[&text])),
            "A: 1\r\nB: 2\r\nA: 3\r\n",
            "{between:?}"
        );
    }
    assert_eq!(wire(&with(&["\r\n"])), "");
}

#[test]
fn a_block_is_applied_whole_or_not_at_all() {
    let mut headers = with(&["A: 1", "C: 3"]);
    for (text, modifiers, error) in [
        (
            "B: 2\r\nA: 9",
            Modifiers::ADD_IF_NEW,
            Error::HeaderAlreadyExists,
        ),
        ("A: 9\r\nB: 2", Modifiers::REPLACE, Error::HeaderNotFound),
        ("A:\r\nB:", Modifiers::REPLACE, Error::HeaderNotFound),
        (
            "C: 9\r\nA: 9\r\nbad",
            Modifiers::ADD_OR_REPLACE,
            Error::InvalidParameter,
        ),
    ] {
        assert_eq!(block(&mut headers, text, modifiers), Err(error));
        assert_eq!(wire(&headers), "A: 1\r\nC: 3\r\n");
    }
    assert_eq!(
        block(&mut headers, "A: 9\nB: 2\nC:", Modifiers::ADD_OR_REPLACE),
        Ok(())
    );
    assert_eq!(wire(&headers), "A: 9\r\nB: 2\r\n");
}

#[test]
fn values_are_one_byte_per_character_where_they_can_be() {
    let headers = with(&["A: \u{e9}\u{ff}\u{100}\u{1f600}"]);
    let value = headers.get(b"a", 0).unwrap();
    assert_eq!(value, b"\xE9\xFF\xC4\x80\xF0\x9F\x98\x80");
    let mut lone = RequestHeaders::new();
    lone.add_block(&[0x41, 0x3A, 0xDC00], ADD).unwrap();
    assert_eq!(lone.get(b"a", 0), Some("\u{fffd}".as_bytes()));
}

/// No character of a text can end a line that it stands in, but CR and LF themselves.
///
/// Statements: behaviour 18.88.
#[test]
fn bc88_no_header_can_be_injected() {
    for unit in 0..=u16::MAX {
        let mut text: Vec<u16> = "A: b".encode_utf16().collect();
        text.push(unit);
        text.extend("C".encode_utf16());
        let mut headers = RequestHeaders::new();
        match headers.add_block(&text, ADD) {
            Ok(()) => assert_eq!(headers.len(), 1),
            Err(error) => {
                // "C" alone is no header line; NUL is refused.
                assert!(matches!(unit, 0 | 0x0A | 0x0D), "{unit:#x}");
                assert_eq!(error, Error::InvalidParameter);
            }
        }
        let ends = headers
            .wire()
            .iter()
            .filter(|byte| matches!(byte, b'\r' | b'\n' | 0));
        assert_eq!(ends.count(), 2 * headers.len());
    }
    let mut headers = RequestHeaders::new();
    for (name, value) in [
        (&b"A\r\nB"[..], &b"c"[..]),
        (b"A", b"b\r\nC: d"),
        (b"A", b"b\rc"),
        (b"A", b"b\n"),
        (b"A", b"\0"),
        (b"A:", b"b"),
        (b"", b"b"),
        (b"A ", b"b"),
    ] {
        assert_eq!(headers.add(name, value, ADD), Err(Error::InvalidParameter));
        assert_eq!(
            headers.set_automatic(name, value),
            Err(Error::InvalidParameter)
        );
    }
    assert!(headers.is_empty());
    assert_eq!(headers.add(b"A", b" b\t", ADD), Ok(()));
    assert_eq!(wire(&headers), "A: b\r\n");
}

#[test]
fn what_the_application_added_is_known() {
    let mut headers = with(&["Cookie: mine", "B: 1"]);
    headers.set_automatic(b"Host", b"h").unwrap();
    headers.set_automatic(b"host", b"other").unwrap();
    headers.set_automatic(b"Accept", b"*/*").unwrap();
    assert_eq!(
        wire(&headers),
        "Cookie: mine\r\nB: 1\r\nhost: other\r\nAccept: */*\r\n"
    );
    assert!(headers.contains_added(b"cookie") && !headers.contains_added(b"host"));
    // Replacing or joining makes it the application's.
    block(&mut headers, "Accept: text/html", bits(0x4000_0000)).unwrap();
    assert!(headers.contains_added(b"accept"));
    assert_eq!(headers.remove_added(b"COOKIE"), 1);
    assert_eq!(headers.remove_added(b"host"), 0);
    assert_eq!(
        wire(&headers),
        "B: 1\r\nhost: other\r\nAccept: */*, text/html\r\n"
    );
    assert_eq!(headers.remove(b"host"), 1);
    assert_eq!(headers.retain(|header| header.name == b"Accept"), 1);
    assert_eq!(wire(&headers), "Accept: */*, text/html\r\n");
    headers.clear();
    assert!(headers.is_empty() && wire(&headers).is_empty());
}

#[test]
fn the_list_is_bounded() {
    let mut headers = RequestHeaders::new();
    let value = "v".repeat(MAX_BYTES - 5);
    block(&mut headers, &format!("A: {value}"), ADD).unwrap();
    assert_eq!(headers.wire().len(), MAX_BYTES);
    for modifiers in [ADD, bits(0x4000_0000), Modifiers::REPLACE] {
        let text = format!("A: {value}v");
        assert_eq!(
            block(&mut headers, &text, modifiers),
            Err(Error::NotEnoughMemory)
        );
    }
    assert_eq!(block(&mut headers, "b:", ADD), Err(Error::NotEnoughMemory));
    assert_eq!(headers.wire().len(), MAX_BYTES);

    let mut headers = RequestHeaders::new();
    let text = "a:\n".repeat(MAX_HEADERS + 1);
    assert_eq!(block(&mut headers, &text, ADD), Err(Error::NotEnoughMemory));
    block(&mut headers, &text[3..], ADD).unwrap();
    assert_eq!(block(&mut headers, "a:", ADD), Err(Error::NotEnoughMemory));
    assert_eq!(headers.len(), MAX_HEADERS);
}

#[test]
fn modifiers_have_their_numbers() {
    assert_eq!(bits(0), Modifiers::NONE);
    assert_eq!(bits(0x2000_0000), ADD);
    assert_eq!(bits(0x1000_0000), Modifiers::ADD_IF_NEW);
    assert_eq!(bits(0x8000_0000), Modifiers::REPLACE);
    assert_eq!(bits(0xA000_0000), Modifiers::ADD_OR_REPLACE);
    assert_eq!(bits(0x4000_0000).coalesce, Some(Coalesce::Comma));
    assert_eq!(bits(0x0100_0000).coalesce, Some(Coalesce::Semicolon));
    assert_eq!(bits(0x4100_0000).coalesce, Some(Coalesce::Comma));
    for unknown in [0x0200_0000, 0x0001_0000, 0x0800_0000] {
        assert_eq!(Modifiers::from_bits(unknown), Err(Error::InvalidParameter));
    }
}

/// Any sequence of calls, against a list of pairs that follows the same rules the slow way.
#[test]
fn arbitrary_calls_keep_the_list_whole() {
    let mut state = 1_u64;
    let mut random = move |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % below
    };
    let mut headers = RequestHeaders::new();
    let mut model: Vec<(String, String)> = Vec::new();
    for _ in 0..20_000 {
        let name = ["A", "Bb", "Ccc"][random(3) as usize].to_owned();
        let value = "v".repeat(random(5) as usize);
        let flags = [0x2000_0000, 0x8000_0000, 0xA000_0000, 0x1000_0000][random(4) as usize];
        let first = model.iter().position(|(other, _)| *other == name);
        let expected = match (flags, first) {
            (0x2000_0000 | 0x1000_0000 | 0xA000_0000, None) | (0x2000_0000, Some(_)) => {
                model.push((name.clone(), value.clone()));
                Ok(())
            }
            (0x1000_0000, Some(_)) => Err(Error::HeaderAlreadyExists),
            (_, None) => Err(Error::HeaderNotFound),
            (_, Some(index)) if value.is_empty() => {
                model.remove(index);
                Ok(())
            }
            (_, Some(index)) => {
                model[index].1.clone_from(&value);
                Ok(())
            }
        };
        let result = block(&mut headers, &format!("{name}: {value}"), bits(flags));
        assert_eq!(result, expected);
        let text: String = model
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        assert_eq!(wire(&headers), text);
        if model.len() > 12 {
            let name = model[random(3) as usize].0.clone();
            let before = model.len();
            model.retain(|(other, _)| *other != name);
            assert_eq!(headers.remove(name.as_bytes()), before - model.len());
        }
    }
}
