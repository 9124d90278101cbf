/*
 * Text of others (submissions, guests, file names) on its way to a terminal or a report. What a
 * terminal would obey or what would disguise other text (control characters, C1 and bidirectional
 * controls among them, and bytes that are no UTF-8) is shown as \x1b or \u202e. Every writer of
 * text for people goes through here.
 */
#ifndef HARNESS_LIB_TEXT_H
#define HARNESS_LIB_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/buffer.h"
#include "lib/error.h"

#define TEXT_PIECE 16

/* Bytes of the valid UTF-8 sequence that `at` (NUL-ended) begins with, and its code point; 0. */
size_t text_sequence(const char *at, uint32_t *point);

/* Whether a file's bytes are text, of which UTF-16 is none. -1 with *error, which says what to do.
 */
int text_check(const struct buffer *text, const char *path, struct error *error);

/* Whether the character controls a terminal or a text's order, or has no shape of its own. */
bool text_is_hidden(uint32_t point);

/* The next character of *at, harmless, in `piece`; *at goes on behind it. false at the end. */
bool text_next(const char **at, char piece[TEXT_PIECE]);

/* Writes the text as one line, or at most its first `most` bytes. */
void text_show(FILE *out, const char *text, size_t most);

/* The same, where line breaks and tabs stay what they are. */
void text_show_lines(FILE *out, const char *text);

/* Adds the text as one line. */
void text_add(struct buffer *to, const char *text);

#endif
