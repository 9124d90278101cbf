/*
 * How far a batch is, whichever engine does the work: counted by the results that appear in OUT.
 * On a terminal one line that changes; elsewhere a line now and then. And the signals that end it.
 */
#ifndef HARNESS_BATCH_PROGRESS_H
#define HARNESS_BATCH_PROGRESS_H

#include <sys/types.h>

#include "batch/plan.h"

/*
 * Begins to count. From now on SIGINT, SIGTERM and SIGHUP only make batch_stopped say so, and a
 * timer interrupts a wait each second.
 */
void batch_begin(const struct plan *plan, const size_t *todo, size_t count);

/* Shows how far it is; to be called whenever a wait was interrupted. */
void batch_progress(void);

/* The signal that asked to stop; 0: none did. */
int batch_stopped(void);

/* Signals as they were; the line is wiped. How many of `todo` have a new result. */
size_t batch_end(void);

/* In a child: signals as they were, and it dies with `parent`. */
void batch_child(pid_t parent);

#endif
