/* Successors of exits other than calls: each legal one passes, each illegal neighbour is named. */
#include "model/parts.h"
#include "model_fixture.h"
#include "test.h"

#define SUPERVISOR_TIMER (1ull << 63 | 5)
#define LOAD_GUEST_FAULT 21

static struct model_fixture f;

/* A guest that was entered and has done something. */
static void begin(void)
{
    fixture_open(&f);
    fixture_enter(&f);
    for (unsigned n = 1; n < 32; n++)
        f.state.x[n] = 0x100 + n;
    f.state.pc = BUNDLE_GUEST_RAM_BASE + 0x2000;
    f.state.csr.vstvec = BUNDLE_GUEST_RAM_BASE + 0x3000 + 1;
    f.state.csr.vsstatus |= 2;
    f.state.csr.vsepc = 0x77;
}

static void expect(const char *rule)
{
    fixture_enter(&f);
    CU_ASSERT_STRING_EQUAL(fixture_rule(&f), rule);
    fixture_close(&f);
}

static void an_interrupt_changes_nothing(void)
{
    begin();
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    expect("");
    begin();
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    f.state.x[31]++;
    expect("interrupt.registers");
    begin();
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    f.state.pc += 4;
    expect("interrupt.pc");
    begin();
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    f.state.csr.vsscratch++;
    expect("interrupt.csrs");
    begin();
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    f.state.csr.sstatus ^= 1u << 8;
    expect("exit.mode-kept");
}

static void fault(uint64_t address)
{
    begin();
    f.state.csr.htval = address >> 2;
    fixture_leave(&f, LOAD_GUEST_FAULT, address);
}

static void trap(uint64_t cause, uint64_t value)
{
    f.state.csr.vsepc = f.state.pc;
    f.state.csr.vscause = cause;
    f.state.csr.vstval = value;
    f.state.csr.vsstatus = (f.state.csr.vsstatus & ~2ull) | 1u << 8 | 1u << 5;
    f.state.pc = f.state.csr.vstvec & ~3ull;
}

static void a_fault_in_ram_is_executed_again(void)
{
    fault(BUNDLE_GUEST_RAM_BASE + 0x5000);
    expect("");
    fault(BUNDLE_GUEST_RAM_BASE + 0x5000);
    f.state.pc += 4;
    expect("fault.pc");
    fault(BUNDLE_GUEST_RAM_BASE + FIXTURE_MEMORY - 1);
    trap(5, BUNDLE_GUEST_RAM_BASE + FIXTURE_MEMORY - 1);
    expect("fault.pc");
}

static void a_fault_outside_is_given_to_the_guest(void)
{
    const uint64_t hole = BUNDLE_GUEST_RAM_BASE + FIXTURE_MEMORY;

    fault(hole);
    trap(5, hole);
    expect("");
    fault(hole);
    expect("trap.vector");
    fault(hole);
    trap(5, hole + 1);
    expect("trap.csrs");
    fault(hole);
    trap(1, hole);
    expect("trap.csrs");
    fault(hole);
    trap(5, hole);
    f.state.csr.vsstatus |= 2;
    expect("trap.csrs");
    fault(hole);
    trap(5, hole);
    f.state.pc |= 1;
    expect("trap.vector");
}

static void nobody_else_is_entered(void)
{
    begin();
    model_user(f.model, 0, &f.state);
    CU_ASSERT_STRING_EQUAL(fixture_rule(&f), "entry.virtual");
    fixture_close(&f);
    begin();
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    f.state.csr.hgatp = 8ull << 60 | (FIXTURE_RAM_BASE + (12ull << 20)) >> 12;
    expect("life.own-memory");
    begin();
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    f.state =
        fixture_start(0, 1, FIXTURE_ENTRY, FIXTURE_DTB); /* its vCPU 1, which nobody started */
    expect("entry.explained");
    begin();
    f.state.pc++;
    fixture_enter(&f);
    CU_ASSERT_STRING_EQUAL(fixture_rule(&f), "entry.explained");
    fixture_close(&f);
}

/* Left at 1000, paused at 2000, entered later: the hart slept meanwhile, or was at work. */
static void an_order_is_heeded_when_the_hart_is_done(void)
{
    static const struct model_command pause = {.at = 2000, .text = "pause a"};
    const struct {
        uint64_t entered, instructions;
        const char *rule;
    } row[] = {
        {11900, 0, ""},
        {60000, 0, "life.as-ordered"},
        {60000, 5000000, ""},
        {70000, 5000000, "life.as-ordered"},
    };

    for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        fixture_open(&f);
        f.now = 1000;
        f.model->setup.commands = &pause;
        f.model->setup.command_count = 1;
        fixture_enter(&f);
        fixture_leave(&f, SUPERVISOR_TIMER, 0);
        f.now = row[i].entered;
        f.instructions += row[i].instructions;
        expect(row[i].rule);
    }
}

TEST_SUITE(model_exit, {"an interrupt changes nothing", an_interrupt_changes_nothing},
           {"a fault in RAM is executed again", a_fault_in_ram_is_executed_again},
           {"a fault outside RAM is given to the guest", a_fault_outside_is_given_to_the_guest},
           {"nobody else is entered", nobody_else_is_entered},
           {"an order is heeded when the hart is done", an_order_is_heeded_when_the_hart_is_done});
