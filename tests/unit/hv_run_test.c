/* hv/vcpu/run.c: the run loop, from entry to exit, and what is told of both. */
#include "vcpu/run.h"

#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "test.h"
#include "trap/cause.h"
#include <string.h>

static void begin(void)
{
    machine_begin(2);
    schedule(&harts[0]);
    fake_reset(true);
}

/* The run loop */

static struct trace_record records[16];
static struct trace_ring ring;
static uint64_t causes[8];
static unsigned entries;
static struct vcpu *entered[8];

static bool plays(struct vcpu *vcpu, uint64_t *cause)
{
    entered[entries] = vcpu;
    *cause = causes[entries++];
    vcpu->pc += 0x100;
    return *cause != 0;
}

static void run(bool tracing)
{
    memset(records, 0, sizeof records);
    ring = (struct trace_ring){.base = (uint64_t)(uintptr_t)records, .mask = sizeof records - 1};
    harts[0].trace_ring = tracing ? &ring : NULL;
    run_loop_trace(true);
    entries = 0;
    fake_machine.guest = plays;
    if (setjmp(fake_run_return) == 0)
        run_loop();
}

static void an_exit_is_counted_and_handled(void)
{
    begin();
    fake_machine.stval = 0x55;
    struct vcpu *turn = harts[0].current;
    memcpy(causes,
           (uint64_t[]){EXC_BREAKPOINT, EXC_SUPERVISOR_SYSCALL, CAUSE_INTERRUPT | IRQ_S_TIMER, 0},
           32);
    memset(turn->exits, 0, 64 * sizeof *turn->exits);
    turn->x[REG_A7] = SBI_EXT_BASE;
    turn->x[REG_A6] = 0;
    turn->pc = 0x1000;
    run(false);
    CU_ASSERT_EQUAL(entries, 4);
    CU_ASSERT_EQUAL(turn->exits[EXC_BREAKPOINT], 1);
    CU_ASSERT_EQUAL(turn->exits[EXC_SUPERVISOR_SYSCALL], 1);
    CU_ASSERT_EQUAL(turn->exits[32 + IRQ_S_TIMER], 1);
    CU_ASSERT_EQUAL(turn->context.vscause, EXC_BREAKPOINT);
    CU_ASSERT_EQUAL(turn->x[REG_A0], SBI_SUCCESS);
    CU_ASSERT_EQUAL(ring.head, 0);
    machine_end();
}

static void each_turn_of_the_loop_is_two_records(void)
{
    begin();
    struct vcpu *turn = harts[0].current;
    uint8_t vm = turn->vm_id;
    memcpy(causes,
           (uint64_t[]){EXC_BREAKPOINT, EXC_SUPERVISOR_SYSCALL, CAUSE_INTERRUPT | IRQ_S_TIMER, 0},
           32);
    turn->x[REG_A0] = 0xa0;
    turn->x[REG_A1] = 0xa1;
    turn->x[REG_A6] = 3; /* probe_extension */
    turn->x[REG_A7] = SBI_EXT_BASE;
    turn->pc = 0x1000;
    fake_machine.stval = 0x55;
    fake_machine.trap_htval = 0x66;
    fake_machine.trap_htinst = 0x77;
    run(true);
    CU_ASSERT_EQUAL(ring.head, 7 * sizeof records[0]);
    const struct trace_record *r = records;
    CU_ASSERT_EQUAL(r[0].word, TRACE_KVM_ENTRY | (uint64_t)vm << 16);
    CU_ASSERT_EQUAL(r[0].time, fake_machine.clock);
    CU_ASSERT_EQUAL(r[0].a, 0x1000);
    CU_ASSERT_EQUAL(r[0].b, 0xa0);
    CU_ASSERT_EQUAL(r[0].c, 0xa1);
    CU_ASSERT_EQUAL(r[1].word, TRACE_KVM_EXIT | (uint64_t)vm << 16 | 3ull << 32);
    CU_ASSERT_EQUAL(r[1].a, 0x1100);
    CU_ASSERT_EQUAL(r[1].b, 0x55);
    CU_ASSERT_EQUAL(r[1].c, 0x66);
    CU_ASSERT_EQUAL(r[1].d, 0x77);
    CU_ASSERT_EQUAL(r[3].word, TRACE_KVM_EXIT | (uint64_t)vm << 16 | 10ull << 32);
    CU_ASSERT_EQUAL(r[3].a, 0x1200);
    CU_ASSERT_EQUAL(r[3].b, SBI_EXT_BASE);
    CU_ASSERT_EQUAL(r[3].c, 3);
    CU_ASSERT_EQUAL(r[3].d, 0xa0);
    CU_ASSERT_EQUAL(r[4].a, 0x1204);
    CU_ASSERT_EQUAL(r[5].word, TRACE_KVM_EXIT | (uint64_t)vm << 16 | 0x80000005ull << 32);
    CU_ASSERT_EQUAL(r[6].word & 0xffff, TRACE_KVM_ENTRY);
    CU_ASSERT_EQUAL(turn->context.vscause, EXC_BREAKPOINT);
    machine_end();
}

static unsigned done;

static void count(struct work *work)
{
    (void)work;
    done++;
}

static void deferred_work_is_done_once_and_nothing_else_forgotten(void)
{
    static struct work work, another;

    begin();
    work_run(&harts[0]);
    done = 0;
    work_init(&work, count);
    work_init(&another, count);
    harts[0].before_entry = ENTRY_CHOOSE | ENTRY_TRACE;
    work_defer(&work);
    work_defer(&work); /* once is enough */
    work_defer(&another);
    CU_ASSERT_EQUAL(harts[0].before_entry, ENTRY_CHOOSE | ENTRY_TRACE | ENTRY_WORK);
    work_run(&harts[0]);
    CU_ASSERT_EQUAL(done, 2);
    CU_ASSERT_EQUAL(harts[0].before_entry, ENTRY_CHOOSE | ENTRY_TRACE);
    work_run(&harts[0]);
    CU_ASSERT_EQUAL(done, 2);
    work_defer(&work); /* and again later */
    work_run(&harts[0]);
    CU_ASSERT_EQUAL(done, 3);
    machine_end();
}

TEST_SUITE(hv_run, {"an exit is counted and handled", an_exit_is_counted_and_handled},
           {"each turn of the loop is two records", each_turn_of_the_loop_is_two_records},
           {"deferred work is done once, and nothing else forgotten",
            deferred_work_is_done_once_and_nothing_else_forgotten});
