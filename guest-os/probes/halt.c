/*
 * Proves how a VM ends that nobody ends: each of its vCPUs stops itself (HSM), the boot one last if
 * `last=boot` (the default), first if `last=second`; before that each spins for `us=` (500).
 * Reports facts but no end of its own: no code of it is left that could ask for one.
 */
#include "probe.h"

const char probe_name[] = "halt";

static void spin_and_return(struct vcpu *self)
{
    uint64_t end = time_now() + ticks_of_microseconds(option_number("us", 500));

    while (time_now() < end)
        probe_report.progress[self->hart_id]++;
}

void probe_main(void)
{
    unsigned vcpus = board.cpu_count < PROBE_MAX_VCPUS ? board.cpu_count : PROBE_MAX_VCPUS;

    for (unsigned i = 1; i < vcpus; i++)
        expect_equal(SBI_SUCCESS, (uint64_t)vcpu_start(i, spin_and_return, 0), "a vCPU starts");
    if (!option_is("last", "second")) {
        for (unsigned i = 1; i < vcpus; i++)
            vcpu_await_done(i, 1000);
        spin_and_return(vcpu_self());
    }
    probe_report.verdict = PROBE_PASSED;
    sbi_call(SBI_EXT_HSM, SBI_HSM_HART_STOP, 0, 0, 0);
    probe_abandon("a vCPU that stops itself runs no more", 0);
}
