//! How large things are. The model test (`tests/model.rs`) puts smaller numbers in their place.

/// 2^20 values at once; the other 9 bits are the generation.
pub(crate) const INDEX_BITS: u32 = 20;
pub(crate) const MAX_GENERATION: u32 = (1 << 9) - 1;

/// A slot rests until so many others are free too. With 511 generations each, a value recurs after half a million
/// removals at the earliest, as long as there are slots that were never used.
pub(crate) const MIN_RESTING: usize = 1024;

/// Slots of the first chunk; each further one has twice as many. Chunks never move and are never freed.
pub(crate) const FIRST_CHUNK: u32 = 64;
