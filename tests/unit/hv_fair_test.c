/* hv/sched/weighted_fair.c: shares and latencies, in a simulated hart. */
#include "sched/sched.h"

#include "hv/fake_metal.h"
#include "hv/simulator.h"
#include "test.h"

static struct sim sim;

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

/* How far the VM that is furthest from its share by weight is from it, in ticks. */
static uint64_t worst_error(uint64_t ticks)
{
    uint64_t weights = 0, worst = 0;

    for (unsigned i = 0; i < sim.vms; i++)
        weights += sim.vm[i].weight;
    for (unsigned i = 0; i < sim.vms; i++) {
        uint64_t fair = ticks * sim.vm[i].weight / weights;
        uint64_t error = distance(sim_received(&sim, i), fair);
        worst = error > worst ? error : worst;
    }
    return worst;
}

static void begin_busy(unsigned count, const uint32_t *weights)
{
    sim_begin(&sim, "fair");
    for (unsigned i = 0; i < count; i++)
        sim_busy_vm(&sim, weights[i], 0);
}

static void busy_vms_are_within_a_slice_of_their_shares_at_any_time(void)
{
    static const struct {
        unsigned count;
        uint32_t weights[MAX_VMS];
    } cases[] = {
        {1, {7}},
        {2, {3, 1}},
        {2, {1, 3}},
        {3, {1, 1, 1}},
        {3, {7, 5, 3}},
        {2, {10000, 1}},
        {4, {10000, 1, 10000, 1}},
        {16, {15, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
        {16, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 10000}},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin_busy(cases[i].count, cases[i].weights);
        for (unsigned ms = 7; ms < 3000; ms += 7) {
            sim_run(&sim, 7 * TICKS_PER_MS);
            CU_ASSERT_TRUE(worst_error(ms * TICKS_PER_MS) <= SLICE + TICKS_PER_MS / 100);
        }
        CU_ASSERT_EQUAL(sim.idle, 0);
    }
}

static void any_weights_come_out_within_one_percent_after_a_second(void)
{
    struct random random = {12};

    for (unsigned round = 0; round < 300; round++) {
        uint32_t weights[MAX_VMS];
        unsigned count = 2 + (unsigned)random_below(&random, MAX_VMS - 1);
        for (unsigned i = 0; i < count; i++)
            weights[i] = 1 + (uint32_t)(random_below(&random, 10000) >> random_below(&random, 14));
        begin_busy(count, weights);
        sim_run(&sim, TICKS_PER_S);
        CU_ASSERT_TRUE(worst_error(TICKS_PER_S) <= TICKS_PER_S / 100);
    }
}

static void accounting_in_small_pieces_changes_nothing(void)
{
    begin_busy(3, (uint32_t[]){1000, 10000, 1});
    sim.piece = 97;
    sim_run(&sim, TICKS_PER_S);
    CU_ASSERT_TRUE(worst_error(TICKS_PER_S) <= TICKS_PER_S / 100);
}

static void virtual_time_may_wrap_around(void)
{
    begin_busy(3, (uint32_t[]){3, 2, 1});
    for (unsigned i = 0; i < 3; i++)
        sim.vm[i].virtual_time = UINT64_MAX - 1000000;
    sim.queue.virtual_clock = UINT64_MAX - 1000000;
    sim_run(&sim, TICKS_PER_S);
    CU_ASSERT_TRUE(worst_error(TICKS_PER_S) <= TICKS_PER_S / 100);
    CU_ASSERT_TRUE(sim.vm[0].virtual_time < UINT64_MAX / 2);
}

static void a_vm_does_not_gain_by_more_vcpus(void)
{
    sim_begin(&sim, "fair");
    sim_busy_vm(&sim, 1, 0);
    unsigned wide = sim_vm(&sim, 1, 0);
    for (unsigned i = 0; i < 4; i++)
        sim_vcpu(&sim, wide, ALWAYS_BUSY, 0);
    sim_run(&sim, 8 * TICKS_PER_S);
    CU_ASSERT_TRUE(worst_error(8 * TICKS_PER_S) <= SLICE);
    for (unsigned i = 1; i <= 4; i++)
        CU_ASSERT_TRUE(distance(sim.vcpu[i].received, TICKS_PER_S) <= SLICE);
}

static void a_light_sleeper_is_served_in_full_and_at_once(void)
{
    begin_busy(2, (uint32_t[]){100, 100});
    struct sim_vcpu *sleeper = sim_vcpu(&sim, sim_vm(&sim, 100, 0), TICKS_PER_MS, 9 * TICKS_PER_MS);
    sim_run(&sim, TICKS_PER_S); /* until it is no newcomer any more */
    sim_restart_counting(&sim);
    sim_run(&sim, 10 * TICKS_PER_S);
    CU_ASSERT_TRUE(sleeper->received > 10 * TICKS_PER_S / 10 * 97 / 100);
    CU_ASSERT_TRUE(sleeper->longest_wait <= TICKS_PER_MS / 10);
    CU_ASSERT_TRUE(distance(sim.vcpu[0].received, sim.vcpu[1].received) <= SLICE);
}

static void who_slept_long_has_not_saved_up(void)
{
    begin_busy(2, (uint32_t[]){1, 1});
    struct sim_vcpu *late = sim_vcpu(&sim, sim_vm(&sim, 1, 0), 1, 60 * TICKS_PER_S);
    late->left = 1;
    sim_run(&sim, 60 * TICKS_PER_S - TICKS_PER_MS);
    late->burst = ALWAYS_BUSY;
    sim_restart_counting(&sim);
    sim_run(&sim, 300 * TICKS_PER_MS + TICKS_PER_MS);
    CU_ASSERT_TRUE(late->received <= 100 * TICKS_PER_MS + 2 * SLICE);
    CU_ASSERT_TRUE(late->received >= 100 * TICKS_PER_MS - SLICE);
    CU_ASSERT_TRUE(sim.vcpu[0].longest_wait <= 4 * SLICE);
    CU_ASSERT_TRUE(sim.vcpu[1].longest_wait <= 4 * SLICE);
}

static void a_newcomer_neither_starves_nor_is_starved(void)
{
    begin_busy(2, (uint32_t[]){5, 5});
    sim_run(&sim, 3600 * TICKS_PER_S);
    sim_busy_vm(&sim, 10, 0);
    sim_restart_counting(&sim);
    sim_run(&sim, TICKS_PER_S);
    CU_ASSERT_TRUE(worst_error(TICKS_PER_S) <= 2 * SLICE);
    CU_ASSERT_TRUE(sim.vcpu[2].longest_wait <= 2 * SLICE);
}

static void nobody_waits_longer_than_its_share_makes_it(void)
{
    begin_busy(3, (uint32_t[]){10, 10, 1});
    sim_run(&sim, 20 * TICKS_PER_S);
    CU_ASSERT_TRUE(sim.vcpu[0].longest_wait <= 3 * SLICE);
    CU_ASSERT_TRUE(sim.vcpu[2].longest_wait <= 22 * SLICE);
}

static void a_woken_vcpu_preempts_only_another_vm_that_is_ahead(void)
{
    begin_busy(2, (uint32_t[]){1, 1});
    sim_vcpu(&sim, 0, ALWAYS_BUSY, 0);
    const struct sched_policy *policy = sim.queue.policy;
    const struct sched_entity *a = &sim.vcpu[0].entity, *b = &sim.vcpu[1].entity;
    CU_ASSERT_FALSE(policy->preempts(&sim.queue, &sim.vcpu[2].entity, a)); /* its sibling */
    CU_ASSERT_FALSE(policy->preempts(&sim.queue, b, a));                   /* of equal claim */
    policy->account(&sim.queue, &sim.vcpu[0].entity, 5000, sim.now + 5000);
    CU_ASSERT_TRUE(policy->preempts(&sim.queue, b, a));
    CU_ASSERT_FALSE(policy->preempts(&sim.queue, a, b));
}

static void a_cap_above_the_share_changes_nothing(void)
{
    sim_begin(&sim, "fair");
    sim_busy_vm(&sim, 1, 80);
    sim_busy_vm(&sim, 1, 400);
    sim_run(&sim, 4 * TICKS_PER_S);
    CU_ASSERT_TRUE(worst_error(4 * TICKS_PER_S) <= SLICE);
    CU_ASSERT_EQUAL(sim.idle, 0);
}

static void random_sleepers_never_break_it(void)
{
    struct random random = {13};

    for (unsigned round = 0; round < 60; round++) {
        sim_begin(&sim, "fair");
        unsigned vms = 2 + (unsigned)random_below(&random, 6);
        for (unsigned vm = 0; vm < vms; vm++) {
            sim_vm(&sim, 1 + (uint32_t)random_below(&random, 500), 0);
            for (unsigned i = 0; i < 1 + random_below(&random, 3); i++)
                sim_vcpu(&sim, vm, 1 + random_below(&random, 20 * TICKS_PER_MS),
                         1 + random_below(&random, 20 * TICKS_PER_MS));
        }
        unsigned a = sim_busy_vm(&sim, 250, 0), b = sim_busy_vm(&sim, 250, 0);
        sim_run(&sim, 5 * TICKS_PER_S);
        CU_ASSERT_EQUAL(sim.idle, 0);
        CU_ASSERT_TRUE(distance(sim_received(&sim, a), sim_received(&sim, b)) <= 3 * SLICE);
        for (unsigned vm = 0; vm < vms; vm++) /* nobody gets more than a busy VM by weight */
            CU_ASSERT_TRUE(sim_received(&sim, vm) * 250 <=
                           (sim_received(&sim, a) + 4 * SLICE) * sim.vm[vm].weight +
                               4 * SLICE * 250);
    }
}

TEST_SUITE(hv_fair,
           {"busy VMs are within a slice of their shares at any time",
            busy_vms_are_within_a_slice_of_their_shares_at_any_time},
           {"any weights come out within one percent after a second",
            any_weights_come_out_within_one_percent_after_a_second},
           {"accounting in small pieces changes nothing",
            accounting_in_small_pieces_changes_nothing},
           {"virtual time may wrap around", virtual_time_may_wrap_around},
           {"a VM does not gain by more vCPUs", a_vm_does_not_gain_by_more_vcpus},
           {"a light sleeper is served in full and at once",
            a_light_sleeper_is_served_in_full_and_at_once},
           {"who slept long has not saved up", who_slept_long_has_not_saved_up},
           {"a newcomer neither starves nor is starved", a_newcomer_neither_starves_nor_is_starved},
           {"nobody waits longer than its share makes it",
            nobody_waits_longer_than_its_share_makes_it},
           {"a cap above the share changes nothing", a_cap_above_the_share_changes_nothing},
           {"a woken vCPU preempts only another VM that is ahead",
            a_woken_vcpu_preempts_only_another_vm_that_is_ahead},
           {"random sleepers never break it", random_sleepers_never_break_it});
