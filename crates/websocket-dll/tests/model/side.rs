//! One handle, driven by calls that are checked against the model as they are made.

use std::collections::{HashSet, VecDeque};
use std::ptr::null;

use websocket_testkit::abi::*;
use websocket_testkit::hresult::{
    E_HANDLE, E_INVALID_PROTOCOL_OPERATION, E_INVALIDARG, HRESULT, S_OK,
};
use websocket_testkit::{Action, Block, Endpoint, api, data};

use crate::config::Config;
use crate::receive_lane::{self, AppBuffer, Meanwhile, ReceiveLane, ReceiveOp, Seen};
use crate::rng::Rng;
use crate::send_lane::{self, Expected, SendLane, SendOp};
use crate::statistics::Statistics;
use crate::transcript::Transcript;

/// What the parts of a session share.
pub(crate) struct Shared<'a> {
    pub(crate) rng: &'a mut Rng,
    pub(crate) transcript: &'a mut Transcript,
    pub(crate) statistics: &'a mut Statistics,
}

/// A handle and the model of it.
pub(crate) struct Side {
    pub(crate) name: &'static str,
    pub(crate) config: Config,
    // Declared before the block: the handle goes first.
    endpoint: Option<Endpoint>,
    block: Option<Block>,
    pub(crate) send: SendLane,
    pub(crate) receive: ReceiveLane,
    pub(crate) aborted: bool,
    /// The handshake is over; a server's first session call ends it.
    pub(crate) open: bool,
    tokens: HashSet<usize>,
    last_token: usize,
    next_context: usize,
}

impl Side {
    pub(crate) fn new(name: &'static str, config: Config, shared: &mut Shared<'_>) -> Self {
        shared.transcript.say(format_args!("{name}: {config:?}"));
        let block = config.new_block();
        let endpoint = config.create(block.as_ref(), shared.rng);
        Self {
            name,
            config,
            endpoint: Some(endpoint),
            block,
            send: SendLane::default(),
            receive: ReceiveLane::new(&config),
            aborted: false,
            open: false,
            tokens: HashSet::new(),
            last_token: 0,
            next_context: 0,
        }
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        self.endpoint.as_ref().expect("not deleted")
    }

    /// A context that no other operation of this handle has.
    fn new_context(&mut self) -> usize {
        self.next_context += 1;
        self.next_context * 8 + 0x10_0000 * self.name.len()
    }

    /// `WebSocketSend`; returns whether it was accepted.
    pub(crate) fn send(
        &mut self,
        kind: WEB_SOCKET_BUFFER_TYPE,
        payload: &[u8],
        status: Option<u16>,
        shared: &mut Shared<'_>,
    ) -> bool {
        let context = self.new_context();
        let mut op = SendOp::new(context, kind, payload, status);
        let (pointer, length) = (op.pointer(), op.length() as u32);
        let pointer = if length == 0 && shared.rng.percent(50) {
            std::ptr::null_mut()
        } else {
            pointer
        };
        let buffer = match kind {
            WEB_SOCKET_CLOSE_BUFFER_TYPE => WEB_SOCKET_BUFFER {
                CloseStatus: WEB_SOCKET_BUFFER_CLOSE_STATUS {
                    // "None" as a status that is not sent has to come without a reason pointer.
                    pbReason: if status.is_none() {
                        std::ptr::null_mut()
                    } else {
                        pointer
                    },
                    ulReasonLength: length,
                    usStatus: status.unwrap_or(1005),
                },
            },
            _ => data(pointer, length),
        };
        let no_buffer = matches!(
            kind,
            WEB_SOCKET_PING_PONG_BUFFER_TYPE | WEB_SOCKET_UNSOLICITED_PONG_BUFFER_TYPE
        ) || (length == 0 && status.is_none() && shared.rng.percent(30));
        self.open = true;
        let expected = self.send.admit(&mut op, self.aborted);
        // SAFETY: the descriptor lives through the call; the payload stays in `op` until the operation is indicated.
        let result = unsafe {
            let buffer = if no_buffer { null() } else { &raw const buffer };
            self.endpoint().send_raw(kind, buffer, context)
        };
        shared.transcript.say(format_args!(
            "{} Send({kind:#x}, {length} bytes, status {status:?}, context {context:#x}) = {result:#010x}",
            self.name
        ));
        assert_eq!(result, expected, "WebSocketSend");
        if result == S_OK {
            self.send.ops.push_back(op);
        } else {
            shared.statistics.refused += 1;
        }
        result == S_OK
    }

