//! An end that performs its actions on byte queues, and handshakes.

use std::collections::VecDeque;

use websocket_component::{
    Action, ActionId, BufferType, Component, Config, EntropyUnavailable, Error, Header, Indication,
    Owned, Queue, Role,
};

/// A component with numbers as contexts.
pub(crate) type Numbered = Component<Owned<u32>>;

/// What an end was told or did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It wrote these bytes.
    Wrote {
        kind: BufferType,
        context: Option<u32>,
        bytes: Vec<u8>,
    },
    Sent(BufferType, u32),
    Data(BufferType, Vec<u8>, u32),
    Close(u16, Option<Vec<u8>>, u32),
    Pong(u32),
    Cancelled(u32),
}

/// A component and the bytes on their way to it.
pub(crate) struct End {
    pub(crate) component: Numbered,
    pub(crate) inbox: VecDeque<u8>,
    /// A read that waits for bytes.
    read: Option<ActionId>,
    /// Most bytes given to one read.
    pub(crate) max_read: usize,
    pub(crate) max_buffers: usize,
    pub(crate) seen: Vec<Seen>,
    /// Receive operations queued so far; their contexts count up from 1.
    receives: u32,
}

impl End {
    pub(crate) fn new(component: Numbered) -> Self {
        Self {
            component,
            inbox: VecDeque::new(),
            read: None,
            max_read: usize::MAX,
            max_buffers: 2,
            seen: Vec::new(),
            receives: 0,
        }
    }

    /// Has one receive operation queued from now on.
    pub(crate) fn receiving(mut self) -> Self {
        self.queue_receive();
        self
    }

    fn queue_receive(&mut self) {
        self.receives += 1;
        self.component.receive(None, self.receives).expect("open");
    }

    /// Performs actions until there is nothing more to do; returns what was written.
    pub(crate) fn run(&mut self) -> Result<Vec<u8>, Error> {
        let mut written = Vec::new();
        loop {
            self.finish_read();
            match step(&mut self.component, Queue::All, self.max_buffers)? {
                Step::Nothing => return Ok(written),
                Step::Read(id) => self.read = Some(id),
                Step::Seen(id, seen) => {
                    let len = match &seen {
                        Seen::Wrote { bytes, .. } => {
                            written.extend_from_slice(bytes);
                            bytes.len()
                        }
                        _ => 0,
                    };
                    let used_up = matches!(seen, Seen::Data(..) | Seen::Close(..) | Seen::Pong(_));
                    self.seen.push(seen);
                    assert!(self.component.complete_action(id, len));
                    if used_up && self.receives > 0 {
                        self.queue_receive();
                    }
                }
            }
        }
    }

    fn finish_read(&mut self) {
        let Some(id) = self.read.filter(|_| !self.inbox.is_empty()) else {
            return;
        };
        self.read = None;
        let space = self.component.receive_space(id).expect("the read is open");
        let len = space.len().min(self.inbox.len()).min(self.max_read);
        for (to, from) in space.iter_mut().zip(self.inbox.drain(..len)) {
            *to = from;
        }
        assert!(self.component.complete_action(id, len));
    }

    /// What was seen since the last call, without the writes.
    pub(crate) fn take_indications(&mut self) -> Vec<Seen> {
        let seen = std::mem::take(&mut self.seen);
        seen.into_iter()
            .filter(|seen| !matches!(seen, Seen::Wrote { .. }))
            .collect()
    }
}

/// Lets bytes flow between two ends until nothing moves.
pub(crate) fn exchange(a: &mut End, b: &mut End) {
    loop {
        let to_b = a.run().expect("no error");
        let to_a = b.run().expect("no error");
        if to_b.is_empty() && to_a.is_empty() {
            return;
        }
        b.inbox.extend(to_b);
        a.inbox.extend(to_a);
    }
}

/// One action, copied out of the component.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Nothing,
    Read(ActionId),
    Seen(ActionId, Seen),
}

impl Step {
    #[track_caller]
    pub(crate) fn read(self) -> ActionId {
        match self {
            Self::Read(id) => id,
            other => panic!("not a read: {other:?}"),
        }
    }

    #[track_caller]
    pub(crate) fn seen(self) -> (ActionId, Seen) {
        match self {
            Self::Seen(id, seen) => (id, seen),
            other => panic!("nothing seen: {other:?}"),
        }
    }

    /// Bytes to write.
    #[track_caller]
    pub(crate) fn write(self) -> (ActionId, Vec<u8>) {
        match self {
            Self::Seen(id, Seen::Wrote { bytes, .. }) => (id, bytes),
            other => panic!("not a write: {other:?}"),
        }
    }
}

