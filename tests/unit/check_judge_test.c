/* Expectations over events in memory: what holds, what does not, and the account of a failure. */
#include "check_fixture.h"

#define EXIT10  "kvm_exit vm=0 time=10 scause=10 sepc=0x80000000\n"
#define ENTRY14 "kvm_entry vm=0 time=12 sepc=0x80000004\n"
#define ENTRY10 "kvm_entry vm=0 time=12 sepc=0x80000000\n"
#define OTHER   "kvm_exit vm=1 time=20 scause=8 sepc=0x90000000\n"
#define ITEM    "item i: t\n"

static void check_searches_and_next_does_not(void)
{
    CU_ASSERT_TRUE(
        passes(ITEM "CHECK: kvm_exit vm=a\nCHECK: kvm_exit vm=b\n", EXIT10 ENTRY14 OTHER));
    CU_ASSERT_FALSE(
        passes(ITEM "CHECK: kvm_exit vm=a\nCHECK-NEXT: kvm_exit vm=b\n", EXIT10 ENTRY14 OTHER));
    CU_ASSERT_TRUE(
        passes(ITEM "CHECK: kvm_exit vm=a\nCHECK-NEXT: kvm_entry vm=a\n", EXIT10 ENTRY14 OTHER));
    CU_ASSERT_FALSE(
        passes(ITEM "CHECK: kvm_exit vm=b\nCHECK: kvm_exit vm=a\n", EXIT10 ENTRY14 OTHER));
}

static void bindings_carry_values_with_arithmetic(void)
{
    static const char follows[] = ITEM "CHECK: kvm_exit scause=EXC_SUPERVISOR_SYSCALL "
                                       "sepc=[[PC:]]\nCHECK-NEXT: kvm_entry sepc=[[PC]]+4\n";
    CU_ASSERT_TRUE(passes(follows, EXIT10 ENTRY14));
    CU_ASSERT_FALSE(passes(follows, EXIT10 ENTRY10));
    CU_ASSERT_TRUE(passes(ITEM "CHECK: kvm_exit sepc=[[PC:]]\n"
                               "CHECK: kvm_entry sepc=([[PC]]+8)/2*2-4\n",
                          EXIT10 ENTRY14));
    CU_ASSERT_TRUE(passes(ITEM "CHECK: any time=[[SEED]]+3\n", EXIT10 ENTRY14));
}

static void conditions_take_ranges_alternatives_and_relations(void)
{
    CU_ASSERT_TRUE(passes(ITEM "CHECK: kvm_exit scause=8|10\n", EXIT10));
    CU_ASSERT_TRUE(passes(ITEM "CHECK: kvm_exit sepc=0x80000000..0x80000fff\n", EXIT10));
    CU_ASSERT_FALSE(passes(ITEM "CHECK: kvm_exit sepc=0x80000004..0x80000fff\n", EXIT10));
    CU_ASSERT_TRUE(passes(ITEM "CHECK: kvm_exit scause!=8..9\n", EXIT10));
    CU_ASSERT_TRUE(passes(ITEM "CHECK: kvm_exit time<1us+1ticks\n", EXIT10));
    CU_ASSERT_FALSE(passes(ITEM "CHECK: kvm_exit time>1us\n", EXIT10));
    CU_ASSERT_TRUE(passes(ITEM "CHECK: kvm_exit sepc=[[X:0x80000000..0x80000010]]\n", EXIT10));
    CU_ASSERT_FALSE(passes(ITEM "CHECK: kvm_exit sepc=[[X:0x90000000]]\n", EXIT10));
}

static void negative_numbers_are_errors_of_sbi(void)
{
    CU_ASSERT_TRUE(
        passes(ITEM "CHECK: hypercall_ret error=-2\n", "hypercall_ret error=0xfffffffffffffffe\n"));
    CU_ASSERT_TRUE(passes(ITEM "CHECK: hypercall_ret error=SBI_ERR_NOT_SUPPORTED\n",
                          "hypercall_ret error=0xfffffffffffffffe\n"));
}

static void not_holds_between_its_neighbours(void)
{
    static const char between[] =
        ITEM "CHECK: kvm_exit vm=a\nCHECK-NOT: kvm_entry\nCHECK: kvm_exit vm=b\n";
    CU_ASSERT_FALSE(passes(between, EXIT10 ENTRY14 OTHER));
    CU_ASSERT_TRUE(passes(between, EXIT10 OTHER ENTRY14));
    CU_ASSERT_FALSE(
        passes(ITEM "CHECK: kvm_exit vm=a\nCHECK-NOT: kvm_entry\n", EXIT10 OTHER ENTRY14));
}