    /// `WebSocketReceive`, with a buffer of the given length or without one.
    pub(crate) fn receive(&mut self, length: Option<usize>, shared: &mut Shared<'_>) {
        self.open = true;
        let context = self.new_context();
        let op = ReceiveOp {
            context,
            buffer: length.map(AppBuffer::new),
            cancelled: false,
        };
        let descriptor = op
            .buffer
            .as_ref()
            .map(|buffer| data(buffer.pointer(), buffer.length() as u32));
        // SAFETY: the descriptor lives through the call, the buffer in `op` until the operation is indicated.
        let result = unsafe {
            let descriptor = descriptor.as_ref().map_or(null(), std::ptr::from_ref);
            self.endpoint().receive_raw(descriptor, context)
        };
        shared.transcript.say(format_args!(
            "{} Receive({length:?}, context {context:#x}) = {result:#010x}",
            self.name
        ));
        if self.aborted || self.receive.sticky.is_some() {
            assert_eq!(result, E_INVALID_PROTOCOL_OPERATION, "WebSocketReceive");
            shared.statistics.refused += 1;
        } else {
            assert_eq!(result, S_OK, "WebSocketReceive");
            self.receive.ops.push_back(op);
        }
    }

    /// Calls that no state allows.
    pub(crate) fn misuse(&mut self, shared: &mut Shared<'_>) {
        if !self.open {
            // Whether a call that is refused for its arguments ends a server's handshake is nobody's business.
            return;
        }
        let mut byte = 0;
        let five = data(std::ptr::null_mut(), 5);
        let one = data(&mut byte, 1);
        let none = data(&mut byte, 0);
        let endpoint = self.endpoint();
        let which = shared.rng.below(9);
        // SAFETY: every descriptor is refused before what it refers to matters; the one that does not leads to a byte.
        let result = unsafe {
            match which {
                0 => endpoint.send_raw(WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE, &five, 1),
                1 => endpoint.send_raw(WEB_SOCKET_PING_PONG_BUFFER_TYPE, &one, 1),
                2 => endpoint.send_raw(0x8000_0007, &one, 1),
                3 => endpoint.send_raw(0x12, &one, 1),
                4 => endpoint.receive_raw(&five, 1),
                5 => endpoint.receive_raw(&none, 1),
                6 => endpoint.get_action_with(4, 2, 0).result,
                7 => endpoint.get_action_with(0, 2, 0).result,
                _ => endpoint.get_action_with(3, 0, 0).result,
            }
        };
        shared.transcript.say(format_args!(
            "{} misuse {which} = {result:#010x}",
            self.name
        ));
        if self.aborted || (self.receive.sticky.is_some() && which < 6) || self.send.close_sent {
            assert!(
                [E_INVALIDARG, E_INVALID_PROTOCOL_OPERATION].contains(&result),
                "misuse {which}"
            );
        } else {
            assert_eq!(result, E_INVALIDARG, "misuse {which}");
        }
    }

