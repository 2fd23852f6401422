//! Memory of requests that wait for their response's head, each client in a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::clients::{self, ABI, HYPER, REQWEST, RUST};
use super::nginx::SMALL;
use super::turns::{Latencies, Run};

/// How many requests wait at once.
pub(crate) const WAITING: usize = 1000;

/// The argument by which this program is started again: followed by the client's name and the server's port.
pub(crate) const ARGUMENT: &str = "--waiting";

/// The clients that can be measured.
pub(crate) const CLIENTS: [&str; 4] = [RUST, ABI, REQWEST, HYPER];

/// Bytes of resident memory for each waiting request.
pub(crate) fn measure(client: &str) -> f64 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("a bound socket").port();
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
    answer(accept(&listener));
    output.read_line(&mut String::new()).expect("it is ready");
    let before = settled_memory(&child);
    input.write_all(b"\n").expect("it waits");
    let waiting: Vec<TcpStream> = (0..WAITING).map(|_| accept(&listener)).collect();
    let after = settled_memory(&child);
    waiting.into_iter().for_each(answer);
    assert!(child.wait().expect("it ends").success(), "{client}");
    (after - before) / WAITING as f64
}

/// What the other process does: one request, and when it is told to, [`WAITING`] at once.
pub(crate) fn run(client: &str, port: u16) {
    let mut run: Run<'_> = match client {
        RUST => Box::new(clients::ours::chains(port, WAITING)),
        ABI => Box::new(clients::abi::chains(port, WAITING)),
        REQWEST => Box::new(clients::reqwest::chains(port, WAITING)),
        HYPER => Box::new(clients::hyper::chains(port, WAITING)),
        other => panic!("no client {other}"),
    };
    let mut latencies = Latencies::default();
    run(1, &mut latencies);
    println!("ready");
    let told = std::io::stdin().lock().read_line(&mut String::new());
    told.expect("told to go on");
    run(WAITING as u64, &mut latencies);
}

/// A connection whose request has come.
fn accept(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().expect("a connection");
    let (mut head, mut piece) = (Vec::new(), [0; 1024]);
    while !head.ends_with(b"\r\n\r\n") {
        let count = stream.read(&mut piece).expect("a request");
        assert_ne!(count, 0, "the client went away");
        head.extend_from_slice(&piece[..count]);
    }
    stream
}

fn answer(mut stream: TcpStream) {
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {SMALL}\r\n\r\n");
    let response = [head.as_bytes(), &[b'x'; SMALL]].concat();
    stream.write_all(&response).expect("the client waits");
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
