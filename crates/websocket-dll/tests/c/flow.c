/*
 * The whole flow of the Component API (specification, section 4.9) in one process: a client's and a server's handle
 * play the handshake, then the client sends "Hello World" and the server receives it. Prints every step.
 */
#include <windows.h>
#include <websocket.h>

/* What is on its way from the client to the server. */
typedef struct Wire {
    CRITICAL_SECTION lock;
    BYTE bytes[256];
    ULONG length;
} Wire;

static void print_headers(const WEB_SOCKET_HTTP_HEADER *headers, ULONG count)
{
    ULONG i;
    for (i = 0; i < count; i++) {
        wprintf(L"%.*S: %.*S\n", (int)headers[i].ulNameLength, headers[i].pcName, (int)headers[i].ulValueLength,
                headers[i].pcValue);
    }
}

static void print_bytes(const BYTE *bytes, ULONG length)
{
    ULONG i;
    for (i = 0; i < length; i++) {
        wprintf(L"0x%02x%s", bytes[i], i + 1 < length ? L" " : L"\n");
    }
}

static WEB_SOCKET_HTTP_HEADER header(char *name, char *value)
{
    WEB_SOCKET_HTTP_HEADER result;
    result.pcName = name;
    result.ulNameLength = (ULONG)strlen(name);
    result.pcValue = value;
    result.ulValueLength = (ULONG)strlen(value);
    return result;
}

static HRESULT shake_hands(WEB_SOCKET_HANDLE client, WEB_SOCKET_HANDLE server)
{
    char host_name[] = "Host";
    char host_value[] = "localhost";
    WEB_SOCKET_HTTP_HEADER host = header(host_name, host_value);
    WEB_SOCKET_HTTP_HEADER request[16];
    PWEB_SOCKET_HTTP_HEADER additional = NULL;
    PWEB_SOCKET_HTTP_HEADER response = NULL;
    ULONG additional_count = 0;
    ULONG response_count = 0;
    HRESULT result = WebSocketBeginClientHandshake(client, NULL, 0, NULL, 0, &host, 1, &additional, &additional_count);
    if (FAILED(result)) {
        return result;
    }
    if (additional_count >= ARRAYSIZE(request)) {
        return E_UNEXPECTED;
    }
    CopyMemory(request, additional, additional_count * sizeof *additional);
    request[additional_count] = host;
    wprintf(L"-- Request --\n");
    print_headers(request, additional_count + 1);

    result = WebSocketBeginServerHandshake(server, NULL, NULL, 0, request, additional_count + 1, &response,
                                           &response_count);
    if (FAILED(result)) {
        return result;
    }
    wprintf(L"\n-- Response --\n");
    print_headers(response, response_count);

    result = WebSocketEndClientHandshake(client, response, response_count, NULL, NULL, NULL);
    return FAILED(result) ? result : WebSocketEndServerHandshake(server);
}

static void wire_write(Wire *wire, const BYTE *bytes, ULONG length)
{
    EnterCriticalSection(&wire->lock);
    length = __min(length, (ULONG)sizeof wire->bytes - wire->length);
    CopyMemory(wire->bytes + wire->length, bytes, length);
    wire->length += length;
    LeaveCriticalSection(&wire->lock);
}

static ULONG wire_read(Wire *wire, BYTE *bytes, ULONG room)
{
    ULONG length;
    EnterCriticalSection(&wire->lock);
    length = __min(room, wire->length);
    CopyMemory(bytes, wire->bytes, length);
    wire->length -= length;
    MoveMemory(wire->bytes, wire->bytes + length, wire->length);
    LeaveCriticalSection(&wire->lock);
    return length;
}

