//! Pings that cannot be answered at once: between the halves of a frame, and while a Close occupies the pong's room. The
//! lane asks for bytes meanwhile, and nothing is lost up to sixty-four pings.

use websocket_component::{ActionId, BufferType, Config, Error, Message, Queue, Role};

use crate::support::{Numbered, Seen, Step, give, open, peer_frame, step};

/// Pings that wait at once (`MAX_WAITING_PINGS`).
const WAITING: usize = 64;

/// Why a pong cannot go out.
#[derive(Clone, Copy, Debug)]
enum Hold {
    /// A server's header was given out alone and is being written.
    Header,
    /// It was written; the payload is next.
    BetweenHalves,
    /// The payload is being written.
    Payload,
    /// A client's Close that does not fit the send area is being written.
    Close,
}

const HOLDS: [Hold; 4] = [
    Hold::Header,
    Hold::BetweenHalves,
    Hold::Payload,
    Hold::Close,
];

fn config(role: Role) -> Config {
    Config {
        receive_buffer_size: 256,
        send_buffer_size: 16,
        ..Config::new(role)
    }
}

/// An outstanding write and its size.
type Write = Option<(ActionId, usize)>;

impl Hold {
    fn role(self) -> Role {
        match self {
            Self::Close => Role::Client,
            _ => Role::Server,
        }
    }

    /// A component in this state with a receive operation queued.
    fn begin(self) -> (Numbered, Write) {
        let mut component = open(self.role(), config(self.role()));
        component.receive(None, 1).expect("open");
        let message = match self {
            Self::Close => Message::close(1000, "longer than the send area"),
            _ => Message::text("payload"),
        };
        component.send(message, 2).expect("open");
        let (id, bytes) = step(&mut component, Queue::Send, 1)
            .expect("a frame")
            .write();
        let write = match self {
            Self::Header | Self::Close => Some((id, bytes.len())),
            Self::BetweenHalves => {
                assert!(component.complete_action(id, bytes.len()));
                None
            }
            Self::Payload => {
                assert!(component.complete_action(id, bytes.len()));
                Some(payload(&mut component))
            }
        };
        (component, write)
    }

    /// Ends the write, all of it.
    fn end(self, component: &mut Numbered, write: Write) {
        if let Some((id, len)) = write {
            assert!(component.complete_action(id, len));
        }
        if matches!(self, Self::Header | Self::BetweenHalves) {
            let (id, len) = payload(component);
            assert!(component.complete_action(id, len));
        }
    }
}

/// The second half.
fn payload(component: &mut Numbered) -> (ActionId, usize) {
    let (id, bytes) = step(component, Queue::Send, 1).expect("a half").write();
    assert_eq!(bytes, b"payload");
    (id, bytes.len())
}

fn ping(role: Role, number: usize) -> Vec<u8> {
    peer_frame(role, 0x89, name(number).as_bytes())
}

fn name(number: usize) -> String {
    format!("ping {number}")
}

fn names(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(name).collect()
}

/// The payload of a pong in plain.
fn plain(frame: &[u8]) -> String {
    assert_eq!(frame[0], 0x8A);
    let (key, masked) = match frame[1] {
        0x80.. => (&frame[2..6], &frame[6..]),
        _ => (&[0; 4][..], &frame[2..]),
    };
    let plain = masked.iter().zip(key.iter().cycle()).map(|(a, b)| a ^ b);
    String::from_utf8(plain.collect()).expect("our own text")
}

