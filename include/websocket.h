/*
 * websocket.h - the WebSocket Protocol Component API.
 *
 * The names, layouts and numbers are Microsoft's, so that programs written for websocket.dll compile unchanged; each
 * layout and number is asserted in this file. Reference: https://learn.microsoft.com/windows/win32/api/websocket/
 *
 * The library does no I/O. A program creates one handle per connection, plays the handshake with Begin/End, queues
 * operations with WebSocketSend and WebSocketReceive, and then repeats:
 *
 *     WebSocketGetAction      - what is to be done now?
 *     (do it)                 - write to the network, read from the network, take a finished operation
 *     WebSocketCompleteAction - tell the library that it is done
 *
 * Off Windows the basic types come from win32/openwinhttp/, so that this header works alone. Link with -lwebsocket.
 */
#ifndef OPENWINHTTP_WEBSOCKET_H
#define OPENWINHTTP_WEBSOCKET_H

#include <stddef.h>

#ifdef _WIN32
#include <windows.h>
#else
#include "win32/openwinhttp/errors.h"
#include "win32/openwinhttp/sal.h"
#include "win32/openwinhttp/types.h"
#endif

/* Annotations that some compilers' own headers for Windows lack. */
#ifndef _Field_size_bytes_
#define _Field_size_bytes_(size)
#endif
#ifndef _Inout_updates_to_opt_
#define _Inout_updates_to_opt_(size, count)
#endif
#ifndef _Inout_updates_bytes_to_opt_
#define _Inout_updates_bytes_to_opt_(size, count)
#endif
#ifndef _Outptr_result_buffer_
#define _Outptr_result_buffer_(size)
#endif
#ifndef _Outptr_opt_result_maybenull_
#define _Outptr_opt_result_maybenull_
#endif
#ifndef _Outptr_result_maybenull_
#define _Outptr_result_maybenull_
#endif

#ifdef _WIN32
#define WEBSOCKETAPI DECLSPEC_IMPORT
#else
#define WEBSOCKETAPI
#endif

/* The longest reason of a Close frame, in bytes. */
#define WEB_SOCKET_MAX_CLOSE_REASON_LENGTH 123

/*
 * HRESULTs of this API; Microsoft has them in winerror.h.
 * FORMAT: the peer's data is malformed. OPERATION: the call or the frame does not fit the state of the channel.
 */
#ifndef E_INVALID_PROTOCOL_OPERATION
#define E_INVALID_PROTOCOL_OPERATION ((HRESULT)0x83760001)
#define E_INVALID_PROTOCOL_FORMAT ((HRESULT)0x83760002)
#define E_PROTOCOL_EXTENSIONS_NOT_SUPPORTED ((HRESULT)0x83760003)
#define E_SUBPROTOCOL_NOT_SUPPORTED ((HRESULT)0x83760004)
#define E_PROTOCOL_VERSION_NOT_SUPPORTED ((HRESULT)0x83760005)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* One side of one connection. Any number of threads may use it at once, as long as none of them deletes it. */
DECLARE_HANDLE(WEB_SOCKET_HANDLE);

/* Close status codes of RFC 6455, section 7.4.1. */
typedef enum _WEB_SOCKET_CLOSE_STATUS {
    WEB_SOCKET_SUCCESS_CLOSE_STATUS = 1000,
    WEB_SOCKET_ENDPOINT_UNAVAILABLE_CLOSE_STATUS = 1001,
    WEB_SOCKET_PROTOCOL_ERROR_CLOSE_STATUS = 1002,
    WEB_SOCKET_INVALID_DATA_TYPE_CLOSE_STATUS = 1003,
    WEB_SOCKET_EMPTY_CLOSE_STATUS = 1005,   /* the Close frame carries no status; never on the wire */
    WEB_SOCKET_ABORTED_CLOSE_STATUS = 1006, /* never on the wire */
    WEB_SOCKET_INVALID_PAYLOAD_CLOSE_STATUS = 1007,
    WEB_SOCKET_POLICY_VIOLATION_CLOSE_STATUS = 1008,
    WEB_SOCKET_MESSAGE_TOO_BIG_CLOSE_STATUS = 1009,
    WEB_SOCKET_UNSUPPORTED_EXTENSIONS_CLOSE_STATUS = 1010,
    WEB_SOCKET_SERVER_ERROR_CLOSE_STATUS = 1011,
    WEB_SOCKET_SECURE_HANDSHAKE_ERROR_CLOSE_STATUS = 1015 /* never on the wire */
} WEB_SOCKET_CLOSE_STATUS;

