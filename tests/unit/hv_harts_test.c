/* The policies where several harts choose from one queue: shares and caps of the whole machine. */
#include "hv/harts_simulator.h"

#include "hv/fake_metal.h"
#include "test.h"

static struct harts sim;

/* Has the VM received that part of the harts' time, within so many thousandths of it and a slice?
 */
static bool has_share(unsigned vm, double share, unsigned thousandths)
{
    double all = 0, got = (double)harts_received(&sim, vm);

    for (unsigned i = 0; i < sim.vms; i++)
        all += (double)harts_received(&sim, i);
    double off = got - share * all;
    return (off < 0 ? -off : off) <= share * all * thousandths / 1000 + SLICE;
}

static void no_vcpu_runs_on_two_harts(void)
{
    static const char *const policies[] = {"fair", "rr"};

    for (unsigned p = 0; p < 2; p++)
        for (unsigned harts = 2; harts <= 8; harts += 3) {
            harts_begin(&sim, policies[p], harts);
            for (unsigned vm = 0; vm < 4; vm++)
                harts_busy_vm(&sim, 1 + vm, 0, vm + 1);
            harts_run(&sim, TICKS_PER_S);
            CU_ASSERT_FALSE(sim.broken);
            for (unsigned i = 0; i < sim.vcpus; i++)
                CU_ASSERT_TRUE(sim.vcpu[i].received > 0 && sim.vcpu[i].received <= TICKS_PER_S);
        }
}

static void no_hart_idles_while_somebody_waits(void)
{
    static const char *const policies[] = {"fair", "rr"};

    for (unsigned p = 0; p < 2; p++)
        for (unsigned harts = 2; harts <= 16; harts++) {
            harts_begin(&sim, policies[p], harts);
            for (unsigned vm = 0; vm < 20; vm++)
                harts_busy_vm(&sim, 1 + vm * vm * 20, 0, 1);
            harts_run(&sim, TICKS_PER_S);
            CU_ASSERT_EQUAL(sim.idle, 0);
        }
}

static void sixty_four_vms_have_their_shares_on_four_harts(void)
{
    harts_begin(&sim, "fair", 4);
    for (unsigned vm = 0; vm < 64; vm++)
        harts_busy_vm(&sim, vm + 1, 0, 1);
    harts_run(&sim, 30 * TICKS_PER_S);
    harts_restart_counting(&sim);
    harts_run(&sim, 60 * TICKS_PER_S);
    for (unsigned vm = 0; vm < 64; vm++)
        CU_ASSERT_TRUE(has_share(vm, (vm + 1) / 2080.0, 20));
    CU_ASSERT_TRUE(harts_is_consistent(&sim));
}

/* 900 of 1000 of four harts is more than one vCPU can have: it has one hart, and the others share
 * three, by their weights among themselves. */
static void one_vcpu_has_one_hart_and_the_rest_goes_to_the_others(void)
{
    harts_begin(&sim, "fair", 4);
    harts_busy_vm(&sim, 900, 0, 1);
    harts_busy_vm(&sim, 50, 0, 4);
    harts_busy_vm(&sim, 30, 0, 4);
    harts_busy_vm(&sim, 20, 0, 4);
    harts_run(&sim, 10 * TICKS_PER_S);
    CU_ASSERT_TRUE(has_share(0, 1 / 4.0, 2));
    CU_ASSERT_TRUE(has_share(1, 3 / 4.0 * 50 / 100, 20));
    CU_ASSERT_TRUE(has_share(2, 3 / 4.0 * 30 / 100, 20));
    CU_ASSERT_TRUE(has_share(3, 3 / 4.0 * 20 / 100, 20));
    CU_ASSERT_EQUAL(sim.idle, 0);
}

/* What the first claims too much goes to the second, which then has too much as well. */
static void what_is_too_much_for_one_may_be_too_much_for_the_next(void)
{
    harts_begin(&sim, "fair", 4);
    harts_busy_vm(&sim, 800, 0, 1);
    harts_busy_vm(&sim, 150, 0, 1);
    harts_busy_vm(&sim, 30, 0, 2);
    harts_busy_vm(&sim, 20, 0, 2);
    harts_run(&sim, 10 * TICKS_PER_S);
    CU_ASSERT_TRUE(has_share(0, 1 / 4.0, 2));
    CU_ASSERT_TRUE(has_share(1, 1 / 4.0, 5));
    CU_ASSERT_TRUE(has_share(2, 2 / 4.0 * 3 / 5, 20));
    CU_ASSERT_TRUE(has_share(3, 2 / 4.0 * 2 / 5, 20));
}

/* It has had no more than a hart for long: when it wakes a second vCPU, it has its share from then
 * on, and no more in arrears than a slice for each vCPU. */
static void what_could_not_be_had_is_not_owed(void)
{
    harts_begin(&sim, "fair", 2);
    unsigned heavy = harts_busy_vm(&sim, 800, 0, 1), light = harts_busy_vm(&sim, 100, 0, 2);
    harts_run(&sim, 20 * TICKS_PER_S);
    CU_ASSERT_TRUE(has_share(heavy, 1 / 2.0, 2));
    harts_vcpu(&sim, heavy, ALWAYS_BUSY, 0);
    harts_restart_counting(&sim);
    harts_run(&sim, TICKS_PER_S);
    CU_ASSERT_TRUE(harts_received(&sim, light) + 3 * SLICE >= 2 * TICKS_PER_S / 9);
}

