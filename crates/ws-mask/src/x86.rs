//! x86: SSE2 for short pieces; AVX-512, AVX2 or what every such machine has for long ones.

#[cfg(target_arch = "x86")]
use core::arch::x86 as arch;
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64 as arch;

use crate::portable;

/// The vectors to use, from the widest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Avx512,
    Avx2,
    Portable,
}

impl Level {
    /// What the machine has (feature `std`), or what the crate was compiled for.
    #[inline]
    pub(crate) fn of_machine() -> Self {
        // The standard library asks the processor once and remembers the answer; a feature that the crate was compiled
        // for is not asked at all.
        #[cfg(feature = "std")]
        macro_rules! has {
            ($feature:tt) => {
                std::arch::is_x86_feature_detected!($feature)
            };
        }
        #[cfg(not(feature = "std"))]
        macro_rules! has {
            ($feature:tt) => {
                cfg!(target_feature = $feature)
            };
        }
        // AVX-512F alone would do. VBMI2 tells the machines apart (Ice Lake, Zen 4 and later) that do not lower their
        // clock for it, for the whole program and for long after.
        if has!("avx512f") && has!("avx512vbmi2") {
            Self::Avx512
        } else if has!("avx2") {
            Self::Avx2
        } else {
            Self::Portable
        }
    }
}

/// [`crate::mask_in_place`] for more than [`portable::SHORT`] bytes.
#[inline]
pub(crate) fn long_in_place(data: &mut [u8], key: [u8; 4]) {
    let (place, len) = (data.as_mut_ptr(), data.len());
    debug_assert!(len > portable::SHORT);
    match Level::of_machine() {
        // SAFETY: the machine has the feature; `place` is valid for reads and writes of `len` bytes, at least two vectors.
        Level::Avx512 => unsafe { avx512::mask(place, place, len, key) },
        // SAFETY: as above.
        Level::Avx2 => unsafe { avx2::mask(place, place, len, key) },
        Level::Portable => portable::long_in_place(data, key),
    }
}

/// [`crate::mask_copy`] for more than [`portable::SHORT`] bytes and equal lengths.
#[inline]
pub(crate) fn long_copy(target: &mut [u8], source: &[u8], key: [u8; 4]) {
    let len = target.len();
    assert!(len == source.len() && len > portable::SHORT);
    match Level::of_machine() {
        // SAFETY: the machine has the feature; both are valid for `len` bytes, at least two vectors, and a mutable
        // slice overlaps no other.
        Level::Avx512 => unsafe { avx512::mask(target.as_mut_ptr(), source.as_ptr(), len, key) },
        // SAFETY: as above.
        Level::Avx2 => unsafe { avx2::mask(target.as_mut_ptr(), source.as_ptr(), len, key) },
        Level::Portable => portable::long_copy(target, source, key),
    }
}

/// [`crate::mask_in_place`] for 16 to [`portable::SHORT`] bytes.
#[cfg(target_feature = "sse2")]
#[inline(always)]
pub(crate) fn short_in_place(data: &mut [u8], key: [u8; 4]) {
    let (place, len) = (data.as_mut_ptr(), data.len());
    assert!((16..=portable::SHORT).contains(&len));
    // SAFETY: `place` is valid for reads and writes of `len` bytes.
    unsafe { sse2::mask(place, place, len, key) }
}

/// [`crate::mask_copy`] for 16 to [`portable::SHORT`] bytes and equal lengths.
#[cfg(target_feature = "sse2")]
#[inline(always)]
pub(crate) fn short_copy(target: &mut [u8], source: &[u8], key: [u8; 4]) {
    let len = source.len();
    assert!(len == target.len() && (16..=portable::SHORT).contains(&len));
    // SAFETY: both are valid for `len` bytes, and a mutable slice overlaps no other.
    unsafe { sse2::mask(target.as_mut_ptr(), source.as_ptr(), len, key) }
}

/// Straight-line code for short pieces. The compiler would make nearly the same of the portable code, but for the stores,
/// which it cuts up: whoever reads the bytes next would wait for them.
#[cfg(target_feature = "sse2")]
mod sse2 {
    use super::arch::{__m128i, _mm_loadu_si128, _mm_set1_epi32, _mm_storeu_si128, _mm_xor_si128};

