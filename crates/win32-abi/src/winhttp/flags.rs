//! Flags, modes and other small sets of numbers.
//!
//! Sources: `../shared/spec/winhttp-options.md`, section 3.

use super::types::{DWORD, INTERNET_PORT, INTERNET_SCHEME, ULONGLONG};

// Ports.

/// The scheme's own.
pub const INTERNET_DEFAULT_PORT: INTERNET_PORT = 0;
/// That of http.
pub const INTERNET_DEFAULT_HTTP_PORT: INTERNET_PORT = 80;
/// That of https.
pub const INTERNET_DEFAULT_HTTPS_PORT: INTERNET_PORT = 443;

// Schemes.

/// http.
pub const INTERNET_SCHEME_HTTP: INTERNET_SCHEME = 1;
/// https.
pub const INTERNET_SCHEME_HTTPS: INTERNET_SCHEME = 2;
/// ftp; proxies only.
pub const INTERNET_SCHEME_FTP: INTERNET_SCHEME = 3;
/// socks; proxies only.
pub const INTERNET_SCHEME_SOCKS: INTERNET_SCHEME = 4;

// WinHttpOpen: kinds of access and flags.

/// The machine's settings.
pub const WINHTTP_ACCESS_TYPE_DEFAULT_PROXY: DWORD = 0;
/// No proxy.
pub const WINHTTP_ACCESS_TYPE_NO_PROXY: DWORD = 1;
/// The proxies given.
pub const WINHTTP_ACCESS_TYPE_NAMED_PROXY: DWORD = 3;
/// The user's settings, scripts too, for each request.
pub const WINHTTP_ACCESS_TYPE_AUTOMATIC_PROXY: DWORD = 4;
/// Functions do not wait; callbacks tell the end.
pub const WINHTTP_FLAG_ASYNC: DWORD = 0x1000_0000;
/// TLS 1.2 and newer only; asynchronous too.
pub const WINHTTP_FLAG_SECURE_DEFAULTS: DWORD = 0x3000_0000;

// WinHttpOpenRequest: flags.

/// `%` is escaped too.
pub const WINHTTP_FLAG_ESCAPE_PERCENT: DWORD = 0x0000_0004;
/// Without effect.
pub const WINHTTP_FLAG_NULL_CODEPAGE: DWORD = 0x0000_0008;
/// Nothing is escaped.
pub const WINHTTP_FLAG_ESCAPE_DISABLE: DWORD = 0x0000_0040;
/// Nothing in the query is escaped.
pub const WINHTTP_FLAG_ESCAPE_DISABLE_QUERY: DWORD = 0x0000_0080;
/// Caches on the way are asked to stay out.
pub const WINHTTP_FLAG_BYPASS_PROXY_CACHE: DWORD = 0x0000_0100;
/// The same.
pub const WINHTTP_FLAG_REFRESH: DWORD = 0x0000_0100;
/// Bodies of unknown length are sent in chunks.
pub const WINHTTP_FLAG_AUTOMATIC_CHUNKING: DWORD = 0x0000_0200;
/// https.
pub const WINHTTP_FLAG_SECURE: DWORD = 0x0080_0000;

// WinHttpSendRequest.

/// The program's own Content-Length header counts.
pub const WINHTTP_IGNORE_REQUEST_TOTAL_LENGTH: DWORD = 0;

// WinHttpAddRequestHeaders: modifiers; index and flags.

