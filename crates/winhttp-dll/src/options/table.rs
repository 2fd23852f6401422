//! The table of options: `../shared/spec/winhttp-options.md` §1, with what the facts say otherwise.

use openwinhttp::options::{Options, RedirectPolicy, Timeout};
use win32_abi::winhttp::*;

use super::row::{Place, Row, Rule, Shape, read_only, write_only};
use super::target::{
    CONNECT as C, PROCESS as N, REQUEST as R, SESSION as S, Target, WEB_SOCKET as W,
};
use super::values::{In, Out};
use super::{handle, proxy, request, security, session};

/// The row of an option.
pub(super) fn find(option: u32) -> Option<&'static Row> {
    let index = TABLE.binary_search_by_key(&option, |row| row.number).ok()?;
    Some(&TABLE[index])
}

/// On no handle.
const NONE: u8 = 0;
/// On all of them, and on NULL.
const EVERY: u8 = S | C | R | W | N;

/// `PEERDIST_EXTENSION_STATE`: in no header, but programs set it (spec/README 47).
const PEERDIST_EXTENSION_STATE: u32 = 109;

/// Sorted by number.
#[rustfmt::skip]
static TABLE: &[Row] = &[
    own(WINHTTP_OPTION_CALLBACK, S | C | R | W, handle::query_callback, S | C | R | W, handle::set_callback),
    number(WINHTTP_OPTION_RESOLVE_TIMEOUT, S | C | R, S | R, Rule::Any, Place::Core(|o| o.timeouts.resolve.0, |o, v| o.timeouts.resolve = Timeout(v))),
    number(WINHTTP_OPTION_CONNECT_TIMEOUT, S | C | R, S | R, Rule::Any, Place::Core(|o| o.timeouts.connect.0, |o, v| o.timeouts.connect = Timeout(v))),
    number(WINHTTP_OPTION_CONNECT_RETRIES, S | R, S | R, Rule::Any, Place::Core(|o| o.connect_retries, |o, v| o.connect_retries = v)),
    number(WINHTTP_OPTION_SEND_TIMEOUT, S | C | R, S | R, Rule::Any, Place::Core(|o| o.timeouts.send.0, |o, v| o.timeouts.send = Timeout(v))),
    number(WINHTTP_OPTION_RECEIVE_TIMEOUT, S | C | R, S | R, Rule::Any, Place::Core(|o| o.timeouts.receive.0, |o, v| o.timeouts.receive = Timeout(v))),
    number(WINHTTP_OPTION_RECEIVE_RESPONSE_TIMEOUT, S | C | R, S | R, Rule::Any, Place::Core(|o| o.timeouts.receive_response().0, |o, v| o.timeouts.set_receive_response(Timeout(v)))),
    own(WINHTTP_OPTION_HANDLE_TYPE, S | C | R | W, handle::query_kind, NONE, read_only),
    number(WINHTTP_OPTION_READ_BUFFER_SIZE, R, R, Rule::Any, Place::Stored(8192)),
    number(WINHTTP_OPTION_WRITE_BUFFER_SIZE, R, R, Rule::Any, Place::Stored(8192)),
    own(WINHTTP_OPTION_PARENT_HANDLE, S | C | R | W, handle::query_parent, NONE, read_only),
    number(WINHTTP_OPTION_EXTENDED_ERROR, S | R | N, NONE, Rule::Any, Place::Stored(0)),
    own(WINHTTP_OPTION_SECURITY_FLAGS, R, security::query_flags, R, security::set_flags).before_send(),
    own(WINHTTP_OPTION_SECURITY_CERTIFICATE_STRUCT, R, security::query_certificate_text, NONE, read_only),
    own(WINHTTP_OPTION_URL, R, request::query_url, NONE, read_only),
    own(WINHTTP_OPTION_SECURITY_KEY_BITNESS, R, security::query_key_bits, NONE, read_only),
    own(WINHTTP_OPTION_PROXY, S | R | N, proxy::query, S | R, proxy::set),
    own(WINHTTP_OPTION_PROXY_RESULT_ENTRY, NONE, write_only, S | R, proxy::set_result_entry),
    own(WINHTTP_OPTION_USER_AGENT, S, session::query_agent, S, session::set_agent),
    own(WINHTTP_OPTION_CONTEXT_VALUE, S | C | R | W, handle::query_context, S | C | R | W, handle::set_context).size_is_a_parameter(),
    own(WINHTTP_OPTION_CLIENT_CERT_CONTEXT, NONE, write_only, R, security::set_client_certificate).before_send(),
    number(WINHTTP_OPTION_REQUEST_PRIORITY, R, R, Rule::Any, Place::Stored(0)),
    own(WINHTTP_OPTION_HTTP_VERSION, S | R | N, handle::query_http_version, S | R | N, handle::set_http_version),
    own(WINHTTP_OPTION_DISABLE_FEATURE, NONE, write_only, R, request::disable_features),
    number(WINHTTP_OPTION_CODEPAGE, NONE, S, Rule::Any, Place::Stored(65001)),
    number(WINHTTP_OPTION_MAX_CONNS_PER_SERVER, S, S, Rule::Any, Place::Core(|o| o.max_connections_per_server, |o, v| o.max_connections_per_server = if v == 0 { 2 } else { v })),
    number(WINHTTP_OPTION_MAX_CONNS_PER_1_0_SERVER, S, S, Rule::Any, Place::Stored(WINHTTP_CONNS_PER_SERVER_UNLIMITED)),
    number(WINHTTP_OPTION_AUTOLOGON_POLICY, NONE, S | R, Rule::Most(WINHTTP_AUTOLOGON_SECURITY_LEVEL_MAX), Place::Stored(0)),
    own(WINHTTP_OPTION_SERVER_CERT_CONTEXT, R, security::query_certificate, NONE, read_only),
    own(WINHTTP_OPTION_ENABLE_FEATURE, NONE, write_only, S | R, request::enable_feature).size_is_a_parameter(),
    own(WINHTTP_OPTION_WORKER_THREAD_COUNT, S | C | R | N, handle::query_worker_threads, N, handle::set_worker_threads),
    own(WINHTTP_OPTION_PASSPORT_COBRANDING_TEXT, R, request::query_passport, NONE, read_only),
    own(WINHTTP_OPTION_PASSPORT_COBRANDING_URL, R, request::query_passport, NONE, read_only),
    number(WINHTTP_OPTION_CONFIGURE_PASSPORT_AUTH, NONE, S, Rule::Bits(WINHTTP_ENABLE_PASSPORT_AUTH | WINHTTP_DISABLE_PASSPORT_KEYRING | WINHTTP_ENABLE_PASSPORT_KEYRING), Place::Stored(0)),
    own(WINHTTP_OPTION_SECURE_PROTOCOLS, NONE, write_only, S, session::set_protocols),
    own(WINHTTP_OPTION_ENABLETRACING, N, handle::query_tracing, N, handle::set_tracing),
    own(WINHTTP_OPTION_PASSPORT_SIGN_OUT, NONE, write_only, S, session::set_passport_sign_out),
    own(WINHTTP_OPTION_PASSPORT_RETURN_URL, R, request::query_passport, NONE, read_only),
    number(WINHTTP_OPTION_REDIRECT_POLICY, S | R, S | R, Rule::Most(WINHTTP_OPTION_REDIRECT_POLICY_LAST), Place::Core(redirect_policy, set_redirect_policy)),
    number(WINHTTP_OPTION_MAX_HTTP_AUTOMATIC_REDIRECTS, S | R, S | R, Rule::Any, Place::Core(|o| o.max_redirects, |o, v| o.max_redirects = v)),
    number(WINHTTP_OPTION_MAX_HTTP_STATUS_CONTINUE, S | R, S | R, Rule::Any, Place::Core(|o| o.max_informational, |o, v| o.max_informational = v)),
    number(WINHTTP_OPTION_MAX_RESPONSE_HEADER_SIZE, S | R, S | R, Rule::Any, Place::Core(|o| o.max_response_header_size, |o, v| o.max_response_header_size = v)),
    number(WINHTTP_OPTION_MAX_RESPONSE_DRAIN_SIZE, S | R, S | R, Rule::Any, Place::Core(|o| o.max_response_drain_size, |o, v| o.max_response_drain_size = v)),
    own(WINHTTP_OPTION_CONNECTION_INFO, R, request::query_connection, NONE, read_only),
    own(WINHTTP_OPTION_CLIENT_CERT_ISSUER_LIST, R, security::query_issuers, NONE, read_only),
    number(WINHTTP_OPTION_SPN, NONE, R, Rule::Bits(WINHTTP_OPTION_SPN_MASK), Place::Stored(0)),
    unsupported(WINHTTP_OPTION_GLOBAL_PROXY_CREDS),
    unsupported(WINHTTP_OPTION_GLOBAL_SERVER_CREDS),
    own(WINHTTP_OPTION_UNLOAD_NOTIFY_EVENT, NONE, write_only, S, session::set_unload_event),
    flag(WINHTTP_OPTION_REJECT_USERPWD_IN_URL, NONE, R),
    flag(WINHTTP_OPTION_USE_GLOBAL_SERVER_CREDENTIALS, NONE, S),
    flag(WINHTTP_OPTION_RECEIVE_PROXY_CONNECT_RESPONSE, NONE, S | R),
    flag(WINHTTP_OPTION_IS_PROXY_CONNECT_RESPONSE, S | R, NONE),
    hint(WINHTTP_OPTION_NETWORK_INTERFACE_AFFINITY, S | R),
    own(WINHTTP_OPTION_SERVER_SPN_USED, R, request::query_service_name, NONE, read_only),
    own(WINHTTP_OPTION_PROXY_SPN_USED, R, request::query_service_name, NONE, read_only),
    unsupported(WINHTTP_OPTION_SERVER_CBT),
    hint(PEERDIST_EXTENSION_STATE, S | R),
    hint(WINHTTP_OPTION_UNSAFE_HEADER_PARSING, R),
    flag(WINHTTP_OPTION_ASSURED_NON_BLOCKING_CALLBACKS, NONE, S),
    own(WINHTTP_OPTION_UPGRADE_TO_WEB_SOCKET, NONE, write_only, R, request::upgrade).before_send(),
    number(WINHTTP_OPTION_WEB_SOCKET_CLOSE_TIMEOUT, R | W, R | W, Rule::Any, Place::Stored(10_000)),
    number(WINHTTP_OPTION_WEB_SOCKET_KEEPALIVE_INTERVAL, NONE, W, Rule::Least(WINHTTP_WEB_SOCKET_MIN_KEEPALIVE_VALUE), Place::Stored(30_000)).size_is_a_parameter(),
    number(WINHTTP_OPTION_DECOMPRESSION, NONE, S | R, Rule::Bits(WINHTTP_DECOMPRESSION_FLAG_ALL), Place::Stored(0)),
    number(WINHTTP_OPTION_WEB_SOCKET_RECEIVE_BUFFER_SIZE, S | R, S | R, Rule::Any, Place::Stored(32_768)),
    number(WINHTTP_OPTION_WEB_SOCKET_SEND_BUFFER_SIZE, S | R, S | R, Rule::Any, Place::Stored(32_768)),
    hint(WINHTTP_OPTION_TCP_PRIORITY_HINT, S | R),
    unsupported(WINHTTP_OPTION_CONNECTION_FILTER),
    number(WINHTTP_OPTION_ENABLE_HTTP_PROTOCOL, NONE, S | R, Rule::Bits(WINHTTP_PROTOCOL_MASK), Place::Stored(0)),
    number(WINHTTP_OPTION_HTTP_PROTOCOL_USED, R, NONE, Rule::Any, Place::Stored(0)),
    unsupported(WINHTTP_OPTION_KDC_PROXY_SETTINGS),
    flag(WINHTTP_OPTION_PROXY_DISABLE_SERVICE_CALLS, NONE, S),
    flag(WINHTTP_OPTION_ENCODE_EXTRA, NONE, S | R),
    flag(WINHTTP_OPTION_DISABLE_STREAM_QUEUE, NONE, S | R),
    number(WINHTTP_OPTION_IPV6_FAST_FALLBACK, NONE, S, Rule::Flag, Place::Core(|o| o.fast_fallback.into(), |o, v| o.fast_fallback = v != 0)),
    unsupported(WINHTTP_OPTION_CONNECTION_STATS_V0),
    unsupported(WINHTTP_OPTION_REQUEST_TIMES),
    own(WINHTTP_OPTION_EXPIRE_CONNECTION, NONE, write_only, R, request::expire_connection),
    flag(WINHTTP_OPTION_DISABLE_SECURE_PROTOCOL_FALLBACK, NONE, S),
    flag(WINHTTP_OPTION_HTTP_PROTOCOL_REQUIRED, NONE, S | R),
    unsupported(WINHTTP_OPTION_REQUEST_STATS),
    unsupported(WINHTTP_OPTION_SERVER_CERT_CHAIN_CONTEXT),
    unsupported(WINHTTP_OPTION_CONNECTION_STATS_V1),
    own(WINHTTP_OPTION_SECURITY_INFO, R, security::query_info, NONE, read_only),
    own(WINHTTP_OPTION_TCP_KEEPALIVE, NONE, write_only, S, session::set_tcp_keepalive),
    flag(WINHTTP_OPTION_TCP_FAST_OPEN, NONE, S),
    flag(WINHTTP_OPTION_TLS_FALSE_START, NONE, S),
    flag(WINHTTP_OPTION_IGNORE_CERT_REVOCATION_OFFLINE, NONE, R),
    flag(WINHTTP_OPTION_TLS_PROTOCOL_INSECURE_FALLBACK, NONE, S),
    number(WINHTTP_OPTION_STREAM_ERROR_CODE, R, NONE, Rule::Any, Place::Stored(0)),
    flag(WINHTTP_OPTION_REQUIRE_STREAM_END, NONE, S | R),
    flag(WINHTTP_OPTION_ENABLE_HTTP2_PLUS_CLIENT_CERT, NONE, S),
    bytes(WINHTTP_OPTION_FAILED_CONNECTION_RETRIES, size_of::<WINHTTP_FAILED_CONNECTION_RETRIES>(), NONE, S, |bytes| word(bytes, 4) & !7 == 0),
    number(WINHTTP_OPTION_HTTP2_KEEPALIVE, NONE, S, Rule::Least(5000), Place::Stored(0)),
    own(WINHTTP_OPTION_RESOLUTION_HOSTNAME, NONE, write_only, R, request::set_resolution_host).before_send(),
    unsupported(WINHTTP_OPTION_SET_TOKEN_BINDING),
    unsupported(WINHTTP_OPTION_TOKEN_BINDING_PUBLIC_KEY),
    unsupported(WINHTTP_OPTION_REFERER_TOKEN_BINDING_HOSTNAME),
    flag(WINHTTP_OPTION_HTTP2_PLUS_TRANSFER_ENCODING, NONE, S | R),
    bytes(WINHTTP_OPTION_RESOLVER_CACHE_CONFIG, size_of::<WINHTTP_RESOLVER_CACHE_CONFIG>(), NONE, S, |bytes| word(bytes, 12) < 4 && long(bytes, 24) & !15 == 0),
    flag(WINHTTP_OPTION_DISABLE_CERT_CHAIN_BUILDING, NONE, S),
    hint(WINHTTP_OPTION_BACKGROUND_CONNECTIONS, S),
    flag(WINHTTP_OPTION_FIRST_AVAILABLE_CONNECTION, NONE, S),
    number(WINHTTP_OPTION_TCP_PRIORITY_STATUS, R, NONE, Rule::Any, Place::Stored(0)),
    bytes(WINHTTP_OPTION_CONNECTION_GUID, size_of::<GUID>(), R, R, |_| true),
    bytes(WINHTTP_OPTION_MATCH_CONNECTION_GUID, size_of::<WINHTTP_MATCH_CONNECTION_GUID>(), NONE, R, |bytes| long(bytes, 16) & !1 == 0),
    bytes(WINHTTP_OPTION_HTTP2_RECEIVE_WINDOW, size_of::<WINHTTP_HTTP2_RECEIVE_WINDOW>(), NONE, S, |_| true),
    own(WINHTTP_OPTION_FEATURE_SUPPORTED, EVERY, handle::query_feature, NONE, read_only),
    unsupported(WINHTTP_OPTION_QUIC_STATS),
    hint(WINHTTP_OPTION_HTTP3_KEEPALIVE, S),
    hint(WINHTTP_OPTION_HTTP3_HANDSHAKE_TIMEOUT, S),
    hint(WINHTTP_OPTION_HTTP3_INITIAL_RTT, S),
    number(WINHTTP_OPTION_HTTP3_STREAM_ERROR_CODE, R, NONE, Rule::Any, Place::Stored(0)),
    text(WINHTTP_OPTION_REQUEST_ANNOTATION, WINHTTP_OPTION_REQUEST_ANNOTATION_MAX_LENGTH as usize),
    number(WINHTTP_OPTION_DISABLE_PROXY_AUTH_SCHEMES, NONE, S, Rule::Bits(0x11f), Place::Stored(0)),
    flag(WINHTTP_OPTION_REVERT_IMPERSONATION_SERVER_CERT, NONE, S),
    number(WINHTTP_OPTION_DISABLE_GLOBAL_POOLING, NONE, S, Rule::Flag, Place::Core(|o| o.disable_global_pooling.into(), |o, v| o.disable_global_pooling = v != 0)),
    flag(WINHTTP_OPTION_USE_SESSION_SCH_CRED, NONE, S),
    text(WINHTTP_OPTION_USERNAME, LONGEST_CREDENTIAL),
    text(WINHTTP_OPTION_PASSWORD, LONGEST_CREDENTIAL),
    text(WINHTTP_OPTION_PROXY_USERNAME, LONGEST_CREDENTIAL),
    text(WINHTTP_OPTION_PROXY_PASSWORD, LONGEST_CREDENTIAL),
];

