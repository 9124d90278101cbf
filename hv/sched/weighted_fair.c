/*
 * Weighted fair: busy VMs (groups) receive time in proportion to their weights, none beyond its
 * cap. The algorithm is earliest eligible virtual deadline first (Stoica and Abdel-Wahab, 1995),
 * as in Linux since 6.6, on groups; inside a group vCPUs take turns.
 *
 *   virtual time   what a group has received, divided by its weight. Fair is when it is the same
 *                  for all; the mean over all groups, by weight, is where each of them ought to be.
 *   eligible       a group that is not ahead of the mean: it has not had more than its share.
 *   deadline       where its virtual time will be after one more slice: heavy ones advance slowly,
 *                  so theirs come first, and then often.
 *
 * So nobody is ever further from its share than a slice, whatever the number of groups.
 */
#include "sched/sched.h"

#define VIRTUAL_SHIFT 16 /* virtual time has this many binary places */

static uint64_t virtual_ticks(const struct sched_group *group, uint64_t ticks)
{
    return (ticks << VIRTUAL_SHIFT) / group->weight;
}

/* Signed distance between two virtual times, right also when the count has wrapped around. */
static int64_t ahead(uint64_t a, uint64_t b)
{
    return (int64_t)(a - b);
}

static struct sched_group *group_of(const struct list *link)
{
    return container_of((struct list *)link, struct sched_group, link);
}

/* Ticks that a group with a cap may receive in a period. */
static uint64_t budget(const struct run_queue *queue, const struct sched_group *group)
{
    return queue->cap_period * group->cap / 100;
}

/* Ticks that a group has left in the period that was current when it was last looked at. */
static uint64_t left(const struct run_queue *queue, const struct sched_group *group)
{
    if (group->cap == 0)
        return SCHED_NEVER;
    uint64_t all = budget(queue, group);
    return all > group->period_used ? all - group->period_used : 0;
}

/* Begins a new period for the group if its own is over. What it received beyond its budget is
 * charged to the periods that followed. */
static void renew(const struct run_queue *queue, struct sched_group *group, uint64_t now)
{
    uint64_t elapsed = now - group->period_start;

    if (group->cap == 0 || elapsed < queue->cap_period)
        return;
    uint64_t periods = elapsed / queue->cap_period;
    uint64_t allowed = budget(queue, group) * periods;
    group->period_start += periods * queue->cap_period;
    group->period_used -= group->period_used < allowed ? group->period_used : allowed;
}

/*
 * Where every group ought to be: the mean of the virtual times of those that can run, by weight.
 * Times are taken relative to the clock, where they are small enough for the products.
 */
static uint64_t mean(const struct run_queue *queue)
{
    int64_t sum = 0, weights = 0;

    for (const struct list *at = queue->queue.next; at != &queue->queue; at = at->next) {
        const struct sched_group *group = group_of(at);
        if (left(queue, group) == 0)
            continue;
        sum += ahead(group->virtual_time, queue->virtual_clock) * group->weight;
        weights += group->weight;
    }
    return weights == 0 ? queue->virtual_clock : queue->virtual_clock + (uint64_t)(sum / weights);
}

/* A group that could not run has not saved up for it: it is at most a slice behind the others. */
static void catch_up(const struct run_queue *queue, struct sched_group *group)
{
    uint64_t earliest = queue->virtual_clock - virtual_ticks(group, queue->slice);

    if (ahead(group->virtual_time, earliest) < 0)
        group->virtual_time = earliest;
}

/* Has the group had no more than its share, as queue->virtual_clock, a fresh mean, tells? */
static bool eligible(const struct run_queue *queue, const struct sched_group *group)
{
    return ahead(group->virtual_time, queue->virtual_clock) <= 0;
}

/* Is a's deadline before b's? */
static bool due_before(const struct run_queue *queue, const struct sched_group *a,
                       const struct sched_group *b)
{
    uint64_t deadline_a = a->virtual_time + virtual_ticks(a, queue->slice);
    uint64_t deadline_b = b->virtual_time + virtual_ticks(b, queue->slice);

    return ahead(deadline_a, deadline_b) < 0;
}

/* The group joins with its first runnable vCPU, at the end; a vCPU queues behind its siblings. */
static void enqueue(struct run_queue *queue, struct sched_entity *entity, uint64_t now, bool woken)
{
    struct sched_group *group = entity->group;

    (void)woken; /* whoever has waited for whatever reason is placed by the same rule */
    if (list_empty(&group->entities)) {
        if (!list_empty(&queue->queue))
            queue->virtual_clock = mean(queue);
        catch_up(queue, group);
        renew(queue, group, now);
        list_insert_before(&queue->queue, &group->link);
    }
    list_insert_before(&group->entities, &entity->link);
    entity->queued = true;
    queue->runnable++;
}

