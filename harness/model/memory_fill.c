/*
 * What RAM holds at power-on. A board gives no promise; so each word is another one, by a seed, and
 * none of them is zero: who believes that memory is zeroed shows it.
 */
#include "model/model.h"

#define PAGE_BITS 12
#define ODD       0x9e3779b97f4a7c15ull

/* Of a page, by SplitMix64; its words go up by an odd step, so that a compiler fills them fast. */
static uint64_t first_of(uint64_t seed, uint64_t address)
{
    uint64_t z = seed * ODD + (address >> PAGE_BITS) * 0xd1342543de82ef95ull;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

uint64_t model_fill_word(uint64_t seed, uint64_t address)
{
    uint64_t place = address % (1u << PAGE_BITS) / 8;

    return seed ? (first_of(seed, address) + place * ODD) | 1 : 0;
}

void model_fill_page(uint64_t seed, uint64_t address, uint64_t *word)
{
    uint64_t first = first_of(seed, address);

    for (uint64_t place = 0; place < (1u << PAGE_BITS) / 8; place++)
        word[place] = (first + place * ODD) | 1;
}
