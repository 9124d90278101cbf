/*
 * Finds a function in a C or assembly source text, to the byte: its comment, signature and body.
 * No compiler is asked and no marker is needed, so the text may use any headers and attributes.
 */
#ifndef HARNESS_STAGE_SOURCE_H
#define HARNESS_STAGE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

/* Bytes [begin, end) of the text; empty when both are equal. */
struct source_span {
    size_t begin, end;
};

struct source_function {
    struct source_span comment;   /* the comments right above it, without an empty line between */
    struct source_span signature; /* C: first specifier to before '{'. Assembly: the label */
    struct source_span body;      /* C: '{' to '}', both included. Assembly: the instructions */
    unsigned line;                /* of the signature, counted from 1 */
};

/*
 * Finds the definition of `name` in C text. -1 with *error when there is none, more than one, or
 * the text's comments, literals or braces do not close.
 */
int source_find_c(const char *text, size_t bytes, const char *name,
                  struct source_function *function, struct error *error);

/*
 * Finds `name` in assembly text: from after the line "name:" to the last instruction before
 * ".size name", the next symbol (not a local one: 1:, .Lname:), or the next section. -1 with
 * *error when the label is missing or stands there twice.
 */
int source_find_assembly(const char *text, size_t bytes, const char *name,
                         struct source_function *function, struct error *error);

/* Chooses between the two by the file's name: .S and .s are assembly. */
int source_find(const char *path, const char *text, size_t bytes, const char *name,
                struct source_function *function, struct error *error);

/* Whether `path` names an assembly source. */
bool source_is_assembly(const char *path);

/*
 * Where one more #include line belongs: the offset after the last #include line, or 0 if the
 * text has none. Lines inside comments do not count.
 */
size_t source_after_includes(const char *text, size_t bytes);

#endif
