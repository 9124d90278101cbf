/*
 * RFENCE extension: fences on other harts of the VM. SBI specification 2.0, chapter 8.
 *
 * vCPUs of a VM share its VMID, so one fence on a hart serves all of them that it has run. With
 * one hart that is this one, whose hgatp is the caller's: the fence is done here and now.
 */
#include "metal/metal.h"
#include "sbi/sbi.h"
#include "trace/trace.h"

#define PAGE      4096ull
#define PAGES_MAX 64 /* beyond that, fencing everything is cheaper */

struct range {
    uint64_t function, start, size, asid;
};

/* The specification: start and size both 0, or size all ones, mean the whole address space. */
static bool is_everything(const struct range *range)
{
    return (range->start == 0 && range->size == 0) || range->size / PAGE >= PAGES_MAX;
}

static void fence(const struct range *range)
{
    bool with_asid = range->function == SBI_RFENCE_SFENCE_VMA_ASID;

    if (range->function == SBI_RFENCE_FENCE_I) {
        instruction_fence();
        return;
    }
    if (is_everything(range)) {
        if (with_asid)
            hfence_vvma_asid_all(range->asid);
        else
            hfence_vvma_all();
        return;
    }
    for (uint64_t done = 0; done < range->size; done += PAGE) {
        if (with_asid)
            hfence_vvma_asid_page(range->start + done, range->asid);
        else
            hfence_vvma_page(range->start + done);
    }
}

static void count_target(struct vcpu *target, void *count)
{
    (void)target;
    ++*(unsigned *)count;
}

static struct sbi_result rfence(struct vcpu *vcpu, uint64_t function)
{
    struct range range = {function, vcpu->x[REG_A2], vcpu->x[REG_A3], vcpu->x[REG_A4]};
    unsigned targets = 0;

    if (function > SBI_RFENCE_SFENCE_VMA_ASID) /* hfence is for guests with the H extension */
        return (struct sbi_result){SBI_ERR_NOT_SUPPORTED, 0};
    int64_t error =
        sbi_each_target(vcpu, vcpu->x[REG_A0], vcpu->x[REG_A1], count_target, &targets);
    if (error == SBI_SUCCESS && targets) {
        trace(TRACE_RFENCE, vcpu->vm_id, vcpu->index, (uint32_t)function, range.start, range.size);
        fence(&range);
    }
    return (struct sbi_result){error, 0};
}

HV_SBI(SBI_EXT_RFENCE, rfence);
