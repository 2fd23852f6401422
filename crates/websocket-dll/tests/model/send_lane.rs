//! The model of a send lane: which frames must come out, in which pieces, and when an operation is over.

use std::collections::VecDeque;

use websocket_testkit::abi::*;
use websocket_testkit::hresult::{E_INVALID_PROTOCOL_OPERATION, HRESULT, S_OK};
use websocket_testkit::{Action, wire};

use crate::config::Config;
use crate::reference::Kind;

/// A queued `WebSocketSend`.
pub(crate) struct SendOp {
    pub(crate) context: usize,
    pub(crate) kind: WEB_SOCKET_BUFFER_TYPE,
    /// What the library was given a pointer to, and must not change.
    memory: Box<[u8]>,
    original: Vec<u8>,
    /// Status bytes in front of `memory` on the wire.
    status: Vec<u8>,
    opcode: u8,
    fin: bool,
    frames_done: usize,
    /// The header of the next frame went out alone.
    half_done: bool,
    cancelled: bool,
}

impl SendOp {
    pub(crate) fn new(
        context: usize,
        kind: WEB_SOCKET_BUFFER_TYPE,
        payload: &[u8],
        status: Option<u16>,
    ) -> Self {
        Self {
            context,
            kind,
            memory: payload.into(),
            original: payload.to_vec(),
            status: status.map_or(Vec::new(), |status| status.to_be_bytes().to_vec()),
            opcode: 0,
            fin: true,
            frames_done: 0,
            half_done: false,
            cancelled: false,
        }
    }

    /// The payload as the library gets it.
    pub(crate) fn pointer(&mut self) -> *mut u8 {
        self.memory.as_mut_ptr()
    }

    pub(crate) fn length(&self) -> usize {
        self.memory.len()
    }

    fn is_control(&self) -> bool {
        self.opcode >= 8
    }

    /// Payload bytes of each full frame.
    fn step(&self, config: &Config) -> usize {
        if config.copies() && !self.is_control() {
            config.room()
        } else {
            usize::MAX
        }
    }

    fn frames(&self, config: &Config) -> usize {
        self.memory.len().div_ceil(self.step(config)).max(1)
    }

    fn is_over(&self, config: &Config) -> bool {
        self.cancelled || self.frames_done == self.frames(config)
    }
}

/// An action that was handed out.
pub(crate) struct Write {
    pub(crate) token: usize,
    /// Address and length of each piece.
    pub(crate) pieces: Vec<(usize, u32)>,
    /// What they held when they were handed out.
    pub(crate) bytes: Vec<u8>,
    /// A part of a frame whose rest follows or went ahead.
    pub(crate) half: bool,
    /// The header half of a frame.
    header_only: bool,
    /// The pieces that lie in the component's memory.
    pub(crate) native: Vec<(usize, u32)>,
    pub(crate) is_close: bool,
}

/// What a lane has handed out.
pub(crate) enum Outstanding {
    Write(Write),
    Indication { token: usize },
}

/// The lane.
#[derive(Default)]
pub(crate) struct SendLane {
    pub(crate) ops: VecDeque<SendOp>,
    pub(crate) outstanding: Option<Outstanding>,
    open: Option<Kind>,
    pub(crate) close_sent: bool,
}

/// What the lane has to answer to GetAction.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Nothing,
    Indication,
    Write,
}

impl SendLane {
    pub(crate) fn open(&self) -> Option<Kind> {
        self.open
    }

    /// Gives `op` its frame header and says how WebSocketSend must answer (section 3, "Order" and "After a CLOSE").
    pub(crate) fn admit(&mut self, op: &mut SendOp, aborted: bool) -> HRESULT {
        let (kind, fin) = match op.kind {
            WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE => (Kind::Text, true),
            WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE => (Kind::Text, false),
            WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE => (Kind::Binary, true),
            WEB_SOCKET_BINARY_FRAGMENT_BUFFER_TYPE => (Kind::Binary, false),
            control => {
                op.opcode = match control {
                    WEB_SOCKET_CLOSE_BUFFER_TYPE => wire::CLOSE,
                    WEB_SOCKET_PING_PONG_BUFFER_TYPE => wire::PING,
                    _ => wire::PONG,
                };
                let close = op.opcode == wire::CLOSE;
                if aborted || (close && self.close_sent) {
                    return E_INVALID_PROTOCOL_OPERATION;
                }
                self.close_sent |= close;
                return S_OK;
            }
        };
        if aborted || self.close_sent || self.open.is_some_and(|open| open != kind) {
            return E_INVALID_PROTOCOL_OPERATION;
        }
        op.opcode = match (self.open, kind) {
            (Some(_), _) => wire::CONTINUATION,
            (None, Kind::Text) => wire::TEXT,
            (None, Kind::Binary) => wire::BINARY,
        };
        op.fin = fin;
        self.open = (!fin).then_some(kind);
        S_OK
    }

    pub(crate) fn expected(
        &self,
        config: &Config,
        aborted: bool,
        pong_outstanding: bool,
    ) -> Expected {
        match self.ops.front() {
            _ if self.outstanding.is_some() => Expected::Nothing,
            None => Expected::Nothing,
            Some(op) if aborted || op.is_over(config) => Expected::Indication,
            Some(_) if pong_outstanding => Expected::Nothing,
            Some(_) => Expected::Write,
        }
    }

