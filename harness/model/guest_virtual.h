/* A guest's memory as the guest sees it, by the tables as they are now. */
#ifndef MODEL_GUEST_VIRTUAL_H
#define MODEL_GUEST_VIRTUAL_H

#include "model/parts.h"

/* Copies from a virtual address by vsatp and hgatp of *csr. false: not all of it is mapped. */
bool guest_virtual_copy(const struct model *model, const struct model_csrs *csr, uint64_t virtual,
                        void *to, size_t bytes);

/* The instruction at the exit; what stval says where memory does not. The upper half of a
 * compressed one is 0. */
uint32_t guest_instruction(const struct model *model, const struct model_state *at);

#endif
