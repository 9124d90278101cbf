/* SBI calls: each answer that the specification allows passes, each neighbour is named. */
#include "model_fixture.h"
#include "test.h"

#include "abi/sbi.h"

static struct model_fixture f;

#define RAM     BUNDLE_GUEST_RAM_BASE
#define RAM_END (BUNDLE_GUEST_RAM_BASE + FIXTURE_MEMORY)
#define A(n)    f.state.x[10 + (n)]

static void begin(void)
{
    fixture_open(&f);
    fixture_enter(&f);
    f.state.pc = RAM + 0x2000;
}

static void answer(int64_t error, uint64_t value)
{
    A(0) = (uint64_t)error;
    A(1) = value;
    fixture_enter(&f);
}

static void expect(const char *rule)
{
    CU_ASSERT_STRING_EQUAL(fixture_rule(&f), rule);
    fixture_close(&f);
}

/* One call in a machine of its own, and the rule that its answer breaks. */
static void one(uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1, uint64_t a2,
                int64_t error, uint64_t value, const char *rule)
{
    begin();
    fixture_call(&f, extension, function, a0, a1, a2);
    answer(error, value);
    expect(rule);
}

static void a_call_returns_behind_itself(void)
{
    begin();
    fixture_call(&f, SBI_EXT_PV, SBI_PV_YIELD, 0, 0, 0);
    f.state.pc -= 4;
    answer(0, 0);
    expect("sbi.behind-the-call");
    begin();
    fixture_call(&f, SBI_EXT_PV, SBI_PV_YIELD, 0, 0, 0);
    f.state.x[12] = 1;
    answer(0, 0);
    expect("sbi.only-a0-a1");
    begin();
    fixture_call(&f, SBI_EXT_PV, SBI_PV_YIELD, 0, 0, 0);
    f.state.csr.vsscratch = 1;
    answer(0, 0);
    expect("sbi.csrs");
}

static void unknown_calls_are_refused(void)
{
    one(0x12345, 0, 0, 0, 0, SBI_ERR_NOT_SUPPORTED, 0, "");
    one(0x12345, 0, 0, 0, 0, SBI_SUCCESS, 0, "sbi.unknown");
    one(SBI_EXT_TIME, 1, 0, 0, 0, SBI_SUCCESS, 0, "sbi.unknown");
    one(SBI_EXT_TIME | 1ull << 40, 0, 0, 0, 0, SBI_SUCCESS, 0, "sbi.unknown");
    one(SBI_LEGACY_SEND_IPI, 0, 0, 0, 0, SBI_ERR_NOT_SUPPORTED, 0, "");
}

/* Nor does anything follow from them. */
static void functions_that_are_not_there_end_nothing(void)
{
    begin();
    fixture_call(&f, SBI_EXT_SRST, 0x6c, 1, 0, 0);
    answer(SBI_ERR_NOT_SUPPORTED, 0);
    fixture_call(&f, SBI_EXT_PV, 0x6c, 0, 0, 0);
    answer(SBI_ERR_NOT_SUPPORTED, 0);
    expect("");
}

static void probing_tells_the_truth(void)
{
    for (unsigned there = 0; there < 2; there++) {
        begin();
        fixture_call(&f, SBI_EXT_BASE, SBI_BASE_PROBE_EXTENSION, SBI_EXT_PV, 0, 0);
        answer(SBI_SUCCESS, there);
        fixture_call(&f, SBI_EXT_PV, SBI_PV_YIELD, 0, 0, 0);
        answer(there ? SBI_ERR_NOT_SUPPORTED : SBI_SUCCESS, 0);
        expect("sbi.probe-truth");
        begin();
        fixture_call(&f, SBI_EXT_PV, SBI_PV_YIELD, 0, 0, 0);
        answer(there ? SBI_SUCCESS : SBI_ERR_NOT_SUPPORTED, 0);
        fixture_call(&f, SBI_EXT_BASE, SBI_BASE_PROBE_EXTENSION, SBI_EXT_PV, 0, 0);
        answer(SBI_SUCCESS, !there);
        expect("sbi.probe-stable");
    }
}

