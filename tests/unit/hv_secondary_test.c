/* hv/hart/secondary.c: which harts come, what each is given first, and what is told of those that
 * do not come. */
#include "hart/secondary.h"

#include "boot/board.h"
#include "console/command.h"
#include "hv/console_fixture.h"
#include "hv/fake_metal.h"
#include "lib/lock.h"
#include "trace/trace.h"
#include "trap/cause.h"

#define PAGE 4096ull

static void begin(void)
{
    machine_prepare(1);
    machine_forget_written();
    fake_machine.refuses = UINT64_MAX;
    board.hart_count = 4;
    board.hart[0] = (struct board_hart){.id = 3, .isa = "rv64_a"};
    board.hart[1] = (struct board_hart){.id = 0, .isa = "rv64_a"};
    board.hart[2] = (struct board_hart){.id = 1, .isa = "rv64_b"};
    board.hart[3] = (struct board_hart){.id = 7, .isa = "rv64_a"};
    harts[0].id = 3;
    harts[0].state = HART_ONLINE;
    machine_init(INIT_MEMORY);
}

static void harts_that_are_alike_come(void)
{
    begin();
    SHOWS("hart 1 is left alone: it is \"rv64_b\", and hart 3 is \"rv64_a\"\n");
    CU_ASSERT_EQUAL(hart_count, 3);
    CU_ASSERT_TRUE(locks_matter);
    CU_ASSERT_EQUAL(fake_machine.rings, 1u << 1 | 1u << 2);
    CU_ASSERT_EQUAL(harts[1].id, 0);
    CU_ASSERT_EQUAL(harts[1].index, 1);
    CU_ASSERT_EQUAL(harts[2].id, 7);
    CU_ASSERT_EQUAL(harts[2].index, 2);
    machine_end();
}

static void a_hart_alone_needs_nothing(void)
{
    machine_prepare(1);
    machine_forget_written();
    board.hart_count = 1;
    board.hart[0] = (struct board_hart){.id = 3, .isa = "rv64_a"};
    board.harts_beyond = 2;
    machine_init(INIT_MEMORY);
    SHOWS("2 harts are left alone: there is room for 16\n");
    CU_ASSERT_EQUAL(hart_count, 1);
    CU_ASSERT_FALSE(locks_matter);
    CU_ASSERT_EQUAL(board.reserved_count, 0);
    fake_machine.armed = 0;
    machine_init(INIT_HARTS);
    CU_ASSERT_EQUAL(fake_machine.starts, 0);
    CU_ASSERT_EQUAL(fake_machine.armed, 0);
    machine_end();
}

/* From low to high: guard, two pages for emergencies, guard, four pages of stack. */
static void each_has_stacks_between_guards(void)
{
    begin();
    uint64_t base = board.ram.base + board.ram.bytes - 2 * 8 * PAGE;
    CU_ASSERT_EQUAL(board.reserved_count, 1);
    CU_ASSERT_EQUAL(board.reserved[0].base, base);
    CU_ASSERT_EQUAL(board.reserved[0].bytes, 2 * 8 * PAGE);
    for (unsigned i = 1; i < 3; i++, base += 8 * PAGE) {
        CU_ASSERT_EQUAL(harts[i].emergency_stack, base + 3 * PAGE);
        CU_ASSERT_EQUAL(harts[i].stack_bottom, base + 4 * PAGE);
        CU_ASSERT_EQUAL(harts[i].stack_top, base + 8 * PAGE);
    }
    CU_ASSERT_EQUAL(harts[3].stack_top, 0); /* there is no fourth */
    base -= 2 * 8 * PAGE;
    machine_init(INIT_FRAMES);
    CU_ASSERT_EQUAL(fake_machine.guards, 4);
    CU_ASSERT_EQUAL(fake_machine.guarded[0], base + 3 * PAGE);
    CU_ASSERT_EQUAL(fake_machine.guarded[1], base);
    CU_ASSERT_EQUAL(fake_machine.guarded[2], base + 11 * PAGE);
    CU_ASSERT_EQUAL(fake_machine.guarded[3], base + 8 * PAGE);
    machine_end();
}

