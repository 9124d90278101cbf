/* hv/trace/trace.c beside the records that fake_metal.c keeps. */
#include "hv/real_names.h"

#undef panic

#include "trace/trace.c"

void real_trace_init(void);
void real_trace_init(void)
{
    trace_init();
    trace_show();
}