/// The bits of the index.
pub const WINHTTP_ADDREQ_INDEX_MASK: DWORD = 0x0000_FFFF;
/// The bits of the flags.
pub const WINHTTP_ADDREQ_FLAGS_MASK: DWORD = 0xFFFF_0000;
/// Fails if the header is there.
pub const WINHTTP_ADDREQ_FLAG_ADD_IF_NEW: DWORD = 0x1000_0000;
/// Adds; with REPLACE, if the header is not there.
pub const WINHTTP_ADDREQ_FLAG_ADD: DWORD = 0x2000_0000;
/// Joins values with `, `.
pub const WINHTTP_ADDREQ_FLAG_COALESCE_WITH_COMMA: DWORD = 0x4000_0000;
/// Joins values with `; `.
pub const WINHTTP_ADDREQ_FLAG_COALESCE_WITH_SEMICOLON: DWORD = 0x0100_0000;
/// COALESCE_WITH_COMMA.
pub const WINHTTP_ADDREQ_FLAG_COALESCE: DWORD = 0x4000_0000;
/// Replaces the first; an empty value removes it.
pub const WINHTTP_ADDREQ_FLAG_REPLACE: DWORD = 0x8000_0000;
/// `WinHttpAddRequestHeadersEx`: names and values are `WCHAR` strings.
pub const WINHTTP_EXTENDED_HEADER_FLAG_UNICODE: ULONGLONG = 0x0000_0001;
/// `WinHttpReadDataEx`: wait until the buffer is full.
pub const WINHTTP_READ_DATA_EX_FLAG_FILL_BUFFER: ULONGLONG = 0x1;
/// `WinHttpQueryConnectionGroup`: connections of http.
pub const WINHTTP_QUERY_CONNECTION_GROUP_FLAG_INSECURE: ULONGLONG = 0x1;

// WinHttpCrackUrl, WinHttpCreateUrl.

/// `%` is escaped too.
pub const ICU_ENCODE_PERCENT: DWORD = 0x0000_1000;
/// User names and passwords are escaped too.
pub const ICU_ESCAPE_AUTHORITY: DWORD = 0x0000_2000;
/// User names and passwords are errors.
pub const ICU_REJECT_USERPWD: DWORD = 0x0000_4000;
/// The query is left alone.
pub const ICU_BROWSER_MODE: DWORD = 0x0200_0000;
/// Only spaces are escaped.
pub const ICU_ENCODE_SPACES_ONLY: DWORD = 0x0400_0000;
/// `.` and `..` stay.
pub const ICU_NO_META: DWORD = 0x0800_0000;
/// Escapes are decoded.
pub const ICU_DECODE: DWORD = 0x1000_0000;
/// Nothing is escaped.
pub const ICU_NO_ENCODE: DWORD = 0x2000_0000;
/// Unsafe characters are escaped.
pub const ICU_ESCAPE: DWORD = 0x8000_0000;
/// Bytes that `WinHttpTimeFromSystemTime` may write.
pub const WINHTTP_TIME_FORMAT_BUFSIZE: DWORD = 62;

// WINHTTP_OPTION_SECURITY_FLAGS. The SECURE and STRENGTH bits are read only.

/// The connection is TLS.
pub const SECURITY_FLAG_SECURE: DWORD = 0x0000_0001;
/// Any issuer will do.
pub const SECURITY_FLAG_IGNORE_UNKNOWN_CA: DWORD = 0x0000_0100;
/// Certificates for other uses will do.
pub const SECURITY_FLAG_IGNORE_CERT_WRONG_USAGE: DWORD = 0x0000_0200;
/// Certificates of other names will do.
pub const SECURITY_FLAG_IGNORE_CERT_CN_INVALID: DWORD = 0x0000_1000;
/// Certificates out of their time will do.
pub const SECURITY_FLAG_IGNORE_CERT_DATE_INVALID: DWORD = 0x0000_2000;
/// The four above.
pub const SECURITY_FLAG_IGNORE_ALL_CERT_ERRORS: DWORD = 0x0000_3300;
/// Weak signatures will do.
pub const SECURITY_FLAG_IGNORE_WEAK_SIGNATURE: DWORD = 0x0001_0000;
/// Keys of less than 56 bits.
pub const SECURITY_FLAG_STRENGTH_WEAK: DWORD = 0x1000_0000;
/// Keys of 56 bits.
pub const SECURITY_FLAG_STRENGTH_MEDIUM: DWORD = 0x4000_0000;
/// Keys of 128 bits and more.
pub const SECURITY_FLAG_STRENGTH_STRONG: DWORD = 0x2000_0000;

