/*
 * Talks to a WebSocket echo server in an asynchronous session: everything is done in the callback.
 *
 *     ws_async shutdown|close http|https HOST PORT PATH MESSAGES BYTES
 *
 * Sends MESSAGES binary messages of BYTES bytes, the next one when the last one is back. Then ends the connection: by
 * WinHttpWebSocketShutdown, after which the server's Close is received like a message, or by WinHttpWebSocketClose, which
 * cancels the receive that is pending. Prints what came back and what the server's Close says, or the error, and ends
 * with 1 then.
 */
#include <windows.h>
#include <winhttp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

typedef struct _TALK {
    CRITICAL_SECTION cs;
    HANDLE hDone;         /* set by HANDLE_CLOSING of hLast */
    HINTERNET hLast;      /* the WebSocket; or the request, as long as there is none */
    HINTERNET hWebSocket; /* NULL before the upgrade and when it is closed */
    BOOL fUpgraded;
    BOOL fShutdown; /* how to end */
    DWORD cMessages, cbMessage;
    LPBYTE pbMessage;
    DWORD cSent, cSendCompletions, cReceived;
    DWORD cbReceived; /* of the message that is coming back */
    DWORD cCancelled;
    BYTE rgbBuffer[1000];
    USHORT usStatus;
    CHAR szReason[WINHTTP_WEB_SOCKET_MAX_CLOSE_REASON_LENGTH + 1];
    LPCWSTR pszFunction; /* that failed */
    DWORD dwError;
} TALK;

/* Closes the handle, once; only the first error counts. */
static void Finish(TALK *pTalk, HINTERNET hInternet, LPCWSTR pszFunction, DWORD dwError)
{
    BOOL fClose = TRUE;

    EnterCriticalSection(&pTalk->cs);
    if (pTalk->fUpgraded) {
        fClose = pTalk->hWebSocket != NULL;
        pTalk->hWebSocket = NULL;
    }
    if (fClose && dwError != ERROR_SUCCESS) {
        pTalk->pszFunction = pszFunction;
        pTalk->dwError = dwError;
    }
    LeaveCriticalSection(&pTalk->cs);
    if (fClose) {
        WinHttpCloseHandle(hInternet);
    }
}

static void Receive(TALK *pTalk, HINTERNET hWebSocket)
{
    DWORD dwError = WinHttpWebSocketReceive(hWebSocket, pTalk->rgbBuffer, sizeof(pTalk->rgbBuffer), NULL, NULL);

    if (dwError != ERROR_SUCCESS) {
        Finish(pTalk, hWebSocket, L"WinHttpWebSocketReceive", dwError);
    }
}

static void End(TALK *pTalk, HINTERNET hWebSocket)
{
    DWORD dwError;

    if (pTalk->fShutdown) {
        dwError = WinHttpWebSocketShutdown(hWebSocket, 4000, (PVOID) "enough", 6);
        if (dwError != ERROR_SUCCESS) {
            Finish(pTalk, hWebSocket, L"WinHttpWebSocketShutdown", dwError);
        }
    } else {
        dwError = WinHttpWebSocketClose(hWebSocket, WINHTTP_WEB_SOCKET_ENDPOINT_TERMINATED_CLOSE_STATUS, NULL, 0);
        if (dwError != ERROR_SUCCESS) {
            Finish(pTalk, hWebSocket, L"WinHttpWebSocketClose", dwError);
        }
    }
}

