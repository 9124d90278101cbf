/* hv/memory/gstage.c and gstage_walk.c, mapping: what their contract says, sentence by sentence. */
#include "hv/gstage_fixture.h"
#include "memory/gstage_fill.h"

/* Level of the vacant entry that a walk for gpa meets; -1: it is mapped. */
static int vacant_level(uint64_t gpa)
{
    struct gstage_place place;

    return gstage_find_vacant(&gstage, gpa, &place) ? (int)place.level : -1;
}

static void the_root_is_16_kib_aligned_and_empty(void)
{
    struct gstage_leaf leaf;

    begin();
    CU_ASSERT_NOT_EQUAL(gstage.root, 0);
    CU_ASSERT_EQUAL(gstage.root % (16 * KIB), 0);
    CU_ASSERT_EQUAL(page_count(TABLES), 4);
    CU_ASSERT_TRUE(arena_is_filled(gstage.root, 4, 0));
    CU_ASSERT_FALSE(gstage_walk(&gstage, RAM, &leaf));
    CU_ASSERT_EQUAL(vacant_level(RAM), 2);
    end();
}

static void leaves_of_each_size_translate_all_their_bytes(void)
{
    begin();
    for (unsigned level = 0; level <= 2; level++) {
        uint64_t gpa = (level + 1) * 4 * GIB, bytes = gstage_leaf_bytes(level);
        struct gstage_leaf leaf;
        CU_ASSERT_EQUAL(gstage_map(&gstage, gpa, PA, level, GSTAGE_RWX), GSTAGE_OK);
        for (unsigned i = 0; i < 3; i++) {
            uint64_t inside[] = {gpa, gpa + bytes / 2 + 5, gpa + bytes - 1};
            CU_ASSERT_TRUE(gstage_walk(&gstage, inside[i], &leaf));
            CU_ASSERT_EQUAL(leaf.gpa, gpa);
            CU_ASSERT_EQUAL(leaf.pa, PA);
            CU_ASSERT_EQUAL(leaf.level, level);
            CU_ASSERT_EQUAL(vacant_level(inside[i]), -1);
        }
        CU_ASSERT_FALSE(gstage_walk(&gstage, gpa - 1, &leaf) ||
                        gstage_walk(&gstage, gpa + bytes, &leaf));
    }
    end();
}

static void a_leaf_has_u_a_and_d_set_and_g_clear(void)
{
    struct gstage_leaf leaf;

    begin();
    gstage_map(&gstage, RAM, PA, 0, GSTAGE_READ | GSTAGE_EXEC);
    CU_ASSERT_TRUE(gstage_walk(&gstage, RAM, &leaf));
    CU_ASSERT_EQUAL(leaf.bits, PTE_V | PTE_R | PTE_X | PTE_U | PTE_A | PTE_D);
    end();
}

static void entries_are_encoded_as_the_specification_draws_them(void)
{
    begin();
    gstage_map(&gstage, 5 * GIB + 3 * 2 * MIB + 7 * 4 * KIB, 0x12345000, 0, GSTAGE_RWX);
    uint64_t top = ((uint64_t *)gstage.root)[5];
    CU_ASSERT_EQUAL(top & 0x3ff, PTE_V);
    uint64_t middle = ((uint64_t *)(top >> 10 << 12))[3];
    CU_ASSERT_EQUAL(middle & 0x3ff, PTE_V);
    CU_ASSERT_EQUAL(((uint64_t *)(middle >> 10 << 12))[7], 0x12345ull << 10 | 0xdf);
    CU_ASSERT_EQUAL(gstage_map(&gstage, 2047 * GIB, PA, 2, GSTAGE_RWX), GSTAGE_OK);
    CU_ASSERT_EQUAL(((uint64_t *)gstage.root)[2047], PA >> 12 << 10 | 0xdf);
    end();
}