static void dag_takes_any_order_and_shares_nothing(void)
{
    static const char both[] = ITEM "CHECK-DAG: kvm_exit vm=b\nCHECK-DAG: kvm_exit vm=a\n"
                                    "CHECK: kvm_entry\n";
    CU_ASSERT_TRUE(passes(both, EXIT10 OTHER ENTRY14));
    CU_ASSERT_TRUE(passes(both, OTHER EXIT10 ENTRY14));
    CU_ASSERT_FALSE(passes(both, OTHER ENTRY14 EXIT10));
    CU_ASSERT_FALSE(passes(ITEM "CHECK-DAG: kvm_exit\nCHECK-DAG: kvm_exit\n", EXIT10 ENTRY14));
}

static void count_wants_that_many(void)
{
    CU_ASSERT_TRUE(
        passes(ITEM "CHECK-COUNT-2: kvm_exit\nCHECK: kvm_entry\n", EXIT10 OTHER ENTRY14));
    CU_ASSERT_FALSE(passes(ITEM "CHECK-COUNT-3: kvm_exit\n", EXIT10 OTHER ENTRY14));
}

static void streams_split_and_filter(void)
{
    static const char each[] = ITEM "STREAM: per vm\nCHECK: kvm_exit\nCHECK-NEXT: kvm_entry\n";
    CU_ASSERT_TRUE(passes(each, EXIT10 OTHER ENTRY14 "kvm_entry vm=1\n"));
    CU_ASSERT_FALSE(passes(each, EXIT10 ENTRY14));
    CU_ASSERT_TRUE(passes(ITEM "STREAM: any vm=a\nCHECK: kvm_exit\nCHECK-NEXT: kvm_entry\n",
                          EXIT10 OTHER ENTRY14));
    CU_ASSERT_FALSE(
        passes(ITEM "STREAM: per hart\nCHECK: kvm_exit\n", "kvm_exit hart=0\nkvm_entry hart=1\n"));
}

static void told_and_seen_do_not_stand_in_each_others_way(void)
{
    CU_ASSERT_TRUE(passes(ITEM "CHECK: kvm_exit\nCHECK-NEXT: kvm_entry\n",
                          EXIT10 "seen_guest_exit scause=10\n" ENTRY14));
}

static void always_eventually_within(void)
{
    static const char answer[] =
        ITEM "HOLDS: always kvm_exit vm=[[V:]] imply eventually kvm_entry vm=[[V]] within 300ns\n";
    CU_ASSERT_TRUE(passes(answer, EXIT10 ENTRY14));
    CU_ASSERT_FALSE(passes(answer, EXIT10 "kvm_entry vm=0 time=14\n"));
    CU_ASSERT_FALSE(passes(answer, EXIT10 "kvm_entry vm=1 time=11\n"));
    CU_ASSERT_FALSE(passes(answer, ENTRY14));
    CU_ASSERT_TRUE(passes(ITEM "HOLDS: always kvm_entry imply previously kvm_exit within 300ns\n",
                          EXIT10 ENTRY14));
    CU_ASSERT_FALSE(
        passes(ITEM "HOLDS: always kvm_exit imply previously kvm_entry\n", EXIT10 ENTRY14));
}

static void always_before_and_next(void)
{
    static const char fence[] = ITEM "HOLDS: always gstage_unmap vm=[[V:]] imply hfence_gvma "
                                     "vm=[[V]] before kvm_entry vm=[[V]]\n";
    CU_ASSERT_TRUE(passes(fence, "gstage_unmap vm=1\nhfence_gvma vm=1\nkvm_entry vm=1\n"));
    CU_ASSERT_FALSE(passes(fence, "gstage_unmap vm=1\nkvm_entry vm=1\nhfence_gvma vm=1\n"));
    CU_ASSERT_TRUE(passes(fence, "gstage_unmap vm=1\nkvm_entry vm=0\nhfence_gvma vm=1\n"));
    CU_ASSERT_TRUE(passes(ITEM "HOLDS: always kvm_exit imply next kvm_entry\n", EXIT10 ENTRY14));
    CU_ASSERT_FALSE(
        passes(ITEM "HOLDS: always kvm_exit imply next kvm_entry\n", EXIT10 OTHER ENTRY14));
}

static void never_and_counts(void)
{
    CU_ASSERT_TRUE(passes(ITEM "HOLDS: never kvm_exit vm=b\n", EXIT10 ENTRY14));
    CU_ASSERT_FALSE(passes(ITEM "HOLDS: never kvm_exit vm=b\n", EXIT10 OTHER));
    CU_ASSERT_TRUE(passes(ITEM "HOLDS: never kvm_exit vm=b between kvm_exit vm=a and kvm_entry\n",
                          EXIT10 ENTRY14 OTHER));
    CU_ASSERT_TRUE(
        passes(ITEM "HOLDS: count kvm_exit == 2 * count kvm_entry\n", EXIT10 OTHER ENTRY14));
    CU_ASSERT_TRUE(passes(ITEM "HOLDS: count kvm_exit between kvm_entry and kvm_entry <= 1\n",
                          EXIT10 ENTRY14 OTHER ENTRY10 EXIT10));
}

