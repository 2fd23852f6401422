//! What must hold after each call, told without knowing how the component does it.

use std::collections::VecDeque;
use std::ops::Range;

use websocket_component::{
    Action, ActionId, BufferType, CloseStatus, Component, Config, EntropyUnavailable, Error,
    Header, Indication, Message, Owned, Queue, Role,
};
use ws_proto::{MessageKind, ReceiveOptions};

use crate::input::{Call, FRAMES, Lane, Scenario, Which, Written};
use crate::reference::{Seen, decode};

/// Longest payload; several frames for a client with a small send area.
const MAX_PAYLOAD: usize = 2000;

/// A queued send, as the program remembers it.
struct Send {
    context: u32,
    kind: BufferType,
    payload: Vec<u8>,
    /// Where the payload lies.
    at: Range<usize>,
    cancelled: bool,
}

/// A queued receive.
struct Receive {
    context: u32,
    target: Option<Range<usize>>,
}

/// An action that was not reported yet.
struct Outstanding {
    id: ActionId,
    what: What,
}

enum What {
    /// A write of the send lane.
    Write(Vec<u8>),
    /// A pong.
    Pong(Vec<u8>),
    Read,
    Indicate,
}

/// One thing that a received stream shows: a byte of data, the end of a message, a pong or a close.
#[derive(Clone, Debug, PartialEq)]
enum Shown {
    Byte(u8),
    End,
    Pong,
    Close(u16, Vec<u8>),
}

pub struct Session {
    component: Component<Owned<u32>>,
    role: Role,
    options: ReceiveOptions,
    receive_len: usize,
    sends: VecDeque<Send>,
    receives: VecDeque<Receive>,
    sending: Option<Outstanding>,
    receiving: Option<Outstanding>,
    /// Memory of the block that outstanding actions show, with what is in it.
    lent: Vec<(ActionId, Range<usize>, Vec<u8>)>,
    inbox: VecDeque<u8>,
    /// All that was read.
    read: Vec<u8>,
    shown: Vec<Shown>,
    pongs: Vec<Vec<u8>>,
    /// Everything written, if no write was cancelled.
    wire: Option<Vec<u8>>,
    /// Data payloads whose sending was indicated.
    sent: Vec<u8>,
    next_context: u32,
    last_id: Option<ActionId>,
    /// A frame is going out in two writes, and the second one was not reported yet.
    half: bool,
    /// The next write is the second one.
    payload_next: bool,
    error: Option<Error>,
    aborted: bool,
}

fn addresses(bytes: &[u8]) -> Range<usize> {
    let start = bytes.as_ptr() as usize;
    start..start + bytes.len()
}

fn contains(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// Keys that differ, the same ones in each run.
fn counting(bytes: &mut [u8]) -> Result<(), EntropyUnavailable> {
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = (i as u8).wrapping_mul(59).wrapping_add(7);
    }
    Ok(())
}

impl Session {
    /// An open component.
    pub fn new(scenario: &Scenario) -> Self {
        let role = if scenario.server {
            Role::Server
        } else {
            Role::Client
        };
        let receive_len = 256 + usize::from(scenario.receive_extra);
        let config = Config {
            receive_buffer_size: receive_len as u32,
            send_buffer_size: 16 + u32::from(scenario.send_extra),
            disable_masking: scenario.disable_masking,
            disable_utf8_verification: scenario.disable_utf8_verification,
            random: counting,
            ..Config::new(role)
        };
        let component = open(role, config, scenario.extension);
        Self {
            component,
            role,
            options: ReceiveOptions {
                either_mask: scenario.server && scenario.disable_masking,
                verify_text: !scenario.disable_utf8_verification,
                extensions: scenario.extension,
                ..ReceiveOptions::new(role)
            },
            receive_len,
            sends: VecDeque::new(),
            receives: VecDeque::new(),
            sending: None,
            receiving: None,
            lent: Vec::new(),
            inbox: VecDeque::new(),
            read: Vec::new(),
            shown: Vec::new(),
            pongs: Vec::new(),
            wire: Some(Vec::new()),
            sent: Vec::new(),
            next_context: 0,
            last_id: None,
            half: false,
            payload_next: false,
            error: None,
            aborted: false,
        }
    }

