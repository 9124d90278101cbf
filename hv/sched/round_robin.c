/*
 * Round robin: every runnable vCPU has its turn of one slice, in the order in which they became
 * runnable. Weights and caps play no part; a VM with more vCPUs gets more.
 */
#include "sched/sched.h"

/* A new one goes to the end: it waits for one turn of each of the others. */
static void enqueue(struct run_queue *queue, struct sched_entity *entity, uint64_t now, bool woken)
{
    (void)now, (void)woken;
    list_insert_before(&queue->queue, &entity->link);
    entity->queued = true;
    queue->runnable++;
}

static void dequeue(struct run_queue *queue, struct sched_entity *entity)
{
    list_remove(&entity->link);
    entity->queued = false;
    queue->runnable--;
}

/* Nothing to keep: the order of the queue is all there is to know. */
static void account(struct run_queue *queue, struct sched_entity *entity, uint64_t ran,
                    uint64_t now)
{
    (void)queue, (void)entity, (void)ran, (void)now;
}

static void rotate(struct run_queue *queue, struct sched_entity *entity)
{
    list_remove(&entity->link);
    list_insert_before(&queue->queue, &entity->link);
}

/* The first in the queue, for a slice. */
static struct sched_entity *pick(struct run_queue *queue, uint64_t now, uint64_t *until)
{
    *until = SCHED_NEVER;
    if (list_empty(&queue->queue))
        return NULL;
    *until = now + queue->slice;
    return container_of(queue->queue.next, struct sched_entity, link);
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
    .rotate = rotate,
    .pick = pick,
    .preempts = preempts,
};
