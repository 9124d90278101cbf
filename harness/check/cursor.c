/* Small steps of the check parser; see cursor.h. */
#include "check/cursor.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct place cursor_place(const struct cursor *cursor)
{
    return (struct place){cursor->line, (unsigned)(cursor->at - cursor->line_begin) + 1};
}

bool cursor_fail(struct cursor *cursor, struct place place, const char *format, ...)
{
    if (cursor->failed)
        return false;
    cursor->failed = true;
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    error_set(cursor->error, "%s:%u:%u: %s", cursor->file, place.line, place.column, text);
    return false;
}

bool cursor_expected(struct cursor *cursor, const char *format, ...)
{
    char wanted[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(wanted, sizeof wanted, format, arguments);
    va_end(arguments);

    cursor_skip_space(cursor);
    size_t length = 0;
    while (cursor->at + length < cursor->end && length < 32 &&
           !isspace((unsigned char)cursor->at[length]))
        length++;
    if (!length)
        return cursor_fail(cursor, cursor_place(cursor), "the line ends here, expected %s", wanted);
    return cursor_fail(cursor, cursor_place(cursor), "found \"%.*s\", expected %s", (int)length,
                       cursor->at, wanted);
}

void cursor_skip_space(struct cursor *cursor)
{
    while (cursor->at < cursor->end && isspace((unsigned char)*cursor->at))
        cursor->at++;
}

bool cursor_at_end(struct cursor *cursor)
{
    cursor_skip_space(cursor);
    return cursor->at == cursor->end;
}

static bool is_word(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_';
}

bool cursor_symbol(struct cursor *cursor, const char *symbol)
{
    size_t length = strlen(symbol);
    if (cursor->failed || (size_t)(cursor->end - cursor->at) < length ||
        memcmp(cursor->at, symbol, length) != 0)
        return false;
    cursor->at += length;
    return true;
}

bool cursor_word(struct cursor *cursor, const char *word)
{
    cursor_skip_space(cursor);
    const char *from = cursor->at;
    if (!cursor_symbol(cursor, word))
        return false;
    if (cursor->at < cursor->end && is_word(*cursor->at)) {
        cursor->at = from;
        return false;
    }
    return true;
}

bool cursor_need_symbol(struct cursor *cursor, const char *symbol)
{
    return cursor_symbol(cursor, symbol) || cursor_expected(cursor, "\"%s\"", symbol);
}

bool cursor_need_word(struct cursor *cursor, const char *word)
{
    return cursor_word(cursor, word) || cursor_expected(cursor, "\"%s\"", word);
}

const char *cursor_identifier(struct cursor *cursor, bool dots)
{
    const char *at = cursor->at;
    if (cursor->failed || at == cursor->end || !(isalpha((unsigned char)*at) || *at == '_'))
        return NULL;
    while (at < cursor->end && (is_word(*at) || *at == '-' || (dots && *at == '.')))
        at++;
    const char *copy = arena_text(cursor->arena, cursor->at, (size_t)(at - cursor->at));
    cursor->at = at;
    return copy;
}

const char *cursor_rest(struct cursor *cursor)
{
    cursor_skip_space(cursor);
    const char *end = cursor->end;
    while (end > cursor->at && isspace((unsigned char)end[-1]))
        end--;
    const char *copy = arena_text(cursor->arena, cursor->at, (size_t)(end - cursor->at));
    cursor->at = cursor->end;
    return copy;
}

bool cursor_number(struct cursor *cursor, const char *what, uint64_t least, uint64_t most,
                   uint64_t *number)
{
    if (cursor->failed)
        return false;
    cursor_skip_space(cursor);
    uint64_t value = 0;
    unsigned digits = 0;
    const char *at = cursor->at;
    bool hexadecimal = cursor->end - at > 2 && at[0] == '0' && at[1] == 'x';
    unsigned base = hexadecimal ? 16 : 10;
    for (at += hexadecimal ? 2 : 0; at < cursor->end; at++) {
        unsigned digit = isdigit((unsigned char)*at) ? (unsigned)(*at - '0')
                         : isxdigit((unsigned char)*at)
                             ? (unsigned)(tolower((unsigned char)*at) - 'a') + 10
                             : 16;
        if (digit >= base)
            break;
        if (value > (UINT64_MAX - digit) / base)
            return cursor_expected(cursor, "%s, which fits in 64 bits", what);
        value = value * base + digit;
        digits++;
    }
    if (!digits || value < least || value > most)
        return cursor_expected(cursor, "%s, from %" PRIu64 " to %" PRIu64, what, least, most);
    cursor->at = at;
    *number = value;
    return true;
}

static const char *quoted_value(struct cursor *cursor)
{
    char *copy = arena_take(cursor->arena, (size_t)(cursor->end - cursor->at) + 1);
    size_t length = 0;
    struct place open = cursor_place(cursor);
    for (cursor->at++; cursor->at < cursor->end; cursor->at++) {
        if (*cursor->at == '"') {
            cursor->at++;
            return copy;
        }
        if (*cursor->at == '\\' && cursor->at + 1 < cursor->end)
            cursor->at++;
        copy[length++] = *cursor->at;
    }
    cursor_fail(cursor, open, "the text that begins here has no closing \"");
    return NULL;
}

const char *cursor_value(struct cursor *cursor)
{
    if (cursor->failed)
        return NULL;
    if (cursor->at < cursor->end && *cursor->at == '"')
        return quoted_value(cursor);
    const char *from = cursor->at;
    while (cursor->at < cursor->end && !isspace((unsigned char)*cursor->at))
        cursor->at++;
    if (cursor->at == from) {
        cursor_expected(cursor, "a value");
        return NULL;
    }
    return arena_text(cursor->arena, from, (size_t)(cursor->at - from));
}

int cursor_vm(struct cursor *cursor)
{
    const struct scenario *scenario = &cursor->check->scenario;
    const char *from = cursor->at;
    const char *name = cursor_identifier(cursor, false);
    for (unsigned i = 0; name && i < scenario->vms; i++)
        if (strcmp(name, scenario->vm[i].name) == 0)
            return (int)i;
    cursor->at = from;
    cursor_expected(cursor, "the name of a VM that a line \"vm NAME: …\" above declares");
    return -1;
}

int cursor_vm_argument(struct cursor *cursor)
{
    if (!cursor_need_word(cursor, "vm") || !cursor_need_symbol(cursor, "="))
        return -1;
    return cursor_vm(cursor);
}

bool cursor_knows(const struct cursor *cursor, const char *variable)
{
    for (unsigned i = 0; i < cursor->variables; i++)
        if (strcmp(cursor->variable[i], variable) == 0)
            return true;
    return strcmp(variable, "SEED") == 0;
}

bool cursor_learn(struct cursor *cursor, const char *variable)
{
    if (cursor_knows(cursor, variable))
        return true;
    if (cursor->variables == MAX_VARIABLES)
        return cursor_fail(cursor, cursor_place(cursor), "more than %d names bound in one item",
                           MAX_VARIABLES);
    cursor->variable[cursor->variables++] = variable;
    return true;
}
