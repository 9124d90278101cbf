/* What the loaded guest's trap says, and what can be done to the loaded guest: exceptions,
 * interrupts, its timer, its fences. */
#include "hart/hart.h"
#include "metal/csr.h"
#include "metal/metal.h"
#include "trap/cause.h"
#include "vcpu/vcpu.h"

/* A fault of hlvx is the hypervisor's own trap, and continues at 1 (trap_from_hypervisor). It
 * changes what sret will read to go back to the guest: that is put right again. */
bool guest_fetch_word(uint64_t gva, uint32_t *word)
{
    uint64_t status = csr_read(sstatus), hypervisor_status = csr_read(hstatus), value, done;

    __asm__ volatile("la %0, 1f\n"
                     "sd %0, %3(tp)\n"
                     "hlvx.wu %1, (%2)\n"
                     "li %0, 1\n"
                     "j 2f\n"
                     ".balign 4\n"
                     "1: li %0, 0\n"
                     "2: sd zero, %3(tp)\n"
                     : "=&r"(done), "=&r"(value)
                     : "r"(gva), "i"(offsetof(struct hart, trap_resume))
                     : "memory");
    if (!done) {
        csr_write(sstatus, status);
        csr_write(hstatus, hypervisor_status);
        return false;
    }
    *word = (uint32_t)value;
    return true;
}

/*
 * As the hardware takes a trap into VS-mode (privileged specification, "Trap Entry"):
 * vsstatus.SPP and SPIE remember, SIE is off, and the guest continues in VS-mode at vstvec.
 */
void guest_take_exception(struct vcpu *vcpu, uint64_t cause, uint64_t stval)
{
    uint64_t status = csr_read(vsstatus) & ~(SSTATUS_SPP | SSTATUS_SPIE);

    if (trap_from_supervisor())
        status |= SSTATUS_SPP;
    if (status & SSTATUS_SIE)
        status |= SSTATUS_SPIE;
    csr_write(vsstatus, status & ~SSTATUS_SIE);
    csr_write(vsepc, vcpu->pc);
    csr_write(vscause, cause);
    csr_write(vstval, stval);
    vcpu->pc = csr_read(vstvec) & ~3ull;
    csr_set(sstatus, SSTATUS_SPP);
    csr_set(hstatus, HSTATUS_SPVP);
}

uint64_t guest_scounteren(void)
{
    return csr_read(scounteren);
}

uint64_t guest_satp(void)
{
    return csr_read(vsatp);
}

void hfence_gvma_all(void)
{
    __asm__ volatile("hfence.gvma" ::: "memory");
}

void hfence_vvma_all(void)
{
    __asm__ volatile("hfence.vvma" ::: "memory");
}

void hfence_vvma_page(uint64_t gva)
{
    __asm__ volatile("hfence.vvma %0, zero" ::"r"(gva) : "memory");
}

void hfence_vvma_asid_all(uint64_t asid)
{
    __asm__ volatile("hfence.vvma zero, %0" ::"r"(asid) : "memory");
}

void hfence_vvma_asid_page(uint64_t gva, uint64_t asid)
{
    __asm__ volatile("hfence.vvma %0, %1" ::"r"(gva), "r"(asid) : "memory");
}
