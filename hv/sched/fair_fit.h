/* Weights that several harts can give their shares, for the policy `fair`. */
#ifndef HV_SCHED_FAIR_FIT_H
#define HV_SCHED_FAIR_FIT_H

#include "sched/fair.h"

/* A group came to compete or ceased to, or has one runnable entity more or less: the weights of
 * those in queue->members are made what can be met, if they are not. */
void fair_fit(struct run_queue *queue);

#endif
