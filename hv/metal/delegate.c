/* Which of a guest's traps are its own affair: they go to its VS-mode, and the hypervisor never
 * hears of them. Privileged specification, "Hypervisor Trap Delegation Registers". */
#include "boot/init.h"
#include "metal/csr.h"
#include "metal/metal.h"
#include "trap/cause.h"

/* Exceptions that the guest's own kernel handles, as Linux KVM delegates them. */
#define DELEGATED_EXCEPTIONS                                                                       \
    (1u << EXC_INST_MISALIGNED | 1u << EXC_BREAKPOINT | 1u << EXC_SYSCALL |                        \
     1u << EXC_INST_PAGE_FAULT | 1u << EXC_LOAD_PAGE_FAULT | 1u << EXC_STORE_PAGE_FAULT)
#define DELEGATED_INTERRUPTS (1u << IRQ_VS_SOFT | 1u << IRQ_VS_TIMER | 1u << IRQ_VS_EXT)

/* What no hypervisor may give away (a guest's ecall, guest-page faults, virtual instructions) has
 * no writable bit in hedeleg. */
void hart_delegate(void)
{
    csr_write(hedeleg, DELEGATED_EXCEPTIONS);
    csr_write(hideleg, DELEGATED_INTERRUPTS);
}

HV_INIT(INIT_HART, hart_delegate);
