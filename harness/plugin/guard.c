/*
 * Guards one guest-physical page of every guest: once a guest was entered that has the page, no
 * code of the hypervisor may store to it or put another page in its place. What does so gives a
 * mark W, and ends the guard until the next entry.
 */
#include <string.h>

#include "watch.h"

#define GUARDS      1024
#define NO_PAGE     (~0ull)
#define PAGE_BITS   12
#define PTE_V       1ull
#define PTE_RWX     14ull
#define MODE_SV39X4 8

static struct guard {
    uint64_t hgatp, page; /* page: physical, NO_PAGE while nothing is guarded */
} guards[GUARDS];
static unsigned guard_count;
static uint64_t harmless; /* virtual page of the last store that met no guard */

static bool entry_at(uint64_t table, uint64_t index, uint64_t *entry)
{
    uint64_t at = table + index * sizeof(*entry) - RAM_BASE;

    if (!watch.ram || at > watch.ram_bytes - sizeof(*entry))
        return false;
    memcpy(entry, watch.ram + at, sizeof(*entry));
    return true;
}

/* Physical page of the guarded guest-physical page; NO_PAGE: it is not mapped. Spec, "Two-Stage
 * Address Translation": the root's index is two bits wider. */
static uint64_t translate(uint64_t hgatp)
{
    uint64_t table = (hgatp & 0xfffffffffffull) << PAGE_BITS, entry;
    unsigned levels = 3 + (unsigned)(hgatp >> 60) - MODE_SV39X4;

    if (hgatp >> 60 < MODE_SV39X4 || levels > 5)
        return NO_PAGE;
    for (unsigned level = levels; level-- > 0;) {
        unsigned shift = PAGE_BITS + 9 * level;
        uint64_t mask = level == levels - 1 ? 2047 : 511;

        if (!entry_at(table, watch.guard >> shift & mask, &entry) || !(entry & PTE_V))
            return NO_PAGE;
        table = (entry >> 10 & 0xfffffffffffull) << PAGE_BITS;
        if (entry & PTE_RWX)
            return (table | (watch.guard & ((1ull << shift) - 1))) >> PAGE_BITS;
    }
    return NO_PAGE;
}

static struct guard *guard_of(uint64_t hgatp)
{
    for (unsigned i = 0; i < guard_count; i++)
        if (guards[i].hgatp == hgatp)
            return &guards[i];
    if (guard_count == GUARDS)
        return NULL;
    guards[guard_count] = (struct guard){hgatp, NO_PAGE};
    return &guards[guard_count++];
}

void guard_enter(unsigned hart, uint64_t code, uint64_t hgatp)
{
    struct guard *guard = watch.guard ? guard_of(hgatp) : NULL;
    uint64_t page = guard ? translate(hgatp) : NO_PAGE;

    if (!guard || guard->page == page)
        return;
    if (guard->page != NO_PAGE)
        mark('W', hart, (uint64_t[]){code, page << PAGE_BITS}, 2);
    guard->page = page;
    harmless = NO_PAGE;
}

void on_guarded_store(unsigned hart, uint32_t info, uint64_t address, void *data)
{
    struct qemu_plugin_hwaddr *where;
    uint64_t code = (uint64_t)(uintptr_t)data, physical;

    if (address >> PAGE_BITS == harmless)
        return;
    where = qemu_plugin_get_hwaddr(info, address);
    if (!where || qemu_plugin_hwaddr_is_io(where))
        return;
    physical = qemu_plugin_hwaddr_phys_addr(where);
    for (unsigned i = 0; i < guard_count; i++) {
        if (guards[i].page != physical >> PAGE_BITS)
            continue;
        guards[i].page = NO_PAGE;
        mark('W', hart, (uint64_t[]){code, physical}, 2);
        return;
    }
    harmless = address >> PAGE_BITS;
}
