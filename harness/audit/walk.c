/* Page tables walked as a whole. Depth is bounded by the levels; each table is visited once a
 * level. */
#include "audit/walk.h"

#include <stdlib.h>

#define ENTRIES     512u
#define TABLE_BYTES 4096u
#define ROOT_X4     4u /* a second-stage root is four tables long */

struct walk {
    const struct ram *ram;
    const struct walk_visitor *visitor;
    struct walk_count *count;
    uint64_t most_tables;
    uint8_t *visited; /* one a page of RAM, bit `level`: it was visited as a table there … */
    uint8_t *maps;    /* … and has leaves at or below it */
    enum walk_result result;
};

static unsigned levels_of(unsigned mode)
{
    return mode >= MODE_SV39 && mode <= MODE_SV57 ? mode - MODE_SV39 + 3 : 0;
}

static uint64_t span(unsigned level)
{
    return 1ull << (12 + 9 * level);
}

/* What is wrong with a valid entry at this level, its target apart. */
static unsigned faults(uint64_t pte, unsigned level)
{
    bool leaf = pte & (PTE_R | PTE_W | PTE_X);
    unsigned wrong = pte & PTE_RESERVED ? WALK_RESERVED : 0;

    if (leaf && (pte & (PTE_R | PTE_W)) == PTE_W)
        wrong |= WALK_W_WITHOUT_R;
    if (leaf && (PTE_PPN(pte) & (span(level) / TABLE_BYTES - 1)) != 0)
        wrong |= WALK_MISALIGNED;
    if (!leaf && level == 0)
        wrong |= WALK_TOO_DEEP;
    if (!leaf && (pte & (PTE_D | PTE_A | PTE_U)))
        wrong |= WALK_POINTER_BITS;
    return wrong;
}

static bool visit_table(struct walk *walk, uint64_t table, uint64_t bytes, unsigned level,
                        uint64_t address);

/* One valid entry. false: the walk ends. */
static bool visit_entry(struct walk *walk, uint64_t pte, uint64_t at, unsigned level,
                        uint64_t address)
{
    struct walk_leaf entry = {.virtual = address,
                              .physical = PTE_PPN(pte) << 12,
                              .bytes = span(level),
                              .pte = pte,
                              .pte_at = at,
                              .level = level,
                              .wrong = faults(pte, level)};
    const struct walk_visitor *visitor = walk->visitor;

    if (pte & (PTE_R | PTE_W | PTE_X)) {
        walk->count->leaves++;
        return !visitor->leaf || visitor->leaf(&entry, visitor->argument);
    }
    bool inside = ram_at(walk->ram, entry.physical, TABLE_BYTES) != NULL;
    if (!inside)
        entry.wrong |= WALK_TABLE_OUTSIDE;
    if (entry.wrong && visitor->bad && !visitor->bad(&entry, visitor->argument))
        return false;
    if (!inside || level == 0)
        return true;
    uint64_t page = (entry.physical - walk->ram->base) / TABLE_BYTES;
    uint8_t bit = (uint8_t)(1u << (level - 1));
    if (walk->visited[page] & bit)
        return !(walk->maps[page] & bit) || !visitor->again ||
               visitor->again(&entry, visitor->argument);
    uint64_t before = walk->count->leaves;
    walk->visited[page] |= bit;
    bool on = visit_table(walk, entry.physical, TABLE_BYTES, level - 1, address);
    if (walk->count->leaves > before)
        walk->maps[page] |= bit;
    return on;
}

static bool visit_table(struct walk *walk, uint64_t table, uint64_t bytes, unsigned level,
                        uint64_t address)
{
    const uint64_t *entry = ram_at(walk->ram, table, bytes);
    struct walk_table found = {table, bytes, level};

    if (++walk->count->tables > walk->most_tables) {
        walk->result = WALK_LOOP;
        return false;
    }
    if (walk->visitor->table && !walk->visitor->table(&found, walk->visitor->argument))
        return false;
    for (uint64_t i = 0; i < bytes / sizeof(*entry); i++) {
        uint64_t pte = __atomic_load_n(&entry[i], __ATOMIC_RELAXED);

        walk->count->entries++;
        if ((pte & PTE_V) &&
            !visit_entry(walk, pte, table + i * sizeof(*entry), level, address + i * span(level)))
            return false;
    }
    return true;
}

static enum walk_result walk_tree(const struct ram *ram, uint64_t root, uint64_t root_bytes,
                                  unsigned levels, const struct walk_visitor *visitor,
                                  struct walk_count *count)
{
    struct walk walk = {.ram = ram,
                        .visitor = visitor,
                        .count = count,
                        .most_tables = ram->bytes / TABLE_BYTES + 1,
                        .result = WALK_ENDED};

    *count = (struct walk_count){0};
    if (!ram_at(ram, root, root_bytes))
        return WALK_ROOT_OUTSIDE;
    walk.visited = calloc(walk.most_tables, 2);
    if (!walk.visited)
        return WALK_LOOP;
    walk.maps = walk.visited + walk.most_tables;
    bool done = visit_table(&walk, root, root_bytes, levels - 1, 0);
    free(walk.visited);
    return done ? WALK_DONE : walk.result;
}

enum walk_result walk_second_stage(const struct ram *ram, uint64_t hgatp,
                                   const struct walk_visitor *visitor, struct walk_count *count)
{
    unsigned levels = levels_of(HGATP_MODE(hgatp));
    uint64_t ppn = HGATP_PPN(hgatp);

    *count = (struct walk_count){0};
    if (HGATP_MODE(hgatp) == MODE_BARE)
        return WALK_BARE;
    if (!levels)
        return WALK_MODE;
    enum walk_result result = walk_tree(ram, (ppn & ~(uint64_t)(ROOT_X4 - 1)) << 12,
                                        ROOT_X4 * TABLE_BYTES, levels, visitor, count);
    return result == WALK_DONE && (ppn & (ROOT_X4 - 1)) ? WALK_ROOT_ALIGN : result;
}

enum walk_result walk_first_stage(const struct ram *ram, uint64_t satp,
                                  const struct walk_visitor *visitor, struct walk_count *count)
{
    unsigned levels = levels_of(HGATP_MODE(satp));

    *count = (struct walk_count){0};
    if (HGATP_MODE(satp) == MODE_BARE)
        return WALK_BARE;
    if (!levels)
        return WALK_MODE;
    return walk_tree(ram, HGATP_PPN(satp) << 12, TABLE_BYTES, levels, visitor, count);
}
