/* How a guest ends itself: System Reset (SBI specification 2.0, chapter 10), the legacy
 * shutdown (chapter 5), and the paravirtual exit with a code. */
#include "sbi/sbi.h"
#include "vm/vm.h"

static struct sbi_result system_reset(struct vcpu *vcpu, uint64_t function)
{
    uint32_t type = (uint32_t)vcpu->x[REG_A0], reason = (uint32_t)vcpu->x[REG_A1];

    if (function != SBI_SRST_RESET)
        return (struct sbi_result){SBI_ERR_NOT_SUPPORTED, 0};
    if (type > SBI_SRST_TYPE_WARM_REBOOT || reason > SBI_SRST_REASON_FAILURE)
        return (struct sbi_result){SBI_ERR_INVALID_PARAM, 0};
    if (type == SBI_SRST_TYPE_SHUTDOWN)
        vm_end(vcpu->vm, VM_END_SHUTDOWN, reason);
    else
        vm_reboot(vcpu->vm, reason);
    return (struct sbi_result){SBI_SUCCESS, 0};
}

static void serve_system_reset(struct vcpu *vcpu, uint64_t function)
{
    sbi_return(vcpu, system_reset(vcpu, function));
}

static void legacy_shutdown(struct vcpu *vcpu, uint64_t function)
{
    (void)function;
    vm_end(vcpu->vm, VM_END_SHUTDOWN, SBI_SRST_REASON_NONE);
    vcpu->x[REG_A0] = 0;
}

HV_SBI(SBI_EXT_SRST, serve_system_reset);
HV_SBI(SBI_LEGACY_SHUTDOWN, legacy_shutdown);
