/*
 * Buddy allocator of page frames. Each frame has two bytes of metadata, but only those of the
 * first frame of a block, its head, say something; in all others state is INSIDE. So a block of
 * any size changes hands with two stores.
 *
 * Blocks are aligned to their size, so the buddy of a block of order n, with which it makes up a
 * block of order n + 1, differs from it in bit n of the frame number alone. And the head that a
 * frame belongs to is found by clearing the lowest set bits of its number one after the other.
 */
#include "memory/page.h"

#include "lib/list.h"
#include "lib/string.h"
#include "trap/panic.h"

/*      7     6        4     0
 *    +----+-----+---+---------+
 *    |HEAD|CLEAN|   |  order  |
 *    +----+-----+---+---------+
 */
#define INSIDE     0
#define HEAD       0x80
#define CLEAN      0x40 /* of a free block: all zero, but for the links of its list */
#define ORDER_MASK 0x1f
#define NO_RAM     HEAD /* a block of order 0 that is never on a list: not RAM, or metadata */

struct frame {
    uint8_t state;
    uint8_t owner;
};

/* Free blocks of one order: clean ones in front, the others behind. The links are in the blocks. */
static struct list free_blocks[PAGE_ORDER_MAX + 1];

static struct frame *frames;             /* of the frames first_frame … end_frame - 1 */
static uint64_t first_frame, end_frame;  /* physical address >> PAGE_SHIFT */
static uint64_t count[OWNER_LIMIT];      /* frames by owner */
static uint64_t metadata_bytes;
static bool kept_apart; /* buddies lie free that were not merged: one is clean, one is not */

static struct frame *frame_at(uint64_t number)
{
    return &frames[number - first_frame];
}

static unsigned order_of(const struct frame *frame)
{
    return frame->state & ORDER_MASK;
}

static struct list *links_of(uint64_t number)
{
    return (struct list *)(uintptr_t)(number << PAGE_SHIFT);
}

static uint64_t number_of(const struct list *links)
{
    return (uintptr_t)links >> PAGE_SHIFT;
}

/* The head of the block that a frame, which has metadata, belongs to. */
static uint64_t head_of(uint64_t number)
{
    while (frame_at(number)->state == INSIDE)
        number &= number - 1;
    return number;
}

/* Makes `number` the head of a free block and lists it. kind: CLEAN or 0. */
static void put_free(uint64_t number, unsigned order, uint8_t kind)
{
    struct list *list = &free_blocks[order];

    *frame_at(number) = (struct frame){.state = HEAD | kind | order, .owner = OWNER_FREE};
    list_insert_before(kind == CLEAN ? list->next : list, links_of(number));
}

/* Takes a free block off its list; a clean one is all zero again. Returns its kind. */
static uint8_t take_free(uint64_t number)
{
    struct list *links = links_of(number);

    list_remove(links);
    *links = (struct list){NULL, NULL};
    return frame_at(number)->state & CLEAN;
}

/* Is `number` the head of a free block of this order? */
static bool is_free(uint64_t number, unsigned order)
{
    if (number < first_frame || number >= end_frame)
        return false;
    const struct frame *frame = frame_at(number);
    return (frame->state & ~CLEAN) == (HEAD | order) && frame->owner == OWNER_FREE &&
           frame->state != NO_RAM;
}
