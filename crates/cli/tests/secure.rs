//! `wss`: `echo-server` with a certificate, `connect` to it, and `bench`.

#![allow(clippy::unwrap_used, reason = "a test fails where it panics")]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use common::{Server, command, run, texts};
use winhttp_testkit::tls::{Identity, authority};

const MODES: [&[&str]; 2] = [&[], &["--async"]];

/// An `echo-server` with TLS.
struct Secure {
    child: Child,
    url: String,
}

impl Secure {
    fn start(name: &str, identity: &Identity) -> Self {
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let pem = format!("{}{}", identity.certificate_pem, identity.key_pem);
        std::fs::write(&file, pem).unwrap();
        let mut child = command(&["echo-server", "--cert"])
            .arg(&file)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let address = line
            .trim_end()
            .strip_prefix("listening on wss://127.0.0.1:");
        let port = address.unwrap_or_else(|| panic!("unexpected line {line:?}"));
        let url = format!("wss://localhost:{port}/");
        Self { child, url }
    }
}

impl Drop for Secure {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn feed(mut command: Command, input: &[u8]) -> Output {
    let mut child = command
        .env("SSL_CERT_FILE", authority().file())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // The command may end before it has read all.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().unwrap()
    })
}

#[test]
fn lines_come_back_over_tls() {
    let server = Secure::start("good.pem", &Identity::good());
    let mut input = "世".repeat(1 << 19);
    input.push_str("\none\n\ntwo\n");
    for mode in MODES {
        let arguments = [&["connect", &server.url][..], mode].concat();
        let output = feed(command(&arguments), input.as_bytes());
        let (out, error, code) = texts(&output);
        assert_eq!(code, Some(0), "{error}");
        assert!(out == input, "the output differs");
        assert!(
            error.starts_with("connected to wss://localhost:"),
            "{error}"
        );
        let arguments = [&arguments[..], &["-v"]].concat();
        let (_, error, _) = texts(&feed(command(&arguments), b""));
        assert!(error.contains("  (TLS 1.3, TLS_"), "{error}");
    }
}

#[test]
fn a_refused_certificate_is_1_unless_it_does_not_matter() {
    let server = Secure::start("expired.pem", &Identity::expired());
    for mode in MODES {
        let arguments = [&["connect", &server.url][..], mode].concat();
        let (out, error, code) = texts(&feed(command(&arguments), b"x\n"));
        assert_eq!((out.as_str(), code), ("", Some(1)), "{error}");
        let expected = "ERROR_WINHTTP_SECURE_FAILURE (12175) in WinHttpSendRequest: \
             the server's certificate was refused: it has expired or is not valid yet\n";
        assert!(error.ends_with(expected), "{error}");
        let arguments = [&arguments[..], &["-k"]].concat();
        let (out, error, code) = texts(&feed(command(&arguments), b"x\n"));
        assert_eq!((out.as_str(), code), ("x\n", Some(0)), "{error}");
    }
}

#[test]
fn a_certificate_that_cannot_be_read_is_1() {
    let arguments = ["echo-server", "--cert", "/nonexistent.pem"];
    let (out, error, code) = texts(&run(&arguments, b""));
    assert_eq!((out.as_str(), code), ("", Some(1)));
    assert!(
        error.starts_with("openwinhttp: /nonexistent.pem: "),
        "{error}"
    );
}

#[test]
fn bench_measures() {
    let plain = Server::start(&[]);
    let secure = Secure::start("bench.pem", &Identity::good());
    for url in [&plain.url(), &secure.url] {
        for mode in MODES {
            for size in ["0", "64", "200000"] {
                let arguments = [
                    &["bench", url, "-c", "3", "-s", size, "-t", "0.2"][..],
                    mode,
                ]
                .concat();
                let (out, error, code) = texts(&feed(command(&arguments), b""));
                assert_eq!(
                    (error.as_str(), code),
                    ("", Some(0)),
                    "{arguments:?}: {out}"
                );
                let lines: Vec<&str> = out.lines().collect();
                assert_eq!(lines.len(), 4, "{out}");
                assert!(lines[0].starts_with(&format!("{url}: 3 connections, ")));
                assert!(!lines[1].starts_with("messages    0 in"), "{out}");
                assert!(lines[3].starts_with("round trip  p50 "), "{out}");
            }
        }
    }
}

#[test]
fn bench_says_what_is_wrong() {
    let server = Server::start(&[]);
    let closing = format!("{}close/1000", server.url());
    for mode in MODES {
        let arguments = [&["bench", &closing][..], mode].concat();
        let (out, error, code) = texts(&run(&arguments, b""));
        assert_eq!((out.as_str(), code), ("", Some(1)), "{error}");
        assert_eq!(error, "openwinhttp: connection 1: closed by the server\n");
    }
}
