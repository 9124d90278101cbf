/*
 * Second-stage page tables as data. A change is prepared aside, where it may fail, and then
 * committed by one store; what takes a right away is fenced before this module returns.
 *
 * Tables are reached through their physical addresses: the hypervisor maps all RAM one to one.
 */
#include "memory/gstage.h"

#include "memory/gstage_fill.h"
#include "metal/metal.h"

#define PA_LIMIT  (1ull << 56)
#define TRACE_ALL UINT64_MAX

static bool is_aligned(uint64_t address, unsigned level)
{
    return (address & (gstage_leaf_bytes(level) - 1)) == 0;
}

/* Can there be a leaf of this level at gpa, with these permissions? */
static bool is_valid(uint64_t gpa, unsigned level, uint64_t permissions)
{
    if (level > ROOT_LEVEL || gpa >= GSTAGE_GPA_LIMIT || !is_aligned(gpa, level))
        return false;
    if (permissions == 0 || (permissions & ~GSTAGE_RWX) != 0)
        return false;
    return (permissions & GSTAGE_WRITE) == 0 || (permissions & GSTAGE_READ) != 0;
}

/* Makes the hart forget the leaf that translated gpa. */
static void fence_leaf(const struct gstage *gstage, uint64_t gpa)
{
    hfence_gvma_page(gpa, gstage->vmid);
    trace(TRACE_HFENCE_GVMA, gstage->vm, TRACE_NO_VM, gstage->vmid, gpa, 0);
}

/* A fence with an address covers leaves alone, so a change of a pointer to a table needs this. */
void gstage_forget(const struct gstage *gstage)
{
    hfence_gvma_vmid(gstage->vmid);
    trace(TRACE_HFENCE_GVMA, gstage->vm, TRACE_NO_VM, gstage->vmid, TRACE_ALL, 0);
}

enum gstage_result gstage_init(struct gstage *gstage, unsigned owner, uint8_t vm)
{
    *gstage = (struct gstage){.owner = owner, .vm = vm};
    gstage->root = page_alloc_zeroed(ORDER_16K, owner);
    return gstage->root == 0 ? GSTAGE_NO_MEMORY : GSTAGE_OK;
}

/* Frees all tables below a table of this level, which stays. */
static void free_tables_below(const struct gstage *gstage, pte *table, unsigned level)
{
    for (unsigned i = 0; level > 0 && i < table_entries(level); i++) {
        if (!is_table(table[i]))
            continue;
        uint64_t below = pte_pa(table[i]);
        free_tables_below(gstage, table_at(below), level - 1);
        page_free(below, ORDER_4K, gstage->owner);
    }
}

void gstage_destroy(struct gstage *gstage)
{
    if (gstage->root == 0)
        return;
    gstage_forget(gstage);
    free_tables_below(gstage, table_at(gstage->root), ROOT_LEVEL);
    page_free(gstage->root, ORDER_16K, gstage->owner);
    gstage->root = 0;
}

pte gstage_build_tables(const struct gstage *gstage, uint64_t gpa, unsigned top, unsigned bottom,
                        pte entry)
{
    uint64_t made[ROOT_LEVEL];

    for (unsigned level = bottom; level < top; level++) {
        made[level] = page_alloc_zeroed(ORDER_4K, gstage->owner);
        if (made[level] == 0) {
            while (level-- > bottom)
                page_free(made[level], ORDER_4K, gstage->owner);
            return 0;
        }
        table_at(made[level])[index_of(gpa, level)] = entry;
        entry = make_pte(made[level], PTE_V);
    }
    return entry;
}

enum gstage_result gstage_map(struct gstage *gstage, uint64_t gpa, uint64_t pa, unsigned level,
                              uint64_t permissions)
{
    struct gstage_place place;

    if (!is_valid(gpa, level, permissions) || !is_aligned(pa, level) || pa >= PA_LIMIT)
        return GSTAGE_INVALID;
    if (!gstage_find_vacant(gstage, gpa, &place) || place.level < level)
        return GSTAGE_MAPPED;
    bool is_put = gstage_put_leaf(gstage, &place, gpa, pa, level, permissions);
    return is_put ? GSTAGE_OK : GSTAGE_NO_MEMORY;
}

