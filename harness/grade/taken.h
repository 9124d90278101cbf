/* What a submission was when it was taken in: an identity for its contents, and what it is not. */
#ifndef HARNESS_GRADE_TAKEN_H
#define HARNESS_GRADE_TAKEN_H

#include "grade/intake.h"
#include "lib/digest.h"

/*
 * The digest of what intake_open has read: names, kinds, sizes, and the text of what may be a
 * source. To be asked before intake_take, which changes texts.
 */
void taken_digest(const struct intake *intake, char digest[DIGEST_CHARACTERS]);

/*
 * "a RAR archive", "a FIFO" and the like, when `path` is something that coach knows and does not
 * take; NULL for all others. Reads the first bytes of a regular file, and opens nothing else.
 */
const char *taken_other_kind(const char *path);

/* What can be handed in, for whoever handed in something else. */
extern const char taken_kinds[];

#endif