/* Sends the next message if the last one is back and its buffer is free; or ends. */
static void SendNext(TALK *pTalk, HINTERNET hWebSocket)
{
    DWORD dwError;
    DWORD i;
    BOOL fNext, fEnd = FALSE;

    EnterCriticalSection(&pTalk->cs);
    fNext = pTalk->cSent == pTalk->cSendCompletions && pTalk->cSent == pTalk->cReceived;
    if (fNext) {
        fEnd = pTalk->cSent == pTalk->cMessages;
        for (i = 0; i < pTalk->cbMessage; i++) {
            pTalk->pbMessage[i] = (BYTE)(i * 7 + pTalk->cSent);
        }
        pTalk->cSent++; /* never again after the end */
    }
    LeaveCriticalSection(&pTalk->cs);
    if (fEnd) {
        End(pTalk, hWebSocket);
    } else if (fNext) {
        dwError = WinHttpWebSocketSend(hWebSocket, WINHTTP_WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE, pTalk->pbMessage,
                                       pTalk->cbMessage);
        if (dwError != ERROR_SUCCESS) {
            Finish(pTalk, hWebSocket, L"WinHttpWebSocketSend", dwError);
        }
    }
}

static void QueryCloseStatus(TALK *pTalk, HINTERNET hWebSocket)
{
    DWORD cbReason = 0;
    DWORD dwError = WinHttpWebSocketQueryCloseStatus(hWebSocket, &pTalk->usStatus, pTalk->szReason,
                                                     sizeof(pTalk->szReason) - 1, &cbReason);

    if (dwError == ERROR_SUCCESS) {
        pTalk->szReason[cbReason] = '\0';
    }
    Finish(pTalk, hWebSocket, L"WinHttpWebSocketQueryCloseStatus", dwError);
}

static void OnReceived(TALK *pTalk, HINTERNET hWebSocket, const WINHTTP_WEB_SOCKET_STATUS *pStatus)
{
    BOOL fMessage = pStatus->eBufferType == WINHTTP_WEB_SOCKET_BINARY_MESSAGE_BUFFER_TYPE;

    if (pStatus->eBufferType == WINHTTP_WEB_SOCKET_CLOSE_BUFFER_TYPE) {
        QueryCloseStatus(pTalk, hWebSocket);
        return;
    }
    if (!fMessage && pStatus->eBufferType != WINHTTP_WEB_SOCKET_BINARY_FRAGMENT_BUFFER_TYPE) {
        Finish(pTalk, hWebSocket, L"READ_COMPLETE of another type", ERROR_INVALID_DATA);
        return;
    }
    if (pStatus->dwBytesTransferred > pTalk->cbMessage - pTalk->cbReceived ||
        memcmp(pTalk->rgbBuffer, pTalk->pbMessage + pTalk->cbReceived, pStatus->dwBytesTransferred) != 0) {
        Finish(pTalk, hWebSocket, L"READ_COMPLETE of other data", ERROR_INVALID_DATA);
        return;
    }
    pTalk->cbReceived += pStatus->dwBytesTransferred;
    if (fMessage) {
        if (pTalk->cbReceived != pTalk->cbMessage) {
            Finish(pTalk, hWebSocket, L"READ_COMPLETE of a short message", ERROR_INVALID_DATA);
            return;
        }
        pTalk->cbReceived = 0;
        EnterCriticalSection(&pTalk->cs);
        pTalk->cReceived++;
        LeaveCriticalSection(&pTalk->cs);
    }
    /* The next one first: the end may cancel it. */
    Receive(pTalk, hWebSocket);
    if (fMessage) {
        SendNext(pTalk, hWebSocket);
    }
}

/* The handshake is done, or refused. */
static void OnHeadersAvailable(TALK *pTalk, HINTERNET hRequest)
{
    DWORD dwStatus = 0, cbStatus = sizeof(dwStatus);
    HINTERNET hWebSocket;

    if (!WinHttpQueryHeaders(hRequest, WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER,
                             WINHTTP_HEADER_NAME_BY_INDEX, &dwStatus, &cbStatus, WINHTTP_NO_HEADER_INDEX)) {
        Finish(pTalk, hRequest, L"WinHttpQueryHeaders", GetLastError());
        return;
    }
    if (dwStatus != HTTP_STATUS_SWITCH_PROTOCOLS) {
        Finish(pTalk, hRequest, L"(the server's status)", dwStatus);
        return;
    }
    hWebSocket = WinHttpWebSocketCompleteUpgrade(hRequest, (DWORD_PTR)pTalk);
    if (hWebSocket == NULL) {
        Finish(pTalk, hRequest, L"WinHttpWebSocketCompleteUpgrade", GetLastError());
        return;
    }
    pTalk->hWebSocket = pTalk->hLast = hWebSocket;
    pTalk->fUpgraded = TRUE;
    WinHttpCloseHandle(hRequest);
    Receive(pTalk, hWebSocket);
    SendNext(pTalk, hWebSocket);
}

