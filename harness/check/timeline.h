/* The run as spans on lanes, for the HTML report: who ran when, exits, interrupts, ends. */
#ifndef CHECK_TIMELINE_H
#define CHECK_TIMELINE_H

#include "check/facts.h"
#include "result/result.h"

/* Adds spans from the told events, a lane a VM. */
void timeline(const struct facts *facts, struct result_check *to);

#endif
