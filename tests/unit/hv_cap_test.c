/* hv/sched/weighted_fair.c: caps, in a simulated hart. */
#include "sched/sched.h"

#include "hv/simulator.h"
#include "test.h"

static struct sim sim;

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

static void a_cap_holds_although_the_hart_idles(void)
{
    sim_begin(&sim, "fair");
    sim_busy_vm(&sim, 1, 25);
    sim_run(&sim, 10 * TICKS_PER_S);
    CU_ASSERT_TRUE(distance(sim.vcpu[0].received, 10 * TICKS_PER_S / 4) <= CAP_PERIOD / 4);
    CU_ASSERT_EQUAL(sim.idle + sim.vcpu[0].received, 10 * TICKS_PER_S);
    CU_ASSERT_TRUE(sim.vcpu[0].longest_wait <= CAP_PERIOD);
}

static void what_a_cap_leaves_goes_to_the_others_by_weight(void)
{
    sim_begin(&sim, "fair");
    sim_busy_vm(&sim, 8000, 10);
    sim_busy_vm(&sim, 200, 0);
    sim_busy_vm(&sim, 100, 0);
    sim_run(&sim, 10 * TICKS_PER_S);
    CU_ASSERT_TRUE(distance(sim.vcpu[0].received, TICKS_PER_S) <= TICKS_PER_S / 50);
    CU_ASSERT_TRUE(distance(sim.vcpu[1].received, 6 * TICKS_PER_S) <= TICKS_PER_S / 20);
    CU_ASSERT_TRUE(distance(sim.vcpu[2].received, 3 * TICKS_PER_S) <= TICKS_PER_S / 20);
    CU_ASSERT_EQUAL(sim.idle, 0);
}

static void every_cap_is_kept_over_every_period(void)
{
    for (uint32_t cap = 1; cap <= 99; cap += 7) {
        uint64_t budget = CAP_PERIOD * cap / 100;
        sim_begin(&sim, "fair");
        sim_busy_vm(&sim, 1000, cap);
        sim_busy_vm(&sim, 1, 0);
        sim.piece = 3333;
        sim_run(&sim, CAP_PERIOD - sim.now % CAP_PERIOD); /* to where a period begins */
        for (unsigned period = 0; period < 20; period++) {
            sim_restart_counting(&sim);
            sim_run(&sim, CAP_PERIOD);
            CU_ASSERT_TRUE(sim.vcpu[0].received <= budget);
            CU_ASSERT_TRUE(sim.vcpu[0].received + SLICE + 1 >= budget);
        }
    }
}

static void at_the_cap_pick_says_when_it_lifts(void)
{
    uint64_t until;

    sim_begin(&sim, "fair");
    sim_busy_vm(&sim, 1, 5);
    const struct sched_policy *policy = sim.queue.policy;
    uint64_t start = sim.now - sim.now % CAP_PERIOD + CAP_PERIOD;
    CU_ASSERT_PTR_EQUAL(policy->pick(&sim.queue, start, &until), &sim.vcpu[0].entity);
    CU_ASSERT_EQUAL(until, start + CAP_PERIOD / 20); /* the slice ends with the budget */
    policy->account(&sim.queue, &sim.vcpu[0].entity, CAP_PERIOD / 20, until);
    CU_ASSERT_PTR_NULL(policy->pick(&sim.queue, until, &until));
    CU_ASSERT_EQUAL(until, start + CAP_PERIOD);
    CU_ASSERT_PTR_EQUAL(policy->pick(&sim.queue, until, &until), &sim.vcpu[0].entity);
}

