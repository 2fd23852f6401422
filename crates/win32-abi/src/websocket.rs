//! `websocket.h`: structs, enumerations and constants.
//!
//! Enumerations are plain integers, because a caller may pass any number. Sources: Microsoft's `websocket.h` page
//! (<https://learn.microsoft.com/windows/win32/api/websocket/>) and section 2 of
//! `../shared/spec/websocket-protocol-component.md`.

use core::ffi::c_void;
use core::mem::{offset_of, size_of};

/// Opaque handle value; never NULL and never all ones.
pub type WEB_SOCKET_HANDLE = *mut c_void;

/// Kind of a property, see the `WEB_SOCKET_…_PROPERTY_TYPE` constants.
pub type WEB_SOCKET_PROPERTY_TYPE = i32;
/// `ULONG` bytes of the receive area; at least 256, default 4096.
pub const WEB_SOCKET_RECEIVE_BUFFER_SIZE_PROPERTY_TYPE: WEB_SOCKET_PROPERTY_TYPE = 0;
/// `ULONG` bytes of the send area; at least 16, default 4096 on clients and 16 on servers.
pub const WEB_SOCKET_SEND_BUFFER_SIZE_PROPERTY_TYPE: WEB_SOCKET_PROPERTY_TYPE = 1;
/// `BOOL`: client frames carry the key 0; a server also accepts frames without a mask.
pub const WEB_SOCKET_DISABLE_MASKING_PROPERTY_TYPE: WEB_SOCKET_PROPERTY_TYPE = 2;
/// `PVOID` variable holding the address of the caller's block; the size given is the block's.
pub const WEB_SOCKET_ALLOCATED_BUFFER_PROPERTY_TYPE: WEB_SOCKET_PROPERTY_TYPE = 3;
/// `BOOL`: received text is not checked to be UTF-8.
pub const WEB_SOCKET_DISABLE_UTF8_VERIFICATION_PROPERTY_TYPE: WEB_SOCKET_PROPERTY_TYPE = 4;
/// Global property: `ULONG` milliseconds between keep-alives.
pub const WEB_SOCKET_KEEPALIVE_INTERVAL_PROPERTY_TYPE: WEB_SOCKET_PROPERTY_TYPE = 5;
/// Global property: array of `ULONG`, the protocol versions supported.
pub const WEB_SOCKET_SUPPORTED_VERSIONS_PROPERTY_TYPE: WEB_SOCKET_PROPERTY_TYPE = 6;

/// What the caller of `WebSocketGetAction` has to do, see the `WEB_SOCKET_…_ACTION` constants.
pub type WEB_SOCKET_ACTION = i32;
/// Nothing to do.
pub const WEB_SOCKET_NO_ACTION: WEB_SOCKET_ACTION = 0;
/// Write the buffers to the network.
pub const WEB_SOCKET_SEND_TO_NETWORK_ACTION: WEB_SOCKET_ACTION = 1;
/// A send operation is complete.
pub const WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION: WEB_SOCKET_ACTION = 2;
/// Read from the network into the buffer.
pub const WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION: WEB_SOCKET_ACTION = 3;
/// A receive operation is complete.
pub const WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION: WEB_SOCKET_ACTION = 4;

/// Which operations `WebSocketGetAction` looks at, see the `WEB_SOCKET_…_ACTION_QUEUE` constants.
pub type WEB_SOCKET_ACTION_QUEUE = i32;
/// Send operations.
pub const WEB_SOCKET_SEND_ACTION_QUEUE: WEB_SOCKET_ACTION_QUEUE = 1;
/// Receive operations, and the pongs that answer received pings.
pub const WEB_SOCKET_RECEIVE_ACTION_QUEUE: WEB_SOCKET_ACTION_QUEUE = 2;
/// Both; the send side is looked at first.
pub const WEB_SOCKET_ALL_ACTION_QUEUE: WEB_SOCKET_ACTION_QUEUE = 3;

