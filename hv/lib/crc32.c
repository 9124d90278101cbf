/*
 * CRC-32 by folding: a sum of six words in place of eight table look-ups for each word.
 * The window is one for all: one caller at a time.
 *
 * A CRC is the remainder of the message, read as a polynomial over GF(2), divided by the
 * generator P. Adding a multiple of P anywhere in the message does not change the remainder. One
 * multiple of P happens to have but six terms, all a whole number of 64-bit words apart:
 *
 *     x^(216·64) + x^(195·64) + x^(185·64) + x^(141·64) + x^(62·64) + 1
 *
 * So a word w at the front of the message can be cancelled by adding w times this multiple: that
 * clears w and adds w to the words 21, 31, 75, 154 and 216 places further on. When all words
 * have been cancelled but the last 216, those hold a short message with the same remainder, which
 * the table takes byte by byte. In the loop, seen from the word that receives:
 *
 *     folded[i] = data[i] ^ folded[i-21] ^ folded[i-31] ^ … ^ folded[i-216]
 *
 * which is less than 2 instructions a byte, where a look-up costs 6 at the least.
 */
#include "lib/crc32.h"

#include "lib/string.h"

#define GENERATOR 0xEDB88320u /* bit 31 is x^0: the message's bits come lowest first */

#define REACH 216 /* words: how far a cancelled word reaches */
#define BLOCK 512 /* words folded in one go */
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

/* What a word receives, itself included, from the folded words in front of where it goes. */
static inline word received(word data, const word *folded)
{
    return data ^ folded[-21] ^ folded[-31] ^ folded[-75] ^ folded[-154] ^ folded[-REACH];
}

/* Folds `words` words into `folded`, behind REACH words that were folded before. */
static void fold(word *folded, const word *data, size_t words)
{
    for (const word *end = data + words; data != end; data++, folded++)
        *folded = received(*data, folded);
}

/* Takes whole words, at an aligned address. */
static uint32_t take_words(uint32_t crc, const word *data, size_t words)
{
    size_t foldable = words < REACH ? 0 : words - REACH;
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
        remainder = take_word(remainder ^ received(data[i], behind + i));
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
