//! Ten thousand WebSockets at once in one process, asynchronous, through the C ABI, with the echo server in another process.
//!
//! It prints memory per idle WebSocket and CPU time per message; they are checked in release builds:
//!
//! ```text
//! cargo test --release -p winhttp-dll --test many_web_sockets -- --nocapture
//! ```
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "an error in a test is a failed test")]

#[path = "many_web_sockets/client.rs"]
mod client;
#[path = "many_web_sockets/server.rs"]
mod server;

use std::fs;

use client::Crowd;

/// What is to be open at once.
const WEB_SOCKETS: usize = 10_000;
/// Messages of each.
const ROUNDS: u32 = 10;
/// Bytes of resident memory that an idle WebSocket may cost, with the program's own 16 bytes of buffer and its context.
const MAX_MEMORY: usize = 3200;

/// Each echoes all its messages, in order, with exactly one completion for each operation; each is closed in good order, and
/// nothing of any of them is left.
///
/// Statements: facts 19.14
#[test]
fn ten_thousand_web_sockets_echo_at_once() {
    let count = WEB_SOCKETS.min(open_files_allowed() - 100);
    if count < WEB_SOCKETS {
        println!("only {count}: a process may not open more files here");
    }
    let server = server::Process::start();
    // One, so that what the process needs only once is there.
    let mut crowd = Crowd::new(server.port);
    crowd.open(1);
    crowd.echo(1);

    let before = resident();
    crowd.open(count - 1);
    crowd.echo(1);
    let memory = resident().saturating_sub(before) / (count - 1);

    let start = cpu_time();
    crowd.echo(ROUNDS);
    let messages = count as u64 * u64::from(ROUNDS);
    let cpu = (cpu_time() - start) * 1_000_000_000 / ticks_a_second() / messages;
    println!("{count} WebSockets: {memory} bytes each when idle, {cpu} ns of CPU time a message");
    assert!(cfg!(debug_assertions) || memory < MAX_MEMORY, "{memory}");

    crowd.close();
    assert!(open_files() < 100, "{} files are open", open_files());
}

/// The echo server: another process is this test alone, see [`server`].
#[test]
#[ignore = "the other test starts it"]
fn serve() {
    server::run();
}

/// Bytes of memory of this process that are in use.
fn resident() -> usize {
    let pages = fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = pages.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// CPU time of all threads of this process, in ticks.
fn cpu_time() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // The name, in brackets, may contain spaces.
    let fields = stat.rsplit(") ").next().unwrap().split(' ');
    fields
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<u64>().unwrap())
        .sum()
}

fn open_files() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

#[repr(C)]
struct Limit {
    current: u64,
    maximum: u64,
}

const RLIMIT_NOFILE: i32 = 7;
const SC_CLK_TCK: i32 = 2;

unsafe extern "C" {
    unsafe fn getrlimit(resource: i32, limit: *mut Limit) -> i32;
    unsafe fn setrlimit(resource: i32, limit: *const Limit) -> i32;
    safe fn sysconf(name: i32) -> i64;
}

fn ticks_a_second() -> u64 {
    sysconf(SC_CLK_TCK).try_into().unwrap()
}

/// Raises the limit as far as it goes.
fn open_files_allowed() -> usize {
    let mut limit = Limit {
        current: 0,
        maximum: 0,
    };
    // SAFETY: the structure is the C library's on 64-bit Linux.
    assert_eq!(unsafe { getrlimit(RLIMIT_NOFILE, &mut limit) }, 0);
    limit.current = limit.maximum;
    // SAFETY: as above.
    assert_eq!(unsafe { setrlimit(RLIMIT_NOFILE, &limit) }, 0);
    usize::try_from(limit.maximum).unwrap_or(usize::MAX)
}
