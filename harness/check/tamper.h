/*
 * Was each guest run as it was packed? A hypervisor could write "passed" into a probe's report.
 * Seen: the image at the first entry, and the hypervisor's stores to the page of the report, which
 * the watch plugin guards.
 */
#ifndef CHECK_TAMPER_H
#define CHECK_TAMPER_H

#include "check/machine.h"

/* Are all guests probes, so that the page of the report is the guest's alone? */
bool tamper_can_guard(const struct check *check);

/* The machine stands before the first entry with this second stage, whose VM is `vm` by its device
 * tree (-1: not known). Does the memory hold the device tree and the image as they were packed, as
 * far as they are there? Else machine->tampered says what is not so. */
void tamper_compare(struct machine *machine, const struct ram *ram, int vm, uint64_t hgatp);

/* Fills facts->tampered, once all events are in order; a VM that was destroyed and not entered
 * since has no memory that could be read. */
void tamper_find(struct machine *machine);

#endif
