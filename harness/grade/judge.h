/* Judges an image by the checks of labs, each machine in the sandbox. */
#ifndef HARNESS_GRADE_JUDGE_H
#define HARNESS_GRADE_JUDGE_H

#include "grade/sandbox.h"
#include "grade/work.h"
#include "result/result.h"

#define JUDGE_HIDDEN "hidden" /* the group of checks that are not the course's open ones */

/* The checks that one grading is about. */
struct judge_set {
    struct judge_entry *entries;
    size_t count;
};

struct judge_entry {
    char *file;          /* path of the check file */
    char *group;         /* "04-memory", or "hidden" */
    char *id;            /* "04-memory/fill" for fill.check of that lab */
    struct check *check; /* as it was read, with this id and group */
};

/*
 * Adds the checks of FOLDER, each FILE.check, under `group`. None is no error. -1 with *error
 * when one cannot be read.
 */
int judge_add_folder(struct judge_set *set, const char *folder, const char *group,
                     struct error *error);
void judge_free(struct judge_set *set);

/* Leaves the check with this id alone in the set, or none. */
void judge_choose(struct judge_set *set, const char *id);

/* Adds every item of every check with this verdict and reason: nothing was run. */
void judge_none(const struct judge_set *set, enum verdict verdict, const char *reason,
                struct result_run *run);

struct judge_options {
    enum sandbox_tier tier;
    const char *replay; /* beginning of the line that replays a check; its id ends it */
    const char *hidden; /* words that such a line needs behind it for a check that is hidden; NULL:
                         * such a check has no line */
    unsigned jobs;      /* machines at once; 0: one a processor */
    bool seeded;        /* use `seed` in place of the checks' own */
    uint64_t seed;
    bool quiet; /* no progress line */
};

/* Runs all checks on what work->judged holds and adds them to *run, in a stable order. */
void judge_run(const struct judge_set *set, const struct work *work,
               const struct judge_options *options, struct result_run *run);

#endif
