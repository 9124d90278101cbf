/* Findings of the whole run that a check's properties ask for; filled into machine->facts. */
#ifndef CHECK_FINDINGS_H
#define CHECK_FINDINGS_H

#include "check/machine.h"

/* told equals seen: facts.truth. */
void findings_truth(struct machine *machine);

/* isolation holds: facts.isolation, from the audits that were made. */
void findings_isolation(struct machine *machine);

/* panic report true: facts.panic. The report in RAM against the last trap that the hypervisor took
 * itself: cause, address, and all 31 registers as the machine had them. */
void findings_panic(struct machine *machine);

#endif
