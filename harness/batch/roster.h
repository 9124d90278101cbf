/* Who should hand in: a list of names, held against the submissions that there are. */
#ifndef HARNESS_BATCH_ROSTER_H
#define HARNESS_BATCH_ROSTER_H

#include "batch/plan.h"
#include "lib/buffer.h"

struct roster {
    char **names;
    size_t count;
};

/*
 * Reads a list: a name a line, or the first column of a CSV file, whose heading (name, login, id,
 * user, student, submission) is no name. Empty lines, lines that begin with #, and names that were
 * there before are none. -1 with *error when it cannot be read, is UTF-16, or names nobody.
 */
int roster_read(struct roster *roster, const char *path, struct error *error);
void roster_free(struct roster *roster);

/* Whether the first line of a list is its heading. */
bool roster_is_heading(const char *name);

/*
 * How well a name says whose a submission is: the submission has that name, or begins with it and
 * a "_", as in the downloads of Moodle and Canvas. Of two names the longer one; 0: not at all.
 */
size_t roster_match(const char *submission, const char *name);

/* Whether a submission is of roster->names[index], and of nobody whose name fits it better. */
bool roster_has_submission(const struct roster *roster, const struct plan *plan, size_t index);

/* Adds lines of text: how many have handed in, who has not, which submissions are of nobody. */
void roster_text(const struct roster *roster, const struct plan *plan, struct buffer *text);

#endif
