//! The receiver: every stream whole, byte by byte, cut at every point and with small limits leads to the same events,
//! and to the same error at the first byte that makes it certain.

mod cases;
mod compare;
mod encode;
mod random;
mod reference;
mod stream;

use cases::all;
use compare::check;
use reference::decode;
use stream::Case;
use ws_proto::{Receiver, Role};

/// Streams up to this length are cut at every point; of longer ones the ends and some places between.
const SHORT: usize = if cfg!(miri) { 24 } else { 400 };

/// Points at which to cut a stream of `len` bytes.
fn cuts(len: usize) -> Vec<usize> {
    let ends = if cfg!(miri) { 6 } else { 24 };
    (0..=len)
        .filter(|&at| len <= SHORT || at < ends || at + ends > len || at.is_multiple_of(4099))
        .collect()
}

fn limits(len: usize) -> Vec<usize> {
    if len <= SHORT {
        vec![1, 2, 3, 8, usize::MAX]
    } else {
        vec![4096, usize::MAX]
    }
}

fn for_all(test: impl Fn(&Case)) {
    let cases = all();
    // One in so many, where each takes long.
    let step = if cfg!(miri) { 7 } else { 1 };
    assert!(cases.len() > 300, "{} cases", cases.len());
    cases.iter().step_by(step).for_each(test);
}

#[test]
fn the_reference_decoder_leads_to_what_is_written_by_hand() {
    for case in all() {
        let found = decode(case.options, &case.stream.bytes);
        assert_eq!(found, case.stream.expected, "{}", case.name);
    }
}

#[test]
fn whole() {
    for_all(|case| {
        let Case {
            options, stream, ..
        } = case;
        for limit in limits(stream.bytes.len()) {
            check(*options, &stream.bytes, &[], limit, &stream.expected);
        }
    });
}

#[test]
fn byte_by_byte() {
    for_all(|case| {
        let Case {
            options, stream, ..
        } = case;
        let every: Vec<usize> = (0..stream.bytes.len()).collect();
        for limit in [1, usize::MAX] {
            check(*options, &stream.bytes, &every, limit, &stream.expected);
        }
    });
}

#[test]
fn cut_at_every_point() {
    for_all(|case| {
        let Case {
            options, stream, ..
        } = case;
        let len = stream.bytes.len();
        for limit in limits(len) {
            for cut in cuts(len) {
                check(*options, &stream.bytes, &[cut], limit, &stream.expected);
            }
        }
    });
}

#[test]
fn cut_at_every_pair_of_points() {
    for_all(|case| {
        let Case {
            options, stream, ..
        } = case;
        let len = stream.bytes.len();
        if len > SHORT / 10 {
            return;
        }
        for first in 0..=len {
            for second in first..=len {
                check(
                    *options,
                    &stream.bytes,
                    &[first, second],
                    usize::MAX,
                    &stream.expected,
                );
            }
        }
    });
}

/// What follows a stream changes nothing of what it leads to.
#[test]
fn with_trailing_bytes() {
    for_all(|case| {
        let Case {
            options,
            stream,
            name,
        } = case;
        let len = stream.bytes.len();
        for trailing in [
            &[0x00][..],
            &[0x81],
            &[0xFF; 20],
            &[0x88, 0x80, 1, 2, 3, 4, 0x89],
        ] {
            let bytes = [&stream.bytes, trailing].concat();
            let expected = decode(*options, &bytes);
            match stream.expected.error {
                Some(_) => assert_eq!(expected, stream.expected, "{name}"),
                // The last event may be an unfinished one that goes on.
                None => {
                    let done = stream.expected.seen.len().saturating_sub(1);
                    assert_eq!(
                        expected.seen[..done],
                        stream.expected.seen[..done],
                        "{name}"
                    );
                }
            }
            for limit in [1, usize::MAX] {
                if limit > 1 || len <= SHORT {
                    check(*options, &bytes, &[], limit, &expected);
                    check(*options, &bytes, &[len], limit, &expected);
                }
            }
        }
    });
}

/// The project's goal: at most 128 bytes a direction.
#[test]
fn state_is_small() {
    assert!(size_of::<Receiver>() <= 128, "{}", size_of::<Receiver>());
    assert!(size_of::<ws_proto::Sender>() <= 128);
}

/// `first_byte` gives an extension's frame with FIN as the caller says.
#[test]
fn the_first_byte_of_a_piece() {
    let mut options = ws_proto::ReceiveOptions::new(Role::Client);
    options.extensions = true;
    let mut receiver = Receiver::new(options);
    let mut bytes = encode::frame(0xC1, None, b"ab");
    assert!(matches!(receiver.receive(&mut bytes, 1), Ok((3, _))));
    assert_eq!(receiver.first_byte(false), 0x41);
    assert_eq!(receiver.first_byte(true), 0xC1);
    assert!(matches!(receiver.receive(&mut bytes[3..], 1), Ok((1, _))));
    let mut whole = encode::frame(0x82, None, b"a whole message");
    assert!(matches!(receiver.receive(&mut whole, 99), Ok((17, _))));
    assert_eq!(receiver.first_byte(true), 0x82, "of the last data event");
}

/// Extensions can be allowed after the receiver was made, as a handshake does.
#[test]
fn extensions_can_be_allowed_later() {
    let options = ws_proto::ReceiveOptions::new(Role::Client);
    let mut receiver = Receiver::new(options);
    receiver.allow_extensions();
    let mut bytes = encode::frame(0x83, None, b"a");
    assert!(receiver.receive(&mut bytes, 9).is_ok());
}

#[test]
fn closing_is_known() {
    let mut receiver = Receiver::new(ws_proto::ReceiveOptions::new(Role::Client));
    assert!(!receiver.is_closed());
    let mut bytes = encode::frame(0x88, None, b"");
    assert!(receiver.receive(&mut bytes, 9).is_ok());
    assert!(receiver.is_closed());
}
