/*
 * What the generator's files share: a source file as text, and the list of mutants. A mutant is one
 * small change of one source file: `length` bytes at `offset` become `text`.
 */
#ifndef MUTANTS_H
#define MUTANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source {
    const char *path; /* from the project's root */
    char *text;
    size_t bytes;
};

/* Where something stands in its file. */
struct span {
    size_t from, to;
};

struct mutant {
    char *name;     /* file:line:column:kind */
    uint64_t key;   /* of the function's text, the kind and the place in it: survives shifts */
    char *function; /* "-" at file scope */
    const char *path;
    unsigned first_line, last_line;
    unsigned function_first, function_last;
    struct span span;
    char *text;
};

/* The file's text, read once; NULL and a message when it cannot be read. */
const struct source *source_read(const char *path);
unsigned source_line(const struct source *source, size_t offset);

/* Adds a mutant, unless there is one of this name. `around` is the function or declaration that it
 * stands in. The change keeps the number of lines. */
void mutant_add(const struct source *source, const char *kind, struct span span, const char *text,
                const char *function, struct span around);

/* Adds the mutants of a C file and the headers that it includes; false and a message when libclang
 * cannot read it. */
bool syntax_add(const char *path, const char *const *flags, int flag_count);

/* Adds the mutants of an assembly file. */
bool assembly_add(const char *path);

/* All mutants, in the order of their files and places. */
size_t mutants_sort(struct mutant **list);

/* Puts `count` of them, chosen by the seed, to the front; a greater count adds to a smaller one. */
void mutants_draw(struct mutant *list, size_t total, uint64_t seed);

#endif
