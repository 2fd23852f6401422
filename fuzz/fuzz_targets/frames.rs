//! Any bytes, cut anywhere, for both roles and all options: the receiver agrees with the slow decoder of its tests.
//!
//! Input: the options, the limit, how the bytes are cut, and the bytes themselves at the end, so that a seed is readable.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ws_proto::{ReceiveOptions, Role};

#[path = "../../crates/ws-proto/tests/receiver/compare.rs"]
mod compare;
#[path = "../../crates/ws-proto/tests/receiver/reference.rs"]
mod reference;

fuzz_target!(|input: &[u8]| {
    let [flags, limit, step, bytes @ ..] = input else {
        return;
    };
    let options = ReceiveOptions {
        role: if flags & 1 == 0 {
            Role::Client
        } else {
            Role::Server
        },
        either_mask: flags & 2 != 0,
        verify_text: flags & 4 == 0,
        extensions: flags & 8 != 0,
    };
    let limit = match limit {
        0 => usize::MAX,
        &limit => usize::from(limit),
    };
    let expected = reference::decode(options, bytes);
    let step = usize::from(*step).max(1);
    let cuts: Vec<usize> = (step..bytes.len()).step_by(step).collect();
    for cuts in [&[][..], &cuts] {
        compare::check(options, bytes, cuts, limit, &expected);
    }
    // Byte by byte the position of an error is exact.
    let every: Vec<usize> = (0..bytes.len()).collect();
    compare::check(options, bytes, &every, usize::MAX, &expected);
});
