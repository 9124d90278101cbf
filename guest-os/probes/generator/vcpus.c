/* Time and vCPUs: timers, wfi, suspends, stops and starts. */
#include "generator/generator.h"

#define SUSPEND_RETENTIVE     0x00000000ull
#define SUSPEND_NON_RETENTIVE 0x80000000ull
#define MOST_US               200

/* By the SBI, or by stimecmp where it is there. */
static void arm(struct worker *w, uint64_t deadline)
{
    w->deadline = deadline;
    if (board.has_sstc && draw_below(w, 2))
        csr_write(CSR_STIMECMP, deadline);
    else
        expect_equal(0,
                     (uint64_t)call(w, SBI_EXT_TIME, SBI_TIME_SET_TIMER, deadline, draw_data(w),
                                    draw_data(w), 0, 0)
                         .error,
                     "a timer can be set");
}

static void disarm(struct worker *w)
{
    csr_write(sie, 0);
    timer_stop();
    w->deadline = ~0ull;
}

static uint64_t soon(struct worker *w)
{
    return time_now() + ticks_of_microseconds(draw_below(w, MOST_US));
}

/* Any deadline: due, soon, far, at the ends of the numbers. It stays armed or not. */
static void set_timer(struct worker *w)
{
    csr_write(sie, 0);
    arm(w, draw_below(w, 2) ? draw_number(w) : soon(w));
    if (draw_below(w, 2))
        csr_write(sie, IE_TIMER);
    else
        disarm(w);
}

void sleep_a_little(struct worker *w)
{
    uint64_t deadline = soon(w);

    arm(w, deadline);
    csr_write(sie, IE_TIMER);
    while (time_now() < deadline)
        wait_for_interrupt();
    disarm(w);
}

/* wfi with all registers drawn: interrupts off, or on. */
static void sleep_in_piece(struct worker *w)
{
    uint64_t deadline, before = w->interrupts[IRQ_TIMER];
    unsigned how = draw_below(w, 2) ? PIECE_INTERRUPTS : 0;

    csr_clear(sip, IE_SOFTWARE);
    csr_write(sie, 0);
    arm(w, deadline = soon(w));
    csr_write(sie, IE_TIMER | (draw_below(w, 2) ? IE_SOFTWARE : 0));
    do {
        struct attempt *attempt = piece_begin(w);

        piece_add(w, WFI);
        if (!expect_true(piece_run(w, how, 0), attempt->cause, "supervisor mode may wait"))
            break;
        if (how && w->interrupts[IRQ_TIMER] != before)
            break;
        csr_clear(sip, IE_SOFTWARE);
    } while (time_now() < deadline);
    if (how && time_now() < deadline)
        expect_true(false, deadline, "a sleeper wakes at its timer");
    disarm(w);
}

/* Code that runs until the timer's interrupt, which must come. */
static void spin_until_timer(struct worker *w)
{
    enum { FLAG = 5, OLD = 6, NOW = 7 };
    struct attempt *attempt;
    uint64_t deadline = time_now() + ticks_of_microseconds(draw_below(w, 50));

    csr_clear(sip, IE_SOFTWARE);
    csr_write(sie, 0);
    arm(w, deadline);
    csr_write(sie, IE_TIMER);
    attempt = piece_begin(w);
    attempt->x[FLAG] = (uintptr_t)&w->interrupts[IRQ_TIMER];
    attempt->x[OLD] = w->interrupts[IRQ_TIMER];
    piece_add(w, LOAD(3, NOW, FLAG));
    piece_add(w, 0xfe638ee3u); /* beq x7, x6, -4 */
    expect_true(piece_run(w, PIECE_INTERRUPTS, 1u << NOW), attempt->cause,
                "the timer's interrupt comes, and code goes on behind it");
    disarm(w);
}

/* User mode may not wait, or not for long. */
static void user_waits(struct worker *w)
{
    struct attempt *attempt;

    csr_clear(sip, IE_SOFTWARE);
    csr_write(sie, 0);
    if (draw_below(w, 2)) { /* else nothing would ever wake it */
        arm(w, soon(w));
        csr_write(sie, IE_TIMER);
    }
    attempt = piece_begin(w);
    piece_add(w, WFI);
    if (!piece_run(w, PIECE_USER, 0))
        expect_equal(CAUSE_ILLEGAL, attempt->cause, "user mode's wfi is refused, or ends");
    disarm(w);
}

