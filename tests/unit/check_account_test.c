/* Sums over a run: shares and gaps by instructions, fences owed and paid, ends, facts at the end.
 */
#include "check/kept.h"
#include "check_fixture.h"

#define ITEM "item i: t\n"

/* VM a executes 300, then b 100, then a 300, b 100 instructions. */
static const char turns[] = "seen_guest_entry vm=0 instructions=1000\n"
                            "seen_guest_exit vm=0 instructions=31000\n"
                            "seen_guest_entry vm=1 instructions=31100\n"
                            "seen_guest_exit vm=1 instructions=41100\n"
                            "seen_guest_entry vm=0 instructions=41200\n"
                            "seen_guest_exit vm=0 instructions=71200\n"
                            "seen_guest_entry vm=1 instructions=71300\n"
                            "seen_guest_exit vm=1 instructions=81300\n";

static void shares_by_instructions(void)
{
    CU_ASSERT_TRUE(passes(ITEM "HOLDS: share vm=a of 3/4 within 0% by instructions\n", turns));
    CU_ASSERT_TRUE(passes(ITEM "HOLDS: share vm=b of 1/4 within 1% by instructions\n", turns));
    CU_ASSERT_FALSE(passes(ITEM "HOLDS: share vm=a of 1/2 within 9% by instructions\n", turns));
    CU_ASSERT_FALSE(passes(ITEM "HOLDS: share vm=a of 3/4 within 9% by instructions\n", ""));
}

static void gaps_by_instructions(void)
{
    CU_ASSERT_TRUE(passes(ITEM "HOLDS: gap vm=b below 303ticks by instructions\n", turns));
    CU_ASSERT_FALSE(passes(ITEM "HOLDS: gap vm=b below 302ticks by instructions\n", turns));
    CU_ASSERT_FALSE(passes(ITEM "HOLDS: gap vm=a below 9s by instructions\n", ""));
}

/* What a model says that holds these rules, and has found the second broken or nothing. */
static struct finding fences(bool broken, enum model_sight sight)
{
    static struct model_channel model;
    struct facts facts = {.contract.model = &model};
    struct finding finding;
    model = (struct model_channel){
        .sight = sight,
        .rules = 3,
        .rule = {{.name = "exit.x", .diagnosis = "lost", .exercised = 100},
                 {.name = "tlb.stale", .diagnosis = "stale TLB", .exercised = 7},
                 {.name = "code.fence-i-after-load", .exercised = 4}},
        .breaches = broken ? 2 : 1,
        .breach = {{.rule = 0}, {.rule = 1, .expected = "a fence", .seen = "none"}}};
    kept_fences(&facts, &finding);
    return finding;
}

static void fences_are_the_model_s_rules(void)
{
    struct finding good = fences(false, MODEL_SIGHT_GOOD), bad = fences(true, MODEL_SIGHT_GOOD);
    CU_ASSERT_TRUE(good.known && good.holds);
    CU_ASSERT_EQUAL(good.looked_at, 11);
    CU_ASSERT_FALSE(bad.holds);
    CU_ASSERT_STRING_EQUAL(bad.diagnosis, "stale TLB");
    CU_ASSERT_PTR_NOT_NULL(strstr(bad.text, "a fence"));
}

static void fences_that_cannot_be_seen_are_not_complete(void)
{
    struct facts facts = {0};
    struct finding finding;
    kept_fences(&facts, &finding);
    CU_ASSERT_FALSE(finding.known);
    CU_ASSERT_FALSE(fences(false, MODEL_SIGHT_BLIND).known);
}

static bool ends(const char *property, enum vm_end end, uint64_t code)
{
    struct fixture fixture;
    CU_ASSERT_FATAL(fixture_begin(&fixture, property, ""));
    struct monitor *monitor = &fixture.facts.monitor;
    monitor->vm_count = 1;
    snprintf(monitor->vm[0].name, sizeof monitor->vm[0].name, "a");
    monitor->vm[0].end = end;
    monitor->vm[0].end_code = code;
    monitor->vm[0].steal_ticks = 77;
    struct result_run *run = fixture_judge(&fixture);
    bool pass = result_check_verdict(&run->checks[0]) == VERDICT_PASS;
    result_run_free(run);
    fixture_end(&fixture);
    return pass;
}