/// Takes all pongs that come one behind the other, and what comes then.
fn pongs(component: &mut Numbered) -> (Vec<String>, Step) {
    let mut pongs = Vec::new();
    loop {
        let next = step(component, Queue::Receive, 1).expect("no error");
        let Step::Seen(
            id,
            Seen::Wrote {
                kind,
                context,
                bytes,
            },
        ) = next
        else {
            return (pongs, next);
        };
        assert_eq!((kind, context), (BufferType::PingPong, None));
        assert!(bytes.len() <= 131);
        pongs.push(plain(&bytes));
        // Beside it no other frame goes out, but what is finished is told.
        component.send(Message::Ping, 50).expect("open");
        while let Step::Seen(id, seen) = step(component, Queue::Send, 1).expect("no error") {
            assert!(matches!(seen, Seen::Sent(..)), "{seen:?} beside a pong");
            assert!(component.complete_action(id, 0));
        }
        assert!(component.complete_action(id, 0), "any number will do");
    }
}

/// The first byte of a pong: has everything before it parsed when a read was asked for behind it.
fn parse_all(component: &mut Numbered) {
    give(component, &[0x8A]);
}

#[test]
fn waiting_pings_are_answered_in_order() {
    for hold in HOLDS {
        for count in 1..=WAITING {
            for one_read in [false, true] {
                let (mut component, write) = hold.begin();
                let pings = (0..count).map(|number| ping(hold.role(), number));
                if one_read {
                    // Reads as large as the receive area.
                    let bytes: Vec<u8> = pings.flatten().collect();
                    bytes
                        .chunks(200)
                        .for_each(|read| give(&mut component, read));
                } else {
                    pings.for_each(|ping| give(&mut component, &ping));
                }
                parse_all(&mut component);
                hold.end(&mut component, write);
                let (found, next) = pongs(&mut component);
                assert_eq!(found, names(0..count), "{hold:?}");
                next.read();
            }
        }
    }
}

/// A flood costs no memory: the oldest go unanswered (RFC 6455 section 5.5.3 allows it).
#[test]
fn a_flood_is_bounded() {
    for hold in HOLDS {
        let (mut component, write) = hold.begin();
        for number in 0..1000 {
            give(&mut component, &ping(hold.role(), number));
        }
        parse_all(&mut component);
        hold.end(&mut component, write);
        let (found, next) = pongs(&mut component);
        assert_eq!(found, names(1000 - WAITING..1000), "{hold:?}");
        next.read();
    }
}

/// The receive area is full to the last byte, mostly with long pings: there is room to read on all the same.
#[test]
fn a_full_receive_area() {
    for hold in HOLDS {
        let role = hold.role();
        let long = |number: usize| {
            let mut payload = name(number);
            payload.extend(std::iter::repeat_n('.', 125 - payload.len()));
            payload
        };
        let bytes: Vec<u8> = (0..5)
            .flat_map(|number| peer_frame(role, 0x89, long(number).as_bytes()))
            .collect();
        let (mut component, write) = hold.begin();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let read = step(&mut component, Queue::Receive, 1)
                .expect("a read")
                .read();
            let space = component.receive_space(read).expect("room");
            let len = space.len().min(rest.len());
            space[..len].copy_from_slice(&rest[..len]);
            assert!(component.complete_action(read, len));
            rest = &rest[len..];
        }
        parse_all(&mut component);
        hold.end(&mut component, write);
        let (found, next) = pongs(&mut component);
        assert_eq!(found, (0..5).map(long).collect::<Vec<_>>(), "{hold:?}");
        next.read();
    }
}

/// What comes between and behind waiting pings is shown meanwhile; the pongs are not forgotten over it.
#[test]
fn messages_pass_waiting_pings() {
    for hold in HOLDS {
        let role = hold.role();
        let (mut component, write) = hold.begin();
        component.receive(None, 3).expect("open");
        component.receive(None, 4).expect("open");
        let bytes = [
            ping(role, 0),
            peer_frame(role, 0x81, b"one"),
            ping(role, 1),
            peer_frame(role, 0x81, b"two"),
        ];
        give(&mut component, &bytes.concat());
        for (context, text) in [(1, "one"), (3, "two")] {
            let (id, seen) = step(&mut component, Queue::Receive, 1)
                .expect("data")
                .seen();
            assert_eq!(
                seen,
                Seen::Data(BufferType::TextMessage, text.into(), context)
            );
            assert!(component.complete_action(id, 0));
        }
        hold.end(&mut component, write);
        let (found, next) = pongs(&mut component);
        assert_eq!(found, names(0..2), "{hold:?}");
        next.read();
    }
}

