//! The parts of the benchmark. Each prints its tables, and with `--write` replaces its part of `docs/benchmarks-http.md`.

mod allocations;
mod chain;
mod clients;
mod nginx;
mod turns;
mod waiting;

use benchmarks::{Report, machine};

use clients::{ABI, CURL, HYPER, LIMIT, REQWEST, RUST, UREQ};
use nginx::{BIG, Nginx};
use turns::{Client, Measured, take_turns};

const DOCUMENT: &str = "benchmarks-http";

/// Rounds of the comparisons of short exchanges; odd, so that there is a middle one.
const ROUNDS: usize = 41;
/// Rounds of the downloads.
const DOWNLOADS: usize = 11;
/// Exchanges of a turn.
const GETS: u64 = 1000;
/// Connections in use at once, to measure what they cost when they are idle.
const CONNECTIONS: usize = 32;

type Part = (&'static str, fn(&Nginx));
type Once = Box<dyn FnMut()>;

/// Runs the parts that the arguments name, or all.
pub(crate) fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [waiting::ARGUMENT, client, port] =
        *arguments.iter().map(String::as_str).collect::<Vec<_>>()
    {
        waiting::run(client, port.parse().expect("a port"));
        return;
    }
    let nginx = Nginx::start();
    if let Some(at) = arguments.iter().position(|argument| argument == "--only") {
        let [_, client, count, ..] = &arguments[at..] else {
            panic!("--only <client> <count>");
        };
        only(client, count.parse().expect("a number"), &nginx);
        return;
    }
    let parts: [Part; 4] = [
        ("sync", synchronous),
        ("async", asynchronous),
        ("download", downloads),
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
            run(&nginx);
        }
    }
}

/// For profilers: one client alone, `--only <name> <count>`; the name may follow `async`, `async-64`, `async-1000` or
/// `download`.
fn only(client: &str, count: u64, nginx: &Nginx) {
    let port = nginx.http;
    let (chains, name) = match client.split_once(' ').unwrap_or_default() {
        ("async", name) => (1, name),
        ("async-64", name) => (64, name),
        ("async-1000", name) => (1000, name),
        ("download", name) => (0, name),
        _ => (0, ""),
    };
    let mut clients = match (chains, name) {
        (0, "") => synchronous_clients(port),
        (0, _) => download_clients(nginx, false),
        _ => asynchronous_clients(port, chains),
    };
    let name = if name.is_empty() { client } else { name };
    let found = clients.iter_mut().find(|found| found.name == name);
    found.expect("a client of this name").run(count);
}

fn synchronous_clients(port: u16) -> Vec<Client<'static>> {
    vec![
        Client::one_by_one(LIMIT, clients::limit::get(port)),
        Client::one_by_one(RUST, clients::ours::get(port)),
        Client::one_by_one(ABI, clients::abi::get(port)),
        Client::one_by_one(CURL, clients::curl::get(port)),
        Client::one_by_one(UREQ, clients::ureq::get(port)),
        Client::one_by_one(REQWEST, clients::reqwest::get(port)),
        Client::one_by_one(HYPER, clients::hyper::get(port)),
    ]
}

fn asynchronous_clients(port: u16, chains: usize) -> Vec<Client<'static>> {
    vec![
        Client::new(RUST, clients::ours::chains(port, chains)),
        Client::new(ABI, clients::abi::chains(port, chains)),
        Client::new(REQWEST, clients::reqwest::chains(port, chains)),
        Client::new(HYPER, clients::hyper::chains(port, chains)),
    ]
}

fn download_clients(nginx: &Nginx, secure: bool) -> Vec<Client<'static>> {
    let port = if secure { nginx.https } else { nginx.http };
    let limit: Once = if secure {
        Box::new(clients::limit::download_tls(port))
    } else {
        Box::new(clients::limit::download(port))
    };
    vec![
        Client::one_by_one(LIMIT, limit),
        Client::one_by_one(RUST, clients::ours::download(port, secure)),
        Client::one_by_one(ABI, clients::abi::download(port, secure)),
        Client::one_by_one(CURL, clients::curl::download(port, secure)),
        Client::one_by_one(UREQ, clients::ureq::download(port, secure)),
        Client::one_by_one(REQWEST, clients::reqwest::download(port, secure)),
    ]
}

