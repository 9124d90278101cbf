/*
 * What the files of the second stage share: entries of its tables, and the walk down through
 * them. Tables are reached through their physical addresses: the hypervisor maps all RAM one to
 * one.
 */
#ifndef HV_MEMORY_PTE_H
#define HV_MEMORY_PTE_H

#include "memory/gstage.h"
#include "memory/page.h"

#define ROOT_LEVEL 2
#define ROOT_BITS  11 /* of the root's index: it is four tables wide */
#define INDEX_BITS 9
#define LEAF_BITS  (PTE_V | PTE_U | PTE_A | PTE_D) /* of every leaf, beside its permissions */
#define PTE_BITS   0xffull                         /* of an entry, below RSW and PPN */

typedef uint64_t pte;

static inline unsigned table_entries(unsigned level)
{
    return level == ROOT_LEVEL ? 1u << ROOT_BITS : 1u << INDEX_BITS;
}

static inline pte *table_at(uint64_t pa)
{
    return (pte *)(uintptr_t)pa;
}

/* Which entry of a table of this level gpa, which is below the limit, passes through. */
static inline unsigned index_of(uint64_t gpa, unsigned level)
{
    uint64_t index = gpa >> (PAGE_SHIFT + INDEX_BITS * level);
    return (unsigned)(level == ROOT_LEVEL ? index : index & ((1u << INDEX_BITS) - 1));
}

/* Physical address that an entry holds: of a page, or of the table below. */
static inline uint64_t pte_pa(pte entry)
{
    return entry >> PTE_PPN_SHIFT << PAGE_SHIFT;
}

/* pa is aligned to a page, so one shift brings its PPN into place. */
static inline pte make_pte(uint64_t pa, uint64_t bits)
{
    return pa >> (PAGE_SHIFT - PTE_PPN_SHIFT) | bits;
}

static inline bool is_leaf(pte entry)
{
    return (entry & GSTAGE_RWX) != 0;
}

/* A pointer to the table below: valid, and neither readable, writable nor executable. */
static inline bool is_table(pte entry)
{
    return (entry & (PTE_V | GSTAGE_RWX)) == PTE_V;
}

/*
 * Walks down for gpa, until an entry is no table or *level is reached. Returns that entry and
 * sets *level to its level. gpa is below GSTAGE_GPA_LIMIT.
 */
static inline pte *gstage_descend(const struct gstage *gstage, uint64_t gpa, unsigned *level)
{
    unsigned at = ROOT_LEVEL, shift = PAGE_SHIFT + INDEX_BITS * ROOT_LEVEL;
    pte *entry = table_at(gstage->root) + (gpa >> shift);

    while (at > *level && is_table(*entry)) {
        at--;
        shift -= INDEX_BITS;
        entry = table_at(pte_pa(*entry)) + (gpa >> shift) % (1u << INDEX_BITS);
    }
    *level = at;
    return entry;
}

#endif