    /// `WebSocketGetAction`, checked against both lanes; returns whether there was something to do.
    pub(crate) fn get_action(
        &mut self,
        queue: WEB_SOCKET_ACTION_QUEUE,
        capacity: u32,
        shared: &mut Shared<'_>,
    ) -> bool {
        self.open = true;
        let fill = if shared.rng.percent(50) { 0 } else { 0xA5 };
        let action = self.endpoint().get_action_with(queue, capacity, fill);
        shared.transcript.say(format_args!(
            "{} GetAction({queue}, {capacity}) = {:#010x}: action {}, count {}, type {:#x}, contexts {:#x} {:#x}, {:?} {:?}",
            self.name,
            action.result,
            action.action,
            action.count,
            action.buffer_type,
            action.application,
            action.context,
            action.data(0),
            action.data(1),
        ));
        let written = action.count.min(capacity) as usize;
        assert!(action.count <= capacity, "more buffers than were offered");
        assert!(
            action.untouched_from(written),
            "a buffer beyond the count was written"
        );

        let pong = self.receive.pong_outstanding();
        if queue & WEB_SOCKET_SEND_ACTION_QUEUE != 0 {
            let expected = self.send.expected(&self.config, self.aborted, pong);
            if expected != Expected::Nothing {
                assert_eq!(action.result, S_OK, "{expected:?} is due");
                match expected {
                    Expected::Write => {
                        self.send.written(&action, capacity, &self.config);
                        shared.statistics.frames += 1;
                    }
                    _ => self.send.indicated(&action),
                }
                self.handed_out(&action);
                return true;
            }
        }
        let due = self.receive.outstanding.is_none() && !self.receive.ops.is_empty();
        if queue & WEB_SOCKET_RECEIVE_ACTION_QUEUE != 0 && due {
            let meanwhile = Meanwhile {
                between_halves: self.send.between_halves(),
                close_outstanding: self.config.copies() && self.send.close_outstanding(),
            };
            let seen = self
                .receive
                .answered(&action, &self.config, self.aborted, meanwhile);
            shared.statistics.saw(seen);
            if seen == Seen::Error {
                return false;
            }
            self.handed_out(&action);
            return true;
        }
        assert!(action.is_nothing(), "nothing is due: {action:02x?}");
        false
    }

    /// What holds for every action: its context is new, its pointers obey section 5, its memory is nobody else's.
    fn handed_out(&mut self, action: &Action) {
        assert!(action.context != 0, "an action has a context");
        assert!(
            self.tokens.insert(action.context),
            "action context {:#x} again",
            action.context
        );
        self.last_token = action.context;

        let mut native = match &self.send.outstanding {
            Some(send_lane::Outstanding::Write(write)) => write.native.clone(),
            _ => Vec::new(),
        };
        let longest = self.config.receive_buffer.max(self.config.send_buffer);
        native.extend(
            self.receive
                .outstanding
                .as_ref()
                .and_then(|out| out.native()),
        );
        native.retain(|piece| piece.0 != 0);
        for (index, &(start, length)) in native.iter().enumerate() {
            assert!(length <= longest, "rule 4: {length} bytes in one buffer");
            if let Some(block) = &self.block {
                let pointer = std::ptr::without_provenance(start);
                assert!(
                    block.contains(pointer, length as usize),
                    "rule 3: {start:#x} + {length}"
                );
            }
            for &(other, other_length) in &native[index + 1..] {
                assert!(
                    start + length as usize <= other || other + other_length as usize <= start,
                    "two outstanding buffers overlap"
                );
            }
        }
    }

    /// Performs and completes what the send lane handed out: writes it to `wire`, or loses it.
    pub(crate) fn complete_send(
        &mut self,
        wire: &mut VecDeque<u8>,
        faulty: bool,
        shared: &mut Shared<'_>,
    ) -> bool {
        let (token, bytes, right) = match &self.send.outstanding {
            None => return false,
            Some(send_lane::Outstanding::Indication { token }) => (*token, 0, true),
            Some(send_lane::Outstanding::Write(write)) => {
                let now: Vec<u8> = write.pieces.iter().flat_map(|&piece| read(piece)).collect();
                assert!(
                    now == write.bytes,
                    "bytes to write changed while they were outstanding"
                );
                let sum = now.len() as u32;
                match if faulty { shared.rng.below(100) } else { 99 } {
                    0..3 => (write.token, 0, false),
                    3..5 => {
                        // Written, but reported wrongly, as some programs do.
                        wire.extend(&now);
                        let wrong = [0, sum - 1, sum + 1, u32::MAX];
                        (write.token, shared.rng.pick(&wrong), false)
                    }
                    _ => {
                        wire.extend(&now);
                        (write.token, sum, true)
                    }
                }
            }
        };
        shared.transcript.say(format_args!(
            "{} CompleteAction({token:#x}, {bytes}) of the send lane{}",
            self.name,
            if right { "" } else { ", cancelling" }
        ));
        assert_eq!(self.endpoint().complete(token, bytes), 0, "EAX");
        shared.statistics.cancelled += u64::from(!right);
        match self.send.outstanding {
            Some(send_lane::Outstanding::Write(_)) => self.send.write_completed(right),
            _ => self.send.outstanding = None,
        }
        true
    }