    /// A frame was begun and is not whole: nothing else may be written.
    pub(crate) fn between_halves(&self) -> bool {
        match &self.outstanding {
            Some(Outstanding::Write(write)) => write.half,
            _ => self
                .ops
                .front()
                .is_some_and(|op| op.half_done && !op.cancelled),
        }
    }

    /// A masked Close may occupy the room of a pong.
    pub(crate) fn close_outstanding(&self) -> bool {
        matches!(&self.outstanding, Some(Outstanding::Write(write)) if write.is_close)
    }

    /// Checks an ISC action and removes its operation.
    pub(crate) fn indicated(&mut self, action: &Action) {
        let op = self.ops.pop_front().expect("checked by `expected`");
        assert_eq!(action.action, WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION);
        assert_eq!(
            (action.count, action.buffer_type),
            (0, op.kind),
            "count and type of ISC"
        );
        assert_eq!(action.application, op.context, "context of ISC");
        assert!(
            *op.memory == *op.original,
            "the caller's payload was changed"
        );
        self.outstanding = Some(Outstanding::Indication {
            token: action.context,
        });
    }

    /// Checks an STN action against the next frame of the first operation.
    pub(crate) fn written(&mut self, action: &Action, capacity: u32, config: &Config) {
        let op = self.ops.front().expect("checked by `expected`");
        assert_eq!(action.action, WEB_SOCKET_SEND_TO_NETWORK_ACTION);
        assert_eq!(action.buffer_type, op.kind, "type of STN");
        assert_eq!(action.application, op.context, "context of STN");
        assert!(
            (1..=2.min(capacity)).contains(&action.count),
            "{} buffers",
            action.count
        );
        let pieces: Vec<(usize, u32)> = (0..action.count as usize)
            .map(|index| action.data(index))
            .map(|(pointer, length)| (pointer.addr(), length))
            .collect();
        let bytes = action.wire();

        let step = op.step(config);
        let start = op.frames_done.saturating_mul(step);
        let part = &op.memory[start..][..step.min(op.memory.len() - start)];
        let last = op.frames_done + 1 == op.frames(config);
        let own = (part.as_ptr().addr(), part.len() as u32);

        let (mut half, mut header_only) = (false, false);
        let mut native = pieces.clone();
        if op.half_done {
            assert_eq!(pieces, [own], "the payload half is the caller's memory");
            half = true;
            native.clear();
        } else {
            let payload = [&op.status[..], part].concat();
            let opcode = if op.frames_done == 0 {
                op.opcode
            } else {
                wire::CONTINUATION
            };
            let first = opcode | if op.fin && last { wire::FIN } else { 0 };
            let key = key_of(&bytes, config);
            let header = wire::header(first, payload.len() as u64, key);
            assert_eq!(bytes[..header.len()], header[..], "frame header");
            let own_pointer = !config.copies() && !part.is_empty();
            let head = header.len() + op.status.len();
            if own_pointer && capacity == 1 && bytes.len() == head {
                (half, header_only) = (true, true);
                assert_eq!(bytes[header.len()..], op.status[..]);
            } else {
                let mut masked = payload;
                wire::mask(&mut masked, key.unwrap_or_default());
                assert!(bytes[header.len()..] == masked[..], "payload on the wire");
                if own_pointer && capacity > 1 {
                    assert_eq!(pieces.len(), 2, "header and payload are apart");
                    assert_eq!(pieces[0].1 as usize, head, "length of the header");
                    assert_eq!(pieces[1], own, "the payload is the caller's memory");
                    native.pop();
                } else if own_pointer {
                    assert!(op.is_control(), "a payload that nobody asked to copy");
                } else if masked.is_empty() || capacity == 1 {
                    assert_eq!(pieces.len(), 1, "one buffer");
                } else if !op.is_control() {
                    assert_eq!(pieces.len(), 2, "header and payload are apart");
                    assert_eq!(pieces[0].1 as usize, header.len(), "length of the header");
                }
            }
        }
        self.outstanding = Some(Outstanding::Write(Write {
            token: action.context,
            pieces,
            bytes,
            half,
            header_only,
            native,
            is_close: op.kind == WEB_SOCKET_CLOSE_BUFFER_TYPE,
        }));
    }

    /// The outstanding write was completed, with its sum of lengths or another number.
    pub(crate) fn write_completed(&mut self, right_count: bool) {
        let Some(Outstanding::Write(write)) = self.outstanding.take() else {
            panic!("no write is outstanding");
        };
        let op = self.ops.front_mut().expect("the operation being written");
        if !right_count {
            op.cancelled = true;
        } else if write.header_only {
            op.half_done = true;
        } else {
            op.half_done = false;
            op.frames_done += 1;
        }
    }
}

/// The key in a frame's header; checks that it is there, and 0 where it has to be.
fn key_of(bytes: &[u8], config: &Config) -> Option<[u8; 4]> {
    if config.role == websocket_testkit::Role::Server {
        return None;
    }
    let at = match bytes[1] & 0x7F {
        126 => 4,
        127 => 10,
        _ => 2,
    };
    let key = bytes[at..at + 4].try_into().expect("4 bytes");
    assert!(
        !config.disable_masking || key == [0; 4],
        "a key where masking is off"
    );
    Some(key)
}
