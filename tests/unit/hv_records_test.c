/* What the hypervisor tells of each thing that befalls a VM or a vCPU: hv/vm and hv/vcpu, in trace
 * records. A reader has nothing else to go by. */
#include "vm/vm.h"

#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "test.h"
#include "trap/cause.h"

static struct vm *vm;
static struct vcpu *vcpu;
static char why[200];

static void begin(void)
{
    machine_begin(2);
    vm = &vms[1];
    vcpu = vm->vcpu[1];
    vcpu_start(vcpu, GUEST_RAM, 0);
    machine_enter(vcpu);
    fake_reset(true);
}

/* The record of that event that was written last. */
static struct trace_record last(enum trace_event event)
{
    for (unsigned i = fake_trace_count; i-- > 0;)
        if (fake_trace[i].event == event)
            return fake_trace[i];
    return (struct trace_record){.vm = 0xee};
}

static void tells(enum trace_event event, unsigned vcpu_index, uint32_t arg, uint64_t a, uint64_t b)
{
    struct trace_record record = last(event);

    CU_ASSERT_EQUAL(record.vm, 1);
    CU_ASSERT_EQUAL(record.vcpu, vcpu_index);
    CU_ASSERT_EQUAL(record.arg, arg);
    CU_ASSERT_EQUAL(record.a, a);
    CU_ASSERT_EQUAL(record.b, b);
}

static void a_vms_life(void)
{
    begin();
    vm_pause(vm);
    tells(TRACE_VM_PAUSE, TRACE_NO_VM, 0, 0, 0);
    vm_resume(vm);
    tells(TRACE_VM_RESUME, TRACE_NO_VM, 0, 0, 0);
    fake_trace_count = 0;
    vm_pause(vm);
    vm_pause(vm);
    vm_resume(vm);
    vm_resume(vm);
    unsigned count = 0;
    for (unsigned i = 0; i < fake_trace_count; i++)
        count += fake_trace[i].event == TRACE_VM_PAUSE || fake_trace[i].event == TRACE_VM_RESUME;
    CU_ASSERT_EQUAL(count, 2); /* once each */
    vm_end(vm, VM_END_EXIT, 42);
    tells(TRACE_VM_EXIT, TRACE_NO_VM, VM_END_EXIT, 42, 0);
    uint64_t pages = vm->report->resident / 4096;
    vm_destroy(vm);
    tells(TRACE_VM_DESTROY, TRACE_NO_VM, 0, pages, 0);
    fake_trace_count = 0;
    CU_ASSERT_TRUE(vm_launch(1, why, sizeof why));
    tells(TRACE_VM_CREATE, TRACE_NO_VM, 2, 1 << 20, 100);
    tells(TRACE_VM_START, TRACE_NO_VM, 0, GUEST_RAM + 0x20, 0);
    machine_end();
}

static void a_vcpus_life(void)
{
    begin();
    vcpu_stop(vcpu);
    tells(TRACE_VCPU_STOP, 1, 0, 0, 0);
    vcpu_start(vcpu, GUEST_RAM + 8, 77);
    tells(TRACE_VCPU_START, 1, 0, GUEST_RAM + 8, 77);
    CU_ASSERT_EQUAL(vcpu->x[REG_A0], 1);
    CU_ASSERT_EQUAL(vcpu->x[REG_A1], 77);
    machine_end();
}

static void a_sleep_and_its_end(void)
{
    begin();
    machine_has_sstc = false;
    fake_machine.loaded.pending = 0;
    fake_machine.loaded.enabled = 1u << IRQ_VS_TIMER | 1u << IRQ_VS_SOFT;
    vcpu->pc = 0x4444;
    uint64_t deadline = fake_machine.clock + 700 + vcpu->context.htimedelta;
    vcpu_set_timer(vcpu, deadline);
    tells(TRACE_TIMER_SET, 1, 0, deadline, 0);
    CU_ASSERT_EQUAL(fake_machine.armed, fake_machine.clock + 700);
    vcpu_block(vcpu, VCPU_BLOCKED);
    tells(TRACE_SCHED_BLOCK, 1, 0, 0x4444, fake_machine.clock + 700);
    fake_machine.clock += 700;
    timers_run(&harts[0], fake_machine.clock);
    tells(TRACE_TIMER_FIRE, 1, 0, deadline, 0);
    tells(TRACE_IRQ_INJECT, 1, IRQ_VS_TIMER, 0, 0);
    tells(TRACE_SCHED_WAKEUP, 1, TRACE_WAKEUP_TIMER, 0, 0);
    CU_ASSERT_EQUAL(vcpu->state, VCPU_RUNNABLE);
    fake_machine.loaded.pending = 0;
    vcpu_block(vcpu, VCPU_SUSPENDED);
    vcpu_interrupt_set(vcpu, IRQ_VS_SOFT, TRACE_WAKEUP_IPI);
    tells(TRACE_IRQ_INJECT, 1, IRQ_VS_SOFT, 0, 0);
    tells(TRACE_SCHED_WAKEUP, 1, TRACE_WAKEUP_IPI, 0, 0);
    machine_end();
}

