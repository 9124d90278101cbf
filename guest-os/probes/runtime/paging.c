/* Sv39 tables for probes that page: a pool of pages and the walk that makes tables on the way. */
#include "probe.h"

#define POOL_PAGES    96
#define SATP_SV39     (8ull << 60)
#define SATP_ASID_BIT 44

static uint64_t pool[POOL_PAGES][PAGE_BYTES / 8] __attribute__((aligned(4096)));
static unsigned pool_used;

uint64_t *page_new(void)
{
    if (pool_used == POOL_PAGES)
        probe_abandon("the probe has pages enough in its pool", pool_used);
    return memset(pool[pool_used++], 0, PAGE_BYTES);
}

uint64_t *paging_root(void)
{
    uint64_t *root = page_new();

    *paging_entry(root, board.memory.start, 2) =
        paging_leaf(board.memory.start >> 30 << 30, PTE_RWX);
    return root;
}

uint64_t *paging_entry(uint64_t *root, uint64_t address, unsigned level)
{
    uint64_t *table = root;

    for (unsigned at = 2; at > level; at--) {
        uint64_t *entry = &table[address >> (12 + 9 * at) & 511];

        if (!(*entry & PTE_V))
            *entry = paging_leaf((uintptr_t)page_new(), 0);
        table = (uint64_t *)(uintptr_t)(*entry >> 10 << 12);
    }
    return &table[address >> (12 + 9 * level) & 511];
}

void paging_on(const uint64_t *root, uint64_t asid)
{
    sfence_vma();
    csr_write(satp, SATP_SV39 | asid << SATP_ASID_BIT | (uintptr_t)root >> 12);
    sfence_vma();
}

void paging_off(void)
{
    csr_write(satp, 0);
    sfence_vma();
}
