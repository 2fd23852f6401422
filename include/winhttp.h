/*
 * winhttp.h - the WinHTTP API.
 *
 * The names, layouts and numbers are Microsoft's, so that programs written for winhttp.dll compile unchanged; each
 * layout is asserted at the end of this file. Reference: https://learn.microsoft.com/windows/win32/api/winhttp/
 *
 * A program opens a session, names a server (connect handle), opens a request, and then
 *
 *     WinHttpSendRequest      - sends the headers, and the body or the beginning of it
 *     WinHttpWriteData        - sends more of the body
 *     WinHttpReceiveResponse  - waits for the headers of the response
 *     WinHttpReadData         - reads the body
 *
 * With WINHTTP_FLAG_ASYNC these calls do not wait, and the callback of WinHttpSetStatusCallback tells how each ended.
 *
 * Results: functions that give BOOL or a handle leave the reason in GetLastError; functions that give DWORD give the
 * error number itself, 0 (ERROR_SUCCESS) if there was none.
 *
 * Off Windows the basic types and GetLastError come from win32/openwinhttp/, so that this header works alone. Link with
 * -lwinhttp.
 */
#ifndef OPENWINHTTP_WINHTTP_H
#define OPENWINHTTP_WINHTTP_H

#include <stddef.h>

#ifdef _WIN32
#include <windows.h>
#else
#include "win32/openwinhttp/errors.h"
#include "win32/openwinhttp/runtime.h" /* GetLastError, GlobalFree */
#include "win32/openwinhttp/sal.h"
#include "win32/openwinhttp/security.h"
#include "win32/openwinhttp/types.h"
#include <sys/socket.h>
#ifndef OPENWINHTTP_SOCKADDR_STORAGE
#define OPENWINHTTP_SOCKADDR_STORAGE
typedef struct sockaddr_storage SOCKADDR_STORAGE, *PSOCKADDR_STORAGE, *LPSOCKADDR_STORAGE;
#endif
#endif

/* Annotations that some compilers' own headers for Windows lack. */
#ifndef _In_opt_z_
#define _In_opt_z_
#endif
#ifndef _In_reads_
#define _In_reads_(size)
#endif
#ifndef _In_reads_bytes_opt_
#define _In_reads_bytes_opt_(size)
#endif
#ifndef _In_reads_opt_
#define _In_reads_opt_(size)
#endif
#ifndef _In_z_
#define _In_z_
#endif
#ifndef _Out_writes_bytes_
#define _Out_writes_bytes_(size)
#endif
#ifndef _Out_writes_bytes_to_
#define _Out_writes_bytes_to_(size, count)
#endif
#ifndef _Out_writes_bytes_to_opt_
#define _Out_writes_bytes_to_opt_(size, count)
#endif
#ifndef _Out_writes_to_opt_
#define _Out_writes_to_opt_(size, count)
#endif
#ifndef _Outptr_
#define _Outptr_
#endif
#ifndef _Outptr_opt_result_buffer_
#define _Outptr_opt_result_buffer_(size)
#endif
#ifndef _Outptr_result_maybenull_
#define _Outptr_result_maybenull_
#endif
#ifndef _Reserved_
#define _Reserved_
#endif

#ifdef _WIN32
#define WINHTTPAPI DECLSPEC_IMPORT
#else
#define WINHTTPAPI
#endif

#ifdef __GNUC__
#define OPENWINHTTP_EXTENSION __extension__ /* unions without a name, in C before 2011 */
#else
#define OPENWINHTTP_EXTENSION
#endif

/* On Windows these need winsock2.h before windows.h, and schannel.h; elsewhere they are always there. */
#if !defined(_WIN32) || defined(_WS2DEF_)
#define OPENWINHTTP_HAS_SOCKADDR_STORAGE
#endif
#if !defined(_WIN32) || defined(SECPKG_ATTR_CIPHER_INFO)
#define OPENWINHTTP_HAS_SECURITY
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Natural alignment with 8-byte pointers, at most 4 with 4-byte pointers. */
#if defined(_WIN64) || defined(__LP64__)
#pragma pack(push, 8)
#else
#pragma pack(push, 4)
#endif

/* ---- Types ---- */

/* A handle: session, connect, request, proxy resolver or WebSocket. */
typedef LPVOID HINTERNET;
typedef HINTERNET *LPHINTERNET;

typedef WORD INTERNET_PORT; /* in the machine's byte order */
typedef INTERNET_PORT *LPINTERNET_PORT;
typedef int INTERNET_SCHEME, *LPINTERNET_SCHEME;

/* What is told of a handle: the handle, its context, WINHTTP_CALLBACK_STATUS_*, information, and its length. */
typedef VOID(CALLBACK *WINHTTP_STATUS_CALLBACK)(
    _In_ HINTERNET hInternet,
    _In_ DWORD_PTR dwContext,
    _In_ DWORD dwInternetStatus,
    _In_opt_ LPVOID lpvStatusInformation,
    _In_ DWORD dwStatusInformationLength);
typedef WINHTTP_STATUS_CALLBACK *LPWINHTTP_STATUS_CALLBACK;
#define WINHTTP_INVALID_STATUS_CALLBACK ((WINHTTP_STATUS_CALLBACK)(LONG_PTR)-1)

/* What is told when proxy settings change. */
typedef VOID(CALLBACK *WINHTTP_PROXY_CHANGE_CALLBACK)(_In_ ULONGLONG ullFlags, _In_ PVOID pvContext);
typedef PVOID WINHTTP_PROXY_CHANGE_REGISTRATION_HANDLE;

/* Arguments for what is not wanted. */
#define WINHTTP_NO_PROXY_NAME NULL /* WinHttpOpen: no proxies */
#define WINHTTP_NO_PROXY_BYPASS NULL /* WinHttpOpen: no bypass list */
#define WINHTTP_NO_REFERER NULL /* WinHttpOpenRequest */
#define WINHTTP_DEFAULT_ACCEPT_TYPES NULL /* WinHttpOpenRequest */
#define WINHTTP_NO_ADDITIONAL_HEADERS NULL /* WinHttpSendRequest */
#define WINHTTP_NO_REQUEST_DATA NULL /* WinHttpSendRequest */
#define WINHTTP_HEADER_NAME_BY_INDEX NULL /* WinHttpQueryHeaders: the level says it */
#define WINHTTP_NO_OUTPUT_BUFFER NULL /* WinHttpQueryHeaders: only the length */
#define WINHTTP_NO_HEADER_INDEX NULL /* WinHttpQueryHeaders: the first */
#define WINHTTP_NO_CLIENT_CERT_CONTEXT NULL /* WINHTTP_OPTION_CLIENT_CERT_CONTEXT: go on without */

/* ---- Flags ---- */

/* Ports. */
#define INTERNET_DEFAULT_PORT       0 /* the scheme's own */
#define INTERNET_DEFAULT_HTTP_PORT  80 /* that of http */
#define INTERNET_DEFAULT_HTTPS_PORT 443 /* that of https */

/* Schemes. */
#define INTERNET_SCHEME_HTTP  1 /* http */
#define INTERNET_SCHEME_HTTPS 2 /* https */
#define INTERNET_SCHEME_FTP   3 /* ftp; proxies only */
#define INTERNET_SCHEME_SOCKS 4 /* socks; proxies only */

/* WinHttpOpen: kinds of access and flags. */
#define WINHTTP_ACCESS_TYPE_DEFAULT_PROXY   0 /* the machine's settings */
#define WINHTTP_ACCESS_TYPE_NO_PROXY        1 /* no proxy */
#define WINHTTP_ACCESS_TYPE_NAMED_PROXY     3 /* the proxies given */
#define WINHTTP_ACCESS_TYPE_AUTOMATIC_PROXY 4 /* the user's settings, scripts too, for each request */
#define WINHTTP_FLAG_ASYNC                  0x10000000 /* functions do not wait; callbacks tell the end */
#define WINHTTP_FLAG_SECURE_DEFAULTS        0x30000000 /* TLS 1.2 and newer only; asynchronous too */

/* WinHttpOpenRequest: flags. */
#define WINHTTP_FLAG_ESCAPE_PERCENT       0x00000004 /* % is escaped too */
#define WINHTTP_FLAG_NULL_CODEPAGE        0x00000008 /* without effect */
#define WINHTTP_FLAG_ESCAPE_DISABLE       0x00000040 /* nothing is escaped */
#define WINHTTP_FLAG_ESCAPE_DISABLE_QUERY 0x00000080 /* nothing in the query is escaped */
#define WINHTTP_FLAG_BYPASS_PROXY_CACHE   0x00000100 /* caches on the way are asked to stay out */
#define WINHTTP_FLAG_REFRESH              0x00000100 /* the same */
#define WINHTTP_FLAG_AUTOMATIC_CHUNKING   0x00000200 /* bodies of unknown length are sent in chunks */
#define WINHTTP_FLAG_SECURE               0x00800000 /* https */

/* WinHttpSendRequest. */
#define WINHTTP_IGNORE_REQUEST_TOTAL_LENGTH 0 /* the program's own Content-Length header counts */

/* WinHttpAddRequestHeaders: modifiers; index and flags. */
#define WINHTTP_ADDREQ_INDEX_MASK                    0x0000FFFF /* the bits of the index */
#define WINHTTP_ADDREQ_FLAGS_MASK                    0xFFFF0000 /* the bits of the flags */
#define WINHTTP_ADDREQ_FLAG_ADD_IF_NEW               0x10000000 /* fails if the header is there */
#define WINHTTP_ADDREQ_FLAG_ADD                      0x20000000 /* adds; with REPLACE, if the header is not there */
#define WINHTTP_ADDREQ_FLAG_COALESCE_WITH_COMMA      0x40000000 /* joins values with ", " */
#define WINHTTP_ADDREQ_FLAG_COALESCE_WITH_SEMICOLON  0x01000000 /* joins values with "; " */
#define WINHTTP_ADDREQ_FLAG_COALESCE                 0x40000000 /* COALESCE_WITH_COMMA */
#define WINHTTP_ADDREQ_FLAG_REPLACE                  0x80000000 /* replaces the first; an empty value removes it */
/* WinHttpAddRequestHeadersEx: names and values are WCHAR strings. */
#define WINHTTP_EXTENDED_HEADER_FLAG_UNICODE         0x00000001
#define WINHTTP_READ_DATA_EX_FLAG_FILL_BUFFER        0x1 /* WinHttpReadDataEx: wait until the buffer is full */
#define WINHTTP_QUERY_CONNECTION_GROUP_FLAG_INSECURE 0x1 /* WinHttpQueryConnectionGroup: connections of http */

/* WinHttpCrackUrl, WinHttpCreateUrl. */
#define ICU_ENCODE_PERCENT          0x00001000 /* % is escaped too */
#define ICU_ESCAPE_AUTHORITY        0x00002000 /* user names and passwords are escaped too */
#define ICU_REJECT_USERPWD          0x00004000 /* user names and passwords are errors */
#define ICU_BROWSER_MODE            0x02000000 /* the query is left alone */
#define ICU_ENCODE_SPACES_ONLY      0x04000000 /* only spaces are escaped */
#define ICU_NO_META                 0x08000000 /* . and .. stay */
#define ICU_DECODE                  0x10000000 /* escapes are decoded */
#define ICU_NO_ENCODE               0x20000000 /* nothing is escaped */
#define ICU_ESCAPE                  0x80000000 /* unsafe characters are escaped */
#define WINHTTP_TIME_FORMAT_BUFSIZE 62 /* bytes that WinHttpTimeFromSystemTime may write */

/* WINHTTP_OPTION_SECURITY_FLAGS. The SECURE and STRENGTH bits are read only. */
#define SECURITY_FLAG_SECURE                   0x00000001 /* the connection is TLS */
#define SECURITY_FLAG_IGNORE_UNKNOWN_CA        0x00000100 /* any issuer will do */
#define SECURITY_FLAG_IGNORE_CERT_WRONG_USAGE  0x00000200 /* certificates for other uses will do */
#define SECURITY_FLAG_IGNORE_CERT_CN_INVALID   0x00001000 /* certificates of other names will do */
#define SECURITY_FLAG_IGNORE_CERT_DATE_INVALID 0x00002000 /* certificates out of their time will do */
#define SECURITY_FLAG_IGNORE_ALL_CERT_ERRORS   0x00003300 /* the four above */
#define SECURITY_FLAG_IGNORE_WEAK_SIGNATURE    0x00010000 /* weak signatures will do */
#define SECURITY_FLAG_STRENGTH_WEAK            0x10000000 /* keys of less than 56 bits */
#define SECURITY_FLAG_STRENGTH_MEDIUM          0x40000000 /* keys of 56 bits */
#define SECURITY_FLAG_STRENGTH_STRONG          0x20000000 /* keys of 128 bits and more */

/* WINHTTP_OPTION_SECURE_PROTOCOLS. */
#define WINHTTP_FLAG_SECURE_PROTOCOL_SSL2   0x00000008 /* SSL 2 */
#define WINHTTP_FLAG_SECURE_PROTOCOL_SSL3   0x00000020 /* SSL 3 */
#define WINHTTP_FLAG_SECURE_PROTOCOL_TLS1   0x00000080 /* TLS 1.0 */
#define WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_1 0x00000200 /* TLS 1.1 */
#define WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2 0x00000800 /* TLS 1.2 */
#define WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_3 0x00002000 /* TLS 1.3 */
#define WINHTTP_FLAG_SECURE_PROTOCOL_ALL    0x000000A8 /* SSL 2, SSL 3 and TLS 1.0, whatever the name says */

/* Authentication: targets and schemes. */
#define WINHTTP_AUTH_TARGET_SERVER    0x00000000 /* the server */
#define WINHTTP_AUTH_TARGET_PROXY     0x00000001 /* the proxy */
#define WINHTTP_AUTH_SCHEME_BASIC     0x00000001 /* Basic */
#define WINHTTP_AUTH_SCHEME_NTLM      0x00000002 /* NTLM */
#define WINHTTP_AUTH_SCHEME_PASSPORT  0x00000004 /* obsolete */
#define WINHTTP_AUTH_SCHEME_DIGEST    0x00000008 /* Digest */
#define WINHTTP_AUTH_SCHEME_NEGOTIATE 0x00000010 /* Negotiate: Kerberos or NTLM */

/* Finding proxies. */
#define WINHTTP_AUTOPROXY_AUTO_DETECT          0x00000001 /* look for a script in the network */
#define WINHTTP_AUTOPROXY_CONFIG_URL           0x00000002 /* use the script of the URL given */
#define WINHTTP_AUTOPROXY_HOST_KEEPCASE        0x00000004 /* the script gets the host's name as given */
#define WINHTTP_AUTOPROXY_HOST_LOWERCASE       0x00000008 /* the script gets the host's name in lower case */
#define WINHTTP_AUTOPROXY_ALLOW_AUTOCONFIG     0x00000100 /* the settings' script may answer */
#define WINHTTP_AUTOPROXY_ALLOW_STATIC         0x00000200 /* the settings' proxies may answer */
#define WINHTTP_AUTOPROXY_ALLOW_CM             0x00000400 /* the connection manager may answer */
#define WINHTTP_AUTOPROXY_USE_INTERFACE_CONFIG 0x00000800 /* the interface's settings */
#define WINHTTP_AUTOPROXY_RUN_INPROCESS        0x00010000 /* inside the process; always so here */
#define WINHTTP_AUTOPROXY_RUN_OUTPROCESS_ONLY  0x00020000 /* outside the process; ignored here */
#define WINHTTP_AUTOPROXY_NO_DIRECTACCESS      0x00040000 /* ignored */
#define WINHTTP_AUTOPROXY_NO_CACHE_CLIENT      0x00080000 /* the process's cache is left out */
#define WINHTTP_AUTOPROXY_NO_CACHE_SVC         0x00100000 /* the service's cache is left out */
#define WINHTTP_AUTOPROXY_SORT_RESULTS         0x00400000 /* the fastest proxy first */
#define WINHTTP_AUTO_DETECT_TYPE_DHCP          0x00000001 /* ask DHCP */
#define WINHTTP_AUTO_DETECT_TYPE_DNS_A         0x00000002 /* ask DNS */
#define WINHTTP_RESET_STATE                    0x00000001 /* forget what was found */
#define WINHTTP_RESET_SWPAD_CURRENT_NETWORK    0x00000002 /* forget that this network has no script */
#define WINHTTP_RESET_SWPAD_ALL                0x00000004 /* forget that of all networks */
#define WINHTTP_RESET_SCRIPT_CACHE             0x00000008 /* forget scripts */
#define WINHTTP_RESET_ALL                      0x0000FFFF /* all of these */
#define WINHTTP_RESET_NOTIFY_NETWORK_CHANGED   0x00010000 /* the network is another one now */
#define WINHTTP_RESET_OUT_OF_PROC              0x00020000 /* in the service; required */
#define WINHTTP_RESET_DISCARD_RESOLVERS        0x00040000 /* resolver handles forget too */
#define WINHTTP_PROXY_TYPE_DIRECT              0x00000001 /* no proxy */
#define WINHTTP_PROXY_TYPE_PROXY               0x00000002 /* named proxies */
#define WINHTTP_PROXY_TYPE_AUTO_PROXY_URL      0x00000004 /* a script's URL */
#define WINHTTP_PROXY_TYPE_AUTO_DETECT         0x00000008 /* look for a script */
/* WinHttpRegisterProxyChangeNotification: the settings changed. */
#define WINHTTP_PROXY_NOTIFY_CHANGE            0x00000001
#define NETWORKING_KEY_BUFSIZE                 128 /* bytes of a WINHTTP_PROXY_NETWORKING_KEY */

