/*
 * fence.i: a hart fetches what was written only after one. Unprivileged ISA, Zifencei. It is needed
 * on each hart that runs a vCPU, after the hypervisor has put code into the VM's memory, and after
 * the guest has asked for it on that vCPU's hart.
 */
#include <inttypes.h>
#include <stdio.h>

#include "model/memory.h"

MODEL_RULE(after_load, "code.fence-i-after-load", "Unprivileged ISA 20240411, 3 (Zifencei)",
           "Between the loading of a guest's code and its next entry a hart executes fence.i.",
           "no fence.i after code was written");
MODEL_RULE(when_asked, "code.remote-fence-i", "SBI 2.0, 8.1",
           "After remote_fence_i a hart executes fence.i before it enters a target.",
           "remote fence.i not executed");

static void need(struct memory *memory, int vm, unsigned vcpu, uint64_t since, bool asked)
{
    if (since <= memory->tlb.code_since[vm][vcpu])
        return;
    memory->tlb.code_since[vm][vcpu] = since;
    memory->tlb.code_asked[vm][vcpu] = asked;
}

void tlb_code_given(struct memory *memory, int vm, uint64_t stored)
{
    for (unsigned vcpu = 0; vcpu < MODEL_VCPUS; vcpu++)
        need(memory, vm, vcpu, stored, false);
}

void tlb_code_asked(struct memory *memory, int vm, unsigned vcpu, uint64_t since)
{
    need(memory, vm, vcpu, since, true);
}

void tlb_code_entry(struct memory *memory, const struct memory_event *event)
{
    const struct model_vcpu *vcpu = event->vcpu;
    uint64_t since = memory->tlb.code_since[vcpu->vm][vcpu->index];
    uint64_t last = memory->tlb.hart[event->hart].fence_i;
    bool asked = memory->tlb.code_asked[vcpu->vm][vcpu->index];

    if (since == 0)
        return;
    if (asked)
        MODEL_EXERCISED(when_asked);
    else
        MODEL_EXERCISED(after_load);
    if (last > since)
        return;
    memory->tlb.code_since[vcpu->vm][vcpu->index] = 0; /* told once */
    MODEL_TEXT(seen, "none on hart %u %s", event->hart,
               asked ? "since the call" : "since the code was stored");
    model_broken(memory->model, asked ? &when_asked : &after_load, event->hart, vcpu, event->code,
                 "a fence.i on the hart before this entry", seen);
}
