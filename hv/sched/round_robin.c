/*
 * Round robin: every runnable vCPU has its turn of one slice, in the order in which they became
 * runnable. Weights and caps play no part; a VM with more vCPUs gets more. What was spent for a VM
 * outside the turns of its vCPUs is part of the next turn of whichever of them comes first.
 */
#include "sched/sched.h"

/* A new one goes to the end: it waits for one turn of each of the others. */
static void enqueue(struct run_queue *queue, struct sched_entity *entity, uint64_t now, bool woken)
{
    struct sched_group *group = entity->group;

    (void)now, (void)woken;
    sched_turn_end(queue, entity);
    entity->turn_used += group->owed;
    group->owed = 0;
    list_insert_before(&queue->queue, &entity->link);
    entity->queued = true;
}

static void dequeue(struct run_queue *queue, struct sched_entity *entity)
{
    list_remove(&entity->link);
    entity->queued = false;
}

static void account(struct run_queue *queue, struct sched_entity *entity, uint64_t ran,
                    uint64_t now)
{
    (void)queue, (void)now;
    entity->turn_used += ran;
}

static void charge(struct run_queue *queue, struct sched_group *group, uint64_t ran, uint64_t now)
{
    (void)queue, (void)now;
    group->owed += ran;
}

static void rotate(struct run_queue *queue, struct sched_entity *entity)
{
    sched_turn_end(queue, entity);
    list_remove(&entity->link);
    list_insert_before(&queue->queue, &entity->link);
}

static struct sched_entity *first(const struct run_queue *queue)
{
    return container_of(queue->queue.next, struct sched_entity, link);
}

/* The first in the queue whose turn is not over, for what is left of it. */
static struct sched_entity *pick(struct run_queue *queue, uint64_t now, uint64_t *until)
{
    *until = SCHED_NEVER;
    if (list_empty(&queue->queue))
        return NULL;
    while (sched_turn_over(queue, first(queue)))
        rotate(queue, first(queue));
    *until = now + queue->slice - first(queue)->turn_used;
    return first(queue);
}

static bool preempts(struct run_queue *queue, const struct sched_entity *woken,
                     const struct sched_entity *running)
{
    (void)queue, (void)woken, (void)running;
    return false;
}

SCHED_POLICY = {
    .name = "rr",
    .enqueue = enqueue,
    .dequeue = dequeue,
    .account = account,
    .charge = charge,
    .rotate = rotate,
    .pick = pick,
    .preempts = preempts,
};
