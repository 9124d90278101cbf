/* hv/metal/mapping.c: the tables of the hypervisor's own address space, read as the hart would. */
#include "boot/board.h"
#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "memory/gstage.h"
#include "test.h"

#define PAGE 4096ull
#define MIB  (1ull << 20)
#define GIB  (1ull << 30)

extern uint64_t real_satp;
extern unsigned real_fences;
void real_mapping_init(void);
void real_mapping_guard(uint64_t page);
void real_mapping_again(void);

static const uint64_t image = 0x80200000; /* its parts: real_mapping.c */
static unsigned leaf_level;

/* The leaf's bits for an address, which it maps to itself; 0: there is none. */
static uint64_t look_up(uint64_t address)
{
    const uint64_t *table = (const uint64_t *)(uintptr_t)((real_satp & 0xfffffffffff) << 12);

    for (unsigned level = 3; level-- > 0;) {
        uint64_t entry = table[address >> (12 + 9 * level) & 511];
        uint64_t target = entry >> 10 << 12, bytes = PAGE << (9 * level);
        if (entry == 0)
            return 0;
        if (entry & (PTE_R | PTE_W | PTE_X)) {
            CU_ASSERT_EQUAL(target, address & ~(bytes - 1));
            leaf_level = level;
            return entry & 0x3ff;
        }
        CU_ASSERT_EQUAL(entry & 0x3ff, PTE_V);
        table = (const uint64_t *)(uintptr_t)target;
    }
    return 0;
}

static void begin(uint64_t ram_bytes)
{
    machine_prepare(1);
    real_mapping_again();
    real_fences = 0;
    board.ram = (struct board_range){image - 2 * MIB, ram_bytes};
    board.uart = 0x10000000;
    board.finisher = 0x100000;
    board.plic = 0xc000000;
}

#define RO (PTE_V | PTE_R | PTE_A | PTE_D)
#define RX (RO | PTE_X)
#define RW (RO | PTE_W)

static void is(uint64_t from, uint64_t bytes, uint64_t bits)
{
    CU_ASSERT_EQUAL(look_up(from), bits);
    CU_ASSERT_EQUAL(look_up(from + bytes - 1), bits);
    CU_ASSERT_EQUAL(look_up(from + bytes / 2 / PAGE * PAGE), bits);
}

static void nothing_is_both_writable_and_executable(void)
{
    begin(64 * MIB);
    real_mapping_init();
    CU_ASSERT_EQUAL(real_satp >> 60, 8);
    CU_ASSERT_EQUAL(real_satp >> 44 & 0xffff, 0);
    CU_ASSERT_EQUAL(real_fences, 1);
    is(image - 2 * MIB, 2 * MIB, 0); /* the firmware's */
    is(image, 2 * PAGE, RX);
    CU_ASSERT_EQUAL(look_up(image + 2 * PAGE), RO);
    CU_ASSERT_EQUAL(look_up(image + 3 * PAGE), RW);
    CU_ASSERT_EQUAL(look_up(image + 4 * PAGE), 0); /* under the stacks */
    CU_ASSERT_EQUAL(look_up(image + 5 * PAGE), 0);
    is(image + 6 * PAGE, board.ram.base + board.ram.bytes - image - 6 * PAGE, RW);
    CU_ASSERT_EQUAL(look_up(board.ram.base + board.ram.bytes), 0);
    machine_end();
}

static void devices_are_mapped_and_nothing_beside_them(void)
{
    begin(64 * MIB);
    real_mapping_init();
    is(board.uart, PAGE, RW);
    CU_ASSERT_EQUAL(look_up(board.uart + PAGE) | look_up(board.uart - 1), 0);
    is(board.finisher, PAGE, RW);
    CU_ASSERT_EQUAL(look_up(board.finisher + PAGE) | look_up(board.finisher - 1), 0);
    is(board.plic, 4 * MIB, RW);
    CU_ASSERT_EQUAL(look_up(board.plic + 4 * MIB) | look_up(board.plic - 1), 0);
    machine_end();
    begin(64 * MIB);
    uint64_t uart = board.uart, finisher = board.finisher, plic = board.plic;
    board.uart = board.finisher = board.plic = 0;
    real_mapping_init();
    CU_ASSERT_EQUAL(look_up(uart) | look_up(finisher) | look_up(plic) | look_up(0), 0);
    machine_end();
}