static void who_does_not_come_is_told_of(void)
{
    begin();
    machine_forget_written();
    fake_machine.refuses = 0;
    machine_init(INIT_HARTS);
    CU_ASSERT_EQUAL(fake_machine.starts, 2);
    CU_ASSERT_EQUAL(fake_machine.started[0].hart, 0);
    CU_ASSERT_EQUAL(fake_machine.started[1].hart, 7);
    CU_ASSERT_EQUAL(fake_machine.started[1].entry, (uint64_t)(uintptr_t)secondary_entry);
    CU_ASSERT_EQUAL(fake_machine.started[1].opaque, (uint64_t)(uintptr_t)&harts[2]);
    CU_ASSERT_EQUAL(harts[1].state, HART_ABSENT);
    CU_ASSERT_EQUAL(harts[2].state, HART_STARTED);
    SHOWS("hart 0 cannot be started, SBI error -3: the machine runs on without it\n");
    command_run((char[]){"harts"});
    SHOWS("  hart 3 online\n  hart 0 cannot be started\n  hart 7 was started and has not come\n");
    uint64_t deadline = fake_machine.clock + 1000000; /* 100 ms */
    CU_ASSERT_EQUAL(fake_machine.armed, deadline);
    timers_run(&harts[0], deadline);
    SHOWS("hart 7 was started and has not come in 100 ms: the machine runs on without it\n");
    harts[2].state = HART_STOPPED;
    command_run((char[]){"harts"});
    SHOWS("  hart 3 online\n  hart 0 cannot be started\n  hart 7 stopped\n");
    machine_end();
}

static void who_has_come_is_not_missed(void)
{
    begin();
    machine_init(INIT_HARTS);
    harts[1].state = harts[2].state = HART_ONLINE;
    machine_forget_written();
    timers_run(&harts[0], fake_machine.clock + 1000000);
    SHOWS("");
    machine_end();
}

static void sleeps(void)
{
    if (fake_machine.waits == 1) {
        fake_machine.hart_pending = 1u << IRQ_S_SOFT;
        return;
    }
    machine_stop(false);
}

static void a_hart_that_comes_serves_its_interrupts(void)
{
    begin();
    fake_reset(true);
    fake_hart = &harts[2];
    harts[2].trace_ring = &trace_header.ring[2]; /* which fake_metal.c does not write */
    fake_ipis = 1u << 7;
    harts[2].requests = ENTRY_WORK;
    fake_on_wait = sleeps;
    trace_header.enabled = 1;
    CU_ASSERT_TRUE(STOPS_THE_MACHINE(secondary_main()));
    CU_ASSERT_EQUAL(fake_machine.waits, 2);
    CU_ASSERT_EQUAL(fake_machine.mapping_uses, 1);
    CU_ASSERT_EQUAL(harts[2].state, HART_ONLINE);
    CU_ASSERT_EQUAL(fake_ipis, 0);
    CU_ASSERT_FALSE(harts[2].before_entry & ENTRY_WORK); /* it is done */
    struct trace_record record = fake_last_record();
    CU_ASSERT_EQUAL(record.event, TRACE_HART_ONLINE);
    CU_ASSERT_EQUAL(record.vm, TRACE_NO_VM);
    CU_ASSERT_EQUAL(record.vcpu, TRACE_NO_VM);
    CU_ASSERT_EQUAL(record.arg, 2);
    fake_hart = &harts[0];
    trace_header.enabled = 0;
    machine_end();
}

static void stops_at_once(void)
{
    machine_stop(false);
}

static void whether_tracing_is_on_is_not_for_it_to_say(void)
{
    begin();
    fake_reset(true);
    fake_hart = &harts[2];
    harts[2].trace_ring = NULL;
    fake_on_wait = stops_at_once;
    CU_ASSERT_TRUE(STOPS_THE_MACHINE(secondary_main()));
    CU_ASSERT_EQUAL(trace_header.enabled, 1);
    CU_ASSERT_FALSE(harts[2].before_entry & ENTRY_TRACE);
    fake_hart = &harts[0];
    trace_header.enabled = 0;
    machine_end();
}

TEST_SUITE(hv_secondary, {"harts that are alike come", harts_that_are_alike_come},
           {"a hart alone needs nothing", a_hart_alone_needs_nothing},
           {"each has stacks between guards", each_has_stacks_between_guards},
           {"who does not come is told of", who_does_not_come_is_told_of},
           {"who has come is not missed", who_has_come_is_not_missed},
           {"a hart that comes serves its interrupts", a_hart_that_comes_serves_its_interrupts},
           {"whether tracing is on is not for it to say",
            whether_tracing_is_on_is_not_for_it_to_say});
