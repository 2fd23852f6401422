//! The receive lane: bytes from the network become indications, and pings become pongs.

use std::collections::VecDeque;

use ws_proto::{Event, FrameHeader, Kind, OpCode, ReceiveOptions, Receiver, close, encode_frame};

use crate::ids::ActionIds;
use crate::parts::Parts;
use crate::queue::give_back;
use crate::{Action, ActionId, Block, BufferType, Buffers, Error, Indication};

/// Pings that may wait for their pong at once. More than these, and the oldest goes unanswered, as RFC 6455 section 5.5.3
/// allows: a peer must not decide how much memory we use. They wait only while half of a frame of ours, or a Close in
/// the control area, is outstanding.
const MAX_WAITING_PINGS: usize = 64;

#[derive(Debug)]
pub(crate) struct ReceiveLane<T, C> {
    operations: VecDeque<Operation<T, C>>,
    outstanding: Option<Outstanding>,
    /// Unparsed bytes in the receive area.
    start: usize,
    end: usize,
    receiver: Receiver,
    /// Payloads of pings whose pong had to wait.
    waiting_pings: VecDeque<Box<[u8]>>,
    aborted: bool,
}

#[derive(Debug)]
struct Operation<T, C> {
    target: Option<T>,
    /// Most bytes to indicate: the room of `target`.
    limit: usize,
    context: C,
    cancelled: bool,
}

#[derive(Clone, Copy, Debug)]
struct Outstanding {
    id: ActionId,
    step: Step,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Read { space: usize },
    Pong,
    Indicate,
}

/// What parsing found, as offsets, so that nothing is borrowed.
enum Parsed {
    Read,
    /// A Ping to answer, in the receive area.
    Ping {
        at: usize,
        len: usize,
    },
    Data {
        kind: BufferType,
        at: usize,
        len: usize,
    },
    Close {
        status: u16,
        reason: Option<(usize, usize)>,
    },
    PongReceived,
}

impl<T: AsRef<[u8]> + AsMut<[u8]>, C> ReceiveLane<T, C> {
    pub(crate) fn new(options: ReceiveOptions) -> Self {
        Self {
            operations: VecDeque::with_capacity(1),
            outstanding: None,
            start: 0,
            end: 0,
            receiver: Receiver::new(options),
            waiting_pings: VecDeque::new(),
            aborted: false,
        }
    }

    pub(crate) fn abort(&mut self) {
        self.aborted = true;
        self.waiting_pings.clear();
    }

    pub(crate) const fn allow_extensions(&mut self) {
        self.receiver.allow_extensions();
    }

    /// Whether an extension was negotiated.
    pub(crate) const fn has_extensions(&self) -> bool {
        self.receiver.has_extensions()
    }

    /// Whether a pong was given out and not reported yet.
    #[inline]
    pub(crate) const fn pong_outstanding(&self) -> bool {
        matches!(
            self.outstanding,
            Some(Outstanding {
                step: Step::Pong,
                ..
            })
        )
    }

    /// Queues an operation; `target` is not empty.
    pub(crate) fn push(&mut self, target: Option<T>, context: C) -> Result<(), Error> {
        let limit = target
            .as_ref()
            .map_or(usize::MAX, |target| target.as_ref().len());
        if limit == 0 {
            return Err(Error::InvalidArgument("a receive buffer must have room"));
        }
        if self.receiver.has_failed() {
            return Err(Error::InvalidOperation("receiving has failed"));
        }
        self.operations.push_back(Operation {
            target,
            limit,
            context,
            cancelled: false,
        });
        Ok(())
    }

    /// The room of the outstanding read action `id`.
    pub(crate) fn space(&self, id: ActionId) -> Option<std::ops::Range<usize>> {
        match self.outstanding {
            Some(Outstanding {
                id: ours,
                step: Step::Read { space },
            }) if ours == id => Some(self.end..self.end + space),
            _ => None,
        }
    }

