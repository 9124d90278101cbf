/*
 * The lexical level of C, as far as finding functions needs it: comments, literals, directives
 * and words are told apart; nothing is preprocessed.
 */
#ifndef HARNESS_STAGE_TOKEN_H
#define HARNESS_STAGE_TOKEN_H

#include <stddef.h>

enum token_kind {
    TOKEN_END,       /* of the text */
    TOKEN_BROKEN,    /* a comment or literal that does not close */
    TOKEN_COMMENT,   /* with its delimiters; a line comment without its newline */
    TOKEN_DIRECTIVE, /* # … to the end of line, continued lines included, newline not */
    TOKEN_WORD,      /* an identifier, keyword or number */
    TOKEN_LITERAL,   /* "…" or '…' */
    TOKEN_MARK,      /* any other single character */
};

struct token {
    enum token_kind kind;
    size_t begin, end;
};

/* The token at or after `offset`, white space skipped. Its `end` is where to go on. */
struct token token_next(const char *text, size_t bytes, size_t offset);

#endif
