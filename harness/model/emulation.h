/* Instructions that are carried out for the guest, or refused: what may follow. */
#ifndef MODEL_EMULATION_H
#define MODEL_EMULATION_H

#include "model/successor.h"

/* After a virtual instruction; after an illegal one, but for what floating point needs. */
void emulation_after_virtual(const struct model *model, const struct model_vcpu *vcpu,
                             struct successors *list);
void emulation_after_illegal(const struct model *model, const struct model_vcpu *vcpu,
                             struct successors *list);
/* A successor that `emulates` was seen: what it read or wrote is remembered. */
void emulation_seen(struct model *model, struct model_vcpu *vcpu, const struct model_state *seen);

#endif
