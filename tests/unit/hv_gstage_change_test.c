/* hv/memory/gstage.c: what is mapped is taken away, protected, split; and the fences of each. */
#include "hv/gstage_fixture.h"

static void unmap_tells_what_it_removed_and_fences_it(void)
{
    struct gstage_leaf leaf;

    begin();
    gstage.vmid = 9;
    gstage_map(&gstage, RAM, PA, 0, GSTAGE_RWX);
    gstage_map(&gstage, RAM + 4 * KIB, PA + 4 * KIB, 0, GSTAGE_READ);
    fake_reset(true);
    CU_ASSERT_EQUAL(gstage_unmap(&gstage, RAM + 4 * KIB, 0, &leaf), GSTAGE_OK);
    CU_ASSERT_EQUAL(leaf.gpa, RAM + 4 * KIB);
    CU_ASSERT_EQUAL(leaf.pa, PA + 4 * KIB);
    CU_ASSERT_EQUAL(leaf.bits & GSTAGE_RWX, GSTAGE_READ);
    CU_ASSERT_EQUAL(fake_fences.page, 1);
    CU_ASSERT_EQUAL(fake_fences.last_gpa, RAM + 4 * KIB);
    CU_ASSERT_EQUAL(fake_fences.last_vmid, 9);
    CU_ASSERT_EQUAL(fake_last_record().event, TRACE_GSTAGE_UNMAP);
    CU_ASSERT_FALSE(gstage_walk(&gstage, RAM + 4 * KIB, &leaf));
    CU_ASSERT_EQUAL(gstage_unmap(&gstage, RAM + 4 * KIB, 0, &leaf), GSTAGE_UNMAPPED);
    end();
}

static void a_table_that_became_empty_goes_after_a_fence_of_the_whole_vm(void)
{
    begin();
    gstage_map(&gstage, RAM, PA, 0, GSTAGE_RWX);
    CU_ASSERT_EQUAL(page_count(TABLES), 6);
    fake_reset(true);
    CU_ASSERT_EQUAL(gstage_unmap(&gstage, RAM, 0, NULL), GSTAGE_OK);
    CU_ASSERT_EQUAL(page_count(TABLES), 4);
    CU_ASSERT_EQUAL(fake_fences.vmid, 1);
    CU_ASSERT_TRUE(arena_is_filled(gstage.root, 4, 0));
    end();
}

static void unmap_wants_the_leafs_own_level(void)
{
    begin();
    gstage_map(&gstage, RAM, PA, 1, GSTAGE_RWX);
    CU_ASSERT_EQUAL(gstage_unmap(&gstage, RAM, 0, NULL), GSTAGE_UNMAPPED);
    CU_ASSERT_EQUAL(gstage_unmap(&gstage, RAM, 2, NULL), GSTAGE_UNMAPPED);
    CU_ASSERT_EQUAL(gstage_protect(&gstage, RAM, 0, GSTAGE_READ), GSTAGE_UNMAPPED);
    CU_ASSERT_EQUAL(gstage_unmap(&gstage, RAM, 1, NULL), GSTAGE_OK);
    end();
}

static void protect_changes_permissions_alone_and_fences(void)
{
    struct gstage_leaf leaf;

    begin();
    gstage_map(&gstage, RAM, PA, 1, GSTAGE_RWX);
    fake_reset(true);
    CU_ASSERT_EQUAL(gstage_protect(&gstage, RAM, 1, GSTAGE_READ), GSTAGE_OK);
    CU_ASSERT_TRUE(gstage_walk(&gstage, RAM, &leaf));
    CU_ASSERT_EQUAL(leaf.bits, PTE_V | PTE_R | PTE_U | PTE_A | PTE_D);
    CU_ASSERT_EQUAL(leaf.pa, PA);
    CU_ASSERT_EQUAL(fake_fences.page, 1);
    CU_ASSERT_EQUAL(fake_last_record().event, TRACE_GSTAGE_PROTECT);
    CU_ASSERT_EQUAL(fake_last_record().arg, 1u << 16 | leaf.bits);
    end();
}

static void split_keeps_every_translation(void)
{
    struct gstage_leaf leaf;

    begin();
    gstage_map(&gstage, RAM, PA & ~(GIB - 1), 2, GSTAGE_READ | GSTAGE_EXEC);
    CU_ASSERT_EQUAL(gstage_split(&gstage, RAM + 5 * MIB), GSTAGE_OK);
    CU_ASSERT_EQUAL(gstage_split(&gstage, RAM + 5 * MIB), GSTAGE_OK);
    CU_ASSERT_EQUAL(fake_fences.vmid, 2);
    for (uint64_t offset = 0; offset < GIB; offset += 4 * KIB) {
        if (!gstage_walk(&gstage, RAM + offset, &leaf) ||
            leaf.pa + (RAM + offset - leaf.gpa) != (PA & ~(GIB - 1)) + offset ||
            leaf.bits != (PTE_V | PTE_R | PTE_X | PTE_U | PTE_A | PTE_D) ||
            leaf.level != (offset / (2 * MIB) == 2 ? 0 : 1))
            CU_FAIL("a page of the split leaf is translated otherwise");
    }
    CU_ASSERT_EQUAL(gstage_split(&gstage, RAM + 5 * MIB), GSTAGE_INVALID); /* 4 KiB already */
    CU_ASSERT_EQUAL(gstage_split(&gstage, 0), GSTAGE_UNMAPPED);
    end();
}

TEST_SUITE(hv_gstage_change,
           {"unmap tells what it removed and fences it", unmap_tells_what_it_removed_and_fences_it},
           {"a table that became empty goes after a fence of the whole VM",
            a_table_that_became_empty_goes_after_a_fence_of_the_whole_vm},
           {"unmap wants the leaf's own level", unmap_wants_the_leafs_own_level},
           {"protect changes permissions alone, and fences",
            protect_changes_permissions_alone_and_fences},
           {"split keeps every translation", split_keeps_every_translation});
