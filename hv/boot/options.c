/* The hypervisor's own options, words `name=value` in the board's bootargs. */
#include "boot/board.h"
#include "lib/string.h"
#include "trap/panic.h"

#define VALUE_MAX 128

/* The next word at or after *at that is `name=…`: its value and length. False: no more. */
static bool next_value(const char **at, const char *name, const char **value, size_t *length)
{
    size_t name_length = strlen(name);

    while (**at) {
        const char *word = *at;
        size_t bytes = 0;

        while (word[bytes] && word[bytes] != ' ')
            bytes++;
        *at = word + bytes + (word[bytes] == ' ');
        if (bytes > name_length && strncmp(word, name, name_length) == 0 &&
            word[name_length] == '=') {
            *value = word + name_length + 1;
            *length = bytes - name_length - 1;
            return true;
        }
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
