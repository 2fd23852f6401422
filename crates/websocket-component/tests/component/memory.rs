//! Whose memory is used: the component's, the program's vectors, or memory that the program only lends.

use std::ops::Range;

use websocket_component::{
    Action, Block, CONTROL_LEN, Component, Config, Error, Header, Indication, Memory, Message,
    Queue, Role,
};

use crate::support::{Numbered, Step, give, open, step};

/// The bytes of an indication as the program has them after the operation.
#[test]
fn received_bytes_go_to_the_programs_own_vector() {
    let mut server = open(Role::Server, Config::new(Role::Server));
    let target = vec![0xEE; 3];
    let target_range = target.as_ptr_range();
    server.receive(Some(target), 1).expect("open");
    give(&mut server, b"\x81\x85\0\0\0\0Hello");
    let action = server.next_action(Queue::Receive, 1).expect("data");
    let Action::IndicateReceiveComplete {
        id,
        indication: Indication::Data { kind, bytes },
        ..
    } = action
    else {
        panic!("not data: {action:?}");
    };
    assert_eq!(bytes, Some(&b"Hel"[..]));
    assert_eq!(bytes.map(<[u8]>::as_ptr_range), Some(target_range));
    assert_eq!(kind, websocket_component::BufferType::TextFragment);
    assert!(server.complete_action(id, 0));

    // The rest is there already: no second read. A larger target is not filled.
    server.receive(Some(vec![0; 10]), 2).expect("open");
    let (_, seen) = step(&mut server, Queue::Receive, 1).expect("data").seen();
    let kind = websocket_component::BufferType::TextMessage;
    assert_eq!(seen, crate::support::Seen::Data(kind, b"lo".to_vec(), 2));
}

#[test]
fn an_empty_target_is_refused() {
    let mut server = open(Role::Server, Config::new(Role::Server));
    assert!(matches!(
        server.receive(Some(Vec::new()), 1),
        Err(Error::InvalidArgument(_))
    ));
    assert_eq!(step(&mut server, Queue::Receive, 1), Ok(Step::Nothing));
}

/// Statement 10: exactly both buffers and 144 bytes.
#[test]
fn a_block_may_be_supplied() {
    let config = |missing: usize| Config {
        receive_buffer_size: 300,
        send_buffer_size: 50,
        block: Some(vec![0; 350 + CONTROL_LEN - missing].into_boxed_slice()),
        ..Config::new(Role::Client)
    };
    assert_eq!(CONTROL_LEN, 144);
    for missing in [1, 144, 494] {
        assert!(matches!(
            Numbered::client(config(missing)),
            Err(Error::InvalidArgument(_))
        ));
    }
    let config = config(0);
    let block = config.block.as_ref().map(|block| block.as_ptr_range());
    let mut client = open(Role::Client, config);
    assert_eq!(Some(client.block().as_ptr_range()), block);
    client.receive(None, 1).expect("open");
    let id = step(&mut client, Queue::Receive, 1).expect("a read").read();
    assert_eq!(client.receive_space(id).map(|space| space.len()), Some(300));
}

#[test]
fn sizes_below_the_minimum_are_refused() {
    for (receive_buffer_size, send_buffer_size, ok) in
        [(256, 16, true), (255, 16, false), (256, 15, false)]
    {
        let config = Config {
            receive_buffer_size,
            send_buffer_size,
            ..Config::new(Role::Client)
        };
        assert_eq!(Numbered::server(config.clone()).is_ok(), ok);
        assert_eq!(Numbered::client(config).is_ok(), ok);
    }
}

/// A read of the room needs the action that asked for it.
#[test]
fn room_belongs_to_its_action() {
    let mut server = open(Role::Server, Config::new(Role::Server));
    server.receive(None, 1).expect("open");
    let id = step(&mut server, Queue::Receive, 1).expect("a read").read();
    let other = websocket_component::ActionId::from_value(id.value() + 1).expect("not 0");
    assert!(server.receive_space(other).is_none());
    assert!(!server.complete_action(other, 1));
    assert!(server.receive_space(id).is_some());
    assert!(server.complete_action(id, 1));
    assert!(server.receive_space(id).is_none(), "it is over");
    assert!(!server.complete_action(id, 1), "it is over");
}

/// A program that lends everything.
struct Lent<'a>(std::marker::PhantomData<&'a ()>);

struct LentBlock<'a>(&'a mut [u8]);

impl Block for LentBlock<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn bytes(&self, range: Range<usize>) -> &[u8] {
        &self.0[range]
    }

    fn bytes_mut(&mut self, range: Range<usize>) -> &mut [u8] {
        &mut self.0[range]
    }
}

impl<'a> Memory for Lent<'a> {
    type Block = LentBlock<'a>;
    type Payload = &'a [u8];
    type Target = &'a mut [u8];
    type Context = ();

    fn allocate(_len: usize) -> Option<LentBlock<'a>> {
        None
    }
}

/// Nothing is copied on the way out, and one copy is made on the way in, to where the program wants it.
#[test]
fn lent_memory_works_without_vectors() {
    let payload = vec![7; 1000];
    let mut target = [0; 4];
    let mut memory = vec![0xEE; 256 + 16 + CONTROL_LEN + 10];
    {
        let without_block = Component::<Lent<'_>>::server(Config::new(Role::Server));
        assert_eq!(without_block.err(), Some(Error::OutOfMemory));
        let config = Config {
            receive_buffer_size: 256,
            block: Some(LentBlock(&mut memory)),
            ..Config::new(Role::Server)
        };
        let mut server = Component::<Lent<'_>>::server(config).expect("a server");
        let request = [
            ("Connection", "keep-alive, Upgrade"),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        let request = request.map(|(name, value)| Header {
            name: name.as_bytes(),
            value: value.as_bytes(),
        });
        server
            .begin_server_handshake(request, None, &[])
            .expect("accepted");
        server
            .send(Message::binary(&payload[..]), ())
            .expect("open");
        server.receive(Some(&mut target), ()).expect("open");
        match server.next_action(Queue::Send, 2).expect("a frame") {
            Action::SendToNetwork { buffers, .. } => {
                assert_eq!(buffers.first(), b"\x82\x7E\x03\xE8");
                let sent = buffers.second().map(<[u8]>::as_ptr_range);
                assert_eq!(sent, Some(payload.as_ptr_range()));
            }
            other => panic!("{other:?}"),
        }
        let frame = b"\x82\x84\0\0\0\0\x01\x02\x03\x04";
        match server.next_action(Queue::Receive, 1).expect("a read") {
            Action::ReceiveFromNetwork { id, space, .. } => {
                space[..10].copy_from_slice(frame);
                assert!(server.complete_action(id, 10));
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(
            server.next_action(Queue::Receive, 1),
            Ok(Action::IndicateReceiveComplete { .. })
        ));
    }
    assert_eq!(target, [1, 2, 3, 4]);
    assert_eq!(
        memory[256 + 16 + CONTROL_LEN..],
        [0xEE; 10],
        "beyond the areas"
    );
}
