/*
 * What a VM was when the machine last left it: whether it had asked for its end, and how; and the
 * report in its memory. What the hypervisor does to that memory later is no work of the guest.
 */
#ifndef MODEL_LAST_H
#define MODEL_LAST_H

#include <stdint.h>

#include "abi/probe.h"

enum model_ending {
    MODEL_RUNS,      /* it has not asked for its end */
    MODEL_EXITS,     /* by the paravirtual call; code is what it gave */
    MODEL_SHUTS_OFF, /* by a reset or the legacy shutdown; code is the reset's reason */
    MODEL_REBOOTS,
    MODEL_STOPPED_ALL, /* its last vCPU has asked to be stopped */
};

struct model_last {
    uint32_t entered; /* 0: not in this life */
    uint32_t inside;  /* vCPUs that the machine executes now */
    uint32_t ending;  /* enum model_ending */
    uint32_t has_report;
    uint64_t cause, code; /* scause of the last exit */
    uint8_t report[sizeof(struct probe_report)];
};

#endif
