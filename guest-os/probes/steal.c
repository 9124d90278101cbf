/*
 * Proves that steal time is true (SBI spec, chapter 16): it never goes back, its sequence is even
 * whenever it is read whole, and over `ms=` (500) of guest time it equals the gaps that the guest
 * itself saw in the clock, within `percent=` (10) of the span. compete=1 says that another VM runs,
 * so that it must have grown. Reports facts; counters: steal and gaps in microseconds.
 */
#include "probe.h"

const char probe_name[] = "steal";

enum { STEAL_US, GAPS_US, SPAN_US };

/* SBI spec, table "STA Shared Memory Structure". */
struct sta {
    uint32_t sequence;
    uint32_t flags;
    uint64_t steal; /* nanoseconds */
    uint8_t preempted;
    uint8_t pad[47];
};

_Static_assert(sizeof(struct sta) == 64, "the structure is 64 bytes");

static volatile struct sta shared __attribute__((aligned(64)));

static uint64_t read_steal(void)
{
    for (unsigned attempt = 0; attempt < 1000; attempt++) {
        uint32_t before = __atomic_load_n(&shared.sequence, __ATOMIC_ACQUIRE);
        uint64_t steal = shared.steal;

        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (!(before & 1) && before == shared.sequence)
            return steal;
    }
    probe_abandon("the sequence of steal time comes to rest on an even number", shared.sequence);
}

static uint64_t microseconds_of_ticks(uint64_t ticks)
{
    return ticks * 1000000 / board.timebase_hz;
}

void probe_main(void)
{
    if (!sbi_has(SBI_EXT_STA))
        probe_unable("the SBI's steal-time extension");
    for (unsigned i = 0; i < sizeof shared; i++)
        ((volatile uint8_t *)&shared)[i] = 0xa5;
    expect_equal(SBI_SUCCESS,
                 (uint64_t)sbi_call(SBI_EXT_STA, SBI_STA_SET_SHMEM, (uintptr_t)&shared, 0, 0).error,
                 "steal time is turned on");
    for (unsigned i = 0; i < sizeof shared; i++) /* it has not lost its turn since */
        expect_equal(0, ((volatile uint8_t *)&shared)[i],
                     "the memory is zero when the call returns");
    expect_equal(0, shared.flags, "flags are zero");
    expect_equal(0, shared.preempted, "a vCPU that runs sees itself not preempted");

    uint64_t gap = ticks_of_microseconds(option_number("gap_us", 20));
    uint64_t span = ticks_of_microseconds(option_number("ms", 500) * 1000);
    uint64_t first = read_steal();
    uint64_t began = time_now();
    uint64_t last = began;
    uint64_t steal = first;
    uint64_t gaps = 0;

    while (last - began < span) {
        uint64_t now = time_now();
        uint64_t again = read_steal();

        expect_true(again >= steal, steal - again, "steal time never goes back");
        if (now - last > gap)
            gaps += now - last;
        last = now;
        steal = again;
        probe_report.progress[0]++;
    }

    uint64_t stolen = (steal - first) / 1000;
    uint64_t seen = microseconds_of_ticks(gaps);
    uint64_t whole = microseconds_of_ticks(last - began);
    uint64_t apart = stolen > seen ? stolen - seen : seen - stolen;

    counter_set(STEAL_US, "steal_us", stolen);
    counter_set(GAPS_US, "gaps_us", seen);
    counter_set(SPAN_US, "span_us", whole);
    expect_true(stolen <= whole, stolen, "no more time is stolen than passed");
    expect_true(apart * 100 <= whole * option_number("percent", 10), apart,
                "steal time equals the gaps that the guest saw");
    if (option_number("compete", 0))
        expect_true(stolen * 10 > whole, stolen, "with a rival, steal time grows");
    expect_equal(SBI_SUCCESS,
                 (uint64_t)sbi_call(SBI_EXT_STA, SBI_STA_SET_SHMEM, ~0ull, ~0ull, 0).error,
                 "steal time is turned off");
    steal = shared.steal;
    sleep_until(time_now() + ticks_of_microseconds(30000));
    expect_equal(steal, shared.steal, "turned off, the memory is left alone");
}
