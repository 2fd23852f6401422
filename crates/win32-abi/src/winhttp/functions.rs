//! The exported functions: their names, and their types for programs that look them up when running.
//!
//! Sources: `../shared/spec/winhttp-functions.md`. `int` is `i32`; pointers to strings are never written through,
//! whatever their type says.

#![allow(non_snake_case, reason = "Microsoft's parameter names")]

use super::enums::*;
use super::proxies::*;
use super::structs::*;
use super::types::*;

// Sessions, connections, requests.

/// `WinHttpOpen`: opens a session: `WINHTTP_ACCESS_TYPE_*`, `WINHTTP_FLAG_ASYNC`. NULL on failure.
pub type PFN_WinHttpOpen = unsafe extern "system" fn(
    pszAgentW: LPCWSTR,
    dwAccessType: DWORD,
    pszProxyW: LPCWSTR,
    pszProxyBypassW: LPCWSTR,
    dwFlags: DWORD,
) -> HINTERNET;
/// `WinHttpConnect`: names the server; nothing is sent. Port 0 is the scheme's own. NULL on failure.
pub type PFN_WinHttpConnect = unsafe extern "system" fn(
    hSession: HINTERNET,
    pswzServerName: LPCWSTR,
    nServerPort: INTERNET_PORT,
    dwReserved: DWORD,
) -> HINTERNET;
/// `WinHttpOpenRequest`: opens a request; nothing is sent. ppwszAcceptTypes ends with NULL. NULL on failure.
pub type PFN_WinHttpOpenRequest = unsafe extern "system" fn(
    hConnect: HINTERNET,
    pwszVerb: LPCWSTR,
    pwszObjectName: LPCWSTR,
    pwszVersion: LPCWSTR,
    pwszReferrer: LPCWSTR,
    ppwszAcceptTypes: *mut LPCWSTR,
    dwFlags: DWORD,
) -> HINTERNET;
/// `WinHttpCloseHandle`: closes any handle. What is going on with it ends with `ERROR_WINHTTP_OPERATION_CANCELLED`.
pub type PFN_WinHttpCloseHandle = unsafe extern "system" fn(hInternet: HINTERNET) -> BOOL;
/// `WinHttpSetStatusCallback`: sets the callback, which handles made later inherit. Gives the last one, or `WINHTTP_INVALID_STATUS_CALLBACK`.
pub type PFN_WinHttpSetStatusCallback = unsafe extern "system" fn(
    hInternet: HINTERNET,
    lpfnInternetCallback: WINHTTP_STATUS_CALLBACK,
    dwNotificationFlags: DWORD,
    dwReserved: DWORD_PTR,
) -> WINHTTP_STATUS_CALLBACK;
/// `WinHttpSetTimeouts`: sets four time limits, in milliseconds; 0 and -1 are without limit.
pub type PFN_WinHttpSetTimeouts = unsafe extern "system" fn(
    hInternet: HINTERNET,
    nResolveTimeout: i32,
    nConnectTimeout: i32,
    nSendTimeout: i32,
    nReceiveTimeout: i32,
) -> BOOL;
/// `WinHttpSendRequest`: sends the headers and the first bytes of the body. A dwHeadersLength of (`DWORD`)-1: up to the NUL.
pub type PFN_WinHttpSendRequest = unsafe extern "system" fn(
    hRequest: HINTERNET,
    lpszHeaders: LPCWSTR,
    dwHeadersLength: DWORD,
    lpOptional: LPVOID,
    dwOptionalLength: DWORD,
    dwTotalLength: DWORD,
    dwContext: DWORD_PTR,
) -> BOOL;
/// `WinHttpReceiveResponse`: waits for the headers of the response, following redirects.
pub type PFN_WinHttpReceiveResponse =
    unsafe extern "system" fn(hRequest: HINTERNET, lpReserved: LPVOID) -> BOOL;
/// `WinHttpQueryDataAvailable`: tells how many bytes can be read at once; 0 at the end of the body.
pub type PFN_WinHttpQueryDataAvailable =
    unsafe extern "system" fn(hRequest: HINTERNET, lpdwNumberOfBytesAvailable: LPDWORD) -> BOOL;