/// Units of a name or password: more than any header has room for.
const LONGEST_CREDENTIAL: usize = 1 << 20;

const fn number(number: u32, query_on: u8, set_on: u8, rule: Rule, place: Place) -> Row {
    Row::new(number, query_on, set_on, Shape::Number(rule, place))
}

/// A `BOOL` that is kept, FALSE at first.
const fn flag(number: u32, query_on: u8, set_on: u8) -> Row {
    Row::new(
        number,
        query_on,
        set_on,
        Shape::Number(Rule::Flag, Place::Stored(0)),
    )
}

/// Any number, which is kept.
const fn hint(number: u32, set_on: u8) -> Row {
    Row::new(
        number,
        NONE,
        set_on,
        Shape::Number(Rule::Any, Place::Stored(0)),
    )
}

/// A text of a request, which is kept.
const fn text(number: u32, longest: usize) -> Row {
    Row::new(number, R, R, Shape::Text(longest))
}

/// A structure that is kept.
const fn bytes(
    number: u32,
    size: usize,
    query_on: u8,
    set_on: u8,
    is_valid: fn(&[u8]) -> bool,
) -> Row {
    Row::new(number, query_on, set_on, Shape::Bytes(size, is_valid))
}

const fn own(
    number: u32,
    query_on: u8,
    query: fn(&Target, &Out) -> openwinhttp::Result<()>,
    set_on: u8,
    set: fn(&Target, &In) -> openwinhttp::Result<()>,
) -> Row {
    Row::new(number, query_on, set_on, Shape::Own { query, set })
}

