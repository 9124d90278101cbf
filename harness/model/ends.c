/*
 * A monitor is told how each VM ended. Where the guest asked for it, the call was seen, with its
 * code. Judged at the end of a run; how the hypervisor itself ended a VM is its own affair.
 */
#include "model/ends.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/rule.h"

MODEL_RULE(end_told, "life.end-as-told", "abi/monitor.h; SBI 2.0, 10.1",
           "What a monitor is told of a VM's end is the guest's own call, with its exit code or "
           "the reason of its shutdown, whole.",
           "the end of a VM is not told as it was");

static bool agrees(enum vm_end told, uint64_t code, const struct model_last *seen)
{
    if (told == VM_END_EXIT)
        return seen->ending == MODEL_EXITS && seen->code == code;
    /* A reboot that is not implemented may end as a shutdown. */
    return (seen->ending == MODEL_SHUTS_OFF || seen->ending == MODEL_REBOOTS) && seen->code == code;
}

const struct model_rule *model_ends_judge(enum vm_end told, uint64_t code,
                                          const struct model_last *seen, bool *tried,
                                          char *expected, char *found)
{
    static const char *const words[] = {"no end yet", "exit", "shutdown", "shutdown, to reboot",
                                        "hart_stop of its last vCPU"};

    *tried = told == VM_END_EXIT || told == VM_END_SHUTDOWN;
    if (!*tried || agrees(told, code, seen))
        return NULL;
    snprintf(expected, 160, "%s(%" PRIu64 "), as the guest called",
             words[seen->ending % (sizeof(words) / sizeof(words[0]))], seen->code);
    snprintf(found, 160, "%s(%" PRIu64 ")", told == VM_END_EXIT ? "exit" : "shutdown", code);
    return &end_told;
}