/// The next action. Checks that writes are at most `max_buffers` pieces, and what is in the component's memory.
pub(crate) fn step(
    component: &mut Numbered,
    queue: Queue,
    max_buffers: usize,
) -> Result<Step, Error> {
    let block = component.block().as_ptr_range();
    let inside = |bytes: &[u8]| {
        let range = bytes.as_ptr_range();
        block.start <= range.start && range.end <= block.end
    };
    Ok(match component.next_action(queue, max_buffers)? {
        Action::None => Step::Nothing,
        Action::SendToNetwork {
            id,
            kind,
            context,
            buffers,
        } => {
            assert!((1..=max_buffers.min(2)).contains(&buffers.iter().count()));
            assert!(
                inside(buffers.first()) || max_buffers == 1,
                "the first piece is the component's"
            );
            let seen = Seen::Wrote {
                kind,
                context: context.copied(),
                bytes: buffers.iter().flatten().copied().collect(),
            };
            Step::Seen(id, seen)
        }
        Action::IndicateSendComplete { id, kind, context } => {
            Step::Seen(id, Seen::Sent(kind, *context))
        }
        Action::ReceiveFromNetwork { id, space, .. } => {
            assert!(!space.is_empty() && inside(space));
            Step::Read(id)
        }
        Action::IndicateReceiveComplete {
            id,
            context,
            indication,
        } => Step::Seen(
            id,
            match indication {
                Indication::Data { kind, bytes } => {
                    assert!(bytes.is_none_or(|bytes| !bytes.is_empty()));
                    Seen::Data(kind, bytes.unwrap_or_default().to_vec(), *context)
                }
                Indication::Close { status, reason } => {
                    assert!(reason.is_none_or(inside));
                    Seen::Close(status, reason.map(<[u8]>::to_vec), *context)
                }
                Indication::Pong => Seen::Pong(*context),
                Indication::Cancelled => Seen::Cancelled(*context),
            },
        ),
    })
}

/// A client and a server, open, with these extensions offered and chosen.
pub(crate) fn open_pair(
    client: Config,
    server: Config,
    extensions: &[&[u8]],
) -> (Numbered, Numbered) {
    let mut client = Numbered::client(client).expect("a client");
    let mut server = Numbered::server(server).expect("a server");
    let request = client
        .begin_client_handshake(&[b"chat", b"superchat"], extensions)
        .expect("a request");
    let request = request.iter().map(|header| Header {
        name: header.name.as_bytes(),
        value: header.value.as_bytes(),
    });
    let response = server
        .begin_server_handshake(request, Some(b"superchat"), extensions)
        .expect("a response");
    let response = response.iter().map(|header| Header {
        name: header.name.as_bytes(),
        value: header.value.as_bytes(),
    });
    let selection = client.end_client_handshake(response).expect("agreement");
    assert_eq!(selection.subprotocol, Some(1));
    assert_eq!(selection.extensions.len(), extensions.len());
    (client, server)
}

/// An open component of `role`, its peer being the test.
pub(crate) fn open(role: Role, config: Config) -> Numbered {
    match role {
        Role::Client => open_pair(config, Config::new(Role::Server), &[]).0,
        Role::Server => open_pair(Config::new(Role::Client), config, &[]).1,
    }
}

/// A predictable source: 0, 1, 2 … anew in each call, so that the first keys are 00010203, 04050607 …
pub(crate) fn counting(bytes: &mut [u8]) -> Result<(), EntropyUnavailable> {
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = i as u8;
    }
    Ok(())
}

/// Gives `bytes` to the read that `component` must ask for.
#[track_caller]
pub(crate) fn give(component: &mut Numbered, bytes: &[u8]) {
    let id = step(component, Queue::Receive, 2).expect("a read").read();
    let space = component.receive_space(id).expect("room");
    space[..bytes.len()].copy_from_slice(bytes);
    assert!(component.complete_action(id, bytes.len()));
}

/// A short frame as the peer of a component of `role` sends it; a client's key is 0.
pub(crate) fn peer_frame(role: Role, first: u8, payload: &[u8]) -> Vec<u8> {
    let (mask_bit, key) = match role {
        Role::Client => (0, &[][..]),
        Role::Server => (0x80, &[0; 4][..]),
    };
    let len = u8::try_from(payload.len()).expect("a short payload");
    assert!(len <= 125);
    [&[first, mask_bit | len][..], key, payload].concat()
}
