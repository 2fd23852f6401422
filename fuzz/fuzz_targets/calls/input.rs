//! Calls as the fuzzer makes them up.

use arbitrary::{Arbitrary, Result, Unstructured};

/// A component and what is done with it.
#[derive(Arbitrary, Debug)]
pub struct Scenario {
    pub server: bool,
    pub disable_masking: bool,
    pub disable_utf8_verification: bool,
    pub extension: bool,
    /// Added to 256.
    pub receive_extra: u8,
    /// Added to 16.
    pub send_extra: u8,
    pub calls: Vec<Call>,
}

/// Which action is reported.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Which {
    Send,
    Receive,
    /// One that was reported already.
    Stale,
    /// One that never was.
    Invented(u32),
}

/// How many bytes are reported for a write.
#[derive(Arbitrary, Clone, Copy, Debug, PartialEq)]
pub enum Written {
    All,
    Nothing,
    OneLess,
    Any(u32),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Lane {
    Send,
    Receive,
    All,
}

/// A call of the program, or bytes of the peer.
#[derive(Debug)]
pub enum Call {
    Data {
        text: bool,
        last: bool,
        len: Option<u16>,
    },
    Close {
        code: u16,
        reason: Option<u8>,
    },
    EmptyClose,
    Ping,
    UnsolicitedPong,
    Extension {
        first_byte: u8,
        len: Option<u8>,
    },
    Receive {
        target: Option<u8>,
    },
    Next {
        lane: Lane,
        max_buffers: u8,
    },
    /// Reports a write or an indication; a read is given bytes of the peer, at most so many.
    Complete {
        which: Which,
        written: Written,
        read: u8,
    },
    /// The next action, reported as done at once: programs do this most of the time.
    Perform {
        send: bool,
        max_buffers: u8,
        read: u8,
    },
    /// Bytes on their way to the component.
    Bytes(Vec<u8>),
    /// A well-formed frame on its way to the component: one of [`FRAMES`].
    Frame {
        kind: u8,
        len: u8,
    },
    Abort,
}

/// First bytes of frames, the most frequent ones twice.
pub const FRAMES: [u8; 16] = [
    0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x89, 0x8A, 0x88, 0x81, 0x82, 0x89, 0x80, 0xC1, 0x83, 0x8B,
];

/// One byte for the kind of call, the frequent ones several times: a derived implementation would spend four, and the
/// same input would hold a third of the calls.
impl<'a> Arbitrary<'a> for Call {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.arbitrary::<u8>()? % 20 {
            0 | 1 => Self::Data {
                text: u.arbitrary()?,
                last: u.arbitrary()?,
                len: u.arbitrary()?,
            },
            2 => Self::Close {
                code: u.arbitrary()?,
                reason: u.arbitrary()?,
            },
            3 => Self::EmptyClose,
            4 => Self::Ping,
            5 => Self::UnsolicitedPong,
            6 => Self::Extension {
                first_byte: u.arbitrary()?,
                len: u.arbitrary()?,
            },
            7 | 8 => Self::Receive {
                target: u.arbitrary()?,
            },
            9 | 10 => Self::Next {
                lane: u.arbitrary()?,
                max_buffers: u.arbitrary()?,
            },
            11 | 12 => Self::Complete {
                which: u.arbitrary()?,
                written: u.arbitrary()?,
                read: u.arbitrary()?,
            },
            13 | 14 => Self::Perform {
                send: true,
                max_buffers: u.arbitrary()?,
                read: 0,
            },
            15 | 16 => Self::Perform {
                send: false,
                max_buffers: 1,
                read: u.arbitrary()?,
            },
            17 => Self::Bytes(u.arbitrary()?),
            18 => Self::Frame {
                kind: u.arbitrary()?,
                len: u.arbitrary()?,
            },
            // Rare: it ends most of what is interesting.
            _ if u.ratio(1, 4)? => Self::Abort,
            _ => Self::Frame { kind: 6, len: 5 },
        })
    }
}
