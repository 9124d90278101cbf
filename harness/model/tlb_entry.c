/*
 * An entry is judged by what its hart may have cached: nothing that the tables no longer give, of
 * this VM under this VMID, and nothing at all of another VM.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/memory.h"

MODEL_RULE(not_stale, "tlb.stale", "Privileged ISA 20240411, 18.3.2",
           "A translation that was taken from a second stage, or lost rights, is fenced by an "
           "HFENCE.GVMA that covers it before the hart enters the VM again.",
           "stale TLB");
MODEL_RULE(fresh_seen, "tlb.fresh-mapping", "Privileged ISA 20240411, 10.2.1; Svvptc",
           "A fresh mapping, or a right that was added, is fenced likewise: the hart may have "
           "cached that there was nothing, unless it has Svvptc. For a leaf it is time when the "
           "guest has faulted there again.",
           "fresh mapping without fence");
MODEL_RULE(one_tree, "tlb.vmid-two-trees", "Privileged ISA 20240411, 18.2.10 and 18.3.2",
           "Between two second stages under one VMID on a hart an HFENCE.GVMA of that VMID is "
           "executed, after the former has left hgatp.",
           "two trees with one VMID");
MODEL_RULE(one_vm, "tlb.vmid-two-vms", "Privileged ISA 20240411, 18.3.2",
           "Between two VMs with one VMID on a hart an HFENCE.VVMA is executed under that VMID.",
           "another VM's translations with one VMID");
MODEL_RULE(mode_change, "tlb.vmid-mode", "Privileged ISA 20240411, 18.3.2",
           "Between two modes of hgatp with one VMID, Bare too, an HFENCE.GVMA of it is executed.",
           "mode of hgatp changed without fence");
MODEL_RULE(siblings, "tlb.siblings", "Privileged ISA 20240411, 18.3.2",
           "Between two vCPUs of a VM on a hart, under one VMID, an HFENCE.VVMA is executed: each "
           "believes to have a TLB of its own.",
           "stale TLB");

#define FRAME_BITS (MEMORY_PPN << 10)
#define BITS       0x1full /* V, R, W, X, U */

/* The leaf that the tables in RAM give for an address now: where to, and with which rights. */
static bool translate(const struct memory *memory, uint64_t hgatp, uint64_t address,
                      uint64_t *physical, uint64_t *rights)
{
    unsigned levels = memory_levels(hgatp);
    uint64_t at = (hgatp & MEMORY_PPN & ~3ull) << MEMORY_PAGE_BITS, entry;

    for (unsigned now = levels; now-- > 0;) {
        uint64_t index = address / memory_span(now) & (now == levels - 1 ? 2047 : 511);

        if (!memory_frame_at(memory, at + index * sizeof(entry)))
            return false;
        memcpy(&entry, memory_ram(memory, at + index * sizeof(entry)), sizeof(entry));
        if (!(entry & MEMORY_V))
            return false;
        at = memory_target(entry);
        if (!(entry & MEMORY_RWX))
            continue;
        *physical = at + (address & (memory_span(now) - 1));
        *rights = entry & BITS;
        return true;
    }
    return false;
}

enum verdict { STILL_GIVEN, RIGHTS_ADDED, NOT_GIVEN };

/* Do the tables still give all that the cached leaf gave? */
static enum verdict hold_leaf(const struct memory *memory, uint64_t hgatp,
                              const struct tlb_stale *stale)
{
    uint64_t target = memory_target(stale->entry), rights = stale->entry & BITS;
    enum verdict verdict = STILL_GIVEN;

    for (uint64_t at = 0; at < stale->bytes; at += MEMORY_PAGE) {
        uint64_t physical, now;

        if (!translate(memory, hgatp, stale->from + at, &physical, &now) ||
            physical != target + at || (rights & ~now))
            return NOT_GIVEN;
        if (now != rights)
            verdict = RIGHTS_ADDED;
    }
    return verdict;
}

