/* The submission of a grading: what was read of it, or why there is nothing to build. */
#ifndef HARNESS_GRADE_SUBMISSION_H
#define HARNESS_GRADE_SUBMISSION_H

#include "grade/grading.h"
#include "grade/intake.h"

struct submission {
    struct intake intake;
    enum verdict broken; /* of every check where it cannot be read; VERDICT_PASS where it can */
    char *reason;        /* … and why */
};

/*
 * Reads it and finds the learner's tree in it. What is there has a result, whatever it is: *broken
 * and *reason, which is a note of *run too. -1 with *error when it is not there, or the course
 * cannot be read.
 */
int submission_open(struct submission *submission, const struct grading *grading,
                    struct result_run *run, struct error *error);
void submission_free(struct submission *submission);

#endif
