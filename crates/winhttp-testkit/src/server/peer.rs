//! What a script does with its connection.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::Shared;
use super::wire::Wire;
use crate::gate::{Gate, PATIENCE};

/// The server's side of one connection.
///
/// Every method panics, and so fails the test, when the other side does not play its part within [`PATIENCE`].
pub struct Peer {
    stream: Option<Stream>,
    number: usize,
    /// Read and not yet asked for.
    unread: Vec<u8>,
    /// Index of the request that body bytes belong to.
    request: Option<usize>,
    shared: Arc<Shared>,
}

enum Stream {
    Plain(Wire),
    Tls(Box<StreamOwned<ServerConnection, Wire>>),
}

/// A request as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Number of the connection, from 0.
    pub connection: usize,
    /// Everything up to and with the empty line.
    pub head: Vec<u8>,
    /// What the script read after that.
    pub body: Vec<u8>,
}

impl Request {
    /// The first line.
    pub fn line(&self) -> String {
        self.lines().remove(0)
    }

    /// The head's lines, without the empty one at the end.
    pub fn lines(&self) -> Vec<String> {
        let head = String::from_utf8_lossy(&self.head);
        head.trim_end_matches("\r\n")
            .split("\r\n")
            .map(str::to_owned)
            .collect()
    }

    /// The header lines without the request line.
    pub fn headers(&self) -> Vec<String> {
        self.lines().split_off(1)
    }

    /// The values of a header, in order.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.headers()
            .iter()
            .filter_map(|line| line.split_once(':'))
            .filter(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.strip_prefix(' ').unwrap_or(value).to_owned())
            .collect()
    }

    /// The value of a header that comes once.
    ///
    /// # Panics
    /// If it comes twice.
    #[track_caller]
    pub fn header(&self, name: &str) -> Option<String> {
        let mut all = self.all(name);
        assert!(
            all.len() < 2,
            "{name} comes more than once: {:?}",
            self.lines()
        );
        all.pop()
    }

    /// The whole as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.head).into_owned() + &String::from_utf8_lossy(&self.body)
    }
}

