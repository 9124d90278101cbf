/*
 * A hypervisor could write "passed" into a probe's report. Seen: its stores to the page of the
 * report, which the watch plugin guards. That guests are as they were packed the model tells
 * (harness/model/memory_content.c).
 */
#ifndef CHECK_TAMPER_H
#define CHECK_TAMPER_H

#include "check/machine.h"

/* Are all guests probes, so that the page of the report is the guest's alone? */
bool tamper_can_guard(const struct check *check);

/* Fills facts->tampered, once all events are in order; a VM that was destroyed and not entered
 * since has no memory that could be read. */
void tamper_find(struct machine *machine);

#endif
