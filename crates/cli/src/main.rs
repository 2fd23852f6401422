//! The openwinhttp command
fn main() {}