    pub fn call(&mut self, call: Call) {
        match call {
            Call::Data { text, last, len } => {
                let kind = if text {
                    MessageKind::Text
                } else {
                    MessageKind::Binary
                };
                let payload = len.map(|len| payload(usize::from(len) % MAX_PAYLOAD));
                self.send(Message::Data {
                    kind,
                    last,
                    payload,
                });
            }
            Call::Close { code, reason } => {
                // A reason is text, or the other side refuses it.
                let reason = reason.map(|len| vec![b'r'; usize::from(len)]);
                self.send(Message::Close(Some(CloseStatus { code, reason })));
            }
            Call::EmptyClose => self.send(Message::Close(None)),
            Call::Ping => self.send(Message::Ping),
            Call::UnsolicitedPong => self.send(Message::UnsolicitedPong),
            Call::Extension { first_byte, len } => {
                let payload = len.map(|len| payload(usize::from(len)));
                self.send(Message::Extension {
                    first_byte,
                    payload,
                });
            }
            Call::Receive { target } => self.receive(target),
            Call::Next { lane, max_buffers } => {
                let queue = match lane {
                    Lane::Send => Queue::Send,
                    Lane::Receive => Queue::Receive,
                    Lane::All => Queue::All,
                };
                self.next(queue, usize::from(max_buffers % 4));
            }
            Call::Complete {
                which,
                written,
                read,
            } => self.complete(which, written, read),
            Call::Perform {
                send,
                max_buffers,
                read,
            } => {
                let (queue, which) = if send {
                    (Queue::Send, Which::Send)
                } else {
                    (Queue::Receive, Which::Receive)
                };
                self.next(queue, 1 + usize::from(max_buffers % 2));
                self.complete(which, Written::All, read);
            }
            Call::Bytes(bytes) => self.inbox.extend(bytes),
            Call::Frame { kind, len } => self.frame(kind, len),
            Call::Abort => {
                self.component.abort();
                self.aborted = true;
                self.error = None;
                self.wire = None;
                (self.half, self.payload_next) = (false, false);
            }
        }
        self.lent_memory_is_untouched();
    }

    /// Aborts and drains: it must end, with one indication for each operation.
    pub fn finish(mut self) {
        if let Some(wire) = self
            .wire
            .take()
            .filter(|_| self.sends.is_empty() && self.sending.is_none())
        {
            self.check_wire(&wire);
        }
        self.check_shown();
        self.call(Call::Abort);
        for _ in 0..self.sends.len() + self.receives.len() + 3 {
            for which in [Which::Send, Which::Receive] {
                let (written, read) = (Written::Nothing, 0);
                self.call(Call::Complete {
                    which,
                    written,
                    read,
                });
            }
            self.next(Queue::Send, 1);
            self.next(Queue::Receive, 1);
        }
        assert!(
            self.sends.is_empty() && self.receives.is_empty(),
            "all indicated"
        );
        assert!(self.sending.is_none() && self.receiving.is_none());
    }

    fn context(&mut self) -> u32 {
        self.next_context += 1;
        self.next_context
    }

    fn send(&mut self, message: Message<Vec<u8>>) {
        let context = self.context();
        let kind = message.buffer_type();
        let bytes = match &message {
            Message::Data { payload, .. } | Message::Extension { payload, .. } => payload.as_ref(),
            Message::Close(Some(status)) => status.reason.as_ref(),
            _ => None,
        };
        let send = Send {
            context,
            kind,
            payload: bytes.cloned().unwrap_or_default(),
            at: bytes.map_or(0..0, |bytes| addresses(bytes)),
            cancelled: false,
        };
        match self.component.send(message, context) {
            Ok(()) => {
                assert!(!self.aborted);
                if matches!(kind, BufferType::Extension(first) if first & 0x0F == 8) {
                    // A Close whose payload nobody checks.
                    self.wire = None;
                }
                self.sends.push_back(send);
            }
            Err(error) => assert!(
                self.aborted == matches!(error, Error::InvalidOperation(_)),
                "{error}"
            ),
        }
    }

