/* hv/memory/page.c: what its contract says, sentence by sentence. */
#include "memory/page.h"

#include "hv/arena.h"
#include "hv/fake_metal.h"
#include "test.h"
#include <string.h>

#define PAGES  4096
#define VM     OWNER_VM_FIRST
#define TABLES OWNER_TABLES_FIRST

static void all_frames_but_the_metadata_are_free_at_first(void)
{
    arena_begin(PAGES, ORDER_2M);
    CU_ASSERT_EQUAL(page_metadata_bytes(), PAGES * 2);
    CU_ASSERT_EQUAL(page_count(OWNER_FREE), PAGES - PAGES * 2 / PAGE_SIZE);
    arena_end();
}

static void blocks_are_aligned_to_their_size(void)
{
    static const unsigned orders[] = {0, 3, ORDER_2M, 1, ORDER_16K, 7, ORDER_2M, 0};

    arena_begin(PAGES, ORDER_2M);
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        uint64_t block = page_alloc(orders[i], VM);
        CU_ASSERT_NOT_EQUAL(block, 0);
        CU_ASSERT_EQUAL(block % (PAGE_SIZE << orders[i]), 0);
    }
    arena_end();
}

static void zeroed_blocks_are_zero_and_freed_ones_are_scrubbed(void)
{
    arena_begin(PAGES, ORDER_2M);
    uint64_t block = page_alloc_zeroed(4, VM);
    CU_ASSERT_TRUE(arena_is_filled(block, 16, 0));
    memset((void *)block, 0x77, 16 * PAGE_SIZE);
    page_free(block, 4, VM);
    CU_ASSERT_TRUE(arena_is_filled(block + 64, 1, 0)); /* behind the links of the list */
    CU_ASSERT_EQUAL(page_alloc_zeroed(4, VM + 1), block);
    CU_ASSERT_TRUE(arena_is_filled(block, 16, 0));
    arena_end();
}

/* Frees two blocks of one page that cannot merge: one that is not clean, then a clean one. */
static void free_dirty_and_clean(uint64_t *dirty, uint64_t *clean)
{
    uint64_t block[4];

    for (unsigned i = 0; i < 4; i++)
        block[i] = page_alloc(0, i == 2 ? VM : OWNER_HYPERVISOR);
    *dirty = block[0];
    *clean = block[2];
    page_free(*dirty, 0, OWNER_HYPERVISOR);
    page_free(*clean, 0, VM);
}

static void a_clean_block_is_preferred_and_not_zeroed_again(void)
{
    uint64_t dirty, clean;

    arena_begin(PAGES, ORDER_2M);
    free_dirty_and_clean(&dirty, &clean);
    *(uint8_t *)(clean + 100) = 1; /* nobody may; it shows that nobody zeroed the page again */
    CU_ASSERT_EQUAL(page_alloc_zeroed(0, VM), clean);
    CU_ASSERT_EQUAL(*(uint8_t *)(clean + 100), 1);
    CU_ASSERT_EQUAL(page_alloc_zeroed(0, VM), dirty);
    CU_ASSERT_TRUE(arena_is_filled(dirty, 1, 0));
    arena_end();
}

static void a_block_that_is_not_clean_is_preferred_where_zeroes_are_not_wanted(void)
{
    uint64_t dirty, clean;

    arena_begin(PAGES, ORDER_2M);
    free_dirty_and_clean(&dirty, &clean);
    CU_ASSERT_EQUAL(page_alloc(0, OWNER_HYPERVISOR), dirty);
    CU_ASSERT_EQUAL(page_alloc(0, OWNER_HYPERVISOR), clean);
    arena_end();
}

static void what_was_split_grows_together_again(void)
{
    static uint64_t block[PAGES];
    unsigned count = 0;

    arena_begin(PAGES, ORDER_2M);
    while ((block[count] = page_alloc(0, VM)) != 0)
        count++;
    CU_ASSERT_EQUAL(count, PAGES - page_metadata_bytes() / PAGE_SIZE);
    CU_ASSERT_EQUAL(page_count(OWNER_FREE), 0);
    for (unsigned i = 0; i < count; i++) /* 1327 is prime: every one, in no order */
        page_free(block[(uint64_t)i * 1327 % count], 0, VM);
    for (unsigned i = 0; i < PAGES / 512 - 1; i++)
        CU_ASSERT_NOT_EQUAL(page_alloc(ORDER_2M, VM), 0);
    arena_end();
}

