/*
 * Two libraries with a runtime each, one process: the last error, thread numbers and the heap are the same in both.
 *
 * Usage: runtime_both NAME... where each NAME is the path of a library to load with dlopen(RTLD_LOCAL), in this order.
 * Every function is looked up in each image that has it: the program (what it is linked with) and each NAME. Prints "ok".
 */
#include <windows.h>

#undef NDEBUG
#include <assert.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#define MAX_IMAGES 4

struct image {
    DWORD (*get)(void);
    void (*set)(DWORD);
    DWORD (*thread)(void);
    HGLOBAL (*allocate)(UINT, SIZE_T);
    HGLOBAL (*release)(HGLOBAL);
};

static struct image images[MAX_IMAGES];
static int count;

static void find(void *handle, const char *name, void *function)
{
    void *symbol = dlsym(handle, name);
    assert(symbol != NULL);
    memcpy(function, &symbol, sizeof symbol);
}

static void add(void *handle)
{
    struct image *image = &images[count++];
    assert(handle != NULL);
    find(handle, "openwinhttp_GetLastError", &image->get);
    find(handle, "openwinhttp_SetLastError", &image->set);
    find(handle, "openwinhttp_GetCurrentThreadId", &image->thread);
    find(handle, "openwinhttp_GlobalAlloc", &image->allocate);
    find(handle, "openwinhttp_GlobalFree", &image->release);
}

static void check(DWORD start)
{
    int i, j;
    for (i = 0; i < count; i++) {
        for (j = 0; j < count; j++) {
            images[i].set(start + (DWORD)(10 * i + j));
            assert(images[j].get() == start + (DWORD)(10 * i + j));
            assert(images[i].thread() == images[j].thread());
            assert(images[j].release(images[i].allocate(GPTR, 100)) == NULL);
        }
    }
}

static void *other_thread(void *first)
{
    int i;
    DWORD mine = images[0].thread();
    for (i = 0; i < count; i++) {
        assert(images[i].get() == 0);
        assert(images[i].thread() == mine && mine != *(DWORD *)first);
    }
    check(12000);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    DWORD first;
    int i;
#ifdef LINKED
    /* What the program is linked with, as the linker bound it; first in one order, then through each library. */
    SetLastError(7);
    assert(GetLastError() == 7);
    images[count].get = GetLastError;
    images[count].set = SetLastError;
    images[count].thread = GetCurrentThreadId;
    images[count].allocate = GlobalAlloc;
    images[count].release = GlobalFree;
    count++;
#endif
    for (i = 1; i < argc; i++) {
        add(dlopen(argv[i], RTLD_NOW | RTLD_LOCAL));
#ifdef EAGER
        images[count - 1].set(5); /* settles this library's runtime before the next one comes */
        assert(images[0].get() == 5);
#endif
    }
    check(100);
    first = images[0].thread();
    assert(pthread_create(&thread, NULL, other_thread, &first) == 0);
    assert(pthread_join(thread, NULL) == 0);
    images[0].set(1);
    assert(images[count - 1].get() == 1);
    printf("ok\n");
    return 0;
}