/// `WinHttpReadData`: reads the body; 0 bytes at its end. Asynchronously the buffer must stay until the completion.
pub type PFN_WinHttpReadData = unsafe extern "system" fn(
    hRequest: HINTERNET,
    lpBuffer: LPVOID,
    dwNumberOfBytesToRead: DWORD,
    lpdwNumberOfBytesRead: LPDWORD,
) -> BOOL;
/// `WinHttpReadDataEx`: the same, giving what there is unless `WINHTTP_READ_DATA_EX_FLAG_FILL_BUFFER` is set.
pub type PFN_WinHttpReadDataEx = unsafe extern "system" fn(
    hRequest: HINTERNET,
    lpBuffer: LPVOID,
    dwNumberOfBytesToRead: DWORD,
    lpdwNumberOfBytesRead: LPDWORD,
    ullFlags: ULONGLONG,
    cbProperty: DWORD,
    pvProperty: PVOID,
) -> DWORD;
/// `WinHttpWriteData`: sends more of the body, after `WinHttpSendRequest`.
pub type PFN_WinHttpWriteData = unsafe extern "system" fn(
    hRequest: HINTERNET,
    lpBuffer: LPCVOID,
    dwNumberOfBytesToWrite: DWORD,
    lpdwNumberOfBytesWritten: LPDWORD,
) -> BOOL;

// Headers.

/// `WinHttpAddRequestHeaders`: adds, replaces or removes headers: lines with CRLF between them. `WINHTTP_ADDREQ_FLAG_*`.
pub type PFN_WinHttpAddRequestHeaders = unsafe extern "system" fn(
    hRequest: HINTERNET,
    lpszHeaders: LPCWSTR,
    dwHeadersLength: DWORD,
    dwModifiers: DWORD,
) -> BOOL;
/// `WinHttpAddRequestHeadersEx`: the same with names and values; `WCHAR` strings with `WINHTTP_EXTENDED_HEADER_FLAG_UNICODE`.
pub type PFN_WinHttpAddRequestHeadersEx = unsafe extern "system" fn(
    hRequest: HINTERNET,
    dwModifiers: DWORD,
    ullFlags: ULONGLONG,
    ullExtra: ULONGLONG,
    cHeaders: DWORD,
    pHeaders: *mut WINHTTP_EXTENDED_HEADER,
) -> DWORD;
/// `WinHttpQueryHeaders`: gives a header: `WINHTTP_QUERY_*`. Lengths are bytes. Too small a buffer: `ERROR_INSUFFICIENT_BUFFER` and the length.
pub type PFN_WinHttpQueryHeaders = unsafe extern "system" fn(
    hRequest: HINTERNET,
    dwInfoLevel: DWORD,
    pwszName: LPCWSTR,
    lpBuffer: LPVOID,
    lpdwBufferLength: LPDWORD,
    lpdwIndex: LPDWORD,
) -> BOOL;
/// `WinHttpQueryHeadersEx`: gives one or all headers as names and values inside the buffer.
pub type PFN_WinHttpQueryHeadersEx = unsafe extern "system" fn(
    hRequest: HINTERNET,
    dwInfoLevel: DWORD,
    ullFlags: ULONGLONG,
    uiCodePage: UINT,
    pdwIndex: PDWORD,
    pHeaderName: PWINHTTP_HEADER_NAME,
    pBuffer: PVOID,
    pdwBufferLength: PDWORD,
    ppHeaders: *mut PWINHTTP_EXTENDED_HEADER,
    pdwHeadersCount: PDWORD,
) -> DWORD;

// Options and credentials.

/// `WinHttpQueryOption`: gives an option's value. NULL stands for the process.
pub type PFN_WinHttpQueryOption = unsafe extern "system" fn(
    hInternet: HINTERNET,
    dwOption: DWORD,
    lpBuffer: LPVOID,
    lpdwBufferLength: LPDWORD,
) -> BOOL;
/// `WinHttpSetOption`: sets an option's value. NULL stands for the process.
pub type PFN_WinHttpSetOption = unsafe extern "system" fn(
    hInternet: HINTERNET,
    dwOption: DWORD,
    lpBuffer: LPVOID,
    dwBufferLength: DWORD,
) -> BOOL;
/// `WinHttpSetCredentials`: sets the credentials of a request: `WINHTTP_AUTH_TARGET_*`, one of `WINHTTP_AUTH_SCHEME_*`.
pub type PFN_WinHttpSetCredentials = unsafe extern "system" fn(
    hRequest: HINTERNET,
    AuthTargets: DWORD,
    AuthScheme: DWORD,
    pwszUserName: LPCWSTR,
    pwszPassword: LPCWSTR,
    pAuthParams: LPVOID,
) -> BOOL;
/// `WinHttpQueryAuthSchemes`: gives the schemes that a response 401 or 407 offers.
pub type PFN_WinHttpQueryAuthSchemes = unsafe extern "system" fn(
    hRequest: HINTERNET,
    lpdwSupportedSchemes: LPDWORD,
    lpdwFirstScheme: LPDWORD,
    pdwAuthTarget: LPDWORD,
) -> BOOL;
/// `WinHttpQueryAuthParams`: not supported: `ERROR_NOT_SUPPORTED`.
pub type PFN_WinHttpQueryAuthParams = unsafe extern "system" fn(
    hRequest: HINTERNET,
    AuthScheme: DWORD,
    pAuthParams: *mut LPVOID,
) -> BOOL;

