/*
 * HOLDS: fences complete. The fences that QEMU does not enforce and hardware needs, as the TLB of
 * the model (harness/model/tlb*.c) holds the machine to them: each change of a second stage, each
 * turn of a VMID or vCPU, code that was written, remote fences. A run in which one is missing fails
 * anyhow; the line says that a check wants them put to the test, and counts how often they were.
 */
#ifndef CHECK_FENCES_H
#define CHECK_FENCES_H

#include "check/facts.h"

/* finding->looked_at: how often the rules were put to the test. */
void fences_finding(const struct facts *facts, struct finding *finding);

#endif
