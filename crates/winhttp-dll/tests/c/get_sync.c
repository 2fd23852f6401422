/*
 * Fetches a URL in a synchronous session, as a program for Windows does it.
 *
 *     get_sync URL
 *
 * Prints the status line, the type and the body. Ends with 1, and the error, if that fails.
 */
#include <windows.h>
#include <winhttp.h>
#include <stdio.h>
#include <stdlib.h>

static void PrintError(LPCWSTR pszFunction, DWORD dwError)
{
    WCHAR szText[256];
    DWORD cchText;

    cchText = FormatMessageW(FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS |
                                 FORMAT_MESSAGE_MAX_WIDTH_MASK,
                             GetModuleHandleW(L"winhttp.dll"), dwError, 0, szText, ARRAYSIZE(szText), NULL);
    wprintf(L"Error %lu in %s: %s\n", dwError, pszFunction, cchText != 0 ? szText : L"(no text)");
}

/* The value of a header in new memory, or NULL with GetLastError. */
static LPWSTR QueryText(HINTERNET hRequest, DWORD dwInfoLevel)
{
    LPWSTR pszValue;
    DWORD cbValue = 0;

    if (WinHttpQueryHeaders(hRequest, dwInfoLevel, WINHTTP_HEADER_NAME_BY_INDEX, WINHTTP_NO_OUTPUT_BUFFER, &cbValue,
                            WINHTTP_NO_HEADER_INDEX) ||
        GetLastError() != ERROR_INSUFFICIENT_BUFFER) {
        return NULL;
    }
    pszValue = (LPWSTR)malloc(cbValue);
    if (pszValue == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    } else if (!WinHttpQueryHeaders(hRequest, dwInfoLevel, WINHTTP_HEADER_NAME_BY_INDEX, pszValue, &cbValue,
                                    WINHTTP_NO_HEADER_INDEX)) {
        free(pszValue);
        pszValue = NULL;
    }
    return pszValue;
}

static BOOL PrintHead(HINTERNET hRequest)
{
    DWORD dwStatus = 0;
    DWORD cbStatus = sizeof(dwStatus);
    LPWSTR pszText, pszType;

    if (!WinHttpQueryHeaders(hRequest, WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER,
                             WINHTTP_HEADER_NAME_BY_INDEX, &dwStatus, &cbStatus, WINHTTP_NO_HEADER_INDEX)) {
        PrintError(L"WinHttpQueryHeaders", GetLastError());
        return FALSE;
    }
    pszText = QueryText(hRequest, WINHTTP_QUERY_STATUS_TEXT);
    if (pszText == NULL) {
        PrintError(L"WinHttpQueryHeaders", GetLastError());
        return FALSE;
    }
    wprintf(L"Status: %lu %s\n", dwStatus, pszText);
    free(pszText);
    pszType = QueryText(hRequest, WINHTTP_QUERY_CONTENT_TYPE);
    if (pszType != NULL) {
        wprintf(L"Type: %ls\n", pszType);
        free(pszType);
    } else if (GetLastError() != ERROR_WINHTTP_HEADER_NOT_FOUND) {
        PrintError(L"WinHttpQueryHeaders", GetLastError());
        return FALSE;
    }
    return TRUE;
}

static BOOL PrintBody(HINTERNET hRequest)
{
    DWORD dwSize, dwRead;
    LPBYTE pbBuffer;

    for (;;) {
        dwSize = 0;
        if (!WinHttpQueryDataAvailable(hRequest, &dwSize)) {
            PrintError(L"WinHttpQueryDataAvailable", GetLastError());
            return FALSE;
        }
        if (dwSize == 0) {
            return TRUE;
        }
        pbBuffer = (LPBYTE)HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, dwSize);
        if (pbBuffer == NULL) {
            PrintError(L"HeapAlloc", ERROR_NOT_ENOUGH_MEMORY);
            return FALSE;
        }
        if (!WinHttpReadData(hRequest, pbBuffer, dwSize, &dwRead)) {
            PrintError(L"WinHttpReadData", GetLastError());
            HeapFree(GetProcessHeap(), 0, pbBuffer);
            return FALSE;
        }
        fwrite(pbBuffer, 1, dwRead, stdout);
        HeapFree(GetProcessHeap(), 0, pbBuffer);
        if (dwRead == 0) {
            return TRUE;
        }
    }
}