/// A response with status 200, Content-Length and nothing else but what `headers` gives (lines ended by CR LF).
pub fn response(headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{headers}\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

impl Peer {
    /// Makes the TLS handshake, if there is to be one; `None` if it fails.
    pub(super) fn new(
        wire: Wire,
        tls: Option<Arc<ServerConfig>>,
        number: usize,
        shared: Arc<Shared>,
    ) -> Option<Self> {
        let stream = match tls {
            None => Stream::Plain(wire),
            Some(config) => {
                let connection = ServerConnection::new(config).expect("a valid configuration");
                let mut stream = Box::new(StreamOwned::new(connection, wire));
                while stream.conn.is_handshaking() {
                    if let Err(error) = stream.conn.complete_io(&mut stream.sock) {
                        // What rustls wants to say (an alert) goes out before the end.
                        drop(stream.conn.write_tls(&mut stream.sock));
                        // Before the socket closes, so that a client that sees the end finds it.
                        shared.state().handshake_failures.push(error.to_string());
                        return None;
                    }
                }
                Stream::Tls(stream)
            }
        };
        Some(Self {
            stream: Some(stream),
            number,
            unread: Vec::new(),
            request: None,
            shared,
        })
    }

    /// Which connection of its server this is, from 0.
    pub fn number(&self) -> usize {
        self.number
    }

    /// The client's address.
    pub fn client(&self) -> SocketAddr {
        self.wire().socket().peer_addr().expect("connected")
    }

    /// Reads one request head, up to its empty line, and records it.
    #[track_caller]
    pub fn request(&mut self) -> Request {
        self.next_request()
            .expect("the client closed the connection instead of sending a request")
    }

    /// As [`request`](Self::request); `None` if the client closes or resets instead.
    #[track_caller]
    pub fn next_request(&mut self) -> Option<Request> {
        let end = loop {
            if let Some(at) = find(&self.unread, b"\r\n\r\n") {
                break at + 4;
            }
            if self.more() == 0 {
                assert!(
                    self.unread.is_empty(),
                    "the client closed within a request head: {:?}",
                    String::from_utf8_lossy(&self.unread)
                );
                return None;
            }
        };
        let rest = self.unread.split_off(end);
        let head = std::mem::replace(&mut self.unread, rest);
        let request = Request {
            connection: self.number,
            head,
            body: Vec::new(),
        };
        self.shared.record(request.clone());
        self.request = Some(self.shared.state().requests.len() - 1);
        Some(request)
    }

    /// Reads a request head and the body that its Content-Length announces.
    #[track_caller]
    pub fn whole_request(&mut self) -> Request {
        self.next_whole_request()
            .expect("the client closed the connection instead of sending a request")
    }

    /// As [`whole_request`](Self::whole_request); `None` if the client closes or resets instead.
    #[track_caller]
    pub fn next_whole_request(&mut self) -> Option<Request> {
        let mut request = self.next_request()?;
        if let Some(length) = request.header("Content-Length") {
            let length = length.parse().expect("a number");
            request.body = self.read(length);
        }
        Some(request)
    }

    /// Answers each request with the same bytes until the client goes.
    #[track_caller]
    pub fn answer_all(&mut self, bytes: &[u8]) {
        while self.next_whole_request().is_some() {
            self.send(bytes);
        }
    }

    /// Reads exactly so many bytes; they are recorded as body of the last request.
    #[track_caller]
    pub fn read(&mut self, count: usize) -> Vec<u8> {
        self.try_read(count).unwrap_or_else(|| {
            panic!(
                "the client closed after {} of {count} bytes",
                self.unread.len()
            )
        })
    }

    /// As [`read`](Self::read); `None` if the client closes or resets before.
    #[track_caller]
    pub fn try_read(&mut self, count: usize) -> Option<Vec<u8>> {
        while self.unread.len() < count {
            if self.more() == 0 {
                return None;
            }
        }
        let rest = self.unread.split_off(count);
        let bytes = std::mem::replace(&mut self.unread, rest);
        self.record_body(&bytes);
        Some(bytes)
    }

    /// Reads up to and with this text; recorded as body of the last request.
    #[track_caller]
    pub fn read_until(&mut self, text: &[u8]) -> Vec<u8> {
        loop {
            if let Some(at) = find(&self.unread, text) {
                return self.read(at + text.len());
            }
            assert!(
                self.more() > 0,
                "the client closed before {:?} came",
                String::from_utf8_lossy(text)
            );
        }
    }

    /// Reads exactly this.
    #[track_caller]
    pub fn expect(&mut self, bytes: &[u8]) {
        let got = self.read(bytes.len());
        assert_eq!(
            String::from_utf8_lossy(&got),
            String::from_utf8_lossy(bytes)
        );
    }

    /// Reads until the client ends or resets the connection; what came before that.
    #[track_caller]
    pub fn read_to_end(&mut self) -> Vec<u8> {
        while self.more() > 0 {}
        let bytes = std::mem::take(&mut self.unread);
        self.record_body(&bytes);
        bytes
    }

    /// Waits until the client closes, having sent nothing more.
    #[track_caller]
    pub fn expect_end(&mut self) {
        let bytes = self.read_to_end();
        assert!(
            bytes.is_empty(),
            "the client sent more: {:?}",
            String::from_utf8_lossy(&bytes)
        );
    }

    /// Whether the client sends nothing for so long.
    #[track_caller]
    pub fn silent_for(&mut self, limit: Duration) -> bool {
        if !self.unread.is_empty() {
            return false;
        }
        self.wire().set_read_timeout(limit);
        let mut buffer = [0; 4096];
        let outcome = self.stream_mut().read(&mut buffer);
        self.wire().set_read_timeout(PATIENCE);
        match outcome {
            Ok(count) => {
                self.unread.extend_from_slice(&buffer[..count]);
                count == 0
            }
            Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        }
    }

    /// Sends all of this at once. That the client closed meanwhile is no failure.
    #[track_caller]
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes.as_ref());
    }

    /// Sends; whether the client took it.
    pub fn try_send(&mut self, bytes: &[u8]) -> bool {
        let stream = self.stream_mut();
        stream
            .write_all(bytes)
            .and_then(|()| stream.flush())
            .is_ok()
    }

    /// Sends each byte in a packet of its own.
    #[track_caller]
    pub fn send_bytewise(&mut self, bytes: impl AsRef<[u8]>) {
        for byte in bytes.as_ref() {
            self.send([*byte]);
        }
    }

    /// Sends the first `at` bytes, waits for the gate, then sends the rest.
    #[track_caller]
    pub fn send_split(&mut self, bytes: impl AsRef<[u8]>, at: usize, gate: &Gate) {
        let (first, rest) = bytes.as_ref().split_at(at);
        self.send(first);
        gate.pass();
        self.send(rest);
    }

    /// Does nothing until the test opens the gate.
    #[track_caller]
    pub fn pause(&mut self, gate: &Gate) {
        gate.pass();
    }

    /// Ends the sending direction (FIN, after close_notify with TLS); reading goes on.
    pub fn half_close(&mut self) {
        if let Some(Stream::Tls(stream)) = &mut self.stream {
            stream.conn.send_close_notify();
            drop(stream.flush());
        }
        self.wire().shutdown(Shutdown::Write);
    }

    /// Ends the TCP connection without TLS' close_notify: as a plain close without TLS.
    pub fn cut(&mut self) {
        self.wire().shutdown(Shutdown::Both);
        self.stream = None;
    }

    /// Closes in both directions, after close_notify with TLS.
    pub fn close(&mut self) {
        self.half_close();
        self.stream = None;
    }

    /// Resets the connection: the client sees ECONNRESET.
    pub fn reset(&mut self) {
        self.wire().reset_on_close();
        self.stream = None;
    }

    /// The TLS connection, to look at what was negotiated.
    pub fn tls(&self) -> Option<&ServerConnection> {
        match self.stream.as_ref()? {
            Stream::Plain(_) => None,
            Stream::Tls(stream) => Some(&stream.conn),
        }
    }

    /// What is done when the script ends: a normal close.
    pub(super) fn end(&mut self) {
        if self.stream.is_some() {
            self.close();
        }
    }

    /// Reads once; how many bytes came. The end and a reset are 0.
    #[track_caller]
    fn more(&mut self) -> usize {
        let mut buffer = [0; 16 * 1024];
        match self.stream_mut().read(&mut buffer) {
            Ok(count) => {
                self.unread.extend_from_slice(&buffer[..count]);
                count
            }
            Err(error) if is_end(&error) => 0,
            Err(error) => panic!(
                "nothing more came from the client ({error}); read so far: {:?}",
                String::from_utf8_lossy(&self.unread)
            ),
        }
    }

    fn record_body(&self, bytes: &[u8]) {
        if let Some(request) = self.request {
            self.shared.record_body(request, bytes);
        }
    }

    fn stream_mut(&mut self) -> &mut Stream {
        self.stream
            .as_mut()
            .expect("the script closed the connection itself")
    }

    fn wire(&self) -> &Wire {
        match self
            .stream
            .as_ref()
            .expect("the script closed the connection itself")
        {
            Stream::Plain(wire) => wire,
            Stream::Tls(stream) => &stream.sock,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(wire) => wire.read(out),
            Self::Tls(stream) => stream.read(out),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(wire) => wire.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(wire) => wire.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// Whether the error says that the other side has gone.
fn is_end(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof
            | ErrorKind::NotConnected
    )
}

fn find(bytes: &[u8], text: &[u8]) -> Option<usize> {
    bytes.windows(text.len()).position(|part| part == text)
}
