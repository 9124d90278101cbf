/*
 * Where the parser stands in a check file, and the small steps that it takes there. For the
 * parser's own files only. After a failure every step does nothing and returns false or NULL, so
 * that callers look once, at the end of a construct.
 */
#ifndef CHECK_CURSOR_H
#define CHECK_CURSOR_H

#include "check/arena.h"
#include "check/check.h"
#include "lib/error.h"

#define MAX_VARIABLES 64

struct cursor {
    const char *file;
    const char *line_begin; /* of the current line */
    const char *at;         /* next character */
    const char *end;        /* of the current line */
    unsigned line;
    bool failed;
    struct error *error;
    struct arena *arena;
    struct check *check;
    /* names bound so far in the item, so that a use before its binding is refused */
    const char *variable[MAX_VARIABLES];
    unsigned variables;
    unsigned depth; /* of nested parentheses */
};

struct place cursor_place(const struct cursor *cursor);

/* Fails with "FILE:LINE:COLUMN: found "…", expected EXPECTED". Always returns false. */
bool cursor_expected(struct cursor *cursor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Fails with "FILE:LINE:COLUMN: " and the text. Always returns false. */
bool cursor_fail(struct cursor *cursor, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void cursor_skip_space(struct cursor *cursor);
/* At the end of the line, space apart. */
bool cursor_at_end(struct cursor *cursor);
/* True, and moved behind it, if the text stands here as a whole word. */
bool cursor_word(struct cursor *cursor, const char *word);
/* True, and moved behind it, if these characters stand here. */
bool cursor_symbol(struct cursor *cursor, const char *symbol);
/* As cursor_symbol and cursor_word, but failing if it is not there. */
bool cursor_need_symbol(struct cursor *cursor, const char *symbol);
bool cursor_need_word(struct cursor *cursor, const char *word);
/* [A-Za-z_][A-Za-z0-9_-]* (dots too, if asked for), copied; NULL if none stands here. */
const char *cursor_identifier(struct cursor *cursor, bool dots);
/* The rest of the line without space at either end, copied. */
const char *cursor_rest(struct cursor *cursor);
/* A number without sign or name; fails otherwise. `what` names it in the message. */
bool cursor_number(struct cursor *cursor, const char *what, uint64_t least, uint64_t most,
                   uint64_t *number);
/* A word up to the next space, or "…" with \" and \\ in it, copied. */
const char *cursor_value(struct cursor *cursor);
/* The VM of that name in the scenario: its place; fails if there is none. */
int cursor_vm(struct cursor *cursor);
/* "vm=NAME". */
int cursor_vm_argument(struct cursor *cursor);

bool cursor_knows(const struct cursor *cursor, const char *variable);
bool cursor_learn(struct cursor *cursor, const char *variable);

/* The grammar's parts, each in a file of its own. NULL or false after a failure. */
struct expression *parse_expression(struct cursor *cursor);
bool parse_relation(struct cursor *cursor, enum relation *relation);
struct pattern *parse_pattern(struct cursor *cursor);
struct property *parse_property(struct cursor *cursor);
/* The line behind "KEYWORD:", for the scenario's keywords; *known says whether it is one. */
bool parse_scenario_line(struct cursor *cursor, const char *keyword, bool *known);

/* EVIDENCE_… that the parts of a tree rest on. */
unsigned pattern_evidence(const struct pattern *pattern);
unsigned expression_evidence(const struct expression *expression);
unsigned property_evidence(const struct property *property);

#endif
