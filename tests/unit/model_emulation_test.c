/* What a guest may not execute itself: each way to carry it out or to refuse it that is right
 * passes, each neighbour is named. Over 300 lines, as all of it shares how a guest leaves by one.
 */
#include "model_fixture.h"
#include "test.h"

#define SUPERVISOR_TIMER (1ull << 63 | 5)
#define VIRTUAL          22
#define ILLEGAL          2
#define WFI              0x10500073
#define SRET             0x10200073
#define MRET             0x30200073
#define SFENCE_VMA       0x12000073
#define READ_TIME_A5     0xc01027f3
#define READ_CYCLE_A5    0xc00027f3
#define WRITE_CYCLE      0xc0079073 /* csrw cycle, a5 */
#define READ_SATP_A5     0x180027f3
#define WRITE_SATP_A5    0x18079073
#define READ_HGATP_A5    0x680027f3
#define WRITE_STIMECMP   0x14d79073 /* csrw stimecmp, a5 */
#define SPP              (1ull << 8)
#define SPIE             (1ull << 5)
#define SIE              (1ull << 1)
#define SV39             (8ull << 60)

static struct model_fixture f;

/* A guest executes it and leaves by that, with that vsatp; with user from U-mode. */
static void leaves_with(uint64_t cause, uint32_t word, bool user, uint64_t vsatp)
{
    fixture_open(&f);
    f.now = 1000;
    fixture_enter(&f);
    f.state.pc = BUNDLE_GUEST_RAM_BASE + 0x2000;
    f.state.csr.vstvec = BUNDLE_GUEST_RAM_BASE + 0x3000;
    f.state.csr.vsepc = BUNDLE_GUEST_RAM_BASE + 0x4000;
    f.state.csr.vsatp = vsatp;
    f.state.csr.vsstatus |= SIE;
    f.state.x[15] = 5;
    if (user)
        f.state.csr.sstatus &= ~SPP;
    memcpy(fixture_at(&f, fixture_physical(0, f.state.pc)), &word, sizeof(word));
    fixture_leave(&f, cause, word);
}

static void leaves_by(uint64_t cause, uint32_t word, bool user)
{
    leaves_with(cause, word, user, 0);
}

static void goes_on_behind(void)
{
    f.state.pc += 4;
}

static void is_refused(uint64_t value)
{
    bool user = !(f.state.csr.sstatus & SPP);

    f.state.csr.vsepc = f.state.pc;
    f.state.csr.vscause = ILLEGAL;
    f.state.csr.vstval = value;
    f.state.csr.vsstatus &= ~(SIE | SPP);
    f.state.csr.vsstatus |= SPIE | (user ? 0 : SPP);
    f.state.csr.sstatus |= SPP;
    f.state.pc = f.state.csr.vstvec;
}

static void expect(const char *rule)
{
    fixture_enter(&f);
    CU_ASSERT_STRING_EQUAL(fixture_rule(&f), rule);
    fixture_close(&f);
}

static void an_emulated_instruction_changes_its_destination(void)
{
    leaves_by(VIRTUAL, READ_CYCLE_A5, false);
    goes_on_behind();
    f.state.x[15] = 99;
    expect("");
    leaves_by(VIRTUAL, READ_CYCLE_A5, false);
    f.state.x[15] = 99;
    expect("emulation.pc");
    leaves_by(VIRTUAL, READ_CYCLE_A5, false);
    goes_on_behind();
    f.state.x[14] = 99;
    expect("emulation.registers");
    leaves_by(VIRTUAL, READ_CYCLE_A5, false);
    goes_on_behind();
    f.state.csr.vsscratch++;
    expect("emulation.csrs");
    leaves_by(VIRTUAL, WFI, false);
    goes_on_behind();
    expect("");
    leaves_by(VIRTUAL, READ_CYCLE_A5, false);
    is_refused(READ_CYCLE_A5);
    expect("");
    leaves_by(ILLEGAL, MRET, false);
    is_refused(0);
    expect("");
    leaves_by(ILLEGAL, MRET, false);
    is_refused(MRET);
    expect("");
    leaves_by(ILLEGAL, MRET, false);
    goes_on_behind();
    expect("trap.vector");
}

#define FETCH_ACCESS 1
#define FETCH_PAGE   12

