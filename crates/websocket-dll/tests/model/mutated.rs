//! One handle that is fed right, nearly right and senseless frames, against the reference decoder.

use std::collections::VecDeque;

use websocket_testkit::abi::*;
use websocket_testkit::{Role, wire};

use crate::config::Config;
use crate::rng::Rng;
use crate::side::{Shared, Side};
use crate::statistics::Statistics;
use crate::text::{TextWriter, length};
use crate::transcript::Transcript;

/// Runs one session.
///
/// # Panics
/// If anything differs from the model; the transcript is printed.
pub(crate) fn run(seed: u64, statistics: &mut Statistics) {
    let mut rng = Rng::new(seed);
    let mut transcript = Transcript::new("mutated", seed);
    let mut shared = Shared {
        rng: &mut rng,
        transcript: &mut transcript,
        statistics,
    };
    let role = shared.rng.pick(&[Role::Client, Role::Server]);
    let config = Config::random(role, shared.rng);
    let mut side = Side::new("victim", config, &mut shared);
    side.endpoint().shake_hands();
    side.open = true;
    let bytes = stream(&config, shared.rng);
    shared.transcript.say(format_args!(
        "input, {} bytes: {:02x?}",
        bytes.len(),
        &bytes[..bytes.len().min(120)]
    ));
    let mut inbox = VecDeque::from(bytes);
    let mut wire = VecDeque::new();
    let mut waiting = 0;
    while waiting < 10 && side.receive.sticky.is_none() {
        if side.receive.ops.is_empty() {
            let room = shared.rng.percent(30).then(|| shared.rng.range(1, 600));
            side.receive(room, &mut shared);
        }
        if shared.rng.percent(8) {
            side.send(
                WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE,
                b"noise",
                None,
                &mut shared,
            );
        }
        let (queue, capacity) = (shared.rng.pick(&[1, 2, 2, 3]), shared.rng.pick(&[1, 2]));
        let got = side.get_action(queue, capacity, &mut shared);
        let trickle = shared.rng.percent(50);
        let done = side.complete_receive(&mut inbox, &mut wire, trickle, &mut shared)
            | (shared.rng.percent(40) && side.complete_send(&mut wire, false, &mut shared));
        waiting = match got || done {
            true => 0,
            false => waiting + usize::from(queue != WEB_SOCKET_SEND_ACTION_QUEUE),
        };
    }
    if side.receive.sticky.is_some() {
        // The error stays, the send lane works, nothing more is received (statement 92).
        side.complete_send(&mut wire, false, &mut shared);
        side.get_action(WEB_SOCKET_RECEIVE_ACTION_QUEUE, 1, &mut shared);
        side.receive(None, &mut shared);
        side.send(
            WEB_SOCKET_CLOSE_BUFFER_TYPE,
            b"bad",
            Some(1002),
            &mut shared,
        );
        while side.get_action(WEB_SOCKET_SEND_ACTION_QUEUE, 2, &mut shared) {
            side.complete_send(&mut wire, false, &mut shared);
        }
    } else {
        assert!(inbox.is_empty(), "every byte was read");
    }
    side.abort(&mut shared);
    side.drain(&mut shared);
    side.delete(&mut shared);
    shared.statistics.sessions += 1;
    shared.statistics.calls += shared.transcript.calls();
}

/// Frames for a receiver set up like `config`, and what chance made of them.
fn stream(config: &Config, rng: &mut Rng) -> Vec<u8> {
    let mut out = Vec::new();
    if rng.percent(5) {
        let length = rng.below(400);
        return rng.bytes(length);
    }
    let mut text = TextWriter::default();
    let mut open = None;
    for _ in 0..rng.range(1, 12) {
        let key = (config.role == Role::Server && !(config.disable_masking && rng.percent(50)))
            .then(|| rng.pick(&[wire::KEY, [0; 4], [0xff; 4]]));
        if rng.percent(6) {
            let swarm = rng.pick(&[4, 14, 14, 100]);
            for number in 0..rng.below(swarm) {
                out.extend(wire::frame(wire::FIN | wire::PING, &[number as u8; 9], key));
            }
        }
        let start = out.len();
        match rng.below(100) {
            0..10 => {
                let length = rng.below(126);
                let opcode = rng.pick(&[wire::PING, wire::PONG]);
                let payload = rng.bytes(length);
                out.extend(wire::frame(wire::FIN | opcode, &payload, key));
            }
            10..14 => {
                let status = rng.pick(&[
                    1000, 1001, 1005, 1006, 1015, 999, 0, 1016, 3000, 4999, 65_535,
                ]);
                let length = rng.below(124);
                let reason = match rng.percent(80) {
                    true => vec![b'x'; length],
                    false => rng.bytes(length),
                };
                let mut payload = wire::close_payload(status, &reason);
                if rng.percent(20) {
                    payload.truncate(rng.below(3));
                }
                out.extend(wire::frame(wire::FIN | wire::CLOSE, &payload, key));
            }
            _ => {
                let opcode = open.unwrap_or_else(|| rng.pick(&[wire::TEXT, wire::BINARY]));
                let first = if open.is_some() {
                    wire::CONTINUATION
                } else {
                    opcode
                };
                let fin = rng.percent(60);
                let edges = [125, 126, config.receive_buffer as usize, 65_535];
                let length = length(rng, &edges).min(70_000);
                let mut payload = match opcode {
                    wire::TEXT => text.piece(length, fin, rng),
                    _ => rng.bytes(length),
                };
                if opcode == wire::TEXT && !payload.is_empty() && rng.percent(12) {
                    let at = rng.below(payload.len());
                    payload[at] = rng.pick(&[0xC0, 0xFF, 0x80, 0xED, 0xF4, 0xA0, b'A', 0xF5]);
                }
                open = (!fin).then_some(opcode);
                out.extend(wire::frame(
                    first | if fin { wire::FIN } else { 0 },
                    &payload,
                    key,
                ));
            }
        }
        if rng.percent(8) {
            // One bit of the header.
            let bit = rng.below(8 * 14.min(out.len() - start));
            out[start + bit / 8] ^= 1 << (bit % 8);
        }
        if rng.percent(2) {
            out.truncate(start + rng.below(out.len() - start));
        }
        if rng.percent(2) {
            // A length that never comes, or that must not be.
            let length = rng.pick(&[
                u64::MAX >> 1,
                u64::MAX,
                1 << 63,
                65_536,
                65_535,
                125,
                0,
                1 << 32,
            ]);
            out.extend([0x82, if key.is_some() { 0xFF } else { 0x7F }]);
            out.extend(length.to_be_bytes());
            out.extend(key.unwrap_or_default());
        }
    }
    out
}
