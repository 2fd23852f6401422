//! Calls as the fuzzer makes them up.

use arbitrary::Arbitrary;

/// Which handle a call gets.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Which {
    /// One of those created, perhaps deleted already.
    Created(u8),
    Null,
    Invented(u32),
}

/// Which context is completed.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Context {
    /// The one that `WebSocketGetAction` gave last, for whichever handle.
    Last,
    /// An earlier one.
    Earlier(u8),
    Null,
    Invented(u32),
}

/// A descriptor: none, or with or without bytes.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Descriptor {
    Null,
    WithoutBytes { len: u16, status: u16 },
    WithBytes { len: u16, status: u16 },
}

#[derive(Arbitrary, Debug)]
pub enum Call {
    Create {
        server: bool,
        receive_size: Option<u16>,
        send_size: Option<u16>,
        disable_masking: Option<bool>,
        disable_utf8: Option<bool>,
        /// Whether a block is given, and by how much it is too small.
        block: Option<u8>,
        unknown: Option<i32>,
    },
    /// A whole handshake that succeeds if the handle allows it.
    Open {
        which: Which,
        extension: bool,
    },
    BeginClient {
        which: Which,
        names: Vec<u8>,
    },
    EndClient {
        which: Which,
        value: Vec<u8>,
        room: u8,
    },
    BeginServer {
        which: Which,
        name: Vec<u8>,
        value: Vec<u8>,
    },
    EndServer(Which),
    Send {
        which: Which,
        kind: u8,
        descriptor: Descriptor,
    },
    /// A type of any number.
    SendAny {
        which: Which,
        kind: u32,
        descriptor: Descriptor,
    },
    Receive {
        which: Which,
        descriptor: Descriptor,
    },
    GetAction {
        which: Which,
        queue: u8,
        room: u8,
        without_context: bool,
    },
    Complete {
        which: Which,
        context: Context,
        bytes: Option<u16>,
    },
    /// Bytes for the next reads.
    Bytes(Vec<u8>),
    Abort(Which),
    Delete(Which),
    Property {
        kind: i8,
        size: u8,
    },
}
