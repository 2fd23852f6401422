/*
 * Microsoft's printf for wide formats, and for narrow ones that print wide strings; see wide.h.
 *
 * In a wide format %s and %c take wide arguments and %S and %C narrow ones; in a narrow format it is the other way
 * round. h makes them narrow, l and w wide. The sizes I, I32 and I64 are known; l before an integer means 32 bits, as
 * LONG and DWORD have. What goes to a stream is UTF-8, and narrow and wide output mix freely on it.
 */
#ifndef OPENWINHTTP_WIDE_H
#include "wide.h" /* the way in: it includes this file at the right moment */
#elif !defined(OPENWINHTTP_WIDE_FORMAT_H)
#define OPENWINHTTP_WIDE_FORMAT_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* Where formatted text goes: to a stream as UTF-8, or (no stream) to an array of wide characters. */
typedef struct openwinhttp_sink {
    FILE *file;
    char bytes[256]; /* on the way to the stream */
    size_t used;
    unsigned high; /* the first half of a surrogate pair, or 0 */
    wchar_t *text;
    size_t room;
    size_t count; /* characters given so far, whether or not there was room */
    int failed;
} openwinhttp_sink;

static inline void openwinhttp_sink_flush(openwinhttp_sink *sink)
{
    if (sink->used != 0 && fwrite(sink->bytes, 1, sink->used, sink->file) != sink->used) {
        sink->failed = 1;
    }
    sink->used = 0;
}

static inline void openwinhttp_sink_byte(openwinhttp_sink *sink, unsigned byte)
{
    if (sink->used == sizeof sink->bytes) {
        openwinhttp_sink_flush(sink);
    }
    sink->bytes[sink->used++] = (char)byte;
}

static inline void openwinhttp_sink_utf8(openwinhttp_sink *sink, unsigned code)
{
    if (code < 0x80) {
        openwinhttp_sink_byte(sink, code);
        return;
    }
    if (code < 0x800) {
        openwinhttp_sink_byte(sink, 0xC0 | code >> 6);
    } else {
        if (code < 0x10000) {
            openwinhttp_sink_byte(sink, 0xE0 | code >> 12);
        } else {
            openwinhttp_sink_byte(sink, 0xF0 | code >> 18);
            openwinhttp_sink_byte(sink, 0x80 | (code >> 12 & 0x3F));
        }
        openwinhttp_sink_byte(sink, 0x80 | (code >> 6 & 0x3F));
    }
    openwinhttp_sink_byte(sink, 0x80 | (code & 0x3F));
}

/* A surrogate without its other half cannot be written as UTF-8. */
static inline void openwinhttp_sink_settle(openwinhttp_sink *sink)
{
    if (sink->high != 0) {
        sink->high = 0;
        openwinhttp_sink_utf8(sink, 0xFFFD);
    }
}

/* Gives one wide character. */
static inline void openwinhttp_sink_wide(openwinhttp_sink *sink, wchar_t wide)
{
    unsigned code = (unsigned)wide;
    if (sink->file == NULL) {
        if (sink->count < sink->room) {
            sink->text[sink->count] = wide;
        }
    } else if (sink->high != 0 && code >= 0xDC00 && code <= 0xDFFF) {
        code = 0x10000 + ((sink->high - 0xD800) << 10) + (code - 0xDC00);
        sink->high = 0;
        openwinhttp_sink_utf8(sink, code);
    } else {
        openwinhttp_sink_settle(sink);
        if (code >= 0xD800 && code <= 0xDBFF) {
            sink->high = code;
        } else {
            openwinhttp_sink_utf8(sink, (code >= 0xDC00 && code <= 0xDFFF) || code > 0x10FFFF ? 0xFFFD : code);
        }
    }
    sink->count++;
}

/* Reads one UTF-8 sequence of at most `length` bytes; gives its length. A malformed byte reads as U+FFFD. */
static inline size_t openwinhttp_decode_utf8(const char *text, size_t length, unsigned *code)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned first = (unsigned char)text[0];
    size_t size = first < 0x80 ? 1 : first >= 0xC2 && first < 0xE0 ? 2 : first >= 0xE0 && first < 0xF0 ? 3
        : first >= 0xF0 && first < 0xF5 ? 4 : 0;
    size_t i;
    *code = 0xFFFD;
    if (size == 0 || size > length) {
        return 1;
    }
    unsigned value = size == 1 ? first : first & (0x7Fu >> size);
    for (i = 1; i < size; i++) {
        unsigned next = (unsigned char)text[i];
        if ((next & 0xC0) != 0x80) {
            return 1;
        }
        value = value << 6 | (next & 0x3F);
    }
    if (value < least[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return 1;
    }
    *code = value;
    return size;
}

