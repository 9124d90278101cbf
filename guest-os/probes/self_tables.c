/*
 * Proves that a guest's own page tables are its own business: tables that map themselves and are
 * changed through that map while in use, entries that point to themselves, beyond RAM, to reserved
 * bits, or at the hypervisor's place give page and access faults in the guest and nothing else.
 * Option rounds= random entries. Reports facts; counters: faults by kind.
 */
#include "probe.h"

const char probe_name[] = "self_tables";

enum { PAGE_FAULTS, ACCESS_FAULTS, READABLE, SELF_CHANGES };

#define WINDOW 0x3000000000ull
#define SLOT   (WINDOW >> 30 & 511)

static uint64_t *root;
static uint64_t ram_end;

static bool is_page_fault(uint64_t cause)
{
    return cause == CAUSE_LOAD_PAGE || cause == CAUSE_STORE_PAGE || cause == CAUSE_FETCH_PAGE;
}

static bool is_access_fault(uint64_t cause)
{
    return cause == CAUSE_LOAD_ACCESS || cause == CAUSE_STORE_ACCESS || cause == CAUSE_FETCH_ACCESS;
}

static void note(uint64_t cause)
{
    if (cause == NO_TRAP)
        counter_add(READABLE, "readable", 1);
    else if (is_page_fault(cause))
        counter_add(PAGE_FAULTS, "page_faults", 1);
    else
        counter_add(ACCESS_FAULTS, "access_faults", 1);
}

static struct trap touch_at(touch how, uint64_t address)
{
    sfence_vma();

    struct trap trap = trap_catch(how, address, 0, 0);

    note(trap.cause);
    return trap;
}

/* A table that is a leaf's page: written through its own map, seen by the next walk. */
static void expect_self_map(void)
{
    uint64_t *table = page_new();
    uint64_t *pages[2] = {page_new(), page_new()};
    volatile uint64_t *self = (volatile uint64_t *)(uintptr_t)(WINDOW + 511 * PAGE_BYTES);

    *paging_entry(root, WINDOW, 1) = paging_leaf((uintptr_t)table, 0);
    table[511] = paging_leaf((uintptr_t)table, PTE_RW);
    pages[0][0] = 100;
    pages[1][0] = 101;
    sfence_vma();
    for (uint64_t i = 0; i < option_number("rounds", 200); i++) {
        unsigned index = (unsigned)random_below(511);
        unsigned which = (unsigned)random_below(2);

        self[index] = paging_leaf((uintptr_t)pages[which], PTE_RW);
        counter_add(SELF_CHANGES, "self_changes", 1);
        if (!expect_equal(100 + which, touch_at(touch_load64, WINDOW + index * PAGE_BYTES).value,
                          "a table changed through its own map is walked as changed"))
            return;
    }
    self[511] = 0;
    expect_equal(CAUSE_STORE_PAGE, touch_at(touch_store64, (uintptr_t)self).cause,
                 "a table that unmapped itself is gone");
}

/* Non-leaf entries that point to their own table: the walk ends after three levels. */
static void expect_loops_end(void)
{
    uint64_t *loop = page_new();

    for (unsigned i = 0; i < 512; i++)
        loop[i] = paging_leaf((uintptr_t)loop, 0);
    root[SLOT + 1] = paging_leaf((uintptr_t)loop, 0);
    expect_equal(CAUSE_LOAD_PAGE, touch_at(touch_load64, WINDOW + (1ull << 30)).cause,
                 "a table of pointers to itself is a page fault");
    root[SLOT + 2] = paging_leaf((uintptr_t)root, 0);
    expect_true(is_page_fault(touch_at(touch_load64, WINDOW + (2ull << 30)).cause) ||
                    touch_at(touch_load64, WINDOW + (2ull << 30)).cause == NO_TRAP,
                0, "the root as a table of its own is walked as any");
}

/* Leaves and tables at guest-physical addresses that hold nothing. */
static void expect_beyond_ram(uint64_t physical)
{
    root[SLOT + 3] = paging_leaf(physical >> 30 << 30, PTE_RWX);

    struct trap leaf = touch_at(touch_load64, WINDOW + (3ull << 30) + (physical & 0x3ffff000));

    if (!expect_equal(CAUSE_LOAD_ACCESS, leaf.cause, "a leaf beyond RAM is an access fault"))
        explain("self_tables: leaf to 0x%x\n", physical);
    expect_equal(CAUSE_STORE_ACCESS,
                 touch_at(touch_store64, WINDOW + (3ull << 30) + (physical & 0x3ffff000)).cause,
                 "a store through a leaf beyond RAM is a store access fault");
    root[SLOT + 4] = paging_leaf(physical, 0);
    expect_true(is_access_fault(touch_at(touch_load64, WINDOW + (4ull << 30)).cause), physical,
                "a table beyond RAM is an access fault");
    expect_true(is_access_fault(touch_at(touch_store64, WINDOW + (4ull << 30)).cause), physical,
                "a store through a table beyond RAM is an access fault");
    expect_true(is_access_fault(touch_at(touch_fetch, WINDOW + (4ull << 30)).cause), physical,
                "a fetch through a table beyond RAM is an access fault");
}

static void expect_malformed(void)
{
    static const uint64_t reserved[] = {PTE_W, PTE_W | PTE_X, 1ull << 54, 1ull << 60,
                                        PTE_U, PTE_A,         PTE_D};

    for (unsigned i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        bool is_leaf = reserved[i] > PTE_D;
        uint64_t *table = page_new();

        root[SLOT + 5] = paging_leaf(is_leaf ? board.memory.start : (uintptr_t)table, reserved[i]) |
                         (is_leaf ? PTE_RWX : 0);
        expect_equal(CAUSE_LOAD_PAGE, touch_at(touch_load64, WINDOW + (5ull << 30)).cause,
                     "reserved bits in an entry are a page fault");
    }
    root[SLOT + 5] = paging_leaf(board.memory.start + (2 << 20), PTE_RWX);
    expect_equal(CAUSE_LOAD_PAGE, touch_at(touch_load64, WINDOW + (5ull << 30)).cause,
                 "a misaligned 1 GiB leaf is a page fault");
}

/* Any entry at all: whatever comes, the probe is still there. */
static void survive_random_entries(void)
{
    for (uint64_t i = 0; i < option_number("rounds", 200); i++) {
        root[SLOT + 6] = random_next();
        touch_at(touch_load64, WINDOW + (6ull << 30) + random_below(1 << 30));
        touch_at(touch_fetch, (WINDOW + (7ull << 30) + random_below(1 << 30)) & ~3ull);
        probe_report.rounds++;
    }
    root[SLOT + 6] = 0;
}

void probe_main(void)
{
    root = paging_root();
    ram_end = board.memory.start + board.memory.bytes;
    paging_on(root, 9);
    expect_self_map();
    expect_loops_end();
    expect_malformed();
    if (in_a_vm()) {
        expect_beyond_ram(ram_end);
        expect_beyond_ram(0);
        expect_beyond_ram(1ull << 40);
        expect_beyond_ram((1ull << 56) - PAGE_BYTES);
        for (unsigned i = 0; i < 50; i++)
            expect_beyond_ram((ram_end | random_next() << 33) & ((1ull << 56) - PAGE_BYTES));
    }
    survive_random_entries();
    paging_off();
}