    #[inline(always)]
    pub(crate) fn next<'a, B: Block>(
        &'a mut self,
        parts: Parts<'a, B>,
        pong_allowed: bool,
    ) -> Result<Action<'a, C>, Error> {
        if self.outstanding.is_some() {
            return Ok(Action::None);
        }
        let Some(head) = self.operations.front() else {
            return Ok(Action::None);
        };
        if self.aborted || head.cancelled {
            return Ok(self.indicate(parts.ids, Indication::Cancelled));
        }
        if pong_allowed && let Some(payload) = self.waiting_pings.pop_front() {
            if self.waiting_pings.is_empty() {
                self.waiting_pings = VecDeque::new();
            }
            return self.pong(parts, &payload);
        }
        // The quick way around everything below.
        let unparsed = parts.block.bytes_mut(self.start..self.end);
        if let Some((kind, payload)) = self.receiver.whole_message(unparsed, head.limit) {
            let at = self.start + payload.start;
            self.start += payload.end;
            return Ok(self.data(parts, BufferType::data(kind, true), at, payload.len()));
        }
        self.next_unusual(parts, pong_allowed)
    }

    /// [`Self::next`] when there is no whole message at hand.
    #[inline(never)]
    fn next_unusual<'a, B: Block>(
        &'a mut self,
        parts: Parts<'a, B>,
        pong_allowed: bool,
    ) -> Result<Action<'a, C>, Error> {
        let parsed = match self.parse(parts.block, pong_allowed) {
            Ok(parsed) => parsed,
            Err(error) => {
                // The error stays: a pong that had to wait must not come out after it.
                self.waiting_pings = VecDeque::new();
                return Err(error.into());
            }
        };
        match parsed {
            Parsed::Read => Ok(self.read(parts)),
            Parsed::Ping { at, len } => {
                let mut copy = [0; 125];
                let payload = &mut copy[..len];
                payload.copy_from_slice(parts.block.bytes(at..at + len));
                self.pong(parts, payload)
            }
            Parsed::Data { kind, at, len } => Ok(self.data(parts, kind, at, len)),
            Parsed::Close { status, reason } => {
                let block: &'a B = parts.block;
                let reason = reason.map(|(at, len)| block.bytes(at..at + len));
                Ok(self.indicate(parts.ids, Indication::Close { status, reason }))
            }
            Parsed::PongReceived => Ok(self.indicate(parts.ids, Indication::Pong)),
        }
    }

    /// Takes the report of an action; false if it is not one of this lane.
    #[inline]
    pub(crate) fn complete(&mut self, id: ActionId, bytes: usize) -> bool {
        let Some(outstanding) = self.outstanding.filter(|outstanding| outstanding.id == id) else {
            return false;
        };
        self.outstanding = None;
        match outstanding.step {
            Step::Read { space } => {
                self.end += bytes.min(space);
                if let (0, Some(head)) = (bytes, self.operations.front_mut()) {
                    head.cancelled = true;
                }
            }
            Step::Pong => {}
            Step::Indicate => {
                self.operations.pop_front();
                give_back(&mut self.operations);
            }
        }
        true
    }

    /// Reads on in the buffered bytes up to the next thing to do.
    #[inline]
    fn parse<B: Block>(
        &mut self,
        block: &mut B,
        pong_allowed: bool,
    ) -> Result<Parsed, ws_proto::ProtocolError> {
        let limit = self
            .operations
            .front()
            .map_or(usize::MAX, |head| head.limit);
        loop {
            let (consumed, event) = self
                .receiver
                .receive(block.bytes_mut(self.start..self.end), limit)?;
            self.start += consumed;
            let end = self.start;
            return Ok(match event {
                Event::NeedMore => Parsed::Read,
                Event::Data(data) => {
                    let kind = match (data.kind, data.rsv) {
                        (Kind::Message(kind), 0) => BufferType::data(kind, data.last),
                        _ => BufferType::Extension(self.receiver.first_byte(data.last)),
                    };
                    let len = data.payload.len();
                    Parsed::Data {
                        kind,
                        at: end - len,
                        len,
                    }
                }
                Event::Ping(payload) if pong_allowed => {
                    let len = payload.len();
                    Parsed::Ping { at: end - len, len }
                }
                Event::Ping(payload) => {
                    let payload = payload.into();
                    self.wait_with(payload);
                    continue;
                }
                Event::Pong(_) => Parsed::PongReceived,
                Event::Close(frame) => {
                    let len = frame.reason.len();
                    match frame.code {
                        Some(status) => Parsed::Close {
                            status,
                            reason: Some((end - len, len)),
                        },
                        None => Parsed::Close {
                            status: close::NO_STATUS,
                            reason: None,
                        },
                    }
                }
            });
        }
    }

    #[cold]
    fn wait_with(&mut self, payload: Box<[u8]>) {
        if self.waiting_pings.len() == MAX_WAITING_PINGS {
            self.waiting_pings.pop_front();
        }
        self.waiting_pings.push_back(payload);
    }

    #[inline(never)]
    fn read<'a, B: Block>(&'a mut self, parts: Parts<'a, B>) -> Action<'a, C> {
        // What is left is at most part of a header or of a control frame, so moving it is cheap, and there is always
        // room behind it: the area has 256 bytes or more.
        if self.start > 0 {
            parts
                .block
                .bytes_mut(0..self.end)
                .copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        let space = self.end..parts.layout.receive_len();
        let id = self.begin(parts.ids, Step::Read { space: space.len() });
        Action::ReceiveFromNetwork {
            id,
            context: &self.operations[0].context,
            space: parts.block.bytes_mut(space),
        }
    }

    #[inline(never)]
    fn pong<'a, B: Block>(
        &'a mut self,
        parts: Parts<'a, B>,
        payload: &[u8],
    ) -> Result<Action<'a, C>, Error> {
        let mask = match parts.masking.key(parts.keys) {
            Ok(mask) => mask,
            Err(error) => {
                self.waiting_pings.push_front(payload.into());
                return Err(error.into());
            }
        };
        let header = FrameHeader {
            fin: true,
            rsv: 0,
            opcode: OpCode::PONG,
            mask,
            payload_len: payload.len() as u64,
        };
        let frame = parts
            .layout
            .control_frame(header.encoded_len() + payload.len());
        let frame = parts.block.bytes_mut(frame);
        encode_frame(frame, &header, payload);
        let id = self.begin(parts.ids, Step::Pong);
        Ok(Action::SendToNetwork {
            id,
            kind: BufferType::PingPong,
            context: None,
            buffers: Buffers::one(frame),
        })
    }

    #[inline(always)]
    fn data<'a, B: Block>(
        &'a mut self,
        parts: Parts<'a, B>,
        kind: BufferType,
        at: usize,
        len: usize,
    ) -> Action<'a, C> {
        let id = self.begin(parts.ids, Step::Indicate);
        let head = &mut self.operations[0];
        let block: &'a B = parts.block;
        let bytes = match &mut head.target {
            _ if len == 0 => None,
            None => Some(block.bytes(at..at + len)),
            Some(target) => {
                let target = &mut target.as_mut()[..len];
                target.copy_from_slice(block.bytes(at..at + len));
                Some(&*target)
            }
        };
        Action::IndicateReceiveComplete {
            id,
            context: &head.context,
            indication: Indication::Data { kind, bytes },
        }
    }

    #[inline(never)]
    fn indicate<'a>(
        &'a mut self,
        ids: &mut ActionIds,
        indication: Indication<'a>,
    ) -> Action<'a, C> {
        let id = self.begin(ids, Step::Indicate);
        Action::IndicateReceiveComplete {
            id,
            context: &self.operations[0].context,
            indication,
        }
    }

    #[inline]
    fn begin(&mut self, ids: &mut ActionIds, step: Step) -> ActionId {
        let id = ids.next();
        self.outstanding = Some(Outstanding { id, step });
        id
    }
}
