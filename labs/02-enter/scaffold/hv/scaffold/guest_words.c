/*
 * Scaffold, until lab 3 brings sbi/: of all that a guest can ask for, the two oldest calls are
 * served, so that a guest's last words are heard: a character, and the end. All else is refused.
 */
#include "console/console.h"
#include "abi/sbi.h"
#include "trap/cause.h"
#include "vcpu/exit.h"
#include "vm/vm.h"

static void ecall(struct vcpu *vcpu)
{
    char byte = (char)vcpu->x[REG_A0];

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
