/*
 * The Win32 functions that ported programs use beside the two libraries: last error, heap, critical sections, time.
 * Those on handles are in objects.h and files.h, those on modules and text in modules.h, on certificates in wincrypt.h.
 *
 * They live in the library under names of our own (openwinhttp_GetLastError ...), so that they cannot collide with
 * another library's; the declarations below bind Microsoft's names to them. Memory returned by the library is freed
 * with the functions here, and an error that it reports is read with GetLastError: heap and last error are shared.
 */
#ifndef OPENWINHTTP_RUNTIME_H
#define OPENWINHTTP_RUNTIME_H

#include <string.h>

#include "sal.h"
#include "types.h"

/* The linker's name of a function of the library; Mach-O puts an underscore before it. */
#define OPENWINHTTP_STRING_(text) #text
#define OPENWINHTTP_STRING(text) OPENWINHTTP_STRING_(text)
#define OPENWINHTTP_SYMBOL(name) __asm__(OPENWINHTTP_STRING(__USER_LABEL_PREFIX__) "openwinhttp_" #name)

#define HEAP_NO_SERIALIZE 0x00000001
#define HEAP_GENERATE_EXCEPTIONS 0x00000004 /* accepted, without effect: failure is NULL */
#define HEAP_ZERO_MEMORY 0x00000008
#define GMEM_FIXED 0x0000
#define GMEM_MOVEABLE 0x0002 /* without effect: the handle is the address */
#define GMEM_ZEROINIT 0x0040
#define GPTR (GMEM_FIXED | GMEM_ZEROINIT)
#define GHND (GMEM_MOVEABLE | GMEM_ZEROINIT)
#define LMEM_FIXED 0x0000
#define LMEM_MOVEABLE 0x0002
#define LMEM_ZEROINIT 0x0040
#define LPTR (LMEM_FIXED | LMEM_ZEROINIT)
#define INFINITE 0xFFFFFFFF

/* A recursive lock. Opaque; as large as Windows', and it must not be moved while in use. */
typedef struct _RTL_CRITICAL_SECTION {
    ULONG_PTR opaque[sizeof(void *) == 8 ? 5 : 6];
} RTL_CRITICAL_SECTION, *PRTL_CRITICAL_SECTION;
typedef RTL_CRITICAL_SECTION CRITICAL_SECTION, *PCRITICAL_SECTION, *LPCRITICAL_SECTION;

