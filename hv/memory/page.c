/*
 * Buddy allocator of page frames, a little over 300 lines because all of it shares the free lists.
 *
 * Each frame has two bytes of metadata, but only those of the first frame of a block, its head, say
 * something; in all others state is INSIDE. So a block of any size changes hands with two stores.
 *
 * Blocks are aligned to their size, so the buddy of a block of order n, with which it makes up a
 * block of order n + 1, differs from it in bit n of the frame number alone. And the head that a
 * frame belongs to is found by clearing the lowest set bits of its number one after the other.
 */
#include "memory/page.h"

#include "lib/list.h"
#include "lib/string.h"
#include "trap/panic.h"

/*       7      6      5     4       0
 *    +------+-------+------+---------+     CLEAN: a free block, all zero but for its links
 *    | HEAD | CLEAN | HOLE |  order  |     HOLE:  a frame that is not RAM, or is metadata
 *    +------+-------+------+---------+
 */
#define INSIDE     0
#define HEAD       0x80
#define CLEAN      0x40
#define HOLE       0x20
#define ORDER_MASK 0x1f

struct frame {
    uint8_t state;
    uint8_t owner;
};

/* Free blocks by order: clean ones in front, the others behind. The links are in the blocks. */
static struct list free_blocks[PAGE_ORDER_MAX + 1];

static uint64_t first_frame, end_frame; /* numbers: physical address >> PAGE_SHIFT */
static uint64_t metadata;               /* where that of frame 0 would be */
static uint64_t count[OWNER_LIMIT];     /* frames by owner */
static uint64_t metadata_bytes;
static bool unmerged; /* somewhere a clean block and its buddy, which is not, both lie free */

static struct frame *frame_at(uint64_t number)
{
    return (struct frame *)(uintptr_t)(metadata + number * sizeof(struct frame));
}

static unsigned order_of(uint64_t number)
{
    return frame_at(number)->state & ORDER_MASK;
}

static struct list *links_of(uint64_t number)
{
    return (struct list *)(uintptr_t)(number << PAGE_SHIFT);
}

static uint64_t number_of(const struct list *links)
{
    return (uintptr_t)links >> PAGE_SHIFT;
}

/* The head of the block to which a frame with metadata belongs. */
static uint64_t head_of(uint64_t number)
{
    while (frame_at(number)->state == INSIDE)
        number &= number - 1;
    return number;
}

/* Is `number` the head of a free block of this order? */
static bool is_free(uint64_t number, unsigned order)
{
    if (number < first_frame || number >= end_frame)
        return false;
    const struct frame *frame = frame_at(number);
    return (frame->state & ~CLEAN) == (HEAD | order) && frame->owner == OWNER_FREE;
}

/* Makes `number` the head of a free block and lists it. kind: CLEAN, or 0. */
static void put_free(uint64_t number, unsigned order, unsigned kind)
{
    struct list *list = &free_blocks[order];

    *frame_at(number) = (struct frame){.state = (uint8_t)(HEAD | kind | order)};
    list_insert_before(kind == CLEAN ? list->next : list, links_of(number));
}

/* Takes a free block off its list; a clean one is then all zero. Returns its kind. */
static unsigned take_free(struct list *links)
{
    list_remove(links);
    *links = (struct list){NULL, NULL};
    return frame_at(number_of(links))->state & CLEAN;
}

/* Joins two free buddies, neither of them listed. Returns the head, whose metadata are unwritten.
 */
static uint64_t join(uint64_t number, unsigned order)
{
    frame_at(number | 1ull << order)->state = INSIDE;
    return number & ~(1ull << order);
}

/*
 * Makes a block free and merges it with its buddy, as long as that is free too and of the same
 * kind: a small block that is not clean must not spoil a large one that is.
 */
static void release(uint64_t number, unsigned order, unsigned kind)
{
    for (; order < PAGE_ORDER_MAX; order++) {
        uint64_t buddy = number ^ 1ull << order;
        if (!is_free(buddy, order))
            break;
        if ((frame_at(buddy)->state & CLEAN) != kind) {
            unmerged = true;
            break;
        }
        take_free(links_of(buddy));
        number = join(number, order);
    }
    put_free(number, order, kind);
}

/*
 * Merges free buddies of different kinds, which release() keeps apart, from the lowest order up, so
 * that a merged block is seen again at the next; then allocates again. 0: there was none to merge.
 * Apart, so that what is done often need not save registers for it.
 */
static __attribute__((noinline)) uint64_t merge_and(uint64_t (*allocate)(unsigned, unsigned),
                                                    unsigned order, unsigned owner)
{
    if (!unmerged)
        return 0;
    unmerged = false;
    for (unsigned at = 0; at < PAGE_ORDER_MAX; at++) {
        struct list *list = &free_blocks[at];
        for (struct list *block = list->next, *next; block != list; block = next) {
            uint64_t buddy = number_of(block) ^ 1ull << at;
            next = block->next;
            if (!is_free(buddy, at))
                continue;
            if (next == links_of(buddy))
                next = next->next;
            unsigned kind = take_free(block) & take_free(links_of(buddy));
            put_free(join(buddy, at), at + 1, kind);
        }
    }
    return allocate(order, owner);
}

/* The list of the lowest order, from `order` up, of which a block is free; NULL: there is none. */
static inline struct list *lowest_list(unsigned order)
{
    if (order > PAGE_ORDER_MAX)
        return NULL;
    struct list *list = &free_blocks[order];
    for (; list_empty(list); list++)
        if (list == &free_blocks[PAGE_ORDER_MAX])
            return NULL;
    return list;
}

/* Gives a block of `list` to owner, halved until it is of `order`. Returns its kind. The lists of
 * the orders between are empty, else a smaller block would have been found. */
