/* The run loop, and the switch between vCPUs that it makes. */
#ifndef HV_VCPU_RUN_H
#define HV_VCPU_RUN_H

#include "hart/hart.h"
#include "vcpu/vcpu.h"

/* Pick a vCPU, enter it, handle its exit, repeat: until the last VM has ended. */
_Noreturn void run_loop(void);

/* Switches the trace on, if the hart has a ring, or off: from the next entry on. */
void run_loop_trace(bool on);

/* Chooses whose turn it is; waits for interrupts while nobody's. Returns the vCPU, loaded. */
struct vcpu *schedule(struct hart *hart);

/* Accounts the turn that is going on up to now, so that the policy judges by fresh figures. */
void schedule_book(struct hart *hart);

/* The vCPU is about to go away: the hart forgets it. */
void schedule_forget(struct vcpu *vcpu);

/* Work that a module wants done when the turn passes between vCPUs. */
struct switch_entry {
    void (*leave)(struct vcpu *vcpu, uint64_t now);
    void (*arrive)(struct vcpu *vcpu, uint64_t now);
};
REGISTRY(hv_switch, struct switch_entry);
#define HV_SWITCH(leave_, arrive_)                                                                 \
    REGISTER(hv_switch, struct switch_entry) = {.leave = (leave_), .arrive = (arrive_)}

#endif
