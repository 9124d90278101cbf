/* Families of the contract's rules, as findings; see kept.h. */
#include "check/kept.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/channel.h"

struct family {
    bool (*has)(const char *rule);
    const char *what, *holds;
};

static bool is_of_registers(const char *rule)
{
    const char *dot = strchr(rule, '.');
    return (dot && strcmp(dot, ".registers") == 0) || strcmp(rule, "sbi.only-a0-a1") == 0;
}

static bool is_of_fences(const char *rule)
{
    return strncmp(rule, "tlb.", 4) == 0 || strncmp(rule, "code.", 5) == 0 ||
           strcmp(rule, "sbi.remote-sfence") == 0;
}

static uint64_t count(const struct model_channel *model, const struct family *family)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < model->rules && i < MODEL_CHANNEL_RULES; i++)
        if (family->has(model->rule[i].name))
            sum += model->rule[i].exercised;
    return sum;
}

static void find(const struct facts *facts, const struct family *family, struct finding *finding)
{
    const struct model_channel *model = facts->contract.model;
    *finding = (struct finding){.known = model && model->sight == MODEL_SIGHT_GOOD, .holds = true};
    if (!finding->known) {
        snprintf(finding->text, sizeof finding->text, "the %s of this machine cannot be seen: %s",
                 family->what, model && *model->blind ? model->blind : "there is no model");
        return;
    }
    finding->looked_at = count(model, family);
    for (unsigned i = 0; i < model->breaches && i < MODEL_CHANNEL_BREACHES; i++) {
        const struct model_channel_breach *breach = &model->breach[i];
        if (breach->rule >= model->rules || !family->has(model->rule[breach->rule].name))
            continue;
        finding->holds = false;
        snprintf(finding->diagnosis, sizeof finding->diagnosis, "%s",
                 model->rule[breach->rule].diagnosis);
        snprintf(finding->text, sizeof finding->text, "expected %s, seen %s", breach->expected,
                 breach->seen);
        return;
    }
    snprintf(finding->text, sizeof finding->text, "%" PRIu64 " %s", finding->looked_at,
             family->holds);
}

void kept_registers(const struct facts *facts, struct finding *finding)
{
    static const struct family registers = {is_of_registers, "registers",
                                            "registers of guests, each as it was at the exit"};
    find(facts, &registers, finding);
}

void kept_fences(const struct facts *facts, struct finding *finding)
{
    static const struct family fences = {is_of_fences, "fences",
                                         "entries and changes, each fenced where it must be"};
    find(facts, &fences, finding);
}
