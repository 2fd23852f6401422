//! The incremental UTF-8 check against the standard library, cut anywhere; it must fail at the first impossible byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ws_proto::Utf8Validator;

/// How many bytes there are before it is certain that the text is wrong, that byte included.
fn certain_after(text: &[u8]) -> Option<usize> {
    (1..=text.len()).find(|&len| {
        std::str::from_utf8(&text[..len]).is_err_and(|error| error.error_len().is_some())
    })
}

fuzz_target!(|input: (Vec<u8>, Vec<u8>)| {
    let (text, cuts) = input;
    let is_text = std::str::from_utf8(&text).is_ok();
    assert_eq!(Utf8Validator::check(&text).is_ok(), is_text);

    let mut validator = Utf8Validator::new();
    let mut pushed = 0;
    let mut failed = None;
    // Short pieces and long ones: the vectors begin at 64 bytes.
    let mut pieces = cuts.iter().map(|&cut| usize::from(cut));
    while pushed < text.len() {
        let len = pieces.next().unwrap_or(usize::MAX).min(text.len() - pushed);
        let piece = &text[pushed..pushed + len];
        if validator.push(piece).is_err() {
            failed = Some((pushed, pushed + len));
            break;
        }
        pushed += len;
    }
    match (failed, certain_after(&text)) {
        (None, None) => assert_eq!(validator.finish().is_ok(), is_text),
        (Some((before, after)), Some(certain)) => assert!(before < certain && certain <= after),
        (found, expected) => panic!("failed {found:?}, expected {expected:?}"),
    }
});
