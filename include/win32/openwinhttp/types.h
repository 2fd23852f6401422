/*
 * Win32's basic types, with Windows' widths on every system: DWORD, LONG and ULONG have 32 bits although `long` may
 * have 64. WCHAR is a UTF-16 unit: wchar_t where that has two bytes (-fshort-wchar), else char16_t.
 */
#ifndef OPENWINHTTP_TYPES_H
#define OPENWINHTTP_TYPES_H

#include <stddef.h>
#include <stdint.h>
#ifndef __cplusplus
#ifdef __APPLE__ /* has no uchar.h */
typedef __CHAR16_TYPE__ char16_t;
#else
#include <uchar.h>
#endif
#endif

/* Calling conventions and linkage: there is one convention off Windows. */
#define WINAPI
#define APIENTRY
#define WINAPIV
#define CALLBACK
#define PASCAL
#define STDMETHODCALLTYPE
#define FAR
#define NEAR
#define CONST const
#define DECLSPEC_IMPORT
#define DECLSPEC_NORETURN __attribute__((__noreturn__))
#ifdef __cplusplus
#define EXTERN_C extern "C"
#else
#define EXTERN_C extern
#endif
#define FORCEINLINE static inline __attribute__((__always_inline__))
#ifndef __cdecl
#define __cdecl
#endif
#ifndef _cdecl
#define _cdecl
#endif
#ifndef __stdcall
#define __stdcall
#endif
#ifndef __fastcall
#define __fastcall
#endif
#ifndef __forceinline
#define __forceinline static inline __attribute__((__always_inline__))
#endif

/* Markers of parameters. */
#ifndef IN
#define IN
#endif
#ifndef OUT
#define OUT
#endif
#ifndef OPTIONAL
#define OPTIONAL
#endif

#define VOID void
#define TRUE 1
#define FALSE 0

typedef void *PVOID, *LPVOID, *HANDLE, *HLOCAL, *HGLOBAL;
typedef const void *PCVOID, *LPCVOID;
typedef HANDLE *PHANDLE, *LPHANDLE;

typedef int BOOL;
typedef BOOL *PBOOL, *LPBOOL;
typedef unsigned char BYTE, UCHAR, BOOLEAN;
typedef BYTE *PBYTE, *LPBYTE;
typedef const BYTE *PCBYTE, *LPCBYTE;
typedef UCHAR *PUCHAR;
typedef BOOLEAN *PBOOLEAN;
typedef char CHAR;
typedef CHAR *PCHAR, *LPCH, *PCH, *PSTR, *LPSTR, *NPSTR;
typedef const CHAR *PCSTR, *LPCSTR, *LPCCH, *PCCH;
typedef PSTR *PZPSTR;
typedef short SHORT;
typedef SHORT *PSHORT;
typedef unsigned short USHORT, WORD, ATOM;
typedef USHORT *PUSHORT;
typedef WORD *PWORD, *LPWORD;
typedef int INT, INT32, LONG32;
typedef INT *PINT, *LPINT;
typedef unsigned int UINT, UINT32, ULONG32, DWORD32;
typedef UINT *PUINT;
typedef int LONG;
typedef LONG *PLONG, *LPLONG;
typedef unsigned int ULONG, DWORD;
typedef ULONG *PULONG;
typedef DWORD *PDWORD, *LPDWORD;
typedef long long LONGLONG, LONG64, INT64;
typedef LONGLONG *PLONGLONG;
typedef unsigned long long ULONGLONG, ULONG64, DWORD64, UINT64, DWORDLONG;
typedef ULONGLONG *PULONGLONG;
typedef signed char INT8;
typedef unsigned char UINT8;
typedef short INT16;
typedef unsigned short UINT16;
typedef float FLOAT;
#ifndef __int64
#define __int64 long long
#endif

/* Integers as wide as a pointer. */
typedef intptr_t INT_PTR, LONG_PTR, SSIZE_T;
typedef uintptr_t UINT_PTR, ULONG_PTR, DWORD_PTR, SIZE_T;
typedef ULONG_PTR *PULONG_PTR;
typedef DWORD_PTR *PDWORD_PTR;
typedef SIZE_T *PSIZE_T;
typedef INT_PTR (*FARPROC)(void);

