/*
 * The part of a guest that stays in the hart while its vCPU has the turn: what it is when a vCPU
 * starts, the second stage under it, and FP. Moving the VS CSRs between two vCPUs is
 * metal/context_switch.c.
 */
#include "metal/csr.h"
#include "metal/metal.h"
#include "vcpu/vcpu.h"

void fp_registers_save(struct fp_registers *to);
void fp_registers_load(const struct fp_registers *from);

/* Between the two writes no VS-stage walk may see one guest's table through the other's second
 * stage: vsatp goes first to bare. Specification, "Two-Stage Address Translation". */
void second_stage_load(uint64_t hgatp)
{
    csr_write(vsatp, 0);
    csr_write(hgatp, hgatp);
}

void context_unload(void)
{
    csr_write(hvip, 0);
    csr_write(vsie, 0);
    second_stage_load(0);
}

void context_reset(struct vcpu *vcpu)
{
    uint64_t delta = vcpu->context.htimedelta;

    vcpu->context = (struct guest_context){
        .hstatus = HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_VTW | XLEN_64,
        .sstatus = SSTATUS_SPP, /* FS off: the first use of FP is noticed */
        .vsstatus = SSTATUS_FS_INITIAL | XLEN_64,
        .htimedelta = delta,
        .vstimecmp = UINT64_MAX,
    };
}

void fp_save(struct vcpu *vcpu)
{
    fp_registers_save(&vcpu->fp);
}

void fp_load(struct vcpu *vcpu)
{
    csr_set(sstatus, SSTATUS_FS);
    fp_registers_load(&vcpu->fp);
}

bool fp_on_in_guest(void)
{
    return (csr_read(vsstatus) & SSTATUS_FS) != 0;
}
