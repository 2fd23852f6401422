//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::*;
use openwinhttp::tls::CertErrors;
use websocket_component::global;
use ws_proto::handshake::ClientHandshake;

use crate::client::{self, Wish};
use crate::fetch::Fetch;
use crate::help;
use crate::url::Url;

/// What the user wants.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Only this text.
    Show(String),
    Demo,
    EchoServer(EchoServer),
    Connect(Connect),
    Bench(Bench),
    Fetch(Box<Fetch>),
}

/// Options of `echo-server`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EchoServer {
    pub(crate) listen: String,
    pub(crate) subprotocols: Vec<String>,
    pub(crate) max_connections: usize,
    pub(crate) request_time: Duration,
    pub(crate) idle_time: Duration,
    /// Certificate and key, in PEM files.
    pub(crate) certificate: Option<(PathBuf, PathBuf)>,
    pub(crate) verbose: bool,
}

/// Options of `connect`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Connect {
    pub(crate) wish: Wish,
    pub(crate) binary: bool,
    pub(crate) wait: Duration,
    pub(crate) verbose: bool,
}

/// Options of `bench`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bench {
    pub(crate) wish: Wish,
    pub(crate) connections: usize,
    /// Bytes of a message.
    pub(crate) size: usize,
    pub(crate) time: Duration,
}

/// Reads a whole command line.
///
/// # Errors
/// If it is not one that `--help` describes; the error says what is wrong with it.
pub(crate) fn parse(mut parser: lexopt::Parser) -> Result<Command, lexopt::Error> {
    match parser.next()? {
        None => Ok(Command::Demo),
        Some(Short('h') | Long("help")) => Ok(show(help::COMMAND)),
        Some(Short('V') | Long("version")) => Ok(show(help::VERSION)),
        Some(Value(name)) => match name.to_str() {
            Some("demo") => demo(&mut parser),
            Some("echo-server") => echo_server(&mut parser),
            Some("connect") => connect(&mut parser),
            Some("bench") => bench(&mut parser),
            Some("get") => fetch(&mut parser, "GET", help::GET),
            Some("post") => fetch(&mut parser, "POST", help::POST),
            Some("help") => help_for(&mut parser),
            _ => Err(unknown_command(&name)),
        },
        Some(other) => Err(other.unexpected()),
    }
}

fn show(text: &str) -> Command {
    Command::Show(text.to_owned())
}

fn unknown_command(name: &OsString) -> lexopt::Error {
    format!("there is no command {name:?}").into()
}

fn help_for(parser: &mut lexopt::Parser) -> Result<Command, lexopt::Error> {
    let Some(argument) = parser.next()? else {
        return Ok(show(help::COMMAND));
    };
    let Value(name) = argument else {
        return Err(argument.unexpected());
    };
    match name.to_str() {
        Some("demo") => Ok(show(help::DEMO)),
        Some("echo-server") => Ok(show(help::ECHO_SERVER)),
        Some("connect") => Ok(show(help::CONNECT)),
        Some("bench") => Ok(show(help::BENCH)),
        Some("get") => Ok(show(help::GET)),
        Some("post") => Ok(show(help::POST)),
        _ => Err(unknown_command(&name)),
    }
}

fn demo(parser: &mut lexopt::Parser) -> Result<Command, lexopt::Error> {
    match parser.next()? {
        None => Ok(Command::Demo),
        Some(Short('h') | Long("help")) => Ok(show(help::DEMO)),
        Some(other) => Err(other.unexpected()),
    }
}

fn echo_server(parser: &mut lexopt::Parser) -> Result<Command, lexopt::Error> {
    let mut options = EchoServer {
        listen: String::from("127.0.0.1:0"),
        subprotocols: Vec::new(),
        max_connections: 512,
        request_time: Duration::from_secs(10),
        idle_time: Duration::from_millis(global::DEFAULT_KEEPALIVE_INTERVAL.into()),
        certificate: None,
        verbose: false,
    };
    let (mut certificate, mut key) = (None, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(show(help::ECHO_SERVER)),
            Long("listen") => options.listen = parser.value()?.string()?,
            Long("subprotocol") => options.subprotocols.push(parser.value()?.string()?),
            Long("max-connections") => {
                options.max_connections = parser.value()?.parse_with(at_least_one)?;
            }
            Long("request-time") => options.request_time = positive_time(parser)?,
            Long("idle-time") => options.idle_time = positive_time(parser)?,
            Long("cert") => certificate = Some(PathBuf::from(parser.value()?)),
            Long("key") => key = Some(PathBuf::from(parser.value()?)),
            Short('v') | Long("verbose") => options.verbose = true,
            other => return Err(other.unexpected()),
        }
    }
    check_subprotocols(&options.subprotocols)?;
    options.certificate = match (certificate, key) {
        // Both may be in one file.
        (Some(certificate), key) => Some((certificate.clone(), key.unwrap_or(certificate))),
        (None, None) => None,
        (None, Some(_)) => return Err("--key needs --cert".into()),
    };
    Ok(Command::EchoServer(options))
}

