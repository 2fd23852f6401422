/*
 * The Win32 names that programs for websocket.h and winhttp.h need off Windows. Not Windows: there is nothing here to
 * see or click. Reached as <windows.h>; on Windows the real one is used instead.
 *
 * Compile ported programs with -fshort-wchar, so that L"" is UTF-16 as on Windows; without it WCHAR is char16_t.
 */
#ifndef OPENWINHTTP_WINDOWS_H
#define OPENWINHTTP_WINDOWS_H

#ifdef _WIN32
#error "include/win32 is for systems other than Windows; leave it out of the include path here"
#endif

#include <stdarg.h>

#include "errors.h"
#include "files.h"
#include "modules.h"
#include "objects.h"
#include "runtime.h"
#include "sal.h"
#include "types.h"
#include "wincrypt.h"
#include "wmain.h"

#ifdef __cplusplus
/* Refuses pointers, which sizeof would take. */
extern "C++" {
template <class Element, size_t Count> char (&openwinhttp_array_size(Element (&)[Count]))[Count];
}
#define ARRAYSIZE(array) (sizeof(openwinhttp_array_size(array)))
#else
#define ARRAYSIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif
#define RTL_NUMBER_OF ARRAYSIZE
#ifndef _countof
#define _countof ARRAYSIZE
#endif

#define UNREFERENCED_PARAMETER(parameter) ((void)(parameter))
#define DBG_UNREFERENCED_PARAMETER(parameter) ((void)(parameter))
#define DBG_UNREFERENCED_LOCAL_VARIABLE(variable) ((void)(variable))

#define FIELD_OFFSET(type, field) ((LONG)offsetof(type, field))
#define CONTAINING_RECORD(address, type, field) ((type *)(void *)((char *)(address) - offsetof(type, field)))

#define LOBYTE(value) ((BYTE)((DWORD_PTR)(value) & 0xFF))
#define HIBYTE(value) ((BYTE)((DWORD_PTR)(value) >> 8 & 0xFF))
#define LOWORD(value) ((WORD)((DWORD_PTR)(value) & 0xFFFF))
#define HIWORD(value) ((WORD)((DWORD_PTR)(value) >> 16 & 0xFFFF))
#define MAKEWORD(low, high) ((WORD)(((BYTE)(low)) | ((WORD)((BYTE)(high))) << 8))
#define MAKELONG(low, high) ((LONG)(((WORD)(low)) | ((DWORD)((WORD)(high))) << 16))

#define MAX_PATH 260
#define MAXWORD 0xFFFF
#define MAXDWORD 0xFFFFFFFF
#define MAXLONG 0x7FFFFFFF
#define MAXULONG 0xFFFFFFFF

/* In C++ they would break the standard library's headers; std::min and std::max are there. */
#if !defined(__cplusplus) && !defined(NOMINMAX)
#ifndef min
#define min(a, b) ((a) < (b) ? (a) : (b))
#endif
#ifndef max
#define max(a, b) ((a) > (b) ? (a) : (b))
#endif
#endif

#endif /* OPENWINHTTP_WINDOWS_H */
