//! The echo server, in a process of its own: one thread that waits for all connections.
//!
//! It knows only what this test sends: whole short frames.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::process::{Child, Command, Stdio};

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use winhttp_testkit::server::web_socket::{CLOSE, FIN, frame};

/// How the line that names the port begins.
const PORT: &str = "port ";

/// The other process; dropping it ends it.
pub(super) struct Process {
    child: Child,
    pub(super) port: u16,
}

impl Process {
    pub(super) fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "serve", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let port = output
            .lines()
            .find_map(|line| line.unwrap().split_once(PORT)?.1.parse().ok())
            .expect("the server says where it listens");
        Self { child, port }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const LISTENER: Token = Token(usize::MAX - 1);

/// Serves until whoever started it is gone.
pub(super) fn run() {
    super::open_files_allowed();
    let mut poll = Poll::new().unwrap();
    let mut listener = TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let registry = poll.registry().try_clone().unwrap();
    registry
        .register(&mut listener, LISTENER, Interest::READABLE)
        .unwrap();
    println!("\n{PORT}{}", listener.local_addr().unwrap().port());
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let mut events = Events::with_capacity(1024);
    let mut connections: Vec<Option<Connection>> = Vec::new();
    loop {
        poll.poll(&mut events, None).unwrap();
        for event in &events {
            if event.token() == LISTENER {
                while let Ok((mut stream, _)) = listener.accept() {
                    let token = Token(connections.len());
                    registry
                        .register(&mut stream, token, Interest::READABLE)
                        .unwrap();
                    connections.push(Some(Connection {
                        stream,
                        input: Vec::new(),
                        upgraded: false,
                    }));
                }
                continue;
            }
            let slot = &mut connections[event.token().0];
            if slot
                .as_mut()
                .is_some_and(|connection| connection.serve().is_none())
            {
                *slot = None;
            }
        }
    }
}

struct Connection {
    stream: TcpStream,
    input: Vec<u8>,
    upgraded: bool,
}

impl Connection {
    /// Answers what has come; `None` at the end.
    fn serve(&mut self) -> Option<()> {
        let mut piece = [0; 1024];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => return None,
                Ok(count) => self.input.extend_from_slice(&piece[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Some(()),
                Err(_) => return None,
            }
            if !self.upgraded && self.input.ends_with(b"\r\n\r\n") {
                self.upgrade();
            }
            while self.upgraded && self.answer_frame()? {}
        }
    }

    fn upgrade(&mut self) {
        let head = String::from_utf8(std::mem::take(&mut self.input)).unwrap();
        let key = head
            .lines()
            .find_map(|line| line.strip_prefix("Sec-WebSocket-Key: "))
            .unwrap();
        let accept = ws_proto::handshake::accept_value(key.as_bytes());
        let accept = std::str::from_utf8(&accept).unwrap();
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        self.stream.write_all(answer.as_bytes()).unwrap();
        self.upgraded = true;
    }

    /// Whether there was one; `None` after Close.
    fn answer_frame(&mut self) -> Option<bool> {
        let length = match self.input.get(1) {
            Some(length) => usize::from(length & 0x7F),
            None => return Some(false),
        };
        assert!(length < 126, "all frames are short");
        if self.input.len() < 6 + length {
            return Some(false);
        }
        let first = self.input[0];
        let key: [u8; 4] = self.input[2..6].try_into().unwrap();
        let masked = self.input[6..6 + length].iter();
        let payload: Vec<u8> = masked
            .zip(key.iter().cycle())
            .map(|(byte, key)| byte ^ key)
            .collect();
        self.input.drain(..6 + length);
        if self.input.is_empty() {
            self.input = Vec::new();
        }
        // So few bytes always fit.
        self.stream.write_all(&frame(first, payload)).unwrap();
        (first != FIN | CLOSE).then_some(true)
    }
}
