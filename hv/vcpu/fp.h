/* Floating point of guests, moved only when it is used. */
#ifndef HV_VCPU_FP_H
#define HV_VCPU_FP_H

#include <stdbool.h>

struct vcpu;

/* An illegal-instruction exit of the running guest: was it the first use of FP since others had
 * the registers? If so they are its own now, and the instruction is to be tried again. */
bool fp_first_use(struct vcpu *vcpu);

#endif
