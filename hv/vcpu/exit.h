/*
 * VM exits: which function handles which cause. A handler runs to its end: it changes the
 * vCPU, may wake or end things, and returns; the run loop does the rest.
 */
#ifndef HV_VCPU_EXIT_H
#define HV_VCPU_EXIT_H

#include "lib/registry.h"
#include <stdint.h>

struct vcpu;

typedef void exit_handler(struct vcpu *vcpu);

struct exit_entry {
    uint64_t cause; /* scause */
    exit_handler *handle;
};

REGISTRY(hv_exit, struct exit_entry);
#define HV_EXIT(cause_, handle_)                                                                   \
    REGISTER(hv_exit, struct exit_entry) = {.cause = (cause_), .handle = (handle_)}

/* A cause's place among EXIT_CAUSES (trap/cause.h): exceptions 0 … 31, then interrupts 0 … 31.
 * Codes from 64 on are reserved for ever; those from 32 to 63, for custom use, fall on interrupts
 * that no machine has. */
static inline uint64_t exit_index(uint64_t cause)
{
    return __builtin_expect((int64_t)cause < 0, 0) ? 32 + (cause & 31) : cause;
}

#endif