static void ends_are_kind_and_code(void)
{
    CU_ASSERT_TRUE(ends(ITEM "HOLDS: vm a ends exit(3)\n", VM_END_EXIT, 3));
    CU_ASSERT_FALSE(ends(ITEM "HOLDS: vm a ends exit(4)\n", VM_END_EXIT, 3));
    CU_ASSERT_TRUE(ends(ITEM "HOLDS: vm a ends exit\n", VM_END_EXIT, 3));
    CU_ASSERT_FALSE(ends(ITEM "HOLDS: vm a ends killed\n", VM_END_EXIT, 0));
    CU_ASSERT_TRUE(ends(ITEM "HOLDS: vm a ends never\n", VM_END_NONE, 0));
    CU_ASSERT_FALSE(ends(ITEM "HOLDS: vm b ends exit\n", VM_END_EXIT, 0));
    CU_ASSERT_TRUE(ends(ITEM "HOLDS: monitor vm=a steal_ticks == 77\n", VM_END_EXIT, 0));
    CU_ASSERT_FALSE(ends(ITEM "HOLDS: monitor vm=a no_such_field == 77\n", VM_END_EXIT, 0));
}

static bool word_at(void *argument, unsigned vm, uint64_t address, uint64_t *value)
{
    (void)argument;
    *value = address * 2 + vm;
    return address < 0x90000000;
}

static bool gp_at(void *argument, unsigned vm, unsigned number, uint64_t *value)
{
    (void)argument;
    *value = 0x1000 + number;
    return vm == 0;
}

static bool symbol_at(void *argument, unsigned vm, const char *name, uint64_t *address)
{
    (void)argument;
    *address = 0xffb;
    return vm == 0 && strcmp(name, "__global_pointer$") == 0;
}

static void registers_of_guests_are_held_against_addresses(void)
{
    struct fixture fixture;
    CU_ASSERT_FATAL(
        fixture_begin(&fixture,
                      "item good: t\nHOLDS: register vm=a gp == address vm=a __global_pointer$+8\n"
                      "item other: t\nHOLDS: register vm=a tp == address vm=a __global_pointer$+8\n"
                      "item never: t\nHOLDS: register vm=b gp == 0\n"
                      "item nowhere: t\nHOLDS: address vm=a main == 0\n",
                      ""));
    fixture.facts.last_register = gp_at;
    fixture.facts.symbol = symbol_at;
    struct result_run *run = fixture_judge(&fixture);
    const struct result_item *items = run->checks[0].items;
    CU_ASSERT_EQUAL(items[0].verdict, VERDICT_PASS);
    CU_ASSERT_EQUAL(items[1].verdict, VERDICT_FAIL);
    CU_ASSERT_PTR_NOT_NULL(strstr(items[2].lines[1].text, "no exit of VM b was seen"));
    CU_ASSERT_PTR_NOT_NULL(strstr(items[3].lines[1].text, "has no symbol main"));
    result_run_free(run);
    fixture_end(&fixture);
}

static void words_of_guests_are_read_through_their_tables(void)
{
    struct fixture fixture;
    CU_ASSERT_FATAL(
        fixture_begin(&fixture,
                      "item good: t\nHOLDS: word vm=b 0x80001000 == 0x100002001\n"
                      "item sum: t\nHOLDS: word vm=a (0x80000000+8) - 16 == 0x100000000\n"
                      "item unmapped: t\nHOLDS: word vm=a 0x90000000 != 0\n",
                      ""));
    fixture.facts.word = word_at;
    struct result_run *run = fixture_judge(&fixture);
    const struct result_item *items = run->checks[0].items;
    CU_ASSERT_EQUAL(items[0].verdict, VERDICT_PASS);
    CU_ASSERT_EQUAL(items[1].verdict, VERDICT_PASS);
    CU_ASSERT_EQUAL(items[2].verdict, VERDICT_FAIL);
    CU_ASSERT_PTR_NOT_NULL(strstr(items[2].lines[1].text, "does not map it"));
    result_run_free(run);
    fixture_end(&fixture);
}

static void idle_time_is_what_no_instruction_filled(void)
{
    struct fixture fixture;
    CU_ASSERT_FATAL(fixture_begin(&fixture,
                                  "item idle: t\nHOLDS: machine idle == 600ticks\n"
                                  "item busy: t\nHOLDS: machine instructions == 40000insns\n",
                                  ""));
    fixture.facts.last_tick = 1000;
    fixture.facts.instructions = 40000;
    struct result_run *run = fixture_judge(&fixture);
    CU_ASSERT_EQUAL(result_check_verdict(&run->checks[0]), VERDICT_PASS);
    result_run_free(run);
    fixture_end(&fixture);
}

TEST_SUITE(check_account,
           {"registers of guests are held against addresses",
            registers_of_guests_are_held_against_addresses},
           {"shares are of instructions executed", shares_by_instructions},
           {"gaps are stretches without an entry", gaps_by_instructions},
           {"ends are kind and code", ends_are_kind_and_code},
           {"words of guests are read through their tables",
            words_of_guests_are_read_through_their_tables},
           {"idle time is what no instruction filled", idle_time_is_what_no_instruction_filled},
           {"fences are the model's rules", fences_are_the_model_s_rules},
           {"fences that cannot be seen are not complete",
            fences_that_cannot_be_seen_are_not_complete});
