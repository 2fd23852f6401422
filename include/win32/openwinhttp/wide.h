/*
 * Microsoft's C runtime where programs written for it rely on more than the C standard.
 *
 * wprintf and its relatives have Microsoft's meaning of %s and %S (see wide_format.h) in every mode. With -fshort-wchar
 * the C library's wide functions cannot be used at all, since it was built for four-byte characters: those that
 * programs use most are defined here, and printf prints wide strings with %S. Everything has internal linkage, so the
 * rest of the program keeps the C library's.
 *
 * Not replaced, and wrong with -fshort-wchar: wide input, wcstod, wcsftime, mbstowcs and wcstombs, locales, and
 * std::wstring, of which libstdc++.so holds four-byte instantiations.
 */
#ifndef OPENWINHTTP_WIDE_H
#define OPENWINHTTP_WIDE_H

#include "types.h"
/* The system's headers come from here; each of ours may be on its way here itself, so only then do definitions follow. */
#include "wide_format.h"

/* ---- printf ---- */

static inline int openwinhttp_print(FILE *file, const char *narrow, const wchar_t *wide, va_list arguments)
{
    openwinhttp_sink sink;
    openwinhttp_format_text format;
    memset(&sink, 0, sizeof sink);
    sink.file = file;
    format.narrow = narrow;
    format.wide = wide;
    return openwinhttp_format(&sink, format, arguments);
}

static inline int vfwprintf(FILE *file, const wchar_t *format, va_list arguments)
{
    return openwinhttp_print(file, NULL, format, arguments);
}

static inline int vwprintf(const wchar_t *format, va_list arguments)
{
    return openwinhttp_print(stdout, NULL, format, arguments);
}

static inline int fwprintf(FILE *file, const wchar_t *format, ...)
{
    int count;
    va_list arguments;
    va_start(arguments, format);
    count = openwinhttp_print(file, NULL, format, arguments);
    va_end(arguments);
    return count;
}

static inline int wprintf(const wchar_t *format, ...)
{
    int count;
    va_list arguments;
    va_start(arguments, format);
    count = openwinhttp_print(stdout, NULL, format, arguments);
    va_end(arguments);
    return count;
}

/* The text is terminated even if it does not fit, when there is room for anything; then the result is -1. */
static inline int vswprintf(wchar_t *text, size_t room, const wchar_t *wide, va_list arguments)
{
    openwinhttp_sink sink;
    openwinhttp_format_text format;
    int count;
    memset(&sink, 0, sizeof sink);
    sink.text = text;
    sink.room = room;
    format.narrow = NULL;
    format.wide = wide;
    count = openwinhttp_format(&sink, format, arguments);
    if (room == 0) {
        return -1;
    }
    text[sink.count < room ? sink.count : room - 1] = 0;
    return sink.count < room ? count : -1;
}

static inline int swprintf(wchar_t *text, size_t room, const wchar_t *format, ...)
{
    int count;
    va_list arguments;
    va_start(arguments, format);
    count = vswprintf(text, room, format, arguments);
    va_end(arguments);
    return count;
}

#define swprintf_s swprintf
#define _snprintf snprintf
#define _vsnprintf vsnprintf

#if OPENWINHTTP_SHORT_WCHAR

/* What the C library's vfprintf does; its name is taken below, which hides it from the linker too. */
static inline int openwinhttp_print_plain(FILE *file, const char *format, va_list arguments)
{
    char local[512];
    char *text = local;
    int length;
    va_list again;
    va_copy(again, arguments);
    length = vsnprintf(local, sizeof local, format, arguments);
    if (length >= (int)sizeof local) {
        text = (char *)malloc((size_t)length + 1);
        length = text != NULL ? vsnprintf(text, (size_t)length + 1, format, again) : -1;
    }
    va_end(again);
    if (length > 0 && fwrite(text, 1, (size_t)length, file) != (size_t)length) {
        length = -1;
    }
    if (text != local) {
        free(text);
    }
    return length;
}

