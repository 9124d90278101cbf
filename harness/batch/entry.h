/* What identifies the contents of a submission. */
#ifndef HARNESS_BATCH_ENTRY_H
#define HARNESS_BATCH_ENTRY_H

#include "batch/plan.h"

/*
 * A line that changes when what is graded, or what it is graded against, does. To free().
 * Reading what cannot be read gives a line too.
 */
char *entry_fingerprint(const struct plan *plan, size_t index);

#endif
