//! What `layout.c` must print: the numbers that the library itself was compiled with.

use std::collections::BTreeMap;
use std::mem::{offset_of, size_of};

use websocket_testkit::abi::*;
use websocket_testkit::hresult::*;

/// Compares `name value` lines with the Rust side; neither side may have more names.
pub(crate) fn check(output: &str) {
    let printed: BTreeMap<String, i64> = output
        .lines()
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').expect("a name and a value");
            (name.to_owned(), value.parse().expect("a number"))
        })
        .collect();
    assert_eq!(
        printed.len(),
        output.lines().count(),
        "a name is printed twice"
    );
    assert_eq!(printed, expected());
}

fn expected() -> BTreeMap<String, i64> {
    let mut map = BTreeMap::new();
    let mut put = |name: &str, value: i64| {
        assert!(map.insert(name.to_owned(), value).is_none(), "{name} twice");
    };
    macro_rules! constants {
        ($($name:ident)*) => { $(put(stringify!($name), i64::from($name));)* };
    }
    macro_rules! offsets {
        ($($type:ident $field:ident as $name:literal;)*) => {
            $(put($name, offset_of!($type, $field) as i64);)*
        };
    }
    macro_rules! sizes {
        ($($type:ident)*) => {
            $(put(concat!("sizeof ", stringify!($type)), size_of::<$type>() as i64);)*
        };
    }

    offsets! {
        WEB_SOCKET_PROPERTY Type as "WEB_SOCKET_PROPERTY.Type";
        WEB_SOCKET_PROPERTY pvValue as "WEB_SOCKET_PROPERTY.pvValue";
        WEB_SOCKET_PROPERTY ulValueSize as "WEB_SOCKET_PROPERTY.ulValueSize";
        WEB_SOCKET_HTTP_HEADER pcName as "WEB_SOCKET_HTTP_HEADER.pcName";
        WEB_SOCKET_HTTP_HEADER ulNameLength as "WEB_SOCKET_HTTP_HEADER.ulNameLength";
        WEB_SOCKET_HTTP_HEADER pcValue as "WEB_SOCKET_HTTP_HEADER.pcValue";
        WEB_SOCKET_HTTP_HEADER ulValueLength as "WEB_SOCKET_HTTP_HEADER.ulValueLength";
        WEB_SOCKET_BUFFER_DATA pbBuffer as "WEB_SOCKET_BUFFER.Data.pbBuffer";
        WEB_SOCKET_BUFFER_DATA ulBufferLength as "WEB_SOCKET_BUFFER.Data.ulBufferLength";
        WEB_SOCKET_BUFFER_CLOSE_STATUS pbReason as "WEB_SOCKET_BUFFER.CloseStatus.pbReason";
        WEB_SOCKET_BUFFER_CLOSE_STATUS ulReasonLength as "WEB_SOCKET_BUFFER.CloseStatus.ulReasonLength";
        WEB_SOCKET_BUFFER_CLOSE_STATUS usStatus as "WEB_SOCKET_BUFFER.CloseStatus.usStatus";
    }
    sizes! {
        WEB_SOCKET_PROPERTY WEB_SOCKET_HTTP_HEADER WEB_SOCKET_BUFFER WEB_SOCKET_HANDLE
        WEB_SOCKET_PROPERTY_TYPE WEB_SOCKET_ACTION WEB_SOCKET_ACTION_QUEUE WEB_SOCKET_BUFFER_TYPE
    }
    constants! {
        WEB_SOCKET_NO_ACTION
        WEB_SOCKET_SEND_TO_NETWORK_ACTION
        WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION
        WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION
        WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION
        WEB_SOCKET_SEND_ACTION_QUEUE
        WEB_SOCKET_RECEIVE_ACTION_QUEUE
        WEB_SOCKET_ALL_ACTION_QUEUE
        WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE
        WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE
        WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE
        WEB_SOCKET_BINARY_FRAGMENT_BUFFER_TYPE
        WEB_SOCKET_CLOSE_BUFFER_TYPE
        WEB_SOCKET_PING_PONG_BUFFER_TYPE
        WEB_SOCKET_UNSOLICITED_PONG_BUFFER_TYPE
        WEB_SOCKET_RECEIVE_BUFFER_SIZE_PROPERTY_TYPE
        WEB_SOCKET_SEND_BUFFER_SIZE_PROPERTY_TYPE
        WEB_SOCKET_DISABLE_MASKING_PROPERTY_TYPE
        WEB_SOCKET_ALLOCATED_BUFFER_PROPERTY_TYPE
        WEB_SOCKET_DISABLE_UTF8_VERIFICATION_PROPERTY_TYPE
        WEB_SOCKET_KEEPALIVE_INTERVAL_PROPERTY_TYPE
        WEB_SOCKET_SUPPORTED_VERSIONS_PROPERTY_TYPE
        WEB_SOCKET_SUCCESS_CLOSE_STATUS
        WEB_SOCKET_ENDPOINT_UNAVAILABLE_CLOSE_STATUS
        WEB_SOCKET_PROTOCOL_ERROR_CLOSE_STATUS
        WEB_SOCKET_INVALID_DATA_TYPE_CLOSE_STATUS
        WEB_SOCKET_EMPTY_CLOSE_STATUS
        WEB_SOCKET_ABORTED_CLOSE_STATUS
        WEB_SOCKET_INVALID_PAYLOAD_CLOSE_STATUS
        WEB_SOCKET_POLICY_VIOLATION_CLOSE_STATUS
        WEB_SOCKET_MESSAGE_TOO_BIG_CLOSE_STATUS
        WEB_SOCKET_UNSUPPORTED_EXTENSIONS_CLOSE_STATUS
        WEB_SOCKET_SERVER_ERROR_CLOSE_STATUS
        WEB_SOCKET_SECURE_HANDSHAKE_ERROR_CLOSE_STATUS
        WEB_SOCKET_MAX_CLOSE_REASON_LENGTH
        S_OK
        E_FAIL
        E_INVALIDARG
        E_OUTOFMEMORY
        E_HANDLE
        E_INVALID_PROTOCOL_OPERATION
        E_INVALID_PROTOCOL_FORMAT
        E_PROTOCOL_EXTENSIONS_NOT_SUPPORTED
        E_SUBPROTOCOL_NOT_SUPPORTED
        E_PROTOCOL_VERSION_NOT_SUPPORTED
        E_INSUFFICIENT_BUFFER
    }
    map
}