static void nonsense_is_invalid(void)
{
    static const struct {
        uint64_t gpa, pa;
        unsigned level;
        uint64_t permissions;
    } cases[] = {
        {RAM + 1, PA, 0, GSTAGE_RWX},
        {RAM, PA + 8, 0, GSTAGE_RWX},
        {RAM + 4 * KIB, PA, 1, GSTAGE_RWX},
        {RAM, PA + 4 * KIB, 1, GSTAGE_RWX},
        {RAM + 2 * MIB, PA, 2, GSTAGE_RWX},
        {RAM, PA, 3, GSTAGE_RWX},
        {RAM, PA, ~0u, GSTAGE_RWX},
        {GSTAGE_GPA_LIMIT, PA, 0, GSTAGE_RWX},
        {UINT64_MAX & ~4095ull, PA, 0, GSTAGE_RWX},
        {RAM, 1ull << 56, 0, GSTAGE_RWX},
        {RAM, PA, 0, 0},
        {RAM, PA, 0, GSTAGE_WRITE},
        {RAM, PA, 0, GSTAGE_WRITE | GSTAGE_EXEC},
        {RAM, PA, 0, GSTAGE_RWX | PTE_U},
        {RAM, PA, 0, PTE_V},
    };

    begin();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CU_ASSERT_EQUAL(
            gstage_map(&gstage, cases[i].gpa, cases[i].pa, cases[i].level, cases[i].permissions),
            GSTAGE_INVALID);
    CU_ASSERT_EQUAL(gstage_unmap(&gstage, RAM + 1, 0, NULL), GSTAGE_INVALID);
    CU_ASSERT_EQUAL(gstage_protect(&gstage, RAM, 0, GSTAGE_WRITE), GSTAGE_INVALID);
    CU_ASSERT_EQUAL(gstage_split(&gstage, GSTAGE_GPA_LIMIT), GSTAGE_INVALID);
    CU_ASSERT_EQUAL(page_count(TABLES), 4);
    CU_ASSERT_EQUAL(fake_trace_count, 0);
    end();
}

static void nothing_is_mapped_over_what_is_mapped(void)
{
    begin();
    gstage_map(&gstage, RAM + 2 * MIB, PA, 1, GSTAGE_RWX);
    CU_ASSERT_EQUAL(gstage_map(&gstage, RAM + 2 * MIB, PA, 1, GSTAGE_RWX), GSTAGE_MAPPED);
    CU_ASSERT_EQUAL(gstage_map(&gstage, RAM + 2 * MIB, PA, 0, GSTAGE_RWX), GSTAGE_MAPPED);
    CU_ASSERT_EQUAL(gstage_map(&gstage, RAM, PA & ~(GIB - 1), 2, GSTAGE_RWX), GSTAGE_MAPPED);
    CU_ASSERT_EQUAL(vacant_level(RAM), 1);
    end();
}

static void map_without_memory_changes_nothing(void)
{
    struct gstage_leaf leaf;

    begin();
    while (page_count(OWNER_FREE) > 1)
        page_alloc(0, OWNER_HYPERVISOR);
    unsigned before = fake_trace_count;
    CU_ASSERT_EQUAL(gstage_map(&gstage, RAM, PA, 0, GSTAGE_RWX), GSTAGE_NO_MEMORY);
    CU_ASSERT_EQUAL(page_count(OWNER_FREE), 1);
    CU_ASSERT_EQUAL(page_count(TABLES), 4);
    CU_ASSERT_TRUE(arena_is_filled(gstage.root, 4, 0));
    CU_ASSERT_FALSE(gstage_walk(&gstage, RAM, &leaf));
    CU_ASSERT_EQUAL(fake_trace_count, before);
    CU_ASSERT_EQUAL(gstage_map(&gstage, RAM, PA, 1, GSTAGE_RWX), GSTAGE_OK);
    CU_ASSERT_EQUAL(gstage_split(&gstage, RAM), GSTAGE_NO_MEMORY);
    CU_ASSERT_EQUAL(gstage_init(&(struct gstage){0}, TABLES, 3), GSTAGE_NO_MEMORY);
    end();
}

static void a_leaf_goes_into_the_vacant_entry_or_into_tables_below_it(void)
{
    struct gstage_place place;
    struct gstage_leaf leaf;

    begin();
    CU_ASSERT_TRUE(gstage_find_vacant(&gstage, RAM, &place));
    CU_ASSERT_PTR_EQUAL(place.entry, (uint64_t *)gstage.root + RAM / GIB);
    CU_ASSERT_TRUE(gstage_put_leaf(&gstage, &place, RAM, PA, 1, GSTAGE_RWX));
    CU_ASSERT_EQUAL(page_count(TABLES), 5);
    CU_ASSERT_TRUE(gstage_find_vacant(&gstage, RAM + 2 * MIB, &place));
    CU_ASSERT_EQUAL(place.level, 1);
    CU_ASSERT_TRUE(gstage_put_leaf(&gstage, &place, RAM + 2 * MIB, PA, 1, GSTAGE_READ));
    CU_ASSERT_EQUAL(*place.entry, PA >> 12 << 10 | PTE_V | PTE_R | PTE_U | PTE_A | PTE_D);
    CU_ASSERT_EQUAL(page_count(TABLES), 5);
    CU_ASSERT_FALSE(gstage_find_vacant(&gstage, RAM + 3 * MIB, &place));
    CU_ASSERT_TRUE(gstage_walk(&gstage, RAM + MIB, &leaf));
    CU_ASSERT_EQUAL(leaf.level, 1);
    end();
}

