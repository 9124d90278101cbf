/* What may be in a guest's frames, and who may store there. */
#include "model_memory_fixture.h"

static void what_was_packed_is_entered(void)
{
    struct world world;

    begin(&world);
    run_first(&world, 0, 1);
    enter(&world);
    leave(&world, TIMER);
    run_first(&world, 1, 2);
    HOLDS(&world);
    end(&world);
    HOLDS(&world);
}

static void a_page_that_is_not_zero_is_named(void)
{
    struct world world;

    begin(&world);
    *word(&world, FRAMES(0) + 12 * PAGE + 4088) = 1;
    run_first(&world, 0, 1);
    BREAKS(&world, "memory.zero-when-given");
    CU_ASSERT_PTR_NOT_NULL(strstr(world.seen, "0x8000cff8"));
    end(&world);
}

static void what_is_behind_the_image_is_zero_too(void)
{
    struct world world;

    begin(&world);
    *word(&world, FRAMES(0) + 6008) = 5;
    run_first(&world, 0, 1);
    BREAKS(&world, "memory.packed-when-given");
    end(&world);
}

static void a_changed_image_is_named(void)
{
    struct world world;

    begin(&world);
    *word(&world, FRAMES(0) + 16) ^= 1;
    run_first(&world, 0, 1);
    BREAKS(&world, "memory.packed-when-given");
    end(&world);
}

/* Page 9 comes into being when it is touched. */
static void first_touch(struct world *world, uint64_t frame, uint64_t fill)
{
    begin(world);
    *word(world, entry_at(0, 9)) = 0;
    run_first(world, 0, 1);
    for (unsigned i = 0; i < PAGE; i += 8)
        store(world, frame + i, fill);
    store(world, entry_at(0, 9), leaf(frame));
    fence_page(world, 9, 1);
    enter(world);
}

static void a_page_given_later_is_zero(void)
{
    struct world world;

    first_touch(&world, OTHER, 0);
    HOLDS(&world);
    end(&world);
    first_touch(&world, OTHER, 0x1122);
    BREAKS(&world, "memory.zero-when-given");
    end(&world);
}

static void a_store_into_a_guest_is_named(void)
{
    struct world world;

    begin(&world);
    run_first(&world, 0, 1);
    store(&world, FRAMES(0) + 10 * PAGE + 8, 1);
    HOLDS(&world);
    enter(&world);
    BREAKS(&world, "memory.store-explained");
    CU_ASSERT_EQUAL(world.code, CODE);
    end(&world);
}

static void console_read(struct world *world, uint64_t to)
{
    begin(world);
    load(world, 0, hgatp(0, 1));
    start(world, 0, 1);
    world->at.x[10] = 16;
    world->at.x[11] = GUEST + 10 * PAGE + 64;
    world->at.x[12] = 0;
    call(world, SBI_EXT_DBCN, SBI_DBCN_READ);
    *((uint8_t *)word(world, FRAMES(0) + 10 * PAGE) + to) = 'x';
    model_store(world->model, 0, CODE, FRAMES(0) + 10 * PAGE + to, 1);
    answer(world, 0, 1);
}

static void what_the_guest_reads_goes_where_it_said(void)
{
    struct world world;

    console_read(&world, 64);
    HOLDS(&world);
    leave(&world, TIMER);
    store(&world, FRAMES(0) + 10 * PAGE + 64, 0); /* the call is over */
    enter(&world);
    BREAKS(&world, "memory.store-explained");
    end(&world);
    console_read(&world, 79);
    HOLDS(&world);
    end(&world);
    console_read(&world, 80);
    BREAKS(&world, "memory.store-explained");
    end(&world);
    console_read(&world, 63);
    BREAKS(&world, "memory.store-explained");
    end(&world);
}

