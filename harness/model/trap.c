/* A trap given to the guest: what the machine itself does when it takes one into VS-mode. */
#include "model/successor.h"

MODEL_RULE(trap_pc, "trap.vector", "Privileged ISA 20240411, 18.6.2; 10.1.2",
           "A trap that is given to the guest continues at the base of vstvec.",
           "injected trap does not continue at vstvec");
MODEL_RULE(
    trap_csrs, "trap.csrs", "Privileged ISA 20240411, 18.6.2",
    "A trap that is given to the guest sets vsepc, vscause, vstval, and SPP, SPIE and SIE of "
    "vsstatus as the machine does, and no other CSR of the guest.",
    "injected trap sets the guest's CSRs wrongly");
MODEL_RULE(trap_x, "trap.registers", "Privileged ISA 20240411, 18.6.2",
           "A trap that is given to the guest leaves its general registers alone.",
           "register lost across an injected trap");

struct successor *successor_trap(struct successors *list, const struct model_vcpu *vcpu,
                                 uint64_t cause, uint64_t value)
{
    struct successor *successor = successor_add(list, vcpu, "a trap is given to the guest");
    struct model_csrs *csr = &successor->want.csr;
    uint64_t status = csr->vsstatus & ~(STATUS_SPP | STATUS_SPIE | STATUS_SIE);

    if (state_in_supervisor(&vcpu->at))
        status |= STATUS_SPP;
    if (csr->vsstatus & STATUS_SIE)
        status |= STATUS_SPIE;
    csr->vsstatus = status;
    csr->vsepc = vcpu->at.pc;
    csr->vscause = cause;
    csr->vstval = value;
    csr->sstatus |= STATUS_SPP;
    successor->want.pc = csr->vstvec & ~3ull;
    successor->pc = &trap_pc;
    successor->csr = &trap_csrs;
    successor->x = &trap_x;
    return successor;
}