// URLs, dates.

/// `WinHttpCrackUrl`: takes a URL apart. A length of 0: up to the NUL.
pub type PFN_WinHttpCrackUrl = unsafe extern "system" fn(
    pwszUrl: LPCWSTR,
    dwUrlLength: DWORD,
    dwFlags: DWORD,
    lpUrlComponents: LPURL_COMPONENTS,
) -> BOOL;
/// `WinHttpCreateUrl`: puts a URL together. The length is in characters.
pub type PFN_WinHttpCreateUrl = unsafe extern "system" fn(
    lpUrlComponents: LPURL_COMPONENTS,
    dwFlags: DWORD,
    pwszUrl: LPWSTR,
    pdwUrlLength: LPDWORD,
) -> BOOL;
/// `WinHttpCheckPlatform`: TRUE.
pub type PFN_WinHttpCheckPlatform = unsafe extern "system" fn() -> BOOL;
/// `WinHttpTimeFromSystemTime`: writes a date as HTTP does; the buffer has `WINHTTP_TIME_FORMAT_BUFSIZE` bytes.
pub type PFN_WinHttpTimeFromSystemTime =
    unsafe extern "system" fn(pst: *const SYSTEMTIME, pwszTime: LPWSTR) -> BOOL;
/// `WinHttpTimeToSystemTime`: reads a date as HTTP writes it.
pub type PFN_WinHttpTimeToSystemTime =
    unsafe extern "system" fn(pwszTime: LPCWSTR, pst: *mut SYSTEMTIME) -> BOOL;

// Proxies. What the structures' strings point to is freed with GlobalFree, results with their own functions.

/// `WinHttpDetectAutoProxyConfigUrl`: looks for a proxy script in the network; `GlobalFree` the URL.
pub type PFN_WinHttpDetectAutoProxyConfigUrl =
    unsafe extern "system" fn(dwAutoDetectFlags: DWORD, ppwstrAutoConfigUrl: *mut LPWSTR) -> BOOL;
/// `WinHttpGetDefaultProxyConfiguration`: gives the machine's settings.
pub type PFN_WinHttpGetDefaultProxyConfiguration =
    unsafe extern "system" fn(pProxyInfo: *mut WINHTTP_PROXY_INFO) -> BOOL;
/// `WinHttpSetDefaultProxyConfiguration`: sets them.
pub type PFN_WinHttpSetDefaultProxyConfiguration =
    unsafe extern "system" fn(pProxyInfo: *mut WINHTTP_PROXY_INFO) -> BOOL;
/// `WinHttpGetIEProxyConfigForCurrentUser`: gives the user's settings.
pub type PFN_WinHttpGetIEProxyConfigForCurrentUser =
    unsafe extern "system" fn(pProxyConfig: *mut WINHTTP_CURRENT_USER_IE_PROXY_CONFIG) -> BOOL;
/// `WinHttpGetProxyForUrl`: asks a proxy script for a URL; waits.
pub type PFN_WinHttpGetProxyForUrl = unsafe extern "system" fn(
    hSession: HINTERNET,
    lpcwszUrl: LPCWSTR,
    pAutoProxyOptions: *mut WINHTTP_AUTOPROXY_OPTIONS,
    pProxyInfo: *mut WINHTTP_PROXY_INFO,
) -> BOOL;
/// `WinHttpCreateProxyResolver`: makes a handle for the functions that follow; the session must be asynchronous.
pub type PFN_WinHttpCreateProxyResolver =
    unsafe extern "system" fn(hSession: HINTERNET, phResolver: *mut HINTERNET) -> DWORD;