/* Kinds of properties. The first five belong to a handle, the last two are read with WebSocketGetGlobalProperty. */
typedef enum _WEB_SOCKET_PROPERTY_TYPE {
    WEB_SOCKET_RECEIVE_BUFFER_SIZE_PROPERTY_TYPE = 0,       /* ULONG bytes, at least 256; default 4096 */
    WEB_SOCKET_SEND_BUFFER_SIZE_PROPERTY_TYPE = 1,          /* ULONG bytes, at least 16; default 4096, server 16 */
    WEB_SOCKET_DISABLE_MASKING_PROPERTY_TYPE = 2,           /* BOOL: key 0; a server takes unmasked frames too */
    WEB_SOCKET_ALLOCATED_BUFFER_PROPERTY_TYPE = 3,          /* PVOID variable; ulValueSize is the block's size */
    WEB_SOCKET_DISABLE_UTF8_VERIFICATION_PROPERTY_TYPE = 4, /* BOOL: received text is not checked */
    WEB_SOCKET_KEEPALIVE_INTERVAL_PROPERTY_TYPE = 5,        /* ULONG milliseconds */
    WEB_SOCKET_SUPPORTED_VERSIONS_PROPERTY_TYPE = 6         /* array of ULONG */
} WEB_SOCKET_PROPERTY_TYPE;

/* Which operations WebSocketGetAction looks at. */
typedef enum _WEB_SOCKET_ACTION_QUEUE {
    WEB_SOCKET_SEND_ACTION_QUEUE = 0x1,
    WEB_SOCKET_RECEIVE_ACTION_QUEUE = 0x2, /* the pongs that answer pings come from here */
    WEB_SOCKET_ALL_ACTION_QUEUE = WEB_SOCKET_SEND_ACTION_QUEUE | WEB_SOCKET_RECEIVE_ACTION_QUEUE
} WEB_SOCKET_ACTION_QUEUE;

/* Kinds of buffers: messages whole or last part (MESSAGE) and parts that go on (FRAGMENT), and control frames. */
#ifdef __GNUC__
__extension__ /* enumerators beyond INT_MAX: an unsigned enumeration, as wide as on Windows */
#endif
typedef enum _WEB_SOCKET_BUFFER_TYPE {
    WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE = 0x80000000,
    WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE = 0x80000001,
    WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE = 0x80000002,
    WEB_SOCKET_BINARY_FRAGMENT_BUFFER_TYPE = 0x80000003,
    WEB_SOCKET_CLOSE_BUFFER_TYPE = 0x80000004,
    WEB_SOCKET_PING_PONG_BUFFER_TYPE = 0x80000005,       /* sent: a ping; received: a pong */
    WEB_SOCKET_UNSOLICITED_PONG_BUFFER_TYPE = 0x80000006 /* sent only */
} WEB_SOCKET_BUFFER_TYPE;

/* What the caller of WebSocketGetAction has to do. */
typedef enum _WEB_SOCKET_ACTION {
    WEB_SOCKET_NO_ACTION = 0,                       /* nothing; not to be completed */
    WEB_SOCKET_SEND_TO_NETWORK_ACTION = 1,          /* write all buffers, in order */
    WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION = 2,   /* a WebSocketSend has ended */
    WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION = 3,     /* read at least one byte into the buffer */
    WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION = 4 /* a WebSocketReceive has ended; the buffer holds what came */
} WEB_SOCKET_ACTION;

/* One property for the creation of a handle. */
typedef struct _WEB_SOCKET_PROPERTY {
    WEB_SOCKET_PROPERTY_TYPE Type;
    _Field_size_bytes_(ulValueSize) PVOID pvValue; /* may be unaligned; read during the call only */
    ULONG ulValueSize;                             /* bytes */
} WEB_SOCKET_PROPERTY, *PWEB_SOCKET_PROPERTY;

