/*
 * Proves that the timer interrupt is exact: over `rounds=` periods drawn from the seed (20 … `us=`
 * microseconds) none comes early, none is lost, none comes twice; one set in the past comes at
 * once, one moved away does not come, and one re-armed in its handler comes again. Takes Sstc when
 * the isa string has it, else SBI TIME (option timer=). Reports facts; counters: ticks, latency.
 */
#include "probe.h"

const char probe_name[] = "timer";

enum { TICKS, LATENCY_MOST, LATENCY_SUM, IS_SSTC, PENDING_SHOWN };

static volatile uint64_t deadline; /* of the tick that is due; 0: none is */
static volatile uint64_t ticks;
static volatile bool rearm;

static uint64_t draw_period(void)
{
    return ticks_of_microseconds(20 + random_below(option_number("us", 500)));
}

static void tick(struct trap_frame *frame, uint64_t number)
{
    uint64_t now = time_now();

    (void)frame;
    expect_equal(IRQ_TIMER, number, "no interrupt but the timer's comes");
    expect_true(deadline != 0, number, "no tick comes that nobody armed");
    expect_true(now >= deadline, deadline - now, "no tick comes early");
    counter_add(LATENCY_SUM, "latency_sum_ticks", now - deadline);
    if (now - deadline > probe_report.counters[LATENCY_MOST])
        counter_set(LATENCY_MOST, "latency_most_ticks", now - deadline);
    counter_add(TICKS, "ticks", 1);
    deadline = 0;
    if (rearm) {
        deadline = now + draw_period();
        timer_arm(deadline);
    } else {
        timer_stop();
    }
    ticks++;
}

/* Waits for the count of ticks, by WFI or by spinning; a tick that is lost ends the probe. */
static void wait_for_ticks(uint64_t wanted, bool spin)
{
    uint64_t patience = time_now() + ticks_of_microseconds(1000000);

    while (ticks < wanted) {
        if (time_now() > patience)
            probe_abandon("no tick is lost", wanted - ticks);
        if (spin)
            continue;
        /* Interrupts off between look and WFI, so that the tick cannot fall in between. */
        csr_clear(sstatus, SSTATUS_SIE);
        if (ticks < wanted)
            wait_for_interrupt();
        csr_set(sstatus, SSTATUS_SIE);
    }
}

static void expect_single_ticks(uint64_t rounds)
{
    for (uint64_t i = 0; i < rounds; i++) {
        uint64_t before = ticks;

        deadline = time_now() + draw_period();
        timer_arm(deadline);
        wait_for_ticks(before + 1, i & 1);
        for (unsigned spin = 0; spin < 100; spin++)
            time_now();
        expect_equal(before + 1, ticks, "one arming gives one tick");
        probe_report.rounds++;
    }
}

static void expect_in_the_past(void)
{
    uint64_t before = ticks;

    deadline = time_now() - 1;
    timer_arm(deadline);
    wait_for_ticks(before + 1, true);
    deadline = 1;
    timer_arm(0);
    wait_for_ticks(before + 2, true);
    expect_equal(before + 2, ticks, "a timer set in the past comes at once, and once");
    /* How long ago those deadlines were is no latency. */
    counter_set(LATENCY_MOST, "latency_most_ticks", 0);
    counter_set(LATENCY_SUM, "latency_sum_ticks", 0);
}

static void expect_cancelled(void)
{
    uint64_t before = ticks;
    uint64_t end = time_now() + ticks_of_microseconds(2000);

    /* Masked, so that it may fall due before it is moved away, on a slow machine. */
    csr_clear(sstatus, SSTATUS_SIE);
    timer_arm(time_now() + ticks_of_microseconds(500));
    timer_arm(~0ull);
    csr_set(sstatus, SSTATUS_SIE);
    while (time_now() < end)
        ;
    expect_equal(before, ticks, "a timer that was moved away does not come");
}

/* Due while interrupts are off: pending all the time, taken once when they are on again. */
static void expect_held(void)
{
    uint64_t before = ticks;

    csr_clear(sstatus, SSTATUS_SIE);
    deadline = time_now() + ticks_of_microseconds(100);
    timer_arm(deadline);
    while (time_now() < deadline + ticks_of_microseconds(1000))
        ;
    sbi_call(SBI_EXT_BASE, SBI_BASE_GET_SPEC_VERSION, 0, 0, 0);
    /* A count, no fact: QEMU 7.2 does not show the timer's interrupt in a guest's sip. */
    counter_set(PENDING_SHOWN, "pending_shown", csr_read(sip) >> IRQ_TIMER & 1);
    expect_equal(before, ticks, "a masked timer does not interrupt");
    csr_set(sstatus, SSTATUS_SIE);
    wait_for_ticks(before + 1, true);
    expect_equal(before + 1, ticks, "a held tick comes once");
}

static void expect_train(uint64_t rounds)
{
    uint64_t before = ticks;

    rearm = true;
    deadline = time_now() + draw_period();
    timer_arm(deadline);
    while (ticks < before + rounds)
        wait_for_ticks(ticks + 1, false);
    rearm = false;
    wait_for_ticks(ticks + 1, true);
    timer_stop();
}

void probe_main(void)
{
    uint64_t rounds = option_number("rounds", 100);

    counter_set(LATENCY_MOST, "latency_most_ticks", 0);
    counter_set(IS_SSTC, "sstc", timer_is_sstc());
    timer_stop();
    on_interrupt = tick;
    csr_set(sie, IE_TIMER);
    csr_set(sstatus, SSTATUS_SIE);
    expect_in_the_past();
    expect_single_ticks(rounds);
    expect_cancelled();
    expect_held();
    expect_train(rounds);
    expect_cancelled();
    csr_clear(sstatus, SSTATUS_SIE);
}
