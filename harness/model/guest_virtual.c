/*
 * The guest's own view of its memory: virtual addresses through vsatp's tables, which stand in
 * guest-physical memory. Privileged ISA, 12.3: Sv32 to Sv57; 18.5: Two-Stage Address Translation.
 */
#include <string.h>

#include "model/guest_virtual.h"

#define PAGE_BITS 12
#define PTE_V     1ull
#define PTE_RWX   14ull
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

static bool translate(const struct model *model, const struct model_csrs *csr, uint64_t virtual,
                      uint64_t *physical)
{
    unsigned mode = (unsigned)(csr->vsatp >> 60);
    uint64_t table = (csr->vsatp & PPN_MASK) << PAGE_BITS, entry;

    *physical = virtual;
    if (mode < MODE_SV39 || mode > MODE_SV57)
        return mode == 0;
    for (unsigned level = 3 + mode - MODE_SV39; level-- > 0;) {
        unsigned shift = PAGE_BITS + 9 * level;

        if (!physical_copy(model, csr->hgatp, table + (virtual >> shift & 511) * 8, &entry, 8) ||
            !(entry & PTE_V))
            return false;
        table = (entry >> 10 & PPN_MASK) << PAGE_BITS;
        if (!(entry & PTE_RWX))
            continue;
        *physical = (table & ~((1ull << shift) - 1)) | (virtual & ((1ull << shift) - 1));
        return true;
    }
    return false;
}

bool guest_virtual_copy(const struct model *model, const struct model_csrs *csr, uint64_t virtual,
                        void *to, size_t bytes)
{
    while (bytes) {
        uint64_t physical, left = (1u << PAGE_BITS) - (virtual & ((1u << PAGE_BITS) - 1));
        size_t part = left < bytes ? (size_t)left : bytes;

        if (!translate(model, csr, virtual, &physical) ||
            !physical_copy(model, csr->hgatp, physical, to, part))
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

    if (!guest_virtual_copy(model, &at->csr, at->pc, &half[0], 2))
        return (uint32_t)at->csr.stval;
    if ((half[0] & 3) == 3 && !guest_virtual_copy(model, &at->csr, at->pc + 2, &half[1], 2))
        return (uint32_t)at->csr.stval;
    return half[0] | (uint32_t)half[1] << 16;
}
