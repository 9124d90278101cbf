/*
 * Many checks under many seeds, several at a time: a process each, so that nothing that goes
 * wrong in one can touch another. The result does not depend on how many run at a time.
 */
#ifndef CHECK_JOBS_H
#define CHECK_JOBS_H

#include "check/run.h"

struct jobs_options {
    struct run_options run;
    unsigned parallel; /* processes at a time; 0: as many as there are processors */
    bool has_seeds;    /* seed_first … seed_last instead of the checks' own */
    uint64_t seed_first, seed_last;
    bool progress; /* show a line of progress (on a terminal only) */
};

/*
 * Runs checks that were loaded. Of a check that runs under several seeds one result is made: an
 * item passes if it does under each of them, and its account is of the first seed that fails.
 * Adds to *run in the order of `checks`, sorted at the end.
 */
void check_jobs(const struct check *const *checks, size_t count, const struct jobs_options *options,
                struct result_run *run);

/*
 * Finds check files: each path is a file, or a folder searched through for *.check. Adds sorted,
 * malloced paths to *files. 0; or -1 with *error (nothing there, unreadable).
 */
int check_find(const char *path, char ***files, size_t *count, struct error *error);

#endif
