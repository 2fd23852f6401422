/* The same in every spelling of the name, so that file systems that fold case may keep any one of them. */
#pragma GCC system_header /* include_next is an extension */
#include_next <assert.h>
