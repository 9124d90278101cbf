/* IPI extension: a software interrupt to vCPUs of the same VM. SBI specification 2.0, chapter 7. */
#include "sbi/sbi.h"
#include "trace/trace.h"
#include "trap/cause.h"
#include "vm/vm.h"

static void send(const struct vcpu *from, struct vcpu *target)
{
    trace(TRACE_IPI_SEND, from->vm_id, from->index, target->index, 0, 0);
    vcpu_interrupt_set(target, IRQ_VS_SOFT, TRACE_WAKEUP_IPI);
}

static struct sbi_result ipi(struct vcpu *vcpu, uint64_t function)
{
    uint64_t targets;

    if (function != SBI_IPI_SEND_IPI)
        return (struct sbi_result){SBI_ERR_NOT_SUPPORTED, 0};
    if (!sbi_targets(vcpu, vcpu->x[REG_A0], vcpu->x[REG_A1], &targets))
        return (struct sbi_result){SBI_ERR_INVALID_PARAM, 0};
    for (struct vcpu **target = vcpu->vm->vcpu; targets; target++, targets >>= 1)
        if (targets & 1)
            send(vcpu, *target);
    return (struct sbi_result){SBI_SUCCESS, 0};
}

static void serve_ipi(struct vcpu *vcpu, uint64_t function)
{
    sbi_return(vcpu, ipi(vcpu, function));
}

HV_SBI(SBI_EXT_IPI, serve_ipi);
