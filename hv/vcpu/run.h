/* The run loop, and the switch between vCPUs that it makes. */
#ifndef HV_VCPU_RUN_H
#define HV_VCPU_RUN_H

#include "hart/hart.h"
#include "vcpu/vcpu.h"

/* Pick a vCPU, enter it, handle its exit, repeat: until the last VM has ended. */
_Noreturn void run_loop(void);

/* Switches the trace on, if the hart has a ring, or off: from the next entry on. */
void run_loop_trace(bool on);

/* Does the hart's deferred work, then chooses whose turn it is; waits for interrupts while
 * nobody's. Returns the vCPU, loaded. */
struct vcpu *schedule(struct hart *hart);

/* Passes the turn, as far as it has been booked, to next or to nobody (NULL): their times and the
 * trace; nothing moves. */
void schedule_switch(struct hart *hart, struct vcpu *next);

/* Accounts the turn that is going on up to now, so that the policy judges by fresh figures. */
void schedule_book(struct hart *hart);

/* What follows is nobody's turn but work for a VM: what the vCPU that had the turn has run is
 * booked, and it waits. schedule_charge ends it: the time since is that VM's. */
void schedule_interrupt(void);
void schedule_charge(struct vm *vm);

/* The vCPU is about to go away: the hart forgets it. */
void schedule_forget(struct vcpu *vcpu);

#endif
