/* FP registers and fcsr of a vCPU between exit and entry. */
#ifndef MODEL_FP_H
#define MODEL_FP_H

#include "model/parts.h"

void fp_exit(struct model_vcpu *vcpu);
void fp_entry(struct model *model, unsigned hart, const struct model_vcpu *vcpu,
              const struct model_state *state);

#endif
