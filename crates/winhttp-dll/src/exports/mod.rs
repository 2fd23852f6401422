//! The exported functions, by topic.

mod helpers;

pub use helpers::*;
