/* A fresh mapping, which a hart may have cached as not there: when its fence is due. */
#include "model/parts.h"
#include "model_memory_fixture.h"

static void map_fresh(struct world *world)
{
    begin(world);
    *word(world, entry_at(0, 9)) = 0;
    run_first(world, 0, 1);
    store(world, entry_at(0, 9), leaf(FRAMES(0) + 9 * PAGE));
}

static void a_fresh_mapping_is_fenced(void)
{
    struct world world;

    map_fresh(&world);
    enter(&world);
    BREAKS(&world, "tlb.fresh-mapping");
    end(&world);
    map_fresh(&world);
    fence_page(&world, 9, 1);
    enter(&world);
    HOLDS(&world);
    end(&world);
    board_says = "rv64imac_svvptc";
    map_fresh(&world);
    enter(&world);
    HOLDS(&world);
    end(&world);
    board_says = NULL;
}

static struct world *trial;

static void put(uint64_t physical, uint64_t entry, void *argument)
{
    (void)argument;
    *word(trial, physical) = entry;
}

/* A fresh leaf is not fenced, and the guest is entered by hardware that has cached what was there
 * before. */
static void enter_unfenced(struct world *world)
{
    map_fresh(world);
    trial = world;
    world->model->setup.put = put;
    enter(world);
}

static void meet_it(struct world *world)
{
    world->at.csr.htval = (GUEST + 9 * PAGE) >> 2;
    leave(world, 21);
}

static void a_fresh_leaf_may_be_fenced_when_it_is_met(void)
{
    struct world world;

    enter_unfenced(&world);
    CU_ASSERT_EQUAL(*word(&world, entry_at(0, 9)), 0);
    leave(&world, TIMER);
    CU_ASSERT_EQUAL(*word(&world, entry_at(0, 9)), leaf(FRAMES(0) + 9 * PAGE));
    enter(&world);
    meet_it(&world);
    fence_page(&world, 9, 1);
    enter(&world);
    CU_ASSERT_EQUAL(*word(&world, entry_at(0, 9)), leaf(FRAMES(0) + 9 * PAGE));
    HOLDS(&world);
    end(&world);
    enter_unfenced(&world);
    meet_it(&world);
    enter(&world);
    BREAKS(&world, "tlb.fresh-mapping");
    end(&world);
    enter_unfenced(&world); /* the end of the machine finds it as the hypervisor left it */
    model_end(world.model);
    CU_ASSERT_EQUAL(*word(&world, entry_at(0, 9)), leaf(FRAMES(0) + 9 * PAGE));
    HOLDS(&world);
    end(&world);
}

TEST_SUITE(model_fresh, {"a fresh mapping is fenced", a_fresh_mapping_is_fenced},
           {"a fresh leaf may be fenced when it is met",
            a_fresh_leaf_may_be_fenced_when_it_is_met});
