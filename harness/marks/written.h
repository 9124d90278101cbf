/* What each submission of a class has written: the files that it may write and has changed. */
#ifndef HARNESS_MARKS_WRITTEN_H
#define HARNESS_MARKS_WRITTEN_H

#include "batch/plan.h"
#include "grade/lab_range.h"
#include "stage/tree.h"

struct written {
    struct course *course;
    struct lab_range labs;
    struct plan plan;   /* the submissions, by name */
    struct tree blank;  /* the learner's tree with nothing written */
    struct tree *trees; /* one a submission; empty where it could not be read */
};

/*
 * Reads the submissions in `folder` for `lab`. With `all`, every file that a submission may write;
 * else those that are not as the course hands them out, white space aside. What cannot be read is
 * told on standard error, and counted in *unread. -1 with *error.
 */
int written_read(struct written *written, const char *course, const char *folder, const char *lab,
                 const char *out, bool all, size_t *unread, struct error *error);
void written_free(struct written *written);

/* Whether two texts are the same but for white space. */
bool written_alike(const struct buffer *one, const struct buffer *other);

#endif
