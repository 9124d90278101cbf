/* Stores into what a VM had, after it was entered for the last time. */
#include "model/parts.h"
#include "model_memory_fixture.h"

static void a_store_after_the_guest_s_end_is_named_at_the_end(void)
{
    struct world world;

    begin(&world);
    run_first(&world, 0, 1);
    *word(&world, FRAMES(0) + 10 * PAGE) = 0x55; /* the guest's own */
    store(&world, FRAMES(0) + 10 * PAGE + 8, 1);
    end(&world);
    BREAKS(&world, "memory.store-explained");
}

static void scrubbing_is_no_tampering(void)
{
    struct world world;

    begin(&world);
    run_first(&world, 0, 1);
    for (unsigned i = 0; i < PAGES * PAGE; i += 8)
        store(&world, FRAMES(0) + i, 0);
    end(&world);
    HOLDS(&world);
    begin(&world); /* the tables first, and the frames are somebody else's then */
    run_first(&world, 0, 1);
    load(&world, 0, 0);
    fence_vmid(&world, 1);
    for (unsigned i = 0; i < 0x6000; i += 8)
        store(&world, TABLES(0) + i, 0);
    for (unsigned i = 0; i < PAGES * PAGE; i += 8)
        store(&world, FRAMES(0) + i, i);
    end(&world);
    HOLDS(&world);
}

static uint64_t later(void *argument)
{
    (void)argument;
    return 1000;
}

static void what_a_vm_had_that_was_ordered_to_end_is_anybody_s(void)
{
    static const struct model_command orders[] = {{.at = 900, .text = "quit"},
                                                  {.at = 2000, .text = "quit"}};
    struct world world;

    for (unsigned i = 0; i < 2; i++) {
        begin(&world);
        run_first(&world, 0, 1);
        world.model->setup.time = later;
        world.model->setup.commands = &orders[i];
        world.model->setup.command_count = 1;
        store(&world, FRAMES(0) + 10 * PAGE + 8, 1); /* a free list's link, say */
        end(&world);
        if (i == 0) {
            HOLDS(&world);
        } else {
            BREAKS(&world, "memory.store-explained");
        }
    }
}

TEST_SUITE(model_memory_end,
           {"a store after the guest's end is named at the machine's end",
            a_store_after_the_guest_s_end_is_named_at_the_end},
           {"scrubbing is no tampering", scrubbing_is_no_tampering},
           {"what a VM had that was ordered to end is anybody's",
            what_a_vm_had_that_was_ordered_to_end_is_anybody_s});
