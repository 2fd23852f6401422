//! Structs and unions of requests and connections.
//!
//! Sources: `../shared/spec/winhttp-options.md`, section 6.

#![allow(non_snake_case, reason = "Microsoft's field names")]

use core::mem::{offset_of, size_of};

use super::address::SOCKADDR_STORAGE;
use super::enums::{
    WINHTTP_SECURE_DNS_SETTING, WINHTTP_WEB_SOCKET_BUFFER_TYPE, WINHTTP_WEB_SOCKET_OPERATION,
};
use super::types::*;

/// The parts of a URL. A part that is NULL with a length other than 0 is given as a place inside the URL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct URL_COMPONENTS {
    /// Sizeof(URL_COMPONENTS).
    pub dwStructSize: DWORD,
    /// Scheme.
    pub lpszScheme: LPWSTR,
    /// Its characters.
    pub dwSchemeLength: DWORD,
    /// Scheme as a number.
    pub nScheme: INTERNET_SCHEME,
    /// Host.
    pub lpszHostName: LPWSTR,
    /// Its characters.
    pub dwHostNameLength: DWORD,
    /// Port.
    pub nPort: INTERNET_PORT,
    /// User's name.
    pub lpszUserName: LPWSTR,
    /// Its characters.
    pub dwUserNameLength: DWORD,
    /// Password.
    pub lpszPassword: LPWSTR,
    /// Its characters.
    pub dwPasswordLength: DWORD,
    /// Path.
    pub lpszUrlPath: LPWSTR,
    /// Its characters.
    pub dwUrlPathLength: DWORD,
    /// Query and fragment, with `?` or `#`.
    pub lpszExtraInfo: LPWSTR,
    /// Its characters.
    pub dwExtraInfoLength: DWORD,
}

/// Why an asynchronous operation failed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_ASYNC_RESULT {
    /// API_*.
    pub dwResult: DWORD_PTR,
    /// Error number.
    pub dwError: DWORD,
}

/// The same of a WebSocket operation.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_WEB_SOCKET_ASYNC_RESULT {
    /// The error.
    pub AsyncResult: WINHTTP_ASYNC_RESULT,
    /// Which operation.
    pub Operation: WINHTTP_WEB_SOCKET_OPERATION,
}

/// What a WebSocket operation did.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_WEB_SOCKET_STATUS {
    /// Bytes sent or received.
    pub dwBytesTransferred: DWORD,
    /// What they are.
    pub eBufferType: WINHTTP_WEB_SOCKET_BUFFER_TYPE,
}

/// A version of HTTP.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HTTP_VERSION_INFO {
    /// 1.
    pub dwMajorVersion: DWORD,
    /// 0 or 1.
    pub dwMinorVersion: DWORD,
}

/// The server's certificate.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_CERTIFICATE_INFO {
    /// Valid until.
    pub ftExpiry: FILETIME,
    /// Valid from.
    pub ftStart: FILETIME,
    /// Whose it is.
    pub lpszSubjectInfo: LPWSTR,
    /// Who issued it.
    pub lpszIssuerInfo: LPWSTR,
    /// Protocol.
    pub lpszProtocolName: LPWSTR,
    /// Algorithm of the signature.
    pub lpszSignatureAlgName: LPWSTR,
    /// Algorithm of the encryption.
    pub lpszEncryptionAlgName: LPWSTR,
    /// Bits of the key.
    pub dwKeySize: DWORD,
}

/// The two ends of a connection.
#[cfg_attr(target_pointer_width = "32", repr(C, packed(4)))]
#[cfg_attr(not(target_pointer_width = "32"), repr(C))]
#[derive(Clone, Copy)]
pub struct WINHTTP_CONNECTION_INFO {
    /// Size of this.
    pub cbSize: DWORD,
    /// The near end.
    pub LocalAddress: SOCKADDR_STORAGE,
    /// The far end.
    pub RemoteAddress: SOCKADDR_STORAGE,
}

/// When what happened, in units of 100 ns; 0 is never.
#[cfg_attr(target_pointer_width = "32", repr(C, packed(4)))]
#[cfg_attr(not(target_pointer_width = "32"), repr(C))]
#[derive(Clone, Copy)]
pub struct WINHTTP_REQUEST_TIMES {
    /// How many are wanted.
    pub cTimes: ULONG,
    /// See `WINHTTP_REQUEST_TIME_ENTRY`.
    pub rgullTimes: [ULONGLONG; 64],
}

