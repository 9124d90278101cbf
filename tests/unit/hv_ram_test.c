/* hv/boot/ram.c: which of the board's RAM is free, and what is taken of it for good. */
#include "boot/board.h"
#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "test.h"

#define PAGE 4096ull

extern char __image_start[];

static void frees(unsigned count, const struct board_range *expected)
{
    struct board_range ranges[BOARD_MAX_RANGES + 3];

    CU_ASSERT_EQUAL(board_free_ranges(ranges, BOARD_MAX_RANGES + 3), count);
    for (unsigned i = 0; i < count; i++) {
        CU_ASSERT_EQUAL(ranges[i].base, expected[i].base);
        CU_ASSERT_EQUAL(ranges[i].bytes, expected[i].bytes);
    }
}
#define FREE(...)                                                                                  \
    frees(sizeof((struct board_range[]){__VA_ARGS__}) / sizeof(struct board_range),                \
          (struct board_range[]){__VA_ARGS__})

static void what_is_taken_is_not_free(void)
{
    uint64_t image = (uint64_t)(uintptr_t)__image_start, base = image - 16 * PAGE;

    machine_prepare(1);
    board.ram = (struct board_range){base, 64 * PAGE};
    FREE({base, 16 * PAGE}, {image + 6 * PAGE, 42 * PAGE}); /* the image's end is rounded up */
    board.device_tree = base + 20; /* at the beginning, and not a page of its own */
    board.device_tree_bytes = PAGE;
    FREE({base + 2 * PAGE, 14 * PAGE}, {image + 6 * PAGE, 42 * PAGE});
    board.bundle = (struct board_range){image + 6 * PAGE, 2 * PAGE}; /* side by side */
    FREE({base + 2 * PAGE, 14 * PAGE}, {image + 8 * PAGE, 40 * PAGE});
    board.reserved[0] = (struct board_range){image - 2 * PAGE + 1, 4 * PAGE}; /* overlapping */
    board.reserved[1] = (struct board_range){base + 63 * PAGE, 100 * PAGE};   /* beyond the end */
    board.reserved_count = 2;
    FREE({base + 2 * PAGE, 12 * PAGE}, {image + 8 * PAGE, 39 * PAGE});
    struct board_range one;
    CU_ASSERT_EQUAL(board_free_ranges(&one, 1), 1);
    CU_ASSERT_EQUAL(one.bytes, 12 * PAGE);
    machine_end();
}

static void what_is_reserved_comes_from_the_top(void)
{
    uint64_t image = (uint64_t)(uintptr_t)__image_start, base = image - 16 * PAGE;

    machine_prepare(1);
    board.ram = (struct board_range){base, 32 * PAGE};
    CU_ASSERT_EQUAL(board_reserve(PAGE + 1, "a"), base + 30 * PAGE);
    CU_ASSERT_EQUAL(board.reserved[0].bytes, 2 * PAGE);
    CU_ASSERT_EQUAL(board_reserve(8 * PAGE, "b"), base + 22 * PAGE); /* all that was left there */
    CU_ASSERT_EQUAL(board_reserve(PAGE, "c"), base + 15 * PAGE);
    FREE({base, 15 * PAGE});
    CU_ASSERT_TRUE(PANICS(board_reserve(15 * PAGE + 1, "the trace")));
    CU_ASSERT_STRING_EQUAL(fake_panic_message, "the machine has too little RAM: 64 KiB for the "
                                               "trace do not fit in its 128 KiB");
    CU_ASSERT_EQUAL(board.reserved_count, 2); /* b lies right below a: one range */
    CU_ASSERT_EQUAL(board.reserved[0].base, base + 22 * PAGE);
    CU_ASSERT_EQUAL(board.reserved[0].bytes, 10 * PAGE);
    board = (struct board){.ram = board.ram, .reserved_count = BOARD_MAX_RANGES - 1};
    board_reserve(1, "the last");
    CU_ASSERT_EQUAL(board.reserved_count, BOARD_MAX_RANGES);
    board_reserve(1, "which needs no range of its own");
    board = (struct board){.ram = board.ram, .reserved_count = BOARD_MAX_RANGES};
    CU_ASSERT_TRUE(PANICS(board_reserve(1, "one more")));
    CU_ASSERT_STRING_EQUAL(fake_panic_message, "more than 16 reserved ranges");
    machine_end();
}

TEST_SUITE(hv_ram, {"what is taken is not free", what_is_taken_is_not_free},
           {"what is reserved comes from the top", what_is_reserved_comes_from_the_top});