/// `WinHttpGetProxyForUrlEx`: starts a lookup: `ERROR_IO_PENDING`, then a callback.
pub type PFN_WinHttpGetProxyForUrlEx = unsafe extern "system" fn(
    hResolver: HINTERNET,
    pcwszUrl: PCWSTR,
    pAutoProxyOptions: *mut WINHTTP_AUTOPROXY_OPTIONS,
    pContext: DWORD_PTR,
) -> DWORD;
/// `WinHttpGetProxyForUrlEx2`: the same for an interface.
pub type PFN_WinHttpGetProxyForUrlEx2 = unsafe extern "system" fn(
    hResolver: HINTERNET,
    pcwszUrl: PCWSTR,
    pAutoProxyOptions: *mut WINHTTP_AUTOPROXY_OPTIONS,
    cbInterfaceSelectionContext: DWORD,
    pInterfaceSelectionContext: *mut BYTE,
    pContext: DWORD_PTR,
) -> DWORD;
/// `WinHttpGetProxyResult`: gives what was found.
pub type PFN_WinHttpGetProxyResult = unsafe extern "system" fn(
    hResolver: HINTERNET,
    pProxyResult: *mut WINHTTP_PROXY_RESULT,
) -> DWORD;
/// `WinHttpGetProxyResultEx`: the same after `WinHttpGetProxyForUrlEx2`.
pub type PFN_WinHttpGetProxyResultEx = unsafe extern "system" fn(
    hResolver: HINTERNET,
    pProxyResultEx: *mut WINHTTP_PROXY_RESULT_EX,
) -> DWORD;
/// `WinHttpFreeProxyResult`: frees a result and empties the structure.
pub type PFN_WinHttpFreeProxyResult =
    unsafe extern "system" fn(pProxyResult: *mut WINHTTP_PROXY_RESULT);
/// `WinHttpFreeProxyResultEx`: frees a result and empties the structure.
pub type PFN_WinHttpFreeProxyResultEx =
    unsafe extern "system" fn(pProxyResultEx: *mut WINHTTP_PROXY_RESULT_EX);
/// `WinHttpResetAutoProxy`: forgets what was found before: `WINHTTP_RESET_*`.
pub type PFN_WinHttpResetAutoProxy =
    unsafe extern "system" fn(hSession: HINTERNET, dwFlags: DWORD) -> DWORD;
/// `WinHttpGetProxySettingsEx`: starts reading settings: `ERROR_IO_PENDING`, then a callback.
pub type PFN_WinHttpGetProxySettingsEx = unsafe extern "system" fn(
    hResolver: HINTERNET,
    ProxySettingsType: WINHTTP_PROXY_SETTINGS_TYPE,
    pProxySettingsParam: PWINHTTP_PROXY_SETTINGS_PARAM,
    pContext: DWORD_PTR,
) -> DWORD;
/// `WinHttpGetProxySettingsResultEx`: gives what was read: a `WINHTTP_PROXY_SETTINGS_EX`.
pub type PFN_WinHttpGetProxySettingsResultEx =
    unsafe extern "system" fn(hResolver: HINTERNET, pProxySettingsEx: PVOID) -> DWORD;
/// `WinHttpFreeProxySettingsEx`: frees it.
pub type PFN_WinHttpFreeProxySettingsEx = unsafe extern "system" fn(
    ProxySettingsType: WINHTTP_PROXY_SETTINGS_TYPE,
    pProxySettingsEx: PVOID,
) -> DWORD;
/// `WinHttpRegisterProxyChangeNotification`: asks to be told when proxy settings change: `WINHTTP_PROXY_NOTIFY_CHANGE`.
pub type PFN_WinHttpRegisterProxyChangeNotification = unsafe extern "system" fn(
    ullFlags: ULONGLONG,
    pfnCallback: WINHTTP_PROXY_CHANGE_CALLBACK,
    pvContext: PVOID,
    hRegistration: *mut WINHTTP_PROXY_CHANGE_REGISTRATION_HANDLE,
) -> DWORD;
/// `WinHttpUnregisterProxyChangeNotification`: ends that; no callback runs after it. Not to be called inside the callback.
pub type PFN_WinHttpUnregisterProxyChangeNotification =
    unsafe extern "system" fn(hRegistration: WINHTTP_PROXY_CHANGE_REGISTRATION_HANDLE) -> DWORD;
