/* The check language's parser: what it accepts, and where and how it complains. */
#include "check_fixture.h"

#define ITEM "item one: An item\n"

static const char *complaint(const char *text)
{
    static struct error error;
    struct check *check = check_parse("x.check", text, strlen(text), &error);
    CU_ASSERT_PTR_NULL(check);
    check_free(check);
    return check ? "(accepted)" : error.text;
}

#define COMPLAINS(text, wanted)                                                                    \
    do {                                                                                           \
        const char *found_ = complaint(text);                                                      \
        if (strcmp(found_, wanted) != 0)                                                           \
            printf("\n    found:    %s\n    expected: %s\n", found_, wanted);                      \
        CU_ASSERT_STRING_EQUAL(found_, wanted);                                                    \
    } while (0)

static void whole_scenario_is_read(void)
{
    static const char text[] =
        "# a comment\n"
        "title: Two guests\n"
        "vm fast: image=probe.elf memory=32M vcpus=2 weight=300 cap=50 args=\"seed=1 \\\"x\\\"\"\n"
        "vm slow: image=probe.elf manual=yes\n"
        "machine: memory=128M harts=2 cpu=rv64,sstc=off\n"
        "hypervisor: sched=rr slice=5000\n"
        "deadline: 500ms\n"
        "until: deadline\n"
        "seed: 3..5\n"
        "console: 20ms kill slow\n"
        "item a-1 (2 points): First\n"
        "  CHECK: kvm_exit vm=fast scause=EXC_SUPERVISOR_SYSCALL sepc=[[PC:]]\n"
        "  HINT: the first hint\n"
        "  CHECK-NEXT: kvm_entry sepc=[[PC]]+4\n"
        "  HOLDS: told equals seen\n"
        "  HINT: the second hint\n"
        "  DIAGNOSIS: sepc not advanced\n";
    struct error error;
    struct check *check = check_parse("a/b/traps/ecall.check", text, strlen(text), &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(check);
    CU_ASSERT_STRING_EQUAL(check->id, "traps/ecall");
    CU_ASSERT_STRING_EQUAL(check->group, "traps");
    CU_ASSERT_EQUAL(check->points, 2);
    const struct scenario *scenario = &check->scenario;
    CU_ASSERT_EQUAL_FATAL(scenario->vms, 2);
    CU_ASSERT_STRING_EQUAL(scenario->vm[0].name, "fast");
    CU_ASSERT_EQUAL(scenario->vm[0].memory, 32u << 20);
    CU_ASSERT_EQUAL(scenario->vm[0].weight, 300);
    CU_ASSERT_STRING_EQUAL(scenario->vm[0].args, "seed=1 \"x\"");
    CU_ASSERT_TRUE(scenario->vm[1].manual);
    CU_ASSERT_EQUAL(scenario->deadline, 5000000);
    CU_ASSERT_EQUAL(scenario->until, UNTIL_DEADLINE);
    CU_ASSERT_EQUAL(scenario->seed_first, 3);
    CU_ASSERT_EQUAL(scenario->seed_last, 5);
    CU_ASSERT_EQUAL(scenario->commands->at_ticks, 200000);
    CU_ASSERT_STRING_EQUAL(scenario->commands->text, "kill slow");
    CU_ASSERT_STRING_EQUAL(check->items->directives->hint, "the first hint");
    CU_ASSERT_STRING_EQUAL(check->items->properties->hint, "the second hint");
    CU_ASSERT_STRING_EQUAL(check->items->diagnosis, "sepc not advanced");
    CU_ASSERT_TRUE(check->wants_truth);
    check_free(check);
}

static void complaints_name_line_column_found_and_expected(void)
{
    COMPLAINS("title: t\nvm a: image=x size=3\n",
              "x.check:2:15: found \"size\", expected image, memory, vcpus, weight, cap, args, "
              "initrd, manual or bss");
    COMPLAINS(FIXTURE_SCENARIO "vm a: image=y\n",
              "x.check:4:4: a VM a is declared already, in line 2");
    COMPLAINS(FIXTURE_SCENARIO "deadline: soon\n",
              "x.check:4:11: found \"soon\", expected a number, a known name (EXC_…, IRQ_…, "
              "SBI_…), [[NAME]], or count, word, register, address, probe, machine, monitor");
    COMPLAINS(FIXTURE_SCENARIO "deadline: 5\n", "x.check:4:11: expected a time: 500ms, 20us, 2s");
    COMPLAINS(FIXTURE_SCENARIO ITEM "CHECK: kvm_exot vm=a\n",
              "x.check:5:8: found \"kvm_exot\", expected the name of an event (kvm_exit, "
              "kvm_entry, seen_guest_exit …; any, told or seen)");
    COMPLAINS(FIXTURE_SCENARIO ITEM "CHECK: kvm_entry cause=3\n",
              "x.check:5:18: found \"cause=3\", expected a field of kvm_entry: sepc, vm, vcpu, "
              "hart, time or instructions");
    COMPLAINS(FIXTURE_SCENARIO ITEM "CHECK: kvm_entry sepc=[[PC]]+4\n",
              "x.check:5:23: [[PC]] is used before it is bound; bind it with FIELD=[[PC:]]");
    COMPLAINS(FIXTURE_SCENARIO ITEM "CHECK: kvm_entry sepc=[[PC:]\n",
              "x.check:5:28: found \"]\", expected a number, a known name (EXC_…, IRQ_…, SBI_…), "
              "[[NAME]], or count, word, register, address, probe, machine, monitor");
    COMPLAINS(FIXTURE_SCENARIO ITEM "HOLDS: share vm=c of 1/2 within 3%\n",
              "x.check:5:17: found \"c\", expected the name of a VM that a line \"vm NAME: …\" "
              "above declares");
    COMPLAINS(FIXTURE_SCENARIO ITEM "HOLDS: gap vm=a below 30\n",
              "x.check:5:23: expected a distance with its unit: 10ms, 500us, 200ticks or "
              "5000insns");
    COMPLAINS(FIXTURE_SCENARIO ITEM "CHECK-NEXT: kvm_entry\n",
              "x.check:5:6: CHECK-NEXT follows another CHECK: there is none above it in this item");
    COMPLAINS(FIXTURE_SCENARIO ITEM "CHEKC: kvm_entry\n",
              "x.check:5:1: found \"CHEKC:\", expected title:, vm, machine:, hypervisor:, "
              "deadline:, until:, seed:, console:, item, CHECK:, HOLDS:, STREAM:, HINT: or "
              "DIAGNOSIS:");
}

static void points_need_a_seen_fact(void)
{
    COMPLAINS(FIXTURE_SCENARIO "item a (2 points): t\nCHECK: kvm_exit\n",
              "x.check:4:6: item a gives 2 points on what the hypervisor tells alone: add a seen "
              "fact, such as \"HOLDS: told equals seen\"");
    struct error error;
    static const char *const accepted[] = {
        FIXTURE_SCENARIO "item a (2 points): t\nCHECK: kvm_exit\nHOLDS: told equals seen\n",
        FIXTURE_SCENARIO "item a (1 point): t\nCHECK: seen_guest_exit\n",
        FIXTURE_SCENARIO "item a: no points\nCHECK: kvm_exit\n",
        FIXTURE_SCENARIO "item a (1 point): t\nHOLDS: word vm=a 0x80201000 == 5\n",
    };
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        struct check *check = check_parse("x", accepted[i], strlen(accepted[i]), &error);
        CU_ASSERT_PTR_NOT_NULL(check);
        check_free(check);
    }
}

