/* hv/vm/commands.c: what an operator's commands say and do. */
#include "hv/operator_fixture.h"
#include "memory/guest_memory.h"
#include "memory/page.h"
#include "trap/cause.h"
#include "vcpu/exit.h"
#include <stdio.h>
#include <string.h>

/* What is told of VMs */

/* The reports' numbers are made up by some tests; a VM's end looks at what is mapped. */
static uint64_t mapped[3];

static void begin_with_reports(void)
{
    begin();
    for (unsigned i = 0; i < 3; i++)
        mapped[i] = vms[i].report->resident;
}

static void end_with_reports(void)
{
    for (unsigned i = 0; i < 3; i++)
        vms[i].report->resident = mapped[i];
    machine_end();
}

static void list_is_a_table(void)
{
    begin_with_reports();
    vms[0].report->resident = 65 * 1024 + 1023;
    vms[0].report->cpu_ticks = 12345678901;
    vms[1].report->resident = 123456 * 1024;
    vms[1].report->cpu_ticks = 9999;
    vms[2].report->resident = 0;
    vms[2].report->cpu_ticks = 10000;
    maker_vm(&fake_bundle, 2)->weight = 10000;
    maker_vm(&fake_bundle, 2)->cap = 100;
    maker_vm(&fake_bundle, 2)->memory = 3ull << 30;
    vms[1].report->state = VM_STATE_PAUSED;
    vms[2].report->state = VM_STATE_ENDED;
    vms[2].report->end = VM_END_SHUTDOWN;
    SAYS("list",
         "  id name             state      vcpus weight  cap memory KiB   resident    cpu ms\n"
         "  0  vm0              running        1    100   50       1024         65   1234567 \n"
         "  1  vm1              paused         2    100   50       1024     123456         0 \n"
         "  2  vm2              ended          3  10000  100    3145728          0         1 shut "
         "down\n");
    vms[2].report->state = VM_STATE_RUNNING;
    end_with_reports();
}

static void every_state_and_end_has_a_word(void)
{
    static const char *const states[] = {"free      ", "running   ", "paused    ", "ended     ",
                                         "destroyed "};
    static const char *const ends[] = {" \n",       " exited\n",    " shut down\n", " faulted\n",
                                       " killed\n", " no memory\n", " stopped\n"};

    begin();
    for (unsigned i = 0; i < 7; i++) {
        vms[1].report->state = i < 5 ? i : VM_STATE_ENDED;
        vms[1].report->end = i;
        runs("list");
        const char *line = strstr(fake_machine.written, "  1  vm1              ");
        CU_ASSERT_PTR_NOT_NULL_FATAL(line);
        CU_ASSERT_EQUAL(strncmp(line + 22, states[i < 5 ? i : 3], 10), 0);
        CU_ASSERT_EQUAL(strncmp(strstr(line, " 0 ") + 2, ends[i], strlen(ends[i])), 0);
        machine_forget_written();
    }
    vms[1].report->state = VM_STATE_RUNNING;
    machine_end();
}

static void stat_tells_what_the_monitor_tells(void)
{
    begin_with_reports();
    struct monitor_vm *report = vms[1].report;
    memset(report->exits, 0, sizeof report->exits);
    report->cpu_ticks = 30000 * 1000 + 9999;
    report->steal_ticks = 20000;
    report->resident = 7 * 1024;
    report->tables = 16 * 1024;
    SAYS("stat 1", "  vm1: running, cpu 3000 ms, stolen 2 ms, resident 7 KiB, tables 16 KiB\n");
    report->exits[0] = 1;
    report->exits[EXC_SUPERVISOR_SYSCALL] = 1234567;
    report->exits[31] = 2;
    report->exits[32 + IRQ_S_TIMER] = 3;
    report->exits[63] = 4;
    SAYS("stat vm1", "  vm1: running, cpu 3000 ms, stolen 2 ms, resident 7 KiB, tables 16 KiB\n"
                     "             1  EXC_INST_MISALIGNED\n"
                     "       1234567  EXC_SUPERVISOR_SYSCALL\n"
                     "             2  unknown\n"
                     "             3  IRQ_S_TIMER\n"
                     "             4  unknown\n");
    end_with_reports();
}

static void memory_tells_the_frames(void)
{
    char expected[200];

    begin();
    snprintf(expected, sizeof expected,
             "  %lu pages free, %lu the hypervisor's, %lu KiB can be promised\n",
             (unsigned long)page_count(OWNER_FREE), (unsigned long)page_count(OWNER_HYPERVISOR),
             (unsigned long)guest_memory_available() / 1024);
    SAYS("memory", expected);
    CU_ASSERT_TRUE(page_count(OWNER_FREE) != page_count(OWNER_HYPERVISOR));
    machine_end();
}

/* What is done to VMs */

