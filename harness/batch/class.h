/* The grading of a class: what has to be graded, by an engine, with what is said about it. */
#ifndef HARNESS_BATCH_CLASS_H
#define HARNESS_BATCH_CLASS_H

#include "batch/engine.h"

/*
 * Grades every entry whose grade does not stand, or all, `jobs` at once; writes the overview; says
 * on standard output what was graded again and why, who gained or lost, and the sums. 0: all are
 * graded; 1: not all; 128 and a signal that ended it; -1 with *error.
 */
int class_grade(const struct plan *plan, const struct engine *engine, unsigned jobs, bool regrade,
                struct error *error);

#endif
