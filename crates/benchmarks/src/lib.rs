//! What the benchmarks share: taking turns, bytes to receive, tables, and the document they end up in.
//!
//! `cargo bench -p benchmarks` prints the tables; with `-- --write` each also replaces its own part of
//! `docs/benchmarks.md` (the HTTP benchmark: of `docs/benchmarks-http.md`), and its chart beside it.

mod chart;
mod measure;
mod report;
mod sizes;
mod wire;

pub use measure::{Contender, Times, take_turns};
pub use report::{Report, machine, verdict};
pub use sizes::{SIZES, name_of_size};
pub use wire::{Content, Sink, Wire, consume, frame, payload};
