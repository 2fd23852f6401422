//! Request headers: any texts with any modifiers, one after the other.
//!
//! The input is calls separated by a byte 0x1E: the first byte of each has the modifiers, the rest is the text.
#![no_main]

mod wide_text;

use libfuzzer_sys::fuzz_target;
use openwinhttp::request_headers::{Modifiers, RequestHeaders};

fuzz_target!(|input: &[u8]| {
    let mut headers = RequestHeaders::new();
    for call in input.split(|&byte| byte == 0x1E) {
        let Some((&bits, text)) = call.split_first() else {
            continue;
        };
        let before = headers.wire().to_vec();
        let modifiers =
            u32::from(bits & 0xF8) << 24 | u32::from(bits & 4) << 22 | u32::from(bits & 3);
        let result = Modifiers::from_bits(modifiers)
            .and_then(|modifiers| headers.add_block(&wide_text::units(text), modifiers));
        if result.is_err() {
            assert_eq!(headers.wire(), before, "a call that fails changes nothing");
        }
        check(&headers);
    }
    let names: Vec<Vec<u8>> = headers.iter().map(|header| header.name.to_vec()).collect();
    for name in names {
        let mut nth = 0;
        while headers.get(&name, nth).is_some() {
            nth += 1;
        }
        assert_eq!(headers.remove(&name), nth);
        check(&headers);
    }
    assert!(headers.is_empty() && headers.wire().is_empty());
});

/// The list and its wire form are the same, and every header is one line.
fn check(headers: &RequestHeaders) {
    let mut wire = headers.wire();
    for header in headers.iter() {
        let token = |byte: &u8| byte.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]{}".contains(byte);
        assert!(!header.name.is_empty() && header.name.iter().all(token));
        assert!(!header.value.iter().any(|byte| b"\r\n\0".contains(byte)));
        assert_eq!(header.value, header.value.trim_ascii());
        for piece in [header.name, b": ", header.value, b"\r\n"] {
            wire = wire.strip_prefix(piece).expect("the header on the wire");
        }
    }
    assert!(wire.is_empty());
}
