/* Base extension: who serves, and what. SBI specification 2.0, chapter 4. */
#include "sbi/sbi.h"

#define SPEC_VERSION (2u << 24 | 0) /* 2.0 */
#define OWN_VERSION  (0u << 16 | 1)

static const uint64_t answers[] = {
    [SBI_BASE_GET_SPEC_VERSION] = SPEC_VERSION,
    [SBI_BASE_GET_IMPL_ID] = SBI_IMPL_STAGECOACH,
    [SBI_BASE_GET_IMPL_VERSION] = OWN_VERSION,
    [SBI_BASE_GET_MVENDORID] = 0, /* a legal value: not implemented */
    [SBI_BASE_GET_MARCHID] = 0,
    [SBI_BASE_GET_MIMPID] = 0,
};

/* Apart, so that the other functions need no stack frame. */
static __attribute__((noinline)) void probe(struct vcpu *vcpu)
{
    bool exists = sbi_extension_exists(vcpu->x[REG_A0]);

    sbi_return(vcpu, (struct sbi_result){SBI_SUCCESS, exists});
}

static void base(struct vcpu *vcpu, uint64_t function)
{
    if (function == SBI_BASE_PROBE_EXTENSION)
        probe(vcpu);
    else if (function > SBI_BASE_GET_MIMPID)
        sbi_return(vcpu, (struct sbi_result){SBI_ERR_NOT_SUPPORTED, 0});
    else
        sbi_return(vcpu, (struct sbi_result){SBI_SUCCESS, answers[function]});
}

HV_SBI(SBI_EXT_BASE, base);