static void buddies_of_different_kind_are_merged_when_nothing_else_is_left(void)
{
    uint64_t block[8], first;

    first = arena_begin(1024, ORDER_2M) + 512 * PAGE_SIZE;
    for (unsigned order = 0; order < ORDER_2M; order++) /* what the metadata leave of the first */
        page_alloc(order, VM + 1);
    for (unsigned i = 0; i < 8; i++)
        block[i] = page_alloc(ORDER_2M - 3, i % 2 ? VM : OWNER_HYPERVISOR);
    CU_ASSERT_EQUAL(page_count(OWNER_FREE), 0);
    uint64_t lowest = UINT64_MAX;
    for (unsigned i = 0; i < 8; i++) {
        lowest = block[i] < lowest ? block[i] : lowest;
        page_free(block[i], ORDER_2M - 3, i % 2 ? VM : OWNER_HYPERVISOR);
    }
    CU_ASSERT_EQUAL(lowest, first);
    uint64_t whole = page_alloc_zeroed(ORDER_2M, VM);
    CU_ASSERT_EQUAL(whole, first);
    CU_ASSERT_TRUE(arena_is_filled(whole, 512, 0));
    arena_end();
}

static void a_part_can_be_given_back(void)
{
    arena_begin(PAGES, ORDER_2M);
    uint64_t free_before = page_count(OWNER_FREE);
    uint64_t block = page_alloc(ORDER_2M, VM);
    page_free(block + 5 * PAGE_SIZE, 0, VM);
    page_free(block + 128 * PAGE_SIZE, 7, VM);
    CU_ASSERT_EQUAL(page_count(VM), 512 - 1 - 128);
    CU_ASSERT_EQUAL(page_owner_of(block + 5 * PAGE_SIZE), OWNER_FREE);
    CU_ASSERT_EQUAL(page_owner_of(block + 4 * PAGE_SIZE + 17), VM);
    CU_ASSERT_EQUAL(page_owner_of(block + 127 * PAGE_SIZE), VM);
    CU_ASSERT_EQUAL(page_owner_of(block + 255 * PAGE_SIZE), OWNER_FREE);
    CU_ASSERT_EQUAL(page_free_all(VM), 512 - 1 - 128);
    CU_ASSERT_EQUAL(page_count(OWNER_FREE), free_before);
    CU_ASSERT_EQUAL(page_alloc(ORDER_2M, VM), block);
    arena_end();
}

static void free_all_takes_one_owner_and_leaves_the_others(void)
{
    arena_begin(PAGES, ORDER_2M);
    for (unsigned i = 0; i < 600; i++)
        page_alloc(i % 3, i % 2 ? VM : TABLES);
    uint64_t of_tables = page_count(TABLES), of_vm = page_count(VM);
    CU_ASSERT_EQUAL(page_free_all(VM), of_vm);
    CU_ASSERT_EQUAL(page_count(VM), 0);
    CU_ASSERT_EQUAL(page_count(TABLES), of_tables);
    CU_ASSERT_EQUAL(page_free_all(VM), 0);
    CU_ASSERT_EQUAL(page_free_all(TABLES), of_tables);
    arena_end();
}

static void whoever_returns_what_it_does_not_own_is_a_bug(void)
{
    uint64_t base = arena_begin(PAGES, ORDER_2M);
    uint64_t block = page_alloc(3, VM);

    CU_ASSERT_TRUE(PANICS(page_free(block, 3, VM + 1)));
    CU_ASSERT_STRING_EQUAL(strstr(fake_panic_message, "but owner"),
                           strstr(fake_panic_message, "but owner 16 has 8 pages"));
    CU_ASSERT_TRUE(PANICS(page_free(block + PAGE_SIZE, 1, VM))); /* not aligned */
    CU_ASSERT_TRUE(PANICS(page_free(block + 1, 0, VM)));
    CU_ASSERT_TRUE(PANICS(page_free(base, 0, VM)));               /* metadata */
    CU_ASSERT_TRUE(PANICS(page_free(base, 0, OWNER_HYPERVISOR))); /* likewise */
    CU_ASSERT_TRUE(PANICS(page_free(base - PAGE_SIZE, 0, VM)));
    CU_ASSERT_TRUE(PANICS(page_free(base + PAGES * PAGE_SIZE, 0, VM)));
    page_free(block, 3, VM);
    CU_ASSERT_TRUE(PANICS(page_free(block, 3, VM))); /* twice */
    CU_ASSERT_TRUE(PANICS(page_free(block, 3, OWNER_FREE)));
    block = page_alloc(4, VM);
    page_free(block + 8 * PAGE_SIZE, 3, VM);
    CU_ASSERT_TRUE(PANICS(page_free(block, 4, VM))); /* more than is left */
    arena_end();
}

