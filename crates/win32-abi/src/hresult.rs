//! `HRESULT` values returned by the Component API.
//!
//! Source: `../shared/spec/websocket-protocol-component.md`, section 2.

/// A 32-bit status: negative values (top bit set) are failures.
pub type HRESULT = i32;

const fn code(bits: u32) -> HRESULT {
    bits.cast_signed()
}

/// Success.
pub const S_OK: HRESULT = 0;
/// A failure that has no better name; also what a caught panic becomes.
pub const E_FAIL: HRESULT = code(0x8000_4005);
/// An argument is not acceptable.
pub const E_INVALIDARG: HRESULT = code(0x8007_0057);
/// Memory could not be had.
pub const E_OUTOFMEMORY: HRESULT = code(0x8007_000E);
/// `HRESULT_FROM_WIN32(ERROR_INVALID_HANDLE)`: the handle is stale, closed or was never ours.
pub const E_HANDLE: HRESULT = code(0x8007_0006);
/// `HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER)`: the caller's buffer is too small; the needed size was stored.
pub const E_INSUFFICIENT_BUFFER: HRESULT = code(0x8007_007A);
/// The call, or the peer's frame, does not fit the state of the channel.
pub const E_INVALID_PROTOCOL_OPERATION: HRESULT = code(0x8376_0001);
/// The peer's data is not well formed.
pub const E_INVALID_PROTOCOL_FORMAT: HRESULT = code(0x8376_0002);
/// An extension was selected that was not offered.
pub const E_PROTOCOL_EXTENSIONS_NOT_SUPPORTED: HRESULT = code(0x8376_0003);
/// A subprotocol was selected that was not offered.
pub const E_SUBPROTOCOL_NOT_SUPPORTED: HRESULT = code(0x8376_0004);
/// The peer asks for a protocol version other than 13.
pub const E_PROTOCOL_VERSION_NOT_SUPPORTED: HRESULT = code(0x8376_0005);
