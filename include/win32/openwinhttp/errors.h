/*
 * Win32 error numbers and HRESULTs: those that programs for websocket.h and winhttp.h compare with.
 * Values: https://learn.microsoft.com/windows/win32/debug/system-error-codes and [MS-ERREF].
 */
#ifndef OPENWINHTTP_ERRORS_H
#define OPENWINHTTP_ERRORS_H

#include "types.h"

#define NO_ERROR 0
#define ERROR_SUCCESS 0
#define ERROR_INVALID_FUNCTION 1
#define ERROR_FILE_NOT_FOUND 2
#define ERROR_PATH_NOT_FOUND 3
#define ERROR_TOO_MANY_OPEN_FILES 4
#define ERROR_ACCESS_DENIED 5
#define ERROR_INVALID_HANDLE 6
#define ERROR_NOT_ENOUGH_MEMORY 8
#define ERROR_INVALID_DATA 13
#define ERROR_OUTOFMEMORY 14
#define ERROR_NO_MORE_FILES 18
#define ERROR_NOT_READY 21
#define ERROR_BAD_LENGTH 24
#define ERROR_WRITE_FAULT 29
#define ERROR_READ_FAULT 30
#define ERROR_GEN_FAILURE 31
#define ERROR_SHARING_VIOLATION 32
#define ERROR_HANDLE_EOF 38
#define ERROR_NOT_SUPPORTED 50
#define ERROR_FILE_EXISTS 80
#define ERROR_INVALID_PASSWORD 86
#define ERROR_INVALID_PARAMETER 87
#define ERROR_BROKEN_PIPE 109
#define ERROR_OPEN_FAILED 110
#define ERROR_BUFFER_OVERFLOW 111
#define ERROR_DISK_FULL 112
#define ERROR_CALL_NOT_IMPLEMENTED 120
#define ERROR_SEM_TIMEOUT 121
#define ERROR_INSUFFICIENT_BUFFER 122
#define ERROR_INVALID_NAME 123
#define ERROR_MOD_NOT_FOUND 126
#define ERROR_PROC_NOT_FOUND 127
#define ERROR_NEGATIVE_SEEK 131
#define ERROR_DIR_NOT_EMPTY 145
#define ERROR_BUSY 170
#define ERROR_ALREADY_EXISTS 183
#define ERROR_MORE_DATA 234
#define WAIT_TIMEOUT 258
#define ERROR_NO_MORE_ITEMS 259
#define ERROR_MR_MID_NOT_FOUND 317
#define ERROR_OPERATION_ABORTED 995
#define ERROR_IO_INCOMPLETE 996
#define ERROR_IO_PENDING 997
#define ERROR_NO_UNICODE_TRANSLATION 1113
#define ERROR_NOT_FOUND 1168
#define ERROR_CANCELLED 1223
#define ERROR_CONNECTION_REFUSED 1225
#define ERROR_GRACEFUL_DISCONNECT 1226
#define ERROR_CONNECTION_ABORTED 1236
#define ERROR_TIMEOUT 1460
#define ERROR_INVALID_OPERATION 4317

/* HRESULT: negative is failure. */
#define _HRESULT_TYPEDEF_(value) ((HRESULT)(value))
#define SUCCEEDED(result) (((HRESULT)(result)) >= 0)
#define FAILED(result) (((HRESULT)(result)) < 0)
#define IS_ERROR(status) ((DWORD)(status) >> 31 == 1)
#define SEVERITY_SUCCESS 0
#define SEVERITY_ERROR 1
#define FACILITY_NULL 0
#define FACILITY_ITF 4
#define FACILITY_WIN32 7
#define HRESULT_CODE(result) ((result) & 0xFFFF)
#define HRESULT_FACILITY(result) (((result) >> 16) & 0x1FFF)
#define HRESULT_SEVERITY(result) (((result) >> 31) & 0x1)
#define MAKE_HRESULT(severity, facility, code)                                                                         \
    ((HRESULT)(((DWORD)(severity) << 31) | ((DWORD)(facility) << 16) | ((DWORD)(code))))
#define __HRESULT_FROM_WIN32(error)                                                                                    \
    ((HRESULT)(error) <= 0 ? (HRESULT)(error)                                                                          \
                           : (HRESULT)(((DWORD)(error) & 0x0000FFFF) | ((DWORD)FACILITY_WIN32 << 16) | 0x80000000))

/* A function, as in Microsoft's headers: the argument is evaluated once. In C++ it may stand in constants. */
#ifdef __cplusplus
constexpr
#endif
static inline HRESULT HRESULT_FROM_WIN32(DWORD error)
{
    return __HRESULT_FROM_WIN32(error);
}

#define S_OK _HRESULT_TYPEDEF_(0)
#define S_FALSE _HRESULT_TYPEDEF_(1)
#define E_NOTIMPL _HRESULT_TYPEDEF_(0x80004001)
#define E_NOINTERFACE _HRESULT_TYPEDEF_(0x80004002)
#define E_POINTER _HRESULT_TYPEDEF_(0x80004003)
#define E_ABORT _HRESULT_TYPEDEF_(0x80004004)
#define E_FAIL _HRESULT_TYPEDEF_(0x80004005)
#define E_PENDING _HRESULT_TYPEDEF_(0x8000000A)
#define E_BOUNDS _HRESULT_TYPEDEF_(0x8000000B)
#define E_ILLEGAL_METHOD_CALL _HRESULT_TYPEDEF_(0x8000000E)
#define E_UNEXPECTED _HRESULT_TYPEDEF_(0x8000FFFF)
#define E_ACCESSDENIED _HRESULT_TYPEDEF_(0x80070005)
#define E_HANDLE _HRESULT_TYPEDEF_(0x80070006)
#define E_OUTOFMEMORY _HRESULT_TYPEDEF_(0x8007000E)
#define E_INVALIDARG _HRESULT_TYPEDEF_(0x80070057)
#define E_NOT_SUFFICIENT_BUFFER _HRESULT_TYPEDEF_(0x8007007A)

/* What functions on certificates leave in GetLastError. */
#define CRYPT_E_BAD_ENCODE _HRESULT_TYPEDEF_(0x80092002)
#define CRYPT_E_NOT_FOUND _HRESULT_TYPEDEF_(0x80092004)
#define CRYPT_E_NO_KEY_PROPERTY _HRESULT_TYPEDEF_(0x8009200B)
#define CRYPT_E_ASN1_BADTAG _HRESULT_TYPEDEF_(0x8009310B)

/* Those of websocket.h, which Microsoft has in winerror.h. */
#define E_INVALID_PROTOCOL_OPERATION _HRESULT_TYPEDEF_(0x83760001)
#define E_INVALID_PROTOCOL_FORMAT _HRESULT_TYPEDEF_(0x83760002)
#define E_PROTOCOL_EXTENSIONS_NOT_SUPPORTED _HRESULT_TYPEDEF_(0x83760003)
#define E_SUBPROTOCOL_NOT_SUPPORTED _HRESULT_TYPEDEF_(0x83760004)
#define E_PROTOCOL_VERSION_NOT_SUPPORTED _HRESULT_TYPEDEF_(0x83760005)

#endif /* OPENWINHTTP_ERRORS_H */
