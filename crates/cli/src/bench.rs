//! `bench`: messages to an echo server and back, one at a time on each connection, as fast as it goes.
//!
//! | module | what it owns |
//! |---|---|
//! | `waiting` | a connection of a synchronous session: a thread |
//! | `notified` | a connection of an asynchronous session: an observer |
//! | `histogram` | how long round trips took |

mod histogram;
mod notified;
mod waiting;

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use openwinhttp::{BufferKind, Error};

use crate::args::Bench;
use crate::client::{Client, OpenError, Watch};
use crate::fetch::{Trace, name_and_number, size};
use crate::text::{byte_count, grouped};
use histogram::Histogram;

/// Between two drawings of the progress line.
const INTERVAL: Duration = Duration::from_millis(250);
/// For the last echo and the server's Close, when the time is over.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most that is received at once.
const RECEIVE: usize = 64 * 1024;

/// Why there is no result.
#[derive(Debug)]
pub(crate) enum BenchError {
    /// Connection, counted from 1.
    Opening(usize, OpenError),
    Broken(usize, Trouble),
    NoThread(io::Error),
    Silent,
    Output(io::Error),
}

/// What happened to a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trouble {
    Error(Error),
    Closed,
    /// An echo's kind or length is not that of the message.
    NoEcho,
}

impl fmt::Display for BenchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opening(number, error) => write!(f, "connection {number}: {error}"),
            Self::Broken(number, Trouble::Error(error)) => {
                let (name, code) = name_and_number(*error);
                write!(f, "connection {number}: {name} ({code}): {error}")
            }
            Self::Broken(number, Trouble::Closed) => {
                write!(f, "connection {number}: closed by the server")
            }
            Self::Broken(number, Trouble::NoEcho) => {
                write!(f, "connection {number}: the server does not echo")
            }
            Self::NoThread(error) => write!(f, "no thread for a connection: {error}"),
            Self::Silent => f.write_str("the server did not finish in time"),
            Self::Output(error) => write!(f, "cannot print: {error}"),
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// What all connections share.
struct Run {
    payload: Vec<u8>,
    deadline: Instant,
    histogram: Histogram,
}

impl Run {
    /// A round trip that began then is over. When the next begins, unless the time is up.
    fn completed(&self, began: Instant) -> Option<Instant> {
        let now = Instant::now();
        self.histogram.record(now - began);
        (now < self.deadline).then_some(now)
    }

    /// Room for what one receive gives.
    fn receive_buffer(&self) -> Vec<u8> {
        vec![0; self.payload.len().clamp(1, RECEIVE)]
    }
}

/// An echo, piece by piece.
#[derive(Default)]
struct Echo {
    received: usize,
}

impl Echo {
    /// Takes the next piece; true if the message is complete.
    fn piece(&mut self, run: &Run, count: usize, kind: BufferKind) -> Result<bool, Trouble> {
        self.received += count;
        match kind {
            BufferKind::BinaryMessage if self.received == run.payload.len() => {
                self.received = 0;
                Ok(true)
            }
            BufferKind::BinaryFragment if self.received <= run.payload.len() => Ok(false),
            BufferKind::Close => Err(Trouble::Closed),
            _ => Err(Trouble::NoEcho),
        }
    }
}

/// A connection has ended: its number, and how.
type News = (usize, Result<(), Trouble>);

/// Connects, measures and prints.
///
/// # Errors
/// As [`BenchError`] says.
pub(crate) fn run(options: &Bench) -> Result<(), BenchError> {
    let (news, inbox) = mpsc::channel();
    let client = Client::new(&options.wish).map_err(|error| BenchError::Opening(1, error))?;
    if options.wish.asynchronous {
        notified::Connections::open(&client, options)?.run(options, &news, &inbox)
    } else {
        waiting::Connections::open(&client, options)?.run(options, &news, &inbox)
    }
}

/// What the two modes differ in.
trait Mode: Sized {
    type Socket;

