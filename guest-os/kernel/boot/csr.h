/*
 * Control and status registers as C expressions, with the bits that Rider uses
 * (RISC-V privileged specification, chapter 4, "Supervisor-Level ISA").
 */
#ifndef BOOT_CSR_H
#define BOOT_CSR_H

#include <stdint.h>

#define csr_read(name)                                                                             \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        __asm__ volatile("csrr %0, " #name : "=r"(value_) : : "memory");                           \
        value_;                                                                                    \
    })
#define csr_write(name, value)                                                                     \
    ({                                                                                             \
        uint64_t value_ = (value);                                                                 \
        __asm__ volatile("csrw " #name ", %0" : : "r"(value_) : "memory");                         \
    })
#define csr_set(name, bits)                                                                        \
    ({                                                                                             \
        uint64_t bits_ = (bits);                                                                   \
        __asm__ volatile("csrs " #name ", %0" : : "r"(bits_) : "memory");                          \
    })
#define csr_clear(name, bits)                                                                      \
    ({                                                                                             \
        uint64_t bits_ = (bits);                                                                   \
        __asm__ volatile("csrc " #name ", %0" : : "r"(bits_) : "memory");                          \
    })

#define SSTATUS_SIE      (1ul << 1)
#define SSTATUS_SPIE     (1ul << 5)
#define SSTATUS_SPP      (1ul << 8)
#define SSTATUS_FS       (3ul << 13)
#define SSTATUS_FS_OFF   (0ul << 13)
#define SSTATUS_FS_CLEAN (2ul << 13)
#define SSTATUS_FS_DIRTY (3ul << 13)

#define SATP_MODE_SV39 (8ul << 60)

/* scause: bit 63 tells an interrupt from an exception. */
#define CAUSE_INTERRUPT (1ul << 63)
#define IRQ_S_TIMER     5

/* Nobody but the hart itself changes its tables: a local fence is enough. */
static inline void sfence_vma(void)
{
    __asm__ volatile("sfence.vma" : : : "memory");
}

/* What was stored is what is executed from here on. */
static inline void fence_i(void)
{
    __asm__ volatile("fence.i" : : : "memory");
}

static inline void wait_for_interrupt(void)
{
    __asm__ volatile("wfi" : : : "memory");
}

/* The wall clock of the board in ticks; the device tree tells how many make a second. */
static inline uint64_t time_now(void)
{
    return csr_read(time);
}

#endif
