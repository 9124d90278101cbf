/* hv/sched/schedule.c: whose turn it is, what passing it moves, and what is told of it. */
#include "vcpu/run.h"

#include "abi/monitor.h"
#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "test.h"
#include "trap/cause.h"

static struct vcpu *first, *second; /* of two VMs */

static void begin(const char *bootargs)
{
    board.bootargs = bootargs;
    machine_begin(2);
    first = vms[0].vcpu[0];
    second = vms[1].vcpu[0];
    first->context.vsie = second->context.vsie = 0;
    schedule(&harts[0]);
    fake_reset(true);
    harts[0].before_entry |= ENTRY_TRACE;
}

/* Turns */

static void time_is_booked_to_who_ran(void)
{
    begin("sched=rr slice=1000");
    struct vcpu *turn = harts[0].current;
    struct vcpu *other = turn == first ? second : first;
    uint64_t began = harts[0].turn_began, stolen = other->steal_ticks;
    uint64_t ran = turn->vm->report->cpu_ticks, idle = monitor.idle_ticks;
    turn->state = VCPU_RUNNABLE;
    fake_machine.clock += 10000; /* its slice */
    hart_reschedule(&harts[0]);
    fake_trace_count = 0;
    CU_ASSERT_PTR_EQUAL(schedule(&harts[0]), other);
    CU_ASSERT_EQUAL(turn->vm->report->cpu_ticks, ran + 10000);
    CU_ASSERT_EQUAL(monitor.idle_ticks, idle);
    CU_ASSERT_PTR_EQUAL(harts[0].current, other);
    CU_ASSERT_PTR_EQUAL(harts[0].loaded, other);
    CU_ASSERT_EQUAL(harts[0].before_entry & ENTRY_CHOOSE, 0);
    CU_ASSERT_EQUAL(harts[0].turn_began, fake_machine.clock);
    CU_ASSERT_EQUAL(harts[0].booked, fake_machine.clock);
    CU_ASSERT_EQUAL(turn->runnable_since, fake_machine.clock);
    CU_ASSERT_EQUAL(other->steal_ticks, stolen + 10000);
    CU_ASSERT_TRUE(other->vm->report->steal_ticks >= 10000);
    CU_ASSERT_EQUAL(fake_machine.armed, fake_machine.clock + 10000);
    struct trace_record record = {0};
    for (unsigned i = 0; i < fake_trace_count; i++)
        if (fake_trace[i].event == TRACE_SCHED_SWITCH)
            record = fake_trace[i];
    CU_ASSERT_EQUAL(record.vm, other->vm_id);
    CU_ASSERT_EQUAL(record.vcpu, 0);
    CU_ASSERT_EQUAL(record.arg, (uint32_t)turn->vm_id << 8);
    CU_ASSERT_EQUAL(record.a, fake_machine.clock - began);
    CU_ASSERT_EQUAL(record.b, VCPU_RUNNABLE);
    machine_end();
}

static void the_slice_ends_the_turn(void)
{
    begin("sched=rr slice=1000");
    struct vcpu *turn = harts[0].current;
    fake_machine.clock += 10000;
    timers_run(&harts[0], fake_machine.clock);
    CU_ASSERT_TRUE(harts[0].before_entry & ENTRY_CHOOSE);
    CU_ASSERT_PTR_NOT_EQUAL(schedule(&harts[0]), turn);
    machine_end();
}

static void a_second_stage_is_loaded_when_the_vm_changes(void)
{
    begin("");
    struct vcpu *turn = harts[0].current, *other = turn == first ? second : first;
    fake_tlb.hgatp = 0;
    hart_reschedule(&harts[0]);
    CU_ASSERT_PTR_EQUAL(schedule(&harts[0]), turn);
    CU_ASSERT_EQUAL(fake_tlb.hgatp, 0); /* nothing changed */
    fake_machine.loaded.pending = 0x44;
    fake_machine.loaded.vstimecmp = 99;
    other->context.hvip = 0x400;
    vcpu_stop(turn);
    CU_ASSERT_PTR_EQUAL(schedule(&harts[0]), other);
    CU_ASSERT_NOT_EQUAL(fake_tlb.hgatp, 0);
    CU_ASSERT_EQUAL(turn->context.hvip, 0x44);
    CU_ASSERT_EQUAL(turn->context.vstimecmp, 99);
    CU_ASSERT_EQUAL(fake_machine.loaded.pending, 0x400);
    machine_end();
}

