/* The same in every spelling of the name, so that file systems that fold case may keep any one of them. */
#pragma GCC system_header /* include_next is an extension */
#ifndef OPENWINHTTP_WCHAR_WRAPPED
#define OPENWINHTTP_WCHAR_WRAPPED
#include "openwinhttp/wide_names.h"
#include_next <wchar.h>
#include "openwinhttp/wide_names.h"
#include <stdio.h>
#include "openwinhttp/wide.h"
#else
#include_next <wchar.h>
#endif
