//! The server's side of a WebSocket: the handshake's answer, and raw frames.

use super::peer::{Peer, Request};

/// FIN, as part of a frame's first byte.
pub const FIN: u8 = 0x80;
/// Opcode of a frame that continues a message.
pub const CONTINUATION: u8 = 0;
/// Opcode of text.
pub const TEXT: u8 = 1;
/// Opcode of binary data.
pub const BINARY: u8 = 2;
/// Opcode of Close.
pub const CLOSE: u8 = 8;
/// Opcode of Ping.
pub const PING: u8 = 9;
/// Opcode of Pong.
pub const PONG: u8 = 10;

/// A frame as a client sent it, unmasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// FIN, RSV bits and opcode.
    pub first: u8,
    /// The masking key.
    pub key: [u8; 4],
    /// The payload.
    pub payload: Vec<u8>,
}

impl Frame {
    /// Its opcode.
    pub fn opcode(&self) -> u8 {
        self.first & 15
    }

    /// The status in a Close's payload.
    ///
    /// # Panics
    /// If it is another frame, or has no status.
    #[track_caller]
    pub fn status(&self) -> u16 {
        assert_eq!(self.first, FIN | CLOSE, "{self:?} is no Close");
        u16::from_be_bytes([self.payload[0], self.payload[1]])
    }
}

/// The bytes of a frame as servers send them: unmasked.
pub fn frame(first: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..=125 => bytes.push(length as u8),
        length @ 126..=65535 => {
            bytes.push(126);
            bytes.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            bytes.push(127);
            bytes.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    bytes.extend_from_slice(payload);
    bytes
}

/// The bytes of a Close.
pub fn close_frame(status: u16, reason: &str) -> Vec<u8> {
    frame(
        FIN | CLOSE,
        [&status.to_be_bytes(), reason.as_bytes()].concat(),
    )
}

/// The 101 that accepts the handshake, with more header lines (each ended by CR LF).
///
/// # Panics
/// If the request has no key.
#[track_caller]
pub fn upgrade_response(request: &Request, headers: &str) -> Vec<u8> {
    let key = request
        .header("Sec-WebSocket-Key")
        .expect("a handshake has a key");
    let accept = ws_proto::handshake::accept_value(key.as_bytes());
    let accept = std::str::from_utf8(&accept).expect("ASCII");
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n{headers}\r\n"
    )
    .into_bytes()
}

impl Peer {
    /// Reads the handshake and accepts it.
    #[track_caller]
    pub fn upgrade(&mut self) -> Request {
        self.upgrade_with("", &[])
    }

    /// As [`upgrade`](Self::upgrade), with more header lines, and with bytes behind the 101 in the same send.
    #[track_caller]
    pub fn upgrade_with(&mut self, headers: &str, behind: &[u8]) -> Request {
        let request = self.request();
        let mut bytes = upgrade_response(&request, headers);
        bytes.extend_from_slice(behind);
        self.send(bytes);
        request
    }

    /// Reads one frame, which must be masked.
    #[track_caller]
    pub fn frame(&mut self) -> Frame {
        self.next_frame()
            .expect("the client closed the connection instead of sending a frame")
    }

    /// As [`frame`](Self::frame); `None` if the client ends or resets the connection between two frames or in one.
    #[track_caller]
    pub fn next_frame(&mut self) -> Option<Frame> {
        let head = self.try_read(2)?;
        let mut length = u64::from(head[1] & 0x7F);
        if length >= 126 {
            let size = if length == 126 { 2 } else { 8 };
            length = self
                .try_read(size)?
                .iter()
                .fold(0, |length, byte| length << 8 | u64::from(*byte));
        }
        assert_eq!(head[1] & 0x80, 0x80, "a client's frame is not masked");
        let key: [u8; 4] = self.try_read(4)?.try_into().expect("4 bytes");
        let mut payload = self.try_read(usize::try_from(length).expect("a small frame"))?;
        for (byte, mask) in payload.iter_mut().zip(key.iter().cycle()) {
            *byte ^= mask;
        }
        Some(Frame {
            first: head[0],
            key,
            payload,
        })
    }

    /// Reads one frame, which must be this.
    #[track_caller]
    pub fn expect_frame(&mut self, first: u8, payload: impl AsRef<[u8]>) -> Frame {
        let frame = self.frame();
        assert_eq!(
            (frame.first, &*frame.payload),
            (first, payload.as_ref()),
            "a client's frame"
        );
        frame
    }

    /// Sends a frame.
    #[track_caller]
    pub fn send_frame(&mut self, first: u8, payload: impl AsRef<[u8]>) {
        self.send(frame(first, payload));
    }

    /// Waits for the client's Close and answers it with the same payload. What else comes is thrown away.
    #[track_caller]
    pub fn answer_close(&mut self) -> Frame {
        loop {
            let frame = self.frame();
            if frame.opcode() == CLOSE {
                self.send_frame(FIN | CLOSE, &frame.payload);
                return frame;
            }
        }
    }

    /// Sends each data frame back and answers the client's Close, until the client ends the connection.
    #[track_caller]
    pub fn echo_frames(&mut self) {
        while let Some(frame) = self.next_frame() {
            match frame.opcode() {
                PONG => {}
                CLOSE => {
                    self.send_frame(FIN | CLOSE, &frame.payload);
                    self.read_to_end();
                    return;
                }
                _ => self.send_frame(frame.first, &frame.payload),
            }
        }
    }
}