/* The entry in RAM, where the item's table still stands. */
static uint64_t entry_now(const struct memory *memory, const struct tlb_stale *stale)
{
    uint64_t entry;

    memcpy(&entry, memory_ram(memory, stale->physical), sizeof(entry));
    return entry;
}

static enum verdict hold_item(const struct memory *memory, uint64_t hgatp,
                              const struct tlb_stale *stale)
{
    uint64_t physical, rights;
    const struct memory_table *table = memory_frame_at(memory, stale->physical)->table;
    bool there = table && table->vm == stale->vm &&
                 stale->from - table->base < table->entries * memory_span(table->level);

    if (there && !((entry_now(memory, stale) ^ stale->entry) & ~MEMORY_FREE_BITS))
        return STILL_GIVEN;
    if (stale->pointer)
        return NOT_GIVEN;
    if (stale->entry & MEMORY_V)
        return hold_leaf(memory, hgatp, stale);
    for (uint64_t at = 0; at < stale->bytes; at += MEMORY_PAGE)
        if (translate(memory, hgatp, stale->from + at, &physical, &rights))
            return RIGHTS_ADDED;
    return STILL_GIVEN;
}

static void blame_stale(struct memory *memory, const struct memory_event *event,
                        const struct tlb_stale *stale, bool added)
{
    MODEL_TEXT(expected, "an hfence.gvma %s guest-physical 0x%" PRIx64 " and VMID %u",
               stale->pointer ? "without an address, for" : "that covers", stale->from,
               stale->vmid);
    MODEL_TEXT(seen,
               "none between the change of the entry at 0x%" PRIx64 " (it was 0x%" PRIx64
               ") and this entry%s",
               stale->physical, stale->entry,
               stale->faulted ? ", though the guest faulted there again" : "");
    model_broken(memory->model, added ? &fresh_seen : &not_stale, event->hart, event->vcpu,
                 stale->code, expected, seen);
}

void tlb_fenced(const struct tlb_stale *stale)
{
    if (!(stale->entry & MEMORY_V))
        MODEL_EXERCISED(fresh_seen);
}

static void judge_stales(struct memory *memory, const struct memory_event *event, uint64_t hgatp)
{
    struct tlb_hart *here = &memory->tlb.hart[event->hart];
    bool blamed = memory->guest[event->vcpu->vm].lost;
    size_t kept = 0;

    MODEL_EXERCISED(not_stale);
    for (size_t i = 0; i < here->stales; i++) {
        struct tlb_stale *stale = &here->stale[i];

        if (stale->vmid != TLB_VMID(hgatp) || stale->vm != (int)event->vcpu->vm) {
            here->stale[kept++] = *stale;
            continue;
        }
        enum verdict verdict = hold_item(memory, hgatp, stale);
        if (!(stale->entry & MEMORY_V))
            MODEL_EXERCISED(fresh_seen);
        if (blamed || verdict == STILL_GIVEN ||
            (verdict == RIGHTS_ADDED && !(stale->entry & MEMORY_V) && memory->tlb.svvptc))
            continue;
        stale->tries = verdict == RIGHTS_ADDED && tlb_trial_may(memory, stale);
        if (stale->tries) {
            here->stale[kept++] = *stale;
            continue;
        }
        blame_stale(memory, event, stale, verdict == RIGHTS_ADDED);
        blamed = true;
    }
    here->stales = kept;
}

static const char *name_of(const struct memory *memory, int vm)
{
    return vm < 0 ? "no guest" : memory->model->vm[vm].packed->name;
}

static void blame_use(struct memory *memory, const struct memory_event *event,
                      const struct tlb_use *use, const struct model_rule *rule, const char *fence)
{
    MODEL_TEXT(expected, "%s of VMID %u between the two", fence, use->vmid);
    MODEL_TEXT(seen, "VMID %u was %s%s's, root 0x%llx, on this hart, and is VM %s's", use->vmid,
               use->vm < 0 ? "" : "VM ", name_of(memory, use->vm),
               (use->root & MEMORY_PPN) << MEMORY_PAGE_BITS,
               event->vcpu ? memory->model->vm[event->vcpu->vm].packed->name : "?");
    model_broken(memory->model, rule, event->hart, event->vcpu, event->code, expected, seen);
}