static void gaps_count_only_time_in_which_it_could_run(void)
{
    static const char runs[] = "kvm_entry vm=0 time=0\nkvm_exit vm=0 time=100\n"
                               "kvm_entry vm=0 time=150\nkvm_exit vm=0 time=160\n"
                               "sched_block vm=0 time=161\nsched_wakeup vm=0 time=900\n"
                               "kvm_entry vm=0 time=920\nkvm_exit vm=0 time=930\n"
                               "vm_exit vm=0 time=940\nkvm_exit vm=1 time=5000\n";
    CU_ASSERT_TRUE(passes(ITEM "HOLDS: gap vm=a below 51ticks\n", runs));
    CU_ASSERT_FALSE(passes(ITEM "HOLDS: gap vm=a below 50ticks\n", runs));
    CU_ASSERT_FALSE(passes(ITEM "HOLDS: gap vm=b below 50ticks\n", runs));
}

static void a_failure_shows_nearest_field_context_and_hint(void)
{
    struct fixture fixture;
    bool parsed = fixture_begin(&fixture,
                                "item i (1 point): t\nCHECK: kvm_exit vm=a sepc=[[PC:]]\n"
                                "CHECK: kvm_entry sepc=[[PC]]+4\nHINT: look at sepc\n"
                                "HOLDS: told equals seen\n",
                                EXIT10 ENTRY10 OTHER);
    CU_ASSERT_FATAL(parsed);
    struct result_run *run = fixture_judge(&fixture);
    struct result_item *item = &run->checks[0].items[0];
    CU_ASSERT_EQUAL(item->verdict, VERDICT_FAIL);
    CU_ASSERT_EQUAL(item->got, 0);
    CU_ASSERT_STRING_EQUAL(item->hint, "look at sepc");
    CU_ASSERT_STRING_EQUAL(item->at, "dir/unit.check:6:6");
    unsigned kinds[LINE_KIND_COUNT] = {0};
    for (size_t i = 0; i < item->line_count; i++)
        kinds[item->lines[i].kind]++;
    CU_ASSERT_EQUAL(kinds[LINE_EXPECTED], 1);
    CU_ASSERT_EQUAL(kinds[LINE_NEAREST], 2);
    CU_ASSERT_EQUAL(kinds[LINE_CONTEXT], 3);
    CU_ASSERT_STRING_EQUAL(item->lines[0].text, "CHECK: kvm_entry sepc=[[PC]]+4");
    CU_ASSERT_STRING_EQUAL(item->lines[2].text, "with [[PC]] = 0x80000000");
    CU_ASSERT_STRING_EQUAL(item->lines[4].text, "sepc is 0x80000000, expected sepc=[[PC]]+4");
    result_run_free(run);
    fixture_end(&fixture);
}

static enum verdict verdict_of(struct fixture *fixture, char *diagnosis, size_t bytes)
{
    struct result_run *run = fixture_judge(fixture);
    enum verdict verdict = run->checks[0].items[0].verdict;
    const char *name = run->checks[0].items[0].diagnosis;
    snprintf(diagnosis, bytes, "%s", name ? name : "");
    result_run_free(run);
    return verdict;
}

static void ends_of_a_run_are_told_apart(void)
{
    static const struct {
        enum outcome outcome;
        unsigned finished;
        enum verdict verdict;
        const char *diagnosis;
    } table[] = {
        {OUTCOME_FINISHED, 1, VERDICT_PASS, ""},
        {OUTCOME_FINISHED, 0, VERDICT_FAIL, "early exit"},
        {OUTCOME_FAILURE, 0, VERDICT_FAIL, "hypervisor panic"},
        {OUTCOME_DEADLINE, 0, VERDICT_FAIL, "timeout"},
        {OUTCOME_STUCK, 0, VERDICT_FAIL, "nothing can happen any more"},
        {OUTCOME_BROKEN, 0, VERDICT_HARNESS_FAULT, ""},
    };
    struct fixture fixture;
    CU_ASSERT_FATAL(fixture_begin(&fixture, ITEM "CHECK: kvm_exit\n", EXIT10));
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char diagnosis[64];
        fixture.facts.outcome = table[i].outcome;
        fixture.facts.monitor.finished = table[i].finished;
        CU_ASSERT_EQUAL(verdict_of(&fixture, diagnosis, sizeof diagnosis), table[i].verdict);
        CU_ASSERT_STRING_EQUAL(diagnosis, table[i].diagnosis);
    }
    fixture_end(&fixture);
}

