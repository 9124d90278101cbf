/*
 * Names for what students really do wrong, found in the evidence of a run. A name is given only
 * where the evidence is specific to it; otherwise the check's author has the word (DIAGNOSIS:).
 */
#ifndef CHECK_DIAGNOSE_H
#define CHECK_DIAGNOSE_H

#include "check/facts.h"

/*
 * The diagnosis that the traps which the machine took speak for, or NULL: "trap loop",
 * "jumped to 0", "stack overflow", "sepc not advanced", "interrupt storm", and those of
 * diagnose_host.h. `detail` gets one line
 * with the numbers.
 */
const char *diagnose_traps(const struct facts *facts, char *detail, size_t bytes);

/* The name for how the run ended if that is not as the scenario says; NULL if it is. */
const char *diagnose_outcome(const struct facts *facts);

#endif
