//! Masking keys: fresh and unpredictable for each frame (RFC 6455 section 5.3).

use std::fmt;

use chacha20::ChaCha12Rng;
use chacha20::rand_core::{Rng, SeedableRng};

/// The random source failed; nothing can be masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntropyUnavailable;

impl fmt::Display for EntropyUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the random source failed")
    }
}

impl std::error::Error for EntropyUnavailable {}

/// Fills its argument with unpredictable bytes: the handshake's nonce, and the seed of a client's masking keys. Must not
/// block for long: it is called inside actions.
pub type RandomSource = fn(&mut [u8]) -> Result<(), EntropyUnavailable>;

/// The operating system's random source.
///
/// # Errors
/// If the system has none, see the `getrandom` crate.
pub fn system_random(bytes: &mut [u8]) -> Result<(), EntropyUnavailable> {
    getrandom::fill(bytes).map_err(|_| EntropyUnavailable)
}

/// Masking keys from a ChaCha12 stream that the random source seeds: a system call per key would cost more than the rest
/// of a small frame. Each component has its own stream, so components made after a fork do not share keys.
pub(crate) struct Keys {
    /// Made with the first key; servers never need one.
    stream: Option<Box<ChaCha12Rng>>,
    source: RandomSource,
}

impl Keys {
    pub(crate) const fn new(source: RandomSource) -> Self {
        Self {
            stream: None,
            source,
        }
    }

    #[inline]
    pub(crate) fn next(&mut self) -> Result<[u8; 4], EntropyUnavailable> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            None => self.seed()?,
        };
        Ok(stream.next_u32().to_ne_bytes())
    }

    #[cold]
    fn seed(&mut self) -> Result<&mut ChaCha12Rng, EntropyUnavailable> {
        let mut seed = [0; 32];
        (self.source)(&mut seed)?;
        Ok(self.stream.insert(Box::new(ChaCha12Rng::from_seed(seed))))
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
