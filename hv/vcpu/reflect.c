/* Exceptions that are the guest's own affair but that this machine does not delegate to it:
 * they are handed on as they came. */
#include "metal/metal.h"
#include "trap/cause.h"
#include "vcpu/exit.h"
#include "vcpu/vcpu.h"

#define REFLECT(cause)                                                                             \
    static void reflect_##cause(struct vcpu *vcpu)                                                 \
    {                                                                                              \
        vcpu_inject_exception(vcpu, cause, trap_stval());                                          \
    }                                                                                              \
    HV_EXIT(cause, reflect_##cause)

REFLECT(EXC_INST_MISALIGNED);
REFLECT(EXC_INST_ACCESS);
REFLECT(EXC_BREAKPOINT);
REFLECT(EXC_LOAD_MISALIGNED);
REFLECT(EXC_LOAD_ACCESS);
REFLECT(EXC_STORE_MISALIGNED);
REFLECT(EXC_STORE_ACCESS);
REFLECT(EXC_SYSCALL);
REFLECT(EXC_INST_PAGE_FAULT);
REFLECT(EXC_LOAD_PAGE_FAULT);
REFLECT(EXC_STORE_PAGE_FAULT);