/// How much of what.
#[cfg_attr(target_pointer_width = "32", repr(C, packed(4)))]
#[cfg_attr(not(target_pointer_width = "32"), repr(C))]
#[derive(Clone, Copy)]
pub struct WINHTTP_REQUEST_STATS {
    /// `WINHTTP_REQUEST_STAT_FLAG_*`.
    pub ullFlags: ULONGLONG,
    /// The first one wanted.
    pub ulIndex: ULONG,
    /// How many are wanted.
    pub cStats: ULONG,
    /// See `WINHTTP_REQUEST_STAT_ENTRY`.
    pub rgullStats: [ULONGLONG; 32],
}

/// A name: `pwszName` or `pszName`, as the flags of the call say.
#[repr(C)]
#[derive(Clone, Copy)]
pub union WINHTTP_HEADER_NAME {
    /// UTF-16.
    pub pwszName: PCWSTR,
    /// Bytes.
    pub pszName: PCSTR,
}

/// The value of a [`WINHTTP_EXTENDED_HEADER`]. Microsoft's union has no name.
#[repr(C)]
#[derive(Clone, Copy)]
pub union WINHTTP_EXTENDED_HEADER_VALUE {
    /// UTF-16.
    pub pwszValue: PCWSTR,
    /// Bytes.
    pub pszValue: PCSTR,
}

/// A header. In C both unions have no name.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_EXTENDED_HEADER {
    /// Its name.
    pub name: WINHTTP_HEADER_NAME,
    /// Its value.
    pub value: WINHTTP_EXTENDED_HEADER_VALUE,
}

/// Credentials of a machine.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_CREDS {
    /// User's name.
    pub lpszUserName: LPSTR,
    /// Password.
    pub lpszPassword: LPSTR,
    /// Realm.
    pub lpszRealm: LPSTR,
    /// `WINHTTP_AUTH_SCHEME_*`.
    pub dwAuthScheme: DWORD,
    /// Host.
    pub lpszHostName: LPSTR,
    /// Port.
    pub dwPort: DWORD,
}

/// Credentials of a machine.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_CREDS_EX {
    /// User's name.
    pub lpszUserName: LPSTR,
    /// Password.
    pub lpszPassword: LPSTR,
    /// Realm.
    pub lpszRealm: LPSTR,
    /// `WINHTTP_AUTH_SCHEME_*`.
    pub dwAuthScheme: DWORD,
    /// Host.
    pub lpszHostName: LPSTR,
    /// Port.
    pub dwPort: DWORD,
    /// URL.
    pub lpszUrl: LPSTR,
}

/// Which connections a request may use.
#[cfg_attr(target_pointer_width = "32", repr(C, packed(4)))]
#[cfg_attr(not(target_pointer_width = "32"), repr(C))]
#[derive(Clone, Copy)]
pub struct WINHTTP_MATCH_CONNECTION_GUID {
    /// Their label.
    pub ConnectionGuid: GUID,
    /// `WINHTTP_MATCH_CONNECTION_GUID_FLAG_*`.
    pub ullFlags: ULONGLONG,
}

/// Connections with one label.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_CONNECTION_GROUP {
    /// How many.
    pub cConnections: ULONG,
    /// The label.
    pub guidGroup: GUID,
}

/// Connections to one host.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_HOST_CONNECTION_GROUP {
    /// The host.
    pub pwszHost: PCWSTR,
    /// How many groups.
    pub cConnectionGroups: ULONG,
    /// The groups.
    pub pConnectionGroups: PWINHTTP_CONNECTION_GROUP,
}

/// What `WinHttpQueryConnectionGroup` gives.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_QUERY_CONNECTION_GROUP_RESULT {
    /// How many hosts.
    pub cHosts: ULONG,
    /// The hosts.
    pub pHostConnectionGroups: PWINHTTP_HOST_CONNECTION_GROUP,
}

