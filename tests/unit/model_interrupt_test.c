/* Interrupts, timers, floating point, and the operator's orders. */
#include "model_fixture.h"
#include "test.h"

#include "abi/sbi.h"
#include "model/parts.h"

#define RAM              BUNDLE_GUEST_RAM_BASE
#define SUPERVISOR_TIMER (1ull << 63 | 5)
#define SOFTWARE         (1ull << 2)
#define TIMER            (1ull << 6)
#define EXTERNAL         (1ull << 10)
#define FS               (3ull << 13)

static struct model_fixture f;

static void begin(void)
{
    fixture_open(&f);
    f.now = 1000;
    fixture_enter(&f);
    f.state.pc = RAM + 0x2000;
}

static void expect(const char *rule)
{
    CU_ASSERT_STRING_EQUAL(fixture_rule(&f), rule);
    fixture_close(&f);
}

static void interrupted_with(uint64_t hvip, const char *rule)
{
    begin();
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    f.state.csr.hvip = hvip;
    fixture_enter(&f);
    expect(rule);
}

static void interrupts_come_from_somewhere(void)
{
    interrupted_with(0, "");
    interrupted_with(SOFTWARE, "interrupt.software-sent");
    interrupted_with(EXTERNAL, "interrupt.no-external");
    interrupted_with(TIMER, "timer.never-early");
}

/* The vCPU sends an IPI to itself and is entered with hvip. */
static void ipi(uint64_t hvip, uint64_t hideleg, const char *rule)
{
    begin();
    fixture_call(&f, SBI_EXT_IPI, 0, 1, 0, 0);
    f.state.x[10] = 0;
    f.state.csr.hvip = hvip;
    f.state.csr.hideleg = hideleg;
    fixture_enter(&f);
    expect(rule);
}

static void an_ipi_pends(void)
{
    ipi(SOFTWARE, 0x444, "");
    ipi(0, 0x444, "interrupt.software-kept");
    ipi(SOFTWARE, 0x440, "interrupt.delegated");
    begin();
    f.state.csr.hvip = SOFTWARE; /* from before: it may not vanish */
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    f.state.csr.hvip = 0;
    fixture_enter(&f);
    expect("interrupt.software-kept");
}

/* Hart 1 answers an IPI while hart 0 is on its way into the guest. */
static void an_ipi_from_another_hart_may_cross_an_entry(void)
{
    for (unsigned lost = 0; lost < 2; lost++) {
        fixture_open_harts(&f, 2);
        f.now = 1000;
        fixture_enter(&f);
        fixture_leave(&f, SUPERVISOR_TIMER, 0);
        fixture_enter(&f);
        fixture_call(&f, SBI_EXT_IPI, 0, 1, 0, 0);
        f.state.x[10] = 0;
        fixture_enter(&f); /* without */
        CU_ASSERT_EQUAL(f.breaches, 0);
        fixture_leave(&f, SUPERVISOR_TIMER, 0);
        f.state.csr.hvip = lost ? 0 : SOFTWARE;
        fixture_enter(&f);
        expect(lost ? "interrupt.software-kept" : "");
    }
}

/* set_timer(2000) that the hypervisor keeps, and an entry at that time with hvip. */
static void kept_timer(uint64_t now, uint64_t hvip, const char *rule)
{
    begin();
    fixture_call(&f, SBI_EXT_TIME, 0, 2000, 0, 0);
    f.state.x[10] = 0;
    fixture_enter(&f);
    CU_ASSERT_EQUAL(f.breaches, 0);
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    f.now = now;
    f.state.csr.hvip = hvip;
    fixture_enter(&f);
    f.now += now > 2000 ? 1000 : 0;
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    expect(rule);
}

static void a_timer_comes_at_its_deadline(void)
{
    kept_timer(1999, 0, "");
    kept_timer(1999, TIMER, "timer.never-early");
    kept_timer(2000, TIMER, "");
    kept_timer(9000, 0, "timer.at-deadline");
    begin();
    fixture_call(&f, SBI_EXT_TIME, 0, 2000, 0, 0);
    f.state.x[10] = 0;
    fixture_enter(&f);
    f.now = 9000; /* nobody has stopped it */
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    expect("timer.at-deadline");
}