static void what_an_empty_run_has_too_is_no_seen_fact(void)
{
    static const char *const refused[] = {
        FIXTURE_SCENARIO "item a (1 point): t\nCHECK-NOT: seen_host_trap\n",
        FIXTURE_SCENARIO "item a (1 point): t\nHOLDS: never seen_host_trap\n",
        FIXTURE_SCENARIO "item a (1 point): t\nHOLDS: count seen_host_trap == 0\n",
        FIXTURE_SCENARIO "item a (1 point): t\nHOLDS: count seen_guest_exit <= 9\n",
        FIXTURE_SCENARIO "item a (1 point): t\nHOLDS: vm a ends exit(0)\n",
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        CU_ASSERT_PTR_NOT_NULL(strstr(complaint(refused[i]), "add a seen fact"));
}

static void incomplete_checks_are_refused(void)
{
    COMPLAINS("", "x.check:1:1: the check has no line \"title: …\"");
    COMPLAINS("title: t\n", "x.check:1:1: the scenario has no line \"vm NAME: image=FILE …\"");
    COMPLAINS(FIXTURE_SCENARIO, "x.check:3:1: the check has no item");
    COMPLAINS(FIXTURE_SCENARIO ITEM,
              "x.check:4:6: item one expects nothing: add a line CHECK: or HOLDS:");
    COMPLAINS(FIXTURE_SCENARIO "CHECK: kvm_exit\n",
              "x.check:4:1: this stands before the first item; expected a line \"item NAME (N "
              "points): TITLE\" above it");
    COMPLAINS(FIXTURE_SCENARIO ITEM "CHECK: any\ndeadline: 3ms\n",
              "x.check:6:14: \"deadline:\" belongs to the scenario, which stands above all items");
}

static void crlf_and_missing_last_newline_are_fine(void)
{
    static const char text[] = "title: t\r\nvm a: image=x\r\nitem i: t\r\n  CHECK: kvm_exit vm=a";
    struct error error;
    struct check *check = check_parse("x", text, strlen(text), &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(check);
    CU_ASSERT_STRING_EQUAL(check->title, "t");
    CU_ASSERT_STRING_EQUAL(check->scenario.vm[0].image, "x");
    check_free(check);
}

#define TWO_VMS "title: t\nvm a: image=x\nvm b: image=x args=\"secret=[[SECRET]]\"\n"

static void noninterference_is_asked_of_those_without_secrets(void)
{
    static const char text[] = TWO_VMS "item i (1 point): t\n  HOLDS: noninterference vm=a\n";
    struct error error;
    struct check *check = check_parse("x.check", text, strlen(text), &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(check);
    CU_ASSERT_EQUAL(check->watchers, 1);
    check_add_secrets(check); /* it asks already */
    CU_ASSERT_PTR_NULL(check->items->next);
    check_free(check);
    COMPLAINS(TWO_VMS "item i: t\n  HOLDS: noninterference vm=b\n",
              "x.check:5:10: expected a VM whose own arguments hold no [[SECRET]]");
}

static void secrets_can_be_added_to_any_check(void)
{
    static const char text[] = "title: t\nvm a: image=x\nvm b: image=x args=\"seed=1\"\n"
                               "vm c: image=x\nitem i: t\n  CHECK: seen_guest_entry\n";
    struct error error;
    struct check *check = check_parse("x.check", text, strlen(text), &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(check);
    CU_ASSERT_EQUAL(check->watchers, 0);
    check_add_secrets(check);
    CU_ASSERT_EQUAL(check->watchers, 1);
    CU_ASSERT_PTR_NULL(check->scenario.vm[0].args);
    CU_ASSERT_STRING_EQUAL(check->scenario.vm[1].args, "seed=1 secret=[[SECRET]]");
    CU_ASSERT_STRING_EQUAL(check->scenario.vm[2].args, "secret=[[SECRET]]");
    CU_ASSERT_PTR_NOT_NULL_FATAL(check->items->next);
    CU_ASSERT_STRING_EQUAL(check->items->next->id, "secrets");
    check_free(check);
}

TEST_SUITE(check_parse, {"a whole scenario is read", whole_scenario_is_read},
           {"complaints name line, column, found and expected",
            complaints_name_line_column_found_and_expected},
           {"noninterference is asked of VMs that hold no secret",
            noninterference_is_asked_of_those_without_secrets},
           {"secrets can be added to any check", secrets_can_be_added_to_any_check},
           {"points need a seen fact", points_need_a_seen_fact},
           {"what an empty run has too is no seen fact", what_an_empty_run_has_too_is_no_seen_fact},
           {"incomplete checks are refused", incomplete_checks_are_refused},
           {"CRLF and a missing last newline are fine", crlf_and_missing_last_newline_are_fine});
