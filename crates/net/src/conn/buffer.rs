//! A byte queue over one allocation.

use std::cell::RefCell;

/// Bytes that were received (or are to be sent) and not yet consumed: a window in a vector which is zeroed once when it grows and
/// then reused. Allocates nothing before the first use.
#[derive(Default)]
pub(crate) struct Buffer {
    data: Vec<u8>,
    start: usize,
    end: usize,
}

/// Memory of this size is what most connections need for most responses: a thread keeps a little of it, so that a connection
/// that comes out of the pool gets some without allocating and zeroing, while those in the pool have none.
const SPARE_SIZE: usize = 8192;

/// How many such pieces a thread keeps.
const SPARES: usize = 4;

thread_local! {
    static SPARE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Zeroed or used before: what is in it is never shown before it is overwritten.
fn spare() -> Option<Vec<u8>> {
    // A thread that is ending has none.
    SPARE
        .try_with(|spare| spare.borrow_mut().pop())
        .ok()
        .flatten()
}

fn keep_spare(data: Vec<u8>) {
    let _ = SPARE.try_with(|spare| {
        let mut spare = spare.borrow_mut();
        if spare.len() < SPARES {
            spare.push(data);
        }
    });
}

impl Buffer {
    pub(crate) fn filled(&self) -> &[u8] {
        &self.data[self.start..self.end]
    }

    pub(crate) fn filled_mut(&mut self) -> &mut [u8] {
        &mut self.data[self.start..self.end]
    }

    pub(crate) fn len(&self) -> usize {
        self.end - self.start
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// What is allocated, in bytes.
    pub(crate) fn capacity(&self) -> usize {
        self.data.len()
    }

    /// Room for at least `wanted` more bytes behind the filled ones; all room there is. Growth doubles, so that filling a buffer in
    /// small pieces costs linear work.
    pub(crate) fn room(&mut self, wanted: usize) -> &mut [u8] {
        if self.data.len() - self.end < wanted {
            // Moving is paid for by what was consumed: only when at least as much is free in front as is kept.
            if self.start >= self.len() && self.data.len() - self.len() >= wanted {
                self.data.copy_within(self.start..self.end, 0);
            } else {
                let size = (self.len() + wanted).max(self.data.len().saturating_mul(2));
                if size == SPARE_SIZE
                    && self.is_empty()
                    && let Some(spare) = spare()
                {
                    self.data = spare;
                    self.start = 0;
                    self.end = 0;
                    return &mut self.data[..];
                }
                let mut grown = Vec::with_capacity(size);
                grown.extend_from_slice(self.filled());
                grown.resize(size, 0);
                self.data = grown;
            }
            self.end -= self.start;
            self.start = 0;
        }
        &mut self.data[self.end..]
    }

    /// Counts `count` bytes written to the room as filled.
    pub(crate) fn commit(&mut self, count: usize) {
        debug_assert!(count <= self.data.len() - self.end);
        self.end += count;
    }

    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.room(bytes.len())[..bytes.len()].copy_from_slice(bytes);
            self.commit(bytes.len());
        }
    }

    /// Takes over all that is in `other`; without copying when there is nothing here, whose memory `other` then has.
    pub(crate) fn append(&mut self, other: &mut Buffer) {
        if self.is_empty() {
            std::mem::swap(self, other);
        } else {
            self.extend(other.filled());
            other.consume(other.len());
        }
    }

    /// Takes `count` bytes off the front; more than there are takes all.
    pub(crate) fn consume(&mut self, count: usize) {
        self.start += count.min(self.len());
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        }
    }

    /// Moves bytes from the front to `out`, as many as fit.
    pub(crate) fn take(&mut self, out: &mut [u8]) -> usize {
        let count = self.len().min(out.len());
        out[..count].copy_from_slice(&self.data[self.start..self.start + count]);
        self.consume(count);
        count
    }

    /// Gives memory back: all of it when empty, what is unused otherwise.
    pub(crate) fn release_memory(&mut self) {
        if self.is_empty() {
            let data = std::mem::take(self).data;
            if data.len() == SPARE_SIZE {
                keep_spare(data);
            }
        } else if self.capacity() > self.len() {
            *self = Buffer {
                data: self.filled().to_vec(),
                start: 0,
                end: self.len(),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_as_they_went_in_whatever_the_steps() {
        let source: Vec<u8> = (0..100_000u32).map(|number| (number % 251) as u8).collect();
        let (mut buffer, mut written, mut read) = (Buffer::default(), 0, Vec::new());
        let mut step = 1;
        while read.len() < source.len() {
            let count = (step * 7 % 1000).min(source.len() - written);
            buffer.extend(&source[written..written + count]);
            written += count;
            let mut out = vec![0; step * 11 % 900];
            let taken = buffer.take(&mut out);
            read.extend_from_slice(&out[..taken]);
            step += 1;
            assert_eq!(buffer.filled(), &source[read.len()..written]);
        }
        assert_eq!(read, source);
        buffer.release_memory();
        assert_eq!(buffer.capacity(), 0);
    }

    #[test]
    fn room_is_reused_and_releasing_keeps_what_is_unread() {
        let mut buffer = Buffer::default();
        for _ in 0..1000 {
            buffer.extend(&[1; 100]);
            buffer.consume(100);
        }
        assert!(buffer.capacity() <= 200);
        buffer.extend(&[1, 2, 3]);
        buffer.consume(1);
        buffer.release_memory();
        assert_eq!((buffer.filled(), buffer.capacity()), (&[2, 3][..], 2));
        buffer.consume(10);
        assert!(buffer.is_empty());
    }
}
