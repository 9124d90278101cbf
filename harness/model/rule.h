/*
 * A rule of the contract: a name, what it says, and where the specification says it. A file of the
 * model defines its rules with MODEL_RULE beside the code that holds them; rule.c finds them all
 * through the linker's section, so there is no central list.
 */
#ifndef MODEL_RULE_H
#define MODEL_RULE_H

#include <stddef.h>
#include <stdint.h>

struct model_rule {
    const char *name;      /* "sbi.only-a0-a1": subject, a dot, words with hyphens */
    const char *source;    /* "Privileged ISA 20240411, 18.2.2" or "SBI 2.0, 3" or "contract" */
    const char *text;      /* one sentence */
    const char *diagnosis; /* in the verdict, for a learner; names the cause */
    uint64_t *exercised;   /* how often it was put to the test in this run */
};

#define MODEL_RULE(identifier, rule_name, rule_source, rule_text, rule_diagnosis)                  \
    static uint64_t identifier##_exercised;                                                        \
    static const struct model_rule identifier                                                      \
        __attribute__((used, section("model_rules"), aligned(8))) = {                              \
            rule_name, rule_source, rule_text, rule_diagnosis, &identifier##_exercised}

/* All rules, in the linker's order; and their counts set back to 0, for tests. */
const struct model_rule *model_rules(size_t *count);
void model_rules_reset(void);

#define MODEL_EXERCISED(identifier) ((void)++identifier##_exercised)
/* The same, by a pointer to the rule. */
#define MODEL_COUNT(rule) ((void)++*(rule)->exercised)

#endif
