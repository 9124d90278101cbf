/* See harts_simulator.h. */
#include "hv/harts_simulator.h"

#include "sched/fair.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

void harts_begin(struct harts *sim, const char *policy, unsigned harts)
{
    char name[32];

    memset(sim, 0, sizeof *sim);
    sim->now = 123456789;
    sim->harts = harts;
    snprintf(name, sizeof name, "%s" SCHED_SEVERAL, policy);
    run_queue_init(&sim->queue, sched_policy_find(name), SLICE, CAP_PERIOD);
    sim->queue.harts = harts;
    for (unsigned i = 0; i < harts; i++)
        sim->hart[i].booked = sim->now;
}

unsigned harts_vm(struct harts *sim, uint32_t weight, uint32_t cap)
{
    sched_group_init(&sim->vm[sim->vms], weight, cap);
    return sim->vms++;
}

static void book(struct harts *sim, struct harts_hart *hart)
{
    if (hart->current)
        sim->queue.policy->account(&sim->queue, &hart->current->entity, sim->now - hart->booked,
                                   sim->now);
    hart->booked = sim->now;
}

static void choose(struct harts *sim, struct harts_hart *hart)
{
    struct harts_vcpu *before = hart->current;
    const struct sched_policy *policy = sim->queue.policy;

    book(sim, hart);
    if (before) {
        before->runs_on--;
        before->waiting_since = sim->now;
        policy->put(&sim->queue, &before->entity);
    }
    struct sched_entity *entity = policy->pick(&sim->queue, sim->now, &hart->until);
    hart->current = entity ? container_of(entity, struct harts_vcpu, entity) : NULL;
    assert(hart->until > sim->now);
    if (!entity)
        return;
    policy->take(&sim->queue, entity);
    struct harts_vcpu *next = hart->current;
    sim->broken |= next->runs_on++ > 0 || next->wakes != SCHED_NEVER;
    uint64_t waited = sim->now - next->waiting_since;
    next->longest_wait = waited > next->longest_wait ? waited : next->longest_wait;
}

/* An idle hart takes it; else one whose turn it may cut short, if there is any. */
static void find_hart(struct harts *sim, struct harts_vcpu *vcpu)
{
    for (unsigned i = 0; i < sim->harts; i++)
        if (!sim->hart[i].current) {
            sim->hart[i].until = sim->now;
            return;
        }
    for (unsigned i = 0; i < sim->harts; i++) {
        book(sim, &sim->hart[i]);
        if (sim->queue.policy->preempts(&sim->queue, &vcpu->entity,
                                        &sim->hart[i].current->entity)) {
            sim->hart[i].until = sim->now;
            return;
        }
    }
}

static void wake(struct harts *sim, struct harts_vcpu *vcpu, bool woken)
{
    vcpu->left = vcpu->burst;
    vcpu->wakes = SCHED_NEVER;
    vcpu->waiting_since = sim->now;
    sim->queue.policy->enqueue(&sim->queue, &vcpu->entity, sim->now, woken);
    find_hart(sim, vcpu);
}

struct harts_vcpu *harts_vcpu(struct harts *sim, unsigned vm, uint64_t burst, uint64_t pause)
{
    struct harts_vcpu *vcpu = &sim->vcpu[sim->vcpus++];

    vcpu->vm = vm;
    vcpu->burst = burst;
    vcpu->pause = pause;
    sched_entity_init(&vcpu->entity, &sim->vm[vm]);
    wake(sim, vcpu, false);
    return vcpu;
}

unsigned harts_busy_vm(struct harts *sim, uint32_t weight, uint32_t cap, unsigned vcpus)
{
    unsigned vm = harts_vm(sim, weight, cap);

    while (vcpus-- > 0)
        harts_vcpu(sim, vm, ALWAYS_BUSY, 0);
    return vm;
}

static uint64_t next_event(const struct harts *sim, uint64_t end)
{
    for (unsigned i = 0; i < sim->vcpus; i++)
        end = smaller(end, sim->vcpu[i].wakes);
    for (unsigned i = 0; i < sim->harts; i++) {
        const struct harts_hart *hart = &sim->hart[i];
        end = smaller(end, hart->until);
        if (hart->current && hart->current->left != ALWAYS_BUSY)
            end = smaller(end, sim->now + hart->current->left);
    }
    return end;
}

/* The hart's vCPU has run, and goes to sleep if it has no more to do. */
static void run(struct harts *sim, struct harts_hart *hart, uint64_t ran)
{
    struct harts_vcpu *vcpu = hart->current;

    if (!vcpu) {
        sim->idle += ran;
        return;
    }
    vcpu->received += ran;
    if (vcpu->left == ALWAYS_BUSY)
        return;
    vcpu->left -= ran;
    if (vcpu->left > 0)
        return;
    sim->queue.policy->dequeue(&sim->queue, &vcpu->entity);
    book(sim, hart);
    vcpu->wakes = sim->now + vcpu->pause;
    vcpu->runs_on--;
    hart->current = NULL;
    hart->until = sim->now;
}

void harts_run(struct harts *sim, uint64_t ticks)
{
    uint64_t end = sim->now + ticks;

    while (sim->now < end) {
        for (unsigned i = 0; i < sim->harts; i++)
            if (sim->hart[i].until <= sim->now)
                choose(sim, &sim->hart[i]);
        uint64_t stop = next_event(sim, end), ran = stop - sim->now;
        sim->now = stop;
        for (unsigned i = 0; i < sim->harts; i++)
            run(sim, &sim->hart[i], ran);
        for (unsigned i = 0; i < sim->vcpus; i++)
            if (sim->vcpu[i].wakes <= sim->now)
                wake(sim, &sim->vcpu[i], true);
    }
}

void harts_yield(struct harts *sim, struct harts_vcpu *vcpu)
{
    for (unsigned i = 0; i < sim->harts; i++) {
        if (sim->hart[i].current != vcpu)
            continue;
        sim->queue.policy->rotate(&sim->queue, &vcpu->entity);
        sim->hart[i].until = sim->now;
    }
}

uint64_t harts_received(const struct harts *sim, unsigned vm)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < sim->vcpus; i++)
        if (sim->vcpu[i].vm == vm)
            sum += sim->vcpu[i].received;
    return sum;
}

void harts_restart_counting(struct harts *sim)
{
    for (unsigned i = 0; i < sim->vcpus; i++)
        sim->vcpu[i].received = sim->vcpu[i].longest_wait = 0;
    sim->idle = 0;
}

bool harts_is_consistent(const struct harts *sim)
{
    int64_t weights = 0, claims = 0, surplus = 0;

    for (unsigned vm = 0; vm < sim->vms; vm++) {
        const struct sched_group *group = &sim->vm[vm];
        unsigned runnable = 0, waiting = 0;
        for (unsigned i = 0; i < sim->vcpus; i++) {
            runnable += sim->vcpu[i].vm == vm && sim->vcpu[i].entity.queued;
            waiting += sim->vcpu[i].vm == vm && sim->vcpu[i].entity.queued &&
                       sim->vcpu[i].entity.queued == SCHED_WAITS;
        }
        if (group->runnable != runnable || list_empty(&group->entities) != (waiting == 0))
            return false;
        if (!competes(group))
            continue;
        if (runnable == 0 || list_empty(&group->link) != (waiting == 0))
            return false;
        weights += group->weight;
        claims += group->claim;
        surplus += (int64_t)(group->virtual_time - sim->queue.virtual_clock) * group->weight;
    }
    return weights == sim->queue.weights && claims == sim->queue.claims &&
           surplus == sim->queue.surplus && !sim->broken;
}
