/* fence.i after code was written, and the fences that guests ask for. */
#include "model_memory_fixture.h"

static void loaded_code_needs_fence_i(void)
{
    struct world world;

    begin(&world);
    store(&world, FRAMES(0), *word(&world, FRAMES(0)));
    run_first(&world, 0, 1);
    BREAKS(&world, "code.fence-i-after-load");
    end(&world);
    begin(&world);
    store(&world, FRAMES(0), *word(&world, FRAMES(0)));
    fence(&world, MODEL_FENCE_I);
    run_first(&world, 0, 1);
    HOLDS(&world);
    end(&world);
}

static void ask(struct world *world, uint64_t function, uint64_t start_address, uint64_t bytes)
{
    begin(world);
    load(world, 0, hgatp(0, 1));
    start(world, 0, 1);
    world->at.csr.vsatp = SV39 | 0x80008;
    world->at.x[10] = 1;
    world->at.x[11] = 0;
    world->at.x[12] = start_address;
    world->at.x[13] = bytes;
    world->at.x[14] = 7;
    call(world, SBI_EXT_RFENCE, function);
}

static void vvma(struct world *world, uint64_t address)
{
    model_fence(world->model, 0, CODE, MODEL_HFENCE_VVMA, true, address, false, 0);
}

static void a_remote_fence_covers_its_range(void)
{
    struct world world;

    ask(&world, SBI_RFENCE_SFENCE_VMA, 0x4800, 0x1000);
    answer(&world, 0, 0);
    BREAKS(&world, "sbi.remote-sfence");
    end(&world);
    ask(&world, SBI_RFENCE_SFENCE_VMA, 0x4800, 0x1000);
    vvma(&world, 0x4000);
    answer(&world, 0, 0);
    BREAKS(&world, "sbi.remote-sfence");
    end(&world);
    ask(&world, SBI_RFENCE_SFENCE_VMA, 0x4800, 0x1000);
    vvma(&world, 0x4000);
    vvma(&world, 0x5000);
    answer(&world, 0, 0);
    HOLDS(&world);
    end(&world);
    ask(&world, SBI_RFENCE_SFENCE_VMA, 0x4800, 0x1000);
    fence(&world, MODEL_HFENCE_VVMA);
    answer(&world, 0, 0);
    HOLDS(&world);
    end(&world);
}

static void a_remote_fence_of_everything_has_no_address(void)
{
    struct world world;

    for (unsigned i = 0; i < 2; i++) {
        ask(&world, SBI_RFENCE_SFENCE_VMA, 0, i ? UINT64_MAX : 0);
        vvma(&world, 0);
        answer(&world, 0, 0);
        BREAKS(&world, "sbi.remote-sfence");
        end(&world);
    }
}

static void a_remote_fence_ends_with_the_addresses(void)
{
    struct world world;

    for (unsigned i = 0; i < 2; i++) {
        ask(&world, SBI_RFENCE_SFENCE_VMA, -0x2000ull, i ? 0x2000 : 0x5000);
        vvma(&world, -0x2000ull);
        vvma(&world, -0x1000ull);
        answer(&world, 0, 0);
        HOLDS(&world);
        end(&world);
        ask(&world, SBI_RFENCE_SFENCE_VMA, -0x2000ull, i ? 0x2000 : 0x5000);
        vvma(&world, -0x2000ull);
        answer(&world, 0, 0);
        BREAKS(&world, "sbi.remote-sfence");
        end(&world);
    }
}

static void a_remote_fence_is_for_its_address_space(void)
{
    struct world world;

    for (unsigned asid = 7; asid < 9; asid++) {
        ask(&world, SBI_RFENCE_SFENCE_VMA_ASID, 0x4000, 0x1000);
        model_fence(world.model, 0, CODE, MODEL_HFENCE_VVMA, true, 0x4000, true, asid);
        answer(&world, 0, 0);
        CU_ASSERT_STRING_EQUAL(world.broken, asid == 7 ? "" : "sbi.remote-sfence");
        end(&world);
    }
    ask(&world, SBI_RFENCE_SFENCE_VMA, 0x4000, 0x1000);
    model_fence(world.model, 0, CODE, MODEL_HFENCE_VVMA, true, 0x4000, true, 7);
    answer(&world, 0, 0);
    BREAKS(&world, "sbi.remote-sfence");
    end(&world);
}

static void a_refused_remote_fence_owes_nothing(void)
{
    struct world world;

    ask(&world, SBI_RFENCE_SFENCE_VMA, 0x4000, 0x1000);
    answer(&world, (uint64_t)-3, 0);
    HOLDS(&world);
    end(&world);
}

static void a_remote_fence_i_is_executed(void)
{
    struct world world;

    ask(&world, SBI_RFENCE_FENCE_I, 0, 0);
    answer(&world, 0, 0);
    BREAKS(&world, "code.remote-fence-i");
    end(&world);
    ask(&world, SBI_RFENCE_FENCE_I, 0, 0);
    fence(&world, MODEL_FENCE_I);
    answer(&world, 0, 0);
    HOLDS(&world);
    end(&world);
}

TEST_SUITE(model_fence, {"loaded code needs fence.i", loaded_code_needs_fence_i},
           {"a remote fence covers its range", a_remote_fence_covers_its_range},
           {"a remote fence of everything has no address",
            a_remote_fence_of_everything_has_no_address},
           {"a remote fence ends with the last address", a_remote_fence_ends_with_the_addresses},
           {"a remote fence is for its address space", a_remote_fence_is_for_its_address_space},
           {"a refused remote fence owes nothing", a_refused_remote_fence_owes_nothing},
           {"a remote fence.i is executed", a_remote_fence_i_is_executed});
