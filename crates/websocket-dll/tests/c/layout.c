/*
 * Every size, offset and number of websocket.h: compared with the specification (section 2) when compiling, and
 * printed as "name value" for the test to compare with what the library was built with.
 */
#include <windows.h>
#include <websocket.h>

#include <stdio.h>

/* `value` is the header's, `expected` the specification's. */
#define NUMBER(value, expected)                                                                                        \
    do {                                                                                                               \
        OPENWINHTTP_ASSERT((unsigned long long)(value) == (unsigned long long)(expected));                             \
        printf("%s %llu\n", #value, (unsigned long long)(value));                                                      \
    } while (0)
/* HRESULTs are signed; the specification writes their bits. */
#define RESULT(name, bits)                                                                                             \
    do {                                                                                                               \
        OPENWINHTTP_ASSERT((ULONG)(name) == (bits));                                                                   \
        printf("%s %d\n", #name, (int)(name));                                                                         \
    } while (0)
/* An offset or size: on a system with 4-byte pointers, and on one with 8-byte pointers. */
#define PLACE(label, value, small, large)                                                                              \
    do {                                                                                                               \
        OPENWINHTTP_ASSERT((value) == (sizeof(void *) == 8 ? (large) : (small)));                                      \
        printf("%s %u\n", label, (unsigned)(value));                                                                   \
    } while (0)
#define OFFSET(type, field, small, large) PLACE(#type "." #field, offsetof(type, field), small, large)
#define SIZE(type, small, large) PLACE("sizeof " #type, sizeof(type), small, large)

int main(void)
{
    OFFSET(WEB_SOCKET_PROPERTY, Type, 0, 0);
    OFFSET(WEB_SOCKET_PROPERTY, pvValue, 4, 8);
    OFFSET(WEB_SOCKET_PROPERTY, ulValueSize, 8, 16);
    SIZE(WEB_SOCKET_PROPERTY, 12, 24);
    OFFSET(WEB_SOCKET_HTTP_HEADER, pcName, 0, 0);
    OFFSET(WEB_SOCKET_HTTP_HEADER, ulNameLength, 4, 8);
    OFFSET(WEB_SOCKET_HTTP_HEADER, pcValue, 8, 16);
    OFFSET(WEB_SOCKET_HTTP_HEADER, ulValueLength, 12, 24);
    SIZE(WEB_SOCKET_HTTP_HEADER, 16, 32);
    OFFSET(WEB_SOCKET_BUFFER, Data.pbBuffer, 0, 0);
    OFFSET(WEB_SOCKET_BUFFER, Data.ulBufferLength, 4, 8);
    OFFSET(WEB_SOCKET_BUFFER, CloseStatus.pbReason, 0, 0);
    OFFSET(WEB_SOCKET_BUFFER, CloseStatus.ulReasonLength, 4, 8);
    OFFSET(WEB_SOCKET_BUFFER, CloseStatus.usStatus, 8, 12);
    SIZE(WEB_SOCKET_BUFFER, 12, 16);
    SIZE(WEB_SOCKET_HANDLE, 4, 8);
    SIZE(WEB_SOCKET_PROPERTY_TYPE, 4, 4);
    SIZE(WEB_SOCKET_ACTION, 4, 4);
    SIZE(WEB_SOCKET_ACTION_QUEUE, 4, 4);
    SIZE(WEB_SOCKET_BUFFER_TYPE, 4, 4);

    NUMBER(WEB_SOCKET_NO_ACTION, 0);
    NUMBER(WEB_SOCKET_SEND_TO_NETWORK_ACTION, 1);
    NUMBER(WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION, 2);
    NUMBER(WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION, 3);
    NUMBER(WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION, 4);

    NUMBER(WEB_SOCKET_SEND_ACTION_QUEUE, 1);
    NUMBER(WEB_SOCKET_RECEIVE_ACTION_QUEUE, 2);
    NUMBER(WEB_SOCKET_ALL_ACTION_QUEUE, 3);

    NUMBER(WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE, 0x80000000u);
    NUMBER(WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE, 0x80000001u);
    NUMBER(WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE, 0x80000002u);
    NUMBER(WEB_SOCKET_BINARY_FRAGMENT_BUFFER_TYPE, 0x80000003u);
    NUMBER(WEB_SOCKET_CLOSE_BUFFER_TYPE, 0x80000004u);
    NUMBER(WEB_SOCKET_PING_PONG_BUFFER_TYPE, 0x80000005u);
    NUMBER(WEB_SOCKET_UNSOLICITED_PONG_BUFFER_TYPE, 0x80000006u);

    NUMBER(WEB_SOCKET_RECEIVE_BUFFER_SIZE_PROPERTY_TYPE, 0);
    NUMBER(WEB_SOCKET_SEND_BUFFER_SIZE_PROPERTY_TYPE, 1);
    NUMBER(WEB_SOCKET_DISABLE_MASKING_PROPERTY_TYPE, 2);
    NUMBER(WEB_SOCKET_ALLOCATED_BUFFER_PROPERTY_TYPE, 3);
    NUMBER(WEB_SOCKET_DISABLE_UTF8_VERIFICATION_PROPERTY_TYPE, 4);
    NUMBER(WEB_SOCKET_KEEPALIVE_INTERVAL_PROPERTY_TYPE, 5);
    NUMBER(WEB_SOCKET_SUPPORTED_VERSIONS_PROPERTY_TYPE, 6);

    NUMBER(WEB_SOCKET_SUCCESS_CLOSE_STATUS, 1000);
    NUMBER(WEB_SOCKET_ENDPOINT_UNAVAILABLE_CLOSE_STATUS, 1001);
    NUMBER(WEB_SOCKET_PROTOCOL_ERROR_CLOSE_STATUS, 1002);
    NUMBER(WEB_SOCKET_INVALID_DATA_TYPE_CLOSE_STATUS, 1003);
    NUMBER(WEB_SOCKET_EMPTY_CLOSE_STATUS, 1005);
    NUMBER(WEB_SOCKET_ABORTED_CLOSE_STATUS, 1006);
    NUMBER(WEB_SOCKET_INVALID_PAYLOAD_CLOSE_STATUS, 1007);
    NUMBER(WEB_SOCKET_POLICY_VIOLATION_CLOSE_STATUS, 1008);
    NUMBER(WEB_SOCKET_MESSAGE_TOO_BIG_CLOSE_STATUS, 1009);
    NUMBER(WEB_SOCKET_UNSUPPORTED_EXTENSIONS_CLOSE_STATUS, 1010);
    NUMBER(WEB_SOCKET_SERVER_ERROR_CLOSE_STATUS, 1011);
    NUMBER(WEB_SOCKET_SECURE_HANDSHAKE_ERROR_CLOSE_STATUS, 1015);
    /* By pasting its name, since # would print its value. */
    OPENWINHTTP_ASSERT(WEB_SOCKET_MAX_CLOSE_REASON_LENGTH == 123);
    printf("WEB_SOCKET_MAX_CLOSE_REASON_LENGTH %d\n", WEB_SOCKET_MAX_CLOSE_REASON_LENGTH);

    RESULT(S_OK, 0u);
    RESULT(E_FAIL, 0x80004005u);
    RESULT(E_INVALIDARG, 0x80070057u);
    RESULT(E_OUTOFMEMORY, 0x8007000Eu);
    RESULT(E_HANDLE, 0x80070006u);
    RESULT(E_INVALID_PROTOCOL_OPERATION, 0x83760001u);
    RESULT(E_INVALID_PROTOCOL_FORMAT, 0x83760002u);
    RESULT(E_PROTOCOL_EXTENSIONS_NOT_SUPPORTED, 0x83760003u);
    RESULT(E_SUBPROTOCOL_NOT_SUPPORTED, 0x83760004u);
    RESULT(E_PROTOCOL_VERSION_NOT_SUPPORTED, 0x83760005u);
    printf("E_INSUFFICIENT_BUFFER %d\n", (int)HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER));
    return 0;
}
