//! The component as a Rust program sees it: two of them joined by byte queues in memory, or one whose peer is the test.

mod abort;
mod conversation;
mod extensions;
mod memory;
mod pongs;
mod random_source;
mod small_send_area;
mod support;
