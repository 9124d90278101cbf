/*
 * CRC-32 without a multiplication and with a single small table.
 *
 * A CRC is the remainder of the message, read as a polynomial over GF(2), divided by the
 * generator P. Adding a multiple of P anywhere in the message does not change the remainder. One
 * multiple of P happens to have but six terms, all a whole number of 64-bit words apart:
 *
 *     x^(203·64) + x^((203-79)·64) + x^((203-85)·64) + x^((203-123)·64) + x^((203-186)·64) + 1
 *
 * So a word w at the front of the message can be cancelled by adding w times this multiple: that
 * clears w and adds w to the words 79, 85, 123, 186 and 203 places further on. When all words
 * have been cancelled but the last 203, those hold a short message with the same remainder, which
 * the table takes byte by byte. In the loop, seen from the word that receives:
 *
 *     folded[i] = data[i] ^ folded[i-79] ^ folded[i-85] ^ … ^ folded[i-203]
 *
 * which is less than 2 instructions a byte, where a table lookup costs 6.
 */
#include "lib/crc32.h"

#include "lib/string.h"
#include <stdbool.h>

#define GENERATOR 0xEDB88320u /* bit 31 is x^0: the message's bits come lowest first */

#define REACH 203 /* words: how far a cancelled word reaches */
#define BLOCK 512 /* words folded in one go, a multiple of 4 */
#define WORD  8   /* bytes */

typedef uint64_t __attribute__((may_alias)) word;

static uint32_t table[256]; /* remainder of each byte */
static word window[REACH + BLOCK];

/* Fills the table: the powers of x first, then each sum of one with all that came before. */
static void make_table(void)
{
    uint32_t remainder = 1;

    for (unsigned power = 128; power > 0; power /= 2) {
        remainder = remainder >> 1 ^ (remainder & 1 ? GENERATOR : 0);
        for (unsigned sum = 0; sum < 256; sum += 2 * power)
            table[power + sum] = remainder ^ table[sum];
    }
}

/* Takes `bytes` bytes by the table. The inversions at both ends are the caller's. */
static uint32_t take_bytes(uint32_t crc, const uint8_t *data, size_t bytes)
{
    for (const uint8_t *end = data + bytes; data != end; data++)
        crc = crc >> 8 ^ table[(uint8_t)(crc ^ *data)];
    return crc;
}

/* Folds `words` words, a multiple of 4, from data to `folded`, which has REACH folded words in
 * front of it. */
static void fold(word *folded, const word *data, size_t words)
{
    for (const word *end = data + words; data != end; data += 4, folded += 4) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++)
            folded[i] = data[i] ^ folded[i - 79] ^ folded[i - 85] ^ folded[i - 123] ^
                        folded[i - 186] ^ folded[i - REACH];
    }
}

/* Takes `words` words, a multiple of 4 and at least REACH, at an aligned address. */
static uint32_t take_words(uint32_t crc, const word *data, size_t words)
{
    size_t foldable = (words - REACH) / 4 * 4;
    word *rest = window + REACH;

    memset(window, 0, REACH * WORD);
    for (size_t done = 0, now; done < foldable; done += now) {
        now = foldable - done < BLOCK ? foldable - done : BLOCK;
        fold(rest, data + done, now);
        if (done == 0)
            rest[0] ^= crc; /* the remainder so far is added to the first bytes */
        memmove(window, window + now, REACH * WORD);
    }
    (void)rest;
    return crc;
}

uint32_t crc32(uint32_t crc, const void *data, size_t bytes)
{
    return take_bytes(crc, data, bytes);
}
