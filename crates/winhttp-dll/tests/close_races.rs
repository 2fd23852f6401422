//! Handles are closed at any moment, by other threads and inside callbacks, while requests resolve, connect, shake hands, send,
//! write, wait and read, against a server that answers, stalls and resets. Then, for each handle: every accepted operation is
//! completed exactly once, HANDLE_CLOSING comes exactly once and last, callbacks come on one thread at a time, memory is not
//! touched after it was given back, calls after the close fail with 6, and nothing hangs.
//!
//! - `OPENWINHTTP_RACE_ROUNDS`: how many rounds (default 1500); `OPENWINHTTP_RACE_LANES`: how many at a time (default 2).
//! - `OPENWINHTTP_RACE_SEED`: where all choices come from. A failure prints it with the round's number; the same choices are
//!   made again with it, though threads may meet differently.
//! - `OPENWINHTTP_RACE_FREE=1`: memory is freed, not only poisoned, when it is given back: for AddressSanitizer and
//!   ThreadSanitizer (`ci/sanitize.sh`, `ci/tsan.sh`).
//! - `OPENWINHTTP_RACE_PLANTED=1`: the test writes to memory that it has lent, to see that ThreadSanitizer notices.
//! - `OPENWINHTTP_RACE_PATIENCE`: after how many seconds a round counts as hanging (default 20).

#[path = "close_races/application.rs"]
mod application;
#[path = "close_races/lane.rs"]
mod lane;
#[path = "close_races/memory.rs"]
mod memory;
#[path = "close_races/record.rs"]
mod record;
#[path = "close_races/rng.rs"]
mod rng;
#[path = "close_races/round.rs"]
mod round;
#[path = "close_races/server.rs"]
mod server;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use rng::{Rng, from_env};

const ROUNDS: u64 = 1500;

/// Rules that were broken.
static VIOLATIONS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// At which moments handles were closed.
static MOMENTS: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());

/// Statements: facts 1.9, 20.13; behaviour 18.6, 18.10, 18.11, 18.12, 18.13, 18.15
#[test]
fn closes_race_with_everything() {
    let rounds = from_env("OPENWINHTTP_RACE_ROUNDS").unwrap_or(ROUNDS);
    let lanes = from_env("OPENWINHTTP_RACE_LANES").unwrap_or(2).clamp(1, 8);
    let seed = seed();
    winhttp_testkit::library::library();
    let ports = server::start();
    let next = AtomicU64::new(0);
    let start = Instant::now();
    std::thread::scope(|scope| {
        for lane in 0..lanes as usize {
            let (ports, next) = (&ports, &next);
            scope.spawn(move || {
                let crew = Arc::new(lane::Crew::new(12));
                let mut last = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= rounds {
                        break;
                    }
                    let own = Rng::new(seed.wrapping_mul(0x1_0000_0001) ^ number).next();
                    let lent = round::run(lane, number, own, ports, &crew);
                    // What the round before had lent, once more.
                    last.iter_mut().for_each(memory::Lot::check);
                    last = lent;
                    let violations = VIOLATIONS.lock().unwrap_or_else(PoisonError::into_inner);
                    if !violations.is_empty() && !is_planted() {
                        give_up(&format!("about round {number}:\n{}", violations.join("\n")));
                    }
                    drop(violations);
                    if number % 5000 == 4999 {
                        eprintln!("{} rounds in {:?}", number + 1, start.elapsed());
                    }
                }
            });
        }
    });
    println!(
        "{rounds} rounds in {:?}; handles were closed while:",
        start.elapsed()
    );
    for (moment, count) in &*MOMENTS.lock().unwrap_or_else(PoisonError::into_inner) {
        println!("{count:8} {moment}");
    }
}

fn violation(what: String) {
    VIOLATIONS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(what);
}

fn count(moment: String) {
    *MOMENTS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(moment)
        .or_default() += 1;
}

/// Whether the test also races with the library on purpose, to see that the tool in use would notice.
fn is_planted() -> bool {
    static PLANTED: OnceLock<bool> = OnceLock::new();
    *PLANTED.get_or_init(|| from_env("OPENWINHTTP_RACE_PLANTED") == Some(1))
}

fn seed() -> u64 {
    from_env("OPENWINHTTP_RACE_SEED").unwrap_or(1)
}

fn patience() -> Duration {
    Duration::from_secs(from_env("OPENWINHTTP_RACE_PATIENCE").unwrap_or(20))
}

/// Ends the test. Threads may hang inside the library, so that unwinding would hang too.
fn give_up(what: &str) -> ! {
    eprintln!(
        "close_races failed with OPENWINHTTP_RACE_SEED={}: {what}",
        seed()
    );
    std::process::exit(101)
}
