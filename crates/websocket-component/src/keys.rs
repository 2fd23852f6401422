//! Masking keys: fresh and unpredictable for each frame (RFC 6455 section 5.3).

use std::fmt;

use rand::Rng;

/// The random source failed; nothing can be masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntropyUnavailable;

impl fmt::Display for EntropyUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the random source failed")
    }
}

impl std::error::Error for EntropyUnavailable {}

/// Fills its argument with unpredictable bytes: the handshake's nonce, and masking keys, 16 at a time. Must not block for
/// long: it is called inside actions.
pub type RandomSource = fn(&mut [u8]) -> Result<(), EntropyUnavailable>;

/// The `rand` crate's generator of the calling thread: ChaCha, seeded by the operating system and again after every 64 KiB.
/// A system call per key would cost more than the rest of a small frame.
///
/// # Errors
/// None; if the operating system has no random source, it panics.
pub fn thread_random(bytes: &mut [u8]) -> Result<(), EntropyUnavailable> {
    rand::rng().fill_bytes(bytes);
    Ok(())
}

/// Bytes drawn at once: 16 keys.
const POOL_LEN: usize = 64;

/// A pool of masking keys.
pub(crate) struct Keys {
    pool: [u8; POOL_LEN],
    used: usize,
    source: RandomSource,
}

impl Keys {
    pub(crate) const fn new(source: RandomSource) -> Self {
        Self {
            pool: [0; POOL_LEN],
            used: POOL_LEN,
            source,
        }
    }

    #[inline]
    pub(crate) fn next(&mut self) -> Result<[u8; 4], EntropyUnavailable> {
        if self.used == POOL_LEN {
            (self.source)(&mut self.pool)?;
            self.used = 0;
        }
        let begin = self.used;
        self.used += 4;
        let [a, b, c, d] = self.pool[begin..begin + 4] else {
            return Err(EntropyUnavailable);
        };
        Ok([a, b, c, d])
    }

    pub(crate) fn nonce(&self) -> Result<[u8; 16], EntropyUnavailable> {
        let mut nonce = [0; 16];
        (self.source)(&mut nonce)?;
        Ok(nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn keys_do_not_repeat() {
        let mut keys = Keys::new(thread_random);
        let drawn: HashSet<_> = (0..200).map(|_| keys.next().unwrap()).collect();
        // 200 of 2^32: one collision has a chance of about 5 in a million.
        assert!(drawn.len() >= 199);
    }

    #[test]
    fn a_failed_source_gives_no_key() {
        let mut keys = Keys::new(|_| Err(EntropyUnavailable));
        assert_eq!(keys.next(), Err(EntropyUnavailable));
        assert_eq!(keys.nonce(), Err(EntropyUnavailable));
    }
}