    fn receive(&mut self, target: Option<u8>) {
        let context = self.context();
        let target = target.map(|len| vec![0; usize::from(len)]);
        let at = target.as_ref().map(|target| addresses(target));
        let is_empty = at.as_ref().is_some_and(Range::is_empty);
        match self.component.receive(target, context) {
            Ok(()) => {
                assert!(!self.aborted && !is_empty && self.error.is_none());
                self.receives.push_back(Receive {
                    context,
                    target: at,
                });
            }
            Err(_) => assert!(self.aborted || is_empty || self.error.is_some()),
        }
    }

    fn frame(&mut self, kind: u8, len: u8) {
        let first_byte = FRAMES[usize::from(kind) % FRAMES.len()];
        let len = if first_byte & 0x08 == 0 {
            len
        } else {
            len % 126
        };
        // Good text, and a good close code in the first two bytes.
        let mut payload = vec![b'a'; usize::from(len)];
        if let (0x88, [a, b, ..]) = (first_byte, &mut payload[..]) {
            (*a, *b) = (0x03, 0xE8);
        }
        let masked = matches!(self.role, Role::Server);
        let bit = u8::from(masked) << 7;
        self.inbox.push_back(first_byte);
        if payload.len() < 126 {
            self.inbox.push_back(bit | len);
        } else {
            self.inbox.extend([bit | 126, 0, len]);
        }
        let key = if masked { [1, 2, 3, 4] } else { [0; 4] };
        if masked {
            self.inbox.extend(key);
        }
        self.inbox
            .extend(payload.iter().zip(key.iter().cycle()).map(|(a, b)| a ^ b));
    }