/* One HTTP header. The lengths are in bytes and leave the terminating NUL out. */
typedef struct _WEB_SOCKET_HTTP_HEADER {
    _Field_size_bytes_(ulNameLength) PCHAR pcName;
    ULONG ulNameLength;
    _Field_size_bytes_(ulValueLength) PCHAR pcValue;
    ULONG ulValueLength;
} WEB_SOCKET_HTTP_HEADER, *PWEB_SOCKET_HTTP_HEADER;

/* Bytes, or the contents of a Close frame when the buffer's type is WEB_SOCKET_CLOSE_BUFFER_TYPE. */
typedef union _WEB_SOCKET_BUFFER {
    struct {
        _Field_size_bytes_(ulBufferLength) PBYTE pbBuffer;
        ULONG ulBufferLength; /* bytes */
    } Data;
    struct {
        _Field_size_bytes_(ulReasonLength) PBYTE pbReason; /* UTF-8 */
        ULONG ulReasonLength;                              /* bytes, at most WEB_SOCKET_MAX_CLOSE_REASON_LENGTH */
        USHORT usStatus;                                   /* WEB_SOCKET_CLOSE_STATUS, or a code of one's own */
    } CloseStatus;
} WEB_SOCKET_BUFFER, *PWEB_SOCKET_BUFFER;

/*
 * Creates the client's side of a connection. No properties (NULL, 0) means the defaults. On failure *phWebSocket is
 * NULL. An ALLOCATED_BUFFER block must outlive the handle and have room for both buffer sizes and 144 bytes.
 */
WEBSOCKETAPI HRESULT WINAPI WebSocketCreateClientHandle(
    _In_reads_(ulPropertyCount) const PWEB_SOCKET_PROPERTY pProperties,
    _In_ ULONG ulPropertyCount,
    _Out_ WEB_SOCKET_HANDLE *phWebSocket);

/*
 * Starts the client's handshake: offers subprotocols (one token each) and extensions (one each, with parameters), and
 * gives the headers that the caller adds to its GET request. The array returned belongs to the handle.
 */
WEBSOCKETAPI HRESULT WINAPI WebSocketBeginClientHandshake(
    _In_ WEB_SOCKET_HANDLE hWebSocket,
    _In_reads_opt_(ulSubprotocolCount) PCSTR *pszSubprotocols,
    _In_ ULONG ulSubprotocolCount,
    _In_reads_opt_(ulExtensionCount) PCSTR *pszExtensions,
    _In_ ULONG ulExtensionCount,
    _In_reads_opt_(ulInitialHeaderCount) const PWEB_SOCKET_HTTP_HEADER pInitialHeaders,
    _In_ ULONG ulInitialHeaderCount,
    _Outptr_result_buffer_(*pulAdditionalHeaderCount) PWEB_SOCKET_HTTP_HEADER *pAdditionalHeaders,
    _Out_ ULONG *pulAdditionalHeaderCount);

/*
 * Ends the client's handshake by checking the headers of the server's 101 response. The selections are indexes into
 * the arrays given to Begin; a subprotocol index of 0xFFFFFFFF means that the server selected none.
 */
WEBSOCKETAPI HRESULT WINAPI WebSocketEndClientHandshake(
    _In_ WEB_SOCKET_HANDLE hWebSocket,
    _In_reads_(ulReponseHeaderCount) const PWEB_SOCKET_HTTP_HEADER pResponseHeaders,
    _In_ ULONG ulReponseHeaderCount,
    _Inout_updates_to_opt_(*pulSelectedExtensionCount, *pulSelectedExtensionCount) ULONG *pulSelectedExtensions,
    _Inout_opt_ ULONG *pulSelectedExtensionCount,
    _Inout_opt_ ULONG *pulSelectedSubprotocol);

/* Creates the server's side of a connection; see WebSocketCreateClientHandle. */
WEBSOCKETAPI HRESULT WINAPI WebSocketCreateServerHandle(
    _In_reads_(ulPropertyCount) const PWEB_SOCKET_PROPERTY pProperties,
    _In_ ULONG ulPropertyCount,
    _Out_ WEB_SOCKET_HANDLE *phWebSocket);

/*
 * Plays the server's handshake: checks the headers of the client's request and gives the headers that the caller adds
 * to its 101 response. The subprotocol (or NULL) and extensions selected must be among those that the client offers.
 */
