/*
 * What each hart's guest TLB holds, where several run guests: whether it has forgotten those who
 * had a VM's VMID before (memory/vmid.c lends them), and to which vCPU of the VM its entries of the
 * first stage belong.
 */
#include "metal/metal.h"
#include "sched/schedule_harts.h"
#include "trace/trace.h"

static struct {
    uint64_t generation; /* of the VMID, … */
    uint16_t vmid;
    uint32_t harts;              /* … and the harts that hold nothing of who had it before */
    struct vcpu *last[HART_MAX]; /* whose entries of the first stage each hart holds */
} holders[VM_MAX];

static uint64_t in_force[HART_MAX]; /* hgatp of each hart, while a guest is loaded */

void harts_gstage_load(struct hart *hart, struct vcpu *vcpu)
{
    struct gstage *gstage = &vcpu->vm->gstage;
    uint64_t hgatp = gstage_hgatp(gstage);
    uint32_t self = 1u << hart->index;

    if (gstage->vmid_generation != holders[vcpu->vm_id].generation ||
        gstage->vmid != holders[vcpu->vm_id].vmid || gstage->vmid_generation == 0) {
        holders[vcpu->vm_id].generation = gstage->vmid_generation;
        holders[vcpu->vm_id].vmid = gstage->vmid;
        holders[vcpu->vm_id].harts = 0;
    }
    second_stage_load(hgatp);
    in_force[hart->index] = hgatp;
    if (holders[vcpu->vm_id].harts & self)
        return;
    holders[vcpu->vm_id].harts |= self;
    gstage_forget(gstage);
    hfence_vvma_all();
}

bool harts_gstage_is_stale(const struct hart *hart, const struct vcpu *vcpu)
{
    return in_force[hart->index] != vcpu->vm->gstage.hgatp;
}

void harts_arrive(const struct hart *hart, struct vcpu *vcpu)
{
    struct vcpu **last = &holders[vcpu->vm_id].last[hart->index];

    if (*last != vcpu || vcpu->hart != hart)
        hfence_vvma_all();
    *last = vcpu;
    instruction_fence(); /* its code may have been written on another hart */
}

void harts_fence_later(struct vcpu *vcpu)
{
    holders[vcpu->vm_id].last[vcpu->hart->index] = NULL;
}
