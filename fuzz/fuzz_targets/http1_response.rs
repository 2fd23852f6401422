//! A response of any bytes, cut anywhere, read in any manner: what comes of it is always the same, stays within the limits,
//! and its body is what a decoder says that sees all bytes at once.
//!
//! Input: the exchange, the limits, how the bytes are cut and read, and the bytes themselves at the end, so that a seed is
//! readable.
#![no_main]

#[path = "../../crates/http1-proto/tests/response/driver.rs"]
mod driver;

use driver::{End, Manner, Transcript, read};
use http1_proto::{BodyFraming, Exchange, HeadStep, Limits, ResponseReader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let [flags, first, second, output, script @ ..] = input else {
        return;
    };
    let flag = |bit: u8| flags & bit != 0;
    let exchange = Exchange {
        head_request: flag(1),
        upgrade: flag(2),
        connect: flag(4),
        request_close: flag(8),
    };
    let limits = if flag(16) {
        Limits {
            head_bytes: 64,
            header_count: 3,
            chunk_line_bytes: 6,
            trailer_bytes: 16,
        }
    } else {
        Limits::default()
    };
    let whole = Manner {
        pieces: [0, 0],
        output: 1 << 16,
        direct: false,
        ask: false,
    };
    let expected = read(script, exchange, limits, whole);
    check(script, exchange, limits, &expected);

    let output = usize::from(*output).max(1);
    let pieces = [first, second].map(|&piece| usize::from(piece));
    for pieces in [pieces, [1, 1]] {
        let manner = Manner {
            pieces,
            output,
            direct: flag(32),
            ask: flag(64),
        };
        assert_eq!(
            read(script, exchange, limits, manner),
            expected,
            "{manner:?}"
        );
    }
});

/// What must hold of every transcript.
fn check(script: &[u8], exchange: Exchange, limits: Limits, seen: &Transcript) {
    let Some(head) = &seen.head else {
        assert!(seen.body.is_empty() && seen.trailers.is_none());
        return;
    };
    assert!(head.headers().len() <= limits.header_count);
    let mut raw = Vec::new();
    head.raw_crlf(&mut raw);
    // Normal form adds a blank after a colon and a CR to each line at most.
    assert!(raw.len() <= limits.head_bytes + 2 * head.headers().len() + 4);
    // Normal form is a head, and the same one.
    let mut reader = ResponseReader::new(exchange, Limits::default());
    match reader.read_head(&raw) {
        Ok(HeadStep::Final {
            consumed,
            head: again,
        }) => assert_eq!((consumed, &again), (raw.len(), head)),
        other => panic!("{other:?}"),
    }
    for header in head.headers().iter() {
        assert!(
            !header
                .value
                .iter()
                .any(|byte| matches!(byte, b'\r' | b'\n' | 0))
        );
        assert_eq!(header.value, header.value.trim_ascii());
    }

    let (framing, after) = body(script, exchange, limits);
    let expected = match framing {
        BodyFraming::None => Vec::new(),
        BodyFraming::Length(length) => {
            let length =
                usize::try_from(length).map_or(after.len(), |length| length.min(after.len()));
            after[..length].to_vec()
        }
        BodyFraming::UntilClose => after.to_vec(),
        BodyFraming::Chunked => decode_chunks(after),
    };
    match &seen.end {
        End::Complete(consumed, _) => {
            assert!(*consumed <= script.len());
            assert_eq!(seen.body, expected);
        }
        // The decoder here has no limits.
        End::Failed(_) => assert!(expected.starts_with(&seen.body)),
    }
}

/// The framing of the final response in `script`, and what follows its head.
fn body(script: &[u8], exchange: Exchange, limits: Limits) -> (BodyFraming, &[u8]) {
    let mut reader = ResponseReader::new(exchange, limits);
    let mut rest = script;
    loop {
        match reader.read_head(rest) {
            Ok(HeadStep::Informational { consumed, .. }) => rest = &rest[consumed..],
            Ok(HeadStep::Final { consumed, .. }) => {
                let framing = reader.framing().expect("known after the head");
                return (framing, &rest[consumed..]);
            }
            other => panic!("{other:?}"),
        }
    }
}

/// The data of all chunks up to the last one, or to what is none.
fn decode_chunks(mut rest: &[u8]) -> Vec<u8> {
    let mut data = Vec::new();
    while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit());
        let digits = &rest[..digits.count()];
        let text = String::from_utf8_lossy(digits);
        let Ok(size) = u64::from_str_radix(&text, 16) else {
            break;
        };
        rest = &rest[end + 2..];
        let present = usize::try_from(size).map_or(rest.len(), |size| size.min(rest.len()));
        data.extend_from_slice(&rest[..present]);
        if size == 0 || rest.len() < present + 2 {
            break;
        }
        rest = &rest[present + 2..];
    }
    data
}