fn connect(parser: &mut lexopt::Parser) -> Result<Command, lexopt::Error> {
    let mut wish = WishOptions::default();
    let (mut binary, mut verbose) = (false, false);
    let mut wait = Duration::ZERO;
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(show(help::CONNECT)),
            Long("binary") => binary = true,
            Long("wait") => wait = parser.value()?.parse_with(seconds)?,
            Short('v') | Long("verbose") => verbose = true,
            Short(letter) => wish.option(&letter.to_string(), parser)?,
            Long(name) => {
                let name = name.to_owned();
                wish.option(&name, parser)?;
            }
            Value(value) => wish.url(&value)?,
        }
    }
    Ok(Command::Connect(Connect {
        wish: wish.finish("connect")?,
        binary,
        wait,
        verbose,
    }))
}

fn bench(parser: &mut lexopt::Parser) -> Result<Command, lexopt::Error> {
    let mut wish = WishOptions::default();
    let (mut connections, mut size) = (1, 64);
    let mut time = Duration::from_secs(5);
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(show(help::BENCH)),
            Short('c') | Long("connections") => {
                connections = parser.value()?.parse_with(at_least_one)?;
            }
            Short('s') | Long("size") => size = parser.value()?.parse_with(message_size)?,
            Short('t') | Long("seconds") => time = positive_time(parser)?,
            Short(letter) => wish.option(&letter.to_string(), parser)?,
            Long(name) => {
                let name = name.to_owned();
                wish.option(&name, parser)?;
            }
            Value(value) => wish.url(&value)?,
        }
    }
    Ok(Command::Bench(Bench {
        wish: wish.finish("bench")?,
        connections,
        size,
        time,
    }))
}

/// The options of all that connect to a WebSocket server.
#[derive(Default)]
struct WishOptions {
    url: Option<Url>,
    subprotocols: Vec<String>,
    headers: Vec<(String, String)>,
    insecure: bool,
    asynchronous: bool,
}

impl WishOptions {
    fn option(&mut self, name: &str, parser: &mut lexopt::Parser) -> Result<(), lexopt::Error> {
        match name {
            "subprotocol" => self.subprotocols.push(parser.value()?.string()?),
            "H" | "header" => {
                let header = parser.value()?.parse_with(client::header)?;
                self.headers.push(header);
            }
            "k" | "insecure" => self.insecure = true,
            "async" => self.asynchronous = true,
            other if other.chars().count() == 1 => {
                return Err(format!("invalid option '-{other}'").into());
            }
            other => return Err(format!("invalid option '--{other}'").into()),
        }
        Ok(())
    }

    fn url(&mut self, text: &OsString) -> Result<(), lexopt::Error> {
        if self.url.is_some() {
            return Err(Value(text.clone()).unexpected());
        }
        self.url = Some(text.parse_with(Url::parse)?);
        Ok(())
    }

    fn finish(self, command: &str) -> Result<Wish, lexopt::Error> {
        check_subprotocols(&self.subprotocols)?;
        Ok(Wish {
            url: self.url.ok_or_else(|| format!("{command} needs a URL"))?,
            subprotocols: self.subprotocols,
            headers: self.headers,
            ignored: if self.insecure {
                CertErrors::IGNORABLE
            } else {
                CertErrors::NONE
            },
            asynchronous: self.asynchronous,
        })
    }
}

fn fetch(parser: &mut lexopt::Parser, method: &str, help: &str) -> Result<Command, lexopt::Error> {
    Ok(match Fetch::parse(parser, method)? {
        Some(fetch) => Command::Fetch(Box::new(fetch)),
        None => show(help),
    })
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(String::from("it must be a number above 0")),
    }
}

/// Bytes; an echo of more says nothing more.
fn message_size(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(size) if size <= 64 << 20 => Ok(size),
        _ => Err(String::from(
            "it must be a number of bytes, at most 67108864",
        )),
    }
}

fn positive_time(parser: &mut lexopt::Parser) -> Result<Duration, lexopt::Error> {
    // A socket's timeout of 0 would mean none.
    parser.value()?.parse_with(|text| match seconds(text)? {
        Duration::ZERO => Err(String::from("it must be above 0")),
        time => Ok(time),
    })
}

/// Seconds, with or without a fraction; a year at most.
fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) if (0.0..=31_536_000.0).contains(&seconds) => {
            Ok(Duration::from_secs_f64(seconds))
        }
        _ => Err(String::from("it must be a number of seconds")),
    }
}

