/* See simulator.h. */
#include "hv/simulator.h"

#include <assert.h>
#include <string.h>

void sim_begin(struct sim *sim, const char *policy)
{
    memset(sim, 0, sizeof *sim);
    sim->piece = UINT64_MAX;
    sim->now = 123456789;
    run_queue_init(&sim->queue, sched_policy_find(policy), SLICE, CAP_PERIOD);
}

unsigned sim_vm(struct sim *sim, uint32_t weight, uint32_t cap)
{
    sched_group_init(&sim->vm[sim->vms], weight, cap);
    return sim->vms++;
}

static void wake(struct sim *sim, struct sim_vcpu *vcpu, bool woken)
{
    vcpu->left = vcpu->burst;
    vcpu->wakes = SCHED_NEVER;
    vcpu->waiting_since = sim->now;
    sim->queue.policy->enqueue(&sim->queue, &vcpu->entity, sim->now, woken);
    if (sim->current != NULL &&
        sim->queue.policy->preempts(&sim->queue, &vcpu->entity, &sim->current->entity))
        sim->until = sim->now;
}

struct sim_vcpu *sim_vcpu(struct sim *sim, unsigned vm, uint64_t burst, uint64_t pause)
{
    struct sim_vcpu *vcpu = &sim->vcpu[sim->vcpus++];

    vcpu->vm = vm;
    vcpu->burst = burst;
    vcpu->pause = pause;
    sched_entity_init(&vcpu->entity, &sim->vm[vm]);
    wake(sim, vcpu, false);
    return vcpu;
}

unsigned sim_busy_vm(struct sim *sim, uint32_t weight, uint32_t cap)
{
    unsigned vm = sim_vm(sim, weight, cap);
    sim_vcpu(sim, vm, ALWAYS_BUSY, 0);
    return vm;
}

static void choose(struct sim *sim)
{
    uint64_t until;
    struct sched_entity *entity = sim->queue.policy->pick(&sim->queue, sim->now, &until);
    struct sim_vcpu *next = entity ? container_of(entity, struct sim_vcpu, entity) : NULL;

    if (next != sim->current) {
        if (sim->current != NULL)
            sim->current->waiting_since = sim->now;
        sim->switches++;
    }
    if (next != NULL && next != sim->current) {
        uint64_t waited = sim->now - next->waiting_since;
        next->longest_wait = waited > next->longest_wait ? waited : next->longest_wait;
    }
    sim->current = next;
    sim->until = until;
    assert(until > sim->now); /* else time would stand still */
}

static uint64_t next_wake(const struct sim *sim)
{
    uint64_t first = SCHED_NEVER;

    for (unsigned i = 0; i < sim->vcpus; i++)
        first = sim->vcpu[i].wakes < first ? sim->vcpu[i].wakes : first;
    return first;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The current vCPU runs up to `stop`; it leaves the queue first if it goes to sleep then, as in
 * the hypervisor. */
static void run(struct sim *sim, uint64_t stop)
{
    struct sim_vcpu *vcpu = sim->current;
    uint64_t ran = stop - sim->now;
    bool sleeps = vcpu->left == ran;

    vcpu->left -= vcpu->left == ALWAYS_BUSY ? 0 : ran;
    vcpu->received += ran;
    if (sleeps)
        sim->queue.policy->dequeue(&sim->queue, &vcpu->entity);
    while (sim->now < stop) {
        uint64_t piece = smaller(sim->piece, stop - sim->now);
        sim->now += piece;
        sim->queue.policy->account(&sim->queue, &vcpu->entity, piece, sim->now);
    }
    if (sleeps) {
        vcpu->wakes = stop + vcpu->pause;
        sim->current = NULL;
    }
}

void sim_run(struct sim *sim, uint64_t ticks)
{
    uint64_t end = sim->now + ticks;

    while (sim->now < end) {
        if (sim->current == NULL || sim->now >= sim->until)
            choose(sim);
        uint64_t stop = smaller(smaller(sim->until, next_wake(sim)), end);
        if (sim->current != NULL) {
            uint64_t left = sim->current->left;
            stop = left == ALWAYS_BUSY ? stop : smaller(stop, sim->now + left);
            run(sim, stop);
        } else {
            sim->idle += stop - sim->now;
            sim->now = stop;
        }
        for (unsigned i = 0; i < sim->vcpus; i++)
            if (sim->vcpu[i].wakes <= sim->now)
                wake(sim, &sim->vcpu[i], true);
    }
}

uint64_t sim_received(const struct sim *sim, unsigned vm)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < sim->vcpus; i++)
        if (sim->vcpu[i].vm == vm)
            sum += sim->vcpu[i].received;
    return sum;
}

void sim_restart_counting(struct sim *sim)
{
    for (unsigned i = 0; i < sim->vcpus; i++)
        sim->vcpu[i].received = sim->vcpu[i].longest_wait = 0;
    sim->idle = sim->switches = 0;
}
