/* What a result says of places: lines that replay a check, and no path of the grader's machine. */
#ifndef HARNESS_GRADE_PATHS_H
#define HARNESS_GRADE_PATHS_H

#include "grade/grading.h"
#include "grade/work.h"

/*
 * How the line begins that builds this submission again and runs one check of lab `lab` on it; the
 * check's seed and id follow. To free().
 */
char *paths_replay(const struct grading *grading, unsigned lab);

/* The words behind it for a hidden check, to free(). NULL: a learner cannot replay one. */
char *paths_replay_hidden(const struct grading *grading);

/* Puts the names that others know in place of this machine's folders. work->root may be NULL. */
void paths_hide(struct result_run *run, const struct grading *grading, const struct work *work);

#endif
