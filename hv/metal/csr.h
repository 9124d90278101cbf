/*
 * Control and status registers by the names of the manual, for the files of metal/ alone.
 * csr_read(hstatus) is one instruction.
 */
#ifndef HV_METAL_CSR_H
#define HV_METAL_CSR_H

#include <stdint.h>

__asm__(".option arch, +h\n");

#define csr_read(name)                                                                             \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        __asm__ volatile("csrr %0, " #name : "=r"(value_)::"memory");                              \
        value_;                                                                                    \
    })
#define csr_write(name, value) __asm__ volatile("csrw " #name ", %0" ::"rK"(value) : "memory")
#define csr_read_number(number)                                                                    \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        __asm__ volatile("csrr %0, %1" : "=r"(value_) : "i"(number) : "memory");                   \
        value_;                                                                                    \
    })
#define csr_write_number(number, value)                                                            \
    __asm__ volatile("csrw %0, %1" ::"i"(number), "rK"((uint64_t)(value)) : "memory")
#define csr_set(name, bits)   __asm__ volatile("csrs " #name ", %0" ::"rK"(bits) : "memory")
#define csr_clear(name, bits) __asm__ volatile("csrc " #name ", %0" ::"rK"(bits) : "memory")
#define csr_swap(name, value)                                                                      \
    ({                                                                                             \
        uint64_t old_;                                                                             \
        __asm__ volatile("csrrw %0, " #name ", %1" : "=r"(old_) : "rK"(value) : "memory");         \
        old_;                                                                                      \
    })

#define SSTATUS_SIE        (1ull << 1)
#define SSTATUS_SPIE       (1ull << 5)
#define SSTATUS_SPP        (1ull << 8)
#define SSTATUS_FS         (3ull << 13)
#define SSTATUS_FS_INITIAL (1ull << 13)
#define SSTATUS_FS_CLEAN   (2ull << 13)
#define SSTATUS_FS_DIRTY   (3ull << 13)

/* Hypervisor extension, "Hypervisor Status Register". */
#define HSTATUS_GVA  (1ull << 6)  /* stval holds a guest-virtual address */
#define HSTATUS_SPV  (1ull << 7)  /* the trap came from V=1; sret goes there */
#define HSTATUS_SPVP (1ull << 8)  /* … from VS, not VU */
#define HSTATUS_VTVM (1ull << 20) /* satp and sfence.vma of the guest trap */
#define HSTATUS_VTW  (1ull << 21) /* wfi of the guest traps */
#define HSTATUS_VTSR (1ull << 22) /* sret of the guest traps */

#define XLEN_64 (2ull << 32) /* sstatus.UXL, hstatus.VSXL: 64-bit registers below */

#define HENVCFG_STCE (1ull << 63) /* the guest has stimecmp */

/* State-enable extension, "hstateen0": what of a guest's state does not trap. */
#define HSTATEEN0_ENVCFG (1ull << 62) /* senvcfg */

#define SATP_SV39 (8ull << 60)

/* By number: those that are looked for, and those whose names not every assembler knows. */
#define CSR_HSTATUS   0x600
#define CSR_STIMECMP  0x14d
#define CSR_HSTATEEN0 0x60c
#define CSR_HSTATEEN1 0x60d
#define CSR_HSTATEEN2 0x60e
#define CSR_HSTATEEN3 0x60f
#define CSR_HVIEN     0x608
#define CSR_HVICTL    0x609
#define CSR_HVIPRIO1  0x646
#define CSR_HVIPRIO2  0x647
#define CSR_VSISELECT 0x250

#endif
