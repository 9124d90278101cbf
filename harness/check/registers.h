/*
 * "registers preserved", seen by the debugger: the 31 general registers at each entry into a
 * guest against those at its last trap. A hypercall may change a0 and a1; an instruction that the
 * hypervisor carries out for the guest may change its destination; nothing else may change any.
 */
#ifndef CHECK_REGISTERS_H
#define CHECK_REGISTERS_H

#include "check/facts.h"
#include "machine/observer.h"

struct register_watch;

/*
 * Looks up where to stop in the hypervisor: its trap vector and the sret of vcpu_enter. NULL with
 * a line in `why` when it has no such symbols.
 */
struct register_watch *registers_new(const struct symbols *hypervisor, char *why, size_t bytes);
void registers_free(struct register_watch *watch);

/* The addresses to stop at, for observer_options.breakpoints. */
size_t registers_breakpoints(const struct register_watch *watch, const uint64_t **addresses);

/* Takes one stop at a breakpoint. false: a register was lost, and there is no need to go on. */
bool registers_stop(struct register_watch *watch, const struct observer_view *view);

void registers_finding(const struct register_watch *watch, struct finding *finding);

#endif