/// `WinHttpSetProxySettingsPerUser`: whether users have settings of their own.
pub type PFN_WinHttpSetProxySettingsPerUser =
    unsafe extern "system" fn(fProxySettingsPerUser: BOOL) -> DWORD;
/// `WinHttpIsHostInProxyBypassList`: whether a host is in a bypass list.
pub type PFN_WinHttpIsHostInProxyBypassList = unsafe extern "system" fn(
    pProxyInfo: *const WINHTTP_PROXY_INFO,
    pwszHost: PCWSTR,
    tScheme: INTERNET_SCHEME,
    nPort: INTERNET_PORT,
    pfIsInBypassList: *mut BOOL,
) -> DWORD;
/// `WinHttpReadProxySettings`: of system components.
pub type PFN_WinHttpReadProxySettings = unsafe extern "system" fn(
    hSession: HINTERNET,
    pcwszConnectionName: PCWSTR,
    fFallBackToDefaultSettings: BOOL,
    fSetAutoDiscoverForDefaultSettings: BOOL,
    pdwSettingsVersion: *mut DWORD,
    pfDefaultSettingsAreReturned: *mut BOOL,
    pWinHttpProxySettings: *mut WINHTTP_PROXY_SETTINGS,
) -> DWORD;
/// `WinHttpWriteProxySettings`: of system components.
pub type PFN_WinHttpWriteProxySettings = unsafe extern "system" fn(
    hSession: HINTERNET,
    fForceUpdate: BOOL,
    pWinHttpProxySettings: *mut WINHTTP_PROXY_SETTINGS,
) -> DWORD;
/// `WinHttpGetProxySettingsVersion`: of system components.
pub type PFN_WinHttpGetProxySettingsVersion =
    unsafe extern "system" fn(hSession: HINTERNET, pdwProxySettingsVersion: *mut DWORD) -> DWORD;
/// `WinHttpFreeProxySettings`: of system components.
pub type PFN_WinHttpFreeProxySettings =
    unsafe extern "system" fn(pWinHttpProxySettings: *mut WINHTTP_PROXY_SETTINGS);

// Connections in use.

/// `WinHttpQueryConnectionGroup`: counts the connections to the host of a request or connect handle.
pub type PFN_WinHttpQueryConnectionGroup = unsafe extern "system" fn(
    hInternet: HINTERNET,
    pGuidConnection: *const GUID,
    ullFlags: ULONGLONG,
    ppResult: *mut PWINHTTP_QUERY_CONNECTION_GROUP_RESULT,
) -> DWORD;
/// `WinHttpFreeQueryConnectionGroupResult`: frees what that gave.
pub type PFN_WinHttpFreeQueryConnectionGroupResult =
    unsafe extern "system" fn(pResult: PWINHTTP_QUERY_CONNECTION_GROUP_RESULT);

// WebSockets.

/// `WinHttpWebSocketCompleteUpgrade`: makes a WebSocket of a request that was answered with 101. NULL on failure.
pub type PFN_WinHttpWebSocketCompleteUpgrade =
    unsafe extern "system" fn(hRequest: HINTERNET, pContext: DWORD_PTR) -> HINTERNET;
/// `WinHttpWebSocketSend`: sends a message or part of one.
pub type PFN_WinHttpWebSocketSend = unsafe extern "system" fn(
    hWebSocket: HINTERNET,
    eBufferType: WINHTTP_WEB_SOCKET_BUFFER_TYPE,
    pvBuffer: PVOID,
    dwBufferLength: DWORD,
) -> DWORD;
/// `WinHttpWebSocketReceive`: receives a message or part of one. The outputs are for synchronous use.
pub type PFN_WinHttpWebSocketReceive = unsafe extern "system" fn(
    hWebSocket: HINTERNET,
    pvBuffer: PVOID,
    dwBufferLength: DWORD,
    pdwBytesRead: *mut DWORD,
    peBufferType: *mut WINHTTP_WEB_SOCKET_BUFFER_TYPE,
) -> DWORD;
/// `WinHttpWebSocketShutdown`: sends a Close frame; receiving goes on.
pub type PFN_WinHttpWebSocketShutdown = unsafe extern "system" fn(
    hWebSocket: HINTERNET,
    usStatus: USHORT,
    pvReason: PVOID,
    dwReasonLength: DWORD,
) -> DWORD;
/// `WinHttpWebSocketClose`: sends a Close frame and waits for the peer's. The handle stays open.
pub type PFN_WinHttpWebSocketClose = unsafe extern "system" fn(
    hWebSocket: HINTERNET,
    usStatus: USHORT,
    pvReason: PVOID,
    dwReasonLength: DWORD,
) -> DWORD;
/// `WinHttpWebSocketQueryCloseStatus`: gives status and reason of the peer's Close frame.
pub type PFN_WinHttpWebSocketQueryCloseStatus = unsafe extern "system" fn(
    hWebSocket: HINTERNET,
    pusStatus: *mut USHORT,
    pvReason: PVOID,
    dwReasonLength: DWORD,
    pdwReasonLengthConsumed: *mut DWORD,
) -> DWORD;

