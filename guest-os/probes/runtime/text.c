/* The few functions on bytes and text that a freestanding probe needs. */
#include "probe.h"

void *memcpy(void *to, const void *from, size_t bytes)
{
    uint8_t *target = to;
    const uint8_t *source = from;

    while (bytes--)
        *target++ = *source++;
    return to;
}

void *memset(void *to, int byte, size_t bytes)
{
    uint8_t *target = to;

    while (bytes--)
        *target++ = (uint8_t)byte;
    return to;
}

size_t text_length(const char *text)
{
    size_t length = 0;

    while (text[length])
        length++;
    return length;
}

bool text_begins(const char *text, const char *beginning)
{
    while (*beginning)
        if (*text++ != *beginning++)
            return false;
    return true;
}

void text_copy(char *to, const char *from, size_t bytes)
{
    size_t i = 0;

    for (; from[i] && i + 1 < bytes; i++)
        to[i] = from[i];
    to[i] = 0;
}
