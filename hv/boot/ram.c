/* Which of the board's RAM is free: all of it, less the firmware's, the image, the device tree,
 * the bundle, and what board_reserve has taken before page frames are managed. */
#include "boot/board.h"
#include "memory/page.h"
#include "trap/panic.h"
#include <stdbool.h>

extern char __image_start[], __image_end[];

struct taken {
    uint64_t base, end;
};

/* All that is not free, in no order. Room for BOARD_MAX_RANGES + 3. */
static unsigned list_taken(struct taken *taken)
{
    unsigned count = 0;

    for (unsigned i = 0; i < board.reserved_count; i++)
        taken[count++] = (struct taken){board.reserved[i].base,
                                        board.reserved[i].base + board.reserved[i].bytes};
    taken[count++] = (struct taken){(uint64_t)__image_start, (uint64_t)__image_end};
    taken[count++] = (struct taken){board.device_tree, board.device_tree + board.device_tree_bytes};
    if (board.bundle.bytes)
        taken[count++] = (struct taken){board.bundle.base, board.bundle.base + board.bundle.bytes};
    for (unsigned i = 0; i < count; i++) {
        taken[i].base &= ~(PAGE_SIZE - 1);
        taken[i].end = (taken[i].end + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    }
    return count;
}

/* The lowest free address at or above `from`, and in *end where that free range ends. */
static uint64_t next_free(const struct taken *taken, unsigned count, uint64_t from, uint64_t *end)
{
    bool moved = true;

    while (moved) {
        moved = false;
        for (unsigned i = 0; i < count; i++)
            if (from >= taken[i].base && from < taken[i].end) {
                from = taken[i].end;
                moved = true;
            }
    }
    *end = board.ram.base + board.ram.bytes;
    for (unsigned i = 0; i < count; i++)
        if (taken[i].base >= from && taken[i].base < *end)
            *end = taken[i].base;
    return from;
}

unsigned board_free_ranges(struct board_range *ranges, unsigned limit)
{
    struct taken taken[BOARD_MAX_RANGES + 3];
    unsigned taken_count = list_taken(taken), count = 0;
    uint64_t ram_end = board.ram.base + board.ram.bytes, end;
    uint64_t at = next_free(taken, taken_count, board.ram.base, &end);

    while (at < ram_end && count < limit) {
        ranges[count++] = (struct board_range){at, end - at};
        at = next_free(taken, taken_count, end, &end);
    }
    return count;
}

/* Notes a reserved range; one that lies right below another makes that longer. */
static void note(uint64_t base, uint64_t bytes)
{
    for (unsigned i = 0; i < board.reserved_count; i++)
        if (board.reserved[i].base == base + bytes) {
            board.reserved[i].base = base;
            board.reserved[i].bytes += bytes;
            return;
        }
    if (board.reserved_count == BOARD_MAX_RANGES)
        panic("more than %d reserved ranges", BOARD_MAX_RANGES);
    board.reserved[board.reserved_count++] = (struct board_range){base, bytes};
}

uint64_t board_reserve(uint64_t bytes, const char *what)
{
    struct board_range ranges[BOARD_MAX_RANGES + 3];
    unsigned count = board_free_ranges(ranges, BOARD_MAX_RANGES + 3);

    bytes = (bytes + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    for (unsigned i = count; i-- > 0;)
        if (ranges[i].bytes >= bytes) {
            uint64_t base = ranges[i].base + ranges[i].bytes - bytes;
            note(base, bytes);
            return base;
        }
    panic("the machine has too little RAM: %lu KiB for %s do not fit in its %lu KiB", bytes / 1024,
          what, board.ram.bytes / 1024);
}
