/*
 * Tracepoints. A disabled one costs a load and a branch; an enabled one some stores into this
 * hart's ring. Records and events: abi/trace.h.
 */
#ifndef HV_TRACE_TRACE_H
#define HV_TRACE_TRACE_H

#include "abi/trace.h"

extern struct trace_header trace_header;

/* Gives hart number `hart`, an index, a ring of its own if tracing is on, before page frames are
 * set up. */
void trace_ring_reserve(unsigned hart);
/* Gives hart number `hart` a ring of `records` (a power of two) at physical address base. */
void trace_ring_init(unsigned hart, uint64_t base, uint64_t records);

void trace_write(enum trace_event event, uint8_t vm, uint8_t vcpu, uint32_t arg, uint64_t a,
                 uint64_t b);

static inline void trace(enum trace_event event, uint8_t vm, uint8_t vcpu, uint32_t arg, uint64_t a,
                         uint64_t b)
{
    if (__builtin_expect(trace_header.enabled, 0))
        trace_write(event, vm, vcpu, arg, a, b);
}

#endif