/* With Sstc the hart raises the interrupt itself; the hypervisor wakes who sleeps. */
static void a_sleep_with_sstc(void)
{
    begin();
    machine_has_sstc = true;
    fake_machine.loaded.pending = 0;
    fake_machine.loaded.enabled = 1u << IRQ_VS_TIMER;
    uint64_t deadline = fake_machine.clock + 700 + vcpu->context.htimedelta;
    vcpu_set_timer(vcpu, deadline);
    tells(TRACE_TIMER_SET, 1, 0, deadline, 0);
    vcpu_block(vcpu, VCPU_BLOCKED);
    tells(TRACE_SCHED_BLOCK, 1, 0, vcpu->pc, fake_machine.clock + 700);
    fake_trace_count = 0;
    fake_machine.clock += 700;
    timers_run(&harts[0], fake_machine.clock);
    tells(TRACE_TIMER_FIRE, 1, 0, deadline, 0);
    tells(TRACE_SCHED_WAKEUP, 1, TRACE_WAKEUP_TIMER, 0, 0);
    CU_ASSERT_EQUAL(last(TRACE_IRQ_INJECT).vm, 0xee);
    CU_ASSERT_EQUAL(fake_machine.loaded.pending, 0);
    /* What is due already is not slept for, nor what is not enabled watched. */
    vcpu_block(vcpu, VCPU_BLOCKED);
    CU_ASSERT_EQUAL(vcpu->state, VCPU_RUNNABLE);
    fake_machine.loaded.enabled = 1u << IRQ_VS_SOFT;
    vcpu_block(vcpu, VCPU_BLOCKED);
    CU_ASSERT_EQUAL(vcpu->state, VCPU_BLOCKED);
    tells(TRACE_SCHED_BLOCK, 1, 0, vcpu->pc, TIMER_NEVER);
    CU_ASSERT_EQUAL(vcpu->timer.deadline, TIMER_NEVER);
    machine_end();
}

/* abi/monitor.h: what the report of a VM says of its life. */
static void a_report_introduces_its_vm(void)
{
    begin();
    const struct monitor_vm *report = vm->report;
    CU_ASSERT_PTR_EQUAL(report, &monitor.vm[1]);
    CU_ASSERT_STRING_EQUAL(report->name, "vm1");
    CU_ASSERT_EQUAL(report->vcpus, 2);
    CU_ASSERT_EQUAL(report->weight, 100);
    CU_ASSERT_EQUAL(report->cap, 50);
    CU_ASSERT_EQUAL(report->id, 1);
    CU_ASSERT_EQUAL(report->memory, 1 << 20);
    CU_ASSERT_EQUAL(report->created_ticks, 5000);
    CU_ASSERT_EQUAL(monitor.vm_count, 2);
    CU_ASSERT_EQUAL(vcpu->trace_entry, TRACE_KVM_ENTRY | 1ull << 16 | 1ull << 24);
    CU_ASSERT_EQUAL(vcpu->trace_call, TRACE_KVM_EXIT | 1ull << 16 | 1ull << 24 | 10ull << 32);
    CU_ASSERT_EQUAL(vcpu->context.htimedelta, -5000ull);
    uint64_t injections = report->injections;
    vcpu_interrupt_set(vcpu, IRQ_VS_SOFT, TRACE_WAKEUP_IPI);
    CU_ASSERT_EQUAL(report->injections, injections + 1);
    fake_machine.clock += 77;
    vm_end(vm, VM_END_EXIT, 42);
    CU_ASSERT_EQUAL(report->ended_ticks, 5077);
    CU_ASSERT_EQUAL(report->end_code, 42);
    vm_destroy(vm);
    CU_ASSERT_EQUAL(report->resident | report->tables, 0);
    maker_vm(&fake_bundle, 1)->memory = 1ull << 40;
    CU_ASSERT_FALSE(vm_launch(1, why, sizeof why));
    CU_ASSERT_EQUAL(report->state, VM_STATE_FREE);
    machine_end();
}

static void ticks(void)
{
    fake_machine.clock += 10;
}

