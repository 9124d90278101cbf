/* One submission's files in OUT: its grade, and the key of what that rests on. */
#ifndef HARNESS_BATCH_ENTRY_H
#define HARNESS_BATCH_ENTRY_H

#include "batch/plan.h"
#include "result/result.h"

#define ENTRY_UNFINISHED "its grading was not finished" /* what entry_reason says of no result */

/* OUT/NAME/FILE of entry `index`, to free(). */
char *entry_file(const struct plan *plan, size_t index, const char *file);

/*
 * Why entry `index` has to be graded, in words, to free(): what changed since, "the checks and
 * QEMU changed", for which the submission is read; or that there is no whole result. NULL if its
 * grade stands.
 */
char *entry_reason(const struct plan *plan, size_t index);

/* Reads OUT/NAME/FILE, a result in JSON. NULL if there is none. */
struct result_run *entry_result(const struct plan *plan, size_t index, const char *file);

#endif
