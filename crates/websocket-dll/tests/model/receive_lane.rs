//! The model of a receive lane: what must be indicated, which pongs are owed, and when bytes are asked for.

use std::collections::VecDeque;

use websocket_testkit::abi::*;
use websocket_testkit::hresult::{HRESULT, S_OK};
use websocket_testkit::{Action, Role, wire};

use crate::config::Config;
use crate::reference::{Data, Faults, Kind, Next, Reference};

const GUARD: usize = 16;
const GUARD_BYTE: u8 = 0xD3;
/// Pings that may wait for their pongs; then the oldest goes unanswered (RFC 6455, section 5.5.3).
const PINGS_KEPT: usize = 64;

/// A receive buffer of the application between guard bytes.
pub(crate) struct AppBuffer {
    memory: Box<[u8]>,
}

impl AppBuffer {
    pub(crate) fn new(length: usize) -> Self {
        Self {
            memory: vec![GUARD_BYTE; length + 2 * GUARD].into(),
        }
    }

    pub(crate) fn pointer(&self) -> *mut u8 {
        let base = self.memory.as_ptr().expose_provenance();
        std::ptr::with_exposed_provenance_mut(base + GUARD)
    }

    pub(crate) fn length(&self) -> usize {
        self.memory.len() - 2 * GUARD
    }

    fn check_guards(&self) {
        let (front, rest) = self.memory.split_at(GUARD);
        let back = &rest[self.length()..];
        let intact = front.iter().chain(back).all(|&byte| byte == GUARD_BYTE);
        assert!(
            intact,
            "bytes around the application's receive buffer were changed"
        );
    }
}

/// A queued `WebSocketReceive`.
pub(crate) struct ReceiveOp {
    pub(crate) context: usize,
    pub(crate) buffer: Option<AppBuffer>,
    pub(crate) cancelled: bool,
}

/// What the lane has handed out.
pub(crate) enum Outstanding {
    Pong {
        token: usize,
        piece: (usize, u32),
        bytes: Vec<u8>,
    },
    Read {
        token: usize,
        piece: (usize, u32),
    },
    Indication {
        token: usize,
        piece: (usize, u32),
        bytes: Vec<u8>,
        /// Keeps the application's memory as long as the indication refers to it.
        op: ReceiveOp,
    },
}

impl Outstanding {
    pub(crate) fn token(&self) -> usize {
        match self {
            Self::Pong { token, .. }
            | Self::Read { token, .. }
            | Self::Indication { token, .. } => *token,
        }
    }

    /// The piece, if it lies in the component's memory.
    pub(crate) fn native(&self) -> Option<(usize, u32)> {
        match self {
            Self::Pong { piece, .. } | Self::Read { piece, .. } => Some(*piece),
            Self::Indication { piece, op, .. } => {
                let own = op
                    .buffer
                    .as_ref()
                    .is_some_and(|own| own.pointer().addr() == piece.0);
                (!own).then_some(*piece)
            }
        }
    }
}

/// What the send lane does meanwhile.
#[derive(Clone, Copy)]
pub(crate) struct Meanwhile {
    /// A frame is not whole: a pong now would be a mistake.
    pub(crate) between_halves: bool,
    /// A pong may have to wait.
    pub(crate) close_outstanding: bool,
}

/// What an accepted action was, for the statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    Pong,
    Read,
    Data,
    Control,
    Cancelled,
    Error,
}

/// The lane.
pub(crate) struct ReceiveLane {
    pub(crate) ops: VecDeque<ReceiveOp>,
    pub(crate) outstanding: Option<Outstanding>,
    pub(crate) reference: Reference,
    pub(crate) sticky: Option<HRESULT>,
    parked: VecDeque<Vec<u8>>,
}