static void vstimecmp_is_as_good(void)
{
    begin();
    fixture_call(&f, SBI_EXT_TIME, 0, 2000, 0, 0);
    f.state.x[10] = 0;
    f.state.csr.vstimecmp = 2000;
    fixture_enter(&f);
    f.now = 9000;
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    fixture_enter(&f);
    expect("");
    begin();
    fixture_call(&f, SBI_EXT_TIME, 0, 2000, 0, 0);
    f.state.x[10] = 0;
    f.state.csr.vstimecmp = 1999;
    fixture_enter(&f);
    expect("sbi.csrs");
}

/* The next life begins in the state in which the first could go on, but at another time. */
static void a_life_may_end_before_its_first_instruction(void)
{
    static const struct model_command restart = {.at = 900, .text = "restart a"};

    for (unsigned asked = 0; asked < 2; asked++) {
        fixture_open(&f);
        f.now = 1000;
        f.model->setup.commands = &restart;
        f.model->setup.command_count = asked;
        fixture_enter(&f);
        fixture_leave(&f, SUPERVISOR_TIMER, 0);
        f.state.csr.htimedelta++;
        fixture_enter(&f);
        expect(asked ? "" : "time.steady");
    }
}

static void time_does_not_leap(void)
{
    begin();
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    f.state.csr.htimedelta++;
    fixture_enter(&f);
    expect("time.steady");
}

static void floating_point_can_be_reached(void)
{
    for (unsigned i = 0; i < 8; i++) {
        bool on = i & 1, reachable = i & 2, delegated = i & 4;

        begin();
        f.state.csr.vsstatus |= on ? FS : 0;
        fixture_leave(&f, SUPERVISOR_TIMER, 0);
        f.state.csr.sstatus |= reachable ? FS : 0;
        f.state.csr.hedeleg = (f.state.csr.hedeleg & ~4ull) | (delegated ? 4 : 0);
        fixture_enter(&f);
        expect(on && !reachable && delegated ? "fp.reachable" : "");
    }
}

static void floating_point_is_kept(void)
{
    for (unsigned lost = 0; lost < 2; lost++) {
        begin();
        f.state.has_fp = true;
        f.state.csr.sstatus |= FS;
        f.state.f[7] = 42;
        fixture_leave(&f, SUPERVISOR_TIMER, 0);
        f.state.csr.sstatus &= ~FS; /* out of reach: whatever is there */
        f.state.f[7] = 43;
        fixture_enter(&f);
        CU_ASSERT_EQUAL(f.breaches, 0);
        fixture_leave(&f, SUPERVISOR_TIMER, 0);
        f.state.csr.sstatus |= FS;
        f.state.f[7] = lost ? 43 : 42;
        fixture_enter(&f);
        expect(lost ? "fp.registers" : "");
    }
}

static void slept(void)
{
    uint64_t from = f.now;

    f.now += 1000;
    model_slept(f.model, 0, from);
}

static void the_machine_does_not_sleep_beside_work(void)
{
    begin();
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    slept();
    expect("turn.no-idle");
    begin();
    uint32_t wfi = 0x10500073;
    memcpy(fixture_at(&f, fixture_physical(0, f.state.pc)), &wfi, 4);
    fixture_leave(&f, 22, wfi);
    slept();
    CU_ASSERT_EQUAL(f.breaches, 0);
    f.state.pc += 4;
    fixture_enter(&f);
    f.state.csr.vsie = 1u << 5; /* its timer has come */
    f.state.csr.vstimecmp = f.now + 2000;
    fixture_leave(&f, 22, wfi);
    slept();
    CU_ASSERT_EQUAL(f.breaches, 0);
    slept();
    slept();
    expect("turn.wakes-in-time");
}

TEST_SUITE(model_interrupt, {"interrupts come from somewhere", interrupts_come_from_somewhere},
           {"an IPI pends until the guest clears it", an_ipi_pends},
           {"an IPI from another hart may cross an entry",
            an_ipi_from_another_hart_may_cross_an_entry},
           {"a timer comes at its deadline", a_timer_comes_at_its_deadline},
           {"vstimecmp is as good a timer", vstimecmp_is_as_good},
           {"time does not leap", time_does_not_leap},
           {"a life may end before its first instruction",
            a_life_may_end_before_its_first_instruction},
           {"floating point can be reached where it is on", floating_point_can_be_reached},
           {"floating point is kept", floating_point_is_kept},
           {"the machine does not sleep beside work", the_machine_does_not_sleep_beside_work});
