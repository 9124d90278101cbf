/*
 * What the files of the policy `fair` share: virtual time, budgets of caps, and the groups that
 * compete. The algorithm is told in sched/weighted_fair.c.
 */
#ifndef HV_SCHED_FAIR_H
#define HV_SCHED_FAIR_H

#include "sched/sched.h"

static inline uint64_t virtual_ticks(const struct sched_group *group, uint64_t ticks)
{
    return (ticks << SCHED_VIRTUAL_SHIFT) / group->weight;
}

/* Signed distance between two virtual times, right also when the count has wrapped around. */
static inline int64_t ahead(uint64_t a, uint64_t b)
{
    return (int64_t)(a - b);
}

/* Ticks that a group with a cap may receive in a period. */
static inline uint64_t budget(const struct run_queue *queue, const struct sched_group *group)
{
    return queue->cap_period * group->cap / 100;
}

/* Ticks that a group has left in the period that was current when it was last looked at. */
static inline uint64_t left(const struct run_queue *queue, const struct sched_group *group)
{
    if (group->cap == 0)
        return SCHED_NEVER;
    uint64_t all = budget(queue, group);
    return all > group->period_used ? all - group->period_used : 0;
}

/* Begins a new period for the group if its own is over. What it received beyond its budget is
 * charged to the periods that followed. */
static inline void renew(const struct run_queue *queue, struct sched_group *group, uint64_t now)
{
    uint64_t elapsed = now - group->period_start;

    if (group->cap == 0 || elapsed < queue->cap_period)
        return;
    uint64_t periods = elapsed / queue->cap_period;
    uint64_t allowed = budget(queue, group) * periods;
    group->period_start += periods * queue->cap_period;
    group->period_used -= group->period_used < allowed ? group->period_used : allowed;
}

static inline bool competes(const struct sched_group *group)
{
    return group->standing == SCHED_COMPETES;
}

/* Sets the queue's clock to the mean of the virtual times of those that compete, by weight. */
void fair_set_clock(struct run_queue *queue);
/* The group, which has a vCPU that can run, competes from now on, behind the others; … */
void fair_compete(struct run_queue *queue, struct sched_group *group);
/* … and no longer. */
void fair_withdraw(struct run_queue *queue, struct sched_group *group);

#endif