impl ReceiveLane {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            ops: VecDeque::new(),
            outstanding: None,
            reference: Reference::new(config.rules()),
            sticky: None,
            parked: VecDeque::new(),
        }
    }

    pub(crate) fn pong_outstanding(&self) -> bool {
        matches!(self.outstanding, Some(Outstanding::Pong { .. }))
    }

    pub(crate) fn abort(&mut self) {
        self.sticky = None;
        self.parked.clear();
    }

    /// Every pong that is owed was handed out.
    pub(crate) fn owes_no_pong(&self) -> bool {
        self.parked.is_empty() || self.reference.closed()
    }

    /// Checks what GetAction answered while an operation is queued and nothing is outstanding.
    pub(crate) fn answered(
        &mut self,
        action: &Action,
        config: &Config,
        aborted: bool,
        meanwhile: Meanwhile,
    ) -> Seen {
        if aborted || self.ops[0].cancelled {
            self.indicated(action, 0, Some(&[]));
            assert_eq!(
                action.data(0),
                (std::ptr::null_mut(), 0),
                "cancelled: no buffer"
            );
            return Seen::Cancelled;
        }
        if let Some(error) = self.sticky {
            assert_eq!(action.result, error, "the error stays");
            assert!(action.is_blank(), "outputs of a failure");
            return Seen::Error;
        }
        if action.result == S_OK && action.action == WEB_SOCKET_SEND_TO_NETWORK_ACTION {
            self.ponged(action, config, meanwhile);
            return Seen::Pong;
        }
        let may_wait = meanwhile.between_halves || meanwhile.close_outstanding;
        assert!(
            may_wait || self.owes_no_pong(),
            "a pong is due before {action:02x?}"
        );
        let next = loop {
            match self.reference.next() {
                Next::Ping(payload) => {
                    assert!(
                        may_wait,
                        "a pong for {payload:02x?} is due before {action:02x?}"
                    );
                    self.reference.take_control();
                    self.parked.push_back(payload);
                    if self.parked.len() > PINGS_KEPT {
                        self.parked.pop_front();
                    }
                }
                next => break next,
            }
        };
        match next {
            Next::Bytes => self.asked_for_bytes(action, config),
            Next::Wrong(faults) => self.failed(action, faults),
            Next::Ping(_) => unreachable!("dealt with above"),
            Next::Pong(payload) => {
                self.reference.take_control();
                // Whether a pong's payload is shown is open: both forms are right.
                let shown = action.data(0).1 != 0;
                let bytes = if shown { &payload[..] } else { &[] };
                self.indicated(action, WEB_SOCKET_PING_PONG_BUFFER_TYPE, Some(bytes));
                Seen::Control
            }
            Next::Close(status, reason) => {
                self.reference.take_control();
                self.indicated(action, WEB_SOCKET_CLOSE_BUFFER_TYPE, Some(&reason));
                let (pointer, length, shown) = action.close(0);
                assert_eq!((shown, length as usize), (status, reason.len()), "Close");
                assert_eq!(pointer.is_null(), status == 1005, "pointer to the reason");
                Seen::Control
            }
            Next::Data(data) => self.data(action, data),
        }
    }

    fn ponged(&mut self, action: &Action, config: &Config, meanwhile: Meanwhile) {
        assert!(!meanwhile.between_halves, "a pong inside another frame");
        let payload = self
            .parked
            .pop_front()
            .unwrap_or_else(|| match self.reference.next() {
                Next::Ping(payload) => {
                    self.reference.take_control();
                    payload
                }
                next => panic!("a pong where {next:?} was next"),
            });
        assert_eq!(
            action.buffer_type, WEB_SOCKET_PING_PONG_BUFFER_TYPE,
            "type of a pong"
        );
        assert_eq!(
            (action.application, action.count),
            (0, 1),
            "context and count of a pong"
        );
        let bytes = action.wire();
        let frame = wire::Frame::only(&bytes);
        assert_eq!(
            (frame.first, &frame.payload),
            (wire::FIN | wire::PONG, &payload)
        );
        assert_eq!(
            frame.key.is_some(),
            config.role == Role::Client,
            "mask of a pong"
        );
        let (pointer, length) = action.data(0);
        self.outstanding = Some(Outstanding::Pong {
            token: action.context,
            piece: (pointer.addr(), length),
            bytes,
        });
    }

    fn asked_for_bytes(&mut self, action: &Action, config: &Config) -> Seen {
        assert_eq!(action.result, S_OK, "more bytes are needed");
        assert_eq!(
            action.action, WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION,
            "more bytes are needed"
        );
        assert_eq!(
            (action.count, action.buffer_type),
            (1, 0),
            "count and type of RFN"
        );
        assert_eq!(action.application, self.ops[0].context, "context of RFN");
        let (pointer, length) = action.data(0);
        assert!(
            (1..=config.receive_buffer).contains(&length),
            "RFN of {length} bytes"
        );
        if self.reference.is_empty() {
            assert_eq!(
                length, config.receive_buffer,
                "the whole receive area is free"
            );
        }
        self.outstanding = Some(Outstanding::Read {
            token: action.context,
            piece: (pointer.addr(), length),
        });
        Seen::Read
    }

    fn failed(&mut self, action: &Action, faults: Faults) -> Seen {
        assert!(
            faults.allow(action.result),
            "{:#010x} where {faults:?} was due: {action:02x?}",
            action.result
        );
        assert!(action.is_blank(), "outputs of a failure");
        self.sticky = Some(action.result);
        Seen::Error
    }

    fn data(&mut self, action: &Action, data: Data) -> Seen {
        let room = self.ops[0]
            .buffer
            .as_ref()
            .map_or(usize::MAX, AppBuffer::length);
        let length = room.min(data.available);
        if let Some(wrong_at) = data.wrong_at {
            // With little room, the part in front of the error may still be shown.
            let may_show = length < data.available && length <= wrong_at + 3;
            if !may_show || action.result != S_OK {
                return self.failed(
                    action,
                    Faults {
                        format: true,
                        operation: false,
                    },
                );
            }
        }
        let ends = data.ends_message && length == data.available;
        let kind = match (data.kind, ends) {
            (Kind::Text, true) => WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE,
            (Kind::Text, false) => WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE,
            (Kind::Binary, true) => WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE,
            (Kind::Binary, false) => WEB_SOCKET_BINARY_FRAGMENT_BUFFER_TYPE,
        };
        let bytes = self.reference.take_data(length);
        let own = self.ops[0].buffer.as_ref().map(AppBuffer::pointer);
        self.indicated(action, kind, Some(&bytes));
        let (pointer, _) = action.data(0);
        if length == 0 {
            assert!(pointer.is_null(), "an empty message has no buffer");
        } else if let Some(own) = own {
            assert_eq!(pointer, own, "data is in the application's buffer");
        }
        Seen::Data
    }

    /// Checks an IRC action and removes its operation.
    fn indicated(&mut self, action: &Action, kind: WEB_SOCKET_BUFFER_TYPE, bytes: Option<&[u8]>) {
        let op = self.ops.pop_front().expect("an operation is queued");
        assert_eq!(action.result, S_OK, "an indication is due: {action:02x?}");
        assert_eq!(action.action, WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION);
        assert_eq!(
            (action.count, action.buffer_type),
            (1, kind),
            "count and type of IRC"
        );
        assert_eq!(action.application, op.context, "context of IRC");
        let shown = action.bytes(0);
        if let Some(bytes) = bytes {
            assert!(shown == bytes, "indicated {shown:02x?} for {bytes:02x?}");
        }
        let (pointer, length) = action.data(0);
        self.outstanding = Some(Outstanding::Indication {
            token: action.context,
            piece: (pointer.addr(), length),
            bytes: shown,
            op,
        });
    }

    /// Checks the guards of an operation that is over.
    pub(crate) fn retire(op: ReceiveOp) {
        if let Some(buffer) = op.buffer {
            buffer.check_guards();
        }
    }
}
