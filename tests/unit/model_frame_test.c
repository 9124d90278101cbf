/* Which frames a guest reaches, and through what tables. */
#include "model_memory_fixture.h"

static void a_leaf_leads_from_promised_memory_to_free_ram(void)
{
    struct world world;

    begin(&world);
    store(&world, entry_at(0, 16), leaf(OTHER));
    run_first(&world, 0, 1);
    BREAKS(&world, "memory.promised-only");
    end(&world);
    begin(&world);
    store(&world, entry_at(0, 15), leaf(0x10000000));
    run_first(&world, 0, 1);
    BREAKS(&world, "memory.promised-only");
    end(&world);
    begin(&world);
    store(&world, entry_at(0, 15), leaf(BASE + 0x1f000));
    run_first(&world, 0, 1);
    BREAKS(&world, "memory.hypervisor-hidden");
    end(&world);
    begin(&world);
    store(&world, entry_at(0, 15), leaf(TABLES(0) + 0x4000));
    run_first(&world, 0, 1);
    BREAKS(&world, "memory.table-hidden");
    end(&world);
    begin(&world);
    store(&world, entry_at(0, 15), leaf(FRAMES(0) + 14 * PAGE));
    run_first(&world, 0, 1);
    BREAKS(&world, "memory.mapped-once");
    end(&world);
}

/* VM b is given a page of VM a's; whether that is wrong shows when VM a runs again. */
static void share(struct world *world, bool a_loses_it)
{
    begin(world);
    run_first(world, 0, 1);
    const struct model_state a = world->at;
    if (a_loses_it)
        store(world, entry_at(0, 10), 0);
    store(world, entry_at(1, 10), leaf(FRAMES(0) + 10 * PAGE));
    fence(world, MODEL_HFENCE_GVMA);
    run_first(world, 1, 2);
    HOLDS(world);
    world->at = a;
    load(world, 0, hgatp(0, 1));
    enter(world);
}

static void a_frame_is_one_vm_s(void)
{
    struct world world;

    share(&world, true);
    HOLDS(&world);
    end(&world);
    share(&world, false);
    BREAKS(&world, "memory.frame-owned-once");
    end(&world);
}

static void a_table_of_one_vm_is_no_memory_of_another(void)
{
    struct world world;

    begin(&world);
    run_first(&world, 0, 1);
    const struct model_state a = world.at;
    store(&world, entry_at(1, 10), leaf(TABLES(0) + 0x5000));
    run_first(&world, 1, 2);
    world.broken[0] = '\0'; /* what stands there was not zero, either */
    world.count = 0;
    world.at = a;
    load(&world, 0, hgatp(0, 1));
    enter(&world);
    BREAKS(&world, "memory.frame-owned-once");
    end(&world);
}

static void a_second_stage_is_a_tree_in_ram(void)
{
    struct world world;

    begin(&world);
    load(&world, 0, hgatp(0, 1));
    store(&world, TABLES(0) + 0x4008, pointer(BASE + RAM_BYTES));
    run_first(&world, 0, 1);
    BREAKS(&world, "memory.second-stage");
    end(&world);
    begin(&world);
    store(&world, TABLES(0) + 0x4008, pointer(TABLES(0) + 0x5000));
    run_first(&world, 0, 1);
    BREAKS(&world, "memory.second-stage");
    end(&world);
}

/* A million entries, and hgatp another at each entry: the work is bounded, and the verdict plain.
 */
static void many_roots_are_given_up(void)
{
    struct world world;

    begin(&world);
    run_first(&world, 0, 1);
    for (unsigned i = 1; i < 100 && !world.broken[0]; i++) {
        uint64_t root = BASE + 0x400000 + i * 0x4000;
        memset(word(&world, root), 0, 0x4000);
        store(&world, root + 16, pointer(TABLES(0) + 0x4000));
        world.at.csr.hgatp = SV39 | (uint64_t)(i + 1) << 44 | root >> 12;
        load(&world, 0, world.at.csr.hgatp);
        enter(&world);
        leave(&world, TIMER);
    }
    BREAKS(&world, "memory.second-stage");
    end(&world);
}

TEST_SUITE(model_frame,
           {"a leaf leads from promised memory to free RAM",
            a_leaf_leads_from_promised_memory_to_free_ram},
           {"a frame is one VM's", a_frame_is_one_vm_s},
           {"a table of one VM is no memory of another", a_table_of_one_vm_is_no_memory_of_another},
           {"a second stage is a tree in RAM", a_second_stage_is_a_tree_in_ram},
           {"too many roots are given up", many_roots_are_given_up});
