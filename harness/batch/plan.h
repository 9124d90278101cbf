/*
 * A class's grading as it is kept in its output folder, so that it can go on after it was cut
 * short, and so that every worker, wherever it runs, finds its share by a number.
 *
 *     OUT/batch.json           what is graded, against what: written once
 *     OUT/NAME/result.json     a submission's result; report.html, the same for people
 *     OUT/NAME/previous.json   the result before that, if there was one
 *     OUT/NAME/done            written last: what the result rests on (batch/key.h)
 *     OUT/overview.csv, .html  the class
 *     OUT/.lock                held, and names the holder, while a batch runs
 */
#ifndef HARNESS_BATCH_PLAN_H
#define HARNESS_BATCH_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"

struct plan_entry {
    char *name; /* its folder in OUT: its own name, without an archive's ending */
    char *path; /* absolute */
};

struct roster; /* batch/roster.h */

struct plan {
    char *out;    /* absolute */
    char *lab;    /* as `coach grade` takes it */
    char *course; /* root, absolute */
    char *hidden; /* "" for none */
    bool allow_weak;
    bool seeded;
    uint64_t seed;
    char *key; /* what a grade rests on besides the submission: batch/key.h; or NULL */
    const struct roster *roster; /* who should hand in, or NULL; not kept in batch.json */
    struct plan_entry *entries;  /* sorted by file name */
    size_t count;
};

/*
 * Lists the submissions in `folder`: every file and folder that is not hidden. Sets plan->out to
 * the absolute path of `out`, which need not exist; if it lies in `folder`, it is no submission.
 * No two submissions have one name, and none has a name of the batch's own. -1 with *error when
 * there are none, or OUT lies where a submission does.
 */
int plan_list(struct plan *plan, const char *folder, const char *out, struct error *error);

/* Writes and reads OUT/batch.json. */
int plan_write(const struct plan *plan, struct error *error);
int plan_read(struct plan *plan, const char *out, struct error *error);
void plan_free(struct plan *plan);

/*
 * Builds the course's own objects in OUT, for all gradings to start from. Where that cannot be
 * done, each grading builds all, and says what it is that fails.
 */
void plan_objects(const struct plan *plan);

/* Grades entry `index` and writes its files. -1 with *error when it could not be graded. */
int plan_grade(const struct plan *plan, size_t index, unsigned jobs, struct error *error);

/*
 * Writes the overviews from the results that are there, and says the class's mean, median and most
 * missed expectation on standard output. Who is on the roster and has not handed in has a row
 * too. -1 with *error.
 */
int plan_overview(const struct plan *plan, struct error *error);

#endif
