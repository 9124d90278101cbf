/* hv/boot/options.c, hv/vm/boot_vms.c, and the commands that bootargs type: hv/console/input.c. */
#include "boot/options.h"

#include "console/mux.h"
#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "memory/guest_memory.h"
#include "memory/page.h"
#include "test.h"
#include "trace/trace.h"
#include <stdio.h>
#include <string.h>

/* Options */

static void options_are_words_of_the_bootargs(void)
{
    char text[8] = "as was";

    board.bootargs = "  quiet=yes  seven=7 sevens=8 big=0x10 empty= on=on off=off seven=9";
    CU_ASSERT_EQUAL(option_number("seven", 1), 7);
    CU_ASSERT_EQUAL(option_number("sevens", 1), 8);
    CU_ASSERT_EQUAL(option_number("big", 1), 16);
    CU_ASSERT_EQUAL(option_number("eve", 5), 5);
    CU_ASSERT_EQUAL(option_number("sevenss", 6), 6);
    CU_ASSERT_TRUE(option_text("quiet", text, sizeof text));
    CU_ASSERT_STRING_EQUAL(text, "yes");
    CU_ASSERT_FALSE(option_text("uiet", text, sizeof text));
    CU_ASSERT_STRING_EQUAL(text, "yes");
    CU_ASSERT_TRUE(option_text("empty", text, sizeof text));
    CU_ASSERT_STRING_EQUAL(text, "");
    CU_ASSERT_TRUE(option_switch("on", false));
    CU_ASSERT_FALSE(option_switch("off", true));
    CU_ASSERT_TRUE(option_switch("none", true));
    CU_ASSERT_FALSE(option_switch("none", false));
    board.bootargs = "";
    CU_ASSERT_EQUAL(option_number("seven", 3), 3);
}

static char visited[100];

static void visit(const char *value, size_t length)
{
    snprintf(visited + strlen(visited), 20, "%.*s;", (int)length, value);
}

static void an_option_may_come_again_and_again(void)
{
    visited[0] = '\0';
    board.bootargs = "at=1:a bat=2 at=3 at at=";
    option_each("at", visit);
    CU_ASSERT_STRING_EQUAL(visited, "1:a;3;;");
    board.bootargs = "";
}

#define REFUSES(bootargs_, statement, message)                                                     \
    do {                                                                                           \
        board.bootargs = (bootargs_);                                                              \
        CU_ASSERT_TRUE(PANICS(statement));                                                         \
        CU_ASSERT_STRING_EQUAL(fake_panic_message, message);                                       \
        board.bootargs = "";                                                                       \
    } while (0)

static void a_value_that_is_none_is_refused(void)
{
    char text[4], long_one[140];

    REFUSES("n=1x", option_number("n", 0), "option n=1x: a number is expected");
    REFUSES("n=", option_number("n", 0), "option n=: a number is expected");
    REFUSES("s=yes", option_switch("s", true), "option s=yes: on or off is expected");
    REFUSES("s=onn", option_switch("s", true), "option s=onn: on or off is expected");
    REFUSES("t=four", option_text("t", text, sizeof text),
            "option t: 4 characters, at most 3 are expected");
    board.bootargs = "t=abc";
    CU_ASSERT_TRUE(option_text("t", text, sizeof text));
    CU_ASSERT_STRING_EQUAL(text, "abc");
    snprintf(long_one, sizeof long_one, "n=%0127d", 5);
    board.bootargs = long_one;
    CU_ASSERT_EQUAL(option_number("n", 0), 5);
    snprintf(long_one, sizeof long_one, "n=%0128d", 5);
    REFUSES(long_one, option_number("n", 0), "option n: 128 characters, at most 127 are expected");
}

static void an_unknown_option_is_refused_with_those_that_there_are(void)
{
    static const char *const names[] = {" sched", " slice", " virtual_time", " console", " at"};
    static const char begins[] = "option slicer=1 is unknown; expected NAME=VALUE with one of the "
                                 "names ";

    machine_prepare(1);
    board.bootargs = "slice=5 console=all";
    machine_init(INIT_MEMORY);
    board.bootargs = "slice=5 slicer=1 console=all";
    CU_ASSERT_TRUE(PANICS(machine_init(INIT_MEMORY)));
    CU_ASSERT_EQUAL(strncmp(fake_panic_message, begins, sizeof begins - 1), 0);
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        CU_ASSERT_PTR_NOT_NULL(strstr(fake_panic_message + sizeof begins - 2, names[i]));
    char long_one[200] = "";
    memset(long_one, 'x', 150);
    board.bootargs = long_one;
    CU_ASSERT_TRUE(PANICS(machine_init(INIT_MEMORY)));
    CU_ASSERT_EQUAL(strncmp(fake_panic_message + 7, long_one, 127), 0); /* cut */
    CU_ASSERT_EQUAL(strncmp(fake_panic_message + 7 + 127, " is unknown", 11), 0);
    long_one[128] = '\0'; /* as long as the room, which has its end to hold, too */
    CU_ASSERT_TRUE(PANICS(machine_init(INIT_MEMORY)));
    CU_ASSERT_EQUAL(strncmp(fake_panic_message + 7 + 127, " is unknown", 11), 0);
    long_one[127] = '\0';
    CU_ASSERT_TRUE(PANICS(machine_init(INIT_MEMORY)));
    CU_ASSERT_EQUAL(strncmp(fake_panic_message + 7 + 127, " is unknown", 11), 0);
    board.bootargs = "slice=5 x";
    CU_ASSERT_TRUE(PANICS(machine_init(INIT_MEMORY)));
    CU_ASSERT_EQUAL(strncmp(fake_panic_message, "option x is unknown;", 20), 0);
    board.bootargs = "slice";
    CU_ASSERT_TRUE(PANICS(machine_init(INIT_MEMORY)));
    CU_ASSERT_EQUAL(strncmp(fake_panic_message, "option slice is unknown;", 24), 0);
    machine_end();
}