/* What others have left under this VMID. */
static void judge_vmid(struct memory *memory, const struct memory_event *event, uint64_t hgatp)
{
    struct tlb_hart *here = &memory->tlb.hart[event->hart];
    int vm = (int)event->vcpu->vm;

    MODEL_EXERCISED(one_tree);
    for (size_t i = 0; i < here->uses; i++) {
        struct tlb_use *use = &here->use[i];

        if (use->vmid != TLB_VMID(hgatp) || (use->vm == vm && use->root == memory_root_of(hgatp)))
            continue;
        if (use->g && !(use->anew && use->root == memory_root_of(hgatp)))
            blame_use(memory, event, use, use->root >> 60 == hgatp >> 60 ? &one_tree : &mode_change,
                      "an hfence.gvma");
        if (use->vs && use->vm != vm)
            blame_use(memory, event, use, &one_vm, "an hfence.vvma");
        if (use->vm != vm)
            MODEL_EXERCISED(one_vm);
        use->g = use->vs = false;
    }
}

static void judge_siblings(struct memory *memory, const struct memory_event *event,
                           const struct tlb_use *use, bool bare)
{
    if (use->vcpu != event->vcpu->index)
        MODEL_EXERCISED(siblings);
    if (!use->vs || bare || use->vcpu == event->vcpu->index)
        return;
    MODEL_TEXT(seen, "vCPU %u follows vCPU %u under VMID %u, and none was executed",
               event->vcpu->index, use->vcpu, use->vmid);
    model_broken(memory->model, &siblings, event->hart, event->vcpu, event->code,
                 "an hfence.vvma for all addresses and address spaces between two vCPUs", seen);
}

void tlb_entry(struct memory *memory, const struct memory_event *event,
               const struct model_state *at)
{
    uint64_t hgatp = at->csr.hgatp;
    struct tlb_hart *here = &memory->tlb.hart[event->hart];

    MODEL_EXERCISED(mode_change);
    judge_stales(memory, event, hgatp);
    judge_vmid(memory, event, hgatp);
    struct tlb_use *use = tlb_use_of(memory, event->hart, (int)event->vcpu->vm, hgatp);
    if (!use)
        return;
    judge_siblings(memory, event, use, at->csr.vsatp >> 60 == 0);
    if (at->csr.vsatp >> 60)
        use->vs = true;
    use->vcpu = event->vcpu->index;
    use->g = true;
    use->anew = false;
    here->hgatp = hgatp;
    here->loaded = true;
}

void tlb_access(struct memory *memory, unsigned hart, uint64_t code)
{
    struct tlb_hart *here = &memory->tlb.hart[hart];
    int vm = here->loaded && memory_levels(here->hgatp) ? tlb_owner_of(memory, here->hgatp) : -1;

    if (vm < 0 || memory->guest[vm].lost)
        return;
    const struct memory_event event = {hart, &memory->model->vm[vm].vcpu[0], code};
    MODEL_EXERCISED(not_stale);
    for (size_t i = 0; i < here->stales; i++) {
        const struct tlb_stale *stale = &here->stale[i];

        if (stale->vmid != TLB_VMID(here->hgatp) || stale->vm != vm ||
            hold_item(memory, here->hgatp, stale) != NOT_GIVEN)
            continue;
        blame_stale(memory, &event, stale, false);
        memory->guest[vm].lost = true;
        return;
    }
}

void tlb_exit(struct memory *memory, unsigned hart, const struct model_vcpu *vcpu,
              const struct model_state *at)
{
    struct tlb_use *use = tlb_use_of(memory, hart, (int)vcpu->vm, at->csr.hgatp);

    if (!use || at->csr.vsatp >> 60 == 0)
        return;
    use->vs = true;
    use->vcpu = vcpu->index;
}
