/* The same in every spelling of the name, so that file systems that fold case may keep any one of them. */
#include "openwinhttp/windows.h"
