/*
 * Scheduling: mechanism above, policy below a small interface. The unit is the vCPU
 * (sched_entity); vCPUs of a VM share that VM's claim (sched_group: weight, cap). A policy only
 * orders entities: it never touches a vCPU, a CSR or a clock. All times are ticks of `time`.
 *
 * One queue serves all harts of the machine, so that weights and caps hold for the whole of it.
 */
#ifndef HV_SCHED_SCHED_H
#define HV_SCHED_SCHED_H

#include "lib/list.h"
#include "lib/registry.h"
#include <stdbool.h>
#include <stdint.h>

#define SCHED_NEVER         UINT64_MAX
#define SCHED_VIRTUAL_SHIFT 16 /* virtual time has this many binary places */

enum sched_standing {
    SCHED_COMPETES, /* it can run, and counts for the mean */
    SCHED_AWAY,     /* it has competed, and does not: it cannot run, or is at its cap */
    SCHED_NEW,      /* it has never competed, and has no virtual time yet */
};

struct sched_group {
    uint32_t weight;   /* that counts: its claim, or less (sched/fair_fit.c) */
    uint32_t claim;    /* its weight as the operator has it: 1 … 10000 */
    uint32_t cap;      /* percent of one hart, 0: none */
    unsigned runnable; /* weighted fair, several harts: entities, those that harts have taken among
                          them */
    struct list entities; /* those that no hart has taken, in the order of their turn */
    struct list link;     /* while it has one: in queue->queue, or in queue->resting */
    struct list member;   /* weighted fair, several harts: in queue->members, while it competes */
    enum sched_standing standing; /* weighted fair */
    uint64_t virtual_time; /* weighted fair: time received / weight, SCHED_VIRTUAL_SHIFT places */
    uint64_t clock_left;   /* weighted fair: the queue's clock when it last ceased to compete */
    uint64_t period_start; /* cap: start of the current accounting period */
    uint64_t period_used;  /* cap: time received in it */
    uint64_t owed;         /* round robin: time received outside turns, not yet counted in one */
};

enum sched_place {
    SCHED_OUT,    /* it is not runnable */
    SCHED_WAITS,  /* it may be picked; where one hart chooses, also while it runs */
    SCHED_TAKEN,  /* one of several harts runs it: no other may pick it */
    SCHED_YIELDS, /* likewise, and when it is put back it goes behind those of equal claim */
};

struct sched_entity {
    struct sched_group *group;
    struct list link;   /* in group->entities or the policy's own queue while runnable */
    uint8_t queued;     /* enum sched_place; not 0: it is runnable */
    uint64_t turn_used; /* of its turn, in one or more pieces */
};

struct run_queue {
    const struct sched_policy *policy;
    struct list queue;      /* round robin: entities; weighted fair: groups that compete */
    struct list resting;    /* weighted fair: groups at their cap */
    struct list members;    /* weighted fair, several harts: groups that compete, waiting or not */
    uint64_t virtual_clock; /* weighted fair: mean of the groups that compete, by weight, … */
    int64_t surplus; /* … when it was last set; their distances from it, times weight, now */
    int64_t weights; /* weighted fair: of the groups that compete, together */
    int64_t claims;  /* weighted fair, several harts: of the same groups, before they are fitted */
    bool is_fitted;  /* … some of them had a claim that the machine cannot meet */
    uint32_t heaviest;   /* … none of them has ever claimed more */
    uint64_t slice;      /* longest turn, in ticks */
    uint64_t cap_period; /* over which a cap is accounted, in ticks */
    unsigned harts;      /* that choose from the queue */
};

extern struct run_queue run_queue; /* the machine's */

/* The entity that runs stays queued while it runs. Where several harts choose, each takes what it
 * has picked, and puts it back before it picks again: nobody else picks it meanwhile. */
struct sched_policy {
    const char *name;
    /* An entity became runnable at `now`. woken: it had been blocked. */
    void (*enqueue)(struct run_queue *queue, struct sched_entity *entity, uint64_t now, bool woken);
    /* It no longer is: blocked, stopped, paused or its VM has ended. */
    void (*dequeue)(struct run_queue *queue, struct sched_entity *entity);
    /* It ran from `now - ran` until `now` (in one or more pieces), and may have left the queue
     * since. */
    void (*account)(struct run_queue *queue, struct sched_entity *entity, uint64_t ran,
                    uint64_t now);
    /* Outside its entities' turns, this was spent for the group: to make its VM, or take it apart.
     */
    void (*charge)(struct run_queue *queue, struct sched_group *group, uint64_t ran, uint64_t now);
    /* It gives up the rest of its turn: others of equal claim go first. */
    void (*rotate)(struct run_queue *queue, struct sched_entity *entity);
    /* Who runs next; NULL: nobody may (none runnable, or all at their cap). *until: when to
     * choose anew at the latest; with NULL, when a cap lifts, or SCHED_NEVER. A turn is a slice
     * long, however often others come between. */
    struct sched_entity *(*pick)(struct run_queue *queue, uint64_t now, uint64_t *until);
    /* Several harts: one of them runs it from now on, … */
    void (*take)(struct run_queue *queue, struct sched_entity *entity);
    /* … and no longer; it is still runnable, and has been accounted. */
    void (*put)(struct run_queue *queue, struct sched_entity *entity);
    /* Should a just enqueued entity run before the running one's slice ends? */
    bool (*preempts)(struct run_queue *queue, const struct sched_entity *woken,
                     const struct sched_entity *running);
};

/* A policy has another form for several harts, under its name and this, which no option can hold.
 */
#define SCHED_SEVERAL " harts"

/* SCHED_POLICY = { .name = "rr", … }; the bootargs choose by name. */
REGISTRY(hv_sched_policy, struct sched_policy);
#define SCHED_POLICY REGISTER(hv_sched_policy, struct sched_policy)

/* Is the entity's turn over? Then it goes behind those of equal claim, and sched_turn_end. */
static inline bool sched_turn_over(const struct run_queue *queue, const struct sched_entity *entity)
{
    return entity->turn_used >= queue->slice;
}

/* Its next turn is shorter by what it had beyond the end of this one. */
static inline void sched_turn_end(const struct run_queue *queue, struct sched_entity *entity)
{
    entity->turn_used = sched_turn_over(queue, entity) ? entity->turn_used - queue->slice : 0;
}

const struct sched_policy *sched_policy_find(const char *name); /* NULL: no such policy */
void run_queue_init(struct run_queue *queue, const struct sched_policy *policy, uint64_t slice,
                    uint64_t cap_period);
void sched_group_init(struct sched_group *group, uint32_t weight, uint32_t cap);
void sched_entity_init(struct sched_entity *entity, struct sched_group *group);

#endif
