/*
 * Makes an audit's input from a machine: its RAM, the hypervisor's ELF file, and the hgatp values
 * that were seen. The trees' names and sizes come from the bundle in RAM, which `coach` packed,
 * matched by size and by the guest's entry, never from what the hypervisor says of itself.
 */
#ifndef AUDIT_MACHINE_H
#define AUDIT_MACHINE_H

#include "audit/audit.h"
#include "machine/observer.h"
#include "symbols/symbols.h"

/*
 * Fills *input. hgatps: the values seen; of several with one root the last VMID is taken, and
 * roots whose page no longer holds a table of a live VM (ended and destroyed) are skipped when
 * `live_only` and the monitor tells so.
 */
void audit_from_machine(struct audit_input *input, const struct ram *ram,
                        const struct symbols *hypervisor, const uint64_t *hgatps, size_t count);

#endif
