//! `demo`: the two libraries talk to each other, and a transcript of what they do.
//!
//! The server is the one of `echo-server`, made of the Component API; the client is WinHTTP's, asynchronous. What both do is
//! recorded and printed step by step, what the client sends first, then the server, then what the client receives, so
//! that the order of the lines does not depend on how the threads happen to run.
//!
//! | module | what it owns |
//! |---|---|
//! | `watcher` | the record of what the client does |

mod watcher;

use std::fmt::Display;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use openwinhttp::BufferKind;
use openwinhttp::tls::CertErrors;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

use crate::client::{Channel, Lane, Wish};
use crate::echo;
use crate::journal::{Entry, Event, Journal};
use crate::link::{Limits, Link, LinkError, Patience};
use crate::opening::{Areas, open_server};
use crate::stream::{Stream, tls_config};
use crate::text::{byte_count, grouped};
use crate::url::Url;
use watcher::Watcher;

/// Nothing here takes long; this is for when something is broken.
const PATIENCE: Duration = Duration::from_secs(20);

const AREAS: Areas = Areas {
    receive: 64 * 1024,
    send: 64 * 1024,
};

const LIMITS: Limits = Limits {
    patience: Patience::Limited(PATIENCE),
    write: PATIENCE,
};

/// So much is received by one call.
const RECEIVE: usize = 64 * 1024;

const SUBPROTOCOL: &str = "echo.openwinhttp";
const GOODBYE: (u16, &str) = (1000, "that is all");

/// Lines of one side in a step are shown up to this many; of more, only the first and last ones are.
const SHOWN_ALL: usize = 12;
const SHOWN_FIRST: usize = 5;
const SHOWN_LAST: usize = 2;

/// Runs it, the transcript going to `out`.
///
/// # Errors
/// Says what went wrong, and where.
pub(crate) fn run(out: &mut impl Write) -> Result<(), String> {
    let mut demo = Demo {
        out,
        steps: 0,
        messages: 0,
        bytes: 0,
    };
    demo.run().map_err(|failure| failure.0)
}

/// What went wrong, in words.
struct Failure(String);

impl<E: Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// The transcript.
struct Demo<'a, W> {
    out: &'a mut W,
    steps: usize,
    /// Messages that came back, and their bytes.
    messages: usize,
    bytes: usize,
}

impl<W: Write> Demo<'_, W> {
    fn run(&mut self) -> Result<(), Failure> {
        writeln!(
            self.out,
            "OpenWinHTTP {}: two libraries talk to each other in this process.\n\
             client  WinHTTP, asynchronous: calls and, indented, notifications\n\
             server  the WebSocket Protocol Component API: actions, their bytes, what they are about",
            env!("CARGO_PKG_VERSION")
        )?;
        self.with_server(None, |conversation| {
            conversation.heading("Text")?;
            let hello = "Hello, \u{4e16}\u{754c}! \u{a1}Hola!".as_bytes().to_vec();
            conversation.echo(true, &[hello])?;
            conversation.heading(
                "A message in two fragments, the first one back before the second is sent",
            )?;
            conversation.echo(true, &[b"First, ".to_vec(), b"and second.".to_vec()])?;
            conversation.heading("1 MiB of binary, masked on its way to the server")?;
            conversation.echo(false, &[pattern(1 << 20)])
        })?;
        let tls = certificate().map_err(|error| Failure(format!("the certificate: {error}")))?;
        self.with_server(Some(&tls), |conversation| {
            conversation.heading("Binary, over TLS")?;
            conversation.echo(false, &[(0..=15).collect()])
        })?;
        let (messages, bytes) = (self.messages, byte_count(self.bytes));
        writeln!(
            self.out,
            "\nAll is well: {messages} messages, {bytes}, went from WinHTTP to the Component API and came back as they \
             were sent, over TCP and over TLS."
        )?;
        self.out.flush()?;
        Ok(())
    }

    /// Opens a connection to a server of our own, talks, and closes it.
    fn with_server(
        &mut self,
        tls: Option<&Arc<ServerConfig>>,
        talk: impl FnOnce(&mut Conversation<'_, '_, W>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure(format!("listening: {error}"));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let journal = Journal::default();
        let steps = self.steps;
        thread::scope(|scope| {
            let server = scope.spawn(|| serve(&listener, tls, &journal));
            let opened = Conversation::open(self, address, tls.is_some(), &journal);
            let (result, mut conversation) = match opened {
                Ok(mut conversation) => (talk(&mut conversation), Some(conversation)),
                Err(failure) => {
                    // The server may still wait for somebody to come.
                    drop(TcpStream::connect(address));
                    (Err(failure), None)
                }
            };
            let result = result.and_then(|()| match &mut conversation {
                Some(conversation) => conversation.close(),
                None => Ok(()),
            });
            if let Some(conversation) = &conversation {
                conversation.channel.abort();
            }
            both(result, join(server))?;
            match &mut conversation {
                Some(conversation) => {
                    conversation.print_step()?;
                    conversation.ok("both sides have said goodbye")
                }
                None => Err(Failure(format!("step {}", steps + 1))),
            }
        })
    }
}

