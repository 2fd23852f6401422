//! Streams, and what must come of them.

use ws_proto::{Kind, MessageKind, OpCode, ProtocolError, ReceiveOptions, Role};

use crate::encode::{KEY, Length, close_payload, frame, header, pattern, text};
use crate::reference::{Outcome, Seen};

/// A stream and its outcome.
pub struct Case {
    pub name: String,
    pub options: ReceiveOptions,
    pub bytes: Vec<u8>,
    pub expected: Outcome,
}

/// A stream that is right or wrong in the same way for both roles.
type Build = fn(Option<[u8; 4]>) -> (Vec<u8>, Vec<Seen>, Option<ErrorAt>);

/// Where the error becomes certain.
#[derive(Clone, Copy)]
enum At {
    /// At this byte of the last frame, not counting the masking key.
    Last(usize),
    /// At the last byte of the stream.
    End,
}

type ErrorAt = (At, ProtocolError);

const TEXT: Kind = Kind::Message(MessageKind::Text);
const BINARY: Kind = Kind::Message(MessageKind::Binary);

fn data(kind: Kind, bytes: impl AsRef<[u8]>, last: bool) -> Seen {
    data_rsv(kind, 0, bytes, last)
}

fn data_rsv(kind: Kind, rsv: u8, bytes: impl AsRef<[u8]>, last: bool) -> Seen {
    Seen::Data {
        kind,
        rsv,
        bytes: bytes.as_ref().to_vec(),
        last,
    }
}

/// Every case for both roles, the masking rules, and the cases of options.
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, build) in good().into_iter().chain(bad()) {
        for role in [Role::Client, Role::Server] {
            let key = match role {
                Role::Client => None,
                Role::Server => Some(KEY),
            };
            let options = ReceiveOptions::new(role);
            cases.push(case(format!("{name}, {role:?}"), options, key, build));
            // With `either_mask` the other form must lead to the same.
            let other = if key.is_some() { None } else { Some(KEY) };
            let options = ReceiveOptions {
                either_mask: true,
                ..options
            };
            cases.push(case(format!("{name}, {role:?}, either"), options, other, build));
        }
    }
    cases.extend(masking());
    cases.extend(lengths());
    cases.extend(close_codes());
    cases.extend(utf8());
    cases.extend(extensions());
    cases
}

fn case(name: String, options: ReceiveOptions, key: Option<[u8; 4]>, build: Build) -> Case {
    let (bytes, seen, error) = build(key);
    // The reference point for positions inside the last frame: it is at the end of the unmasked form of the stream.
    let error = error.map(|(at, error)| match at {
        At::End => (bytes.len() - 1, error),
        At::Last(offset) => (start_of_last(build, key) + offset, error),
    });
    Case {
        name,
        options,
        bytes,
        expected: Outcome { seen, error },
    }
}

/// Where the last frame of a wrong stream begins: wrong frames are built last, by [`wrong`].
fn start_of_last(build: Build, key: Option<[u8; 4]>) -> usize {
    let (bytes, ..) = build(key);
    let marker = WRONG_PAYLOAD;
    // A wrong header is followed by a recognisable tail whose length is known.
    assert!(bytes.ends_with(&marker), "a wrong frame ends with the marker");
    let tail = bytes.len() - marker.len();
    (0..=tail)
        .rev()
        .find(|&at| bytes[at..tail].starts_with(&WRONG_BEGIN))
        .map(|at| at + WRONG_BEGIN.len())
        .expect("a wrong frame follows a marker")
}
