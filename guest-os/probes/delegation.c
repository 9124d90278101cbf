/*
 * Proves that a guest's own traps are its own: breakpoints, user ecalls, page faults of its own
 * tables by load, store and fetch arrive in its vector with the right cause,
 * sepc and stval. `rounds=` (100) of each, so that a judge outside can hold the exits of the VM
 * against them: none of these may cause one. Reports facts; counters: traps by cause.
 */
#include "probe.h"

const char probe_name[] = "delegation";

#define NOWHERE 0x50000000ull /* not mapped in the probe's tables */

__asm__(".text\n.balign 4\nuser_call: ecall\n");
extern char user_call[];

static void expect_trap(uint64_t cause, uint64_t epc, uint64_t tval, struct trap trap)
{
    counter_add((unsigned)cause, cause_name(cause), 1);
    expect_equal(cause, trap.cause, "a trap of the guest's own has the right cause");
    expect_equal(epc, trap.epc, "a trap of the guest's own has the right sepc");
    expect_equal(tval, trap.tval, "a trap of the guest's own has the right stval");
}

static void round_of_calls(void)
{
    struct trap trap = trap_catch(touch_break, 0, 0, 0);

    counter_add(CAUSE_BREAKPOINT, cause_name(CAUSE_BREAKPOINT), 1);
    expect_equal(CAUSE_BREAKPOINT, trap.cause, "ebreak is the guest's own breakpoint");
    expect_equal((uintptr_t)touch_break, trap.epc, "sepc is on the ebreak");
    expect_trap(CAUSE_USER_ECALL, (uintptr_t)user_call, 0,
                trap_catch(touch_user, (uintptr_t)user_call, 0, 0));
}

static void round_of_page_faults(void)
{
    uint64_t nowhere = NOWHERE + random_below(1 << 20) * 8;

    expect_trap(CAUSE_LOAD_PAGE, (uintptr_t)touch_load64, nowhere,
                trap_catch(touch_load64, nowhere, 0, 0));
    expect_trap(CAUSE_STORE_PAGE, (uintptr_t)touch_store64, nowhere,
                trap_catch(touch_store64, nowhere, 0, 0));
    expect_trap(CAUSE_FETCH_PAGE, nowhere, nowhere, trap_catch(touch_fetch, nowhere, 0, 0));
}

void probe_main(void)
{
    uint64_t *root = paging_root();
    uint64_t rounds = option_number("rounds", 100);

    for (uint64_t i = 0; i < rounds; i++) {
        round_of_calls();
        probe_report.rounds++;
    }
    paging_on(root, 3);
    for (uint64_t i = 0; i < rounds; i++)
        round_of_page_faults();
    paging_off();
}
