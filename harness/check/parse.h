/*
 * Reads a check file (docs/checks.md) into its tree. Every complaint is one line with file, line
 * and column, what was found and what was expected.
 */
#ifndef CHECK_PARSE_H
#define CHECK_PARSE_H

#include "check/check.h"
#include "lib/error.h"

/*
 * Parses `bytes` of text. `file` is used in messages, and for the check's id (the stem) and group
 * (the folder it is in). The result is to be given to check_free; NULL after an error.
 */
struct check *check_parse(const char *file, const char *text, size_t bytes, struct error *error);

/* The same for a file; one larger than 1 MiB is refused. */
struct check *check_load(const char *file, struct error *error);

/* Adds an item to a check that has none such: the first VM watches, and others have secrets
 * (secrets_mode.c). */
void check_add_secrets(struct check *check);

void check_free(struct check *check);

#endif
