/*
 * Proves nothing by itself: it is a nuisance. It touches `touch=` pages of 2 MiB, spins for `us=`
 * (1000) of guest time, then asks for a reboot, for ever: each life begins with its time at 0, and
 * what a life costs to make and to take apart is the hypervisor's work. A judge outside looks at
 * what its neighbours are left. progress[0] counts in this life.
 */
#include "probe.h"

const char probe_name[] = "reboot";

#define MIB2 (2ull << 20)

void probe_main(void)
{
    uint64_t first = ((uintptr_t)__image_end + MIB2 - 1) & ~(MIB2 - 1);
    uint64_t pages = option_number("touch", 0);

    for (uint64_t i = 0; i < pages; i++)
        *(volatile uint64_t *)(first + i * MIB2) = 1;

    uint64_t end = ticks_of_microseconds(option_number("us", 1000));

    while (time_now() < end)
        probe_report.progress[0]++;
    sbi_call(SBI_EXT_SRST, SBI_SRST_RESET, SBI_SRST_TYPE_COLD_REBOOT, SBI_SRST_REASON_NONE, 0);
    probe_abandon("a reboot does not return", 0);
}
