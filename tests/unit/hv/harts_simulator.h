/*
 * Several harts in small, which choose from one queue: each takes what it picks and puts it back
 * before it picks again, and accounts at its own turns alone, as hv/sched/schedule.c has it.
 */
#ifndef TESTS_UNIT_HV_HARTS_SIMULATOR_H
#define TESTS_UNIT_HV_HARTS_SIMULATOR_H

#include "hv/simulator.h"

#define HARTS_VMS   64
#define HARTS_VCPUS 256
#define HARTS_MOST  16

struct harts_vcpu {
    struct sched_entity entity;
    unsigned vm;
    uint64_t burst, pause; /* as in struct sim_vcpu */
    uint64_t left, wakes;
    uint64_t received, waiting_since, longest_wait;
    unsigned runs_on; /* how many harts run it: 0 or 1 */
};

struct harts {
    struct run_queue queue;
    struct sched_group vm[HARTS_VMS];
    struct harts_vcpu vcpu[HARTS_VCPUS];
    unsigned vms, vcpus, harts;
    uint64_t now, idle;
    struct harts_hart {
        struct harts_vcpu *current;
        uint64_t until, booked;
    } hart[HARTS_MOST];
    bool broken; /* two harts had the same vCPU, or one that is not runnable */
};

void harts_begin(struct harts *sim, const char *policy, unsigned harts);
unsigned harts_vm(struct harts *sim, uint32_t weight, uint32_t cap);
struct harts_vcpu *harts_vcpu(struct harts *sim, unsigned vm, uint64_t burst, uint64_t pause);
/* A VM of so many vCPUs that are always busy. */
unsigned harts_busy_vm(struct harts *sim, uint32_t weight, uint32_t cap, unsigned vcpus);
void harts_run(struct harts *sim, uint64_t ticks);
uint64_t harts_received(const struct harts *sim, unsigned vm);
void harts_restart_counting(struct harts *sim);
/* What the vCPU's hart calls as pv_yield: the rest of the turn is given up. */
void harts_yield(struct harts *sim, struct harts_vcpu *vcpu);
/* Is what the queue says of itself so? */
bool harts_is_consistent(const struct harts *sim);

#endif
