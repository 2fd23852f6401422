//! Properties given when a component is created.

use crate::{Error, RandomSource, Role, thread_random};

/// Smallest receive area in bytes.
pub(crate) const MIN_RECEIVE_BUFFER_SIZE: u32 = 256;
/// Smallest send area in bytes: what .NET gives its servers (statement 7), although the documentation says 256.
pub(crate) const MIN_SEND_BUFFER_SIZE: u32 = 16;

/// Properties of a component. [`Default`] is what a client gets without any; see [`Self::new`] for servers.
#[derive(Clone, Copy, Debug)]
pub struct Config<B = Box<[u8]>> {
    /// Bytes of the receive area, 256 or more; default 4096. No indication is longer.
    pub receive_buffer_size: u32,
    /// Bytes of the send area, 16 or more; default 4096 for clients, 16 for servers. A client splits a message that does
    /// not fit (less 16 bytes for the header) into several frames.
    pub send_buffer_size: u32,
    /// A client masks with the key 0, so that payloads are sent from where they are; a server accepts unmasked frames.
    pub disable_masking: bool,
    /// Received text is not checked to be UTF-8.
    pub disable_utf8_verification: bool,
    /// Working memory of at least `receive_buffer_size + send_buffer_size + 144` bytes; `None` to have it allocated.
    pub block: Option<B>,
    /// Where masking keys and the handshake's nonce come from; default [`thread_random`].
    pub random: RandomSource,
}

impl<B> Config<B> {
    /// The defaults for `role`.
    pub fn new(role: Role) -> Self {
        Self {
            receive_buffer_size: 4096,
            send_buffer_size: match role {
                Role::Client => 4096,
                Role::Server => 16,
            },
            disable_masking: false,
            disable_utf8_verification: false,
            block: None,
            random: thread_random,
        }
    }

    pub(crate) fn validate(&self) -> Result<(), Error> {
        if self.receive_buffer_size < MIN_RECEIVE_BUFFER_SIZE {
            return Err(Error::InvalidArgument(
                "a receive buffer has at least 256 bytes",
            ));
        }
        if self.send_buffer_size < MIN_SEND_BUFFER_SIZE {
            return Err(Error::InvalidArgument(
                "a send buffer has at least 16 bytes",
            ));
        }
        Ok(())
    }
}

impl<B> Default for Config<B> {
    fn default() -> Self {
        Self::new(Role::Client)
    }
}
