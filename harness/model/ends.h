/* How a VM's end is told, held against the call by which it asked for it. */
#ifndef MODEL_ENDS_H
#define MODEL_ENDS_H

#include <stdbool.h>

#include "abi/monitor.h"
#include "model/last.h"

struct model_rule;

/* The rule that what is told breaks, and both in words (160 bytes each); NULL: none. *tried: it was
 * put to the test. */
const struct model_rule *model_ends_judge(enum vm_end told, uint64_t code,
                                          const struct model_last *seen, bool *tried,
                                          char *expected, char *found);

#endif
