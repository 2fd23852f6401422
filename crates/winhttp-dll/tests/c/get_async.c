/*
 * Fetches several URLs at once in an asynchronous session: one context for each, everything done in the callback.
 *
 *     get_async [-t MILLISECONDS] URL...
 *
 * Prints, in the order of the URLs, status, length and body, or the error. What is not there in time is cancelled by closing
 * its handle. Ends with 1 if anything failed.
 */
#include <windows.h>
#include <winhttp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_URLS 16

typedef struct _FETCH {
    CRITICAL_SECTION cs;
    HANDLE hDone; /* set by HANDLE_CLOSING: nothing uses the context any more */
    HINTERNET hConnect;
    HINTERNET hRequest; /* NULL once it is closed */
    DWORD dwStatus;
    DWORD dwError;
    LPCWSTR pszFunction; /* what failed */
    LPBYTE pbBody;
    DWORD cbBody;
    DWORD cbAllocated;
    DWORD dwClosings; /* how many HANDLE_CLOSING came */
} FETCH;

static LPCWSTR ApiName(DWORD_PTR dwApi)
{
    switch (dwApi) {
    case API_SEND_REQUEST:
        return L"WinHttpSendRequest";
    case API_RECEIVE_RESPONSE:
        return L"WinHttpReceiveResponse";
    case API_QUERY_DATA_AVAILABLE:
        return L"WinHttpQueryDataAvailable";
    case API_READ_DATA:
        return L"WinHttpReadData";
    case API_WRITE_DATA:
        return L"WinHttpWriteData";
    }
    return L"?";
}

/* Closes the request once, whoever comes first; only the first error counts. */
static void Finish(FETCH *pFetch, LPCWSTR pszFunction, DWORD dwError)
{
    HINTERNET hRequest;

    EnterCriticalSection(&pFetch->cs);
    hRequest = pFetch->hRequest;
    pFetch->hRequest = NULL;
    if (hRequest != NULL) {
        pFetch->pszFunction = pszFunction;
        pFetch->dwError = dwError;
    }
    LeaveCriticalSection(&pFetch->cs);
    if (hRequest != NULL) {
        WinHttpCloseHandle(hRequest);
    }
}

static BOOL MakeRoom(FETCH *pFetch, DWORD cbMore)
{
    LPBYTE pbLarger;

    if (pFetch->cbAllocated - pFetch->cbBody >= cbMore) {
        return TRUE;
    }
    pbLarger = (LPBYTE)realloc(pFetch->pbBody, (size_t)pFetch->cbAllocated * 2 + cbMore);
    if (pbLarger == NULL) {
        return FALSE;
    }
    pFetch->pbBody = pbLarger;
    pFetch->cbAllocated = pFetch->cbAllocated * 2 + cbMore;
    return TRUE;
}