static void a_steal_time_area_lasts_until_it_is_taken_back(void)
{
    struct world world;

    begin(&world);
    load(&world, 0, hgatp(0, 1));
    start(&world, 0, 1);
    world.at.x[10] = GUEST + 10 * PAGE;
    world.at.x[11] = world.at.x[12] = 0;
    call(&world, SBI_EXT_STA, SBI_STA_SET_SHMEM);
    answer(&world, 0, 0);
    leave(&world, TIMER);
    store(&world, FRAMES(0) + 10 * PAGE + 8, 5);
    enter(&world);
    HOLDS(&world);
    world.at.x[10] = world.at.x[11] = UINT64_MAX;
    call(&world, SBI_EXT_STA, SBI_STA_SET_SHMEM);
    answer(&world, 0, 0);
    leave(&world, TIMER);
    store(&world, FRAMES(0) + 10 * PAGE + 8, 6);
    enter(&world);
    BREAKS(&world, "memory.store-explained");
    end(&world);
}

/* Page 10, which the guest has written, moves to another frame. */
static void move(struct world *world, uint64_t value)
{
    begin(world);
    run_first(world, 0, 1);
    *word(world, FRAMES(0) + 10 * PAGE) = 0x99;
    for (unsigned i = 0; i < PAGE; i += 8)
        store(world, OTHER + i, i ? 0 : value);
    store(world, entry_at(0, 10), leaf(OTHER));
    fence_page(world, 10, 1);
    store(world, FRAMES(0) + 10 * PAGE, 0); /* the old frame is the hypervisor's again */
    enter(world);
}

static void a_page_that_moves_keeps_what_it_held(void)
{
    struct world world;

    move(&world, 0x99);
    HOLDS(&world);
    end(&world);
    begin(&world);
    run_first(&world, 0, 1);
    *word(&world, FRAMES(0) + 10 * PAGE + 8) = 0x99;
    for (unsigned i = 0; i < PAGE; i += 8)
        store(&world, OTHER + i, 0);
    store(&world, entry_at(0, 10), leaf(OTHER));
    fence_page(&world, 10, 1);
    enter(&world);
    BREAKS(&world, "memory.kept-when-moved");
    end(&world);
}

static void a_vm_begins_anew_in_the_same_place(void)
{
    struct world world;

    begin(&world);
    load(&world, 0, hgatp(0, 1));
    start(&world, 0, 1);
    *word(&world, FRAMES(0) + 11 * PAGE) = 77;
    world.at.x[10] = 1; /* cold reboot */
    world.at.x[11] = 0;
    call(&world, SBI_EXT_SRST, 0);
    load_guest(&world, 0);
    fence(&world, MODEL_FENCE_I);
    fence(&world, MODEL_HFENCE_GVMA);
    start(&world, 0, 1);
    HOLDS(&world);
    end(&world);
}

static void code_outside_the_image_is_named(void)
{
    struct world world;

    begin(&world);
    model_stray_code(world.model, 0, OTHER);
    BREAKS(&world, "memory.code-in-text");
    end(&world);
}

static void ram_before_power_on_is_no_constant(void)
{
    CU_ASSERT_EQUAL(model_fill_word(0, BASE), 0);
    CU_ASSERT_NOT_EQUAL(model_fill_word(1, BASE), model_fill_word(2, BASE));
    CU_ASSERT_NOT_EQUAL(model_fill_word(1, BASE), model_fill_word(1, BASE + 8));
}

TEST_SUITE(model_memory, {"what was packed is entered", what_was_packed_is_entered},
           {"a page that is not zero is named", a_page_that_is_not_zero_is_named},
           {"what is behind the image is zero, too", what_is_behind_the_image_is_zero_too},
           {"a changed image is named", a_changed_image_is_named},
           {"a page given later is zero", a_page_given_later_is_zero},
           {"a store into a guest is named", a_store_into_a_guest_is_named},
           {"what the guest reads goes where it said", what_the_guest_reads_goes_where_it_said},
           {"a steal-time area lasts until it is taken back",
            a_steal_time_area_lasts_until_it_is_taken_back},
           {"a page that moves keeps what it held", a_page_that_moves_keeps_what_it_held},
           {"a VM begins anew in the same place", a_vm_begins_anew_in_the_same_place},
           {"code outside the image is named", code_outside_the_image_is_named},
           {"RAM before power-on is no constant", ram_before_power_on_is_no_constant});
