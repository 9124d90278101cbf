/*
 * The answers to the questions at each lab's end: labs/NN-name/answers.md, which is in no learner's
 * tree. A published course has them in base64, so that nobody reads them by accident.
 */
#ifndef HARNESS_STAGE_ANSWERS_H
#define HARNESS_STAGE_ANSWERS_H

#include "lib/buffer.h"
#include "stage/course.h"

#define ANSWERS_FILE   "answers.md"
#define ANSWERS_HIDDEN "answers.base64"

/* Reads a lab's answers, in clear; nothing where it has none. -1 with *error. */
int answers_read(const struct course *course, const struct lab *lab, struct buffer *text,
                 struct error *error);

/* Puts the text into base64, in lines. */
void answers_hide(struct buffer *text);

#endif
