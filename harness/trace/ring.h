/* What the ring reader and the trace file share. */
#ifndef TRACE_RING_H
#define TRACE_RING_H

#include "trace/trace.h"

/* Checks a header; rings against ram too, unless ram is NULL. 0, or -1 and *error. */
int trace_check_header(const struct trace_header *header, const struct ram *ram,
                       struct error *error);

/*
 * Appends record number index of the hart's ring; a kvm_page_fault is merged into the exit at
 * *pending - 1. *pending is 0 before the first record. 0, or -1 and *error.
 */
int trace_append(struct event_list *list, const struct trace_record *record, unsigned hart,
                 uint64_t index, size_t *pending, struct error *error);

#endif
