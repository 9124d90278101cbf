/*
 * What a first touch needs: find the vacant entry, put a leaf there. gstage_map() does both for any
 * numbers; these trust what they are given, and are inline, because a guest waits for them.
 */
#ifndef HV_MEMORY_GSTAGE_FILL_H
#define HV_MEMORY_GSTAGE_FILL_H

#include "memory/pte.h"
#include "metal/metal.h"
#include "trace/trace.h"

/* An entry in which there is nothing: a leaf of its level can go right into it, one of a lower
 * level into tables below it. It is good until the tables are changed. */
struct gstage_place {
    pte *entry;
    unsigned level;
};

/* Finds the place for a new leaf at gpa, which is below GSTAGE_GPA_LIMIT: the empty entry that a
 * walk for gpa meets. False: gpa is mapped already. */
static inline bool gstage_find_vacant(const struct gstage *gstage, uint64_t gpa,
                                      struct gstage_place *place)
{
    place->level = 0;
    place->entry = gstage_descend(gstage, gpa, &place->level);
    return *place->entry == 0;
}

/*
 * Builds the tables that lie between an entry of level `top` and an entry of level `bottom`
 * below it, for gpa, from the bottom up; the lowest holds `entry`. Returns the value that the
 * entry of level `top` is to have. 0: there is no frame for a table; those that had been made
 * are freed.
 */
pte gstage_build_tables(const struct gstage *gstage, uint64_t gpa, unsigned top, unsigned bottom,
                        pte entry);

/* Records a change of the leaf of that level at gpa: it leads to pa, and its bits are these now. */
static inline void gstage_trace_leaf(enum trace_event event, const struct gstage *gstage,
                                     unsigned level, uint64_t gpa, uint64_t pa, uint64_t bits)
{
    trace(event, gstage->vm, TRACE_NO_VM, level << 16 | (uint32_t)bits, gpa, pa);
}

/* Maps pa as a leaf of `level`, the place's or a lower one, at gpa, for which the place was found;
 * gpa and pa are aligned to the leaf. Prepares the tables that are missing aside, then commits by
 * one store, which cannot fail, and fences: the hart may have cached the entry as it was. A fence
 * with an address covers leaves alone, so a new pointer to a table needs the other one.
 * False: no frame for a table; nothing is changed. */
static inline bool gstage_put_leaf(const struct gstage *gstage, const struct gstage_place *place,
                                   uint64_t gpa, uint64_t pa, unsigned level, uint64_t permissions)
{
    pte leaf = make_pte(pa, permissions | LEAF_BITS);

    if (level < place->level) {
        pte entry = gstage_build_tables(gstage, gpa, place->level, level, leaf);
        if (entry == 0)
            return false;
        *place->entry = entry;
        hfence_gvma_vmid(gstage->vmid);
    } else {
        *place->entry = leaf;
        hfence_gvma_page(gpa, gstage->vmid);
    }
    gstage_trace_leaf(TRACE_GSTAGE_MAP, gstage, level, gpa, pa, permissions | LEAF_BITS);
    return true;
}

#endif
