/* One grading, from a submission to a result: what `coach grade` does, without its options. */
#ifndef HARNESS_GRADE_GRADING_H
#define HARNESS_GRADE_GRADING_H

#include "grade/lab_range.h"
#include "grade/taken.h"
#include "grade/sandbox.h"
#include "result/result.h"

/* The end of the note that counts what a submission held besides the learner's files. */
#define GRADING_LEFT "other files were not looked at"

struct grading {
    const struct course *course;
    struct lab_range labs;
    const char *submission; /* as intake_open takes it */
    const char *hidden;     /* a folder with more checks, or NULL */
    const char *only;       /* the id of the one check to run, "04-memory/fill"; NULL: all */
    const char *root;       /* the course's root as it was named, for lines that replay, or NULL */
    const char *objects;    /* a folder that objects_make has made for the first lab, or NULL */
    enum sandbox_tier tier;
    bool allow_weak;  /* hidden checks even in the weakest tier */
    bool reference;   /* grade the course's own solution in place of a submission */
    bool for_learner; /* replay lines are for a learner's own tree and machine: no absolute path */
    bool quiet;
    bool seeded;
    uint64_t seed;
    unsigned jobs;
    char *digest; /* DIGEST_CHARACTERS, to be filled: what was taken in ("" if nothing); or NULL */
    void (*begun)(const struct result_run *zero, void *context); /* with an all-zero result */
    void *context;
};

/*
 * Grades. The result, or NULL with *error when nothing can be said: no such submission, no such
 * course, no sandbox. What is the submission's fault is in the result. No path of this machine is
 * in it, but in replay lines that are not for a learner.
 */
struct result_run *grading_run(const struct grading *grading, struct error *error);

#endif
