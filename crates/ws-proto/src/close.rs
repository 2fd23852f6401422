//! Close codes (RFC 6455 section 7.4).

/// Normal closure.
pub const NORMAL: u16 = 1000;
/// Protocol error.
pub const PROTOCOL_ERROR: u16 = 1002;
/// "No code was in the Close frame"; never on the wire.
pub const NO_STATUS: u16 = 1005;
/// "The connection ended without Close"; never on the wire.
pub const ABNORMAL: u16 = 1006;
/// Data that does not fit its type, such as text that is not UTF-8.
pub const INVALID_PAYLOAD: u16 = 1007;
/// "The TLS handshake failed"; never on the wire.
pub const TLS_HANDSHAKE: u16 = 1015;

/// Longest reason in bytes: 125 bytes of control payload less the code.
pub const MAX_REASON_LEN: usize = 123;

/// Whether a Close frame may carry `code`.
///
/// Only 0 to 999, 1005, 1006 and 1015 may not (RFC 6455 sections 7.4.1 and 7.4.2). Codes of 5000 and above are let
/// through, because Windows does (statement 108).
pub const fn may_be_sent(code: u16) -> bool {
    code >= 1000 && !matches!(code, NO_STATUS | ABNORMAL | TLS_HANDSHAKE)
}
