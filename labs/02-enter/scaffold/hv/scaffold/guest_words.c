/*
 * Scaffold, until lab 3 brings sbi/: of all that a guest can ask for, the two oldest calls are
 * served, so that a guest's last words are heard: a character, and the end. All else is refused.
 */
#include "console/console.h"
#include "abi/sbi.h"
#include "hart/hart.h"
#include "metal/csr.h"
#include "trap/cause.h"
#include "vcpu/exit.h"
#include "vm/vm.h"

/*
 * In the middle of an exit, a trap that is the hypervisor's and not the guest's: the vector must
 * know the difference, and all must go on as if there had been none. Where the next sret leads is
 * put right again, which the return from that trap has changed.
 */
static void own_trap(void)
{
    uint64_t status = csr_read(sstatus), hypervisor_status = csr_read(hstatus);

    __asm__ volatile("la t0, 1f\n"
                     "sd t0, %0(tp)\n"
                     "ebreak\n"
                     "1:\n" ::"i"(offsetof(struct hart, trap_resume))
                     : "t0", "memory");
    csr_write(sstatus, status);
    csr_write(hstatus, hypervisor_status);
}

static void ecall(struct vcpu *vcpu)
{
    char byte = (char)vcpu->x[REG_A0];

    own_trap();
    vcpu->pc += 4;
    switch (vcpu->x[REG_A7]) {
    case SBI_LEGACY_CONSOLE_PUTCHAR:
        console_raw(&byte, 1);
        vcpu->x[REG_A0] = 0;
        return;
    case SBI_LEGACY_SHUTDOWN:
        vm_end(vcpu->vm, VM_END_SHUTDOWN, SBI_SRST_REASON_NONE);
        return;
    default:
        vcpu->x[REG_A0] = (uint64_t)SBI_ERR_NOT_SUPPORTED;
    }
}

HV_EXIT(EXC_SUPERVISOR_SYSCALL, ecall);