// WINHTTP_OPTION_SECURE_PROTOCOLS.

/// SSL 2.
pub const WINHTTP_FLAG_SECURE_PROTOCOL_SSL2: DWORD = 0x0000_0008;
/// SSL 3.
pub const WINHTTP_FLAG_SECURE_PROTOCOL_SSL3: DWORD = 0x0000_0020;
/// TLS 1.0.
pub const WINHTTP_FLAG_SECURE_PROTOCOL_TLS1: DWORD = 0x0000_0080;
/// TLS 1.1.
pub const WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_1: DWORD = 0x0000_0200;
/// TLS 1.2.
pub const WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2: DWORD = 0x0000_0800;
/// TLS 1.3.
pub const WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_3: DWORD = 0x0000_2000;
/// SSL 2, SSL 3 and TLS 1.0, whatever the name says.
pub const WINHTTP_FLAG_SECURE_PROTOCOL_ALL: DWORD = 0x0000_00A8;

// Authentication: targets and schemes.

/// The server.
pub const WINHTTP_AUTH_TARGET_SERVER: DWORD = 0x0000_0000;
/// The proxy.
pub const WINHTTP_AUTH_TARGET_PROXY: DWORD = 0x0000_0001;
/// Basic.
pub const WINHTTP_AUTH_SCHEME_BASIC: DWORD = 0x0000_0001;
/// NTLM.
pub const WINHTTP_AUTH_SCHEME_NTLM: DWORD = 0x0000_0002;
/// Obsolete.
pub const WINHTTP_AUTH_SCHEME_PASSPORT: DWORD = 0x0000_0004;
/// Digest.
pub const WINHTTP_AUTH_SCHEME_DIGEST: DWORD = 0x0000_0008;
/// Negotiate: Kerberos or NTLM.
pub const WINHTTP_AUTH_SCHEME_NEGOTIATE: DWORD = 0x0000_0010;

// Finding proxies.