/* WebSockets. */
#define WINHTTP_WEB_SOCKET_MAX_CLOSE_REASON_LENGTH 123 /* the longest reason, in bytes */
#define WINHTTP_WEB_SOCKET_MIN_KEEPALIVE_VALUE     15000 /* the shortest keep-alive interval, in milliseconds */

/* Bits of WINHTTP_REQUEST_STATS.ullFlags. */
#define WINHTTP_REQUEST_STAT_FLAG_TCP_FAST_OPEN                0x00000001 /* TCP Fast Open was used */
#define WINHTTP_REQUEST_STAT_FLAG_TLS_SESSION_RESUMPTION       0x00000002 /* the TLS session was resumed */
#define WINHTTP_REQUEST_STAT_FLAG_TLS_FALSE_START              0x00000004 /* TLS False Start was used */
#define WINHTTP_REQUEST_STAT_FLAG_PROXY_TLS_SESSION_RESUMPTION 0x00000008 /* the proxy's TLS session was resumed */
#define WINHTTP_REQUEST_STAT_FLAG_PROXY_TLS_FALSE_START        0x00000010 /* TLS False Start was used with the proxy */
#define WINHTTP_REQUEST_STAT_FLAG_FIRST_REQUEST                0x00000020 /* the first request of its connection */

/* ---- Options ---- */

/* Options: time limits and handles. */
#define WINHTTP_FIRST_OPTION                    1 /* the smallest option number */
#define WINHTTP_OPTION_CALLBACK                 1 /* the status callback */
#define WINHTTP_OPTION_RESOLVE_TIMEOUT          2 /* DWORD ms: looking up a name; 0xFFFFFFFF is without limit */
#define WINHTTP_OPTION_CONNECT_TIMEOUT          3 /* DWORD ms: connecting to one address */
#define WINHTTP_OPTION_CONNECT_RETRIES          4 /* DWORD: how many addresses of a host are tried */
#define WINHTTP_OPTION_SEND_TIMEOUT             5 /* DWORD ms: one sending */
#define WINHTTP_OPTION_RECEIVE_TIMEOUT          6 /* DWORD ms: one receiving */
#define WINHTTP_OPTION_RECEIVE_RESPONSE_TIMEOUT 7 /* DWORD ms: all headers of a response */
#define WINHTTP_OPTION_HANDLE_TYPE              9 /* DWORD, read only: WINHTTP_HANDLE_TYPE_* */
#define WINHTTP_OPTION_READ_BUFFER_SIZE         12 /* DWORD: kept, without effect */
#define WINHTTP_OPTION_WRITE_BUFFER_SIZE        13 /* DWORD: kept, without effect */
#define WINHTTP_OPTION_PARENT_HANDLE            21 /* HINTERNET, read only: the handle that this one was made from */
#define WINHTTP_OPTION_EXTENDED_ERROR           24 /* DWORD, read only: the system's number behind the last error */
#define WINHTTP_OPTION_CONTEXT_VALUE            45 /* DWORD_PTR: what callbacks get as context */

/* Options: security. */
#define WINHTTP_OPTION_SECURITY_FLAGS 31 /* DWORD: SECURITY_FLAG_* */
#define WINHTTP_OPTION_SECURITY_CERTIFICATE_STRUCT 32 /* WINHTTP_CERTIFICATE_INFO, read only; LocalFree its strings */
#define WINHTTP_OPTION_SECURITY_KEY_BITNESS 36 /* DWORD, read only: bits of the cipher's key */
#define WINHTTP_OPTION_CLIENT_CERT_CONTEXT 47 /* CERT_CONTEXT, write only; NULL and 0 go on without a certificate */
#define WINHTTP_OPTION_SERVER_CERT_CONTEXT 78 /* PCCERT_CONTEXT, read only; CertFreeCertificateContext it */
#define WINHTTP_OPTION_ENABLE_FEATURE 79 /* DWORD, write only: WINHTTP_ENABLE_* */
#define WINHTTP_OPTION_SECURE_PROTOCOLS 84 /* DWORD, write only: WINHTTP_FLAG_SECURE_PROTOCOL_* */
#define WINHTTP_OPTION_CLIENT_CERT_ISSUER_LIST 94 /* SecPkgContext_IssuerListInfoEx *, read only; GlobalFree it */
#define WINHTTP_OPTION_SERVER_CBT 108 /* SecPkgContext_Bindings, read only: the channel binding */
#define WINHTTP_OPTION_DISABLE_SECURE_PROTOCOL_FALLBACK 144 /* BOOL: no second try with an older TLS */
#define WINHTTP_OPTION_SERVER_CERT_CHAIN_CONTEXT 147 /* PCCERT_CHAIN_CONTEXT, read only */
#define WINHTTP_OPTION_SECURITY_INFO 151 /* WINHTTP_SECURITY_INFO, read only */
#define WINHTTP_OPTION_TLS_FALSE_START 154 /* BOOL: a hint */
#define WINHTTP_OPTION_IGNORE_CERT_REVOCATION_OFFLINE 155 /* BOOL: an unreachable revocation server is no error */
#define WINHTTP_OPTION_TLS_PROTOCOL_INSECURE_FALLBACK 158 /* BOOL: TLS 1.0 may be tried */
#define WINHTTP_OPTION_SET_TOKEN_BINDING 166 /* not documented */
#define WINHTTP_OPTION_TOKEN_BINDING_PUBLIC_KEY 167 /* not documented */
#define WINHTTP_OPTION_REFERER_TOKEN_BINDING_HOSTNAME 168 /* not documented */
/* BOOL: the server's certificate is taken without building its chain. */
#define WINHTTP_OPTION_DISABLE_CERT_CHAIN_BUILDING 171
#define WINHTTP_OPTION_REVERT_IMPERSONATION_SERVER_CERT 194 /* BOOL: chains are built with the process's identity */
#define WINHTTP_OPTION_USE_SESSION_SCH_CRED 196 /* BOOL: one TLS credential for the whole session */

/* Options: requests and responses. */
#define WINHTTP_OPTION_URL 34 /* WCHAR string, read only: the resource's URL, after redirects the last one */
#define WINHTTP_OPTION_USER_AGENT 41 /* WCHAR string: the User-Agent header */
#define WINHTTP_OPTION_REQUEST_PRIORITY 58 /* DWORD: kept, without effect */
#define WINHTTP_OPTION_HTTP_VERSION 59 /* HTTP_VERSION_INFO: 1.0 or 1.1 */
#define WINHTTP_OPTION_DISABLE_FEATURE 63 /* DWORD, write only: WINHTTP_DISABLE_*; bits add up */
#define WINHTTP_OPTION_CODEPAGE 68 /* DWORD, write only: the code page of the query part */
#define WINHTTP_OPTION_REDIRECT_POLICY 88 /* DWORD: WINHTTP_OPTION_REDIRECT_POLICY_* */
#define WINHTTP_OPTION_MAX_HTTP_AUTOMATIC_REDIRECTS 89 /* DWORD: how many redirects are followed */
#define WINHTTP_OPTION_MAX_HTTP_STATUS_CONTINUE 90 /* DWORD: how many 1xx responses are taken */
#define WINHTTP_OPTION_MAX_RESPONSE_HEADER_SIZE 91 /* DWORD bytes: the largest header block */
/* DWORD bytes: how much of a body is thrown away to reuse the connection. */
#define WINHTTP_OPTION_MAX_RESPONSE_DRAIN_SIZE 92
#define WINHTTP_OPTION_REJECT_USERPWD_IN_URL 100 /* BOOL: user names in URLs are errors */
#define WINHTTP_OPTION_UNSAFE_HEADER_PARSING 110 /* BOOL: kept, without effect */
#define WINHTTP_OPTION_DECOMPRESSION 118 /* DWORD: WINHTTP_DECOMPRESSION_FLAG_* */
#define WINHTTP_OPTION_ENABLE_HTTP_PROTOCOL 133 /* DWORD: WINHTTP_PROTOCOL_FLAG_* */
/* DWORD, read only: WINHTTP_PROTOCOL_FLAG_* of the response, 0 for HTTP/1.1. */
#define WINHTTP_OPTION_HTTP_PROTOCOL_USED 134
#define WINHTTP_OPTION_ENCODE_EXTRA 138 /* BOOL: path and query are percent-encoded */
#define WINHTTP_OPTION_REQUEST_TIMES 142 /* WINHTTP_REQUEST_TIMES, read only */
#define WINHTTP_OPTION_HTTP_PROTOCOL_REQUIRED 145 /* BOOL: only the protocols enabled will do */
#define WINHTTP_OPTION_REQUEST_STATS 146 /* WINHTTP_REQUEST_STATS, read only */
#define WINHTTP_OPTION_STREAM_ERROR_CODE 159 /* DWORD, read only: the HTTP/2 stream's error */
#define WINHTTP_OPTION_REQUIRE_STREAM_END 160 /* BOOL: HTTP/2 bodies end with the stream */
#define WINHTTP_OPTION_ENABLE_HTTP2_PLUS_CLIENT_CERT 161 /* BOOL: HTTP/2 also with a client certificate */
#define WINHTTP_OPTION_HTTP2_PLUS_TRANSFER_ENCODING 169 /* BOOL: Transfer-Encoding is taken in HTTP/2 */
#define WINHTTP_OPTION_HTTP2_RECEIVE_WINDOW 183 /* WINHTTP_HTTP2_RECEIVE_WINDOW */
#define WINHTTP_OPTION_FEATURE_SUPPORTED 184 /* DWORD in: WINHTTP_FEATURE_*; fails if not supported */
#define WINHTTP_OPTION_HTTP3_STREAM_ERROR_CODE 191 /* DWORD, read only: the HTTP/3 stream's error */
#define WINHTTP_OPTION_REQUEST_ANNOTATION 192 /* WCHAR string: the program's own label of a request */
#define WINHTTP_OPTION_REQUEST_ANNOTATION_MAX_LENGTH 64000 /* the longest annotation, in characters */

/* Options: connections. */
#define WINHTTP_OPTION_MAX_CONNS_PER_SERVER           73 /* DWORD: connections to one server at a time */
#define WINHTTP_OPTION_MAX_CONNS_PER_1_0_SERVER       74 /* DWORD: the same for servers that speak HTTP/1.0 */
#define WINHTTP_OPTION_WORKER_THREAD_COUNT            80 /* DWORD: worker threads of the process */
#define WINHTTP_OPTION_ENABLETRACING                  85 /* BOOL: tracing */
#define WINHTTP_OPTION_CONNECTION_INFO                93 /* WINHTTP_CONNECTION_INFO, read only */
#define WINHTTP_OPTION_UNLOAD_NOTIFY_EVENT            99 /* HANDLE: an event, set after the session's last callback */
#define WINHTTP_OPTION_NETWORK_INTERFACE_AFFINITY     105 /* DWORD: the interface to use */
#define WINHTTP_OPTION_ASSURED_NON_BLOCKING_CALLBACKS 111 /* BOOL: the program's callbacks never block */
#define WINHTTP_OPTION_TCP_PRIORITY_HINT              128 /* DWORD: a hint */
#define WINHTTP_OPTION_CONNECTION_FILTER              131 /* not documented */
/* BOOL: a new connection rather than waiting for an HTTP/2 stream. */
#define WINHTTP_OPTION_DISABLE_STREAM_QUEUE           139
#define WINHTTP_OPTION_IPV6_FAST_FALLBACK             140 /* BOOL: IPv4 is tried soon when IPv6 does not answer */
#define WINHTTP_OPTION_CONNECTION_STATS_V0            141 /* TCP_INFO_v0, read only */
#define WINHTTP_OPTION_EXPIRE_CONNECTION              143 /* no value: the request's connection is not used again */
#define WINHTTP_OPTION_CONNECTION_STATS_V1            150 /* TCP_INFO_v1, read only */
#define WINHTTP_OPTION_TCP_KEEPALIVE                  152 /* struct tcp_keepalive */
#define WINHTTP_OPTION_TCP_FAST_OPEN                  153 /* BOOL: a hint */
#define WINHTTP_OPTION_FAILED_CONNECTION_RETRIES      162 /* WINHTTP_FAILED_CONNECTION_RETRIES */
#define WINHTTP_OPTION_HTTP2_KEEPALIVE                164 /* DWORD ms, at least 5000: PING on idle connections */
/* WCHAR string: the name to look up in place of the server's. */
#define WINHTTP_OPTION_RESOLUTION_HOSTNAME            165
#define WINHTTP_OPTION_RESOLVER_CACHE_CONFIG          170 /* WINHTTP_RESOLVER_CACHE_CONFIG */
#define WINHTTP_OPTION_BACKGROUND_CONNECTIONS         172 /* DWORD: connections that the first request opens */
#define WINHTTP_OPTION_FIRST_AVAILABLE_CONNECTION     173 /* BOOL: the first connection that is free will do */
#define WINHTTP_OPTION_TCP_PRIORITY_STATUS            177 /* DWORD, read only: the state of the hint */
#define WINHTTP_OPTION_CONNECTION_GUID                178 /* GUID: the connection's label */
#define WINHTTP_OPTION_MATCH_CONNECTION_GUID          179 /* WINHTTP_MATCH_CONNECTION_GUID */
#define WINHTTP_OPTION_QUIC_STATS                     185 /* QUIC_STATISTICS, read only */
#define WINHTTP_OPTION_HTTP3_KEEPALIVE                188 /* DWORD ms: keep-alives of HTTP/3 */
#define WINHTTP_OPTION_HTTP3_HANDSHAKE_TIMEOUT        189 /* DWORD ms: the handshake of HTTP/3 */
#define WINHTTP_OPTION_HTTP3_INITIAL_RTT              190 /* DWORD ms: the first guess of HTTP/3 */
#define WINHTTP_OPTION_DISABLE_GLOBAL_POOLING         195 /* BOOL: connections are shared with no other session */

/* Options: proxies and credentials. */
#define WINHTTP_OPTION_PROXY 38 /* WINHTTP_PROXY_INFO; GlobalFree its strings */
#define WINHTTP_OPTION_PROXY_RESULT_ENTRY 39 /* WINHTTP_PROXY_RESULT_ENTRY: one entry of a lookup, to be used */
#define WINHTTP_OPTION_AUTOLOGON_POLICY 77 /* DWORD: WINHTTP_AUTOLOGON_SECURITY_LEVEL_* */
#define WINHTTP_OPTION_PASSPORT_COBRANDING_TEXT 81 /* obsolete */
#define WINHTTP_OPTION_PASSPORT_COBRANDING_URL 82 /* obsolete */
#define WINHTTP_OPTION_CONFIGURE_PASSPORT_AUTH 83 /* obsolete */
#define WINHTTP_OPTION_PASSPORT_SIGN_OUT 86 /* obsolete */
#define WINHTTP_OPTION_PASSPORT_RETURN_URL 87 /* obsolete */
#define WINHTTP_OPTION_SPN 96 /* DWORD: WINHTTP_ENABLE_SPN_SERVER_PORT or 0 */
#define WINHTTP_OPTION_SPN_MASK 1 /* the bits of WINHTTP_OPTION_SPN */
#define WINHTTP_OPTION_GLOBAL_PROXY_CREDS 97 /* WINHTTP_CREDS or WINHTTP_CREDS_EX; needs a policy of the machine */
#define WINHTTP_OPTION_GLOBAL_SERVER_CREDS 98 /* WINHTTP_CREDS_EX; needs a policy of the machine */
#define WINHTTP_OPTION_USE_GLOBAL_SERVER_CREDENTIALS 101 /* BOOL: those credentials are used */
/* BOOL: a proxy's refusal of CONNECT is given as the response. */
#define WINHTTP_OPTION_RECEIVE_PROXY_CONNECT_RESPONSE 103
#define WINHTTP_OPTION_IS_PROXY_CONNECT_RESPONSE 104 /* BOOL, read only: the response is such a refusal */
#define WINHTTP_OPTION_SERVER_SPN_USED 106 /* WCHAR string, read only */
#define WINHTTP_OPTION_PROXY_SPN_USED 107 /* WCHAR string, read only */
#define WINHTTP_OPTION_KDC_PROXY_SETTINGS 136 /* Kerberos through a proxy */
#define WINHTTP_OPTION_PROXY_DISABLE_SERVICE_CALLS 137 /* BOOL: proxies are found inside the process */
#define WINHTTP_OPTION_DISABLE_PROXY_AUTH_SCHEMES 193 /* DWORD: WINHTTP_PROXY_DISABLE_* */
#define WINHTTP_OPTION_USERNAME 4096 /* WCHAR string: the user's name at the server */
#define WINHTTP_OPTION_PASSWORD 4097 /* WCHAR string: the password at the server */
#define WINHTTP_OPTION_PROXY_USERNAME 4098 /* WCHAR string: the user's name at the proxy */
#define WINHTTP_OPTION_PROXY_PASSWORD 4099 /* WCHAR string: the password at the proxy */

