//! Two handles joined by pipes in memory, and random calls on both.

use std::collections::VecDeque;

use websocket_testkit::Role;
use websocket_testkit::abi::*;
use websocket_testkit::handshake::value;
use websocket_testkit::hresult::{E_INVALID_PROTOCOL_OPERATION, S_OK};

use crate::config::Config;
use crate::reference::Kind;
use crate::rng::Rng;
use crate::side::{Shared, Side};
use crate::statistics::Statistics;
use crate::text::{TextWriter, length};
use crate::transcript::Transcript;

/// One connection in the hands of the random numbers.
struct Session<'a> {
    sides: [Side; 2],
    /// What is on its way to each side.
    inboxes: [VecDeque<u8>; 2],
    writers: [TextWriter; 2],
    /// Whether actions are also completed wrongly, and operations cancelled.
    faulty: bool,
    /// Whether GetAction is always given one buffer, so that frames without a copy go out in two halves.
    narrow: bool,
    /// Whether pings come in swarms.
    pinging: bool,
    shared: Shared<'a>,
}

/// Runs one session.
///
/// # Panics
/// If anything differs from the model; the transcript is printed.
pub(crate) fn run(seed: u64, statistics: &mut Statistics) {
    let mut rng = Rng::new(seed);
    let mut transcript = Transcript::new("random", seed);
    let mut shared = Shared {
        rng: &mut rng,
        transcript: &mut transcript,
        statistics,
    };
    let configs = [Role::Client, Role::Server].map(|role| Config::random(role, shared.rng));
    let client = Side::new("client", configs[0], &mut shared);
    let server = Side::new("server", configs[1], &mut shared);
    let mut session = Session {
        sides: [client, server],
        inboxes: [VecDeque::new(), VecDeque::new()],
        writers: [TextWriter::default(), TextWriter::default()],
        faulty: shared.rng.percent(50),
        narrow: shared.rng.percent(30),
        pinging: shared.rng.percent(30),
        shared,
    };
    session.shake_hands();
    let steps = match session.shared.rng.below(10) {
        0..7 => session.shared.rng.below(60),
        7..9 => session.shared.rng.below(200),
        _ => session.shared.rng.below(500),
    };
    for _ in 0..steps {
        session.step();
    }
    if session.shared.rng.percent(60) {
        session.finish();
    }
    session.tear_down();
    session.shared.statistics.sessions += 1;
    session.shared.statistics.calls += session.shared.transcript.calls();
}

