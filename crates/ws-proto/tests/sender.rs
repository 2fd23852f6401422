//! The sender: every sequence of calls against the rules of RFC 6455 section 5.4, and frames that the receiver of the
//! other side takes.

use ws_proto::{
    Event, FrameHeader, MessageKind, OpCode, ReceiveOptions, Receiver, Role, Sender, SequenceError,
    encode_frame,
};

#[derive(Clone, Copy, Debug)]
enum Call {
    Data(MessageKind, bool),
    Continuation(bool),
    Close,
}

const CALLS: [Call; 7] = [
    Call::Data(MessageKind::Text, false),
    Call::Data(MessageKind::Text, true),
    Call::Data(MessageKind::Binary, false),
    Call::Data(MessageKind::Binary, true),
    Call::Continuation(false),
    Call::Continuation(true),
    Call::Close,
];

const DEPTH: usize = if cfg!(miri) { 3 } else { 5 };

/// What must come of `call` after the calls in `done`, told from the whole history: no state to get wrong.
fn expected(done: &[Call], call: Call) -> Result<OpCode, SequenceError> {
    let mut open = None;
    for done in done {
        match *done {
            Call::Data(kind, fin) => open = (!fin).then_some(kind),
            Call::Continuation(true) => open = None,
            Call::Continuation(false) => {}
            Call::Close => return Err(SequenceError::Closed),
        }
    }
    match (call, open) {
        (Call::Close, _) => Ok(OpCode::CLOSE),
        (Call::Continuation(_), None) => Err(SequenceError::NoMessageOpen),
        (Call::Continuation(_), Some(_)) => Ok(OpCode::CONTINUATION),
        (Call::Data(kind, _), Some(open)) if kind == open => Ok(OpCode::CONTINUATION),
        (Call::Data(..), Some(_)) => Err(SequenceError::OtherMessageOpen),
        (Call::Data(MessageKind::Text, _), None) => Ok(OpCode::TEXT),
        (Call::Data(MessageKind::Binary, _), None) => Ok(OpCode::BINARY),
    }
}

fn apply(sender: &mut Sender, call: Call) -> Result<OpCode, SequenceError> {
    match call {
        Call::Data(kind, fin) => sender.data(kind, fin),
        Call::Continuation(fin) => sender.continuation(fin),
        Call::Close => sender.close().map(|()| OpCode::CLOSE),
    }
}

/// Tries every call after `done`, and goes on after those that succeed: failed ones must have changed nothing.
fn every_call(sender: Sender, done: &mut Vec<Call>, tried: &mut usize) {
    for call in CALLS {
        let mut sender = sender;
        let before = (sender.open_message(), sender.is_closed());
        let found = apply(&mut sender, call);
        assert_eq!(found, expected(done, call), "{call:?} after {done:?}");
        *tried += 1;
        if found.is_err() {
            let after = (sender.open_message(), sender.is_closed());
            assert_eq!(after, before, "failed {call:?}");
        } else if done.len() < DEPTH {
            done.push(call);
            every_call(sender, done, tried);
            done.pop();
        }
    }
}

#[test]
fn every_sequence_of_calls() {
    let mut tried = 0;
    every_call(Sender::new(), &mut Vec::new(), &mut tried);
    assert!(tried > 100, "{tried}");
}

/// Lengths at which the form of the length or the way of masking changes.
const LENGTHS: [usize; 15] = [
    0, 1, 3, 4, 7, 8, 31, 33, 124, 125, 126, 127, 128, 65535, 65536,
];

/// What the sender allows the receiver of the other role takes, whole.
#[test]
fn the_receiver_takes_what_the_sender_allows() {
    for (role, mask) in [
        (Role::Client, None),
        (Role::Server, Some([1, 2, 0xFE, 0xFF])),
    ] {
        let mut sender = Sender::new();
        let mut receiver = Receiver::new(ReceiveOptions::new(role));
        for (round, len) in LENGTHS.into_iter().enumerate() {
            if cfg!(miri) && len > 1000 {
                continue;
            }
            let fin = round % 3 == 2;
            let payload: Vec<u8> = (0..len).map(|i| (i % 253) as u8).collect();
            let opcode = sender.data(MessageKind::Binary, fin);
            let header = FrameHeader {
                fin,
                rsv: 0,
                opcode: opcode.unwrap(),
                mask,
                payload_len: len as u64,
            };
            let mut frame = vec![0xEE; FrameHeader::MAX_LEN + len];
            let size = encode_frame(&mut frame, &header, &payload);
            assert_eq!(size, header.encoded_len() + len);
            assert!(frame[size..].iter().all(|&byte| byte == 0xEE), "{len}");
            match receiver.receive(&mut frame[..size], usize::MAX) {
                Ok((consumed, Event::Data(data))) => {
                    assert_eq!((&*data.payload, data.last), (&payload[..], fin));
                    assert_eq!(consumed, size);
                }
                // Empty frames that end nothing are skipped.
                found => assert!(
                    matches!(found, Ok((_, Event::NeedMore))) && len == 0 && !fin,
                    "{len}: {found:?}"
                ),
            }
        }
    }
}
