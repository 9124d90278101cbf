/* hv/memory/page.c against a model that knows the owner of each frame and nothing of blocks. */
#include "memory/page.h"

#include "hv/arena.h"
#include "hv/fake_metal.h"
#include "test.h"
#include <string.h>

#define PAGES  4096
#define VM     OWNER_VM_FIRST
#define TABLES OWNER_TABLES_FIRST

struct held {
    uint64_t address;
    unsigned order, owner;
};

#define HELD_MAX 512
static struct held held[HELD_MAX];
static unsigned held_count;
static uint8_t model_owner[PAGES];
static uint64_t model_base;

static void model_set(uint64_t address, unsigned order, unsigned owner)
{
    memset(&model_owner[(address - model_base) / PAGE_SIZE], (int)owner, 1u << order);
}

static bool model_is_free(uint64_t address, unsigned order)
{
    const uint8_t *at = &model_owner[(address - model_base) / PAGE_SIZE];

    for (unsigned i = 0; i < 1u << order; i++)
        if (at[i] != OWNER_FREE)
            return false;
    return true;
}

static bool model_has_room(unsigned order)
{
    uint64_t step = PAGE_SIZE << order;
    uint64_t at = (model_base + page_metadata_bytes() + step - 1) & ~(step - 1);

    for (; at + step <= model_base + PAGES * PAGE_SIZE; at += step)
        if (model_is_free(at, order))
            return true;
    return false;
}

static void alloc_some(struct random *random)
{
    unsigned order = (unsigned)random_below(random, 11);
    unsigned owner = (unsigned[]){OWNER_HYPERVISOR, VM, VM + 3, TABLES}[random_below(random, 4)];
    bool zeroed = random_below(random, 2);
    bool room = model_has_room(order);
    uint64_t block = zeroed ? page_alloc_zeroed(order, owner) : page_alloc(order, owner);

    CU_ASSERT_EQUAL(block != 0, room);
    if (block == 0)
        return;
    CU_ASSERT_TRUE(model_is_free(block, order));
    if (zeroed)
        CU_ASSERT_TRUE(arena_is_filled(block, 1u << order, 0));
    model_set(block, order, owner);
    memset((void *)block, (int)owner, PAGE_SIZE << order);
    held[held_count++] = (struct held){block, order, owner};
}

/* Returns a block, or half of one that was allocated whole. */
static void free_some(struct random *random)
{
    struct held *chosen = &held[random_below(random, held_count)];

    if (chosen->order > 0 && random_below(random, 4) == 0) {
        chosen->order--;
        uint64_t half = chosen->address + (PAGE_SIZE << chosen->order);
        if (random_below(random, 2)) {
            page_free(half, chosen->order, chosen->owner);
            model_set(half, chosen->order, OWNER_FREE);
        } else {
            page_free(chosen->address, chosen->order, chosen->owner);
            model_set(chosen->address, chosen->order, OWNER_FREE);
            chosen->address = half;
        }
        return;
    }
    page_free(chosen->address, chosen->order, chosen->owner);
    model_set(chosen->address, chosen->order, OWNER_FREE);
    *chosen = held[--held_count];
}

static void free_all_of(unsigned owner)
{
    uint64_t pages = 0;
    unsigned kept = 0;

    for (unsigned i = 0; i < held_count; i++) {
        if (held[i].owner != owner) {
            held[kept++] = held[i];
            continue;
        }
        pages += 1u << held[i].order;
        model_set(held[i].address, held[i].order, OWNER_FREE);
    }
    held_count = kept;
    CU_ASSERT_EQUAL(page_free_all(owner), pages);
}

static void compare_owners(void)
{
    uint64_t counts[OWNER_LIMIT] = {0};
    unsigned metadata = (unsigned)(page_metadata_bytes() / PAGE_SIZE);

    for (unsigned i = metadata; i < PAGES; i++) {
        counts[model_owner[i]]++;
        CU_ASSERT_EQUAL(page_owner_of(model_base + i * PAGE_SIZE + i % 4096), model_owner[i]);
    }
    for (unsigned owner = 0; owner < OWNER_LIMIT; owner++)
        CU_ASSERT_EQUAL(page_count(owner), counts[owner]);
    for (unsigned i = 0; i < held_count; i++)
        CU_ASSERT_TRUE(
            arena_is_filled(held[i].address, 1u << held[i].order, (uint8_t)held[i].owner));
}

static void thousands_of_random_steps_agree_with_the_model(void)
{
    struct random random = {9};

    model_base = arena_begin(PAGES, ORDER_2M);
    memset(model_owner, OWNER_FREE, sizeof model_owner);
    held_count = 0;
    for (unsigned step = 0; step < 6000; step++) {
        bool may_alloc = held_count < HELD_MAX - 1;
        if (held_count == 0 || (may_alloc && random_below(&random, 100) < 54))
            alloc_some(&random);
        else
            free_some(&random);
        if (step % 997 == 0)
            free_all_of(VM);
        if (step % 200 == 0)
            compare_owners();
    }
    compare_owners();
    arena_end();
}

TEST_SUITE(hv_page_model, {"thousands of random steps agree with the model",
                           thousands_of_random_steps_agree_with_the_model});
