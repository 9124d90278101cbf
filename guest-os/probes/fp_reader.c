/*
 * The other half: never writes an FP register, lets other VMs run, and looks: whatever the
 * registers held at its first instruction (under Stagecoach: zero) they must hold for ever, also
 * after it has turned its FP unit off and on. Options seed=, ms=. Reports facts.
 */
#include "probe.h"

const char probe_name[] = "fp_reader";

static void look(void)
{
    uint64_t found[32];

    float_store_all(found);
    for (unsigned i = 0; i < 32; i++)
        if (!expect_equal(entry_state.f[i], found[i], "no FP register shows another VM's value"))
            explain("fp_reader: f%u\n", (uint64_t)i);
    expect_equal(entry_state.fcsr, csr_read(fcsr), "fcsr shows no other VM's value");
}

void probe_main(void)
{
    uint64_t end = time_now() + ticks_of_microseconds(option_number("ms", 200) * 1000);
    bool in_vm = in_a_vm();

    for (unsigned i = 0; in_vm && i < 32; i++)
        expect_equal(0, entry_state.f[i], "FP registers are zero at the entry");
    while (time_now() < end) {
        uint64_t state = random_below(4) << 13;

        csr_clear(sstatus, SSTATUS_FS);
        csr_set(sstatus, state);
        give_way();
        expect_equal(state, csr_read(sstatus) & SSTATUS_FS, "sstatus.FS stays as it was set");
        csr_set(sstatus, SSTATUS_FS_INITIAL);
        look();
        probe_report.rounds++;
        probe_report.progress[0]++;
    }
}
