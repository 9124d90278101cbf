/*
 * Measures, under -icount shift=0,sleep=off, what each operation costs in instructions of all
 * modes: the guest's, the hypervisor's and the firmware's. Option only=NAME takes one item, rounds=
 * (2000) how often. Reports counters in hundredths of an instruction, what the loop around the
 * operation costs included (bench.S says how much; loop_empty is the barest). `yield` with a second
 * VM that runs only=yield as well is two switches between VMs and two calls; memory= should be odd
 * MiB and at least 33, so that the last one is backed by 4 KiB pages. Facts: each operation worked.
 */
#include "probe.h"

const char probe_name[] = "bench";

uint64_t loop_empty(uint64_t, uint64_t, uint64_t);
uint64_t loop_call(uint64_t, uint64_t, uint64_t);
uint64_t loop_set_timer(uint64_t, uint64_t, uint64_t);
uint64_t loop_mask_call(uint64_t, uint64_t, uint64_t);
uint64_t loop_self_ipi(uint64_t, uint64_t, uint64_t);
uint64_t loop_instret(uint64_t, uint64_t, uint64_t);
uint64_t loop_illegal(uint64_t, uint64_t, uint64_t);
uint64_t loop_compute(uint64_t, uint64_t, uint64_t);
uint64_t loop_memory(uint64_t, uint64_t, uint64_t);
uint64_t loop_touch(uint64_t, uint64_t, uint64_t);
uint64_t loop_pingpong(uint64_t, uint64_t, uint64_t);
uint64_t fine_begin(void);
uint64_t fine_now(void);
uint64_t sleep_for_timer(void);
extern char vector_ipi[], vector_skip[], vector_timer[];

#define MIB2              (2ull << 20)
#define INSTRUCTIONS_TICK 100

static uint64_t rounds;
static unsigned items;
static uint8_t buffer[32768] __attribute__((aligned(4096)));

static bool wanted(const char *name)
{
    return option_is("only", name) || !option_given("only");
}

static void report(const char *name, uint64_t instructions, uint64_t count)
{
    if (count)
        counter_set(items++, name, instructions * 100 / count);
}

/* Runs the loop once to warm up what is lazy, and once for the record. */
static uint64_t measure(const char *name, touch loop, uint64_t count, uint64_t a, uint64_t b)
{
    if (!wanted(name))
        return count;
    loop(10, a, b);

    uint64_t began = fine_begin();
    uint64_t value = loop(count, a, b);

    report(name, fine_now() - began, count);
    return value;
}

static void measure_calls(void)
{
    measure("null_sbi_call", loop_call, rounds, SBI_EXT_BASE, SBI_BASE_GET_SPEC_VERSION);
    measure("set_timer", loop_set_timer, rounds, SBI_EXT_TIME, 0);
    measure("remote_fence_i", loop_mask_call, rounds, SBI_EXT_RFENCE, 0);
    csr_write(stvec, (uintptr_t)vector_ipi);
    csr_set(sie, IE_SOFTWARE);
    csr_set(sstatus, SSTATUS_SIE);
    expect_equal(rounds, measure("self_ipi", loop_self_ipi, rounds, SBI_EXT_IPI, 0),
                 "each IPI to oneself gives one interrupt");
    csr_clear(sstatus, SSTATUS_SIE);
    csr_clear(sie, IE_SOFTWARE);
    csr_write(stvec, (uintptr_t)trap_vector);
}

static void measure_instructions(void)
{
    if (trap_catch(loop_instret, 1, 0, 0).cause == NO_TRAP)
        measure("emulated_csr", loop_instret, rounds, 0, 0);
    csr_write(stvec, (uintptr_t)vector_skip);
    measure("illegal_instruction", loop_illegal, rounds, 0, 0);
    csr_write(stvec, (uintptr_t)trap_vector);
}

/* First touches, once each: there is nothing to warm up, and no second time. */
static void measure_touches(const char *name, uint64_t first, uint64_t end, uint64_t stride)
{
    if (!wanted(name) || first >= end)
        return;

    uint64_t count = (end - first) / stride;
    uint64_t began = fine_begin();

    loop_touch(count, first, stride);
    report(name, fine_now() - began, count);
}

static void measure_faults(void)
{
    uint64_t first = ((uintptr_t)__image_end + 2 * MIB2 - 1) & ~(MIB2 - 1);
    uint64_t last = board.device_tree.start & ~(MIB2 - 1);

    measure_touches("fault_2m", first, last, MIB2);
    if (board.memory.bytes % MIB2)
        measure_touches("fault_4k", last, board.device_tree.start & ~(PAGE_BYTES - 1), PAGE_BYTES);
}

static void measure_sleep(void)
{
    uint64_t latency = 0;
    uint64_t count = rounds / 10;

    if (!wanted("wfi_timer"))
        return;
    csr_write(stvec, (uintptr_t)vector_timer);
    csr_set(sstatus, SSTATUS_SIE);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t deadline = time_now() + 50 + i % 50;

        /* QEMU's timers are late by as much of a tick as had passed when they were set: so each
         * round begins three instructions further into its tick. */
        for (uint64_t turns = i % 33; turns; turns--)
            __asm__ volatile("nop");
        timer_arm(deadline);
        csr_set(sie, IE_TIMER);
        latency += sleep_for_timer() - deadline * INSTRUCTIONS_TICK;
        timer_stop();
    }
    csr_clear(sstatus, SSTATUS_SIE);
    csr_write(stvec, (uintptr_t)trap_vector);
    report("wfi_timer", latency, count);
}

static void answer_pings(struct vcpu *self)
{
    csr_set(sie, IE_SOFTWARE);
    loop_pingpong(self->argument, 0, 1);
}

/* There and back again. */
static void measure_pingpong(void)
{
    if (!wanted("ipi_pingpong") || board.cpu_count < 2)
        return;
    vcpu_start(1, answer_pings, rounds);
    vcpu_await_begun(1);
    csr_set(sie, IE_SOFTWARE);

    uint64_t began = fine_begin();

    loop_pingpong(rounds, 1, 0);
    report("ipi_pingpong", fine_now() - began, rounds);
    csr_clear(sie, IE_SOFTWARE);
}

void probe_main(void)
{
    rounds = option_number("rounds", 2000);
    probe_counter_parts = 100;
    timer_stop();
    measure("loop_empty", loop_empty, rounds, 0, 0);
    measure_calls();
    measure_instructions();
    measure_faults();
    measure_sleep();
    measure_pingpong();
    if (sbi_has(SBI_EXT_PV))
        measure("yield", loop_call, rounds, SBI_EXT_PV, SBI_PV_YIELD);
    measure("compute_loop", loop_compute, rounds * 100, 0, 0);
    measure("memory_loop", loop_memory, rounds * 100, (uintptr_t)buffer, 0);
    probe_report.rounds = rounds;
}