#ifdef __cplusplus
extern "C" {
#endif

/* The calling thread's last error. */
DWORD WINAPI GetLastError(VOID) OPENWINHTTP_SYMBOL(GetLastError);
VOID WINAPI SetLastError(_In_ DWORD dwErrCode) OPENWINHTTP_SYMBOL(SetLastError);

/* For the libraries of this project among themselves: what makes the functions here the same in all of them. */
const void *openwinhttp_shared_runtime(VOID) OPENWINHTTP_SYMBOL(SharedRuntime);

/* The process heap: the only one there is. A length of 0 gives a block too. */
HANDLE WINAPI GetProcessHeap(VOID) OPENWINHTTP_SYMBOL(GetProcessHeap);
LPVOID WINAPI HeapAlloc(_In_ HANDLE hHeap, _In_ DWORD dwFlags, _In_ SIZE_T dwBytes) OPENWINHTTP_SYMBOL(HeapAlloc);
LPVOID WINAPI HeapReAlloc(_In_ HANDLE hHeap, _In_ DWORD dwFlags, _In_ LPVOID lpMem, _In_ SIZE_T dwBytes)
    OPENWINHTTP_SYMBOL(HeapReAlloc);
BOOL WINAPI HeapFree(_In_ HANDLE hHeap, _In_ DWORD dwFlags, _In_opt_ LPVOID lpMem) OPENWINHTTP_SYMBOL(HeapFree);
HGLOBAL WINAPI GlobalAlloc(_In_ UINT uFlags, _In_ SIZE_T dwBytes) OPENWINHTTP_SYMBOL(GlobalAlloc);
HGLOBAL WINAPI GlobalFree(_In_opt_ HGLOBAL hMem) OPENWINHTTP_SYMBOL(GlobalFree); /* NULL: it was freed */
HLOCAL WINAPI LocalAlloc(_In_ UINT uFlags, _In_ SIZE_T uBytes) OPENWINHTTP_SYMBOL(GlobalAlloc);
HLOCAL WINAPI LocalFree(_In_opt_ HLOCAL hMem) OPENWINHTTP_SYMBOL(GlobalFree);

VOID WINAPI InitializeCriticalSection(_Out_ LPCRITICAL_SECTION lpCriticalSection)
    OPENWINHTTP_SYMBOL(InitializeCriticalSection);
VOID WINAPI DeleteCriticalSection(_Inout_ LPCRITICAL_SECTION lpCriticalSection)
    OPENWINHTTP_SYMBOL(DeleteCriticalSection);
VOID WINAPI EnterCriticalSection(_Inout_ LPCRITICAL_SECTION lpCriticalSection)
    OPENWINHTTP_SYMBOL(EnterCriticalSection);
BOOL WINAPI TryEnterCriticalSection(_Inout_ LPCRITICAL_SECTION lpCriticalSection)
    OPENWINHTTP_SYMBOL(TryEnterCriticalSection);
VOID WINAPI LeaveCriticalSection(_Inout_ LPCRITICAL_SECTION lpCriticalSection)
    OPENWINHTTP_SYMBOL(LeaveCriticalSection);

/* Milliseconds; INFINITE sleeps for ever. */
VOID WINAPI Sleep(_In_ DWORD dwMilliseconds) OPENWINHTTP_SYMBOL(Sleep);
/* Milliseconds since a moment in the past, never going back. */
ULONGLONG WINAPI GetTickCount64(VOID) OPENWINHTTP_SYMBOL(GetTickCount64);
/* The time of day, UTC. */
VOID WINAPI GetSystemTimeAsFileTime(_Out_ LPFILETIME lpSystemTimeAsFileTime)
    OPENWINHTTP_SYMBOL(GetSystemTimeAsFileTime);
VOID WINAPI GetSystemTime(_Out_ LPSYSTEMTIME lpSystemTime) OPENWINHTTP_SYMBOL(GetSystemTime);
/* The time of day as the clocks here show it. */
VOID WINAPI GetLocalTime(_Out_ LPSYSTEMTIME lpSystemTime) OPENWINHTTP_SYMBOL(GetLocalTime);
BOOL WINAPI SystemTimeToFileTime(_In_ const SYSTEMTIME *lpSystemTime, _Out_ LPFILETIME lpFileTime)
    OPENWINHTTP_SYMBOL(SystemTimeToFileTime);
BOOL WINAPI FileTimeToSystemTime(_In_ const FILETIME *lpFileTime, _Out_ LPSYSTEMTIME lpSystemTime)
    OPENWINHTTP_SYMBOL(FileTimeToSystemTime);
/* 100 ns units since a moment in the past, for QueryPerformanceCounter. */
LONGLONG openwinhttp_performance_counter(VOID) OPENWINHTTP_SYMBOL(PerformanceCounter);

/* An identifier of the calling thread that no other thread of the process gets. */
DWORD WINAPI GetCurrentThreadId(VOID) OPENWINHTTP_SYMBOL(GetCurrentThreadId);
DWORD WINAPI GetCurrentProcessId(VOID) OPENWINHTTP_SYMBOL(GetCurrentProcessId);

#ifdef __cplusplus
}
#endif

static inline DWORD GetTickCount(VOID)
{
    return (DWORD)GetTickCount64();
}

static inline BOOL QueryPerformanceCounter(LARGE_INTEGER *count)
{
    count->QuadPart = openwinhttp_performance_counter();
    return TRUE;
}

static inline BOOL QueryPerformanceFrequency(LARGE_INTEGER *per_second)
{
    per_second->QuadPart = 10000000;
    return TRUE;
}

static inline LONG CompareFileTime(const FILETIME *left, const FILETIME *right)
{
    ULONGLONG l = (ULONGLONG)left->dwHighDateTime << 32 | left->dwLowDateTime;
    ULONGLONG r = (ULONGLONG)right->dwHighDateTime << 32 | right->dwLowDateTime;
    return l < r ? -1 : l > r;
}

static inline BOOL InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section, DWORD spin_count)
{
    (void)spin_count;
    InitializeCriticalSection(section);
    return TRUE;
}

