/*
 * Wrong handles in all 13 functions: NULL, garbage, deleted, and the other role's. Each call must fail (or do nothing,
 * where nothing is returned) and leave NULL and 0 in what it gives back. Prints one line per kind of handle.
 */
#include <windows.h>
#include <websocket.h>

#include <stdio.h>

static int failures = 0;

static void expect(int holds, const char *what, const char *handle)
{
    if (!holds) {
        printf("FAILED: %s with a %s handle\n", what, handle);
        failures++;
    }
}

/* `exact` is the result that each call must give, or S_OK if any failure will do. */
static void expect_failure(HRESULT result, HRESULT exact, const char *function, const char *handle)
{
    if (exact != S_OK ? result != exact : SUCCEEDED(result)) {
        printf("FAILED: %s with a %s handle gave 0x%08x\n", function, handle, (unsigned)result);
        failures++;
    }
}

static WEB_SOCKET_HTTP_HEADER *filler(void)
{
    static char text[] = "filler";
    static WEB_SOCKET_HTTP_HEADER header = {text, 6, text, 6};
    return &header;
}

/* What no function may leave behind after it failed. */
#define STALE(type) ((type)(INT_PTR)0x5A5A5A5A)

static void begin_client(WEB_SOCKET_HANDLE handle, HRESULT exact, const char *kind)
{
    PWEB_SOCKET_HTTP_HEADER headers = STALE(PWEB_SOCKET_HTTP_HEADER);
    ULONG count = 99;
    expect_failure(WebSocketBeginClientHandshake(handle, NULL, 0, NULL, 0, NULL, 0, &headers, &count), exact,
                   "BeginClientHandshake", kind);
    expect(headers == NULL && count == 0, "BeginClientHandshake's outputs", kind);
    expect_failure(WebSocketEndClientHandshake(handle, filler(), 1, NULL, NULL, NULL), exact, "EndClientHandshake",
                   kind);
}

static void begin_server(WEB_SOCKET_HANDLE handle, HRESULT exact, const char *kind)
{
    PWEB_SOCKET_HTTP_HEADER headers = STALE(PWEB_SOCKET_HTTP_HEADER);
    ULONG count = 99;
    expect_failure(WebSocketBeginServerHandshake(handle, NULL, NULL, 0, filler(), 1, &headers, &count), exact,
                   "BeginServerHandshake", kind);
    expect(headers == NULL && count == 0, "BeginServerHandshake's outputs", kind);
    expect_failure(WebSocketEndServerHandshake(handle), exact, "EndServerHandshake", kind);
}

static void use_session(WEB_SOCKET_HANDLE handle, HRESULT exact, const char *kind)
{
    WEB_SOCKET_BUFFER buffers[2];
    WEB_SOCKET_ACTION action = WEB_SOCKET_SEND_TO_NETWORK_ACTION;
    WEB_SOCKET_BUFFER_TYPE type = WEB_SOCKET_CLOSE_BUFFER_TYPE;
    PVOID operation = STALE(PVOID);
    PVOID context = STALE(PVOID);
    ULONG count = ARRAYSIZE(buffers);
    expect_failure(WebSocketSend(handle, WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE, NULL, NULL), exact, "Send", kind);
    expect_failure(WebSocketReceive(handle, NULL, NULL), exact, "Receive", kind);
    expect_failure(WebSocketGetAction(handle, WEB_SOCKET_ALL_ACTION_QUEUE, buffers, &count, &action, &type, &operation,
                                      &context),
                   exact, "GetAction", kind);
    expect(action == WEB_SOCKET_NO_ACTION && count == 0 && (ULONG)type == 0 && operation == NULL && context == NULL,
           "GetAction's outputs", kind);
    WebSocketCompleteAction(handle, NULL, 0);
    WebSocketCompleteAction(handle, STALE(PVOID), 7);
    WebSocketAbortHandle(handle);
}

static void use_everywhere(WEB_SOCKET_HANDLE handle, HRESULT exact, const char *kind)
{
    begin_client(handle, exact, kind);
    begin_server(handle, exact, kind);
    use_session(handle, exact, kind);
    WebSocketDeleteHandle(handle);
    printf("%s\n", kind);
}

