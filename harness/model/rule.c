/* The rules that were linked, wherever they stand. */
#include "model/rule.h"

extern const struct model_rule __start_model_rules[] __attribute__((visibility("hidden")));
extern const struct model_rule __stop_model_rules[] __attribute__((visibility("hidden")));

const struct model_rule *model_rules(size_t *count)
{
    *count = (size_t)(__stop_model_rules - __start_model_rules);
    return __start_model_rules;
}

void model_rules_reset(void)
{
    for (const struct model_rule *rule = __start_model_rules; rule < __stop_model_rules; rule++)
        *rule->exercised = 0;
}
