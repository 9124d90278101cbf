/* What all scheduling policies share: how one is found, and how its structures begin. */
#include "lib/string.h"
#include "sched/sched.h"

struct run_queue run_queue;

/* The registered policy of that name; NULL: there is none. */
const struct sched_policy *sched_policy_find(const char *name)
{
    REGISTRY_EACH (hv_sched_policy, struct sched_policy, policy) {
        if (strcmp(policy->name, name) == 0)
            return policy;
    }
    return NULL;
}

/* An empty queue. slice and cap_period are in ticks and above 0. */
void run_queue_init(struct run_queue *queue, const struct sched_policy *policy, uint64_t slice,
                    uint64_t cap_period)
{
    *queue =
        (struct run_queue){.policy = policy, .slice = slice, .cap_period = cap_period, .harts = 1};
    list_init(&queue->queue);
    list_init(&queue->resting);
    list_init(&queue->members);
}

/* A group without entities that has received no time. */
void sched_group_init(struct sched_group *group, uint32_t weight, uint32_t cap)
{
    *group =
        (struct sched_group){.weight = weight, .claim = weight, .cap = cap, .standing = SCHED_NEW};
    list_init(&group->entities);
    list_init(&group->link);
    list_init(&group->member);
}

/* An entity of group that is not runnable. */
void sched_entity_init(struct sched_entity *entity, struct sched_group *group)
{
    *entity = (struct sched_entity){.group = group};
    list_init(&entity->link);
}
