/* What a learner's tree remembers of itself, in its file .coach.yaml. */
#ifndef HARNESS_STAGE_LEARNER_H
#define HARNESS_STAGE_LEARNER_H

#include <stdbool.h>

#include "lib/error.h"

struct learner {
    unsigned lab; /* the last lab whose files the tree has */
};

#define LEARNER_FILE ".coach.yaml"

/* Reads FOLDER/.coach.yaml. -1 with *error when it is no learner's tree or the file is broken. */
int learner_read(const char *folder, struct learner *learner, struct error *error);
/* Writes it. -1 with *error. */
int learner_write(const char *folder, const struct learner *learner, struct error *error);
/* Whether the folder has such a file. */
bool learner_here(const char *folder);
/* The learner's tree that `folder` lies in: the folder itself or the nearest one above it that has
 * such a file; the folder itself where there is none. To free(). */
char *learner_root(const char *folder);

#endif
