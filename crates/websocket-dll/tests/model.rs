//! Random calls against a model (issue 2, "Prove"): what the library does through its C ABI, compared call by call with
//! what the specification says.
//!
//! `OPENWINHTTP_MODEL_SESSIONS` is the number of sessions of each test (default 3,000; a long run is 100,000) and
//! `OPENWINHTTP_MODEL_SEED` the seed of the first one. A failure prints both for one session and its last calls.

#[path = "model/config.rs"]
mod config;
#[path = "model/mutated.rs"]
mod mutated;
#[path = "model/receive_lane.rs"]
mod receive_lane;
#[path = "model/reference.rs"]
mod reference;
#[path = "model/rng.rs"]
mod rng;
#[path = "model/send_lane.rs"]
mod send_lane;
#[path = "model/session.rs"]
mod session;
#[path = "model/side.rs"]
mod side;
#[path = "model/statistics.rs"]
mod statistics;
#[path = "model/text.rs"]
mod text;
#[path = "model/transcript.rs"]
mod transcript;

use std::sync::atomic::{AtomicU64, Ordering};

use statistics::Statistics;

const SEED: u64 = 0x6455_0000;
const SESSIONS: u64 = 3000;

/// Runs the sessions on all processors. A session depends on its seed only, so the order does not matter.
fn run(session: fn(u64, &mut Statistics)) -> (u64, Statistics) {
    let first = rng::from_env("OPENWINHTTP_MODEL_SEED").unwrap_or(SEED);
    let sessions = rng::from_env("OPENWINHTTP_MODEL_SESSIONS").unwrap_or(SESSIONS);
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
    let mut sum = Statistics::default();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut statistics = Statistics::default();
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        if index >= sessions {
                            return statistics;
                        }
                        session(first.wrapping_add(index), &mut statistics);
                    }
                })
            })
            .collect();
        for worker in workers {
            match worker.join() {
                Ok(statistics) => sum.add(&statistics),
                // The others stop soon; the first failure is the one to read.
                Err(_) => next.store(sessions, Ordering::Relaxed),
            }
        }
    });
    println!("{sum:?}");
    assert_eq!(sum.sessions, sessions, "a session failed, see above");
    (sessions, sum)
}

/// Two handles, a pipe, random calls.
#[test]
fn random_sessions() {
    let (sessions, sum) = run(session::run);
    if sessions >= 1000 {
        for (what, count) in [
            ("frames", sum.frames),
            ("pongs", sum.pongs),
            ("reads", sum.reads),
            ("data", sum.data),
            ("control frames", sum.controls),
            ("cancelled receives", sum.drained),
            ("errors", sum.errors),
            ("refused calls", sum.refused),
            ("cancelled actions", sum.cancelled),
            ("aborts", sum.aborts),
            ("connections that came to their end", sum.finished),
        ] {
            assert!(
                count > sessions / 20,
                "only {count} {what}: the sessions miss their subject"
            );
        }
    }
}

/// One handle, frames with mistakes.
#[test]
fn mutated_sessions() {
    let (sessions, sum) = run(mutated::run);
    if sessions >= 1000 {
        for (what, count) in [
            ("errors", sum.errors),
            ("data", sum.data),
            ("pongs", sum.pongs),
            ("control frames", sum.controls),
        ] {
            assert!(
                count > sessions / 20,
                "only {count} {what}: the sessions miss their subject"
            );
        }
    }
}