/* Options: WebSockets. */
#define WINHTTP_OPTION_UPGRADE_TO_WEB_SOCKET          114 /* no value: the request is a WebSocket handshake */
#define WINHTTP_OPTION_WEB_SOCKET_CLOSE_TIMEOUT       115 /* DWORD ms: how long Close waits for the peer */
#define WINHTTP_OPTION_WEB_SOCKET_KEEPALIVE_INTERVAL  116 /* DWORD ms, at least 15000: between unasked pongs */
#define WINHTTP_OPTION_WEB_SOCKET_RECEIVE_BUFFER_SIZE 122 /* DWORD bytes; before the upgrade */
#define WINHTTP_OPTION_WEB_SOCKET_SEND_BUFFER_SIZE    123 /* DWORD bytes; before the upgrade */
#define WINHTTP_LAST_OPTION                           196 /* the largest option number but for names and passwords */

/* Values of options. */
#define WINHTTP_CONNS_PER_SERVER_UNLIMITED 0xFFFFFFFF /* as many connections as there are requests */
#define WINHTTP_AUTOLOGON_SECURITY_LEVEL_MEDIUM 0 /* the logged-on user's credentials go to the intranet */
#define WINHTTP_AUTOLOGON_SECURITY_LEVEL_LOW 1 /* they go everywhere */
#define WINHTTP_AUTOLOGON_SECURITY_LEVEL_HIGH 2 /* they go nowhere */
#define WINHTTP_AUTOLOGON_SECURITY_LEVEL_PROXY_ONLY 3 /* they go to proxies */
#define WINHTTP_AUTOLOGON_SECURITY_LEVEL_DEFAULT 0 /* MEDIUM */
#define WINHTTP_AUTOLOGON_SECURITY_LEVEL_MAX 3 /* the largest level */
#define WINHTTP_OPTION_REDIRECT_POLICY_NEVER 0 /* redirects are given to the program */
#define WINHTTP_OPTION_REDIRECT_POLICY_DISALLOW_HTTPS_TO_HTTP 1 /* followed, but not from https to http */
#define WINHTTP_OPTION_REDIRECT_POLICY_ALWAYS 2 /* always followed */
#define WINHTTP_OPTION_REDIRECT_POLICY_LAST 2 /* the largest policy */
#define WINHTTP_OPTION_REDIRECT_POLICY_DEFAULT 1 /* DISALLOW_HTTPS_TO_HTTP */
#define WINHTTP_DISABLE_COOKIES 0x00000001 /* no cookies are added or kept */
#define WINHTTP_DISABLE_REDIRECTS 0x00000002 /* no redirects are followed */
#define WINHTTP_DISABLE_AUTHENTICATION 0x00000004 /* nothing is authenticated */
#define WINHTTP_DISABLE_KEEP_ALIVE 0x00000008 /* the connection is not used again */
#define WINHTTP_ENABLE_SSL_REVOCATION 0x00000001 /* revocation is checked; on requests */
#define WINHTTP_ENABLE_SSL_REVERT_IMPERSONATION 0x00000002 /* TLS uses the process's identity; on sessions */
#define WINHTTP_DISABLE_SPN_SERVER_PORT 0 /* no port in service names */
#define WINHTTP_ENABLE_SPN_SERVER_PORT 1 /* the port in service names */
#define WINHTTP_DISABLE_PASSPORT_AUTH 0x00000000 /* obsolete */
#define WINHTTP_ENABLE_PASSPORT_AUTH 0x10000000 /* obsolete */
#define WINHTTP_DISABLE_PASSPORT_KEYRING 0x20000000 /* obsolete */
#define WINHTTP_ENABLE_PASSPORT_KEYRING 0x40000000 /* obsolete */
#define WINHTTP_DECOMPRESSION_FLAG_GZIP 0x00000001 /* gzip */
#define WINHTTP_DECOMPRESSION_FLAG_DEFLATE 0x00000002 /* deflate */
#define WINHTTP_DECOMPRESSION_FLAG_ALL 0x00000003 /* both */
#define WINHTTP_PROTOCOL_FLAG_HTTP2 0x1 /* HTTP/2 */
#define WINHTTP_PROTOCOL_FLAG_HTTP3 0x2 /* HTTP/3 */
#define WINHTTP_PROTOCOL_MASK 0x3 /* both */
#define WINHTTP_CONNECTION_RETRY_CONDITION_408 0x1 /* after a response 408 */
#define WINHTTP_CONNECTION_RETRY_CONDITION_SSL_HANDSHAKE 0x2 /* after a failed TLS handshake */
#define WINHTTP_CONNECTION_RETRY_CONDITION_STALE_CONNECTION 0x4 /* after a kept connection turned out closed */
#define WINHTTP_MATCH_CONNECTION_GUID_FLAG_REQUIRE_MARKED_CONNECTION 0x1 /* only connections that have the label */
#define WINHTTP_MATCH_CONNECTION_GUID_FLAGS_MASK 0x1 /* the bits that there are */
#define WINHTTP_RESOLVER_CACHE_CONFIG_FLAG_SOFT_LIMIT 0x1 /* the limit of entries may be exceeded */
#define WINHTTP_RESOLVER_CACHE_CONFIG_FLAG_BYPASS_CACHE 0x2 /* names are looked up each time */
#define WINHTTP_RESOLVER_CACHE_CONFIG_FLAG_USE_DNS_TTL 0x4 /* entries live as long as DNS says */
#define WINHTTP_RESOLVER_CACHE_CONFIG_FLAG_CONN_USE_TTL 0x8 /* connections live as long as DNS says */
#define WINHTTP_PROXY_DISABLE_SCHEME_BASIC 0x00000001 /* no Basic at proxies */
#define WINHTTP_PROXY_DISABLE_SCHEME_DIGEST 0x00000002 /* no Digest at proxies */
#define WINHTTP_PROXY_DISABLE_SCHEME_NTLM 0x00000004 /* no NTLM at proxies */
#define WINHTTP_PROXY_DISABLE_SCHEME_KERBEROS 0x00000008 /* no Kerberos at proxies */
#define WINHTTP_PROXY_DISABLE_SCHEME_NEGOTIATE 0x00000010 /* no Negotiate at proxies */
#define WINHTTP_PROXY_DISABLE_AUTH_LOCAL_SERVICE 0x00000100 /* no credentials of local services at proxies */
#define WINHTTP_HANDLE_TYPE_SESSION 1 /* from WinHttpOpen */
#define WINHTTP_HANDLE_TYPE_CONNECT 2 /* from WinHttpConnect */
#define WINHTTP_HANDLE_TYPE_REQUEST 3 /* from WinHttpOpenRequest */
#define WINHTTP_HANDLE_TYPE_PROXY_RESOLVER 4 /* from WinHttpCreateProxyResolver */
#define WINHTTP_HANDLE_TYPE_WEBSOCKET 5 /* from WinHttpWebSocketCompleteUpgrade */

/* Numbers of features, for WINHTTP_OPTION_FEATURE_SUPPORTED. */
#define WINHTTP_FEATURE_DISABLE_STREAM_QUEUE 1
#define WINHTTP_FEATURE_IPV6_FAST_FALLBACK 2
#define WINHTTP_FEATURE_CONNECTION_STATS_V0 3
#define WINHTTP_FEATURE_REQUEST_TIMES 4
#define WINHTTP_FEATURE_EXPIRE_CONNECTION 5
#define WINHTTP_FEATURE_DISABLE_SECURE_PROTOCOL_FALLBACK 6
#define WINHTTP_FEATURE_HTTP_PROTOCOL_REQUIRED 7
#define WINHTTP_FEATURE_REQUEST_STATS 8
#define WINHTTP_FEATURE_SERVER_CERT_CHAIN_CONTEXT 9
#define WINHTTP_FEATURE_CONNECTION_STATS_V1 12
#define WINHTTP_FEATURE_SECURITY_INFO 13
#define WINHTTP_FEATURE_TCP_KEEPALIVE 14
#define WINHTTP_FEATURE_TCP_FAST_OPEN 15
#define WINHTTP_FEATURE_TLS_FALSE_START 16
#define WINHTTP_FEATURE_IGNORE_CERT_REVOCATION_OFFLINE 17
#define WINHTTP_FEATURE_TLS_PROTOCOL_INSECURE_FALLBACK 20
#define WINHTTP_FEATURE_STREAM_ERROR_CODE 21
#define WINHTTP_FEATURE_REQUIRE_STREAM_END 22
#define WINHTTP_FEATURE_ENABLE_HTTP2_PLUS_CLIENT_CERT 23
#define WINHTTP_FEATURE_FAILED_CONNECTION_RETRIES 24
#define WINHTTP_FEATURE_HTTP2_KEEPALIVE 26
#define WINHTTP_FEATURE_RESOLUTION_HOSTNAME 27
#define WINHTTP_FEATURE_SET_TOKEN_BINDING 28
#define WINHTTP_FEATURE_TOKEN_BINDING_PUBLIC_KEY 29
#define WINHTTP_FEATURE_REFERER_TOKEN_BINDING_HOSTNAME 30
#define WINHTTP_FEATURE_HTTP2_PLUS_TRANSFER_ENCODING 31
#define WINHTTP_FEATURE_RESOLVER_CACHE_CONFIG 32
#define WINHTTP_FEATURE_DISABLE_CERT_CHAIN_BUILDING 33
#define WINHTTP_FEATURE_BACKGROUND_CONNECTIONS 34
#define WINHTTP_FEATURE_FIRST_AVAILABLE_CONNECTION 35
#define WINHTTP_FEATURE_TCP_PRIORITY_STATUS 37
#define WINHTTP_FEATURE_CONNECTION_GUID 38
#define WINHTTP_FEATURE_MATCH_CONNECTION_GUID 39
#define WINHTTP_FEATURE_HTTP2_RECEIVE_WINDOW 43
#define WINHTTP_FEATURE_IS_FEATURE_SUPPORTED 44
#define WINHTTP_FEATURE_ADD_REQUEST_HEADERS_EX 46 /* WinHttpAddRequestHeadersEx */
#define WINHTTP_FEATURE_SET_PROXY_SETTINGS_PER_USER 47 /* WinHttpSetProxySettingsPerUser */
#define WINHTTP_FEATURE_READ_DATA_EX 48 /* WinHttpReadDataEx */
#define WINHTTP_FEATURE_QUERY_HEADERS_EX 49 /* WinHttpQueryHeadersEx */
#define WINHTTP_FEATURE_QUERY_CONNECTION_GROUP 50 /* WinHttpQueryConnectionGroup */
#define WINHTTP_FEATURE_FREE_QUERY_CONNECTION_GROUP_RESULT 51 /* WinHttpFreeQueryConnectionGroupResult */
#define WINHTTP_FEATURE_SECURITY_FLAG_IGNORE_ALL_CERT_ERRORS 52 /* SECURITY_FLAG_IGNORE_ALL_CERT_ERRORS */
#define WINHTTP_FEATURE_FLAG_SECURE_DEFAULTS 53 /* WINHTTP_FLAG_SECURE_DEFAULTS */
#define WINHTTP_FEATURE_EXTENDED_HEADER_FLAG_UNICODE 54 /* WINHTTP_EXTENDED_HEADER_FLAG_UNICODE */
#define WINHTTP_FEATURE_QUERY_FLAG_TRAILERS 55 /* WINHTTP_QUERY_FLAG_TRAILERS */
#define WINHTTP_FEATURE_QUERY_FLAG_WIRE_ENCODING 56 /* WINHTTP_QUERY_FLAG_WIRE_ENCODING */
#define WINHTTP_FEATURE_RESOLVER_CACHE_CONFIG_FLAG_SOFT_LIMIT 57 /* WINHTTP_RESOLVER_CACHE_CONFIG_FLAG_SOFT_LIMIT */
#define WINHTTP_FEATURE_RESOLVER_CACHE_CONFIG_FLAG_BYPASS_CACHE 58 /* WINHTTP_RESOLVER_CACHE_CONFIG_FLAG_BYPASS_CACHE */
#define WINHTTP_FEATURE_FLAG_AUTOMATIC_CHUNKING 59 /* WINHTTP_FLAG_AUTOMATIC_CHUNKING */
#define WINHTTP_FEATURE_QUERY_CONNECTION_GROUP_FLAG_INSECURE 60 /* WINHTTP_QUERY_CONNECTION_GROUP_FLAG_INSECURE */
/* WINHTTP_MATCH_CONNECTION_GUID_FLAG_REQUIRE_MARKED_CONNECTION. */
#define WINHTTP_FEATURE_MATCH_CONNECTION_GUID_FLAG_REQUIRE_MARKED_CONNECTION 61
#define WINHTTP_FEATURE_QUERY_EX_ALL_HEADERS 62 /* WINHTTP_QUERY_EX_ALL_HEADERS */
#define WINHTTP_FEATURE_READ_DATA_EX_FLAG_FILL_BUFFER 63 /* WINHTTP_READ_DATA_EX_FLAG_FILL_BUFFER */
#define WINHTTP_FEATURE_RESOLVER_CACHE_CONFIG_FLAG_USE_DNS_TTL 64 /* WINHTTP_RESOLVER_CACHE_CONFIG_FLAG_USE_DNS_TTL */
#define WINHTTP_FEATURE_RESOLVER_CACHE_CONFIG_FLAG_CONN_USE_TTL 65 /* WINHTTP_RESOLVER_CACHE_CONFIG_FLAG_CONN_USE_TTL */
#define WINHTTP_FEATURE_QUIC_STATS 66
#define WINHTTP_FEATURE_HTTP3_KEEPALIVE 69
#define WINHTTP_FEATURE_HTTP3_HANDSHAKE_TIMEOUT 70
#define WINHTTP_FEATURE_HTTP3_INITIAL_RTT 71
#define WINHTTP_FEATURE_HTTP3_STREAM_ERROR_CODE 72
#define WINHTTP_FEATURE_REQUEST_ANNOTATION 73
#define WINHTTP_FEATURE_DISABLE_PROXY_AUTH_SCHEMES 74
#define WINHTTP_FEATURE_REVERT_IMPERSONATION_SERVER_CERT 75
/* The same as SET_PROXY_SETTINGS_PER_USER, as some headers spell it. */
#define WINHTTP_FEATURE_SET_PROXY_SETINGS_PER_USER 47

/* ---- Headers ---- */

