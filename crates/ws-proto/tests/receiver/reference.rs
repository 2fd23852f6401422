//! A slow decoder that takes one byte at a time and keeps all that it has seen: written from RFC 6455 and the error table
//! of the specification, without looking at how the crate does it. The fuzz targets use it too.

use ws_proto::{Kind, MessageKind, OpCode, ProtocolError, ReceiveOptions, Role};

/// What was received, with data pieces joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Data up to the end of the message, or up to a frame with other RSV bits, a control frame, or the end of the bytes.
    Data {
        kind: Kind,
        rsv: u8,
        bytes: Vec<u8>,
        last: bool,
    },
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<u16>, String),
}

/// What a whole stream leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) seen: Vec<Seen>,
    /// The error, and the position of the byte that makes it certain.
    pub(crate) error: Option<(usize, ProtocolError)>,
}

impl Outcome {
    /// Adds a piece of data, to the last one if it belongs to it.
    pub(crate) fn data(&mut self, kind: Kind, rsv: u8, piece: &[u8], last: bool) {
        if let Some(Seen::Data {
            kind: open_kind,
            rsv: open_rsv,
            bytes,
            last: open_last @ false,
        }) = self.seen.last_mut()
            && *open_kind == kind
            && *open_rsv == rsv
        {
            bytes.extend_from_slice(piece);
            *open_last = last;
            return;
        }
        self.seen.push(Seen::Data {
            kind,
            rsv,
            bytes: piece.to_vec(),
            last,
        });
    }
}

enum State {
    Header(Vec<u8>),
    Payload(Frame),
}

struct Frame {
    first: u8,
    key: Option<[u8; 4]>,
    len: u64,
    done: u64,
    /// Unmasked bytes of a control frame.
    control: Vec<u8>,
}

struct Decoder {
    options: ReceiveOptions,
    open: Option<MessageKind>,
    check: bool,
    /// The end of the text so far that is not a whole character.
    tail: Vec<u8>,
    closed: bool,
    outcome: Outcome,
}

/// What the bytes lead to.
pub(crate) fn decode(options: ReceiveOptions, bytes: &[u8]) -> Outcome {
    let mut decoder = Decoder {
        options,
        open: None,
        check: false,
        tail: Vec::new(),
        closed: false,
        outcome: Outcome::default(),
    };
    let mut state = State::Header(Vec::new());
    for (at, &byte) in bytes.iter().enumerate() {
        let next = match state {
            State::Header(header) => decoder.header_byte(header, byte),
            State::Payload(frame) => decoder.payload_byte(frame, byte),
        };
        match next {
            Ok(next) => state = next,
            Err(error) => {
                decoder.outcome.error = Some((at, error));
                break;
            }
        }
    }
    decoder.outcome
}

