/* hv/sched/policy.c and round_robin.c. */
#include "sched/sched.h"

#include "hv/simulator.h"
#include "test.h"

static struct sim sim;

static void policies_are_found_by_name(void)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(sched_policy_find("rr"));
    CU_ASSERT_PTR_NOT_NULL_FATAL(sched_policy_find("fair"));
    CU_ASSERT_STRING_EQUAL(sched_policy_find("rr")->name, "rr");
    CU_ASSERT_STRING_EQUAL(sched_policy_find("fair")->name, "fair");
    CU_ASSERT_PTR_NULL(sched_policy_find("r"));
    CU_ASSERT_PTR_NULL(sched_policy_find(""));
}

static void nobody_runs_when_nobody_can(void)
{
    static const char *const names[] = {"rr", "fair"};

    for (unsigned i = 0; i < 2; i++) {
        uint64_t until = 0;
        sim_begin(&sim, names[i]);
        CU_ASSERT_PTR_NULL(sim.queue.policy->pick(&sim.queue, sim.now, &until));
        CU_ASSERT_EQUAL(until, SCHED_NEVER);
    }
}

static void turns_go_round_in_order(void)
{
    struct sched_entity *order[9];

    sim_begin(&sim, "rr");
    for (unsigned i = 0; i < 3; i++)
        sim_busy_vm(&sim, 1 + i * 1000, 1 + i);
    for (unsigned i = 0; i < 9; i++) {
        uint64_t until;
        order[i] = sim.queue.policy->pick(&sim.queue, sim.now, &until);
        CU_ASSERT_EQUAL(until, sim.now + SLICE);
        sim.now = until;
        sim.queue.policy->account(&sim.queue, order[i], SLICE, sim.now);
        sim.queue.policy->rotate(&sim.queue, order[i]);
        CU_ASSERT_PTR_EQUAL(order[i], &sim.vcpu[i % 3].entity);
    }
}

static void round_robin_gives_equal_time_to_all_vcpus(void)
{
    sim_begin(&sim, "rr");
    sim_busy_vm(&sim, 9000, 5);
    unsigned wide = sim_vm(&sim, 1, 0);
    for (unsigned i = 0; i < 3; i++)
        sim_vcpu(&sim, wide, ALWAYS_BUSY, 0);
    sim_run(&sim, 4 * TICKS_PER_S);
    for (unsigned i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(sim.vcpu[i].received, TICKS_PER_S);
    CU_ASSERT_EQUAL(sim.idle, 0);
    CU_ASSERT_TRUE(sim.vcpu[0].longest_wait <= 3 * SLICE);
}

static void who_was_not_picked_keeps_its_turn(void)
{
    uint64_t until;

    sim_begin(&sim, "rr");
    for (unsigned i = 0; i < 3; i++)
        sim_busy_vm(&sim, 1, 0);
    const struct sched_policy *policy = sim.queue.policy;
    struct sched_entity *first = policy->pick(&sim.queue, sim.now, &until);
    CU_ASSERT_PTR_EQUAL(policy->pick(&sim.queue, sim.now, &until), first);
    policy->dequeue(&sim.queue, first);
    CU_ASSERT_FALSE(first->queued);
    CU_ASSERT_PTR_EQUAL(policy->pick(&sim.queue, sim.now, &until), &sim.vcpu[1].entity);
    policy->enqueue(&sim.queue, first, sim.now, true);
    CU_ASSERT_TRUE(first->queued);
    CU_ASSERT_FALSE(policy->preempts(&sim.queue, first, &sim.vcpu[1].entity));
    policy->rotate(&sim.queue, &sim.vcpu[1].entity);
    CU_ASSERT_PTR_EQUAL(policy->pick(&sim.queue, sim.now, &until), &sim.vcpu[2].entity);
}

static void a_sleeper_idles_the_hart_no_longer_than_it_sleeps(void)
{
    sim_begin(&sim, "rr");
    sim_vcpu(&sim, sim_vm(&sim, 1, 0), 3 * TICKS_PER_MS, 7 * TICKS_PER_MS);
    sim_run(&sim, TICKS_PER_S);
    CU_ASSERT_EQUAL(sim.vcpu[0].received, 3 * TICKS_PER_S / 10);
    CU_ASSERT_EQUAL(sim.idle, 7 * TICKS_PER_S / 10);
}

TEST_SUITE(hv_sched, {"policies are found by name", policies_are_found_by_name},
           {"nobody runs when nobody can", nobody_runs_when_nobody_can},
           {"turns go round in order", turns_go_round_in_order},
           {"round robin gives equal time to all vCPUs", round_robin_gives_equal_time_to_all_vcpus},
           {"who was not picked keeps its turn", who_was_not_picked_keeps_its_turn},
           {"a sleeper idles the hart no longer than it sleeps",
            a_sleeper_idles_the_hart_no_longer_than_it_sleeps});
