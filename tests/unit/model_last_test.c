/* What a VM was at its last exit is kept: whether it asked for its end, and its report. */
#include "model/last.h"
#include "abi/sbi.h"
#include "model/parts.h"
#include "model_fixture.h"
#include "test.h"

static struct model_fixture f;
static struct model_last last[FIXTURE_VMS];

static void begin(void)
{
    memset(last, 0, sizeof(last));
    fixture_open(&f);
    f.model->setup.last = last;
    fixture_enter(&f);
    f.state.pc = BUNDLE_GUEST_RAM_BASE + 0x2000;
}

static void ends(uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1,
                 enum model_ending ending, uint64_t code)
{
    begin();
    CU_ASSERT_EQUAL(last[0].entered, 1);
    CU_ASSERT_EQUAL(last[0].inside, 1);
    fixture_call(&f, extension, function, a0, a1, 0);
    CU_ASSERT_EQUAL(last[0].inside, 0);
    CU_ASSERT_EQUAL(last[0].cause, 10);
    CU_ASSERT_EQUAL(last[0].ending, ending);
    CU_ASSERT_EQUAL(last[0].code, code);
    fixture_close(&f);
}

static void an_end_is_what_was_asked_for(void)
{
    ends(SBI_EXT_PV, SBI_PV_EXIT, 42, 0, MODEL_EXITS, 42);
    ends(SBI_EXT_PV, SBI_PV_YIELD, 42, 0, MODEL_RUNS, 0);
    ends(SBI_EXT_SRST, SBI_SRST_RESET, SBI_SRST_TYPE_SHUTDOWN, 1, MODEL_SHUTS_OFF, 1);
    ends(SBI_EXT_SRST, SBI_SRST_RESET, SBI_SRST_TYPE_COLD_REBOOT, 0, MODEL_REBOOTS, 0);
    ends(SBI_EXT_SRST, SBI_SRST_RESET, 77, 0, MODEL_RUNS, 0);
    ends(SBI_LEGACY_SHUTDOWN, 0, 0, 0, MODEL_SHUTS_OFF, 0);
    ends(SBI_EXT_BASE, SBI_BASE_GET_SPEC_VERSION, 0, 0, MODEL_RUNS, 0);
}

static void a_vcpu_that_goes_on_has_not_ended(void)
{
    begin();
    fixture_call(&f, SBI_EXT_SRST, SBI_SRST_RESET, SBI_SRST_TYPE_COLD_REBOOT, 0, 0);
    f.state.x[10] = (uint64_t)SBI_ERR_NOT_SUPPORTED;
    fixture_enter(&f);
    CU_ASSERT_EQUAL(last[0].ending, MODEL_RUNS);
    CU_ASSERT_EQUAL(last[0].inside, 1);
    fixture_close(&f);
}

static void vms_that_never_ran_have_no_end(void)
{
    begin();
    CU_ASSERT_EQUAL(last[1].entered, 0);
    CU_ASSERT_EQUAL(last[1].has_report, 0);
    fixture_close(&f);
}

TEST_SUITE(model_last, {"an end is what was asked for", an_end_is_what_was_asked_for},
           {"a vCPU that goes on has not ended", a_vcpu_that_goes_on_has_not_ended},
           {"VMs that never ran have no end", vms_that_never_ran_have_no_end});
