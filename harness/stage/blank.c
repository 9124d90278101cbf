/* Cuts a function's body out and puts its TODO in. */
#include "stage/blank.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "stage/source.h"
#include "stage/token.h"

/* Whether [begin, end) of C text holds TODO ( literal ) ; alone, braces and comments aside. */
static bool only_todo(const char *text, size_t begin, size_t end)
{
    static const char *const wanted[] = {"TODO", "(", "\"", ")", ";"};
    size_t seen = 0;
    for (struct token token = token_next(text, end, begin); token.kind != TOKEN_END;
         token = token_next(text, end, token.end)) {
        if (token.kind == TOKEN_BROKEN) {
            return false;
        }
        if (token.kind == TOKEN_COMMENT || text[token.begin] == '{' || text[token.begin] == '}') {
            continue;
        }
        if (seen == sizeof(wanted) / sizeof(wanted[0])) {
            return false;
        }
        const char *word = wanted[seen++];
        if (strncmp(text + token.begin, word, strlen(word)) != 0) {
            return false;
        }
    }
    return seen == sizeof(wanted) / sizeof(wanted[0]);
}

/* In assembly the TODO is a macro's name with a string, the one instruction of the body. */
static bool only_todo_assembly(const char *text, size_t begin, size_t end)
{
    while (begin < end && isspace((unsigned char)text[begin])) {
        begin++;
    }
    if (end - begin < 6 || memcmp(text + begin, "TODO \"", 6) != 0) {
        return false;
    }
    const char *newline = memchr(text + begin, '\n', end - begin);
    size_t rest = newline != NULL ? (size_t)(newline - text) : end;
    while (rest < end && isspace((unsigned char)text[rest])) {
        rest++;
    }
    return rest == end;
}

static bool body_is_todo(const char *path, const char *text, struct source_span body)
{
    return source_is_assembly(path) ? only_todo_assembly(text, body.begin, body.end)
                                    : only_todo(text, body.begin, body.end);
}

int blank_is_todo(const struct buffer *text, const char *path, const char *function, bool *todo,
                  struct error *error)
{
    struct source_function found;
    if (source_find(path, buffer_string(text), text->length, function, &found, error) != 0) {
        return error_prefix(error, "%s", path);
    }
    *todo = body_is_todo(path, buffer_string(text), found.body);
    return 0;
}

static void replace(struct buffer *text, struct source_span span, const char *with)
{
    struct buffer result = {0};
    buffer_add(&result, text->data, span.begin);
    buffer_text(&result, with);
    buffer_add(&result, text->data + span.end, text->length - span.end);
    buffer_free(text);
    *text = result;
}

static void include_header(struct buffer *text, const char *header)
{
    char *line = format_string("#include \"%s\"\n", header);
    if (strstr(buffer_string(text), line) == NULL) {
        size_t after = source_after_includes(buffer_string(text), text->length);
        replace(text, (struct source_span){after, after}, line);
    }
    free(line);
}

int blank_function(struct buffer *text, const char *path, const char *function,
                   const char *sentence, const char *header, struct error *error)
{
    struct source_function found;
    if (source_find(path, buffer_string(text), text->length, function, &found, error) != 0) {
        return error_prefix(error, "%s", path);
    }
    if (body_is_todo(path, buffer_string(text), found.body)) {
        return 0;
    }
    char *body = source_is_assembly(path) ? format_string("    TODO \"%s\"\n", sentence)
                                          : format_string("{\n    TODO(\"%s\");\n}", sentence);
    replace(text, found.body, body);
    free(body);
    include_header(text, header);
    return 0;
}