    fn open(client: &Client<'_>, watch: &Arc<dyn Watch>) -> Result<Self::Socket, OpenError>;

    /// Begins on each connection; `news` is told when one has ended.
    fn start(
        sockets: Vec<Self::Socket>,
        run: &Arc<Run>,
        news: &Sender<News>,
    ) -> Result<Self, BenchError>;

    /// Ends what is still going on.
    fn abort(&self);
}

/// Connections that are open and idle.
struct Opened<M: Mode>(Vec<M::Socket>);

impl<M: Mode> Opened<M> {
    fn open(client: &Client<'_>, options: &Bench) -> Result<Self, BenchError> {
        let watch: Arc<dyn Watch> = Arc::new(Trace::new(false));
        (1..=options.connections)
            .map(|number| {
                M::open(client, &watch).map_err(|error| BenchError::Opening(number, error))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn run(
        self,
        options: &Bench,
        news: &Sender<News>,
        inbox: &Receiver<News>,
    ) -> Result<(), BenchError> {
        let begin = Instant::now();
        let run = Arc::new(Run {
            payload: (0..options.size).map(|at| at as u8).collect(),
            deadline: begin + options.time,
            histogram: Histogram::new(),
        });
        let connections = M::start(self.0, &run, news)?;
        let result = wait(options, &run, inbox, begin);
        connections.abort();
        let time = result?;
        print(options, &run.histogram, time).map_err(BenchError::Output)
    }
}

/// Waits for all connections and shows how far it is. Gives the time that the last round trip ended at.
fn wait(
    options: &Bench,
    run: &Run,
    inbox: &Receiver<News>,
    begin: Instant,
) -> Result<Duration, BenchError> {
    let shown = io::stderr().is_terminal();
    let mut open = options.connections;
    let mut next = Instant::now() + INTERVAL;
    let result = loop {
        if open == 0 {
            break Ok(());
        }
        match inbox.recv_timeout(next.saturating_duration_since(Instant::now())) {
            Ok((_, Ok(()))) => open -= 1,
            Ok((number, Err(trouble))) => break Err(BenchError::Broken(number + 1, trouble)),
            Err(RecvTimeoutError::Disconnected) => break Err(BenchError::Silent),
            Err(RecvTimeoutError::Timeout) => {
                next += INTERVAL;
                if shown {
                    draw(&progress(options, &run.histogram, begin.elapsed()));
                }
                if Instant::now() > run.deadline + PATIENCE {
                    break Err(BenchError::Silent);
                }
            }
        }
    };
    if shown {
        draw("");
    }
    // Closing took a moment, too: the time is what was asked for, unless the last echo took longer.
    result.map(|()| run.histogram.last().saturating_duration_since(begin))
}

fn progress(options: &Bench, histogram: &Histogram, time: Duration) -> String {
    let count = histogram.count();
    format!(
        "{:4.1} of {} s  {} messages, {}/s, p50 {}",
        time.as_secs_f64(),
        options.time.as_secs_f64(),
        grouped(count),
        grouped(rate(count as f64, time) as u64),
        milliseconds(histogram.quantile(0.5)),
    )
}

/// Nobody is there to tell if this fails.
fn draw(text: &str) {
    let _ = write!(io::stderr(), "\r{text:<79.79}\r");
}

fn print(options: &Bench, histogram: &Histogram, time: Duration) -> io::Result<()> {
    let count = histogram.count();
    let plural = if options.connections == 1 { "" } else { "s" };
    let mode = if options.wish.asynchronous {
        "asynchronous"
    } else {
        "synchronous"
    };
    let per_second = rate(count as f64, time);
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{}: {} connection{plural}, messages of {}, {mode}",
        options.wish.url,
        grouped(options.connections),
        byte_count(options.size),
    )?;
    writeln!(
        out,
        "messages    {} in {:.2} s: {}/s",
        grouped(count),
        time.as_secs_f64(),
        grouped(per_second as u64)
    )?;
    writeln!(
        out,
        "data        {}/s each way",
        size(per_second * options.size as f64)
    )?;
    let quantiles = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)];
    let quantiles = quantiles
        .map(|(name, part)| format!("{name} {}", milliseconds(histogram.quantile(part))))
        .join(", ");
    writeln!(
        out,
        "round trip  {quantiles}, max {}",
        milliseconds(histogram.max())
    )?;
    out.flush()
}

fn rate(count: f64, time: Duration) -> f64 {
    count / time.as_secs_f64().max(0.001)
}

fn milliseconds(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1000.0)
}
