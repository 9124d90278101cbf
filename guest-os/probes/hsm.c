/*
 * (Longer than 300 lines: it is one chapter of the specification.)
 * Proves hart state management (SBI spec, chapter 9) on all vCPUs of this VM: start with hart id
 * and opaque value, stop, start again `rounds=` times, status at each point, suspend and wake by
 * IPI, timer and what is pending already, steal time forgotten, and each error that the
 * specification names. Needs two vCPUs. Reports facts; counters: starts.
 */
#include "probe.h"

const char probe_name[] = "hsm";

enum { STARTS, SUSPENDS, ELSEWHERE };

#define NON_RETENTIVE 0x80000000ull
#define RETENTIVE     0x00000000ull
#define PLATFORM_TYPE 0x10000000ull

static const uint64_t reserved_types[] = {0x00000001, 0x0fffffff, 0x80000001, 0x8fffffff};

/* The kind of suspend is a uint32_t: what a caller leaves above it says nothing, be it the sign,
 * as the C calling convention has it, or anything else. */
static uint64_t widened(uint64_t type)
{
    return random_below(2) ? (uint64_t)(int64_t)(int32_t)type : type | random_next() << 32;
}

static unsigned vcpus;
static volatile uint32_t phase;
static volatile uint32_t woken;
static volatile int64_t suspend_error;

static uint64_t status_of(uint64_t hart)
{
    struct sbi_result result = sbi_call(SBI_EXT_HSM, SBI_HSM_HART_GET_STATUS, hart, 0, 0);

    expect_equal(SBI_SUCCESS, (uint64_t)result.error, "the status of a vCPU is told");
    return result.value;
}

static void wait_for_status(uint64_t hart, uint64_t status, const char *what)
{
    uint64_t patience = time_now() + ticks_of_microseconds(1000000);

    while (status_of(hart) != status) {
        if (time_now() > patience)
            probe_abandon(what, status_of(hart));
        vcpu_yield();
    }
}

/* What the next life must not have: page tables, interrupts on, FP registers. */
static void leave_traces(void)
{
    static const uint64_t pattern[32] = {[0 ... 31] = 0xfeedfacecafebeef};
    static uint64_t *root;

    if (!root)
        root = paging_root();
    float_load_all(pattern);
    paging_on(root, 7);
    csr_write(sie, 0);
    csr_set(sstatus, SSTATUS_SIE | SSTATUS_SPIE);
}

static void run_until_told(struct vcpu *self)
{
    expect_true(self == &vcpu_areas[self->hart_id].vcpu, self->hart_id,
                "a started vCPU has its hart id in a0 and its opaque value in a1");
    expect_equal(0, csr_read(satp), "a started vCPU has satp 0");
    expect_equal(0, csr_read(sstatus) & SSTATUS_SIE, "a started vCPU has interrupts off");
    while (!phase)
        vcpu_yield();
    leave_traces();
}

static void start_and_stop_all(void)
{
    phase = 0;
    for (unsigned i = 1; i < vcpus; i++) {
        expect_equal(SBI_HSM_STOPPED, status_of(i), "before its start a vCPU is STOPPED");
        expect_equal(SBI_SUCCESS, (uint64_t)vcpu_start(i, run_until_told, 0), "a vCPU starts");
        counter_add(STARTS, "starts", 1);
    }
    for (unsigned i = 1; i < vcpus; i++) {
        vcpu_await_begun(i);
        expect_equal(SBI_HSM_STARTED, status_of(i), "a vCPU that runs is STARTED");
        expect_equal(
            (uint64_t)SBI_ERR_ALREADY_AVAILABLE,
            (uint64_t)sbi_call(SBI_EXT_HSM, SBI_HSM_HART_START, i, (uintptr_t)__image_start, 0)
                .error,
            "a vCPU that runs cannot be started: ALREADY_AVAILABLE");
    }
    phase = 1;
    for (unsigned i = 1; i < vcpus; i++)
        wait_for_status(i, SBI_HSM_STOPPED, "a vCPU that stops itself is STOPPED");
}

