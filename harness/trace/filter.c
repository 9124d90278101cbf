/* Which events of a trace are wanted. */
#include "trace/trace.h"

/* Seen kinds follow the told ones in the bitmap. */
static unsigned bit_of(unsigned kind)
{
    return kind < TRACE_EVENT_COUNT ? kind : TRACE_EVENT_COUNT + kind - SEEN_GUEST_EXIT;
}

bool trace_filter_event(struct trace_filter *filter, const char *name)
{
    const struct event_type *type = event_type_named(name);

    if (!type)
        return false;
    unsigned bit = bit_of(type->kind);

    filter->kinds[bit / 8] |= (uint8_t)(1u << (bit % 8));
    filter->some_kinds = true;
    return true;
}

static bool vm_passes(const struct trace_filter *filter, unsigned vm)
{
    if (!filter->vms && !filter->no_vm)
        return true;
    if (vm == TRACE_NO_VM)
        return filter->no_vm;
    return vm < 32 && filter->vms & 1u << vm;
}

bool trace_filter_pass(const struct trace_filter *filter, const struct event *event, uint64_t base)
{
    uint64_t time = event->time - base;
    unsigned bit = bit_of(event->type->kind);

    if (filter->some_kinds && !(filter->kinds[bit / 8] & 1u << (bit % 8)))
        return false;
    if (!vm_passes(filter, event->vm))
        return false;
    return time >= filter->from && (filter->to == 0 || time < filter->to);
}
