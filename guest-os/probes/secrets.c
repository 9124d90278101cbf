/*
 * Two guests for a test that nothing crosses from one VM to another (docs/checks.md,
 * noninterference). role=holder keeps secret= in every register, FP register, CSR and page that it
 * has, and does the same whatever the secret is. role=watcher looks at all that it can look at, or
 * at do=registers|float|csrs|memory|console|steal|counters|faults|timers|ipis|harts, and keeps what
 * it saw in its log; with write=1 the holder also writes secrets to the console. Both do rounds=
 * (30). States no facts but that it came through.
 */
#include "probe.h"

const char probe_name[] = "secrets";

#define LOG_WORDS 8192

static volatile uint64_t seen[LOG_WORDS]; /* the log: read from outside alone */
static uint64_t seen_count;
static uint64_t round_now;

uint64_t secret_exit(uint64_t secret, uint64_t kind);

static void keep(uint64_t value)
{
    seen[seen_count++ % LOG_WORDS] = value;
}

static void keep_call(uint64_t eid, uint64_t fid, uint64_t arg0, uint64_t arg1)
{
    struct sbi_result result = sbi_call(eid, fid, arg0, arg1, 0);

    keep((uint64_t)result.error);
    keep(result.value);
}

/* Lets the others run. */
static void pause_here(void)
{
    sleep_until(time_now() + ticks_of_microseconds(50));
}

/* ---- The watcher ---- */

static void look_at_registers(void)
{
    /* Those that fail come first: what others called last may still be about. */
    keep_call(SBI_EXT_BASE, 99, 0, 0);
    keep_call(0x12345678, 0, 0, 0);
    for (unsigned i = 0; i < 8; i++)
        keep_call(SBI_EXT_BASE, i, 0, 0);
    keep_call(SBI_EXT_TIME, 7, 0, 0);
    keep_call(SBI_EXT_IPI, SBI_IPI_SEND_IPI, 0, 0);
    keep_call(SBI_EXT_HSM, SBI_HSM_HART_GET_STATUS, 99, 0);
    keep_call(SBI_EXT_HSM, SBI_HSM_HART_GET_STATUS, 0, 0);
    keep_call(SBI_EXT_PV, SBI_PV_FEATURES, 0, 0);
    keep_call(SBI_EXT_PV, SBI_PV_YIELD, 0, 0);
    keep_call(SBI_EXT_RFENCE, SBI_RFENCE_FENCE_I, 1, 0);
    keep_call(SBI_EXT_SRST, SBI_SRST_RESET, 7, 0);
}

/* FP as it is, without having loaded any; and while sstatus.FS says that it is off or clean. */
static void look_at_float(void)
{
    uint64_t f[32];

    float_store_all(f);
    for (unsigned i = 0; i < 32; i++)
        keep(f[i]);
    keep(csr_read(fcsr));
    keep(csr_read(sstatus));
    csr_write(sstatus, (csr_read(sstatus) & ~SSTATUS_FS) | (round_now & 3) << 13);
    pause_here();
    csr_set(sstatus, SSTATUS_FS);
}

static void look_at_csrs(void)
{
    keep(csr_read(sstatus));
    keep(csr_read(sie));
    keep(csr_read(stvec));
    keep(csr_read(scounteren));
    keep(csr_read(0x10a)); /* senvcfg */
    keep(csr_read(sepc));
    keep(csr_read(scause));
    keep(csr_read(stval));
    keep(csr_read(sip));
    keep(csr_read(satp));
    if (board.has_sstc)
        keep(csr_read(CSR_STIMECMP));
}

