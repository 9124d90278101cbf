/* Memory and strings. memset and memcpy go by words where both sides are aligned. */
#include "lib/string.h"

#include <stdint.h>

#define WORD      sizeof(uint64_t)
#define WORD_MASK (WORD - 1)

void *memset(void *to, int byte, size_t bytes)
{
    uint8_t *out = to;
    uint64_t word = 0x0101010101010101ul * (uint8_t)byte;
    while (bytes && ((uintptr_t)out & WORD_MASK)) {
        *out++ = (uint8_t)byte;
        bytes--;
    }
    for (; bytes >= WORD; bytes -= WORD, out += WORD)
        *(uint64_t *)out = word;
    while (bytes--)
        *out++ = (uint8_t)byte;
    return to;
}

void *memcpy(void *to, const void *from, size_t bytes)
{
    uint8_t *out = to;
    const uint8_t *in = from;
    if (!(((uintptr_t)out | (uintptr_t)in) & WORD_MASK)) {
        for (; bytes >= WORD; bytes -= WORD, out += WORD, in += WORD)
            *(uint64_t *)out = *(const uint64_t *)in;
    }
    while (bytes--)
        *out++ = *in++;
    return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
    uint8_t *out = to;
    const uint8_t *in = from;
    if (out <= in || out >= in + bytes)
        return memcpy(to, from, bytes);
    while (bytes--)
        out[bytes] = in[bytes];
    return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
    const uint8_t *left = a, *right = b;
    for (size_t i = 0; i < bytes; i++) {
        if (left[i] != right[i])
            return left[i] - right[i];
    }
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

int strcmp(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return (uint8_t)*a - (uint8_t)*b;
}

int strncmp(const char *a, const char *b, size_t most)
{
    while (most && *a && *a == *b) {
        a++;
        b++;
        most--;
    }
    return most ? (uint8_t)*a - (uint8_t)*b : 0;
}

char *strchr(const char *text, int wanted)
{
    for (; *text; text++) {
        if (*text == (char)wanted)
            return (char *)text;
    }
    return wanted ? NULL : (char *)text;
}

size_t string_copy(char *to, const char *text, size_t size)
{
    size_t length = strlen(text);
    size_t copied = length < size ? length : size - 1;
    memcpy(to, text, copied);
    to[copied] = 0;
    return length;
}
