/*
 * What a run came to: read from the machine's RAM while it stands or after it has ended, told in
 * lines, a summary and an exit status.
 */
#ifndef HARNESS_RUN_REPORT_H
#define HARNESS_RUN_REPORT_H

#include <stdbool.h>

#include "audit/watch.h"
#include "machine/qemu.h"
#include "run/options.h"
#include "run/relay.h"

struct run_outcome {
    const struct audit_summary *isolation; /* NULL: it was not watched */
    struct result_run *page;               /* to be filled and written; NULL: none */
    enum relay_end end;
    struct machine_stuck stuck; /* RELAY_STUCK: how */
    int signal;                 /* RELAY_SIGNAL */
    struct process_end process; /* RELAY_ENDED */
    uint64_t board_ticks;       /* the board's clock when the machine was paused; 0: unknown */
};

/*
 * Prints the summary on standard output and a line for each thing that went wrong on standard
 * error, saves the trace and writes the HTML report if those were asked for. Returns the status for
 * coach to exit with.
 */
int run_report(const struct qemu *qemu, const char *hypervisor, const struct run_options *options,
               const struct run_outcome *outcome);

#endif