/// GETs one after the other.
fn synchronous(nginx: &Nginx) {
    let mut report = Report::of(DOCUMENT, "sync");
    report.say(&format!(
        "Measured on {}, nginx {}.",
        machine(),
        Nginx::version()
    ));
    let measured = take_turns(&mut synchronous_clients(nginx.http), ROUNDS, GETS);
    let head = [
        "client",
        "CPU time / limit",
        "round trip / limit, median",
        "median, µs",
        "99 %, µs",
        "target",
    ];
    let rows = measured.names().map(|name| {
        let cpu = measured.cpu_ratio(name, LIMIT);
        let median = |name| measured.percentile(name, 0.5);
        vec![
            name.to_owned(),
            format!("{cpu:.2}"),
            format!("{:.2}", median(name) / median(LIMIT)),
            microseconds(median(name)),
            microseconds(measured.percentile(name, 0.99)),
            if is_ours(name) {
                at_most(cpu, 1.25)
            } else {
                String::new()
            },
        ]
    });
    report.table(&head.map(str::to_owned), &rows.collect::<Vec<_>>());
    bars(&mut report, "CPU time of a GET", &measured);
    report.finish("Synchronous GETs: CPU time relative to ours (shorter is better)");
}

/// GETs in flight at once.
fn asynchronous(nginx: &Nginx) {
    let mut report = Report::of(DOCUMENT, "async");
    let head = [
        "client",
        "CPU time / reqwest's",
        "time / reqwest's",
        "median, µs",
        "99 %, µs",
        "target",
    ];
    for (chains, gets, what) in [
        (1, GETS, "One at a time"),
        (64, 4 * GETS, "64 in flight"),
        (1000, 10 * GETS, "1,000 in flight"),
    ] {
        let measured = take_turns(&mut asynchronous_clients(nginx.http, chains), ROUNDS, gets);
        let rows = measured.names().map(|name| {
            let cpu = measured.cpu_ratio(name, REQWEST);
            vec![
                name.to_owned(),
                format!("{cpu:.2}"),
                format!("{:.2}", measured.wall_ratio(name, REQWEST)),
                microseconds(measured.percentile(name, 0.5)),
                microseconds(measured.percentile(name, 0.99)),
                if is_ours(name) {
                    at_most(cpu, 1.0)
                } else {
                    String::new()
                },
            ]
        });
        report.say(&format!("{what}:"));
        report.table(&head.map(str::to_owned), &rows.collect::<Vec<_>>());
        bars(&mut report, what, &measured);
    }
    report.finish("Asynchronous GETs: CPU time relative to ours (shorter is better)");
}

/// The big file.
fn downloads(nginx: &Nginx) {
    let mut report = Report::of(DOCUMENT, "download");
    let head = [
        "client",
        "GB/s",
        "time / limit",
        "CPU seconds",
        "CPU time / limit",
        "target",
    ];
    for (secure, what) in [(false, "Plain"), (true, "TLS 1.3")] {
        let measured = take_turns(&mut download_clients(nginx, secure), DOWNLOADS, 1);
        let rows = measured.names().map(|name| {
            let cpu = measured.cpu_ratio(name, LIMIT);
            vec![
                name.to_owned(),
                format!("{:.2}", BIG as f64 / measured.wall(name)),
                format!("{:.2}", measured.wall_ratio(name, LIMIT)),
                format!("{:.3}", measured.cpu(name) / 1e9),
                format!("{cpu:.2}"),
                if is_ours(name) {
                    at_most(cpu, 1.1)
                } else {
                    String::new()
                },
            ]
        });
        report.say(&format!("{what}:"));
        report.table(&head.map(str::to_owned), &rows.collect::<Vec<_>>());
        bars(&mut report, what, &measured);
    }
    report.finish("Downloading 1 GiB: CPU time relative to ours (shorter is better)");
}

