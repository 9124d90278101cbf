/* SBI calls by extension: a file serves one, and says what a call may answer and what it does. */
#ifndef MODEL_SBI_H
#define MODEL_SBI_H

#include "abi/sbi.h"
#include "model/successor.h"

#define ERROR(error) (1u << -(error)) /* in sbi_answer.errors */

/* The answers that the specification allows to a call in this state, with these arguments. */
struct sbi_answer {
    uint32_t errors; /* ERROR(SBI_SUCCESS) | …; 0: it does not return */
    bool has_value;  /* on success a1 lies in low … high */
    uint64_t low, high;
    const struct model_rule *rule; /* broken by another answer */
};

struct sbi_extension {
    uint64_t id;
    unsigned functions; /* 0 … functions - 1 are known */
    void (*answer)(const struct model *model, const struct model_vcpu *vcpu,
                   struct sbi_answer *answer);
    /* The call was made: what it asks for may happen from now on. May be NULL. */
    void (*take)(struct model *model, struct model_vcpu *vcpu);
    /* It has returned: what it asked for has happened, or will not. May be NULL. */
    void (*returned)(struct model *model, struct model_vcpu *vcpu, const struct model_state *seen);
};

#define MODEL_SBI(identifier)                                                                      \
    static const struct sbi_extension identifier;                                                  \
    static const struct sbi_extension *const identifier##_entry                                    \
        __attribute__((used, section("model_sbi"))) = &identifier;                                 \
    static const struct sbi_extension identifier

/* Is [address, address + bytes) in the VM's RAM? */
bool sbi_in_ram(const struct model *model, const struct model_vcpu *vcpu, uint64_t address,
                uint64_t bytes);

/* sbi_targets.c: a hart mask with its base. SBI 2.0, 3.1: Hart list parameter. */
struct sbi_targets {
    uint32_t harts; /* of the VM */
    bool valid;     /* all that it names exist */
    bool unsure;    /* it names nothing, from a base that does not exist */
};
struct sbi_targets sbi_targets(const struct model *model, const struct model_vcpu *vcpu,
                               uint64_t mask, uint64_t base);

#endif
