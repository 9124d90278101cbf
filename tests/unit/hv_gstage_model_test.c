/* hv/memory/gstage.c against a flat list of leaves, over random steps. */
#include "memory/gstage_fill.h"

#include "hv/arena.h"
#include "hv/fake_metal.h"
#include "memory/page.h"
#include "test.h"
#include <stdlib.h>
#include <string.h>

#define TABLES     (OWNER_TABLES_FIRST + 1)
#define LEAVES_MAX 4096

static struct gstage gstage;
static struct gstage_leaf leaves[LEAVES_MAX]; /* in no order */
static unsigned leaf_count;

static uint64_t end_of(const struct gstage_leaf *leaf)
{
    return leaf->gpa + gstage_leaf_bytes(leaf->level);
}

static struct gstage_leaf *leaf_at(uint64_t gpa)
{
    for (unsigned i = 0; i < leaf_count; i++)
        if (gpa >= leaves[i].gpa && gpa < end_of(&leaves[i]))
            return &leaves[i];
    return NULL;
}

static bool anything_in(uint64_t gpa, uint64_t bytes)
{
    for (unsigned i = 0; i < leaf_count; i++)
        if (leaves[i].gpa < gpa + bytes && gpa < end_of(&leaves[i]))
            return true;
    return false;
}

/* How many tables the leaves need: an aligned area of gstage_leaf_bytes(1) has one for its
 * 4 KiB leaves, one of gstage_leaf_bytes(2) for what is below it. */
static unsigned tables_of_level(unsigned level)
{
    uint64_t area = gstage_leaf_bytes(level + 1);
    unsigned tables = 0;

    for (unsigned i = 0; i < leaf_count; i++) {
        bool seen = leaves[i].level > level;
        for (unsigned j = 0; j < i && !seen; j++)
            seen = leaves[j].level <= level && leaves[j].gpa / area == leaves[i].gpa / area;
        tables += !seen;
    }
    return tables;
}

/* Places in which steps collide often, at both ends of the guest-physical space. */
static uint64_t random_gpa(struct random *random, unsigned level)
{
    static const uint64_t bases[] = {0, 0x80000000, 0xc0000000, GSTAGE_GPA_LIMIT - (1ull << 30)};
    uint64_t gpa = bases[random_below(random, 4)];

    gpa += random_below(random, 3) * gstage_leaf_bytes(1);
    gpa += random_below(random, 4) * gstage_leaf_bytes(0);
    return gpa & ~(gstage_leaf_bytes(level) - 1);
}

static const uint64_t permission_sets[] = {GSTAGE_READ, GSTAGE_READ | GSTAGE_WRITE, GSTAGE_RWX,
                                           GSTAGE_EXEC, GSTAGE_READ | GSTAGE_EXEC};

static uint64_t random_permissions(struct random *random)
{
    return permission_sets[random_below(random, 5)];
}

static void map_some(struct random *random)
{
    unsigned level = (unsigned)(random_below(random, 10) * 3 / 10);
    uint64_t gpa = random_gpa(random, level), permissions = random_permissions(random);
    uint64_t pa = random_below(random, 1ull << 44) << 12 & ~(gstage_leaf_bytes(level) - 1);
    bool taken = anything_in(gpa, gstage_leaf_bytes(level));

    CU_ASSERT_EQUAL(gstage_map(&gstage, gpa, pa, level, permissions),
                    taken ? GSTAGE_MAPPED : GSTAGE_OK);
    if (!taken)
        leaves[leaf_count++] =
            (struct gstage_leaf){gpa, pa, level, permissions | PTE_V | PTE_U | PTE_A | PTE_D};
}

static void unmap_some(struct random *random)
{
    unsigned level = (unsigned)random_below(random, 3);
    uint64_t gpa = random_gpa(random, level);
    struct gstage_leaf *expected = leaf_at(gpa), removed;
    enum gstage_result result = gstage_unmap(&gstage, gpa, level, &removed);

    if (expected == NULL || expected->level != level) {
        CU_ASSERT_EQUAL(result, GSTAGE_UNMAPPED);
        return;
    }
    CU_ASSERT_EQUAL(result, GSTAGE_OK);
    CU_ASSERT_EQUAL(memcmp(&removed.gpa, &expected->gpa, 16), 0);
    CU_ASSERT_EQUAL(removed.bits, expected->bits);
    *expected = leaves[--leaf_count];
}

