//! `demo`: two handles, one loopback connection, and a transcript of what they do.
//!
//! The server is the one of `echo-server`. The client has a thread for each lane while it sends data. What both do is
//! recorded and printed step by step, the client's send lane first, then the server, then the client's receive lane, so that
//! the order of the lines does not depend on how the threads happen to run.

use std::fmt::Display;
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use websocket_component::Message;
use ws_proto::MessageKind;

use crate::echo;
use crate::journal::{Entry, Event, Journal, Lane};
use crate::link::{Limits, Link, LinkError, Patience, Received};
use crate::opening::{Areas, Opened, Wish, open_client, open_server};
use crate::text::{byte_count, grouped};
use crate::url::Url;

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

const SUBPROTOCOL: &str = "echo.openwinhttp";
const GOODBYE: (u16, &str) = (1000, "that is all");

/// Actions of one lane are shown up to this many; of more, only the first and last ones are.
const SHOWN_ALL: usize = 16;
const SHOWN_FIRST: usize = 4;
const SHOWN_LAST: usize = 3;

/// Runs it, the transcript going to `out`.
///
/// # Errors
/// Says what went wrong, and where.
pub(crate) fn run(out: &mut impl Write) -> Result<(), String> {
    let failed = |step: &'static str| move |error: io::Error| format!("{step}: {error}");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed("listening"))?;
    let address = listener.local_addr().map_err(failed("listening"))?;
    let outgoing = TcpStream::connect(address).map_err(failed("connecting"))?;
    let incoming = accept_from(&listener, &outgoing).map_err(failed("accepting"))?;
    drop(listener);
    writeln!(
        out,
        "OpenWinHTTP {}: a client handle and a server handle on one TCP connection to {address}\n\
         Columns: who; the action (or 'queue', the call that asks for one); its bytes; what it is about,\n\
         with the number of the operation and, in brackets, the frame's header.",
        env!("CARGO_PKG_VERSION")
    )
    .map_err(failed("printing"))?;

    let (client_journal, server_journal) = (Journal::default(), Journal::default());
    thread::scope(|scope| {
        let server = scope.spawn(|| serve(incoming, &server_journal));
        let url = Url {
            host: address.ip().to_string(),
            port: address.port(),
            target: "/demo".into(),
        };
        let result = Client::open(outgoing, &url, &client_journal, &server_journal, out)
            .and_then(|mut client| client.talk(server));
        result.map_err(|failure| failure.0)
    })
}

/// Accepts the one connection that is ours; another program may have found the port too.
fn accept_from(listener: &TcpListener, ours: &TcpStream) -> io::Result<TcpStream> {
    let expected = ours.local_addr()?;
    loop {
        let (stream, peer) = listener.accept()?;
        if peer == expected {
            return Ok(stream);
        }
    }
}

fn serve(stream: TcpStream, journal: &Journal) -> Result<echo::Closed, String> {
    let subprotocols = [SUBPROTOCOL.to_owned()];
    let opened = open_server(&stream, &subprotocols, AREAS, Instant::now() + PATIENCE)
        .map_err(|error| format!("the server's handshake: {error}"))?;
    Link::new(opened.component, stream, opened.early, LIMITS, journal)
        .map_err(LinkError::Io)
        .and_then(|link| echo::run(&link))
        .map_err(|error| format!("the server: {error}"))
}

/// What went wrong, in words.
struct Failure(String);

impl<E: Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// The client's end, and the transcript.
struct Client<'a, W> {
    link: Link<&'a Journal>,
    journal: &'a Journal,
    server_journal: &'a Journal,
    out: &'a mut W,
    steps: usize,
    /// Messages and payload bytes that came back.
    echoed: (usize, usize),
}

