//! Masking keys: fresh and unpredictable for each frame (RFC 6455 section 5.3), drawn in bulk.

use std::fmt;

/// The random source failed; nothing can be masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntropyUnavailable;

impl fmt::Display for EntropyUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the random source failed")
    }
}

impl std::error::Error for EntropyUnavailable {}

/// Fills its argument with unpredictable bytes. Must not block for long: it is called inside actions.
pub type RandomSource = fn(&mut [u8]) -> Result<(), EntropyUnavailable>;

/// The operating system's random source.
///
/// # Errors
/// If the system has none, see the `getrandom` crate.
pub fn system_random(bytes: &mut [u8]) -> Result<(), EntropyUnavailable> {
    getrandom::fill(bytes).map_err(|_| EntropyUnavailable)
}

/// Bytes drawn at once: 64 keys a system call.
const POOL_LEN: usize = 256;

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
            self.refill()?;
        }
        let key = &mut self.pool[self.used..self.used + 4];
        let fresh = [key[0], key[1], key[2], key[3]];
        // A used key must not be found in memory later.
        key.fill(0);
        self.used += 4;
        Ok(fresh)
    }

    #[cold]
    fn refill(&mut self) -> Result<(), EntropyUnavailable> {
        (self.source)(&mut self.pool)?;
        self.used = 0;
        Ok(())
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
    fn keys_do_not_repeat_over_refills() {
        let mut keys = Keys::new(system_random);
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
