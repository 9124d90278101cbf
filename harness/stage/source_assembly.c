/*
 * Finds functions in assembly text, line by line: "name:" opens one; ".size name", or else the
 * next symbol, section or end of text closes it.
 */
#include "stage/source.h"

#include <ctype.h>
#include <string.h>

struct line {
    size_t begin, end; /* without the newline */
    size_t next;       /* where the following line begins */
};

struct lines {
    const char *text;
    size_t bytes;
    size_t at;
    bool in_comment; /* a block comment is open at `at` */
};

/* Follows block comments through one line, so that words inside them are not taken for labels. */
static bool comment_open_after(const char *text, struct line line, bool open)
{
    for (size_t i = line.begin; i + 1 < line.end; i++) {
        if (!open && text[i] == '/' && text[i + 1] == '/') {
            return false;
        }
        if (!open && text[i] == '/' && text[i + 1] == '*') {
            open = true;
            i++;
        } else if (open && text[i] == '*' && text[i + 1] == '/') {
            open = false;
            i++;
        }
    }
    return open;
}

/* Reads the next line; false at the end. *code tells whether it begins outside a comment. */
static bool next_line(struct lines *lines, struct line *line, bool *code)
{
    if (lines->at >= lines->bytes) {
        return false;
    }
    const char *newline = memchr(lines->text + lines->at, '\n', lines->bytes - lines->at);
    line->begin = lines->at;
    line->end = newline != NULL ? (size_t)(newline - lines->text) : lines->bytes;
    line->next = newline != NULL ? line->end + 1 : line->end;
    *code = !lines->in_comment;
    lines->in_comment = comment_open_after(lines->text, *line, lines->in_comment);
    lines->at = line->next;
    return true;
}

/* Skips blanks; the offset of the first other character of the line, or its end. */
static size_t skip_blanks(const char *text, struct line line)
{
    size_t at = line.begin;
    while (at < line.end && (text[at] == ' ' || text[at] == '\t')) {
        at++;
    }
    return at;
}

/* Whether `word` stands at `at` as a whole word; moves *at past it. */
static bool take_word(const char *text, struct line line, size_t *at, const char *word)
{
    size_t length = strlen(word);
    if (line.end - *at < length || memcmp(text + *at, word, length) != 0) {
        return false;
    }
    size_t after = *at + length;
    if (after < line.end && (isalnum((unsigned char)text[after]) || text[after] == '_')) {
        return false;
    }
    *at = after;
    return true;
}

static bool is_label(const char *text, struct line line, const char *name)
{
    size_t at = skip_blanks(text, line);
    return take_word(text, line, &at, name) && at < line.end && text[at] == ':';
}

static bool is_size(const char *text, struct line line, const char *name)
{
    size_t at = skip_blanks(text, line);
    if (!take_word(text, line, &at, ".size")) {
        return false;
    }
    while (at < line.end && (text[at] == ' ' || text[at] == '\t')) {
        at++;
    }
    return take_word(text, line, &at, name);
}

/* Whether the line begins what comes after a function: another symbol or another section. */
static bool opens_next(const char *text, struct line line)
{
    static const char *const directives[] = {".globl", ".global", ".weak",    ".type",
                                             ".text",  ".data",   ".section", ".bss"};
    size_t at = skip_blanks(text, line);
    for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++) {
        size_t after = at;
        if (take_word(text, line, &after, directives[i])) {
            return true;
        }
    }
    if (at == line.end || !(isalpha((unsigned char)text[at]) || text[at] == '_')) {
        return false;
    }
    while (at < line.end && (isalnum((unsigned char)text[at]) || text[at] == '_')) {
        at++;
    }
    return at < line.end && text[at] == ':';
}

enum line_kind { LINE_EMPTY, LINE_COMMENT, LINE_DIRECTIVE, LINE_OTHER };

static enum line_kind kind_of(const char *text, struct line line, bool code)
{
    size_t first = skip_blanks(text, line);
    if (!code) {
        return LINE_COMMENT;
    }
    if (first == line.end) {
        return LINE_EMPTY;
    }
    if (text[first] == '.') {
        return LINE_DIRECTIVE;
    }
    bool slash = line.end - first >= 2 && text[first] == '/' &&
                 (text[first + 1] == '*' || text[first + 1] == '/');
    return slash || text[first] == '#' ? LINE_COMMENT : LINE_OTHER;
}

/* The comment lines that end right above offset `end`; directives between are no obstacle. */
static struct source_span comment_above(const char *text, size_t end)
{
    struct source_span span = {end, end};
    struct lines lines = {.text = text, .bytes = end};
    struct line line;
    bool code, joined = false;
    while (next_line(&lines, &line, &code)) {
        enum line_kind kind = kind_of(text, line, code);
        if (kind == LINE_COMMENT && !joined) {
            span.begin = line.begin;
            joined = true;
        }
        if (kind == LINE_COMMENT) {
            span.end = line.end;
        }
        if (kind == LINE_EMPTY || kind == LINE_OTHER) {
            span = (struct source_span){end, end};
            joined = false;
        }
    }
    return span;
}

/* What is known while the lines go by. */
struct search {
    const char *name;
    struct source_function *function;
    unsigned labels;
    bool open; /* inside the function */
};

static void look_at(struct search *search, const char *text, struct line line, bool code,
                    unsigned number)
{
    if (code && is_label(text, line, search->name)) {
        search->labels++;
        search->open = true;
        search->function->line = number;
        search->function->comment = comment_above(text, line.begin);
        search->function->signature = (struct source_span){line.begin, line.end};
        search->function->body = (struct source_span){line.next, line.next};
        return;
    }
    if (!search->open) {
        return;
    }
    if (code && (is_size(text, line, search->name) || opens_next(text, line))) {
        search->open = false;
        return;
    }
    enum line_kind kind = kind_of(text, line, code);
    if (kind == LINE_DIRECTIVE || kind == LINE_OTHER) {
        search->function->body.end = line.next;
    }
}

int source_find_assembly(const char *text, size_t bytes, const char *name,
                         struct source_function *function, struct error *error)
{
    struct lines lines = {.text = text, .bytes = bytes};
    struct search search = {.name = name, .function = function};
    struct line line;
    bool code;
    for (unsigned number = 1; next_line(&lines, &line, &code); number++) {
        look_at(&search, text, line, code, number);
    }
    if (search.labels != 1) {
        return error_set(error, "label '%s:' stands here %u times, expected once", name,
                         search.labels);
    }
    return 0;
}
