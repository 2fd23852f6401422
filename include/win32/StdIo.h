/* The same in every spelling of the name, so that file systems that fold case may keep any one of them. */
#pragma GCC system_header /* include_next is an extension */
#ifndef OPENWINHTTP_STDIO_WRAPPED
#define OPENWINHTTP_STDIO_WRAPPED
#include "openwinhttp/wide_names.h"
#include_next <stdio.h>
#include "openwinhttp/wide_names.h"
#include <wchar.h> /* Microsoft's stdio.h declares wprintf */
#include "openwinhttp/wide.h"
#else
#include_next <stdio.h>
#endif
