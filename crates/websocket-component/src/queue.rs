//! Queues of operations that do not keep the memory of their busiest moment.

use std::collections::VecDeque;

/// Room that an empty queue may keep, in operations: enough that a steady flow never allocates.
const KEPT: usize = 64;

/// Gives the memory of an empty queue back if it is more than a steady flow needs.
#[inline]
pub(crate) fn give_back<T>(queue: &mut VecDeque<T>) {
    if queue.is_empty() && queue.capacity() > KEPT {
        *queue = VecDeque::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_large_empty_queues_are_given_back() {
        let mut queue: VecDeque<u8> = VecDeque::with_capacity(4);
        give_back(&mut queue);
        assert!(queue.capacity() >= 4);
        queue.extend([0; 1000]);
        give_back(&mut queue);
        assert_eq!(queue.len(), 1000);
        queue.clear();
        give_back(&mut queue);
        assert_eq!(queue.capacity(), 0);
    }
}
