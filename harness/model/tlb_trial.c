/*
 * Is a fresh leaf fenced when it must be? Software may leave that until the hart has shown that it
 * still has the old entry, by a fault (Privileged ISA, 10.2.1: an invalid entry that becomes a
 * leaf, rights that are added). QEMU never shows it. So the machine is made to: while the guest
 * runs, the old entry stands in RAM, as if the hart had cached it. What comes of it, a fault in
 * a page that is mapped, must be answered by a fence. On several harts others would see the entry.
 */
#include "model/memory.h"

#define CAUSE_FETCH_GUEST 20
#define CAUSE_LOAD_GUEST  21
#define CAUSE_STORE_GUEST 23

static void put(const struct memory *memory, uint64_t physical, uint64_t entry)
{
    memory->model->setup.put(physical, entry, memory->model->setup.argument);
}

static uint64_t entry_at(const struct memory *memory, uint64_t physical)
{
    return *(const uint64_t *)(const void *)memory_ram(memory, physical);
}

bool tlb_trial_may(const struct memory *memory, const struct tlb_stale *stale)
{
    const struct memory_table *table = memory_frame_at(memory, stale->physical)->table;
    uint64_t entry = entry_at(memory, stale->physical);

    return memory->model->setup.put && !stale->faulted && table && table->vm == stale->vm &&
           (entry & MEMORY_V) && (entry & MEMORY_RWX);
}

void tlb_trial_begin(struct memory *memory, unsigned hart, uint64_t hgatp, int vm)
{
    struct tlb_hart *here = &memory->tlb.hart[hart];

    for (size_t i = 0; i < here->stales && memory->model->setup.harts == 1; i++) {
        struct tlb_stale *stale = &here->stale[i];

        if (!stale->tries || stale->vm != vm || stale->vmid != TLB_VMID(hgatp))
            continue;
        stale->real = entry_at(memory, stale->physical);
        stale->hidden = true;
        put(memory, stale->physical, stale->entry);
    }
}

void tlb_trial_end(struct memory *memory, unsigned hart, const struct model_state *at)
{
    struct tlb_hart *here = &memory->tlb.hart[hart];
    uint64_t cause = at ? at->csr.scause : 0;
    bool fault =
        cause == CAUSE_FETCH_GUEST || cause == CAUSE_LOAD_GUEST || cause == CAUSE_STORE_GUEST;

    for (size_t i = 0; i < here->stales; i++) {
        struct tlb_stale *stale = &here->stale[i];

        if (!stale->hidden)
            continue;
        put(memory, stale->physical, stale->real);
        stale->hidden = false;
        if (fault && (at->csr.htval << 2) - stale->from < stale->bytes)
            stale->faulted = true;
    }
}
