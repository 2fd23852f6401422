/* Microsoft's process.h: threads as the C runtime starts them. */
#ifndef OPENWINHTTP_PROCESS_H
#define OPENWINHTTP_PROCESS_H

#include "objects.h"
#include "types.h"

typedef unsigned(__stdcall *_beginthreadex_proc_type)(void *);

/* As CreateThread; CloseHandle the result. */
static inline uintptr_t _beginthreadex(void *security, unsigned stack_size, _beginthreadex_proc_type start,
                                       void *parameter, unsigned flags, unsigned *id)
{
    return (uintptr_t)CreateThread((LPSECURITY_ATTRIBUTES)security, stack_size, start, parameter, flags, id);
}

#endif /* OPENWINHTTP_PROCESS_H */
