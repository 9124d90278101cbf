/* The walker of one address through both stages, on trees made here. */
#include "audit_fixture.h"

static void one_address_translates_as_the_machine_does(void)
{
    struct machine machine;
    uint64_t hgatp = hgatp_of(ROOT_A, 1);

    begin(&machine);
    map_well(&machine);
    struct walk_translation found =
        walk_translate_second(&machine.ram, hgatp, GUEST + 0x1234, WALK_WRITE);
    CU_ASSERT_TRUE(found.ok);
    CU_ASSERT_EQUAL(found.physical, RAM_A + 0x1234);
    CU_ASSERT_EQUAL(found.second.level, 1);
    CU_ASSERT_FALSE(walk_translate_second(&machine.ram, hgatp, GUEST + 2 * MEGA, WALK_READ).ok);
    CU_ASSERT_FALSE(walk_translate_second(&machine.ram, hgatp, 1ull << 41, WALK_READ).ok);
    map(&machine, ROOT_A, GUEST + MEGA, RAM_A + MEGA, 0, PTE_V | PTE_R | PTE_U);
    CU_ASSERT_TRUE(walk_translate_second(&machine.ram, hgatp, GUEST + MEGA, WALK_READ).ok);
    CU_ASSERT_FALSE(walk_translate_second(&machine.ram, hgatp, GUEST + MEGA, WALK_WRITE).ok);
    end(&machine);
}

/* The guest's own Sv39 tables lie at guest-physical addresses. */
static void both_stages_translate_together(void)
{
    struct machine machine;
    uint64_t hgatp = hgatp_of(ROOT_A, 1), vsatp = (uint64_t)MODE_SV39 << 60 | (GUEST + PAGE) >> 12;
    uint64_t *root, *leaf;

    begin(&machine);
    map_well(&machine);
    root = entry_at(&machine, RAM_A + PAGE);
    leaf = entry_at(&machine, RAM_A + 2 * PAGE);
    root[511] = (GUEST + 2 * PAGE) >> 12 << 10 | PTE_V;
    leaf[3] = (GUEST + MEGA - MEGA) >> 12 << 10 | PTE_V | PTE_R | PTE_A;
    uint64_t virtual = 0xffffffffc0000000ull + 3 * MEGA + 0x456;
    struct walk_translation found = walk_translate(&machine.ram, vsatp, hgatp, virtual, WALK_READ);
    CU_ASSERT_TRUE(found.ok);
    CU_ASSERT_EQUAL(found.guest_physical, GUEST + 0x456);
    CU_ASSERT_EQUAL(found.physical, RAM_A + 0x456);
    CU_ASSERT_FALSE(walk_translate(&machine.ram, vsatp, hgatp, virtual, WALK_WRITE).ok);
    CU_ASSERT_FALSE(walk_translate(&machine.ram, vsatp, hgatp, 1ull << 40, WALK_READ).ok);
    end(&machine);
}

static void copies_cross_pages_or_fail(void)
{
    struct machine machine;
    char text[16] = {0};

    begin(&machine);
    map_well(&machine);
    memcpy(machine.memory + (RAM_A + MEGA - BASE) + PAGE - 4, "abcdefgh", 8);
    CU_ASSERT_TRUE(walk_copy(&machine.ram, hgatp_of(ROOT_A, 1), GUEST + MEGA + PAGE - 4, text, 8));
    CU_ASSERT_STRING_EQUAL(text, "abcdefgh");
    CU_ASSERT_FALSE(
        walk_copy(&machine.ram, hgatp_of(ROOT_A, 1), GUEST + MEGA + 2 * PAGE - 4, text, 8));
    end(&machine);
}

TEST_SUITE(walk,
           {"one address translates as the machine does",
            one_address_translates_as_the_machine_does},
           {"both stages translate together", both_stages_translate_together},
           {"copies cross pages or fail", copies_cross_pages_or_fail});
