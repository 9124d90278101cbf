/* How VMs ended, by what was seen: a VM that is still to run is no reason to switch the machine
 * off, whatever the monitor tells. */
#ifndef CHECK_ENDINGS_H
#define CHECK_ENDINGS_H

#include "check/facts.h"

/* What the VM was at its last exit; NULL: no model was asked. */
const struct model_last *endings_last(const struct facts *facts, unsigned vm);

/* Has each VM that was to run come to an end that was seen, or that its last trap explains? Else
 * *text says which one has not. */
bool endings_are_seen(const struct facts *facts, char *text, size_t bytes);

/* Did the VM ask for the end that is told: exit with that code, or shutdown? true: nothing speaks
 * against it, as for other ends. */
bool endings_agree(const struct facts *facts, unsigned vm, const struct monitor_vm *told);

#endif
