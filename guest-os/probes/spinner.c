/*
 * Proves nothing by itself: it is the load. Each vCPU counts in memory as fast as it can, for `ms=`
 * of guest time (0: for ever), after a sleep of `rest_ms=`, and never gives the processor away. A
 * judge outside compares progress[vcpu] between VMs for their shares; gap_ticks is the longest time
 * that vCPU 0 saw pass between two looks at the clock, own_ticks what passed without gaps (over
 * `gap_us=`, 20).
 */
#include "probe.h"

const char probe_name[] = "spinner";

enum { GAP_MOST, OWN, AWAY, TURNS, TOTAL };

static volatile uint32_t finished;

static void spin(uint64_t vcpu)
{
    uint64_t span = ticks_of_microseconds(option_number("ms", 1000) * 1000);
    uint64_t gap = ticks_of_microseconds(option_number("gap_us", 20));
    uint64_t began = time_now();
    uint64_t last = began;
    volatile uint64_t *progress = &probe_report.progress[vcpu];

    while (!span || last - began < span) {
        for (unsigned i = 0; i < 16; i++)
            ++*progress;

        uint64_t now = time_now();
        uint64_t step = now - last;

        last = now;
        if (vcpu)
            continue;
        probe_report.counters[step > gap ? AWAY : OWN] += step;
        probe_report.counters[TURNS] += step > gap;
        if (step > probe_report.counters[GAP_MOST])
            probe_report.counters[GAP_MOST] = step;
    }
    probe_report.counters[TOTAL] = vcpu ? probe_report.counters[TOTAL] : last - began;
}

static void spin_second(struct vcpu *self)
{
    spin(self->hart_id);
    __atomic_add_fetch(&finished, 1, __ATOMIC_RELEASE);
}

void probe_main(void)
{
    unsigned vcpus = board.cpu_count < PROBE_MAX_VCPUS ? board.cpu_count : PROBE_MAX_VCPUS;

    counter_set(GAP_MOST, "gap_most_ticks", 0);
    counter_set(OWN, "own_ticks", 0);
    counter_set(AWAY, "away_ticks", 0);
    counter_set(TURNS, "gaps", 0);
    counter_set(TOTAL, "total_ticks", 0);
    for (unsigned i = 1; i < vcpus; i++)
        expect_equal(SBI_SUCCESS, (uint64_t)vcpu_start(i, spin_second, 0), "a vCPU starts");
    if (option_number("rest_ms", 0))
        sleep_until(time_now() + ticks_of_microseconds(option_number("rest_ms", 0) * 1000));
    spin(0);
    for (unsigned i = 1; i < vcpus; i++)
        wait_at_least(&finished, i, 10000, "all vCPUs finish");
}
