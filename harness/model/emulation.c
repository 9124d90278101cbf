/*
 * Instructions that the guest may not execute itself: they are carried out for it, or refused with
 * the exception that it would have met on a machine of its own. Which of the two is the
 * hypervisor's choice only where the guest's own mode and CSRs allow the instruction. Privileged
 * ISA, 18.6.1: Trap Cause Codes; 18.2.1: hstatus (VTVM, VTW, VTSR).
 */
#include "model/emulation.h"

#include "model/counter.h"
#include "model/csr_instruction.h"
#include "model/guest_virtual.h"
#include "model/interrupt.h"

MODEL_RULE(emulated_pc, "emulation.pc", "Privileged ISA 20240411, 18.6.1",
           "An instruction that was carried out for the guest is not executed again: it goes on "
           "behind it.",
           "sepc not advanced");
MODEL_RULE(emulated_x, "emulation.registers", "contract",
           "An instruction that was carried out for the guest changes its destination and no other "
           "register.",
           "register lost across exit");
MODEL_RULE(emulated_csrs, "emulation.csrs", "contract",
           "An instruction that was carried out for the guest changes none of its CSRs, but for "
           "the one that it writes.",
           "CSR lost across exit");
MODEL_RULE(permitted, "emulation.permitted", "Privileged ISA 20240411, 3.1.11; 18.2.1; 18.6.1",
           "An instruction that the guest's mode may not execute is refused: a CSR of a higher "
           "mode, a write to one that can only be read, a counter that scounteren hides from a "
           "program.",
           "an instruction is carried out that the guest may not execute");

#define CAUSE_ILLEGAL 2
#define WFI           0x10500073u
#define SRET          0x10200073u
#define FENCE_MASK    0xfe007fffu
#define SFENCE_VMA    0x12000073u
#define SINVAL_VMA    0x16000073u
#define SFENCE_WINVAL 0x18000073u
#define SFENCE_INVIR  0x18100073u
#define BOUNDED_WAIT  3000 /* instructions */
#define BOUNDED_TICKS 100

#define CSR_STIMECMP 0x14du
#define CSR_SATP     0x180u

/* What the CSR holds behind the instruction. */
static uint64_t written(const struct model_state *at, uint32_t instruction, uint64_t before)
{
    unsigned source = instruction >> 15 & 31;
    uint64_t operand = instruction >> 14 & 1 ? source : at->x[source];

    switch (instruction >> 12 & 3) {
    case 1:
        return operand;
    case 2:
        return before | operand;
    default:
        return before & ~operand;
    }
}

/* May a guest in that state execute it, if the hypervisor lets it? A guest has no H extension. */
static bool may_access(const struct model_state *at, uint32_t instruction)
{
    unsigned csr = csr_of(instruction), level = csr >> 8 & 3;

    if (level > 1 || (level == 1 && !state_in_supervisor(at)))
        return false;
    if (csr >> 10 == 3 && writes_csr(instruction))
        return false;
    if (csr < CSR_CYCLE || csr > CSR_COUNTERS || state_in_supervisor(at))
        return true;
    return at->csr.scounteren >> (csr - CSR_CYCLE) & 1;
}

static struct successor *behind(struct successors *list, const struct model_vcpu *vcpu,
                                const char *what)
{
    struct successor *successor =
        successor_same(list, vcpu, what, &emulated_pc, &emulated_x, &emulated_csrs);

    successor->want.pc += 4;
    return successor;
}

void emulation_seen(struct model *model, struct model_vcpu *vcpu, const struct model_state *seen)
{
    uint32_t instruction = guest_instruction(model, &vcpu->at);

    if (!is_csr(instruction))
        return;
    counter_seen(model, vcpu, instruction, seen);
    if (csr_of(instruction) == CSR_STIMECMP && writes_csr(instruction))
        interrupt_timer_set(model, vcpu, written(&vcpu->at, instruction, vcpu->at.csr.vstimecmp),
                            seen);
}

/* ---- What is carried out ----------------------------------------------------------------- */

/* satp, where VTVM is set; a mode that does not exist changes nothing. */
static void after_satp(const struct model_vcpu *vcpu, struct successors *list, uint32_t instruction)
{
    uint64_t before = vcpu->at.csr.vsatp, value = written(&vcpu->at, instruction, before);
    unsigned mode = (unsigned)(value >> 60), modes = writes_csr(instruction) ? 2 : 1;

    for (unsigned i = 0; i < modes; i++) {
        struct successor *done = behind(list, vcpu, "satp is read or written");

        if (rd_of(instruction))
            done->want.x[rd_of(instruction)] = before;
        if (i == 0 && writes_csr(instruction))
            done->want.csr.vsatp = value;
        if (mode == 0 || (mode >= 8 && mode <= 10))
            return;
    }
}

