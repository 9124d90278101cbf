/*
 * The guest's own translation, walked in software: guest-virtual to guest-physical through the
 * tables that vsatp names, each table read through the checked copy. RISC-V privileged
 * specification, "Virtual Address Translation Process".
 */
#include "memory/gstage.h"
#include "memory/guest_memory.h"
#include "metal/metal.h"
#include "vcpu/vcpu.h"

#define SATP_MODE(satp) ((satp) >> 60)
#define SATP_PPN(satp)  ((satp)&0xfffffffffffull)
#define PTE_PPN(pte)    ((pte) >> PTE_PPN_SHIFT & 0xfffffffffffull)

#define PTE_RESERVED_SHIFT 54 /* from here on nothing that a guest is given */

enum { MODE_BARE = 0, MODE_SV39 = 8, MODE_SV48 = 9, MODE_SV57 = 10 };

/* A virtual address is valid if all bits above the translated ones repeat the highest. */
static bool is_canonical(uint64_t gva, unsigned levels)
{
    unsigned unused = 64 - (12 + 9 * levels);

    return (uint64_t)((int64_t)(gva << unused) >> unused) == gva;
}

/* May the guest, in the mode it trapped from, execute from a page with this entry? */
static bool may_execute(uint64_t pte)
{
    bool user_page = pte & PTE_U;

    return (pte & PTE_X) && (pte & PTE_A) && user_page != trap_from_supervisor();
}

/* A pointer to the table below has none of the bits that are about pages. */
static bool is_pointer(uint64_t pte)
{
    return !(pte & (PTE_R | PTE_X)) && !(pte & (PTE_U | PTE_A | PTE_D));
}

/* Finds the guest-physical address that the guest would fetch from at gva. */
static enum guest_fetch walk(struct vcpu *vcpu, uint64_t gva, uint64_t *gpa)
{
    uint64_t satp = guest_satp(), table = SATP_PPN(satp) << 12, pte;
    unsigned levels = 3 + (unsigned)(SATP_MODE(satp) - MODE_SV39);

    if (!is_canonical(gva, levels))
        return FETCH_PAGE_FAULT;
    for (unsigned level = levels; level-- > 0;) {
        unsigned shift = 12 + 9 * level;
        uint64_t entry = table + (gva >> shift & 511) * 8, below = (1ull << shift) - 1;
        if (!guest_memory_read(vcpu->vm, entry, &pte, sizeof(pte)))
            return FETCH_ACCESS_FAULT;
        if (!(pte & PTE_V) || ((pte & PTE_W) && !(pte & PTE_R)) || pte >> PTE_RESERVED_SHIFT)
            return FETCH_PAGE_FAULT;
        table = PTE_PPN(pte) << 12;
        if (is_pointer(pte))
            continue;
        *gpa = table | (gva & below);
        return may_execute(pte) && (table & below) == 0 ? FETCH_DONE : FETCH_PAGE_FAULT;
    }
    return FETCH_PAGE_FAULT;
}

enum guest_fetch guest_virtual_fetch(struct vcpu *vcpu, uint64_t gva, void *to, size_t bytes)
{
    uint64_t mode = SATP_MODE(guest_satp()), gpa = gva;
    enum guest_fetch result = FETCH_DONE;

    if (mode != MODE_BARE && (mode < MODE_SV39 || mode > MODE_SV57))
        return FETCH_PAGE_FAULT;
    if (mode != MODE_BARE)
        result = walk(vcpu, gva, &gpa);
    if (result == FETCH_DONE && !guest_memory_read(vcpu->vm, gpa, to, bytes))
        result = FETCH_ACCESS_FAULT;
    return result;
}
