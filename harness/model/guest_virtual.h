/* A guest's memory as the guest sees it, by the tables as they are now. */
#ifndef MODEL_GUEST_VIRTUAL_H
#define MODEL_GUEST_VIRTUAL_H

#include "model/parts.h"

#define CAUSE_FETCH_ACCESS 1
#define CAUSE_FETCH_PAGE   12

/* The instruction at the exit; what stval says where memory does not. The upper half of a
 * compressed one is 0. */
uint32_t guest_instruction(const struct model *model, const struct model_state *at);

/* The cause of the exception that a fetch at a virtual address meets by the tables as they are now
 * (the hart may have cached older ones); 0: none. */
unsigned guest_fetch_fault(const struct model *model, const struct model_state *at,
                           uint64_t virtual);

#endif
