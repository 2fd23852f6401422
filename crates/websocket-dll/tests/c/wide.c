/*
 * Microsoft's wide printf and wmain. Prints its arguments, then one line per conversion; what the C library's wide
 * functions would get wrong with -fshort-wchar is checked when the compiler has two-byte characters.
 */
#include <windows.h>

#include <assert.h>
#include <Strsafe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#undef NDEBUG
#include <assert.h>

static void check_strings(void)
{
    wchar_t text[16];
    wchar_t *copy;
    assert(wcslen(L"four") == 4 && wcslen(L"") == 0);
    assert(wcscmp(wcscpy(text, L"abc"), L"abc") == 0 && wcscmp(L"a", L"b") < 0 && wcsncmp(L"abX", L"abY", 2) == 0);
    assert(wcscmp(wcscat(text, L"def"), L"abcdef") == 0);
    assert(wcschr(text, L'd') == text + 3 && wcschr(text, L'x') == NULL && wcschr(text, 0) == text + 6);
    assert(wcsrchr(L"a.b.c", L'.') != NULL && wcscmp(wcsrchr(L"a.b.c", L'.'), L".c") == 0);
    assert(wcsstr(text, L"cd") == text + 2 && wcsstr(text, L"cx") == NULL && wcsstr(text, L"") == text);
    assert(wcspbrk(text, L"xd") == text + 3 && wcsspn(text, L"cba") == 3 && wcscspn(text, L"f") == 5);
    wmemset(text, L'z', 16);
    wcsncpy(text, L"ab", 4);
    assert(text[1] == L'b' && text[2] == 0 && text[3] == 0 && text[4] == L'z');
    assert(wmemcmp(text, L"ab", 3) == 0 && wmemchr(text, L'b', 4) == text + 1);
    assert(_wcsicmp(L"HeLLo", L"hEllO") == 0 && _wcsnicmp(L"HEx", L"hey", 2) == 0 && _wcsicmp(L"a", L"B") < 0);
    assert(_stricmp("HeLLo", "hEllO") == 0 && _strnicmp("HEx", "hey", 3) < 0);
    assert(_wtoi(L" -42x") == -42 && wcstol(L"0x1f", NULL, 0) == 31);
    copy = _wcsdup(L"copy");
    assert(copy != NULL && wcscmp(copy, L"copy") == 0);
    free(copy);
    assert(__min(3, 2) == 2 && __max(3, 2) == 3);
}

static void check_swprintf(void)
{
    wchar_t text[8];
    assert(swprintf(text, ARRAYSIZE(text), L"%s%d", L"ab", 12) == 4 && wcscmp(text, L"ab12") == 0);
    assert(swprintf(text, ARRAYSIZE(text), L"%s", L"1234567") == 7 && text[7] == 0);
    assert(swprintf(text, ARRAYSIZE(text), L"%s", L"12345678") == -1 && text[7] == 0 && text[6] == L'7');
    assert(swprintf(text, ARRAYSIZE(text), L"%S", "\xC3\xA4") == 1 && text[0] == 0xE4);
}

static void check_strsafe(void)
{
    char text[6];
    WCHAR wide[4];
    size_t length;
    assert(StringCchCopyA(text, 6, "abc") == S_OK && StringCchCatA(text, 6, "de") == S_OK && strcmp(text, "abcde") == 0);
    assert(StringCchCatA(text, 6, "f") == STRSAFE_E_INSUFFICIENT_BUFFER && strcmp(text, "abcde") == 0);
    assert(StringCchCopyA(text, 0, "") == STRSAFE_E_INVALID_PARAMETER);
    assert(StringCchLengthA(text, 6, &length) == S_OK && length == 5);
    assert(StringCchLengthA(text, 5, &length) == STRSAFE_E_INVALID_PARAMETER && length == 0);
    assert(StringCchPrintfA(text, 6, "%d", 123456) == STRSAFE_E_INSUFFICIENT_BUFFER && strcmp(text, "12345") == 0);
    assert(StringCchCopyW(wide, ARRAYSIZE(wide), OPENWINHTTP_WIDE("abcd")) == STRSAFE_E_INSUFFICIENT_BUFFER);
    assert(wide[2] == 'c' && wide[3] == 0);
}

int wmain(int argc, wchar_t **argv)
{
    int i;
    char unterminated[3] = {'n', 'a', 'r'};
    for (i = 1; i < argc; i++) {
        wprintf(L"argument %d: %s (%d units)\n", i, argv[i], (int)wcslen(argv[i]));
    }
    assert(argv[argc] == NULL);
    wprintf(L"[%s] [%S] [%hs] [%ls] [%.2s] [%.*S]\n", L"wide", "narrow", "narrow", L"wide", L"wide", 3, unterminated);
    wprintf(L"[%6s] [%-6S] [%c%C] [%s] [%%]\n", L"wide", "nar", L'w', 'n', (wchar_t *)NULL);
    wprintf(L"[%d] [%5d] [%-5d] [%05d] [%+d] [%.3d] [%*d] [%-*d]\n", -7, 42, 42, 42, 42, 7, 4, 1, 4, 1);
    wprintf(L"[%u] [%lu] [%#x] [%X] [%o] [%hu] [%hhd]\n", 4000000000u, (DWORD)4000000000u, 255, 255, 8, 65537, 257);
    wprintf(L"[%I64d] [%I64u] [%I32u] [%lld] [%zu] [%Iu] [%Id]\n", (LONGLONG)-5000000000, (ULONGLONG)5000000000u, 7u,
            -1LL, sizeof(WORD), sizeof(DWORD), (INT_PTR)-3);
    wprintf(L"[%.2f] [%8.3e] [%g] [%G]\n", 3.14159, 31415.9, 0.5, 1e-10);
    wprintf(L"%s\n", L"\u00FC \u20AC \U0001F600");
    assert(wprintf(L"%s\n", L"five") == 5 && wprintf(L"%n", &i) == -1);
    printf("narrow and wide mix\n");
    wprintf(L"%-600sx\n", L"long");
    wprintf(L"%0600d\n", 1);
#if OPENWINHTTP_SHORT_WCHAR
    printf("[%S] [%ls] [%I64d] [%.2S] [%s] [%lu]\n", L"wide", L"wide", (LONGLONG)5, L"wide", "narrow", 5ul);
    fputws(L"\u00FC\n", stdout);
    fflush(stdout);
    fprintf(stderr, "%S\n", L"to stderr");
#endif
    check_strings();
    check_swprintf();
    check_strsafe();
    return argc;
}
