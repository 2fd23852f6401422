//! `connect`: lines from standard input become messages, messages that arrive become lines.
//!
//! The connection is WinHTTP's. One thread reads the input and sends, one receives and prints; the main thread waits for
//! whichever ends first, and closes.

use std::fmt;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use openwinhttp::{Api, BufferKind, Error};
use ws_proto::{MessageKind, Utf8Validator, close};

use crate::args::Connect;
use crate::client::{Channel, OpenError};
use crate::echo::close_text;
use crate::fetch::{Trace, function, name_and_number};
use crate::printer::Printer;

/// For the server's Close after ours.
const CLOSE_TIME: Duration = Duration::from_secs(10);
/// For what the server said last, after sending has failed.
const LINGER: Duration = Duration::from_secs(2);

/// A line is sent in pieces of at most so many bytes, each in a frame of its own.
const INPUT_BUFFER: usize = 64 * 1024;
/// So much of a message is received at once.
const OUTPUT_BUFFER: usize = 64 * 1024;

/// Why there was no connection, or it was given up.
#[derive(Debug)]
pub(crate) enum ConnectError {
    Opening(String, OpenError),
    Input(InputError),
    Output(io::Error),
    /// The connection was lost in this call.
    Lost(Api, Error),
    /// The server did not answer our Close.
    NoClose,
}

impl ConnectError {
    /// What `--help` promises.
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Lost(_, Error::InvalidServerResponse) => 4,
            Self::Lost(..) | Self::NoClose => 3,
            _ => crate::FAILURE,
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opening(url, error) => write!(f, "no connection to {url}: {error}"),
            Self::Input(error) => error.fmt(f),
            Self::Output(error) => write!(f, "cannot print: {error}"),
            Self::Lost(api, error) => {
                let what = match error {
                    Error::InvalidServerResponse => "the server broke the protocol",
                    _ => "the connection was lost",
                };
                let (name, number) = name_and_number(*error);
                write!(f, "{what}: {name} ({number}) in {}", function(*api))
            }
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
    Channel(Error),
}

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
    let url = &options.wish.url;
    let trace = Arc::new(Trace::new(options.verbose));
    let (channel, subprotocol) = Channel::open(&options.wish, trace)
        .map_err(|error| ConnectError::Opening(url.to_string(), error))?;
    let subprotocol = subprotocol.map_or_else(String::new, |name| {
        format!(", subprotocol {}", name.escape_debug())
    });
    say(&format!("connected to {url}{subprotocol}"));

    let channel = Arc::new(channel);
    let (events, inbox) = mpsc::channel();
    let kind = if options.binary {
        MessageKind::Binary
    } else {
        MessageKind::Text
    };
    let sender = Arc::clone(&channel);
    let report = events.clone();
    // Neither thread is joined: the input may never end, and a report after the main thread has gone is of no use.
    thread::spawn(move || {
        let input = BufReader::with_capacity(INPUT_BUFFER, io::stdin());
        let _ = report.send(Event::Sent(send_lines(&sender, input, kind)));
    });
    let receiver = Arc::clone(&channel);
    let quiet = Arc::new(Quiet(Mutex::new(None)));
    let arrivals = Arc::clone(&quiet);
    let raw_binary = options.binary;
    thread::spawn(move || {
        let out = io::stdout();
        let escape = out.is_terminal();
        let mut printer = Printer::new(out, raw_binary, escape);
        let ended = receive_all(&receiver, &mut printer, &arrivals);
        let _ = events.send(Event::Received(ended));
    });
    let ending = wait_for_end(&channel, &inbox, &quiet, options.wait)?;
    say(&close_text(ending.code, &ending.reason));
    Ok(ending)
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
    channel: &Channel,
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
                channel.abort();
                return trouble.map_or(Ok(ending), Err);
            }
            Ok(Event::Sent(Ok(()))) => (Phase::Answers, wait),
            Ok(Event::Sent(Err(SendError::Input(error)))) => {
                trouble = Some(ConnectError::Input(error));
                close_with(channel, GOING_AWAY);
                (Phase::Closing, CLOSE_TIME)
            }
            // The server's Close came first and was answered; the receiving thread is about to say so.
            Ok(Event::Sent(Err(SendError::Channel(Error::InvalidOperation)))) => {
                (Phase::Closing, LINGER)
            }
            Ok(Event::Sent(Err(SendError::Channel(error)))) => {
                trouble = Some(ConnectError::Lost(Api::WebSocketSend, error));
                (Phase::Closing, LINGER)
            }
            // Something arrived meanwhile.
            Err(RecvTimeoutError::Timeout) if !quiet.left(start, time).is_zero() => continue,
            Err(_) if phase == Phase::Answers => {
                close_with(channel, close::NORMAL);
                (Phase::Closing, CLOSE_TIME)
            }
            Err(_) => {
                channel.abort();
                return Err(trouble.unwrap_or(ConnectError::NoClose));
            }
        };
        start = Instant::now();
    }
}

/// If it cannot be sent, the receiving thread finds out why, or the time passes.
fn close_with(channel: &Channel, code: u16) {
    let _ = channel.shutdown(code, "");
}

/// RFC 6455 section 7.4.1: an endpoint is "going away".
const GOING_AWAY: u16 = 1001;

fn send_lines(
    channel: &Channel,
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
        channel
            .send(buffer_kind(kind, last), payload)
            .map_err(SendError::Channel)?;
        is_open = !last;
        if last {
            line += 1;
            text = Utf8Validator::new();
        }
    }
}

fn receive_all<W: Write>(
    channel: &Channel,
    printer: &mut Printer<W>,
    quiet: &Quiet,
) -> Result<Ending, ConnectError> {
    let mut buffer = vec![0; OUTPUT_BUFFER];
    loop {
        quiet.set(Some(Instant::now()));
        let received = channel.receive(&mut buffer);
        quiet.set(None);
        let lost = |error| ConnectError::Lost(Api::WebSocketReceive, error);
        let (count, kind) = received.map_err(lost)?;
        let (kind, last) = match kind {
            BufferKind::Utf8Message => (MessageKind::Text, true),
            BufferKind::Utf8Fragment => (MessageKind::Text, false),
            BufferKind::BinaryMessage => (MessageKind::Binary, true),
            BufferKind::BinaryFragment => (MessageKind::Binary, false),
            BufferKind::Close => {
                let status = channel.close_status().map_err(lost)?;
                // Refused if ours is the first Close, and this is the answer.
                let _ = channel.shutdown(status.status, "");
                return Ok(Ending {
                    code: Some(status.status).filter(|&code| code != close::NO_STATUS),
                    reason: String::from_utf8_lossy(&status.reason).into_owned(),
                });
            }
        };
        printer
            .piece(kind, last, &buffer[..count])
            .map_err(ConnectError::Output)?;
    }
}

const fn buffer_kind(kind: MessageKind, last: bool) -> BufferKind {
    match (kind, last) {
        (MessageKind::Text, true) => BufferKind::Utf8Message,
        (MessageKind::Text, false) => BufferKind::Utf8Fragment,
        (MessageKind::Binary, true) => BufferKind::BinaryMessage,
        (MessageKind::Binary, false) => BufferKind::BinaryFragment,
    }
}

/// Tells the user something that is not a message.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
