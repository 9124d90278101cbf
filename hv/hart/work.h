/*
 * Deferred work of a hart: what an exit, a timer or a command starts but must not do itself, since
 * a vCPU is in use there. The run loop does it before the next entry, and a sleeping hart before it
 * sleeps again.
 */
#ifndef HV_HART_WORK_H
#define HV_HART_WORK_H

#include "lib/list.h"

struct hart;

struct work {
    struct list link; /* on hart->work while it is waiting */
    void (*run)(struct work *work);
};

void work_init(struct work *work, void (*run)(struct work *work));
/* Has it run on this hart, once, however often it is deferred before it does. */
void work_defer(struct work *work);
/* Runs what is waiting, in the order in which it was deferred. */
void work_run(struct hart *hart);

#endif
