//! The `openwinhttp` command: HTTP requests and WebSocket connections with the WinHTTP client, and an echo server made of
//! the WebSocket component.
//!
//! | module | what it owns |
//! |---|---|
//! | `args`, `help` | the command line and its texts |
//! | `fetch` | `get` and `post` |
//! | `client`, `url` | WebSocket connections of the WinHTTP client |
//! | `connect`, `printer` | `connect` |
//! | `bench` | `bench` |
//! | `stream`, `http`, `opening` | a server's connection, with or without TLS, and its opening handshake |
//! | `link` | the driver: one component on one connection |
//! | `echo`, `serve` | what an echo server does on one connection; `echo-server` |
//! | `demo`, `journal`, `frame_view` | `demo` and its transcript |
#![forbid(unsafe_code)]

mod args;
mod bench;
mod client;
mod connect;
mod demo;
mod echo;
mod fetch;
mod frame_view;
mod help;
mod http;
mod journal;
mod link;
mod opening;
mod printer;
mod serve;
mod stream;
mod text;
mod url;

use std::io::Write;
use std::process::ExitCode;

use args::Command;

/// Something went wrong that is not the command line.
const FAILURE: u8 = 1;
/// The command line is wrong.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let command = match args::parse(lexopt::Parser::from_env()) {
        Ok(command) => command,
        Err(error) => {
            complain(&format!("{error}\nTry 'openwinhttp --help'."));
            return ExitCode::from(USAGE);
        }
    };
    match command {
        Command::Show(text) => finish(write_out(&text)),
        Command::Demo => finish(demo::run(&mut std::io::stdout().lock())),
        Command::EchoServer(options) => finish(serve::run(&options)),
        Command::Fetch(options) => match fetch::run(&options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                // Whoever closes a pipe early knows.
                if !matches!(failure, fetch::Failure::BrokenPipe) {
                    complain(&failure.to_string());
                }
                ExitCode::from(failure.exit_code())
            }
        },
        Command::Bench(options) => finish(bench::run(&options)),
        Command::Connect(options) => match connect::run(&options) {
            Ok(ending) => ExitCode::from(ending.exit_code()),
            Err(error) => {
                complain(&error.to_string());
                ExitCode::from(error.exit_code())
            }
        },
    }
}

fn finish<E: std::fmt::Display>(result: Result<(), E>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::from(FAILURE)
        }
    }
}

fn write_out(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Says on standard error what is wrong. There is nobody left to tell if that fails.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "openwinhttp: {text}");
}
