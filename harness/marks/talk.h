/*
 * The talk of ten minutes, judged by a rubric in a table: its first column has the learner, every
 * column NAME/POINTS a criterion, and a column without points a remark.
 *
 *     student,story/10,question/10,mutant/10,remark
 *     ann,9,7.5,10,"a fine picture of the fault"
 */
#ifndef HARNESS_MARKS_TALK_H
#define HARNESS_MARKS_TALK_H

#include "marks/marks.h"

/* Reads it. -1 with *error: no criterion, a learner without marks, points that are too many or
 * none. */
int talk_read(struct marks *marks, const char *path, struct error *error);

#endif
