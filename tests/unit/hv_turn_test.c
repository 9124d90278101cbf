/* hv/sched: a turn is an entity's and a slice long, whoever comes between; what is spent outside
 * turns is paid for. */
#include "sched/sched.h"

#include "hv/simulator.h"
#include "test.h"

static struct sim sim;
static const char *const policies[] = {"rr", "fair"};

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

static void siblings_get_the_same_beside_a_vm_that_ticks(void)
{
    for (unsigned policy = 0; policy < 2; policy++)
        for (uint64_t pause = TICKS_PER_MS; pause < 25 * TICKS_PER_MS; pause += 1234) {
            sim_begin(&sim, policies[policy]);
            unsigned two = sim_vm(&sim, 1, 0);
            sim_vcpu(&sim, two, ALWAYS_BUSY, 0);
            sim_vcpu(&sim, two, ALWAYS_BUSY, 0);
            sim_vcpu(&sim, sim_vm(&sim, 1, 0), 50, pause);
            sim_run(&sim, TICKS_PER_S);
            CU_ASSERT_TRUE(distance(sim.vcpu[0].received, sim.vcpu[1].received) <= SLICE);
            CU_ASSERT_TRUE(sim.vcpu[1].longest_wait <= SLICE + 100 * 50);
        }
}

/* A VM of two vCPUs that are always busy, and nobody else. */
static const struct sched_policy *two_vcpus_begin(const char *policy)
{
    sim_begin(&sim, policy);
    unsigned vm = sim_vm(&sim, 1, 0);
    sim_vcpu(&sim, vm, ALWAYS_BUSY, 0);
    sim_vcpu(&sim, vm, ALWAYS_BUSY, 0);
    return sim.queue.policy;
}

static void a_turn_goes_on_where_it_was_broken_off(void)
{
    for (unsigned i = 0; i < 2; i++) {
        uint64_t until;
        const struct sched_policy *policy = two_vcpus_begin(policies[i]);
        struct sched_entity *first = policy->pick(&sim.queue, sim.now, &until);
        for (unsigned piece = 0; piece < 10; piece++) {
            CU_ASSERT_PTR_EQUAL(policy->pick(&sim.queue, sim.now, &until), first);
            CU_ASSERT_EQUAL(until, sim.now + SLICE - piece * (SLICE / 10));
            sim.now += SLICE / 10;
            policy->account(&sim.queue, first, SLICE / 10, sim.now);
        }
        CU_ASSERT_PTR_NOT_EQUAL(policy->pick(&sim.queue, sim.now, &until), first);
        CU_ASSERT_EQUAL(until, sim.now + SLICE);
    }
}

static void who_had_more_than_its_turn_has_less_in_the_next(void)
{
    for (unsigned i = 0; i < 2; i++) {
        uint64_t until;
        const struct sched_policy *policy = two_vcpus_begin(policies[i]);
        struct sched_entity *first = policy->pick(&sim.queue, sim.now, &until);
        sim.now += SLICE + SLICE / 4;
        policy->account(&sim.queue, first, SLICE + SLICE / 4, sim.now);
        struct sched_entity *second = policy->pick(&sim.queue, sim.now, &until);
        CU_ASSERT_PTR_NOT_EQUAL(second, first);
        sim.now += SLICE;
        policy->account(&sim.queue, second, SLICE, sim.now);
        CU_ASSERT_PTR_EQUAL(policy->pick(&sim.queue, sim.now, &until), first);
        CU_ASSERT_EQUAL(until, sim.now + SLICE - SLICE / 4);
    }
}

