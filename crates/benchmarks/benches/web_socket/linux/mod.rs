//! The parts of the benchmark. Each prints its tables, and with `--write` replaces its part of `docs/benchmarks-web-socket.md`.

#[path = "../../http/linux/allocations.rs"]
#[allow(dead_code, reason = "of the HTTP benchmark, which uses all of it")]
mod allocations;
#[path = "../../http/linux/chain.rs"]
mod chain;
mod clients;
mod idle;
mod server;
#[path = "../../http/linux/turns.rs"]
mod turns;

use benchmarks::{Report, machine};
use fastwebsockets::FragmentCollector;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use winhttp_testkit::tls;

use clients::{
    ABI, FASTWEBSOCKETS, LIMIT, RUST, TOKIO_TUNGSTENITE, TOKIO_WEBSOCKETS, TUNGSTENITE, Way,
};
use server::{PIECE, Server};
use turns::{Client, Measured, Run, take_turns};

const DOCUMENT: &str = "benchmarks-web-socket";

/// Rounds of the comparisons; odd, so that there is a middle one.
const ROUNDS: usize = 41;
/// Rounds where a turn takes long.
const FEW_ROUNDS: usize = 15;
/// Connections in use at once.
const MANY: usize = 1000;
/// Messages of a turn, one way.
const MESSAGES: u64 = 2000;

/// Bytes of the smallest message.
const SMALL: usize = 64;

/// Bytes of a message, and round trips of a turn.
const SIZES: [(&str, usize, u64); 4] = [
    ("64 B", SMALL, 2000),
    ("1 KiB", 1 << 10, 2000),
    ("16 KiB", 16 << 10, 500),
    ("1 MiB", 1 << 20, 20),
];

type Part = (&'static str, fn(&Server));

/// Runs the parts that the arguments name, or all.
pub(crate) fn main() {
    more_files();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match *arguments.iter().map(String::as_str).collect::<Vec<_>>() {
        [server::ARGUMENT] => return server::run(),
        [idle::ARGUMENT, client, port] => {
            return idle::run(client, port.parse().expect("a port"));
        }
        _ => {}
    }
    // Before anything looks for whom to trust.
    tls::authority();
    let server = Server::start();
    if let ["--only", kind, client, count] =
        *arguments.iter().map(String::as_str).collect::<Vec<_>>()
    {
        only(kind, client, count.parse().expect("a number"), &server);
        return;
    }
    let parts: [Part; 4] = [
        ("sync", synchronous),
        ("async", asynchronous),
        ("one-way", one_way),
        ("memory", memory),
    ];
    let chosen = |name: &str| {
        let mut names = arguments
            .iter()
            .filter(|argument| !argument.starts_with('-'));
        names.clone().next().is_none() || names.any(|chosen| chosen == name)
    };
    for (name, run) in parts {
        if chosen(name) {
            run(&server);
        }
    }
}

/// For profilers: one client alone. The kind is `sync-<bytes>`, `async-<bytes>`, `many-<bytes>`, `send`, `receive`, `send-tls` or
/// `receive-tls`.
fn only(kind: &str, client: &str, count: u64, server: &Server) {
    let (kind, detail) = kind.split_once('-').unwrap_or((kind, ""));
    let bytes = || detail.parse().expect("a number");
    let secure = detail == "tls";
    let mut clients = match kind {
        "sync" => synchronous_clients(server.port, bytes()),
        "async" => vec![asynchronous_client_of(client, server.port, 1, bytes())],
        "many" => vec![asynchronous_client_of(client, server.port, MANY, bytes())],
        "send" => one_way_clients(server, secure, Way::Sending),
        "receive" => one_way_clients(server, secure, Way::Receiving),
        other => panic!("no kind {other}"),
    };
    let found = clients.iter_mut().find(|found| found.name == client);
    let found = found.expect("a client of this name");
    found.run(count.div_ceil(10));
    let mut measured = Vec::new();
    let allocations = allocations::during(|| {
        let rounds = take_turns(std::slice::from_mut(found), 1, count);
        measured.push(rounds);
    });
    println!(
        "{:.0} ns, {:.0} ns of CPU time, {:.2} allocations",
        measured[0].wall(client),
        measured[0].cpu(client),
        allocations as f64 / (count + count.div_ceil(4)) as f64
    );
}

fn synchronous_clients(port: u16, bytes: usize) -> Vec<Client<'static>> {
    let payload = payload(bytes);
    vec![
        Client::one_by_one(LIMIT, clients::limit::echo(port, payload)),
        Client::one_by_one(RUST, clients::ours::echo(port, payload)),
        Client::one_by_one(ABI, clients::abi::echo(port, payload)),
        Client::one_by_one(TUNGSTENITE, clients::tungstenite::echo(port, payload)),
    ]
}

fn asynchronous_clients(port: u16, chains: usize, bytes: usize) -> Vec<Client<'static>> {
    [
        RUST,
        ABI,
        TOKIO_TUNGSTENITE,
        FASTWEBSOCKETS,
        TOKIO_WEBSOCKETS,
    ]
    .map(|name| asynchronous_client_of(name, port, chains, bytes))
    .into()
}