static void a_leaf_for_whose_tables_there_is_no_memory_is_not_put(void)
{
    struct gstage_place place;

    begin();
    CU_ASSERT_TRUE(gstage_find_vacant(&gstage, RAM, &place));
    while (page_count(OWNER_FREE) > 1)
        page_alloc(0, OWNER_HYPERVISOR);
    CU_ASSERT_FALSE(gstage_put_leaf(&gstage, &place, RAM, PA, 0, GSTAGE_RWX));
    CU_ASSERT_EQUAL(page_count(OWNER_FREE), 1);
    CU_ASSERT_TRUE(arena_is_filled(gstage.root, 4, 0));
    CU_ASSERT_EQUAL(fake_trace_count, 0);
    end();
}

/* The hart may have cached that there was nothing: by its address, if that was a leaf's place. */
static void a_fresh_mapping_is_fenced(void)
{
    begin();
    gstage.vmid = 9;
    gstage_map(&gstage, RAM + 4 * KIB, PA, 0, GSTAGE_RWX);
    CU_ASSERT_EQUAL(fake_fences.vmid, 1);
    CU_ASSERT_EQUAL(fake_fences.page, 0);
    CU_ASSERT_EQUAL(fake_fences.last_vmid, 9);
    gstage_map(&gstage, RAM, PA, 0, GSTAGE_RWX);
    CU_ASSERT_EQUAL(fake_fences.vmid, 1);
    CU_ASSERT_EQUAL(fake_fences.page, 1);
    CU_ASSERT_EQUAL(fake_fences.last_gpa, RAM);
    CU_ASSERT_EQUAL(fake_last_record().event, TRACE_GSTAGE_MAP);
    CU_ASSERT_EQUAL(fake_last_record().vm, 3);
    CU_ASSERT_EQUAL(fake_last_record().arg, 0xdf);
    CU_ASSERT_EQUAL(fake_last_record().a, RAM);
    CU_ASSERT_EQUAL(fake_last_record().b, PA);
    end();
}

static bool count_to_three(void *context, const struct gstage_leaf *leaf)
{
    return ++*(unsigned *)context < 3;
}

static void a_visit_can_be_stopped(void)
{
    unsigned visited = 0;

    begin();
    for (unsigned i = 0; i < 10; i++)
        gstage_map(&gstage, RAM + i * 300 * MIB, PA, 1, GSTAGE_RWX);
    gstage_each(&gstage, count_to_three, &visited);
    CU_ASSERT_EQUAL(visited, 3);
    end();
}

static void destroying_twice_is_harmless(void)
{
    begin();
    gstage_map(&gstage, RAM, PA, 0, GSTAGE_RWX);
    gstage_destroy(&gstage);
    gstage_destroy(&gstage);
    CU_ASSERT_EQUAL(gstage.root, 0);
    end();
}

TEST_SUITE(hv_gstage,
           {"the root is 16 KiB aligned and empty", the_root_is_16_kib_aligned_and_empty},
           {"leaves of each size translate all their bytes",
            leaves_of_each_size_translate_all_their_bytes},
           {"a leaf has U, A and D set and G clear", a_leaf_has_u_a_and_d_set_and_g_clear},
           {"entries are encoded as the specification draws them",
            entries_are_encoded_as_the_specification_draws_them},
           {"nonsense is invalid", nonsense_is_invalid},
           {"nothing is mapped over what is mapped", nothing_is_mapped_over_what_is_mapped},
           {"map without memory changes nothing", map_without_memory_changes_nothing},
           {"a leaf goes into the vacant entry, or into tables below it",
            a_leaf_goes_into_the_vacant_entry_or_into_tables_below_it},
           {"a leaf for whose tables there is no memory is not put",
            a_leaf_for_whose_tables_there_is_no_memory_is_not_put},
           {"a fresh mapping is fenced", a_fresh_mapping_is_fenced},
           {"a visit can be stopped", a_visit_can_be_stopped},
           {"destroying twice is harmless", destroying_twice_is_harmless});
