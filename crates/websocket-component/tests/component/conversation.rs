//! Whole conversations between a client and a server.

use websocket_component::{
    Action, BufferType, Component, Config, Header, Indication, Message, Owned, Queue, Role,
};
use ws_proto::MessageKind;

use crate::support::{End, Seen, exchange, open_pair};

const LONG: usize = if cfg!(miri) { 300 } else { 20_000 };

/// Data with its fragments joined, and everything else as it was.
fn joined(indications: Vec<Seen>) -> Vec<Seen> {
    let mut joined: Vec<Seen> = Vec::new();
    for seen in indications {
        let goes_on = matches!(
            joined.last(),
            Some(Seen::Data(
                BufferType::TextFragment | BufferType::BinaryFragment,
                ..
            ))
        );
        match (joined.last_mut(), seen) {
            (Some(Seen::Data(kind, bytes, _)), Seen::Data(next, more, _)) if goes_on => {
                *kind = next;
                bytes.extend(more);
            }
            (_, Seen::Data(kind, bytes, _)) => joined.push(Seen::Data(kind, bytes, 0)),
            (_, Seen::Close(status, reason, _)) => joined.push(Seen::Close(status, reason, 0)),
            (_, Seen::Pong(_)) => joined.push(Seen::Pong(0)),
            (_, other) => joined.push(other),
        }
    }
    joined
}

fn talk(max_read: usize, max_buffers: usize) {
    let (client, server) = open_pair(Config::new(Role::Client), Config::new(Role::Server), &[]);
    let mut ends = [End::new(client).receiving(), End::new(server).receiving()];
    for end in &mut ends {
        end.max_read = max_read;
        end.max_buffers = max_buffers;
    }
    let [client, server] = &mut ends;
    let long: Vec<u8> = (0..LONG).map(|i| (i % 251) as u8).collect();
    for (from, to) in [(0, 1), (1, 0)] {
        let mut send = |message, context| {
            let end = if from == 0 {
                &mut *client
            } else {
                &mut *server
            };
            end.component.send(message, context).expect("open");
        };
        let fragment = |text: &str, last| Message::Data {
            kind: MessageKind::Text,
            last,
            payload: Some(text.as_bytes().to_vec()),
        };
        send(Message::text("Zo\u{eb}"), 1);
        send(Message::binary(long.clone()), 2);
        send(fragment("one, ", false), 3);
        send(Message::Ping, 4);
        send(fragment("two, ", false), 5);
        send(fragment("three", true), 6);
        send(Message::UnsolicitedPong, 7);
        send(Message::binary(Vec::new()), 8);
        exchange(client, server);
        let ends = [&mut *client, &mut *server];
        let sent: Vec<_> = ends[from].seen.clone();
        let sent = sent
            .into_iter()
            .filter(|seen| matches!(seen, Seen::Sent(..)));
        assert_eq!(
            sent.collect::<Vec<_>>(),
            [
                Seen::Sent(BufferType::TextMessage, 1),
                Seen::Sent(BufferType::BinaryMessage, 2),
                Seen::Sent(BufferType::TextFragment, 3),
                Seen::Sent(BufferType::PingPong, 4),
                Seen::Sent(BufferType::TextFragment, 5),
                Seen::Sent(BufferType::TextMessage, 6),
                Seen::Sent(BufferType::UnsolicitedPong, 7),
                Seen::Sent(BufferType::BinaryMessage, 8),
            ]
        );
        let pongs = ends[from].take_indications();
        let pongs = pongs.iter().filter(|seen| matches!(seen, Seen::Pong(_)));
        assert_eq!(pongs.count(), 1, "the answer to the ping");
        assert_eq!(
            joined(ends[to].take_indications()),
            [
                Seen::Data(BufferType::TextMessage, "Zo\u{eb}".into(), 0),
                Seen::Data(BufferType::BinaryMessage, long.clone(), 0),
                // Between its second and third part came the ping, which shows nothing.
                Seen::Data(BufferType::TextMessage, "one, two, three".into(), 0),
                Seen::Pong(0),
                Seen::Data(BufferType::BinaryMessage, Vec::new(), 0),
            ]
        );
    }
    client
        .component
        .send(Message::close(1000, "bye"), 9)
        .expect("open");
    exchange(client, server);
    assert_eq!(
        joined(server.take_indications()),
        [Seen::Close(1000, Some(b"bye".to_vec()), 0)]
    );
    server
        .component
        .send(Message::Close(None), 10)
        .expect("open");
    exchange(client, server);
    assert_eq!(
        joined(client.take_indications()),
        [Seen::Sent(BufferType::Close, 9), Seen::Close(1005, None, 0)]
    );
    assert_eq!(
        server.take_indications(),
        [Seen::Sent(BufferType::Close, 10)]
    );
}

#[test]
fn everything_in_both_directions() {
    for max_read in [1, 7, usize::MAX] {
        for max_buffers in [1, 2, 5] {
            talk(max_read, max_buffers);
        }
    }
}

/// A context is any type; it is lent with each action and stays in the component.
#[test]
fn contexts_need_not_be_copied() {
    struct Job {
        name: String,
    }
    let job = |name: &str| Job {
        name: name.to_owned(),
    };
    let mut server = Component::<Owned<Job>>::server(Config::new(Role::Server)).expect("a server");
    let request = [
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
    ];
    let request = request.map(|(name, value)| Header {
        name: name.as_bytes(),
        value: value.as_bytes(),
    });
    server
        .begin_server_handshake(request, None, &[])
        .expect("accepted");
    server.receive(None, job("first read")).expect("open");
    server.receive(None, job("second read")).expect("open");
    server.send(Message::text("a"), job("write")).expect("open");

    let mut names = Vec::new();
    let mut fed = false;
    loop {
        let (id, bytes) = match server.next_action(Queue::All, 2).expect("no error") {
            Action::None => break,
            Action::SendToNetwork {
                id,
                context,
                buffers,
                ..
            } => {
                names.push(format!("write for {}", context.expect("ours").name));
                (id, buffers.total_len())
            }
            Action::IndicateSendComplete { id, context, .. } => {
                names.push(format!("end of {}", context.name));
                (id, 0)
            }
            Action::ReceiveFromNetwork { id, context, space } => {
                names.push(format!("read for {}", context.name));
                let frame = b"\x81\x81\0\0\0\0x";
                space[..7].copy_from_slice(frame);
                (
                    id,
                    if std::mem::replace(&mut fed, true) {
                        0
                    } else {
                        7
                    },
                )
            }
            Action::IndicateReceiveComplete {
                id,
                context,
                indication,
            } => {
                let got = match indication {
                    Indication::Cancelled => "nothing",
                    _ => "data",
                };
                names.push(format!("{got} for {}", context.name));
                (id, 0)
            }
        };
        assert!(server.complete_action(id, bytes));
    }
    assert_eq!(
        names,
        [
            "write for write",
            "end of write",
            "read for first read",
            "data for first read",
            "read for second read",
            "nothing for second read",
        ]
    );
}
