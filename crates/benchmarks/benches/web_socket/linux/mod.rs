//! Stub.
pub(crate) fn main() {}