static void base_answers_the_same(void)
{
    one(SBI_EXT_BASE, SBI_BASE_GET_SPEC_VERSION, 0, 0, 0, SBI_SUCCESS, 0x02000000, "");
    one(SBI_EXT_BASE, SBI_BASE_GET_SPEC_VERSION, 0, 0, 0, SBI_SUCCESS, 0x80000000, "sbi.base");
    one(SBI_EXT_BASE, SBI_BASE_GET_IMPL_ID, 0, 0, 0, SBI_SUCCESS, 3, "");
    one(SBI_EXT_BASE, SBI_BASE_GET_IMPL_ID, 0, 0, 0, SBI_ERR_NOT_SUPPORTED, 0, "");
    for (unsigned first = 0; first < 2; first++) { /* SBI 0.1 has none, and then nothing but calls
                                                      that are as old */
        begin();
        fixture_call(&f, SBI_EXT_BASE, SBI_BASE_GET_IMPL_ID, 0, 0, 0);
        answer(first ? SBI_SUCCESS : SBI_ERR_NOT_SUPPORTED, 3);
        fixture_call(&f, first ? SBI_EXT_BASE : SBI_EXT_PV,
                     first ? SBI_BASE_GET_IMPL_ID : SBI_PV_YIELD, 0, 0, 0);
        answer(first ? SBI_ERR_NOT_SUPPORTED : SBI_SUCCESS, 0);
        expect("sbi.probe-truth");
    }
    begin();
    for (uint64_t id = 3; id < 5; id++) {
        fixture_call(&f, SBI_EXT_BASE, SBI_BASE_GET_IMPL_ID, 0, 0, 0);
        answer(SBI_SUCCESS, id);
    }
    expect("sbi.base");
}

static void the_debug_console_checks_its_memory(void)
{
    one(SBI_EXT_DBCN, SBI_DBCN_WRITE, 8, RAM_END - 8, 0, SBI_SUCCESS, 8, "");
    one(SBI_EXT_DBCN, SBI_DBCN_WRITE, 8, RAM_END - 8, 0, SBI_SUCCESS, 3, "");
    one(SBI_EXT_DBCN, SBI_DBCN_WRITE, 8, RAM_END - 8, 0, SBI_SUCCESS, 9, "sbi.dbcn-count");
    one(SBI_EXT_DBCN, SBI_DBCN_WRITE, 9, RAM_END - 8, 0, SBI_ERR_INVALID_PARAM, 0, "");
    one(SBI_EXT_DBCN, SBI_DBCN_WRITE, 9, RAM_END - 8, 0, SBI_SUCCESS, 8, "sbi.dbcn-bounds");
    one(SBI_EXT_DBCN, SBI_DBCN_READ, 8, RAM - 1, 0, SBI_SUCCESS, 0, "sbi.dbcn-bounds");
    one(SBI_EXT_DBCN, SBI_DBCN_READ, 8, RAM, 1, SBI_SUCCESS, 0, "sbi.dbcn-bounds");
    one(SBI_EXT_DBCN, SBI_DBCN_READ, ~0ull, RAM, 0, SBI_SUCCESS, 0, "sbi.dbcn-bounds");
    one(SBI_EXT_DBCN, SBI_DBCN_WRITE_BYTE, 'x', 0, 0, SBI_SUCCESS, 0, "");
    one(SBI_EXT_DBCN, SBI_DBCN_WRITE_BYTE, 'x', 0, 0, SBI_ERR_FAILED, 0, "sbi.dbcn-byte");
}

static void a_legacy_call_changes_a0_alone(void)
{
    one(SBI_LEGACY_CONSOLE_GETCHAR, 7, 0, 5, 0, -1, 5, "");
    one(SBI_LEGACY_CONSOLE_GETCHAR, 7, 0, 5, 0, 'x', 5, "console.input"); /* nobody typed it */
    one(SBI_LEGACY_CONSOLE_GETCHAR, 7, 0, 5, 0, 'x', 6, "sbi.only-a0-a1");
    one(SBI_LEGACY_CONSOLE_GETCHAR, 7, 0, 5, 0, 256, 5, "sbi.legacy-console");
    one(SBI_LEGACY_CONSOLE_PUTCHAR, 0, 'x', 5, 0, 0, 5, "");
    one(SBI_LEGACY_CONSOLE_PUTCHAR, 0, 'x', 5, 0, 1, 5, "sbi.legacy-console");
}