/// Kind of a buffer, see the `WEB_SOCKET_…_BUFFER_TYPE` constants.
pub type WEB_SOCKET_BUFFER_TYPE = u32;
/// A text message, or the last part of one.
pub const WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE: WEB_SOCKET_BUFFER_TYPE = 0x8000_0000;
/// Part of a text message that goes on.
pub const WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE: WEB_SOCKET_BUFFER_TYPE = 0x8000_0001;
/// A binary message, or the last part of one.
pub const WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE: WEB_SOCKET_BUFFER_TYPE = 0x8000_0002;
/// Part of a binary message that goes on.
pub const WEB_SOCKET_BINARY_FRAGMENT_BUFFER_TYPE: WEB_SOCKET_BUFFER_TYPE = 0x8000_0003;
/// A Close frame; the buffer is read as `CloseStatus`.
pub const WEB_SOCKET_CLOSE_BUFFER_TYPE: WEB_SOCKET_BUFFER_TYPE = 0x8000_0004;
/// Sent: a Ping. Received: a Pong.
pub const WEB_SOCKET_PING_PONG_BUFFER_TYPE: WEB_SOCKET_BUFFER_TYPE = 0x8000_0005;
/// Sent: a Pong that answers nothing. Never received.
pub const WEB_SOCKET_UNSOLICITED_PONG_BUFFER_TYPE: WEB_SOCKET_BUFFER_TYPE = 0x8000_0006;

/// Close status as on the wire.
pub type WEB_SOCKET_CLOSE_STATUS = u16;
/// Normal closure.
pub const WEB_SOCKET_SUCCESS_CLOSE_STATUS: WEB_SOCKET_CLOSE_STATUS = 1000;
/// The endpoint goes away.
pub const WEB_SOCKET_ENDPOINT_UNAVAILABLE_CLOSE_STATUS: WEB_SOCKET_CLOSE_STATUS = 1001;
/// Protocol error.
pub const WEB_SOCKET_PROTOCOL_ERROR_CLOSE_STATUS: WEB_SOCKET_CLOSE_STATUS = 1002;
/// A kind of data that cannot be accepted.
pub const WEB_SOCKET_INVALID_DATA_TYPE_CLOSE_STATUS: WEB_SOCKET_CLOSE_STATUS = 1003;
/// The Close frame carries no status; never on the wire.
pub const WEB_SOCKET_EMPTY_CLOSE_STATUS: WEB_SOCKET_CLOSE_STATUS = 1005;
/// The connection ended without a Close frame; never on the wire.
pub const WEB_SOCKET_ABORTED_CLOSE_STATUS: WEB_SOCKET_CLOSE_STATUS = 1006;
/// Data inconsistent with its type, such as text that is not UTF-8.
pub const WEB_SOCKET_INVALID_PAYLOAD_CLOSE_STATUS: WEB_SOCKET_CLOSE_STATUS = 1007;
/// A policy was violated.
pub const WEB_SOCKET_POLICY_VIOLATION_CLOSE_STATUS: WEB_SOCKET_CLOSE_STATUS = 1008;
/// A message is too big.
pub const WEB_SOCKET_MESSAGE_TOO_BIG_CLOSE_STATUS: WEB_SOCKET_CLOSE_STATUS = 1009;
/// The client expected an extension that the server did not select.
pub const WEB_SOCKET_UNSUPPORTED_EXTENSIONS_CLOSE_STATUS: WEB_SOCKET_CLOSE_STATUS = 1010;
/// The server met an unexpected condition.
pub const WEB_SOCKET_SERVER_ERROR_CLOSE_STATUS: WEB_SOCKET_CLOSE_STATUS = 1011;
/// The TLS handshake failed; never on the wire.
pub const WEB_SOCKET_SECURE_HANDSHAKE_ERROR_CLOSE_STATUS: WEB_SOCKET_CLOSE_STATUS = 1015;

/// Longest close reason in bytes.
pub const WEB_SOCKET_MAX_CLOSE_REASON_LENGTH: u32 = 123;

