/*
 * Instructions that the guest may not execute itself: wfi, counters, and all that is truly
 * illegal. Ends in an emulation or in an illegal-instruction exception in the guest, as Linux
 * KVM does it; never in the guest's end.
 */
#include "metal/metal.h"
#include "memory/guest_memory.h"
#include "trace/trace.h"
#include "trap/cause.h"
#include "vcpu/exit.h"
#include "vcpu/fp.h"
#include "vcpu/vcpu.h"

/*
 *  31       20 19   15 14  12 11    7 6      0
 * +-----------+-------+------+-------+--------+    wfi:            0x10500073
 * |    csr    |  rs1  | f3   |  rd   | SYSTEM |    csrr rd, csr:   f3 = 010 (csrrs), rs1 = 0
 * +-----------+-------+------+-------+--------+
 */
#define INSN_WFI      0x10500073u
#define OPCODE_MASK   0x7fu
#define OPCODE_SYSTEM 0x73u

#define CSR_CYCLE   0xC00u
#define CSR_TIME    0xC01u
#define CSR_INSTRET 0xC02u

/* Reads a half of an instruction as the guest would fetch it. False: the guest has got the fault
 * that it would have met. Its tables may have changed since the hart fetched there. */
static bool fetch_half(struct vcpu *vcpu, uint64_t address, uint16_t *half)
{
    switch (guest_virtual_fetch(vcpu, address, half, sizeof(*half))) {
    case FETCH_DONE:
        return true;
    case FETCH_PAGE_FAULT:
        vcpu_inject_exception(vcpu, EXC_INST_PAGE_FAULT, address);
        return false;
    default:
        vcpu_inject_exception(vcpu, EXC_INST_ACCESS, address);
        return false;
    }
}

/*
 * The instruction at the exit, from memory. stval ought to hold it, but QEMU 7.2 leaves there what
 * it last told, for whichever guest, when a guest executes hlv, hlvx or hsv. False: it cannot be
 * fetched, and the guest has got the fault.
 */
static bool read_instruction(struct vcpu *vcpu, uint32_t *instruction)
{
    uint16_t half[2] = {0, 0};

    if (guest_fetch_word(vcpu->pc, instruction)) {
        if ((*instruction & 3) != 3) /* compressed: the other half is the next one's */
            *instruction &= 0xffff;
        return true;
    }
    if (!fetch_half(vcpu, vcpu->pc, &half[0]))
        return false;
    if ((half[0] & 3) == 3 && !fetch_half(vcpu, vcpu->pc + 2, &half[1]))
        return false;
    *instruction = half[0] | (uint32_t)half[1] << 16;
    return true;
}

/* Is it a read of a CSR: csrrs, csrrc or their immediate forms with a zero operand? */
static bool is_csr_read(uint32_t instruction)
{
    unsigned function = instruction >> 12 & 7, operand = instruction >> 15 & 31;

    return (instruction & OPCODE_MASK) == OPCODE_SYSTEM && (function & 2) && operand == 0;
}

/* User mode sees a counter only if the guest's kernel lets it: scounteren. */
static bool may_read_counter(unsigned csr)
{
    return trap_from_supervisor() || (guest_scounteren() >> (csr - CSR_CYCLE) & 1);
}

/* Emulates the read of a counter. False: not a counter, or not for this mode. */
static bool emulate_counter(struct vcpu *vcpu, uint32_t instruction)
{
    unsigned csr = instruction >> 20, rd = instruction >> 7 & 31;
    uint64_t value;

    if (!is_csr_read(instruction) || csr < CSR_CYCLE || csr > CSR_INSTRET || !may_read_counter(csr))
        return false;
    if (csr == CSR_TIME)
        value = clock_now() + vcpu->context.htimedelta;
    else
        value = hart_counter(csr) - (csr == CSR_CYCLE ? vcpu->cycle_base : vcpu->instret_base);
    trace(TRACE_CSR_EMULATE, vcpu->vm_id, vcpu->index, csr, vcpu->pc, value);
    if (rd)
        vcpu->x[rd] = value;
    vcpu->pc += 4;
    return true;
}

static void exit_virtual_instruction(struct vcpu *vcpu)
{
    uint32_t instruction;

    if (!read_instruction(vcpu, &instruction))
        return;
    if (instruction == INSN_WFI && trap_from_supervisor()) {
        vcpu->pc += 4;
        vcpu_block(vcpu, VCPU_BLOCKED);
        return;
    }
    if (!emulate_counter(vcpu, instruction))
        vcpu_inject_exception(vcpu, EXC_INST_ILLEGAL, instruction);
}

static void exit_illegal_instruction(struct vcpu *vcpu)
{
    if (!fp_first_use(vcpu))
        vcpu_inject_exception(vcpu, EXC_INST_ILLEGAL, trap_stval());
}

HV_EXIT(EXC_VIRTUAL_INST_FAULT, exit_virtual_instruction);
HV_EXIT(EXC_INST_ILLEGAL, exit_illegal_instruction);
