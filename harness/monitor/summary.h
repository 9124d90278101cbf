/*
 * The summary that ends `coach run`: the VMs and how each ended, CPU shares wanted and got,
 * memory, exits by cause in the manner of `perf kvm stat`. On one screen, or as JSON.
 */
#ifndef HARNESS_MONITOR_SUMMARY_H
#define HARNESS_MONITOR_SUMMARY_H

#include <stdio.h>

#include "abi/monitor.h"
#include "audit/watch.h"
#include "lib/error.h"
#include "trace/trace.h"

struct summary {
    const struct monitor *monitor;
    uint64_t elapsed;                      /* ticks of virtual time that were watched; 0: unknown */
    const struct trace_summary *times;     /* how long exits took; NULL: tracing was off */
    uint64_t trace_lost;                   /* records that the ring had overwritten */
    const struct audit_summary *isolation; /* seen at the machine; NULL: it was not watched */
    const char *image[MONITOR_MAX_VMS];    /* the file of each VM's guest; NULL: unknown */
};

/* For people, in colour where the stream allows it. */
void summary_print(FILE *stream, const struct summary *summary);

/* One JSON object, as docs/run.md describes it. 0, or -1 when the stream failed. */
int summary_json(FILE *stream, const struct summary *summary);

#endif
