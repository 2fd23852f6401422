//! WebSocket payload masking (RFC 6455 section 5.3) with the widest vectors the machine has.
//!
//! Masking and unmasking are the same operation. Short pieces are masked where the call is inlined, on x86 by SSE2; long
//! ones by AVX-512 or AVX2 where an x86 machine has it; all others by [`portable`] code (which becomes NEON on AArch64).
//!
//! ```
//! let mut payload = *b"\x7f\x9f\x4d\x51\x58";
//! ws_mask::mask_in_place(&mut payload, [0x37, 0xfa, 0x21, 0x3d]);
//! assert_eq!(&payload, b"Hello");
//! ```
#![no_std]

#[cfg(any(test, feature = "std"))]
extern crate std;

pub mod portable;
#[cfg(test)]
mod tests;
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
mod x86;

#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
use portable::{long_copy, long_in_place};
#[cfg(not(all(
    any(target_arch = "x86", target_arch = "x86_64"),
    target_feature = "sse2"
)))]
use portable::{short_copy, short_in_place};
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use x86::{long_copy, long_in_place};
#[cfg(all(
    any(target_arch = "x86", target_arch = "x86_64"),
    target_feature = "sse2"
))]
use x86::{short_copy, short_in_place};

/// XORs `data` in place with `key` repeated; `data[0]` meets `key[0]`.
///
/// For a piece from the middle of a payload, turn the key with [`rotate_key`] first. Any length and alignment will do.
#[inline]
pub fn mask_in_place(data: &mut [u8], key: [u8; 4]) {
    match data.len() {
        0..16 => portable::below_16_in_place(data, key),
        16..=portable::SHORT => short_in_place(data, key),
        _ => long_in_place(data, key),
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
    match source.len() {
        0..16 => portable::below_16_copy(target, source, key),
        16..=portable::SHORT => short_copy(target, source, key),
        _ => long_copy(target, source, key),
    }
}

/// The key as seen from `n` bytes further on: `rotate_key([a, b, c, d], 1)` is `[b, c, d, a]`.
///
/// A payload that arrives in pieces is unmasked piece by piece, each with the key turned by the number of payload bytes
/// before it.
#[inline]
pub const fn rotate_key(key: [u8; 4], n: usize) -> [u8; 4] {
    // The first byte of the key is the lowest of the word, whatever the machine's byte order.
    u32::from_le_bytes(key)
        .rotate_right((n as u32 & 3) * 8)
        .to_le_bytes()
}
