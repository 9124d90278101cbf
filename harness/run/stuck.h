/* What a run says of a machine that got nowhere (struct machine_stuck). */
#ifndef HARNESS_RUN_STUCK_H
#define HARNESS_RUN_STUCK_H

#include "run/evidence.h"

/* One line on standard error: in which loop the machine was when it was stopped. */
void stuck_describe(const struct evidence *evidence);

/* One line on standard error: why a run that ended badly may have done so, when the hypervisor's
 * vector took a trap of its own for a guest's (STUCK_TAKEN). */
void taken_describe(const struct evidence *evidence);

#endif
