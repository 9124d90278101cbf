/* Hart State Management: a VM's vCPUs start, stop and suspend. SBI 2.0, 9. */
#include "model/entry.h"
#include "model/sbi.h"

MODEL_RULE(start_answer, "sbi.hsm-start", "SBI 2.0, 9.1",
           "Starting a stopped hart at an address in RAM succeeds; one that runs is "
           "ALREADY_AVAILABLE, one that does not exist INVALID_PARAM, an address outside RAM "
           "INVALID_ADDRESS.",
           "hart_start answers wrongly");
MODEL_RULE(stop_answer, "sbi.hsm-stop", "SBI 2.0, 9.2", "A hart that stops does not return.",
           "hart_stop returns");
MODEL_RULE(status_answer, "sbi.hsm-status", "SBI 2.0, 9.3",
           "The state of a hart is told as it is; of one that does not exist, INVALID_PARAM.",
           "hart_get_status does not tell the state");
MODEL_RULE(suspend_answer, "sbi.hsm-suspend", "SBI 2.0, 9.4",
           "A retentive suspend returns with success; a non-retentive one does not return; a "
           "reserved type is INVALID_PARAM. The type has 32 bits.",
           "hart_suspend answers wrongly");
MODEL_RULE(
    resume_state, "sbi.hsm-resume", "SBI 2.0, 9.4",
    "A non-retentive suspend resumes at the address of the call, with the hart id in a0, the "
    "call's argument in a1, satp = 0 and interrupts off.",
    "wrong state after a suspend");

#define RETENTIVE     0x00000000u
#define NON_RETENTIVE 0x80000000u
#define PLATFORM      0x10000000u /* from here on, of the platform's own: may exist */

static const struct model_vcpu *target_of(const struct model *model, const struct model_vcpu *vcpu)
{
    uint64_t hart = vcpu->at.x[X_A0];
    const struct model_vm *vm = &model->vm[vcpu->vm];

    return hart < vm->packed->vcpus && hart < MODEL_VCPUS ? &vm->vcpu[hart] : NULL;
}

static bool may_start(const struct model_vcpu *vcpu)
{
    return vcpu->life == MODEL_STOPPED || (vcpu->life == MODEL_OUTSIDE && vcpu->stops);
}

/* Its hart has left the guest for a hart_stop, and another serves the caller: which of the two
 * calls comes first is not to be seen. */
static bool may_still_run(const struct model *model, const struct model_vcpu *target)
{
    return model->setup.harts > 1 && target->life == MODEL_OUTSIDE && target->stops;
}

static bool is_suspend(const struct model_vcpu *vcpu)
{
    return vcpu->at.x[X_A7] == SBI_EXT_HSM && vcpu->at.x[X_A6] == SBI_HSM_HART_SUSPEND;
}

static uint32_t address_errors(const struct model *model, const struct model_vcpu *vcpu,
                               uint64_t address)
{
    if (!sbi_in_ram(model, vcpu, address, 1))
        return ERROR(SBI_ERR_INVALID_ADDRESS);
    if ((address & 1) || !sbi_in_ram(model, vcpu, address, 4)) /* no instruction, or half of one */
        return ERROR(SBI_ERR_INVALID_ADDRESS) | ERROR(SBI_SUCCESS);
    return ERROR(SBI_SUCCESS);
}

static void answer_start(const struct model *model, const struct model_vcpu *vcpu,
                         struct sbi_answer *to)
{
    const struct model_vcpu *target = target_of(model, vcpu);
    uint32_t address = address_errors(model, vcpu, vcpu->at.x[X_A1]);

    to->rule = &start_answer;
    if (!target)
        to->errors = ERROR(SBI_ERR_INVALID_PARAM);
    else if (!may_start(target) && !target->start.asked)
        to->errors = ERROR(SBI_ERR_ALREADY_AVAILABLE);
    else
        to->errors = address;
    if (target && may_still_run(model, target))
        to->errors |= ERROR(SBI_ERR_ALREADY_AVAILABLE);
    if ((to->errors & ERROR(SBI_SUCCESS)) == 0) /* several are wrong: any of them is told */
        to->errors |= address & ~ERROR(SBI_SUCCESS);
}

static void answer_status(const struct model *model, const struct model_vcpu *vcpu,
                          struct sbi_answer *to)
{
    const struct model_vcpu *target = target_of(model, vcpu);