static void too_much_is_refused_and_nothing_is_lost(void)
{
    arena_begin(PAGES, ORDER_2M);
    uint64_t free_before = page_count(OWNER_FREE);
    CU_ASSERT_EQUAL(page_alloc(ORDER_1G, VM), 0);
    CU_ASSERT_EQUAL(page_alloc(PAGE_ORDER_MAX + 1, VM), 0);
    CU_ASSERT_EQUAL(page_alloc_zeroed(40, VM), 0);
    CU_ASSERT_EQUAL(page_count(OWNER_FREE), free_before);
    arena_end();
}

static void holes_between_ranges_are_nobodys(void)
{
    uint64_t base = arena_begin(PAGES, ORDER_2M);
    struct page_range ranges[] = {{base, PAGE_SIZE}, /* too small for the metadata */
                                  {base + 100 * PAGE_SIZE, 700 * PAGE_SIZE},
                                  {base + 4000 * PAGE_SIZE, 24 * PAGE_SIZE}};
    uint64_t seen = 0, block;

    CU_ASSERT_TRUE_FATAL(page_init(ranges, 3));
    CU_ASSERT_EQUAL(page_metadata_bytes(), 2 * PAGE_SIZE);
    CU_ASSERT_EQUAL(page_count(OWNER_FREE), 723);
    while ((block = page_alloc(0, VM)) != 0) {
        uint64_t page = (block - base) / PAGE_SIZE;
        CU_ASSERT_TRUE(page == 0 || (page >= 102 && page < 800) || (page >= 4000 && page < 4024));
        seen++;
    }
    CU_ASSERT_EQUAL(seen, 723);
    CU_ASSERT_EQUAL(page_owner_of(base + 50 * PAGE_SIZE), OWNER_FREE);
    CU_ASSERT_EQUAL(page_free_all(VM), 723);
    CU_ASSERT_FALSE(page_init(ranges, 0));
    arena_end();
}

static void ram_too_small_for_its_metadata_is_refused(void)
{
    uint64_t base = arena_begin(PAGES, ORDER_2M);
    struct page_range ranges[] = {{base, PAGE_SIZE}, {base + 4095 * PAGE_SIZE, PAGE_SIZE}};

    CU_ASSERT_FALSE(page_init(ranges, 2));
    arena_end();
}

TEST_SUITE(hv_page,
           {"all frames but the metadata are free at first",
            all_frames_but_the_metadata_are_free_at_first},
           {"blocks are aligned to their size", blocks_are_aligned_to_their_size},
           {"zeroed blocks are zero and freed ones are scrubbed",
            zeroed_blocks_are_zero_and_freed_ones_are_scrubbed},
           {"a clean block is preferred and not zeroed again",
            a_clean_block_is_preferred_and_not_zeroed_again},
           {"a block that is not clean is preferred where zeroes are not wanted",
            a_block_that_is_not_clean_is_preferred_where_zeroes_are_not_wanted},
           {"what was split grows together again", what_was_split_grows_together_again},
           {"buddies of different kind are merged when nothing else is left",
            buddies_of_different_kind_are_merged_when_nothing_else_is_left},
           {"a part can be given back", a_part_can_be_given_back},
           {"free_all takes one owner's frames and leaves the others'",
            free_all_takes_one_owner_and_leaves_the_others},
           {"whoever returns what it does not own is a bug",
            whoever_returns_what_it_does_not_own_is_a_bug},
           {"too much is refused and nothing is lost", too_much_is_refused_and_nothing_is_lost},
           {"holes between ranges are nobody's", holes_between_ranges_are_nobodys},
           {"RAM too small for its metadata is refused",
            ram_too_small_for_its_metadata_is_refused});