/// Look for a script in the network.
pub const WINHTTP_AUTOPROXY_AUTO_DETECT: DWORD = 0x0000_0001;
/// Use the script of the URL given.
pub const WINHTTP_AUTOPROXY_CONFIG_URL: DWORD = 0x0000_0002;
/// The script gets the host's name as given.
pub const WINHTTP_AUTOPROXY_HOST_KEEPCASE: DWORD = 0x0000_0004;
/// The script gets the host's name in lower case.
pub const WINHTTP_AUTOPROXY_HOST_LOWERCASE: DWORD = 0x0000_0008;
/// The settings' script may answer.
pub const WINHTTP_AUTOPROXY_ALLOW_AUTOCONFIG: DWORD = 0x0000_0100;
/// The settings' proxies may answer.
pub const WINHTTP_AUTOPROXY_ALLOW_STATIC: DWORD = 0x0000_0200;
/// The connection manager may answer.
pub const WINHTTP_AUTOPROXY_ALLOW_CM: DWORD = 0x0000_0400;
/// The interface's settings.
pub const WINHTTP_AUTOPROXY_USE_INTERFACE_CONFIG: DWORD = 0x0000_0800;
/// Inside the process; always so here.
pub const WINHTTP_AUTOPROXY_RUN_INPROCESS: DWORD = 0x0001_0000;
/// Outside the process; ignored here.
pub const WINHTTP_AUTOPROXY_RUN_OUTPROCESS_ONLY: DWORD = 0x0002_0000;
/// Ignored.
pub const WINHTTP_AUTOPROXY_NO_DIRECTACCESS: DWORD = 0x0004_0000;
/// The process's cache is left out.
pub const WINHTTP_AUTOPROXY_NO_CACHE_CLIENT: DWORD = 0x0008_0000;
/// The service's cache is left out.
pub const WINHTTP_AUTOPROXY_NO_CACHE_SVC: DWORD = 0x0010_0000;
/// The fastest proxy first.
pub const WINHTTP_AUTOPROXY_SORT_RESULTS: DWORD = 0x0040_0000;
/// Ask DHCP.
pub const WINHTTP_AUTO_DETECT_TYPE_DHCP: DWORD = 0x0000_0001;
/// Ask DNS.
pub const WINHTTP_AUTO_DETECT_TYPE_DNS_A: DWORD = 0x0000_0002;
/// Forget what was found.
pub const WINHTTP_RESET_STATE: DWORD = 0x0000_0001;
/// Forget that this network has no script.
pub const WINHTTP_RESET_SWPAD_CURRENT_NETWORK: DWORD = 0x0000_0002;
/// Forget that of all networks.
pub const WINHTTP_RESET_SWPAD_ALL: DWORD = 0x0000_0004;
/// Forget scripts.
pub const WINHTTP_RESET_SCRIPT_CACHE: DWORD = 0x0000_0008;
/// All of these.
pub const WINHTTP_RESET_ALL: DWORD = 0x0000_FFFF;
/// The network is another one now.
pub const WINHTTP_RESET_NOTIFY_NETWORK_CHANGED: DWORD = 0x0001_0000;
/// In the service; required.
pub const WINHTTP_RESET_OUT_OF_PROC: DWORD = 0x0002_0000;
/// Resolver handles forget too.
pub const WINHTTP_RESET_DISCARD_RESOLVERS: DWORD = 0x0004_0000;
/// No proxy.
pub const WINHTTP_PROXY_TYPE_DIRECT: DWORD = 0x0000_0001;
/// Named proxies.
pub const WINHTTP_PROXY_TYPE_PROXY: DWORD = 0x0000_0002;
/// A script's URL.
pub const WINHTTP_PROXY_TYPE_AUTO_PROXY_URL: DWORD = 0x0000_0004;
/// Look for a script.
pub const WINHTTP_PROXY_TYPE_AUTO_DETECT: DWORD = 0x0000_0008;
/// `WinHttpRegisterProxyChangeNotification`: the settings changed.
pub const WINHTTP_PROXY_NOTIFY_CHANGE: ULONGLONG = 0x0000_0001;
/// Bytes of a `WINHTTP_PROXY_NETWORKING_KEY`.
pub const NETWORKING_KEY_BUFSIZE: DWORD = 128;

// WebSockets.

/// The longest reason, in bytes.
pub const WINHTTP_WEB_SOCKET_MAX_CLOSE_REASON_LENGTH: DWORD = 123;
/// The shortest keep-alive interval, in milliseconds.
pub const WINHTTP_WEB_SOCKET_MIN_KEEPALIVE_VALUE: DWORD = 15_000;

// Bits of WINHTTP_REQUEST_STATS.ullFlags.

/// TCP Fast Open was used.
pub const WINHTTP_REQUEST_STAT_FLAG_TCP_FAST_OPEN: ULONGLONG = 0x0000_0001;
/// The TLS session was resumed.
pub const WINHTTP_REQUEST_STAT_FLAG_TLS_SESSION_RESUMPTION: ULONGLONG = 0x0000_0002;
/// TLS False Start was used.
pub const WINHTTP_REQUEST_STAT_FLAG_TLS_FALSE_START: ULONGLONG = 0x0000_0004;
/// The proxy's TLS session was resumed.
pub const WINHTTP_REQUEST_STAT_FLAG_PROXY_TLS_SESSION_RESUMPTION: ULONGLONG = 0x0000_0008;
/// TLS False Start was used with the proxy.
pub const WINHTTP_REQUEST_STAT_FLAG_PROXY_TLS_FALSE_START: ULONGLONG = 0x0000_0010;
/// The first request of its connection.
pub const WINHTTP_REQUEST_STAT_FLAG_FIRST_REQUEST: ULONGLONG = 0x0000_0020;
