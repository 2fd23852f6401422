//! The memory that asynchronous operations work on.

/// Memory that is given to an operation and belongs to it until its completion was notified.
///
/// Programs in Rust use `Vec<u8>`; the C layer wraps its callers' pointers.
pub trait Buffer: AsRef<[u8]> + AsMut<[u8]> + Send + 'static {
    /// The operation was completed within the call that started it, and its notification follows: `count` bytes were read,
    /// written or are available.
    fn completed_in_call(&mut self, count: usize) {
        let _ = count;
    }
}

impl Buffer for Vec<u8> {}
