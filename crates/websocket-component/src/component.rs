//! The component: phases, and the two lanes.

use std::fmt;

use ws_proto::handshake::{ClientHandshake, Header, OutgoingHeader, Selection, ServerHandshake};
use ws_proto::{ReceiveOptions, Role};

use crate::ids::ActionIds;
use crate::keys::Keys;
use crate::layout::Layout;
use crate::parts::{Masking, Parts};
use crate::receive_lane::ReceiveLane;
use crate::send_lane::SendLane;
use crate::{Action, ActionId, Block, Config, Error, Memory, Message, Queue};

/// One end of a WebSocket connection, without I/O: what a `WEB_SOCKET_HANDLE` stands for.
///
/// Life: created → handshake begun → open → aborted; it may be dropped at any time. A server's handshake ends on its
/// own with the first [`Self::send`], [`Self::receive`] or [`Self::next_action`]; a client's must be ended.
///
/// When open there are two independent lanes, each with a queue of operations and at most one outstanding action. A
/// receive operation ends with exactly one [`Action::IndicateReceiveComplete`], a send operation with exactly one
/// [`Action::IndicateSendComplete`]. Nothing is sent that was not asked for, except pongs.
///
/// A pong may come out while another frame is being written. Each [`Action::SendToNetwork`] is a whole frame, so they may go
/// out in either order, but not mixed: a program with a thread per lane writes them under one lock of its own, and must
/// not let its reading thread wait for a write that the peer holds up by not reading.
pub struct Component<M: Memory> {
    block: M::Block,
    layout: Layout,
    phase: Phase,
    role: Role,
    ids: ActionIds,
    keys: Keys,
    masking: Masking,
    send: SendLane<M::Payload, M::Context>,
    receive: ReceiveLane<M::Target, M::Context>,
}

enum Phase {
    Created,
    /// Boxed: it is gone once the connection is open.
    ClientHandshake(Box<ClientHandshake>),
    ServerHandshake,
    Open,
    Aborted,
}

const WRONG_ROLE: Error = Error::InvalidOperation("this handle has the other role");
const NOT_OPEN: Error = Error::InvalidOperation("the handshake is not complete");

impl<M: Memory> Component<M> {
    /// A client.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a size below its minimum or a block that is too small; [`Error::OutOfMemory`].
    pub fn client(config: Config<M::Block>) -> Result<Self, Error> {
        Self::new(Role::Client, config)
    }

    /// A server; see [`Self::client`] for the errors. [`Config::new`] has a server's defaults.
    ///
    /// # Errors
    /// As [`Self::client`].
    pub fn server(config: Config<M::Block>) -> Result<Self, Error> {
        Self::new(Role::Server, config)
    }

    fn new(role: Role, config: Config<M::Block>) -> Result<Self, Error> {
        config.validate()?;
        let (layout, block_len) = Layout::new(&config)?;
        let masking = match role {
            Role::Server => Masking::None,
            Role::Client if config.disable_masking => Masking::ZeroKey,
            Role::Client => Masking::FreshKeys,
        };
        let options = ReceiveOptions {
            either_mask: role == Role::Server && config.disable_masking,
            verify_text: !config.disable_utf8_verification,
            ..ReceiveOptions::new(role)
        };
        let block = match config.block {
            Some(block) if block.len() < block_len => {
                return Err(Error::InvalidArgument(
                    "the block is smaller than both buffers and 144 bytes",
                ));
            }
            Some(block) => block,
            None => M::allocate(block_len).ok_or(Error::OutOfMemory)?,
        };
        Ok(Self {
            block,
            layout,
            phase: Phase::Created,
            role,
            ids: ActionIds::new(),
            keys: Keys::new(config.random),
            masking,
            send: SendLane::new(),
            receive: ReceiveLane::new(options),
        })
    }