static void expect_errors(void)
{
    expect_equal(SBI_HSM_STARTED, status_of(0), "the boot vCPU is STARTED");
    expect_equal(
        (uint64_t)SBI_ERR_ALREADY_AVAILABLE,
        (uint64_t)sbi_call(SBI_EXT_HSM, SBI_HSM_HART_START, 0, (uintptr_t)__image_start, 0).error,
        "the boot vCPU cannot be started");
    for (unsigned i = 0; i < 4; i++) {
        uint64_t hart = i == 0 ? vcpus : vcpus + 100 + (random_next() >> random_below(50));

        expect_equal(
            (uint64_t)SBI_ERR_INVALID_PARAM,
            (uint64_t)sbi_call(SBI_EXT_HSM, SBI_HSM_HART_START, hart, (uintptr_t)__image_start, 0)
                .error,
            "a vCPU that is not there cannot be started: INVALID_PARAM");
        expect_equal((uint64_t)SBI_ERR_INVALID_PARAM,
                     (uint64_t)sbi_call(SBI_EXT_HSM, SBI_HSM_HART_GET_STATUS, hart, 0, 0).error,
                     "a vCPU that is not there has no status: INVALID_PARAM");
    }
    for (unsigned i = 0; i < sizeof reserved_types / sizeof reserved_types[0]; i++)
        expect_equal(
            (uint64_t)SBI_ERR_INVALID_PARAM,
            (uint64_t)sbi_call(SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, widened(reserved_types[i]), 0, 0)
                .error,
            "a reserved kind of suspend is INVALID_PARAM");

    struct sbi_result platform =
        sbi_call(SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, widened(PLATFORM_TYPE), 0, 0);

    expect_true(platform.error == SBI_ERR_NOT_SUPPORTED || platform.error == SBI_ERR_INVALID_PARAM,
                (uint64_t)platform.error, "a platform's own kind of suspend is refused");

    const uint64_t nowhere[] = {0, board.memory.start - 4, board.memory.start + board.memory.bytes,
                                ~3ull};
    /* On bare firmware more than RAM may be executed. */
    for (unsigned i = 0; sbi_has(SBI_EXT_PV) && i < sizeof nowhere / sizeof nowhere[0]; i++) {
        struct sbi_result away =
            sbi_call(SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, widened(NON_RETENTIVE), nowhere[i], 0);
        expect_true(away.error == SBI_ERR_INVALID_ADDRESS || away.error == SBI_ERR_NOT_SUPPORTED ||
                        away.error == SBI_ERR_INVALID_PARAM,
                    (uint64_t)away.error, "a suspend that is to resume outside RAM is refused");
    }
}

/* Waits for an IPI by wfi, which is no suspend. */
static void wait_once(struct vcpu *self)
{
    (void)self;
    csr_clear(sip, IE_SOFTWARE);
    csr_set(sie, IE_SOFTWARE);
    phase = 1;
    while (!(csr_read(sip) & IE_SOFTWARE))
        wait_for_interrupt();
    csr_clear(sie, IE_SOFTWARE);
    csr_clear(sip, IE_SOFTWARE);
    woken = 1;
}

static void expect_wait(unsigned hart)
{
    phase = woken = 0;
    expect_equal(SBI_SUCCESS, (uint64_t)vcpu_start(hart, wait_once, 0), "a vCPU starts");
    wait_at_least(&phase, 1, 1000, "a vCPU is about to wait");
    for (unsigned i = 0; i < 5; i++) {
        vcpu_yield();
        expect_equal(SBI_HSM_STARTED, status_of(hart), "a vCPU that waits by wfi is STARTED");
    }
    sbi_call(SBI_EXT_IPI, SBI_IPI_SEND_IPI, 1, hart, 0);
    wait_at_least(&woken, 1, 1000, "an IPI ends a wait");
    wait_for_status(hart, SBI_HSM_STOPPED, "a vCPU that stops itself is STOPPED");
}