/* Performs actions until there is none. */
static HRESULT perform_actions(WEB_SOCKET_HANDLE handle, Wire *wire)
{
    for (;;) {
        WEB_SOCKET_BUFFER buffers[2];
        ULONG count = ARRAYSIZE(buffers);
        ULONG bytes = 0;
        ULONG i;
        WEB_SOCKET_ACTION action;
        WEB_SOCKET_BUFFER_TYPE type;
        PVOID operation;
        PVOID context;
        HRESULT result = WebSocketGetAction(handle, WEB_SOCKET_ALL_ACTION_QUEUE, buffers, &count, &action, &type,
                                            &operation, &context);
        if (FAILED(result)) {
            return result;
        }
        switch (action) {
        case WEB_SOCKET_NO_ACTION:
            return S_OK;
        case WEB_SOCKET_SEND_TO_NETWORK_ACTION:
            wprintf(L"Sending data to a network:\n");
            for (i = 0; i < count; i++) {
                print_bytes(buffers[i].Data.pbBuffer, buffers[i].Data.ulBufferLength);
                wire_write(wire, buffers[i].Data.pbBuffer, buffers[i].Data.ulBufferLength);
                bytes += buffers[i].Data.ulBufferLength;
            }
            break;
        case WEB_SOCKET_INDICATE_SEND_COMPLETE_ACTION:
            wprintf(L"Send operation completed (context %d)\n", (int)(INT_PTR)operation);
            break;
        case WEB_SOCKET_RECEIVE_FROM_NETWORK_ACTION:
            wprintf(L"Receiving data from a network:\n");
            bytes = wire_read(wire, buffers[0].Data.pbBuffer, buffers[0].Data.ulBufferLength);
            print_bytes(buffers[0].Data.pbBuffer, bytes);
            break;
        case WEB_SOCKET_INDICATE_RECEIVE_COMPLETE_ACTION:
            wprintf(L"Receive operation completed with a buffer (type 0x%x, context %d):\n", (unsigned)type,
                    (int)(INT_PTR)operation);
            print_bytes(buffers[0].Data.pbBuffer, buffers[0].Data.ulBufferLength);
            break;
        default:
            return E_UNEXPECTED;
        }
        WebSocketCompleteAction(handle, context, bytes);
    }
}

static HRESULT exchange(WEB_SOCKET_HANDLE client, WEB_SOCKET_HANDLE server)
{
    BYTE text[] = {'H', 'e', 'l', 'l', 'o', ' ', 'W', 'o', 'r', 'l', 'd'};
    WEB_SOCKET_BUFFER buffer;
    Wire wire;
    HRESULT result;
    ZeroMemory(&wire, sizeof wire);
    InitializeCriticalSection(&wire.lock);

    wprintf(L"\n-- Queueing a send with a buffer --\n");
    print_bytes(text, sizeof text);
    buffer.Data.pbBuffer = text;
    buffer.Data.ulBufferLength = sizeof text;
    result = WebSocketSend(client, WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE, &buffer, (PVOID)(INT_PTR)17);
    if (SUCCEEDED(result)) {
        result = perform_actions(client, &wire);
    }
    if (SUCCEEDED(result)) {
        wprintf(L"\n-- Queueing a receive --\n");
        result = WebSocketReceive(server, NULL, (PVOID)(INT_PTR)23);
    }
    if (SUCCEEDED(result)) {
        result = perform_actions(server, &wire);
    }
    DeleteCriticalSection(&wire.lock);
    return result;
}

int main(void)
{
    WEB_SOCKET_HANDLE client = NULL;
    WEB_SOCKET_HANDLE server = NULL;
    HRESULT result = WebSocketCreateClientHandle(NULL, 0, &client);
    if (SUCCEEDED(result)) {
        result = WebSocketCreateServerHandle(NULL, 0, &server);
    }
    if (SUCCEEDED(result)) {
        result = shake_hands(client, server);
    }
    if (SUCCEEDED(result)) {
        result = exchange(client, server);
    }
    if (client != NULL) {
        WebSocketDeleteHandle(client);
    }
    if (server != NULL) {
        WebSocketDeleteHandle(server);
    }
    if (FAILED(result)) {
        wprintf(L"failed with 0x%08x\n", (unsigned)result);
        return 1;
    }
    return 0;
}
