/*
 * VM exits: which function handles which cause. A handler runs to its end: it changes the
 * vCPU, may wake or end things, and returns; the run loop does the rest.
 */
#ifndef HV_VCPU_EXIT_H
#define HV_VCPU_EXIT_H

#include "lib/registry.h"
#include <stdint.h>

struct vcpu;

struct exit_entry {
    uint64_t cause; /* scause */
    void (*handle)(struct vcpu *vcpu);
};

REGISTRY(hv_exit, struct exit_entry);
#define HV_EXIT(cause_, handle_)                                                                  \
    REGISTER(hv_exit, struct exit_entry) = {.cause = (cause_), .handle = (handle_)}

#define EXIT_CAUSES 64

/* exceptions 0 … 31, then interrupts 0 … 31 */
static inline unsigned exit_index(uint64_t cause)
{
    return (cause & 31) | (cause >> 63) << 5;
}

extern void (*exit_handlers[EXIT_CAUSES])(struct vcpu *vcpu);

#endif
