//! What a receiver has to make of a byte stream: an RFC 6455 decoder that shares no code with the library.
//!
//! It says, for the bytes that were read so far, what the next indication must be, or which errors are right (section 4 of
//! the specification, "Parsing in" and "Receive errors").

use win32_abi::hresult::{E_INVALID_PROTOCOL_FORMAT, E_INVALID_PROTOCOL_OPERATION, HRESULT};

/// Text or binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Binary,
}

/// How a receiver is set up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// Frames with the MASK bit are right.
    pub(crate) masked: bool,
    /// Frames without it are right.
    pub(crate) unmasked: bool,
    /// Text has to be UTF-8.
    pub(crate) utf8: bool,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// Nothing can be said before more bytes come.
    Bytes,
    /// One of these errors, as soon as the bytes that came cannot be part of anything right.
    Wrong(Faults),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    /// Status (1005 if the frame is empty) and reason.
    Close(u16, Vec<u8>),
    Data(Data),
}

/// What has come of a data frame and was not indicated yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Data {
    pub(crate) kind: Kind,
    /// Bytes that may be indicated now.
    pub(crate) available: usize,
    /// The last of them ends the message.
    pub(crate) ends_message: bool,
    /// Bytes in front of the first impossible one.
    pub(crate) wrong_at: Option<usize>,
}

/// Which errors fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Faults {
    pub(crate) format: bool,
    pub(crate) operation: bool,
}

impl Faults {
    const FORMAT: Self = Self {
        format: true,
        operation: false,
    };
    const OPERATION: Self = Self {
        format: false,
        operation: true,
    };

    /// Whether `result` is one of them.
    pub(crate) fn allow(self, result: HRESULT) -> bool {
        (self.format && result == E_INVALID_PROTOCOL_FORMAT)
            || (self.operation && result == E_INVALID_PROTOCOL_OPERATION)
    }

    fn any(self) -> bool {
        self.format || self.operation
    }

    fn add(&mut self, other: Self) {
        self.format |= other.format;
        self.operation |= other.operation;
    }
}

#[derive(Debug)]
struct Frame {
    fin: bool,
    opcode: u8,
    /// Payload bytes still to come from `raw`.
    missing: u64,
    key: [u8; 4],
    phase: usize,
    /// Payload that came, unmasked, not indicated yet.
    plain: Vec<u8>,
    /// How much of `plain` was indicated.
    taken: usize,
}

/// The decoder.
#[derive(Debug)]
pub(crate) struct Reference {
    rules: Rules,
    raw: Vec<u8>,
    at: usize,
    frame: Option<Frame>,
    message: Option<Kind>,
    /// The start of a character whose end has not come yet.
    cut: Vec<u8>,
    /// Index in `plain` of the first impossible byte, or its length if it ends too early.
    wrong_at: Option<usize>,
    closed: bool,
}

impl Reference {
    pub(crate) fn new(rules: Rules) -> Self {
        Self {
            rules,
            raw: Vec::new(),
            at: 0,
            frame: None,
            message: None,
            cut: Vec::new(),
            wrong_at: None,
            closed: false,
        }
    }

