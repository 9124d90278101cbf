/*
 * What a grade rests on, as lines of text: lab and options, checks, the course's files, coach,
 * QEMU, the compiler. OUT/NAME/done holds those of the grade that lies there, and one more, of
 * the submission as it was taken in; where a line differs, the grade is stale.
 */
#ifndef HARNESS_BATCH_KEY_H
#define HARNESS_BATCH_KEY_H

#include "batch/plan.h"
#include "lib/buffer.h"

/* Fills plan->key. -1 with *error when the course or the checks cannot be read. */
int key_make(struct plan *plan, struct error *error);

/*
 * The name of the folder in OUT that holds the course's objects for this key, to free(): it
 * changes with the course's files and the compiler.
 */
char *key_objects(const struct plan *plan);

/* The line that stands for a submission whose contents have this digest. */
char *key_submission(const char *digest);

/*
 * What changed between two keys, in words: "the checks, QEMU"; "" if nothing did. Added to *out.
 * What one of the two does not know ("-") is no change.
 */
void key_changes(const char *before, const char *now, struct buffer *out);

#endif
