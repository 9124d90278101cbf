/* What may follow a call to the Supervisor Binary Interface. SBI 2.0, 3: Binary Encoding. */
#include "abi/sbi.h"
#include "model/entry.h"
#include "model/successor.h"

MODEL_RULE(call_pc, "sbi.behind-the-call", "SBI 2.0, 3; Privileged ISA 20240411, 3.3.1",
           "A call returns to the instruction behind the ecall.", "sepc not advanced");
MODEL_RULE(call_x, "sbi.only-a0-a1", "SBI 2.0, 3",
           "A call answers in a0 and a1 and preserves every other register.",
           "register lost across exit");
MODEL_RULE(call_csrs, "sbi.csrs", "SBI 2.0, 3", "A call leaves the guest's CSRs alone.",
           "CSR lost across exit");
MODEL_RULE(
    resume_state, "sbi.hsm-resume", "SBI 2.0, 9.4",
    "A non-retentive suspend resumes at the address of the call, with the hart id in a0, the "
    "call's argument in a1, satp = 0 and interrupts off.",
    "wrong state after a suspend");

#define LAST_LEGACY           8
#define SUSPEND_NON_RETENTIVE 0x80000000u

static void add_return(const struct model_vcpu *vcpu, struct successors *list)
{
    struct successor *back = successor_add(list, vcpu, "the call returns");

    back->want.pc += 4;
    back->pc = &call_pc;
    back->x = &call_x;
    back->csr = &call_csrs;
    back->returns = true;
    back->x_any = ANY_X(X_A0);
    if (vcpu->at.x[X_A7] > LAST_LEGACY)
        back->x_any |= ANY_X(X_A1);
    back->csr_any = ANY_CSR(GUEST_VSTIMECMP);
}

static void add_resume(const struct model_vcpu *vcpu, struct successors *list)
{
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
    resumed->pc = resumed->x = resumed->csr = &resume_state;
}

void sbi_successors(struct model *model, const struct model_vcpu *vcpu, struct successors *list)
{
    const uint64_t *x = vcpu->at.x;

    (void)model;
    add_return(vcpu, list);
    if (x[X_A7] == SBI_EXT_HSM && x[X_A6] == SBI_HSM_HART_SUSPEND &&
        (uint32_t)x[X_A0] >= SUSPEND_NON_RETENTIVE)
        add_resume(vcpu, list);
}

static struct model_vcpu *target_of(struct model *model, const struct model_vcpu *vcpu)
{
    uint64_t hart = vcpu->at.x[X_A0];
    struct model_vm *vm = &model->vm[vcpu->vm];

    return hart < vm->packed->vcpus && hart < MODEL_VCPUS ? &vm->vcpu[hart] : NULL;
}

static void take_hsm(struct model *model, struct model_vcpu *vcpu)
{
    struct model_vcpu *target = target_of(model, vcpu);
    const uint64_t *x = vcpu->at.x;

    if (x[X_A6] == SBI_HSM_HART_STOP)
        vcpu->stops = true;
    if (x[X_A6] != SBI_HSM_HART_START || !target)
        return;
    if (target->life != MODEL_STOPPED && !(target->life == MODEL_OUTSIDE && target->stops))
        return;
    target->life = MODEL_STARTING;
    target->start = (struct model_start){x[X_A1], x[X_A2], false};
}

void sbi_take(struct model *model, struct model_vcpu *vcpu)
{
    if (vcpu->at.x[X_A7] == SBI_EXT_HSM)
        take_hsm(model, vcpu);
}

void sbi_returned(struct model *model, struct model_vcpu *vcpu, int64_t error)
{
    struct model_vcpu *target = target_of(model, vcpu);
    const uint64_t *x = vcpu->at.x;

    if (x[X_A7] != SBI_EXT_HSM || x[X_A6] != SBI_HSM_HART_START || !target)
        return;
    if (target->life == MODEL_STARTING && !target->start.owed) {
        target->start.owed = error == SBI_SUCCESS;
        if (error != SBI_SUCCESS)
            target->life = MODEL_STOPPED;
    }
}