/// The cache of names.
#[cfg_attr(target_pointer_width = "32", repr(C, packed(4)))]
#[cfg_attr(not(target_pointer_width = "32"), repr(C))]
#[derive(Clone, Copy)]
pub struct WINHTTP_RESOLVER_CACHE_CONFIG {
    /// How many entries.
    pub ulMaxResolverCacheEntries: ULONG,
    /// Seconds that an entry lives.
    pub ulMaxCacheEntryAge: ULONG,
    /// Seconds that an entry lives at least.
    pub ulMinCacheEntryTtl: ULONG,
    /// Encryption.
    pub SecureDnsSetting: WINHTTP_SECURE_DNS_SETTING,
    /// How long connections wait for a lookup.
    pub ullConnResolutionWaitTime: ULONGLONG,
    /// `WINHTTP_RESOLVER_CACHE_CONFIG_FLAG_*`.
    pub ullFlags: ULONGLONG,
}

/// Flow control of HTTP/2.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_HTTP2_RECEIVE_WINDOW {
    /// Bytes that a stream may have under way.
    pub ulStreamWindow: ULONG,
    /// Bytes after which more is allowed.
    pub ulStreamWindowUpdateDelta: ULONG,
}

/// Trying again with another connection.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_FAILED_CONNECTION_RETRIES {
    /// How often.
    pub dwMaxRetries: DWORD,
    /// `WINHTTP_CONNECTION_RETRY_CONDITION_*`.
    pub dwAllowedRetryConditions: DWORD,
}

/// Where a [`HTTP_VERSION_INFO`] is or goes.
pub type LPHTTP_VERSION_INFO = *mut HTTP_VERSION_INFO;
/// Where a [`URL_COMPONENTS`] is or goes.
pub type LPURL_COMPONENTS = *mut URL_COMPONENTS;
/// Where a [`WINHTTP_ASYNC_RESULT`] is or goes.
pub type LPWINHTTP_ASYNC_RESULT = *mut WINHTTP_ASYNC_RESULT;
/// Where a [`HTTP_VERSION_INFO`] is or goes.
pub type PHTTP_VERSION_INFO = *mut HTTP_VERSION_INFO;
/// Where a [`WINHTTP_ASYNC_RESULT`] is or goes.
pub type PWINHTTP_ASYNC_RESULT = *mut WINHTTP_ASYNC_RESULT;
/// Where a [`WINHTTP_CERTIFICATE_INFO`] is or goes.
pub type PWINHTTP_CERTIFICATE_INFO = *mut WINHTTP_CERTIFICATE_INFO;
/// Where a [`WINHTTP_CONNECTION_GROUP`] is or goes.
pub type PWINHTTP_CONNECTION_GROUP = *mut WINHTTP_CONNECTION_GROUP;
/// Where a [`WINHTTP_CONNECTION_INFO`] is or goes.
pub type PWINHTTP_CONNECTION_INFO = *mut WINHTTP_CONNECTION_INFO;
/// Where a [`WINHTTP_CREDS`] is or goes.
pub type PWINHTTP_CREDS = *mut WINHTTP_CREDS;
/// Where a [`WINHTTP_CREDS_EX`] is or goes.
pub type PWINHTTP_CREDS_EX = *mut WINHTTP_CREDS_EX;
/// Where a [`WINHTTP_EXTENDED_HEADER`] is or goes.
pub type PWINHTTP_EXTENDED_HEADER = *mut WINHTTP_EXTENDED_HEADER;
/// Where a [`WINHTTP_FAILED_CONNECTION_RETRIES`] is or goes.
pub type PWINHTTP_FAILED_CONNECTION_RETRIES = *mut WINHTTP_FAILED_CONNECTION_RETRIES;
/// Where a [`WINHTTP_HEADER_NAME`] is or goes.
pub type PWINHTTP_HEADER_NAME = *mut WINHTTP_HEADER_NAME;
/// Where a [`WINHTTP_HOST_CONNECTION_GROUP`] is or goes.
pub type PWINHTTP_HOST_CONNECTION_GROUP = *mut WINHTTP_HOST_CONNECTION_GROUP;
/// Where a [`WINHTTP_HTTP2_RECEIVE_WINDOW`] is or goes.
pub type PWINHTTP_HTTP2_RECEIVE_WINDOW = *mut WINHTTP_HTTP2_RECEIVE_WINDOW;
/// Where a [`WINHTTP_MATCH_CONNECTION_GUID`] is or goes.
pub type PWINHTTP_MATCH_CONNECTION_GUID = *mut WINHTTP_MATCH_CONNECTION_GUID;
/// Where a [`WINHTTP_QUERY_CONNECTION_GROUP_RESULT`] is or goes.
pub type PWINHTTP_QUERY_CONNECTION_GROUP_RESULT = *mut WINHTTP_QUERY_CONNECTION_GROUP_RESULT;
/// Where a [`WINHTTP_REQUEST_STATS`] is or goes.
pub type PWINHTTP_REQUEST_STATS = *mut WINHTTP_REQUEST_STATS;
/// Where a [`WINHTTP_REQUEST_TIMES`] is or goes.
pub type PWINHTTP_REQUEST_TIMES = *mut WINHTTP_REQUEST_TIMES;
/// Where a [`WINHTTP_RESOLVER_CACHE_CONFIG`] is or goes.
pub type PWINHTTP_RESOLVER_CACHE_CONFIG = *mut WINHTTP_RESOLVER_CACHE_CONFIG;