/* Levels of WinHttpQueryHeaders: which header. */
#define WINHTTP_QUERY_MIME_VERSION              0 /* Mime-Version */
#define WINHTTP_QUERY_CONTENT_TYPE              1 /* Content-Type */
#define WINHTTP_QUERY_CONTENT_TRANSFER_ENCODING 2 /* Content-Transfer-Encoding */
#define WINHTTP_QUERY_CONTENT_ID                3 /* Content-Id */
#define WINHTTP_QUERY_CONTENT_DESCRIPTION       4 /* Content-Description */
#define WINHTTP_QUERY_CONTENT_LENGTH            5 /* Content-Length */
#define WINHTTP_QUERY_CONTENT_LANGUAGE          6 /* Content-Language */
#define WINHTTP_QUERY_ALLOW                     7 /* Allow */
#define WINHTTP_QUERY_PUBLIC                    8 /* Public */
#define WINHTTP_QUERY_DATE                      9 /* Date */
#define WINHTTP_QUERY_EXPIRES                   10 /* Expires */
#define WINHTTP_QUERY_LAST_MODIFIED             11 /* Last-Modified */
#define WINHTTP_QUERY_MESSAGE_ID                12 /* Message-Id */
#define WINHTTP_QUERY_URI                       13 /* URI */
#define WINHTTP_QUERY_DERIVED_FROM              14 /* Derived-From */
#define WINHTTP_QUERY_COST                      15 /* Cost */
#define WINHTTP_QUERY_LINK                      16 /* Link */
#define WINHTTP_QUERY_PRAGMA                    17 /* Pragma */
#define WINHTTP_QUERY_VERSION                   18 /* The version of the status line, as HTTP/1.1 */
#define WINHTTP_QUERY_STATUS_CODE               19 /* The status code, as text or number */
#define WINHTTP_QUERY_STATUS_TEXT               20 /* The reason phrase */
#define WINHTTP_QUERY_RAW_HEADERS               21 /* The whole block, NUL after each line */
#define WINHTTP_QUERY_RAW_HEADERS_CRLF          22 /* The whole block, CRLF after each line */
#define WINHTTP_QUERY_CONNECTION                23 /* Connection */
#define WINHTTP_QUERY_ACCEPT                    24 /* Accept */
#define WINHTTP_QUERY_ACCEPT_CHARSET            25 /* Accept-Charset */
#define WINHTTP_QUERY_ACCEPT_ENCODING           26 /* Accept-Encoding */
#define WINHTTP_QUERY_ACCEPT_LANGUAGE           27 /* Accept-Language */
#define WINHTTP_QUERY_AUTHORIZATION             28 /* Authorization */
#define WINHTTP_QUERY_CONTENT_ENCODING          29 /* Content-Encoding */
#define WINHTTP_QUERY_FORWARDED                 30 /* Forwarded */
#define WINHTTP_QUERY_FROM                      31 /* From */
#define WINHTTP_QUERY_IF_MODIFIED_SINCE         32 /* If-Modified-Since */
#define WINHTTP_QUERY_LOCATION                  33 /* Location */
#define WINHTTP_QUERY_ORIG_URI                  34 /* Orig-Uri */
#define WINHTTP_QUERY_REFERER                   35 /* Referer */
#define WINHTTP_QUERY_RETRY_AFTER               36 /* Retry-After */
#define WINHTTP_QUERY_SERVER                    37 /* Server */
#define WINHTTP_QUERY_TITLE                     38 /* Title */
#define WINHTTP_QUERY_USER_AGENT                39 /* User-Agent */
#define WINHTTP_QUERY_WWW_AUTHENTICATE          40 /* WWW-Authenticate */
#define WINHTTP_QUERY_PROXY_AUTHENTICATE        41 /* Proxy-Authenticate */
#define WINHTTP_QUERY_ACCEPT_RANGES             42 /* Accept-Ranges */
#define WINHTTP_QUERY_SET_COOKIE                43 /* Set-Cookie */
#define WINHTTP_QUERY_COOKIE                    44 /* Cookie */
#define WINHTTP_QUERY_REQUEST_METHOD            45 /* The request's verb */
#define WINHTTP_QUERY_REFRESH                   46 /* Refresh */
#define WINHTTP_QUERY_CONTENT_DISPOSITION       47 /* Content-Disposition */
#define WINHTTP_QUERY_AGE                       48 /* Age */
#define WINHTTP_QUERY_CACHE_CONTROL             49 /* Cache-Control */
#define WINHTTP_QUERY_CONTENT_BASE              50 /* Content-Base */
#define WINHTTP_QUERY_CONTENT_LOCATION          51 /* Content-Location */
#define WINHTTP_QUERY_CONTENT_MD5               52 /* Content-MD5 */
#define WINHTTP_QUERY_CONTENT_RANGE             53 /* Content-Range */
#define WINHTTP_QUERY_ETAG                      54 /* ETag */
#define WINHTTP_QUERY_HOST                      55 /* Host */
#define WINHTTP_QUERY_IF_MATCH                  56 /* If-Match */
#define WINHTTP_QUERY_IF_NONE_MATCH             57 /* If-None-Match */
#define WINHTTP_QUERY_IF_RANGE                  58 /* If-Range */
#define WINHTTP_QUERY_IF_UNMODIFIED_SINCE       59 /* If-Unmodified-Since */
#define WINHTTP_QUERY_MAX_FORWARDS              60 /* Max-Forwards */
#define WINHTTP_QUERY_PROXY_AUTHORIZATION       61 /* Proxy-Authorization */
#define WINHTTP_QUERY_RANGE                     62 /* Range */
#define WINHTTP_QUERY_TRANSFER_ENCODING         63 /* Transfer-Encoding */
#define WINHTTP_QUERY_UPGRADE                   64 /* Upgrade */
#define WINHTTP_QUERY_VARY                      65 /* Vary */
#define WINHTTP_QUERY_VIA                       66 /* Via */
#define WINHTTP_QUERY_WARNING                   67 /* Warning */
#define WINHTTP_QUERY_EXPECT                    68 /* Expect */
#define WINHTTP_QUERY_PROXY_CONNECTION          69 /* Proxy-Connection */
#define WINHTTP_QUERY_UNLESS_MODIFIED_SINCE     70 /* Unless-Modified-Since */
#define WINHTTP_QUERY_PROXY_SUPPORT             75 /* Proxy-Support */
#define WINHTTP_QUERY_AUTHENTICATION_INFO       76 /* Authentication-Info */
#define WINHTTP_QUERY_PASSPORT_URLS             77 /* PassportURLs */
#define WINHTTP_QUERY_PASSPORT_CONFIG           78 /* PassportConfig */
#define WINHTTP_QUERY_MAX                       78 /* The largest level but for CUSTOM */
#define WINHTTP_QUERY_EX_ALL_HEADERS            21 /* WinHttpQueryHeadersEx: all headers */
#define WINHTTP_QUERY_CUSTOM                    65535 /* The header that the name argument names */

/* Modifiers of levels: where to look and what to give. */
#define WINHTTP_QUERY_FLAG_REQUEST_HEADERS 0x80000000 /* look in the request */
#define WINHTTP_QUERY_FLAG_SYSTEMTIME      0x40000000 /* give a SYSTEMTIME */
#define WINHTTP_QUERY_FLAG_NUMBER          0x20000000 /* give a DWORD */
#define WINHTTP_QUERY_FLAG_NUMBER64        0x08000000 /* give a ULONGLONG */
#define WINHTTP_QUERY_FLAG_TRAILERS        0x02000000 /* look in the response's trailers */
#define WINHTTP_QUERY_FLAG_WIRE_ENCODING   0x01000000 /* give the bytes as they came */

/* ---- Callbacks and status codes ---- */

/* What a status callback is told. */
#define WINHTTP_CALLBACK_STATUS_RESOLVING_NAME 0x00000001 /* a name is looked up; information: the name (WCHAR) */
#define WINHTTP_CALLBACK_STATUS_NAME_RESOLVED 0x00000002 /* it was found; information: the address as text (WCHAR) */
#define WINHTTP_CALLBACK_STATUS_CONNECTING_TO_SERVER 0x00000004 /* information: the address as text (WCHAR) */
#define WINHTTP_CALLBACK_STATUS_CONNECTED_TO_SERVER 0x00000008 /* information: the address as text (WCHAR) */
#define WINHTTP_CALLBACK_STATUS_SENDING_REQUEST 0x00000010 /* nothing was sent yet */
#define WINHTTP_CALLBACK_STATUS_REQUEST_SENT 0x00000020 /* information: DWORD, the bytes sent */
#define WINHTTP_CALLBACK_STATUS_RECEIVING_RESPONSE 0x00000040 /* the response is awaited */
#define WINHTTP_CALLBACK_STATUS_RESPONSE_RECEIVED 0x00000080 /* information: DWORD, the bytes received */
#define WINHTTP_CALLBACK_STATUS_CLOSING_CONNECTION 0x00000100 /* the connection is being closed */
#define WINHTTP_CALLBACK_STATUS_CONNECTION_CLOSED 0x00000200 /* it is closed */
#define WINHTTP_CALLBACK_STATUS_HANDLE_CREATED 0x00000400 /* information: HINTERNET, the new handle */
/* The last notification of a handle; information: HINTERNET. */
#define WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING 0x00000800
#define WINHTTP_CALLBACK_STATUS_DETECTING_PROXY 0x00001000 /* a proxy script is looked for */
#define WINHTTP_CALLBACK_STATUS_REDIRECT 0x00004000 /* information: the new URL (WCHAR) */
#define WINHTTP_CALLBACK_STATUS_INTERMEDIATE_RESPONSE 0x00008000 /* information: DWORD, the status code 1xx */
#define WINHTTP_CALLBACK_STATUS_SECURE_FAILURE 0x00010000 /* information: DWORD, the reasons (FLAG_* below) */
#define WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE 0x00020000 /* WinHttpReceiveResponse ended well */
/* WinHttpQueryDataAvailable ended well; information: DWORD bytes. */
#define WINHTTP_CALLBACK_STATUS_DATA_AVAILABLE 0x00040000
/* WinHttpReadData ended well; information: the buffer, with its bytes as length. */
#define WINHTTP_CALLBACK_STATUS_READ_COMPLETE 0x00080000
#define WINHTTP_CALLBACK_STATUS_WRITE_COMPLETE 0x00100000 /* WinHttpWriteData ended well; information: DWORD bytes */
#define WINHTTP_CALLBACK_STATUS_REQUEST_ERROR 0x00200000 /* an operation failed; information: WINHTTP_ASYNC_RESULT */
#define WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE 0x00400000 /* WinHttpSendRequest ended well */
#define WINHTTP_CALLBACK_STATUS_GETPROXYFORURL_COMPLETE 0x01000000 /* WinHttpGetProxyForUrlEx ended well */
#define WINHTTP_CALLBACK_STATUS_CLOSE_COMPLETE 0x02000000 /* WinHttpWebSocketClose ended well */
#define WINHTTP_CALLBACK_STATUS_SHUTDOWN_COMPLETE 0x04000000 /* WinHttpWebSocketShutdown ended well */
#define WINHTTP_CALLBACK_STATUS_GETPROXYSETTINGS_COMPLETE 0x08000000 /* WinHttpGetProxySettingsEx ended well */
#define WINHTTP_CALLBACK_STATUS_SETTINGS_WRITE_COMPLETE 0x10000000 /* of system components */
#define WINHTTP_CALLBACK_STATUS_SETTINGS_READ_COMPLETE 0x20000000 /* of system components */

/* Reasons of SECURE_FAILURE. */
#define WINHTTP_CALLBACK_STATUS_FLAG_CERT_REV_FAILED        0x00000001 /* revocation could not be checked */
/* The certificate is malformed or its signature wrong. */
#define WINHTTP_CALLBACK_STATUS_FLAG_INVALID_CERT           0x00000002
#define WINHTTP_CALLBACK_STATUS_FLAG_CERT_REVOKED           0x00000004 /* it is revoked */
#define WINHTTP_CALLBACK_STATUS_FLAG_INVALID_CA             0x00000008 /* its issuer is not trusted */
#define WINHTTP_CALLBACK_STATUS_FLAG_CERT_CN_INVALID        0x00000010 /* it is another host's */
#define WINHTTP_CALLBACK_STATUS_FLAG_CERT_DATE_INVALID      0x00000020 /* it is not valid yet, or no longer */
#define WINHTTP_CALLBACK_STATUS_FLAG_CERT_WRONG_USAGE       0x00000040 /* it is not for servers */
#define WINHTTP_CALLBACK_STATUS_FLAG_SECURITY_CHANNEL_ERROR 0x80000000 /* TLS itself failed */

/* What WinHttpSetStatusCallback asks for. */
#define WINHTTP_CALLBACK_FLAG_RESOLVE_NAME              0x00000003 /* RESOLVING_NAME and NAME_RESOLVED */
#define WINHTTP_CALLBACK_FLAG_CONNECT_TO_SERVER         0x0000000C /* CONNECTING_TO_SERVER and CONNECTED_TO_SERVER */
#define WINHTTP_CALLBACK_FLAG_SEND_REQUEST              0x00000030 /* SENDING_REQUEST and REQUEST_SENT */
#define WINHTTP_CALLBACK_FLAG_RECEIVE_RESPONSE          0x000000C0 /* RECEIVING_RESPONSE and RESPONSE_RECEIVED */
#define WINHTTP_CALLBACK_FLAG_CLOSE_CONNECTION          0x00000300 /* CLOSING_CONNECTION and CONNECTION_CLOSED */
#define WINHTTP_CALLBACK_FLAG_HANDLES                   0x00000C00 /* HANDLE_CREATED and HANDLE_CLOSING */
#define WINHTTP_CALLBACK_FLAG_DETECTING_PROXY           0x00001000 /* DETECTING_PROXY */
#define WINHTTP_CALLBACK_FLAG_REDIRECT                  0x00004000 /* REDIRECT */
#define WINHTTP_CALLBACK_FLAG_INTERMEDIATE_RESPONSE     0x00008000 /* INTERMEDIATE_RESPONSE */
#define WINHTTP_CALLBACK_FLAG_SECURE_FAILURE            0x00010000 /* SECURE_FAILURE */
#define WINHTTP_CALLBACK_FLAG_SENDREQUEST_COMPLETE      0x00400000 /* SENDREQUEST_COMPLETE */
#define WINHTTP_CALLBACK_FLAG_HEADERS_AVAILABLE         0x00020000 /* HEADERS_AVAILABLE */
#define WINHTTP_CALLBACK_FLAG_DATA_AVAILABLE            0x00040000 /* DATA_AVAILABLE */
#define WINHTTP_CALLBACK_FLAG_READ_COMPLETE             0x00080000 /* READ_COMPLETE */
#define WINHTTP_CALLBACK_FLAG_WRITE_COMPLETE            0x00100000 /* WRITE_COMPLETE */
#define WINHTTP_CALLBACK_FLAG_REQUEST_ERROR             0x00200000 /* REQUEST_ERROR */
#define WINHTTP_CALLBACK_FLAG_GETPROXYFORURL_COMPLETE   0x01000000 /* GETPROXYFORURL_COMPLETE */
#define WINHTTP_CALLBACK_FLAG_GETPROXYSETTINGS_COMPLETE 0x08000000 /* GETPROXYSETTINGS_COMPLETE */
/* The ends of all operations but of WinHttpGetProxySettingsEx. */
#define WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS           0x017E0000
#define WINHTTP_CALLBACK_FLAG_ALL_NOTIFICATIONS         0xFFFFFFFF /* everything */

/* Which function failed: dwResult of WINHTTP_ASYNC_RESULT. */
#define API_RECEIVE_RESPONSE     1 /* WinHttpReceiveResponse */
#define API_QUERY_DATA_AVAILABLE 2 /* WinHttpQueryDataAvailable */
#define API_READ_DATA            3 /* WinHttpReadData, WinHttpReadDataEx */
#define API_WRITE_DATA           4 /* WinHttpWriteData */
#define API_SEND_REQUEST         5 /* WinHttpSendRequest */
#define API_GET_PROXY_FOR_URL    6 /* WinHttpGetProxyForUrlEx */
#define API_GET_PROXY_SETTINGS   7 /* WinHttpGetProxySettingsEx */

/* HTTP status codes. */
#define HTTP_STATUS_CONTINUE            100 /* Continue */
#define HTTP_STATUS_SWITCH_PROTOCOLS    101 /* Switching Protocols */
#define HTTP_STATUS_OK                  200 /* OK */
#define HTTP_STATUS_CREATED             201 /* Created */
#define HTTP_STATUS_ACCEPTED            202 /* Accepted */
#define HTTP_STATUS_PARTIAL             203 /* Non-Authoritative Information */
#define HTTP_STATUS_NO_CONTENT          204 /* No Content */
#define HTTP_STATUS_RESET_CONTENT       205 /* Reset Content */
#define HTTP_STATUS_PARTIAL_CONTENT     206 /* Partial Content */
#define HTTP_STATUS_WEBDAV_MULTI_STATUS 207 /* Multi-Status */
#define HTTP_STATUS_AMBIGUOUS           300 /* Multiple Choices */
#define HTTP_STATUS_MOVED               301 /* Moved Permanently */
#define HTTP_STATUS_REDIRECT            302 /* Found */
#define HTTP_STATUS_REDIRECT_METHOD     303 /* See Other */
#define HTTP_STATUS_NOT_MODIFIED        304 /* Not Modified */
#define HTTP_STATUS_USE_PROXY           305 /* Use Proxy */
#define HTTP_STATUS_REDIRECT_KEEP_VERB  307 /* Temporary Redirect */
#define HTTP_STATUS_PERMANENT_REDIRECT  308 /* Permanent Redirect */
#define HTTP_STATUS_BAD_REQUEST         400 /* Bad Request */
#define HTTP_STATUS_DENIED              401 /* Unauthorized */
#define HTTP_STATUS_PAYMENT_REQ         402 /* Payment Required */
#define HTTP_STATUS_FORBIDDEN           403 /* Forbidden */
#define HTTP_STATUS_NOT_FOUND           404 /* Not Found */
#define HTTP_STATUS_BAD_METHOD          405 /* Method Not Allowed */
#define HTTP_STATUS_NONE_ACCEPTABLE     406 /* Not Acceptable */
#define HTTP_STATUS_PROXY_AUTH_REQ      407 /* Proxy Authentication Required */
#define HTTP_STATUS_REQUEST_TIMEOUT     408 /* Request Timeout */
#define HTTP_STATUS_CONFLICT            409 /* Conflict */
#define HTTP_STATUS_GONE                410 /* Gone */
#define HTTP_STATUS_LENGTH_REQUIRED     411 /* Length Required */
#define HTTP_STATUS_PRECOND_FAILED      412 /* Precondition Failed */
#define HTTP_STATUS_REQUEST_TOO_LARGE   413 /* Content Too Large */
#define HTTP_STATUS_URI_TOO_LONG        414 /* URI Too Long */
#define HTTP_STATUS_UNSUPPORTED_MEDIA   415 /* Unsupported Media Type */
#define HTTP_STATUS_RETRY_WITH          449 /* Retry With */
#define HTTP_STATUS_SERVER_ERROR        500 /* Internal Server Error */
#define HTTP_STATUS_NOT_SUPPORTED       501 /* Not Implemented */
#define HTTP_STATUS_BAD_GATEWAY         502 /* Bad Gateway */
#define HTTP_STATUS_SERVICE_UNAVAIL     503 /* Service Unavailable */
#define HTTP_STATUS_GATEWAY_TIMEOUT     504 /* Gateway Timeout */
#define HTTP_STATUS_VERSION_NOT_SUP     505 /* HTTP Version Not Supported */
#define HTTP_STATUS_FIRST               100 /* The smallest */
#define HTTP_STATUS_LAST                505 /* The largest */

/* ---- Errors ---- */