/* Gives narrow text: to a stream as it is, to an array of wide characters decoded as UTF-8. */
static inline void openwinhttp_sink_narrow(openwinhttp_sink *sink, const char *text, size_t length)
{
    size_t i = 0;
    if (sink->file != NULL) {
        openwinhttp_sink_settle(sink);
        for (; i < length; i++) {
            openwinhttp_sink_byte(sink, (unsigned char)text[i]);
        }
        sink->count += length;
        return;
    }
    while (i < length) {
        unsigned code;
        i += openwinhttp_decode_utf8(text + i, length - i, &code);
        if (sizeof(wchar_t) == 2 && code > 0xFFFF) {
            openwinhttp_sink_wide(sink, (wchar_t)(0xD800 + ((code - 0x10000) >> 10)));
            code = 0xDC00 + ((code - 0x10000) & 0x3FF);
        }
        openwinhttp_sink_wide(sink, (wchar_t)code);
    }
}

/* A format: narrow or wide units, read one way. */
typedef struct openwinhttp_format_text {
    const char *narrow;
    const wchar_t *wide; /* NULL if narrow */
} openwinhttp_format_text;

static inline unsigned openwinhttp_format_unit(const openwinhttp_format_text *format, size_t index)
{
    return format->wide != NULL ? (unsigned)format->wide[index] : (unsigned char)format->narrow[index];
}

/* Gives one unit of the format itself. */
static inline void openwinhttp_sink_unit(openwinhttp_sink *sink, const openwinhttp_format_text *format, size_t index)
{
    if (format->wide != NULL) {
        openwinhttp_sink_wide(sink, format->wide[index]);
    } else {
        openwinhttp_sink_narrow(sink, format->narrow + index, 1);
    }
}

enum openwinhttp_size {
    openwinhttp_size_none,
    openwinhttp_size_char,
    openwinhttp_size_short, /* also: narrow text */
    openwinhttp_size_long,  /* 32 bits; also: wide text */
    openwinhttp_size_64,
    openwinhttp_size_pointer,
    openwinhttp_size_long_double
};

/* Reads a size prefix at `*index` and steps over it. */
static inline enum openwinhttp_size openwinhttp_format_size(const openwinhttp_format_text *format, size_t *index)
{
    unsigned unit = openwinhttp_format_unit(format, *index);
    unsigned next = unit == 0 ? 0 : openwinhttp_format_unit(format, *index + 1);
    enum openwinhttp_size size = openwinhttp_size_none;
    size_t length = 1;
    switch (unit) {
    case 'h':
        length = next == 'h' ? 2 : 1;
        size = next == 'h' ? openwinhttp_size_char : openwinhttp_size_short;
        break;
    case 'l':
        length = next == 'l' ? 2 : 1;
        size = next == 'l' ? openwinhttp_size_64 : openwinhttp_size_long;
        break;
    case 'w':
        size = openwinhttp_size_long;
        break;
    case 'j':
        size = openwinhttp_size_64;
        break;
    case 'z':
    case 't':
        size = openwinhttp_size_pointer;
        break;
    case 'L':
        size = openwinhttp_size_long_double;
        break;
    case 'I': {
        unsigned last = next == '6' || next == '3' ? openwinhttp_format_unit(format, *index + 2) : 0;
        length = last != 0 ? 3 : 1;
        if (next == '6' && last == '4') {
            size = openwinhttp_size_64;
        } else if (next == '3' && last == '2') {
            size = openwinhttp_size_long;
        } else {
            length = 1;
            size = openwinhttp_size_pointer;
        }
        break;
    }
    default:
        length = 0;
        break;
    }
    *index += length;
    return size;
}

/* One conversion's flags and lengths. */
typedef struct openwinhttp_spec {
    char flags[6]; /* each of "-+ #0" at most once */
    int left;
    int width;
    int precision; /* negative: none */
} openwinhttp_spec;

