/*
 * The part of a guest that stays in the hart while its vCPU has the turn: VS CSRs, and FP.
 * HS-mode runs on its own CSRs, so these are touched only when the turn passes on.
 */
#include "metal/csr.h"
#include "metal/metal.h"
#include "trap/cause.h"
#include "vcpu/vcpu.h"

void fp_registers_save(struct fp_registers *to);
void fp_registers_load(const struct fp_registers *from);

void context_save(struct vcpu *vcpu)
{
    struct guest_context *c = &vcpu->context;

    c->hstatus = csr_read(hstatus);
    c->sstatus = csr_read(sstatus);
    c->hvip = csr_read(hvip);
    if (hart_has_sstc())
        c->hvip &= ~(1ull << IRQ_VS_TIMER); /* vstimecmp's doing, and some machines show it here */
    c->vsstatus = csr_read(vsstatus);
    c->vsie = csr_read(vsie);
    c->vstvec = csr_read(vstvec);
    c->vsscratch = csr_read(vsscratch);
    c->vsepc = csr_read(vsepc);
    c->vscause = csr_read(vscause);
    c->vstval = csr_read(vstval);
    c->vsatp = csr_read(vsatp);
    c->scounteren = csr_read(scounteren);
    c->senvcfg = csr_read(senvcfg);
    if (hart_has_sstc())
        c->vstimecmp = csr_read(vstimecmp);
}

void context_load(struct vcpu *vcpu)
{
    const struct guest_context *c = &vcpu->context;

    csr_write(hstatus, c->hstatus);
    csr_write(sstatus, c->sstatus);
    csr_write(hvip, c->hvip);
    csr_write(vsstatus, c->vsstatus);
    csr_write(vsie, c->vsie);
    csr_write(vstvec, c->vstvec);
    csr_write(vsscratch, c->vsscratch);
    csr_write(vsepc, c->vsepc);
    csr_write(vscause, c->vscause);
    csr_write(vstval, c->vstval);
    csr_write(scounteren, c->scounteren);
    csr_write(senvcfg, c->senvcfg);
    csr_write(htimedelta, c->htimedelta);
    if (hart_has_sstc())
        csr_write(vstimecmp, c->vstimecmp);
    csr_write(vsatp, c->vsatp);
}

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