/// How a secure connection is protected, as `schannel.h` has it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct SecPkgContext_ConnectionInfo {
    /// `SP_PROT_…_CLIENT`.
    pub dwProtocol: DWORD,
    /// `ALG_ID` of the cipher.
    pub aiCipher: DWORD,
    /// Bits of its key.
    pub dwCipherStrength: DWORD,
    /// `ALG_ID` of the hash.
    pub aiHash: DWORD,
    /// Its bits.
    pub dwHashStrength: DWORD,
    /// `ALG_ID` of the key exchange.
    pub aiExch: DWORD,
    /// Its bits.
    pub dwExchStrength: DWORD,
}

/// The cipher suite of a secure connection, as `schannel.h` has it. Texts end with NUL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct SecPkgContext_CipherInfo {
    /// 1.
    pub dwVersion: DWORD,
    /// Version number of TLS, as 0x0304.
    pub dwProtocol: DWORD,
    /// Number of the suite.
    pub dwCipherSuite: DWORD,
    /// Number of the suite without its curve.
    pub dwBaseCipherSuite: DWORD,
    /// Name of the suite.
    pub szCipherSuite: [WCHAR; 64],
    /// Name of the cipher.
    pub szCipher: [WCHAR; 64],
    /// Bits of its key.
    pub dwCipherLen: DWORD,
    /// Bytes of its blocks.
    pub dwCipherBlockLen: DWORD,
    /// Name of the hash.
    pub szHash: [WCHAR; 64],
    /// Its bits.
    pub dwHashLen: DWORD,
    /// Name of the key exchange.
    pub szExchange: [WCHAR; 64],
    /// Its least bits.
    pub dwMinExchangeLen: DWORD,
    /// Its most bits.
    pub dwMaxExchangeLen: DWORD,
    /// Kind of certificate.
    pub szCertificate: [WCHAR; 64],
    /// Kind of key.
    pub dwKeyType: DWORD,
}

/// What `WINHTTP_OPTION_SECURITY_INFO` gives.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct WINHTTP_SECURITY_INFO {
    /// The connection.
    pub ConnectionInfo: SecPkgContext_ConnectionInfo,
    /// Its cipher suite.
    pub CipherInfo: SecPkgContext_CipherInfo,
}

/// Where a [`WINHTTP_SECURITY_INFO`] is or goes.
pub type PWINHTTP_SECURITY_INFO = *mut WINHTTP_SECURITY_INFO;

/// What `WINHTTP_OPTION_TCP_KEEPALIVE` takes; `mstcpip.h` has it.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub struct tcp_keepalive {
    /// Whether idle connections are probed.
    pub onoff: ULONG,
    /// Milliseconds until the first probe.
    pub keepalivetime: ULONG,
    /// Milliseconds between probes.
    pub keepaliveinterval: ULONG,
}

