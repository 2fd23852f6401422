//! Whose memory a component works in.

use std::marker::PhantomData;
use std::ops::Range;

/// The working memory of a component: receive area, send area and control area, one behind the other.
///
/// Only the ranges asked for are touched, and a range that an outstanding action shows to the program is never asked for.
/// An implementation over foreign memory may rely on that.
pub trait Block {
    /// Size in bytes; must not change.
    fn len(&self) -> usize;

    /// Whether it has no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of `range`, which lies inside the block.
    fn bytes(&self, range: Range<usize>) -> &[u8];

    /// The bytes of `range`, which lies inside the block.
    fn bytes_mut(&mut self, range: Range<usize>) -> &mut [u8];
}

impl Block for Box<[u8]> {
    fn len(&self) -> usize {
        <[u8]>::len(self)
    }

    #[inline]
    fn bytes(&self, range: Range<usize>) -> &[u8] {
        &self[range]
    }

    #[inline]
    fn bytes_mut(&mut self, range: Range<usize>) -> &mut [u8] {
        &mut self[range]
    }
}

/// The kinds of memory and context of a component.
///
/// Rust programs mostly use [`Owned`]; the C library has one that holds the caller's raw pointers.
pub trait Memory {
    /// The working memory.
    type Block: Block;
    /// Bytes to send; must give the same bytes each time. Kept, and not changed, until the operation is indicated.
    type Payload: AsRef<[u8]>;
    /// Room for received bytes, if the program gives its own; must give the same bytes each time.
    type Target: AsRef<[u8]> + AsMut<[u8]>;
    /// What the program gave with an operation and gets back with its actions.
    type Context;

    /// A block of `len` zero bytes, or `None` if there is no memory.
    fn allocate(len: usize) -> Option<Self::Block>;
}

/// Everything owned, by vectors.
#[derive(Debug)]
pub struct Owned<C = ()>(PhantomData<C>);

impl<C> Memory for Owned<C> {
    type Block = Box<[u8]>;
    type Payload = Vec<u8>;
    type Target = Vec<u8>;
    type Context = C;

    fn allocate(len: usize) -> Option<Box<[u8]>> {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(len).ok()?;
        bytes.resize(len, 0);
        Some(bytes.into_boxed_slice())
    }
}