static VOID CALLBACK StatusCallback(HINTERNET hInternet, DWORD_PTR dwContext, DWORD dwInternetStatus,
                                    LPVOID lpvStatusInformation, DWORD dwStatusInformationLength)
{
    FETCH *pFetch = (FETCH *)dwContext;
    WINHTTP_ASYNC_RESULT *pResult;
    DWORD cbStatus;
    DWORD cbAvailable;

    if (pFetch == NULL) {
        return; /* of the session or the connection */
    }
    switch (dwInternetStatus) {
    case WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE:
        if (!WinHttpReceiveResponse(hInternet, NULL)) {
            Finish(pFetch, L"WinHttpReceiveResponse", GetLastError());
        }
        break;
    case WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE:
        cbStatus = sizeof(pFetch->dwStatus);
        if (!WinHttpQueryHeaders(hInternet, WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER,
                                 WINHTTP_HEADER_NAME_BY_INDEX, &pFetch->dwStatus, &cbStatus,
                                 WINHTTP_NO_HEADER_INDEX)) {
            Finish(pFetch, L"WinHttpQueryHeaders", GetLastError());
        } else if (!WinHttpQueryDataAvailable(hInternet, NULL)) {
            Finish(pFetch, L"WinHttpQueryDataAvailable", GetLastError());
        }
        break;
    case WINHTTP_CALLBACK_STATUS_DATA_AVAILABLE:
        cbAvailable = *(DWORD *)lpvStatusInformation;
        if (cbAvailable == 0) {
            Finish(pFetch, NULL, ERROR_SUCCESS);
        } else if (!MakeRoom(pFetch, cbAvailable)) {
            Finish(pFetch, L"realloc", ERROR_NOT_ENOUGH_MEMORY);
        } else if (!WinHttpReadData(hInternet, pFetch->pbBody + pFetch->cbBody, cbAvailable, NULL)) {
            Finish(pFetch, L"WinHttpReadData", GetLastError());
        }
        break;
    case WINHTTP_CALLBACK_STATUS_READ_COMPLETE:
        if (lpvStatusInformation != pFetch->pbBody + pFetch->cbBody) {
            Finish(pFetch, L"READ_COMPLETE with another buffer", ERROR_INVALID_PARAMETER);
            break;
        }
        pFetch->cbBody += dwStatusInformationLength;
        if (dwStatusInformationLength == 0) {
            Finish(pFetch, NULL, ERROR_SUCCESS);
        } else if (!WinHttpQueryDataAvailable(hInternet, NULL)) {
            Finish(pFetch, L"WinHttpQueryDataAvailable", GetLastError());
        }
        break;
    case WINHTTP_CALLBACK_STATUS_REQUEST_ERROR:
        pResult = (WINHTTP_ASYNC_RESULT *)lpvStatusInformation;
        Finish(pFetch, ApiName(pResult->dwResult), pResult->dwError);
        break;
    case WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING:
        pFetch->dwClosings++;
        SetEvent(pFetch->hDone);
        break;
    }
}

/* FALSE if nothing is under way: then there is no HANDLE_CLOSING to wait for. */
static BOOL Start(FETCH *pFetch, HINTERNET hSession, LPCWSTR pszUrl)
{
    URL_COMPONENTS components;
    WCHAR szHost[256];
    HINTERNET hRequest;
    DWORD_PTR dwContext = (DWORD_PTR)pFetch;

    ZeroMemory(&components, sizeof(components));
    components.dwStructSize = sizeof(components);
    components.dwHostNameLength = (DWORD)-1;
    components.dwUrlPathLength = (DWORD)-1;
    if (!WinHttpCrackUrl(pszUrl, 0, 0, &components) || components.dwHostNameLength >= ARRAYSIZE(szHost)) {
        pFetch->pszFunction = L"WinHttpCrackUrl";
        pFetch->dwError = GetLastError();
        return FALSE;
    }
    memcpy(szHost, components.lpszHostName, components.dwHostNameLength * sizeof(WCHAR));
    szHost[components.dwHostNameLength] = L'\0';
    pFetch->hConnect = WinHttpConnect(hSession, szHost, components.nPort, 0);
    if (pFetch->hConnect == NULL) {
        pFetch->pszFunction = L"WinHttpConnect";
        pFetch->dwError = GetLastError();
        return FALSE;
    }
    /* The path is the rest of the URL, query and all. */
    hRequest = WinHttpOpenRequest(pFetch->hConnect, NULL, components.lpszUrlPath, NULL, WINHTTP_NO_REFERER,
                                  WINHTTP_DEFAULT_ACCEPT_TYPES,
                                  components.nScheme == INTERNET_SCHEME_HTTPS ? WINHTTP_FLAG_SECURE : 0);
    if (hRequest == NULL) {
        pFetch->pszFunction = L"WinHttpOpenRequest";
        pFetch->dwError = GetLastError();
        return FALSE;
    }
    pFetch->hRequest = hRequest;
    if (!WinHttpSetOption(hRequest, WINHTTP_OPTION_CONTEXT_VALUE, &dwContext, sizeof(dwContext))) {
        Finish(pFetch, L"WinHttpSetOption", GetLastError());
    } else if (!WinHttpSendRequest(hRequest, WINHTTP_NO_ADDITIONAL_HEADERS, 0, WINHTTP_NO_REQUEST_DATA, 0, 0,
                                   dwContext)) {
        Finish(pFetch, L"WinHttpSendRequest", GetLastError());
    }
    return TRUE;
}