/* Whoever sleeps and wakes at its cap waits with those that do not, and none is forgotten. */
static void those_at_their_caps_come_back_together(void)
{
    uint64_t until;

    sim_begin(&sim, "fair");
    for (unsigned vm = 0; vm < 3; vm++)
        sim_busy_vm(&sim, 100, 5);
    const struct sched_policy *policy = sim.queue.policy;
    uint64_t now = sim.now - sim.now % CAP_PERIOD + CAP_PERIOD, lifts = now + CAP_PERIOD;
    for (unsigned turn = 0; turn < 3; turn++) {
        struct sched_entity *entity = policy->pick(&sim.queue, now, &until);
        CU_ASSERT_PTR_NOT_NULL_FATAL(entity);
        now += CAP_PERIOD / 20;
        policy->account(&sim.queue, entity, CAP_PERIOD / 20, now);
    }
    CU_ASSERT_PTR_NULL(policy->pick(&sim.queue, now, &until));
    for (unsigned vm = 0; vm < 3; vm++) {
        policy->dequeue(&sim.queue, &sim.vcpu[vm].entity);
        policy->enqueue(&sim.queue, &sim.vcpu[vm].entity, now, true);
        CU_ASSERT_PTR_NULL(policy->pick(&sim.queue, now, &until));
        CU_ASSERT_EQUAL(until, lifts);
    }
    unsigned come = 0;
    now = lifts;
    for (unsigned turn = 0; turn < 3; turn++) {
        struct sched_entity *entity = policy->pick(&sim.queue, now, &until);
        CU_ASSERT_PTR_NOT_NULL_FATAL(entity);
        for (unsigned vm = 0; vm < 3; vm++)
            if (entity == &sim.vcpu[vm].entity)
                come |= 1u << vm;
        now += CAP_PERIOD / 20;
        policy->account(&sim.queue, entity, CAP_PERIOD / 20, now);
    }
    CU_ASSERT_EQUAL(come, 7);
}

static void an_overrun_is_charged_to_the_next_period(void)
{
    uint64_t until;

    sim_begin(&sim, "fair");
    sim_busy_vm(&sim, 1, 10);
    const struct sched_policy *policy = sim.queue.policy;
    uint64_t start = sim.now - sim.now % CAP_PERIOD + CAP_PERIOD, budget = CAP_PERIOD / 10;
    policy->pick(&sim.queue, start, &until);
    policy->account(&sim.queue, &sim.vcpu[0].entity, budget * 3 / 2, start + budget * 3 / 2);
    CU_ASSERT_PTR_NULL(policy->pick(&sim.queue, start + budget * 3 / 2, &until));
    CU_ASSERT_PTR_NOT_NULL(policy->pick(&sim.queue, start + CAP_PERIOD, &until));
    CU_ASSERT_EQUAL(until, start + CAP_PERIOD + budget / 2);
}

static void a_turn_over_the_end_of_a_period_is_charged_to_both(void)
{
    uint64_t until, ms = TICKS_PER_MS;

    sim_begin(&sim, "fair");
    sim_busy_vm(&sim, 1, 10);
    const struct sched_policy *policy = sim.queue.policy;
    uint64_t end = sim.now - sim.now % CAP_PERIOD + CAP_PERIOD;
    policy->pick(&sim.queue, end - 15 * ms, &until);
    policy->account(&sim.queue, &sim.vcpu[0].entity, 17 * ms, end + 2 * ms);
    CU_ASSERT_PTR_NOT_NULL(policy->pick(&sim.queue, end + 2 * ms, &until));
    CU_ASSERT_EQUAL(until, end + 2 * ms + (10 - 5 - 2) * ms); /* overrun and new part */
}

static void a_vm_at_its_cap_does_not_preempt(void)
{
    sim_begin(&sim, "fair");
    sim_busy_vm(&sim, 1, 0);
    sim_busy_vm(&sim, 1000, 10);
    const struct sched_policy *policy = sim.queue.policy;
    policy->account(&sim.queue, &sim.vcpu[1].entity, CAP_PERIOD / 10, sim.now);
    policy->account(&sim.queue, &sim.vcpu[0].entity, CAP_PERIOD, sim.now);
    CU_ASSERT_FALSE(policy->preempts(&sim.queue, &sim.vcpu[1].entity, &sim.vcpu[0].entity));
}

TEST_SUITE(hv_cap, {"a cap holds although the hart idles", a_cap_holds_although_the_hart_idles},
           {"what a cap leaves goes to the others by weight",
            what_a_cap_leaves_goes_to_the_others_by_weight},
           {"every cap is kept over every period", every_cap_is_kept_over_every_period},
           {"at the cap, pick says when it lifts", at_the_cap_pick_says_when_it_lifts},
           {"those at their caps come back together", those_at_their_caps_come_back_together},
           {"an overrun is charged to the next period", an_overrun_is_charged_to_the_next_period},
           {"a turn over the end of a period is charged to both",
            a_turn_over_the_end_of_a_period_is_charged_to_both},
           {"a VM at its cap does not preempt", a_vm_at_its_cap_does_not_preempt});
