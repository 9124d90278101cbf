/* The CSRs that the model of a VM's contract looks at. How they are read depends on QEMU's plugin
 * interface: registers_1.c, registers_2.c. */
#include "registers.h"

#include <stddef.h>

#define OPTIONAL true

const struct model_csr model_csr[MODEL_CSRS] = {
#define CSR(number, name, ...)                                                                     \
    {                                                                                              \
#name, number, __VA_ARGS__ + 0, offsetof(struct model_csrs, name)                          \
    }
    CSR(0x100, sstatus),    CSR(0x106, scounteren),
    CSR(0x141, sepc),       CSR(0x142, scause),
    CSR(0x143, stval),      CSR(0x10a, senvcfg, OPTIONAL),
    CSR(0x200, vsstatus),   CSR(0x204, vsie),
    CSR(0x205, vstvec),     CSR(0x240, vsscratch),
    CSR(0x241, vsepc),      CSR(0x242, vscause),
    CSR(0x243, vstval),     CSR(0x24d, vstimecmp, OPTIONAL),
    CSR(0x280, vsatp),      CSR(0x600, hstatus),
    CSR(0x602, hedeleg),    CSR(0x603, hideleg),
    CSR(0x604, hie),        CSR(0x605, htimedelta),
    CSR(0x606, hcounteren), CSR(0x60a, henvcfg, OPTIONAL),
    CSR(0x643, htval),      CSR(0x644, hip),
    CSR(0x645, hvip),       CSR(0x64a, htinst),
    CSR(0x680, hgatp),
#undef CSR
};
