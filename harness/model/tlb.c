/*
 * What each hart may have cached, and which fence makes it forget. Privileged ISA, 10.2.1
 * (SFENCE.VMA) and 18.3.2 (HFENCE): an implementation may cache any entry that it can reach from
 * the hgatp in force, valid or not, whenever it likes; a fence with an address is about leaves
 * alone.
 */
#include "model/tlb.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "model/memory.h"

#define FDT_MAGIC   0xd00dfeedu
#define MOST_USES   16384
#define MOST_STALES 4096 /* more are not told apart: a full fence is owed long before */
#define ALL_VMIDS   (~0u)

/* The board's device tree lies at the begin of a page of RAM, outside the hypervisor's image, which
 * may hold anything; so do those in the bundle, which do not have the word. Devicetree
 * specification, 5.2: a header of big-endian words, magic and total size. */
bool tlb_has_svvptc(const struct memory *memory)
{
    const struct model_setup *setup = &memory->model->setup;

    for (uint64_t at = 0; at + MEMORY_PAGE <= setup->ram_bytes; at += MEMORY_PAGE) {
        uint32_t header[2];

        if (setup->ram_base + at >= setup->image.from && setup->ram_base + at < setup->image.to)
            continue;
        memcpy(header, setup->ram + at, sizeof(header));
        uint64_t bytes = be32toh(header[1]);
        if (be32toh(header[0]) == FDT_MAGIC && bytes <= setup->ram_bytes - at &&
            memmem(setup->ram + at, bytes, "svvptc", 6))
            return true;
    }
    return false;
}

struct tlb_use *tlb_use_of(struct memory *memory, unsigned hart, int vm, uint64_t hgatp)
{
    struct tlb_hart *here = &memory->tlb.hart[hart];
    uint64_t root = memory_root_of(hgatp);
    unsigned vmid = TLB_VMID(hgatp);

    for (size_t i = 0; i < here->uses; i++)
        if (here->use[i].vmid == vmid && here->use[i].root == root && here->use[i].vm == vm)
            return &here->use[i];
    if (!memory_grow((void **)&here->use, &here->use_room, here->uses, sizeof(*here->use),
                     MOST_USES))
        return NULL;
    here->use[here->uses] = (struct tlb_use){.root = root, .vmid = vmid, .vm = vm};
    return &here->use[here->uses++];
}

/* One more item for the hart, unless it knows the entry already: the older value is kept then. */
static void add_stale(struct tlb_hart *here, const struct tlb_stale *stale)
{
    if (here->stales == MOST_STALES)
        return;
    for (size_t i = here->stales; i-- > 0;)
        if (here->stale[i].physical == stale->physical && here->stale[i].vmid == stale->vmid &&
            here->stale[i].vm == stale->vm)
            return;
    if (memory_grow((void **)&here->stale, &here->stale_room, here->stales, sizeof(*here->stale),
                    MOST_STALES))
        here->stale[here->stales++] = *stale;
}

void tlb_changed(struct memory *memory, const struct memory_event *event,
                 const struct memory_table *table, unsigned index)
{
    uint64_t entry = table->entry[index];
    struct tlb_stale stale = {
        .from = table->base + index * memory_span(table->level),
        .bytes = memory_span(table->level),
        .entry = entry,
        .physical = table->physical + index * 8ull,
        .code = event->code,
        .vm = table->vm,
        .pointer = (entry & MEMORY_V) && !(entry & MEMORY_RWX),
    };

    for (unsigned hart = 0; hart < memory->model->setup.harts && hart < MODEL_HARTS; hart++) {
        struct tlb_hart *here = &memory->tlb.hart[hart];

        for (size_t i = 0; i < here->uses; i++) {
            stale.vmid = here->use[i].vmid;
            if (here->use[i].g && here->use[i].vm == table->vm)
                add_stale(here, &stale);
        }
    }
}

static bool is_loaded(const struct tlb_hart *here, const struct tlb_use *use)
{
    return here->loaded && TLB_VMID(here->hgatp) == use->vmid &&
           memory_root_of(here->hgatp) == use->root;
}

static void drop_unused(struct tlb_hart *here)
{
    size_t kept = 0;

    for (size_t i = 0; i < here->uses; i++)
        if (here->use[i].g || here->use[i].vs)
            here->use[kept++] = here->use[i];
    here->uses = kept;
}

/* All G-stage entries of a VMID, or of all: what is in force may be cached anew at once. */
static void forget_all(struct tlb_hart *here, unsigned vmid)
{
    size_t kept = 0;

    for (size_t i = 0; i < here->stales; i++)
        if (vmid != ALL_VMIDS && here->stale[i].vmid != vmid)
            here->stale[kept++] = here->stale[i];
        else
            tlb_fenced(&here->stale[i]);
    here->stales = kept;
    for (size_t i = 0; i < here->uses; i++)
        if (vmid == ALL_VMIDS || here->use[i].vmid == vmid)
            here->use[i].g = here->use[i].anew = is_loaded(here, &here->use[i]);
    drop_unused(here);
}

/* Does the entry lead to a table now? */
static bool leads_to_table(const struct memory *memory, uint64_t physical)
{
    uint64_t entry;

    memcpy(&entry, memory_ram(memory, physical), sizeof(entry));
    return (entry & MEMORY_V) && !(entry & MEMORY_RWX);
}

/* The leaves, or the nothing, at one address. */
static void forget_address(const struct memory *memory, struct tlb_hart *here, unsigned vmid,
                           uint64_t address)
{
    size_t kept = 0;

    for (size_t i = 0; i < here->stales; i++) {
        const struct tlb_stale *stale = &here->stale[i];
        bool covered = (vmid == ALL_VMIDS || stale->vmid == vmid) && !stale->pointer &&
                       address - stale->from < stale->bytes &&
                       !leads_to_table(memory, stale->physical);

        if (covered)
            tlb_fenced(stale);
        else
            here->stale[kept++] = *stale;
    }
    here->stales = kept;
}

/* hfence.vvma without operands: of the VMID in hgatp. */
static void forget_first_stage(struct tlb_hart *here)
{
    for (size_t i = 0; here->loaded && i < here->uses; i++)
        if (here->use[i].vmid == TLB_VMID(here->hgatp))
            here->use[i].vs = false;
    drop_unused(here);
}

void tlb_fence(struct memory *memory, unsigned hart, enum model_fence fence,
               const uint64_t *address, const uint64_t *id)
{
    struct tlb_hart *here = &memory->tlb.hart[hart];
    unsigned vmid = id ? (unsigned)*id & 0x3fff : ALL_VMIDS;

    switch (fence) {
    case MODEL_HFENCE_GVMA:
        if (address)
            forget_address(memory, here, vmid, *address << 2);
        else
            forget_all(here, vmid);
        break;
    case MODEL_HFENCE_VVMA:
        if (!address && !id)
            forget_first_stage(here);
        tlb_remote_fence(memory, hart, address, id);
        break;
    case MODEL_FENCE_I:
        here->fence_i = memory->events;
        break;
    case MODEL_SFENCE_VMA: /* HS-mode's own translations, none of a guest's */
        break;
    }
}

void tlb_free(struct tlb *tlb)
{
    for (unsigned i = 0; i < MODEL_HARTS; i++) {
        free(tlb->hart[i].use);
        free(tlb->hart[i].stale);
    }
    for (unsigned vm = 0; vm < MODEL_VMS; vm++)
        for (unsigned vcpu = 0; vcpu < MODEL_VCPUS; vcpu++)
            for (unsigned i = 0; i < TLB_DUES; i++)
                free(tlb->due[vm][vcpu][i].done);
}
