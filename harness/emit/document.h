/* What the writers for course platforms share: text of an item, JSON strings, dumping. */
#ifndef HARNESS_EMIT_DOCUMENT_H
#define HARNESS_EMIT_DOCUMENT_H

#include <jansson.h>

#include "result/result.h"

/* A JSON string; if the text is not UTF-8, with '?' for each byte that is not ASCII. */
json_t *document_text(const char *text);

/*
 * The account of an item for people, in lines: verdict and diagnosis, what was expected and found,
 * the hint, the replay command. Empty for a pass. At most `most` bytes; to free().
 */
char *document_account(const struct result_check *check, const struct result_item *item,
                       size_t most);

/* "CHECK: TITLE", unique in the run as long as checks and titles are. To free(). */
char *document_item_name(const struct result_check *check, const struct result_item *item);

/* "12 of 20 points; 2 points not graded. Sandbox: …" and the run's notes, in lines. To free(). */
char *document_summary(const struct result_run *run);

/* got / of, from 0 to 1; 0 if nothing was graded. */
double document_fraction(const struct result_run *run);

/* Writes and releases `root`. 0, or -1 with errno. */
int document_dump(json_t *root, FILE *out);

#endif
