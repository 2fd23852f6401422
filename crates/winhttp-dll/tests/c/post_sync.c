/*
 * Posts in a synchronous session: once piece by piece, once in one call, on the same connection. For two-byte characters that
 * are written u"": this compiles without -fshort-wchar too.
 *
 *     post_sync http|https HOST PORT PIECES
 *
 * Prints status and body of both responses, and the statuses that the callback saw.
 */
#include <windows.h>
#include <winhttp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 1000

static DWORD g_dwCallbacks;
static DWORD_PTR g_dwLastContext;

static int Fail(const char *pszFunction)
{
    printf("Error %u in %s\n", (unsigned)GetLastError(), pszFunction);
    return 1;
}

static void CALLBACK StatusCallback(HINTERNET hInternet, DWORD_PTR dwContext, DWORD dwStatus, LPVOID pvInfo, DWORD cbInfo)
{
    (void)hInternet;
    (void)pvInfo;
    (void)cbInfo;
    g_dwCallbacks |= dwStatus;
    if (dwContext != 0) { /* those of session and connection have none */
        g_dwLastContext = dwContext;
    }
}

/* Status and body of a response. */
static int PrintResponse(HINTERNET hRequest)
{
    char szBuffer[4096];
    DWORD dwStatus = 0, cbStatus = sizeof(dwStatus), dwRead;

    if (!WinHttpReceiveResponse(hRequest, NULL)) {
        return Fail("WinHttpReceiveResponse");
    }
    if (!WinHttpQueryHeaders(hRequest, WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER, NULL, &dwStatus,
                             &cbStatus, NULL)) {
        return Fail("WinHttpQueryHeaders");
    }
    printf("%u ", (unsigned)dwStatus);
    do {
        if (!WinHttpReadData(hRequest, szBuffer, sizeof(szBuffer), &dwRead)) {
            return Fail("WinHttpReadData");
        }
        fwrite(szBuffer, 1, dwRead, stdout);
    } while (dwRead > 0);
    printf("\n");
    return 0;
}

/* The length first, then the data in pieces. */
static int PostPieces(HINTERNET hConnect, DWORD dwFlags, DWORD dwPieces)
{
    char rgbPiece[PIECE];
    DWORD dwPiece, dwWritten;
    int result;
    HINTERNET hRequest = WinHttpOpenRequest(hConnect, u"POST", u"/pieces", NULL, WINHTTP_NO_REFERER,
                                            WINHTTP_DEFAULT_ACCEPT_TYPES, dwFlags);
    if (hRequest == NULL) {
        return Fail("WinHttpOpenRequest");
    }
    result = 1;
    if (!WinHttpSendRequest(hRequest, u"Content-Type: application/octet-stream\r\n", (DWORD)-1,
                            WINHTTP_NO_REQUEST_DATA, 0, dwPieces * PIECE, 17)) {
        Fail("WinHttpSendRequest");
    } else {
        for (dwPiece = 0; dwPiece < dwPieces; dwPiece++) {
            memset(rgbPiece, 'a' + (int)(dwPiece % 26), sizeof(rgbPiece));
            if (!WinHttpWriteData(hRequest, rgbPiece, sizeof(rgbPiece), &dwWritten)) {
                Fail("WinHttpWriteData");
                break;
            }
            if (dwWritten != sizeof(rgbPiece)) {
                printf("Only %u bytes were written\n", (unsigned)dwWritten);
                break;
            }
        }
        if (dwPiece == dwPieces) {
            result = PrintResponse(hRequest);
        }
    }
    WinHttpCloseHandle(hRequest);
    return result;
}

/* All at once. */
static int PostForm(HINTERNET hConnect, DWORD dwFlags)
{
    char szForm[] = "name=value&other=1";
    int result;
    HINTERNET hRequest = WinHttpOpenRequest(hConnect, u"POST", u"/form", NULL, WINHTTP_NO_REFERER,
                                            WINHTTP_DEFAULT_ACCEPT_TYPES, dwFlags);
    if (hRequest == NULL) {
        return Fail("WinHttpOpenRequest");
    }
    if (!WinHttpSendRequest(hRequest, u"Content-Type: application/x-www-form-urlencoded", (DWORD)-1, szForm,
                            (DWORD)strlen(szForm), (DWORD)strlen(szForm), 18)) {
        result = Fail("WinHttpSendRequest");
    } else {
        result = PrintResponse(hRequest);
    }
    WinHttpCloseHandle(hRequest);
    return result;
}

int main(int argc, char *argv[])
{
    WCHAR szHost[256];
    HINTERNET hSession, hConnect;
    WINHTTP_STATUS_CALLBACK pfnOld;
    DWORD dwFlags;
    int result;

    if (argc != 5) {
        fprintf(stderr, "Usage: post_sync http|https HOST PORT PIECES\n");
        return 2;
    }
    dwFlags = strcmp(argv[1], "https") == 0 ? WINHTTP_FLAG_SECURE : 0;
    if (MultiByteToWideChar(CP_UTF8, 0, argv[2], -1, szHost, ARRAYSIZE(szHost)) == 0) {
        return Fail("MultiByteToWideChar");
    }
    hSession = WinHttpOpen(u"post_sync/1.0", WINHTTP_ACCESS_TYPE_NO_PROXY, WINHTTP_NO_PROXY_NAME,
                           WINHTTP_NO_PROXY_BYPASS, 0);
    if (hSession == NULL) {
        return Fail("WinHttpOpen");
    }
    if (!WinHttpSetTimeouts(hSession, 5000, 5000, 20000, 20000)) {
        return Fail("WinHttpSetTimeouts");
    }
    pfnOld = WinHttpSetStatusCallback(hSession, StatusCallback, WINHTTP_CALLBACK_FLAG_ALL_NOTIFICATIONS, 0);
    if (pfnOld == WINHTTP_INVALID_STATUS_CALLBACK) {
        return Fail("WinHttpSetStatusCallback");
    }
    hConnect = WinHttpConnect(hSession, szHost, (INTERNET_PORT)atoi(argv[3]), 0);
    if (hConnect == NULL) {
        return Fail("WinHttpConnect");
    }
    result = PostPieces(hConnect, dwFlags, (DWORD)atoi(argv[4]));
    if (result == 0) {
        result = PostForm(hConnect, dwFlags);
    }
    WinHttpCloseHandle(hConnect);
    WinHttpSetStatusCallback(hSession, pfnOld, WINHTTP_CALLBACK_FLAG_ALL_NOTIFICATIONS, 0);
    WinHttpCloseHandle(hSession);
    printf("sent: %d, received: %d, closed: %d, completed: %d, context: %u\n",
           (g_dwCallbacks & WINHTTP_CALLBACK_STATUS_REQUEST_SENT) != 0,
           (g_dwCallbacks & WINHTTP_CALLBACK_STATUS_RESPONSE_RECEIVED) != 0,
           (g_dwCallbacks & WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING) != 0,
           (g_dwCallbacks & (WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE | WINHTTP_CALLBACK_STATUS_READ_COMPLETE)) != 0,
           (unsigned)g_dwLastContext);
    return result;
}