/// 12009, whatever is tried.
const fn unsupported(number: u32) -> Row {
    Row::new(number, NONE, NONE, Shape::Unsupported)
}

/// The `DWORD` at a place in a structure.
fn word(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |word| u32::from_ne_bytes(*word))
}

/// The `ULONGLONG` at a place in a structure.
fn long(bytes: &[u8], at: usize) -> u64 {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |long| u64::from_ne_bytes(*long))
}

fn redirect_policy(options: &Options) -> u32 {
    match options.redirect_policy {
        RedirectPolicy::Never => WINHTTP_OPTION_REDIRECT_POLICY_NEVER,
        RedirectPolicy::DisallowHttpsToHttp => {
            WINHTTP_OPTION_REDIRECT_POLICY_DISALLOW_HTTPS_TO_HTTP
        }
        RedirectPolicy::Always => WINHTTP_OPTION_REDIRECT_POLICY_ALWAYS,
    }
}

fn set_redirect_policy(options: &mut Options, policy: u32) {
    options.redirect_policy = match policy {
        WINHTTP_OPTION_REDIRECT_POLICY_NEVER => RedirectPolicy::Never,
        WINHTTP_OPTION_REDIRECT_POLICY_ALWAYS => RedirectPolicy::Always,
        _ => RedirectPolicy::DisallowHttpsToHttp,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_so_that_every_row_is_found() {
        assert!(TABLE.is_sorted_by(|one, next| one.number < next.number));
        for row in TABLE {
            assert!(find(row.number).is_some_and(|found| std::ptr::eq(found, row)));
        }
    }

    #[test]
    fn rows_that_are_supported_can_be_used_somewhere() {
        for row in TABLE {
            let unused = row.query_on == 0 && row.set_on == 0;
            assert_eq!(
                unused,
                matches!(row.shape, Shape::Unsupported),
                "{}",
                row.number
            );
        }
    }
}
