/* An entry is judged: whose it is, and whether it is one of the legal successors. */
#ifndef MODEL_ENTRY_H
#define MODEL_ENTRY_H

#include "model/parts.h"

/*
 * The vCPU that is entered by that state, or NULL when no VM's second stage is loaded. What it may
 * not be has been told by then, and the model follows what it sees.
 */
struct model_vcpu *entry_judge(struct model *model, unsigned hart, const struct model_state *state);

/* A vCPU has left; `at` is how. What its call asked for may happen from now on. */
void exit_take(struct model *model, struct model_vcpu *vcpu);

/* The same for a call; and for its return, when it is seen. */
void sbi_take(struct model *model, struct model_vcpu *vcpu);
void sbi_returned(struct model *model, struct model_vcpu *vcpu, const struct model_state *seen);

/* model.c: the VM is made anew from its packed form. */
void model_life_begins(struct model *model, struct model_vm *vm);

#endif