    fn next(&mut self, queue: Queue, max_buffers: usize) {
        let block = addresses(self.component.block());
        let receive_area = block.start..block.start + self.receive_len;
        let pong_out = matches!(
            &self.receiving,
            Some(Outstanding {
                what: What::Pong(_),
                ..
            })
        );
        let action = match self.component.next_action(queue, max_buffers) {
            Ok(action) => action,
            Err(Error::InvalidArgument(_)) if max_buffers == 0 => return,
            Err(error @ Error::Protocol(_)) => {
                assert!(queue != Queue::Send && !self.aborted && self.receiving.is_none());
                assert!(!self.receives.is_empty(), "nobody is receiving");
                assert!(
                    self.error.as_ref().is_none_or(|earlier| *earlier == error),
                    "it stays"
                );
                self.error = Some(error);
                return;
            }
            Err(error) => panic!("{error}"),
        };
        assert!(max_buffers > 0);
        // Which lane it belongs to, and the memory that it shows.
        let (is_send, id, what, ranges) = match action {
            Action::None => {
                let receiving = queue != Queue::Send && self.receiving.is_none();
                assert!(
                    !receiving || self.receives.is_empty(),
                    "a read is due at least"
                );
                let sending = queue != Queue::Receive && self.sending.is_none();
                assert!(
                    !sending || self.sends.is_empty() || pong_out,
                    "a write is due"
                );
                return;
            }
            Action::SendToNetwork {
                id,
                kind,
                context,
                buffers,
            } => {
                assert!(!self.aborted);
                let pieces: Vec<&[u8]> = buffers.iter().collect();
                assert!((1..=max_buffers.min(2)).contains(&pieces.len()));
                let bytes = pieces.concat();
                assert_eq!(bytes.len(), buffers.total_len());
                let ranges: Vec<_> = pieces.iter().map(|piece| addresses(piece)).collect();
                match context {
                    Some(context) => {
                        assert!(queue != Queue::Receive && !pong_out);
                        let head = &self.sends[0];
                        assert_eq!((kind, *context), (head.kind, head.context));
                        assert!(!head.cancelled);
                        if self.payload_next {
                            assert_eq!(ranges, std::slice::from_ref(&head.at), "the payload");
                            self.payload_next = false;
                        } else {
                            assert!(contains(&block, &ranges[0]), "the first piece");
                            self.payload_next = frame_len(&bytes) != bytes.len();
                            self.half = self.payload_next;
                            assert!(!self.half || max_buffers == 1);
                        }
                        for range in &ranges {
                            assert!(contains(&block, range) || *range == head.at);
                        }
                        (true, id, What::Write(bytes), ranges)
                    }
                    None => {
                        assert!(queue != Queue::Send && !self.half);
                        assert_eq!((kind, pieces.len()), (BufferType::PingPong, 1));
                        assert!(contains(&block, &ranges[0]) && bytes.len() <= 131);
                        assert_eq!(frame_len(&bytes), bytes.len());
                        (false, id, What::Pong(bytes), ranges)
                    }
                }
            }
            Action::IndicateSendComplete { id, kind, context } => {
                assert!(queue != Queue::Receive);
                let head = &self.sends[0];
                assert_eq!((kind, *context), (head.kind, head.context));
                (true, id, What::Indicate, Vec::new())
            }
            Action::ReceiveFromNetwork { id, context, space } => {
                assert!(queue != Queue::Send && !self.aborted);
                assert_eq!(*context, self.receives[0].context);
                assert!(!space.is_empty() && contains(&receive_area, &addresses(space)));
                (false, id, What::Read, Vec::new())
            }
            Action::IndicateReceiveComplete {
                id,
                context,
                indication,
            } => {
                assert!(queue != Queue::Send);
                let head = &self.receives[0];
                assert_eq!(*context, head.context);
                assert!(!self.aborted || indication == Indication::Cancelled);
                let shown = indicated(&indication);
                if let Indication::Data {
                    bytes: Some(bytes), ..
                } = indication
                {
                    let range = addresses(bytes);
                    assert!(!range.is_empty() && bytes.len() <= self.receive_len);
                    match &head.target {
                        None => assert!(contains(&receive_area, &range)),
                        Some(target) => {
                            assert!(range.start == target.start && range.end <= target.end);
                        }
                    }
                }
                let ranges: Vec<_> = match indication {
                    Indication::Data { bytes, .. } => bytes.map(addresses),
                    Indication::Close { reason, .. } => reason.map(addresses),
                    _ => None,
                }
                .into_iter()
                .collect();
                if let Indication::Close { .. } = indication {
                    assert!(ranges.iter().all(|range| contains(&receive_area, range)));
                }
                self.shown.extend(shown);
                (false, id, What::Indicate, ranges)
            }
        };
        assert!(is_send || self.error.is_none(), "nothing follows an error");
        self.lend(&block, id, ranges);
        let slot = if is_send {
            &mut self.sending
        } else {
            &mut self.receiving
        };
        assert!(slot.is_none(), "one outstanding action a lane");
        *slot = Some(Outstanding { id, what });
    }

    /// Remembers what of the block the program has been shown.
    fn lend(&mut self, block: &Range<usize>, id: ActionId, ranges: Vec<Range<usize>>) {
        let inside = ranges
            .into_iter()
            .filter(|range| contains(block, range) && !range.is_empty());
        for range in inside {
            let range = range.start - block.start..range.end - block.start;
            for (_, other, _) in &self.lent {
                assert!(
                    range.end <= other.start || other.end <= range.start,
                    "lent twice"
                );
            }
            let bytes = self.component.block()[range.clone()].to_vec();
            self.lent.push((id, range, bytes));
        }
    }

    fn lent_memory_is_untouched(&self) {
        for (_, range, bytes) in &self.lent {
            assert_eq!(
                self.component.block()[range.clone()],
                **bytes,
                "lent memory"
            );
        }
    }

