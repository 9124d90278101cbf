/*
 * Traps that the hypervisor takes while it runs itself. Interrupts are off in HS-mode, so
 * every one is an exception: expected (a probe of a CSR that may not exist) or a bug.
 * Traps from a guest go another way: vcpu_enter() returns.
 */
#ifndef HV_TRAP_TRAP_H
#define HV_TRAP_TRAP_H

#include <stdint.h>

/* What trap_vector saves on the stack, and restores when trap_from_hypervisor returns. */
struct trap_frame {
    uint64_t x[32]; /* x[0] is not used */
    uint64_t sepc;
    uint64_t sstatus;
    uint64_t scause;
    uint64_t stval;
};

/* Called by trap_vector. Returns to frame->sepc, or does not return at all. */
void trap_from_hypervisor(struct trap_frame *frame);

#endif
