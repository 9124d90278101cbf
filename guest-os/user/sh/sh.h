/*
 * The shell's commands as data: what the parser makes of a line, and the runner runs.
 *
 *     line     = list of pipelines, between them ';' '&' '&&' '||'
 *     pipeline = commands, between them '|'
 *     command  = words, and redirections '<' file, '>' file, '>>' file
 *     word     = characters; '…' and "…" keep blanks and operators, \ keeps the next character;
 *                $? is the status of the pipeline before
 */
#ifndef SH_SH_H
#define SH_SH_H

#include "user/lib/user.h"

#define MAX_WORDS     24 /* of a command */
#define MAX_COMMANDS  8  /* of a pipeline */
#define MAX_PIPELINES 16 /* of a line */
#define LINE_BYTES    256

struct command {
    char *words[MAX_WORDS + 1]; /* a null pointer ends them */
    int count;
    char *input;  /* file to read from, or NULL */
    char *output; /* file to write to, or NULL */
    bool append;
};

enum connector {
    CONNECT_THEN,       /* ';' or the end of the line */
    CONNECT_BACKGROUND, /* '&' */
    CONNECT_AND,        /* '&&': go on if it was 0 */
    CONNECT_OR,         /* '||': go on if it was not */
};

struct pipeline {
    struct command commands[MAX_COMMANDS];
    int count;
    enum connector connector; /* what stands after it */
};

struct line {
    struct pipeline pipelines[MAX_PIPELINES];
    int count;
    char text[4 * LINE_BYTES]; /* the words */
    size_t used;               /* of text */
};

/* Stands in a word for the status of the pipeline before, until that is known. */
#define STATUS_MARK '\1'

/* Parses text. Returns NULL, or a sentence that says what is wrong. */
const char *parse_line(struct line *line, const char *text);

/* Runs a line. last_status: that of the line before. Returns the status of the last pipeline. */
int run_line(struct line *line, int last_status);

/* Runs the command if it is one of the shell's own (exit, wait, help). Returns false if not;
 * otherwise *status is its status. */
bool run_builtin(const struct command *command, int last_status, int *status);

#endif