/* The guest has changed its table since the hart fetched there: it is empty, or beyond RAM. */
static void what_cannot_be_fetched_any_more_is_a_fault_of_the_fetch(void)
{
    const struct {
        uint64_t cause, table, offset;
        const char *rule;
    } row[] = {
        {FETCH_PAGE, BUNDLE_GUEST_RAM_BASE + 0x5000, 0, ""},
        {FETCH_PAGE, BUNDLE_GUEST_RAM_BASE + 0x5000, 2, "trap.csrs"},
        {FETCH_ACCESS, BUNDLE_GUEST_RAM_BASE + 0x5000, 0, "trap.csrs"},
        {FETCH_ACCESS, 0x1000, 0, ""},
        {FETCH_PAGE, 0x1000, 0, "trap.csrs"},
    };

    for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        leaves_with(VIRTUAL, WFI, false, SV39 | row[i].table >> 12);
        is_refused(f.state.pc + row[i].offset);
        f.state.csr.vscause = row[i].cause;
        expect(row[i].rule);
    }
    leaves_by(VIRTUAL, WFI, false);
    is_refused(f.state.pc);
    f.state.csr.vscause = FETCH_PAGE;
    expect("trap.csrs");
}

/* Left at 1001, entered at 1500. */
static void reads_time(uint64_t value, const char *rule)
{
    leaves_by(VIRTUAL, READ_TIME_A5, false);
    f.now = 1500;
    goes_on_behind();
    f.state.x[15] = value;
    expect(rule);
}

/* Where the guest never reads the time itself, the first answer says from where it counts. */
static void time_may_count_from_anywhere(void)
{
    static const struct {
        uint64_t value;
        const char *rule;
    } second[] = {
        {900000 + 500, ""}, {900000 + 480, "emulation.counter"}, {0, "emulation.counter"}};

    for (unsigned i = 0; i < 3; i++) {
        fixture_open(&f);
        f.now = 1000;
        f.state.csr.hcounteren = 0;
        fixture_enter(&f);
        f.state.pc = BUNDLE_GUEST_RAM_BASE + 0x2000;
        uint32_t word = READ_TIME_A5;
        memcpy(fixture_at(&f, fixture_physical(0, f.state.pc)), &word, sizeof(word));
        fixture_leave(&f, VIRTUAL, word);
        goes_on_behind();
        f.state.x[15] = 900000;
        fixture_enter(&f);
        CU_ASSERT_EQUAL(f.breaches, 0);
        f.state.pc -= 4;
        f.now += 499;
        fixture_leave(&f, VIRTUAL, word);
        goes_on_behind();
        f.state.x[15] = second[i].value;
        expect(second[i].rule);
    }
}

static void time_is_the_time_of_the_moment(void)
{
    reads_time(1001, "");
    reads_time(1500, "");
    reads_time(980, "emulation.counter");
    reads_time(1520, "emulation.counter");
    reads_time(0, "emulation.counter");
}

static void a_counter_never_goes_back(void)
{
    for (unsigned back = 0; back < 2; back++) {
        leaves_by(VIRTUAL, READ_CYCLE_A5, false);
        goes_on_behind();
        f.state.x[15] = 4000;
        fixture_enter(&f);
        f.state.pc -= 4;
        fixture_leave(&f, VIRTUAL, READ_CYCLE_A5);
        goes_on_behind();
        f.state.x[15] = 4000 - back;
        expect(back ? "emulation.counter" : "");
    }
}

static void may_not(uint32_t word, bool user)
{
    leaves_by(VIRTUAL, word, user);
    goes_on_behind();
    expect("emulation.permitted");
    leaves_by(VIRTUAL, word, user);
    is_refused(word);
    expect("");
}

static void a_mode_executes_what_it_may(void)
{
    may_not(READ_HGATP_A5, false);
    may_not(WRITE_CYCLE, false);
    may_not(READ_SATP_A5, true);
    may_not(READ_CYCLE_A5, true);
    may_not(SFENCE_VMA, true);
    may_not(SRET, true);
}

