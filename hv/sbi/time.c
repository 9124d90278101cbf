/* Timer extension: the guest's own timer. SBI specification 2.0, chapter 6. */
#include "sbi/sbi.h"

static void time(struct vcpu *vcpu, uint64_t function)
{
    uint64_t deadline = vcpu->x[REG_A0];

    if (function != SBI_TIME_SET_TIMER) {
        sbi_return(vcpu, (struct sbi_result){SBI_ERR_NOT_SUPPORTED, 0});
        return;
    }
    sbi_return(vcpu, (struct sbi_result){SBI_SUCCESS, 0});
    vcpu_set_timer(vcpu, deadline);
}

HV_SBI(SBI_EXT_TIME, time);
