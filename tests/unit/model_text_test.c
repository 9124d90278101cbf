/* A guest's code stays what was packed, however it was changed: no store is told to the model. */
#include "model_memory_fixture.h"

static void change(struct world *world, uint64_t into)
{
    begin(world);
    run_first(world, 0, 1);
    *word(world, FRAMES(0) + into) ^= 0x100;
}

static void changed_code_is_named_where_the_machine_stands(void)
{
    struct world world;

    change(&world, 0x48);
    model_end(world.model);
    BREAKS(&world, "memory.code-kept");
    CU_ASSERT_PTR_NOT_NULL(strstr(world.seen, "0x80200049"));
    end(&world);
    change(&world, 0x1000); /* the second page of it */
    model_end(world.model);
    BREAKS(&world, "memory.code-kept");
    end(&world);
}

static void changed_code_is_named_while_the_guest_runs(void)
{
    struct world world;

    change(&world, 0x48);
    for (unsigned i = 0; i < 300; i++) {
        enter(&world);
        leave(&world, TIMER);
    }
    BREAKS(&world, "memory.code-kept");
    CU_ASSERT_EQUAL(world.count, 1);
    end(&world);
}

static void what_is_no_code_is_the_guest_s_own(void)
{
    struct world world;

    change(&world, IMAGE_SIZE - 80);
    model_end(world.model);
    HOLDS(&world);
    end(&world);
}

static void a_vm_that_is_taken_apart_has_no_code(void)
{
    struct world world;

    begin(&world);
    run_first(&world, 0, 1);
    store(&world, TABLES(0) + 16, 0);
    memset(word(&world, FRAMES(0)), 0, PAGE);
    model_end(world.model);
    HOLDS(&world);
    end(&world);
}

TEST_SUITE(model_text,
           {"changed code is named where the machine stands",
            changed_code_is_named_where_the_machine_stands},
           {"changed code is named while the guest runs",
            changed_code_is_named_while_the_guest_runs},
           {"what is no code is the guest's own", what_is_no_code_is_the_guest_s_own},
           {"a VM that is taken apart has no code", a_vm_that_is_taken_apart_has_no_code});