static void a_vm_goes_through_its_life(void)
{
    begin();
    struct monitor_vm *report = vms[1].report;
    SAYS("pause vm1", "");
    CU_ASSERT_EQUAL(report->state, VM_STATE_PAUSED);
    SAYS("resume vm1", "");
    CU_ASSERT_EQUAL(report->state, VM_STATE_RUNNING);
    SAYS("create vm1", "create: VM \"vm1\" exists; restart makes it anew\n");
    SAYS("kill vm1", "");
    CU_ASSERT_EQUAL(report->state, VM_STATE_ENDED);
    CU_ASSERT_EQUAL(report->end, VM_END_KILLED);
    SAYS("kill vm1", "kill: VM \"vm1\" is ended\n");
    SAYS("pause 1", "pause: VM \"1\" is ended\n");
    SAYS("resume vm1", "resume: VM \"vm1\" is ended\n");
    runs("stat vm1");
    CU_ASSERT_EQUAL(strncmp(fake_machine.written, "  vm1: ended, ", 14), 0);
    machine_forget_written();
    SAYS("destroy vm1", "");
    CU_ASSERT_EQUAL(report->state, VM_STATE_DESTROYED);
    SAYS("destroy vm1", "destroy: VM \"vm1\" is destroyed\n");
    SAYS("console vm1", "console: VM \"vm1\" is destroyed\n");
    SAYS("create vm1", "");
    CU_ASSERT_EQUAL(report->state, VM_STATE_RUNNING);
    SAYS("restart vm1", "");
    CU_ASSERT_EQUAL(report->state, VM_STATE_RUNNING);
    SAYS("destroy vm1", "");
    CU_ASSERT_EQUAL(report->state, VM_STATE_DESTROYED);
    CU_ASSERT_EQUAL(report->end, VM_END_KILLED);
    CU_ASSERT_EQUAL(vms[0].report->state, VM_STATE_RUNNING);
    CU_ASSERT_EQUAL(vms[2].report->state, VM_STATE_RUNNING);
    machine_end();
}

static void a_vm_that_was_never_made_is_made_by_order(void)
{
    char why[200];

    machine_prepare(2);
    bundle_open(&bundle, fake_bundle.bytes, MAKER_BYTES, UINT64_MAX, why, sizeof why);
    vm_create(0, why, sizeof why);
    vm_start(&vms[0]);
    machine_enter(vms[0].vcpu[0]);
    machine_forget_written();
    SAYS("stat vm1", "stat: VM \"vm1\" is not created\n");
    SAYS("restart vm1", "");
    CU_ASSERT_EQUAL(vms[1].report->state, VM_STATE_RUNNING);
    CU_ASSERT_EQUAL(vms[1].vcpu[0]->pc, BUNDLE_GUEST_RAM_BASE + 0x20);
    machine_end();
}

static void what_cannot_be_made_says_why(void)
{
    begin();
    runs("destroy vm1");
    runs("destroy vm2");
    maker_vm(&fake_bundle, 1)->memory = 1ull << 40;
    maker_vm(&fake_bundle, 2)->memory = 1ull << 40;
    runs("create vm1");
    CU_ASSERT_EQUAL(strncmp(fake_machine.written, "create: ", 8), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(fake_machine.written, "vm1"));
    machine_forget_written();
    runs("restart vm2");
    CU_ASSERT_EQUAL(strncmp(fake_machine.written, "restart: ", 9), 0);
    CU_ASSERT_EQUAL(fake_machine.written[fake_machine.written_bytes - 1], '\n');
    machine_end();
}

static void quit_ends_all(void)
{
    begin();
    CU_ASSERT_TRUE(STOPS_THE_MACHINE(runs("quit")));
    CU_ASSERT_FALSE(fake_stop_failure);
    for (unsigned i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(vms[i].report->end, VM_END_KILLED);
    CU_ASSERT_EQUAL(monitor.finished, 1);
    machine_end();
}

static void the_trace_is_switched_if_there_is_a_ring(void)
{
    static struct trace_record records[4];
    struct trace_ring ring = {.base = (uint64_t)(uintptr_t)records, .mask = sizeof records - 1};

    begin();
    SAYS("trace on", "  trace is off\n");
    harts[0].trace_ring = &ring;
    SAYS("trace on", "  trace is on\n");
    CU_ASSERT_TRUE(harts[0].before_entry & ENTRY_TRACE);
    SAYS("trace", "  trace is on\n");
    SAYS("trace of", "  trace is off\n");
    CU_ASSERT_FALSE(harts[0].before_entry & ENTRY_TRACE);
    SAYS("trace on", "  trace is on\n");
    SAYS("trace nn", "  trace is off\n");
    SAYS("trace", "  trace is off\n");
    machine_end();
}

TEST_SUITE(hv_commands, {"list is a table", list_is_a_table},
           {"every state and end has a word", every_state_and_end_has_a_word},
           {"stat tells what the monitor tells", stat_tells_what_the_monitor_tells},
           {"memory tells the frames", memory_tells_the_frames},
           {"a VM goes through its life", a_vm_goes_through_its_life},
           {"a VM that was never made is made by order", a_vm_that_was_never_made_is_made_by_order},
           {"what cannot be made says why", what_cannot_be_made_says_why},
           {"quit ends all", quit_ends_all},
           {"the trace is switched if there is a ring", the_trace_is_switched_if_there_is_a_ring});