static void more_harts_than_vcpus_need_no_shares(void)
{
    harts_begin(&sim, "fair", 8);
    harts_busy_vm(&sim, 10000, 0, 2);
    harts_busy_vm(&sim, 1, 0, 3);
    harts_run(&sim, TICKS_PER_S);
    for (unsigned i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(sim.vcpu[i].received, TICKS_PER_S);
    CU_ASSERT_EQUAL(sim.idle, 3 * TICKS_PER_S);
}

/* Has the VM received what a cap of so much percent of a hart allows, over 20 s, but for what a
 * period and the ends of turns may add or take away? */
static void expect_cap(unsigned vm, uint64_t percent)
{
    uint64_t had = harts_received(&sim, vm), wanted = 20 * TICKS_PER_S * percent / 100;
    uint64_t off = CAP_PERIOD * percent / 100 + sim.harts * SLICE;

    CU_ASSERT_TRUE(had <= wanted + off);
    CU_ASSERT_TRUE(had + off >= wanted);
}

/* A cap is of one hart's time, wherever and on however many harts the VM has it. */
static void caps_hold_for_the_machine(void)
{
    harts_begin(&sim, "fair", 4);
    unsigned half = harts_busy_vm(&sim, 100, 50, 1), much = harts_busy_vm(&sim, 100, 120, 4);
    harts_busy_vm(&sim, 100, 0, 4);
    harts_run(&sim, 20 * TICKS_PER_S);
    expect_cap(half, 50);
    expect_cap(much, 120);
    CU_ASSERT_EQUAL(sim.idle, 0);
    harts_begin(&sim, "fair", 4);
    much = harts_busy_vm(&sim, 100, 150, 4);
    harts_run(&sim, 20 * TICKS_PER_S);
    expect_cap(much, 150);
    harts_restart_counting(&sim);
    harts_run(&sim, 20 * TICKS_PER_S);
    expect_cap(much, 150); /* and nothing adds up */
}

static void whoever_yields_goes_behind(void)
{
    static const char *const policies[] = {"fair", "rr"};

    for (unsigned p = 0; p < 2; p++) {
        harts_begin(&sim, policies[p], 2);
        unsigned vm = harts_busy_vm(&sim, 1, 0, 3);
        harts_run(&sim, SLICE / 2);
        struct harts_vcpu *running = sim.hart[0].current;
        harts_yield(&sim, running);
        harts_run(&sim, SLICE / 4);
        CU_ASSERT_PTR_NOT_EQUAL(sim.hart[0].current, running);
        CU_ASSERT_EQUAL(running->runs_on, 0);
        CU_ASSERT_EQUAL(harts_received(&sim, vm), 2 * (SLICE / 2 + SLICE / 4));
    }
}

/* Whatever comes and goes, the queue's sums are those of its groups. */
/* A timer may come late, and work be charged: the next turn is a whole one, and no more. */
static void a_long_turn_is_followed_by_a_turn(void)
{
    for (uint32_t cap = 0; cap <= 50; cap += 50) {
        uint64_t until;

        harts_begin(&sim, "fair", 1);
        harts_busy_vm(&sim, 100, cap, 2);
        sim.vcpu[0].entity.turn_used = sim.vcpu[1].entity.turn_used = 5 * sim.queue.slice + 3;
        CU_ASSERT_PTR_NOT_NULL(sim.queue.policy->pick(&sim.queue, sim.now, &until));
        CU_ASSERT_EQUAL(until, sim.now + sim.queue.slice - 3);
    }
}

static void the_queue_is_consistent_whatever_happens(void)
{
    struct random random = {4711};

    for (unsigned harts = 2; harts <= 8; harts += 2) {
        harts_begin(&sim, "fair", harts);
        for (unsigned vm = 0; vm < 16; vm++) {
            uint32_t cap = vm % 5 == 0 ? 30 + 10 * vm : 0;
            harts_vm(&sim, (uint32_t)(1 + random_below(&random, vm % 3 ? 100 : 10000)), cap);
            for (uint64_t vcpus = 1 + random_below(&random, 4); vcpus > 0; vcpus--)
                harts_vcpu(&sim, vm, 1 + random_below(&random, 3 * SLICE),
                           1 + random_below(&random, 5 * SLICE));
        }
        for (unsigned i = 0; i < 3000; i++) {
            harts_run(&sim, 1 + random_below(&random, SLICE / 2));
            harts_yield(&sim, &sim.vcpu[random_below(&random, sim.vcpus)]);
            if (!harts_is_consistent(&sim)) {
                CU_FAIL("the queue's sums are not those of its groups");
                return;
            }
        }
    }
}

static void nobody_starves(void)
{
    harts_begin(&sim, "fair", 3);
    harts_busy_vm(&sim, 10000, 0, 8);
    harts_busy_vm(&sim, 100, 0, 2);
    harts_run(&sim, 20 * TICKS_PER_S);
    CU_ASSERT_TRUE(has_share(1, 1 / 101.0, 50));
}

TEST_SUITE(hv_harts, {"no vCPU runs on two harts", no_vcpu_runs_on_two_harts},
           {"no hart idles while somebody waits", no_hart_idles_while_somebody_waits},
           {"64 VMs have their shares on four harts",
            sixty_four_vms_have_their_shares_on_four_harts},
           {"one vCPU has one hart, and the rest goes to the others",
            one_vcpu_has_one_hart_and_the_rest_goes_to_the_others},
           {"what is too much for one may be too much for the next",
            what_is_too_much_for_one_may_be_too_much_for_the_next},
           {"what could not be had is not owed", what_could_not_be_had_is_not_owed},
           {"more harts than vCPUs need no shares", more_harts_than_vcpus_need_no_shares},
           {"caps hold for the machine", caps_hold_for_the_machine},
           {"whoever yields goes behind", whoever_yields_goes_behind},
           {"a long turn is followed by a turn", a_long_turn_is_followed_by_a_turn},
           {"the queue is consistent, whatever happens", the_queue_is_consistent_whatever_happens},
           {"nobody starves", nobody_starves});
