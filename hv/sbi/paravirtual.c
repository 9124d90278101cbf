/* What no standard covers: features, exit with a code, yield. Contract: abi/sbi.h. */
#include "hart/hart.h"
#include "sbi/sbi.h"
#include "vm/vm.h"

static void yield(struct vcpu *vcpu)
{
    struct hart *hart = vcpu->hart;

    run_queue.policy->rotate(&run_queue, &vcpu->entity);
    hart_reschedule(hart);
}

static struct sbi_result paravirtual(struct vcpu *vcpu, uint64_t function)
{
    switch (function) {
    case SBI_PV_FEATURES:
        return (struct sbi_result){SBI_SUCCESS,
                                   (uint64_t)PV_VERSION << 32 | PV_FEATURE_EXIT | PV_FEATURE_YIELD};
    case SBI_PV_EXIT:
        vm_end(vcpu->vm, VM_END_EXIT, vcpu->x[REG_A0]);
        return (struct sbi_result){SBI_SUCCESS, 0};
    case SBI_PV_YIELD:
        yield(vcpu);
        return (struct sbi_result){SBI_SUCCESS, 0};
    default:
        return (struct sbi_result){SBI_ERR_NOT_SUPPORTED, 0};
    }
}

static void serve_paravirtual(struct vcpu *vcpu, uint64_t function)
{
    sbi_return(vcpu, paravirtual(vcpu, function));
}

HV_SBI(SBI_EXT_PV, serve_paravirtual);
