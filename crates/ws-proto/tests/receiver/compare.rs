//! The crate's receiver against an expected outcome.

use ws_proto::{Event, ProtocolError, ReceiveOptions, Receiver};

use crate::reference::{Outcome, Seen};

impl Outcome {
    /// Whether `self` may come of a stream which, byte by byte, leads to `expected`.
    ///
    /// The valid beginning of a piece that turns out not to be text is not shown, so how much of the open message is
    /// there depends on how the bytes were cut.
    fn agrees_with(&self, expected: &Self) -> bool {
        if self.error != expected.error {
            return false;
        }
        match (expected.error, expected.seen.split_last()) {
            (Some((_, ProtocolError::InvalidUtf8)), Some((open, before))) => {
                (is_open(open) && self.seen == before)
                    || self.seen.split_last().is_some_and(|(found, found_before)| {
                        found_before == before && is_beginning(found, open)
                    })
            }
            _ => self.seen == expected.seen,
        }
    }
}

const fn is_open(seen: &Seen) -> bool {
    matches!(seen, Seen::Data { last: false, .. })
}

/// Whether `found` is `whole`, or the beginning of it if that is data of an unfinished message.
fn is_beginning(found: &Seen, whole: &Seen) -> bool {
    let mut begun = whole.clone();
    if let (
        Seen::Data {
            bytes, last: false, ..
        },
        Seen::Data { bytes: found, .. },
    ) = (&mut begun, found)
    {
        bytes.truncate(found.len());
    }
    *found == begun
}

/// Gives `bytes` to the crate in pieces that end at `cuts` (ascending), with data in pieces of at most `limit`, and
/// compares with what they must lead to.
///
/// Checks on the way what [`Receiver::receive`] promises about consumed bytes and about errors.
pub(crate) fn check(
    options: ReceiveOptions,
    bytes: &[u8],
    cuts: &[usize],
    limit: usize,
    expected: &Outcome,
) {
    let found = receive(
        options,
        bytes,
        cuts,
        limit,
        expected.error.map(|(at, _)| at),
    );
    assert!(
        found.agrees_with(expected),
        "{options:?}, cut at {cuts:?}, at most {limit}:\n   found {found:x?}\nexpected {expected:x?}"
    );
}

/// What the crate makes of `bytes`. `error_at` is where an error is expected.
fn receive(
    options: ReceiveOptions,
    bytes: &[u8],
    cuts: &[usize],
    limit: usize,
    error_at: Option<usize>,
) -> Outcome {
    let mut receiver = Receiver::new(options);
    let mut outcome = Outcome::default();
    let mut buffer = bytes.to_vec();
    let (mut start, mut end) = (0, 0);
    for &cut in cuts.iter().chain([&bytes.len()]) {
        let before = end;
        end = cut;
        loop {
            let pending = &mut buffer[start..end];
            match step(&mut receiver, pending, limit, &mut outcome) {
                Ok((consumed, more)) => {
                    start += consumed;
                    assert_eq!(
                        buffer[start..end],
                        bytes[start..end],
                        "bytes that were not consumed must stay"
                    );
                    if !more {
                        break;
                    }
                }
                Err(error) => {
                    let again = receiver.receive(&mut [], limit);
                    assert_eq!(again, Err(error), "errors must stay");
                    // Byte by byte the position is certain; otherwise it is somewhere in this piece.
                    let at = error_at.filter(|at| (before..end).contains(at));
                    outcome.error = Some((at.unwrap_or(end - 1), error));
                    return outcome;
                }
            }
        }
        assert!(
            end - start < Receiver::MAX_CONTROL_LEN,
            "{} bytes were not consumed",
            end - start
        );
    }
    outcome
}

/// Takes one event out of `pending`: how many bytes it consumed, and whether there was one.
fn step(
    receiver: &mut Receiver,
    pending: &mut [u8],
    limit: usize,
    outcome: &mut Outcome,
) -> Result<(usize, bool), ProtocolError> {
    let mut own = [0; Receiver::MAX_CONTROL_LEN];
    let (consumed, event) = receiver.receive(pending, limit)?;
    // The event's bytes, copied so that they can be compared with what was consumed.
    let found: &[u8] = match event {
        Event::NeedMore => return Ok((consumed, false)),
        Event::Data(data) => {
            assert!(data.payload.len() <= limit);
            assert!(!data.payload.is_empty() || data.last);
            outcome.data(data.kind, data.rsv, data.payload, data.last);
            let len = data.payload.len().min(own.len());
            let tail = &data.payload[data.payload.len() - len..];
            own[..len].copy_from_slice(tail);
            &own[..len]
        }
        Event::Ping(payload) => {
            outcome.seen.push(Seen::Ping(payload.to_vec()));
            own[..payload.len()].copy_from_slice(payload);
            &own[..payload.len()]
        }
        Event::Pong(payload) => {
            outcome.seen.push(Seen::Pong(payload.to_vec()));
            own[..payload.len()].copy_from_slice(payload);
            &own[..payload.len()]
        }
        Event::Close(frame) => {
            let reason = frame.reason.to_owned();
            own[..reason.len()].copy_from_slice(reason.as_bytes());
            outcome.seen.push(Seen::Close(frame.code, reason));
            &own[..frame.reason.len()]
        }
    };
    assert!(consumed > 0, "an event without a byte");
    assert!(
        pending[..consumed].ends_with(found),
        "the event's bytes must be the last consumed"
    );
    Ok((consumed, true))
}