#if __WCHAR_MAX__ <= 0xFFFF
#define OPENWINHTTP_SHORT_WCHAR 1
typedef wchar_t WCHAR;
#define OPENWINHTTP_WIDE(text) L##text
#else
#define OPENWINHTTP_SHORT_WCHAR 0
typedef char16_t WCHAR;
#define OPENWINHTTP_WIDE(text) u##text
#endif
typedef WCHAR *PWCHAR, *PWCH, *LPWCH, *PWSTR, *LPWSTR, *NWPSTR;
typedef const WCHAR *PCWSTR, *LPCWSTR, *LPCWCH, *PCWCH;
typedef PWSTR *PZPWSTR;
typedef PCWSTR *PZPCWSTR;

/* Neutral text: wide when the program asks for it with UNICODE, as on Windows. */
#ifdef UNICODE
#define __TEXT(text) OPENWINHTTP_WIDE(text)
typedef WCHAR TCHAR, *PTCHAR, *PTSTR, *LPTSTR;
typedef const WCHAR *PCTSTR, *LPCTSTR;
#else
#define __TEXT(text) text
typedef char TCHAR, *PTCHAR, *PTSTR, *LPTSTR;
typedef const char *PCTSTR, *LPCTSTR;
#endif
#define TEXT(text) __TEXT(text)

typedef LONG HRESULT;
typedef LONG NTSTATUS;
typedef WORD LANGID;
typedef DWORD LCID;

/* Distinct pointer types for distinct kinds of handles. */
#define DECLARE_HANDLE(name)                                                                                           \
    struct name##__ {                                                                                                  \
        int unused;                                                                                                    \
    };                                                                                                                 \
    typedef struct name##__ *name
DECLARE_HANDLE(HINSTANCE);
typedef HINSTANCE HMODULE;
DECLARE_HANDLE(HWND);

#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)

typedef union _LARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart;
        LONG HighPart;
    };
    struct {
        DWORD LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef union _ULARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart;
        DWORD HighPart;
    };
    struct {
        DWORD LowPart;
        DWORD HighPart;
    } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

typedef struct _FILETIME {
    DWORD dwLowDateTime; /* 100 ns since 1601-01-01 UTC */
    DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;

typedef struct _SYSTEMTIME {
    WORD wYear;
    WORD wMonth;     /* 1 to 12 */
    WORD wDayOfWeek; /* 0 is Sunday */
    WORD wDay;
    WORD wHour;
    WORD wMinute;
    WORD wSecond;
    WORD wMilliseconds;
} SYSTEMTIME, *PSYSTEMTIME, *LPSYSTEMTIME;

typedef struct _GUID {
    ULONG Data1;
    USHORT Data2;
    USHORT Data3;
    UCHAR Data4[8];
} GUID;

typedef struct _SECURITY_ATTRIBUTES {
    DWORD nLength;
    LPVOID lpSecurityDescriptor;
    BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;

#ifdef __cplusplus
#define OPENWINHTTP_CHECK(condition) static_assert(condition, #condition)
#else
#define OPENWINHTTP_CHECK(condition) _Static_assert(condition, #condition)
#endif
OPENWINHTTP_CHECK(sizeof(WORD) == 2 && sizeof(USHORT) == 2 && sizeof(SHORT) == 2);
OPENWINHTTP_CHECK(sizeof(DWORD) == 4 && sizeof(LONG) == 4 && sizeof(ULONG) == 4 && sizeof(BOOL) == 4);
OPENWINHTTP_CHECK(sizeof(LONGLONG) == 8 && sizeof(ULONGLONG) == 8 && sizeof(LARGE_INTEGER) == 8);
OPENWINHTTP_CHECK(sizeof(WCHAR) == 2 && sizeof(BOOLEAN) == 1 && sizeof(HRESULT) == 4);
OPENWINHTTP_CHECK(sizeof(DWORD_PTR) == sizeof(void *) && sizeof(SIZE_T) == sizeof(void *));
OPENWINHTTP_CHECK(sizeof(SYSTEMTIME) == 16 && sizeof(FILETIME) == 8 && sizeof(GUID) == 16);
OPENWINHTTP_CHECK(sizeof(SECURITY_ATTRIBUTES) == 3 * sizeof(void *));

#endif /* OPENWINHTTP_TYPES_H */
