/*
 * Proves that a guest that jumps to nowhere gets a fetch access fault of its own, with sepc and
 * stval where it jumped, and goes on; option fatal=1 then jumps there with no handler, so that the
 * guest hangs or ends alone. Reports facts; counter: jumps.
 */
#include "probe.h"

const char probe_name[] = "jump_nowhere";

static void expect_fetch_fault(uint64_t address)
{
    struct trap trap = trap_catch(touch_fetch, address, 0, 0);

    counter_add(0, "jumps", 1);
    if (!expect_equal(CAUSE_FETCH_ACCESS, trap.cause, "a jump to nothing is a fetch access fault"))
        return;
    expect_equal(address, trap.epc, "sepc is where it jumped");
    expect_true(trap.tval == address || trap.tval == 0, trap.tval, "stval is that address, or 0");
}

void probe_main(void)
{
    uint64_t end = board.memory.start + board.memory.bytes;

    expect_fetch_fault(end);
    expect_fetch_fault(end + 4);
    expect_fetch_fault(1ull << 40);
    expect_fetch_fault(1ull << 41);
    expect_fetch_fault(1ull << 55);
    if (in_a_vm()) {
        expect_fetch_fault(0);
        expect_fetch_fault(board.memory.start - 4);
        expect_fetch_fault(~3ull);
    }
    for (uint64_t i = 0; i < option_number("rounds", 100); i++) {
        expect_fetch_fault((end | random_next() << 32) & ~3ull & ((1ull << 56) - 1));
        probe_report.rounds++;
    }
    if (!option_number("fatal", 0))
        return;
    csr_write(stvec, end);
    touch_fetch(end, 0, 0);
}
