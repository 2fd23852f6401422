/*
 * Talks to a WebSocket echo server in a synchronous session. Characters of two bytes are written u"": this compiles without
 * -fshort-wchar too.
 *
 *     ws_sync http|https HOST PORT PATH BYTES
 *
 * Sends a text, the text in two fragments, and BYTES bytes of binary, and compares what comes back; then closes with a reason
 * and prints what the server's Close says. Ends with 1, and the error, if anything fails.
 */
#include <windows.h>
#include <winhttp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int Fail(const char *pszFunction, DWORD dwError)
{
    printf("Error %u in %s\n", (unsigned)dwError, pszFunction);
    return 1;
}

/* The handshake: a request that asks for the upgrade. NULL, and a message, if there is no WebSocket. */
static HINTERNET OpenWebSocket(HINTERNET hConnect, LPCWSTR pszPath, DWORD dwFlags)
{
    HINTERNET hRequest, hWebSocket = NULL;
    DWORD dwStatus = 0, cbStatus = sizeof(dwStatus);
    WCHAR szProtocol[64];
    DWORD cbProtocol = sizeof(szProtocol), i;

    hRequest = WinHttpOpenRequest(hConnect, u"GET", pszPath, NULL, WINHTTP_NO_REFERER, WINHTTP_DEFAULT_ACCEPT_TYPES,
                                  dwFlags);
    if (hRequest == NULL) {
        Fail("WinHttpOpenRequest", GetLastError());
        return NULL;
    }
    if (!WinHttpSetOption(hRequest, WINHTTP_OPTION_UPGRADE_TO_WEB_SOCKET, NULL, 0)) {
        Fail("WinHttpSetOption", GetLastError());
    } else if (!WinHttpSendRequest(hRequest, u"Sec-WebSocket-Protocol: other, echo", (DWORD)-1, WINHTTP_NO_REQUEST_DATA,
                                   0, 0, 0)) {
        Fail("WinHttpSendRequest", GetLastError());
    } else if (!WinHttpReceiveResponse(hRequest, NULL)) {
        Fail("WinHttpReceiveResponse", GetLastError());
    } else if (!WinHttpQueryHeaders(hRequest, WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER,
                                    WINHTTP_HEADER_NAME_BY_INDEX, &dwStatus, &cbStatus, WINHTTP_NO_HEADER_INDEX)) {
        Fail("WinHttpQueryHeaders", GetLastError());
    } else {
        printf("Status: %u\n", (unsigned)dwStatus);
        if (WinHttpQueryHeaders(hRequest, WINHTTP_QUERY_CUSTOM, u"Sec-WebSocket-Protocol", szProtocol, &cbProtocol,
                                WINHTTP_NO_HEADER_INDEX)) {
            printf("Subprotocol: ");
            for (i = 0; i < cbProtocol / sizeof(WCHAR); i++) {
                putchar((char)szProtocol[i]);
            }
            printf("\n");
        }
        hWebSocket = WinHttpWebSocketCompleteUpgrade(hRequest, 0);
        if (hWebSocket == NULL) {
            Fail("WinHttpWebSocketCompleteUpgrade", GetLastError());
        }
    }
    /* The WebSocket does not need it any more. */
    WinHttpCloseHandle(hRequest);
    return hWebSocket;
}

/* Receives one message, which must be this one. */
static int ExpectMessage(HINTERNET hWebSocket, WINHTTP_WEB_SOCKET_BUFFER_TYPE eMessage,
                         WINHTTP_WEB_SOCKET_BUFFER_TYPE eFragment, const BYTE *pbExpected, DWORD cbExpected)
{
    BYTE rgbBuffer[1024];
    WINHTTP_WEB_SOCKET_BUFFER_TYPE eType;
    DWORD cbReceived = 0, cbRead, dwError;

    do {
        cbRead = 0;
        dwError = WinHttpWebSocketReceive(hWebSocket, rgbBuffer, sizeof(rgbBuffer), &cbRead, &eType);
        if (dwError != ERROR_SUCCESS) {
            return Fail("WinHttpWebSocketReceive", dwError);
        }
        if (eType != eMessage && eType != eFragment) {
            printf("A buffer of type %d came\n", (int)eType);
            return 1;
        }
        if (cbRead > cbExpected - cbReceived || memcmp(rgbBuffer, pbExpected + cbReceived, cbRead) != 0) {
            printf("Not what was sent\n");
            return 1;
        }
        cbReceived += cbRead;
    } while (eType == eFragment);
    if (cbReceived != cbExpected) {
        printf("Only %u of %u bytes came back\n", (unsigned)cbReceived, (unsigned)cbExpected);
        return 1;
    }
    return 0;
}

