/* Between syntax.c, which reads a file's tree, and changes.c, which knows what to change in it. */
#ifndef SYNTAX_H
#define SYNTAX_H

#include <clang-c/Index.h>

#include "mutants.h"

#define MAX_CHILDREN 256

/* Where a piece of the tree comes from: written as it stands, the whole of a macro's use, or
 * something in a macro's body, which has no place of its own in the file. */
enum origin { PLAIN, WHOLE_MACRO, INSIDE_MACRO };

struct piece {
    CXCursor cursor;
    enum CXCursorKind kind;
    struct span span;
    enum origin origin;
};

struct children {
    size_t count;
    struct piece list[MAX_CHILDREN];
};

/* A function, or a variable at file scope, whose pieces are changed. */
struct scope {
    const struct source *source;
    const char *function;
    struct span around;
    struct piece declaration;
    enum CXTypeKind result; /* of the function */
};

enum origin origin_of(CXFile file, struct span span);
bool piece_of(CXCursor cursor, struct piece *piece);
void children_of(const struct piece *piece, struct children *children);

/* Adds the mutants of a piece and of all beneath it. */
void walk(const struct scope *scope, const struct piece *piece);

#endif
