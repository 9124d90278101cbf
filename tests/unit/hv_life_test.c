/* hv/vm/life.c and vm.c: what outlives a VM, and how long the machine runs. */
#include "vm/vm.h"

#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "memory/guest_memory.h"
#include "memory/page.h"
#include "test.h"
#include "trap/cause.h"
#include <string.h>

static struct vm *vm;
static struct vcpu *caller;
static char why[200];

static void begin(void)
{
    machine_begin(2);
    vm = &vms[1];
    caller = vm->vcpu[0];
    machine_enter(caller);
}

static void a_claim_outlives_restart_and_reboot(void)
{
    begin();
    struct sched_group before;
    vm->group.cap = 10;
    const struct sched_policy *policy = run_queue.policy;
    policy->charge(&run_queue, &vm->group, 123456, fake_machine.clock);
    vm_end(vm, VM_END_KILLED, 0);
    before = vm->group;
    CU_ASSERT_TRUE(vm_restart(vm, why, sizeof why));
    CU_ASSERT_EQUAL(vm->group.period_used, before.period_used);
    CU_ASSERT_TRUE(vm->group.virtual_time >= before.virtual_time);
    caller = vm->vcpu[0];
    machine_enter(caller);
    CALL(caller, SBI_EXT_SRST, SBI_SRST_RESET, SBI_SRST_TYPE_WARM_REBOOT, 0);
    CU_ASSERT_EQUAL(vm->report->state, VM_STATE_ENDED);
    CU_ASSERT_FALSE(WORK_STOPS_THE_MACHINE());
    CU_ASSERT_EQUAL(vm->report->state, VM_STATE_RUNNING);
    CU_ASSERT_EQUAL(vm->group.period_used, before.period_used);
    machine_end();
}

static void counters_only_grow(void)
{
    begin();
    vm->report->cpu_ticks = 1000;
    vm->report->steal_ticks = 100;
    vm->report->injections = 10;
    vm->report->exits[EXC_SUPERVISOR_SYSCALL] = 7;
    vm_kill(vm, "for what it did");
    CU_ASSERT_TRUE(vm_restart(vm, why, sizeof why));
    CU_ASSERT_EQUAL(vm->report->cpu_ticks, 1000);
    CU_ASSERT_EQUAL(vm->report->steal_ticks, 100);
    CU_ASSERT_EQUAL(vm->report->injections, 10);
    CU_ASSERT_EQUAL(vm->report->exits[EXC_SUPERVISOR_SYSCALL], 7);
    CU_ASSERT_EQUAL(vm->report->end, VM_END_NONE);
    CU_ASSERT_EQUAL(vm->report->ended_ticks, 0);
    CU_ASSERT_STRING_EQUAL(vm->report->why, "");
    CU_ASSERT_EQUAL(vm->report->last_fault_repeated, 0);
    CU_ASSERT_EQUAL(vm->report->last_fault.cause, 0);
    machine_end();
}

static void what_a_destroyed_vm_had_is_free(void)
{
    begin();
    uint64_t available = guest_memory_available(), others = page_count(OWNER_FREE);
    vm_end(vm, VM_END_KILLED, 0);
    vm_destroy(vm);
    CU_ASSERT_EQUAL(vm->harts, 0);
    CU_ASSERT_EQUAL(vm->started, 0);
    CU_ASSERT_EQUAL(vm->vcpu_count, 0);
    CU_ASSERT_EQUAL(vm->report->resident, 0);
    CU_ASSERT_EQUAL(vm->report->tables, 0);
    CU_ASSERT_TRUE(page_count(OWNER_FREE) > others);
    CU_ASSERT_TRUE(guest_memory_available() > available);
    CU_ASSERT_EQUAL(page_count(OWNER_VM_FIRST + 1) + page_count(OWNER_TABLES_FIRST + 1), 0);
    machine_end();
}

/* A file's place is looked at when the bundle is opened; here it is changed behind that. */
static void a_vm_that_cannot_be_filled_is_not_there(void)
{
    begin();
    vm_end(vm, VM_END_KILLED, 0);
    vm_destroy(vm);
    uint64_t available = guest_memory_available(), unused = page_count(OWNER_FREE);
    maker_vm(&fake_bundle, 1)->initrd.gpa = GUEST_END;
    CU_ASSERT_FALSE(vm_create(1, why, sizeof why));
    CU_ASSERT_STRING_EQUAL(why, "VM \"vm1\" could not be filled from the bundle");
    CU_ASSERT_EQUAL(vm->report->state, VM_STATE_FREE);
    CU_ASSERT_FALSE(vm_exists(vm));
    CU_ASSERT_EQUAL(guest_memory_available(), available);
    CU_ASSERT_EQUAL(page_count(OWNER_FREE), unused);
    machine_end();
}

static void a_vm_that_is_promised_nothing_is_not_there(void)
{
    begin();
    vm_end(vm, VM_END_KILLED, 0);
    vm_destroy(vm);
    uint64_t available = guest_memory_available();
    maker_vm(&fake_bundle, 1)->memory = 1ull << 30;
    CU_ASSERT_FALSE(vm_create(1, why, sizeof why));
    CU_ASSERT_EQUAL(strncmp(why, "VM \"vm1\" wants 1048576 KiB, and ", 32), 0);
    CU_ASSERT_EQUAL(vm->report->state, VM_STATE_FREE);
    CU_ASSERT_EQUAL(guest_memory_available(), available);
    machine_end();
}

