/*
 * Files. Names are UTF-16 (W) or UTF-8 (A), with / or \ between folders. Sharing modes, security and the attributes of
 * new files have no effect. Reading and writing are done when the function returns; an OVERLAPPED says where.
 */
#ifndef OPENWINHTTP_FILES_H
#define OPENWINHTTP_FILES_H

#include "errors.h"
#include "objects.h"
#include "runtime.h"
#include "sal.h"
#include "types.h"

#define GENERIC_ALL 0x10000000
#define GENERIC_EXECUTE 0x20000000
#define GENERIC_WRITE 0x40000000
#define GENERIC_READ 0x80000000
#define FILE_READ_DATA 0x0001
#define FILE_WRITE_DATA 0x0002
#define FILE_APPEND_DATA 0x0004
#define FILE_SHARE_READ 0x00000001
#define FILE_SHARE_WRITE 0x00000002
#define FILE_SHARE_DELETE 0x00000004
#define CREATE_NEW 1
#define CREATE_ALWAYS 2
#define OPEN_EXISTING 3
#define OPEN_ALWAYS 4
#define TRUNCATE_EXISTING 5
#define FILE_ATTRIBUTE_READONLY 0x00000001
#define FILE_ATTRIBUTE_HIDDEN 0x00000002
#define FILE_ATTRIBUTE_SYSTEM 0x00000004
#define FILE_ATTRIBUTE_DIRECTORY 0x00000010
#define FILE_ATTRIBUTE_ARCHIVE 0x00000020
#define FILE_ATTRIBUTE_NORMAL 0x00000080
#define FILE_ATTRIBUTE_TEMPORARY 0x00000100
#define FILE_FLAG_SEQUENTIAL_SCAN 0x08000000
#define FILE_FLAG_RANDOM_ACCESS 0x10000000
#define FILE_FLAG_NO_BUFFERING 0x20000000
#define FILE_FLAG_OVERLAPPED 0x40000000
#define FILE_FLAG_WRITE_THROUGH 0x80000000
#define FILE_BEGIN 0
#define FILE_CURRENT 1
#define FILE_END 2
#define INVALID_FILE_SIZE ((DWORD)0xFFFFFFFF)
#define INVALID_SET_FILE_POINTER ((DWORD)-1)
#define INVALID_FILE_ATTRIBUTES ((DWORD)-1)

typedef struct _OVERLAPPED {
    ULONG_PTR Internal;     /* 0: done */
    ULONG_PTR InternalHigh; /* bytes */
    __extension__ union {
        __extension__ struct {
            DWORD Offset;
            DWORD OffsetHigh;
        };
        PVOID Pointer;
    };
    HANDLE hEvent; /* signalled when done, unless NULL */
} OVERLAPPED, *LPOVERLAPPED;

#define HasOverlappedIoCompleted(overlapped) ((overlapped)->Internal != 259)

