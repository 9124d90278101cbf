/* What the model of a VM's contract found in a run, as a part of its facts. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check/machine.h"
#include "model/rule.h"

static void tell_event(struct machine *machine, const struct model_channel_breach *breach)
{
    struct contract *contract = &machine->facts.contract;
    const struct scenario *scenario = &machine->check->scenario;
    int length =
        snprintf(contract->event, sizeof contract->event, "at instruction %" PRIu64 " on hart %u",
                 breach->instructions, breach->hart);
    if (breach->vm >= 0 && breach->vm < (int)scenario->vms)
        snprintf(contract->event + length, sizeof contract->event - (size_t)length,
                 ", VM %s, vCPU %d", scenario->vm[breach->vm].name, breach->vcpu);
    if (breach->code)
        symbols_describe(machine->seen.hypervisor, breach->code, contract->source,
                         sizeof contract->source);
}

static bool is_told(const struct model_channel *model, unsigned breach)
{
    for (unsigned i = 0; i < breach; i++)
        if (model->breach[i].rule == model->breach[breach].rule)
            return true;
    return model->breach[breach].rule >= model->rules;
}

/* Other rules that were broken later, one line each. */
static void tell_others(struct contract *contract, const struct model_channel *model)
{
    unsigned count = 0;
    for (unsigned i = 1; i < model->breaches && i < MODEL_CHANNEL_BREACHES; i++) {
        const struct model_channel_breach *breach = &model->breach[i];
        if (is_told(model, i) || count == CONTRACT_OTHERS)
            continue;
        snprintf(contract->other[count], sizeof contract->other[count],
                 "later rule %s: expected %s, seen %s (instruction %" PRIu64 ", VM %d, vCPU %d)",
                 model->rule[breach->rule].name, breach->expected, breach->seen,
                 breach->instructions, breach->vm, breach->vcpu);
        count++;
    }
}

/* The rule's, and which register or CSR it was where one was lost: "a0 = 0x…" is what was seen. */
static void diagnose(struct contract *contract, const struct model_channel_rule *rule,
                     const struct model_channel_breach *breach)
{
    size_t name = strcspn(breach->seen, " ");
    bool named = strstr(rule->diagnosis, " lost") && strncmp(breach->seen + name, " = ", 3) == 0;
    snprintf(contract->diagnosis, sizeof contract->diagnosis, "%s%s%.*s", rule->diagnosis,
             named ? ": " : "", named ? (int)name : 0, breach->seen);
}

void contract_exercised(struct model_channel *model, const char *name, uint64_t times)
{
    for (uint32_t i = 0; i < model->rules; i++)
        if (strcmp(model->rule[i].name, name) == 0)
            model->rule[i].exercised += times;
}

void contract_tell(struct machine *machine, const struct model_rule *rule, int vm,
                   const char *expected, const char *seen)
{
    struct contract *contract = &machine->facts.contract;
    if (contract->broken)
        return;
    contract->broken = true;
    snprintf(contract->diagnosis, sizeof contract->diagnosis, "%s", rule->diagnosis);
    snprintf(contract->rule, sizeof contract->rule, "rule %s (%s)", rule->name, rule->source);
    snprintf(contract->expected, sizeof contract->expected, "%s", expected);
    snprintf(contract->seen, sizeof contract->seen, "%s", seen);
    snprintf(contract->event, sizeof contract->event, "%s%s", vm < 0 ? "all VMs together" : "VM ",
             vm < 0 ? "" : machine->check->scenario.vm[vm].name);
}

void contract_finding(struct machine *machine)
{
    const struct model_channel *model = machine->seen.model;
    struct contract *contract = &machine->facts.contract;
    contract->model = model;
    if (!model)
        return;
    if (model->sight == MODEL_SIGHT_BLIND)
        snprintf(contract->blind, sizeof contract->blind, "%.*s", (int)sizeof model->blind,
                 model->blind);
    if (!model->breaches || model->breach[0].rule >= model->rules)
        return;
    const struct model_channel_breach *breach = &model->breach[0];
    const struct model_channel_rule *rule = &model->rule[breach->rule];
    contract->broken = true;
    diagnose(contract, rule, breach);
    snprintf(contract->rule, sizeof contract->rule, "rule %s (%s)", rule->name, rule->source);
    snprintf(contract->expected, sizeof contract->expected, "%s", breach->expected);
    snprintf(contract->seen, sizeof contract->seen, "%s", breach->seen);
    tell_event(machine, breach);
    tell_others(contract, model);
}
