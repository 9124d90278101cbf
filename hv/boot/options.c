/* The hypervisor's own options, words `name=value` in the board's bootargs. */
#include "boot/options.h"
#include "boot/board.h"
#include "boot/init.h"
#include "lib/format.h"
#include "lib/string.h"
#include "trap/panic.h"

#define VALUE_MAX 128

/* Steps over the word at *at, and the space behind it. Returns its length; 0: no more. */
static size_t next_word(const char **at)
{
    while (**at == ' ')
        (*at)++;
    size_t length = 0;
    while ((*at)[length] && (*at)[length] != ' ')
        length++;
    *at += length;
    return length;
}

/* Is the word of that length `name=…`? */
static bool is_named(const char *word, size_t length, const char *name)
{
    size_t name_length = strlen(name);

    return length > name_length && strncmp(word, name, name_length) == 0 &&
           word[name_length] == '=';
}

/* The next word at or after *at that is `name=…`: its value and length. False: no more. */
static bool next_value(const char **at, const char *name, const char **value, size_t *length)
{
    for (size_t bytes; (bytes = next_word(at)) > 0;) {
        const char *word = *at - bytes;
        if (!is_named(word, bytes, name))
            continue;
        *value = word + strlen(name) + 1;
        *length = bytes - strlen(name) - 1;
        return true;
    }
    return false;
}

void option_each(const char *name, void (*visit)(const char *value, size_t length))
{
    const char *at = board.bootargs, *value;
    size_t length;

    while (next_value(&at, name, &value, &length))
        visit(value, length);
}

bool option_text(const char *name, char *value, size_t room)
{
    const char *at = board.bootargs, *found;
    size_t length;

    if (!next_value(&at, name, &found, &length))
        return false;
    if (length >= room)
        panic("option %s: %lu characters, at most %lu are expected", name, length, room - 1);
    memcpy(value, found, length);
    value[length] = '\0';
    return true;
}

uint64_t option_number(const char *name, uint64_t otherwise)
{
    char text[VALUE_MAX];
    const char *at = text;
    uint64_t number;

    if (!option_text(name, text, sizeof(text)))
        return otherwise;
    if (!parse_number(&at, &number) || *at)
        panic("option %s=%s: a number is expected", name, text);
    return number;
}

bool option_switch(const char *name, bool otherwise)
{
    char text[VALUE_MAX];

    if (!option_text(name, text, sizeof(text)))
        return otherwise;
    if (strcmp(text, "on") == 0)
        return true;
    if (strcmp(text, "off") != 0)
        panic("option %s=%s: on or off is expected", name, text);
    return false;
}

static bool is_known(const char *word, size_t length)
{
    REGISTRY_EACH (hv_option, struct option_entry, entry)
        if (is_named(word, length, entry->name))
            return true;
    return false;
}

static _Noreturn void refuse(const char *word, size_t length)
{
    char text[VALUE_MAX], known[VALUE_MAX] = "";
    int used = 0;

    copy_text(text, length < VALUE_MAX ? length + 1 : VALUE_MAX, word);
    REGISTRY_EACH (hv_option, struct option_entry, entry)
        if (used < VALUE_MAX)
            used += text_format(known + used, VALUE_MAX - used, " %s", entry->name);
    panic("option %s is unknown; expected NAME=VALUE with one of the names%s", text, known);
}

static void options_check(void)
{
    const char *at = board.bootargs;

    for (size_t length; (length = next_word(&at)) > 0;)
        if (!is_known(at - length, length))
            refuse(at - length, length);
}

HV_INIT(INIT_MEMORY, options_check);
