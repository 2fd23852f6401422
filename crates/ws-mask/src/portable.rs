//! The code for every machine: 64-bit words and no `unsafe`; compilers make the vectors of the target's baseline of it.
//!
//! Always compiled, so that tests and callers can compare it with the wider vectors. Pieces up to [`SHORT`] bytes are two
//! overlapping halves, both loaded before either is stored: no loop, no tail. On every machine they are masked by this
//! code, since a test of what the machine has and a call cost more than wider vectors save.

use crate::rotate_key;

/// The longest piece that is masked without a loop, in bytes.
pub(crate) const SHORT: usize = 128;

/// Words that one turn of the loop for long pieces works on.
const WORDS: usize = 8;

/// Bytes of [`WORDS`] words.
const BLOCK: usize = 8 * WORDS;

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
    match data.len() {
        0..16 => below_16_in_place(data, key),
        16..=32 => ends_in_place::<2>(data, key),
        33..=64 => ends_in_place::<4>(data, key),
        _ => ends_in_place::<8>(data, key),
    }
}

/// [`mask_copy`] for at most [`SHORT`] bytes and equal lengths.
#[inline(always)]
pub(crate) fn short_copy(target: &mut [u8], source: &[u8], key: [u8; 4]) {
    match source.len() {
        0..16 => below_16_copy(target, source, key),
        16..=32 => ends_copy::<2>(target, source, key),
        33..=64 => ends_copy::<4>(target, source, key),
        _ => ends_copy::<8>(target, source, key),
    }
}

/// [`mask_in_place`] for fewer than 16 bytes.
#[inline(always)]
fn below_16_in_place(data: &mut [u8], key: [u8; 4]) {
    match data.len() {
        8.. => ends_in_place::<1>(data, key),
        4..8 => {
            let (head, tail) = half_words(data, key);
            store_half_words(data, head, tail);
        }
        1..4 => {
            let masked = tiny(data, key);
            store_tiny(data, masked);
        }
        0 => {}
    }
}

/// [`mask_copy`] for fewer than 16 bytes and equal lengths.
#[inline(always)]
fn below_16_copy(target: &mut [u8], source: &[u8], key: [u8; 4]) {
    match source.len() {
        8.. => ends_copy::<1>(target, source, key),
        4..8 => {
            let (head, tail) = half_words(source, key);
            store_half_words(target, head, tail);
        }
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

/// `8 * M` to `16 * M` bytes: the first `M` words and the last `M`, which may overlap.
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
fn first<const M: usize>(data: &[u8], key: [u8; 4]) -> [u64; M] {
    let key = u64::from(u32::from_ne_bytes(key));
    let key = key << 32 | key;
    let mut words = [0; M];
    for (word, bytes) in words.iter_mut().zip(data.as_chunks().0) {
        *word = u64::from_ne_bytes(*bytes) ^ key;
    }
    words
}

/// The last `M` words, masked. Words are multiples of the key, so it turns by the whole length.
#[inline(always)]
fn last<const M: usize>(data: &[u8], key: [u8; 4]) -> [u64; M] {
    let start = data.len() - 8 * M;
    first(&data[start..], rotate_key(key, data.len()))
}

#[inline(always)]
fn store_first<const M: usize>(data: &mut [u8], words: [u64; M]) {
    for (bytes, word) in data.as_chunks_mut().0.iter_mut().zip(words) {
        *bytes = word.to_ne_bytes();
    }
}

#[inline(always)]
fn store_last<const M: usize>(data: &mut [u8], words: [u64; M]) {
    let start = data.len() - 8 * M;
    store_first(&mut data[start..], words);
}

/// The first and the last 4 of 4 to 8 bytes, masked.
#[inline(always)]
fn half_words(data: &[u8], key: [u8; 4]) -> (u32, u32) {
    let word = |chunk: Option<&[u8; 4]>| chunk.map_or(0, |bytes| u32::from_ne_bytes(*bytes));
    let tail_key = rotate_key(key, data.len());
    (
        word(data.first_chunk()) ^ u32::from_ne_bytes(key),
        word(data.last_chunk()) ^ u32::from_ne_bytes(tail_key),
    )
}

#[inline(always)]
fn store_half_words(data: &mut [u8], head: u32, tail: u32) {
    if let Some(chunk) = data.first_chunk_mut() {
        *chunk = head.to_ne_bytes();
    }
    if let Some(chunk) = data.last_chunk_mut() {
        *chunk = tail.to_ne_bytes();
    }
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
