/* Scaffold, until lab 6 moves FP registers when they are used: they move with every turn. */
#include "metal/metal.h"
#include "vcpu/run.h"

static void leave(struct vcpu *vcpu, uint64_t now)
{
    (void)now;
    fp_save(vcpu);
}

static void arrive(struct vcpu *vcpu, uint64_t now)
{
    (void)now;
    fp_load(vcpu);
}

HV_SWITCH(leave, arrive);
