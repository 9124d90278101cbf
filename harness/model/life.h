/* The life of a VM, as orders and entries show it. */
#ifndef MODEL_LIFE_H
#define MODEL_LIFE_H

#include "abi/sbi.h"
#include "model/parts.h"

void life_entry(struct model *model, unsigned hart, struct model_vcpu *vcpu,
                const struct model_state *state);
/* A vCPU has called for the end of its VM; if the call returns, `ending` is taken back. */
void life_ends(struct model *model, struct model_vcpu *vcpu, bool reboots);
/* Another life of the VM begins: was it asked for? */
bool life_may_begin(struct model *model, const struct model_vm *vm);
const struct model_rule *life_reborn_rule(void);
/* Did it leave to wait, by its own will? */
bool life_waits(const struct model_vcpu *vcpu);
/* Does the operator order anything about the VM? */
bool life_is_operated(const struct model *model, const struct model_vm *vm);
/* Has it ended for good as far as the operator ordered? What it had may be anybody's then. */
bool life_is_over(const struct model *model, const struct model_vm *vm);

#endif
