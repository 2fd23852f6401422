/* Neutral text: wide if the program defines UNICODE and _UNICODE, as on Windows. */
#ifndef OPENWINHTTP_TCHAR_H
#define OPENWINHTTP_TCHAR_H

#include "wide.h"

#ifdef _UNICODE
/* The runtime's text functions take wchar_t, whatever its width. */
typedef wchar_t _TCHAR;
#define __T(text) L##text
#define _tmain OPENWINHTTP_WMAIN
#define _tprintf wprintf
#define _ftprintf fwprintf
#define _stprintf_s swprintf
#define _sntprintf swprintf
#define _tcslen wcslen
#define _tcscpy wcscpy
#define _tcscat wcscat
#define _tcscmp wcscmp
#define _tcsncmp wcsncmp
#define _tcsicmp _wcsicmp
#define _tcschr wcschr
#define _tcsrchr wcsrchr
#define _tcsstr wcsstr
#define _tcsdup _wcsdup
#define _tstoi _wtoi
#define _ttoi _wtoi
#else
typedef char _TCHAR;
#define __T(text) text
#define _tmain main
#define _tprintf printf
#define _ftprintf fprintf
#define _stprintf_s snprintf
#define _sntprintf snprintf
#define _tcslen strlen
#define _tcscpy strcpy
#define _tcscat strcat
#define _tcscmp strcmp
#define _tcsncmp strncmp
#define _tcsicmp _stricmp
#define _tcschr strchr
#define _tcsrchr strrchr
#define _tcsstr strstr
#define _tcsdup _strdup
#define _tstoi atoi
#define _ttoi atoi
#endif
#define _T(text) __T(text)
#define _TEXT(text) __T(text)

#endif /* OPENWINHTTP_TCHAR_H */
