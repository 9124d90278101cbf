/* hv/sched/fair_clock.c: virtual time counts around, and a claim is kept while its VM sleeps. */
#include "sched/fair.h"

#include "hv/fake_metal.h"
#include "hv/simulator.h"
#include "test.h"

static struct sim sim;

#define PLACES SCHED_VIRTUAL_SHIFT

/* Clocks that a second of work brings over the middle of the range, over its end, and others. */
static const uint64_t beginnings[] = {
    0,     1ull << 63, (1ull << 63) - (TICKS_PER_S << PLACES) / 3, -(TICKS_PER_S << PLACES) / 3,
    -1ull, 1ull << 62,
};
#define BEGINNINGS (sizeof beginnings / sizeof beginnings[0])

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

static void begin_at(uint64_t clock)
{
    sim_begin(&sim, "fair");
    sim.queue.virtual_clock = clock;
}

static void shares_are_kept_wherever_the_clock_begins(void)
{
    for (unsigned i = 0; i < BEGINNINGS; i++) {
        begin_at(beginnings[i]);
        sim_busy_vm(&sim, 3, 0);
        sim_busy_vm(&sim, 2, 0);
        sim_busy_vm(&sim, 1, 0);
        sim_run(&sim, 6 * TICKS_PER_S);
        for (unsigned vm = 0; vm < 3; vm++)
            CU_ASSERT_TRUE(distance(sim.vcpu[vm].received, (3 - vm) * TICKS_PER_S) <= SLICE);
        CU_ASSERT_EQUAL(sim.idle, 0);
    }
}

static void a_newcomer_begins_at_the_clock(void)
{
    for (unsigned i = 0; i < BEGINNINGS; i++) {
        begin_at(beginnings[i]);
        sim_busy_vm(&sim, 1, 0);
        sim_run(&sim, TICKS_PER_S);
        sim_busy_vm(&sim, 1, 0);
        sim_restart_counting(&sim);
        sim_run(&sim, TICKS_PER_S);
        CU_ASSERT_TRUE(distance(sim.vcpu[0].received, sim.vcpu[1].received) <= SLICE);
    }
}

static void sleepers_come_back_wherever_the_clock_is(void)
{
    for (unsigned i = 0; i < BEGINNINGS; i++) {
        begin_at(beginnings[i]);
        sim_busy_vm(&sim, 1, 0);
        struct sim_vcpu *sleeper =
            sim_vcpu(&sim, sim_vm(&sim, 1, 0), TICKS_PER_MS, 9 * TICKS_PER_MS);
        sim_run(&sim, 3 * TICKS_PER_S);
        CU_ASSERT_TRUE(sleeper->received > 3 * TICKS_PER_S / 10 * 95 / 100);
        CU_ASSERT_TRUE(sim.vcpu[0].longest_wait <= 2 * SLICE);
    }
}

/* Sleeps, while the clock goes on by `passed`, then runs beside who was always there. */
static void run_after_a_long_sleep(uint64_t passed, bool was_ahead)
{
    sim_begin(&sim, "fair");
    sim_busy_vm(&sim, 1, 0);
    struct sim_vcpu *late = sim_vcpu(&sim, sim_vm(&sim, 1, 0), ALWAYS_BUSY, 0);
    sim_run(&sim, 3 * SLICE);
    const struct sched_policy *policy = sim.queue.policy;
    if (was_ahead)
        policy->charge(&sim.queue, &sim.vm[1], 5 * SLICE, sim.now);
    if (sim.current == late)
        sim.current = NULL;
    policy->dequeue(&sim.queue, &late->entity);
    policy->pick(&sim.queue, sim.now, &sim.until);
    sim.queue.virtual_clock += passed; /* as if the other one had run for that long */
    sim.vm[0].virtual_time += passed;
    policy->enqueue(&sim.queue, &late->entity, sim.now, true);
    sim.until = sim.now;
    sim_restart_counting(&sim);
    sim_run(&sim, TICKS_PER_S);
}

