/* Hart State Management: starting, stopping and suspending the VM's vCPUs. SBI specification
 * 2.0, chapter 9. Calls take effect at once, so that no pending state is ever seen. */
#include "memory/guest_memory.h"
#include "sbi/sbi.h"
#include "vm/vm.h"

#define SUSPEND_RETENTIVE     0x00000000u
#define SUSPEND_NON_RETENTIVE 0x80000000u

static struct sbi_result result(int64_t error)
{
    return (struct sbi_result){error, 0};
}

static struct sbi_result start(struct vcpu *vcpu, uint64_t hart, uint64_t address, uint64_t opaque)
{
    if (hart >= vcpu->vm->vcpu_count)
        return result(SBI_ERR_INVALID_PARAM);
    struct vcpu *target = vcpu->vm->vcpu[hart];
    if (target->state != VCPU_STOPPED)
        return result(SBI_ERR_ALREADY_AVAILABLE);
    if ((address & 1) || !guest_memory_holds(vcpu->vm, address, 2))
        return result(SBI_ERR_INVALID_ADDRESS);
    vcpu_start(target, address, opaque);
    return result(SBI_SUCCESS);
}

static struct sbi_result status(struct vcpu *vcpu, uint64_t hart)
{
    if (hart >= vcpu->vm->vcpu_count)
        return result(SBI_ERR_INVALID_PARAM);
    const struct vcpu *target = vcpu->vm->vcpu[hart];
    if (target->state == VCPU_STOPPED)
        return (struct sbi_result){SBI_SUCCESS, SBI_HSM_STOPPED};
    if (vcpu_waits(target) && target->state != VCPU_BLOCKED)
        return (struct sbi_result){SBI_SUCCESS, SBI_HSM_SUSPENDED};
    return (struct sbi_result){SBI_SUCCESS, SBI_HSM_STARTED};
}

/* type is 32 bits wide: what stands above them in the register says nothing. */
static struct sbi_result suspend(struct vcpu *vcpu, uint32_t type, uint64_t address,
                                 uint64_t opaque)
{
    if (type != SUSPEND_RETENTIVE && type != SUSPEND_NON_RETENTIVE)
        return result(SBI_ERR_INVALID_PARAM);
    if (type == SUSPEND_NON_RETENTIVE &&
        ((address & 1) || !guest_memory_holds(vcpu->vm, address, 2)))
        return result(SBI_ERR_INVALID_ADDRESS);
    if (type == SUSPEND_RETENTIVE) {
        vcpu_block(vcpu, VCPU_SUSPENDED);
        return result(SBI_SUCCESS);
    }
    vcpu_suspend_non_retentive(vcpu, address, opaque);
    if (!vcpu_waits(vcpu)) /* it has been started anew already */
        return (struct sbi_result){(int64_t)vcpu->x[REG_A0], vcpu->x[REG_A1]};
    return result(SBI_SUCCESS);
}

static struct sbi_result hsm(struct vcpu *vcpu, uint64_t function)
{
    uint64_t a0 = vcpu->x[REG_A0], a1 = vcpu->x[REG_A1], a2 = vcpu->x[REG_A2];

    switch (function) {
    case SBI_HSM_HART_START:
        return start(vcpu, a0, a1, a2);
    case SBI_HSM_HART_STOP:
        vcpu_stop(vcpu);
        vm_end_if_stopped(vcpu->vm);
        return result(SBI_SUCCESS);
    case SBI_HSM_HART_GET_STATUS:
        return status(vcpu, a0);
    case SBI_HSM_HART_SUSPEND:
        return suspend(vcpu, (uint32_t)a0, a1, a2);
    default:
        return result(SBI_ERR_NOT_SUPPORTED);
    }
}

static void serve_hsm(struct vcpu *vcpu, uint64_t function)
{
    sbi_return(vcpu, hsm(vcpu, function));
}

HV_SBI(SBI_EXT_HSM, serve_hsm);
