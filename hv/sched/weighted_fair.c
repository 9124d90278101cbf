/*
 * Weighted fair: busy VMs (groups) receive time in proportion to their weights, none beyond its
 * cap. The algorithm is earliest eligible virtual deadline first (Stoica and Abdel-Wahab, 1995),
 * as in Linux since 6.6, on groups; inside a group vCPUs take turns.
 *
 * - Virtual time is what a group has received, divided by its weight. Fair is when it is the same
 *   for all: each ought to be where the mean is, over those that compete, by weight. It counts
 *   around: two of them are compared by their distance.
 * - Eligible is a group that is not ahead of the mean: it has not had more than its share.
 * - A group's deadline is where its virtual time will be after one more slice. Heavy ones advance
 *   slowly, so their deadlines come first, and then often.
 *
 * So nobody is ever further from its share than a slice, whatever the number of groups.
 */
#include "sched/fair.h"

/* Apart from its caller, whose path stays short so. */
#define COLD __attribute__((noinline))

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static struct sched_group *group_of(const struct list *link)
{
    return container_of((struct list *)link, struct sched_group, link);
}

/* A group with a cap competes while it has something left of its budget, else it rests. */
static void join(struct run_queue *queue, struct sched_group *group, uint64_t now)
{
    renew(queue, group, now);
    if (left(queue, group) > 0)
        fair_compete(queue, group);
    else
        list_insert_before(&queue->resting, &group->link);
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

/* The group joins with its first runnable vCPU; a vCPU queues behind its siblings. */
static void enqueue(struct run_queue *queue, struct sched_entity *entity, uint64_t now, bool woken)
{
    struct sched_group *group = entity->group;
    bool first = list_empty(&group->entities);

    (void)woken; /* whoever has waited for whatever reason is placed by the same rule */
    sched_turn_end(queue, entity);
    list_insert_before(&group->entities, &entity->link);
    entity->queued = true;
    if (first)
        join(queue, group, now);
}

/* The group leaves with its last runnable vCPU, and takes along how far ahead or behind it is. */
static void dequeue(struct run_queue *queue, struct sched_entity *entity)
{
    struct sched_group *group = entity->group;

    list_remove(&entity->link);
    entity->queued = false;
    if (!list_empty(&group->entities))
        return;
    if (competes(group))
        fair_withdraw(queue, group);
    else
        list_remove(&group->link);
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

/* The group's budget is charged; if that was the rest of it, the group rests. */
static COLD void charge_capped(struct run_queue *queue, struct sched_group *group, uint64_t ran,
                               uint64_t now)
{
    charge(queue, group, ran, now);
    if (competes(group) && left(queue, group) == 0) {
        fair_withdraw(queue, group);
        list_insert_before(&queue->resting, &group->link);
    }
}

static inline void charge_group(struct run_queue *queue, struct sched_group *group, uint64_t ran,
                                uint64_t now)
{
    uint64_t received = virtual_ticks(group, ran);

    group->virtual_time += received;
    if (competes(group))
        queue->surplus += (int64_t)(received * group->weight);
    if (group->cap != 0)
        charge_capped(queue, group, ran, now);
}

static void account(struct run_queue *queue, struct sched_entity *entity, uint64_t ran,
                    uint64_t now)
{
    struct sched_group *group = entity->group;

    entity->turn_used += ran;
    if (queue->weights == 0) /* nobody is left of whom a mean could be taken */
        queue->virtual_clock = group->virtual_time + virtual_ticks(group, ran);
    charge_group(queue, group, ran, now);
}

/* The vCPU goes behind its siblings, its group behind those of the same virtual time. */
static void rotate(struct run_queue *queue, struct sched_entity *entity)
{
    struct sched_group *group = entity->group;

    sched_turn_end(queue, entity);
    if (group->entities.next != group->entities.prev) { /* it has siblings */
        list_remove(&entity->link);
        list_insert_before(&group->entities, &entity->link);
    }
    if (!competes(group))
        return;
    list_move_before(&queue->queue, &group->link);
}

/* Groups that rest compete again when their period is over. Returns when the next one's is. */
static COLD uint64_t lift_caps(struct run_queue *queue, uint64_t now)
{
    uint64_t lift = SCHED_NEVER;
    struct list *next;

    for (struct list *at = queue->resting.next; at != &queue->resting; at = next) {
        struct sched_group *group = group_of(at);
        next = at->next;
        renew(queue, group, now);
        uint64_t period_end = group->period_start + queue->cap_period;
        if (left(queue, group) == 0) {
            lift = smaller(lift, period_end);
            continue;
        }
        list_remove(&group->link);
        fair_compete(queue, group);
    }
    return lift;
}

/* The eligible group with the earliest deadline; NULL: no group competes. */
static struct sched_group *choose(const struct run_queue *queue)
{
    struct sched_group *best = NULL;

    for (const struct list *at = queue->queue.next; at != &queue->queue; at = at->next) {
        struct sched_group *group = group_of(at);
        if (eligible(queue, group) && (!best || due_before(queue, group, best)))
            best = group;
    }
    return best;
}

static struct sched_entity *first_of(const struct sched_group *group)
{
    return container_of(group->entities.next, struct sched_entity, link);
}

static COLD void end_turns(struct run_queue *queue, struct sched_group *group)
{
    while (sched_turn_over(queue, first_of(group)))
        rotate(queue, first_of(group));
}

/* The group's first vCPU whose turn is not over, and in *turn how much of it is left. */
static struct sched_entity *turn_of(struct run_queue *queue, struct sched_group *group,
                                    uint64_t *turn)
{
    if (sched_turn_over(queue, first_of(group)))
        end_turns(queue, group);
    *turn = queue->slice - first_of(group)->turn_used;
    return first_of(group);
}

/* When the choice is to be made anew at the latest, if the group gets that turn. */
static COLD uint64_t limited(const struct run_queue *queue, struct sched_group *group, uint64_t now,
                             uint64_t turn, uint64_t lift)
{
    renew(queue, group, now);
    return smaller(now + smaller(turn, left(queue, group)), lift);
}

/* The clock is set, then the choice made. It is made anew when the turn or the budget is over, or
 * a cap lifts. */
static COLD struct sched_entity *weigh_up(struct run_queue *queue, uint64_t now, uint64_t *until)
{
    uint64_t lift = list_empty(&queue->resting) ? SCHED_NEVER : lift_caps(queue, now);
    struct sched_group *group;
    uint64_t turn;

    fair_set_clock(queue);
    group = choose(queue);
    if (group == NULL) {
        *until = lift;
        return NULL;
    }
    struct sched_entity *entity = turn_of(queue, group, &turn);
    *until = now + turn;
    if (group->cap != 0 || lift != SCHED_NEVER)
        *until = limited(queue, group, now, turn, lift);
    return entity;
}

/* Can nobody run but the first group, and it without limit? */
static bool is_alone(const struct run_queue *queue)
{
    const struct list *first = queue->queue.next;

    return first == queue->queue.prev && first != &queue->queue && group_of(first)->cap == 0 &&
           list_empty(&queue->resting);
}

static struct sched_entity *pick(struct run_queue *queue, uint64_t now, uint64_t *until)
{
    struct sched_group *group = group_of(queue->queue.next);

    if (!is_alone(queue) || sched_turn_over(queue, first_of(group)))
        return weigh_up(queue, now, until);
    queue->virtual_clock = group->virtual_time;
    queue->surplus = 0;
    *until = now + queue->slice - first_of(group)->turn_used;
    return first_of(group);
}

/* Yes, if pick would now prefer the woken one's group, as far as it knows: the running one's
 * turn should have been accounted. */
static bool preempts(struct run_queue *queue, const struct sched_entity *woken,
                     const struct sched_entity *running)
{
    const struct sched_group *candidate = woken->group, *current = running->group;

    if (candidate == current || !competes(candidate))
        return false;
    fair_set_clock(queue);
    return eligible(queue, candidate) &&
           (!eligible(queue, current) || due_before(queue, candidate, current));
}

SCHED_POLICY = {
    .name = "fair",
    .enqueue = enqueue,
    .dequeue = dequeue,
    .account = account,
    .charge = charge_group,
    .rotate = rotate,
    .pick = pick,
    .preempts = preempts,
};