static void who_slept_for_ages_has_neither_saved_up_nor_lost(void)
{
    static const uint64_t spans[] = {1ull << 40,       (1ull << 62) - 5, (1ull << 62) + 5,
                                     (1ull << 63) - 5, (1ull << 63) + 5, 3ull << 62};

    for (unsigned i = 0; i < sizeof spans / sizeof spans[0]; i++)
        for (unsigned was_ahead = 0; was_ahead < 2; was_ahead++) {
            run_after_a_long_sleep(spans[i], was_ahead);
            CU_ASSERT_TRUE(distance(sim.vcpu[0].received, sim.vcpu[1].received) <= 7 * SLICE);
            CU_ASSERT_TRUE(sim.vcpu[0].longest_wait <= 2 * SLICE);
            CU_ASSERT_TRUE(sim.vcpu[1].longest_wait <= 7 * SLICE);
            CU_ASSERT_EQUAL(sim.idle, 0);
        }
}

static void who_is_ahead_is_so_after_a_short_sleep(void)
{
    run_after_a_long_sleep(0, true);
    uint64_t difference = sim.vcpu[0].received - sim.vcpu[1].received;
    CU_ASSERT_TRUE(sim.vcpu[0].received > sim.vcpu[1].received);
    CU_ASSERT_TRUE(difference >= 3 * SLICE && difference <= 7 * SLICE);
}

static void blocking_and_waking_gains_nothing(void)
{
    struct random random = {17};

    for (unsigned round = 0; round < 40; round++) {
        sim_begin(&sim, "fair");
        sim_busy_vm(&sim, 1, 0);
        uint64_t burst = 1 + random_below(&random, 2 * SLICE);
        struct sim_vcpu *restless = sim_vcpu(&sim, sim_vm(&sim, 1, 0), burst, 1);
        sim_run(&sim, 10 * TICKS_PER_S);
        CU_ASSERT_TRUE(restless->received <= 5 * TICKS_PER_S + 2 * SLICE);
    }
}

static void the_surplus_is_what_the_groups_are_ahead(void)
{
    struct random random = {18};

    for (unsigned round = 0; round < 30; round++) {
        begin_at(random_next(&random));
        for (unsigned vm = 0; vm < 6; vm++) {
            sim_vm(&sim, 1 + (uint32_t)random_below(&random, 900),
                   (uint32_t)random_below(&random, 2) * 20);
            sim_vcpu(&sim, vm, 1 + random_below(&random, 20 * TICKS_PER_MS),
                     1 + random_below(&random, 20 * TICKS_PER_MS));
        }
        for (unsigned step = 0; step < 50; step++) {
            int64_t surplus = 0, weights = 0;
            sim_run(&sim, 1 + random_below(&random, 30 * TICKS_PER_MS));
            for (unsigned vm = 0; vm < 6; vm++) {
                if (!competes(&sim.vm[vm]))
                    continue;
                surplus += (int64_t)(sim.vm[vm].virtual_time - sim.queue.virtual_clock) *
                           sim.vm[vm].weight;
                weights += sim.vm[vm].weight;
            }
            CU_ASSERT_EQUAL(sim.queue.surplus, surplus);
            CU_ASSERT_EQUAL(sim.queue.weights, weights);
        }
    }
}

TEST_SUITE(hv_wrap,
           {"shares are kept wherever the clock begins", shares_are_kept_wherever_the_clock_begins},
           {"a newcomer begins at the clock", a_newcomer_begins_at_the_clock},
           {"sleepers come back wherever the clock is", sleepers_come_back_wherever_the_clock_is},
           {"who slept for ages has neither saved up nor lost",
            who_slept_for_ages_has_neither_saved_up_nor_lost},
           {"who is ahead is so after a short sleep", who_is_ahead_is_so_after_a_short_sleep},
           {"blocking and waking gains nothing", blocking_and_waking_gains_nothing},
           {"the surplus is what the groups are ahead", the_surplus_is_what_the_groups_are_ahead});
