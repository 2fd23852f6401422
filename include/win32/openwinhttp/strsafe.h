/*
 * Microsoft's strsafe.h: copying, joining and formatting text with the room counted in characters. The result is always
 * terminated; text that does not fit is cut and gives STRSAFE_E_INSUFFICIENT_BUFFER.
 */
#ifndef OPENWINHTTP_STRSAFE_H
#define OPENWINHTTP_STRSAFE_H

#include "errors.h"
#include "sal.h"
#include "types.h"
#include "wide.h"

#define STRSAFE_MAX_CCH 2147483647
#define STRSAFE_E_INSUFFICIENT_BUFFER _HRESULT_TYPEDEF_(0x8007007A)
#define STRSAFE_E_INVALID_PARAMETER _HRESULT_TYPEDEF_(0x80070057)
#define STRSAFE_E_END_OF_FILE _HRESULT_TYPEDEF_(0x80070026)

/* The same functions for both kinds of characters. */
#define OPENWINHTTP_STRSAFE(suffix, Character)                                                                         \
    static inline HRESULT StringCchLength##suffix(const Character *text, size_t most, size_t *length)                  \
    {                                                                                                                  \
        size_t count = 0;                                                                                              \
        if (length != NULL) {                                                                                          \
            *length = 0;                                                                                               \
        }                                                                                                              \
        if (text == NULL || most > STRSAFE_MAX_CCH) {                                                                  \
            return STRSAFE_E_INVALID_PARAMETER;                                                                        \
        }                                                                                                              \
        while (count < most && text[count] != 0) {                                                                     \
            count++;                                                                                                   \
        }                                                                                                              \
        if (count == most) {                                                                                           \
            return STRSAFE_E_INVALID_PARAMETER;                                                                        \
        }                                                                                                              \
        if (length != NULL) {                                                                                          \
            *length = count;                                                                                           \
        }                                                                                                              \
        return S_OK;                                                                                                   \
    }                                                                                                                  \
    static inline HRESULT StringCchCopy##suffix(Character *target, size_t room, const Character *source)               \
    {                                                                                                                  \
        size_t i;                                                                                                      \
        if (room == 0 || room > STRSAFE_MAX_CCH) {                                                                     \
            return STRSAFE_E_INVALID_PARAMETER;                                                                        \
        }                                                                                                              \
        for (i = 0; i < room && source[i] != 0; i++) {                                                                 \
            target[i] = source[i];                                                                                     \
        }                                                                                                              \
        target[i < room ? i : room - 1] = 0;                                                                           \
        return i < room ? S_OK : STRSAFE_E_INSUFFICIENT_BUFFER;                                                        \
    }                                                                                                                  \
    static inline HRESULT StringCchCat##suffix(Character *target, size_t room, const Character *source)                \
    {                                                                                                                  \
        size_t length;                                                                                                 \
        HRESULT result = StringCchLength##suffix(target, room, &length);                                               \
        return FAILED(result) ? result : StringCchCopy##suffix(target + length, room - length, source);                \
    }

OPENWINHTTP_STRSAFE(A, char)
OPENWINHTTP_STRSAFE(W, WCHAR)
#undef OPENWINHTTP_STRSAFE

static inline HRESULT StringCchPrintfA(char *target, size_t room, const char *format, ...)
{
    int length;
    va_list arguments;
    if (room == 0 || room > STRSAFE_MAX_CCH) {
        return STRSAFE_E_INVALID_PARAMETER;
    }
    va_start(arguments, format);
    length = vsnprintf(target, room, format, arguments);
    va_end(arguments);
    return length >= 0 && (size_t)length < room ? S_OK : STRSAFE_E_INSUFFICIENT_BUFFER;
}

#if OPENWINHTTP_SHORT_WCHAR
static inline HRESULT StringCchPrintfW(wchar_t *target, size_t room, const wchar_t *format, ...)
{
    int length;
    va_list arguments;
    if (room == 0 || room > STRSAFE_MAX_CCH) {
        return STRSAFE_E_INVALID_PARAMETER;
    }
    va_start(arguments, format);
    length = vswprintf(target, room, format, arguments);
    va_end(arguments);
    return length >= 0 ? S_OK : STRSAFE_E_INSUFFICIENT_BUFFER;
}
#endif

#ifdef UNICODE
#define StringCchLength StringCchLengthW
#define StringCchCopy StringCchCopyW
#define StringCchCat StringCchCatW
#define StringCchPrintf StringCchPrintfW
#else
#define StringCchLength StringCchLengthA
#define StringCchCopy StringCchCopyA
#define StringCchCat StringCchCatA
#define StringCchPrintf StringCchPrintfA
#endif

#endif /* OPENWINHTTP_STRSAFE_H */
