/*
 * Events, threads, waits, files, modules, texts and times as a program for Windows uses them. UNICODE, and -fshort-wchar.
 * Argument 1: a folder for files. Prints "ok".
 */
#ifndef UNICODE
#define UNICODE
#endif
#ifndef _UNICODE
#define _UNICODE
#endif
#include <windows.h>
#include <process.h>
#include <stdio.h>
#include <strsafe.h>
#include <tchar.h>

#undef NDEBUG
#include <assert.h>

#define WORKERS 8
#define ROUNDS 200

typedef struct _JOB {
    HANDLE hStart;
    HANDLE hDone;
    LONG *pCounter;
    DWORD dwThreadId;
} JOB;

static DWORD WINAPI Worker(LPVOID lpParameter)
{
    JOB *pJob = (JOB *)lpParameter;
    int i;
    assert(GetCurrentThreadId() == pJob->dwThreadId);
    SetLastError(pJob->dwThreadId);
    for (i = 0; i < ROUNDS; i++) {
        assert(WaitForSingleObject(pJob->hStart, INFINITE) == WAIT_OBJECT_0);
        InterlockedIncrement(pJob->pCounter);
        assert(SetEvent(pJob->hDone));
    }
    assert(GetLastError() == pJob->dwThreadId);
    return 1000 + pJob->dwThreadId;
}

static unsigned __stdcall Quick(void *parameter)
{
    *(unsigned *)parameter = 5;
    return 7;
}

static void threads_and_events(void)
{
    JOB jobs[WORKERS];
    HANDLE threads[WORKERS];
    HANDLE done[WORKERS];
    HANDLE event, copy, thread;
    LONG counter = 0;
    DWORD code, i, round;
    unsigned value = 0, id = 0;

    for (i = 0; i < WORKERS; i++) {
        jobs[i].hStart = CreateEvent(NULL, FALSE, FALSE, NULL);
        jobs[i].hDone = CreateEventEx(NULL, NULL, 0, EVENT_ALL_ACCESS);
        assert(jobs[i].hStart != NULL && jobs[i].hDone != NULL);
        done[i] = jobs[i].hDone;
        jobs[i].pCounter = &counter;
        threads[i] = CreateThread(NULL, 0, Worker, &jobs[i], CREATE_SUSPENDED, &jobs[i].dwThreadId);
        assert(threads[i] != NULL && GetExitCodeThread(threads[i], &code) && code == STILL_ACTIVE);
        assert(ResumeThread(threads[i]) == 1);
    }
    assert(WaitForMultipleObjects(WORKERS, threads, FALSE, 0) == WAIT_TIMEOUT);
    for (round = 0; round < ROUNDS; round++) {
        for (i = 0; i < WORKERS; i++) {
            assert(SetEvent(jobs[i].hStart));
        }
        assert(WaitForMultipleObjects(WORKERS, done, TRUE, INFINITE) == WAIT_OBJECT_0);
        assert(counter == (LONG)((round + 1) * WORKERS));
    }
    assert(WaitForMultipleObjectsEx(WORKERS, threads, TRUE, INFINITE, FALSE) == WAIT_OBJECT_0);
    for (i = 0; i < WORKERS; i++) {
        assert(GetExitCodeThread(threads[i], &code) && code == 1000 + jobs[i].dwThreadId);
        assert(CloseHandle(threads[i]) && CloseHandle(jobs[i].hStart) && CloseHandle(jobs[i].hDone));
        assert(!CloseHandle(threads[i]) && GetLastError() == ERROR_INVALID_HANDLE);
    }

    event = CreateEventEx(NULL, NULL, CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET, EVENT_MODIFY_STATE);
    assert(WaitForSingleObjectEx(event, INFINITE, TRUE) == WAIT_OBJECT_0 && WaitForSingleObject(event, 0) == 0);
    assert(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS));
    assert(ResetEvent(copy) && WaitForSingleObject(event, 5) == WAIT_TIMEOUT);
    assert(CloseHandle(event) && CloseHandle(copy));
    assert(WaitForSingleObject(event, INFINITE) == WAIT_FAILED && GetLastError() == ERROR_INVALID_HANDLE);
    assert(!SetEvent(NULL) && GetLastError() == ERROR_INVALID_HANDLE && !CloseHandle(INVALID_HANDLE_VALUE));
    assert(CreateEvent(NULL, TRUE, FALSE, L"named") == NULL && GetLastError() == ERROR_NOT_SUPPORTED);

    thread = (HANDLE)_beginthreadex(NULL, 0, Quick, &value, 0, &id);
    assert(thread != NULL && GetThreadId(thread) == id && WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    assert(value == 5 && GetExitCodeThread(thread, &code) && code == 7 && CloseHandle(thread));
}

