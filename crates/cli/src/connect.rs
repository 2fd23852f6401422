//! `connect`: lines from standard input become messages, messages that arrive become lines.
//!
//! One thread reads the input and runs the send lane, one runs the receive lane and prints; the main thread waits for whichever
//! ends first, and closes.

use std::fmt;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use websocket_component::{CloseStatus, Message};
use ws_proto::{MessageKind, Utf8Validator, close};

use crate::args::Connect;
use crate::echo::close_text;
use crate::journal::FrameLog;
use crate::link::{Limits, Link, LinkError, Patience, Received};
use crate::opening::{Areas, ClientError, Opened, Wish, open_client};
use crate::printer::Printer;

/// For TCP, for each address of the host.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// For the server's answer to the request.
const OPENING_TIME: Duration = Duration::from_secs(10);
/// For the server's Close after ours.
const CLOSE_TIME: Duration = Duration::from_secs(10);
/// For what the server said last, after writing has failed; and for it to end the connection after Close.
const LINGER: Duration = Duration::from_secs(2);

const LIMITS: Limits = Limits {
    patience: Patience::Endless,
    write: Duration::from_secs(30),
};

/// A line is sent in pieces of at most the input buffer, a piece in frames of at most the send area.
const INPUT_BUFFER: usize = 64 * 1024;
const AREAS: Areas = Areas {
    receive: 64 * 1024,
    send: 64 * 1024,
};

/// Why there was no connection, or it was given up.
#[derive(Debug)]
pub(crate) enum ConnectError {
    Unreachable(String, io::Error),
    Opening(ClientError),
    Setup(io::Error),
    Input(InputError),
    Output(io::Error),
    /// The connection was lost.
    Link(LinkError),
    /// The server did not answer our Close.
    NoClose,
}

impl ConnectError {
    /// What `--help` promises.
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Link(LinkError::Protocol(_)) => 4,
            Self::Link(_) | Self::NoClose => 3,
            _ => crate::FAILURE,
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(host, error) => write!(f, "cannot connect to {host}: {error}"),
            Self::Opening(error) => write!(f, "no WebSocket connection: {error}"),
            Self::Setup(error) => write!(f, "cannot set up the connection: {error}"),
            Self::Input(error) => error.fmt(f),
            Self::Output(error) => write!(f, "cannot print: {error}"),
            Self::Link(error) => error.fmt(f),
            Self::NoClose => f.write_str("the server did not answer our Close in time"),
        }
    }
}

/// What is wrong with the input.
#[derive(Debug)]
pub(crate) enum InputError {
    Io(io::Error),
    /// This line, counted from 1.
    NotText(u64),
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot read standard input: {error}"),
            Self::NotText(line) => {
                write!(
                    f,
                    "line {line} of the input is not UTF-8; send it with --binary"
                )
            }
        }
    }
}

/// A Close from the server.
#[derive(Debug)]
pub(crate) struct Ending {
    code: Option<u16>,
    reason: String,
}

impl Ending {
    /// What `--help` promises.
    pub(crate) const fn exit_code(&self) -> u8 {
        match self.code {
            None | Some(1000 | 1001) => 0,
            Some(_) => 5,
        }
    }
}

/// What the main thread waits for.
enum Event {
    /// The input has ended, or sending has.
    Sent(Result<(), SendError>),
    /// Receiving has ended.
    Received(Result<Ending, ConnectError>),
}

enum SendError {
    Input(InputError),
    Link(LinkError),
}

type Connection = Link<Option<FrameLog>>;

/// When the receiving thread was last done with something that arrived; `None` while it prints.
#[derive(Debug)]
struct Quiet(Mutex<Option<Instant>>);

