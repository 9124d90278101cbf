/* Lists the regular files below a folder, in a stable order. */
#ifndef HARNESS_STAGE_WALK_H
#define HARNESS_STAGE_WALK_H

#include <stddef.h>

#include "lib/error.h"

struct walk {
    char **paths; /* relative to `root`, sorted by bytes */
    size_t count;
};

/*
 * Adds to *walk the regular files of ROOT/FOLDER and below, as "FOLDER/…". Hidden entries, links
 * and special files are left out. A folder that is absent adds nothing. -1 with *error when one
 * cannot be read.
 */
int walk_folder(struct walk *walk, const char *root, const char *folder, struct error *error);
void walk_sort(struct walk *walk);
void walk_free(struct walk *walk);

#endif