/* True if the format has a conversion that the C library would misread: of wide text, or with Microsoft's sizes. */
static inline int openwinhttp_needs_own_format(const char *format)
{
    while ((format = strchr(format, '%')) != NULL) {
        format += 1 + strspn(format + 1, "-+ #0123456789.*");
        if (*format == 'I' || *format == 'w' || *format == 'S' || *format == 'C') {
            return 1;
        }
        if (*format == 'l' && (format[1] == 's' || format[1] == 'c')) {
            return 1;
        }
        format += *format != 0;
    }
    return 0;
}

static inline int vfprintf(FILE *file, const char *format, va_list arguments)
{
    return openwinhttp_needs_own_format(format) ? openwinhttp_print(file, format, NULL, arguments)
                                                : openwinhttp_print_plain(file, format, arguments);
}

static inline int vprintf(const char *format, va_list arguments)
{
    return vfprintf(stdout, format, arguments);
}

static inline int fprintf(FILE *file, const char *format, ...)
{
    int count;
    va_list arguments;
    va_start(arguments, format);
    count = vfprintf(file, format, arguments);
    va_end(arguments);
    return count;
}

static inline int printf(const char *format, ...)
{
    int count;
    va_list arguments;
    va_start(arguments, format);
    count = vfprintf(stdout, format, arguments);
    va_end(arguments);
    return count;
}

static inline int fputws(const wchar_t *text, FILE *file)
{
    return fwprintf(file, L"%s", text);
}

/* One unit at a time: half of a surrogate pair prints as a replacement character. */
static inline wint_t fputwc(wchar_t character, FILE *file)
{
    return fwprintf(file, L"%c", character) < 0 ? WEOF : (wint_t)character;
}

static inline wint_t putwc(wchar_t character, FILE *file)
{
    return fputwc(character, file);
}

static inline wint_t putwchar(wchar_t character)
{
    return fputwc(character, stdout);
}

/* ---- wide memory ---- */

static inline wchar_t *wmemcpy(wchar_t *target, const wchar_t *source, size_t count)
{
    return (wchar_t *)memcpy(target, source, count * sizeof(wchar_t));
}

static inline wchar_t *wmemmove(wchar_t *target, const wchar_t *source, size_t count)
{
    return (wchar_t *)memmove(target, source, count * sizeof(wchar_t));
}

static inline wchar_t *wmemset(wchar_t *target, wchar_t character, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++) {
        target[i] = character;
    }
    return target;
}

static inline int wmemcmp(const wchar_t *left, const wchar_t *right, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
    }
    return 0;
}

/* ---- wide strings ---- */

static inline size_t wcsnlen(const wchar_t *text, size_t most)
{
    size_t length = 0;
    while (length < most && text[length] != 0) {
        length++;
    }
    return length;
}

static inline size_t wcslen(const wchar_t *text)
{
    return wcsnlen(text, (size_t)-1);
}

static inline wchar_t *wcscpy(wchar_t *target, const wchar_t *source)
{
    return wmemcpy(target, source, wcslen(source) + 1);
}

static inline wchar_t *wcsncpy(wchar_t *target, const wchar_t *source, size_t count)
{
    size_t length = wcsnlen(source, count);
    wmemcpy(target, source, length);
    wmemset(target + length, 0, count - length);
    return target;
}

static inline wchar_t *wcsncat(wchar_t *target, const wchar_t *source, size_t most)
{
    size_t length = wcsnlen(source, most);
    wchar_t *end = target + wcslen(target);
    wmemmove(end, source, length);
    end[length] = 0;
    return target;
}

static inline wchar_t *wcscat(wchar_t *target, const wchar_t *source)
{
    return wcsncat(target, source, (size_t)-1);
}

static inline int wcsncmp(const wchar_t *left, const wchar_t *right, size_t most)
{
    size_t i;
    for (i = 0; i < most; i++) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
        if (left[i] == 0) {
            break;
        }
    }
    return 0;
}

