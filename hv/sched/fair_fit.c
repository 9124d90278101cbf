/*
 * Weights that a machine of several harts can give their shares.
 *
 * A VM's vCPUs may be too few for its weight: one of weight 900 beside one of 100 claims nine
 * tenths of four harts, and its one vCPU can have no more than a quarter. It would fall behind for
 * ever, and the others' shares would be measured by what it never takes. So weights are fitted:
 * that of a group whose claim is more than its runnable entities can have is what they can have, a
 * hart each, and the rest is shared by those who are left. (Chandra, Adler, Goyal, Shenoy: Surplus
 * Fair Scheduling, 2000, "weight readjustment".)
 */
#include "sched/fair_fit.h"

static struct sched_group *of_member(const struct list *member)
{
    return container_of((struct list *)member, struct sched_group, member);
}

/* What has been received keeps its place in virtual time; from now on it counts by this weight. */
static void set_weight(struct run_queue *queue, struct sched_group *group, uint32_t weight)
{
    int64_t more = (int64_t)weight - (int64_t)group->weight;

    queue->surplus += ahead(group->virtual_time, queue->virtual_clock) * more;
    queue->weights += more;
    group->weight = weight;
}

/* Is a claim of so much of `claims` more than so many entities can have on so many harts? */
static bool is_too_much(uint64_t claim, uint64_t claims, uint64_t entities, uint64_t harts)
{
    return claim * harts > entities * claims;
}

/* Harts and claims that are left when the groups are served that claim more than they can have. */
struct rest {
    int64_t harts, claims;
};

/* Marks, by weight 0, the groups that claim too much of what is left, until none does. */
static struct rest set_apart(struct run_queue *queue)
{
    struct rest rest = {queue->harts, queue->claims};
    bool again = true;

    while (again && rest.harts > 0) {
        again = false;
        for (struct list *at = queue->members.next; at != &queue->members; at = at->next) {
            struct sched_group *group = of_member(at);
            if (group->weight == 0 || !is_too_much(group->claim, (uint64_t)rest.claims,
                                                   group->runnable, (uint64_t)rest.harts))
                continue;
            set_weight(queue, group, 0);
            rest.harts -= group->runnable;
            rest.claims -= group->claim;
            again = rest.harts > 0;
        }
    }
    return rest;
}

/* Gives those that were set apart a hart for each of their entities, in the measure of the claims
 * that are left, rounded up: what is too much for them, forgive() forgives. Where nothing is left,
 * all run always, and weights say nothing. */
static void fit(struct run_queue *queue)
{
    struct list *at;

    for (at = queue->members.next; at != &queue->members; at = at->next)
        set_weight(queue, of_member(at), of_member(at)->claim);
    struct rest rest = set_apart(queue);
    queue->is_fitted = rest.claims != queue->claims;
    for (at = queue->members.next; at != &queue->members; at = at->next) {
        struct sched_group *group = of_member(at);
        if (group->weight != 0)
            continue;
        uint64_t weight = group->claim;
        if (rest.harts > 0 && rest.claims > 0)
            weight = ((uint64_t)rest.claims * group->runnable + (uint64_t)rest.harts - 1) /
                     (uint64_t)rest.harts;
        set_weight(queue, group, (uint32_t)weight);
    }
}

/* Nothing is to be done as long as the heaviest of all could have its claim with a single entity.
 */
void fair_fit(struct run_queue *queue)
{
    if (queue->is_fitted || is_too_much(queue->heaviest, (uint64_t)queue->claims, 1, queue->harts))
        fit(queue);
}