static void the_scheduler_has_its_options(void)
{
    machine_prepare(1);
    CU_ASSERT_STRING_EQUAL(run_queue.policy->name, "fair");
    CU_ASSERT_EQUAL(run_queue.slice, 100000);
    CU_ASSERT_EQUAL(run_queue.cap_period, 1000000);
    CU_ASSERT_EQUAL(run_queue.virtual_clock, -(10000000ull << 16));
    CU_ASSERT_EQUAL(harts[0].turn_began, 5000);
    CU_ASSERT_EQUAL(harts[0].booked, 5000);
    CU_ASSERT_TRUE(harts[0].before_entry & ENTRY_CHOOSE);
    machine_end();
    board.bootargs = "sched=rr slice=100 virtual_time=77";
    machine_prepare(1);
    CU_ASSERT_STRING_EQUAL(run_queue.policy->name, "rr");
    CU_ASSERT_EQUAL(run_queue.slice, 1000);
    CU_ASSERT_EQUAL(run_queue.virtual_clock, 77);
    REFUSES("sched=none", machine_init(INIT_FRAMES),
            "option sched=none: no such policy; fair or rr is expected");
    REFUSES("slice=99", machine_init(INIT_FRAMES),
            "option slice=99: microseconds from 100 to 10000 are expected");
    REFUSES("slice=10001", machine_init(INIT_FRAMES),
            "option slice=10001: microseconds from 100 to 10000 are expected");
    machine_end();
}

/* From the bundle to VMs */

static void prepare(unsigned vms_in_bundle, const char *bootargs)
{
    board.bootargs = bootargs;
    machine_prepare(vms_in_bundle);
    page_init(&(struct page_range){board.ram.base, board.ram.bytes}, 1);
    board.bundle = (struct board_range){(uint64_t)(uintptr_t)fake_bundle.bytes, MAKER_BYTES};
    board.started = 4321;
}

static void all_vms_of_the_bundle_are_made(void)
{
    prepare(3, "");
    maker_vm(&fake_bundle, 1)->flags = BUNDLE_VM_MANUAL;
    maker_seal(&fake_bundle);
    trace_header.hart_count = 1;
    trace_header.ring[0].mask = 0xfff;
    machine_init(INIT_VMS);
    CU_ASSERT_EQUAL(vms[0].report->state, VM_STATE_RUNNING);
    CU_ASSERT_FALSE(vm_exists(&vms[1]));
    CU_ASSERT_EQUAL(vms[2].report->state, VM_STATE_RUNNING);
    CU_ASSERT_EQUAL(vms[2].vcpu[0]->state, VCPU_RUNNABLE);
    CU_ASSERT_EQUAL(monitor.vm_count, 3);
    CU_ASSERT_EQUAL(memcmp(monitor.magic, MONITOR_MAGIC, 8), 0);
    CU_ASSERT_EQUAL(monitor.version, MONITOR_VERSION);
    CU_ASSERT_EQUAL(monitor.timebase_hz, 10000000);
    CU_ASSERT_EQUAL(monitor.ram_base, board.ram.base);
    CU_ASSERT_EQUAL(monitor.ram_bytes, board.ram.bytes);
    CU_ASSERT_EQUAL(monitor.boot_ticks, 4321);
    CU_ASSERT_EQUAL(monitor.trace_bytes, 0x1000);
    CU_ASSERT_EQUAL(monitor.free_bytes, page_count(OWNER_FREE) * PAGE_SIZE);
    CU_ASSERT_EQUAL(monitor.own_bytes,
                    0x5800 + page_count(OWNER_HYPERVISOR) * PAGE_SIZE + page_metadata_bytes());
    trace_header.hart_count = 0;
    machine_end();
}

static void nothing_is_started_without_a_bundle_that_is_right(void)
{
    prepare(2, "");
    board.bundle.bytes = 0;
    CU_ASSERT_TRUE(STOPS_THE_MACHINE(machine_init(INIT_VMS)));
    CU_ASSERT_TRUE(fake_stop_failure);
    CU_ASSERT_STRING_EQUAL(fake_machine.written,
                           "no VM is started: there is no boot bundle; pack one with `coach "
                           "pack` and give it as -initrd\n");
    machine_end();
    prepare(2, "");
    fake_bundle.bytes[0] ^= 1;
    CU_ASSERT_TRUE(STOPS_THE_MACHINE(machine_init(INIT_VMS)));
    CU_ASSERT_TRUE(fake_stop_failure);
    CU_ASSERT_EQUAL(strncmp(fake_machine.written, "no VM is started: ", 18), 0);
    CU_ASSERT_FALSE(vm_exists(&vms[0]));
    machine_end();
}