/// Allocations, and bytes of connections and requests.
fn memory(nginx: &Nginx) {
    let mut report = Report::of(DOCUMENT, "memory");
    let per_get = |client: &mut Client<'_>| {
        client.run(GETS);
        let made = allocations::during(|| drop(client.run(GETS)));
        vec![
            client.name.to_owned(),
            format!("{:.1}", made as f64 / GETS as f64),
        ]
    };
    report.say("Allocations of a GET, one after the other, synchronous:");
    let head = ["client", "allocations"].map(str::to_owned);
    let rows: Vec<_> = synchronous_clients(nginx.http)
        .iter_mut()
        .map(per_get)
        .collect();
    report.table(&head, &rows);
    report.say("Asynchronous:");
    let rows: Vec<_> = asynchronous_clients(nginx.http, 1)
        .iter_mut()
        .map(per_get)
        .collect();
    report.table(&head, &rows);

    report.say("Allocations of a read of 64 KiB within a download (target: none):");
    let reads: [(&str, Once); 4] = [
        (
            "ours, Rust API",
            Box::new(clients::ours::reads(nginx.http, false)),
        ),
        (
            "ours, C ABI",
            Box::new(clients::abi::reads(nginx.http, false)),
        ),
        (
            "ours, Rust API, TLS",
            Box::new(clients::ours::reads(nginx.https, true)),
        ),
        (
            "ours, C ABI, TLS",
            Box::new(clients::abi::reads(nginx.https, true)),
        ),
    ];
    let rows: Vec<_> = reads
        .into_iter()
        .map(|(name, mut read)| {
            read();
            let made = allocations::during(read) as f64 / clients::ours::READS as f64;
            let verdict = if made == 0.0 { "met" } else { "**missed**" };
            vec![name.to_owned(), format!("{made:.3}"), verdict.to_owned()]
        })
        .collect();
    report.table(&["", "allocations", "target"].map(str::to_owned), &rows);

    report.say("Bytes of the heap in use for each idle kept connection:");
    let (http, https) = (nginx.second_http, nginx.second_https);
    let rows = [
        vec![
            "ours".to_owned(),
            idle(clients::ours::occupy(http, false)),
            idle(clients::ours::occupy(https, true)),
        ],
        vec![
            UREQ.to_owned(),
            idle(clients::ureq::occupy(http, false)),
            idle(clients::ureq::occupy(https, true)),
        ],
        vec![
            REQWEST.to_owned(),
            idle(clients::reqwest::occupy(http, false)),
            idle(clients::reqwest::occupy(https, true)),
        ],
    ];
    report.table(&["client", "plain", "TLS 1.3"].map(str::to_owned), &rows);

    report.say(&format!(
        "Bytes of resident memory for each of {} asynchronous requests that wait for the head of the response, with its connection \
         and what the program itself keeps for each (of ours through the C ABI: a buffer of 4 KiB; measured in a process of its own):",
        waiting::WAITING
    ));
    let rows = waiting::CLIENTS
        .map(|name| vec![name.to_owned(), format!("{:.0}", waiting::measure(name))]);
    report.table(&["client", "bytes"].map(str::to_owned), &rows);
    report.finish("");
}

fn idle(mut occupy: impl FnMut(usize)) -> String {
    occupy(1);
    let before = allocations::used();
    occupy(CONNECTIONS);
    let more = allocations::used().saturating_sub(before);
    (more / (CONNECTIONS - 1)).to_string()
}

fn bars(report: &mut Report, title: &str, measured: &Measured) {
    let bars = measured
        .names()
        .map(|name| (name.to_owned(), measured.cpu_ratio(name, RUST)));
    report.bars(title.to_owned(), bars.collect());
}

fn is_ours(name: &str) -> bool {
    [RUST, ABI].contains(&name)
}

fn at_most(ratio: f64, target: f64) -> String {
    let verdict = if ratio <= target {
        "met"
    } else if ratio <= target * 1.03 {
        "level"
    } else {
        "**missed**"
    };
    format!("≤ {target}: {verdict}")
}

fn microseconds(nanoseconds: f64) -> String {
    format!("{:.1}", nanoseconds / 1e3)
}