static void leaves_are_as_large_as_they_can_be(void)
{
    begin(0);
    uint64_t huge = (image + 2 * GIB) & ~(GIB - 1), large = (image + 4 * MIB) & ~(2 * MIB - 1);
    board.ram.bytes = huge + GIB + 2 * MIB + PAGE - board.ram.base;
    real_mapping_init();
    is(large, huge - large, RW);
    look_up(large);
    CU_ASSERT_TRUE(leaf_level >= 1);
    look_up(large - PAGE);
    CU_ASSERT_TRUE(leaf_level == 0 || (large - 2 * MIB) > image + 6 * PAGE);
    is(huge, GIB, RW);
    look_up(huge);
    CU_ASSERT_EQUAL(leaf_level, 2);
    is(huge + GIB, 2 * MIB, RW);
    CU_ASSERT_EQUAL(leaf_level, 1);
    is(huge + GIB + 2 * MIB, PAGE, RW);
    CU_ASSERT_EQUAL(leaf_level, 0);
    CU_ASSERT_EQUAL(look_up(huge + GIB + 2 * MIB + PAGE), 0);
    machine_end();
}

static void a_guard_takes_one_page_out(void)
{
    begin(0);
    uint64_t huge = (image + 2 * GIB) & ~(GIB - 1), large = (image + 8 * MIB) & ~(2 * MIB - 1);
    board.ram.bytes = huge + GIB - board.ram.base;
    real_mapping_init();
    const uint64_t guards[] = {image + 8 * PAGE, large + 5 * PAGE, huge + 2 * MIB + 511 * PAGE};
    for (unsigned i = 0; i < 3; i++) {
        real_fences = 0;
        real_mapping_guard(guards[i]);
        CU_ASSERT_EQUAL(real_fences, 1);
        CU_ASSERT_EQUAL(look_up(guards[i]) | look_up(guards[i] + PAGE - 1), 0);
        is(guards[i] - PAGE, PAGE, RW);
        is(guards[i] + PAGE, PAGE, RW);
    }
    is(large, 5 * PAGE, RW);
    is(large + 6 * PAGE, 2 * MIB - 6 * PAGE, RW);
    is(huge, 2 * MIB, RW);
    CU_ASSERT_EQUAL(leaf_level, 1); /* no more of it is split than needs be */
    is(huge + 4 * MIB, GIB - 4 * MIB, RW);
    machine_end();
}

static void what_no_table_can_hold_is_refused(void)
{
    begin(64 * MIB);
    board.uart = (1ull << 38) - PAGE;
    real_mapping_init();
    is(board.uart, PAGE, RW);
    machine_end();
    begin(64 * MIB);
    board.uart = 1ull << 38;
    CU_ASSERT_TRUE(PANICS(real_mapping_init()));
    CU_ASSERT_STRING_EQUAL(fake_panic_message, "own page tables: 0x4000000000 to 0x4000001000, but "
                                               "Sv39 ends at 0x4000000000");
    machine_end();
}

TEST_SUITE(hv_mapping,
           {"nothing is both writable and executable", nothing_is_both_writable_and_executable},
           {"devices are mapped, and nothing beside them",
            devices_are_mapped_and_nothing_beside_them},
           {"leaves are as large as they can be", leaves_are_as_large_as_they_can_be},
           {"a guard takes one page out", a_guard_takes_one_page_out},
           {"what no table can hold is refused", what_no_table_can_hold_is_refused});
