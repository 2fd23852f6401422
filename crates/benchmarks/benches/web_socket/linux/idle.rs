//! Memory of WebSockets that have echoed once and wait, each client in a process of its own.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::clients::{ABI, FASTWEBSOCKETS, RUST, TOKIO_TUNGSTENITE, TOKIO_WEBSOCKETS};
use super::turns::Latencies;
use super::{SMALL, asynchronous_client};

/// How many WebSockets are open at once.
pub(crate) const SOCKETS: usize = 10_000;

/// The argument by which this program is started again: followed by the client's name and the server's port.
pub(crate) const ARGUMENT: &str = "--idle";

/// The clients that can be measured.
pub(crate) const CLIENTS: [&str; 5] = [
    RUST,
    ABI,
    TOKIO_TUNGSTENITE,
    FASTWEBSOCKETS,
    TOKIO_WEBSOCKETS,
];

/// Bytes of resident memory for each idle WebSocket.
pub(crate) fn measure(client: &str, port: u16) -> f64 {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args([ARGUMENT, client, &port.to_string()])
        .env(
            "OPENWINHTTP_WINHTTP_LIB",
            winhttp_testkit::library::library_path(),
        )
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program can be started");
    let mut input = child.stdin.take().expect("piped");
    let mut output = BufReader::new(child.stdout.take().expect("piped"));
    let mut ready = || {
        let told = output.read_line(&mut String::new());
        assert_ne!(told.expect("it is ready"), 0, "{client} failed");
    };
    ready();
    let before = settled_memory(&child);
    input.write_all(b"\n").expect("it waits");
    ready();
    let after = settled_memory(&child);
    drop(input);
    assert!(child.wait().expect("it ends").success(), "{client}");
    (after - before) / SOCKETS as f64
}

/// What the other process does: one WebSocket, and when it is told to, [`SOCKETS`] more.
pub(crate) fn run(client: &str, port: u16) {
    let mut latencies = Latencies::default();
    let mut first = asynchronous_client(client, port, 1, SMALL);
    first(1, &mut latencies);
    println!("ready");
    let mut input = std::io::stdin().lock();
    input.read_line(&mut String::new()).expect("told to go on");
    let mut all = asynchronous_client(client, port, SOCKETS, SMALL);
    all(SOCKETS as u64, &mut latencies);
    println!("ready");
    input.read_line(&mut String::new()).expect("told to end");
    std::process::exit(0);
}

/// Bytes of resident memory, when they do not change any more.
fn settled_memory(process: &Child) -> f64 {
    let (mut last, mut same) = (0.0, 0);
    while same < 5 {
        std::thread::sleep(Duration::from_millis(20));
        let now = memory(process);
        same = if now == last { same + 1 } else { 0 };
        last = now;
    }
    last
}

fn memory(process: &Child) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id()));
    let status = status.expect("the process lives");
    status
        .lines()
        .find_map(|line| {
            line.strip_prefix("VmRSS:")?
                .strip_suffix("kB")?
                .trim()
                .parse()
                .ok()
        })
        .map_or(f64::NAN, |kilobytes: f64| kilobytes * 1024.0)
}
