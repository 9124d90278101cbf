/*
 * The end of the hypervisor, for its own bugs alone: a guest's mistake ends the guest
 * (vm/vm.h). Prints the message, registers, the cause in words and a backtrace, leaves the same
 * in `panic_report` (abi/monitor.h) for a reader outside, and stops the machine with failure.
 */
#ifndef HV_TRAP_PANIC_H
#define HV_TRAP_PANIC_H

#include "lib/registry.h"
#include "trap/trap.h"

_Noreturn void panic(const char *template, ...) __attribute__((format(printf, 1, 2)));

/* The same for a trap that the hypervisor took itself and did not expect. */
_Noreturn void panic_trap(const struct trap_frame *frame);

/* HV_PANIC(tell): what else a panic tells before the machine stops, and what it stops first. */
struct panic_entry {
    void (*tell)(void);
};

REGISTRY(hv_panic, struct panic_entry);
#define HV_PANIC(tell_) REGISTER(hv_panic, struct panic_entry) = {.tell = (tell_)}

/* Marks a function that a learner is to write: stops the machine with this sentence. */
#define TODO(sentence) panic("TODO: %s", sentence)

#endif
