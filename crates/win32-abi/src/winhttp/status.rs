//! Callback statuses and flags, and HTTP status codes.
//!
//! Sources: `../shared/spec/winhttp-options.md`, section 3 and 4.

use super::types::{DWORD, DWORD_PTR};

// What a status callback is told.

/// A name is looked up; information: the name (`WCHAR`).
pub const WINHTTP_CALLBACK_STATUS_RESOLVING_NAME: DWORD = 0x0000_0001;
/// It was found; information: the address as text (`WCHAR`).
pub const WINHTTP_CALLBACK_STATUS_NAME_RESOLVED: DWORD = 0x0000_0002;
/// Information: the address as text (`WCHAR`).
pub const WINHTTP_CALLBACK_STATUS_CONNECTING_TO_SERVER: DWORD = 0x0000_0004;
/// Information: the address as text (`WCHAR`).
pub const WINHTTP_CALLBACK_STATUS_CONNECTED_TO_SERVER: DWORD = 0x0000_0008;
/// Nothing was sent yet.
pub const WINHTTP_CALLBACK_STATUS_SENDING_REQUEST: DWORD = 0x0000_0010;
/// Information: `DWORD`, the bytes sent.
pub const WINHTTP_CALLBACK_STATUS_REQUEST_SENT: DWORD = 0x0000_0020;
/// The response is awaited.
pub const WINHTTP_CALLBACK_STATUS_RECEIVING_RESPONSE: DWORD = 0x0000_0040;
/// Information: `DWORD`, the bytes received.
pub const WINHTTP_CALLBACK_STATUS_RESPONSE_RECEIVED: DWORD = 0x0000_0080;
/// The connection is being closed.
pub const WINHTTP_CALLBACK_STATUS_CLOSING_CONNECTION: DWORD = 0x0000_0100;
/// It is closed.
pub const WINHTTP_CALLBACK_STATUS_CONNECTION_CLOSED: DWORD = 0x0000_0200;
/// Information: `HINTERNET`, the new handle.
pub const WINHTTP_CALLBACK_STATUS_HANDLE_CREATED: DWORD = 0x0000_0400;
/// The last notification of a handle; information: `HINTERNET`.
pub const WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING: DWORD = 0x0000_0800;
/// A proxy script is looked for.
pub const WINHTTP_CALLBACK_STATUS_DETECTING_PROXY: DWORD = 0x0000_1000;
/// Information: the new URL (`WCHAR`).
pub const WINHTTP_CALLBACK_STATUS_REDIRECT: DWORD = 0x0000_4000;
/// Information: `DWORD`, the status code 1xx.
pub const WINHTTP_CALLBACK_STATUS_INTERMEDIATE_RESPONSE: DWORD = 0x0000_8000;
/// Information: `DWORD`, the reasons (`FLAG_*` below).
pub const WINHTTP_CALLBACK_STATUS_SECURE_FAILURE: DWORD = 0x0001_0000;
/// `WinHttpReceiveResponse` ended well.
pub const WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE: DWORD = 0x0002_0000;
/// `WinHttpQueryDataAvailable` ended well; information: `DWORD` bytes.
pub const WINHTTP_CALLBACK_STATUS_DATA_AVAILABLE: DWORD = 0x0004_0000;
/// `WinHttpReadData` ended well; information: the buffer, with its bytes as length.
pub const WINHTTP_CALLBACK_STATUS_READ_COMPLETE: DWORD = 0x0008_0000;
/// `WinHttpWriteData` ended well; information: `DWORD` bytes.
pub const WINHTTP_CALLBACK_STATUS_WRITE_COMPLETE: DWORD = 0x0010_0000;
/// An operation failed; information: `WINHTTP_ASYNC_RESULT`.
pub const WINHTTP_CALLBACK_STATUS_REQUEST_ERROR: DWORD = 0x0020_0000;
/// `WinHttpSendRequest` ended well.
pub const WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE: DWORD = 0x0040_0000;
/// `WinHttpGetProxyForUrlEx` ended well.
pub const WINHTTP_CALLBACK_STATUS_GETPROXYFORURL_COMPLETE: DWORD = 0x0100_0000;
/// `WinHttpWebSocketClose` ended well.
pub const WINHTTP_CALLBACK_STATUS_CLOSE_COMPLETE: DWORD = 0x0200_0000;
/// `WinHttpWebSocketShutdown` ended well.
pub const WINHTTP_CALLBACK_STATUS_SHUTDOWN_COMPLETE: DWORD = 0x0400_0000;
/// `WinHttpGetProxySettingsEx` ended well.
pub const WINHTTP_CALLBACK_STATUS_GETPROXYSETTINGS_COMPLETE: DWORD = 0x0800_0000;
/// Of system components.
pub const WINHTTP_CALLBACK_STATUS_SETTINGS_WRITE_COMPLETE: DWORD = 0x1000_0000;
/// Of system components.
pub const WINHTTP_CALLBACK_STATUS_SETTINGS_READ_COMPLETE: DWORD = 0x2000_0000;