impl Decoder {
    fn header_byte(&mut self, mut header: Vec<u8>, byte: u8) -> Result<State, ProtocolError> {
        header.push(byte);
        let first = header[0];
        match header.len() {
            1 => self.check_first(first)?,
            2 => self.check_second(first, byte)?,
            _ => {}
        }
        let Some(&second) = header.get(1) else {
            return Ok(State::Header(header));
        };
        let extra = match second & 0x7F {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let length = &header[2..header.len().min(2 + extra)];
        if extra == 8 && length.first().is_some_and(|&top| top >= 0x80) {
            return Err(ProtocolError::LengthTooLarge);
        }
        // The largest that it can still become; too small if even that would have had a shorter form.
        let largest = (0..extra)
            .map(|i| length.get(i).copied().unwrap_or(0xFF))
            .fold(0u64, |value, byte| value << 8 | u64::from(byte));
        if (extra == 2 && largest < 126) || (extra == 8 && largest < 65536) {
            return Err(ProtocolError::LengthNotMinimal);
        }
        let masked = second & 0x80 != 0;
        if header.len() < 2 + extra + if masked { 4 } else { 0 } {
            return Ok(State::Header(header));
        }
        let key = masked.then(|| {
            let at = 2 + extra;
            [header[at], header[at + 1], header[at + 2], header[at + 3]]
        });
        let len = if extra == 0 {
            u64::from(second & 0x7F)
        } else {
            largest
        };
        self.begin(first);
        let frame = Frame {
            first,
            key,
            len,
            done: 0,
            control: Vec::new(),
        };
        if len == 0 {
            self.end(frame)?;
            return Ok(State::Header(Vec::new()));
        }
        Ok(State::Payload(frame))
    }

    fn check_first(&self, first: u8) -> Result<(), ProtocolError> {
        let (fin, rsv, opcode) = (first >= 0x80, first & 0x70, first & 0x0F);
        if rsv != 0 && !self.options.extensions {
            return Err(ProtocolError::ReservedBits);
        }
        if matches!(opcode, 3..=7 | 11..=15) && !self.options.extensions {
            return Err(ProtocolError::ReservedOpcode);
        }
        match opcode {
            8..=15 if !fin => Err(ProtocolError::FragmentedControl),
            8 if self.closed => Err(ProtocolError::CloseAfterClose),
            // Of control frames only pings and pongs may follow; the reserved ones count as data.
            0..=7 | 11..=15 if self.closed => Err(ProtocolError::DataAfterClose),
            0 if self.open.is_none() => Err(ProtocolError::UnexpectedContinuation),
            1 | 2 if self.open.is_some() => Err(ProtocolError::ExpectedContinuation),
            _ => Ok(()),
        }
    }

    fn check_second(&self, first: u8, second: u8) -> Result<(), ProtocolError> {
        let masked = second & 0x80 != 0;
        if !self.options.either_mask {
            match self.options.role {
                Role::Client if masked => return Err(ProtocolError::Masked),
                Role::Server if !masked => return Err(ProtocolError::Unmasked),
                _ => {}
            }
        }
        let length = second & 0x7F;
        match first & 0x0F {
            8..=15 if length > 125 => Err(ProtocolError::OversizedControl),
            8 if length == 1 => Err(ProtocolError::ClosePayload),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, first: u8) {
        let kind = match first & 0x0F {
            1 => MessageKind::Text,
            2 => MessageKind::Binary,
            _ => return,
        };
        self.open = Some(kind);
        self.check = kind == MessageKind::Text && self.options.verify_text && first & 0x70 == 0;
        self.tail.clear();
    }

    fn payload_byte(&mut self, mut frame: Frame, byte: u8) -> Result<State, ProtocolError> {
        let byte = byte ^ frame.key.map_or(0, |key| key[(frame.done % 4) as usize]);
        frame.done += 1;
        let is_end = frame.done == frame.len;
        match frame.first & 0x0F {
            8..=10 => frame.control.push(byte),
            opcode => {
                let last = is_end && frame.first >= 0x80;
                self.check_text(opcode, &[byte], last)?;
                let kind = self.kind(opcode);
                let rsv = frame.first >> 4 & 7;
                self.outcome.data(kind, rsv, &[byte], last);
            }
        }
        if is_end {
            self.end(frame)?;
            return Ok(State::Header(Vec::new()));
        }
        Ok(State::Payload(frame))
    }

    fn kind(&self, opcode: u8) -> Kind {
        match self.open {
            Some(kind) if opcode <= 2 => Kind::Message(kind),
            _ => Kind::Extension(OpCode::from_first_byte(opcode)),
        }
    }

    fn check_text(&mut self, opcode: u8, bytes: &[u8], last: bool) -> Result<(), ProtocolError> {
        if opcode > 2 || !self.check {
            return Ok(());
        }
        self.tail.extend_from_slice(bytes);
        match std::str::from_utf8(&self.tail) {
            Ok(_) => self.tail.clear(),
            Err(error) if error.error_len().is_some() || last => {
                return Err(ProtocolError::InvalidUtf8);
            }
            Err(_) => {}
        }
        Ok(())
    }

    /// The frame is whole; its data was shown byte by byte.
    fn end(&mut self, frame: Frame) -> Result<(), ProtocolError> {
        let opcode = frame.first & 0x0F;
        let fin = frame.first >= 0x80;
        match opcode {
            8 if frame.control.is_empty() => {
                self.closed = true;
                self.outcome.seen.push(Seen::Close(None, String::new()));
            }
            8 => {
                let code = u16::from_be_bytes([frame.control[0], frame.control[1]]);
                if matches!(code, 0..=999 | 1005 | 1006 | 1015) {
                    return Err(ProtocolError::CloseCode);
                }
                let reason = String::from_utf8(frame.control[2..].to_vec())
                    .map_err(|_| ProtocolError::InvalidUtf8)?;
                self.closed = true;
                self.outcome.seen.push(Seen::Close(Some(code), reason));
            }
            // After Close, pings and pongs are skipped.
            9 if !self.closed => self.outcome.seen.push(Seen::Ping(frame.control)),
            10 if !self.closed => self.outcome.seen.push(Seen::Pong(frame.control)),
            9 | 10 => {}
            _ => {
                if frame.len == 0 && fin {
                    self.check_text(opcode, &[], true)?;
                    let kind = self.kind(opcode);
                    let rsv = frame.first >> 4 & 7;
                    self.outcome.data(kind, rsv, &[], true);
                }
                if fin && opcode <= 2 {
                    self.open = None;
                }
            }
        }
        Ok(())
    }
}