/* Suspends until an IPI; retentive, so the call returns. */
static void suspend_once(struct vcpu *self)
{
    (void)self;
    csr_clear(sip, IE_SOFTWARE);
    csr_set(sie, IE_SOFTWARE);
    phase = 1;
    suspend_error = sbi_call(SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, widened(RETENTIVE), 0, 0).error;
    woken = 1;
    expect_true(csr_read(sip) & IE_SOFTWARE, csr_read(sip),
                "a suspended vCPU wakes with its interrupt pending");
    csr_clear(sie, IE_SOFTWARE);
    csr_clear(sip, IE_SOFTWARE);
}

static void expect_suspend(unsigned hart)
{
    phase = woken = 0;
    expect_equal(SBI_SUCCESS, (uint64_t)vcpu_start(hart, suspend_once, 0), "a vCPU starts");
    wait_at_least(&phase, 1, 1000, "a vCPU is about to suspend");
    wait_for_status(hart, SBI_HSM_SUSPENDED, "a vCPU that suspended itself is SUSPENDED");
    for (unsigned i = 0; i < 20; i++)
        vcpu_yield();
    expect_equal(0, woken, "a suspended vCPU does not run");
    expect_equal(SBI_SUCCESS, (uint64_t)sbi_call(SBI_EXT_IPI, SBI_IPI_SEND_IPI, 1, hart, 0).error,
                 "an IPI to a suspended vCPU is sent");
    wait_at_least(&woken, 1, 1000, "an IPI wakes a suspended vCPU");
    expect_equal(SBI_SUCCESS, (uint64_t)suspend_error, "a retentive suspend returns success");
    wait_for_status(hart, SBI_HSM_STOPPED, "a vCPU that stops itself is STOPPED");
    counter_add(SUSPENDS, "suspends", 1);
}

extern char secondary_start[];

/* What ends a suspend: an IPI from another vCPU, its own timer, or what is pending already. */
static enum { BY_IPI, BY_TIMER, AT_ONCE, WAKE_UPS } wake_up;

/* Suspends without keeping state: it comes back through secondary_start, as if started. */
static void suspend_elsewhere(struct vcpu *self)
{
    if (phase) {
        expect_equal(0, csr_read(satp), "a vCPU that resumes elsewhere has satp 0");
        expect_equal(0, csr_read(sstatus) & SSTATUS_SIE,
                     "a vCPU that resumes elsewhere has interrupts off");
        timer_stop();
        woken = 1;
        csr_clear(sie, IE_SOFTWARE);
        csr_clear(sip, IE_SOFTWARE);
        return;
    }
    csr_clear(sip, IE_SOFTWARE);
    leave_traces();
    csr_clear(sstatus, SSTATUS_SIE);
    csr_set(sie, wake_up == BY_TIMER ? IE_TIMER : IE_SOFTWARE);
    if (wake_up == BY_TIMER)
        timer_arm(time_now() + ticks_of_microseconds(300));
    if (wake_up == AT_ONCE)
        csr_set(sip, IE_SOFTWARE);
    __atomic_store_n(&phase, 1, __ATOMIC_RELEASE);
    suspend_error = sbi_call(SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, widened(NON_RETENTIVE),
                             (uintptr_t)secondary_start, (uintptr_t)self)
                        .error;
    woken = 2;
    csr_clear(sie, IE_SOFTWARE);
}