/* The group leaves with its last runnable vCPU, and takes along how far ahead or behind it is. */
static void dequeue(struct run_queue *queue, struct sched_entity *entity)
{
    list_remove(&entity->link);
    entity->queued = false;
    queue->runnable--;
    if (!list_empty(&entity->group->entities))
        return;
    queue->virtual_clock = mean(queue);
    list_remove(&entity->group->link);
}

/* Charges a group with a cap. A turn may begin in one period and end in the next: each is
 * charged with its own part. */
static void charge(const struct run_queue *queue, struct sched_group *group, uint64_t ran,
                   uint64_t now)
{
    uint64_t in_last_period = (now - group->period_start) % queue->cap_period;
    uint64_t before = ran > in_last_period ? ran - in_last_period : 0;

    group->period_used += before;
    renew(queue, group, now);
    group->period_used += ran - before;
}

/* The entity may have left the queue since it ran. */
static void account(struct run_queue *queue, struct sched_entity *entity, uint64_t ran,
                    uint64_t now)
{
    struct sched_group *group = entity->group;

    group->virtual_time += virtual_ticks(group, ran);
    if (group->cap != 0)
        charge(queue, group, ran, now);
    if (list_empty(&queue->queue)) /* nobody is left of whom a mean could be taken */
        queue->virtual_clock = group->virtual_time;
}

/* The vCPU goes behind its siblings, its group behind those of the same virtual time. */
static void rotate(struct run_queue *queue, struct sched_entity *entity)
{
    struct sched_group *group = entity->group;

    list_remove(&entity->link);
    list_insert_before(&group->entities, &entity->link);
    list_remove(&group->link);
    list_insert_before(&queue->queue, &group->link);
}

/* The eligible group with the earliest deadline; NULL, and when the first cap lifts in *lift, if
 * there is none. Groups at their cap do not gather a claim meanwhile. */
static struct sched_group *choose(struct run_queue *queue, uint64_t *lift)
{
    struct sched_group *best = NULL;

    *lift = SCHED_NEVER;
    for (struct list *at = queue->queue.next; at != &queue->queue; at = at->next) {
        struct sched_group *group = group_of(at);
        if (left(queue, group) == 0) {
            uint64_t period_end = group->period_start + queue->cap_period;
            *lift = period_end < *lift ? period_end : *lift;
            catch_up(queue, group);
        } else if (eligible(queue, group) && (!best || due_before(queue, group, best))) {
            best = group;
        }
    }
    return best;
}

static struct sched_entity *first_of(const struct sched_group *group)
{
    return container_of(group->entities.next, struct sched_entity, link);
}

/* The only group that can run, if there is but one and no cap could keep it from running. */
static struct sched_group *only_group(const struct run_queue *queue)
{
    struct sched_group *group = group_of(queue->queue.next);

    return queue->queue.next == queue->queue.prev && group->cap == 0 ? group : NULL;
}

static struct sched_entity *pick(struct run_queue *queue, uint64_t now, uint64_t *until)
{
    struct sched_group *alone = list_empty(&queue->queue) ? NULL : only_group(queue);

    *until = now + queue->slice;
    if (alone) {
        queue->virtual_clock = alone->virtual_time;
        return first_of(alone);
    }
    for (struct list *at = queue->queue.next; at != &queue->queue; at = at->next)
        renew(queue, group_of(at), now);
    queue->virtual_clock = mean(queue);
    struct sched_group *group = choose(queue, until);
    if (group == NULL)
        return NULL;
    uint64_t turn = left(queue, group);
    *until = now + (turn < queue->slice ? turn : queue->slice);
    return first_of(group);
}

/* Yes, if pick would now prefer the woken one's group, as far as it knows: the running one's
 * turn should have been accounted. */
static bool preempts(struct run_queue *queue, const struct sched_entity *woken,
                     const struct sched_entity *running)
{
    const struct sched_group *candidate = woken->group, *current = running->group;

    if (candidate == current || left(queue, candidate) == 0)
        return false;
    queue->virtual_clock = mean(queue);
    return eligible(queue, candidate) &&
           (!eligible(queue, current) || due_before(queue, candidate, current));
}

SCHED_POLICY = {
    .name = "fair",
    .enqueue = enqueue,
    .dequeue = dequeue,
    .account = account,
    .rotate = rotate,
    .pick = pick,
    .preempts = preempts,
};
