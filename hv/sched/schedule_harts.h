/*
 * Guests on several harts. One lock is around the hypervisor: a hart takes it when an exit is to be
 * handled, lets go of it before it enters a guest or sleeps, and waits for nothing while it has it.
 * So all that the hypervisor knows is one hart's at a time; what a hart does outside is to run the
 * vCPU that it has taken.
 */
#ifndef HV_SCHED_SCHEDULE_HARTS_H
#define HV_SCHED_SCHEDULE_HARTS_H

#include "hart/hart.h"
#include "vcpu/exit.h"
#include "vm/vm.h"

/* Around all that a hart does in the hypervisor. First it does what others have asked for the vCPU
 * that it has taken; last, if anything is to be done before an entry, it does that: afterwards
 * hart->current is the vCPU to enter, loaded. */
void hypervisor_enter(struct hart *hart);
void hypervisor_leave(struct hart *hart);

/* The hart chooses with the others from now on, its first turn begins. handlers: by cause, for
 * interrupts that come while it sleeps. */
void hypervisor_join(struct hart *hart, exit_handler **handlers);

/* Does a hart run the vCPU, or is it about to leave it? Else all of it is in memory. */
static inline bool is_taken(const struct vcpu *vcpu)
{
    return vcpu->hart->taken == vcpu;
}

/* Passes the hart's turn to next, which nobody has taken or this hart, or to nobody (NULL). Who had
 * it is left whole in memory. */
void hart_pass_to(struct hart *hart, struct vcpu *next);
/* The VM was lent another VMID: its vCPU that the hart has loaded goes on under that one. */
void vcpu_reload(struct hart *hart, struct vcpu *vcpu);

/* The vCPU's guest has asked its siblings for fences, and goes on when they have been made. */
void fences_await(struct vcpu *vcpu, uint64_t siblings);
/* The fences that are asked of the vCPU, which this hart has loaded. */
void fences_make(struct vcpu *vcpu);

/* Puts the second stage of the vCPU's VM into force on this hart, before its context is loaded. */
void harts_gstage_load(struct hart *hart, struct vcpu *vcpu);
/* Has the VM been lent another VMID since? */
bool harts_gstage_is_stale(const struct hart *hart, const struct vcpu *vcpu);
/* Fences of the first stage that an arriving vCPU needs: another of its VM was here last, it ran
 * elsewhere since it was here, or was asked for a fence while no hart ran it. */
void harts_arrive(const struct hart *hart, struct vcpu *vcpu);
/* A fence is due when the vCPU, which no hart runs, is next loaded. */
void harts_fence_later(struct vcpu *vcpu);

#endif
