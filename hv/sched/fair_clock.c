/*
 * Where everybody ought to be: the clock of the policy `fair`, the mean of the virtual times of the
 * groups that compete. It is kept, not computed anew: the surplus of a queue is how far they are
 * ahead of its clock, each times its weight, all together.
 */
#include "sched/fair.h"

#define FAR_OFF (1ull << 62)

/* Where every group ought to be: the mean of the virtual times of those that compete, by weight. */
static uint64_t mean(const struct run_queue *queue)
{
    if (queue->weights == 0)
        return queue->virtual_clock;
    return queue->virtual_clock + (uint64_t)(queue->surplus / queue->weights);
}

/* What the division leaves over stays in the surplus. */
void fair_set_clock(struct run_queue *queue)
{
    uint64_t clock = mean(queue);

    queue->surplus -= ahead(clock, queue->virtual_clock) * queue->weights;
    queue->virtual_clock = clock;
}

/*
 * The virtual time of a group that comes to compete. A new one has neither a claim nor a debt. One
 * that was ahead when it left still is, unless the clock has passed it meanwhile; nobody has saved
 * up more than a slice. A clock that has gone on by more than FAR_OFF has passed everybody,
 * although the distance, which counts around, may say otherwise.
 */
static void place(const struct run_queue *queue, struct sched_group *group)
{
    uint64_t passed = queue->virtual_clock - group->clock_left;
    uint64_t earliest = queue->virtual_clock - virtual_ticks(group, queue->slice);

    if (!group->placed)
        group->virtual_time += queue->virtual_clock; /* and what its making cost */
    else if (passed + FAR_OFF >= 2 * FAR_OFF || ahead(group->virtual_time, earliest) < 0)
        group->virtual_time = earliest;
    group->placed = true;
}

void fair_compete(struct run_queue *queue, struct sched_group *group)
{
    fair_set_clock(queue);
    place(queue, group);
    queue->surplus += ahead(group->virtual_time, queue->virtual_clock) * group->weight;
    queue->weights += group->weight;
    group->competes = true;
    list_insert_before(&queue->queue, &group->link);
}

void fair_withdraw(struct run_queue *queue, struct sched_group *group)
{
    fair_set_clock(queue);
    queue->surplus -= ahead(group->virtual_time, queue->virtual_clock) * group->weight;
    queue->weights -= group->weight;
    group->competes = false;
    group->clock_left = queue->virtual_clock;
    list_remove(&group->link);
}