static void protect_some(struct random *random)
{
    unsigned level = (unsigned)random_below(random, 3);
    uint64_t gpa = random_gpa(random, level), permissions = random_permissions(random);
    struct gstage_leaf *expected = leaf_at(gpa);
    enum gstage_result result = gstage_protect(&gstage, gpa, level, permissions);

    if (expected == NULL || expected->level != level) {
        CU_ASSERT_EQUAL(result, GSTAGE_UNMAPPED);
        return;
    }
    CU_ASSERT_EQUAL(result, GSTAGE_OK);
    expected->bits = (expected->bits & ~GSTAGE_RWX) | permissions;
}

static void split_some(struct random *random)
{
    uint64_t gpa = random_gpa(random, 0);
    struct gstage_leaf *expected = leaf_at(gpa);
    bool possible = expected != NULL && expected->level > 0 && leaf_count + 512 < LEAVES_MAX;

    if (!possible) {
        if (expected == NULL)
            CU_ASSERT_EQUAL(gstage_split(&gstage, gpa), GSTAGE_UNMAPPED);
        return;
    }
    CU_ASSERT_EQUAL(gstage_split(&gstage, gpa), GSTAGE_OK);
    struct gstage_leaf whole = *expected, part = whole;
    part.level--;
    for (unsigned i = 0; i < 512; i++) {
        part.gpa = whole.gpa + i * gstage_leaf_bytes(part.level);
        part.pa = whole.pa + i * gstage_leaf_bytes(part.level);
        if (i == 0)
            *expected = part;
        else
            leaves[leaf_count++] = part;
    }
}

static int by_gpa(const void *a, const void *b)
{
    const struct gstage_leaf *left = a, *right = b;
    return (left->gpa > right->gpa) - (left->gpa < right->gpa);
}

static bool compare_next(void *context, const struct gstage_leaf *leaf)
{
    unsigned *index = context;
    const struct gstage_leaf *expected = &leaves[*index];

    if (*index >= leaf_count || leaf->gpa != expected->gpa || leaf->pa != expected->pa ||
        leaf->level != expected->level || leaf->bits != expected->bits)
        CU_FAIL("a leaf is not as the model has it");
    return ++*index < LEAVES_MAX;
}

/* Level of the vacant entry that a walk for gpa meets; -1: it is mapped. */
static int vacant_level(uint64_t gpa)
{
    struct gstage_place place;

    return gstage_find_vacant(&gstage, gpa, &place) ? (int)place.level : -1;
}

static void compare(struct random *random)
{
    unsigned visited = 0;
    struct gstage_leaf leaf;

    qsort(leaves, leaf_count, sizeof leaves[0], by_gpa);
    gstage_each(&gstage, compare_next, &visited);
    CU_ASSERT_EQUAL(visited, leaf_count);
    CU_ASSERT_EQUAL(page_count(TABLES), 4 + tables_of_level(0) + tables_of_level(1));
    for (unsigned i = 0; i < 20; i++) {
        uint64_t gpa = random_gpa(random, 0) + random_below(random, PAGE_SIZE);
        const struct gstage_leaf *expected = leaf_at(gpa);
        CU_ASSERT_EQUAL(gstage_walk(&gstage, gpa, &leaf), expected != NULL);
        int vacant = expected != NULL ? -1 : 0;
        for (unsigned level = 1; vacant >= 0 && level <= 2; level++) {
            uint64_t bytes = gstage_leaf_bytes(level);
            vacant = anything_in(gpa & ~(bytes - 1), bytes) ? vacant : (int)level;
        }
        CU_ASSERT_EQUAL(vacant_level(gpa), vacant);
    }
}

static void random_steps_agree_with_the_model(void)
{
    struct random random = {10};

    arena_begin(2048, ORDER_2M);
    fake_reset(false);
    CU_ASSERT_EQUAL_FATAL(gstage_init(&gstage, TABLES, 1), GSTAGE_OK);
    leaf_count = 0;
    for (unsigned step = 0; step < 6000; step++) {
        uint64_t kind = random_below(&random, 100);
        if (kind < 45)
            map_some(&random);
        else if (kind < 85)
            unmap_some(&random);
        else if (kind < 98)
            protect_some(&random);
        else
            split_some(&random);
        if (step % 100 == 0)
            compare(&random);
    }
    compare(&random);
    gstage_destroy(&gstage);
    CU_ASSERT_EQUAL(page_count(TABLES), 0);
    arena_end();
}

TEST_SUITE(hv_gstage_model,
           {"random steps agree with the model", random_steps_agree_with_the_model});