static uint64_t *any_page(void)
{
    uint64_t first = ((uintptr_t)__image_end + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
    uint64_t pages = (board.device_tree.start - first) / PAGE_BYTES;

    return (uint64_t *)(uintptr_t)(first + random_below(pages) * PAGE_BYTES);
}

static void look_at_memory(void)
{
    const uint64_t *page = any_page();

    for (unsigned i = 0; i < PAGE_BYTES / 8; i += 32)
        keep(page[i]);
}

static void look_at_console(void)
{
    static char text[256];

    memset(text, 'x', sizeof text);
    keep_call(SBI_EXT_DBCN, SBI_DBCN_READ, sizeof text, (uintptr_t)text);
    for (unsigned i = 0; i < sizeof text; i++)
        keep((uint8_t)text[i]);
    for (unsigned i = 0; i < sizeof text; i++)
        text[i] = (char)(i % 64 == 63 ? '\n' : 'a' + i % 26);
    keep_call(SBI_EXT_DBCN, SBI_DBCN_WRITE, 1 + random_below(sizeof text), (uintptr_t)text);
    keep_call(SBI_EXT_DBCN, SBI_DBCN_WRITE_BYTE, '.', 0);
    keep((uint64_t)sbi_call(SBI_LEGACY_CONSOLE_GETCHAR, 0, 0, 0, 0).error);
    keep((uint64_t)sbi_call(SBI_LEGACY_CONSOLE_PUTCHAR, 0, '\n', 0, 0).error);
}

static void look_at_steal(void)
{
    static uint64_t area[8] __attribute__((aligned(64)));

    memset(area, 0xff, sizeof area);
    keep_call(SBI_EXT_STA, SBI_STA_SET_SHMEM, (uintptr_t)area, 0);
    for (unsigned turn = 0; turn < 3; turn++) {
        pause_here();
        for (unsigned i = 0; i < 8; i++)
            keep(((volatile uint64_t *)area)[i]);
    }
    keep_call(SBI_EXT_STA, SBI_STA_SET_SHMEM, ~0ull, ~0ull);
}

/* What is refused is stepped over, and what the trap said is kept. */
static bool step_over(struct trap_frame *frame)
{
    keep(frame->scause);
    keep(frame->stval);
    frame->sepc += 4;
    return true;
}

static void look_at_counters(void)
{
    keep(time_now());
    keep(csr_read(cycle));
    keep(csr_read(instret));
    keep(csr_read(hpmcounter3));
}

static void look_at_faults(void)
{
    static const touch how[] = {touch_load8, touch_store64, touch_amo, touch_fetch, touch_break};
    uint64_t nowhere = (1ull << 40) + random_below(1 << 30) * 8;

    for (unsigned i = 0; i < sizeof how / sizeof how[0]; i++) {
        struct trap trap = trap_catch(how[i], nowhere, 0, 0);

        keep(trap.cause);
        keep(trap.epc);
        keep(trap.tval);
        keep(trap.sstatus);
    }
}

static void look_at_timers(void)
{
    uint64_t deadline = time_now() + ticks_of_microseconds(random_below(200));

    keep(csr_read(sip));
    sleep_until(deadline);
    keep(time_now());
    sbi_call(SBI_EXT_TIME, SBI_TIME_SET_TIMER, 0, 0, 0);
    keep(csr_read(sip));
    timer_stop();
}

static void look_at_ipis(void)
{
    keep_call(SBI_EXT_IPI, SBI_IPI_SEND_IPI, 1 + random_below(3), 0);
    keep(csr_read(sip));
    csr_clear(sip, IE_SOFTWARE);
    keep(csr_read(sip));
}

static void second(struct vcpu *self)
{
    (void)self;
    look_at_csrs();
    look_at_float();
}

/* A vCPU that begins, again and again: what does it find? */
static void look_at_harts(void)
{
    if (board.cpu_count < 2)
        return;
    keep((uint64_t)vcpu_start(1, second, 0));
    vcpu_await_done(1, 1000);
    while (sbi_call(SBI_EXT_HSM, SBI_HSM_HART_GET_STATUS, 1, 0, 0).value != SBI_HSM_STOPPED)
        pause_here();
}

static void watch(void)
{
    static const struct {
        const char *name;
        void (*look)(void);
    } sights[] = {
        {"registers", look_at_registers}, {"float", look_at_float},     {"csrs", look_at_csrs},
        {"memory", look_at_memory},       {"console", look_at_console}, {"steal", look_at_steal},
        {"counters", look_at_counters},   {"faults", look_at_faults},   {"timers", look_at_timers},
        {"ipis", look_at_ipis},           {"harts", look_at_harts},
    };

    for (unsigned i = 0; i < sizeof sights / sizeof sights[0]; i++)
        if (option_is("do", sights[i].name) || !option_given("do"))
            sights[i].look();
    pause_here();
}

/* ---- The holder ---- */

static void hold(uint64_t secret)
{
    static uint64_t secrets[512] __attribute__((aligned(64)));
    volatile uint64_t *page = any_page();
    uint64_t f[32];

    for (unsigned i = 0; i < 32; i++)
        f[i] = secret + i;
    float_load_all(f);
    csr_write(fcsr, secret & 0xff);
    csr_write(scause, secret & 7);
    csr_write(stval, secret >> 26);
    csr_write(sepc, secret >> 26 & ~3ull);
    csr_write(scounteren, secret & 7);
    csr_write(0x10a, secret & 0xff); /* senvcfg */
    trap_catch(touch_load8, 1ull << 40 | (secret & 0xffffffff), 0, 0);
    trap_catch(touch_store64, 1ull << 40 | (secret & 0xfffffff8), secret, 0);
    csr_set(sstatus, secret & (SSTATUS_SUM | SSTATUS_MXR));
    for (unsigned i = 0; i < PAGE_BYTES / 8; i++)
        page[i] = secret + i;
    for (unsigned i = 0; i < 512; i++)
        secrets[i] = secret ^ i;
    for (uint64_t kind = 0; kind < 4; kind++)
        secret_exit(secret, kind);
    /* Output that a focus on others hides, and a steal-time area in the middle of secrets. */
    sbi_call(SBI_EXT_DBCN, SBI_DBCN_WRITE, option_given("write") ? 64 : 0, (uintptr_t)secrets, 0);
    sbi_call(SBI_EXT_STA, SBI_STA_SET_SHMEM, (uintptr_t)secrets, 0, 0);
    float_load_all(f);
    secret_exit(secret, 1);
    csr_clear(sstatus, SSTATUS_SUM | SSTATUS_MXR);
    pause_here();
}

void probe_main(void)
{
    uint64_t rounds = option_number("rounds", 30), secret = option_number("secret", 0);
    bool is_holder = option_is("role", "holder");

    on_exception = step_over;
    for (unsigned i = 0; !is_holder && i < sizeof entry_state / 8; i++)
        keep(((const uint64_t *)&entry_state)[i]);
    for (; round_now < rounds; round_now++) {
        if (is_holder)
            hold(secret);
        else
            watch();
        probe_report.progress[0] = ++probe_report.rounds;
    }
    expect_true(true, 0, "it came through");
    counter_set(0, "seen", seen_count);
}
