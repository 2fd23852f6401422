//! Numbers of the C interface: errors and buffer types. Nothing else maps them.

use websocket_component::{BufferType, Error, Queue};
use win32_abi::hresult::{
    E_FAIL, E_INVALID_PROTOCOL_FORMAT, E_INVALID_PROTOCOL_OPERATION, E_INVALIDARG, E_OUTOFMEMORY,
    E_PROTOCOL_EXTENSIONS_NOT_SUPPORTED, E_PROTOCOL_VERSION_NOT_SUPPORTED,
    E_SUBPROTOCOL_NOT_SUPPORTED, HRESULT,
};
use win32_abi::websocket::{
    WEB_SOCKET_ACTION_QUEUE, WEB_SOCKET_ALL_ACTION_QUEUE, WEB_SOCKET_BINARY_FRAGMENT_BUFFER_TYPE,
    WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE, WEB_SOCKET_BUFFER_TYPE, WEB_SOCKET_CLOSE_BUFFER_TYPE,
    WEB_SOCKET_PING_PONG_BUFFER_TYPE, WEB_SOCKET_RECEIVE_ACTION_QUEUE,
    WEB_SOCKET_SEND_ACTION_QUEUE, WEB_SOCKET_UNSOLICITED_PONG_BUFFER_TYPE,
    WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE, WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE,
};
use ws_proto::Blame;
use ws_proto::handshake::HandshakeErrorKind;

/// The `HRESULT` of an error.
pub(crate) fn hresult(error: &Error) -> HRESULT {
    match error {
        Error::InvalidArgument(_) | Error::Offer(_) => E_INVALIDARG,
        Error::InvalidOperation(_) | Error::Sequence(_) => E_INVALID_PROTOCOL_OPERATION,
        Error::Handshake(error) => match error.kind() {
            HandshakeErrorKind::Format => E_INVALID_PROTOCOL_FORMAT,
            HandshakeErrorKind::SubprotocolNotSupported => E_SUBPROTOCOL_NOT_SUPPORTED,
            HandshakeErrorKind::ExtensionNotSupported => E_PROTOCOL_EXTENSIONS_NOT_SUPPORTED,
            HandshakeErrorKind::VersionNotSupported => E_PROTOCOL_VERSION_NOT_SUPPORTED,
        },
        Error::Protocol(error) => match error.blame() {
            Blame::Format => E_INVALID_PROTOCOL_FORMAT,
            Blame::Order => E_INVALID_PROTOCOL_OPERATION,
        },
        Error::OutOfMemory => E_OUTOFMEMORY,
        _ => E_FAIL,
    }
}

/// The number of a buffer type. A custom one is the frame's first byte, shifted left by one: bit 0 would be MASK.
#[inline]
pub(crate) const fn buffer_type(kind: BufferType) -> WEB_SOCKET_BUFFER_TYPE {
    match kind {
        BufferType::TextMessage => WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE,
        BufferType::TextFragment => WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE,
        BufferType::BinaryMessage => WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE,
        BufferType::BinaryFragment => WEB_SOCKET_BINARY_FRAGMENT_BUFFER_TYPE,
        BufferType::Close => WEB_SOCKET_CLOSE_BUFFER_TYPE,
        BufferType::PingPong => WEB_SOCKET_PING_PONG_BUFFER_TYPE,
        BufferType::UnsolicitedPong => WEB_SOCKET_UNSOLICITED_PONG_BUFFER_TYPE,
        BufferType::Extension(first_byte) => (first_byte as u32) << 1,
    }
}

/// The buffer type of a number; `None` if it is nobody's.
#[inline]
pub(crate) const fn from_buffer_type(number: WEB_SOCKET_BUFFER_TYPE) -> Option<BufferType> {
    Some(match number {
        WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE => BufferType::TextMessage,
        WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE => BufferType::TextFragment,
        WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE => BufferType::BinaryMessage,
        WEB_SOCKET_BINARY_FRAGMENT_BUFFER_TYPE => BufferType::BinaryFragment,
        WEB_SOCKET_CLOSE_BUFFER_TYPE => BufferType::Close,
        WEB_SOCKET_PING_PONG_BUFFER_TYPE => BufferType::PingPong,
        WEB_SOCKET_UNSOLICITED_PONG_BUFFER_TYPE => BufferType::UnsolicitedPong,
        0x002..0x200 if number & 1 == 0 => BufferType::Extension((number >> 1) as u8),
        _ => return None,
    })
}

/// The action queue of a number.
#[inline]
pub(crate) const fn queue(number: WEB_SOCKET_ACTION_QUEUE) -> Option<Queue> {
    Some(match number {
        WEB_SOCKET_SEND_ACTION_QUEUE => Queue::Send,
        WEB_SOCKET_RECEIVE_ACTION_QUEUE => Queue::Receive,
        WEB_SOCKET_ALL_ACTION_QUEUE => Queue::All,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffer_types_go_both_ways() {
        for number in (0..0x300).chain(0x8000_0000..0x8000_0010) {
            match from_buffer_type(number) {
                Some(kind) => assert_eq!(buffer_type(kind), number),
                None => assert!(
                    number == 0
                        || number % 2 == 1
                        || (0x200..0x8000_0000).contains(&number)
                        || number > 0x8000_0006
                ),
            }
        }
    }
}