// Reasons of SECURE_FAILURE.

/// Revocation could not be checked.
pub const WINHTTP_CALLBACK_STATUS_FLAG_CERT_REV_FAILED: DWORD = 0x0000_0001;
/// The certificate is malformed or its signature wrong.
pub const WINHTTP_CALLBACK_STATUS_FLAG_INVALID_CERT: DWORD = 0x0000_0002;
/// It is revoked.
pub const WINHTTP_CALLBACK_STATUS_FLAG_CERT_REVOKED: DWORD = 0x0000_0004;
/// Its issuer is not trusted.
pub const WINHTTP_CALLBACK_STATUS_FLAG_INVALID_CA: DWORD = 0x0000_0008;
/// It is another host's.
pub const WINHTTP_CALLBACK_STATUS_FLAG_CERT_CN_INVALID: DWORD = 0x0000_0010;
/// It is not valid yet, or no longer.
pub const WINHTTP_CALLBACK_STATUS_FLAG_CERT_DATE_INVALID: DWORD = 0x0000_0020;
/// It is not for servers.
pub const WINHTTP_CALLBACK_STATUS_FLAG_CERT_WRONG_USAGE: DWORD = 0x0000_0040;
/// TLS itself failed.
pub const WINHTTP_CALLBACK_STATUS_FLAG_SECURITY_CHANNEL_ERROR: DWORD = 0x8000_0000;

// What WinHttpSetStatusCallback asks for.

