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

/* Finds the leaf for gva. False: none, or it forbids execution. */
static bool walk(struct vcpu *vcpu, uint64_t gva, uint64_t *gpa)
{
    uint64_t satp = guest_satp(), table = SATP_PPN(satp) << 12, pte;
    unsigned levels = 3 + (unsigned)(SATP_MODE(satp) - MODE_SV39);

    if (!is_canonical(gva, levels))
        return false;
    for (unsigned level = levels; level-- > 0;) {
        unsigned shift = 12 + 9 * level;
        uint64_t entry = table + (gva >> shift & 511) * 8;
        if (!guest_memory_read(vcpu->vm, entry, &pte, sizeof(pte)))
            return false;
        if (!(pte & PTE_V) || ((pte & PTE_W) && !(pte & PTE_R)))
            return false;
        if (pte & (PTE_R | PTE_X)) {
            uint64_t offset = gva & ((1ull << shift) - 1), base = PTE_PPN(pte) << 12;
            *gpa = base | offset;
            return may_execute(pte) && (base & ((1ull << shift) - 1)) == 0;
        }
        table = PTE_PPN(pte) << 12;
    }
    return false;
}

bool guest_virtual_fetch(struct vcpu *vcpu, uint64_t gva, void *to, size_t bytes)
{
    uint64_t mode = SATP_MODE(guest_satp()), gpa = gva;

    if (mode != MODE_BARE && (mode < MODE_SV39 || mode > MODE_SV57))
        return false;
    if (mode != MODE_BARE && !walk(vcpu, gva, &gpa))
        return false;
    return guest_memory_read(vcpu->vm, gpa, to, bytes);
}