    /// Masks 16 to 128 bytes from both ends towards the middle; all is loaded before anything is stored.
    ///
    /// # Safety
    ///
    /// `source` is valid for reads and `target` for writes of `len` bytes; they are the same place or do not overlap;
    /// `16 <= len && len <= 128`.
    #[inline]
    #[target_feature(enable = "sse2")]
    pub(crate) unsafe fn mask(target: *mut u8, source: *const u8, len: usize, key: [u8; 4]) {
        let head_key = _mm_set1_epi32(i32::from_ne_bytes(key));
        // Vectors are multiples of the key, so those that are counted from the end have the key turned by the length.
        let tail_key = _mm_set1_epi32(i32::from_ne_bytes(crate::rotate_key(key, len)));
        let load = |at: usize, key: __m128i| {
            // SAFETY: every `at` below is at most `len - 16`.
            _mm_xor_si128(key, unsafe { _mm_loadu_si128(source.add(at).cast()) })
        };
        // SAFETY: as for the loads.
        let store = |at: usize, vector| unsafe { _mm_storeu_si128(target.add(at).cast(), vector) };
        let (a, z) = (load(0, head_key), load(len - 16, tail_key));
        if len > 32 {
            let (b, y) = (load(16, head_key), load(len - 32, tail_key));
            if len > 64 {
                let (c, x) = (load(32, head_key), load(len - 48, tail_key));
                let (d, w) = (load(48, head_key), load(len - 64, tail_key));
                store(32, c);
                store(48, d);
                store(len - 64, w);
                store(len - 48, x);
            }
            store(16, b);
            store(len - 32, y);
        }
        store(0, a);
        store(len - 16, z);
    }
}

/// The masking loop, for one kind of vector.
macro_rules! mask {
    (
        feature: $feature:literal, bytes: $bytes:literal,
        splat: $splat:path, load: $load:path, store: $store:path, xor: $xor:path $(,)?
    ) => {
        /// Bytes in a vector.
        const BYTES: usize = $bytes;

        /// Masks `len` bytes from `source` to `target`, whatever their alignment.
        ///
        /// # Safety
        ///
        /// The machine has the feature. `source` is valid for reads and `target` for writes of `len` bytes; they are the
        /// same place or do not overlap; `2 * BYTES <= len`.
        #[target_feature(enable = $feature)]
        pub(crate) unsafe fn mask(target: *mut u8, source: *const u8, len: usize, key: [u8; 4]) {
            let splat = |key: [u8; 4]| $splat(i32::from_ne_bytes(key));
            // The loop works on the vectors between the boundaries of `target`, since the stores that cross cache lines
            // cost the most. The first and the last vector of the piece may lie across boundaries: they are loaded
            // before the loop, which in place masks parts of them, and stored after it.
            // SAFETY: `BYTES <= len`.
            let first = $xor(splat(key), unsafe { $load(source.cast()) });
            // A vector is a multiple of the key, so before the last one the key turns by the whole length.
            // SAFETY: as above.
            let last = $xor(splat(crate::rotate_key(key, len)), unsafe {
                $load(source.add(len - BYTES).cast())
            });
            // 1 to BYTES, whatever the address is: the rest of the first vector's place. The last vector needs no turn
            // of the loops either.
            let mut at = BYTES - target.addr() % BYTES;
            let key = splat(crate::rotate_key(key, at));
            while len - at > 4 * BYTES {
                // Four at a time, to test and count less often.
                for _ in 0..4 {
                    // SAFETY: the fourth vector from `at` ends before `len`.
                    let vector = $xor(key, unsafe { $load(source.add(at).cast()) });
                    // SAFETY: as above.
                    unsafe { $store(target.add(at).cast(), vector) };
                    at += BYTES;
                }
            }
            while len - at > BYTES {
                // SAFETY: `at + BYTES < len`.
                let vector = $xor(key, unsafe { $load(source.add(at).cast()) });
                // SAFETY: as above.
                unsafe { $store(target.add(at).cast(), vector) };
                at += BYTES;
            }
            // SAFETY: `BYTES <= len`.
            unsafe { $store(target.cast(), first) };
            // SAFETY: as above.
            unsafe { $store(target.add(len - BYTES).cast(), last) };
        }
    };
}

pub(crate) mod avx2 {
    use super::arch::{
        _mm256_loadu_si256, _mm256_set1_epi32, _mm256_storeu_si256, _mm256_xor_si256,
    };
    mask! {
        feature: "avx2", bytes: 32,
        splat: _mm256_set1_epi32, load: _mm256_loadu_si256, store: _mm256_storeu_si256, xor: _mm256_xor_si256,
    }
}

pub(crate) mod avx512 {
    use super::arch::{
        _mm512_loadu_si512, _mm512_set1_epi32, _mm512_storeu_si512, _mm512_xor_si512,
    };
    mask! {
        feature: "avx512f", bytes: 64,
        splat: _mm512_set1_epi32, load: _mm512_loadu_si512, store: _mm512_storeu_si512, xor: _mm512_xor_si512,
    }
}
