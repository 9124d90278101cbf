/*
 * The course as it may be published: everything that staging, building and judging need, and no
 * solution. What was a solution is a blank; mutants, alternatives and tests stay at home.
 */
#ifndef HARNESS_GRADE_PUBLISH_H
#define HARNESS_GRADE_PUBLISH_H

#include "stage/tree.h"

/*
 * Plans it, each path behind `prefix` ("" or "course/"). `hidden` is a folder of checks to put
 * into PREFIXhidden/, or NULL. -1 with *error.
 */
int publish_plan(struct tree *tree, const struct course *course, const char *prefix,
                 const char *hidden, struct error *error);

/* Whether the file at `path` is a program: a script by its first bytes. */
bool publish_is_program(const struct tree_file *file);

/* Writes the tree as a zip file with fixed times: the same tree, the same bytes. -1 with *error. */
int publish_zip(const struct tree *tree, const char *path, struct error *error);

/* Writes the tree below a new folder, scripts executable. -1 with *error, and nothing is left. */
int publish_folder(const struct tree *tree, const char *path, struct error *error);

#endif
