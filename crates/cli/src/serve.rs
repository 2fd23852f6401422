//! `echo-server`: accepts connections and gives each a thread.

use std::fmt;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use websocket_component::CloseStatus;
use ws_proto::close;

use crate::args::EchoServer;
use crate::complain;
use crate::echo;
use crate::journal::FrameLog;
use crate::link::{Limits, Link, LinkError, Patience};
use crate::opening::{Areas, Opened, ServerError, Status, open_server};
use crate::stream::{self, Stream};

/// Wait after `accept` failed, for instance because there are no file descriptors left: connections must end first.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A piece of an echo is at most as long as the receive area. The send area takes headers only.
const AREAS: Areas = Areas {
    receive: 16 * 1024,
    send: 16,
};

/// Room for a TLS handshake, and to spare.
const STACK_SIZE: usize = 1024 * 1024;

/// Why the server could not start.
#[derive(Debug)]
pub(crate) enum ServeError {
    Listen(String, io::Error),
    Certificate(String),
    Io(io::Error),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen(address, error) => write!(f, "cannot listen on {address:?}: {error}"),
            Self::Certificate(error) => f.write_str(error),
            Self::Io(error) => error.fmt(f),
        }
    }
}

/// Serves until the process is stopped.
///
/// # Errors
/// If it cannot listen, or say so.
pub(crate) fn run(options: &EchoServer) -> Result<(), ServeError> {
    let tls = match &options.certificate {
        Some((certificate, key)) => {
            Some(stream::tls_from_files(certificate, key).map_err(ServeError::Certificate)?)
        }
        None => None,
    };
    let scheme = if tls.is_some() { "wss" } else { "ws" };
    let listener = TcpListener::bind(&options.listen)
        .map_err(|error| ServeError::Listen(options.listen.clone(), error))?;
    let address = listener.local_addr().map_err(ServeError::Io)?;
    {
        let mut out = io::stdout().lock();
        writeln!(out, "listening on {scheme}://{address}").map_err(ServeError::Io)?;
        out.flush().map_err(ServeError::Io)?;
    }
    let subprotocols: Arc<[String]> = options.subprotocols.clone().into();
    let open = Arc::new(AtomicUsize::new(0));
    for number in 1_u64.. {
        let (stream, peer) = match listener.accept() {
            Ok(accepted) => accepted,
            Err(error) => {
                complain(&format!("cannot accept a connection: {error}"));
                thread::sleep(ACCEPT_PAUSE);
                continue;
            }
        };
        let connection = Connection {
            number,
            peer,
            verbose: options.verbose,
            request_time: options.request_time,
            idle_time: options.idle_time,
        };
        let Some(place) = Place::take(&open, options.max_connections) else {
            connection.turn_away(&stream, "there are too many connections");
            continue;
        };
        let stream = match Stream::new(stream, tls.as_ref()) {
            Ok(stream) => stream,
            Err(error) => {
                complain(&format!("connection {number}: {error}"));
                continue;
            }
        };
        let subprotocols = Arc::clone(&subprotocols);
        let spawned = thread::Builder::new()
            .stack_size(STACK_SIZE)
            .spawn(move || {
                let _place = place;
                connection.serve(stream, &subprotocols);
            });
        if let Err(error) = spawned {
            complain(&format!("connection {number}: no thread for it: {error}"));
        }
    }
    Ok(())
}

