/*
 * HANDLEs of events and threads: making, waiting, closing. One table for the whole process; a handle that is closed or
 * never was one gives ERROR_INVALID_HANDLE. Events have no names, and no wait is alertable.
 */
#ifndef OPENWINHTTP_OBJECTS_H
#define OPENWINHTTP_OBJECTS_H

#include "runtime.h"
#include "sal.h"
#include "types.h"

#define DELETE 0x00010000
#define READ_CONTROL 0x00020000
#define WRITE_DAC 0x00040000
#define WRITE_OWNER 0x00080000
#define SYNCHRONIZE 0x00100000
#define STANDARD_RIGHTS_REQUIRED 0x000F0000
#define EVENT_MODIFY_STATE 0x0002
#define EVENT_ALL_ACCESS (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0x3)
#define CREATE_EVENT_MANUAL_RESET 0x00000001
#define CREATE_EVENT_INITIAL_SET 0x00000002
#define DUPLICATE_CLOSE_SOURCE 0x00000001
#define DUPLICATE_SAME_ACCESS 0x00000002

#define STATUS_WAIT_0 0x00000000
#define WAIT_OBJECT_0 0
#define WAIT_ABANDONED 0x00000080 /* never given */
#define WAIT_ABANDONED_0 0x00000080
#define WAIT_IO_COMPLETION 0x000000C0 /* never given */
#define WAIT_FAILED 0xFFFFFFFF
#define MAXIMUM_WAIT_OBJECTS 64

#define CREATE_SUSPENDED 0x00000004
#define STACK_SIZE_PARAM_IS_A_RESERVATION 0x00010000
#define STILL_ACTIVE 259

typedef DWORD(WINAPI *PTHREAD_START_ROUTINE)(LPVOID lpThreadParameter);
typedef PTHREAD_START_ROUTINE LPTHREAD_START_ROUTINE;

#ifdef __cplusplus
extern "C" {
#endif

BOOL WINAPI CloseHandle(_In_ HANDLE hObject) OPENWINHTTP_SYMBOL(CloseHandle);
/* Within the process only. */
BOOL WINAPI DuplicateHandle(_In_ HANDLE hSourceProcessHandle, _In_ HANDLE hSourceHandle,
                            _In_ HANDLE hTargetProcessHandle, _Out_opt_ LPHANDLE lpTargetHandle,
                            _In_ DWORD dwDesiredAccess, _In_ BOOL bInheritHandle, _In_ DWORD dwOptions)
    OPENWINHTTP_SYMBOL(DuplicateHandle);

/* lpName must be NULL. */
HANDLE WINAPI CreateEventW(_In_opt_ LPSECURITY_ATTRIBUTES lpEventAttributes, _In_ BOOL bManualReset,
                           _In_ BOOL bInitialState, _In_opt_ LPCWSTR lpName) OPENWINHTTP_SYMBOL(CreateEvent);
HANDLE WINAPI CreateEventA(_In_opt_ LPSECURITY_ATTRIBUTES lpEventAttributes, _In_ BOOL bManualReset,
                           _In_ BOOL bInitialState, _In_opt_ LPCSTR lpName) OPENWINHTTP_SYMBOL(CreateEvent);
BOOL WINAPI SetEvent(_In_ HANDLE hEvent) OPENWINHTTP_SYMBOL(SetEvent);
BOOL WINAPI ResetEvent(_In_ HANDLE hEvent) OPENWINHTTP_SYMBOL(ResetEvent);

/* Events and threads, up to 64; milliseconds or INFINITE. */
DWORD WINAPI WaitForMultipleObjectsEx(_In_ DWORD nCount, _In_reads_(nCount) const HANDLE *lpHandles,
                                      _In_ BOOL bWaitAll, _In_ DWORD dwMilliseconds, _In_ BOOL bAlertable)
    OPENWINHTTP_SYMBOL(WaitForMultipleObjectsEx);

HANDLE WINAPI CreateThread(_In_opt_ LPSECURITY_ATTRIBUTES lpThreadAttributes, _In_ SIZE_T dwStackSize,
                           _In_ LPTHREAD_START_ROUTINE lpStartAddress, _In_opt_ LPVOID lpParameter,
                           _In_ DWORD dwCreationFlags, _Out_opt_ LPDWORD lpThreadId) OPENWINHTTP_SYMBOL(CreateThread);
BOOL WINAPI GetExitCodeThread(_In_ HANDLE hThread, _Out_ LPDWORD lpExitCode) OPENWINHTTP_SYMBOL(GetExitCodeThread);
DWORD WINAPI GetThreadId(_In_ HANDLE Thread) OPENWINHTTP_SYMBOL(GetThreadId);
/* Threads can only be suspended when they are created. */
DWORD WINAPI ResumeThread(_In_ HANDLE hThread) OPENWINHTTP_SYMBOL(ResumeThread);

#ifdef __cplusplus
}
#endif

/* Stands for the process in DuplicateHandle; nothing else takes it. */
static inline HANDLE GetCurrentProcess(VOID)
{
    return INVALID_HANDLE_VALUE;
}

static inline HANDLE CreateEventExW(LPSECURITY_ATTRIBUTES attributes, LPCWSTR name, DWORD flags, DWORD access)
{
    (void)access;
    return CreateEventW(attributes, (flags & CREATE_EVENT_MANUAL_RESET) != 0, (flags & CREATE_EVENT_INITIAL_SET) != 0,
                        name);
}

static inline HANDLE CreateEventExA(LPSECURITY_ATTRIBUTES attributes, LPCSTR name, DWORD flags, DWORD access)
{
    (void)access;
    return CreateEventA(attributes, (flags & CREATE_EVENT_MANUAL_RESET) != 0, (flags & CREATE_EVENT_INITIAL_SET) != 0,
                        name);
}

static inline DWORD WaitForMultipleObjects(DWORD count, const HANDLE *handles, BOOL all, DWORD milliseconds)
{
    return WaitForMultipleObjectsEx(count, handles, all, milliseconds, FALSE);
}

static inline DWORD WaitForSingleObjectEx(HANDLE handle, DWORD milliseconds, BOOL alertable)
{
    return WaitForMultipleObjectsEx(1, &handle, FALSE, milliseconds, alertable);
}

static inline DWORD WaitForSingleObject(HANDLE handle, DWORD milliseconds)
{
    return WaitForMultipleObjectsEx(1, &handle, FALSE, milliseconds, FALSE);
}

#ifdef UNICODE
#define CreateEvent CreateEventW
#define CreateEventEx CreateEventExW
#else
#define CreateEvent CreateEventA
#define CreateEventEx CreateEventExA
#endif

#endif /* OPENWINHTTP_OBJECTS_H */