static inline void openwinhttp_sink_pad(openwinhttp_sink *sink, size_t length, int width)
{
    for (; width > 0 && length < (size_t)width; length++) {
        openwinhttp_sink_narrow(sink, " ", 1);
    }
}

static inline void openwinhttp_sink_narrow_text(openwinhttp_sink *sink, const openwinhttp_spec *spec, const char *text)
{
    size_t length = 0;
    text = text != NULL ? text : "(null)";
    /* With a precision the text need not be terminated. */
    while ((spec->precision < 0 || length < (size_t)spec->precision) && text[length] != 0) {
        length++;
    }
    if (!spec->left) {
        openwinhttp_sink_pad(sink, length, spec->width);
    }
    openwinhttp_sink_narrow(sink, text, length);
    if (spec->left) {
        openwinhttp_sink_pad(sink, length, spec->width);
    }
}

static inline void openwinhttp_sink_wide_text(openwinhttp_sink *sink, const openwinhttp_spec *spec, const wchar_t *text)
{
    size_t length = 0;
    size_t i;
    text = text != NULL ? text : L"(null)";
    while ((spec->precision < 0 || length < (size_t)spec->precision) && text[length] != 0) {
        length++;
    }
    if (!spec->left) {
        openwinhttp_sink_pad(sink, length, spec->width);
    }
    for (i = 0; i < length; i++) {
        openwinhttp_sink_wide(sink, text[i]);
    }
    if (spec->left) {
        openwinhttp_sink_pad(sink, length, spec->width);
    }
}

/*
 * Prints a number by the C library: `size` and `conversion` complete its format; width, precision and the number
 * follow.
 */
static inline void openwinhttp_sink_number(openwinhttp_sink *sink, const openwinhttp_spec *spec, const char *size,
                                           char conversion, ...)
{
    char format[24];
    char local[128];
    char *text = local;
    int length;
    va_list arguments;
    va_list again;
    strcpy(format, "%");
    strcat(format, spec->flags);
    strcat(format, "*.*");
    strcat(format, size);
    strncat(format, &conversion, 1);
    va_start(arguments, conversion);
    va_copy(again, arguments);
    length = vsnprintf(local, sizeof local, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof local) {
        text = (char *)malloc((size_t)length + 1);
        if (text != NULL) {
            length = vsnprintf(text, (size_t)length + 1, format, again);
        }
    }
    va_end(again);
    if (length < 0 || text == NULL) {
        sink->failed = 1;
    } else {
        openwinhttp_sink_narrow(sink, text, (size_t)length);
    }
    if (text != local) {
        free(text);
    }
}

static inline int openwinhttp_is_one_of(unsigned unit, const char *set)
{
    return unit != 0 && unit < 0x80 && strchr(set, (int)unit) != NULL;
}

