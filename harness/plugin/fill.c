/*
 * RAM behind the board's device tree, as at power-on. QEMU puts the tree into RAM within a block of
 * 1 MiB of zeroes, and it is the first that an allocator hands out: who believes that memory is
 * zeroed would be right there. Pages in it that nobody has written are filled as all others were.
 */
#include <string.h>

#include "watch.h"

#define TREE_MAGIC 0xd00dfeedu
#define TREE_ROOM  (1ull << 20)
#define PAGE       4096ull
#define A1         11

static uint32_t big32(const char *at)
{
    uint32_t word;

    memcpy(&word, at, sizeof(word));
    return __builtin_bswap32(word);
}

static bool is_zero(const char *page)
{
    return page[0] == 0 && memcmp(page, page + 1, PAGE - 1) == 0;
}

static bool is_used(uint64_t page)
{
    return within(&watch.firmware, page) || within(&watch.hypervisor, page);
}

void fill_behind_tree(unsigned hart, uint64_t seed)
{
    uint64_t tree, word[PAGE / sizeof(uint64_t)];

    if (!seed || !watch.ram || !read_general(hart, A1, &tree) ||
        tree - RAM_BASE > watch.ram_bytes - PAGE ||
        big32(watch.ram + (tree - RAM_BASE)) != TREE_MAGIC)
        return;
    uint64_t bytes = big32(watch.ram + (tree - RAM_BASE) + 4);
    uint64_t end = tree + TREE_ROOM, ram_end = RAM_BASE + watch.ram_bytes;
    uint64_t page = (tree + bytes + PAGE - 1) & ~(PAGE - 1);

    for (; page + PAGE <= end && page + PAGE <= ram_end; page += PAGE) {
        char *at = watch.ram + (page - RAM_BASE);
        if (is_used(page) || !is_zero(at))
            continue;
        model_fill_page(seed, page, word);
        memcpy(at, word, PAGE);
    }
}