impl Quiet {
    fn set(&self, since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    /// What is left of `time`, counted from `start` or the last arrival, whichever came later.
    fn left(&self, start: Instant, time: Duration) -> Duration {
        let now = Instant::now();
        let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = since.unwrap_or(now).max(start);
        (since + time).saturating_duration_since(now)
    }
}

/// Connects, and stays until the input or the connection ends.
///
/// # Errors
/// As [`ConnectError`] says.
pub(crate) fn run(options: &Connect) -> Result<Ending, ConnectError> {
    let stream = reach(options)?;
    let wish = Wish {
        url: &options.url,
        subprotocols: &options.subprotocols,
        headers: &options.headers,
    };
    let opened = open_client(&stream, &wish, AREAS, Instant::now() + OPENING_TIME)
        .map_err(ConnectError::Opening)?;
    announce(options, &opened);
    let log = options.verbose.then(|| FrameLog::new(String::new()));
    let link = Link::new(opened.component, stream, opened.early, LIMITS, log)
        .map_err(ConnectError::Setup)?;
    let link = Arc::new(link);
    link.start_writer().map_err(ConnectError::Setup)?;
    let pinged = options.ping.then(Instant::now);
    if pinged.is_some() {
        link.send(Message::Ping).map_err(ConnectError::Link)?;
    }

    let (events, inbox) = mpsc::channel();
    let kind = if options.binary {
        MessageKind::Binary
    } else {
        MessageKind::Text
    };
    let sender = Arc::clone(&link);
    let report = events.clone();
    // Neither thread is joined: the input may never end, and a report after the main thread has gone is of no use.
    thread::spawn(move || {
        let input = BufReader::with_capacity(INPUT_BUFFER, io::stdin());
        let _ = report.send(Event::Sent(send_lines(&sender, input, kind)));
    });
    let receiver = Arc::clone(&link);
    let quiet = Arc::new(Quiet(Mutex::new(None)));
    let arrivals = Arc::clone(&quiet);
    let raw_binary = options.binary;
    thread::spawn(move || {
        let out = io::stdout();
        let escape = out.is_terminal();
        let mut printer = Printer::new(out, raw_binary, escape);
        let _ = events.send(Event::Received(receive_all(
            &receiver,
            &mut printer,
            pinged,
            &arrivals,
        )));
    });
    let ending = wait_for_end(&link, &inbox, &quiet, options.wait)?;
    say(&close_text(ending.code, &ending.reason));
    Ok(ending)
}

fn reach(options: &Connect) -> Result<TcpStream, ConnectError> {
    let url = &options.url;
    let unreachable = |error| ConnectError::Unreachable(url.host_header(), error);
    let addresses = (url.host.as_str(), url.port)
        .to_socket_addrs()
        .map_err(unreachable)?;
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in addresses {
        match TcpStream::connect_timeout(&address, CONNECT_TIME) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = error,
        }
    }
    Err(unreachable(failure))
}

fn announce(options: &Connect, opened: &Opened) {
    let subprotocol = match &opened.subprotocol {
        Some(name) => format!(", subprotocol {name}"),
        None => String::new(),
    };
    let url = &options.url;
    say(&format!(
        "connected to ws://{}{}{subprotocol}",
        url.host_header(),
        url.target
    ));
}

/// What the end is to be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The input goes on.
    Talking,
    /// The input has ended; we close when it has been quiet for a while.
    Answers,
    /// All is said from our side; we give up when it has been quiet for a while.
    Closing,
}

