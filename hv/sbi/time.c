/* Timer extension: the guest's own timer. SBI specification 2.0, chapter 6. */
#include "sbi/sbi.h"

static struct sbi_result time(struct vcpu *vcpu, uint64_t function)
{
    if (function != SBI_TIME_SET_TIMER)
        return (struct sbi_result){SBI_ERR_NOT_SUPPORTED, 0};
    vcpu_set_timer(vcpu, vcpu->x[REG_A0]);
    return (struct sbi_result){SBI_SUCCESS, 0};
}

HV_SBI(SBI_EXT_TIME, time);
