/* hv/trap/panic.c beside the panic that a test may expect: fake_metal.c. */
#include "hv/real_names.h"

#undef trace_header
#undef trace_write

#include "trap/panic.c"