    fn complete(&mut self, which: Which, written: Written, read: u8) {
        let slot = match which {
            Which::Send => &mut self.sending,
            Which::Receive => &mut self.receiving,
            Which::Stale => {
                if let Some(id) = self.last_id {
                    assert!(!self.component.complete_action(id, 1), "it is over");
                }
                return;
            }
            Which::Invented(value) => {
                let ours = [&self.sending, &self.receiving];
                let is_ours = ours.iter().any(|slot| {
                    slot.as_ref()
                        .is_some_and(|action| action.id.value() == value as usize)
                });
                if let Some(id) = ActionId::from_value(value as usize).filter(|_| !is_ours) {
                    assert!(!self.component.complete_action(id, 1), "not one of ours");
                }
                return;
            }
        };
        let Some(Outstanding { id, what }) = slot.take() else {
            return;
        };
        let reported = |all: usize| match written {
            Written::All => all,
            Written::Nothing => 0,
            Written::OneLess => all - 1,
            Written::Any(any) => any as usize,
        };
        let bytes = match &what {
            What::Write(bytes) | What::Pong(bytes) => reported(bytes.len()),
            What::Read => self.fill(id, read, written),
            What::Indicate => reported(1),
        };
        assert!(self.component.complete_action(id, bytes));
        self.lent.retain(|(lent_to, ..)| *lent_to != id);
        self.last_id = Some(id);
        match what {
            What::Write(frame) => {
                if bytes != frame.len() {
                    self.sends[0].cancelled = true;
                    self.wire = None;
                    self.payload_next = false;
                } else if let Some(wire) = &mut self.wire {
                    wire.extend(frame);
                }
                self.half &= self.payload_next;
            }
            What::Pong(frame) => {
                // Whatever was reported, it counts as written.
                self.pongs.push(pong_payload(&frame));
                if let Some(wire) = &mut self.wire {
                    wire.extend(frame);
                }
            }
            What::Read => {}
            What::Indicate if matches!(which, Which::Send) => {
                let done = self.sends.pop_front().expect("it was indicated");
                let is_data = match done.kind {
                    BufferType::Close | BufferType::PingPong | BufferType::UnsolicitedPong => false,
                    BufferType::Extension(first) => !matches!(first & 0x0F, 8..=10),
                    _ => true,
                };
                if is_data {
                    self.sent.extend(done.payload);
                }
            }
            What::Indicate => {
                self.receives.pop_front().expect("it was indicated");
            }
        }
    }

    /// Performs a read; returns what to report.
    fn fill(&mut self, id: ActionId, most: u8, written: Written) -> usize {
        let space = self
            .component
            .receive_space(id)
            .expect("the room of the read");
        let len = space.len().min(self.inbox.len()).min(usize::from(most));
        for (to, from) in space.iter_mut().zip(self.inbox.drain(..len)) {
            *to = from;
        }
        if most == u8::MAX && matches!(written, Written::Any(_)) {
            // A program that reports too much: everything there is counts.
            self.read.extend_from_slice(space);
            return usize::MAX;
        }
        self.read.extend_from_slice(&space[..len]);
        len
    }

    /// What was shown is the beginning of what the bytes read so far mean.
    fn check_shown(&self) {
        let expected = decode(self.options, &self.read);
        let mut pings = Vec::new();
        let mut all = Vec::new();
        for seen in expected.seen {
            match seen {
                Seen::Data { bytes, last, .. } => {
                    all.extend(bytes.into_iter().map(Shown::Byte));
                    all.extend(last.then_some(Shown::End));
                }
                Seen::Ping(payload) => pings.push(payload),
                Seen::Pong(_) => all.push(Shown::Pong),
                Seen::Close(None, _) => all.push(Shown::Close(1005, Vec::new())),
                Seen::Close(Some(code), reason) => {
                    all.push(Shown::Close(code, reason.into_bytes()));
                }
            }
        }
        assert!(
            all.starts_with(&self.shown),
            "{:?}\nis not the beginning of\n{all:?}",
            self.shown
        );
        let mut due = pings.iter();
        for pong in &self.pongs {
            assert!(
                due.any(|ping| ping == pong),
                "a pong that no ping asked for, or out of order"
            );
        }
        if let Some(Error::Protocol(error)) = self.error {
            assert_eq!(expected.error.map(|(_, error)| error), Some(error));
        }
    }

