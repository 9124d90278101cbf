/* The git repository of a learner's tree: the course's files come in as commits of the course. */
#ifndef HARNESS_STAGE_REPOSITORY_H
#define HARNESS_STAGE_REPOSITORY_H

#include <stdbool.h>

#include "lib/error.h"
#include "stage/lab.h"

/* Makes a repository in `folder`, with one commit of all that is there. -1 with *error. */
int repository_make(const char *folder, const struct lab *lab, struct error *error);

/* Whether the folder itself holds a repository; one around it does not count. */
bool repository_here(const char *folder);

/*
 * Stages these paths (count of them, relative to `folder`), whether they came or went, and commits
 * them as the lab's. Where the learner has staged changes, these are not committed with them: the
 * paths are then staged only, and *committed is false. -1 with *error when git fails.
 */
int repository_add_lab(const char *folder, const struct lab *lab, const char *const *paths,
                       size_t count, bool *committed, struct error *error);

#endif
