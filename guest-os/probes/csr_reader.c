/*
 * The other half: sets nothing but what its runtime needs, lets other VMs run, and looks: sepc,
 * scause, stval, satp, scounteren and sip must stay as they were at the beginning (under
 * Stagecoach: zero). Options seed=, ms=. Reports facts.
 */
#include "probe.h"

const char probe_name[] = "csr_reader";

#define EXPECT_UNTOUCHED(csr, first)                                                               \
    expect_equal(first, csr_read(csr), "the CSR " #csr " shows no other VM's value")

void probe_main(void)
{
    uint64_t end = time_now() + ticks_of_microseconds(option_number("ms", 200) * 1000);
    uint64_t tval = csr_read(stval);
    uint64_t counters = csr_read(scounteren);
    uint64_t enabled = csr_read(sie);

    if (in_a_vm())
        expect_equal(0,
                     entry_state.sepc | entry_state.scause | entry_state.satp | entry_state.sip |
                         entry_state.sscratch | entry_state.stvec | entry_state.sie,
                     "supervisor CSRs are zero at the entry");
    while (time_now() < end) {
        vcpu_yield();
        for (uint64_t spin = random_below(5000); spin; spin--)
            time_now();
        EXPECT_UNTOUCHED(sepc, entry_state.sepc);
        EXPECT_UNTOUCHED(scause, entry_state.scause);
        EXPECT_UNTOUCHED(stval, tval);
        EXPECT_UNTOUCHED(satp, entry_state.satp);
        EXPECT_UNTOUCHED(scounteren, counters);
        EXPECT_UNTOUCHED(sie, enabled);
        expect_equal(0, csr_read(sip) & IE_SOFTWARE, "no other VM's interrupt is pending");
        probe_report.rounds++;
        probe_report.progress[0]++;
    }
}
