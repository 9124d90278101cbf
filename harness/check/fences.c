/* The rules of fences, as the model of a VM's contract has them; see fences.h. */
#include "check/fences.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/channel.h"

static bool is_of_fences(const struct model_channel_rule *rule)
{
    return strncmp(rule->name, "tlb.", 4) == 0 || strncmp(rule->name, "code.", 5) == 0 ||
           strcmp(rule->name, "sbi.remote-sfence") == 0;
}

static uint64_t count(const struct model_channel *model)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < model->rules && i < MODEL_CHANNEL_RULES; i++)
        if (is_of_fences(&model->rule[i]))
            sum += model->rule[i].exercised;
    return sum;
}

void fences_finding(const struct facts *facts, struct finding *finding)
{
    const struct model_channel *model = facts->contract.model;
    *finding = (struct finding){.known = model && model->sight == MODEL_SIGHT_GOOD, .holds = true};
    if (!finding->known) {
        snprintf(finding->text, sizeof finding->text,
                 "the fences of this machine cannot be seen: %s",
                 model && *model->blind ? model->blind : "there is no model");
        return;
    }
    finding->looked_at = count(model);
    for (unsigned i = 0; i < model->breaches && i < MODEL_CHANNEL_BREACHES; i++) {
        const struct model_channel_breach *breach = &model->breach[i];
        if (breach->rule >= model->rules || !is_of_fences(&model->rule[breach->rule]))
            continue;
        finding->holds = false;
        snprintf(finding->diagnosis, sizeof finding->diagnosis, "%s",
                 model->rule[breach->rule].diagnosis);
        snprintf(finding->text, sizeof finding->text, "expected %s, seen %s", breach->expected,
                 breach->seen);
        return;
    }
    snprintf(finding->text, sizeof finding->text,
             "%" PRIu64 " entries and changes, each fenced where it must be", finding->looked_at);
}
