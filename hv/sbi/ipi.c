/* IPI extension: a software interrupt to vCPUs of the same VM. SBI specification 2.0, chapter 7. */
#include "sbi/sbi.h"
#include "trace/trace.h"
#include "trap/cause.h"

static void send(struct vcpu *target, void *caller)
{
    const struct vcpu *from = caller;

    trace(TRACE_IPI_SEND, from->vm_id, from->index, target->index, 0, 0);
    vcpu_interrupt_set(target, IRQ_VS_SOFT, TRACE_WAKEUP_IPI);
}

static struct sbi_result ipi(struct vcpu *vcpu, uint64_t function)
{
    if (function != SBI_IPI_SEND_IPI)
        return (struct sbi_result){SBI_ERR_NOT_SUPPORTED, 0};
    return (struct sbi_result){
        sbi_each_target(vcpu, vcpu->x[REG_A0], vcpu->x[REG_A1], send, vcpu), 0};
}

HV_SBI(SBI_EXT_IPI, ipi);
