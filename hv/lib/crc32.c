/*
 * CRC-32 by folding: a sum of six words in place of eight table look-ups for each word.
 * The window is one for all: one caller at a time.
 *
 * A CRC is the remainder of the message, read as a polynomial over GF(2), divided by the
 * generator P. Adding a multiple of P anywhere in the message does not change the remainder. One
 * multiple of P happens to have but six terms, all a whole number of 64-bit words apart:
 *
 *     x^(203·64) + x^(186·64) + x^(123·64) + x^(85·64) + x^(79·64) + 1
 *
 * So a word w at the front of the message can be cancelled by adding w times this multiple: that
 * clears w and adds w to the words 17, 80, 118, 124 and 203 places further on. When all words
 * have been cancelled but the last 203, those hold a short message with the same remainder, which
 * the table takes byte by byte. In the loop, seen from the word that receives:
 *
 *     folded[i] = data[i] ^ folded[i-17] ^ folded[i-80] ^ … ^ folded[i-203]
 *
 * which is less than 2 instructions a byte, where a look-up costs 6 at the least.
 */
#include "lib/crc32.h"

#include "lib/string.h"

#define GENERATOR 0xEDB88320u /* bit 31 is x^0: the message's bits come lowest first */

#define REACH 203 /* words: how far a cancelled word reaches */
#define BLOCK 512 /* words folded in one go, a multiple of 4 */
#define WORD  8   /* bytes in a word */

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

/* Remainder of 8 bytes; what came before them has been added to the first of them. */
static uint64_t take_word(word value)
{
#pragma GCC unroll 8
    for (int i = 0; i < WORD; i++)
        value = value >> 8 ^ table[(uint8_t)value];
    return value;
}

/* Takes `bytes` bytes one by one. */
static uint32_t take_bytes(uint32_t crc, const uint8_t *data, size_t bytes)
{
    for (const uint8_t *end = data + bytes; data != end; data++)
        crc = crc >> 8 ^ table[(uint8_t)(crc ^ *data)];
    return crc;
}

/* What word i receives, itself included, from the folded words in front of it. */
static inline word received(const word *data, const word *folded, size_t i)
{
    const word *at = folded + i;
    return data[i] ^ at[-17] ^ at[-80] ^ at[-118] ^ at[-124] ^ at[-REACH];
}

/* Folds `words` words, a multiple of 4, into `folded`, behind REACH words folded before. */
static void fold(word *folded, const word *data, size_t words)
{
    for (const word *end = data + words; data != end; data += 4, folded += 4) {
        folded[0] = received(data, folded, 0);
        folded[1] = received(data, folded, 1);
        folded[2] = received(data, folded, 2);
        folded[3] = received(data, folded, 3);
    }
}

/* Takes whole words, at an aligned address. */
static uint32_t take_words(uint32_t crc, const word *data, size_t words)
{
    size_t foldable = words < REACH ? 0 : (words - REACH) / 4 * 4;
    size_t left = words - foldable;
    word *behind = window + REACH;

    memset(window, 0, REACH * WORD);
    window[0] = crc; /* reaches the first word, and no other */
    for (size_t block; foldable > 0; foldable -= block, data += block) {
        block = foldable < BLOCK ? foldable : BLOCK;
        fold(behind, data, block);
        memmove(window, window + block, REACH * WORD);
    }
    memset(behind, 0, left * WORD); /* the words that are left are not cancelled */
    uint64_t remainder = 0;
    for (size_t i = 0; i < left; i++)
        remainder = take_word(remainder ^ received(data, behind, i));
    return (uint32_t)remainder;
}

uint32_t crc32(uint32_t crc, const void *data, size_t bytes)
{
    const uint8_t *at = data;
    size_t before = -(uintptr_t)at % WORD; /* bytes up to the first whole word */

    if (table[1] == 0)
        make_table();
    if (before > bytes)
        before = bytes;
    crc = take_bytes(~crc, at, before);
    at += before;
    bytes -= before;
    if (bytes >= WORD)
        crc = take_words(crc, (const word *)at, bytes / WORD);
    at += bytes / WORD * WORD;
    return ~take_bytes(crc, at, bytes % WORD);
}
