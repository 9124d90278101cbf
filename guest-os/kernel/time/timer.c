/* Sets the timer: by stimecmp where the hart has it (Sstc), else by the SBI. */
#include "time/timer.h"

#include <stdbool.h>

#include "boot/csr.h"
#include "boot/init.h"
#include "platform/platform.h"
#include "sbi/sbi.h"

uint64_t timer_origin;

static bool time_extension;

void timer_set(uint64_t deadline)
{
    if (platform.sstc)
        csr_write(stimecmp, deadline);
    else if (time_extension)
        sbi_call(SBI_EXT_TIME, SBI_TIME_SET_TIMER, (long)deadline, 0, 0);
    else
        sbi_call(SBI_LEGACY_SET_TIMER, 0, (long)deadline, 0, 0);
}

uint64_t timer_microseconds(uint64_t ticks)
{
    uint64_t hz = platform.timebase_hz;
    return ticks / hz * 1000000 + ticks % hz * 1000000 / hz;
}

uint64_t timer_ticks(uint64_t microseconds)
{
    uint64_t hz = platform.timebase_hz;
    return microseconds / 1000000 * hz + (microseconds % 1000000 * hz + 999999) / 1000000;
}

static void timer_init(void)
{
    timer_origin = time_now();
    time_extension = sbi_probe(SBI_EXT_TIME);
    timer_set(TIMER_NEVER);
}
RIDER_INIT(INIT_TIME, timer_init);
