/* Reading second-stage tables: what translates an address, and what is mapped at all. */
#include "memory/pte.h"

bool gstage_walk(const struct gstage *gstage, uint64_t gpa, struct gstage_leaf *leaf)
{
    unsigned level = 0;

    if (gpa >= GSTAGE_GPA_LIMIT)
        return false;
    pte entry = *gstage_descend(gstage, gpa, &level);
    if (!is_leaf(entry))
        return false;
    gpa &= ~(gstage_leaf_bytes(level) - 1);
    *leaf = (struct gstage_leaf){gpa, pte_pa(entry), level, entry & PTE_BITS};
    return true;
}

/* What is on the way of a visit to all leaves. */
struct tour {
    bool (*visit)(void *context, const struct gstage_leaf *leaf);
    void *context;
};

/* Visits the leaves of a table of this level whose first entry is for gpa. False: stopped. */
static bool visit_table(const struct tour *tour, const pte *table, unsigned level, uint64_t gpa)
{
    for (unsigned i = 0; i < table_entries(level); i++, gpa += gstage_leaf_bytes(level)) {
        pte entry = table[i];
        if (level > 0 && is_table(entry) &&
            !visit_table(tour, table_at(pte_pa(entry)), level - 1, gpa))
            return false;
        struct gstage_leaf leaf = {gpa, pte_pa(entry), level, entry & PTE_BITS};
        if (is_leaf(entry) && !tour->visit(tour->context, &leaf))
            return false;
    }
    return true;
}

void gstage_each(const struct gstage *gstage,
                 bool (*visit)(void *context, const struct gstage_leaf *), void *context)
{
    struct tour tour = {.visit = visit, .context = context};

    visit_table(&tour, table_at(gstage->root), ROOT_LEVEL, 0);
}
