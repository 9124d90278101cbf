/* What a hart may have cached, and which fence covers it. */
#include "model/parts.h"
#include "model_memory_fixture.h"

/* VM a has run; page 10 is then taken from it. */
static void unmap(struct world *world)
{
    begin(world);
    run_first(world, 0, 1);
    store(world, entry_at(0, 10), 0);
}

static void a_translation_that_is_taken_away_is_fenced(void)
{
    struct world world;

    unmap(&world);
    fence_page(&world, 10, 1);
    enter(&world);
    HOLDS(&world);
    end(&world);
    unmap(&world);
    enter(&world);
    BREAKS(&world, "tlb.stale");
    CU_ASSERT_EQUAL(world.code, CODE);
    end(&world);
}

static void any_fence_that_covers_it_will_do(void)
{
    struct world world;

    unmap(&world);
    fence(&world, MODEL_HFENCE_GVMA);
    enter(&world);
    HOLDS(&world);
    end(&world);
    unmap(&world);
    fence_vmid(&world, 1);
    enter(&world);
    HOLDS(&world);
    end(&world);
    unmap(&world);
    model_fence(world.model, 0, CODE, MODEL_HFENCE_GVMA, true, (GUEST + 10 * PAGE + 0x800) >> 2,
                false, 0);
    enter(&world);
    HOLDS(&world);
    end(&world);
}

static void a_fence_that_does_not_cover_it_will_not(void)
{
    struct world world;

    unmap(&world);
    fence_page(&world, 11, 1);
    enter(&world);
    BREAKS(&world, "tlb.stale");
    end(&world);
    unmap(&world);
    fence_vmid(&world, 2);
    enter(&world);
    BREAKS(&world, "tlb.stale");
    end(&world);
    unmap(&world); /* the address was not shifted */
    model_fence(world.model, 0, CODE, MODEL_HFENCE_GVMA, true, GUEST + 10 * PAGE, true, 1);
    enter(&world);
    BREAKS(&world, "tlb.stale");
    end(&world);
    unmap(&world);
    fence(&world, MODEL_HFENCE_VVMA);
    enter(&world);
    BREAKS(&world, "tlb.stale");
    end(&world);
    unmap(&world);
    fence(&world, MODEL_SFENCE_VMA);
    enter(&world);
    BREAKS(&world, "tlb.stale");
    end(&world);
}

static void a_fence_before_the_change_is_none(void)
{
    struct world world;

    begin(&world);
    run_first(&world, 0, 1);
    fence(&world, MODEL_HFENCE_GVMA);
    store(&world, entry_at(0, 10), 0);
    enter(&world);
    BREAKS(&world, "tlb.stale");
    end(&world);
}

/* … but where hgatp is another's, nothing is cached anew. */
static void a_fence_before_the_change_will_do_once_the_tree_has_left(void)
{
    struct world world;

    begin(&world);
    run_first(&world, 0, 1);
    load(&world, 0, 0);
    fence(&world, MODEL_HFENCE_GVMA);
    store(&world, entry_at(0, 10), 0);
    load(&world, 0, hgatp(0, 1));
    fence_vmid(&world, 0);
    enter(&world);
    HOLDS(&world);
    end(&world);
}

static void rights_that_are_taken_away_are_fenced(void)
{
    struct world world;

    begin(&world);
    run_first(&world, 0, 1);
    store(&world, entry_at(0, 10), leaf(FRAMES(0) + 10 * PAGE) & ~4ull);
    enter(&world);
    BREAKS(&world, "tlb.stale");
    end(&world);
}

static void what_is_put_back_needs_no_fence(void)
{
    struct world world;

    unmap(&world);
    store(&world, entry_at(0, 10), leaf(FRAMES(0) + 10 * PAGE));
    enter(&world);
    HOLDS(&world);
    end(&world);
}