/* The leaf of exactly this level at gpa, which is aligned; NULL: there is none. */
static pte *find_leaf(const struct gstage *gstage, uint64_t gpa, unsigned level)
{
    unsigned at = level;
    pte *entry = gstage_descend(gstage, gpa, &at);

    return at == level && is_leaf(*entry) ? entry : NULL;
}

static bool is_empty(const pte *table, unsigned level)
{
    for (unsigned i = 0; i < table_entries(level); i++)
        if (table[i] != 0)
            return false;
    return true;
}

/* Unhooks the tables on the way to gpa that have nothing in them, from the lowest up, fences and
 * frees them. Returns false, without a fence, if there is no such table. */
static bool prune(const struct gstage *gstage, uint64_t gpa, unsigned level)
{
    uint64_t unhooked[ROOT_LEVEL];
    unsigned count = 0;

    for (unsigned above = level + 1; above <= ROOT_LEVEL; above++) {
        unsigned at = above;
        pte *entry = gstage_descend(gstage, gpa, &at);
        if (!is_empty(table_at(pte_pa(*entry)), above - 1))
            break;
        unhooked[count++] = pte_pa(*entry);
        *entry = 0;
    }
    if (count == 0)
        return false;
    gstage_forget(gstage);
    while (count-- > 0)
        page_free(unhooked[count], ORDER_4K, gstage->owner);
    return true;
}

enum gstage_result gstage_unmap(struct gstage *gstage, uint64_t gpa, unsigned level,
                                struct gstage_leaf *leaf)
{
    if (!is_valid(gpa, level, GSTAGE_READ))
        return GSTAGE_INVALID;
    pte *entry = find_leaf(gstage, gpa, level);
    if (entry == NULL)
        return GSTAGE_UNMAPPED;
    pte removed = *entry;
    *entry = 0;
    if (!prune(gstage, gpa, level))
        fence_leaf(gstage, gpa);
    gstage_trace_leaf(TRACE_GSTAGE_UNMAP, gstage, level, gpa, pte_pa(removed), 0);
    if (leaf != NULL)
        *leaf = (struct gstage_leaf){gpa, pte_pa(removed), level, removed & PTE_BITS};
    return GSTAGE_OK;
}

enum gstage_result gstage_protect(struct gstage *gstage, uint64_t gpa, unsigned level,
                                  uint64_t permissions)
{
    if (!is_valid(gpa, level, permissions))
        return GSTAGE_INVALID;
    pte *entry = find_leaf(gstage, gpa, level);
    if (entry == NULL)
        return GSTAGE_UNMAPPED;
    *entry = (*entry & ~GSTAGE_RWX) | permissions;
    fence_leaf(gstage, gpa);
    gstage_trace_leaf(TRACE_GSTAGE_PROTECT, gstage, level, gpa, pte_pa(*entry), *entry & PTE_BITS);
    return GSTAGE_OK;
}

enum gstage_result gstage_split(struct gstage *gstage, uint64_t gpa)
{
    unsigned level = 0;

    if (gpa >= GSTAGE_GPA_LIMIT)
        return GSTAGE_INVALID;
    pte *entry = gstage_descend(gstage, gpa, &level);
    if (*entry == 0)
        return GSTAGE_UNMAPPED;
    if (level == 0)
        return GSTAGE_INVALID;
    uint64_t table = page_alloc(ORDER_4K, gstage->owner);
    if (table == 0)
        return GSTAGE_NO_MEMORY;
    uint64_t step = gstage_leaf_bytes(level - 1);
    for (unsigned i = 0; i < table_entries(level - 1); i++)
        table_at(table)[i] = make_pte(pte_pa(*entry) + i * step, *entry & PTE_BITS);
    *entry = make_pte(table, PTE_V);
    gstage_forget(gstage);
    return GSTAGE_OK;
}