/// One connection, seen from the client.
struct Conversation<'a, 'b, W> {
    demo: &'a mut Demo<'b, W>,
    channel: Channel,
    watcher: Arc<Watcher>,
    journal: &'a Journal,
}

impl<'a, 'b, W: Write> Conversation<'a, 'b, W> {
    fn open(
        demo: &'a mut Demo<'b, W>,
        address: SocketAddr,
        secure: bool,
        journal: &'a Journal,
    ) -> Result<Self, Failure> {
        let url = Url {
            secure,
            host: address.ip().to_string(),
            port: address.port(),
            target: "/demo".into(),
        };
        demo.heading(&format!("Opening handshake: {url}"))?;
        let wish = Wish {
            url,
            subprotocols: vec![SUBPROTOCOL.to_owned()],
            headers: Vec::new(),
            // Nobody vouches for a certificate that was made a moment ago. All else is checked.
            ignored: if secure {
                CertErrors::INVALID_CA
            } else {
                CertErrors::NONE
            },
            asynchronous: true,
        };
        // The heads are the same with TLS.
        let watcher = Arc::new(Watcher::new(!secure));
        let opened = Channel::open(&wish, watcher.clone());
        let (channel, subprotocol) =
            opened.map_err(|error| Failure(format!("the client's handshake: {error}")))?;
        let mut conversation = Self {
            demo,
            channel,
            watcher,
            journal,
        };
        conversation.print_step()?;
        if subprotocol.as_deref() != Some(SUBPROTOCOL) {
            return Err(Failure("the server did not choose the subprotocol".into()));
        }
        conversation.ok(&format!("open, subprotocol {SUBPROTOCOL}"))?;
        Ok(conversation)
    }

    fn heading(&mut self, title: &str) -> Result<(), Failure> {
        self.demo.heading(title)
    }

    fn ok(&mut self, what: &str) -> Result<(), Failure> {
        writeln!(self.demo.out, "   ok: {what}")?;
        Ok(())
    }

    /// Sends one message in these fragments and checks what comes back. Each fragment is back before the next one is sent,
    /// for the server holds on to nothing.
    fn echo(&mut self, is_text: bool, fragments: &[Vec<u8>]) -> Result<(), Failure> {
        for (index, fragment) in fragments.iter().enumerate() {
            let last = index == fragments.len() - 1;
            self.echo_fragment(is_text, last, fragment)?;
            let did_all = |entries: &[Entry]| {
                let queued = entries.iter().filter(|entry| entry.event == Event::Queued);
                let queued: usize = queued.filter_map(|entry| entry.bytes).sum();
                let latest = entries.last().map(|entry| entry.event);
                queued == fragment.len() && latest == Some(Event::SendComplete)
            };
            if !self.journal.wait_until(did_all, PATIENCE) {
                return Err(Failure("the server did not finish the step in time".into()));
            }
            self.print_step()?;
        }
        let len = fragments.iter().map(Vec::len).sum();
        self.demo.messages += 1;
        self.demo.bytes += len;
        self.ok(&format!(
            "{} came back, every byte as sent",
            byte_count(len)
        ))
    }

