/*
 * The guest's own view of its memory: virtual addresses through vsatp's tables, which stand in
 * guest-physical memory. Privileged ISA, 12.3: Sv32 to Sv57; 18.5: Two-Stage Address Translation.
 */
#include <string.h>

#include "model/guest_virtual.h"

#include "model/successor.h"

#define PAGE_BITS 12
#define PTE_V     1ull
#define PTE_R     2ull
#define PTE_W     4ull
#define PTE_X     8ull
#define PTE_RWX   14ull
#define PTE_U     16ull
#define PTE_A     64ull
#define PTE_HIGH  54 /* reserved, or of extensions that a guest does not have, from here on */
#define MODE_SV39 8
#define MODE_SV57 10
#define PPN_MASK  0xfffffffffffull

static bool physical_copy(const struct model *model, uint64_t hgatp, uint64_t address, void *to,
                          size_t bytes)
{
    while (bytes) {
        uint64_t left;
        const uint8_t *at = model_guest_memory(model, hgatp, address, &left);
        size_t part = left < bytes ? (size_t)left : bytes;

        if (!at || at + part > model->setup.ram + model->setup.ram_bytes)
            return false;
        memcpy(to, at, part);
        to = (char *)to + part;
        address += part;
        bytes -= part;
    }
    return true;
}

enum reach {
    REACHED,
    NO_PAGE,   /* by the guest's tables */
    NO_MEMORY, /* where one of the tables should stand */
};

/* May it be fetched from, in the guest's mode, by a leaf on that level? */
static bool may_execute(const struct model_state *at, uint64_t leaf, unsigned shift)
{
    uint64_t table = (leaf >> 10 & PPN_MASK) << PAGE_BITS;

    return (leaf & PTE_X) && (leaf & PTE_A) && !((leaf & PTE_W) && !(leaf & PTE_R)) &&
           (leaf & PTE_U ? !state_in_supervisor(at) : state_in_supervisor(at)) &&
           leaf >> PTE_HIGH == 0 && (table & ((1ull << shift) - 1)) == 0;
}

/* *executable: may the guest in that state fetch there? */
static enum reach translate(const struct model *model, const struct model_state *at,
                            uint64_t virtual, uint64_t *physical, bool *executable)
{
    unsigned mode = (unsigned)(at->csr.vsatp >> 60);
    uint64_t table = (at->csr.vsatp & PPN_MASK) << PAGE_BITS, entry;

    *physical = virtual;
    *executable = true;
    if (mode < MODE_SV39 || mode > MODE_SV57)
        return mode == 0 ? REACHED : NO_PAGE;
    for (unsigned level = 3 + mode - MODE_SV39; level-- > 0;) {
        unsigned shift = PAGE_BITS + 9 * level;

        if (!physical_copy(model, at->csr.hgatp, table + (virtual >> shift & 511) * 8, &entry, 8))
            return NO_MEMORY;
        if (!(entry & PTE_V))
            return NO_PAGE;
        table = (entry >> 10 & PPN_MASK) << PAGE_BITS;
        if (!(entry & PTE_RWX))
            continue;
        *executable = may_execute(at, entry, shift);
        *physical = (table & ~((1ull << shift) - 1)) | (virtual & ((1ull << shift) - 1));
        return REACHED;
    }
    return NO_PAGE;
}

/* false: not all of it is mapped. */
static bool virtual_copy(const struct model *model, const struct model_state *at, uint64_t virtual,
                         void *to, size_t bytes)
{
    bool executable;

    while (bytes) {
        uint64_t physical, left = (1u << PAGE_BITS) - (virtual & ((1u << PAGE_BITS) - 1));
        size_t part = left < bytes ? (size_t)left : bytes;

        if (translate(model, at, virtual, &physical, &executable) != REACHED ||
            !physical_copy(model, at->csr.hgatp, physical, to, part))
            return false;
        to = (char *)to + part;
        virtual += part;
        bytes -= part;
    }
    return true;
}

uint32_t guest_instruction(const struct model *model, const struct model_state *at)
{
    uint16_t half[2] = {0, 0};

    if (!virtual_copy(model, at, at->pc, &half[0], 2))
        return (uint32_t)at->csr.stval;
    if ((half[0] & 3) == 3 && !virtual_copy(model, at, at->pc + 2, &half[1], 2))
        return (uint32_t)at->csr.stval;
    return half[0] | (uint32_t)half[1] << 16;
}

unsigned guest_fetch_fault(const struct model *model, const struct model_state *at,
                           uint64_t virtual)
{
    uint64_t physical;
    uint16_t half;
    bool executable;
    enum reach reach = translate(model, at, virtual, &physical, &executable);

    if (reach == NO_PAGE || (reach == REACHED && !executable))
        return CAUSE_FETCH_PAGE;
    if (reach == NO_MEMORY || !physical_copy(model, at->csr.hgatp, physical, &half, sizeof(half)))
        return CAUSE_FETCH_ACCESS;
    return 0;
}