static void siblings_do_not_share_a_tlb(void)
{
    begin("");
    vcpu_stop(first);
    vcpu_start(vms[1].vcpu[1], GUEST_RAM, 0);
    CU_ASSERT_PTR_EQUAL(schedule(&harts[0]), second);
    fake_machine.hfence_vvma_all = 0;
    uint64_t hgatp = fake_tlb.hgatp;
    fake_tlb.hgatp = 0;
    vcpu_stop(second);
    CU_ASSERT_PTR_EQUAL(schedule(&harts[0]), vms[1].vcpu[1]);
    CU_ASSERT_EQUAL(fake_machine.hfence_vvma_all, 1);
    CU_ASSERT_EQUAL(fake_tlb.hgatp, 0); /* of one VM */
    CU_ASSERT_PTR_EQUAL(vms[1].last_vcpu, vms[1].vcpu[1]);
    CU_ASSERT_NOT_EQUAL(hgatp, 0);
    machine_end();
}

static void fp_is_saved_when_the_vcpu_leaves(void)
{
    begin("");
    struct vcpu *turn = harts[0].current;
    fake_machine.fp = FP_DIRTY;
    fake_machine.fp_registers.f[31] = 3131;
    fake_trace_count = 0;
    vcpu_stop(turn);
    schedule(&harts[0]);
    CU_ASSERT_EQUAL(turn->fp.f[31], 3131);
    CU_ASSERT_EQUAL(fake_machine.fp, FP_OFF);
    CU_ASSERT_EQUAL(fake_trace[1].event, TRACE_SCHED_SWITCH);
    CU_ASSERT_EQUAL(fake_trace[2].event, TRACE_SWITCH_FP);
    CU_ASSERT_EQUAL(fake_trace[2].vm, turn->vm_id);
    CU_ASSERT_EQUAL(fake_trace[2].vcpu, 0);
    CU_ASSERT_EQUAL(fake_trace[2].arg, 0);
    machine_end();
}

/* Nobody can run */

static unsigned naps;
static struct vcpu *sleeper;

static void wakes_at_the_third_nap(void)
{
    fake_machine.clock += 1000;
    fake_machine.hart_pending = 0;
    if (++naps == 3)
        vcpu_interrupt_set(sleeper, IRQ_VS_SOFT, TRACE_WAKEUP_IPI);
}

static void the_hart_sleeps_until_somebody_can_run(void)
{
    begin("");
    sleeper = harts[0].current;
    struct vcpu *other = sleeper == first ? second : first;
    vcpu_stop(other);
    fake_machine.loaded.enabled = 1u << IRQ_VS_SOFT;
    vcpu_block(sleeper, VCPU_BLOCKED);
    CU_ASSERT_EQUAL(sleeper->state, VCPU_BLOCKED);
    naps = 0;
    fake_on_wait = wakes_at_the_third_nap;
    uint64_t idle = monitor.idle_ticks, ran = sleeper->vm->report->cpu_ticks;
    fake_trace_count = 0;
    CU_ASSERT_PTR_EQUAL(schedule(&harts[0]), sleeper);
    CU_ASSERT_EQUAL(naps, 3);
    CU_ASSERT_EQUAL(monitor.idle_ticks, idle + 3000);
    CU_ASSERT_EQUAL(sleeper->vm->report->cpu_ticks, ran);
    CU_ASSERT_EQUAL(fake_trace[0].event, TRACE_SCHED_SWITCH);
    CU_ASSERT_EQUAL(fake_trace[0].vm, TRACE_NO_VM);
    CU_ASSERT_EQUAL(fake_trace[0].vcpu, TRACE_NO_VM);
    CU_ASSERT_EQUAL(fake_trace[0].arg, (uint32_t)sleeper->vm_id << 8);
    CU_ASSERT_EQUAL(fake_trace[0].b, VCPU_BLOCKED);
    struct trace_record record = fake_last_record();
    CU_ASSERT_EQUAL(record.event, TRACE_SCHED_SWITCH);
    CU_ASSERT_EQUAL(record.arg, (uint32_t)TRACE_NO_VM << 8 | TRACE_NO_VM);
    CU_ASSERT_EQUAL(record.b, 0);
    CU_ASSERT_EQUAL(fake_machine.unloads, 0); /* who waits stays loaded */
    machine_end();
}

static void interrupts_come_and_resume(void)
{
    if (naps == 1)
        CU_ASSERT_EQUAL(fake_ipis, 0); /* at once */
    fake_machine.clock += 1000;
    fake_machine.hart_pending =
        ++naps == 1 ? 1u << IRQ_S_EXT | 1u << IRQ_S_SOFT : 1u << IRQ_S_TIMER;
    if (naps == 1) {
        fake_ipis = 1u << harts[0].id;
        fake_machine.claims = 1;
        fake_machine.received = "k";
    }
}

static void interrupts_are_taken_while_it_sleeps(void)
{
    begin("sched=rr");
    sleeper = second;
    vcpu_stop(first);
    schedule(&harts[0]);
    machine_has_sstc = false;
    fake_machine.loaded.enabled = 1u << IRQ_VS_TIMER;
    vcpu_set_timer(sleeper, fake_machine.clock + sleeper->context.htimedelta + 1500);
    vcpu_block(sleeper, VCPU_BLOCKED);
    naps = 0;
    fake_on_wait = interrupts_come_and_resume;
    CU_ASSERT_PTR_EQUAL(schedule(&harts[0]), sleeper);
    CU_ASSERT_EQUAL(naps, 2);
    CU_ASSERT_EQUAL(fake_machine.completed, 1u << 1);
    CU_ASSERT_EQUAL(fake_ipis, 0);
    CU_ASSERT_TRUE(fake_machine.loaded.pending & 1u << IRQ_VS_TIMER);
    machine_end();
}

