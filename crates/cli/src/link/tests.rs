//! Both lanes and several senders at once, over a real socket.

use std::net::{TcpListener, TcpStream};
use std::thread;

use websocket_component::{Config, Header, OutgoingHeader, Role};
use ws_proto::ProtocolError;

use super::*;

const LIMITS: Limits = Limits {
    patience: Patience::Limited(Duration::from_secs(20)),
    write: Duration::from_secs(20),
};

fn as_received(header: &OutgoingHeader) -> Header<'_> {
    Header {
        name: header.name.as_bytes(),
        value: header.value.as_bytes(),
    }
}

/// Two connected links, client and server.
fn pair(limits: Limits) -> (Link<()>, Link<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client_stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let server_stream = listener.accept().unwrap().0;
    let mut client = Handle::client(Config::default()).unwrap();
    let mut server = Handle::server(Config::new(Role::Server)).unwrap();
    let request = client.begin_client_handshake(&[], &[]).unwrap();
    let response = server
        .begin_server_handshake(request.iter().map(as_received), None, &[])
        .unwrap();
    client
        .end_client_handshake(response.iter().map(as_received))
        .unwrap();
    let link =
        |handle, stream| Link::new(handle, Stream::plain(stream), Vec::new(), limits, ()).unwrap();
    (link(client, client_stream), link(server, server_stream))
}

#[test]
fn several_senders_and_pings_at_once() {
    const SENDERS: u8 = 3;
    const MESSAGES: u32 = 400;
    const PINGS: usize = 300;
    // Senders of messages of many frames, pings in between, and a receiver of pongs; the other end receives only.
    let talk = |link: &Link<()>| {
        thread::scope(|scope| {
            for sender in 0..SENDERS {
                scope.spawn(move || {
                    for number in 0..MESSAGES {
                        let len = 5 + (number as usize * 37) % 20_000;
                        let mut payload = vec![sender; len];
                        payload[..4].copy_from_slice(&number.to_be_bytes());
                        link.send(Message::binary(payload)).unwrap();
                    }
                });
            }
            scope.spawn(move || (0..PINGS).for_each(|_| link.send(Message::Ping).unwrap()));
            (0..PINGS).for_each(|_| assert_eq!(link.receive().unwrap(), Received::Pong));
        });
        link.send(Message::close(1000, "done")).unwrap();
    };
    let listen = |link: &Link<()>| {
        let (mut next, mut message) = ([0; SENDERS as usize], Vec::new());
        loop {
            match link.receive().unwrap() {
                Received::Pong => panic!("nobody was pinged"),
                Received::Data { last, bytes, .. } => {
                    message.extend(bytes);
                    if last {
                        let (number, rest) = message.split_first_chunk().unwrap();
                        let (sender, number) = (rest[0], u32::from_be_bytes(*number));
                        assert!(rest.iter().all(|&byte| byte == sender));
                        assert_eq!(number, next[usize::from(sender)]);
                        next[usize::from(sender)] += 1;
                        message.clear();
                    }
                }
                Received::Close { .. } => return assert_eq!(next, [MESSAGES; SENDERS as usize]),
            }
        }
    };
    for reversed in [false, true] {
        let (client, server) = pair(LIMITS);
        let (from, to) = if reversed {
            (server, client)
        } else {
            (client, server)
        };
        thread::scope(|scope| {
            scope.spawn(|| talk(&from));
            listen(&to);
        });
    }
}

#[test]
fn a_lost_connection_ends_all_senders() {
    let (client, server) = pair(LIMITS);
    thread::scope(|scope| {
        let senders: Vec<_> = (0..3)
            .map(|_| {
                let link = &client;
                scope.spawn(move || while link.send(Message::binary(vec![0; 100_000])).is_ok() {})
            })
            .collect();
        // They are in the middle of it, and stuck before long, because nobody reads on.
        assert!(matches!(server.receive(), Ok(Received::Data { .. })));
        drop(server);
        for sender in senders {
            sender.join().unwrap();
        }
    });
    let error = client.send(Message::Ping).unwrap_err();
    assert!(matches!(error, LinkError::Io(_)), "{error}");
}

#[test]
fn what_ends_receiving_is_told_apart() {
    let (client, server) = pair(LIMITS);
    client.cut();
    assert!(matches!(server.receive(), Err(LinkError::Ended)));

    let short = Limits {
        patience: Patience::Limited(Duration::from_millis(50)),
        ..LIMITS
    };
    let (_client, server) = pair(short);
    assert!(matches!(server.receive(), Err(LinkError::Silent)));

    let (client, server) = pair(LIMITS);
    client.stream.write_all(b"\x81\x00").unwrap();
    let error = server.receive().unwrap_err();
    assert!(
        matches!(error, LinkError::Protocol(ProtocolError::Unmasked)),
        "{error}"
    );
    // The send lane still works.
    server.send(Message::close(1002, "unmasked")).unwrap();
    let expected = Received::Close {
        code: Some(1002),
        reason: "unmasked".into(),
    };
    assert_eq!(client.receive().unwrap(), expected);
    let refused = server.send(Message::text("late")).unwrap_err();
    assert!(matches!(refused, LinkError::Refused(_)), "{refused}");
}

#[test]
fn early_bytes_come_first() {
    let (client, server) = pair(LIMITS);
    lock(&client.reader).early = b"\x81\x03ear\x01\x02ly".to_vec();
    server.send(Message::Ping).unwrap();
    server.stream.write_all(b"\x80\x05 late").unwrap();
    let mut texts = Vec::new();
    while texts.len() < 3 {
        match client.receive().unwrap() {
            Received::Data { bytes, .. } => texts.push(bytes),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(texts, [&b"ear"[..], b"ly", b" late"]);
}