/* What an item's first lines say: "expected … / actual …". */
static void account_of(struct fixture *fixture, char *to, size_t bytes)
{
    struct result_run *run = fixture_judge(fixture);
    const struct result_item *item = &run->checks[0].items[0];
    CU_ASSERT_FATAL(item->line_count >= 2);
    CU_ASSERT_EQUAL(item->lines[0].kind, LINE_EXPECTED);
    CU_ASSERT_EQUAL(item->lines[1].kind, LINE_ACTUAL);
    snprintf(to, bytes, "%s / %s", item->lines[0].text, item->lines[1].text);
    result_run_free(run);
}

static void expected_and_actual_say_what_differs(void)
{
    struct fixture fixture;
    char account[512];
    struct facts *facts = &fixture.facts;
    CU_ASSERT_FATAL(fixture_begin(&fixture, ITEM "CHECK: kvm_exit\n", EXIT10));
    snprintf(facts->why, sizeof facts->why, "the machine was switched off");
    facts->monitor.finished = 0;
    facts->monitor.vm_count = 1;
    strcpy(facts->monitor.vm[0].name, "a");
    facts->monitor.vm[0].state = VM_STATE_RUNNING;
    account_of(&fixture, account, sizeof account);
    CU_ASSERT_PTR_NOT_NULL(strstr(account, "too early: VM a has not ended"));
    facts->monitor.vm[0].end = VM_END_EXIT;
    account_of(&fixture, account, sizeof account);
    CU_ASSERT_PTR_NOT_NULL(strstr(account, "too early: VM b was not even made"));
    facts->has_monitor = false;
    account_of(&fixture, account, sizeof account);
    CU_ASSERT_PTR_NOT_NULL(strstr(account, "left no monitor"));
    facts->registers = (struct finding){.known = true, .text = "s0 was 1 and is 2"};
    account_of(&fixture, account, sizeof account);
    CU_ASSERT_STRING_EQUAL(account,
                           "a guest goes on with the registers that it had / s0 was 1 and is 2");
    fixture_end(&fixture);
}

static void a_guest_that_gets_nowhere_is_diagnosed(void)
{
    char events[4096] = "";
    for (int i = 0; i < 20; i++) {
        size_t used = strlen(events);
        snprintf(events + used, sizeof events - used,
                 "seen_guest_entry instructions=%d\n"
                 "seen_guest_exit scause=10 sepc=0x80000000 instructions=%d\n",
                 i * 100, i * 100 + 1);
    }
    struct fixture fixture;
    CU_ASSERT_FATAL(fixture_begin(&fixture, ITEM "CHECK: kvm_exit\n", events));
    char diagnosis[64];
    fixture.facts.outcome = OUTCOME_DEADLINE;
    CU_ASSERT_EQUAL(verdict_of(&fixture, diagnosis, sizeof diagnosis), VERDICT_FAIL);
    CU_ASSERT_STRING_EQUAL(diagnosis, "sepc not advanced");
    fixture_end(&fixture);
}

TEST_SUITE(
    check_judge, {"CHECK searches on, CHECK-NEXT does not", check_searches_and_next_does_not},
    {"bindings carry values, with arithmetic", bindings_carry_values_with_arithmetic},
    {"conditions take ranges, alternatives and relations",
     conditions_take_ranges_alternatives_and_relations},
    {"negative numbers are SBI's errors", negative_numbers_are_errors_of_sbi},
    {"CHECK-NOT holds between its neighbours", not_holds_between_its_neighbours},
    {"CHECK-DAG takes any order and shares no event", dag_takes_any_order_and_shares_nothing},
    {"CHECK-COUNT wants that many", count_wants_that_many},
    {"streams split and filter", streams_split_and_filter},
    {"told and seen do not stand in each other's way",
     told_and_seen_do_not_stand_in_each_others_way},
    {"always … imply eventually … within", always_eventually_within},
    {"always … imply … before …, and next", always_before_and_next},
    {"never, and counts", never_and_counts},
    {"gaps count only time in which the VM could run", gaps_count_only_time_in_which_it_could_run},
    {"a failure shows nearest event, field, context and hint",
     a_failure_shows_nearest_field_context_and_hint},
    {"timeout, crash, early exit and harness fault are told apart", ends_of_a_run_are_told_apart},
    {"expected and actual say what differs", expected_and_actual_say_what_differs},
    {"a guest that gets nowhere is diagnosed", a_guest_that_gets_nowhere_is_diagnosed});
