/* Cuts C text into tokens, one at a time and without state. */
#include "stage/token.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

struct cursor {
    const char *text;
    size_t bytes;
    size_t at;
};

/* The character `ahead` of the cursor, or NUL past the end. */
static char peek(const struct cursor *cursor, size_t ahead)
{
    return cursor->at + ahead < cursor->bytes ? cursor->text[cursor->at + ahead] : '\0';
}

/* Moves past a backslash and the line end that it hides; false when there is none. */
static bool skip_continuation(struct cursor *cursor)
{
    if (peek(cursor, 0) != '\\') {
        return false;
    }
    size_t ahead = peek(cursor, 1) == '\r' ? 2 : 1;
    if (peek(cursor, ahead) != '\n') {
        return false;
    }
    cursor->at += ahead + 1;
    return true;
}

static bool skip_block_comment(struct cursor *cursor)
{
    for (cursor->at += 2; cursor->at < cursor->bytes; cursor->at++) {
        if (peek(cursor, 0) == '*' && peek(cursor, 1) == '/') {
            cursor->at += 2;
            return true;
        }
    }
    return false;
}

static void skip_line_comment(struct cursor *cursor)
{
    while (cursor->at < cursor->bytes && peek(cursor, 0) != '\n') {
        if (!skip_continuation(cursor)) {
            cursor->at++;
        }
    }
}

static bool skip_literal(struct cursor *cursor)
{
    char quote = peek(cursor, 0);
    cursor->at++;
    while (cursor->at < cursor->bytes && peek(cursor, 0) != quote) {
        if (skip_continuation(cursor)) {
            continue;
        }
        if (peek(cursor, 0) == '\n') {
            return false;
        }
        cursor->at += peek(cursor, 0) == '\\' ? 2 : 1;
    }
    if (cursor->at >= cursor->bytes) {
        return false;
    }
    cursor->at++;
    return true;
}

/* A directive's line may hold comments that span lines, and literals that hold comment marks. */
static bool skip_directive(struct cursor *cursor)
{
    while (cursor->at < cursor->bytes && peek(cursor, 0) != '\n') {
        if (skip_continuation(cursor)) {
            continue;
        }
        if (peek(cursor, 0) == '/' && peek(cursor, 1) == '*') {
            if (!skip_block_comment(cursor)) {
                return false;
            }
            continue;
        }
        if (peek(cursor, 0) == '/' && peek(cursor, 1) == '/') {
            break;
        }
        cursor->at++;
    }
    return true;
}

static bool word_character(char character)
{
    return isalnum((unsigned char)character) || character == '_' || (unsigned char)character >= 128;
}

/* Whether only white space stands between the line's beginning and `at`. */
static bool first_of_line(const char *text, size_t at)
{
    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) {
        at--;
    }
    return at == 0 || text[at - 1] == '\n';
}

static enum token_kind scan(struct cursor *cursor)
{
    char first = peek(cursor, 0);
    if (first == '/' && peek(cursor, 1) == '*') {
        return skip_block_comment(cursor) ? TOKEN_COMMENT : TOKEN_BROKEN;
    }
    if (first == '/' && peek(cursor, 1) == '/') {
        skip_line_comment(cursor);
        return TOKEN_COMMENT;
    }
    if (first == '"' || first == '\'') {
        return skip_literal(cursor) ? TOKEN_LITERAL : TOKEN_BROKEN;
    }
    if (first == '#' && first_of_line(cursor->text, cursor->at)) {
        return skip_directive(cursor) ? TOKEN_DIRECTIVE : TOKEN_BROKEN;
    }
    if (word_character(first)) {
        while (cursor->at < cursor->bytes && word_character(peek(cursor, 0))) {
            cursor->at++;
        }
        return TOKEN_WORD;
    }
    cursor->at++;
    return TOKEN_MARK;
}

struct token token_next(const char *text, size_t bytes, size_t offset)
{
    struct cursor cursor = {text, bytes, offset};
    while (cursor.at < bytes && (isspace((unsigned char)text[cursor.at]) || text[cursor.at] == 0)) {
        cursor.at++;
    }
    struct token token = {TOKEN_END, cursor.at, cursor.at};
    if (cursor.at < bytes) {
        token.kind = scan(&cursor);
        token.end = cursor.at < bytes ? cursor.at : bytes;
    }
    return token;
}
