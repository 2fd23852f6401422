/* Another spelling of the name. The real file is one folder up, out of the way of file systems that fold case. */
#include "../winhttp.h"
