/*
 * wmain: a main whose arguments are wide.
 *
 * Microsoft's start-up code calls wmain; here the definition of wmain is turned into one of main, which converts the
 * arguments from UTF-8 and calls it. `int wmain()`, `(int, wchar_t **)` and `(int, wchar_t **, wchar_t **)` are known.
 * A program may name wmain once, where it defines it; OPENWINHTTP_NO_WMAIN turns this off.
 */
#ifndef OPENWINHTTP_WMAIN_H
#define OPENWINHTTP_WMAIN_H

#include "wide.h"

/* A NULL-terminated array of wide copies, in one block; free() it. NULL if there is no memory. */
static inline wchar_t **openwinhttp_wide_arguments(char **narrow)
{
    size_t count = 0;
    size_t units = 0;
    size_t i;
    wchar_t **wide;
    wchar_t *text;
    while (narrow[count] != NULL) {
        units += strlen(narrow[count++]) + 1; /* a wide copy never has more units than bytes */
    }
    wide = (wchar_t **)malloc((count + 1) * sizeof(wchar_t *) + units * sizeof(wchar_t));
    if (wide == NULL) {
        return NULL;
    }
    text = (wchar_t *)(void *)(wide + count + 1);
    for (i = 0; i < count; i++) {
        openwinhttp_sink sink;
        memset(&sink, 0, sizeof sink);
        sink.text = text;
        sink.room = units;
        openwinhttp_sink_narrow(&sink, narrow[i], strlen(narrow[i]));
        text[sink.count] = 0;
        wide[i] = text;
        text += sink.count + 1;
        units -= sink.count + 1;
    }
    wide[count] = NULL;
    return wide;
}

/* Programs spell the type of argv in several ways, all of them pointers to pointers. */
#ifdef __cplusplus
extern "C++" {
struct openwinhttp_any_argv {
    wchar_t **wide;
    template <class Character> operator Character **() const
    {
        static_assert(sizeof(Character) == sizeof(wchar_t), "wmain takes arrays of wchar_t strings");
        return static_cast<Character **>(static_cast<void *>(wide));
    }
};
}
#define OPENWINHTTP_ARGV(wide) openwinhttp_any_argv{wide}
#else
#define OPENWINHTTP_ARGV(wide) ((void *)(wide))
#endif

#ifdef __cplusplus
extern "C" {
#endif
extern char **environ;
#ifdef __cplusplus
}
#endif

#define OPENWINHTTP_WMAIN_1(count, arguments, environment) openwinhttp_wmain()
#define OPENWINHTTP_WMAIN_2(count, arguments, environment) openwinhttp_wmain(count, OPENWINHTTP_ARGV(arguments))
#define OPENWINHTTP_WMAIN_3(count, arguments, environment)                                                             \
    openwinhttp_wmain(count, OPENWINHTTP_ARGV(arguments), OPENWINHTTP_ARGV(environment))
#define OPENWINHTTP_PICK(a, b, c, name, ...) name

/* `parameters` is what the definition has between its parentheses. */
#define OPENWINHTTP_WMAIN(...)                                                                                         \
    openwinhttp_wmain(__VA_ARGS__);                                                                                    \
    int main(int openwinhttp_count, char **openwinhttp_arguments)                                                      \
    {                                                                                                                  \
        wchar_t **arguments = openwinhttp_wide_arguments(openwinhttp_arguments);                                       \
        wchar_t **environment = openwinhttp_wide_arguments(environ);                                                   \
        int status = EXIT_FAILURE;                                                                                     \
        (void)openwinhttp_count;                                                                                       \
        if (arguments != NULL && environment != NULL) {                                                                \
            status = OPENWINHTTP_PICK(__VA_ARGS__, OPENWINHTTP_WMAIN_3, OPENWINHTTP_WMAIN_2, OPENWINHTTP_WMAIN_1,      \
                                      )(openwinhttp_count, arguments, environment);                                    \
        }                                                                                                              \
        free(arguments);                                                                                               \
        free(environment);                                                                                             \
        return status;                                                                                                 \
    }                                                                                                                  \
    int openwinhttp_wmain(__VA_ARGS__)

#ifndef OPENWINHTTP_NO_WMAIN
#define wmain OPENWINHTTP_WMAIN
#endif

#endif /* OPENWINHTTP_WMAIN_H */
