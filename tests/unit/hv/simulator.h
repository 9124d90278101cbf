/* A hart in small, which gives turns as hv/sched/schedule.c does, in ticks instead of time. */
#ifndef TESTS_UNIT_HV_SIMULATOR_H
#define TESTS_UNIT_HV_SIMULATOR_H

#include "sched/sched.h"

#define TICKS_PER_MS 10000ull
#define TICKS_PER_S  (1000 * TICKS_PER_MS)
#define SLICE        (10 * TICKS_PER_MS)
#define CAP_PERIOD   (100 * TICKS_PER_MS)
#define MAX_VMS      16
#define VCPUS_PER_VM 4
#define ALWAYS_BUSY  UINT64_MAX

struct sim_vcpu {
    struct sched_entity entity;
    unsigned vm;
    uint64_t burst, pause; /* it runs for burst ticks, then sleeps for pause ticks */
    uint64_t left;         /* of the burst */
    uint64_t wakes;        /* when it next does; SCHED_NEVER: it is runnable */
    uint64_t received;
    uint64_t waiting_since; /* while it is runnable and does not run */
    uint64_t longest_wait;
};

struct sim {
    struct run_queue queue;
    struct sched_group vm[MAX_VMS];
    struct sim_vcpu vcpu[MAX_VMS * VCPUS_PER_VM];
    unsigned vms, vcpus;
    uint64_t now, idle, switches;
    uint64_t piece; /* time is accounted in pieces of at most so many ticks */
    struct sim_vcpu *current;
    uint64_t until;
};

void sim_begin(struct sim *sim, const char *policy);
/* Adds a VM without vCPUs. Returns its number. */
unsigned sim_vm(struct sim *sim, uint32_t weight, uint32_t cap);
/* Adds a vCPU, runnable now: busy for `burst` ticks and asleep for `pause`, in turn. */
struct sim_vcpu *sim_vcpu(struct sim *sim, unsigned vm, uint64_t burst, uint64_t pause);
/* Adds a VM with one vCPU that is always busy. */
unsigned sim_busy_vm(struct sim *sim, uint32_t weight, uint32_t cap);
void sim_run(struct sim *sim, uint64_t ticks);
/* What all vCPUs of a VM have received. */
uint64_t sim_received(const struct sim *sim, unsigned vm);
/* Forgets what was received and waited for; the policy's state stays. */
void sim_restart_counting(struct sim *sim);

#endif
