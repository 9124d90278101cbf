/*
 * Remote fences: SBI 2.0, 8. A call owes each vCPU that it names a fence on the hart that it next
 * runs on, for all that the call names: the whole of each page of the range, and the address space
 * or all of them. What the hart does not hold needs no fence.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/sbi.h"
#include "model/memory.h"

#define MOST_PAGES   65536u /* told apart */
#define CALL_FROM_VS 10
#define ASID(value)  ((value)&0xffff)

MODEL_RULE(fenced, "sbi.remote-sfence", "SBI 2.0, 8.2 and 8.3",
           "After remote_sfence_vma each target is entered only after an HFENCE.VVMA that covers "
           "the range, and the address space, on its hart.",
           "remote fence not executed");

static void clear(struct tlb_due *due)
{
    free(due->done);
    *due = (struct tlb_due){0};
}

static struct tlb_due *new_due(struct memory *memory, int vm, unsigned vcpu)
{
    struct tlb_due *dues = memory->tlb.due[vm][vcpu];

    for (unsigned i = 0; i < TLB_DUES; i++)
        if (dues[i].state == TLB_NO_DUE)
            return &dues[i];
    return NULL;
}

static void ask(struct memory *memory, const struct model_vcpu *caller, unsigned target)
{
    const uint64_t *x = caller->at.x;
    struct tlb_due *due = new_due(memory, (int)caller->vm, target);
    uint64_t start = x[12], size = x[13];

    if (!due)
        return;
    *due = (struct tlb_due){.state = TLB_ASKED,
                            .code = x[16] == SBI_RFENCE_FENCE_I,
                            .with_asid = x[16] == SBI_RFENCE_SFENCE_VMA_ASID,
                            .everything = (start == 0 && size == 0) || size == UINT64_MAX,
                            .caller = caller->index,
                            .asid = ASID(x[14]),
                            .since = memory->events};
    if (due->code || due->everything)
        return;
    due->from = start & ~(MEMORY_PAGE - 1);
    due->pages = start + size < start /* no range goes beyond the last address */
                     ? (UINT64_MAX - due->from) / MEMORY_PAGE + 1
                     : (start % MEMORY_PAGE + size + MEMORY_PAGE - 1) / MEMORY_PAGE;
    if (size == 0)
        clear(due); /* an empty range */
    else if (due->pages <= MOST_PAGES)
        due->done = calloc((due->pages + 63) / 64, sizeof(*due->done));
}

void tlb_remote_exit(struct memory *memory, const struct model_vcpu *vcpu)
{
    const uint64_t *x = vcpu->at.x;
    const struct model_vm *vm = &memory->model->vm[vcpu->vm];

    if (vcpu->at.csr.scause != CALL_FROM_VS || x[17] != SBI_EXT_RFENCE ||
        x[16] > SBI_RFENCE_SFENCE_VMA_ASID)
        return;
    for (unsigned i = 0; i < MODEL_VCPUS; i++)
        if (vm->vcpu[i].entries &&
            (x[11] == UINT64_MAX || (i - x[11] < 64 && x[10] >> (i - x[11]) & 1)))
            ask(memory, vcpu, i);
}

static bool covers_page(struct tlb_due *due, uint64_t address)
{
    uint64_t page = (address - due->from) / MEMORY_PAGE;

    if (due->everything || address < due->from || page >= due->pages)
        return false;
    if (due->done) {
        uint64_t bit = 1ull << page % 64;
        if (due->done[page / 64] & bit)
            return false;
        due->done[page / 64] |= bit;
    }
    return ++due->done_pages >= due->pages;
}

static void fence_due(struct tlb_due *due, const uint64_t *address, const uint64_t *asid)
{
    if (due->state == TLB_NO_DUE || due->code)
        return;
    if (asid && !(due->with_asid && ASID(*asid) == due->asid))
        return;
    if (address ? covers_page(due, *address) : true) {
        MODEL_EXERCISED(fenced);
        clear(due);
    }
}

/* Is the vCPU to run on this hart next, as far as can be told? */
static bool is_of_hart(const struct memory *memory, unsigned hart, unsigned vm, unsigned vcpu)
{
    return memory->model->setup.harts <= 1 || memory->tlb.last_hart[vm][vcpu] == hart;
}

void tlb_remote_fence(struct memory *memory, unsigned hart, const uint64_t *address,
                      const uint64_t *asid)
{
    const struct tlb_hart *here = &memory->tlb.hart[hart];

    for (unsigned vm = 0; vm < memory->model->vms; vm++) {
        if (!here->loaded || TLB_VMID(here->hgatp) != TLB_VMID(memory->model->vm[vm].hgatp))
            continue;
        for (unsigned vcpu = 0; vcpu < MODEL_VCPUS; vcpu++)
            for (unsigned i = 0; is_of_hart(memory, hart, vm, vcpu) && i < TLB_DUES; i++)
                fence_due(&memory->tlb.due[vm][vcpu][i], address, asid);
    }
}

/* The caller goes on: the call says whether it was done. */
static void settle_calls(struct memory *memory, const struct model_vcpu *caller, bool success)
{
    for (unsigned vcpu = 0; vcpu < MODEL_VCPUS; vcpu++) {
        for (unsigned i = 0; i < TLB_DUES; i++) {
            struct tlb_due *due = &memory->tlb.due[caller->vm][vcpu][i];

            if (due->state != TLB_ASKED || due->caller != caller->index)
                continue;
            due->state = TLB_OWED;
            if (success && due->code)
                tlb_code_asked(memory, (int)caller->vm, vcpu, due->since);
            if (!success || due->code)
                clear(due);
        }
    }
}

static void blame(struct memory *memory, const struct memory_event *event,
                  const struct tlb_due *due)
{
    MODEL_TEXT(expected, "hfence.vvma for 0x%" PRIx64 " and %" PRIu64 " pages from there, %s",
               due->from, due->pages, due->with_asid ? "that ASID or all" : "all ASIDs");
    if (due->everything)
        snprintf(expected, sizeof(expected), "hfence.vvma for all addresses, %s",
                 due->with_asid ? "that ASID or all" : "all ASIDs");
    MODEL_TEXT(seen, "%" PRIu64 " of them on hart %u since the call of vCPU %u", due->done_pages,
               event->hart, due->caller);
    model_broken(memory->model, &fenced, event->hart, event->vcpu, event->code, expected, seen);
}

void tlb_remote_entry(struct memory *memory, const struct memory_event *event,
                      const struct model_state *at)
{
    const struct model_vcpu *vcpu = event->vcpu;
    const struct tlb_use *use = tlb_use_of(memory, event->hart, (int)vcpu->vm, at->csr.hgatp);

    settle_calls(memory, vcpu, at->x[10] == 0);
    memory->tlb.last_hart[vcpu->vm][vcpu->index] = event->hart;
    for (unsigned i = 0; i < TLB_DUES; i++) {
        struct tlb_due *due = &memory->tlb.due[vcpu->vm][vcpu->index][i];

        if (due->state != TLB_OWED)
            continue;
        MODEL_EXERCISED(fenced);
        if (use && use->vs)
            blame(memory, event, due);
        clear(due);
    }
}

void tlb_remote_life(struct memory *memory, int vm)
{
    for (unsigned vcpu = 0; vcpu < MODEL_VCPUS; vcpu++)
        for (unsigned i = 0; i < TLB_DUES; i++)
            clear(&memory->tlb.due[vm][vcpu][i]);
}
