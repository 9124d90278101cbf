/*
 * The switch between vCPUs: the VS CSRs and what else of a guest stays in the hart while it has the
 * turn. HS-mode runs on its own CSRs, so they move only when the turn passes on, not at every exit.
 */
#include "metal/csr.h"
#include "metal/metal.h"
#include "trap/cause.h"
#include "vcpu/vcpu.h"

void context_save(struct vcpu *vcpu)
{
    struct guest_context *c = &vcpu->context;
    bool has_sstc = hart_has_sstc();

    c->hstatus = csr_read(hstatus);
    c->sstatus = csr_read(sstatus);
    c->hvip = csr_read(hvip);
    if (has_sstc)
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
    if (has_sstc)
        c->vstimecmp = csr_read(vstimecmp);
    if (machine_has_aia)
        c->vsiselect = csr_read_number(CSR_VSISELECT);
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
    if (machine_has_aia)
        csr_write_number(CSR_VSISELECT, c->vsiselect);
    csr_write(vsatp, c->vsatp);
}