static int SendTexts(HINTERNET hWebSocket)
{
    static char szText[] = "Hello, W\xc3\xb6rld!";
    DWORD cbText = (DWORD)strlen(szText), cbFirst = 9; /* ends inside of the o umlaut */
    DWORD dwError;

    dwError = WinHttpWebSocketSend(hWebSocket, WINHTTP_WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE, szText, cbText);
    if (dwError != ERROR_SUCCESS) {
        return Fail("WinHttpWebSocketSend", dwError);
    }
    if (ExpectMessage(hWebSocket, WINHTTP_WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE,
                      WINHTTP_WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE, (BYTE *)szText, cbText) != 0) {
        return 1;
    }
    dwError = WinHttpWebSocketSend(hWebSocket, WINHTTP_WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE, szText, cbFirst);
    if (dwError == ERROR_SUCCESS) {
        dwError = WinHttpWebSocketSend(hWebSocket, WINHTTP_WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE, szText + cbFirst,
                                       cbText - cbFirst);
    }
    if (dwError != ERROR_SUCCESS) {
        return Fail("WinHttpWebSocketSend", dwError);
    }
    if (ExpectMessage(hWebSocket, WINHTTP_WEB_SOCKET_UTF8_MESSAGE_BUFFER_TYPE,
                      WINHTTP_WEB_SOCKET_UTF8_FRAGMENT_BUFFER_TYPE, (BYTE *)szText, cbText) != 0) {
        return 1;
    }
    printf("Text: %u bytes, twice\n", (unsigned)cbText);
    return 0;
}

static int SendBinary(HINTERNET hWebSocket, DWORD cbMessage)
{
    BYTE *pbMessage = (BYTE *)malloc(cbMessage + 1);
    DWORD i, dwError;
    int result;

    if (pbMessage == NULL) {
        return Fail("malloc", ERROR_NOT_ENOUGH_MEMORY);
    }
    for (i = 0; i < cbMessage; i++) {
        pbMessage[i] = (BYTE)(i * 7 + i / 256);
    }
    dwError = WinHttpWebSocketSend(hWebSocket, WINHTTP_WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE, pbMessage, cbMessage);
    if (dwError != ERROR_SUCCESS) {
        result = Fail("WinHttpWebSocketSend", dwError);
    } else {
        result = ExpectMessage(hWebSocket, WINHTTP_WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE,
                               WINHTTP_WEB_SOCKET_BINARY_FRAGMENT_BUFFER_TYPE, pbMessage, cbMessage);
    }
    free(pbMessage);
    if (result == 0) {
        printf("Binary: %u bytes\n", (unsigned)cbMessage);
    }
    return result;
}

static int Close(HINTERNET hWebSocket)
{
    static char szReason[] = "that is all";
    char rgchReason[WINHTTP_WEB_SOCKET_MAX_CLOSE_REASON_LENGTH];
    USHORT usStatus = 0;
    DWORD cbReason = 0, dwError;

    dwError = WinHttpWebSocketClose(hWebSocket, WINHTTP_WEB_SOCKET_SUCCESS_CLOSE_STATUS, szReason,
                                    (DWORD)strlen(szReason));
    if (dwError != ERROR_SUCCESS) {
        return Fail("WinHttpWebSocketClose", dwError);
    }
    dwError = WinHttpWebSocketQueryCloseStatus(hWebSocket, &usStatus, rgchReason, sizeof(rgchReason), &cbReason);
    if (dwError != ERROR_SUCCESS) {
        return Fail("WinHttpWebSocketQueryCloseStatus", dwError);
    }
    printf("Closed: %u %.*s\n", (unsigned)usStatus, (int)cbReason, rgchReason);
    return 0;
}

int main(int argc, char *argv[])
{
    WCHAR szHost[256], szPath[256];
    HINTERNET hSession, hConnect = NULL, hWebSocket = NULL;
    int result = 1;

    if (argc != 6) {
        fprintf(stderr, "Usage: ws_sync http|https HOST PORT PATH BYTES\n");
        return 2;
    }
    if (MultiByteToWideChar(CP_UTF8, 0, argv[2], -1, szHost, ARRAYSIZE(szHost)) == 0 ||
        MultiByteToWideChar(CP_UTF8, 0, argv[4], -1, szPath, ARRAYSIZE(szPath)) == 0) {
        return Fail("MultiByteToWideChar", GetLastError());
    }
    hSession = WinHttpOpen(u"ws_sync/1.0", WINHTTP_ACCESS_TYPE_NO_PROXY, WINHTTP_NO_PROXY_NAME, WINHTTP_NO_PROXY_BYPASS,
                           0);
    if (hSession == NULL) {
        return Fail("WinHttpOpen", GetLastError());
    }
    hConnect = WinHttpConnect(hSession, szHost, (INTERNET_PORT)atoi(argv[3]), 0);
    if (hConnect == NULL) {
        Fail("WinHttpConnect", GetLastError());
    } else {
        hWebSocket = OpenWebSocket(hConnect, szPath, strcmp(argv[1], "https") == 0 ? WINHTTP_FLAG_SECURE : 0);
    }
    if (hWebSocket != NULL && SendTexts(hWebSocket) == 0 && SendBinary(hWebSocket, (DWORD)atoi(argv[5])) == 0) {
        result = Close(hWebSocket);
    }
    if (hWebSocket != NULL) {
        WinHttpCloseHandle(hWebSocket);
    }
    if (hConnect != NULL) {
        WinHttpCloseHandle(hConnect);
    }
    WinHttpCloseHandle(hSession);
    return result;
}
