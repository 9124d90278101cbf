/*
 * Proves that a guest that runs out of stack gets the fault it would get on a board: recursion
 * runs down a stack to the end of RAM (a store access fault just below it), then to a guard page
 * of its own Sv39 tables (a store page fault in that page). Option fatal=1 at last does it with the
 * trap stack too, so that the guest hangs or ends alone. Reports facts; counters: depths.
 */
#include "probe.h"

const char probe_name[] = "stack_exhaustion";

#define STACK_TOP_ABOVE_BASE 0x40000ull

/* (stack top) → never, but for a trap; the words that it pushes are its own address. */
uint64_t recurse_from(uint64_t top, uint64_t unused, uint64_t unused2);
__asm__(".text\n"
        ".balign 4\n"
        "recurse_from:\n"
        "  mv t0, a0\n"
        "1: addi t0, t0, -16\n"
        "  sd t0, 0(t0)\n"
        "  sd ra, 8(t0)\n"
        "  j 1b\n");

static void exhaust_ram(void)
{
    uint64_t top = board.memory.start + STACK_TOP_ABOVE_BASE;
    struct trap trap = trap_catch(recurse_from, top, 0, 0);

    expect_equal(CAUSE_STORE_ACCESS, trap.cause, "below RAM a stack meets an access fault");
    expect_true(trap.tval == board.memory.start - 16 || trap.tval == 0, trap.tval,
                "the fault is at the first word below RAM");
    counter_set(0, "ram_depth", (top - board.memory.start) / 16);
    expect_equal(board.memory.start, *(volatile uint64_t *)(uintptr_t)board.memory.start,
                 "the stack filled RAM to its first word");
}

static void exhaust_guarded(void)
{
    uint64_t *root = paging_root();
    uint64_t guard = 0x10000000;

    for (unsigned i = 1; i <= 8; i++)
        *paging_entry(root, guard + i * PAGE_BYTES, 0) = paging_leaf((uintptr_t)page_new(), PTE_RW);
    paging_on(root, 1);

    struct trap trap = trap_catch(recurse_from, guard + 9 * PAGE_BYTES, 0, 0);

    paging_off();
    expect_equal(CAUSE_STORE_PAGE, trap.cause, "at a guard page a stack meets a page fault");
    expect_equal(guard + PAGE_BYTES - 16, trap.tval, "the fault is at the guard page's last words");
    counter_set(1, "guarded_depth", 8 * PAGE_BYTES / 16);
}

static void exhaust_for_good(void)
{
    uint64_t below = board.memory.start - 4096;

    csr_write(sscratch, below);
    say("stack_exhaustion: from here on every stack is gone\n");
    __asm__ volatile("mv sp, %0\n sd zero, 0(sp)" ::"r"(below) : "memory");
}

void probe_main(void)
{
    /* On bare firmware the foot of RAM is the firmware's, and protected. */
    if (in_a_vm())
        exhaust_ram();
    exhaust_guarded();
    if (option_number("fatal", 0))
        exhaust_for_good();
}