impl Session<'_> {
    /// A real handshake between the two, with calls that must not work before it.
    fn shake_hands(&mut self) {
        if self.shared.rng.percent(20) {
            for side in &self.sides {
                let endpoint = side.endpoint();
                assert_eq!(endpoint.receive(1), E_INVALID_PROTOCOL_OPERATION);
                assert_eq!(
                    endpoint.send_empty(WEB_SOCKET_PING_PONG_BUFFER_TYPE, 1),
                    E_INVALID_PROTOCOL_OPERATION
                );
                assert_eq!(endpoint.get_action(3).result, E_INVALID_PROTOCOL_OPERATION);
                // An abort has no effect before the handshake is over.
                endpoint.abort();
            }
        }
        let [client, server] = self.sides.each_ref().map(Side::endpoint);
        let request = client
            .begin_client(&[], &[], &[])
            .expect("BeginClientHandshake");
        let response = server
            .begin_server(None, &[], &request)
            .expect("BeginServerHandshake");
        assert!(!value(&response, "Sec-WebSocket-Accept").is_empty());
        if self.shared.rng.percent(50) {
            assert_eq!(server.end_server(), S_OK, "EndServerHandshake");
            self.sides[1].open = true;
        }
        self.sides[0]
            .endpoint()
            .end_client(&response)
            .expect("EndClientHandshake");
        self.sides[0].open = true;
    }

    fn step(&mut self) {
        let at = self.shared.rng.below(2);
        let queue = self.shared.rng.pick(&[1, 2, 3]);
        let capacity = match self.narrow {
            true => 1,
            false => self.shared.rng.pick(&[1, 1, 2, 2, 2, 3, 4]),
        };
        if self.pinging && self.shared.rng.percent(4) {
            for _ in 0..self.shared.rng.range(1, 14) {
                self.sides[at].send(
                    WEB_SOCKET_PING_PONG_BUFFER_TYPE,
                    &[],
                    None,
                    &mut self.shared,
                );
            }
        }
        match self.shared.rng.below(1000) {
            0..170 => self.send(at),
            170..320 => self.receive(at),
            320..600 => {
                self.sides[at].get_action(queue, capacity, &mut self.shared);
            }
            600..780 => {
                self.complete_send(at);
            }
            780..950 => {
                self.complete_receive(at);
            }
            950..970 => {
                let foreign = self.sides[1 - at].outstanding_tokens()[0];
                self.sides[at].complete_nonsense(foreign, &mut self.shared);
            }
            970..990 => self.sides[at].misuse(&mut self.shared),
            990..993 => {
                self.sides[at].abort(&mut self.shared);
                self.shared.statistics.aborts += 1;
            }
            _ => self.hurry(at),
        }
    }

    /// Carries everything that one side has to send to the other, which may have its hands full meanwhile.
    fn hurry(&mut self, at: usize) {
        for _ in 0..100 {
            let got = self.sides[at].get_action(WEB_SOCKET_SEND_ACTION_QUEUE, 2, &mut self.shared);
            if !(self.complete_send(at) || got) {
                break;
            }
        }
        while self.sides[1 - at].get_action(WEB_SOCKET_RECEIVE_ACTION_QUEUE, 1, &mut self.shared)
            && self.complete_receive(1 - at)
        {}
    }

    /// A random `WebSocketSend`; now and then one that must be refused.
    fn send(&mut self, at: usize) {
        let side = &mut self.sides[at];
        let rng = &mut *self.shared.rng;
        let kind = match rng.below(100) {
            0..8 => return self.send_close(at),
            8..16 => WEB_SOCKET_PING_PONG_BUFFER_TYPE,
            16..22 => WEB_SOCKET_UNSOLICITED_PONG_BUFFER_TYPE,
            _ => {
                let text = match side.send.open() {
                    Some(open) if !rng.percent(10) => open == Kind::Text,
                    _ => rng.percent(50),
                };
                let fragment = rng.percent(35);
                WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE + 2 * u32::from(!text) + u32::from(fragment)
            }
        };
        if kind > WEB_SOCKET_CLOSE_BUFFER_TYPE {
            side.send(kind, &[], None, &mut self.shared);
            return;
        }
        let room = side.config.room();
        let peer = &self.sides[1 - at].config;
        let edges = [
            125,
            126,
            room,
            2 * room,
            peer.receive_buffer as usize,
            8 + room,
        ];
        let mut length = length(rng, &edges);
        if self.sides[at].config.copies() && !rng.percent(2) {
            // Few frames mostly: every one of them is two calls.
            length = length.min(room * rng.range(1, 40));
        }
        let fragment = kind & 1 != 0;
        let payload = match kind & 2 {
            0 if !rng.percent(2) => self.writers[at].piece(length, !fragment, rng),
            _ => rng.bytes(length),
        };
        let accepted = self.sides[at].send(kind, &payload, None, &mut self.shared);
        if !accepted && kind & 2 == 0 {
            // The text went nowhere: begin anew, at worst in the middle of a character, as a careless program would.
            self.writers[at] = TextWriter::default();
        }
    }

    fn send_close(&mut self, at: usize) {
        let rng = &mut *self.shared.rng;
        let status = match rng.below(10) {
            0..2 => None,
            2..5 => Some(1000),
            5 => Some(1001),
            6 => Some(rng.range(3000, 4999) as u16),
            7 => Some(65_535),
            8 => Some(1004),
            _ => Some(rng.range(1016, 65_535) as u16),
        };
        let mut reason = Vec::new();
        if status.is_some() && rng.percent(70) {
            let length = if rng.percent(20) { 123 } else { rng.below(124) };
            reason = TextWriter::default().piece(length, false, rng);
            let whole = match std::str::from_utf8(&reason) {
                Ok(_) => reason.len(),
                Err(error) => error.valid_up_to(),
            };
            reason.truncate(whole);
        }
        self.sides[at].send(
            WEB_SOCKET_CLOSE_BUFFER_TYPE,
            &reason,
            status,
            &mut self.shared,
        );
    }

    fn receive(&mut self, at: usize) {
        let rng = &mut *self.shared.rng;
        let room = match rng.below(10) {
            0..5 => None,
            5..7 => Some(rng.range(1, 20)),
            7..9 => Some(rng.range(1, 2000)),
            _ => Some(rng.range(1, 70_000)),
        };
        self.sides[at].receive(room, &mut self.shared);
    }

    fn complete_send(&mut self, at: usize) -> bool {
        let faulty = self.faulty;
        self.sides[at].complete_send(&mut self.inboxes[1 - at], faulty, &mut self.shared)
    }

    fn complete_receive(&mut self, at: usize) -> bool {
        let [first, second] = &mut self.inboxes;
        let (inbox, wire) = if at == 0 {
            (first, second)
        } else {
            (second, first)
        };
        self.sides[at].complete_receive(inbox, wire, self.faulty, &mut self.shared)
    }

    /// Does everything that is due until nothing is; then everything that was sent must have arrived.
    fn finish(&mut self) {
        self.faulty = false;
        loop {
            let mut busy = false;
            for at in [0, 1] {
                let side = &self.sides[at];
                if side.receive.ops.is_empty() && side.receive.sticky.is_none() && !side.aborted {
                    let app =
                        (self.shared.rng.percent(30)).then(|| self.shared.rng.range(200, 4000));
                    self.sides[at].receive(app, &mut self.shared);
                }
                for queue in [1, 2] {
                    let capacity = if self.narrow {
                        1
                    } else {
                        self.shared.rng.pick(&[1, 2])
                    };
                    busy |= self.sides[at].get_action(queue, capacity, &mut self.shared);
                }
                busy |= self.complete_send(at);
                busy |= self.complete_receive(at);
            }
            if !busy {
                break;
            }
        }
        for (side, inbox) in self.sides.iter().zip(&self.inboxes) {
            assert!(side.send.ops.is_empty(), "every send was indicated");
            if side.aborted || side.receive.sticky.is_some() {
                continue;
            }
            assert!(inbox.is_empty(), "every byte was read");
            // A pong that had to wait when bytes were asked for waits until they come.
            let reading = side.receive.outstanding.is_some();
            assert!(
                reading || side.receive.owes_no_pong(),
                "every ping was answered"
            );
            assert!(!side.receive.ops.is_empty(), "an operation waits for bytes");
            self.shared.statistics.finished += 1;
        }
    }

    /// The end: mostly the way .NET ends a connection, sometimes without manners.
    fn tear_down(&mut self) {
        for side in &mut self.sides {
            if self.shared.rng.percent(80) {
                side.abort(&mut self.shared);
                side.drain(&mut self.shared);
                if self.shared.rng.percent(20) {
                    side.send(
                        WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE,
                        &[1],
                        None,
                        &mut self.shared,
                    );
                    side.receive(None, &mut self.shared);
                    side.abort(&mut self.shared);
                }
            }
            side.delete(&mut self.shared);
        }
    }
}