static void masks_name_harts_that_exist(void)
{
    one(SBI_EXT_IPI, 0, 14, 0, 0, SBI_SUCCESS, 0, "");
    one(SBI_EXT_IPI, 0, 6, 0, 0, SBI_SUCCESS, 0, "");
    one(SBI_EXT_IPI, 0, 16, 0, 0, SBI_ERR_INVALID_PARAM, 0, "");
    one(SBI_EXT_IPI, 0, 16, 0, 0, SBI_SUCCESS, 0, "sbi.ipi-targets");
    one(SBI_EXT_IPI, 0, 1ull << 63, 1, 0, SBI_SUCCESS, 0, "sbi.ipi-targets");
    one(SBI_EXT_IPI, 0, 2, 0, 0, SBI_ERR_INVALID_PARAM, 0, "sbi.ipi-targets");
    one(SBI_EXT_RFENCE, SBI_RFENCE_SFENCE_VMA, 1, 4, 0, SBI_SUCCESS, 0, "sbi.rfence-targets");
    one(SBI_EXT_RFENCE, SBI_RFENCE_FENCE_I, 1, 3, 0, SBI_SUCCESS, 0, "");
    one(SBI_EXT_RFENCE, SBI_RFENCE_HFENCE_GVMA, 1, 0, 0, SBI_SUCCESS, 0, "sbi.rfence-hfence");
}

static void harts_start_where_they_are_told(void)
{
    one(SBI_EXT_HSM, SBI_HSM_HART_START, 1, RAM + 0x100, 7, SBI_SUCCESS, 0, "");
    one(SBI_EXT_HSM, SBI_HSM_HART_START, 0, RAM + 0x100, 7, SBI_SUCCESS, 0, "sbi.hsm-start");
    one(SBI_EXT_HSM, SBI_HSM_HART_START, 0, RAM, 7, SBI_ERR_ALREADY_AVAILABLE, 0, "");
    one(SBI_EXT_HSM, SBI_HSM_HART_START, 4, RAM, 7, SBI_ERR_INVALID_PARAM, 0, "");
    one(SBI_EXT_HSM, SBI_HSM_HART_START, 4, RAM, 7, SBI_ERR_FAILED, 0, "sbi.hsm-start");
    one(SBI_EXT_HSM, SBI_HSM_HART_START, 1, RAM_END, 7, SBI_ERR_INVALID_ADDRESS, 0, "");
    one(SBI_EXT_HSM, SBI_HSM_HART_START, 1, RAM_END, 7, SBI_SUCCESS, 0, "sbi.hsm-start");
    begin();
    fixture_call(&f, SBI_EXT_HSM, SBI_HSM_HART_START, 1, RAM + 0x100, 7);
    answer(SBI_SUCCESS, 0);
    fixture_leave(&f, 1ull << 63 | 5, 0);
    struct model_state first = f.state;
    f.state = fixture_start(0, 1, RAM + 0x100, 7);
    fixture_enter(&f);
    CU_ASSERT_EQUAL(f.breaches, 0);
    fixture_leave(&f, 1ull << 63 | 5, 0);
    f.state = first;
    fixture_enter(&f);
    expect("");
    begin();
    fixture_call(&f, SBI_EXT_HSM, SBI_HSM_HART_START, 1, RAM + 0x100, 7);
    f.state = fixture_start(0, 1, RAM + 0x100, 8);
    fixture_enter(&f);
    expect("start.a0-a1");
    begin();
    fixture_call(&f, SBI_EXT_HSM, SBI_HSM_HART_START, 1, RAM + 0x100, 7);
    f.state = fixture_start(0, 1, RAM + 0x100, 7);
    f.state.csr.vsatp = 8ull << 60;
    fixture_enter(&f);
    expect("start.csrs");
}

static void states_are_told_as_they_are(void)
{
    one(SBI_EXT_HSM, SBI_HSM_HART_GET_STATUS, 0, 0, 0, SBI_SUCCESS, SBI_HSM_STARTED, "");
    one(SBI_EXT_HSM, SBI_HSM_HART_GET_STATUS, 1, 0, 0, SBI_SUCCESS, SBI_HSM_STOPPED, "");
    one(SBI_EXT_HSM, SBI_HSM_HART_GET_STATUS, 1, 0, 0, SBI_SUCCESS, SBI_HSM_STARTED,
        "sbi.hsm-status");
    one(SBI_EXT_HSM, SBI_HSM_HART_GET_STATUS, 9, 0, 0, SBI_SUCCESS, 0, "sbi.hsm-status");
}

