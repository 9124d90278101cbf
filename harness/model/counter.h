/* The counters that a guest reads through the hypervisor. */
#ifndef MODEL_COUNTER_H
#define MODEL_COUNTER_H

#include "model/successor.h"

/* Is what the vCPU's last instruction read of time, cycle or instret right? For successor.fits. */
bool counter_fits(struct model *model, const struct model_vcpu *vcpu, const struct successor *own,
                  const struct model_state *seen, struct difference *difference);
/* That instruction was carried out: what it read is what later answers are held against. */
void counter_seen(struct model *model, struct model_vcpu *vcpu, uint32_t instruction,
                  const struct model_state *seen);

#endif
