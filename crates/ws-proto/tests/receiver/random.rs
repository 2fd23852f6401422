//! Random streams, mostly right ones with a mistake now and then, against the slow decoder.

use ws_proto::{ReceiveOptions, Role};

use crate::compare::check;
use crate::encode::{Length, close_payload, frame, header, text};
use crate::reference::decode;

const STREAMS: u64 = if cfg!(miri) { 20 } else { 4000 };

/// A generator of numbers that are random enough here (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }
}

fn stream(random: &mut Random, options: ReceiveOptions) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut open = None;
    for _ in 0..1 + random.below(8) {
        let masked = match options.role {
            Role::Server => !random.one_in(60),
            Role::Client => random.one_in(60),
        } ^ (options.either_mask && random.one_in(2));
        let key = masked.then(|| {
            random
                .next()
                .to_le_bytes()
                .first_chunk()
                .copied()
                .unwrap_or_default()
        });
        let len = *[0, 1, 2, 7, 64, 125, 126, 200]
            .get(random.below(12))
            .unwrap_or(&9);
        let (first, payload) = match random.below(10) {
            0 => (0x89, random.bytes(len.min(125))),
            1 => (0x8A, random.bytes(len.min(125))),
            2 if random.one_in(3) => (0x88, close_payload(1000 + random.below(20) as u16, b"x")),
            _ => {
                let fin = random.one_in(2);
                let opcode = *open.get_or_insert_with(|| 1 + random.below(2) as u8);
                let first = if bytes.is_empty() || random.one_in(40) {
                    opcode
                } else {
                    0
                };
                let payload = if random.one_in(20) {
                    random.bytes(len)
                } else {
                    text(len).into_bytes()
                };
                if fin {
                    open = None;
                }
                (first | u8::from(fin) << 7, payload)
            }
        };
        // A new message must say so; above only the first did.
        let starts = first & 0x0F == 0 && random.one_in(2);
        let first = if starts { first | 1 } else { first };
        let first = if random.one_in(50) {
            random.next() as u8
        } else {
            first
        };
        if random.one_in(50) {
            bytes.extend(header(
                first,
                key,
                Length::Long(random.next() >> random.below(64)),
            ));
        }
        bytes.extend(frame(first, key, &payload));
    }
    bytes
}

#[test]
fn random_streams_agree_with_the_reference_decoder() {
    let (mut failed, mut events) = (0, 0);
    for seed in 0..STREAMS {
        let mut random = Random(seed);
        let role = if random.one_in(2) {
            Role::Client
        } else {
            Role::Server
        };
        let options = ReceiveOptions {
            role,
            either_mask: random.one_in(4),
            verify_text: !random.one_in(4),
            extensions: random.one_in(4),
        };
        let bytes = stream(&mut random, options);
        let expected = decode(options, &bytes);
        failed += usize::from(expected.error.is_some());
        events += expected.seen.len();
        let every: Vec<usize> = (0..bytes.len()).collect();
        check(options, &bytes, &[], usize::MAX, &expected);
        check(options, &bytes, &every, usize::MAX, &expected);
        for _ in 0..4 {
            let mut cuts: Vec<usize> = (0..random.below(6))
                .map(|_| random.below(bytes.len() + 1))
                .collect();
            cuts.sort_unstable();
            check(options, &bytes, &cuts, 1 + random.below(200), &expected);
        }
    }
    // The streams are worth something: many are right, many are not, and much is seen.
    if !cfg!(miri) {
        let streams = STREAMS as usize;
        assert!(failed > streams / 10 && failed < streams, "{failed} failed");
        assert!(events > streams, "{events} events");
    }
}
