/*
 * Writing a record in place, for the two that each turn of the run loop pays for while tracing is
 * on, kvm_exit and kvm_entry: some stores and no call. Other events go through trace/trace.h.
 */
#ifndef HV_TRACE_RECORD_H
#define HV_TRACE_RECORD_H

#include "abi/trace.h"
#include "hart/hart.h"

/* The first words of a record but its time, as one. */
static inline uint64_t trace_word(enum trace_event event, uint8_t vm, uint8_t vcpu, uint32_t arg)
{
    return (uint64_t)arg << 32 | (uint64_t)vcpu << 24 | (uint64_t)vm << 16 | event;
}

/* The next record of this hart's ring, with time and word; the caller fills in the rest, then
 * calls trace_end. Only while tracing is on. */
static inline struct trace_record *trace_begin(uint64_t word)
{
    const struct trace_ring *ring = this_hart()->trace_ring;
    struct trace_record *record = (struct trace_record *)(ring->base + (ring->head & ring->mask));

    record->time = clock_now();
    record->word = word;
    return record;
}

/* Shows the record to readers: abi/trace.h. */
static inline void trace_end(const struct trace_record *record)
{
    struct trace_ring *ring = this_hart()->trace_ring;

    trace_publish(ring, ring->head + sizeof(*record), record);
}

#endif