/* Page 9's whole table goes, and with it a pointer that only a fence without address covers. */
static void a_pointer_needs_a_fence_without_address(void)
{
    struct world world;

    begin(&world);
    run_first(&world, 0, 1);
    store(&world, TABLES(0) + 0x4000, 0);
    for (unsigned i = 0; i < PAGES; i++)
        fence_page(&world, i, 1);
    enter(&world);
    BREAKS(&world, "tlb.stale");
    end(&world);
    begin(&world);
    run_first(&world, 0, 1);
    store(&world, TABLES(0) + 0x4000, 0);
    fence_vmid(&world, 1);
    enter(&world);
    HOLDS(&world);
    end(&world);
}

/* The same leaves in another table: a copy is prepared, and the pointer moved. */
static void a_table_that_moves_is_fenced(void)
{
    struct world world;

    for (unsigned fenced = 0; fenced < 2; fenced++) {
        begin(&world);
        run_first(&world, 0, 1);
        for (unsigned i = 0; i < 512; i++)
            store(&world, TABLES(0) + 0x6000 + i * 8, *word(&world, entry_at(0, i)));
        store(&world, TABLES(0) + 0x4000, pointer(TABLES(0) + 0x6000));
        if (fenced)
            fence_vmid(&world, 1);
        enter(&world);
        CU_ASSERT_STRING_EQUAL(world.broken, fenced ? "" : "tlb.stale");
        end(&world);
    }
}

/* A table comes where there was nothing, with a fence of that kind. */
static void new_table(struct world *world, bool by_address)
{
    uint64_t at = GUEST + MEGAPAGE;

    begin(world);
    packed(world, 0)->memory = 2 * MEGAPAGE;
    run_first(world, 0, 1);
    memset(word(world, OTHER), 0, PAGE);
    store(world, TABLES(0) + 0x7000, leaf(OTHER));
    store(world, TABLES(0) + 0x4008, pointer(TABLES(0) + 0x7000));
    model_fence(world->model, 0, CODE, MODEL_HFENCE_GVMA, by_address, at >> 2, true, 1);
    enter(world);
}

static void a_new_table_needs_a_fence_without_address(void)
{
    struct world world;

    new_table(&world, false);
    HOLDS(&world);
    end(&world);
    new_table(&world, true);
    BREAKS(&world, "tlb.fresh-mapping");
    end(&world);
}

static void the_hypervisor_s_own_access_is_a_use(void)
{
    struct world world;

    unmap(&world);
    model_guest_access(world.model, 0, CODE);
    BREAKS(&world, "tlb.stale");
    end(&world);
    unmap(&world);
    fence_page(&world, 10, 1);
    model_guest_access(world.model, 0, CODE);
    HOLDS(&world);
    end(&world);
    begin(&world); /* a fault that comes of a fresh mapping can be met by a fence */
    store(&world, entry_at(0, 10), 0);
    run_first(&world, 0, 1);
    store(&world, entry_at(0, 10), leaf(FRAMES(0) + 10 * PAGE));
    model_guest_access(world.model, 0, CODE);
    HOLDS(&world);
    end(&world);
    unmap(&world); /* under another VM's second stage nothing of it is used */
    load(&world, 0, hgatp(1, 2));
    model_guest_access(world.model, 0, CODE);
    HOLDS(&world);
    end(&world);
}

TEST_SUITE(model_tlb,
           {"a translation that is taken away is fenced",
            a_translation_that_is_taken_away_is_fenced},
           {"any fence that covers it will do", any_fence_that_covers_it_will_do},
           {"a fence that does not cover it will not", a_fence_that_does_not_cover_it_will_not},
           {"a fence before the change is none", a_fence_before_the_change_is_none},
           {"a fence before the change will do once the tree has left hgatp",
            a_fence_before_the_change_will_do_once_the_tree_has_left},
           {"rights that are taken away are fenced", rights_that_are_taken_away_are_fenced},
           {"what is put back needs no fence", what_is_put_back_needs_no_fence},
           {"a pointer needs a fence without address", a_pointer_needs_a_fence_without_address},
           {"a new table needs a fence without address", a_new_table_needs_a_fence_without_address},
           {"the hypervisor's own access is a use", the_hypervisor_s_own_access_is_a_use},
           {"a table that moves is fenced", a_table_that_moves_is_fenced});