/// One of the connections that are allowed at once, until it is dropped.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(open: &Arc<AtomicUsize>, limit: usize) -> Option<Self> {
        // Relaxed: only the count matters. Only the accepting thread adds to it, so that it cannot pass the limit.
        if open.load(Ordering::Relaxed) >= limit {
            return None;
        }
        open.fetch_add(1, Ordering::Relaxed);
        Some(Self(Arc::clone(open)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

struct Connection {
    number: u64,
    peer: SocketAddr,
    verbose: bool,
    request_time: Duration,
    idle_time: Duration,
}

impl Connection {
    fn log(&self, what: impl fmt::Display) {
        if self.verbose {
            let _ = writeln!(io::stderr(), "[{}] {what}", self.number);
        }
    }

    /// Answers without waiting for anything: the accepting thread does it.
    fn turn_away(&self, mut stream: &TcpStream, reason: &str) {
        self.log(format_args!("{}: turned away: {reason}", self.peer));
        if stream.set_nonblocking(true).is_ok() {
            // A new connection has room for so little. If not, its end must do.
            let _ = stream.write_all(Status::Unavailable.response(reason).as_bytes());
        }
    }

    fn serve(&self, stream: Stream, subprotocols: &[String]) {
        let deadline = Instant::now() + self.request_time;
        let limits = Limits {
            patience: Patience::Ping(self.idle_time),
            write: self.idle_time,
        };
        let opened = match open_server(&stream, subprotocols, AREAS, deadline) {
            Ok(opened) => opened,
            Err(error) => {
                self.log(format_args!("{}: {error}", self.peer));
                if matches!(error, ServerError::Refused(..)) {
                    crate::link::linger(&stream, echo::LINGER);
                }
                return;
            }
        };
        let subprotocol = match &opened.subprotocol {
            Some(name) => format!(", subprotocol {name}"),
            None => String::new(),
        };
        self.log(format_args!(
            "{}: open, {}{subprotocol}",
            self.peer,
            opened.target.escape_debug()
        ));
        let ended = self.talk(opened, stream, limits);
        match ended {
            Ok(closed) => self.log(closed),
            Err(error) => self.log(error),
        }
    }

    fn talk(
        &self,
        opened: Opened,
        stream: Stream,
        limits: Limits,
    ) -> Result<echo::Closed, LinkError> {
        let status = requested_close(&opened.target);
        let log = self
            .verbose
            .then(|| FrameLog::new(format!("[{}] ", self.number)));
        let link = Link::new(opened.component, stream, opened.early, limits, log)
            .map_err(LinkError::Io)?;
        match status {
            Some(status) => echo::close_first(&link, status),
            None => echo::run(&link),
        }
    }
}

/// The Close that a path `/close/CODE[/REASON]` asks for, if it may be sent.
fn requested_close(target: &str) -> Option<CloseStatus<Vec<u8>>> {
    let rest = target.strip_prefix("/close/")?;
    let (code, reason) = match rest.split_once('/') {
        Some((code, reason)) => (code, Some(percent_decoded(reason)?)),
        None => (rest, None),
    };
    let code = code.parse().ok().filter(|&code| close::may_be_sent(code))?;
    let reason = reason.filter(|reason| !reason.is_empty());
    let is_valid = |reason: &[u8]| {
        reason.len() <= close::MAX_REASON_LEN && std::str::from_utf8(reason).is_ok()
    };
    if !reason.as_deref().is_none_or(is_valid) {
        return None;
    }
    Some(CloseStatus { code, reason })
}

fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            let (high, low) = (digit()?, digit()?);
            u8::try_from(high * 16 + low).ok()?
        } else {
            byte
        });
    }
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_paths() {
        let close =
            |target: &str| requested_close(target).map(|status| (status.code, status.reason));
        assert_eq!(close("/close/1000"), Some((1000, None)));
        assert_eq!(close("/close/4999/"), Some((4999, None)));
        assert_eq!(
            close("/close/3000/a%20b/%C3%A9"),
            Some((3000, Some("a b/é".into())))
        );
        let too_long = format!("/close/1000/{}", "x".repeat(124));
        for other in [
            "/",
            "/close",
            "/close/",
            "/close/999",
            "/close/1005",
            "/close/1006",
            "/close/65536",
            "/close/x",
            "/close/1000/%",
            "/close/1000/%4",
            "/close/1000/%zz",
            "/close/1000/%ff",
            &too_long,
        ] {
            assert_eq!(close(other), None, "{other}");
        }
    }

    #[test]
    fn places_are_given_back() {
        let open = Arc::new(AtomicUsize::new(0));
        let first = Place::take(&open, 2);
        let second = Place::take(&open, 2);
        assert!(first.is_some() && second.is_some());
        assert!(Place::take(&open, 2).is_none());
        drop(first);
        assert!(Place::take(&open, 2).is_some());
    }
}