static void suspend_takes_32_bits_of_type(void)
{
    one(SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, 0, 0, 0, SBI_SUCCESS, 0, "");
    one(SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, 1, 0, 0, SBI_SUCCESS, 0, "sbi.hsm-suspend");
    one(SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, 1ull << 32, 0, 0, SBI_ERR_INVALID_PARAM, 0,
        "sbi.hsm-suspend");
    one(SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, 0x80000000, RAM_END, 0, SBI_ERR_INVALID_ADDRESS, 0, "");
    one(SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, 0x80000000, RAM, 0, SBI_SUCCESS, 0, "sbi.hsm-suspend");
    begin();
    fixture_call(&f, SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, 0x80000000, RAM + 0x80, 5);
    f.state = fixture_start(0, 0, RAM + 0x80, 5);
    fixture_enter(&f);
    expect("");
}

static void what_ends_does_not_return(void)
{
    one(SBI_EXT_PV, SBI_PV_EXIT, 3, 0, 0, SBI_SUCCESS, 0, "sbi.paravirtual");
    one(SBI_EXT_SRST, 0, 0, 0, 0, SBI_SUCCESS, 0, "sbi.reset");
    one(SBI_EXT_SRST, 0, 3, 0, 0, SBI_ERR_INVALID_PARAM, 0, "");
    one(SBI_EXT_SRST, 0, 3, 0, 0, SBI_SUCCESS, 0, "sbi.reset");
    one(SBI_EXT_SRST, 0, 1ull << 32, 0, 0, SBI_ERR_INVALID_PARAM, 0, "sbi.reset");
    one(SBI_EXT_HSM, SBI_HSM_HART_STOP, 0, 0, 0, SBI_SUCCESS, 0, "sbi.hsm-stop");
    one(SBI_EXT_HSM, SBI_HSM_HART_STOP, 0, 0, 0, SBI_ERR_FAILED, 0, "");
    begin();
    fixture_call(&f, SBI_EXT_PV, SBI_PV_EXIT, 3, 0, 0);
    f.state = fixture_start(0, 0, FIXTURE_ENTRY, FIXTURE_DTB);
    fixture_enter(&f);
    expect("life.as-asked");
    begin();
    fixture_call(&f, SBI_EXT_SRST, 0, SBI_SRST_TYPE_COLD_REBOOT, 0, 0);
    f.state = fixture_start(0, 0, FIXTURE_ENTRY, FIXTURE_DTB);
    fixture_enter(&f);
    expect("");
}

static void steal_time_memory_is_checked(void)
{
    one(SBI_EXT_STA, 0, RAM + 64, 0, 0, SBI_SUCCESS, 0, "");
    one(SBI_EXT_STA, 0, RAM + 32, 0, 0, SBI_SUCCESS, 0, "sbi.steal");
    one(SBI_EXT_STA, 0, RAM_END, 0, 0, SBI_ERR_INVALID_ADDRESS, 0, "");
    one(SBI_EXT_STA, 0, RAM_END, 0, 0, SBI_SUCCESS, 0, "sbi.steal");
    one(SBI_EXT_STA, 0, RAM, 0, 1, SBI_SUCCESS, 0, "sbi.steal");
    one(SBI_EXT_STA, 0, ~0ull, ~0ull, 0, SBI_SUCCESS, 0, "");
}

TEST_SUITE(model_sbi, {"a call returns behind itself", a_call_returns_behind_itself},
           {"unknown calls are refused", unknown_calls_are_refused},
           {"probing tells the truth", probing_tells_the_truth},
           {"functions that are not there end nothing", functions_that_are_not_there_end_nothing},
           {"Base answers the same each time", base_answers_the_same},
           {"the Debug Console checks its memory", the_debug_console_checks_its_memory},
           {"a legacy call changes a0 alone", a_legacy_call_changes_a0_alone},
           {"masks name harts that exist", masks_name_harts_that_exist},
           {"harts start where they are told", harts_start_where_they_are_told},
           {"states are told as they are", states_are_told_as_they_are},
           {"a suspend's type has 32 bits", suspend_takes_32_bits_of_type},
           {"what ends does not return", what_ends_does_not_return},
           {"steal-time memory is checked", steal_time_memory_is_checked});