/// RESOLVING_NAME and NAME_RESOLVED.
pub const WINHTTP_CALLBACK_FLAG_RESOLVE_NAME: DWORD = 0x0000_0003;
/// CONNECTING_TO_SERVER and CONNECTED_TO_SERVER.
pub const WINHTTP_CALLBACK_FLAG_CONNECT_TO_SERVER: DWORD = 0x0000_000C;
/// SENDING_REQUEST and REQUEST_SENT.
pub const WINHTTP_CALLBACK_FLAG_SEND_REQUEST: DWORD = 0x0000_0030;
/// RECEIVING_RESPONSE and RESPONSE_RECEIVED.
pub const WINHTTP_CALLBACK_FLAG_RECEIVE_RESPONSE: DWORD = 0x0000_00C0;
/// CLOSING_CONNECTION and CONNECTION_CLOSED.
pub const WINHTTP_CALLBACK_FLAG_CLOSE_CONNECTION: DWORD = 0x0000_0300;
/// HANDLE_CREATED and HANDLE_CLOSING.
pub const WINHTTP_CALLBACK_FLAG_HANDLES: DWORD = 0x0000_0C00;
/// DETECTING_PROXY.
pub const WINHTTP_CALLBACK_FLAG_DETECTING_PROXY: DWORD = 0x0000_1000;
/// REDIRECT.
pub const WINHTTP_CALLBACK_FLAG_REDIRECT: DWORD = 0x0000_4000;
/// INTERMEDIATE_RESPONSE.
pub const WINHTTP_CALLBACK_FLAG_INTERMEDIATE_RESPONSE: DWORD = 0x0000_8000;
/// SECURE_FAILURE.
pub const WINHTTP_CALLBACK_FLAG_SECURE_FAILURE: DWORD = 0x0001_0000;
/// SENDREQUEST_COMPLETE.
pub const WINHTTP_CALLBACK_FLAG_SENDREQUEST_COMPLETE: DWORD = 0x0040_0000;
/// HEADERS_AVAILABLE.
pub const WINHTTP_CALLBACK_FLAG_HEADERS_AVAILABLE: DWORD = 0x0002_0000;
/// DATA_AVAILABLE.
pub const WINHTTP_CALLBACK_FLAG_DATA_AVAILABLE: DWORD = 0x0004_0000;
/// READ_COMPLETE.
pub const WINHTTP_CALLBACK_FLAG_READ_COMPLETE: DWORD = 0x0008_0000;
/// WRITE_COMPLETE.
pub const WINHTTP_CALLBACK_FLAG_WRITE_COMPLETE: DWORD = 0x0010_0000;
/// REQUEST_ERROR.
pub const WINHTTP_CALLBACK_FLAG_REQUEST_ERROR: DWORD = 0x0020_0000;
/// GETPROXYFORURL_COMPLETE.
pub const WINHTTP_CALLBACK_FLAG_GETPROXYFORURL_COMPLETE: DWORD = 0x0100_0000;
/// GETPROXYSETTINGS_COMPLETE.
pub const WINHTTP_CALLBACK_FLAG_GETPROXYSETTINGS_COMPLETE: DWORD = 0x0800_0000;
/// The ends of all operations but of `WinHttpGetProxySettingsEx`.
pub const WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS: DWORD = 0x017E_0000;
/// Everything.
pub const WINHTTP_CALLBACK_FLAG_ALL_NOTIFICATIONS: DWORD = 0xFFFF_FFFF;

// Which function failed: dwResult of WINHTTP_ASYNC_RESULT.

/// `WinHttpReceiveResponse`.
pub const API_RECEIVE_RESPONSE: DWORD_PTR = 1;
/// `WinHttpQueryDataAvailable`.
pub const API_QUERY_DATA_AVAILABLE: DWORD_PTR = 2;
/// `WinHttpReadData`, `WinHttpReadDataEx`.
pub const API_READ_DATA: DWORD_PTR = 3;
/// `WinHttpWriteData`.
pub const API_WRITE_DATA: DWORD_PTR = 4;
/// `WinHttpSendRequest`.
pub const API_SEND_REQUEST: DWORD_PTR = 5;
/// `WinHttpGetProxyForUrlEx`.
pub const API_GET_PROXY_FOR_URL: DWORD_PTR = 6;
/// `WinHttpGetProxySettingsEx`.
pub const API_GET_PROXY_SETTINGS: DWORD_PTR = 7;

// HTTP status codes.

