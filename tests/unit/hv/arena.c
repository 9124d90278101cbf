/* See arena.h. */
#include "hv/arena.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *memory;

uint64_t arena_begin(uint64_t pages, unsigned order)
{
    uint64_t bytes = pages * PAGE_SIZE, alignment = PAGE_SIZE << order;

    arena_end();
    memory = aligned_alloc(alignment, (bytes + alignment - 1) & ~(alignment - 1));
    madvise(memory, bytes, MADV_HUGEPAGE); /* by small pages it is most of the tests' time */
    memset(memory, 0xa5, bytes);
    struct page_range range = {.base = (uintptr_t)memory, .bytes = bytes};
    if (!page_init(&range, 1))
        abort();
    return range.base;
}

void arena_end(void)
{
    free(memory);
    memory = NULL;
}

bool arena_is_filled(uint64_t address, uint64_t pages, uint8_t byte)
{
    const uint8_t *at = (const uint8_t *)address;

    return at[0] == byte && memcmp(at, at + 1, pages * PAGE_SIZE - 1) == 0;
}
