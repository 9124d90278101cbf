/*
 * The string functions of string.h. The three that move memory work a 64-bit word at a time once
 * their addresses allow it: scrubbing pages is what a hypervisor's memory bandwidth goes into.
 *
 * To be built with -fno-tree-loop-distribute-patterns: else the compiler sees that the loop in
 * memset does what memset does, and makes it a call of memset.
 */
#include "lib/string.h"

/* A word that may overlay any object. */
typedef uint64_t __attribute__((may_alias)) word;

#define WORD sizeof(word)
#define RUN  32 /* words that a pass of the unrolled loops handles */

static size_t misalignment(const void *address)
{
    return (uintptr_t)address % WORD;
}

/* Stores `words` words, a multiple of RUN. */
static void fill_runs(word *to, word value, size_t words)
{
    for (word *end = to + words; to != end; to += RUN) {
#pragma GCC unroll 32
        for (int i = 0; i < RUN; i++)
            to[i] = value;
    }
}

/* Sets `bytes` bytes from `to` on to `byte`. Returns to. At most 1.1 instructions per 8 bytes,
 * apart from the ends of the area. */
void *memset(void *to, int byte, size_t bytes)
{
    uint8_t *at = to;
    word value = (uint8_t)byte * 0x0101010101010101ull;

    for (; bytes > 0 && misalignment(at) != 0; bytes--)
        *at++ = (uint8_t)byte;
    size_t runs = bytes / WORD / RUN * RUN;
    fill_runs((word *)at, value, runs);
    at += runs * WORD;
    bytes -= runs * WORD;
    for (; bytes >= WORD; bytes -= WORD, at += WORD)
        *(word *)at = value;
    for (; bytes > 0; bytes--)
        *at++ = (uint8_t)byte;
    return to;
}

/* Copies `words` words, a multiple of 8, upwards. */
static void copy_runs(word *to, const word *from, size_t words)
{
    for (const word *end = from + words; from != end; from += 8, to += 8) {
        word a = from[0], b = from[1], c = from[2], d = from[3];
        word e = from[4], f = from[5], g = from[6], h = from[7];
        to[0] = a, to[1] = b, to[2] = c, to[3] = d;
        to[4] = e, to[5] = f, to[6] = g, to[7] = h;
    }
}

/* Copies `bytes` bytes between areas that do not overlap, or where `to` is below `from`.
 * Returns to. By words where both addresses are equally far from a word's boundary. */
void *memcpy(void *to, const void *from, size_t bytes)
{
    uint8_t *out = to;
    const uint8_t *in = from;

    if (misalignment(out) == misalignment(in)) {
        for (; bytes > 0 && misalignment(in) != 0; bytes--)
            *out++ = *in++;
        size_t runs = bytes / WORD / 8 * 8;
        copy_runs((word *)out, (const word *)in, runs);
        out += runs * WORD;
        in += runs * WORD;
        bytes -= runs * WORD;
        for (; bytes >= WORD; bytes -= WORD, in += WORD, out += WORD)
            *(word *)out = *(const word *)in;
    }
    for (; bytes > 0; bytes--)
        *out++ = *in++;
    return to;
}

/* Copies `bytes` bytes between areas that may overlap. Returns to. */
void *memmove(void *to, const void *from, size_t bytes)
{
    uint8_t *out = to;
    const uint8_t *in = from;

    if ((uintptr_t)to - (uintptr_t)from >= bytes)
        return memcpy(to, from, bytes);
    while (bytes-- > 0)
        out[bytes] = in[bytes];
    return to;
}

/* Compares as unsigned bytes: below, equal to or above 0 as a is below, equal to, above b. */
int memcmp(const void *a, const void *b, size_t bytes)
{
    const uint8_t *left = a, *right = b;

    for (size_t i = 0; i < bytes; i++)
        if (left[i] != right[i])
            return left[i] - right[i];
    return 0;
}

/* Bytes of text before its terminator. */
size_t strlen(const char *text)
{
    size_t length = 0;

    while (text[length] != '\0')
        length++;
    return length;
}

/* The same, but looks at no more than `limit` bytes. */
size_t strnlen(const char *text, size_t limit)
{
    size_t length = 0;

    while (length < limit && text[length] != '\0')
        length++;
    return length;
}

/* Compares two terminated texts, as memcmp. */
int strcmp(const char *a, const char *b)
{
    while (*a == *b && *a != '\0')
        a++, b++;
    return (uint8_t)*a - (uint8_t)*b;
}

/* The same over at most `limit` bytes of each. */
int strncmp(const char *a, const char *b, size_t limit)
{
    for (size_t i = 0; i < limit; i++)
        if (a[i] != b[i] || a[i] == '\0')
            return (uint8_t)a[i] - (uint8_t)b[i];
    return 0;
}

void copy_text(char *to, size_t room, const char *text)
{
    if (room == 0)
        return;
    size_t length = strnlen(text, room - 1);
    memcpy(to, text, length);
    to[length] = '\0';
}

/* Value of a digit in base 10 or 16; -1: not a digit. */
static int digit_value(char digit, unsigned base)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    char lower = (char)(digit | 0x20);
    if (base == 16 && lower >= 'a' && lower <= 'f')
        return lower - 'a' + 10;
    return -1;
}

bool parse_number(const char **text, uint64_t *value)
{
    const char *at = *text;
    bool hexadecimal = at[0] == '0' && (at[1] == 'x' || at[1] == 'X');
    unsigned base = hexadecimal ? 16 : 10;
    uint64_t number = 0;

    if (hexadecimal)
        at += 2;
    if (digit_value(*at, base) < 0)
        return false;
    for (int digit; (digit = digit_value(*at, base)) >= 0; at++) {
        if (number > (UINT64_MAX - (unsigned)digit) / base)
            return false;
        number = number * base + (unsigned)digit;
    }
    *text = at;
    *value = number;
    return true;
}
