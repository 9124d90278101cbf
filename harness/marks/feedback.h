/* What each learner is given back: one page, with points, what failed and why, lateness, the talk.
 */
#ifndef HARNESS_MARKS_FEEDBACK_H
#define HARNESS_MARKS_FEEDBACK_H

#include "marks/marks.h"
#include "stage/tree.h"

/*
 * Adds a page for each student to the tree: NAME.html, or, where the list is Moodle's, the path
 * that its import of feedback files expects.
 */
void feedback_plan(const struct marks *marks, struct tree *tree);

#endif