/* Error numbers. */
#define WINHTTP_ERROR_BASE 12000 /* where they start */
#define ERROR_WINHTTP_OUT_OF_HANDLES 12001 /* no more handles can be made */
#define ERROR_WINHTTP_TIMEOUT 12002 /* the operation took longer than its time limit allows */
#define ERROR_WINHTTP_INTERNAL_ERROR 12004 /* an error inside the library happened */
#define ERROR_WINHTTP_INVALID_URL 12005 /* the URL is not valid */
#define ERROR_WINHTTP_UNRECOGNIZED_SCHEME 12006 /* the URL's scheme is neither http nor https */
#define ERROR_WINHTTP_NAME_NOT_RESOLVED 12007 /* the server's name could not be resolved to an address */
#define ERROR_WINHTTP_INVALID_OPTION 12009 /* the option is not known or not supported */
#define ERROR_WINHTTP_OPTION_NOT_SETTABLE 12011 /* the option can be queried but not set */
#define ERROR_WINHTTP_SHUTDOWN 12012 /* the library is being unloaded */
#define ERROR_WINHTTP_LOGIN_FAILURE 12015 /* the server did not accept the login */
#define ERROR_WINHTTP_OPERATION_CANCELLED 12017 /* the operation was cancelled, usually because its handle was closed */
#define ERROR_WINHTTP_INCORRECT_HANDLE_TYPE 12018 /* the handle is of the wrong type for this operation */
#define ERROR_WINHTTP_INCORRECT_HANDLE_STATE 12019 /* the handle is in the wrong state for this operation */
#define ERROR_WINHTTP_CANNOT_CONNECT 12029 /* a connection to the server could not be made */
#define ERROR_WINHTTP_CONNECTION_ERROR 12030 /* the connection to the server was reset or ended too early */
#define ERROR_WINHTTP_RESEND_REQUEST 12032 /* the request has to be sent again */
#define ERROR_WINHTTP_SECURE_CERT_DATE_INVALID 12037 /* the certificate is not valid yet or has expired */
#define ERROR_WINHTTP_SECURE_CERT_CN_INVALID 12038 /* the certificate is for a host of another name */
#define ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED 12044 /* the server asks for a client certificate */
#define ERROR_WINHTTP_SECURE_INVALID_CA 12045 /* the certificate's issuer is not trusted */
#define ERROR_WINHTTP_SECURE_CERT_REV_FAILED 12057 /* whether the certificate is revoked could not be checked */
#define ERROR_WINHTTP_CANNOT_CALL_BEFORE_OPEN 12100 /* this cannot be called before the request is opened */
#define ERROR_WINHTTP_CANNOT_CALL_BEFORE_SEND 12101 /* this cannot be called before the request is sent */
#define ERROR_WINHTTP_CANNOT_CALL_AFTER_SEND 12102 /* this cannot be called after the request is sent */
#define ERROR_WINHTTP_CANNOT_CALL_AFTER_OPEN 12103 /* this cannot be called after the request is opened */
#define ERROR_WINHTTP_HEADER_NOT_FOUND 12150 /* there is no such header */
#define ERROR_WINHTTP_INVALID_SERVER_RESPONSE 12152 /* the server's response could not be understood */
#define ERROR_WINHTTP_INVALID_HEADER 12153 /* the header is not valid */
#define ERROR_WINHTTP_INVALID_QUERY_REQUEST 12154 /* the header query is not valid */
#define ERROR_WINHTTP_HEADER_ALREADY_EXISTS 12155 /* the header exists already */
#define ERROR_WINHTTP_REDIRECT_FAILED 12156 /* the redirect could not be followed */
#define ERROR_WINHTTP_SECURE_CHANNEL_ERROR 12157 /* a secure channel to the server could not be made */
#define ERROR_WINHTTP_BAD_AUTO_PROXY_SCRIPT 12166 /* the proxy configuration script has an error */
#define ERROR_WINHTTP_UNABLE_TO_DOWNLOAD_SCRIPT 12167 /* the proxy configuration script could not be downloaded */
#define ERROR_WINHTTP_SECURE_INVALID_CERT 12169 /* the certificate is not valid */
#define ERROR_WINHTTP_SECURE_CERT_REVOKED 12170 /* the certificate is revoked */
#define ERROR_WINHTTP_NOT_INITIALIZED 12172 /* the library is not initialized */
#define ERROR_WINHTTP_SECURE_FAILURE 12175 /* the server's certificate was not accepted */
#define ERROR_WINHTTP_UNHANDLED_SCRIPT_TYPE 12176 /* the proxy configuration script is of a type that cannot be run */
#define ERROR_WINHTTP_SCRIPT_EXECUTION_ERROR 12177 /* the proxy configuration script failed while it ran */
#define ERROR_WINHTTP_AUTO_PROXY_SERVICE_ERROR 12178 /* no proxy could be determined for the URL */
#define ERROR_WINHTTP_SECURE_CERT_WRONG_USAGE 12179 /* the certificate may not be used for this purpose */
#define ERROR_WINHTTP_AUTODETECTION_FAILED 12180 /* no proxy configuration script was found in the network */
#define ERROR_WINHTTP_HEADER_COUNT_EXCEEDED 12181 /* the response has too many headers */
#define ERROR_WINHTTP_HEADER_SIZE_OVERFLOW 12182 /* the headers of the response are larger than the limit */
/* The header of a chunk of the response is too long. */
#define ERROR_WINHTTP_CHUNKED_ENCODING_HEADER_SIZE_OVERFLOW 12183
#define ERROR_WINHTTP_RESPONSE_DRAIN_OVERFLOW 12184 /* more of the response is unread than may be thrown away */
#define ERROR_WINHTTP_CLIENT_CERT_NO_PRIVATE_KEY 12185 /* the client certificate has no private key */
/* The private key of the client certificate cannot be used. */
#define ERROR_WINHTTP_CLIENT_CERT_NO_ACCESS_PRIVATE_KEY 12186
#define ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED_PROXY 12187 /* the proxy asks for a client certificate */
#define ERROR_WINHTTP_SECURE_FAILURE_PROXY 12188 /* the proxy's certificate was not accepted */
#define ERROR_WINHTTP_RESERVED_189 12189 /* this number is reserved */
#define ERROR_WINHTTP_HTTP_PROTOCOL_MISMATCH 12190 /* the server does not speak the HTTP version that is required */
#define ERROR_WINHTTP_GLOBAL_CALLBACK_FAILED 12191 /* a callback of the process failed */
#define ERROR_WINHTTP_FEATURE_DISABLED 12192 /* the feature is disabled */
#define WINHTTP_ERROR_LAST 12192 /* the largest */

/* ---- Enumerations ---- */

/* Moments of a request: indexes of rgullTimes. */
typedef enum _WINHTTP_REQUEST_TIME_ENTRY {
    WinHttpProxyDetectionStart = 0,
    WinHttpProxyDetectionEnd = 1,
    WinHttpConnectionAcquireStart = 2,
    WinHttpConnectionAcquireWaitEnd = 3,
    WinHttpConnectionAcquireEnd = 4,
    WinHttpNameResolutionStart = 5,
    WinHttpNameResolutionEnd = 6,
    WinHttpConnectionEstablishmentStart = 7,
    WinHttpConnectionEstablishmentEnd = 8,
    WinHttpTlsHandshakeClientLeg1Start = 9,
    WinHttpTlsHandshakeClientLeg1End = 10,
    WinHttpTlsHandshakeClientLeg2Start = 11,
    WinHttpTlsHandshakeClientLeg2End = 12,
    WinHttpTlsHandshakeClientLeg3Start = 13,
    WinHttpTlsHandshakeClientLeg3End = 14,
    WinHttpStreamWaitStart = 15,
    WinHttpStreamWaitEnd = 16,
    WinHttpSendRequestStart = 17,
    WinHttpSendRequestHeadersCompressionStart = 18,
    WinHttpSendRequestHeadersCompressionEnd = 19,
    WinHttpSendRequestHeadersEnd = 20,
    WinHttpSendRequestEnd = 21,
    WinHttpReceiveResponseStart = 22,
    WinHttpReceiveResponseHeadersDecompressionStart = 23,
    WinHttpReceiveResponseHeadersDecompressionEnd = 24,
    WinHttpReceiveResponseHeadersEnd = 25,
    WinHttpReceiveResponseBodyDecompressionDelta = 26,
    WinHttpReceiveResponseEnd = 27,
    WinHttpProxyTunnelStart = 28,
    WinHttpProxyTunnelEnd = 29,
    WinHttpProxyTlsHandshakeClientLeg1Start = 30,
    WinHttpProxyTlsHandshakeClientLeg1End = 31,
    WinHttpProxyTlsHandshakeClientLeg2Start = 32,
    WinHttpProxyTlsHandshakeClientLeg2End = 33,
    WinHttpProxyTlsHandshakeClientLeg3Start = 34,
    WinHttpProxyTlsHandshakeClientLeg3End = 35,
    WinHttpRequestTimeLast = 36, /* how many there are */
    WinHttpRequestTimeMax = 64   /* how many there is room for */
} WINHTTP_REQUEST_TIME_ENTRY;

/* Counts of a request: indexes of rgullStats. Sizes are bytes. */
typedef enum _WINHTTP_REQUEST_STAT_ENTRY {
    WinHttpConnectFailureCount = 0,
    WinHttpProxyFailureCount = 1,
    WinHttpTlsHandshakeClientLeg1Size = 2,
    WinHttpTlsHandshakeServerLeg1Size = 3,
    WinHttpTlsHandshakeClientLeg2Size = 4,
    WinHttpTlsHandshakeServerLeg2Size = 5,
    WinHttpRequestHeadersSize = 6,
    WinHttpRequestHeadersCompressedSize = 7,
    WinHttpResponseHeadersSize = 8,
    WinHttpResponseHeadersCompressedSize = 9,
    WinHttpResponseBodySize = 10,
    WinHttpResponseBodyCompressedSize = 11,
    WinHttpProxyTlsHandshakeClientLeg1Size = 12,
    WinHttpProxyTlsHandshakeServerLeg1Size = 13,
    WinHttpProxyTlsHandshakeClientLeg2Size = 14,
    WinHttpProxyTlsHandshakeServerLeg2Size = 15,
    WinHttpRequestStatLast = 16, /* how many there are */
    WinHttpRequestStatMax = 32   /* how many there is room for */
} WINHTTP_REQUEST_STAT_ENTRY;

/* Which WebSocket operation failed. */
typedef enum _WINHTTP_WEB_SOCKET_OPERATION {
    WINHTTP_WEB_SOCKET_SEND_OPERATION = 0,    /* WinHttpWebSocketSend */
    WINHTTP_WEB_SOCKET_RECEIVE_OPERATION = 1, /* WinHttpWebSocketReceive */
    WINHTTP_WEB_SOCKET_CLOSE_OPERATION = 2,   /* WinHttpWebSocketClose */
    WINHTTP_WEB_SOCKET_SHUTDOWN_OPERATION = 3 /* WinHttpWebSocketShutdown */
} WINHTTP_WEB_SOCKET_OPERATION;

/* Kinds of WebSocket data: whole or last part (MESSAGE), part that goes on (FRAGMENT). */
typedef enum _WINHTTP_WEB_SOCKET_BUFFER_TYPE {
    WINHTTP_WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE = 0,  /* bytes, to the end of a message */
    WINHTTP_WEB_SOCKET_BINARY_FRAGMENT_BUFFER_TYPE = 1, /* bytes, more of the message follows */
    WINHTTP_WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE = 2,    /* text, to the end of a message */
    WINHTTP_WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE = 3,   /* text, more of the message follows */
    WINHTTP_WEB_SOCKET_CLOSE_BUFFER_TYPE = 4            /* the peer closed; received only */
} WINHTTP_WEB_SOCKET_BUFFER_TYPE;

/* Close status codes of RFC 6455, section 7.4.1. */
typedef enum _WINHTTP_WEB_SOCKET_CLOSE_STATUS {
    WINHTTP_WEB_SOCKET_SUCCESS_CLOSE_STATUS = 1000, /* normal closure */
    WINHTTP_WEB_SOCKET_ENDPOINT_TERMINATED_CLOSE_STATUS = 1001, /* the endpoint goes away */
    WINHTTP_WEB_SOCKET_PROTOCOL_ERROR_CLOSE_STATUS = 1002, /* protocol error */
    WINHTTP_WEB_SOCKET_INVALID_DATA_TYPE_CLOSE_STATUS = 1003, /* a kind of data that cannot be accepted */
    WINHTTP_WEB_SOCKET_EMPTY_CLOSE_STATUS = 1005, /* the Close frame carries no status; never on the wire */
    WINHTTP_WEB_SOCKET_ABORTED_CLOSE_STATUS = 1006, /* no Close frame; never on the wire */
    WINHTTP_WEB_SOCKET_INVALID_PAYLOAD_CLOSE_STATUS = 1007, /* data inconsistent with its type */
    WINHTTP_WEB_SOCKET_POLICY_VIOLATION_CLOSE_STATUS = 1008, /* a policy was violated */
    WINHTTP_WEB_SOCKET_MESSAGE_TOO_BIG_CLOSE_STATUS = 1009, /* a message is too big */
    WINHTTP_WEB_SOCKET_UNSUPPORTED_EXTENSIONS_CLOSE_STATUS = 1010, /* an extension is missing */
    WINHTTP_WEB_SOCKET_SERVER_ERROR_CLOSE_STATUS = 1011, /* the server met something unexpected */
    WINHTTP_WEB_SOCKET_SECURE_HANDSHAKE_ERROR_CLOSE_STATUS = 1015 /* the TLS handshake failed; never on the wire */
} WINHTTP_WEB_SOCKET_CLOSE_STATUS;

/* Whose proxy settings. */
typedef enum _WINHTTP_PROXY_SETTINGS_TYPE {
    WinHttpProxySettingsTypeUnknown = 0, /* nobody's */
    WinHttpProxySettingsTypeWsl = 1,     /* the Windows Subsystem for Linux */
    WinHttpProxySettingsTypeWsa = 2      /* the Windows Subsystem for Android */
} WINHTTP_PROXY_SETTINGS_TYPE;

/* Encryption of name lookups. */
typedef enum _WINHTTP_SECURE_DNS_SETTING {
    WinHttpSecureDnsSettingDefault = 0,                   /* the system's */
    WinHttpSecureDnsSettingForcePlaintext = 1,            /* none */
    WinHttpSecureDnsSettingRequireEncryption = 2,         /* always */
    WinHttpSecureDnsSettingTryEncryptionWithFallback = 3, /* if possible */
    WinHttpSecureDnsSettingMax = 4                        /* how many there are */
} WINHTTP_SECURE_DNS_SETTING;

/* ---- Structures ---- */

/* The parts of a URL. A part that is NULL with a length other than 0 is given as a place inside the URL. */
typedef struct {
    DWORD dwStructSize;      /* sizeof(URL_COMPONENTS) */
    LPWSTR lpszScheme;       /* scheme */
    DWORD dwSchemeLength;    /* its characters */
    INTERNET_SCHEME nScheme; /* scheme as a number */
    LPWSTR lpszHostName;     /* host */
    DWORD dwHostNameLength;  /* its characters */
    INTERNET_PORT nPort;     /* port */
    LPWSTR lpszUserName;     /* user's name */
    DWORD dwUserNameLength;  /* its characters */
    LPWSTR lpszPassword;     /* password */
    DWORD dwPasswordLength;  /* its characters */
    LPWSTR lpszUrlPath;      /* path */
    DWORD dwUrlPathLength;   /* its characters */
    LPWSTR lpszExtraInfo;    /* query and fragment, with ? or # */
    DWORD dwExtraInfoLength; /* its characters */
} URL_COMPONENTS, *LPURL_COMPONENTS;
typedef URL_COMPONENTS URL_COMPONENTSW;
typedef LPURL_COMPONENTS LPURL_COMPONENTSW;

/* Why an asynchronous operation failed. */
typedef struct {
    DWORD_PTR dwResult; /* API_* */
    DWORD dwError;      /* error number */
} WINHTTP_ASYNC_RESULT, *LPWINHTTP_ASYNC_RESULT, *PWINHTTP_ASYNC_RESULT;

/* The same of a WebSocket operation. */
typedef struct _WINHTTP_WEB_SOCKET_ASYNC_RESULT {
    WINHTTP_ASYNC_RESULT AsyncResult;       /* the error */
    WINHTTP_WEB_SOCKET_OPERATION Operation; /* which operation */
} WINHTTP_WEB_SOCKET_ASYNC_RESULT;

/* What a WebSocket operation did. */
typedef struct _WINHTTP_WEB_SOCKET_STATUS {
    DWORD dwBytesTransferred;                   /* bytes sent or received */
    WINHTTP_WEB_SOCKET_BUFFER_TYPE eBufferType; /* what they are */
} WINHTTP_WEB_SOCKET_STATUS;

/* A version of HTTP. */
typedef struct {
    DWORD dwMajorVersion; /* 1 */
    DWORD dwMinorVersion; /* 0 or 1 */
} HTTP_VERSION_INFO, *LPHTTP_VERSION_INFO, *PHTTP_VERSION_INFO;