static void files(LPCWSTR folder)
{
    WCHAR path[MAX_PATH];
    WCHAR missing[MAX_PATH];
    HANDLE file;
    DWORD done = 0;
    LARGE_INTEGER size;
    LONG high = 0;
    char buffer[16];

    assert(SUCCEEDED(StringCchPrintfW(path, MAX_PATH, L"%s\\objects.txt", folder)));
    assert(SUCCEEDED(StringCchPrintfW(missing, MAX_PATH, L"%s/none", folder)));
    file = CreateFile(missing, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    assert(file == INVALID_HANDLE_VALUE && GetLastError() == ERROR_FILE_NOT_FOUND);
    assert(GetFileAttributes(missing) == INVALID_FILE_ATTRIBUTES && GetFileAttributes(folder) == FILE_ATTRIBUTE_DIRECTORY);

    file = CreateFile(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    assert(file != INVALID_HANDLE_VALUE);
    assert(WriteFile(file, "0123456789", 10, &done, NULL) && done == 10);
    assert(GetFileSizeEx(file, &size) && size.QuadPart == 10 && GetFileSize(file, NULL) == 10);
    assert(SetFilePointer(file, -4, NULL, FILE_END) == 6);
    assert(ReadFile(file, buffer, sizeof buffer, &done, NULL) && done == 4 && memcmp(buffer, "6789", 4) == 0);
    assert(ReadFile(file, buffer, sizeof buffer, &done, NULL) && done == 0);
    assert(SetFilePointer(file, -1, NULL, FILE_BEGIN) == INVALID_SET_FILE_POINTER && GetLastError() == ERROR_NEGATIVE_SEEK);
    high = 1;
    assert(SetFilePointer(file, 2, &high, FILE_BEGIN) == 2 && high == 1);
    assert(SetFilePointer(file, 0, NULL, FILE_CURRENT) == INVALID_SET_FILE_POINTER);
    assert(SetFilePointer(file, 3, NULL, FILE_BEGIN) == 3 && SetEndOfFile(file) && FlushFileBuffers(file));
    assert(WaitForSingleObject(file, 0) == WAIT_FAILED && CloseHandle(file));
    assert(!ReadFile(file, buffer, 1, &done, NULL) && GetLastError() == ERROR_INVALID_HANDLE);

    file = CreateFile(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    assert(GetLastError() == NO_ERROR && GetFileSizeEx(file, &size) && size.u.LowPart == 3);
    assert(!WriteFile(file, "x", 1, &done, NULL) && GetLastError() == ERROR_ACCESS_DENIED && done == 0);
    assert(CloseHandle(file) && DeleteFile(path) && !DeleteFile(path) && GetLastError() == ERROR_FILE_NOT_FOUND);
}

typedef HANDLE(WINAPI *CREATE_EVENT)(LPSECURITY_ATTRIBUTES, BOOL, BOOL, LPCWSTR);

static void modules_and_texts(void)
{
    HMODULE program = GetModuleHandle(NULL);
    HMODULE library = LoadLibraryEx(L"WinHttp.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    CREATE_EVENT create;
    HANDLE event;
    LPWSTR message = NULL;
    WCHAR wide[64];
    char narrow[64];
    DWORD length;

    assert(program != NULL && library != NULL && GetModuleHandle(L"winhttp.dll") == library);
    assert(GetProcAddress(library, "WinHttpOpen") != NULL);
    assert(GetProcAddress(library, "WinHttpNoSuchFunction") == NULL && GetLastError() == ERROR_PROC_NOT_FOUND);
    assert(GetModuleHandle(L"no-such-module.dll") == NULL && GetLastError() == ERROR_MOD_NOT_FOUND);
    create = (CREATE_EVENT)(void (*)(void))GetProcAddress(library, "openwinhttp_CreateEvent");
    event = create(NULL, TRUE, TRUE, NULL);
    assert(WaitForSingleObject(event, 0) == WAIT_OBJECT_0 && CloseHandle(event));

    length = FormatMessage(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_IGNORE_INSERTS,
                           library, 12029, MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT), (LPWSTR)(void *)&message, 0, NULL);
    assert(length > 10 && (int)length == lstrlen(message) && wcscmp(message + length - 2, L"\r\n") == 0);
    assert(LocalFree(message) == NULL && FreeLibrary(library));
    assert(FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM, NULL, ERROR_ACCESS_DENIED, 0, wide, 3, NULL) == 0);
    assert(GetLastError() == ERROR_INSUFFICIENT_BUFFER);
    assert(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, ERROR_ACCESS_DENIED, 0, narrow, 64, NULL) > 5);

    assert(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "\xC3\xBC\xE2\x82\xAC", -1, NULL, 0) == 3);
    assert(MultiByteToWideChar(CP_ACP, 0, "\xC3\xBC\xE2\x82\xAC", -1, wide, 64) == 3 && wide[1] == 0x20AC);
    assert(WideCharToMultiByte(CP_UTF8, 0, wide, -1, narrow, 64, NULL, NULL) == 6 && strcmp(narrow, "\xC3\xBC\xE2\x82\xAC") == 0);
    assert(WideCharToMultiByte(CP_UTF8, 0, wide, 1, narrow, 1, NULL, NULL) == 0);
    assert(GetLastError() == ERROR_INSUFFICIENT_BUFFER && lstrlen(NULL) == 0);
    OutputDebugString(L"nobody reads this\n");
}

static void times(void)
{
    SYSTEMTIME now, back;
    FILETIME first, second;
    LARGE_INTEGER before, after, frequency;

    GetSystemTime(&now);
    assert(SystemTimeToFileTime(&now, &first) && FileTimeToSystemTime(&first, &back));
    assert(memcmp(&now, &back, sizeof now) == 0);
    GetSystemTimeAsFileTime(&second);
    assert(CompareFileTime(&first, &second) <= 0 && CompareFileTime(&second, &second) == 0);
    GetLocalTime(&back);
    assert(back.wYear + 1 >= now.wYear && back.wYear <= now.wYear + 1);
    now.wMonth = 13;
    assert(!SystemTimeToFileTime(&now, &first) && GetLastError() == ERROR_INVALID_PARAMETER);
    assert(QueryPerformanceFrequency(&frequency) && QueryPerformanceCounter(&before));
    SleepEx(3, FALSE);
    assert(QueryPerformanceCounter(&after));
    assert((after.QuadPart - before.QuadPart) * 1000 / frequency.QuadPart >= 3);
    assert(GetCurrentProcessId() != 0 && SwitchToThread());
}

int __cdecl wmain(int argc, WCHAR **argv)
{
    assert(argc == 2);
    threads_and_events();
    files(argv[1]);
    modules_and_texts();
    times();
    _tprintf(_T("ok\n"));
    return 0;
}
