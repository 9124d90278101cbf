/* Hart masks, and the two extensions that take them: IPI and RFENCE. SBI 2.0, 3.1, 7, 8. */
#include "model/interrupt.h"
#include "model/sbi.h"

MODEL_RULE(ipi_answer, "sbi.ipi-targets", "SBI 2.0, 7.1; 3.1",
           "An IPI to harts that all exist succeeds; a mask that names another is INVALID_PARAM.",
           "hart mask is not checked");
MODEL_RULE(rfence_answer, "sbi.rfence-targets", "SBI 2.0, 8; 3.1",
           "A remote fence to harts that all exist succeeds; a mask that names another is "
           "INVALID_PARAM.",
           "hart mask is not checked");
MODEL_RULE(hfence_answer, "sbi.rfence-hfence", "SBI 2.0, 8.4 to 8.7",
           "The remote hfences are for harts with the hypervisor extension, which a guest's lack.",
           "a remote hfence is not refused");

#define WORD_BITS 64

struct sbi_targets sbi_targets(const struct model *model, const struct model_vcpu *vcpu,
                               uint64_t mask, uint64_t base)
{
    unsigned vcpus = model->vm[vcpu->vm].packed->vcpus;
    uint64_t all = (1ull << vcpus) - 1;

    if (base == UINT64_MAX)
        return (struct sbi_targets){(uint32_t)all, true, false};
    if (base >= vcpus)
        return (struct sbi_targets){0, mask == 0, mask == 0};
    uint64_t reach = mask & (~0ull >> base); /* the others are beyond any hart */
    return (struct sbi_targets){(uint32_t)(reach << base & all),
                                reach == mask && !((reach << base) & ~all), false};
}

static void mask_answer(const struct model *model, const struct model_vcpu *vcpu,
                        const struct model_rule *rule, struct sbi_answer *to)
{
    struct sbi_targets targets = sbi_targets(model, vcpu, vcpu->at.x[X_A0], vcpu->at.x[X_A1]);

    to->rule = rule;
    to->errors = targets.valid ? ERROR(SBI_SUCCESS) : ERROR(SBI_ERR_INVALID_PARAM);
    if (targets.unsure)
        to->errors |= ERROR(SBI_ERR_INVALID_PARAM);
}

static void answer_ipi(const struct model *model, const struct model_vcpu *vcpu,
                       struct sbi_answer *to)
{
    mask_answer(model, vcpu, &ipi_answer, to);
}

/* From now on the interrupt may be there; once the call has said so, it is. */
static void take_ipi(struct model *model, struct model_vcpu *vcpu)
{
    struct sbi_targets targets = sbi_targets(model, vcpu, vcpu->at.x[X_A0], vcpu->at.x[X_A1]);

    for (unsigned i = 0; i < MODEL_VCPUS; i++)
        if (targets.harts >> i & 1)
            model->vm[vcpu->vm].vcpu[i].software_may = true;
}

static void ipi_returned(struct model *model, struct model_vcpu *vcpu,
                         const struct model_state *seen)
{
    struct sbi_targets targets = sbi_targets(model, vcpu, vcpu->at.x[X_A0], vcpu->at.x[X_A1]);

    for (unsigned i = 0; i < MODEL_VCPUS; i++)
        if ((targets.harts >> i & 1) && seen->x[X_A0] == SBI_SUCCESS)
            interrupt_software_owed(model, &model->vm[vcpu->vm].vcpu[i]);
}

static void answer_rfence(const struct model *model, const struct model_vcpu *vcpu,
                          struct sbi_answer *to)
{
    const uint64_t *x = vcpu->at.x;

    if (x[X_A6] > SBI_RFENCE_SFENCE_VMA_ASID) {
        to->rule = &hfence_answer;
        to->errors = ERROR(SBI_ERR_NOT_SUPPORTED);
        return;
    }
    mask_answer(model, vcpu, &rfence_answer, to);
    /* A range that runs over the end of the address space may be called wrong. */
    if (x[X_A6] != SBI_RFENCE_FENCE_I && x[X_A3] != UINT64_MAX && x[X_A2] + x[X_A3] < x[X_A2])
        to->errors |= ERROR(SBI_ERR_INVALID_ADDRESS);
}

MODEL_SBI(ipi) = {SBI_EXT_IPI, 1, answer_ipi, take_ipi, ipi_returned};
MODEL_SBI(rfence) = {SBI_EXT_RFENCE, 7, answer_rfence, NULL, NULL};