/// Pongs belong to the receive lane: without an operation there they wait on.
#[test]
fn waiting_pings_need_a_receive_operation() {
    for hold in HOLDS {
        let (mut component, write) = hold.begin();
        let text = peer_frame(hold.role(), 0x81, b"x");
        give(&mut component, &[ping(hold.role(), 0), text].concat());
        let (id, _) = step(&mut component, Queue::Receive, 1)
            .expect("data")
            .seen();
        assert!(component.complete_action(id, 0));
        hold.end(&mut component, write);
        assert_eq!(step(&mut component, Queue::Receive, 1), Ok(Step::Nothing));
        component.receive(None, 3).expect("open");
        let (found, next) = pongs(&mut component);
        assert_eq!(found, names(0..1), "{hold:?}");
        next.read();
    }
}

#[test]
fn abort_drops_waiting_pings() {
    for hold in HOLDS {
        let (mut component, write) = hold.begin();
        give(&mut component, &ping(hold.role(), 0));
        parse_all(&mut component);
        component.abort();
        if let Some((id, len)) = write {
            assert!(component.complete_action(id, len));
        }
        let (found, next) = pongs(&mut component);
        assert_eq!(found, names(0..0), "{hold:?}");
        let (id, seen) = next.seen();
        assert_eq!(seen, Seen::Cancelled(1));
        assert!(component.complete_action(id, 0));
        assert_eq!(step(&mut component, Queue::Receive, 1), Ok(Step::Nothing));
    }
}

/// A write that was cut short ends the frame too.
#[test]
fn a_failed_write_lets_pongs_through() {
    for hold in [Hold::Header, Hold::Payload, Hold::Close] {
        let (mut component, write) = hold.begin();
        give(&mut component, &ping(hold.role(), 0));
        parse_all(&mut component);
        let (id, _) = write.expect("outstanding");
        assert!(component.complete_action(id, 0));
        let (found, next) = pongs(&mut component);
        assert_eq!(found, names(0..1), "{hold:?}");
        next.read();
    }
}

/// Statement 103: beside a whole frame, or a Close in the send area, a pong goes out at once.
#[test]
fn a_whole_frame_holds_nothing_back() {
    for role in [Role::Client, Role::Server] {
        for message in [Message::text("whole"), Message::close(1000, "short")] {
            let mut component = open(role, Config::new(role));
            component.receive(None, 1).expect("open");
            component.send(message, 2).expect("open");
            let (write, bytes) = step(&mut component, Queue::Send, 2)
                .expect("a frame")
                .write();
            let pings = [ping(role, 0), ping(role, 1)].concat();
            give(&mut component, &pings);
            for number in 0..2 {
                let (id, bytes) = step(&mut component, Queue::Receive, 2)
                    .expect("a pong")
                    .write();
                assert_eq!(plain(&bytes), name(number));
                assert_eq!(step(&mut component, Queue::All, 2), Ok(Step::Nothing));
                assert!(component.complete_action(id, bytes.len()));
            }
            assert!(component.complete_action(write, bytes.len()));
        }
    }
}

/// An error stays (statement 92): not even a pong that had to wait comes out after it.
#[test]
fn nothing_follows_an_error() {
    for hold in HOLDS {
        let (mut component, write) = hold.begin();
        give(&mut component, &ping(hold.role(), 0));
        give(&mut component, &[0xFF]);
        let error = step(&mut component, Queue::Receive, 1);
        assert!(matches!(error, Err(Error::Protocol(_))), "{error:?}");
        hold.end(&mut component, write);
        assert_eq!(step(&mut component, Queue::Receive, 1), error, "{hold:?}");
    }
}
