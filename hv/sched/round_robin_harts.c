/* The policy `rr` where several harts choose from one queue: round_robin.c, but that a hart takes
 * the entity that it runs out of the queue. */
#include "sched/sched.h"

static void enqueue(struct run_queue *queue, struct sched_entity *entity, uint64_t now, bool woken)
{
    struct sched_group *group = entity->group;

    (void)now, (void)woken;
    sched_turn_end(queue, entity);
    entity->turn_used += group->owed;
    group->owed = 0;
    list_insert_before(&queue->queue, &entity->link);
    entity->queued = SCHED_WAITS;
}

static void dequeue(struct run_queue *queue, struct sched_entity *entity)
{
    (void)queue;
    list_remove(&entity->link);
    entity->queued = SCHED_OUT;
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
    (void)queue;
    if (entity->queued == SCHED_TAKEN)
        entity->queued = SCHED_YIELDS;
}

static void take(struct run_queue *queue, struct sched_entity *entity)
{
    (void)queue;
    list_remove(&entity->link);
    entity->queued = SCHED_TAKEN;
}

/* To the front, for the rest of its turn; to the end, if that is over. */
static void put(struct run_queue *queue, struct sched_entity *entity)
{
    bool is_over = entity->queued == SCHED_YIELDS || sched_turn_over(queue, entity);

    entity->queued = SCHED_WAITS;
    if (is_over)
        sched_turn_end(queue, entity);
    list_insert_before(is_over ? &queue->queue : queue->queue.next, &entity->link);
}

/* The first whose turn is not over: what was spent for its VM meanwhile is part of it. */
static struct sched_entity *pick(struct run_queue *queue, uint64_t now, uint64_t *until)
{
    struct sched_entity *entity;

    *until = SCHED_NEVER;
    if (list_empty(&queue->queue))
        return NULL;
    for (;;) {
        entity = container_of(queue->queue.next, struct sched_entity, link);
        if (!sched_turn_over(queue, entity))
            break;
        sched_turn_end(queue, entity);
        list_move_before(&queue->queue, &entity->link);
    }
    *until = now + queue->slice - entity->turn_used;
    return entity;
}

static bool preempts(struct run_queue *queue, const struct sched_entity *woken,
                     const struct sched_entity *running)
{
    (void)queue, (void)woken, (void)running;
    return false;
}

SCHED_POLICY = {
    .name = "rr" SCHED_SEVERAL,
    .enqueue = enqueue,
    .dequeue = dequeue,
    .account = account,
    .charge = charge,
    .rotate = rotate,
    .pick = pick,
    .take = take,
    .put = put,
    .preempts = preempts,
};