/// One property given when a handle is created. `pvValue` may be unaligned.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[allow(non_snake_case, reason = "Microsoft's field names")]
pub struct WEB_SOCKET_PROPERTY {
    /// Which property.
    pub Type: WEB_SOCKET_PROPERTY_TYPE,
    /// Where its value is.
    pub pvValue: *mut c_void,
    /// Size of the value in bytes; of `ALLOCATED_BUFFER`, the size of the block.
    pub ulValueSize: u32,
}

/// One HTTP header; the lengths leave the terminating NUL out.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[allow(non_snake_case, reason = "Microsoft's field names")]
pub struct WEB_SOCKET_HTTP_HEADER {
    /// Name, single-byte characters.
    pub pcName: *mut u8,
    /// Length of the name in bytes.
    pub ulNameLength: u32,
    /// Value, single-byte characters.
    pub pcValue: *mut u8,
    /// Length of the value in bytes.
    pub ulValueLength: u32,
}

/// The `Data` view of [`WEB_SOCKET_BUFFER`].
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[allow(non_snake_case, reason = "Microsoft's field names")]
pub struct WEB_SOCKET_BUFFER_DATA {
    /// Bytes, or NULL.
    pub pbBuffer: *mut u8,
    /// How many.
    pub ulBufferLength: u32,
}

/// The `CloseStatus` view of [`WEB_SOCKET_BUFFER`].
#[repr(C)]
#[derive(Debug, Clone, Copy)]
#[allow(non_snake_case, reason = "Microsoft's field names")]
pub struct WEB_SOCKET_BUFFER_CLOSE_STATUS {
    /// UTF-8 reason, or NULL.
    pub pbReason: *mut u8,
    /// Its length in bytes, at most [`WEB_SOCKET_MAX_CLOSE_REASON_LENGTH`].
    pub ulReasonLength: u32,
    /// The close status.
    pub usStatus: WEB_SOCKET_CLOSE_STATUS,
}

/// A buffer: `CloseStatus` when its type is [`WEB_SOCKET_CLOSE_BUFFER_TYPE`] and it is an operation's argument or an
/// indication, else `Data`.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(non_snake_case, reason = "Microsoft's field names")]
pub union WEB_SOCKET_BUFFER {
    /// Bytes.
    pub Data: WEB_SOCKET_BUFFER_DATA,
    /// A close status and its reason.
    pub CloseStatus: WEB_SOCKET_BUFFER_CLOSE_STATUS,
}

const P: usize = size_of::<*const u8>();

const _: () = {
    assert!(offset_of!(WEB_SOCKET_PROPERTY, Type) == 0);
    assert!(offset_of!(WEB_SOCKET_PROPERTY, pvValue) == P);
    assert!(offset_of!(WEB_SOCKET_PROPERTY, ulValueSize) == 2 * P);
    assert!(size_of::<WEB_SOCKET_PROPERTY>() == 3 * P);

    assert!(offset_of!(WEB_SOCKET_HTTP_HEADER, pcName) == 0);
    assert!(offset_of!(WEB_SOCKET_HTTP_HEADER, ulNameLength) == P);
    assert!(offset_of!(WEB_SOCKET_HTTP_HEADER, pcValue) == 2 * P);
    assert!(offset_of!(WEB_SOCKET_HTTP_HEADER, ulValueLength) == 3 * P);
    assert!(size_of::<WEB_SOCKET_HTTP_HEADER>() == 4 * P);

    assert!(offset_of!(WEB_SOCKET_BUFFER_DATA, ulBufferLength) == P);
    assert!(offset_of!(WEB_SOCKET_BUFFER_CLOSE_STATUS, ulReasonLength) == P);
    assert!(offset_of!(WEB_SOCKET_BUFFER_CLOSE_STATUS, usStatus) == P + 4);
    assert!(size_of::<WEB_SOCKET_BUFFER>() == if P == 8 { 16 } else { 12 });
};