static void vms_that_do_not_fit_are_refused_before_any_runs(void)
{
    prepare(2, "");
    maker_vm(&fake_bundle, 1)->memory = 64 << 20;
    maker_seal(&fake_bundle);
    CU_ASSERT_TRUE(STOPS_THE_MACHINE(machine_init(INIT_VMS)));
    CU_ASSERT_TRUE(fake_stop_failure);
    CU_ASSERT_PTR_NOT_NULL(strstr(fake_machine.written, "vm1"));
    CU_ASSERT_FALSE(vm_exists(&vms[0]));
    machine_end();
}

/* Commands that the bootargs type, and the console's interrupt */

static void commands_are_typed_by_the_clock(void)
{
    prepare(2, "at=20:pause:vm1 at=30:resume:vm1 at=0x14:nonsense");
    board.started = 1000;
    machine_init(INIT_VMS);
    machine_forget_written();
    fake_machine.clock = 1000 + 200000 - 1;
    timers_run(&harts[0], fake_machine.clock);
    CU_ASSERT_EQUAL(vms[1].report->state, VM_STATE_RUNNING);
    fake_machine.clock++;
    timers_run(&harts[0], fake_machine.clock);
    CU_ASSERT_EQUAL(vms[1].report->state, VM_STATE_PAUSED);
    CU_ASSERT_STRING_EQUAL(fake_machine.written, "nonsense: no such command; help lists them\n");
    vm_end(&vms[0], VM_END_KILLED, 0);
    vm_end(&vms[1], VM_END_KILLED, 0);
    CU_ASSERT_FALSE(WORK_STOPS_THE_MACHINE()); /* one is still to come */
    fake_machine.clock = 1000 + 300000;
    timers_run(&harts[0], fake_machine.clock);
    CU_ASSERT_TRUE(WORK_STOPS_THE_MACHINE());
    machine_end();
}

static void a_command_that_cannot_be_typed_is_refused(void)
{
    char many[40 * 8] = "";

    prepare(1, "");
    REFUSES("at=soon:pause", machine_init(INIT_VMS),
            "option at=soon:pause: MILLISECONDS:COMMAND is expected");
    REFUSES("at=5", machine_init(INIT_VMS), "option at=5: MILLISECONDS:COMMAND is expected");
    REFUSES("at=5:0123456789012345678901234567890123456789", machine_init(INIT_VMS),
            "option at=: at most 32, of at most 39 characters, are expected");
    for (unsigned i = 0; i < 32 - 3; i++) /* beside the three above */
        strcat(many, "at=1:a ");
    board.bootargs = many;
    machine_init(INIT_VMS);
    REFUSES("at=1:a", machine_init(INIT_VMS),
            "option at=: at most 32, of at most 39 characters, are expected");
    fake_machine.clock += 10000;
    timers_run(&harts[0], fake_machine.clock);
    machine_end();
}

static void input_needs_uart_plic_and_interrupt(void)
{
    for (unsigned lacks = 0; lacks < 4; lacks++) {
        prepare(1, "");
        board.uart = lacks == 1 ? 0 : 0x10000000;
        board.plic = lacks == 2 ? 0 : 0xc000000;
        board.uart_interrupt = lacks == 3 ? 0 : 10;
        board.plic_context = 5;
        machine_init(INIT_VMS);
        CU_ASSERT_EQUAL(fake_machine.uart_interrupts, lacks == 0);
        CU_ASSERT_EQUAL(fake_machine.plic, lacks == 0 ? 0xc000000 : 0);
        CU_ASSERT_EQUAL(fake_machine.plic_context, lacks == 0 ? 5 : 0);
        CU_ASSERT_EQUAL(fake_machine.plic_source, lacks == 0 ? 10 : 0);
        machine_end();
    }
}

TEST_SUITE(hv_boot, {"options are words of the bootargs", options_are_words_of_the_bootargs},
           {"an option may come again and again", an_option_may_come_again_and_again},
           {"a value that is none is refused", a_value_that_is_none_is_refused},
           {"an unknown option is refused with those that there are",
            an_unknown_option_is_refused_with_those_that_there_are},
           {"the scheduler has its options", the_scheduler_has_its_options},
           {"all VMs of the bundle are made", all_vms_of_the_bundle_are_made},
           {"nothing is started without a bundle that is right",
            nothing_is_started_without_a_bundle_that_is_right},
           {"VMs that do not fit are refused before any runs",
            vms_that_do_not_fit_are_refused_before_any_runs},
           {"commands are typed by the clock", commands_are_typed_by_the_clock},
           {"a command that cannot be typed is refused", a_command_that_cannot_be_typed_is_refused},
           {"input needs UART, PLIC and interrupt", input_needs_uart_plic_and_interrupt});