WEBSOCKETAPI HRESULT WINAPI WebSocketBeginServerHandshake(
    _In_ WEB_SOCKET_HANDLE hWebSocket,
    _In_opt_ PCSTR pszSubprotocolSelected,
    _In_reads_opt_(ulExtensionSelectedCount) PCSTR *pszExtensionSelected,
    _In_ ULONG ulExtensionSelectedCount,
    _In_reads_(ulRequestHeaderCount) const PWEB_SOCKET_HTTP_HEADER pRequestHeaders,
    _In_ ULONG ulRequestHeaderCount,
    _Outptr_result_buffer_(*pulResponseHeaderCount) PWEB_SOCKET_HTTP_HEADER *pResponseHeaders,
    _Out_ ULONG *pulResponseHeaderCount);

/* Ends the server's handshake. Optional: the first call that needs an open session does the same. */
WEBSOCKETAPI HRESULT WINAPI WebSocketEndServerHandshake(
    _In_ WEB_SOCKET_HANDLE hWebSocket);

/*
 * Queues one message, fragment or control frame. The descriptor is copied; the bytes that it names must stay until
 * the send is indicated complete. Pings and pongs take no buffer.
 */
WEBSOCKETAPI HRESULT WINAPI WebSocketSend(
    _In_ WEB_SOCKET_HANDLE hWebSocket,
    _In_ WEB_SOCKET_BUFFER_TYPE BufferType,
    _In_opt_ const PWEB_SOCKET_BUFFER pBuffer,
    _In_opt_ PVOID Context);

/*
 * Queues the receiving of whatever comes next. Without a buffer the data is shown inside the handle's own buffer,
 * valid until the indication is completed; with one it is copied there.
 */
WEBSOCKETAPI HRESULT WINAPI WebSocketReceive(
    _In_ WEB_SOCKET_HANDLE hWebSocket,
    _In_opt_ const PWEB_SOCKET_BUFFER pBuffer,
    _In_opt_ PVOID pvContext);

/*
 * Gives the next action of a queue. *pulDataBufferCount is the room in pDataBuffers on input (two are always enough)
 * and the number of buffers used on output. Each action other than NO_ACTION must be completed before the next one of
 * the same side is given.
 */
WEBSOCKETAPI HRESULT WINAPI WebSocketGetAction(
    _In_ WEB_SOCKET_HANDLE hWebSocket,
    _In_ WEB_SOCKET_ACTION_QUEUE eActionQueue,
    _Inout_updates_to_opt_(*pulDataBufferCount, *pulDataBufferCount) WEB_SOCKET_BUFFER *pDataBuffers,
    _Inout_ ULONG *pulDataBufferCount,
    _Out_ WEB_SOCKET_ACTION *pAction,
    _Out_ WEB_SOCKET_BUFFER_TYPE *pBufferType,
    _Outptr_opt_result_maybenull_ PVOID *pvApplicationContext,
    _Outptr_result_maybenull_ PVOID *pvActionContext);

/*
 * Completes an action. ulBytesTransferred is the number of bytes written or read; less than all on a write, or 0 on a
 * read, cancels the operation. An unknown context is ignored.
 */
WEBSOCKETAPI VOID WINAPI WebSocketCompleteAction(
    _In_ WEB_SOCKET_HANDLE hWebSocket,
    _In_ PVOID pvActionContext,
    _In_ ULONG ulBytesTransferred);

/* Cancels every operation of an open session; each is then indicated once, and nothing new is accepted. */
WEBSOCKETAPI VOID WINAPI WebSocketAbortHandle(
    _In_ WEB_SOCKET_HANDLE hWebSocket);

/* Frees a handle, in any state. No other call may be using it. */
WEBSOCKETAPI VOID WINAPI WebSocketDeleteHandle(
    _In_ WEB_SOCKET_HANDLE hWebSocket);

/*
 * Reads a property that belongs to no handle. *ulSize is the room on input and the size of the value on output, also
 * when the room was too small (HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER)).
 */
WEBSOCKETAPI HRESULT WINAPI WebSocketGetGlobalProperty(
    _In_ WEB_SOCKET_PROPERTY_TYPE eType,
    _Inout_updates_bytes_to_opt_(*ulSize, *ulSize) PVOID pvValue,
    _Inout_ ULONG *ulSize);

