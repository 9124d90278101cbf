/*
 * Proves that WFI sleeps and wakes in time: `rounds=` times it arms the timer `us=` (1000, varied
 * by half) ahead and waits; it never comes back with nothing pending but by choice of the machine,
 * and never earlier than the timer says. Also WFI with something already pending, and masked in
 * sie. Reports facts; counters: wakes, WFIs that ended with nothing pending, latency (ticks) least,
 * most and sum; progress[0] counts rounds.
 */
#include "probe.h"

const char probe_name[] = "sleeper";

enum { WAKES, SPURIOUS, LEAST, MOST, SUM, ASLEEP };

static void note_latency(uint64_t latency)
{
    counter_add(WAKES, "wakes", 1);
    counter_add(SUM, "latency_sum_ticks", latency);
    if (probe_report.counters[WAKES] == 1 || latency < probe_report.counters[LEAST])
        counter_set(LEAST, "latency_least_ticks", latency);
    if (latency > probe_report.counters[MOST])
        counter_set(MOST, "latency_most_ticks", latency);
}

static void sleep_once(uint64_t span)
{
    uint64_t began = time_now();
    uint64_t deadline = began + span;

    timer_arm(deadline);
    for (;;) {
        wait_for_interrupt();

        uint64_t now = time_now();

        /* The clock says it: QEMU 7.2 does not show the timer's interrupt in a guest's sip. */
        if (now >= deadline || csr_read(sip) & IE_TIMER) {
            expect_true(now >= deadline, deadline - now, "the timer never wakes early");
            note_latency(now - deadline);
            break;
        }
        counter_add(SPURIOUS, "spurious_wakes", 1);
        if (now > deadline + ticks_of_microseconds(1000000))
            probe_abandon("a sleeper's timer is pending within a second", now - deadline);
    }
    counter_add(ASLEEP, "asleep_ticks", time_now() - began);
    timer_stop();
    expect_equal(0, csr_read(sip) & IE_TIMER, "a timer moved away is not pending");
}

/* Something pending makes WFI return at once, though interrupts are off. */
static void expect_no_sleep(void)
{
    csr_set(sie, IE_SOFTWARE);
    csr_set(sip, IE_SOFTWARE);
    wait_for_interrupt();
    expect_true(csr_read(sip) & IE_SOFTWARE, 0, "WFI leaves what is pending");
    csr_clear(sip, IE_SOFTWARE);
    csr_clear(sie, IE_SOFTWARE);
}

void probe_main(void)
{
    uint64_t span = ticks_of_microseconds(option_number("us", 1000));

    counter_set(SPURIOUS, "spurious_wakes", 0);
    counter_set(MOST, "latency_most_ticks", 0);
    csr_set(sie, IE_TIMER);
    expect_no_sleep();
    sleep_once(0);
    for (uint64_t i = 0; i < option_number("rounds", 50); i++) {
        sleep_once(span / 2 + random_below(span + 1));
        probe_report.progress[0]++;
        probe_report.rounds++;
    }
}
