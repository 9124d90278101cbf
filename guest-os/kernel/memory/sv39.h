/*
 * Sv39 page tables as data (privileged specification, section 4.4): three levels of 512
 * entries. A virtual address:
 *
 *      38      30 29      21 20      12 11         0
 *     +----------+----------+----------+------------+
 *     | VPN[2]   | VPN[1]   | VPN[0]   | offset     |   bits 63 … 39 equal bit 38
 *     +----------+----------+----------+------------+
 *
 * An entry (a leaf if R or X is set; U: user mode may use it; two bits are left to software):
 *
 *      63    54 53                      10 9   8 7 6 5 4 3 2 1 0
 *     +--------+--------------------------+-----+-+-+-+-+-+-+-+-+
 *     |   0    | physical page number     | RSW |D|A|G|U|X|W|R|V|
 *     +--------+--------------------------+-----+-+-+-+-+-+-+-+-+
 */
#ifndef MEMORY_SV39_H
#define MEMORY_SV39_H

#include <stdbool.h>
#include <stdint.h>

typedef uint64_t pte_t;

#define PTE_V    (1ul << 0)
#define PTE_R    (1ul << 1)
#define PTE_W    (1ul << 2)
#define PTE_X    (1ul << 3)
#define PTE_U    (1ul << 4)
#define PTE_G    (1ul << 5)
#define PTE_A    (1ul << 6)
#define PTE_D    (1ul << 7)
#define PTE_COPY (1ul << 8) /* ours: shared until the next write */

#define PTE_ENTRIES     512
#define PTE_PERMISSIONS (PTE_R | PTE_W | PTE_X | PTE_U)

/* What one leaf maps: level 0, 1, 2. */
#define SV39_LEVELS            3
#define SV39_LEAF_BYTES(level) (1ul << (12 + 9 * (level)))
#define SV39_TOP               (1ul << 38) /* end of the lower half of addresses */

/* The page that an entry points to, and the entry (without permissions) that points to it. */
static inline void *pte_page(pte_t entry)
{
    return (void *)(entry >> 10 << 12);
}

static inline pte_t pte_for(const void *page)
{
    return (uint64_t)page >> 12 << 10;
}

static inline bool pte_is_leaf(pte_t entry)
{
    return (entry & PTE_V) && (entry & (PTE_R | PTE_W | PTE_X));
}

/*
 * The entry of level `level` for `address` in the tree at root; missing tables on the way are
 * made (from page_alloc()) if `create`. Returns NULL if a table is missing, if there is no page
 * to make it from, or if a leaf of a higher level is in the way.
 */
pte_t *sv39_entry(pte_t *root, uint64_t address, int level, bool create);

/*
 * Maps [address, address + bytes) to physical memory from `physical` on with the given
 * permissions (PTE_R … PTE_U, PTE_G), with the largest leaves that alignment allows. All three
 * are multiples of PAGE_SIZE; nothing may be mapped there yet.
 * Returns false if there is no page for a table; what is mapped by then stays mapped.
 */
bool sv39_map(pte_t *root, uint64_t address, uint64_t physical, uint64_t bytes, uint64_t bits);

/* Frees all tables, and drops the pages that leaves point to, for addresses below `end`, which
 * is a multiple of 1 GiB. Leaves of level 1 and 2 must not be there. */
void sv39_free_below(pte_t *root, uint64_t end);

#endif
