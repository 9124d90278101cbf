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
 * How far a group that comes to compete is ahead of the clock: as far as when it left, less what
 * the clock has gone on since. One that has gone on very far has passed everybody. One that seems
 * to have gone back has done so a little, since others have left who were ahead, or so far forward
 * that its count is around: the group is where it was then, as if it had not slept.
 */
static int64_t lead(const struct run_queue *queue, const struct sched_group *group)
{
    int64_t then = ahead(group->virtual_time, group->clock_left);
    uint64_t passed = queue->virtual_clock - group->clock_left;

    if (passed >= 2 * FAR_OFF)
        return then;
    return passed >= FAR_OFF ? INT64_MIN : then - (int64_t)passed;
}

/* A new group has neither a claim nor a debt; nobody has saved up more than a slice. */
static void place(const struct run_queue *queue, struct sched_group *group)
{
    int64_t least = -(int64_t)virtual_ticks(group, queue->slice), now = lead(queue, group);

    /* What was charged before its first life has not been weighed yet. */
    if (group->standing == SCHED_NEW)
        now = (int64_t)group->virtual_time;
    group->virtual_time = queue->virtual_clock + (uint64_t)(now > least ? now : least);
}

void fair_compete(struct run_queue *queue, struct sched_group *group)
{
    fair_set_clock(queue);
    place(queue, group);
    queue->surplus += ahead(group->virtual_time, queue->virtual_clock) * group->weight;
    queue->weights += group->weight;
    group->standing = SCHED_COMPETES;
    list_insert_before(&queue->queue, &group->link);
}

void fair_withdraw(struct run_queue *queue, struct sched_group *group)
{
    queue->surplus -= ahead(group->virtual_time, queue->virtual_clock) * group->weight;
    queue->weights -= group->weight;
    group->standing = SCHED_AWAY;
    list_remove(&group->link);
    if (queue->weights == 0) /* the clock is that of the last one, and stays there */
        queue->virtual_clock = group->virtual_time;
    else
        fair_set_clock(queue);
    group->clock_left = queue->virtual_clock;
}