static void OnWebSocketError(TALK *pTalk, HINTERNET hWebSocket, const WINHTTP_WEB_SOCKET_ASYNC_RESULT *pResult)
{
    static LPCWSTR rgpszOperations[] = {L"WinHttpWebSocketSend", L"WinHttpWebSocketReceive", L"WinHttpWebSocketClose",
                                        L"WinHttpWebSocketShutdown"};

    if (pResult->Operation == WINHTTP_WEB_SOCKET_RECEIVE_OPERATION &&
        pResult->AsyncResult.dwError == ERROR_WINHTTP_OPERATION_CANCELLED) {
        pTalk->cCancelled++;
        return;
    }
    Finish(pTalk, hWebSocket, rgpszOperations[pResult->Operation], pResult->AsyncResult.dwError);
}

static VOID CALLBACK StatusCallback(HINTERNET hInternet, DWORD_PTR dwContext, DWORD dwInternetStatus,
                                    LPVOID lpvStatusInformation, DWORD dwStatusInformationLength)
{
    TALK *pTalk = (TALK *)dwContext;
    WINHTTP_WEB_SOCKET_STATUS *pStatus = (WINHTTP_WEB_SOCKET_STATUS *)lpvStatusInformation;

    if (pTalk == NULL) {
        return; /* of the session or the connection */
    }
    switch (dwInternetStatus) {
    case WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE:
        if (!WinHttpReceiveResponse(hInternet, NULL)) {
            Finish(pTalk, hInternet, L"WinHttpReceiveResponse", GetLastError());
        }
        break;
    case WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE:
        OnHeadersAvailable(pTalk, hInternet);
        break;
    case WINHTTP_CALLBACK_STATUS_WRITE_COMPLETE:
        if (dwStatusInformationLength != sizeof(*pStatus) || pStatus->dwBytesTransferred != pTalk->cbMessage) {
            Finish(pTalk, hInternet, L"WRITE_COMPLETE", ERROR_INVALID_DATA);
            break;
        }
        EnterCriticalSection(&pTalk->cs);
        pTalk->cSendCompletions++;
        LeaveCriticalSection(&pTalk->cs);
        SendNext(pTalk, hInternet);
        break;
    case WINHTTP_CALLBACK_STATUS_READ_COMPLETE:
        if (dwStatusInformationLength != sizeof(*pStatus)) {
            Finish(pTalk, hInternet, L"READ_COMPLETE", ERROR_INVALID_DATA);
            break;
        }
        OnReceived(pTalk, hInternet, pStatus);
        break;
    case WINHTTP_CALLBACK_STATUS_SHUTDOWN_COMPLETE:
        break; /* the server's Close is received */
    case WINHTTP_CALLBACK_STATUS_CLOSE_COMPLETE:
        QueryCloseStatus(pTalk, hInternet);
        break;
    case WINHTTP_CALLBACK_STATUS_REQUEST_ERROR:
        if (pTalk->fUpgraded) {
            OnWebSocketError(pTalk, hInternet, (WINHTTP_WEB_SOCKET_ASYNC_RESULT *)lpvStatusInformation);
        } else {
            Finish(pTalk, hInternet, L"the handshake", ((WINHTTP_ASYNC_RESULT *)lpvStatusInformation)->dwError);
        }
        break;
    case WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING:
        if (hInternet == pTalk->hLast) {
            SetEvent(pTalk->hDone);
        }
        break;
    }
}