static void a_program_reads_what_its_kernel_shows(void)
{
    leaves_by(VIRTUAL, READ_CYCLE_A5, true);
    fixture_close(&f);
    fixture_open(&f);
    fixture_enter(&f);
    f.state.pc = BUNDLE_GUEST_RAM_BASE + 0x2000;
    f.state.csr.scounteren = 1;
    f.state.csr.sstatus &= ~SPP;
    uint32_t word = READ_CYCLE_A5;
    memcpy(fixture_at(&f, fixture_physical(0, f.state.pc)), &word, sizeof(word));
    fixture_leave(&f, VIRTUAL, word);
    goes_on_behind();
    expect("");
}

static void satp_is_carried_out(uint64_t value, uint64_t becomes, const char *rule)
{
    leaves_by(VIRTUAL, WRITE_SATP_A5, false);
    fixture_close(&f);
    fixture_open(&f);
    fixture_enter(&f);
    f.state.pc = BUNDLE_GUEST_RAM_BASE + 0x2000;
    f.state.x[15] = value;
    uint32_t word = WRITE_SATP_A5;
    memcpy(fixture_at(&f, fixture_physical(0, f.state.pc)), &word, sizeof(word));
    fixture_leave(&f, VIRTUAL, word);
    goes_on_behind();
    f.state.csr.vsatp = becomes;
    expect(rule);
}

static void what_a_kernel_does_to_its_tables_may_be_carried_out(void)
{
    leaves_by(VIRTUAL, SFENCE_VMA, false);
    goes_on_behind();
    expect("");
    satp_is_carried_out(SV39 | 0x80201, SV39 | 0x80201, "");
    satp_is_carried_out(SV39 | 0x80201, 0, "emulation.csrs");
    satp_is_carried_out(SV39 | 0x80201, SV39 | 0x80202, "emulation.csrs");
    satp_is_carried_out(5ull << 60 | 0x80201, 0, ""); /* a mode that does not exist */
    leaves_by(VIRTUAL, READ_SATP_A5, false);
    goes_on_behind();
    f.state.x[15] = 0;
    expect("");
    leaves_by(VIRTUAL, READ_SATP_A5, false);
    goes_on_behind();
    f.state.x[15] = 1;
    expect("emulation.registers");
}

static void sret_may_be_carried_out(void)
{
    for (unsigned wrong = 0; wrong < 3; wrong++) {
        leaves_by(VIRTUAL, SRET, false);
        f.state.pc = f.state.csr.vsepc + (wrong == 1 ? 4 : 0);
        f.state.csr.sstatus &= ~SPP;
        f.state.csr.vsstatus = (f.state.csr.vsstatus & ~(SIE | SPP)) | SPIE;
        if (wrong == 2)
            f.state.csr.vsstatus |= SIE;
        expect(wrong == 0 ? "" : wrong == 1 ? "emulation.pc" : "emulation.csrs");
    }
}

/* csrw stimecmp, a5 (5) at 1001: the hypervisor keeps it, and the interrupt pends at once or at the
 * next exit. */
static void stimecmp_may_be_kept(void)
{
    leaves_by(VIRTUAL, WRITE_STIMECMP, false);
    f.state.csr.henvcfg = 0;
    goes_on_behind();
    f.state.csr.hvip = 1u << 6;
    expect("");
    leaves_by(VIRTUAL, WRITE_STIMECMP, false);
    f.state.csr.henvcfg = 0;
    goes_on_behind();
    fixture_enter(&f);
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    f.state.csr.hvip = 1u << 6;
    expect("");
}

TEST_SUITE(model_emulation,
           {"an emulated instruction changes its destination",
            an_emulated_instruction_changes_its_destination},
           {"the time that is read is the moment's", time_is_the_time_of_the_moment},
           {"time may count from anywhere", time_may_count_from_anywhere},
           {"what cannot be fetched any more is a fault of the fetch",
            what_cannot_be_fetched_any_more_is_a_fault_of_the_fetch},
           {"a counter never goes back", a_counter_never_goes_back},
           {"a mode executes what it may", a_mode_executes_what_it_may},
           {"a program reads what its kernel shows", a_program_reads_what_its_kernel_shows},
           {"what a kernel does to its tables may be carried out",
            what_a_kernel_does_to_its_tables_may_be_carried_out},
           {"sret may be carried out", sret_may_be_carried_out},
           {"stimecmp may be kept by the hypervisor", stimecmp_may_be_kept});
