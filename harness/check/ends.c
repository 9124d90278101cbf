/* How VMs ended, told against seen: a rule of the contract that is judged when the run is over. */
#include "model/ends.h"

#include "check/machine.h"

void ends_finding(struct machine *machine)
{
    const struct facts *facts = &machine->facts;
    struct model_channel *model = machine->seen.model;
    /* On several harts two vCPUs may ask at once. */
    if (!model || machine->check->scenario.harts > 1 || model->sight != MODEL_SIGHT_GOOD ||
        facts->outcome == OUTCOME_BROKEN)
        return;
    for (unsigned vm = 0; vm < machine->check->scenario.vms; vm++) {
        const struct monitor_vm *told = facts_monitor_vm(facts, vm);
        char expected[160], found[160];
        bool tried;
        if (!told)
            continue;
        const struct model_rule *rule = model_ends_judge((enum vm_end)told->end, told->end_code,
                                                         &model->last[vm], &tried, expected, found);
        contract_exercised(model, "life.end-as-told", tried);
        if (rule)
            contract_tell(machine, rule, (int)vm, expected, found);
    }
}