/* Software interrupts on and off, as they come from others. */
static void take_software(struct worker *w)
{
    struct attempt *attempt;
    uint64_t before = w->interrupts[IRQ_SOFTWARE];

    disarm(w);
    csr_set(sip, IE_SOFTWARE);
    csr_write(sie, IE_SOFTWARE);
    attempt = piece_begin(w);
    piece_add(w, 0x00000013u);
    piece_add(w, 0x00000013u);
    expect_true(piece_run(w, draw_below(w, 2) ? PIECE_USER : PIECE_INTERRUPTS, 0), attempt->cause,
                "code goes on behind an interrupt");
    expect_true(w->interrupts[IRQ_SOFTWARE] > before, before,
                "an interrupt that is pending and enabled is taken");
    csr_write(sie, 0);
}

static void suspend(struct worker *w)
{
    uint64_t deadline;

    csr_clear(sip, IE_SOFTWARE);
    csr_write(sie, 0);
    arm(w, deadline = soon(w));
    csr_write(sie, IE_TIMER);
    expect_equal(0,
                 (uint64_t)call(w, SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, SUSPEND_RETENTIVE,
                                draw_data(w), draw_data(w), 0, 0)
                     .error,
                 "a retentive suspend returns as a call does");
    disarm(w);
}

/* What a vCPU holds that was started or resumed anew: nothing but what SBI says. */
static void expect_resumed(struct worker *w, int64_t error)
{
    uint64_t satp_now = csr_read(satp);

    csr_write(sie, 0);
    if (!expect_equal(0, (uint64_t)error, "a vCPU leaves, and comes back where it said"))
        return;
    expect_equal(0, satp_now, "a vCPU that is started or resumed anew has satp 0");
    expect_equal(w->number, w->resumed_hart, "its a0 is its hart id");
    float_lost(w);
    csr_write(fcsr, 0);
}

static void suspend_anew(struct worker *w)
{
    csr_clear(sip, IE_SOFTWARE);
    csr_write(sie, 0);
    arm(w, soon(w));
    csr_write(sie, IE_TIMER);
    expect_resumed(w, generator_leave(w, SBI_HSM_HART_SUSPEND, SUSPEND_NON_RETENTIVE,
                                      (uintptr_t)generator_resumed, (uintptr_t)w));
    disarm(w);
}

/* Stops, until another vCPU of this VM starts it. The first one never does. */
static void stop(struct worker *w)
{
    if (!w->number)
        return;
    disarm(w);
    __atomic_store_n(&w->parked, 1, __ATOMIC_RELEASE);
    expect_resumed(w, generator_leave(w, SBI_HSM_HART_STOP, 0, 0, 0));
}

/* Who starts a vCPU has taken its mark first, so that only one does. */
static void start(struct worker *w, struct worker *other)
{
    struct sbi_result result;

    if (!__atomic_exchange_n(&other->parked, 0, __ATOMIC_ACQ_REL))
        return;
    result = call(w, SBI_EXT_HSM, SBI_HSM_HART_START, other->number, (uintptr_t)generator_resumed,
                  (uintptr_t)other, draw_data(w), draw_data(w));
    if (result.error == 0)
        return;
    expect_equal((uint64_t)SBI_ERR_ALREADY_AVAILABLE, (uint64_t)result.error,
                 "a vCPU that has stopped can be started");
    __atomic_store_n(&other->parked, 1, __ATOMIC_RELEASE);
}

static void start_others(struct worker *w)
{
    for (unsigned i = 0; i < board.cpu_count; i++)
        if (&workers[i] != w)
            start(w, &workers[i]);
}

bool all_done(struct worker *w)
{
    bool done = true;

    start_others(w);
    for (unsigned i = 1; i < board.cpu_count; i++)
        done &= workers[i].vcpu->begun && !workers[i].vcpu->running;
    return done;
}

const struct operation times[] = {
    {"timers", 4, set_timer},
    {"sleeps", 4, sleep_a_little},
    {"sleeps", 6, sleep_in_piece},
    {"timers", 6, spin_until_timer},
    {"sleeps", 2, user_waits},
    {"interrupts", 5, take_software},
    {NULL, 0, NULL},
};

const struct operation vcpus[] = {
    {"suspends", 4, suspend}, {"suspends", 4, suspend_anew},
    {"stops", 3, stop},       {"starts", 5, start_others},
    {NULL, 0, NULL},
};
