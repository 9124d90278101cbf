/* What may follow an exit, by its cause. Privileged ISA, 18.6.1: Trap Cause Codes. */
#include "model/emulation.h"
#include "model/entry.h"
#include "model/successor.h"

#define INTERRUPT          (1ull << 63)
#define CAUSE_INSN_ACCESS  1
#define CAUSE_ILLEGAL      2
#define CAUSE_LOAD_ACCESS  5
#define CAUSE_STORE_ACCESS 7
#define CAUSE_USER_CALL    8
#define CAUSE_VIRTUAL_CALL 10
#define CAUSE_FETCH_GUEST  20
#define CAUSE_LOAD_GUEST   21
#define CAUSE_VIRTUAL      22
#define CAUSE_STORE_GUEST  23

MODEL_RULE(interrupt_pc, "interrupt.pc", "Privileged ISA 20240411, 18.6.4",
           "After an interrupt of the hypervisor's own the guest goes on where it was.",
           "the guest does not go on where an interrupt left it");
MODEL_RULE(interrupt_x, "interrupt.registers", "contract",
           "An interrupt of the hypervisor's own leaves the guest's general registers alone.",
           "register lost across exit");
MODEL_RULE(interrupt_csrs, "interrupt.csrs", "contract",
           "An interrupt of the hypervisor's own leaves the guest's CSRs alone.",
           "CSR lost across exit");
MODEL_RULE(fault_pc, "fault.pc", "Privileged ISA 20240411, 18.5.2",
           "A guest-page fault in the VM's RAM is met by executing the instruction again.",
           "the faulting instruction is not executed again");
MODEL_RULE(fault_x, "fault.registers", "contract",
           "A guest-page fault leaves the guest's general registers alone.",
           "register lost across exit");
MODEL_RULE(fault_csrs, "fault.csrs", "contract",
           "A guest-page fault leaves the guest's CSRs alone.", "CSR lost across exit");

struct successor *successor_same(struct successors *list, const struct model_vcpu *vcpu,
                                 const char *what, const struct model_rule *pc,
                                 const struct model_rule *x, const struct model_rule *csr)
{
    struct successor *successor = successor_add(list, vcpu, what);

    successor->pc = pc;
    successor->x = x;
    successor->csr = csr;
    return successor;
}

static bool in_ram(const struct model *model, const struct model_vcpu *vcpu, uint64_t address)
{
    return address - BUNDLE_GUEST_RAM_BASE < model->vm[vcpu->vm].packed->memory;
}

static void after_page_fault(const struct model *model, const struct model_vcpu *vcpu,
                             struct successors *list)
{
    const struct model_csrs *csr = &vcpu->at.csr;
    uint64_t address = csr->htval << 2 | (csr->stval & 3);
    bool in_walk = csr->htinst == 0x3000 || csr->htinst == 0x3020; /* pseudo-instructions */

    if (in_ram(model, vcpu, address)) {
        successor_same(list, vcpu, "it is executed again", &fault_pc, &fault_x, &fault_csrs);
        return;
    }
    if (csr->scause == CAUSE_FETCH_GUEST || in_walk)
        successor_trap(list, vcpu, CAUSE_INSN_ACCESS, csr->stval);
    if (csr->scause == CAUSE_LOAD_GUEST || in_walk)
        successor_trap(list, vcpu, CAUSE_LOAD_ACCESS, csr->stval);
    /* An AMO's fault has the cause of a load on some machines. */
    if (csr->scause != CAUSE_FETCH_GUEST || in_walk)
        successor_trap(list, vcpu, CAUSE_STORE_ACCESS, csr->stval);
}

void exit_successors(struct model *model, const struct model_vcpu *vcpu, struct successors *list)
{
    uint64_t cause = vcpu->at.csr.scause;

    list->count = 0;
    if (cause & INTERRUPT) {
        successor_same(list, vcpu, "it goes on", &interrupt_pc, &interrupt_x, &interrupt_csrs);
        return;
    }
    switch (cause) {
    case CAUSE_VIRTUAL_CALL:
        sbi_successors(model, vcpu, list);
        return;
    case CAUSE_FETCH_GUEST:
    case CAUSE_LOAD_GUEST:
    case CAUSE_STORE_GUEST:
        after_page_fault(model, vcpu, list);
        return;
    case CAUSE_VIRTUAL:
        emulation_after_virtual(model, vcpu, list);
        return;
    case CAUSE_ILLEGAL:
        if ((vcpu->at.csr.vsstatus & STATUS_FS) && !(vcpu->at.csr.sstatus & STATUS_FS))
            successor_same(list, vcpu, "floating point is there now", &fault_pc, &fault_x,
                           &fault_csrs);
        emulation_after_illegal(model, vcpu, list);
        return;
    case CAUSE_USER_CALL:
        successor_trap(list, vcpu, cause, 0);
        return;
    default: /* handed on as it came */
        successor_trap(list, vcpu, cause, vcpu->at.csr.stval);
    }
}

void exit_take(struct model *model, struct model_vcpu *vcpu)
{
    if (vcpu->at.csr.scause == CAUSE_VIRTUAL_CALL)
        sbi_take(model, vcpu);
}