/* FALSE if nothing is under way: then there is no HANDLE_CLOSING to wait for. */
static BOOL Start(TALK *pTalk, HINTERNET hConnect, LPCWSTR pszPath, DWORD dwFlags)
{
    DWORD_PTR dwContext = (DWORD_PTR)pTalk;
    HINTERNET hRequest = WinHttpOpenRequest(hConnect, L"GET", pszPath, NULL, WINHTTP_NO_REFERER,
                                            WINHTTP_DEFAULT_ACCEPT_TYPES, dwFlags);

    if (hRequest == NULL) {
        pTalk->pszFunction = L"WinHttpOpenRequest";
        pTalk->dwError = GetLastError();
        return FALSE;
    }
    pTalk->hLast = hRequest;
    if (!WinHttpSetOption(hRequest, WINHTTP_OPTION_CONTEXT_VALUE, &dwContext, sizeof(dwContext)) ||
        !WinHttpSetOption(hRequest, WINHTTP_OPTION_UPGRADE_TO_WEB_SOCKET, NULL, 0)) {
        Finish(pTalk, hRequest, L"WinHttpSetOption", GetLastError());
    } else if (!WinHttpSendRequest(hRequest, WINHTTP_NO_ADDITIONAL_HEADERS, 0, WINHTTP_NO_REQUEST_DATA, 0, 0,
                                   dwContext)) {
        Finish(pTalk, hRequest, L"WinHttpSendRequest", GetLastError());
    }
    return TRUE;
}

int wmain(int argc, wchar_t *argv[])
{
    static TALK talk;
    HINTERNET hSession, hConnect;
    int result = 1;

    if (argc != 8) {
        fwprintf(stderr, L"Usage: ws_async shutdown|close http|https HOST PORT PATH MESSAGES BYTES\n");
        return 2;
    }
    InitializeCriticalSection(&talk.cs);
    talk.hDone = CreateEventW(NULL, TRUE, FALSE, NULL);
    talk.fShutdown = wcscmp(argv[1], L"shutdown") == 0;
    talk.cMessages = (DWORD)_wtoi(argv[6]);
    talk.cbMessage = (DWORD)_wtoi(argv[7]);
    talk.pbMessage = (LPBYTE)malloc((size_t)talk.cbMessage + 1);
    hSession = WinHttpOpen(L"ws_async/1.0", WINHTTP_ACCESS_TYPE_NO_PROXY, WINHTTP_NO_PROXY_NAME, WINHTTP_NO_PROXY_BYPASS,
                           WINHTTP_FLAG_ASYNC);
    if (hSession == NULL || talk.pbMessage == NULL ||
        WinHttpSetStatusCallback(hSession, StatusCallback,
                                 WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS | WINHTTP_CALLBACK_FLAG_HANDLES,
                                 0) == WINHTTP_INVALID_STATUS_CALLBACK) {
        wprintf(L"error %lu at the start\n", GetLastError());
        return 1;
    }
    hConnect = WinHttpConnect(hSession, argv[3], (INTERNET_PORT)_wtoi(argv[4]), 0);
    if (hConnect == NULL) {
        wprintf(L"error %lu in WinHttpConnect\n", GetLastError());
        return 1;
    }
    if (Start(&talk, hConnect, argv[5], wcscmp(argv[2], L"https") == 0 ? WINHTTP_FLAG_SECURE : 0)) {
        WaitForSingleObject(talk.hDone, INFINITE);
    }
    if (talk.dwError != ERROR_SUCCESS) {
        wprintf(L"error %lu in %ls\n", talk.dwError, talk.pszFunction);
    } else {
        wprintf(L"%lu messages of %lu bytes came back\n", talk.cReceived, talk.cbMessage);
        wprintf(L"closed: %u %hs, receives cancelled: %lu\n", (unsigned)talk.usStatus, talk.szReason, talk.cCancelled);
        result = 0;
    }
    WinHttpCloseHandle(hConnect);
    WinHttpCloseHandle(hSession);
    DeleteCriticalSection(&talk.cs);
    CloseHandle(talk.hDone);
    free(talk.pbMessage);
    return result;
}
