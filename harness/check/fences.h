/*
 * The rules of fences that QEMU does not enforce and hardware does, on each hart:
 *
 * - after a second-stage mapping was removed or lost rights, an hfence.gvma executes before that
 *   VM is entered again; after a VM was destroyed, before its VMID is entered with again;
 * - between entries with one VMID and two roots an hfence.gvma executes;
 * - between entries of two vCPUs with one hgatp an hfence.vvma (or .gvma) executes, since each
 *   believes to have a TLB of its own.
 *
 * Told: the change, and which vCPU it is. Seen: the fence, at the instruction, and the entry.
 */
#ifndef CHECK_FENCES_H
#define CHECK_FENCES_H

#include "check/facts.h"

/* Holds the rules against the run's events. finding->looked_at counts changes and entries. */
void fences_finding(const struct facts *facts, struct finding *finding);

#endif
