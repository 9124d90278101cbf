/* Whose points changed when a class was graded again. */
#ifndef HARNESS_BATCH_CHANGES_H
#define HARNESS_BATCH_CHANGES_H

#include "batch/plan.h"

/* The results of some entries as they were before. */
struct changes;

/*
 * Remembers what `todo` had, and says on standard output why what was graded is graded again.
 * reasons[index]: what entry_changes says of entry `index`.
 */
struct changes *changes_begin(const struct plan *plan, const size_t *todo, size_t count,
                              char *const *reasons);

/* Says on standard output who gained and who lost, a line each, and forgets. */
void changes_end(struct changes *changes);

#endif