const _: () = {
    layout!(URL_COMPONENTS, 104, 60; dwStructSize 0, 0; lpszScheme 8, 4; dwSchemeLength 16, 8; nScheme 20, 12; lpszHostName 24, 16; dwHostNameLength 32, 20; nPort 36, 24; lpszUserName 40, 28; dwUserNameLength 48, 32; lpszPassword 56, 36; dwPasswordLength 64, 40; lpszUrlPath 72, 44; dwUrlPathLength 80, 48; lpszExtraInfo 88, 52; dwExtraInfoLength 96, 56);
    layout!(WINHTTP_ASYNC_RESULT, 16, 8; dwResult 0, 0; dwError 8, 4);
    layout!(WINHTTP_WEB_SOCKET_ASYNC_RESULT, 24, 12; AsyncResult 0, 0; Operation 16, 8);
    layout!(WINHTTP_WEB_SOCKET_STATUS, 8, 8; dwBytesTransferred 0, 0; eBufferType 4, 4);
    layout!(HTTP_VERSION_INFO, 8, 8; dwMajorVersion 0, 0; dwMinorVersion 4, 4);
    layout!(WINHTTP_CERTIFICATE_INFO, 64, 40; ftExpiry 0, 0; ftStart 8, 8; lpszSubjectInfo 16, 16; lpszIssuerInfo 24, 20; lpszProtocolName 32, 24; lpszSignatureAlgName 40, 28; lpszEncryptionAlgName 48, 32; dwKeySize 56, 36);
    layout!(WINHTTP_CONNECTION_INFO, 264, 260; cbSize 0, 0; LocalAddress 8, 4; RemoteAddress 136, 132);
    layout!(WINHTTP_REQUEST_TIMES, 520, 516; cTimes 0, 0; rgullTimes 8, 4);
    layout!(WINHTTP_REQUEST_STATS, 272, 272; ullFlags 0, 0; ulIndex 8, 8; cStats 12, 12; rgullStats 16, 16);
    layout!(WINHTTP_HEADER_NAME, 8, 4; pwszName 0, 0; pszName 0, 0);
    layout!(WINHTTP_EXTENDED_HEADER_VALUE, 8, 4; pwszValue 0, 0; pszValue 0, 0);
    layout!(WINHTTP_EXTENDED_HEADER, 16, 8; name 0, 0; value 8, 4);
    layout!(WINHTTP_CREDS, 48, 24; lpszUserName 0, 0; lpszPassword 8, 4; lpszRealm 16, 8; dwAuthScheme 24, 12; lpszHostName 32, 16; dwPort 40, 20);
    layout!(WINHTTP_CREDS_EX, 56, 28; lpszUserName 0, 0; lpszPassword 8, 4; lpszRealm 16, 8; dwAuthScheme 24, 12; lpszHostName 32, 16; dwPort 40, 20; lpszUrl 48, 24);
    layout!(WINHTTP_MATCH_CONNECTION_GUID, 24, 24; ConnectionGuid 0, 0; ullFlags 16, 16);
    layout!(WINHTTP_CONNECTION_GROUP, 20, 20; cConnections 0, 0; guidGroup 4, 4);
    layout!(WINHTTP_HOST_CONNECTION_GROUP, 24, 12; pwszHost 0, 0; cConnectionGroups 8, 4; pConnectionGroups 16, 8);
    layout!(WINHTTP_QUERY_CONNECTION_GROUP_RESULT, 16, 8; cHosts 0, 0; pHostConnectionGroups 8, 4);
    layout!(WINHTTP_RESOLVER_CACHE_CONFIG, 32, 32; ulMaxResolverCacheEntries 0, 0; ulMaxCacheEntryAge 4, 4; ulMinCacheEntryTtl 8, 8; SecureDnsSetting 12, 12; ullConnResolutionWaitTime 16, 16; ullFlags 24, 24);
    layout!(WINHTTP_HTTP2_RECEIVE_WINDOW, 8, 8; ulStreamWindow 0, 0; ulStreamWindowUpdateDelta 4, 4);
    layout!(WINHTTP_FAILED_CONNECTION_RETRIES, 8, 8; dwMaxRetries 0, 0; dwAllowedRetryConditions 4, 4);
    layout!(SecPkgContext_ConnectionInfo, 28, 28; dwExchStrength 24, 24);
    layout!(SecPkgContext_CipherInfo, 680, 680; szCipherSuite 16, 16; dwCipherLen 272, 272; szHash 280, 280; dwHashLen 408, 408; szExchange 412, 412; dwMinExchangeLen 540, 540; szCertificate 548, 548; dwKeyType 676, 676);
    layout!(WINHTTP_SECURITY_INFO, 708, 708; ConnectionInfo 0, 0; CipherInfo 28, 28);
    layout!(tcp_keepalive, 12, 12; onoff 0, 0; keepalivetime 4, 4; keepaliveinterval 8, 8);
};