int main(void)
{
    static const ULONG_PTR garbage[] = {1, 2, 4, 0x1000, 0x7FFFFFFC, 0x80000000u, (ULONG_PTR)-1, (ULONG_PTR)-4};
    WEB_SOCKET_HANDLE client;
    WEB_SOCKET_HANDLE server;
    WEB_SOCKET_PROPERTY bad = {(WEB_SOCKET_PROPERTY_TYPE)7, NULL, 0};
    ULONG value = 99;
    ULONG size = sizeof value;
    size_t i;

    use_everywhere(NULL, E_INVALIDARG, "NULL");
    for (i = 0; i < ARRAYSIZE(garbage); i++) {
        use_everywhere((WEB_SOCKET_HANDLE)garbage[i], S_OK, "garbage");
    }

    /* Creation without a place for the handle, and with a property that does not exist. */
    expect_failure(WebSocketCreateClientHandle(NULL, 0, NULL), E_INVALIDARG, "CreateClientHandle", "missing");
    expect_failure(WebSocketCreateServerHandle(NULL, 0, NULL), E_INVALIDARG, "CreateServerHandle", "missing");
    client = STALE(WEB_SOCKET_HANDLE);
    server = STALE(WEB_SOCKET_HANDLE);
    expect_failure(WebSocketCreateClientHandle(&bad, 1, &client), E_INVALIDARG, "CreateClientHandle", "refused");
    expect_failure(WebSocketCreateServerHandle(&bad, 1, &server), E_INVALIDARG, "CreateServerHandle", "refused");
    expect(client == NULL && server == NULL, "creation's outputs", "refused");

    if (FAILED(WebSocketCreateClientHandle(NULL, 0, &client)) || FAILED(WebSocketCreateServerHandle(NULL, 0, &server))) {
        printf("FAILED: handles cannot be created\n");
        return 1;
    }
    /* The other role's functions, and the session before the handshake. */
    begin_client(server, E_INVALID_PROTOCOL_OPERATION, "server's");
    begin_server(client, E_INVALID_PROTOCOL_OPERATION, "client's");
    use_session(client, E_INVALID_PROTOCOL_OPERATION, "client's");
    use_session(server, E_INVALID_PROTOCOL_OPERATION, "server's");
    printf("wrong role\n");

    /* Deleted, also when new handles have taken their place, and deleted twice. */
    WebSocketDeleteHandle(client);
    WebSocketDeleteHandle(server);
    use_everywhere(client, S_OK, "deleted");
    {
        WEB_SOCKET_HANDLE again[8];
        for (i = 0; i < ARRAYSIZE(again); i++) {
            if (FAILED(WebSocketCreateClientHandle(NULL, 0, &again[i]))) {
                return 1;
            }
            expect(again[i] != client && again[i] != server, "a new handle's value", "deleted");
        }
        use_everywhere(client, S_OK, "deleted");
        use_everywhere(server, S_OK, "deleted");
        for (i = 0; i < ARRAYSIZE(again); i++) {
            PWEB_SOCKET_HTTP_HEADER headers;
            ULONG count;
            expect(SUCCEEDED(WebSocketBeginClientHandshake(again[i], NULL, 0, NULL, 0, NULL, 0, &headers, &count)),
                   "another handle", "deleted");
            WebSocketDeleteHandle(again[i]);
        }
    }

    /* The function that has no handle. */
    expect_failure(WebSocketGetGlobalProperty((WEB_SOCKET_PROPERTY_TYPE)7, &value, &size), E_INVALIDARG,
                   "GetGlobalProperty", "missing");
    expect_failure(WebSocketGetGlobalProperty(WEB_SOCKET_SUPPORTED_VERSIONS_PROPERTY_TYPE, &value, NULL), E_INVALIDARG,
                   "GetGlobalProperty", "missing");
    size = 0;
    expect_failure(WebSocketGetGlobalProperty(WEB_SOCKET_SUPPORTED_VERSIONS_PROPERTY_TYPE, NULL, &size),
                   HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER), "GetGlobalProperty", "missing");
    expect(size == sizeof value && value == 99, "GetGlobalProperty's outputs", "missing");
    expect(WebSocketGetGlobalProperty(WEB_SOCKET_SUPPORTED_VERSIONS_PROPERTY_TYPE, &value, &size) == S_OK && value == 13,
           "GetGlobalProperty", "missing");
    printf("%d failures\n", failures);
    return failures != 0;
}