    /// Our role.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Begins a client's handshake: the headers to add to the request, with a fresh key.
    ///
    /// `subprotocols` are tokens in the order of preference, `extensions` extensions with their parameters.
    ///
    /// # Errors
    /// [`Error::Offer`] if one is not well formed or occurs twice; [`Error::InvalidOperation`] on a server or a second
    /// time.
    pub fn begin_client_handshake(
        &mut self,
        subprotocols: &[&[u8]],
        extensions: &[&[u8]],
    ) -> Result<Vec<OutgoingHeader>, Error> {
        self.must_begin(Role::Client)?;
        let handshake = ClientHandshake::new(self.keys.nonce()?, subprotocols, extensions)?;
        let headers = handshake.request_headers();
        self.phase = Phase::ClientHandshake(Box::new(handshake));
        Ok(headers)
    }

    /// Ends a client's handshake with the response's headers; on success the connection is open.
    ///
    /// # Errors
    /// [`Error::Handshake`] if the response does not accept the request (another response may be tried);
    /// [`Error::InvalidOperation`] on a server, before the handshake or after it.
    pub fn end_client_handshake<'h>(
        &mut self,
        response: impl IntoIterator<Item = Header<'h>>,
    ) -> Result<Selection, Error> {
        let selection = self.check_response(response)?;
        if !selection.extensions.is_empty() {
            self.receive.allow_extensions();
        }
        self.phase = Phase::Open;
        Ok(selection)
    }

    /// What [`Self::end_client_handshake`] would return. Changes nothing.
    ///
    /// # Errors
    /// As [`Self::end_client_handshake`].
    pub fn check_response<'h>(
        &self,
        response: impl IntoIterator<Item = Header<'h>>,
    ) -> Result<Selection, Error> {
        match &self.phase {
            _ if self.role != Role::Client => Err(WRONG_ROLE),
            Phase::ClientHandshake(handshake) => Ok(handshake.finish(response)?),
            Phase::Created => Err(Error::InvalidOperation("the handshake has not begun")),
            _ => Err(Error::InvalidOperation("the handshake is over")),
        }
    }

    /// Begins a server's handshake with the request's headers: the headers to add to the response.
    ///
    /// `subprotocol` and `extensions` are what the server has chosen among what the client offers.
    ///
    /// # Errors
    /// [`Error::Handshake`] if the request cannot be accepted or does not offer the choice; [`Error::Offer`] if the choice
    /// is not well formed; [`Error::InvalidOperation`] on a client or a second time.
    pub fn begin_server_handshake<'h>(
        &mut self,
        request: impl IntoIterator<Item = Header<'h>>,
        subprotocol: Option<&[u8]>,
        extensions: &[&[u8]],
    ) -> Result<Vec<OutgoingHeader>, Error> {
        self.must_begin(Role::Server)?;
        let handshake = ServerHandshake::new(request, subprotocol, extensions)?;
        if !extensions.is_empty() {
            self.receive.allow_extensions();
        }
        self.phase = Phase::ServerHandshake;
        Ok(handshake.response_headers())
    }

    /// Ends a server's handshake. Not needed: the first use of the connection ends it too.
    ///
    /// # Errors
    /// [`Error::InvalidOperation`] on a client, before the handshake, or after abort.
    pub fn end_server_handshake(&mut self) -> Result<(), Error> {
        if self.role != Role::Server {
            return Err(WRONG_ROLE);
        }
        self.must_be_usable()?;
        self.phase = Phase::Open;
        Ok(())
    }

    /// Queues a message. Its payload is kept until the operation has been indicated and that was completed.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a close code or reason that must not be sent or an extension that was not
    /// negotiated; [`Error::Sequence`] if it does not fit what was queued before;
    /// [`Error::InvalidOperation`] if the connection is not open or was aborted.
    pub fn send(&mut self, message: Message<M::Payload>, context: M::Context) -> Result<(), Error> {
        self.must_be_usable()?;
        let extension_limit = self.receive.has_extensions().then(|| match self.masking {
            Masking::FreshKeys => self.layout.masked_payload_len(),
            Masking::None | Masking::ZeroKey => usize::MAX,
        });
        self.send.push(message, context, extension_limit)?;
        self.phase = Phase::Open;
        Ok(())
    }

    /// Queues a receive operation; it ends with one piece of one message, a Close or a Pong. `target` is where to put
    /// data, or `None` to have it shown in the component's own memory.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for an empty `target`; [`Error::InvalidOperation`] if the connection is not open, was
    /// aborted, or the peer has broken the protocol.
    pub fn receive(&mut self, target: Option<M::Target>, context: M::Context) -> Result<(), Error> {
        self.must_be_usable()?;
        self.receive.push(target, context)?;
        self.phase = Phase::Open;
        Ok(())
    }

    /// What to do next for the operations of `queue`. Never waits.
    ///
    /// `max_buffers` is how many buffers the program can write at once: 1, or anything above for two. Works on an aborted
    /// component too, to hand all operations back.
    ///
    /// # Errors
    /// [`Error::Protocol`] if the peer has broken the protocol (again each time, until abort);
    /// [`Error::InvalidArgument`] for `max_buffers` 0; [`Error::InvalidOperation`] if the handshake is not complete.
    #[inline(always)]
    pub fn next_action(
        &mut self,
        queue: Queue,
        max_buffers: usize,
    ) -> Result<Action<'_, M::Context>, Error> {
        if max_buffers == 0 {
            return Err(Error::InvalidArgument("an action needs room for a buffer"));
        }
        if !matches!(self.phase, Phase::Open | Phase::Aborted) {
            self.must_be_usable()?;
            self.phase = Phase::Open;
        }
        let has_send_action = match queue {
            Queue::Send => true,
            Queue::Receive => false,
            Queue::All => self.send.has_action(self.receive.pong_outstanding()),
        };
        let parts = Parts {
            block: &mut self.block,
            layout: self.layout,
            masking: self.masking,
            keys: &mut self.keys,
            ids: &mut self.ids,
        };
        if has_send_action {
            let pong_outstanding = self.receive.pong_outstanding();
            return self.send.next(parts, max_buffers, pong_outstanding);
        }
        let pong_allowed = !self.send.is_inside_frame() && !self.send.occupies_control_area();
        self.receive.next(parts, pong_allowed)
    }

    /// The room of the outstanding [`Action::ReceiveFromNetwork`] `id`; `None` if `id` is not one.
    pub fn receive_space(&mut self, id: ActionId) -> Option<&mut [u8]> {
        let space = self.receive.space(id)?;
        Some(self.block.bytes_mut(space))
    }

    /// Reports an action as done. `bytes` is how many bytes were written or read; it does not matter for indications.
    /// Returns whether `id` was outstanding here; if not, nothing happens.
    #[inline]
    pub fn complete_action(&mut self, id: ActionId, bytes: usize) -> bool {
        self.receive.complete(id, bytes) || self.send.complete(id, bytes)
    }

    /// Ends the connection: what is queued is handed back by [`Self::next_action`] as cancelled, outstanding actions first
    /// have to be completed. Does nothing before the connection is open.
    pub fn abort(&mut self) {
        if matches!(self.phase, Phase::Open) {
            self.phase = Phase::Aborted;
            self.send.abort();
            self.receive.abort();
        }
    }

    /// The working memory.
    pub const fn block(&self) -> &M::Block {
        &self.block
    }

    fn must_begin(&self, role: Role) -> Result<(), Error> {
        if self.role != role {
            return Err(WRONG_ROLE);
        }
        match self.phase {
            Phase::Created => Ok(()),
            _ => Err(Error::InvalidOperation("the handshake has already begun")),
        }
    }

    /// Whether operations may be queued; a server that has begun its handshake then ends it.
    fn must_be_usable(&self) -> Result<(), Error> {
        match self.phase {
            Phase::Open | Phase::ServerHandshake => Ok(()),
            Phase::Aborted => Err(Error::InvalidOperation("the connection was aborted")),
            Phase::Created | Phase::ClientHandshake(_) => Err(NOT_OPEN),
        }
    }
}

