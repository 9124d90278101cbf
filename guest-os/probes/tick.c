/*
 * Proves nothing by itself: it is a load that sleeps `us=` (4000) again and again, as an idle
 * kernel with a tick does, and so comes between the turns of others. progress[0] counts its ticks.
 */
#include "probe.h"

const char probe_name[] = "tick";

void probe_main(void)
{
    uint64_t span = ticks_of_microseconds(option_number("us", 4000));

    for (;;) {
        sleep_until(time_now() + span);
        probe_report.progress[0]++;
    }
}
