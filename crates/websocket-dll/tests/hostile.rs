//! Misuse that must stay harmless: bad handles from many threads, floods, handshakes full of rubbish, lengths beyond reason
//! (issue 2, "Prove", hostile input).

#[path = "hostile/handles.rs"]
mod handles;
#[path = "hostile/handshakes.rs"]
mod handshakes;
#[path = "model/rng.rs"]
#[allow(dead_code, reason = "the model test needs more of it")]
mod rng;
#[path = "hostile/streams.rs"]
mod streams;
