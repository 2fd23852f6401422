//! What both lanes use of the component.

use crate::EntropyUnavailable;
use crate::ids::ActionIds;
use crate::keys::Keys;
use crate::layout::Layout;

/// The component without its lanes, lent to one of them for an action.
pub(crate) struct Parts<'a, B> {
    pub(crate) block: &'a mut B,
    pub(crate) layout: Layout,
    pub(crate) masking: Masking,
    pub(crate) keys: &'a mut Keys,
    pub(crate) ids: &'a mut ActionIds,
}

/// How frames are masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Masking {
    /// Not at all: we are a server.
    None,
    /// With the key 0: the payload stays as it is.
    ZeroKey,
    /// With a fresh key each.
    FreshKeys,
}

impl Masking {
    /// The key of the next frame.
    #[inline]
    pub(crate) fn key(self, keys: &mut Keys) -> Result<Option<[u8; 4]>, EntropyUnavailable> {
        match self {
            Self::None => Ok(None),
            Self::ZeroKey => Ok(Some([0; 4])),
            Self::FreshKeys => keys.next().map(Some),
        }
    }
}
