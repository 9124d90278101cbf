/*
 * The policy `fair` where several harts choose from one queue: weighted_fair.c tells what is fair,
 * this file what is different.
 *
 * A hart takes the entity that it runs out of its group's list, so that no other picks it. A group
 * whose entities are all taken is in no list, but competes all the same: what it receives counts.
 * Weights are fitted to what a machine of several harts can give: sched/fair_fit.c.
 */
#include "sched/fair_fit.h"

static struct sched_group *of_link(const struct list *link)
{
    return container_of((struct list *)link, struct sched_group, link);
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* ---- who competes, and who is listed ---- */

/* The queue lists the groups that compete and have somebody to be picked. */
static void list_group(struct run_queue *queue, struct sched_group *group)
{
    if (!competes(group))
        return;
    if (list_empty(&group->entities))
        list_remove(&group->link);
    else if (list_empty(&group->link))
        list_insert_before(&queue->queue, &group->link);
}

/* The group may have come to compete, or ceased to: the members are those that do. */
static void settle(struct run_queue *queue, struct sched_group *group)
{
    bool was = !list_empty(&group->member);

    list_group(queue, group);
    if (was == competes(group))
        return;
    if (was) {
        list_remove(&group->member);
        queue->claims -= group->claim;
        group->weight = group->claim;
    } else {
        list_insert_before(&queue->members, &group->member);
        queue->claims += group->claim;
        if (queue->heaviest < group->claim)
            queue->heaviest = group->claim;
    }
    fair_fit(queue);
}

/* A group with a cap competes while it has something left of its budget, else it rests. */
static void join(struct run_queue *queue, struct sched_group *group, uint64_t now)
{
    renew(queue, group, now);
    if (left(queue, group) > 0)
        fair_compete(queue, group);
    else
        list_insert_before(&queue->resting, &group->link);
    settle(queue, group);
}

static void enqueue(struct run_queue *queue, struct sched_entity *entity, uint64_t now, bool woken)
{
    struct sched_group *group = entity->group;

    (void)woken;
    sched_turn_end(queue, entity);
    list_insert_before(&group->entities, &entity->link);
    entity->queued = SCHED_WAITS;
    if (group->runnable++ == 0) {
        join(queue, group, now);
        return;
    }
    list_group(queue, group);
    if (competes(group))
        fair_fit(queue);
}

/* It may be taken: then it is in no list. */
static void dequeue(struct run_queue *queue, struct sched_entity *entity)
{
    struct sched_group *group = entity->group;

    list_remove(&entity->link);
    entity->queued = SCHED_OUT;
    if (--group->runnable > 0) {
        list_group(queue, group);
        if (competes(group))
            fair_fit(queue);
        return;
    }
    if (competes(group))
        fair_withdraw(queue, group);
    else
        list_remove(&group->link);
    settle(queue, group);
}

/* ---- time ---- */

/* A turn may begin in one period and end in the next: each is charged with its own part. */
static void charge_budget(struct run_queue *queue, struct sched_group *group, uint64_t ran,
                          uint64_t now)
{
    uint64_t in_last_period = (now - group->period_start) % queue->cap_period;
    uint64_t before = ran > in_last_period ? ran - in_last_period : 0;

    group->period_used += before;
    renew(queue, group, now);
    group->period_used += ran - before;
    if (!competes(group) || left(queue, group) > 0)
        return;
    fair_withdraw(queue, group);
    list_insert_before(&queue->resting, &group->link);
    settle(queue, group);
}

static void charge(struct run_queue *queue, struct sched_group *group, uint64_t ran, uint64_t now)
{
    uint64_t received = virtual_ticks(group, ran);

    group->virtual_time += received;
    if (competes(group))
        queue->surplus += (int64_t)(received * group->weight);
    if (group->cap != 0)
        charge_budget(queue, group, ran, now);
}

static void account(struct run_queue *queue, struct sched_entity *entity, uint64_t ran,
                    uint64_t now)
{
    entity->turn_used += ran;
    if (queue->weights == 0) /* nobody is left of whom a mean could be taken */
        queue->virtual_clock = entity->group->virtual_time + virtual_ticks(entity->group, ran);
    charge(queue, entity->group, ran, now);
}

/* Nobody saves up more than a slice for each of its entities: what a group could not have, since
 * its entities ran all the time, is not owed to it. */
static void forgive(struct run_queue *queue, struct sched_group *group)
{
    int64_t least = -(int64_t)virtual_ticks(group, queue->slice) * group->runnable;
    int64_t now = ahead(group->virtual_time, queue->virtual_clock);

    if (now >= least)
        return;
    queue->surplus += (least - now) * group->weight;
    group->virtual_time += (uint64_t)(least - now);
}

/* ---- the choice ---- */

static void take(struct run_queue *queue, struct sched_entity *entity)
{
    list_remove(&entity->link);
    entity->queued = SCHED_TAKEN;
    list_group(queue, entity->group);
}

/* To the front of its siblings, for the rest of its turn; behind them, if that is over. */
static void put(struct run_queue *queue, struct sched_entity *entity)
{
    struct sched_group *group = entity->group;
    bool is_over = entity->queued == SCHED_YIELDS || sched_turn_over(queue, entity);

    entity->queued = SCHED_WAITS;
    if (is_over)
        sched_turn_end(queue, entity);
    list_insert_before(is_over ? &group->entities : group->entities.next, &entity->link);
    list_group(queue, group);
    if (!competes(group))
        return;
    fair_set_clock(queue);
    forgive(queue, group);
    if (is_over)
        list_move_before(&queue->queue, &group->link);
}

static void rotate(struct run_queue *queue, struct sched_entity *entity)
{
    (void)queue;
    if (entity->queued == SCHED_TAKEN)
        entity->queued = SCHED_YIELDS;
}

/* Groups that rest compete again when their period is over. Returns when the next one's is. */
static uint64_t lift_caps(struct run_queue *queue, uint64_t now)
{
    uint64_t lift = SCHED_NEVER;
    struct list *next;

    for (struct list *at = queue->resting.next; at != &queue->resting; at = next) {
        struct sched_group *group = of_link(at);
        next = at->next;
        renew(queue, group, now);
        if (left(queue, group) == 0) {
            lift = smaller(lift, group->period_start + queue->cap_period);
            continue;
        }
        list_remove(&group->link);
        fair_compete(queue, group);
        settle(queue, group);
    }
    return lift;
}

static bool eligible(const struct run_queue *queue, const struct sched_group *group)
{
    return ahead(group->virtual_time, queue->virtual_clock) <= 0;
}

/* Is a to go before b? Who is eligible goes before who is not; then deadlines count. Those that run
 * elsewhere may be the ones behind the mean: then all that wait are ahead of it, and no hart is to
 * idle for that. */
static bool goes_before(const struct run_queue *queue, const struct sched_group *a,
                        const struct sched_group *b)
{
    if (eligible(queue, a) != eligible(queue, b))
        return eligible(queue, a);
    return ahead(a->virtual_time + virtual_ticks(a, queue->slice),
                 b->virtual_time + virtual_ticks(b, queue->slice)) < 0;
}

/* The group's first whose turn is not over: one may have taken longer than several turns. */
static struct sched_entity *first_of(struct run_queue *queue, struct sched_group *group)
{
    for (;;) {
        struct sched_entity *entity = container_of(group->entities.next, struct sched_entity, link);
        if (!sched_turn_over(queue, entity))
            return entity;
        sched_turn_end(queue, entity);
        list_move_before(&group->entities, &entity->link);
    }
}

static struct sched_entity *pick(struct run_queue *queue, uint64_t now, uint64_t *until)
{
    struct sched_group *best = NULL;

    *until = lift_caps(queue, now);
    fair_set_clock(queue);
    for (struct list *at = queue->queue.next; at != &queue->queue; at = at->next)
        if (!best || goes_before(queue, of_link(at), best))
            best = of_link(at);
    if (!best)
        return NULL;
    struct sched_entity *entity = first_of(queue, best);
    renew(queue, best, now);
    *until = smaller(*until, now + smaller(queue->slice - entity->turn_used, left(queue, best)));
    return entity;
}

static bool preempts(struct run_queue *queue, const struct sched_entity *woken,
                     const struct sched_entity *running)
{
    if (woken->group == running->group || !competes(woken->group))
        return false;
    fair_set_clock(queue);
    return eligible(queue, woken->group) && goes_before(queue, woken->group, running->group);
}

SCHED_POLICY = {
    .name = "fair" SCHED_SEVERAL,
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
