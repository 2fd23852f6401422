//! Every implementation against one that masks byte by byte.

use std::vec;
use std::vec::Vec;

use crate::{mask_copy, mask_in_place, portable, rotate_key};

type InPlace = fn(&mut [u8], [u8; 4]);
type Copy = fn(&mut [u8], &[u8], [u8; 4]);

/// Masks byte by byte.
fn oracle(data: &[u8], key: [u8; 4]) -> Vec<u8> {
    data.iter()
        .enumerate()
        .map(|(index, byte)| byte ^ key[index % 4])
        .collect()
}

/// The lengths and offsets of issue and brief, fewer under Miri, which is a thousand times slower.
fn cases() -> impl Iterator<Item = (usize, usize)> {
    let (lengths, offsets) = if cfg!(miri) { (270, 5) } else { (1026, 65) };
    let step = if cfg!(miri) { 7 } else { 1 };
    (0..lengths)
        .step_by(step)
        .flat_map(move |length| (0..offsets).map(move |offset| (length, offset)))
}

/// Bytes that repeat with no period that a vector has.
fn pattern(length: usize) -> Vec<u8> {
    (0..length)
        .map(|index| (index.wrapping_mul(167) ^ (index >> 3)) as u8)
        .collect()
}

const KEYS: [[u8; 4]; 3] = [
    [0x37, 0xfa, 0x21, 0x3d],
    [0, 0, 0, 0x80],
    [0xff, 0x01, 0xfe, 0x02],
];
const CANARY: u8 = 0xa5;
/// Canary bytes on either side: more than a vector.
const MARGIN: usize = 80;

/// Checks `mask` on pieces that lie `offset` bytes after a 64-byte boundary, with canary bytes around them.
fn check_in_place(mask: InPlace, least: usize) {
    let data = pattern(1026);
    let mut room = vec![CANARY; 1026 + 64 + 64 + 2 * MARGIN];
    let boundary = MARGIN + (room.as_ptr().addr() + MARGIN).wrapping_neg() % 64;
    for (length, offset) in cases().filter(|&(length, _)| length >= least) {
        let key = KEYS[(length + offset) % KEYS.len()];
        let start = boundary + offset;
        let piece = start..start + length;
        room[piece.clone()].copy_from_slice(&data[..length]);
        mask(&mut room[piece.clone()], key);
        assert_eq!(
            room[piece.clone()],
            oracle(&data[..length], key),
            "length {length}, offset {offset}"
        );
        let around = room[start - MARGIN..start]
            .iter()
            .chain(&room[piece.end..piece.end + MARGIN]);
        assert!(
            around.copied().all(|byte| byte == CANARY),
            "length {length}, offset {offset}: bytes outside changed"
        );
        room[piece].fill(CANARY);
    }
}

/// Checks `mask` from a source at another offset than the target's.
fn check_copy(mask: Copy, least: usize) {
    let data = pattern(1026 + 65);
    let mut room = vec![CANARY; 1026 + 64 + 64 + 2 * MARGIN];
    let boundary = MARGIN + (room.as_ptr().addr() + MARGIN).wrapping_neg() % 64;
    for (length, offset) in cases().filter(|&(length, _)| length >= least) {
        let key = KEYS[(length + offset) % KEYS.len()];
        let from = (offset * 29 + length) % 65;
        let source = &data[from..from + length];
        let start = boundary + offset;
        let piece = start..start + length;
        mask(&mut room[piece.clone()], source, key);
        assert_eq!(
            room[piece.clone()],
            oracle(source, key),
            "length {length}, offset {offset} from {from}"
        );
        let around = room[start - MARGIN..start]
            .iter()
            .chain(&room[piece.end..piece.end + MARGIN]);
        assert!(
            around.copied().all(|byte| byte == CANARY),
            "length {length}, offset {offset}: bytes outside changed"
        );
        room[piece].fill(CANARY);
    }
}

#[test]
fn chosen() {
    check_in_place(mask_in_place, 0);
    check_copy(mask_copy, 0);
}

#[test]
fn portable() {
    check_in_place(portable::mask_in_place, 0);
    check_copy(portable::mask_copy, 0);
}

/// The wide loops alone, from the shortest length that they promise to take.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
mod wide {
    use super::{check_copy, check_in_place};
    use crate::x86::{avx2, avx512};

    macro_rules! wide {
        ($feature:tt, $module:ident, $least:literal) => {
            #[test]
            fn $module() {
                if !std::arch::is_x86_feature_detected!($feature) {
                    std::eprintln!("skipped: the machine has no {}", $feature);
                    return;
                }
                check_in_place(
                    |data, key| {
                        let place = data.as_mut_ptr();
                        // SAFETY: the machine has the feature; the slice is valid; it is long enough.
                        unsafe { $module::mask(place, place, data.len(), key) }
                    },
                    $least,
                );
                check_copy(
                    |target, source, key| {
                        let (to, from) = (target.as_mut_ptr(), source.as_ptr());
                        // SAFETY: as above; the lengths are equal.
                        unsafe { $module::mask(to, from, source.len(), key) }
                    },
                    $least,
                );
            }
        };
    }

    wide!("avx2", avx2, 64);
    wide!("avx512f", avx512, 128);
}

#[test]
fn long_pieces() {
    for length in [65_536, 1 << 20, (1 << 20) + 77] {
        let length = if cfg!(miri) { length / 256 } else { length };
        let data = pattern(length);
        let mut in_place = data.clone();
        mask_in_place(&mut in_place, KEYS[0]);
        assert!(in_place == oracle(&data, KEYS[0]), "length {length}");
        let mut copy = vec![0; length];
        mask_copy(&mut copy, &data, KEYS[0]);
        assert!(copy == in_place, "length {length}");
    }
}

#[test]
fn twice_is_nothing() {
    let data = pattern(1000);
    let mut masked = data.clone();
    mask_in_place(&mut masked, KEYS[2]);
    mask_in_place(&mut masked, KEYS[2]);
    assert_eq!(masked, data);
}

#[test]
fn pieces_make_the_whole() {
    let data = pattern(600);
    let whole = oracle(&data, KEYS[0]);
    for cut in 0..data.len() {
        let mut pieces = data.clone();
        let (head, tail) = pieces.split_at_mut(cut);
        mask_in_place(head, KEYS[0]);
        mask_in_place(tail, rotate_key(KEYS[0], cut));
        assert_eq!(pieces, whole, "cut at {cut}");
    }
}

#[test]
fn key_turns() {
    assert_eq!(rotate_key([1, 2, 3, 4], 0), [1, 2, 3, 4]);
    assert_eq!(rotate_key([1, 2, 3, 4], 1), [2, 3, 4, 1]);
    assert_eq!(rotate_key([1, 2, 3, 4], 6), [3, 4, 1, 2]);
    assert_eq!(rotate_key([1, 2, 3, 4], usize::MAX), [4, 1, 2, 3]);
}

#[test]
#[should_panic(expected = "equal lengths")]
fn unequal_lengths() {
    mask_copy(&mut [0; 3], &[0; 4], [0; 4]);
}

#[test]
#[should_panic(expected = "equal lengths")]
fn unequal_lengths_portable() {
    portable::mask_copy(&mut [0; 4], &[0; 3], [0; 4]);
}