fn wait_for_end(
    link: &Connection,
    inbox: &mpsc::Receiver<Event>,
    quiet: &Quiet,
    wait: Duration,
) -> Result<Ending, ConnectError> {
    let mut phase = Phase::Talking;
    let (mut start, mut time) = (Instant::now(), Duration::MAX);
    // What is to be told at the end, if the server does not say something worse.
    let mut trouble = None;
    loop {
        let event = match phase {
            Phase::Talking => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            _ => inbox.recv_timeout(quiet.left(start, time)),
        };
        (phase, time) = match event {
            Ok(Event::Received(result)) => {
                let ending = result?;
                link.linger(LINGER);
                return trouble.map_or(Ok(ending), Err);
            }
            Ok(Event::Sent(Ok(()))) => (Phase::Answers, wait),
            Ok(Event::Sent(Err(SendError::Input(error)))) => {
                trouble = Some(ConnectError::Input(error));
                close_with(link, GOING_AWAY);
                (Phase::Closing, CLOSE_TIME)
            }
            // The server's Close came first and was answered; the receiving thread is about to say so.
            Ok(Event::Sent(Err(SendError::Link(LinkError::Refused(_))))) => {
                (Phase::Closing, LINGER)
            }
            Ok(Event::Sent(Err(SendError::Link(error)))) => {
                trouble = Some(ConnectError::Link(error));
                (Phase::Closing, LINGER)
            }
            // Something arrived meanwhile.
            Err(RecvTimeoutError::Timeout) if !quiet.left(start, time).is_zero() => continue,
            Err(_) if phase == Phase::Answers => {
                close_with(link, close::NORMAL);
                (Phase::Closing, CLOSE_TIME)
            }
            Err(_) => {
                link.cut();
                return Err(trouble.unwrap_or(ConnectError::NoClose));
            }
        };
        start = Instant::now();
    }
}

/// If it cannot be sent, the receiving thread finds out why, or the time passes.
fn close_with(link: &Connection, code: u16) {
    let _ = link.send(Message::Close(Some(CloseStatus { code, reason: None })));
}

/// RFC 6455 section 7.4.1: an endpoint is "going away".
const GOING_AWAY: u16 = 1001;

fn send_lines(
    link: &Connection,
    mut input: impl BufRead,
    kind: MessageKind,
) -> Result<(), SendError> {
    let mut line = 1;
    // Whether part of the line was sent already.
    let mut is_open = false;
    let mut text = Utf8Validator::new();
    loop {
        let buffer = match input.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(SendError::Input(InputError::Io(error))),
        };
        let at_end = buffer.is_empty();
        if at_end && !is_open {
            return Ok(());
        }
        let newline = buffer.iter().position(|&byte| byte == b'\n');
        let piece = &buffer[..newline.unwrap_or(buffer.len())];
        let last = at_end || newline.is_some();
        if kind == MessageKind::Text {
            let valid = text.push(piece).is_ok() && !(last && text.finish().is_err());
            if !valid {
                return Err(SendError::Input(InputError::NotText(line)));
            }
        }
        let payload = piece.to_vec();
        let used = piece.len() + usize::from(newline.is_some());
        input.consume(used);
        let message = Message::Data {
            kind,
            last,
            payload: Some(payload),
        };
        link.send(message).map_err(SendError::Link)?;
        is_open = !last;
        if last {
            line += 1;
            text = Utf8Validator::new();
        }
    }
}

fn receive_all<W: Write>(
    link: &Connection,
    printer: &mut Printer<W>,
    mut pinged: Option<Instant>,
    quiet: &Quiet,
) -> Result<Ending, ConnectError> {
    loop {
        quiet.set(Some(Instant::now()));
        let received = link.receive();
        quiet.set(None);
        match received {
            Ok(Received::Data { kind, last, bytes }) => printer
                .piece(kind, last, &bytes)
                .map_err(ConnectError::Output)?,
            Ok(Received::Pong) => {
                if let Some(time) = pinged.take() {
                    let milliseconds = time.elapsed().as_secs_f64() * 1000.0;
                    say(&format!("pong after {milliseconds:.2} ms"));
                }
            }
            Ok(Received::Close { code, reason }) => {
                let status = code
                    .filter(|&code| close::may_be_sent(code))
                    .map(|code| CloseStatus { code, reason: None });
                // Refused if ours is the first Close, and this is the answer.
                let _ = link.send(Message::Close(status));
                if pinged.is_some() {
                    say("the ping was not answered");
                }
                return Ok(Ending { code, reason });
            }
            Err(error) => {
                if let LinkError::Protocol(error) = &error {
                    let _ = link.send(Message::close(error.close_code(), error.to_string()));
                    link.linger(LINGER);
                }
                return Err(ConnectError::Link(error));
            }
        }
    }
}

/// Tells the user something that is not a message.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