static void after_csr(const struct model_vcpu *vcpu, struct successors *list, uint32_t instruction)
{
    unsigned csr = csr_of(instruction);
    struct successor *done;

    if (csr == CSR_SATP) {
        after_satp(vcpu, list, instruction);
        return;
    }
    done = behind(list, vcpu, "the CSR is read");
    done->x_any = ANY_X(rd_of(instruction)) & ~1u;
    done->emulates = true;
    if (csr >= CSR_CYCLE && csr <= CSR_INSTRET)
        done->fits = counter_fits;
    if (csr == CSR_STIMECMP)
        done->csr_any = ANY_CSR(GUEST_VSTIMECMP);
}

/* sret, where VTSR is set. */
static void after_sret(const struct model_vcpu *vcpu, struct successors *list)
{
    struct successor *done = behind(list, vcpu, "sret is carried out");
    uint64_t status = vcpu->at.csr.vsstatus;

    done->want.pc = vcpu->at.csr.vsepc;
    done->want.csr.sstatus &= ~STATUS_SPP;
    if (status & STATUS_SPP)
        done->want.csr.sstatus |= STATUS_SPP;
    done->want.csr.vsstatus = (status & ~(STATUS_SPP | STATUS_SIE)) | STATUS_SPIE;
    if (status & STATUS_SPIE)
        done->want.csr.vsstatus |= STATUS_SIE;
}

static bool is_fence(uint32_t instruction)
{
    return (instruction & FENCE_MASK) == SFENCE_VMA || (instruction & FENCE_MASK) == SINVAL_VMA ||
           instruction == SFENCE_WINVAL || instruction == SFENCE_INVIR;
}

/* ---- Or refused --------------------------------------------------------------------------- */

static void refuse_with(const struct model_vcpu *vcpu, struct successors *list, uint64_t value,
                        bool must)
{
    struct successor *trap = successor_trap(list, vcpu, CAUSE_ILLEGAL, value);

    if (must)
        trap->pc = &permitted;
}

/* The guest's stval holds the instruction or 0; what the machine said of it is right, too. */
static void refuse(const struct model_vcpu *vcpu, struct successors *list, uint64_t instruction,
                   bool must)
{
    uint64_t told = vcpu->at.csr.stval;

    refuse_with(vcpu, list, instruction, must);
    if (instruction)
        refuse_with(vcpu, list, 0, must);
    if (told != instruction && told)
        refuse_with(vcpu, list, told, must);
}

/* Who reads the instruction by the guest's tables may find that they have changed since the hart
 * fetched there: the guest gets the fault that it would have met. */
static void refuse_fetch(const struct model *model, const struct model_vcpu *vcpu,
                         struct successors *list)
{
    uint64_t at = vcpu->at.pc;
    unsigned cause = guest_fetch_fault(model, &vcpu->at, at);

    if (!cause && (guest_instruction(model, &vcpu->at) & 3) == 3)
        cause = guest_fetch_fault(model, &vcpu->at, at += 2);
    if (cause)
        successor_trap(list, vcpu, cause, at)->what = "the instruction cannot be fetched any more";
}

/* A wfi of U-mode is illegal, unless it ends at once. */
static bool ended_at_once(const struct model *model, const struct model_vcpu *vcpu)
{
    return model_instructions(model) - vcpu->left < BOUNDED_WAIT &&
           model_now(model) - vcpu->left_at < BOUNDED_TICKS;
}

void emulation_after_virtual(const struct model *model, const struct model_vcpu *vcpu,
                             struct successors *list)
{
    uint32_t instruction = guest_instruction(model, &vcpu->at);
    bool kernel = state_in_supervisor(&vcpu->at);
    unsigned before = list->count;

    if (instruction == WFI && (kernel || ended_at_once(model, vcpu)))
        behind(list, vcpu, "the wait has ended");
    else if (is_csr(instruction) && may_access(&vcpu->at, instruction))
        after_csr(vcpu, list, instruction);
    else if (instruction == SRET && kernel)
        after_sret(vcpu, list);
    else if (is_fence(instruction) && kernel)
        behind(list, vcpu, "the fence is executed");
    refuse(vcpu, list, instruction, list->count == before);
    refuse_fetch(model, vcpu, list);
}

void emulation_after_illegal(const struct model *model, const struct model_vcpu *vcpu,
                             struct successors *list)
{
    uint32_t instruction = guest_instruction(model, &vcpu->at);
    unsigned before = list->count;

    if (is_csr(instruction) && may_access(&vcpu->at, instruction))
        after_csr(vcpu, list, instruction);
    refuse(vcpu, list, instruction, list->count == before && is_csr(instruction));
    refuse_fetch(model, vcpu, list);
}
