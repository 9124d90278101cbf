/* Floating point of guests, moved only when it is used. */
#ifndef HV_VCPU_FP_H
#define HV_VCPU_FP_H

#include "metal/metal.h"

/* The vCPU leaves the hart: its registers are saved, if it has used any in this turn. Before
 * context_save, which is to find FP off. */
void fp_save_used(struct vcpu *vcpu);
static inline void fp_leave(struct vcpu *vcpu)
{
    if (__builtin_expect(fp_state() != FP_OFF, 0))
        fp_save_used(vcpu);
}

/* An illegal-instruction exit of the running guest: was it the first use of FP in this turn? If so
 * the registers are its own now, and the instruction is to be tried again. */
bool fp_first_use(struct vcpu *vcpu);

#endif