/// Continue.
pub const HTTP_STATUS_CONTINUE: DWORD = 100;
/// Switching Protocols.
pub const HTTP_STATUS_SWITCH_PROTOCOLS: DWORD = 101;
/// OK.
pub const HTTP_STATUS_OK: DWORD = 200;
/// Created.
pub const HTTP_STATUS_CREATED: DWORD = 201;
/// Accepted.
pub const HTTP_STATUS_ACCEPTED: DWORD = 202;
/// Non-Authoritative Information.
pub const HTTP_STATUS_PARTIAL: DWORD = 203;
/// No Content.
pub const HTTP_STATUS_NO_CONTENT: DWORD = 204;
/// Reset Content.
pub const HTTP_STATUS_RESET_CONTENT: DWORD = 205;
/// Partial Content.
pub const HTTP_STATUS_PARTIAL_CONTENT: DWORD = 206;
/// Multi-Status.
pub const HTTP_STATUS_WEBDAV_MULTI_STATUS: DWORD = 207;
/// Multiple Choices.
pub const HTTP_STATUS_AMBIGUOUS: DWORD = 300;
/// Moved Permanently.
pub const HTTP_STATUS_MOVED: DWORD = 301;
/// Found.
pub const HTTP_STATUS_REDIRECT: DWORD = 302;
/// See Other.
pub const HTTP_STATUS_REDIRECT_METHOD: DWORD = 303;
/// Not Modified.
pub const HTTP_STATUS_NOT_MODIFIED: DWORD = 304;
/// Use Proxy.
pub const HTTP_STATUS_USE_PROXY: DWORD = 305;
/// Temporary Redirect.
pub const HTTP_STATUS_REDIRECT_KEEP_VERB: DWORD = 307;
/// Permanent Redirect.
pub const HTTP_STATUS_PERMANENT_REDIRECT: DWORD = 308;
/// Bad Request.
pub const HTTP_STATUS_BAD_REQUEST: DWORD = 400;
/// Unauthorized.
pub const HTTP_STATUS_DENIED: DWORD = 401;
/// Payment Required.
pub const HTTP_STATUS_PAYMENT_REQ: DWORD = 402;
/// Forbidden.
pub const HTTP_STATUS_FORBIDDEN: DWORD = 403;
/// Not Found.
pub const HTTP_STATUS_NOT_FOUND: DWORD = 404;
/// Method Not Allowed.
pub const HTTP_STATUS_BAD_METHOD: DWORD = 405;
/// Not Acceptable.
pub const HTTP_STATUS_NONE_ACCEPTABLE: DWORD = 406;
/// Proxy Authentication Required.
pub const HTTP_STATUS_PROXY_AUTH_REQ: DWORD = 407;
/// Request Timeout.
pub const HTTP_STATUS_REQUEST_TIMEOUT: DWORD = 408;
/// Conflict.
pub const HTTP_STATUS_CONFLICT: DWORD = 409;
/// Gone.
pub const HTTP_STATUS_GONE: DWORD = 410;
/// Length Required.
pub const HTTP_STATUS_LENGTH_REQUIRED: DWORD = 411;
/// Precondition Failed.
pub const HTTP_STATUS_PRECOND_FAILED: DWORD = 412;
/// Content Too Large.
pub const HTTP_STATUS_REQUEST_TOO_LARGE: DWORD = 413;
/// URI Too Long.
pub const HTTP_STATUS_URI_TOO_LONG: DWORD = 414;
/// Unsupported Media Type.
pub const HTTP_STATUS_UNSUPPORTED_MEDIA: DWORD = 415;
/// Retry With.
pub const HTTP_STATUS_RETRY_WITH: DWORD = 449;
/// Internal Server Error.
pub const HTTP_STATUS_SERVER_ERROR: DWORD = 500;
/// Not Implemented.
pub const HTTP_STATUS_NOT_SUPPORTED: DWORD = 501;
/// Bad Gateway.
pub const HTTP_STATUS_BAD_GATEWAY: DWORD = 502;
/// Service Unavailable.
pub const HTTP_STATUS_SERVICE_UNAVAIL: DWORD = 503;
/// Gateway Timeout.
pub const HTTP_STATUS_GATEWAY_TIMEOUT: DWORD = 504;
/// HTTP Version Not Supported.
pub const HTTP_STATUS_VERSION_NOT_SUP: DWORD = 505;
/// The smallest.
pub const HTTP_STATUS_FIRST: DWORD = 100;
/// The largest.
pub const HTTP_STATUS_LAST: DWORD = 505;