static inline BOOL InitializeCriticalSectionEx(LPCRITICAL_SECTION section, DWORD spin_count, DWORD flags)
{
    (void)flags;
    return InitializeCriticalSectionAndSpinCount(section, spin_count);
}

static inline DWORD SleepEx(DWORD milliseconds, BOOL alertable)
{
    (void)alertable; /* nothing is ever queued */
    Sleep(milliseconds);
    return 0;
}

static inline BOOL SwitchToThread(VOID)
{
    Sleep(0);
    return TRUE;
}

static inline LPVOID GlobalLock(HGLOBAL memory)
{
    return memory;
}

static inline BOOL GlobalUnlock(HGLOBAL memory)
{
    (void)memory;
    return FALSE; /* no lock is left */
}

/* Memory as bytes. */
#define RtlMoveMemory(destination, source, length) memmove((destination), (source), (length))
#define RtlCopyMemory(destination, source, length) memcpy((destination), (source), (length))
#define RtlFillMemory(destination, length, value) memset((destination), (value), (length))
#define RtlZeroMemory(destination, length) memset((destination), 0, (length))
#define MoveMemory RtlMoveMemory
#define CopyMemory RtlCopyMemory
#define FillMemory RtlFillMemory
#define ZeroMemory RtlZeroMemory

/* Not optimised away, even if the memory is not read again. */
static inline PVOID RtlSecureZeroMemory(PVOID memory, SIZE_T length)
{
    volatile BYTE *byte = (volatile BYTE *)memory;
    while (length-- != 0) {
        *byte++ = 0;
    }
    return memory;
}
#define SecureZeroMemory RtlSecureZeroMemory

/* ---- Interlocked: sequentially consistent; the result is the new value unless said otherwise ---- */

static inline LONG InterlockedIncrement(LONG volatile *target)
{
    return __atomic_add_fetch(target, 1, __ATOMIC_SEQ_CST);
}

static inline LONG InterlockedDecrement(LONG volatile *target)
{
    return __atomic_sub_fetch(target, 1, __ATOMIC_SEQ_CST);
}

/* Gives the old value. */
static inline LONG InterlockedExchange(LONG volatile *target, LONG value)
{
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}

/* Gives the old value. */
static inline LONG InterlockedExchangeAdd(LONG volatile *target, LONG value)
{
    return __atomic_fetch_add(target, value, __ATOMIC_SEQ_CST);
}

static inline LONG InterlockedAdd(LONG volatile *target, LONG value)
{
    return __atomic_add_fetch(target, value, __ATOMIC_SEQ_CST);
}

/* Gives the old value. */
static inline LONG InterlockedAnd(LONG volatile *target, LONG value)
{
    return __atomic_fetch_and(target, value, __ATOMIC_SEQ_CST);
}

/* Gives the old value. */
static inline LONG InterlockedOr(LONG volatile *target, LONG value)
{
    return __atomic_fetch_or(target, value, __ATOMIC_SEQ_CST);
}

/* Stores `value` if the target is `comparand`; gives the old value. */
static inline LONG InterlockedCompareExchange(LONG volatile *target, LONG value, LONG comparand)
{
    __atomic_compare_exchange_n(target, &comparand, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return comparand;
}

static inline LONGLONG InterlockedIncrement64(LONGLONG volatile *target)
{
    return __atomic_add_fetch(target, 1, __ATOMIC_SEQ_CST);
}

static inline LONGLONG InterlockedDecrement64(LONGLONG volatile *target)
{
    return __atomic_sub_fetch(target, 1, __ATOMIC_SEQ_CST);
}

/* Gives the old value. */
static inline PVOID InterlockedExchangePointer(PVOID volatile *target, PVOID value)
{
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}

/* Stores `value` if the target is `comparand`; gives the old value. */
static inline PVOID InterlockedCompareExchangePointer(PVOID volatile *target, PVOID value, PVOID comparand)
{
    __atomic_compare_exchange_n(target, &comparand, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return comparand;
}

#define MemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)

OPENWINHTTP_CHECK(sizeof(CRITICAL_SECTION) == (sizeof(void *) == 8 ? 40 : 24));

#endif /* OPENWINHTTP_RUNTIME_H */
