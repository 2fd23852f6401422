//! Memory for frames on their way out, which a thread keeps for its next one: a send that completes in its call allocates
//! nothing, and a socket that sends nothing has none.

use std::cell::RefCell;

/// A thread keeps no more than this.
const MAX_KEPT: usize = 512 * 1024;

thread_local! {
    static SPARE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Bytes at the start of a vector that was zeroed once and is overwritten since.
#[derive(Default)]
pub(super) struct Scratch {
    data: Vec<u8>,
    end: usize,
}

impl Scratch {
    pub(super) fn as_slice(&self) -> &[u8] {
        &self.data[..self.end]
    }

    pub(super) fn clear(&mut self) {
        self.end = 0;
    }

    /// `length` more bytes, whatever is in them.
    pub(super) fn room(&mut self, length: usize) -> &mut [u8] {
        if self.data.is_empty() {
            // A thread that is ending has none.
            self.data = SPARE.try_with(|spare| spare.take()).unwrap_or_default();
        }
        let start = self.end;
        self.end += length;
        if self.data.len() < self.end {
            self.data.resize(self.end, 0);
        }
        &mut self.data[start..self.end]
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.data.capacity() <= MAX_KEPT {
            let data = std::mem::take(&mut self.data);
            let _ = SPARE.try_with(|spare| {
                let mut spare = spare.borrow_mut();
                if spare.capacity() < data.capacity() {
                    *spare = data;
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_used_again_and_shows_only_what_was_written() {
        let mut first = Scratch::default();
        first.room(100).fill(1);
        let address = first.as_slice().as_ptr();
        drop(first);
        let mut second = Scratch::default();
        assert!(second.as_slice().is_empty());
        second.room(3).copy_from_slice(&[7, 8, 9]);
        assert_eq!(second.as_slice(), [7, 8, 9]);
        assert_eq!(second.as_slice().as_ptr(), address);
        second.clear();
        second.room(1).fill(5);
        assert_eq!(second.as_slice(), [5]);
    }
}
