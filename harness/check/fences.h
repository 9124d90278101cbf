/*
 * The rule that QEMU does not enforce and hardware does: after a second-stage mapping was removed
 * or lost rights, an hfence.gvma must have executed on a hart before that hart enters the VM
 * again. Told: the change. Seen: the fence, at the instruction, and the entry.
 */
#ifndef CHECK_FENCES_H
#define CHECK_FENCES_H

#include "check/facts.h"

/* Holds the rule against the run's events. finding->looked_at counts the changes. */
void fences_finding(const struct facts *facts, struct finding *finding);

#endif
