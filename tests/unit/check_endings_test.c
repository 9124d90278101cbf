/* How VMs ended: what is told counts only where it was seen that the guest asked for it. */
#include "abi/probe.h"
#include "check/endings.h"
#include "check_fixture.h"

#define ITEM "item i: t\n"

static struct model_channel model;

/* Is the item passed, with VM a's end as told and as `model` has it? VM b has ended well. */
static bool passes_with(const char *expectations, enum vm_end end, uint64_t code)
{
    struct fixture fixture;
    CU_ASSERT_FATAL(fixture_begin(&fixture, expectations, ""));
    struct facts *facts = &fixture.facts;
    facts->contract.model = &model;
    facts->monitor.vm_count = 2;
    facts->monitor.finished = 1;
    snprintf(facts->monitor.vm[0].name, sizeof facts->monitor.vm[0].name, "a");
    snprintf(facts->monitor.vm[1].name, sizeof facts->monitor.vm[1].name, "b");
    facts->monitor.vm[0].end = end;
    facts->monitor.vm[0].end_code = code;
    facts->monitor.vm[1].end = VM_END_EXIT;
    model.last[1] = (struct model_last){.entered = 1, .ending = MODEL_EXITS, .cause = 10};
    endings_are_seen(facts, facts->cut_short, sizeof facts->cut_short);
    struct result_run *run = fixture_judge(&fixture);
    bool pass = result_check_verdict(&run->checks[0]) == VERDICT_PASS;
    result_run_free(run);
    fixture_end(&fixture);
    return pass;
}

static bool ends(enum model_ending seen, uint64_t seen_code, uint64_t cause, const char *property,
                 enum vm_end end, uint64_t code)
{
    model.last[0] =
        (struct model_last){.entered = 1, .ending = seen, .cause = cause, .code = seen_code};
    return passes_with(property, end, code);
}

static void a_told_end_is_the_one_that_was_asked_for(void)
{
    CU_ASSERT_TRUE(ends(MODEL_EXITS, 3, 10, ITEM "HOLDS: vm a ends exit(3)\n", VM_END_EXIT, 3));
    CU_ASSERT_FALSE(ends(MODEL_EXITS, 4, 10, ITEM "HOLDS: vm a ends exit(3)\n", VM_END_EXIT, 3));
    CU_ASSERT_FALSE(
        ends(MODEL_SHUTS_OFF, 3, 10, ITEM "HOLDS: vm a ends exit(3)\n", VM_END_EXIT, 3));
    CU_ASSERT_TRUE(
        ends(MODEL_SHUTS_OFF, 0, 10, ITEM "HOLDS: vm a ends shutdown\n", VM_END_SHUTDOWN, 0));
    CU_ASSERT_FALSE(
        ends(MODEL_EXITS, 0, 10, ITEM "HOLDS: vm a ends shutdown\n", VM_END_SHUTDOWN, 0));
}

#define NOTHING ITEM "CHECK-NOT: kvm_exit\n"

static void a_machine_is_not_switched_off_before_its_vms_end(void)
{
    CU_ASSERT_TRUE(ends(MODEL_EXITS, 0, 10, NOTHING, VM_END_EXIT, 0));
    CU_ASSERT_TRUE(ends(MODEL_STOPPED_ALL, 0, 10, NOTHING, VM_END_STOPPED, 0));
    CU_ASSERT_FALSE(ends(MODEL_RUNS, 0, 10, NOTHING, VM_END_EXIT, 0));
    CU_ASSERT_FALSE(ends(MODEL_RUNS, 0, 1ull << 63 | 5, NOTHING, VM_END_KILLED, 0));
    CU_ASSERT_FALSE(ends(MODEL_RUNS, 0, 10, NOTHING, VM_END_GUEST_FAULT, 0));
    model.last[0] = (struct model_last){0};
    CU_ASSERT_FALSE(passes_with(NOTHING, VM_END_EXIT, 0));
}

static void a_vm_may_be_put_down_for_what_it_did_or_by_order(void)
{
    CU_ASSERT_TRUE(ends(MODEL_RUNS, 0, 22, NOTHING, VM_END_GUEST_FAULT, 0));
    CU_ASSERT_TRUE(ends(MODEL_RUNS, 0, 23, NOTHING, VM_END_NO_MEMORY, 0));
    CU_ASSERT_TRUE(
        ends(MODEL_RUNS, 0, 1ull << 63 | 5, "console: 5ms kill a\n" NOTHING, VM_END_KILLED, 0));
    CU_ASSERT_FALSE(
        ends(MODEL_RUNS, 0, 1ull << 63 | 5, "console: 5ms kill b\n" NOTHING, VM_END_KILLED, 0));
}

/* What is in the VM's memory in the end: zeroes. */
static bool zero_at(void *argument, unsigned vm, uint64_t address, uint64_t *value)
{
    (void)argument, (void)vm, (void)address;
    *value = 0;
    return true;
}

static void a_report_is_as_the_guest_left_it(void)
{
    struct fixture fixture;
    uint64_t facts_stated = 0;
    CU_ASSERT_FATAL(fixture_begin(&fixture, ITEM "CHECK: kvm_exit\n", ""));
    struct probe_report report = {.facts = 77};
    memcpy(report.magic, PROBE_MAGIC, sizeof report.magic);
    model.last[0] = (struct model_last){.entered = 1, .has_report = 1};
    memcpy(model.last[0].report, &report, sizeof report);
    fixture.facts.word = zero_at;
    fixture.facts.contract.model = &model;
    CU_ASSERT_TRUE(facts_probe(&fixture.facts, 0, "facts", &facts_stated));
    CU_ASSERT_EQUAL(facts_stated, 77);
    model.last[0].inside = 1; /* it is at work: what its memory holds now is its own */
    CU_ASSERT_FALSE(facts_probe(&fixture.facts, 0, "facts", &facts_stated));
    fixture_end(&fixture);
}

/* Traps without end say nothing of the time behind them. */
static void a_flood_of_traps_is_no_deadline(void)
{
    static const struct {
        const char *until;
        bool flooded, good;
    } cases[] = {{"until: deadline\n" NOTHING, false, true},
                 {"until: deadline\n" NOTHING, true, false},
                 {"until: traps\n" NOTHING, true, true},
                 {"until: traps\n" NOTHING, false, true},
                 {"until: finished\n" NOTHING, true, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        CU_ASSERT_FATAL(fixture_begin(&fixture, cases[i].until, ""));
        fixture.facts.outcome = OUTCOME_DEADLINE;
        fixture.facts.flooded = cases[i].flooded;
        struct result_run *run = fixture_judge(&fixture);
        CU_ASSERT_EQUAL(result_check_verdict(&run->checks[0]) == VERDICT_PASS, cases[i].good);
        result_run_free(run);
        fixture_end(&fixture);
    }
}

TEST_SUITE(check_endings,
           {"a told end is the one that was asked for", a_told_end_is_the_one_that_was_asked_for},
           {"a machine is not switched off before its VMs end",
            a_machine_is_not_switched_off_before_its_vms_end},
           {"a VM may be put down for what it did, or by order",
            a_vm_may_be_put_down_for_what_it_did_or_by_order},
           {"a flood of traps is no deadline", a_flood_of_traps_is_no_deadline},
           {"a report is as the guest left it", a_report_is_as_the_guest_left_it});
