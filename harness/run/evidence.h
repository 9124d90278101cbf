/* Everything at hand when a run is told; shared by what prints it and what draws it. */
#ifndef HARNESS_RUN_EVIDENCE_H
#define HARNESS_RUN_EVIDENCE_H

#include "abi/monitor.h"
#include "machine/ram.h"
#include "run/report.h"
#include "symbols/symbols.h"
#include "trace/trace.h"

struct evidence {
    const struct run_options *options;
    const struct run_outcome *outcome;
    const struct qemu *qemu;
    struct symbols *symbols;
    struct ram ram;
    struct monitor monitor;
    bool has_monitor;
    struct trace_summary times;
    bool has_times;
    uint64_t trace_lost;
    uint64_t elapsed; /* ticks since the hypervisor's first instruction; with has_monitor */
};

/* The summary in words (or as JSON), of a run whose hypervisor left a monitor. */
void evidence_summary(const struct evidence *evidence, enum run_summary form, FILE *out);

#endif