static inline int wcscmp(const wchar_t *left, const wchar_t *right)
{
    return wcsncmp(left, right, (size_t)-1);
}

static inline wchar_t *wcsdup(const wchar_t *text)
{
    size_t count = wcslen(text) + 1;
    wchar_t *copy = (wchar_t *)malloc(count * sizeof(wchar_t));
    return copy != NULL ? wmemcpy(copy, text, count) : NULL;
}

static inline int openwinhttp_is_in(wchar_t character, const wchar_t *set)
{
    while (*set != 0 && *set != character) {
        set++;
    }
    return *set != 0;
}

static inline size_t wcsspn(const wchar_t *text, const wchar_t *set)
{
    size_t length = 0;
    while (text[length] != 0 && openwinhttp_is_in(text[length], set)) {
        length++;
    }
    return length;
}

static inline size_t wcscspn(const wchar_t *text, const wchar_t *set)
{
    size_t length = 0;
    while (text[length] != 0 && !openwinhttp_is_in(text[length], set)) {
        length++;
    }
    return length;
}

static inline wchar_t *openwinhttp_wcschr(const wchar_t *text, wchar_t character)
{
    while (*text != character && *text != 0) {
        text++;
    }
    return *text == character ? (wchar_t *)text : NULL;
}

static inline wchar_t *openwinhttp_wcsrchr(const wchar_t *text, wchar_t character)
{
    const wchar_t *at = text + wcslen(text);
    while (at != text && *at != character) {
        at--;
    }
    return *at == character ? (wchar_t *)at : NULL;
}

static inline wchar_t *openwinhttp_wcsstr(const wchar_t *text, const wchar_t *part)
{
    size_t length = wcslen(part);
    while (wcsncmp(text, part, length) != 0) {
        if (*text++ == 0) {
            return NULL;
        }
    }
    return (wchar_t *)text;
}

static inline wchar_t *openwinhttp_wcspbrk(const wchar_t *text, const wchar_t *set)
{
    text += wcscspn(text, set);
    return *text != 0 ? (wchar_t *)text : NULL;
}

static inline wchar_t *openwinhttp_wmemchr(const wchar_t *text, wchar_t character, size_t count)
{
    for (; count != 0; count--, text++) {
        if (*text == character) {
            return (wchar_t *)text;
        }
    }
    return NULL;
}

/* C gives back a pointer to what may be written whatever it was given; C++ keeps const. */
#ifdef __cplusplus
#define OPENWINHTTP_SEARCH(name, parameters, arguments)                                                                \
    static inline wchar_t *name(wchar_t *text, parameters)                                                             \
    {                                                                                                                  \
        return openwinhttp_##name arguments;                                                                           \
    }                                                                                                                  \
    static inline const wchar_t *name(const wchar_t *text, parameters)                                                 \
    {                                                                                                                  \
        return openwinhttp_##name arguments;                                                                           \
    }
/* Tells libstdc++ that both are there; glibc says so to gcc only. */
#ifndef __CORRECT_ISO_CPP_WCHAR_H_PROTO
#define __CORRECT_ISO_CPP_WCHAR_H_PROTO
#endif
extern "C++" {
#else
#define OPENWINHTTP_SEARCH(name, parameters, arguments)                                                                \
    static inline wchar_t *name(const wchar_t *text, parameters)                                                       \
    {                                                                                                                  \
        return openwinhttp_##name arguments;                                                                           \
    }
#endif
#define OPENWINHTTP_COMMA ,
OPENWINHTTP_SEARCH(wcschr, wchar_t character, (text, character))
OPENWINHTTP_SEARCH(wcsrchr, wchar_t character, (text, character))
OPENWINHTTP_SEARCH(wcsstr, const wchar_t *part, (text, part))
OPENWINHTTP_SEARCH(wcspbrk, const wchar_t *set, (text, set))
OPENWINHTTP_SEARCH(wmemchr, wchar_t character OPENWINHTTP_COMMA size_t count, (text, character, count))
#undef OPENWINHTTP_COMMA
#undef OPENWINHTTP_SEARCH
#ifdef __cplusplus
}
#endif