/* Formats into the sink. -1 on failure, else the number of characters. */
static inline int openwinhttp_format(openwinhttp_sink *sink, openwinhttp_format_text format, va_list arguments)
{
    size_t index = 0;
    unsigned unit;
    while ((unit = openwinhttp_format_unit(&format, index)) != 0) {
        openwinhttp_spec spec;
        enum openwinhttp_size size;
        size_t flags = 0;
        index++;
        if (unit != '%') {
            openwinhttp_sink_unit(sink, &format, index - 1);
            continue;
        }
        memset(&spec, 0, sizeof spec);
        spec.precision = -1;
        while (openwinhttp_is_one_of(unit = openwinhttp_format_unit(&format, index), "-+ #0")) {
            if (strchr(spec.flags, (int)unit) == NULL) {
                spec.flags[flags++] = (char)unit;
            }
            spec.left |= unit == '-';
            index++;
        }
        if (unit == '*') {
            spec.width = va_arg(arguments, int);
            index++;
            if (spec.width < 0) {
                spec.left = 1;
                if (strchr(spec.flags, '-') == NULL) {
                    spec.flags[flags++] = '-';
                }
                spec.width = spec.width < -0x7FFFFFFF ? 0x7FFFFFFF : -spec.width;
            }
        } else {
            for (; openwinhttp_is_one_of(unit = openwinhttp_format_unit(&format, index), "0123456789"); index++) {
                spec.width = spec.width > 100000000 ? spec.width : spec.width * 10 + (int)(unit - '0');
            }
        }
        if (openwinhttp_format_unit(&format, index) == '.') {
            index++;
            spec.precision = 0;
            if (openwinhttp_format_unit(&format, index) == '*') {
                spec.precision = va_arg(arguments, int);
                index++;
            } else {
                for (; openwinhttp_is_one_of(unit = openwinhttp_format_unit(&format, index), "0123456789"); index++) {
                    spec.precision = spec.precision > 100000000 ? spec.precision
                                                                : spec.precision * 10 + (int)(unit - '0');
                }
            }
        }
        size = openwinhttp_format_size(&format, &index);
        unit = openwinhttp_format_unit(&format, index);
        if (unit == 0) {
            break;
        }
        index++;
        switch (unit) {
        case 's':
        case 'S':
        case 'c':
        case 'C': {
            int wide = (format.wide != NULL) == (unit == 's' || unit == 'c');
            wide = size == openwinhttp_size_long ? 1 : size == openwinhttp_size_short ? 0 : wide;
            if (unit == 's' || unit == 'S') {
                if (wide) {
                    openwinhttp_sink_wide_text(sink, &spec, va_arg(arguments, const wchar_t *));
                } else {
                    openwinhttp_sink_narrow_text(sink, &spec, va_arg(arguments, const char *));
                }
            } else {
                int value = va_arg(arguments, int);
                if (!spec.left) {
                    openwinhttp_sink_pad(sink, 1, spec.width);
                }
                if (wide) {
                    openwinhttp_sink_wide(sink, (wchar_t)value);
                } else {
                    char byte = (char)value;
                    openwinhttp_sink_narrow(sink, &byte, 1);
                }
                if (spec.left) {
                    openwinhttp_sink_pad(sink, 1, spec.width);
                }
            }
            break;
        }
        case 'd':
        case 'i': {
            long long value;
            if (size == openwinhttp_size_64) {
                value = va_arg(arguments, long long);
            } else if (size == openwinhttp_size_pointer) {
                value = va_arg(arguments, ptrdiff_t);
            } else {
                value = va_arg(arguments, int);
                value = size == openwinhttp_size_char ? (signed char)value
                    : size == openwinhttp_size_short  ? (short)value
                                                      : value;
            }
            openwinhttp_sink_number(sink, &spec, "ll", 'd', spec.width, spec.precision, value);
            break;
        }
        case 'u':
        case 'o':
        case 'x':
        case 'X': {
            unsigned long long value;
            if (size == openwinhttp_size_64) {
                value = va_arg(arguments, unsigned long long);
            } else if (size == openwinhttp_size_pointer) {
                value = va_arg(arguments, size_t);
            } else {
                value = va_arg(arguments, unsigned);
                value = size == openwinhttp_size_char ? (unsigned char)value
                    : size == openwinhttp_size_short  ? (unsigned short)value
                                                      : value;
            }
            openwinhttp_sink_number(sink, &spec, "ll", (char)unit, spec.width, spec.precision, value);
            break;
        }
        case 'p': /* all digits, upper case, no prefix */
            spec.precision = (int)(2 * sizeof(void *));
            openwinhttp_sink_number(sink, &spec, "ll", 'X', spec.width, spec.precision,
                                    (unsigned long long)va_arg(arguments, uintptr_t));
            break;
        case 'a':
        case 'A':
        case 'e':
        case 'E':
        case 'f':
        case 'F':
        case 'g':
        case 'G':
            if (size == openwinhttp_size_long_double) {
                openwinhttp_sink_number(sink, &spec, "L", (char)unit, spec.width, spec.precision,
                                        va_arg(arguments, long double));
            } else {
                openwinhttp_sink_number(sink, &spec, "", (char)unit, spec.width, spec.precision,
                                        va_arg(arguments, double));
            }
            break;
        case 'n': /* refused, as by Microsoft's library: it lets a format write memory */
            sink->failed = 1;
            break;
        default: /* %% and what is no conversion: the character itself */
            openwinhttp_sink_unit(sink, &format, index - 1);
            break;
        }
        if (sink->failed) {
            break;
        }
    }
    if (sink->file != NULL) {
        openwinhttp_sink_settle(sink);
        openwinhttp_sink_flush(sink);
    }
    return sink->failed || sink->count > 0x7FFFFFFF ? -1 : (int)sink->count;
}

#endif /* OPENWINHTTP_WIDE_FORMAT_H */
