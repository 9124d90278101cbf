/* What may follow an exit, by its cause. Privileged ISA, 18.6.1: Trap Cause Codes. */
#include "model/entry.h"
#include "model/guest_virtual.h"
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

#define WFI           0x10500073u
#define BOUNDED_WAIT  3000 /* instructions */
#define BOUNDED_TICKS 100

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
MODEL_RULE(emulated_pc, "emulation.pc", "Privileged ISA 20240411, 18.6.1",
           "An instruction that was carried out for the guest is not executed again: it goes on "
           "behind it.",
           "sepc not advanced");
MODEL_RULE(emulated_x, "emulation.registers", "contract",
           "An instruction that was carried out for the guest changes its destination and no other "
           "register.",
           "register lost across exit");
MODEL_RULE(emulated_csrs, "emulation.csrs", "contract",
           "An instruction that was carried out for the guest changes none of its CSRs.",
           "CSR lost across exit");

static struct successor *same(struct successors *list, const struct model_vcpu *vcpu,
                              const char *what, const struct model_rule *pc,
                              const struct model_rule *x, const struct model_rule *csr)
{
    struct successor *successor = successor_add(list, vcpu, what);

    successor->pc = pc;
    successor->x = x;
    successor->csr = csr;
    return successor;
}

static struct successor *behind(struct successors *list, const struct model_vcpu *vcpu,
                                const char *what)
{
    struct successor *successor = same(list, vcpu, what, &emulated_pc, &emulated_x, &emulated_csrs);

    successor->want.pc += 4;
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
        same(list, vcpu, "it is executed again", &fault_pc, &fault_x, &fault_csrs);
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

/* The guest's stval holds the instruction or 0; what the machine said of it is right, too. */
static void refuse(const struct model_vcpu *vcpu, struct successors *list, uint64_t instruction)
{
    uint64_t told = vcpu->at.csr.stval;

    successor_trap(list, vcpu, CAUSE_ILLEGAL, instruction);
    if (instruction)
        successor_trap(list, vcpu, CAUSE_ILLEGAL, 0);
    if (told != instruction && told)
        successor_trap(list, vcpu, CAUSE_ILLEGAL, told);
}

static bool is_csr_read(uint64_t instruction)
{
    return (instruction & 0x7f) == 0x73 && (instruction >> 12 & 3) != 0;
}

static bool ended_at_once(const struct model *model, const struct model_vcpu *vcpu)
{
    return model_instructions(model) - vcpu->left < BOUNDED_WAIT &&
           model_now(model) - vcpu->left_at < BOUNDED_TICKS;
}

static void after_virtual(const struct model *model, const struct model_vcpu *vcpu,
                          struct successors *list)
{
    uint64_t instruction = guest_instruction(model, &vcpu->at);

    /* In U-mode it is illegal, unless it ends at once. */
    if (instruction == WFI && (state_in_supervisor(&vcpu->at) || ended_at_once(model, vcpu)))
        behind(list, vcpu, "the wait has ended");
    else if (is_csr_read(instruction))
        behind(list, vcpu, "the counter is read")->x_any = ANY_X(instruction >> 7 & 31);
    refuse(vcpu, list, instruction);
}

static void after_illegal(const struct model *model, const struct model_vcpu *vcpu,
                          struct successors *list)
{
    uint64_t instruction = guest_instruction(model, &vcpu->at);

    if ((vcpu->at.csr.vsstatus & STATUS_FS) && !(vcpu->at.csr.sstatus & STATUS_FS))
        same(list, vcpu, "floating point is there now", &fault_pc, &fault_x, &fault_csrs);
    if (is_csr_read(instruction))
        behind(list, vcpu, "the CSR is read")->x_any = ANY_X(instruction >> 7 & 31);
    refuse(vcpu, list, instruction);
}

void exit_successors(struct model *model, const struct model_vcpu *vcpu, struct successors *list)
{
    uint64_t cause = vcpu->at.csr.scause;

    list->count = 0;
    if (cause & INTERRUPT) {
        same(list, vcpu, "it goes on", &interrupt_pc, &interrupt_x, &interrupt_csrs);
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
        after_virtual(model, vcpu, list);
        return;
    case CAUSE_ILLEGAL:
        after_illegal(model, vcpu, list);
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