static void cap_lifts(void)
{
    naps++;
    fake_machine.clock = fake_machine.armed;
    fake_machine.hart_pending = 1u << IRQ_S_TIMER;
}

/* At its cap it does not wait for an interrupt: one that is pending for it may not keep the hart
 * awake, so it leaves. */
static void who_is_at_its_cap_leaves_the_hart(void)
{
    begin("sched=fair"); /* cap=50 */
    vcpu_stop(second);
    CU_ASSERT_PTR_EQUAL(schedule(&harts[0]), first);
    uint64_t period = fake_machine.clock;
    fake_machine.clock += 600000;
    hart_reschedule(&harts[0]);
    naps = 0;
    fake_on_wait = cap_lifts;
    CU_ASSERT_PTR_EQUAL(schedule(&harts[0]), first);
    CU_ASSERT_EQUAL(naps, 1);
    CU_ASSERT_EQUAL(fake_machine.unloads, 1);
    CU_ASSERT_TRUE(fake_machine.clock > period + 600000);
    CU_ASSERT_TRUE(fake_machine.clock <= period + 1000000);
    CU_ASSERT_PTR_EQUAL(harts[0].loaded, first);
    machine_end();
}

static void what_goes_away_is_forgotten(void)
{
    begin("");
    struct vcpu *turn = harts[0].current;
    harts[0].fp_loaded = turn;
    harts[0].before_entry = 0;
    uint64_t ran = turn->vm->report->cpu_ticks;
    fake_machine.clock += 50;
    schedule_forget(turn);
    CU_ASSERT_EQUAL(turn->vm->report->cpu_ticks, ran + 50);
    CU_ASSERT_PTR_NULL(harts[0].current);
    CU_ASSERT_PTR_NULL(harts[0].loaded);
    CU_ASSERT_PTR_NULL(harts[0].fp_loaded);
    CU_ASSERT_TRUE(harts[0].before_entry & ENTRY_CHOOSE);
    CU_ASSERT_EQUAL(fake_machine.unloads, 1);
    struct vcpu *other = turn == first ? second : first;
    CU_ASSERT_PTR_EQUAL(schedule(&harts[0]), other);
    harts[0].before_entry = 0;
    harts[0].fp_loaded = other;
    schedule_forget(vms[1].vcpu[1]); /* one that the hart knows nothing of */
    CU_ASSERT_PTR_EQUAL(harts[0].current, other);
    CU_ASSERT_PTR_EQUAL(harts[0].loaded, other);
    CU_ASSERT_PTR_EQUAL(harts[0].fp_loaded, other);
    CU_ASSERT_EQUAL(harts[0].before_entry, 0);
    CU_ASSERT_EQUAL(fake_machine.unloads, 1);
    machine_end();
}

static void work_for_a_vm_is_charged_to_it(void)
{
    begin("");
    struct vcpu *turn = harts[0].current, *other = turn == first ? second : first;
    uint64_t ran = turn->vm->report->cpu_ticks, charged = other->vm->report->cpu_ticks;
    fake_machine.clock += 300;
    schedule_interrupt();
    CU_ASSERT_PTR_NULL(harts[0].current);
    CU_ASSERT_TRUE(harts[0].before_entry & ENTRY_CHOOSE);
    fake_machine.clock += 70;
    schedule_charge(other->vm);
    CU_ASSERT_EQUAL(turn->vm->report->cpu_ticks, ran + 300);
    CU_ASSERT_EQUAL(other->vm->report->cpu_ticks, charged + 70);
    CU_ASSERT_EQUAL(harts[0].booked, fake_machine.clock);
    machine_end();
}

TEST_SUITE(hv_schedule, {"time is booked to who ran", time_is_booked_to_who_ran},
           {"the slice ends the turn", the_slice_ends_the_turn},
           {"a second stage is loaded when the VM changes",
            a_second_stage_is_loaded_when_the_vm_changes},
           {"siblings do not share a TLB", siblings_do_not_share_a_tlb},
           {"FP is saved when the vCPU leaves", fp_is_saved_when_the_vcpu_leaves},
           {"the hart sleeps until somebody can run", the_hart_sleeps_until_somebody_can_run},
           {"interrupts are taken while it sleeps", interrupts_are_taken_while_it_sleeps},
           {"who is at its cap leaves the hart", who_is_at_its_cap_leaves_the_hart},
           {"what goes away is forgotten", what_goes_away_is_forgotten},
           {"work for a VM is charged to it", work_for_a_vm_is_charged_to_it});