static BOOL Fetch(HINTERNET hSession, LPCWSTR pszUrl)
{
    static LPCWSTR rgpszAccept[] = {L"text/*", L"application/octet-stream", NULL};
    URL_COMPONENTS components;
    WCHAR szHost[256];
    WCHAR szPath[2048];
    HINTERNET hConnect = NULL;
    HINTERNET hRequest = NULL;
    BOOL fDone = FALSE;

    ZeroMemory(&components, sizeof(components));
    components.dwStructSize = sizeof(components);
    components.lpszHostName = szHost;
    components.dwHostNameLength = ARRAYSIZE(szHost);
    components.lpszUrlPath = szPath;
    components.dwUrlPathLength = ARRAYSIZE(szPath);
    if (!WinHttpCrackUrl(pszUrl, 0, 0, &components)) {
        PrintError(L"WinHttpCrackUrl", GetLastError());
        return FALSE;
    }
    hConnect = WinHttpConnect(hSession, szHost, components.nPort, 0);
    if (hConnect == NULL) {
        PrintError(L"WinHttpConnect", GetLastError());
        goto cleanup;
    }
    hRequest = WinHttpOpenRequest(hConnect, L"GET", szPath, NULL, WINHTTP_NO_REFERER, rgpszAccept,
                                  components.nScheme == INTERNET_SCHEME_HTTPS ? WINHTTP_FLAG_SECURE : 0);
    if (hRequest == NULL) {
        PrintError(L"WinHttpOpenRequest", GetLastError());
        goto cleanup;
    }
    if (!WinHttpAddRequestHeaders(hRequest, L"X-Program: get_sync\r\nX-Number: 1\r\n", (DWORD)-1L,
                                  WINHTTP_ADDREQ_FLAG_ADD)) {
        PrintError(L"WinHttpAddRequestHeaders", GetLastError());
        goto cleanup;
    }
    if (!WinHttpSendRequest(hRequest, WINHTTP_NO_ADDITIONAL_HEADERS, 0, WINHTTP_NO_REQUEST_DATA, 0, 0, 0)) {
        PrintError(L"WinHttpSendRequest", GetLastError());
        goto cleanup;
    }
    if (!WinHttpReceiveResponse(hRequest, NULL)) {
        PrintError(L"WinHttpReceiveResponse", GetLastError());
        goto cleanup;
    }
    fDone = PrintHead(hRequest) && PrintBody(hRequest);

cleanup:
    if (hRequest != NULL) {
        WinHttpCloseHandle(hRequest);
    }
    if (hConnect != NULL) {
        WinHttpCloseHandle(hConnect);
    }
    return fDone;
}

int wmain(int argc, wchar_t *argv[])
{
    HINTERNET hSession;
    BOOL fDone;

    if (argc != 2) {
        fwprintf(stderr, L"Usage: get_sync URL\n");
        return 2;
    }
    hSession = WinHttpOpen(L"get_sync/1.0", WINHTTP_ACCESS_TYPE_AUTOMATIC_PROXY, WINHTTP_NO_PROXY_NAME,
                           WINHTTP_NO_PROXY_BYPASS, 0);
    if (hSession == NULL) {
        PrintError(L"WinHttpOpen", GetLastError());
        return 1;
    }
    fDone = Fetch(hSession, argv[1]);
    if (!WinHttpCloseHandle(hSession)) {
        PrintError(L"WinHttpCloseHandle", GetLastError());
        return 1;
    }
    return fDone ? 0 : 1;
}
