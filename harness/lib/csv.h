/*
 * Tables of comma-separated values (RFC 4180) in and out. Fields may be quoted and hold line
 * breaks; the separator is a comma, a semicolon or a tab, whichever the first line has most of. A
 * byte order mark is skipped.
 */
#ifndef HARNESS_LIB_CSV_H
#define HARNESS_LIB_CSV_H

#include <stddef.h>

#include "lib/buffer.h"
#include "lib/error.h"

#define CSV_NONE ((size_t)-1)

struct csv_row {
    char **fields;
    size_t count;
    size_t line; /* of the file, from 1 */
};

struct csv {
    struct csv_row *rows; /* empty lines, and lines that begin with #, are none */
    size_t count;
    char separator;
};

/* Reads the file. -1 with *error when it cannot be read, is UTF-16, or a quoted field does not
 * end. */
int csv_read(struct csv *csv, const char *path, struct error *error);
void csv_free(struct csv *csv);

/* The field of a row; "" where the row is shorter. */
const char *csv_field(const struct csv_row *row, size_t column);

/* Sets it; a shorter row is filled up with empty fields. */
void csv_set(struct csv_row *row, size_t column, const char *text);

/* The column of row 0 with that heading, whatever the case of its letters; CSV_NONE. */
size_t csv_column(const struct csv *csv, const char *heading);

/* Adds a field, in quotes where it needs them. */
void csv_add(struct buffer *to, const char *text, char separator);

/*
 * Adds text of others as a field for people's spreadsheets: always in quotes, control characters
 * made harmless, and an apostrophe before what a spreadsheet would take for a formula.
 */
void csv_add_text(struct buffer *to, const char *text);

/* Adds the rows; each ends with CR and LF. */
void csv_write(const struct csv *csv, struct buffer *to);

#endif