/// Fails early for what the handshake would refuse later.
fn check_subprotocols(names: &[String]) -> Result<(), lexopt::Error> {
    let names: Vec<&[u8]> = names.iter().map(|name| name.as_bytes()).collect();
    match ClientHandshake::new([0; 16], &names, &[]) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("--subprotocol: {error}").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_line(line: &[&str]) -> Result<Command, String> {
        let line = std::iter::once("openwinhttp").chain(line.iter().copied());
        parse(lexopt::Parser::from_iter(line)).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_means_demo() {
        assert_eq!(parse_line(&[]), Ok(Command::Demo));
        assert_eq!(parse_line(&["demo"]), Ok(Command::Demo));
    }

    #[test]
    fn every_command_has_its_help() {
        for (line, start) in [
            (&["--help"][..], "openwinhttp - "),
            (&["help"], "openwinhttp - "),
            (&["demo", "-h"], "Show both libraries"),
            (&["bench", "-h"], "Send messages to an echo server"),
            (&["help", "echo-server"], "Send every message"),
            (&["echo-server", "--listen", "x", "--help"], "Send every"),
            (&["connect", "--help"], "Send lines"),
            (&["get", "-h"], "Make an HTTP request"),
            (&["help", "post"], "Make an HTTP request"),
            (&["--version"], "openwinhttp 0."),
        ] {
            match parse_line(line) {
                Ok(Command::Show(text)) => assert!(text.starts_with(start), "{line:?}: {text}"),
                other => panic!("{line:?} gave {other:?}"),
            }
        }
    }

    #[test]
    fn no_help_line_is_too_wide() {
        for text in [
            help::COMMAND,
            help::DEMO,
            help::ECHO_SERVER,
            help::CONNECT,
            help::BENCH,
            help::GET,
            help::POST,
        ] {
            assert!(text.lines().all(|line| line.len() <= 112), "{text}");
        }
    }

    #[test]
    fn options_of_the_server() {
        let line = [
            "echo-server",
            "--listen=[::1]:80",
            "--subprotocol",
            "a",
            "--subprotocol",
            "b",
            "--max-connections=3",
            "--idle-time=0.5",
            "-v",
        ];
        assert_eq!(
            parse_line(&line),
            Ok(Command::EchoServer(EchoServer {
                listen: "[::1]:80".into(),
                subprotocols: vec!["a".into(), "b".into()],
                max_connections: 3,
                request_time: Duration::from_secs(10),
                idle_time: Duration::from_millis(500),
                certificate: None,
                verbose: true,
            }))
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (line, message) in [
            (&["chat"][..], "there is no command \"chat\""),
            (&["help", "chat"], "there is no command \"chat\""),
            (&["--fast"], "--fast"),
            (&["demo", "x"], "\"x\""),
            (&["connect"], "connect needs a URL"),
            (&["connect", "ws://a", "ws://b"], "\"ws://b\""),
            (&["connect", "https://a"], "not a WebSocket URL"),
            (&["connect", "-x", "ws://a"], "-x"),
            (&["bench"], "bench needs a URL"),
            (&["bench", "--size", "67108865", "ws://a"], "at most"),
            (&["bench", "--connections", "0", "ws://a"], "above 0"),
            (&["bench", "--ping", "ws://a"], "--ping"),
            (&["echo-server", "--key", "k"], "--key needs --cert"),
            (&["connect", "--header", "x", "ws://a"], "NAME: VALUE"),
            (&["connect", "--header"], "--header"),
            (
                &["connect", "ws://a", "--subprotocol", "a b"],
                "not a token",
            ),
            (&["echo-server", "--subprotocol", ""], "not a token"),
            (&["echo-server", "--max-connections", "0"], "above 0"),
            (&["echo-server", "--max-connections", "x"], "above 0"),
            (&["echo-server", "--idle-time", "0"], "above 0"),
            (&["echo-server", "--request-time", "-1"], "seconds"),
            (&["connect", "--wait", "nan", "ws://a"], "seconds"),
            (&["connect", "--wait", "1e9", "ws://a"], "seconds"),
            (&["echo-server", "--binary"], "--binary"),
            (&["get"], "a URL is needed"),
            (&["get", "example.test/"], "begins with http:// or https://"),
            (&["get", "ftp://h/"], "begins with http:// or https://"),
            (&["get", "http://h:x/"], "the URL is invalid"),
            (&["get", "http://u:p@h/"], "user names"),
            (&["get", "http://a/", "http://b/"], "\"http://b/\""),
            (&["get", "-H", "x", "http://a/"], "NAME: VALUE"),
            (&["get", "-H", "a b: c", "http://a/"], "HTTP allows"),
            (&["get", "-H", "a: b\nc: d", "http://a/"], "HTTP allows"),
            (&["get", "--method", "A B", "http://a/"], "not a method"),
            (
                &["get", "--head", "--method", "GET", "http://a/"],
                "exclude each other",
            ),
            (&["get", "--key", "k", "http://a/"], "--key needs --cert"),
            (&["get", "--timeout", "0", "http://a/"], "seconds"),
            (&["post", "-d", "a", "-d", "b", "http://a/"], "only one"),
            (
                &["post", "-d", "a", "--data-file", "b", "http://a/"],
                "only one",
            ),
            (&["post", "--ping", "http://a/"], "--ping"),
        ] {
            let error = parse_line(line).expect_err("a wrong command line");
            assert!(error.contains(message), "{line:?}: {error}");
        }
    }
}
