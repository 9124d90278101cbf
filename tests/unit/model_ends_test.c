/* A VM's end as it is told, against the call that was seen. */
#include "model/ends.h"
#include "model/rule.h"
#include "test.h"

static void told(enum vm_end end, uint64_t code, struct model_last seen, bool wanted_tried,
                 const char *wanted)
{
    char expected[160], found[160];
    bool tried;
    const struct model_rule *rule = model_ends_judge(end, code, &seen, &tried, expected, found);

    CU_ASSERT_EQUAL(tried, wanted_tried);
    CU_ASSERT_STRING_EQUAL(rule ? rule->name : "", wanted);
}

static void what_is_told_is_the_call(void)
{
    const struct model_last none = {0}, exits = {.ending = MODEL_EXITS, .code = 1ull << 40},
                            stops = {.ending = MODEL_SHUTS_OFF, .code = 1},
                            reboots = {.ending = MODEL_REBOOTS};

    told(VM_END_EXIT, 1ull << 40, exits, true, "");
    told(VM_END_EXIT, 0, exits, true, "life.end-as-told");
    told(VM_END_SHUTDOWN, 1ull << 40, exits, true, "life.end-as-told");
    told(VM_END_SHUTDOWN, 1, stops, true, "");
    told(VM_END_SHUTDOWN, 0, stops, true, "life.end-as-told");
    told(VM_END_SHUTDOWN, 0, reboots, true, "");
    told(VM_END_EXIT, 0, none, true, "life.end-as-told");
    told(VM_END_KILLED, 0, exits, false, "");
    told(VM_END_NONE, 0, none, false, "");
}

TEST_SUITE(model_ends, {"what is told is the call", what_is_told_is_the_call});
