/*
 * Included twice around a system header: the first time it gives the C library's wide functions other names, the
 * second time it takes that back. So the system's declarations are out of the way, and wide.h can define functions of
 * these names that know two-byte characters and Microsoft's format language. No include guard on purpose.
 */
#include "types.h"

#ifndef OPENWINHTTP_WIDE_NAMES
#define OPENWINHTTP_WIDE_NAMES

#define wprintf openwinhttp_libc_wprintf
#define fwprintf openwinhttp_libc_fwprintf
#define swprintf openwinhttp_libc_swprintf
#define vwprintf openwinhttp_libc_vwprintf
#define vfwprintf openwinhttp_libc_vfwprintf
#define vswprintf openwinhttp_libc_vswprintf
#if OPENWINHTTP_SHORT_WCHAR
#define printf openwinhttp_libc_printf
#define fprintf openwinhttp_libc_fprintf
#define vprintf openwinhttp_libc_vprintf
#define vfprintf openwinhttp_libc_vfprintf
#define fputwc openwinhttp_libc_fputwc
#define putwc openwinhttp_libc_putwc
#define putwchar openwinhttp_libc_putwchar
#define fputws openwinhttp_libc_fputws
#define wcslen openwinhttp_libc_wcslen
#define wcsnlen openwinhttp_libc_wcsnlen
#define wcscpy openwinhttp_libc_wcscpy
#define wcsncpy openwinhttp_libc_wcsncpy
#define wcscat openwinhttp_libc_wcscat
#define wcsncat openwinhttp_libc_wcsncat
#define wcscmp openwinhttp_libc_wcscmp
#define wcsncmp openwinhttp_libc_wcsncmp
#define wcscasecmp openwinhttp_libc_wcscasecmp
#define wcsncasecmp openwinhttp_libc_wcsncasecmp
#define wcsdup openwinhttp_libc_wcsdup
#define wcschr openwinhttp_libc_wcschr
#define wcsrchr openwinhttp_libc_wcsrchr
#define wcsstr openwinhttp_libc_wcsstr
#define wcspbrk openwinhttp_libc_wcspbrk
#define wcsspn openwinhttp_libc_wcsspn
#define wcscspn openwinhttp_libc_wcscspn
#define wcstol openwinhttp_libc_wcstol
#define wcstoul openwinhttp_libc_wcstoul
#define wmemcpy openwinhttp_libc_wmemcpy
#define wmemmove openwinhttp_libc_wmemmove
#define wmemset openwinhttp_libc_wmemset
#define wmemcmp openwinhttp_libc_wmemcmp
#define wmemchr openwinhttp_libc_wmemchr
#endif

#else
#undef OPENWINHTTP_WIDE_NAMES

#undef wprintf
#undef fwprintf
#undef swprintf
#undef vwprintf
#undef vfwprintf
#undef vswprintf
#if OPENWINHTTP_SHORT_WCHAR
#undef printf
#undef fprintf
#undef vprintf
#undef vfprintf
#undef fputwc
#undef putwc
#undef putwchar
#undef fputws
#undef wcslen
#undef wcsnlen
#undef wcscpy
#undef wcsncpy
#undef wcscat
#undef wcsncat
#undef wcscmp
#undef wcsncmp
#undef wcscasecmp
#undef wcsncasecmp
#undef wcsdup
#undef wcschr
#undef wcsrchr
#undef wcsstr
#undef wcspbrk
#undef wcsspn
#undef wcscspn
#undef wcstol
#undef wcstoul
#undef wmemcpy
#undef wmemmove
#undef wmemset
#undef wmemcmp
#undef wmemchr
#endif

#endif