/* The digits of a number are ASCII, so the narrow function can read them from a copy. */
static inline size_t openwinhttp_digits(const wchar_t *text, char *copy, size_t room)
{
    size_t length = 0;
    while (length + 1 < room && text[length] > 0 && text[length] < 0x80) {
        copy[length] = (char)text[length];
        length++;
    }
    copy[length] = 0;
    return length;
}

/* Numbers of more than 255 characters, leading white space included, are cut. */
static inline long wcstol(const wchar_t *text, wchar_t **end, int base)
{
    char copy[256];
    char *stop;
    long value;
    openwinhttp_digits(text, copy, sizeof copy);
    value = strtol(copy, &stop, base);
    if (end != NULL) {
        *end = (wchar_t *)text + (stop - copy);
    }
    return value;
}

static inline unsigned long wcstoul(const wchar_t *text, wchar_t **end, int base)
{
    char copy[256];
    char *stop;
    unsigned long value;
    openwinhttp_digits(text, copy, sizeof copy);
    value = strtoul(copy, &stop, base);
    if (end != NULL) {
        *end = (wchar_t *)text + (stop - copy);
    }
    return value;
}

#endif /* OPENWINHTTP_SHORT_WCHAR */

/* ---- Microsoft's own names ---- */

/* ASCII only, as in Microsoft's "C" locale. */
static inline wchar_t openwinhttp_lower(wchar_t character)
{
    return character >= L'A' && character <= L'Z' ? (wchar_t)(character + (L'a' - L'A')) : character;
}

static inline int _wcsnicmp(const wchar_t *left, const wchar_t *right, size_t most)
{
    size_t i;
    for (i = 0; i < most; i++) {
        wchar_t l = openwinhttp_lower(left[i]);
        wchar_t r = openwinhttp_lower(right[i]);
        if (l != r) {
            return l < r ? -1 : 1;
        }
        if (l == 0) {
            break;
        }
    }
    return 0;
}

static inline int _wcsicmp(const wchar_t *left, const wchar_t *right)
{
    return _wcsnicmp(left, right, (size_t)-1);
}

#if OPENWINHTTP_SHORT_WCHAR
static inline int wcscasecmp(const wchar_t *left, const wchar_t *right)
{
    return _wcsicmp(left, right);
}

static inline int wcsncasecmp(const wchar_t *left, const wchar_t *right, size_t most)
{
    return _wcsnicmp(left, right, most);
}
#endif

static inline wchar_t *_wcsdup(const wchar_t *text)
{
    size_t size = (wcslen(text) + 1) * sizeof(wchar_t);
    wchar_t *copy = (wchar_t *)malloc(size);
    return copy != NULL ? (wchar_t *)memcpy(copy, text, size) : NULL;
}

static inline int _wtoi(const wchar_t *text)
{
    return (int)wcstol(text, NULL, 10);
}

static inline int _strnicmp(const char *left, const char *right, size_t most)
{
    size_t i;
    for (i = 0; i < most; i++) {
        int l = (unsigned char)left[i];
        int r = (unsigned char)right[i];
        l += l >= 'A' && l <= 'Z' ? 'a' - 'A' : 0;
        r += r >= 'A' && r <= 'Z' ? 'a' - 'A' : 0;
        if (l != r) {
            return l < r ? -1 : 1;
        }
        if (l == 0) {
            break;
        }
    }
    return 0;
}

static inline int _stricmp(const char *left, const char *right)
{
    return _strnicmp(left, right, (size_t)-1);
}

static inline char *_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = (char *)malloc(size);
    return copy != NULL ? (char *)memcpy(copy, text, size) : NULL;
}

#ifndef __min
#define __min(a, b) ((a) < (b) ? (a) : (b))
#define __max(a, b) ((a) > (b) ? (a) : (b))
#endif

#include "wmain.h"

#endif /* OPENWINHTTP_WIDE_H */