/* The server's certificate. */
typedef struct {
    FILETIME ftExpiry;            /* valid until */
    FILETIME ftStart;             /* valid from */
    LPWSTR lpszSubjectInfo;       /* whose it is */
    LPWSTR lpszIssuerInfo;        /* who issued it */
    LPWSTR lpszProtocolName;      /* protocol */
    LPWSTR lpszSignatureAlgName;  /* algorithm of the signature */
    LPWSTR lpszEncryptionAlgName; /* algorithm of the encryption */
    DWORD dwKeySize;              /* bits of the key */
} WINHTTP_CERTIFICATE_INFO, *PWINHTTP_CERTIFICATE_INFO;

#ifdef OPENWINHTTP_HAS_SOCKADDR_STORAGE
/* The two ends of a connection. */
typedef struct {
    DWORD cbSize;                   /* size of this */
    SOCKADDR_STORAGE LocalAddress;  /* the near end */
    SOCKADDR_STORAGE RemoteAddress; /* the far end */
} WINHTTP_CONNECTION_INFO, *PWINHTTP_CONNECTION_INFO;
#endif

/* When what happened, in units of 100 ns; 0 is never. */
typedef struct _WINHTTP_REQUEST_TIMES {
    ULONG cTimes;             /* how many are wanted */
    ULONGLONG rgullTimes[64]; /* see WINHTTP_REQUEST_TIME_ENTRY */
} WINHTTP_REQUEST_TIMES, *PWINHTTP_REQUEST_TIMES;

/* How much of what. */
typedef struct _WINHTTP_REQUEST_STATS {
    ULONGLONG ullFlags;       /* WINHTTP_REQUEST_STAT_FLAG_* */
    ULONG ulIndex;            /* the first one wanted */
    ULONG cStats;             /* how many are wanted */
    ULONGLONG rgullStats[32]; /* see WINHTTP_REQUEST_STAT_ENTRY */
} WINHTTP_REQUEST_STATS, *PWINHTTP_REQUEST_STATS;

/* A name, and a header: WCHAR or char strings, as the flags of the call say. */
typedef union _WINHTTP_HEADER_NAME {
    PCWSTR pwszName;
    PCSTR pszName;
} WINHTTP_HEADER_NAME, *PWINHTTP_HEADER_NAME;

OPENWINHTTP_EXTENSION typedef struct _WINHTTP_EXTENDED_HEADER {
    union {
        PCWSTR pwszName;
        PCSTR pszName;
    };
    union {
        PCWSTR pwszValue;
        PCSTR pszValue;
    };
} WINHTTP_EXTENDED_HEADER, *PWINHTTP_EXTENDED_HEADER;

/* Proxy settings. */
typedef struct {
    DWORD dwAccessType;     /* WINHTTP_ACCESS_TYPE_* */
    LPWSTR lpszProxy;       /* proxies */
    LPWSTR lpszProxyBypass; /* hosts that need none */
} WINHTTP_PROXY_INFO, *LPWINHTTP_PROXY_INFO, *PWINHTTP_PROXY_INFO;
typedef WINHTTP_PROXY_INFO WINHTTP_PROXY_INFOW;
typedef LPWINHTTP_PROXY_INFO LPWINHTTP_PROXY_INFOW;

/* The user's proxy settings. */
typedef struct {
    BOOL fAutoDetect;         /* whether to look for a script */
    LPWSTR lpszAutoConfigUrl; /* a script */
    LPWSTR lpszProxy;         /* proxies */
    LPWSTR lpszProxyBypass;   /* hosts that need none */
} WINHTTP_CURRENT_USER_IE_PROXY_CONFIG, *PWINHTTP_CURRENT_USER_IE_PROXY_CONFIG;

/* How to find a proxy. */
typedef struct {
    DWORD dwFlags;               /* WINHTTP_AUTOPROXY_* */
    DWORD dwAutoDetectFlags;     /* WINHTTP_AUTO_DETECT_TYPE_* */
    LPCWSTR lpszAutoConfigUrl;   /* the script's URL */
    LPVOID lpvReserved;          /* NULL */
    DWORD dwReserved;            /* 0 */
    BOOL fAutoLogonIfChallenged; /* whether the script's server may have the user's credentials */
} WINHTTP_AUTOPROXY_OPTIONS, *PWINHTTP_AUTOPROXY_OPTIONS;

/* One way to a server. */
typedef struct _WINHTTP_PROXY_RESULT_ENTRY {
    BOOL fProxy;                 /* through a proxy, not direct */
    BOOL fBypass;                /* direct because of the bypass list */
    INTERNET_SCHEME ProxyScheme; /* how to speak to the proxy */
    PWSTR pwszProxy;             /* its host */
    INTERNET_PORT ProxyPort;     /* its port */
} WINHTTP_PROXY_RESULT_ENTRY;

/* The ways to a server, to be tried in order. */
typedef struct _WINHTTP_PROXY_RESULT {
    DWORD cEntries;                       /* how many */
    WINHTTP_PROXY_RESULT_ENTRY *pEntries; /* the ways */
} WINHTTP_PROXY_RESULT;

/* The same for an interface. */
typedef struct _WINHTTP_PROXY_RESULT_EX {
    DWORD cEntries;                       /* how many */
    WINHTTP_PROXY_RESULT_ENTRY *pEntries; /* the ways */
    HANDLE hProxyDetectionHandle;         /* a handle */
    DWORD dwProxyInterfaceAffinity;       /* the interface */
} WINHTTP_PROXY_RESULT_EX;

/* Names a network. */
typedef struct _WinHttpProxyNetworkKey {
    unsigned char pbBuffer[NETWORKING_KEY_BUFSIZE]; /* the name */
} WINHTTP_PROXY_NETWORKING_KEY, *PWINHTTP_PROXY_NETWORKING_KEY;

/* Proxy settings of a connection; of system components. */
typedef struct _WINHTTP_PROXY_SETTINGS {
    DWORD dwStructSize;                         /* size of this */
    DWORD dwFlags;                              /* WINHTTP_PROXY_TYPE_* */
    DWORD dwCurrentSettingsVersion;             /* changes with every change */
    PWSTR pwszConnectionName;                   /* connection */
    PWSTR pwszProxy;                            /* proxies */
    PWSTR pwszProxyBypass;                      /* hosts that need none */
    PWSTR pwszAutoconfigUrl;                    /* a script */
    PWSTR pwszAutoconfigSecondaryUrl;           /* another script */
    DWORD dwAutoDiscoveryFlags;                 /* flags of looking for a script */
    PWSTR pwszLastKnownGoodAutoConfigUrl;       /* the last script that worked */
    DWORD dwAutoconfigReloadDelayMins;          /* minutes until scripts are read again */
    FILETIME ftLastKnownDetectTime;             /* when a script was found last */
    DWORD dwDetectedInterfaceIpCount;           /* how many addresses */
    PDWORD pdwDetectedInterfaceIp;              /* addresses */
    DWORD cNetworkKeys;                         /* how many keys */
    PWINHTTP_PROXY_NETWORKING_KEY pNetworkKeys; /* keys */
} WINHTTP_PROXY_SETTINGS, *PWINHTTP_PROXY_SETTINGS;

/* Proxy settings as WinHttpGetProxySettingsResultEx gives them. */
typedef struct _WINHTTP_PROXY_SETTINGS_EX {
    ULONGLONG ullGenerationId;          /* changes with every change */
    ULONGLONG ullFlags;                 /* flags */
    PCWSTR pcwszAutoconfigUrl;          /* a script */
    PCWSTR pcwszProxy;                  /* proxy of http */
    PCWSTR pcwszSecureProxy;            /* proxy of https */
    ULONG cProxyBypasses;               /* how many */
    const PCWSTR *rgpcwszProxyBypasses; /* hosts that need none */
    DWORD dwInterfaceIndex;             /* interface */
    PCWSTR pcwszConnectionName;         /* connection */
} WINHTTP_PROXY_SETTINGS_EX, *PWINHTTP_PROXY_SETTINGS_EX;

/* Which proxy settings. */
typedef struct _WINHTTP_PROXY_SETTINGS_PARAM {
    ULONGLONG ullFlags;         /* flags */
    PCWSTR pcwszConnectionName; /* connection */
    PCWSTR pcwszProbeHost;      /* host */
} WINHTTP_PROXY_SETTINGS_PARAM, *PWINHTTP_PROXY_SETTINGS_PARAM;

/* Credentials of a machine. */
typedef struct tagWINHTTP_CREDS {
    LPSTR lpszUserName; /* user's name */
    LPSTR lpszPassword; /* password */
    LPSTR lpszRealm;    /* realm */
    DWORD dwAuthScheme; /* WINHTTP_AUTH_SCHEME_* */
    LPSTR lpszHostName; /* host */
    DWORD dwPort;       /* port */
} WINHTTP_CREDS, *PWINHTTP_CREDS;

/* Credentials of a machine. */
typedef struct tagWINHTTP_CREDS_EX {
    LPSTR lpszUserName; /* user's name */
    LPSTR lpszPassword; /* password */
    LPSTR lpszRealm;    /* realm */
    DWORD dwAuthScheme; /* WINHTTP_AUTH_SCHEME_* */
    LPSTR lpszHostName; /* host */
    DWORD dwPort;       /* port */
    LPSTR lpszUrl;      /* URL */
} WINHTTP_CREDS_EX, *PWINHTTP_CREDS_EX;

/* Which connections a request may use. */
typedef struct _WINHTTP_MATCH_CONNECTION_GUID {
    GUID ConnectionGuid; /* their label */
    ULONGLONG ullFlags;  /* WINHTTP_MATCH_CONNECTION_GUID_FLAG_* */
} WINHTTP_MATCH_CONNECTION_GUID, *PWINHTTP_MATCH_CONNECTION_GUID;

/* Connections with one label. */
typedef struct _WINHTTP_CONNECTION_GROUP {
    ULONG cConnections; /* how many */
    GUID guidGroup;     /* the label */
} WINHTTP_CONNECTION_GROUP, *PWINHTTP_CONNECTION_GROUP;

/* Connections to one host. */
typedef struct _WINHTTP_HOST_CONNECTION_GROUP {
    PCWSTR pwszHost;                             /* the host */
    ULONG cConnectionGroups;                     /* how many groups */
    PWINHTTP_CONNECTION_GROUP pConnectionGroups; /* the groups */
} WINHTTP_HOST_CONNECTION_GROUP, *PWINHTTP_HOST_CONNECTION_GROUP;

/* What WinHttpQueryConnectionGroup gives. */
typedef struct _WINHTTP_QUERY_CONNECTION_GROUP_RESULT {
    ULONG cHosts;                                         /* how many hosts */
    PWINHTTP_HOST_CONNECTION_GROUP pHostConnectionGroups; /* the hosts */
} WINHTTP_QUERY_CONNECTION_GROUP_RESULT, *PWINHTTP_QUERY_CONNECTION_GROUP_RESULT;

/* The cache of names. */
typedef struct _WINHTTP_RESOLVER_CACHE_CONFIG {
    ULONG ulMaxResolverCacheEntries;             /* how many entries */
    ULONG ulMaxCacheEntryAge;                    /* seconds that an entry lives */
    ULONG ulMinCacheEntryTtl;                    /* seconds that an entry lives at least */
    WINHTTP_SECURE_DNS_SETTING SecureDnsSetting; /* encryption */
    ULONGLONG ullConnResolutionWaitTime;         /* how long connections wait for a lookup */
    ULONGLONG ullFlags;                          /* WINHTTP_RESOLVER_CACHE_CONFIG_FLAG_* */
} WINHTTP_RESOLVER_CACHE_CONFIG, *PWINHTTP_RESOLVER_CACHE_CONFIG;

/* Flow control of HTTP/2. */
typedef struct _WINHTTP_HTTP2_RECEIVE_WINDOW {
    ULONG ulStreamWindow;            /* bytes that a stream may have under way */
    ULONG ulStreamWindowUpdateDelta; /* bytes after which more is allowed */
} WINHTTP_HTTP2_RECEIVE_WINDOW, *PWINHTTP_HTTP2_RECEIVE_WINDOW;

/* Trying again with another connection. */
typedef struct _WINHTTP_FAILED_CONNECTION_RETRIES {
    DWORD dwMaxRetries;             /* how often */
    DWORD dwAllowedRetryConditions; /* WINHTTP_CONNECTION_RETRY_CONDITION_* */
} WINHTTP_FAILED_CONNECTION_RETRIES, *PWINHTTP_FAILED_CONNECTION_RETRIES;

#ifdef OPENWINHTTP_HAS_SECURITY
/* How a connection is protected. */
typedef struct _WINHTTP_SECURITY_INFO {
    SecPkgContext_ConnectionInfo ConnectionInfo; /* the connection */
    SecPkgContext_CipherInfo CipherInfo;         /* its cipher suite */
} WINHTTP_SECURITY_INFO, *PWINHTTP_SECURITY_INFO;
#endif

/* ---- Sessions, connections, requests ---- */

/* Opens a session: WINHTTP_ACCESS_TYPE_*, WINHTTP_FLAG_ASYNC. NULL on failure. */
WINHTTPAPI HINTERNET WINAPI WinHttpOpen(
    _In_opt_z_ LPCWSTR pszAgentW,
    _In_ DWORD dwAccessType,
    _In_opt_z_ LPCWSTR pszProxyW,
    _In_opt_z_ LPCWSTR pszProxyBypassW,
    _In_ DWORD dwFlags);

/* Names the server; nothing is sent. Port 0 is the scheme's own. NULL on failure. */
WINHTTPAPI HINTERNET WINAPI WinHttpConnect(
    _In_ HINTERNET hSession,
    _In_z_ LPCWSTR pswzServerName,
    _In_ INTERNET_PORT nServerPort,
    _Reserved_ DWORD dwReserved);

/* Opens a request; nothing is sent. ppwszAcceptTypes ends with NULL. NULL on failure. */
WINHTTPAPI HINTERNET WINAPI WinHttpOpenRequest(
    _In_ HINTERNET hConnect,
    _In_opt_z_ LPCWSTR pwszVerb,
    _In_opt_z_ LPCWSTR pwszObjectName,
    _In_opt_z_ LPCWSTR pwszVersion,
    _In_opt_z_ LPCWSTR pwszReferrer,
    _In_opt_ LPCWSTR *ppwszAcceptTypes,
    _In_ DWORD dwFlags);

/* Closes any handle. What is going on with it ends with ERROR_WINHTTP_OPERATION_CANCELLED. */
WINHTTPAPI BOOL WINAPI WinHttpCloseHandle(
    _In_ HINTERNET hInternet);

/* Sets the callback, which handles made later inherit. Gives the last one, or WINHTTP_INVALID_STATUS_CALLBACK. */
WINHTTPAPI WINHTTP_STATUS_CALLBACK WINAPI WinHttpSetStatusCallback(
    _In_ HINTERNET hInternet,
    _In_opt_ WINHTTP_STATUS_CALLBACK lpfnInternetCallback,
    _In_ DWORD dwNotificationFlags,
    _Reserved_ DWORD_PTR dwReserved);

/* Sets four time limits, in milliseconds; 0 and -1 are without limit. */
WINHTTPAPI BOOL WINAPI WinHttpSetTimeouts(
    _In_ HINTERNET hInternet,
    _In_ int nResolveTimeout,
    _In_ int nConnectTimeout,
    _In_ int nSendTimeout,
    _In_ int nReceiveTimeout);

/* Sends the headers and the first bytes of the body. A dwHeadersLength of (DWORD)-1: up to the NUL. */
WINHTTPAPI BOOL WINAPI WinHttpSendRequest(
    _In_ HINTERNET hRequest,
    _In_reads_opt_(dwHeadersLength) LPCWSTR lpszHeaders,
    _In_ DWORD dwHeadersLength,
    _In_reads_bytes_opt_(dwOptionalLength) LPVOID lpOptional,
    _In_ DWORD dwOptionalLength,
    _In_ DWORD dwTotalLength,
    _In_ DWORD_PTR dwContext);

/* Waits for the headers of the response, following redirects. */
WINHTTPAPI BOOL WINAPI WinHttpReceiveResponse(
    _In_ HINTERNET hRequest,
    _Reserved_ LPVOID lpReserved);

/* Tells how many bytes can be read at once; 0 at the end of the body. */
WINHTTPAPI BOOL WINAPI WinHttpQueryDataAvailable(
    _In_ HINTERNET hRequest,
    _Out_opt_ LPDWORD lpdwNumberOfBytesAvailable);

/* Reads the body; 0 bytes at its end. Asynchronously the buffer must stay until the completion. */
WINHTTPAPI BOOL WINAPI WinHttpReadData(
    _In_ HINTERNET hRequest,
    _Out_writes_bytes_to_(dwNumberOfBytesToRead, *lpdwNumberOfBytesRead) LPVOID lpBuffer,
    _In_ DWORD dwNumberOfBytesToRead,
    _Out_opt_ LPDWORD lpdwNumberOfBytesRead);

/* The same, giving what there is unless WINHTTP_READ_DATA_EX_FLAG_FILL_BUFFER is set. */
WINHTTPAPI DWORD WINAPI WinHttpReadDataEx(
    _In_ HINTERNET hRequest,
    _Out_writes_bytes_to_(dwNumberOfBytesToRead, *lpdwNumberOfBytesRead) LPVOID lpBuffer,
    _In_ DWORD dwNumberOfBytesToRead,
    _Out_opt_ LPDWORD lpdwNumberOfBytesRead,
    _In_ ULONGLONG ullFlags,
    _In_ DWORD cbProperty,
    _In_reads_bytes_opt_(cbProperty) PVOID pvProperty);