#ifdef __cplusplus
extern "C" {
#endif

HANDLE WINAPI CreateFileW(_In_ LPCWSTR lpFileName, _In_ DWORD dwDesiredAccess, _In_ DWORD dwShareMode,
                          _In_opt_ LPSECURITY_ATTRIBUTES lpSecurityAttributes, _In_ DWORD dwCreationDisposition,
                          _In_ DWORD dwFlagsAndAttributes, _In_opt_ HANDLE hTemplateFile)
    OPENWINHTTP_SYMBOL(CreateFileW);
HANDLE WINAPI CreateFileA(_In_ LPCSTR lpFileName, _In_ DWORD dwDesiredAccess, _In_ DWORD dwShareMode,
                          _In_opt_ LPSECURITY_ATTRIBUTES lpSecurityAttributes, _In_ DWORD dwCreationDisposition,
                          _In_ DWORD dwFlagsAndAttributes, _In_opt_ HANDLE hTemplateFile)
    OPENWINHTTP_SYMBOL(CreateFileA);
BOOL WINAPI ReadFile(_In_ HANDLE hFile, _Out_writes_bytes_(nNumberOfBytesToRead) LPVOID lpBuffer,
                     _In_ DWORD nNumberOfBytesToRead, _Out_opt_ LPDWORD lpNumberOfBytesRead,
                     _Inout_opt_ LPOVERLAPPED lpOverlapped) OPENWINHTTP_SYMBOL(ReadFile);
BOOL WINAPI WriteFile(_In_ HANDLE hFile, _In_reads_bytes_opt_(nNumberOfBytesToWrite) LPCVOID lpBuffer,
                      _In_ DWORD nNumberOfBytesToWrite, _Out_opt_ LPDWORD lpNumberOfBytesWritten,
                      _Inout_opt_ LPOVERLAPPED lpOverlapped) OPENWINHTTP_SYMBOL(WriteFile);
BOOL WINAPI SetFilePointerEx(_In_ HANDLE hFile, _In_ LARGE_INTEGER liDistanceToMove,
                             _Out_opt_ PLARGE_INTEGER lpNewFilePointer, _In_ DWORD dwMoveMethod)
    OPENWINHTTP_SYMBOL(SetFilePointerEx);
BOOL WINAPI GetFileSizeEx(_In_ HANDLE hFile, _Out_ PLARGE_INTEGER lpFileSize) OPENWINHTTP_SYMBOL(GetFileSizeEx);
BOOL WINAPI SetEndOfFile(_In_ HANDLE hFile) OPENWINHTTP_SYMBOL(SetEndOfFile);
BOOL WINAPI FlushFileBuffers(_In_ HANDLE hFile) OPENWINHTTP_SYMBOL(FlushFileBuffers);
/* Folder, read-only or normal. */
DWORD WINAPI GetFileAttributesW(_In_ LPCWSTR lpFileName) OPENWINHTTP_SYMBOL(GetFileAttributesW);
DWORD WINAPI GetFileAttributesA(_In_ LPCSTR lpFileName) OPENWINHTTP_SYMBOL(GetFileAttributesA);
BOOL WINAPI DeleteFileW(_In_ LPCWSTR lpFileName) OPENWINHTTP_SYMBOL(DeleteFileW);
BOOL WINAPI DeleteFileA(_In_ LPCSTR lpFileName) OPENWINHTTP_SYMBOL(DeleteFileA);

#ifdef __cplusplus
}
#endif

/* The upper half of distance and place only if `high` is not NULL. */
static inline DWORD SetFilePointer(HANDLE file, LONG distance, PLONG high, DWORD method)
{
    LARGE_INTEGER by;
    LARGE_INTEGER place;
    by.QuadPart = distance;
    if (high != NULL) {
        by.u.HighPart = *high;
        by.u.LowPart = (DWORD)distance;
    }
    if (!SetFilePointerEx(file, by, &place, method)) {
        return INVALID_SET_FILE_POINTER;
    }
    if (high != NULL) {
        *high = place.u.HighPart;
    } else if (place.QuadPart >= 0xFFFFFFFF) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return INVALID_SET_FILE_POINTER;
    }
    if (place.u.LowPart == INVALID_SET_FILE_POINTER) {
        SetLastError(NO_ERROR);
    }
    return place.u.LowPart;
}

static inline DWORD GetFileSize(HANDLE file, LPDWORD high)
{
    LARGE_INTEGER size;
    if (!GetFileSizeEx(file, &size)) {
        return INVALID_FILE_SIZE;
    }
    if (high != NULL) {
        *high = (DWORD)size.u.HighPart;
    }
    if (size.u.LowPart == INVALID_FILE_SIZE) {
        SetLastError(NO_ERROR);
    }
    return size.u.LowPart;
}

#ifdef UNICODE
#define CreateFile CreateFileW
#define GetFileAttributes GetFileAttributesW
#define DeleteFile DeleteFileW
#else
#define CreateFile CreateFileA
#define GetFileAttributes GetFileAttributesA
#define DeleteFile DeleteFileA
#endif

OPENWINHTTP_CHECK(sizeof(OVERLAPPED) == (sizeof(void *) == 8 ? 32 : 20));

#endif /* OPENWINHTTP_FILES_H */
