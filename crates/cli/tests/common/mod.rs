//! The command as its users run it, and a raw client to be rude with.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::time::Duration;

use ws_proto::{FrameHeader, OpCode, encode_frame};

/// For everything that should take no time at all.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The command with these arguments.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_openwinhttp"));
    command.args(arguments);
    command
}

/// Runs the command to its end with this input.
pub(crate) fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || feed(stdin, input));
        child.wait_with_output().unwrap()
    })
}

/// The command may end before it has read all; that is its own business.
fn feed(mut stdin: ChildStdin, input: &[u8]) {
    let _ = stdin.write_all(input);
}

/// Standard output and error as text, and the exit code.
pub(crate) fn texts(output: &Output) -> (String, String, Option<i32>) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        text(&output.stdout),
        text(&output.stderr),
        output.status.code(),
    )
}

/// A running `echo-server`.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = command(&["echo-server"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let address = line
            .trim_end()
            .strip_prefix("listening on ws://")
            .unwrap_or_else(|| panic!("unexpected line {line:?}"))
            .parse()
            .unwrap();
        Self { child, address }
    }

    pub(crate) fn url(&self) -> String {
        format!("ws://{}/", self.address)
    }

    /// A TCP connection without a handshake.
    pub(crate) fn connect(&self) -> Raw {
        Raw::new(TcpStream::connect(self.address).unwrap())
    }

    /// An open WebSocket connection.
    pub(crate) fn open(&self) -> Raw {
        let mut raw = self.connect();
        raw.write(REQUEST.as_bytes());
        let response = raw.read_head();
        assert!(response.starts_with("HTTP/1.1 101 "), "{response}");
        raw
    }

    /// Whether it still serves.
    pub(crate) fn assert_alive(&mut self) {
        assert_eq!(self.child.try_wait().unwrap(), None, "the server has ended");
        let mut raw = self.open();
        raw.write(&frame(true, OpCode::TEXT, b"alive"));
        assert_eq!(raw.read_frame(), (0x81, b"alive".to_vec()));
    }

    /// Resident memory in KiB, where the system tells.
    pub(crate) fn resident(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A good handshake.
pub(crate) const REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A masked frame.
pub(crate) fn frame(fin: bool, opcode: OpCode, payload: &[u8]) -> Vec<u8> {
    frame_with(fin, opcode, Some([0x11, 0x22, 0x33, 0x44]), payload)
}

pub(crate) fn frame_with(
    fin: bool,
    opcode: OpCode,
    mask: Option<[u8; 4]>,
    payload: &[u8],
) -> Vec<u8> {
    let header = FrameHeader {
        fin,
        rsv: 0,
        opcode,
        mask,
        payload_len: payload.len() as u64,
    };
    let mut out = vec![0; header.encoded_len() + payload.len()];
    encode_frame(&mut out, &header, payload);
    out
}

/// Bytes on a socket.
pub(crate) struct Raw {
    pub(crate) stream: TcpStream,
}

impl Raw {
    pub(crate) fn new(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Each byte in a packet of its own.
    pub(crate) fn write_slowly(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write(&[byte]));
    }

    pub(crate) fn read(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        self.stream.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// The head of an HTTP message.
    pub(crate) fn read_head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.extend(self.read(1));
        }
        String::from_utf8(head).unwrap()
    }

    /// First byte and payload of an unmasked frame.
    pub(crate) fn read_frame(&mut self) -> (u8, Vec<u8>) {
        let (first, len) = self.read_frame_start(0);
        (first, self.read(len))
    }

    /// First byte and payload of a masked frame.
    pub(crate) fn read_masked_frame(&mut self) -> (u8, Vec<u8>) {
        let (first, len) = self.read_frame_start(0x80);
        let key = self.read(4);
        let mut payload = self.read(len);
        let bytes = payload.iter_mut().zip(key.iter().cycle());
        bytes.for_each(|(byte, key)| *byte ^= key);
        (first, payload)
    }

    fn read_frame_start(&mut self, mask_bit: u8) -> (u8, usize) {
        let start = self.read(2);
        assert_eq!(start[1] & 0x80, mask_bit, "masked by clients only");
        let len = match start[1] & 0x7F {
            126 => usize::from(u16::from_be_bytes(self.read(2).try_into().unwrap())),
            127 => usize::try_from(u64::from_be_bytes(self.read(8).try_into().unwrap())).unwrap(),
            short => usize::from(short),
        };
        (start[0], len)
    }

    /// One whole message: the first byte of its first frame, and its payload.
    pub(crate) fn read_message(&mut self) -> (u8, Vec<u8>) {
        let (first, mut payload) = self.read_frame();
        let mut byte = first;
        while byte & 0x80 == 0 {
            let (next, more) = self.read_frame();
            assert_eq!(next & 0x7F, 0, "a continuation frame");
            payload.extend(more);
            byte = next;
        }
        (first & 0x7F, payload)
    }

    /// Everything up to the end of the connection, however it ends.
    pub(crate) fn read_rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let _ = self.stream.read_to_end(&mut bytes);
        bytes
    }

    /// Expects a Close with that code, then the end of the connection.
    pub(crate) fn expect_close(&mut self, code: u16) {
        let (first, payload) = self.read_frame();
        assert_eq!(first, 0x88, "a Close, not {payload:?}");
        assert_eq!(payload[..2], code.to_be_bytes(), "{payload:?}");
        let _ = self.stream.shutdown(Shutdown::Write);
        assert_eq!(self.read_rest(), b"");
    }
}
