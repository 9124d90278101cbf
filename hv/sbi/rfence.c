/*
 * RFENCE extension: fences on other harts of the VM. SBI specification 2.0, chapter 8.
 *
 * vCPUs of a VM share its VMID, so one fence on a hart serves all of them that it has run. With
 * one hart that is this one, whose hgatp is the caller's: the fence is done here and now.
 */
#include "memory/page.h"
#include "metal/metal.h"
#include "sbi/sbi.h"
#include "trace/trace.h"

#define PAGES_MAX 64 /* beyond that, fencing everything is cheaper */

struct range {
    uint64_t function, start, size, asid;
};

/* The specification: start and size both 0, or size all ones, mean the whole address space. */
static bool is_everything(const struct range *range)
{
    return (range->start == 0 && range->size == 0) || range->size / PAGE_SIZE >= PAGES_MAX;
}

static void sfence(const struct range *range)
{
    bool with_asid = range->function == SBI_RFENCE_SFENCE_VMA_ASID;

    if (is_everything(range)) {
        if (with_asid)
            hfence_vvma_asid_all(range->asid);
        else
            hfence_vvma_all();
        return;
    }
    uint64_t into_page = range->start % PAGE_SIZE; /* the range touches the whole of its pages */
    for (uint64_t done = 0; done < into_page + range->size; done += PAGE_SIZE) {
        if (with_asid)
            hfence_vvma_asid_page(range->start - into_page + done, range->asid);
        else
            hfence_vvma_page(range->start - into_page + done);
    }
}

static void trace_rfence(const struct vcpu *vcpu, uint64_t function)
{
    trace(TRACE_RFENCE, vcpu->vm_id, vcpu->index, (uint32_t)function, vcpu->x[REG_A2],
          vcpu->x[REG_A3]);
}

static __attribute__((noinline)) void sfence_for(struct vcpu *vcpu, uint64_t function)
{
    struct range range = {function, vcpu->x[REG_A2], vcpu->x[REG_A3], vcpu->x[REG_A4]};

    sfence(&range);
    trace_rfence(vcpu, function);
}

static void rfence(struct vcpu *vcpu, uint64_t function)
{
    int64_t error = SBI_SUCCESS;
    uint64_t targets = 0;

    if (function > SBI_RFENCE_SFENCE_VMA_ASID) /* hfence is for guests with the H extension */
        error = SBI_ERR_NOT_SUPPORTED;
    else if (!sbi_targets(vcpu, vcpu->x[REG_A0], vcpu->x[REG_A1], &targets))
        error = SBI_ERR_INVALID_PARAM;
    sbi_return(vcpu, (struct sbi_result){error, 0});
    if (!targets)
        return;
    if (function != SBI_RFENCE_FENCE_I) {
        sfence_for(vcpu, function);
        return;
    }
    instruction_fence();
    trace_rfence(vcpu, function);
}

HV_SBI(SBI_EXT_RFENCE, rfence);
