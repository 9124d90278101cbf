/*
 * What the model finds goes into the channel: its rules, how often each was put to the test, and
 * what broke them.
 */
#include <stdio.h>
#include <string.h>

#include "model/channel.h"
#include "model/rule.h"
#include "watch.h"

void findings_breach(struct model_channel *channel, const struct model_breach *breach)
{
    size_t count;
    const struct model_rule *rules = model_rules(&count);

    if (channel->breaches < MODEL_CHANNEL_BREACHES) {
        struct model_channel_breach *to = &channel->breach[channel->breaches];

        to->rule = (uint32_t)(breach->rule - rules);
        to->hart = breach->hart;
        to->vm = breach->vm;
        to->vcpu = breach->vcpu;
        to->instructions = breach->instructions;
        to->code = breach->code;
        memcpy(to->expected, breach->expected, sizeof(to->expected));
        memcpy(to->seen, breach->seen, sizeof(to->seen));
    }
    channel->breaches++;
}

void findings_rules(struct model_channel *channel)
{
    size_t count;
    const struct model_rule *rules = model_rules(&count);

    channel->rules = count < MODEL_CHANNEL_RULES ? (uint32_t)count : MODEL_CHANNEL_RULES;
    for (uint32_t i = 0; i < channel->rules; i++) {
        struct model_channel_rule *to = &channel->rule[i];

        snprintf(to->name, sizeof(to->name), "%s", rules[i].name);
        snprintf(to->source, sizeof(to->source), "%s", rules[i].source);
        snprintf(to->text, sizeof(to->text), "%s", rules[i].text);
        snprintf(to->diagnosis, sizeof(to->diagnosis), "%s", rules[i].diagnosis);
    }
}

void findings_counts(struct model_channel *channel)
{
    size_t count;
    const struct model_rule *rules = model_rules(&count);

    for (uint32_t i = 0; i < channel->rules; i++)
        channel->rule[i].exercised = *rules[i].exercised;
}