/* Firmware may refuse this kind; where it is served, it must be served right. */
static void expect_suspend_elsewhere(unsigned hart)
{
    uint64_t rest = ticks_of_microseconds(1000);

    phase = woken = 0;
    expect_equal(SBI_SUCCESS, (uint64_t)vcpu_start(hart, suspend_elsewhere, 0), "a vCPU starts");
    wait_at_least(&phase, 1, 1000, "a vCPU is about to suspend");
    if (wake_up == BY_IPI)
        for (unsigned i = 0; i < 20; i++)
            vcpu_yield();
    else
        sleep_until(time_now() + rest); /* so that nobody else has the hart meanwhile */
    if (woken != 2) {
        if (wake_up == BY_IPI) {
            wait_for_status(hart, SBI_HSM_SUSPENDED, "a vCPU that suspended itself is SUSPENDED");
            sbi_call(SBI_EXT_IPI, SBI_IPI_SEND_IPI, 1, hart, 0);
        }
        wait_at_least(&woken, 1, 1000, "what it waits for wakes a suspended vCPU");
        expect_equal(1, woken, "it resumes at its address and does not return");
        counter_add(ELSEWHERE, "resumed_elsewhere", 1);
    } else {
        expect_equal((uint64_t)SBI_ERR_NOT_SUPPORTED, (uint64_t)suspend_error,
                     "a non-retentive suspend returns only if it is NOT_SUPPORTED");
    }
    wait_for_status(hart, SBI_HSM_STOPPED, "a vCPU that stops itself is STOPPED");
}

static volatile uint64_t shared[8] __attribute__((aligned(64)));

/* Has its steal time told, in the first of its lives; in the second it only lives. */
static void ask_for_steal_time(struct vcpu *self)
{
    if (self->argument)
        expect_equal(
            SBI_SUCCESS,
            (uint64_t)sbi_call(SBI_EXT_STA, SBI_STA_SET_SHMEM, (uintptr_t)shared, 0, 0).error,
            "steal time is turned on");
    for (unsigned i = 0; i < 20; i++)
        vcpu_yield();
}

/* What a vCPU asked for does not outlive it: its memory has other uses in its next life. */
static void expect_steal_time_forgotten(unsigned hart)
{
    if (!sbi_has(SBI_EXT_STA))
        return;
    vcpu_start(hart, ask_for_steal_time, 1);
    wait_for_status(hart, SBI_HSM_STOPPED, "a vCPU that stops itself is STOPPED");
    for (unsigned i = 0; i < 8; i++)
        shared[i] = i + 1;
    vcpu_start(hart, ask_for_steal_time, 0);
    wait_for_status(hart, SBI_HSM_STOPPED, "a vCPU that stops itself is STOPPED");
    for (unsigned i = 0; i < 8; i++)
        expect_equal(i + 1, shared[i], "a vCPU that was started anew is told no steal time");
}

/* This vCPU itself, woken by its timer. */
static void expect_own_suspend(void)
{
    uint64_t deadline = time_now() + ticks_of_microseconds(500);

    csr_set(sie, IE_TIMER);
    timer_arm(deadline);
    while (time_now() < deadline)
        expect_equal(
            SBI_SUCCESS,
            (uint64_t)sbi_call(SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, widened(RETENTIVE), 0, 0).error,
            "a retentive suspend returns success");
    timer_stop();
    csr_clear(sie, IE_TIMER);
}

void probe_main(void)
{
    vcpus = board.cpu_count < PROBE_MAX_VCPUS ? board.cpu_count : PROBE_MAX_VCPUS;
    expect_errors();
    expect_own_suspend();
    if (vcpus < 2)
        return;
    for (uint64_t i = 0; i < option_number("rounds", 10); i++) {
        start_and_stop_all();
        expect_wait(1 + (unsigned)random_below(vcpus - 1));
        expect_suspend(1 + (unsigned)random_below(vcpus - 1));
        for (wake_up = 0; wake_up < WAKE_UPS; wake_up++)
            expect_suspend_elsewhere(1 + (unsigned)random_below(vcpus - 1));
        expect_steal_time_forgotten(1 + (unsigned)random_below(vcpus - 1));
        probe_report.rounds++;
    }
}
