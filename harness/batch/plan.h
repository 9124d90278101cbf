/*
 * A class's grading as it is kept in its output folder, so that it can go on after it was cut
 * short, and so that every worker, wherever it runs, finds its share by a number.
 *
 *     OUT/batch.json           what is graded, against what: written once
 *     OUT/NAME/result.json     a submission's result; report.html, the same for people
 *     OUT/NAME/done            written last: the fingerprint of what was graded
 *     OUT/overview.csv, .html  the class
 */
#ifndef HARNESS_BATCH_PLAN_H
#define HARNESS_BATCH_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"

struct plan_entry {
    char *name; /* its folder in OUT; the submission's file or folder name */
    char *path; /* absolute */
};

struct plan {
    char *out;    /* absolute */
    char *lab;    /* as `coach grade` takes it */
    char *course; /* root, absolute */
    char *hidden; /* "" for none */
    bool allow_weak;
    bool seeded;
    uint64_t seed;
    struct plan_entry *entries; /* sorted by name */
    size_t count;
};

/*
 * Lists the submissions in `folder`: every file and folder that is not hidden. -1 with *error
 * when there are none, or two would have the same name in OUT.
 */
int plan_list(struct plan *plan, const char *folder, struct error *error);

/* Writes and reads OUT/batch.json. */
int plan_write(const struct plan *plan, struct error *error);
int plan_read(struct plan *plan, const char *out, struct error *error);
void plan_free(struct plan *plan);

/* Whether entry `index` was graded already, and is what it was then. */
bool plan_done(const struct plan *plan, size_t index);

/* Grades entry `index` and writes its files. -1 with *error when it could not be graded. */
int plan_grade(const struct plan *plan, size_t index, unsigned jobs, struct error *error);

/* Writes the overviews from the results that are there. -1 with *error. */
int plan_overview(const struct plan *plan, struct error *error);

#endif
