/* How VMs ended, by what was seen; see endings.h. */
#include "check/endings.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/ends.h"
#include "model/order.h"

#define INTERRUPT (1ull << 63)
#define VS_ECALL  10

const struct model_last *endings_last(const struct facts *facts, unsigned vm)
{
    return facts->contract.model && vm < BUNDLE_MAX_VMS ? &facts->contract.model->last[vm] : NULL;
}

/* Does a line at the hypervisor's console order anything of the VM's life? What becomes of it then
 * is the operator's. */
static bool is_operated(const struct scenario *scenario, unsigned vm)
{
    for (const struct scenario_command *command = scenario->commands; command;
         command = command->next) {
        if (order_is_of_life(order_of(command->text, scenario->vm[vm].name, vm)))
            return true;
    }
    return false;
}

/* Was it ended for what it did? Then its last exit was an exception, and no call. */
static bool was_put_down(const struct facts *facts, unsigned vm, const struct model_last *last)
{
    const struct monitor_vm *told = facts_monitor_vm(facts, vm);
    bool for_it = told && (told->end == VM_END_KILLED || told->end == VM_END_GUEST_FAULT ||
                           told->end == VM_END_NO_MEMORY);
    return for_it && !(last->cause & INTERRUPT) && last->cause != VS_ECALL;
}

bool endings_are_seen(const struct facts *facts, char *text, size_t bytes)
{
    const struct scenario *scenario = &facts->check->scenario;
    for (unsigned vm = 0; vm < scenario->vms; vm++) {
        const struct model_last *last = endings_last(facts, vm);
        if (!last || scenario->vm[vm].manual || is_operated(scenario, vm))
            continue;
        const struct monitor_vm *told = facts_monitor_vm(facts, vm);
        bool refused = !told || told->end == VM_END_NO_MEMORY;
        if (!last->entered && !refused)
            snprintf(text, bytes, "VM %s was never entered, and the machine was switched off",
                     scenario->vm[vm].name);
        else if (last->entered && last->ending == MODEL_RUNS && !was_put_down(facts, vm, last))
            snprintf(text, bytes,
                     "VM %s had not asked for its end when the machine was switched off: its last "
                     "exit was for scause 0x%" PRIx64,
                     scenario->vm[vm].name, last->cause);
        else
            continue;
        return false;
    }
    return true;
}

bool endings_agree(const struct facts *facts, unsigned vm, const struct monitor_vm *told)
{
    const struct model_last *last = endings_last(facts, vm);
    char expected[160], found[160];
    bool tried;
    return !last ||
           !model_ends_judge((enum vm_end)told->end, told->end_code, last, &tried, expected, found);
}
