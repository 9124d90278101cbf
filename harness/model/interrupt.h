/* A vCPU's interrupts: what was sent to it, and what must pend when it is entered. */
#ifndef MODEL_INTERRUPT_H
#define MODEL_INTERRUPT_H

#include "model/parts.h"

void interrupt_entry(struct model *model, unsigned hart, struct model_vcpu *vcpu,
                     const struct model_state *state, bool first);
void interrupt_exit(struct model *model, unsigned hart, struct model_vcpu *vcpu);

/* An IPI to the vCPU has been answered with success. */
void interrupt_software_owed(struct model *model, struct model_vcpu *vcpu);
/* set_timer has returned. A timer that vstimecmp does not hold is kept by the hypervisor. */
void interrupt_timer_set(const struct model *model, struct model_vcpu *vcpu, uint64_t deadline,
                         const struct model_state *seen);
/* Does an interrupt pend at that time of the board, enabled in vsie, for a vCPU that is outside?
 * What wfi waits for. */
bool interrupt_is_due(const struct model *model, const struct model_vcpu *vcpu, uint64_t time);

/* Since when, of `from` to `to`, its timer alone has been due; `from` if it was so all the while or
 * something else is. */
uint64_t interrupt_due_from(const struct model *model, const struct model_vcpu *vcpu, uint64_t from,
                            uint64_t to);

uint64_t interrupt_guest_time(const struct model *model, const struct model_csrs *csr);

#endif