    /// More bytes were read.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.raw.drain(..self.at);
        self.at = 0;
        self.raw.extend_from_slice(bytes);
    }

    /// Whether every byte was made use of: nothing of a header, control frame or data is waiting.
    pub(crate) fn is_empty(&self) -> bool {
        self.at == self.raw.len()
            && self.frame.as_ref().is_none_or(|frame| {
                // Control frames are collected whole, header included.
                frame.opcode < 8 && frame.plain.len() == frame.taken
            })
    }

    /// Whether a Close came.
    pub(crate) fn closed(&self) -> bool {
        self.closed
    }

    /// What comes next. Frames that show nothing are skipped: empty ones that go on, pings and pongs after a Close.
    pub(crate) fn next(&mut self) -> Next {
        loop {
            if self.frame.is_none()
                && let Some(stop) = self.begin_frame()
            {
                return stop;
            }
            self.fill();
            let closed = self.closed;
            let frame = self.frame.as_ref().expect("begun above");
            let complete = frame.missing == 0;
            match frame.opcode {
                8.. if !complete => return Next::Bytes,
                9 | 10 if closed => self.frame = None,
                9 => return Next::Ping(frame.plain.clone()),
                10 => return Next::Pong(frame.plain.clone()),
                8 => return close(&frame.plain),
                _ => match self.data() {
                    Some(next) => return next,
                    None => self.frame = None,
                },
            }
        }
    }

    /// The control frame that `next` showed was dealt with.
    pub(crate) fn take_control(&mut self) {
        let frame = self.frame.take().expect("a control frame");
        assert!(
            frame.opcode >= 8 && frame.missing == 0,
            "a whole control frame"
        );
        self.closed |= frame.opcode == 8;
    }

    /// The first `length` bytes of the data that `next` showed.
    pub(crate) fn take_data(&mut self, length: usize) -> Vec<u8> {
        let frame = self.frame.as_mut().expect("a data frame");
        let bytes = frame.plain[frame.taken..][..length].to_vec();
        frame.taken += length;
        if frame.missing == 0 && frame.taken == frame.plain.len() {
            if frame.fin {
                self.message = None;
            }
            self.frame = None;
        }
        bytes
    }

    /// Reads a header if it is there; else says why not.
    fn begin_frame(&mut self) -> Option<Next> {
        let raw = &self.raw[self.at..];
        let faults = self.faults(raw);
        let length = match raw {
            [_, second, ..] => {
                let extended = match second & 0x7F {
                    126 => 2,
                    127 => 8,
                    _ => 0,
                };
                2 + extended + if second & 0x80 == 0 { 0 } else { 4 }
            }
            _ => usize::MAX,
        };
        if faults.any() {
            return Some(Next::Wrong(faults));
        }
        if raw.len() < length {
            return Some(Next::Bytes);
        }
        let (fin, opcode, masked) = (raw[0] & 0x80 != 0, raw[0] & 15, raw[1] & 0x80 != 0);
        let key = match masked {
            true => raw[length - 4..length].try_into().expect("4 bytes"),
            false => [0; 4],
        };
        match opcode {
            1 => self.message = Some(Kind::Text),
            2 => self.message = Some(Kind::Binary),
            _ => {}
        }
        let missing = payload_length(raw).expect("a whole header").0;
        self.at += length;
        self.wrong_at = None;
        if opcode == 1 || opcode == 2 {
            self.cut.clear();
        }
        self.frame = Some(Frame {
            fin,
            opcode,
            missing,
            key,
            phase: 0,
            plain: Vec::new(),
            taken: 0,
        });
        None
    }

    /// Everything that is wrong with as much of a header as is there.
    fn faults(&self, raw: &[u8]) -> Faults {
        let mut faults = Faults::default();
        let Some(&first) = raw.first() else {
            return faults;
        };
        let opcode = first & 15;
        let control = opcode >= 8;
        if first & 0x70 != 0 || !matches!(opcode, 0..=2 | 8..=10) || (control && first & 0x80 == 0)
        {
            faults.add(Faults::FORMAT);
        }
        let sequence_broken = match opcode {
            0 => self.message.is_none(),
            1..=7 => self.message.is_some(),
            _ => false,
        };
        if sequence_broken || (self.closed && opcode <= 8) {
            faults.add(Faults::OPERATION);
        }
        let Some(&second) = raw.get(1) else {
            return faults;
        };
        let right = if second & 0x80 == 0 {
            self.rules.unmasked
        } else {
            self.rules.masked
        };
        if !right || (control && second & 0x7F > 125) || (opcode == 8 && second & 0x7F == 1) {
            faults.add(Faults::FORMAT);
        }
        let wide = second & 0x7F == 127;
        let too_wide = raw.get(2).is_some_and(|top| top & 0x80 != 0)
            || raw
                .get(2..8)
                .is_some_and(|high| high.iter().all(|&byte| byte == 0));
        if wide && too_wide {
            faults.add(Faults::FORMAT);
        }
        if let Some((length, shortest)) = payload_length(raw)
            && (!shortest || length >> 63 != 0)
        {
            faults.add(Faults::FORMAT);
        }
        faults
    }

    /// Moves what has come of the frame's payload out of the raw bytes.
    fn fill(&mut self) {
        let frame = self.frame.as_mut().expect("called inside a frame");
        let raw = &self.raw[self.at..];
        let length =
            usize::try_from(frame.missing).map_or(raw.len(), |missing| missing.min(raw.len()));
        frame.plain.drain(..frame.taken);
        if let Some(at) = &mut self.wrong_at {
            *at = at.saturating_sub(frame.taken);
        }
        frame.taken = 0;
        let start = frame.plain.len();
        frame.plain.extend(
            raw[..length]
                .iter()
                .enumerate()
                .map(|(index, byte)| byte ^ frame.key[(frame.phase + index) % 4]),
        );
        frame.phase = (frame.phase + length) % 4;
        frame.missing -= length as u64;
        self.at += length;

        let text = frame.opcode < 8 && self.message == Some(Kind::Text) && self.rules.utf8;
        if !text || self.wrong_at.is_some() {
            return;
        }
        let before = self.cut.len();
        self.cut.extend_from_slice(&frame.plain[start..]);
        match std::str::from_utf8(&self.cut) {
            Ok(_) => self.cut.clear(),
            Err(error) => match error.error_len() {
                // The impossible byte may be one after `valid_up_to`; its character's start is where it went wrong.
                Some(_) => {
                    self.wrong_at = Some((start + error.valid_up_to()).saturating_sub(before))
                }
                None => {
                    self.cut.drain(..error.valid_up_to());
                }
            },
        }
        if frame.missing == 0 && frame.fin && !self.cut.is_empty() && self.wrong_at.is_none() {
            self.wrong_at = Some(frame.plain.len().saturating_sub(self.cut.len()));
        }
    }

    /// What the current data frame shows; `None` if nothing, and it is over.
    fn data(&self) -> Option<Next> {
        let frame = self.frame.as_ref().expect("called inside a frame");
        let available = frame.plain.len() - frame.taken;
        let over = frame.missing == 0;
        if available == 0 && !over {
            return Some(Next::Bytes);
        }
        if self.wrong_at.is_some() && available == 0 {
            return Some(Next::Wrong(Faults::FORMAT));
        }
        (available > 0 || frame.fin).then(|| {
            Next::Data(Data {
                kind: self.message.expect("set by the first frame"),
                available,
                ends_message: over && frame.fin,
                wrong_at: self.wrong_at,
            })
        })
    }
}

/// The length field and whether it has its shortest form; `None` while it is incomplete.
fn payload_length(raw: &[u8]) -> Option<(u64, bool)> {
    match raw.get(1)? & 0x7F {
        126 => {
            let length = u64::from(u16::from_be_bytes(raw.get(2..4)?.try_into().ok()?));
            Some((length, length > 125))
        }
        127 => {
            let length = u64::from_be_bytes(raw.get(2..10)?.try_into().ok()?);
            Some((length, length > 0xFFFF))
        }
        length => Some((u64::from(length), true)),
    }
}

fn close(payload: &[u8]) -> Next {
    match payload {
        [] => Next::Close(1005, Vec::new()),
        [_] => Next::Wrong(Faults::FORMAT),
        [high, low, reason @ ..] => {
            let status = u16::from_be_bytes([*high, *low]);
            let wrong = matches!(status, 0..=999 | 1005 | 1006 | 1015);
            if wrong || std::str::from_utf8(reason).is_err() {
                Next::Wrong(Faults::FORMAT)
            } else {
                Next::Close(status, reason.to_vec())
            }
        }
    }
}
