/* Texts of WinHTTP's errors, by the library's handle, as error reports of programs for Windows ask for them. Prints every
   number that has one. */
#include <windows.h>
#include <winhttp.h>
#include <stdio.h>

#undef NDEBUG
#include <assert.h>

int main(void)
{
    HMODULE library = GetModuleHandleW(L"winhttp.dll");
    WCHAR text[300];
    char narrow[300];
    LPWSTR block;
    DWORD number, length, i;

    assert(library != NULL);
    for (number = 12000; number < 13000; number++) {
        length = FormatMessageW(FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_IGNORE_INSERTS, library, number, 0, text,
                                ARRAYSIZE(text), NULL);
        if (length == 0) {
            assert(GetLastError() == 317 /* ERROR_MR_MID_NOT_FOUND */);
            continue;
        }
        assert(length > 10 && text[length] == 0 && text[length - 2] == '\r' && text[length - 1] == '\n');
        assert(FormatMessageA(FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_IGNORE_INSERTS, library, number, 0, narrow,
                              sizeof narrow, NULL) == length);
        assert(FormatMessageW(FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS |
                                  FORMAT_MESSAGE_ALLOCATE_BUFFER,
                              library, number, 0, (LPWSTR)(void *)&block, 0, NULL) == length);
        for (i = 0; i < length; i++) {
            assert(text[i] == narrow[i] && text[i] == block[i] && (text[i] >= ' ' || i >= length - 2));
        }
        assert(LocalFree(block) == NULL);
        printf("%u\n", (unsigned int)number);
    }
    return 0;
}
