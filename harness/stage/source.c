/* Finds functions by following braces and parentheses at file level. */
#include "stage/source.h"

#include <ctype.h>
#include <string.h>

#include "stage/token.h"

/* What is known of the declaration that is being read at file level. */
struct declaration {
    struct source_span comment;
    size_t begin;            /* its first token */
    bool begun;              /* `begin` is set */
    struct source_span word; /* the last word, a candidate for a name if '(' follows */
    struct source_span name; /* the last word that was followed by parentheses */
    bool named;
    bool initialiser; /* '=' was seen: braces to come are no body */
};

struct reader {
    const char *text;
    size_t bytes;
    const char *wanted;
    size_t at;
    struct declaration declaration;
    struct source_function *function;
    unsigned found;
};

static unsigned line_of(const char *text, size_t offset)
{
    unsigned line = 1;
    for (size_t i = 0; i < offset; i++) {
        line += text[i] == '\n';
    }
    return line;
}

static bool span_is(const char *text, struct source_span span, const char *word)
{
    size_t length = strlen(word);
    return span.end - span.begin == length && memcmp(text + span.begin, word, length) == 0;
}

/* Words that take parentheses between a function's parameters and its body. */
static bool decorates(const char *text, struct source_span word)
{
    static const char *const words[] = {"__attribute__", "__attribute", "__asm__",
                                        "asm",           "_Alignas",    "__extension__"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (span_is(text, word, words[i])) {
            return true;
        }
    }
    return false;
}

/* Whether an empty line stands in [from, to). */
static bool empty_line_between(const char *text, size_t from, size_t to)
{
    unsigned newlines = 0;
    for (size_t i = from; i < to; i++) {
        newlines += text[i] == '\n';
    }
    return newlines > 1;
}

static void note_comment(struct reader *reader, struct token token)
{
    struct declaration *declaration = &reader->declaration;
    if (declaration->begun) {
        return;
    }
    struct source_span *comment = &declaration->comment;
    bool joins = comment->end > comment->begin &&
                 !empty_line_between(reader->text, comment->end, token.begin);
    if (!joins) {
        comment->begin = token.begin;
    }
    comment->end = token.end;
}

static void begin_declaration(struct reader *reader, size_t at)
{
    struct declaration *declaration = &reader->declaration;
    if (declaration->begun) {
        return;
    }
    declaration->begun = true;
    declaration->begin = at;
    if (empty_line_between(reader->text, declaration->comment.end, at)) {
        declaration->comment = (struct source_span){at, at};
    }
}

static void end_declaration(struct reader *reader)
{
    reader->declaration = (struct declaration){0};
}

/*
 * Moves past the bracket that closes the one just read. Brackets of other kinds inside are
 * followed too. 0, or -1 when the text ends before, or closes with the wrong one.
 */
static int skip_brackets(struct reader *reader, char open, struct error *error)
{
    char stack[256];
    size_t depth = 0;
    size_t from = reader->at;
    stack[depth++] = open;
    while (depth > 0) {
        struct token token = token_next(reader->text, reader->bytes, reader->at);
        reader->at = token.end;
        if (token.kind == TOKEN_END || token.kind == TOKEN_BROKEN) {
            return error_set(error, "line %u: '%c' is never closed", line_of(reader->text, from),
                             open);
        }
        if (token.kind != TOKEN_MARK) {
            continue;
        }
        char mark = reader->text[token.begin];
        if ((mark == '(' || mark == '{' || mark == '[') && depth == sizeof(stack)) {
            return error_set(error, "line %u: brackets nest deeper than %zu",
                             line_of(reader->text, token.begin), sizeof(stack));
        }
        if (mark == '(' || mark == '{' || mark == '[') {
            stack[depth++] = mark;
            continue;
        }
        if (mark != ')' && mark != '}' && mark != ']') {
            continue;
        }
        char wanted = stack[depth - 1] == '(' ? ')' : stack[depth - 1] == '{' ? '}' : ']';
        if (mark != wanted) {
            return error_set(error, "line %u: found '%c', expected '%c'",
                             line_of(reader->text, token.begin), mark, wanted);
        }
        depth--;
    }
    return 0;
}