static BOOL Print(const FETCH *pFetch, int number)
{
    if (pFetch->dwError != ERROR_SUCCESS) {
        wprintf(L"%d: error %lu in %s\n", number, pFetch->dwError, pFetch->pszFunction);
        return FALSE;
    }
    wprintf(L"%d: status %lu, %lu bytes: ", number, pFetch->dwStatus, pFetch->cbBody);
    if (pFetch->cbBody > 0) {
        fwrite(pFetch->pbBody, 1, pFetch->cbBody, stdout);
    }
    wprintf(L"\n");
    return TRUE;
}

int wmain(int argc, wchar_t *argv[])
{
    static FETCH rgFetches[MAX_URLS];
    HANDLE rghDone[MAX_URLS];
    DWORD dwPatience = INFINITE;
    DWORD cWaiting = 0;
    HINTERNET hSession;
    int first = 1, i, count, result = 0;

    if (argc > 2 && wcscmp(argv[1], L"-t") == 0) {
        dwPatience = (DWORD)_wtoi(argv[2]);
        first = 3;
    }
    count = argc - first;
    if (count < 1 || count > MAX_URLS) {
        fwprintf(stderr, L"Usage: get_async [-t MILLISECONDS] URL...\n");
        return 2;
    }
    hSession = WinHttpOpen(L"get_async/1.0", WINHTTP_ACCESS_TYPE_NO_PROXY, WINHTTP_NO_PROXY_NAME,
                           WINHTTP_NO_PROXY_BYPASS, WINHTTP_FLAG_ASYNC);
    if (hSession == NULL) {
        wprintf(L"error %lu in WinHttpOpen\n", GetLastError());
        return 1;
    }
    if (WinHttpSetStatusCallback(hSession, StatusCallback,
                                 WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS | WINHTTP_CALLBACK_FLAG_HANDLES,
                                 0) == WINHTTP_INVALID_STATUS_CALLBACK) {
        wprintf(L"error %lu in WinHttpSetStatusCallback\n", GetLastError());
        return 1;
    }
    for (i = 0; i < count; i++) {
        InitializeCriticalSection(&rgFetches[i].cs);
        rgFetches[i].hDone = CreateEventW(NULL, TRUE, FALSE, NULL);
        if (Start(&rgFetches[i], hSession, argv[first + i])) {
            rghDone[cWaiting++] = rgFetches[i].hDone;
        }
    }
    if (cWaiting > 0 && WaitForMultipleObjects(cWaiting, rghDone, TRUE, dwPatience) == WAIT_TIMEOUT) {
        for (i = 0; i < count; i++) {
            Finish(&rgFetches[i], L"(too slow)", ERROR_WINHTTP_TIMEOUT);
        }
        WaitForMultipleObjects(cWaiting, rghDone, TRUE, INFINITE);
    }
    for (i = 0; i < count; i++) {
        if (!Print(&rgFetches[i], i + 1)) {
            result = 1;
        }
        if (rgFetches[i].dwClosings > 1) {
            wprintf(L"%d: closed %lu times\n", i + 1, rgFetches[i].dwClosings);
            result = 3;
        }
        if (rgFetches[i].hConnect != NULL) {
            WinHttpCloseHandle(rgFetches[i].hConnect);
        }
        DeleteCriticalSection(&rgFetches[i].cs);
        CloseHandle(rgFetches[i].hDone);
        free(rgFetches[i].pbBody);
    }
    WinHttpCloseHandle(hSession);
    return result;
}