impl<'a, W: Write> Client<'a, W> {
    fn open(
        stream: TcpStream,
        url: &Url,
        journal: &'a Journal,
        server_journal: &'a Journal,
        out: &'a mut W,
    ) -> Result<Self, Failure> {
        let wish = Wish {
            url,
            subprotocols: &[SUBPROTOCOL.to_owned()],
            headers: &[],
        };
        let opened = open_client(&stream, &wish, AREAS, Instant::now() + PATIENCE)
            .map_err(|error| Failure(format!("the client's handshake: {error}")))?;
        writeln!(out, "\n1. Opening handshake")?;
        print_handshake(out, &opened)?;
        if opened.subprotocol.as_deref() != Some(SUBPROTOCOL) {
            return Err(Failure("the server did not choose the subprotocol".into()));
        }
        writeln!(out, "   ok: open, subprotocol {SUBPROTOCOL}")?;
        let link = Link::new(opened.component, stream, opened.early, LIMITS, journal)?;
        Ok(Self {
            link,
            journal,
            server_journal,
            out,
            steps: 1,
            echoed: (0, 0),
        })
    }

    fn talk(
        &mut self,
        server: ScopedJoinHandle<'_, Result<echo::Closed, String>>,
    ) -> Result<(), Failure> {
        let result = self.exchange();
        if result.is_err() {
            // The server may know better what went wrong; it ends when the connection does.
            self.link.cut();
        }
        let server = server
            .join()
            .unwrap_or_else(|_| Err("the server's thread panicked".into()));
        match (result, server) {
            (Ok(()), Ok(closed))
                if (closed.code, closed.reason.as_str()) == (Some(GOODBYE.0), GOODBYE.1) => {}
            (Ok(()), Ok(closed)) => return Err(Failure(format!("the server was {closed}"))),
            (Ok(()), Err(server)) => return Err(Failure(server)),
            (Err(client), Ok(_)) => return Err(client),
            (Err(client), Err(server)) => return Err(Failure(format!("{}; {server}", client.0))),
        }
        self.print_step()?;
        self.ok("both sides have said goodbye")?;
        let (messages, bytes) = self.echoed;
        let bytes = byte_count(bytes);
        writeln!(
            self.out,
            "\nAll is well: {messages} messages, {bytes}, came back as they were sent."
        )?;
        self.out.flush()?;
        Ok(())
    }

    fn exchange(&mut self) -> Result<(), Failure> {
        self.heading("Text")?;
        let hello = "Hello, \u{4e16}\u{754c}! \u{a1}Hola!".as_bytes().to_vec();
        self.echo(MessageKind::Text, &[hello])?;
        self.heading("Binary")?;
        self.echo(MessageKind::Binary, &[(0..=15).collect()])?;
        self.heading("A message in three fragments, each back before the next is sent")?;
        let fragments = ["First, ", "second, ", "and third."];
        let fragments = fragments.map(|part| part.as_bytes().to_vec());
        self.echo(MessageKind::Text, &fragments)?;
        self.heading("1 MiB of binary, masked frame by frame")?;
        self.echo(MessageKind::Binary, &[pattern(1 << 20)])?;
        self.ping()?;
        self.close()
    }

    fn heading(&mut self, title: &str) -> Result<(), Failure> {
        self.steps += 1;
        writeln!(self.out, "\n{}. {title}", self.steps)?;
        Ok(())
    }

    fn ok(&mut self, what: &str) -> Result<(), Failure> {
        writeln!(self.out, "   ok: {what}")?;
        Ok(())
    }

    /// Sends one message in these fragments and checks what comes back. Each fragment is back before the next one is sent,
    /// for the server holds on to nothing.
    fn echo(&mut self, kind: MessageKind, fragments: &[Vec<u8>]) -> Result<(), Failure> {
        for (index, fragment) in fragments.iter().enumerate() {
            let last = index == fragments.len() - 1;
            self.echo_fragment(kind, last, fragment)?;
            let did_all = |entries: &[Entry]| {
                let queued = entries.iter().filter(|entry| entry.event == Event::Queued);
                let queued: usize = queued.filter_map(|entry| entry.bytes).sum();
                let latest = entries.last().map(|entry| entry.event);
                queued == fragment.len() && latest == Some(Event::SendComplete)
            };
            self.server_did(did_all)?;
            self.print_step()?;
        }
        let len = fragments.iter().map(Vec::len).sum();
        self.echoed.0 += 1;
        self.echoed.1 += len;
        self.ok(&format!(
            "{} came back, every byte as sent",
            byte_count(len)
        ))
    }

