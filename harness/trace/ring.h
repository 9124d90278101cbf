/* What the ring reader and the trace file share. */
#ifndef TRACE_RING_H
#define TRACE_RING_H

#include "trace/trace.h"

/* Checks a header; rings against ram too, unless ram is NULL. 0, or -1 and *error. */
int trace_check_header(const struct trace_header *header, const struct ram *ram,
                       struct error *error);

#define TRACE_RECORD_BYTES sizeof(struct trace_record)

/* Records that a ring has room for; 0: there is no ring. */
static inline uint64_t trace_capacity(const struct trace_ring *ring)
{
    return ring->mask ? (ring->mask + 1) / TRACE_RECORD_BYTES : 0;
}

/* Records that were ever written to it. */
static inline uint64_t trace_written(const struct trace_ring *ring)
{
    return ring->head / TRACE_RECORD_BYTES;
}

/* Appends the events of record number index of the hart's ring. 0, or -1 and *error. */
int trace_append(struct event_list *list, const struct trace_record *record, unsigned hart,
                 uint64_t index, struct trace_calls *calls, struct error *error);

#endif
