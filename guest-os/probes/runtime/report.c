/* The report page of abi/probe.h, the statement of facts, and the ways a probe ends. */
#include "probe.h"

__attribute__((section(".report"), used)) struct probe_report probe_report = {
    .magic = {'S', 'G', 'P', 'R', 'O', 'B', 'E', '1'},
    .version = PROBE_VERSION,
    .bytes = sizeof(struct probe_report),
    .verdict = PROBE_IDLE,
};

uint64_t probe_counter_parts = 1;

static uint64_t random_state;

uint64_t random_next(void)
{
    return probe_pattern(probe_report.seed, random_state++);
}

uint64_t random_below(uint64_t bound)
{
    return random_next() % bound;
}

bool expect_true(bool so, uint64_t found, const char *fact)
{
    return expect_equal(so ? found : !found, found, fact);
}

bool expect_equal(uint64_t expected, uint64_t found, const char *fact)
{
    __atomic_add_fetch(&probe_report.facts, 1, __ATOMIC_RELAXED);
    if (expected == found)
        return true;

    uint64_t failures = __atomic_add_fetch(&probe_report.failures, 1, __ATOMIC_RELAXED);

    if (failures == 1) {
        text_copy(probe_report.why, fact, sizeof probe_report.why);
        probe_report.expected = expected;
        probe_report.found = found;
    }
    if (failures <= PROBE_FAILURES_SAID)
        say("%s: not so: %s: expected 0x%x, found 0x%x\n", probe_name, fact, expected, found);
    return false;
}

static void counter_label(unsigned index, const char *name)
{
    if (index >= PROBE_COUNTERS)
        probe_abandon("the probe has a counter too many", index);
    if (!probe_report.counter_names[index][0])
        text_copy(probe_report.counter_names[index], name, sizeof probe_report.counter_names[0]);
}

void counter_set(unsigned index, const char *name, uint64_t value)
{
    counter_label(index, name);
    probe_report.counters[index] = value;
}

void counter_add(unsigned index, const char *name, uint64_t value)
{
    counter_label(index, name);
    __atomic_add_fetch(&probe_report.counters[index], value, __ATOMIC_RELAXED);
}

_Noreturn void probe_exit(uint64_t code)
{
    if (sbi_has(SBI_EXT_PV))
        sbi_call(SBI_EXT_PV, SBI_PV_EXIT, code, 0, 0);
    sbi_call(SBI_EXT_SRST, SBI_SRST_RESET, SBI_SRST_TYPE_SHUTDOWN,
             code ? SBI_SRST_REASON_FAILURE : SBI_SRST_REASON_NONE, 0);
    sbi_call(SBI_LEGACY_SHUTDOWN, 0, 0, 0, 0);
    for (;;)
        wait_for_interrupt();
}

static _Noreturn void end_with(enum probe_verdict verdict)
{
    probe_report.code = verdict;
    __atomic_store_n(&probe_report.verdict, (uint32_t)verdict, __ATOMIC_RELEASE);
    probe_exit(verdict);
}

static void say_counter(const char *name, uint64_t value)
{
    uint64_t parts = value % probe_counter_parts;

    if (probe_counter_parts == 1)
        say("  %s %u\n", name, value);
    else
        say("  %s %u.%u%u\n", name, value / probe_counter_parts, parts * 10 / probe_counter_parts,
            parts * 100 / probe_counter_parts % 10);
}

static void say_counters(void)
{
    for (unsigned i = 0; i < PROBE_COUNTERS; i++)
        if (probe_report.counter_names[i][0])
            say_counter(probe_report.counter_names[i], probe_report.counters[i]);
}

_Noreturn void probe_finish(void)
{
    csr_clear(sstatus, SSTATUS_SIE);
    for (unsigned i = 0; i < PROBE_CANARIES; i++)
        if (!expect_equal(probe_canary(probe_report.seed, i), probe_report.canary[i],
                          "the canaries of the report are whole"))
            break;
    say_counters();
    say("%s: %s, %u facts, %u not so, seed %u\n", probe_name,
        probe_report.failures ? "failed" : "passed", probe_report.facts, probe_report.failures,
        probe_report.seed);
    end_with(probe_report.failures ? PROBE_FAILED : PROBE_PASSED);
}

_Noreturn void probe_unable(const char *why)
{
    csr_clear(sstatus, SSTATUS_SIE);
    text_copy(probe_report.why, why, sizeof probe_report.why);
    say("%s: unable: %s\n", probe_name, why);
    end_with(PROBE_UNABLE);
}

_Noreturn void probe_abandon(const char *why, uint64_t found)
{
    csr_clear(sstatus, SSTATUS_SIE);
    expect_true(false, found, why);
    say("%s: abandoned, seed %u\n", probe_name, probe_report.seed);
    end_with(PROBE_FAILED);
}

/* Called by entry.S on the boot vCPU, with the bss cleared and traps ready. */
_Noreturn void probe_begin(uint64_t hart_id, uint64_t device_tree)
{
    board_read(device_tree);
    probe_report.seed = option_number("seed", 1);
    text_copy(probe_report.name, probe_name, sizeof probe_report.name);
    for (unsigned i = 0; i < PROBE_CANARIES; i++)
        probe_report.canary[i] = probe_canary(probe_report.seed, i);
    __atomic_store_n(&probe_report.verdict, (uint32_t)PROBE_BUSY, __ATOMIC_RELEASE);
    /* Firmware may boot on any hart of a bare board; probes count on 0, as in a VM. */
    if (hart_id)
        probe_unable("to boot on hart 0: start it again");
    probe_main();
    probe_finish();
}