    fn echo_fragment(&self, kind: MessageKind, last: bool, sent: &[u8]) -> Result<(), Failure> {
        let link = &self.link;
        let message = Message::Data {
            kind,
            last,
            payload: Some(sent.to_vec()),
        };
        // The server sends the first bytes back before it reads the last: whoever sends must read meanwhile.
        let (sending, received) = thread::scope(|scope| {
            let sender = scope.spawn(move || link.send(message));
            let received = receive_part(link, kind, last, sent.len());
            if received.is_err() {
                link.cut();
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

    fn ping(&mut self) -> Result<(), Failure> {
        self.heading("Ping and pong")?;
        self.link.send(Message::Ping)?;
        match self.link.receive()? {
            Received::Pong => {}
            other => return Err(Failure(format!("expected a pong, got {other:?}"))),
        }
        self.server_did(|entries| entries.iter().any(|entry| entry.event == Event::PongSent))?;
        self.print_step()?;
        self.ok("the server's component answered on its own")
    }

    fn close(&mut self) -> Result<(), Failure> {
        self.heading("Close")?;
        let (code, reason) = GOODBYE;
        self.link.send(Message::close(code, reason))?;
        match self.link.receive()? {
            Received::Close {
                code: Some(c),
                reason: r,
            } if (c, r.as_str()) == GOODBYE => {}
            other => return Err(Failure(format!("expected our Close back, got {other:?}"))),
        }
        self.link.linger(PATIENCE);
        Ok(())
    }

    /// Waits until the server's record of this step is complete.
    fn server_did(&self, complete: impl Fn(&[Entry]) -> bool) -> Result<(), Failure> {
        if self.server_journal.wait_until(complete, PATIENCE) {
            Ok(())
        } else {
            Err(Failure("the server did not finish the step in time".into()))
        }
    }

    fn print_step(&mut self) -> Result<(), Failure> {
        let (sent, received): (Vec<_>, Vec<_>) = self
            .journal
            .take()
            .into_iter()
            .partition(|entry| entry.lane == Lane::Send);
        let server = self.server_journal.take();
        for (who, entries) in [("client", sent), ("server", server), ("client", received)] {
            print_entries(self.out, who, &entries)?;
        }
        Ok(())
    }
}

fn print_handshake(out: &mut impl Write, opened: &Opened) -> io::Result<()> {
    for (who, head) in [("client", &opened.request), ("server", &opened.response)] {
        let mut who = who;
        for line in head.trim_end().lines() {
            writeln!(out, "   {who:<6}  {line}")?;
            who = "";
        }
    }
    Ok(())
}

fn print_entries(out: &mut impl Write, who: &str, entries: &[Entry]) -> io::Result<()> {
    if entries.len() <= SHOWN_ALL {
        return entries
            .iter()
            .try_for_each(|entry| writeln!(out, "   {who}  {entry}"));
    }
    let (first, rest) = entries.split_at(SHOWN_FIRST);
    let (middle, last) = rest.split_at(rest.len() - SHOWN_LAST);
    print_entries(out, who, first)?;
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
        "   {who}  \u{2026} {} more actions: {}",
        grouped(middle.len()),
        moved.join(", ")
    )?;
    print_entries(out, who, last)
}

/// Receives that many bytes of a message of that kind, which must end with them if they are its last.
fn receive_part(
    link: &Link<&Journal>,
    expected: MessageKind,
    expected_last: bool,
    len: usize,
) -> Result<Vec<u8>, Failure> {
    let mut part = Vec::with_capacity(len);
    loop {
        match link.receive()? {
            Received::Data { kind, last, bytes } if kind == expected => {
                part.extend_from_slice(&bytes);
                let complete = part.len() >= len;
                if part.len() > len || last != (complete && expected_last) {
                    return Err(Failure("the echo does not end where it should".into()));
                }
                if complete {
                    return Ok(part);
                }
            }
            other => {
                return Err(Failure(format!(
                    "expected {expected:?} data, got {other:?}"
                )));
            }
        }
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