    /// What was written is what was sent.
    fn check_wire(&self, wire: &[u8]) {
        let peer = match self.role {
            Role::Client => Role::Server,
            Role::Server => Role::Client,
        };
        let options = ReceiveOptions {
            verify_text: false,
            extensions: self.options.extensions,
            ..ReceiveOptions::new(peer)
        };
        let decoded = decode(options, wire);
        assert_eq!(decoded.error, None, "{wire:x?}");
        let mut data = Vec::new();
        for seen in decoded.seen {
            if let Seen::Data { bytes, .. } = seen {
                data.extend(bytes);
            }
        }
        assert_eq!(data, self.sent);
    }
}

fn indicated(indication: &Indication<'_>) -> Vec<Shown> {
    match *indication {
        Indication::Data { kind, bytes } => {
            let goes_on = match kind {
                BufferType::TextFragment | BufferType::BinaryFragment => true,
                BufferType::TextMessage | BufferType::BinaryMessage => false,
                BufferType::Extension(first) => first & 0x80 == 0,
                other => panic!("{other:?} as data"),
            };
            let bytes = bytes.unwrap_or_default().iter().copied().map(Shown::Byte);
            bytes.chain((!goes_on).then_some(Shown::End)).collect()
        }
        Indication::Close { status, reason } => {
            vec![Shown::Close(status, reason.unwrap_or_default().to_vec())]
        }
        Indication::Pong => vec![Shown::Pong],
        Indication::Cancelled => Vec::new(),
    }
}

/// Size of the frame that `bytes` begin with: header and payload.
fn frame_len(bytes: &[u8]) -> usize {
    let key = if bytes[1] & 0x80 == 0 { 0 } else { 4 };
    key + match bytes[1] & 0x7F {
        126 => 4 + usize::from(u16::from_be_bytes([bytes[2], bytes[3]])),
        127 => panic!("longer than any payload here"),
        len => 2 + usize::from(len),
    }
}

/// The payload of a pong in plain.
fn pong_payload(frame: &[u8]) -> Vec<u8> {
    assert_eq!(frame[0], 0x8A);
    let (key, masked) = match frame[1] & 0x80 {
        0 => ([0; 4], &frame[2..]),
        _ => ([frame[2], frame[3], frame[4], frame[5]], &frame[6..]),
    };
    masked
        .iter()
        .zip(key.iter().cycle())
        .map(|(a, b)| a ^ b)
        .collect()
}

fn payload(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i % 251) as u8).collect()
}

/// Plays the handshake. Before it is over nothing else works.
fn open(role: Role, config: Config, extension: bool) -> Component<Owned<u32>> {
    const EXTENSION: &[u8] = b"x-fuzz";
    let extensions: &[&[u8]] = if extension { &[EXTENSION] } else { &[] };
    let headers = [
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
        ("Sec-WebSocket-Extensions", "x-fuzz"),
    ];
    let header = |(name, value): (&'static str, &'static str)| Header {
        name: name.as_bytes(),
        value: value.as_bytes(),
    };
    match role {
        Role::Server => {
            let mut server = Component::server(config).expect("a good configuration");
            let response = server.begin_server_handshake(headers.map(header), None, extensions);
            response.expect("a good request");
            // Otherwise an abort before anything else would find nothing to abort.
            server.end_server_handshake().expect("it has begun");
            server
        }
        Role::Client => {
            let mut client = Component::client(config).expect("a good configuration");
            let request = client
                .begin_client_handshake(&[], extensions)
                .expect("a good offer");
            assert!(matches!(
                client.next_action(Queue::All, 1),
                Err(Error::InvalidOperation(_))
            ));
            assert!(client.receive(None, 0).is_err());
            let accept = ws_proto::handshake::accept_value(request[0].value.as_bytes());
            let accept = Header {
                name: b"Sec-WebSocket-Accept",
                value: &accept,
            };
            let others = headers
                .map(header)
                .into_iter()
                .filter(|header| extension || header.name != b"Sec-WebSocket-Extensions");
            client
                .end_client_handshake(others.chain([accept]))
                .expect("a good response");
            client
        }
    }
}