/* A VM that does almost nothing but be made anew, at `cost` each time, beside one that is busy. */
static uint64_t received_beside_reboots(const char *policy_name, uint64_t cost)
{
    sim_begin(&sim, policy_name);
    sim_busy_vm(&sim, 1, 0);
    sim_busy_vm(&sim, 1, 0);
    const struct sched_policy *policy = sim.queue.policy;
    struct sched_entity *busy = &sim.vcpu[0].entity, *again = &sim.vcpu[1].entity;
    uint64_t received = 0, end = sim.now + 10 * TICKS_PER_S;

    while (sim.now < end) {
        uint64_t until, began = sim.now;
        struct sched_entity *next = policy->pick(&sim.queue, sim.now, &until);
        sim.now = next == busy ? until : sim.now + 10;
        policy->account(&sim.queue, next, sim.now - began, sim.now);
        if (next == busy) {
            received += sim.now - began;
            continue;
        }
        policy->dequeue(&sim.queue, again);
        sim.now += cost;
        policy->charge(&sim.queue, again->group, cost, sim.now);
        sched_entity_init(again, again->group);
        policy->enqueue(&sim.queue, again, sim.now, false);
    }
    return received;
}

static void reboots_are_paid_by_who_reboots(void)
{
    static const uint64_t costs[] = {TICKS_PER_MS / 10, 3 * TICKS_PER_MS, 11 * TICKS_PER_MS,
                                     95 * TICKS_PER_MS};

    for (unsigned policy = 0; policy < 2; policy++)
        for (unsigned i = 0; i < 4; i++)
            CU_ASSERT_TRUE(received_beside_reboots(policies[policy], costs[i]) + costs[i] + SLICE >=
                           5 * TICKS_PER_S);
}

static void what_was_spent_outside_turns_counts_for_the_cap(void)
{
    uint64_t until;

    sim_begin(&sim, "fair");
    sim_busy_vm(&sim, 1, 10);
    const struct sched_policy *policy = sim.queue.policy;
    uint64_t start = sim.now - sim.now % CAP_PERIOD + CAP_PERIOD;
    policy->charge(&sim.queue, &sim.vm[0], 25 * TICKS_PER_MS, start + 25 * TICKS_PER_MS);
    CU_ASSERT_PTR_NULL(policy->pick(&sim.queue, start + 25 * TICKS_PER_MS, &until));
    CU_ASSERT_EQUAL(until, start + CAP_PERIOD);
    CU_ASSERT_PTR_NULL(policy->pick(&sim.queue, until, &until)); /* 15 ms are still owed */
    CU_ASSERT_EQUAL(until, start + 2 * CAP_PERIOD);
    CU_ASSERT_PTR_NOT_NULL(policy->pick(&sim.queue, until, &until));
    CU_ASSERT_EQUAL(until, start + 2 * CAP_PERIOD + 5 * TICKS_PER_MS);
}

static void a_cap_that_lifts_is_a_reason_to_choose_anew(void)
{
    uint64_t until;

    sim_begin(&sim, "fair");
    sim_busy_vm(&sim, 100, 10);
    sim_busy_vm(&sim, 1, 0);
    const struct sched_policy *policy = sim.queue.policy;
    uint64_t start = sim.now - sim.now % CAP_PERIOD + CAP_PERIOD;
    policy->account(&sim.queue, &sim.vcpu[0].entity, 10 * TICKS_PER_MS, start + 10 * TICKS_PER_MS);
    uint64_t late = start + 96 * TICKS_PER_MS;
    CU_ASSERT_PTR_EQUAL(policy->pick(&sim.queue, late, &until), &sim.vcpu[1].entity);
    CU_ASSERT_EQUAL(until, start + CAP_PERIOD);
}

TEST_SUITE(hv_turn,
           {"siblings get the same beside a VM that ticks",
            siblings_get_the_same_beside_a_vm_that_ticks},
           {"a turn goes on where it was broken off", a_turn_goes_on_where_it_was_broken_off},
           {"who had more than its turn has less in the next",
            who_had_more_than_its_turn_has_less_in_the_next},
           {"reboots are paid by who reboots", reboots_are_paid_by_who_reboots},
           {"what was spent outside turns counts for the cap",
            what_was_spent_outside_turns_counts_for_the_cap},
           {"a cap that lifts is a reason to choose anew",
            a_cap_that_lifts_is_a_reason_to_choose_anew});
