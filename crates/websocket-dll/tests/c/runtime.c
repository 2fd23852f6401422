/* The Win32 functions of windows.h that need the library, called from C. Prints "ok" or what is wrong. */
#include <windows.h>

#include <assert.h>
#include <stdio.h>

#undef NDEBUG
#include <assert.h>

int main(void)
{
    HANDLE heap = GetProcessHeap();
    BYTE *block = (BYTE *)HeapAlloc(heap, HEAP_ZERO_MEMORY, 100);
    CRITICAL_SECTION section;
    SYSTEMTIME now;
    FILETIME file_time;
    ULARGE_INTEGER ticks;
    ULONGLONG started;
    LONG number = 5;
    LARGE_INTEGER large;
    PVOID pointer = NULL;
    size_t i;

    assert(block != NULL);
    for (i = 0; i < 100; i++) {
        assert(block[i] == 0);
    }
    FillMemory(block, 100, 0xAB);
    block = (BYTE *)HeapReAlloc(heap, HEAP_ZERO_MEMORY, block, 5000);
    assert(block != NULL && block[99] == 0xAB && block[100] == 0 && block[4999] == 0);
    SecureZeroMemory(block, 5000);
    assert(block[0] == 0 && HeapFree(heap, 0, block));
    pointer = GlobalAlloc(GPTR, 10);
    assert(pointer != NULL && GlobalLock(pointer) == pointer && GlobalFree(pointer) == NULL);
    pointer = LocalAlloc(LPTR, 10);
    assert(pointer != NULL && LocalFree(pointer) == NULL);

    SetLastError(ERROR_INVALID_PARAMETER);
    assert(GetLastError() == ERROR_INVALID_PARAMETER);
    assert(HeapAlloc(NULL, 0, 1) == NULL && GetLastError() == ERROR_INVALID_HANDLE);

    InitializeCriticalSection(&section);
    EnterCriticalSection(&section);
    assert(TryEnterCriticalSection(&section));
    LeaveCriticalSection(&section);
    LeaveCriticalSection(&section);
    DeleteCriticalSection(&section);
    assert(InitializeCriticalSectionAndSpinCount(&section, 4000));
    DeleteCriticalSection(&section);

    GetSystemTime(&now);
    GetSystemTimeAsFileTime(&file_time);
    ticks.LowPart = file_time.dwLowDateTime;
    ticks.u.HighPart = file_time.dwHighDateTime;
    assert(now.wYear >= 2024 && now.wMonth >= 1 && now.wMonth <= 12);
    assert(ticks.QuadPart > 133000000000000000u);
    started = GetTickCount64();
    Sleep(2);
    assert(GetTickCount64() > started && (DWORD)(GetTickCount() - (DWORD)started) >= 2);
    assert(GetCurrentThreadId() != 0);

    assert(InterlockedIncrement(&number) == 6 && InterlockedDecrement(&number) == 5);
    assert(InterlockedExchange(&number, 9) == 5 && InterlockedExchangeAdd(&number, 2) == 9);
    assert(InterlockedCompareExchange(&number, 1, 10) == 11 && number == 11);
    assert(InterlockedCompareExchange(&number, 1, 11) == 11 && number == 1);
    pointer = NULL;
    assert(InterlockedExchangePointer(&pointer, &number) == NULL && pointer == &number);
    assert(InterlockedCompareExchangePointer(&pointer, NULL, &number) == &number && pointer == NULL);

    large.QuadPart = 0x123456789;
    assert(large.HighPart == 1 && large.u.LowPart == 0x23456789);
    assert(HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER) == (HRESULT)0x8007007A && HRESULT_FROM_WIN32(0) == S_OK);
    assert(HRESULT_FROM_WIN32((DWORD)E_FAIL) == E_FAIL && HRESULT_CODE(E_OUTOFMEMORY) == ERROR_OUTOFMEMORY);
    assert(HRESULT_FACILITY(E_INVALID_PROTOCOL_FORMAT) == 0x376 && MAKE_HRESULT(1, 7, 87) == E_INVALIDARG);
    assert(MAKEWORD(0x34, 0x12) == 0x1234 && HIWORD(0x12345678) == 0x1234 && LOBYTE(0x1234) == 0x34);
    printf("ok\n");
    return 0;
}