fn asynchronous_client_of(name: &str, port: u16, chains: usize, bytes: usize) -> Client<'static> {
    let names = [
        RUST,
        ABI,
        TOKIO_TUNGSTENITE,
        FASTWEBSOCKETS,
        TOKIO_WEBSOCKETS,
    ];
    let name = names.into_iter().find(|known| *known == name);
    let name = name.expect("a client of this name");
    Client::new(name, asynchronous_client(name, port, chains, bytes))
}

/// A client with so many connections.
fn asynchronous_client(name: &str, port: u16, chains: usize, bytes: usize) -> Run<'static> {
    use clients::tokio_peers::chains as of_peer;
    type Tungstenite = WebSocketStream<TcpStream>;
    type Fast = FragmentCollector<TcpStream>;
    type Tokio = tokio_websockets::WebSocketStream<TcpStream>;

    let payload = payload(bytes);
    match name {
        RUST => Box::new(clients::ours::chains(port, chains, payload)),
        ABI => Box::new(clients::abi::chains(port, chains, payload)),
        TOKIO_TUNGSTENITE => Box::new(of_peer::<Tungstenite>(port, chains, payload)),
        FASTWEBSOCKETS => Box::new(of_peer::<Fast>(port, chains, payload)),
        TOKIO_WEBSOCKETS => Box::new(of_peer::<Tokio>(port, chains, payload)),
        other => panic!("no client {other}"),
    }
}

fn one_way_clients(server: &Server, secure: bool, way: Way) -> Vec<Client<'static>> {
    let port = if secure { server.tls_port } else { server.port };
    vec![
        Client::new(LIMIT, clients::limit::one_way(port, secure, way)),
        Client::new(RUST, clients::ours::one_way(port, secure, way)),
        Client::new(ABI, clients::abi::one_way(port, secure, way)),
        Client::new(
            TUNGSTENITE,
            clients::tungstenite::one_way(port, secure, way),
        ),
    ]
}

/// Round trips one after the other, on a blocking socket.
fn synchronous(server: &Server) {
    let mut report = Report::of(DOCUMENT, "sync");
    report.say(&format!("Measured on {}.", machine()));
    let head = [
        "client",
        "time / limit",
        "CPU time / limit",
        "median, µs",
        "99 %, µs",
        "allocations",
        "target",
    ];
    for (size, bytes, count) in SIZES {
        let mut clients = synchronous_clients(server.port, bytes);
        let measured = take_turns(&mut clients, ROUNDS, count);
        let allocations = allocations_of(&mut clients, count);
        let tungstenite = measured.wall_ratio(TUNGSTENITE, LIMIT);
        let rows = measured
            .names()
            .zip(allocations)
            .map(|(name, allocations)| {
                let wall = measured.wall_ratio(name, LIMIT);
                vec![
                    name.to_owned(),
                    format!("{wall:.2}"),
                    format!("{:.2}", measured.cpu_ratio(name, LIMIT)),
                    microseconds(measured.percentile(name, 0.5)),
                    microseconds(measured.percentile(name, 0.99)),
                    allocations,
                    if is_ours(name) {
                        format!(
                            "{}; tungstenite: {}",
                            at_most(wall, 1.1),
                            verdict(wall / tungstenite)
                        )
                    } else {
                        String::new()
                    },
                ]
            });
        report.say(&format!("{size}:"));
        report.table(&head.map(str::to_owned), &rows.collect::<Vec<_>>());
        bars(&mut report, size, &measured);
    }
    report.finish("Synchronous round trips: CPU time relative to ours (shorter is better)");
}

/// Round trips in flight at once, without threads that wait.
fn asynchronous(server: &Server) {
    let mut report = Report::of(DOCUMENT, "async");
    let head = [
        "client",
        "messages a CPU second",
        "CPU time / ours",
        "time / ours",
        "median, µs",
        "99 %, µs",
        "allocations",
        "target",
    ];
    for (chains, what) in [(1, "One connection"), (MANY, "1,000 connections")] {
        for (size, bytes, count) in SIZES {
            let is_big = bytes > 16 << 10;
            if chains > 1 && is_big {
                continue;
            }
            let count = if chains > 1 { 10_000 } else { count };
            let rounds = if chains > 1 { FEW_ROUNDS } else { ROUNDS };
            let mut clients = asynchronous_clients(server.port, chains, bytes);
            let measured = take_turns(&mut clients, rounds, count);
            let allocations = allocations_of(&mut clients, count);
            let best = measured
                .names()
                .filter(|name| !is_ours(name))
                .map(|name| measured.cpu_ratio(name, RUST))
                .fold(f64::INFINITY, f64::min);
            let rows = measured
                .names()
                .zip(allocations)
                .map(|(name, allocations)| {
                    let cpu = measured.cpu_ratio(name, RUST);
                    vec![
                        name.to_owned(),
                        format!("{:.0}", 1e9 / measured.cpu(name)),
                        format!("{cpu:.2}"),
                        format!("{:.2}", measured.wall_ratio(name, RUST)),
                        microseconds(measured.percentile(name, 0.5)),
                        microseconds(measured.percentile(name, 0.99)),
                        allocations,
                        if is_ours(name) && chains > 1 {
                            format!("ahead of every peer: {}", verdict(cpu / best))
                        } else {
                            String::new()
                        },
                    ]
                });
            report.say(&format!("{what}, {size}:"));
            report.table(&head.map(str::to_owned), &rows.collect::<Vec<_>>());
            bars(&mut report, &format!("{what}, {size}"), &measured);
        }
    }
    report.finish("Asynchronous round trips: CPU time relative to ours (shorter is better)");
}