    fn echo_fragment(&self, is_text: bool, last: bool, sent: &[u8]) -> Result<(), Failure> {
        let channel = &self.channel;
        let kind = buffer_kind(is_text, last);
        let payload = sent.to_vec();
        // The server sends the first bytes back before it reads the last: whoever sends must read meanwhile.
        let (sending, received) = thread::scope(|scope| {
            let sender = scope.spawn(move || channel.send(kind, payload));
            let received = receive_part(channel, is_text, last, sent.len());
            if received.is_err() {
                channel.abort();
            }
            (sender.join(), received)
        });
        let received = received?;
        sending.map_err(|_| Failure("the sending thread panicked".into()))??;
        if received == sent {
            Ok(())
        } else {
            Err(Failure("the echo differs from what was sent".into()))
        }
    }

    fn close(&mut self) -> Result<(), Failure> {
        self.heading("Close")?;
        let (code, reason) = GOODBYE;
        self.channel.shutdown(code, reason)?;
        let (_, kind) = self.channel.receive(&mut vec![0; RECEIVE])?;
        if kind != BufferKind::Close {
            return Err(Failure(format!("expected Close, got {kind:?}")));
        }
        let status = self.channel.close_status()?;
        self.watcher.note(
            Lane::Receiving,
            format!(
                "WinHttpWebSocketQueryCloseStatus: {} {:?}",
                status.status,
                String::from_utf8_lossy(&status.reason)
            ),
        );
        if (status.status, &*status.reason) == (code, reason.as_bytes()) {
            Ok(())
        } else {
            Err(Failure(format!("expected our Close back, got {status:?}")))
        }
    }

    fn print_step(&mut self) -> Result<(), Failure> {
        let (received, sent): (Vec<_>, Vec<_>) = self
            .watcher
            .take()
            .into_iter()
            .partition(|(lane, _)| *lane == Lane::Receiving);
        let out = &mut *self.demo.out;
        print_lines(out, &sent)?;
        print_entries(out, &self.journal.take())?;
        print_lines(out, &received)?;
        Ok(())
    }
}

impl<W: Write> Demo<'_, W> {
    fn heading(&mut self, title: &str) -> Result<(), Failure> {
        self.steps += 1;
        writeln!(self.out, "\n{}. {title}", self.steps)?;
        Ok(())
    }
}

fn serve(
    listener: &TcpListener,
    tls: Option<&Arc<ServerConfig>>,
    journal: &Journal,
) -> Result<echo::Closed, String> {
    let (socket, _) = listener
        .accept()
        .map_err(|error| format!("accepting: {error}"))?;
    let stream = Stream::new(socket, tls).map_err(|error| format!("the server's TLS: {error}"))?;
    let subprotocols = [SUBPROTOCOL.to_owned()];
    let opened = open_server(&stream, &subprotocols, AREAS, Instant::now() + PATIENCE)
        .map_err(|error| format!("the server's handshake: {error}"))?;
    Link::new(opened.component, stream, opened.early, LIMITS, journal)
        .map_err(LinkError::Io)
        .and_then(|link| echo::run(&link))
        .map_err(|error| format!("the server: {error}"))
}

fn join(
    server: ScopedJoinHandle<'_, Result<echo::Closed, String>>,
) -> Result<echo::Closed, String> {
    server
        .join()
        .unwrap_or_else(|_| Err("the server's thread panicked".into()))
}

/// What the two sides say together.
fn both(client: Result<(), Failure>, server: Result<echo::Closed, String>) -> Result<(), Failure> {
    match (client, server) {
        (Ok(()), Ok(closed))
            if (closed.code, closed.reason.as_str()) == (Some(GOODBYE.0), GOODBYE.1) =>
        {
            Ok(())
        }
        (Ok(()), Ok(closed)) => Err(Failure(format!("the server was {closed}"))),
        (Ok(()), Err(server)) => Err(Failure(server)),
        (Err(client), Ok(_)) => Err(client),
        (Err(client), Err(server)) => Err(Failure(format!("{}; {server}", client.0))),
    }
}

