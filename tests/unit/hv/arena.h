/* A piece of the test's memory that stands for the machine's RAM. */
#ifndef TESTS_UNIT_HV_ARENA_H
#define TESTS_UNIT_HV_ARENA_H

#include "memory/page.h"

/* Makes `pages` pages, the first of them aligned to 2^order pages, the RAM of page_init, which
 * is called; all bytes are 0xa5. Returns the address of the first. Replaces the arena before. */
uint64_t arena_begin(uint64_t pages, unsigned order);
void arena_end(void);

/* Are all bytes of the pages at address equal to this one? */
bool arena_is_filled(uint64_t address, uint64_t pages, uint8_t byte);

#endif