    to->rule = &status_answer;
    to->errors = target ? ERROR(SBI_SUCCESS) : ERROR(SBI_ERR_INVALID_PARAM);
    to->has_value = true;
    if (!target)
        return;
    if (target->life == MODEL_STOPPED)
        to->low = to->high = SBI_HSM_STOPPED;
    else if (target->life == MODEL_OUTSIDE && target->stops)
        to->low = may_still_run(model, target) ? SBI_HSM_STARTED : SBI_HSM_STOPPED,
        to->high = SBI_HSM_STOP_PENDING;
    else if (target->life == MODEL_STARTING)
        to->high = SBI_HSM_START_PENDING;
    else if (target->life == MODEL_OUTSIDE && is_suspend(target))
        to->high = SBI_HSM_RESUME_PENDING;
}

static void answer_suspend(const struct model *model, const struct model_vcpu *vcpu,
                           struct sbi_answer *to)
{
    uint32_t type = (uint32_t)vcpu->at.x[X_A0];

    to->rule = &suspend_answer;
    to->errors = ERROR(SBI_ERR_INVALID_PARAM);
    if (type == RETENTIVE)
        to->errors = ERROR(SBI_SUCCESS);
    else if (type == NON_RETENTIVE)
        to->errors = address_errors(model, vcpu, vcpu->at.x[X_A1]) & ~ERROR(SBI_SUCCESS);
    else if ((type & ~NON_RETENTIVE) >= PLATFORM)
        to->errors |= ERROR(SBI_ERR_NOT_SUPPORTED);
}

static void answer(const struct model *model, const struct model_vcpu *vcpu, struct sbi_answer *to)
{
    switch (vcpu->at.x[X_A6]) {
    case SBI_HSM_HART_START:
        answer_start(model, vcpu, to);
        break;
    case SBI_HSM_HART_STOP:
        to->rule = &stop_answer;
        to->errors = ERROR(SBI_ERR_FAILED);
        break;
    case SBI_HSM_HART_GET_STATUS:
        answer_status(model, vcpu, to);
        break;
    default:
        answer_suspend(model, vcpu, to);
    }
}

void hsm_add_resume(struct model *model, const struct model_vcpu *vcpu, struct successors *list)
{
    if (!is_suspend(vcpu) || (uint32_t)vcpu->at.x[X_A0] != NON_RETENTIVE ||
        !(address_errors(model, vcpu, vcpu->at.x[X_A1]) & ERROR(SBI_SUCCESS)))
        return;
    struct successor *resumed = successor_add(list, vcpu, "it resumes");
    resumed->want.pc = vcpu->at.x[X_A1];
    resumed->want.x[X_A0] = vcpu->index;
    resumed->want.x[X_A1] = vcpu->at.x[X_A2];
    resumed->want.csr.vsatp = 0;
    resumed->want.csr.vsstatus &= ~STATUS_SIE;
    resumed->want.csr.sstatus |= STATUS_SPP;
    resumed->x_any = ~(ANY_X(X_A0) | ANY_X(X_A1));
    resumed->csr_any = ALL_CSRS & ~(ANY_CSR(GUEST_VSATP) | ANY_CSR(GUEST_VSSTATUS));
    resumed->status_any = ~STATUS_SIE;
    resumed->anew = true;
    resumed->pc = resumed->x = resumed->csr = &resume_state;
}

static void take(struct model *model, struct model_vcpu *vcpu)
{
    struct model_vcpu *target = (struct model_vcpu *)target_of(model, vcpu);
    const uint64_t *x = vcpu->at.x;

    if (x[X_A6] == SBI_HSM_HART_STOP)
        vcpu->stops = true;
    if (x[X_A6] != SBI_HSM_HART_START || !target || !may_start(target) ||
        !(address_errors(model, vcpu, x[X_A1]) & ERROR(SBI_SUCCESS)))
        return;
    target->life = MODEL_STARTING;
    target->start = (struct model_start){.pc = x[X_A1], .a1 = x[X_A2], .asked = true};
}

static void returned(struct model *model, struct model_vcpu *vcpu, const struct model_state *seen)
{
    struct model_vcpu *target = (struct model_vcpu *)target_of(model, vcpu);

    if (vcpu->at.x[X_A6] != SBI_HSM_HART_START || !target || !target->start.asked)
        return;
    target->start.asked = false;
    if (target->life == MODEL_STARTING && seen->x[X_A0] != SBI_SUCCESS)
        target->life = MODEL_STOPPED;
}

MODEL_SBI(hsm) = {SBI_EXT_HSM, 4, answer, take, returned};