/// A server's side of TLS with a certificate for 127.0.0.1, made now.
fn certificate() -> Result<Arc<ServerConfig>, Box<dyn std::error::Error>> {
    let made = rcgen::generate_simple_self_signed([Ipv4Addr::LOCALHOST.to_string()])?;
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der())?;
    Ok(tls_config(vec![made.cert.der().clone()], key)?)
}

fn print_lines(out: &mut impl Write, lines: &[(Lane, String)]) -> io::Result<()> {
    let mut print = |lines: &[(Lane, String)]| {
        lines
            .iter()
            .try_for_each(|(_, line)| writeln!(out, "   client  {line}"))
    };
    if lines.len() <= SHOWN_ALL || lines.iter().any(|(lane, _)| *lane == Lane::Opening) {
        return print(lines);
    }
    let (first, rest) = lines.split_at(SHOWN_FIRST - 1);
    let (middle, last) = rest.split_at(rest.len() - SHOWN_LAST);
    print(first)?;
    print(&[(
        Lane::Receiving,
        format!("\u{2026} {} more of these", grouped(middle.len())),
    )])?;
    print(last)
}

fn print_entries(out: &mut impl Write, entries: &[Entry]) -> io::Result<()> {
    if entries.len() <= SHOWN_ALL {
        return entries
            .iter()
            .try_for_each(|entry| writeln!(out, "   server  {entry}"));
    }
    let (first, rest) = entries.split_at(SHOWN_FIRST);
    let (middle, last) = rest.split_at(rest.len() - SHOWN_LAST);
    print_entries(out, first)?;
    let sum = |event: Event| -> usize {
        let those = middle.iter().filter(|entry| entry.event == event);
        those.filter_map(|entry| entry.bytes).sum()
    };
    let moved: Vec<String> = [(Event::Wrote, "written"), (Event::Read, "read")]
        .into_iter()
        .map(|(event, verb)| (sum(event), verb))
        .filter(|(bytes, _)| *bytes > 0)
        .map(|(bytes, verb)| format!("{} {verb}", byte_count(bytes)))
        .collect();
    writeln!(
        out,
        "   server  \u{2026} {} more actions: {}",
        grouped(middle.len()),
        moved.join(", ")
    )?;
    print_entries(out, last)
}

/// Receives that many bytes of a message of that kind, which must end with them if they are its last.
fn receive_part(
    channel: &Channel,
    is_text: bool,
    expected_last: bool,
    len: usize,
) -> Result<Vec<u8>, Failure> {
    let mut part = Vec::with_capacity(len);
    let mut buffer = vec![0; RECEIVE];
    loop {
        let (count, kind) = channel.receive(&mut buffer)?;
        part.extend_from_slice(&buffer[..count]);
        let complete = part.len() >= len;
        let expected = buffer_kind(is_text, complete && expected_last);
        if part.len() > len || kind != expected {
            return Err(Failure(format!(
                "expected {expected:?} up to byte {len}, got {kind:?} up to byte {}",
                part.len()
            )));
        }
        if complete {
            return Ok(part);
        }
    }
}

const fn buffer_kind(is_text: bool, last: bool) -> BufferKind {
    match (is_text, last) {
        (true, true) => BufferKind::Utf8Message,
        (true, false) => BufferKind::Utf8Fragment,
        (false, true) => BufferKind::BinaryMessage,
        (false, false) => BufferKind::BinaryFragment,
    }
}

/// Bytes that are the same each time and show any loss, repetition or shift.
fn pattern(len: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_u32;
    let step = |_| {
        // xorshift32 (Marsaglia 2003)
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[0]
    };
    (0..len).map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transcript_can_go_anywhere_and_a_full_disk_is_an_error() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(run(&mut Full).is_err());
        let mut transcript = Vec::new();
        assert_eq!(run(&mut transcript), Ok(()));
        assert!(!transcript.is_empty());
    }
}