/// Messages of 64 KiB in one direction.
fn one_way(server: &Server) {
    let mut report = Report::of(DOCUMENT, "one-way");
    let head = [
        "client",
        "GB/s",
        "time / limit",
        "CPU time / limit",
        "GB a CPU second",
        "allocations",
    ];
    for (secure, line) in [(false, "plain"), (true, "TLS 1.3")] {
        for (way, what) in [(Way::Sending, "Sending"), (Way::Receiving, "Receiving")] {
            let mut clients = one_way_clients(server, secure, way);
            let measured = take_turns(&mut clients, FEW_ROUNDS, MESSAGES);
            let allocations = allocations_of(&mut clients, MESSAGES);
            let rows = measured
                .names()
                .zip(allocations)
                .map(|(name, allocations)| {
                    vec![
                        name.to_owned(),
                        format!("{:.2}", PIECE as f64 / measured.wall(name)),
                        format!("{:.2}", measured.wall_ratio(name, LIMIT)),
                        format!("{:.2}", measured.cpu_ratio(name, LIMIT)),
                        format!("{:.2}", PIECE as f64 / measured.cpu(name)),
                        allocations,
                    ]
                });
            report.say(&format!("{what}, {line}:"));
            report.table(&head.map(str::to_owned), &rows.collect::<Vec<_>>());
            bars(&mut report, &format!("{what}, {line}"), &measured);
        }
    }
    report.finish("Messages of 64 KiB: CPU time relative to ours (shorter is better)");
}

/// Bytes of WebSockets that wait.
fn memory(server: &Server) {
    let mut report = Report::of(DOCUMENT, "memory");
    report.say(&format!(
        "Bytes of resident memory for each of {} WebSockets that have echoed {SMALL} bytes once, each client in a process of its own:",
        idle::SOCKETS
    ));
    let bytes = idle::CLIENTS.map(|name| (name, idle::measure(name, server.port)));
    let best = bytes
        .iter()
        .filter(|(name, _)| !is_ours(name))
        .map(|(_, bytes)| *bytes)
        .fold(f64::INFINITY, f64::min);
    let rows = bytes.map(|(name, bytes)| {
        vec![
            name.to_owned(),
            format!("{bytes:.0}"),
            if is_ours(name) {
                format!(
                    "< 3,200: {}; below every peer's: {}",
                    verdict(bytes / 3200.0),
                    verdict(bytes / best)
                )
            } else {
                String::new()
            },
        ]
    });
    report.table(&["client", "bytes", "target"].map(str::to_owned), &rows);
    report.finish("");
}

/// Allocations of a round trip or message of each client.
fn allocations_of(clients: &mut [Client<'_>], count: u64) -> Vec<String> {
    let of_client = |client: &mut Client<'_>| {
        let made = allocations::during(|| drop(client.run(count)));
        format!("{:.1}", made as f64 / count as f64)
    };
    clients.iter_mut().map(of_client).collect()
}

fn bars(report: &mut Report, title: &str, measured: &Measured) {
    let bars = measured
        .names()
        .map(|name| (name.to_owned(), measured.cpu_ratio(name, RUST)));
    report.bars(title.to_owned(), bars.collect());
}

/// `bytes` bytes, for as long as the process lives.
fn payload(bytes: usize) -> &'static [u8] {
    benchmarks::payload(benchmarks::Content::Binary, bytes).leak()
}

/// tokio's current-thread runtime.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .expect("a runtime")
}

/// As many files as the system lets a process have.
fn more_files() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let limit = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, limit).expect("up to the maximum");
}

fn is_ours(name: &str) -> bool {
    [RUST, ABI].contains(&name)
}

/// What the tables say of a ratio that should be at most 1: 3 % above are taken for noise.
fn verdict(ratio: f64) -> &'static str {
    if ratio <= 1.0 {
        "met"
    } else if ratio <= 1.03 {
        "level"
    } else {
        "**missed**"
    }
}

fn at_most(ratio: f64, target: f64) -> String {
    format!("≤ {target}: {}", verdict(ratio / target))
}

fn microseconds(nanoseconds: f64) -> String {
    format!("{:.1}", nanoseconds / 1e3)
}