impl<M: Memory> fmt::Debug for Component<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match self.phase {
            Phase::Created => "created",
            Phase::ClientHandshake(_) | Phase::ServerHandshake => "handshake",
            Phase::Open => "open",
            Phase::Aborted => "aborted",
        };
        f.debug_struct("Component")
            .field("role", &self.role)
            .field("phase", &phase)
            .finish_non_exhaustive()
    }
}

// Part of the limit on what a handle costs (its block and 1 KiB): a client's key stream and header array come on top.
const _: () = assert!(size_of::<Component<crate::Owned<usize>>>() <= 512);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BufferType, Indication, Owned};

    type Numbered = Component<Owned<u32>>;

    fn headers<'a>(headers: &'a [(&str, &'a str)]) -> impl Iterator<Item = Header<'a>> {
        headers.iter().map(|(name, value)| Header {
            name: name.as_bytes(),
            value: value.as_bytes(),
        })
    }

    fn server_in_handshake() -> Numbered {
        let mut server = Numbered::server(Config::new(Role::Server)).unwrap();
        let request = [
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
            ("Sec-WebSocket-Extensions", "x"),
        ];
        server
            .begin_server_handshake(headers(&request), None, &[b"x"])
            .unwrap();
        server
    }

    fn client_with_extension(config: Config) -> Numbered {
        let mut client = Numbered::client(config).unwrap();
        let request = client.begin_client_handshake(&[], &[b"x"]).unwrap();
        let accept = ws_proto::handshake::accept_value(request[0].value.as_bytes());
        let response = [
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            (
                "Sec-WebSocket-Accept",
                std::str::from_utf8(&accept).unwrap(),
            ),
            ("Sec-WebSocket-Extensions", "x"),
        ];
        client.end_client_handshake(headers(&response)).unwrap();
        client
    }

    #[test]
    fn a_failed_call_does_not_end_the_handshake() {
        let mut server = server_in_handshake();
        assert!(server.next_action(Queue::All, 0).is_err());
        assert!(server.receive(Some(Vec::new()), 0).is_err());
        assert!(server.send(Message::close(999, "no"), 0).is_err());
        // Still before the session, so this does nothing (statement 117).
        server.abort();
        assert_eq!(server.send(Message::Ping, 0), Ok(()));
        server.abort();
        assert!(server.send(Message::Ping, 0).is_err());
    }

    #[test]
    fn control_frames_of_extensions_are_never_split() {
        let config = Config {
            send_buffer_size: 16,
            ..Config::new(Role::Client)
        };
        let mut client = client_with_extension(config);
        for first_byte in [0xC8, 0xC9, 0xCA, 0x8B, 0x83] {
            let message = Message::Extension {
                first_byte,
                payload: Some(vec![0; 20]),
            };
            assert!(
                matches!(client.send(message, 0), Err(Error::InvalidArgument(_))),
                "{first_byte:x}"
            );
        }
        // A data frame goes on in continuations.
        let message = Message::Extension {
            first_byte: 0xC1,
            payload: Some(vec![0; 20]),
        };
        assert_eq!(client.send(message, 0), Ok(()));
    }

    #[test]
    fn nothing_of_an_extension_is_indicated_after_close() {
        let mut client = client_with_extension(Config::new(Role::Client));
        client.receive(None, 1).unwrap();
        client.receive(None, 2).unwrap();
        let bytes = b"\x88\x02\x03\xe8\x8b\x01A";
        let id = match client.next_action(Queue::Receive, 1).unwrap() {
            Action::ReceiveFromNetwork { id, space, .. } => {
                space[..bytes.len()].copy_from_slice(bytes);
                id
            }
            other => panic!("{other:?}"),
        };
        client.complete_action(id, bytes.len());
        let id = match client.next_action(Queue::Receive, 1).unwrap() {
            Action::IndicateReceiveComplete {
                id,
                indication: Indication::Close { status: 1000, .. },
                ..
            } => id,
            other => panic!("{other:?}"),
        };
        client.complete_action(id, 0);
        assert_eq!(
            client.next_action(Queue::Receive, 1).unwrap_err(),
            Error::Protocol(ws_proto::ProtocolError::DataAfterClose)
        );
        // Sending goes on.
        client.send(Message::Ping, 3).unwrap();
        assert!(matches!(
            client.next_action(Queue::Send, 1),
            Ok(Action::SendToNetwork {
                kind: BufferType::PingPong,
                ..
            })
        ));
    }
}
