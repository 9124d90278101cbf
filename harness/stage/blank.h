/*
 * Makes a blank of a function: its comment and signature stay, its body becomes a TODO that stops
 * the machine with one sentence. What only the solution used may then stand unused, which the
 * TODO header tells the compiler.
 */
#ifndef HARNESS_STAGE_BLANK_H
#define HARNESS_STAGE_BLANK_H

#include <stdbool.h>

#include "lib/buffer.h"
#include "lib/error.h"

/*
 * Replaces the body of `function` in *text, the contents of `path`, by TODO("sentence"), and adds
 * the line #include "header" after the last #include unless it is there. A body that is a TODO
 * already is left alone, so a published tree can be staged again. -1 with *error ("PATH: …").
 */
int blank_function(struct buffer *text, const char *path, const char *function,
                   const char *sentence, const char *header, struct error *error);

/* Whether the body of `function` is nothing but a TODO. -1 with *error when it is not found. */
int blank_is_todo(const struct buffer *text, const char *path, const char *function, bool *todo,
                  struct error *error);

#endif