/* To make a VM and to take it apart is its own affair, not of whose turn it was. */
static void a_vm_pays_for_its_making_and_its_end(void)
{
    begin();
    struct vm *other = &vms[0];
    machine_enter(other->vcpu[0]);
    vm_end(vm, VM_END_EXIT, 0);
    harts[0].booked = fake_machine.clock;
    uint64_t ran = other->report->cpu_ticks, paid = vm->report->cpu_ticks;
    uint64_t before = fake_machine.clock;
    fake_on_trace = ticks;
    vm_destroy(vm);
    uint64_t after = fake_machine.clock - 10; /* the record of it comes last */
    CU_ASSERT_TRUE(after >= before);
    CU_ASSERT_EQUAL(vm->report->cpu_ticks, paid + (after - before));
    CU_ASSERT_PTR_NULL(harts[0].current);
    machine_enter(other->vcpu[0]);
    fake_machine.clock += 30;
    harts[0].booked = fake_machine.clock - 30;
    paid = vm->report->cpu_ticks;
    before = fake_machine.clock;
    CU_ASSERT_TRUE(vm_launch(1, why, sizeof why));
    fake_on_trace = NULL;
    CU_ASSERT_TRUE(vm->report->cpu_ticks >= paid + 10);
    CU_ASSERT_TRUE(vm->report->cpu_ticks <= paid + (fake_machine.clock - before));
    CU_ASSERT_TRUE(other->report->cpu_ticks >= ran + 30);
    CU_ASSERT_TRUE(other->report->cpu_ticks <= ran + 30 + 20);
    machine_end();
}

static void a_timer_that_is_due_is_pending(void)
{
    begin();
    machine_has_sstc = true;
    fake_machine.loaded.pending = 0;
    fake_machine.loaded.enabled = 1u << IRQ_VS_TIMER;
    fake_machine.loaded.vstimecmp = fake_machine.clock + vcpu->context.htimedelta;
    CU_ASSERT_TRUE(vcpu_interrupt_pending(vcpu));
    fake_machine.loaded.vstimecmp++;
    CU_ASSERT_FALSE(vcpu_interrupt_pending(vcpu));
    fake_machine.loaded.vstimecmp = 0;
    fake_machine.loaded.enabled = ~(1ull << IRQ_VS_TIMER);
    CU_ASSERT_FALSE(vcpu_interrupt_pending(vcpu));
    machine_enter(vms[0].vcpu[0]); /* not loaded: as its context says */
    vcpu->context.hvip = 0;
    vcpu->context.vsie = 1u << IRQ_VS_TIMER >> 1;
    vcpu->context.vstimecmp = fake_machine.clock + vcpu->context.htimedelta;
    CU_ASSERT_TRUE(vcpu_interrupt_pending(vcpu));
    vcpu->context.vstimecmp++;
    CU_ASSERT_FALSE(vcpu_interrupt_pending(vcpu));
    machine_end();
}

static void a_hart_resumes_where_there_is_memory(void)
{
    static const uint64_t refused[] = {GUEST_END, GUEST_END - 1, GUEST_RAM - 2, GUEST_RAM + 1};

    begin();
    fake_machine.loaded.enabled = 1 << IRQ_VS_SOFT;
    for (unsigned i = 0; i < sizeof refused / sizeof refused[0]; i++)
        CU_ASSERT_EQUAL(
            CALL(vcpu, SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, 0x80000000, refused[i], 5).error,
            SBI_ERR_INVALID_ADDRESS);
    CU_ASSERT_EQUAL(vcpu->state, VCPU_RUNNABLE);
    CALL(vcpu, SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, 0x80000000, GUEST_END - 2, 5);
    CU_ASSERT_EQUAL(vcpu->state, VCPU_SUSPENDED_NON_RETENTIVE);
    vcpu_interrupt_set(vcpu, IRQ_VS_SOFT, TRACE_WAKEUP_IPI);
    CU_ASSERT_EQUAL(vcpu->pc, GUEST_END - 2);
    CU_ASSERT_EQUAL(vcpu->x[REG_A1], 5);
    machine_end();
}

static void a_kill_by_the_operator(void)
{
    begin();
    vcpu->pc = 0x1230;
    vm_end(vm, VM_END_KILLED, 0);
    tells(TRACE_VM_KILL, TRACE_NO_VM, VM_END_KILLED, 0x1230, 0);
    machine_end();
}

static void nothing_is_told_while_tracing_is_off(void)
{
    begin();
    fake_reset(false);
    vm_pause(vm);
    vm_resume(vm);
    vcpu_interrupt_set(vcpu, IRQ_VS_SOFT, TRACE_WAKEUP_IPI);
    vcpu_inject_exception(vcpu, EXC_BREAKPOINT, 0);
    vm_end(vm, VM_END_EXIT, 0);
    vm_destroy(vm);
    vm_launch(1, why, sizeof why);
    CU_ASSERT_EQUAL(fake_trace_count, 0);
    machine_end();
}

TEST_SUITE(hv_records, {"a VM's life", a_vms_life}, {"a vCPU's life", a_vcpus_life},
           {"a sleep and its end", a_sleep_and_its_end}, {"a sleep with Sstc", a_sleep_with_sstc},
           {"a report introduces its VM", a_report_introduces_its_vm},
           {"a VM pays for its making and its end", a_vm_pays_for_its_making_and_its_end},
           {"a timer that is due is pending", a_timer_that_is_due_is_pending},
           {"a hart resumes where there is memory", a_hart_resumes_where_there_is_memory},
           {"a kill by the operator", a_kill_by_the_operator},
           {"nothing is told while tracing is off", nothing_is_told_while_tracing_is_off});
