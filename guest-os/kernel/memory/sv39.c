/* Sv39 page tables as data: nothing here touches a CSR. */
#include "memory/sv39.h"

#include <stddef.h>

#include "memory/page.h"
#include "sbi/stop.h"

static unsigned index_at(uint64_t address, int level)
{
    return address >> (12 + 9 * level) & (PTE_ENTRIES - 1);
}

/* The table that an entry points to; made first if the entry is empty and create is set. */
static pte_t *table_below(pte_t *entry, bool create)
{
    if (pte_is_leaf(*entry))
        return NULL;
    if (*entry & PTE_V)
        return pte_page(*entry);
    if (!create)
        return NULL;
    pte_t *table = page_alloc();
    if (table)
        *entry = pte_for(table) | PTE_V;
    return table;
}

pte_t *sv39_entry(pte_t *root, uint64_t address, int level, bool create)
{
    pte_t *table = root;
    for (int at = SV39_LEVELS - 1; at > level; at--) {
        table = table_below(&table[index_at(address, at)], create);
        if (!table)
            return NULL;
    }
    return &table[index_at(address, level)];
}

/* The highest level whose leaves fit: aligned on both sides, and not longer than bytes. */
static int largest_level(uint64_t address, uint64_t physical, uint64_t bytes)
{
    int level = SV39_LEVELS - 1;
    while (level && (((address | physical) & (SV39_LEAF_BYTES(level) - 1)) ||
                     bytes < SV39_LEAF_BYTES(level)))
        level--;
    return level;
}

bool sv39_map(pte_t *root, uint64_t address, uint64_t physical, uint64_t bytes, uint64_t bits)
{
    while (bytes) {
        int level = largest_level(address, physical, bytes);
        pte_t *entry = sv39_entry(root, address, level, true);
        if (!entry)
            return false;
        if (*entry & PTE_V)
            panic("%p is mapped twice: entry %lx", (void *)address, *entry);
        *entry = pte_for((void *)physical) | bits | PTE_V | PTE_A | (bits & PTE_W ? PTE_D : 0);
        address += SV39_LEAF_BYTES(level);
        physical += SV39_LEAF_BYTES(level);
        bytes -= SV39_LEAF_BYTES(level);
    }
    return true;
}

static void free_table(pte_t *table, int level)
{
    for (int i = 0; i < PTE_ENTRIES; i++) {
        if (!(table[i] & PTE_V))
            continue;
        if (pte_is_leaf(table[i]))
            page_free(pte_page(table[i]));
        else
            free_table(pte_page(table[i]), level - 1);
    }
    page_free(table);
}

void sv39_free_below(pte_t *root, uint64_t end)
{
    for (uint64_t i = 0; i < end / SV39_LEAF_BYTES(2); i++) {
        if (root[i] & PTE_V)
            free_table(pte_page(root[i]), 1);
        root[i] = 0;
    }
}