static int read_braces(struct reader *reader, size_t open, struct error *error)
{
    struct declaration declaration = reader->declaration;
    bool body = declaration.named && !declaration.initialiser;
    if (skip_brackets(reader, '{', error) != 0) {
        return -1;
    }
    if (!body) {
        return 0; /* a type or an initialiser: its declaration goes on to ';' */
    }
    if (span_is(reader->text, declaration.name, reader->wanted)) {
        size_t signature_end = open;
        while (signature_end > declaration.begin &&
               isspace((unsigned char)reader->text[signature_end - 1])) {
            signature_end--;
        }
        *reader->function = (struct source_function){
            .comment = declaration.comment,
            .signature = {declaration.begin, signature_end},
            .body = {open, reader->at},
            .line = line_of(reader->text, declaration.begin),
        };
        reader->found++;
    }
    end_declaration(reader);
    return 0;
}

static int read_mark(struct reader *reader, struct token token, struct error *error)
{
    struct declaration *declaration = &reader->declaration;
    char mark = reader->text[token.begin];
    struct source_span word = declaration->word;
    declaration->word = (struct source_span){0, 0};
    switch (mark) {
    case ';':
        end_declaration(reader);
        return 0;
    case '=':
        declaration->initialiser = true;
        return 0;
    case '(':
        if (word.end > word.begin && !decorates(reader->text, word)) {
            declaration->name = word;
            declaration->named = true;
        }
        return skip_brackets(reader, '(', error);
    case '[':
        return skip_brackets(reader, '[', error);
    case '{':
        return read_braces(reader, token.begin, error);
    case ')':
    case ']':
    case '}':
        return error_set(error, "line %u: '%c' closes nothing", line_of(reader->text, token.begin),
                         mark);
    default:
        return 0;
    }
}

static int read_token(struct reader *reader, struct token token, struct error *error)
{
    switch (token.kind) {
    case TOKEN_BROKEN:
        return error_set(error, "line %u: a comment or literal is never closed",
                         line_of(reader->text, token.begin));
    case TOKEN_COMMENT:
        note_comment(reader, token);
        return 0;
    case TOKEN_DIRECTIVE:
        if (!reader->declaration.begun) {
            end_declaration(reader);
        }
        return 0;
    case TOKEN_WORD:
        begin_declaration(reader, token.begin);
        reader->declaration.word = (struct source_span){token.begin, token.end};
        return 0;
    case TOKEN_MARK:
        begin_declaration(reader, token.begin);
        return read_mark(reader, token, error);
    default:
        return 0;
    }
}

int source_find_c(const char *text, size_t bytes, const char *name,
                  struct source_function *function, struct error *error)
{
    struct reader reader = {.text = text, .bytes = bytes, .wanted = name, .function = function};
    for (;;) {
        struct token token = token_next(text, bytes, reader.at);
        reader.at = token.end;
        if (token.kind == TOKEN_END) {
            break;
        }
        if (read_token(&reader, token, error) != 0) {
            return -1;
        }
    }
    if (reader.found == 0) {
        return error_set(error, "no definition of function '%s' here", name);
    }
    if (reader.found > 1) {
        return error_set(error, "function '%s' is defined %u times here, expected once", name,
                         reader.found);
    }
    return 0;
}

size_t source_after_includes(const char *text, size_t bytes)
{
    size_t after = 0;
    struct token token = {0};
    do {
        token = token_next(text, bytes, token.end);
        if (token.kind != TOKEN_DIRECTIVE) {
            continue;
        }
        size_t word = token.begin + 1;
        while (word < token.end && (text[word] == ' ' || text[word] == '\t')) {
            word++;
        }
        if (token.end - word > 7 && memcmp(text + word, "include", 7) == 0) {
            after = token.end < bytes ? token.end + 1 : token.end;
        }
    } while (token.kind != TOKEN_END && token.kind != TOKEN_BROKEN);
    return after;
}

bool source_is_assembly(const char *path)
{
    size_t length = strlen(path);
    return length > 2 &&
           (strcmp(path + length - 2, ".S") == 0 || strcmp(path + length - 2, ".s") == 0);
}

int source_find(const char *path, const char *text, size_t bytes, const char *name,
                struct source_function *function, struct error *error)
{
    if (source_is_assembly(path)) {
        return source_find_assembly(text, bytes, name, function, error);
    }
    return source_find_c(text, bytes, name, function, error);
}
