//! Custom buffer types: frames of a negotiated extension in both directions.

use websocket_component::{BufferType, Config, Error, Message, Role};
use ws_proto::{MessageKind, ProtocolError};

use crate::support::{End, Seen, exchange, open, open_pair, peer_frame};

const EXTENSION: &[u8] = b"permessage-example; level=9";

fn frame(first_byte: u8, payload: &[u8]) -> Message<Vec<u8>> {
    Message::Extension {
        first_byte,
        payload: Some(payload.to_vec()),
    }
}

fn pair() -> [End; 2] {
    let (client, server) = open_pair(
        Config::new(Role::Client),
        Config::new(Role::Server),
        &[EXTENSION],
    );
    [client, server].map(|component| End::new(component).receiving())
}

#[test]
fn frames_pass_in_both_directions() {
    let [mut client, mut server] = pair();
    // RSV1 text with bytes that are not text, a reserved data opcode, a reserved control opcode.
    let frames: [(u8, &[u8]); 5] = [
        (0xC1, b"\xFF\xFE"),
        (0xF2, b"all bits"),
        (0x83, b"data"),
        (0x8B, b"control"),
        (0x8F, b""),
    ];
    for round in 0..2 {
        let (from, to) = if round == 0 {
            (&mut client, &mut server)
        } else {
            (&mut server, &mut client)
        };
        for (context, (first, payload)) in frames.into_iter().enumerate() {
            let context = context as u32;
            from.component
                .send(frame(first, payload), context)
                .expect("negotiated");
            exchange(from, to);
            let kind = BufferType::Extension(first);
            assert_eq!(from.take_indications(), [Seen::Sent(kind, context)]);
            let seen = to.take_indications();
            assert!(
                matches!(&seen[..], [Seen::Data(found, bytes, _)] if *found == kind && bytes == payload),
                "{first:x}: {seen:?}"
            );
        }
        // Ordinary messages are as ever.
        from.component
            .send(Message::text("plain"), 9)
            .expect("open");
        exchange(from, to);
        from.take_indications();
        let seen = to.take_indications();
        assert!(matches!(
            &seen[..],
            [Seen::Data(BufferType::TextMessage, ..)]
        ));
    }
}

/// A compressed message in several frames: only the first has the bit (as in RFC 7692 section 6.1).
#[test]
fn a_message_of_several_frames() {
    let [mut client, mut server] = pair();
    client
        .component
        .send(frame(0x41, b"\xFF"), 1)
        .expect("negotiated");
    let rest = Message::Data {
        kind: MessageKind::Text,
        last: true,
        payload: Some(b"\xC0".to_vec()),
    };
    client.component.send(rest, 2).expect("the message goes on");
    exchange(&mut client, &mut server);
    let seen = server.take_indications();
    assert!(
        matches!(
            &seen[..],
            [
                Seen::Data(BufferType::Extension(0x41), ..),
                Seen::Data(BufferType::TextMessage, ..)
            ]
        ),
        "{seen:?}"
    );
}

/// A piece that does not end the frame has no FIN in its type.
#[test]
fn a_frame_in_pieces() {
    let [mut client, _] = pair();
    client.max_read = 5;
    client.inbox.extend(b"\xC1\x06abcdef");
    assert_eq!(client.run(), Ok(Vec::new()));
    assert_eq!(
        client.take_indications(),
        [
            Seen::Data(BufferType::Extension(0x41), b"abc".to_vec(), 1),
            Seen::Data(BufferType::Extension(0xC1), b"def".to_vec(), 2),
        ]
    );
}

#[test]
fn custom_types_need_a_negotiated_extension() {
    for role in [Role::Client, Role::Server] {
        let mut end = End::new(open(role, Config::new(role))).receiving();
        let refused = end.component.send(frame(0xC1, b""), 1);
        assert!(
            matches!(refused, Err(Error::InvalidArgument(_))),
            "{refused:?}"
        );
        for (first, error) in [
            (0xC1, ProtocolError::ReservedBits),
            (0x83, ProtocolError::ReservedOpcode),
        ] {
            let mut end = End::new(open(role, Config::new(role))).receiving();
            end.inbox.extend(peer_frame(role, first, b"ab"));
            assert_eq!(end.run(), Err(Error::Protocol(error)));
        }
    }
}

#[test]
fn custom_types_have_rules() {
    let [mut client, _] = pair();
    let client = &mut client.component;
    for (first, len) in [
        (0x81, 1),    // a standard frame
        (0x80, 1),    // a standard frame
        (0x89, 0),    // a standard frame
        (0x4B, 1),    // a control frame without FIN
        (0xCB, 126),  // a control frame that is too long
        (0x83, 5000), // does not fit the send buffer and cannot be split
    ] {
        let refused = client.send(frame(first, &vec![0; len]), 1);
        assert!(
            matches!(refused, Err(Error::InvalidArgument(_))),
            "{first:x}: {refused:?}"
        );
    }
    // Order: no continuation outside a message, no new message inside one.
    assert!(matches!(
        client.send(frame(0xC0, b""), 1),
        Err(Error::Sequence(_))
    ));
    assert_eq!(client.send(frame(0x41, b""), 1), Ok(()));
    assert!(matches!(
        client.send(frame(0xC1, b""), 1),
        Err(Error::Sequence(_))
    ));
    assert!(matches!(
        client.send(Message::binary("x"), 1),
        Err(Error::Sequence(_))
    ));
    assert_eq!(client.send(frame(0xC0, b""), 1), Ok(()));
    // A Close with a bit set is a Close.
    assert_eq!(client.send(frame(0xC8, b""), 1), Ok(()));
    assert!(matches!(
        client.send(frame(0x83, b""), 1),
        Err(Error::Sequence(_))
    ));
    assert!(matches!(
        client.send(Message::text("x"), 1),
        Err(Error::Sequence(_))
    ));
    assert!(matches!(
        client.send(frame(0x8B, b""), 1),
        Err(Error::Sequence(_))
    ));
    assert_eq!(
        client.send(frame(0xC9, b""), 1),
        Ok(()),
        "a ping may follow"
    );
}
