/*
 * Loaded libraries, texts of error numbers, and text between UTF-16 and UTF-8.
 *
 * A module is named as on Windows: L"winhttp.dll" is libwinhttp.so. The code pages of the system are UTF-8.
 */
#ifndef OPENWINHTTP_MODULES_H
#define OPENWINHTTP_MODULES_H

#include <stdarg.h>

#include "runtime.h"
#include "sal.h"
#include "types.h"

#define LOAD_WITH_ALTERED_SEARCH_PATH 0x00000008
#define LOAD_LIBRARY_SEARCH_APPLICATION_DIR 0x00000200
#define LOAD_LIBRARY_SEARCH_SYSTEM32 0x00000800
#define LOAD_LIBRARY_SEARCH_DEFAULT_DIRS 0x00001000

#define FORMAT_MESSAGE_ALLOCATE_BUFFER 0x00000100
#define FORMAT_MESSAGE_IGNORE_INSERTS 0x00000200
#define FORMAT_MESSAGE_FROM_STRING 0x00000400
#define FORMAT_MESSAGE_FROM_HMODULE 0x00000800
#define FORMAT_MESSAGE_FROM_SYSTEM 0x00001000
#define FORMAT_MESSAGE_ARGUMENT_ARRAY 0x00002000
#define FORMAT_MESSAGE_MAX_WIDTH_MASK 0x000000FF

#define LANG_NEUTRAL 0x00
#define LANG_ENGLISH 0x09
#define SUBLANG_NEUTRAL 0x00
#define SUBLANG_DEFAULT 0x01
#define SUBLANG_SYS_DEFAULT 0x02
#define SUBLANG_ENGLISH_US 0x01
#define MAKELANGID(primary, sub) ((WORD)((((WORD)(sub)) << 10) | (WORD)(primary)))

#define CP_ACP 0
#define CP_OEMCP 1
#define CP_MACCP 2
#define CP_THREAD_ACP 3
#define CP_UTF8 65001
#define MB_PRECOMPOSED 0x00000001
#define MB_ERR_INVALID_CHARS 0x00000008
#define WC_NO_BEST_FIT_CHARS 0x00000400
#define WC_ERR_INVALID_CHARS 0x00000080

#ifdef __cplusplus
extern "C" {
#endif

/* NULL is the program. */
HMODULE WINAPI GetModuleHandleW(_In_opt_ LPCWSTR lpModuleName) OPENWINHTTP_SYMBOL(GetModuleHandleW);
HMODULE WINAPI GetModuleHandleA(_In_opt_ LPCSTR lpModuleName) OPENWINHTTP_SYMBOL(GetModuleHandleA);
HMODULE WINAPI LoadLibraryW(_In_ LPCWSTR lpLibFileName) OPENWINHTTP_SYMBOL(LoadLibraryW);
HMODULE WINAPI LoadLibraryA(_In_ LPCSTR lpLibFileName) OPENWINHTTP_SYMBOL(LoadLibraryA);
BOOL WINAPI FreeLibrary(_In_ HMODULE hLibModule) OPENWINHTTP_SYMBOL(FreeLibrary);
FARPROC WINAPI GetProcAddress(_In_ HMODULE hModule, _In_ LPCSTR lpProcName) OPENWINHTTP_SYMBOL(GetProcAddress);

/* English texts of error numbers, those of WinHTTP included. Inserts (%1) are not offered. */
DWORD WINAPI FormatMessageW(_In_ DWORD dwFlags, _In_opt_ LPCVOID lpSource, _In_ DWORD dwMessageId,
                            _In_ DWORD dwLanguageId, _Out_ LPWSTR lpBuffer, _In_ DWORD nSize,
                            _In_opt_ va_list *Arguments) OPENWINHTTP_SYMBOL(FormatMessageW);
DWORD WINAPI FormatMessageA(_In_ DWORD dwFlags, _In_opt_ LPCVOID lpSource, _In_ DWORD dwMessageId,
                            _In_ DWORD dwLanguageId, _Out_ LPSTR lpBuffer, _In_ DWORD nSize,
                            _In_opt_ va_list *Arguments) OPENWINHTTP_SYMBOL(FormatMessageA);

int WINAPI MultiByteToWideChar(_In_ UINT CodePage, _In_ DWORD dwFlags,
                               _In_reads_bytes_(cbMultiByte) LPCCH lpMultiByteStr, _In_ int cbMultiByte,
                               _Out_writes_to_opt_(cchWideChar, return) LPWSTR lpWideCharStr, _In_ int cchWideChar)
    OPENWINHTTP_SYMBOL(MultiByteToWideChar);
int WINAPI WideCharToMultiByte(_In_ UINT CodePage, _In_ DWORD dwFlags, _In_reads_(cchWideChar) LPCWCH lpWideCharStr,
                               _In_ int cchWideChar,
                               _Out_writes_bytes_to_opt_(cbMultiByte, return) LPSTR lpMultiByteStr,
                               _In_ int cbMultiByte, _In_opt_ LPCCH lpDefaultChar, _Out_opt_ LPBOOL lpUsedDefaultChar)
    OPENWINHTTP_SYMBOL(WideCharToMultiByte);

#ifdef __cplusplus
}
#endif

static inline HMODULE LoadLibraryExW(LPCWSTR name, HANDLE reserved, DWORD flags)
{
    (void)reserved;
    (void)flags;
    return LoadLibraryW(name);
}

static inline HMODULE LoadLibraryExA(LPCSTR name, HANDLE reserved, DWORD flags)
{
    (void)reserved;
    (void)flags;
    return LoadLibraryA(name);
}

/* Where there is no debugger to read it. */
static inline VOID OutputDebugStringA(LPCSTR text)
{
    (void)text;
}

static inline VOID OutputDebugStringW(LPCWSTR text)
{
    (void)text;
}

/* Lengths without the 0; NULL has 0. */
static inline int lstrlenA(LPCSTR text)
{
    return text != NULL ? (int)strlen(text) : 0;
}

static inline int lstrlenW(LPCWSTR text)
{
    int length = 0;
    if (text != NULL) {
        while (text[length] != 0) {
            length++;
        }
    }
    return length;
}

/* At most count - 1 units of the text, then a 0. */
static inline LPWSTR lstrcpynW(LPWSTR target, LPCWSTR text, int count)
{
    int i;
    for (i = 0; i + 1 < count && text[i] != 0; i++) {
        target[i] = text[i];
    }
    if (count > 0) {
        target[i] = 0;
    }
    return target;
}

#ifdef UNICODE
#define GetModuleHandle GetModuleHandleW
#define LoadLibrary LoadLibraryW
#define LoadLibraryEx LoadLibraryExW
#define FormatMessage FormatMessageW
#define OutputDebugString OutputDebugStringW
#define lstrlen lstrlenW
#else
#define GetModuleHandle GetModuleHandleA
#define LoadLibrary LoadLibraryA
#define LoadLibraryEx LoadLibraryExA
#define FormatMessage FormatMessageA
#define OutputDebugString OutputDebugStringA
#define lstrlen lstrlenA
#endif

#endif /* OPENWINHTTP_MODULES_H */
