/* Stolen time: what may stand in a vCPU's record when it is entered. */
#include "model_fixture.h"
#include "test.h"

#include "abi/sbi.h"

#define SUPERVISOR_TIMER (1ull << 63 | 5)
#define VIRTUAL          22
#define WFI              0x10500073
#define AREA             (BUNDLE_GUEST_RAM_BASE + 0x10000)
#define SLICE            50000 /* ticks */

static struct model_fixture f;
static struct model_state other;

static struct record {
    uint32_t sequence, flags;
    uint64_t steal;
} * record;

/* A vCPU with an area, running. */
static void begin(void)
{
    fixture_open(&f);
    f.now = 1000;
    fixture_enter(&f);
    f.state.pc = BUNDLE_GUEST_RAM_BASE + 0x2000;
    record = fixture_at(&f, fixture_physical(0, AREA));
    fixture_call(&f, SBI_EXT_STA, SBI_STA_SET_SHMEM, AREA, 0, 0);
    f.state.x[10] = f.state.x[11] = 0;
    fixture_enter(&f);
    CU_ASSERT_EQUAL(f.breaches, 0);
    other = fixture_start(1, 0, FIXTURE_ENTRY, FIXTURE_DTB);
}

/* The other VM has the hart for that long. */
static void others_run(uint64_t ticks)
{
    model_entry(f.model, 0, &other);
    f.now += ticks;
    other.csr.scause = SUPERVISOR_TIMER;
    model_exit(f.model, 0, &other);
}

static void enter_with(uint32_t sequence, uint64_t steal)
{
    record->sequence = sequence;
    record->steal = steal;
    fixture_enter(&f);
}

static void expect(const char *rule)
{
    CU_ASSERT_STRING_EQUAL(fixture_rule(&f), rule);
    fixture_close(&f);
}

/* It loses the hart for a slice twice; is told, in ticks, the first and the second time. */
static void told(uint64_t first, uint64_t second, const char *rule)
{
    begin();
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    others_run(SLICE);
    enter_with(first ? 2 : 0, first * 100);
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    others_run(SLICE);
    enter_with(4, second * 100);
    expect(rule);
}

static void what_others_had_is_stolen(void)
{
    told(SLICE, SLICE * 2, "");
    told(0, SLICE, ""); /* told a turn later */
    told(0, SLICE * 2, "");
    told(SLICE, SLICE, "");
    told(0, SLICE / 2, "steal.time"); /* only half of it */
    told(SLICE, SLICE - 1, "steal.time");
    told(SLICE * 2, SLICE * 2, "steal.time");
    told(SLICE * 100, SLICE * 200, "steal.time");
}

static void what_it_slept_is_not(void)
{
    for (unsigned wrong = 0; wrong < 2; wrong++) {
        begin();
        uint32_t word = WFI;
        memcpy(fixture_at(&f, fixture_physical(0, f.state.pc)), &word, sizeof(word));
        f.state.csr.vstimecmp = f.now + SLICE;
        f.state.csr.vsie = 1u << 5;
        fixture_leave(&f, VIRTUAL, WFI);
        others_run(SLICE + 100);
        f.state.pc += 4;
        enter_with(2, (wrong ? SLICE : 100) * 100);
        expect(wrong ? "steal.time" : "");
    }
}

static void turns(uint32_t sequence, uint32_t flags, uint64_t steal, const char *rule)
{
    begin();
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    others_run(SLICE);
    record->flags = flags;
    enter_with(sequence, steal * 100);
    expect(rule);
}

static void the_record_is_whole(void)
{
    turns(2, 0, SLICE, "");
    turns(8, 0, SLICE, "");
    turns(0, 0, SLICE, "steal.record");
    turns(3, 0, SLICE, "steal.record");
    turns(2, 1, SLICE, "steal.record");
    turns(3, 0, 0, "steal.record");
}

static void what_the_guest_wrote_is_its_own_affair(void)
{
    begin();
    record->sequence = 7;
    record->flags = 9;
    fixture_leave(&f, SUPERVISOR_TIMER, 0);
    others_run(SLICE);
    enter_with(9, 3);
    expect("");
}

TEST_SUITE(model_steal, {"what others had is stolen", what_others_had_is_stolen},
           {"what it slept is not", what_it_slept_is_not},
           {"the record is whole", the_record_is_whole},
           {"what the guest wrote is its own affair", what_the_guest_wrote_is_its_own_affair});