/* Sends more of the body, after WinHttpSendRequest. */
WINHTTPAPI BOOL WINAPI WinHttpWriteData(
    _In_ HINTERNET hRequest,
    _In_reads_bytes_opt_(dwNumberOfBytesToWrite) LPCVOID lpBuffer,
    _In_ DWORD dwNumberOfBytesToWrite,
    _Out_opt_ LPDWORD lpdwNumberOfBytesWritten);

/* ---- Headers ---- */

/* Adds, replaces or removes headers: lines with CRLF between them. WINHTTP_ADDREQ_FLAG_*. */
WINHTTPAPI BOOL WINAPI WinHttpAddRequestHeaders(
    _In_ HINTERNET hRequest,
    _In_reads_(dwHeadersLength) LPCWSTR lpszHeaders,
    _In_ DWORD dwHeadersLength,
    _In_ DWORD dwModifiers);

/* The same with names and values; WCHAR strings with WINHTTP_EXTENDED_HEADER_FLAG_UNICODE. */
WINHTTPAPI DWORD WINAPI WinHttpAddRequestHeadersEx(
    _In_ HINTERNET hRequest,
    _In_ DWORD dwModifiers,
    _In_ ULONGLONG ullFlags,
    _In_ ULONGLONG ullExtra,
    _In_ DWORD cHeaders,
    _In_reads_(cHeaders) WINHTTP_EXTENDED_HEADER *pHeaders);

/*
 * Gives a header: WINHTTP_QUERY_*. Lengths are bytes. Too small a buffer: ERROR_INSUFFICIENT_BUFFER and the length.
 */
WINHTTPAPI BOOL WINAPI WinHttpQueryHeaders(
    _In_ HINTERNET hRequest,
    _In_ DWORD dwInfoLevel,
    _In_opt_z_ LPCWSTR pwszName,
    _Out_writes_bytes_to_opt_(*lpdwBufferLength, *lpdwBufferLength) LPVOID lpBuffer,
    _Inout_ LPDWORD lpdwBufferLength,
    _Inout_opt_ LPDWORD lpdwIndex);

/* Gives one or all headers as names and values inside the buffer. */
WINHTTPAPI DWORD WINAPI WinHttpQueryHeadersEx(
    _In_ HINTERNET hRequest,
    _In_ DWORD dwInfoLevel,
    _In_ ULONGLONG ullFlags,
    _In_ UINT uiCodePage,
    _Inout_opt_ PDWORD pdwIndex,
    _In_opt_ PWINHTTP_HEADER_NAME pHeaderName,
    _Out_writes_bytes_to_opt_(*pdwBufferLength, *pdwBufferLength) PVOID pBuffer,
    _Inout_ PDWORD pdwBufferLength,
    _Outptr_opt_result_buffer_(*pdwHeadersCount) PWINHTTP_EXTENDED_HEADER *ppHeaders,
    _Out_opt_ PDWORD pdwHeadersCount);

/* ---- Options and credentials ---- */

/* Gives an option's value. NULL stands for the process. */
WINHTTPAPI BOOL WINAPI WinHttpQueryOption(
    _In_opt_ HINTERNET hInternet,
    _In_ DWORD dwOption,
    _Out_writes_bytes_to_opt_(*lpdwBufferLength, *lpdwBufferLength) LPVOID lpBuffer,
    _Inout_ LPDWORD lpdwBufferLength);

/* Sets an option's value. NULL stands for the process. */
WINHTTPAPI BOOL WINAPI WinHttpSetOption(
    _In_opt_ HINTERNET hInternet,
    _In_ DWORD dwOption,
    _In_reads_bytes_opt_(dwBufferLength) LPVOID lpBuffer,
    _In_ DWORD dwBufferLength);

/* Sets the credentials of a request: WINHTTP_AUTH_TARGET_*, one of WINHTTP_AUTH_SCHEME_*. */
WINHTTPAPI BOOL WINAPI WinHttpSetCredentials(
    _In_ HINTERNET hRequest,
    _In_ DWORD AuthTargets,
    _In_ DWORD AuthScheme,
    _In_opt_z_ LPCWSTR pwszUserName,
    _In_opt_z_ LPCWSTR pwszPassword,
    _Reserved_ LPVOID pAuthParams);

/* Gives the schemes that a response 401 or 407 offers. */
WINHTTPAPI BOOL WINAPI WinHttpQueryAuthSchemes(
    _In_ HINTERNET hRequest,
    _Out_ LPDWORD lpdwSupportedSchemes,
    _Out_ LPDWORD lpdwFirstScheme,
    _Out_ LPDWORD pdwAuthTarget);

/* Not supported: ERROR_NOT_SUPPORTED. */
WINHTTPAPI BOOL WINAPI WinHttpQueryAuthParams(
    _In_ HINTERNET hRequest,
    _In_ DWORD AuthScheme,
    _Out_ LPVOID *pAuthParams);

/* ---- URLs, dates ---- */

/* Takes a URL apart. A length of 0: up to the NUL. */
WINHTTPAPI BOOL WINAPI WinHttpCrackUrl(
    _In_reads_(dwUrlLength) LPCWSTR pwszUrl,
    _In_ DWORD dwUrlLength,
    _In_ DWORD dwFlags,
    _Inout_ LPURL_COMPONENTS lpUrlComponents);

/* Puts a URL together. The length is in characters. */
WINHTTPAPI BOOL WINAPI WinHttpCreateUrl(
    _In_ LPURL_COMPONENTS lpUrlComponents,
    _In_ DWORD dwFlags,
    _Out_writes_to_opt_(*pdwUrlLength, *pdwUrlLength) LPWSTR pwszUrl,
    _Inout_ LPDWORD pdwUrlLength);

/* TRUE. */
WINHTTPAPI BOOL WINAPI WinHttpCheckPlatform(void);

/* Writes a date as HTTP does; the buffer has WINHTTP_TIME_FORMAT_BUFSIZE bytes. */
WINHTTPAPI BOOL WINAPI WinHttpTimeFromSystemTime(
    _In_ const SYSTEMTIME *pst,
    _Out_writes_bytes_(WINHTTP_TIME_FORMAT_BUFSIZE) LPWSTR pwszTime);

/* Reads a date as HTTP writes it. */
WINHTTPAPI BOOL WINAPI WinHttpTimeToSystemTime(
    _In_z_ LPCWSTR pwszTime,
    _Out_ SYSTEMTIME *pst);

/* ---- Proxies; strings in the structures are freed with GlobalFree, results with functions of their own ---- */

/* Looks for a proxy script in the network; GlobalFree the URL. */
WINHTTPAPI BOOL WINAPI WinHttpDetectAutoProxyConfigUrl(
    _In_ DWORD dwAutoDetectFlags,
    _Outptr_result_maybenull_ LPWSTR *ppwstrAutoConfigUrl);

/* Gives the machine's settings. */
WINHTTPAPI BOOL WINAPI WinHttpGetDefaultProxyConfiguration(
    _Inout_ WINHTTP_PROXY_INFO *pProxyInfo);

/* Sets them. */
WINHTTPAPI BOOL WINAPI WinHttpSetDefaultProxyConfiguration(
    _In_ WINHTTP_PROXY_INFO *pProxyInfo);

/* Gives the user's settings. */
WINHTTPAPI BOOL WINAPI WinHttpGetIEProxyConfigForCurrentUser(
    _Inout_ WINHTTP_CURRENT_USER_IE_PROXY_CONFIG *pProxyConfig);

/* Asks a proxy script for a URL; waits. */
WINHTTPAPI BOOL WINAPI WinHttpGetProxyForUrl(
    _In_ HINTERNET hSession,
    _In_z_ LPCWSTR lpcwszUrl,
    _In_ WINHTTP_AUTOPROXY_OPTIONS *pAutoProxyOptions,
    _Out_ WINHTTP_PROXY_INFO *pProxyInfo);

/* Makes a handle for the functions that follow; the session must be asynchronous. */
WINHTTPAPI DWORD WINAPI WinHttpCreateProxyResolver(
    _In_ HINTERNET hSession,
    _Out_ HINTERNET *phResolver);

/* Starts a lookup: ERROR_IO_PENDING, then a callback. */
WINHTTPAPI DWORD WINAPI WinHttpGetProxyForUrlEx(
    _In_ HINTERNET hResolver,
    _In_z_ PCWSTR pcwszUrl,
    _In_ WINHTTP_AUTOPROXY_OPTIONS *pAutoProxyOptions,
    _In_opt_ DWORD_PTR pContext);

/* The same for an interface. */
WINHTTPAPI DWORD WINAPI WinHttpGetProxyForUrlEx2(
    _In_ HINTERNET hResolver,
    _In_z_ PCWSTR pcwszUrl,
    _In_ WINHTTP_AUTOPROXY_OPTIONS *pAutoProxyOptions,
    _In_ DWORD cbInterfaceSelectionContext,
    _In_reads_bytes_opt_(cbInterfaceSelectionContext) BYTE *pInterfaceSelectionContext,
    _In_opt_ DWORD_PTR pContext);

/* Gives what was found. */
WINHTTPAPI DWORD WINAPI WinHttpGetProxyResult(
    _In_ HINTERNET hResolver,
    _Out_ WINHTTP_PROXY_RESULT *pProxyResult);

/* The same after WinHttpGetProxyForUrlEx2. */
WINHTTPAPI DWORD WINAPI WinHttpGetProxyResultEx(
    _In_ HINTERNET hResolver,
    _Out_ WINHTTP_PROXY_RESULT_EX *pProxyResultEx);

/* Frees a result and empties the structure. */
WINHTTPAPI VOID WINAPI WinHttpFreeProxyResult(
    _Inout_ WINHTTP_PROXY_RESULT *pProxyResult);

/* Frees a result and empties the structure. */
WINHTTPAPI VOID WINAPI WinHttpFreeProxyResultEx(
    _Inout_ WINHTTP_PROXY_RESULT_EX *pProxyResultEx);

/* Forgets what was found before: WINHTTP_RESET_*. */
WINHTTPAPI DWORD WINAPI WinHttpResetAutoProxy(
    _In_ HINTERNET hSession,
    _In_ DWORD dwFlags);

/* Starts reading settings: ERROR_IO_PENDING, then a callback. */
WINHTTPAPI DWORD WINAPI WinHttpGetProxySettingsEx(
    _In_ HINTERNET hResolver,
    _In_ WINHTTP_PROXY_SETTINGS_TYPE ProxySettingsType,
    _In_opt_ PWINHTTP_PROXY_SETTINGS_PARAM pProxySettingsParam,
    _In_opt_ DWORD_PTR pContext);

/* Gives what was read: a WINHTTP_PROXY_SETTINGS_EX. */
WINHTTPAPI DWORD WINAPI WinHttpGetProxySettingsResultEx(
    _In_ HINTERNET hResolver,
    _Out_ PVOID pProxySettingsEx);

/* Frees it. */
WINHTTPAPI DWORD WINAPI WinHttpFreeProxySettingsEx(
    _In_ WINHTTP_PROXY_SETTINGS_TYPE ProxySettingsType,
    _In_ PVOID pProxySettingsEx);

/* Asks to be told when proxy settings change: WINHTTP_PROXY_NOTIFY_CHANGE. */
WINHTTPAPI DWORD WINAPI WinHttpRegisterProxyChangeNotification(
    _In_ ULONGLONG ullFlags,
    _In_ WINHTTP_PROXY_CHANGE_CALLBACK pfnCallback,
    _In_opt_ PVOID pvContext,
    _Out_ WINHTTP_PROXY_CHANGE_REGISTRATION_HANDLE *hRegistration);

/* Ends that; no callback runs after it. Not to be called inside the callback. */
WINHTTPAPI DWORD WINAPI WinHttpUnregisterProxyChangeNotification(
    _In_ WINHTTP_PROXY_CHANGE_REGISTRATION_HANDLE hRegistration);

/* Whether users have settings of their own. */
WINHTTPAPI DWORD WINAPI WinHttpSetProxySettingsPerUser(
    _In_ BOOL fProxySettingsPerUser);

/* Whether a host is in a bypass list. */
WINHTTPAPI DWORD WINAPI WinHttpIsHostInProxyBypassList(
    _In_ const WINHTTP_PROXY_INFO *pProxyInfo,
    _In_z_ PCWSTR pwszHost,
    _In_ INTERNET_SCHEME tScheme,
    _In_ INTERNET_PORT nPort,
    _Out_ BOOL *pfIsInBypassList);

/* Of system components. */
WINHTTPAPI DWORD WINAPI WinHttpReadProxySettings(
    _In_ HINTERNET hSession,
    _In_opt_z_ PCWSTR pcwszConnectionName,
    _In_ BOOL fFallBackToDefaultSettings,
    _In_ BOOL fSetAutoDiscoverForDefaultSettings,
    _Out_ DWORD *pdwSettingsVersion,
    _Out_ BOOL *pfDefaultSettingsAreReturned,
    _Out_ WINHTTP_PROXY_SETTINGS *pWinHttpProxySettings);

/* Of system components. */
WINHTTPAPI DWORD WINAPI WinHttpWriteProxySettings(
    _In_ HINTERNET hSession,
    _In_ BOOL fForceUpdate,
    _In_ WINHTTP_PROXY_SETTINGS *pWinHttpProxySettings);

/* Of system components. */
WINHTTPAPI DWORD WINAPI WinHttpGetProxySettingsVersion(
    _In_ HINTERNET hSession,
    _Out_ DWORD *pdwProxySettingsVersion);

/* Of system components. */
WINHTTPAPI VOID WINAPI WinHttpFreeProxySettings(
    _In_ WINHTTP_PROXY_SETTINGS *pWinHttpProxySettings);

/* ---- Connections in use ---- */

/* Counts the connections to the host of a request or connect handle. */
WINHTTPAPI DWORD WINAPI WinHttpQueryConnectionGroup(
    _In_ HINTERNET hInternet,
    _In_opt_ const GUID *pGuidConnection,
    _In_ ULONGLONG ullFlags,
    _Outptr_ PWINHTTP_QUERY_CONNECTION_GROUP_RESULT *ppResult);

/* Frees what that gave. */
WINHTTPAPI VOID WINAPI WinHttpFreeQueryConnectionGroupResult(
    _Inout_ PWINHTTP_QUERY_CONNECTION_GROUP_RESULT pResult);

/* ---- WebSockets ---- */

/* Makes a WebSocket of a request that was answered with 101. NULL on failure. */
WINHTTPAPI HINTERNET WINAPI WinHttpWebSocketCompleteUpgrade(
    _In_ HINTERNET hRequest,
    _In_opt_ DWORD_PTR pContext);

/* Sends a message or part of one. */
WINHTTPAPI DWORD WINAPI WinHttpWebSocketSend(
    _In_ HINTERNET hWebSocket,
    _In_ WINHTTP_WEB_SOCKET_BUFFER_TYPE eBufferType,
    _In_reads_bytes_opt_(dwBufferLength) PVOID pvBuffer,
    _In_ DWORD dwBufferLength);

/* Receives a message or part of one. The outputs are for synchronous use. */
WINHTTPAPI DWORD WINAPI WinHttpWebSocketReceive(
    _In_ HINTERNET hWebSocket,
    _Out_writes_bytes_to_(dwBufferLength, *pdwBytesRead) PVOID pvBuffer,
    _In_ DWORD dwBufferLength,
    _Out_opt_ DWORD *pdwBytesRead,
    _Out_opt_ WINHTTP_WEB_SOCKET_BUFFER_TYPE *peBufferType);

/* Sends a Close frame; receiving goes on. */
WINHTTPAPI DWORD WINAPI WinHttpWebSocketShutdown(
    _In_ HINTERNET hWebSocket,
    _In_ USHORT usStatus,
    _In_reads_bytes_opt_(dwReasonLength) PVOID pvReason,
    _In_ DWORD dwReasonLength);

/* Sends a Close frame and waits for the peer's. The handle stays open. */
WINHTTPAPI DWORD WINAPI WinHttpWebSocketClose(
    _In_ HINTERNET hWebSocket,
    _In_ USHORT usStatus,
    _In_reads_bytes_opt_(dwReasonLength) PVOID pvReason,
    _In_ DWORD dwReasonLength);

/* Gives status and reason of the peer's Close frame. */
WINHTTPAPI DWORD WINAPI WinHttpWebSocketQueryCloseStatus(
    _In_ HINTERNET hWebSocket,
    _Out_ USHORT *pusStatus,
    _Out_writes_bytes_to_opt_(dwReasonLength, *pdwReasonLengthConsumed) PVOID pvReason,
    _In_ DWORD dwReasonLength,
    _Out_ DWORD *pdwReasonLengthConsumed);

#pragma pack(pop)

#ifdef __cplusplus
}
#endif

/* ---- The binary contract, checked in every program that includes this file ---- */

