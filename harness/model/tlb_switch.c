/*
 * The order in which hgatp and vsatp are written when the guest on a hart changes. A hart may walk
 * the tables of vsatp through those of hgatp whenever both are in force, and keep what it finds.
 * Privileged ISA, 18.5.3: zero vsatp, then swap hgatp, then write the new vsatp.
 */
#include <inttypes.h>
#include <stdio.h>

#include "model/memory.h"

#define CSR_VSATP 0x280
#define CSR_HGATP 0x680
#define UNKNOWN   (-1)

MODEL_RULE(order, "tlb.switch-order", "Privileged ISA 20240411, 18.5.3",
           "Between two guests vsatp is Bare while hgatp changes, so that no walk sees one guest's "
           "tables through the other's second stage.",
           "hgatp and vsatp of two guests");

int tlb_owner_of(const struct memory *memory, uint64_t hgatp)
{
    for (unsigned vm = 0; vm < memory->model->vms; vm++)
        for (unsigned i = 0; i < memory->guest[vm].roots; i++)
            if (memory->guest[vm].root[i] == memory_root_of(hgatp))
                return (int)vm;
    return UNKNOWN;
}

static bool is_bare(uint64_t atp)
{
    return atp >> 60 == 0;
}

/* Whoever had that root: a page may have been the root of a VM that is gone. */
static bool has_used(const struct tlb_hart *here, uint64_t hgatp)
{
    for (size_t i = 0; i < here->uses; i++)
        if (here->use[i].g && here->use[i].vmid == TLB_VMID(hgatp) &&
            here->use[i].root == memory_root_of(hgatp))
            return true;
    return false;
}

static void hgatp_written(struct memory *memory, const struct memory_event *event, uint64_t value)
{
    struct tlb_hart *here = &memory->tlb.hart[event->hart];
    int vm = is_bare(value) ? UNKNOWN : tlb_owner_of(memory, value);
    bool other = here->loaded && memory_root_of(here->hgatp) != memory_root_of(value);

    MODEL_EXERCISED(order);
    if (other && !is_bare(value) && !is_bare(here->vsatp) && here->vsatp_vm != UNKNOWN &&
        here->vsatp_vm != vm) {
        MODEL_TEXT(expected, "vsatp is 0 before hgatp becomes 0x%" PRIx64, value);
        MODEL_TEXT(seen, "vsatp is 0x%" PRIx64 ", VM %s's", here->vsatp,
                   memory->model->vm[here->vsatp_vm].packed->name);
        model_broken(memory->model, &order, event->hart, event->vcpu, event->code, expected, seen);
    }
    here->hgatp = value;
    here->loaded = true;
    if (has_used(here, value))
        return;
    struct tlb_use *use = tlb_use_of(memory, event->hart, vm, value);
    if (use)
        use->g = use->anew = true;
}

void tlb_csr_written(struct memory *memory, const struct memory_event *event, unsigned csr,
                     uint64_t value)
{
    struct tlb_hart *here = &memory->tlb.hart[event->hart];

    if (csr == CSR_HGATP)
        hgatp_written(memory, event, value);
    if (csr != CSR_VSATP)
        return;
    here->vsatp = value;
    here->vsatp_vm = UNKNOWN;
    here->vsatp_under = here->loaded ? here->hgatp : 0;
    here->vsatp_code = event->code;
}

/* Now it shows whose vsatp it was that HS-mode has written. */
void tlb_switch_entry(struct memory *memory, const struct memory_event *event,
                      const struct model_state *at)
{
    struct tlb_hart *here = &memory->tlb.hart[event->hart];
    int under = is_bare(here->vsatp_under) ? UNKNOWN : tlb_owner_of(memory, here->vsatp_under);

    if (here->vsatp_vm == UNKNOWN && !is_bare(here->vsatp) && under != UNKNOWN &&
        under != (int)event->vcpu->vm) {
        MODEL_TEXT(expected, "vsatp 0x%" PRIx64 " is written after hgatp 0x%" PRIx64, here->vsatp,
                   at->csr.hgatp);
        MODEL_TEXT(seen, "it was written while hgatp was 0x%" PRIx64 ", VM %s's", here->vsatp_under,
                   memory->model->vm[under].packed->name);
        model_broken(memory->model, &order, event->hart, event->vcpu, here->vsatp_code, expected,
                     seen);
    }
    here->vsatp = at->csr.vsatp;
    here->vsatp_vm = (int)event->vcpu->vm;
}

void tlb_switch_exit(struct memory *memory, unsigned hart, const struct model_vcpu *vcpu,
                     const struct model_state *at)
{
    memory->tlb.hart[hart].vsatp = at->csr.vsatp;
    memory->tlb.hart[hart].vsatp_vm = (int)vcpu->vm;
}
