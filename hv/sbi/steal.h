/* Steal time, told to the guest in its own memory. */
#ifndef HV_SBI_STEAL_H
#define HV_SBI_STEAL_H

struct vcpu;

/* The vCPU gets its turn: its record is brought up to date, if the guest asked for one. */
void steal_publish(struct vcpu *vcpu);

#endif