    /// Performs and completes what the receive lane handed out: reads from `inbox`, writes a pong to `wire`. Returns
    /// whether it could: a read waits for bytes.
    pub(crate) fn complete_receive(
        &mut self,
        inbox: &mut VecDeque<u8>,
        wire: &mut VecDeque<u8>,
        faulty: bool,
        shared: &mut Shared<'_>,
    ) -> bool {
        let Some(outstanding) = self.receive.outstanding.take() else {
            return false;
        };
        let token = outstanding.token();
        let mut read_now = Vec::new();
        let mut bytes = 0;
        match &outstanding {
            receive_lane::Outstanding::Pong {
                piece,
                bytes: before,
                ..
            } => {
                assert!(
                    read(*piece) == *before,
                    "a pong changed while it was outstanding"
                );
                if !(faulty && shared.rng.percent(10)) {
                    wire.extend(before);
                    bytes = before.len() as u32;
                }
            }
            receive_lane::Outstanding::Read { piece, .. } => {
                let most = inbox.len().min(piece.1 as usize);
                let cancel = faulty && shared.rng.percent(4);
                if most == 0 && !cancel {
                    self.receive.outstanding = Some(outstanding);
                    return false;
                }
                let length = match shared.rng.below(10) {
                    _ if cancel => 0,
                    0..3 if faulty => 1,
                    3..6 if faulty => shared.rng.range(1, most),
                    _ => most,
                };
                read_now = inbox.drain(..length).collect();
                write(piece.0, &read_now);
                bytes = length as u32;
                if faulty && length == piece.1 as usize && shared.rng.percent(10) {
                    // More than there is room for counts as all of it.
                    bytes += 1 + shared.rng.below(1000) as u32;
                }
            }
            receive_lane::Outstanding::Indication {
                piece,
                bytes: before,
                ..
            } => {
                assert!(
                    read(*piece) == *before,
                    "indicated bytes changed before they were completed"
                );
                bytes = shared.rng.pick(&[0, piece.1, 1, u32::MAX]);
            }
        }
        shared.transcript.say(format_args!(
            "{} CompleteAction({token:#x}, {bytes}) of the receive lane",
            self.name
        ));
        assert_eq!(self.endpoint().complete(token, bytes), 0, "EAX");
        match outstanding {
            receive_lane::Outstanding::Read { .. } => {
                shared.statistics.cancelled += u64::from(bytes == 0);
                if bytes == 0 {
                    self.receive.ops[0].cancelled = true;
                }
                self.receive.reference.feed(&read_now);
            }
            receive_lane::Outstanding::Indication { op, .. } => ReceiveLane::retire(op),
            receive_lane::Outstanding::Pong { .. } => {}
        }
        true
    }

