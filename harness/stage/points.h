/*
 * The points that a learner's own gradings gave, kept in the learner's tree in .coach.points, which
 * git ignores: a line "LAB GOT OF" each, of the last grading of that lab. For the learner's eyes
 * alone; no judge reads it.
 */
#ifndef HARNESS_STAGE_POINTS_H
#define HARNESS_STAGE_POINTS_H

#include <stdbool.h>

#define POINTS_FILE ".coach.points"
#define POINTS_LABS 64

struct points {
    bool known[POINTS_LABS];
    unsigned got[POINTS_LABS], of[POINTS_LABS]; /* by the lab's number */
};

/* What the tree in `folder` remembers; nothing, if it remembers nothing or the file is broken. */
void points_read(const char *folder, struct points *points);

/* Remembers the points of one lab. What cannot be written is not remembered. */
void points_note(const char *folder, unsigned lab, unsigned got, unsigned of);

#endif
