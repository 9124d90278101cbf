/*
 * What a hart asks of another: bits of ENTRY_… that the other finds in its before_entry. Nobody
 * waits for it to be done. Whoever wants an answer has the other one give it.
 */
#ifndef HV_HART_REQUEST_H
#define HV_HART_REQUEST_H

#include <stdint.h>

struct hart;

/* Asks it of a hart, itself or another; asked again before the other has looked, it is one
 * request. What was written before is seen by the hart when it finds the request. A hart in a
 * guest or asleep leaves that for it; one that is in the hypervisor finds it on its way out. */
void hart_request(struct hart *hart, uint32_t what);

#endif
