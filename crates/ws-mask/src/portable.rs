//! The code for every machine: 32-bit words and no `unsafe`; compilers make the vectors of the target's baseline of it.
//!
//! Always compiled, so that tests and callers can compare it with code that names vectors. Pieces up to `SHORT` bytes
//! are masked from both ends, all being loaded before anything is stored: no loop, no tail. On every machine pieces below
//! 16 bytes are masked by this code.

use crate::rotate_key;

/// The longest piece that is masked without a loop, in bytes.
pub(crate) const SHORT: usize = 128;

/// Words that one turn of the loop for long pieces works on.
const WORDS: usize = 16;

/// Bytes of [`WORDS`] words.
const BLOCK: usize = 4 * WORDS;

/// XORs `data` in place with `key` repeated; `data[0]` meets `key[0]`.
///
/// Does what [`crate::mask_in_place`] does, on every machine in the same way.
#[inline]
pub fn mask_in_place(data: &mut [u8], key: [u8; 4]) {
    if data.len() <= SHORT {
        short_in_place(data, key);
    } else {
        long_in_place(data, key);
    }
}

/// Copies `source` to `target` XORed with `key` repeated; `source[0]` meets `key[0]`.
///
/// # Panics
///
/// If the two lengths differ.
#[inline]
pub fn mask_copy(target: &mut [u8], source: &[u8], key: [u8; 4]) {
    assert_eq!(target.len(), source.len(), "mask_copy needs equal lengths");
    if source.len() <= SHORT {
        short_copy(target, source, key);
    } else {
        long_copy(target, source, key);
    }
}

/// [`mask_in_place`] for at most [`SHORT`] bytes.
#[inline(always)]
pub(crate) fn short_in_place(data: &mut [u8], key: [u8; 4]) {
    let len = data.len();
    match len {
        0..16 => below_16_in_place(data, key),
        16..=32 => ends_in_place::<4>(data, key),
        _ => {
            // 32 bytes at each end, and 32 next to them if that leaves a gap. All is loaded before anything is stored.
            let (head, tail) = (first::<8>(data, key), last::<8>(data, key));
            if len > 64 {
                let after_head = first::<8>(&data[32..], key);
                let before_tail = last::<8>(&data[..len - 32], key);
                store_first(&mut data[32..], after_head);
                store_last(&mut data[..len - 32], before_tail);
            }
            store_first(data, head);
            store_last(data, tail);
        }
    }
}

/// [`mask_copy`] for at most [`SHORT`] bytes and equal lengths.
#[inline(always)]
pub(crate) fn short_copy(target: &mut [u8], source: &[u8], key: [u8; 4]) {
    let len = source.len();
    match len {
        0..16 => below_16_copy(target, source, key),
        16..=32 => ends_copy::<4>(target, source, key),
        _ => {
            ends_copy::<8>(target, source, key);
            if len > 64 {
                store_first(&mut target[32..], first::<8>(&source[32..], key));
                let end = len - 32;
                store_last(&mut target[..end], last::<8>(&source[..end], key));
            }
        }
    }
}

/// [`mask_in_place`] for fewer than 16 bytes.
#[inline(always)]
pub(crate) fn below_16_in_place(data: &mut [u8], key: [u8; 4]) {
    match data.len() {
        8.. => ends_in_place::<2>(data, key),
        4..8 => ends_in_place::<1>(data, key),
        1..4 => {
            let masked = tiny(data, key);
            store_tiny(data, masked);
        }
        0 => {}
    }
}

/// [`mask_copy`] for fewer than 16 bytes and equal lengths.
#[inline(always)]
pub(crate) fn below_16_copy(target: &mut [u8], source: &[u8], key: [u8; 4]) {
    match source.len() {
        8.. => ends_copy::<2>(target, source, key),
        4..8 => ends_copy::<1>(target, source, key),
        1..4 => store_tiny(target, tiny(source, key)),
        0 => {}
    }
}

/// [`mask_in_place`] for more than [`SHORT`] bytes.
#[inline(never)]
pub(crate) fn long_in_place(data: &mut [u8], key: [u8; 4]) {
    // Loaded before the loop stores to the same place.
    let tail = last::<WORDS>(data, key);
    let (blocks, _) = data.as_chunks_mut::<BLOCK>();
    for block in blocks {
        let masked = first::<WORDS>(block, key);
        store_first(block, masked);
    }
    store_last(data, tail);
}

/// [`mask_copy`] for more than [`SHORT`] bytes and equal lengths.
#[inline(never)]
pub(crate) fn long_copy(target: &mut [u8], source: &[u8], key: [u8; 4]) {
    let (sources, _) = source.as_chunks::<BLOCK>();
    let (targets, _) = target.as_chunks_mut::<BLOCK>();
    for (target, source) in targets.iter_mut().zip(sources) {
        store_first(target, first::<WORDS>(source, key));
    }
    store_last(target, last::<WORDS>(source, key));
}

/// `4 * M` to `8 * M` bytes: the first `M` words and the last `M`, which may overlap.
#[inline(always)]
fn ends_in_place<const M: usize>(data: &mut [u8], key: [u8; 4]) {
    let head = first::<M>(data, key);
    let tail = last::<M>(data, key);
    store_first(data, head);
    store_last(data, tail);
}

/// As [`ends_in_place`], from `source` to `target`.
#[inline(always)]
fn ends_copy<const M: usize>(target: &mut [u8], source: &[u8], key: [u8; 4]) {
    store_first(target, first::<M>(source, key));
    store_last(target, last::<M>(source, key));
}

/// The first `M` words, masked.
#[inline(always)]
fn first<const M: usize>(data: &[u8], key: [u8; 4]) -> [u32; M] {
    let key = u32::from_ne_bytes(key);
    let mut words = [0; M];
    for (word, bytes) in words.iter_mut().zip(data.as_chunks().0) {
        *word = u32::from_ne_bytes(*bytes) ^ key;
    }
    words
}

/// The last `M` words, masked. Words are as long as the key, so it turns by the whole length.
#[inline(always)]
fn last<const M: usize>(data: &[u8], key: [u8; 4]) -> [u32; M] {
    let start = data.len() - 4 * M;
    first(&data[start..], rotate_key(key, data.len()))
}

#[inline(always)]
fn store_first<const M: usize>(data: &mut [u8], words: [u32; M]) {
    for (bytes, word) in data.as_chunks_mut().0.iter_mut().zip(words) {
        *bytes = word.to_ne_bytes();
    }
}

#[inline(always)]
fn store_last<const M: usize>(data: &mut [u8], words: [u32; M]) {
    let start = data.len() - 4 * M;
    store_first(&mut data[start..], words);
}

/// The first, middle and last of 1 to 3 bytes, masked; some of them may be the same byte.
#[inline(always)]
fn tiny(data: &[u8], key: [u8; 4]) -> [u8; 3] {
    let len = data.len();
    [0, len / 2, len - 1].map(|index| data[index] ^ key_byte(key, index))
}

#[inline(always)]
fn store_tiny(data: &mut [u8], masked: [u8; 3]) {
    let len = data.len();
    data[0] = masked[0];
    data[len / 2] = masked[1];
    data[len - 1] = masked[2];
}

/// `key[index % 4]` by a shift: indexing would put the key into memory first.
#[inline(always)]
fn key_byte(key: [u8; 4], index: usize) -> u8 {
    (u32::from_le_bytes(key) >> ((index & 3) * 8)) as u8
}