static inline unsigned give(struct list *block, struct list *list, unsigned order, unsigned owner)
{
    uint64_t number = number_of(block);
    unsigned kind = take_free(block);

    while (list != &free_blocks[order]) {
        list--;
        unsigned half = (unsigned)(list - free_blocks);
        uint64_t upper = number + (1ull << half);
        *frame_at(upper) = (struct frame){.state = (uint8_t)(HEAD | kind | half)};
        list_insert_before(list, links_of(upper));
    }
    *frame_at(number) = (struct frame){.state = (uint8_t)(HEAD | order), .owner = (uint8_t)owner};
    count[OWNER_FREE] -= 1ull << order;
    count[owner] += 1ull << order;
    return kind;
}

uint64_t page_alloc(unsigned order, unsigned owner)
{
    struct list *list = lowest_list(order);

    if (list == NULL)
        return merge_and(page_alloc, order, owner);
    struct list *block = list->prev;
    give(block, list, order, owner);
    return (uintptr_t)block;
}

uint64_t page_alloc_zeroed(unsigned order, unsigned owner)
{
    struct list *list = lowest_list(order);

    if (list == NULL)
        return merge_and(page_alloc_zeroed, order, owner);
    struct list *block = list->next;
    if (give(block, list, order, owner) == CLEAN)
        return (uintptr_t)block;
    return (uintptr_t)memset(block, 0, PAGE_SIZE << order);
}

/* Halves an allocated block with head `head` until `number` is the head of a block of `order`. */
static void carve(uint64_t head, uint64_t number, unsigned order)
{
    for (unsigned half = order_of(head); half-- > order;) {
        uint64_t upper = head + (1ull << half);
        *frame_at(upper) = *frame_at(head);
        frame_at(head)->state = frame_at(upper)->state = (uint8_t)(HEAD | half);
        if (number >= upper)
            head = upper;
    }
}

void page_free(uint64_t address, unsigned order, unsigned owner)
{
    uint64_t number = address >> PAGE_SHIFT, frames_freed = 1ull << order;

    if (number < first_frame || number >= end_frame || address % (PAGE_SIZE << order) != 0)
        panic("page_free: no block of %lu pages can be at 0x%lx", frames_freed, address);
    uint64_t head = head_of(number);
    if (owner == OWNER_FREE || frame_at(head)->owner != owner || order_of(head) < order)
        panic("page_free: owner %u returns %lu pages at 0x%lx, but owner %u has %lu pages at 0x%lx",
              owner, frames_freed, address, frame_at(head)->owner, 1ul << order_of(head),
              head << PAGE_SHIFT);
    carve(head, number, order);
    if (owner != OWNER_HYPERVISOR)
        memset(links_of(number), 0, PAGE_SIZE << order);
    count[owner] -= frames_freed;
    count[OWNER_FREE] += frames_freed;
    release(number, order, owner == OWNER_HYPERVISOR ? 0 : CLEAN);
}

uint64_t page_free_all(unsigned owner)
{
    uint64_t freed = count[owner];
    for (uint64_t number = first_frame; count[owner] > 0;) {
        uint64_t head = head_of(number);
        if (frame_at(head)->owner == owner)
            page_free(head << PAGE_SHIFT, order_of(head), owner);
        else
            number = head + (1ull << order_of(head));
    }
    return freed;
}

/* Frees the frames first … end - 1, in the largest blocks that their alignment allows. */
static void add_free(uint64_t first, uint64_t end)
{
    count[OWNER_FREE] += end - first;
    while (first < end) {
        unsigned order = 0;
        while (order < PAGE_ORDER_MAX && (first & 1ull << order) == 0 &&
               first + (2ull << order) <= end)
            order++;
        put_free(first, order, 0);
        first += 1ull << order;
    }
}

bool page_init(const struct page_range *ranges, unsigned range_count)
{
    if (range_count == 0)
        return false;
    const struct page_range *last = &ranges[range_count - 1];
    first_frame = ranges[0].base >> PAGE_SHIFT;
    end_frame = (last->base + last->bytes) >> PAGE_SHIFT;
    metadata_bytes = (end_frame - first_frame) * sizeof(struct frame);
    metadata_bytes = (metadata_bytes + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    unsigned chosen = 0; /* the range whose beginning holds the metadata */
    while (chosen < range_count && ranges[chosen].bytes < metadata_bytes)
        chosen++;
    if (chosen == range_count)
        return false;
    metadata = ranges[chosen].base - first_frame * sizeof(struct frame);
    memset(frame_at(first_frame), INSIDE, metadata_bytes);
    memset(count, 0, sizeof count);
    unmerged = false;
    for (unsigned order = 0; order <= PAGE_ORDER_MAX; order++)
        list_init(&free_blocks[order]);
    uint64_t done = first_frame; /* all frames before this have their metadata */
    for (unsigned i = 0; i < range_count; i++) {
        uint64_t start = ranges[i].base + (i == chosen ? metadata_bytes : 0);
        uint64_t end = ranges[i].base + ranges[i].bytes;
        for (; done < start >> PAGE_SHIFT; done++)
            frame_at(done)->state = HEAD | HOLE;
        done = end >> PAGE_SHIFT;
        add_free(start >> PAGE_SHIFT, done);
    }
    return true;
}

unsigned page_owner_of(uint64_t address)
{
    uint64_t number = address >> PAGE_SHIFT;

    if (number < first_frame || number >= end_frame)
        return OWNER_FREE;
    return frame_at(head_of(number))->owner;
}

uint64_t page_count(unsigned owner)
{
    return count[owner];
}

uint64_t page_metadata_bytes(void)
{
    return metadata_bytes;
}