#ifdef __cplusplus
}
#endif

/* ---- The binary contract, checked in every program that includes this file ---- */

#ifdef __cplusplus
#define OPENWINHTTP_ASSERT(condition) static_assert(condition, #condition)
#else
#define OPENWINHTTP_ASSERT(condition) _Static_assert(condition, #condition)
#endif

/* Offsets and sizes are multiples of a pointer's size, except where two ULONGs share eight bytes. */
OPENWINHTTP_ASSERT(offsetof(WEB_SOCKET_PROPERTY, Type) == 0);
OPENWINHTTP_ASSERT(offsetof(WEB_SOCKET_PROPERTY, pvValue) == sizeof(void *));
OPENWINHTTP_ASSERT(offsetof(WEB_SOCKET_PROPERTY, ulValueSize) == 2 * sizeof(void *));
OPENWINHTTP_ASSERT(sizeof(WEB_SOCKET_PROPERTY) == 3 * sizeof(void *));
OPENWINHTTP_ASSERT(offsetof(WEB_SOCKET_HTTP_HEADER, pcName) == 0);
OPENWINHTTP_ASSERT(offsetof(WEB_SOCKET_HTTP_HEADER, ulNameLength) == sizeof(void *));
OPENWINHTTP_ASSERT(offsetof(WEB_SOCKET_HTTP_HEADER, pcValue) == 2 * sizeof(void *));
OPENWINHTTP_ASSERT(offsetof(WEB_SOCKET_HTTP_HEADER, ulValueLength) == 3 * sizeof(void *));
OPENWINHTTP_ASSERT(sizeof(WEB_SOCKET_HTTP_HEADER) == 4 * sizeof(void *));
OPENWINHTTP_ASSERT(offsetof(WEB_SOCKET_BUFFER, Data.pbBuffer) == 0);
OPENWINHTTP_ASSERT(offsetof(WEB_SOCKET_BUFFER, Data.ulBufferLength) == sizeof(void *));
OPENWINHTTP_ASSERT(offsetof(WEB_SOCKET_BUFFER, CloseStatus.pbReason) == 0);
OPENWINHTTP_ASSERT(offsetof(WEB_SOCKET_BUFFER, CloseStatus.ulReasonLength) == sizeof(void *));
OPENWINHTTP_ASSERT(offsetof(WEB_SOCKET_BUFFER, CloseStatus.usStatus) == sizeof(void *) + 4);
OPENWINHTTP_ASSERT(sizeof(WEB_SOCKET_BUFFER) == (sizeof(void *) == 8 ? 16 : 12));

OPENWINHTTP_ASSERT(sizeof(WEB_SOCKET_HANDLE) == sizeof(void *));
OPENWINHTTP_ASSERT(sizeof(WEB_SOCKET_PROPERTY_TYPE) == 4);
OPENWINHTTP_ASSERT(sizeof(WEB_SOCKET_ACTION_QUEUE) == 4);
OPENWINHTTP_ASSERT(sizeof(WEB_SOCKET_BUFFER_TYPE) == 4);
OPENWINHTTP_ASSERT(sizeof(WEB_SOCKET_ACTION) == 4);
OPENWINHTTP_ASSERT(sizeof(ULONG) == 4);
OPENWINHTTP_ASSERT(sizeof(USHORT) == 2);
OPENWINHTTP_ASSERT(sizeof(HRESULT) == 4);
OPENWINHTTP_ASSERT(WEB_SOCKET_ALL_ACTION_QUEUE == 3);
OPENWINHTTP_ASSERT((ULONG)WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE == 0x80000000u);
OPENWINHTTP_ASSERT((ULONG)WEB_SOCKET_UNSOLICITED_PONG_BUFFER_TYPE == 0x80000006u);
OPENWINHTTP_ASSERT((ULONG)E_INVALID_PROTOCOL_OPERATION == 0x83760001u);
OPENWINHTTP_ASSERT((ULONG)E_PROTOCOL_VERSION_NOT_SUPPORTED == 0x83760005u);
OPENWINHTTP_ASSERT(E_INVALID_PROTOCOL_OPERATION < 0);

#endif /* OPENWINHTTP_WEBSOCKET_H */