/// The names of all functions that `winhttp.h` declares; each has a type `PFN_…` here.
pub const FUNCTIONS: [&str; 58] = [
    "WinHttpAddRequestHeaders",
    "WinHttpAddRequestHeadersEx",
    "WinHttpCheckPlatform",
    "WinHttpCloseHandle",
    "WinHttpConnect",
    "WinHttpCrackUrl",
    "WinHttpCreateProxyResolver",
    "WinHttpCreateUrl",
    "WinHttpDetectAutoProxyConfigUrl",
    "WinHttpFreeProxyResult",
    "WinHttpFreeProxyResultEx",
    "WinHttpFreeProxySettings",
    "WinHttpFreeProxySettingsEx",
    "WinHttpFreeQueryConnectionGroupResult",
    "WinHttpGetDefaultProxyConfiguration",
    "WinHttpGetIEProxyConfigForCurrentUser",
    "WinHttpGetProxyForUrl",
    "WinHttpGetProxyForUrlEx",
    "WinHttpGetProxyForUrlEx2",
    "WinHttpGetProxyResult",
    "WinHttpGetProxyResultEx",
    "WinHttpGetProxySettingsEx",
    "WinHttpGetProxySettingsResultEx",
    "WinHttpGetProxySettingsVersion",
    "WinHttpIsHostInProxyBypassList",
    "WinHttpOpen",
    "WinHttpOpenRequest",
    "WinHttpQueryAuthParams",
    "WinHttpQueryAuthSchemes",
    "WinHttpQueryConnectionGroup",
    "WinHttpQueryDataAvailable",
    "WinHttpQueryHeaders",
    "WinHttpQueryHeadersEx",
    "WinHttpQueryOption",
    "WinHttpReadData",
    "WinHttpReadDataEx",
    "WinHttpReadProxySettings",
    "WinHttpReceiveResponse",
    "WinHttpRegisterProxyChangeNotification",
    "WinHttpResetAutoProxy",
    "WinHttpSendRequest",
    "WinHttpSetCredentials",
    "WinHttpSetDefaultProxyConfiguration",
    "WinHttpSetOption",
    "WinHttpSetProxySettingsPerUser",
    "WinHttpSetStatusCallback",
    "WinHttpSetTimeouts",
    "WinHttpTimeFromSystemTime",
    "WinHttpTimeToSystemTime",
    "WinHttpUnregisterProxyChangeNotification",
    "WinHttpWebSocketClose",
    "WinHttpWebSocketCompleteUpgrade",
    "WinHttpWebSocketQueryCloseStatus",
    "WinHttpWebSocketReceive",
    "WinHttpWebSocketSend",
    "WinHttpWebSocketShutdown",
    "WinHttpWriteData",
    "WinHttpWriteProxySettings",
];

/// Names that Windows' `winhttp.dll` exports for system components, which no header declares. A library that exports
/// them lets them fail with `ERROR_NOT_SUPPORTED`.
pub const SYSTEM_FUNCTIONS: [&str; 10] = [
    "WinHttpConnectionDeletePolicyEntries",
    "WinHttpConnectionDeleteProxyInfo",
    "WinHttpConnectionFreeNameList",
    "WinHttpConnectionFreeProxyInfo",
    "WinHttpConnectionFreeProxyList",
    "WinHttpConnectionGetNameList",
    "WinHttpConnectionGetProxyInfo",
    "WinHttpConnectionGetProxyList",
    "WinHttpConnectionSetPolicyEntries",
    "WinHttpConnectionSetProxyInfo",
];
