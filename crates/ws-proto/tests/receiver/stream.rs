//! Streams built frame by frame, each with what must come of it.

use ws_proto::{Kind, ProtocolError, ReceiveOptions};

use crate::encode::{Length, frame, header};
use crate::reference::{Outcome, Seen};

/// Frames one behind the other, and what is expected of them.
pub(crate) struct Stream {
    pub(crate) key: Option<[u8; 4]>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) expected: Outcome,
}

impl Stream {
    pub(crate) fn new(key: Option<[u8; 4]>) -> Self {
        Self {
            key,
            bytes: Vec::new(),
            expected: Outcome::default(),
        }
    }

    /// A frame.
    pub(crate) fn frame(mut self, first: u8, payload: impl AsRef<[u8]>) -> Self {
        self.bytes.extend(frame(first, self.key, payload.as_ref()));
        self
    }

    /// What the frames so far show.
    pub(crate) fn data(self, kind: Kind, bytes: impl AsRef<[u8]>, last: bool) -> Self {
        self.seen(Seen::Data {
            kind,
            rsv: 0,
            bytes: bytes.as_ref().to_vec(),
            last,
        })
    }

    pub(crate) fn seen(mut self, seen: Seen) -> Self {
        self.expected.seen.push(seen);
        self
    }

    /// A header with a length that is not the payload's. `at` is the byte in it that makes the error certain.
    pub(crate) fn wrong_header(
        mut self,
        first: u8,
        length: Length,
        at: usize,
        error: ProtocolError,
    ) -> Self {
        self.expected.error = Some((self.bytes.len() + at, error));
        self.bytes.extend(header(first, self.key, length));
        // As much as a whole frame, so that there is no waiting for more instead of an error.
        self.bytes.extend([b'x'; 20]);
        self
    }

    /// A frame whose first byte is wrong.
    pub(crate) fn wrong_first(self, first: u8, error: ProtocolError) -> Self {
        self.wrong_header(first, Length::Short(20), 0, error)
    }

    /// A frame whose payload is wrong from its byte `at` on.
    pub(crate) fn wrong_payload(
        mut self,
        first: u8,
        payload: impl AsRef<[u8]>,
        at: usize,
        error: ProtocolError,
    ) -> Self {
        let payload = payload.as_ref();
        let frame = frame(first, self.key, payload);
        let payload_at = self.bytes.len() + frame.len() - payload.len();
        self.expected.error = Some((payload_at + at, error));
        self.bytes.extend(frame);
        self
    }

    /// A frame that the header alone makes wrong, after all of its bytes.
    pub(crate) fn wrong_empty(mut self, first: u8, error: ProtocolError) -> Self {
        self.bytes.extend(frame(first, self.key, b""));
        self.expected.error = Some((self.bytes.len() - 1, error));
        self
    }
}

/// A stream to be received with these options.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) options: ReceiveOptions,
    pub(crate) stream: Stream,
}

impl Case {
    pub(crate) fn new(
        name: impl Into<String>,
        options: ReceiveOptions,
        key: Option<[u8; 4]>,
        build: impl Fn(Stream) -> Stream,
    ) -> Self {
        Self {
            name: name.into(),
            options,
            stream: build(Stream::new(key)),
        }
    }
}