#if defined(__cplusplus) || defined(__GNUC__) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L)
#ifdef __cplusplus
#define OPENWINHTTP_ASSERT(condition) static_assert(condition, #condition)
#else
#define OPENWINHTTP_ASSERT(condition) _Static_assert(condition, #condition)
#endif
/* With 8-byte pointers and with 4-byte pointers. */
#define OPENWINHTTP_SIZE(type, large, small)                                                                           \
    OPENWINHTTP_ASSERT(sizeof(type) == (sizeof(void *) == 8 ? (large) : (small)))
#define OPENWINHTTP_OFFSET(type, field, large, small)                                                                  \
    OPENWINHTTP_ASSERT(offsetof(type, field) == (sizeof(void *) == 8 ? (large) : (small)))

OPENWINHTTP_SIZE(URL_COMPONENTS, 104, 60);
OPENWINHTTP_OFFSET(URL_COMPONENTS, dwStructSize, 0, 0);
OPENWINHTTP_OFFSET(URL_COMPONENTS, lpszScheme, 8, 4);
OPENWINHTTP_OFFSET(URL_COMPONENTS, dwSchemeLength, 16, 8);
OPENWINHTTP_OFFSET(URL_COMPONENTS, nScheme, 20, 12);
OPENWINHTTP_OFFSET(URL_COMPONENTS, lpszHostName, 24, 16);
OPENWINHTTP_OFFSET(URL_COMPONENTS, dwHostNameLength, 32, 20);
OPENWINHTTP_OFFSET(URL_COMPONENTS, nPort, 36, 24);
OPENWINHTTP_OFFSET(URL_COMPONENTS, lpszUserName, 40, 28);
OPENWINHTTP_OFFSET(URL_COMPONENTS, dwUserNameLength, 48, 32);
OPENWINHTTP_OFFSET(URL_COMPONENTS, lpszPassword, 56, 36);
OPENWINHTTP_OFFSET(URL_COMPONENTS, dwPasswordLength, 64, 40);
OPENWINHTTP_OFFSET(URL_COMPONENTS, lpszUrlPath, 72, 44);
OPENWINHTTP_OFFSET(URL_COMPONENTS, dwUrlPathLength, 80, 48);
OPENWINHTTP_OFFSET(URL_COMPONENTS, lpszExtraInfo, 88, 52);
OPENWINHTTP_OFFSET(URL_COMPONENTS, dwExtraInfoLength, 96, 56);
OPENWINHTTP_SIZE(WINHTTP_ASYNC_RESULT, 16, 8);
OPENWINHTTP_OFFSET(WINHTTP_ASYNC_RESULT, dwResult, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_ASYNC_RESULT, dwError, 8, 4);
OPENWINHTTP_SIZE(WINHTTP_WEB_SOCKET_ASYNC_RESULT, 24, 12);
OPENWINHTTP_OFFSET(WINHTTP_WEB_SOCKET_ASYNC_RESULT, AsyncResult, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_WEB_SOCKET_ASYNC_RESULT, Operation, 16, 8);
OPENWINHTTP_SIZE(WINHTTP_WEB_SOCKET_STATUS, 8, 8);
OPENWINHTTP_OFFSET(WINHTTP_WEB_SOCKET_STATUS, dwBytesTransferred, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_WEB_SOCKET_STATUS, eBufferType, 4, 4);
OPENWINHTTP_SIZE(HTTP_VERSION_INFO, 8, 8);
OPENWINHTTP_OFFSET(HTTP_VERSION_INFO, dwMajorVersion, 0, 0);
OPENWINHTTP_OFFSET(HTTP_VERSION_INFO, dwMinorVersion, 4, 4);
OPENWINHTTP_SIZE(WINHTTP_CERTIFICATE_INFO, 64, 40);
OPENWINHTTP_OFFSET(WINHTTP_CERTIFICATE_INFO, ftExpiry, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_CERTIFICATE_INFO, ftStart, 8, 8);
OPENWINHTTP_OFFSET(WINHTTP_CERTIFICATE_INFO, lpszSubjectInfo, 16, 16);
OPENWINHTTP_OFFSET(WINHTTP_CERTIFICATE_INFO, lpszIssuerInfo, 24, 20);
OPENWINHTTP_OFFSET(WINHTTP_CERTIFICATE_INFO, lpszProtocolName, 32, 24);
OPENWINHTTP_OFFSET(WINHTTP_CERTIFICATE_INFO, lpszSignatureAlgName, 40, 28);
OPENWINHTTP_OFFSET(WINHTTP_CERTIFICATE_INFO, lpszEncryptionAlgName, 48, 32);
OPENWINHTTP_OFFSET(WINHTTP_CERTIFICATE_INFO, dwKeySize, 56, 36);
#ifdef OPENWINHTTP_HAS_SOCKADDR_STORAGE
OPENWINHTTP_SIZE(WINHTTP_CONNECTION_INFO, 264, 260);
OPENWINHTTP_OFFSET(WINHTTP_CONNECTION_INFO, cbSize, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_CONNECTION_INFO, LocalAddress, 8, 4);
OPENWINHTTP_OFFSET(WINHTTP_CONNECTION_INFO, RemoteAddress, 136, 132);
#endif
OPENWINHTTP_SIZE(WINHTTP_REQUEST_TIMES, 520, 516);
OPENWINHTTP_OFFSET(WINHTTP_REQUEST_TIMES, cTimes, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_REQUEST_TIMES, rgullTimes, 8, 4);
OPENWINHTTP_SIZE(WINHTTP_REQUEST_STATS, 272, 272);
OPENWINHTTP_OFFSET(WINHTTP_REQUEST_STATS, ullFlags, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_REQUEST_STATS, ulIndex, 8, 8);
OPENWINHTTP_OFFSET(WINHTTP_REQUEST_STATS, cStats, 12, 12);
OPENWINHTTP_OFFSET(WINHTTP_REQUEST_STATS, rgullStats, 16, 16);
OPENWINHTTP_SIZE(WINHTTP_HEADER_NAME, 8, 4);
OPENWINHTTP_SIZE(WINHTTP_EXTENDED_HEADER, 16, 8);
OPENWINHTTP_OFFSET(WINHTTP_EXTENDED_HEADER, pszName, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_EXTENDED_HEADER, pwszValue, 8, 4);
OPENWINHTTP_SIZE(WINHTTP_PROXY_INFO, 24, 12);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_INFO, dwAccessType, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_INFO, lpszProxy, 8, 4);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_INFO, lpszProxyBypass, 16, 8);
OPENWINHTTP_SIZE(WINHTTP_CURRENT_USER_IE_PROXY_CONFIG, 32, 16);
OPENWINHTTP_OFFSET(WINHTTP_CURRENT_USER_IE_PROXY_CONFIG, fAutoDetect, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_CURRENT_USER_IE_PROXY_CONFIG, lpszAutoConfigUrl, 8, 4);
OPENWINHTTP_OFFSET(WINHTTP_CURRENT_USER_IE_PROXY_CONFIG, lpszProxy, 16, 8);
OPENWINHTTP_OFFSET(WINHTTP_CURRENT_USER_IE_PROXY_CONFIG, lpszProxyBypass, 24, 12);
OPENWINHTTP_SIZE(WINHTTP_AUTOPROXY_OPTIONS, 32, 24);
OPENWINHTTP_OFFSET(WINHTTP_AUTOPROXY_OPTIONS, dwFlags, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_AUTOPROXY_OPTIONS, dwAutoDetectFlags, 4, 4);
OPENWINHTTP_OFFSET(WINHTTP_AUTOPROXY_OPTIONS, lpszAutoConfigUrl, 8, 8);
OPENWINHTTP_OFFSET(WINHTTP_AUTOPROXY_OPTIONS, lpvReserved, 16, 12);
OPENWINHTTP_OFFSET(WINHTTP_AUTOPROXY_OPTIONS, dwReserved, 24, 16);
OPENWINHTTP_OFFSET(WINHTTP_AUTOPROXY_OPTIONS, fAutoLogonIfChallenged, 28, 20);
OPENWINHTTP_SIZE(WINHTTP_PROXY_RESULT_ENTRY, 32, 20);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_RESULT_ENTRY, fProxy, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_RESULT_ENTRY, fBypass, 4, 4);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_RESULT_ENTRY, ProxyScheme, 8, 8);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_RESULT_ENTRY, pwszProxy, 16, 12);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_RESULT_ENTRY, ProxyPort, 24, 16);
OPENWINHTTP_SIZE(WINHTTP_PROXY_RESULT, 16, 8);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_RESULT, cEntries, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_RESULT, pEntries, 8, 4);
OPENWINHTTP_SIZE(WINHTTP_PROXY_RESULT_EX, 32, 16);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_RESULT_EX, cEntries, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_RESULT_EX, pEntries, 8, 4);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_RESULT_EX, hProxyDetectionHandle, 16, 8);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_RESULT_EX, dwProxyInterfaceAffinity, 24, 12);
OPENWINHTTP_SIZE(WINHTTP_PROXY_NETWORKING_KEY, 128, 128);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_NETWORKING_KEY, pbBuffer, 0, 0);
OPENWINHTTP_SIZE(WINHTTP_PROXY_SETTINGS, 112, 68);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS, dwStructSize, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS, dwFlags, 4, 4);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS, dwCurrentSettingsVersion, 8, 8);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS, pwszConnectionName, 16, 12);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS, pwszProxy, 24, 16);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS, pwszProxyBypass, 32, 20);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS, pwszAutoconfigUrl, 40, 24);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS, pwszAutoconfigSecondaryUrl, 48, 28);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS, dwAutoDiscoveryFlags, 56, 32);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS, pwszLastKnownGoodAutoConfigUrl, 64, 36);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS, dwAutoconfigReloadDelayMins, 72, 40);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS, ftLastKnownDetectTime, 76, 44);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS, dwDetectedInterfaceIpCount, 84, 52);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS, pdwDetectedInterfaceIp, 88, 56);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS, cNetworkKeys, 96, 60);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS, pNetworkKeys, 104, 64);
OPENWINHTTP_SIZE(WINHTTP_PROXY_SETTINGS_EX, 72, 44);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS_EX, ullGenerationId, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS_EX, ullFlags, 8, 8);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS_EX, pcwszAutoconfigUrl, 16, 16);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS_EX, pcwszProxy, 24, 20);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS_EX, pcwszSecureProxy, 32, 24);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS_EX, cProxyBypasses, 40, 28);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS_EX, rgpcwszProxyBypasses, 48, 32);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS_EX, dwInterfaceIndex, 56, 36);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS_EX, pcwszConnectionName, 64, 40);
OPENWINHTTP_SIZE(WINHTTP_PROXY_SETTINGS_PARAM, 24, 16);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS_PARAM, ullFlags, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS_PARAM, pcwszConnectionName, 8, 8);
OPENWINHTTP_OFFSET(WINHTTP_PROXY_SETTINGS_PARAM, pcwszProbeHost, 16, 12);
OPENWINHTTP_SIZE(WINHTTP_CREDS, 48, 24);
OPENWINHTTP_OFFSET(WINHTTP_CREDS, lpszUserName, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_CREDS, lpszPassword, 8, 4);
OPENWINHTTP_OFFSET(WINHTTP_CREDS, lpszRealm, 16, 8);
OPENWINHTTP_OFFSET(WINHTTP_CREDS, dwAuthScheme, 24, 12);
OPENWINHTTP_OFFSET(WINHTTP_CREDS, lpszHostName, 32, 16);
OPENWINHTTP_OFFSET(WINHTTP_CREDS, dwPort, 40, 20);
OPENWINHTTP_SIZE(WINHTTP_CREDS_EX, 56, 28);
OPENWINHTTP_OFFSET(WINHTTP_CREDS_EX, lpszUserName, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_CREDS_EX, lpszPassword, 8, 4);
OPENWINHTTP_OFFSET(WINHTTP_CREDS_EX, lpszRealm, 16, 8);
OPENWINHTTP_OFFSET(WINHTTP_CREDS_EX, dwAuthScheme, 24, 12);
OPENWINHTTP_OFFSET(WINHTTP_CREDS_EX, lpszHostName, 32, 16);
OPENWINHTTP_OFFSET(WINHTTP_CREDS_EX, dwPort, 40, 20);
OPENWINHTTP_OFFSET(WINHTTP_CREDS_EX, lpszUrl, 48, 24);
OPENWINHTTP_SIZE(WINHTTP_MATCH_CONNECTION_GUID, 24, 24);
OPENWINHTTP_OFFSET(WINHTTP_MATCH_CONNECTION_GUID, ConnectionGuid, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_MATCH_CONNECTION_GUID, ullFlags, 16, 16);
OPENWINHTTP_SIZE(WINHTTP_CONNECTION_GROUP, 20, 20);
OPENWINHTTP_OFFSET(WINHTTP_CONNECTION_GROUP, cConnections, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_CONNECTION_GROUP, guidGroup, 4, 4);
OPENWINHTTP_SIZE(WINHTTP_HOST_CONNECTION_GROUP, 24, 12);
OPENWINHTTP_OFFSET(WINHTTP_HOST_CONNECTION_GROUP, pwszHost, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_HOST_CONNECTION_GROUP, cConnectionGroups, 8, 4);
OPENWINHTTP_OFFSET(WINHTTP_HOST_CONNECTION_GROUP, pConnectionGroups, 16, 8);
OPENWINHTTP_SIZE(WINHTTP_QUERY_CONNECTION_GROUP_RESULT, 16, 8);
OPENWINHTTP_OFFSET(WINHTTP_QUERY_CONNECTION_GROUP_RESULT, cHosts, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_QUERY_CONNECTION_GROUP_RESULT, pHostConnectionGroups, 8, 4);
OPENWINHTTP_SIZE(WINHTTP_RESOLVER_CACHE_CONFIG, 32, 32);
OPENWINHTTP_OFFSET(WINHTTP_RESOLVER_CACHE_CONFIG, ulMaxResolverCacheEntries, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_RESOLVER_CACHE_CONFIG, ulMaxCacheEntryAge, 4, 4);
OPENWINHTTP_OFFSET(WINHTTP_RESOLVER_CACHE_CONFIG, ulMinCacheEntryTtl, 8, 8);
OPENWINHTTP_OFFSET(WINHTTP_RESOLVER_CACHE_CONFIG, SecureDnsSetting, 12, 12);
OPENWINHTTP_OFFSET(WINHTTP_RESOLVER_CACHE_CONFIG, ullConnResolutionWaitTime, 16, 16);
OPENWINHTTP_OFFSET(WINHTTP_RESOLVER_CACHE_CONFIG, ullFlags, 24, 24);
OPENWINHTTP_SIZE(WINHTTP_HTTP2_RECEIVE_WINDOW, 8, 8);
OPENWINHTTP_OFFSET(WINHTTP_HTTP2_RECEIVE_WINDOW, ulStreamWindow, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_HTTP2_RECEIVE_WINDOW, ulStreamWindowUpdateDelta, 4, 4);
OPENWINHTTP_SIZE(WINHTTP_FAILED_CONNECTION_RETRIES, 8, 8);
OPENWINHTTP_OFFSET(WINHTTP_FAILED_CONNECTION_RETRIES, dwMaxRetries, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_FAILED_CONNECTION_RETRIES, dwAllowedRetryConditions, 4, 4);
#ifdef OPENWINHTTP_HAS_SECURITY
OPENWINHTTP_SIZE(WINHTTP_SECURITY_INFO, 708, 708);
OPENWINHTTP_OFFSET(WINHTTP_SECURITY_INFO, ConnectionInfo, 0, 0);
OPENWINHTTP_OFFSET(WINHTTP_SECURITY_INFO, CipherInfo, 28, 28);
#endif

OPENWINHTTP_SIZE(HINTERNET, 8, 4);
OPENWINHTTP_SIZE(WINHTTP_STATUS_CALLBACK, 8, 4);
OPENWINHTTP_ASSERT(sizeof(INTERNET_PORT) == 2);
OPENWINHTTP_ASSERT(sizeof(INTERNET_SCHEME) == 4);
OPENWINHTTP_ASSERT(sizeof(WINHTTP_REQUEST_TIME_ENTRY) == 4);
OPENWINHTTP_ASSERT(sizeof(WINHTTP_REQUEST_STAT_ENTRY) == 4);
OPENWINHTTP_ASSERT(sizeof(WINHTTP_WEB_SOCKET_OPERATION) == 4);
OPENWINHTTP_ASSERT(sizeof(WINHTTP_WEB_SOCKET_BUFFER_TYPE) == 4);
OPENWINHTTP_ASSERT(sizeof(WINHTTP_WEB_SOCKET_CLOSE_STATUS) == 4);
OPENWINHTTP_ASSERT(sizeof(WINHTTP_PROXY_SETTINGS_TYPE) == 4);
OPENWINHTTP_ASSERT(sizeof(WINHTTP_SECURE_DNS_SETTING) == 4);
OPENWINHTTP_ASSERT(sizeof(DWORD) == 4 && sizeof(ULONG) == 4 && sizeof(ULONGLONG) == 8 && sizeof(WCHAR) == 2);
OPENWINHTTP_ASSERT(sizeof(DWORD_PTR) == sizeof(void *) && sizeof(FILETIME) == 8 && sizeof(GUID) == 16);
#endif

#endif /* OPENWINHTTP_WINHTTP_H */