    /// `WebSocketCompleteAction` with a context that is not outstanding here: no effect.
    pub(crate) fn complete_nonsense(&self, foreign: Option<usize>, shared: &mut Shared<'_>) {
        let mut context = match shared.rng.below(5) {
            0 => 0,
            1 => shared.rng.next() as usize,
            2 => self
                .last_token
                .wrapping_add(shared.rng.below(9))
                .wrapping_sub(4),
            3 => foreign.unwrap_or(1),
            _ => self.tokens.iter().next().copied().unwrap_or(usize::MAX),
        };
        if self.outstanding_tokens().contains(&Some(context)) {
            context = 0;
        }
        shared.transcript.say(format_args!(
            "{} CompleteAction({context:#x}), which is not outstanding",
            self.name
        ));
        self.endpoint()
            .complete(context, shared.rng.pick(&[0, 1, 100]));
    }

    /// The contexts of the actions that are outstanding.
    pub(crate) fn outstanding_tokens(&self) -> [Option<usize>; 2] {
        let send = self.send.outstanding.as_ref().map(|out| match out {
            send_lane::Outstanding::Write(write) => write.token,
            send_lane::Outstanding::Indication { token } => *token,
        });
        [
            send,
            self.receive
                .outstanding
                .as_ref()
                .map(receive_lane::Outstanding::token),
        ]
    }

    /// `WebSocketAbortHandle`.
    pub(crate) fn abort(&mut self, shared: &mut Shared<'_>) {
        shared.transcript.say(format_args!("{} Abort", self.name));
        assert_eq!(self.endpoint().abort(), 0, "EAX");
        if self.open {
            self.aborted = true;
            self.receive.abort();
        }
    }

    /// .NET's way to empty both lanes after an abort: one-element arrays, each action completed with 0.
    pub(crate) fn drain(&mut self, shared: &mut Shared<'_>) {
        let (mut wire, mut inbox) = (VecDeque::new(), VecDeque::from([0]));
        self.complete_send(&mut wire, true, shared);
        self.complete_receive(&mut inbox, &mut wire, false, shared);
        while self.get_action(WEB_SOCKET_SEND_ACTION_QUEUE, 1, shared) {
            self.complete_send(&mut wire, false, shared);
        }
        while self.get_action(WEB_SOCKET_RECEIVE_ACTION_QUEUE, 1, shared) {
            self.complete_receive(&mut inbox, &mut wire, false, shared);
        }
        assert!(
            self.send.ops.is_empty() && self.receive.ops.is_empty(),
            "all operations were indicated"
        );
    }

    /// `WebSocketDeleteHandle` and what must hold afterwards.
    pub(crate) fn delete(&mut self, shared: &mut Shared<'_>) {
        shared.transcript.say(format_args!("{} Delete", self.name));
        let before = self.block.as_ref().map(contents);
        let endpoint = self.endpoint.take().expect("not deleted");
        let (handle, register) = endpoint.delete();
        assert_eq!(register, 0, "EAX");
        // SAFETY: a deleted handle is refused; NULL is a valid buffer.
        let result: HRESULT = unsafe { (api().receive)(handle, null(), std::ptr::null_mut()) };
        assert_eq!(result, E_HANDLE, "a deleted handle");
        if let Some(block) = &self.block {
            assert!(
                before == Some(contents(block)),
                "deletion changed the caller's block"
            );
            let damage = block.damage();
            assert!(
                damage.is_empty(),
                "bytes around the block were changed: {damage:?}"
            );
        }
    }
}

/// What a piece of memory that the library handed out holds.
fn read((address, length): (usize, u32)) -> Vec<u8> {
    if length == 0 {
        return Vec::new();
    }
    let pointer = std::ptr::with_exposed_provenance::<u8>(address);
    // SAFETY: the action that named this memory is outstanding, so that its bytes are there and nobody writes to them.
    unsafe { std::slice::from_raw_parts(pointer, length as usize) }.to_vec()
}

/// Stores received bytes where an outstanding read wants them.
fn write(address: usize, bytes: &[u8]) {
    let pointer = std::ptr::with_exposed_provenance_mut::<u8>(address);
    // SAFETY: the read that named this memory is outstanding, and `bytes` are at most as many as it asked for.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), pointer, bytes.len()) };
}

fn contents(block: &Block) -> Vec<u8> {
    read((block.pointer().addr(), block.length()))
}