/* VM 0 lives all the time, VM 1 two lives of it; 9:1. */
static void what_a_vm_is_entitled_to_is_counted_over_all_its_lives(void)
{
    begin();
    vms[0].report->weight = 9;
    vms[0].report->cap = 0;
    vm->report->weight = 1;
    vm_count_claims();
    uint64_t first = vms[0].report->claim_ticks, second = vm->report->claim_ticks;
    fake_machine.clock += 1000;
    vm_end(vm, VM_END_EXIT, 0);
    fake_machine.clock += 500; /* alone */
    CU_ASSERT_TRUE(vm_restart(vm, why, sizeof why));
    vm->report->weight = 1;
    vms[0].report->cap = 50;
    fake_machine.clock += 2000;
    vm_count_claims();
    CU_ASSERT_EQUAL(vm->report->claim_ticks - second, 100 + 200);
    CU_ASSERT_EQUAL(vms[0].report->claim_ticks - first, 900 + 500 + 1000);
    CU_ASSERT_EQUAL(monitor.claims_until, fake_machine.clock);
    machine_end();
}

static void the_machine_stops_when_the_last_vm_has_ended(void)
{
    begin();
    vm_end(&vms[0], VM_END_EXIT, 0);
    CU_ASSERT_FALSE(WORK_STOPS_THE_MACHINE());
    vm_end(&vms[1], VM_END_EXIT, 0);
    CU_ASSERT_TRUE(WORK_STOPS_THE_MACHINE());
    CU_ASSERT_EQUAL(monitor.finished, 1);
    machine_end();
}

static void whoever_holds_the_machine_keeps_it_on(void)
{
    begin();
    machine_hold(); /* as an order that is still to come */
    vm_end(&vms[0], VM_END_EXIT, 0);
    vm_end(&vms[1], VM_END_EXIT, 0);
    CU_ASSERT_FALSE(WORK_STOPS_THE_MACHINE());
    CU_ASSERT_TRUE(vm_restart(&vms[1], why, sizeof why));
    machine_release();
    CU_ASSERT_FALSE(WORK_STOPS_THE_MACHINE());
    vm_end(&vms[1], VM_END_EXIT, 0);
    CU_ASSERT_TRUE(vm_restart(&vms[1], why, sizeof why)); /* before the end is looked at */
    CU_ASSERT_FALSE(WORK_STOPS_THE_MACHINE());
    vm_end(&vms[1], VM_END_EXIT, 0);
    CU_ASSERT_TRUE(WORK_STOPS_THE_MACHINE());
    machine_end();
}

static void the_last_vm_may_reboot(void)
{
    begin();
    vm_end(&vms[0], VM_END_EXIT, 0);
    CALL(caller, SBI_EXT_SRST, SBI_SRST_RESET, SBI_SRST_TYPE_COLD_REBOOT, 0);
    CU_ASSERT_FALSE(WORK_STOPS_THE_MACHINE());
    CU_ASSERT_EQUAL(vm->report->state, VM_STATE_RUNNING);
    machine_end();
}

static void a_kill_tells_sepc_and_stval(void)
{
    begin();
    fake_reset(true);
    caller->pc = 0x80201234;
    fake_machine.stval = 0xdead;
    vm_kill(vm, "for what it did");
    CU_ASSERT_EQUAL(fake_last_record().event, TRACE_VM_KILL);
    CU_ASSERT_EQUAL(fake_last_record().arg, VM_END_GUEST_FAULT);
    CU_ASSERT_EQUAL(fake_last_record().a, 0x80201234);
    CU_ASSERT_EQUAL(fake_last_record().b, 0xdead);
    vms[0].vcpu[0]->pc = 0x80205678;
    vm_end(&vms[0], VM_END_KILLED, 0);
    CU_ASSERT_EQUAL(fake_last_record().event, TRACE_VM_KILL);
    CU_ASSERT_EQUAL(fake_last_record().a, 0x80205678);
    CU_ASSERT_EQUAL(fake_last_record().b, 0);
    machine_end();
}

static const struct trace_record *record_of(enum trace_event event)
{
    for (unsigned i = 0; i < fake_trace_count; i++)
        if (fake_trace[i].event == event)
            return &fake_trace[i];
    return NULL;
}

static void a_timer_tells_the_deadline_that_was_asked_for(void)
{
    static const uint64_t deadlines[] = {0, 1, 700, 5000000};

    begin();
    for (unsigned i = 0; i < sizeof deadlines / sizeof deadlines[0]; i++) {
        fake_reset(true);
        vcpu_set_timer(caller, deadlines[i]);
        fake_machine.clock += 6000000; /* later than it was due */
        timers_run(&harts[0], fake_machine.clock);
        const struct trace_record *record = record_of(TRACE_TIMER_FIRE);
        CU_ASSERT_PTR_NOT_NULL_FATAL(record);
        CU_ASSERT_EQUAL(record->a, deadlines[i]);
    }
    machine_end();
}

TEST_SUITE(hv_life, {"a claim outlives restart and reboot", a_claim_outlives_restart_and_reboot},
           {"counters only grow", counters_only_grow},
           {"what a destroyed VM had is free", what_a_destroyed_vm_had_is_free},
           {"a VM that cannot be filled is not there", a_vm_that_cannot_be_filled_is_not_there},
           {"a VM that is promised nothing is not there",
            a_vm_that_is_promised_nothing_is_not_there},
           {"what a VM is entitled to is counted over all its lives",
            what_a_vm_is_entitled_to_is_counted_over_all_its_lives},
           {"the machine stops when the last VM has ended",
            the_machine_stops_when_the_last_vm_has_ended},
           {"whoever holds the machine keeps it on", whoever_holds_the_machine_keeps_it_on},
           {"the last VM may reboot", the_last_vm_may_reboot},
           {"a kill tells sepc and stval", a_kill_tells_sepc_and_stval},
           {"a timer tells the deadline that was asked for",
            a_timer_tells_the_deadline_that_was_asked_for});
