/* Base extension: who serves, and what. SBI specification 2.0, chapter 4. */
#include "sbi/sbi.h"

#define SPEC_VERSION (2u << 24 | 0) /* 2.0 */
#define OWN_VERSION  (0u << 16 | 1)

static struct sbi_result base(struct vcpu *vcpu, uint64_t function)
{
    switch (function) {
    case SBI_BASE_GET_SPEC_VERSION:
        return (struct sbi_result){SBI_SUCCESS, SPEC_VERSION};
    case SBI_BASE_GET_IMPL_ID:
        return (struct sbi_result){SBI_SUCCESS, SBI_IMPL_STAGECOACH};
    case SBI_BASE_GET_IMPL_VERSION:
        return (struct sbi_result){SBI_SUCCESS, OWN_VERSION};
    case SBI_BASE_PROBE_EXTENSION:
        return (struct sbi_result){SBI_SUCCESS, sbi_extension_exists(vcpu->x[REG_A0])};
    case SBI_BASE_GET_MVENDORID: /* 0 is a legal value: not implemented */
    case SBI_BASE_GET_MARCHID:
    case SBI_BASE_GET_MIMPID:
        return (struct sbi_result){SBI_SUCCESS, 0};
    default:
        return (struct sbi_result){SBI_ERR_NOT_SUPPORTED, 0};
    }
}

HV_SBI(SBI_EXT_BASE, base);
